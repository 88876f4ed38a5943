"""The check of Slack, by the rows alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from helpdesk_cli._connect.slack_health import slack_findings
from helpdesk_sdk import Metric, SlackChannel, SlackConnection

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
_WORKSPACE = uuid4()
_DEAD = Metric(name="outbox", labels={"kind": "slack", "state": "dead"}, value=3)
_OTHERS = Metric(name="outbox", labels={"kind": "webhook", "state": "dead"}, value=9)


def _row(id_name: str, id: UUID, off: str | None, **more: Any) -> dict[str, Any]:
    times = {"created_at": NOW, "updated_at": NOW}
    return {id_name: id, "connection_id": _WORKSPACE, "is_active": off is None, "disabled_reason": off} | times | more


def _workspace(off: str | None = None) -> SlackConnection:
    given = {"workspace_id": "T01", "workspace_name": "Acme", "bot_user_id": "U01"}
    return SlackConnection.model_validate(_row("connection_id", _WORKSPACE, off, **given))


def _channel(off: str | None = None, name: str = "support") -> SlackChannel:
    given = {"channel_id": "C01", "channel_name": name, "events": ("opened",)}
    return SlackChannel.model_validate(_row("slack_channel_id", uuid4(), off, **given))


def test_a_helpdesk_without_slack_is_not_told_about_it() -> None:
    assert list(slack_findings([], [], [_DEAD])) == []


def test_what_an_admin_has_switched_off_is_no_trouble() -> None:
    channels = [_channel(), _channel("switched_off")]
    assert list(slack_findings([_workspace()], channels, [_OTHERS])) == [
        ("slack", True, "1 of 2 channels receive tickets", None)
    ]
    assert list(slack_findings([_workspace("switched_off")], channels, [])) == [
        ("slack", True, "0 of 2 channels receive tickets", None)
    ]


@pytest.mark.parametrize(
    ("workspace", "channels", "said", "fix"),
    [
        (
            _workspace("token_revoked"),
            [_channel()],
            "switched off: workspace Acme (token_revoked); 3 deliveries are dead",
            "helpdesk slack connect",
        ),
        (
            _workspace(),
            [_channel("is_archived", ""), _channel()],
            "switched off: channel C01 (is_archived); 3 deliveries are dead",
            "helpdesk slack update",
        ),
        (
            _workspace(),
            [_channel("gone", str(number)) for number in range(7)],
            "switched off: channel 0 (gone), channel 1 (gone), channel 2 (gone), channel 3 (gone), channel 4 (gone) "
            "and 2 more; 3 deliveries are dead",
            "helpdesk slack update",
        ),
        (_workspace(), [_channel()], "3 deliveries are dead", "helpdesk outbox list --kind slack --state dead"),
    ],
)
def test_what_slack_has_refused_is_a_warning_with_a_fix(
    workspace: SlackConnection, channels: list[SlackChannel], said: str, fix: str
) -> None:
    [(name, ok, message, told)] = slack_findings([workspace], channels, [_DEAD])
    assert (name, ok, message) == ("slack", None, said)
    assert fix in (told or "")
