"""What waits, as `helpdesk doctor` says it."""

from __future__ import annotations

import pytest
from tests.cli.conftest import People

from helpdesk_cli._connect.health_check import findings
from helpdesk_sdk import Metric


def _one(name: str, value: float, **labels: str) -> Metric:
    return Metric(name=name, labels=labels, value=value)


_QUIET = [_one("connections", 10, state="idle"), _one("connections_max", 100)]


def test_nothing_waits() -> None:
    found = {name: (ok, message) for name, ok, message, _ in findings(_QUIET)}
    assert {ok for ok, _ in found.values()} == {True}
    assert set(found) == {"queues", "runs", "file checks", "vector jobs", "outbox", "connections"}


@pytest.mark.parametrize(
    ("check", "rows", "said", "fix"),
    [
        (
            "queues",
            [_one("queue_oldest_seconds", 90_000, team="Sales"), _one("queue_oldest_seconds", 200_000, team="Ops")],
            "Ops (2 d), Sales (1 d)",
            "helpdesk teams list",
        ),
        (
            "runs",
            [_one("runs", 3, state="queued"), _one("run_oldest_seconds", 601)],
            "3 runs of the assistant wait, the oldest for 10 min",
            "helpdesk worker --assistant",
        ),
        (
            "file checks",
            [_one("attachment_checks", 1), _one("attachment_check_oldest_seconds", 7200)],
            "1 files wait for their check, the oldest for 2 h",
            "helpdesk worker --files",
        ),
        (
            "vector jobs",
            [_one("embedding_jobs", 9, state="waiting"), _one("embedding_job_oldest_seconds", 3601)],
            "9 texts wait for their vector, the oldest for 1 h",
            "helpdesk kb embed",
        ),
        (
            "outbox",
            [
                _one("outbox", 12, kind="webhook", state="waiting"),
                _one("outbox", 2, kind="webhook", state="dead"),
                _one("outbox_oldest_seconds", 1200, kind="webhook"),
            ],
            "nothing drains the outbox: 12 deliveries wait, the oldest for 20 min; 2 deliveries are dead",
            "helpdesk worker --deliver",
        ),
        (
            "outbox",
            [
                _one("outbox", 12, kind="webhook", state="waiting"),
                _one("outbox", 3, kind="email", state="waiting"),
                _one("outbox_oldest_seconds", 2, kind="webhook"),
                _one("outbox_oldest_seconds", 1200, kind="email"),
            ],
            "mails are not sent: 3 wait, the oldest for 20 min",
            "HELPDESK_MAIL_URL",
        ),
        ("outbox", [_one("outbox", 1, kind="email", state="dead")], "1 deliveries are dead", "replay --dead"),
        ("outbox", [_one("webhooks", 1, state="disabled")], "1 webhooks were switched off", "helpdesk webhooks list"),
        ("connections", [_one("connections", 71, state="active")], "81 of 100", "pooler"),
    ],
)
def test_what_waits_too_long_is_a_warning_with_a_fix(check: str, rows: list[Metric], said: str, fix: str) -> None:
    results = {name: (ok, message, way) for name, ok, message, way in findings([*_QUIET, *rows])}
    ok, message, way = results.pop(check)
    assert ok is None
    assert said in message
    assert fix in str(way)
    assert {one[0] for one in results.values()} == {True}


def test_what_has_waited_shortly_is_no_warning() -> None:
    rows = [
        _one("queue_oldest_seconds", 80_000, team="Ops"),
        _one("runs", 1, state="leased"),
        _one("run_oldest_seconds", 30),
        _one("outbox", 3, kind="webhook", state="waiting"),
        _one("outbox", 3, kind="webhook", state="held"),
        _one("outbox_oldest_seconds", 4, kind="webhook"),
        _one("webhooks", 1, state="switched_off"),
        # What has failed for good is the vectors' own check.
        _one("embedding_jobs", 4, state="dead"),
    ]
    found = {name: (ok, message) for name, ok, message, _ in findings([*_QUIET, *rows])}
    assert {ok for ok, _ in found.values()} == {True}
    assert found["queues"][1] == "the longest wait is 22 h, in Ops"
    assert found["vector jobs"][1] == "none wait"


def test_only_admins_see_it(people: People) -> None:
    names = {one["check"] for one in people.admin("doctor", "--json").json["findings"]}
    assert {"queues", "runs", "file checks", "vector jobs", "outbox", "connections"} <= names
    assert "queues" not in {one["check"] for one in people.agent("doctor", "--json").json["findings"]}
