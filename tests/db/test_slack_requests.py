"""Whether a request comes from Slack: its signature, its age and its workspace."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import pytest
from tests.db.people import SERVICE, Db, be, value
from tests.db.slacking import SECRET, TOKEN, WORKSPACE, connect
from tests.db.world import World

BODY = '{"type":"event_callback","team_id":"T0123456789","text":"Straße"}'


@pytest.fixture
def connection(db: Db, world: World) -> str:
    # The furnished helpdesk has a workspace of its own.
    db.execute("delete from helpdesk.slack_connections")
    return connect(db)


def accept(db: Db, *, body: str = BODY, secret: str = SECRET, workspace: str | None = WORKSPACE, **more: Any) -> Any:
    stamp = more.get("stamp", str(int(time.time())))
    signed = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    with be(db, SERVICE):
        return value(
            db,
            "select helpdesk.accept_slack(%s, %s, %s, %s)",
            stamp,
            more.get("signature", f"v0={signed}"),
            more.get("sent", body),
            workspace,
        )


def test_a_signature_that_is_right_is_accepted(db: Db, connection: str) -> None:
    accepted = accept(db)
    assert (accepted["connection_id"], accepted["token"]) == (connection, TOKEN)
    assert accepted["api_url"] == "https://slack.com/api"
    # The check of the address names no workspace, and receives no token.
    checked = accept(db, workspace=None)
    assert (checked["connection_id"], "token" in checked) == (connection, False)


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "another0000000000000000000000000"},
        {"sent": BODY + " "},
        {"workspace": "T0OTHER"},
        {"signature": "v0=" + "0" * 64},
        {"signature": ""},
        {"signature": None},
        {"stamp": "now"},
        {"stamp": str(int(time.time()) - 301)},
        {"stamp": str(int(time.time()) + 9000)},
        {"stamp": "9" * 12},
    ],
)
def test_what_is_forged_or_old_is_not(db: Db, connection: str, forged: dict[str, Any]) -> None:
    assert accept(db, **forged) is None


def test_a_request_is_good_for_five_minutes(db: Db, connection: str) -> None:
    assert accept(db, stamp=str(int(time.time()) - 290)) is not None


def test_each_workspace_of_an_app_is_itself(db: Db, connection: str) -> None:
    other = connect(db, "T0OTHER", token="xoxb-9876543210-other")
    assert accept(db)["connection_id"] == connection
    assert accept(db, workspace="T0OTHER")["connection_id"] == other
