"""Slack: workspaces and channels, their secrets, and how they are switched off and on."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from tests.db.delivering import lease
from tests.db.people import ADMIN, SERVICE, Db, be, one, refused, value
from tests.db.slacking import (
    SECRET,
    TOKEN,
    WORKSPACE,
    add_channel,
    connect,
    open_ticket,
    queued,
    send,
    settled,
    thread,
)
from tests.db.world import World


@pytest.fixture
def connection(db: Db, world: World) -> str:
    # The furnished helpdesk has a workspace of its own.
    db.execute("delete from helpdesk.slack_connections")
    return connect(db)


@pytest.fixture
def channel(db: Db, connection: str, world: World) -> str:
    return add_channel(db, connection, team=world["desk"])


def test_nobody_reads_the_secrets(db: Db, connection: str) -> None:
    for person in (ADMIN, SERVICE):
        with be(db, person):
            rows = db.execute("select to_jsonb(c)::text as row from helpdesk.slack_connections as c").fetchall()
        assert len(rows) == 1
        assert TOKEN not in rows[0]["row"]
        assert SECRET not in rows[0]["row"]
    event = one(db, "select data from helpdesk.events where type = 'slack.connected' order by event_id desc limit 1")
    assert event["data"] == {"connection_id": connection}


def test_connecting_again_replaces_the_secrets_and_switches_on(db: Db, connection: str, channel: str) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.slack_connections set is_active = false")
    assert connect(db, token="xoxb-9876543210-new") == connection
    row = one(db, "select * from helpdesk.slack_connections")
    assert (row["is_active"], row["disabled_reason"], row["workspace_name"]) == (True, None, "Example")
    with be(db, ADMIN):
        db.execute("select helpdesk.test_slack_channel(%s)", (channel,))
    (leased,) = lease(db, kind="slack")
    assert leased["payload"]["token"] == "xoxb-9876543210-new"


def test_the_log_says_that_secrets_were_replaced(db: Db, connection: str) -> None:
    told = "select count(*) from helpdesk.events where type = 'slack.updated'"
    before = value(db, told)
    connect(db)
    assert value(db, told) == before, "they are the same"
    for number, given in enumerate(({"token": "xoxb-9876543210-new"}, {"secret": "0" * 32}), 1):
        connect(db, **given)
        assert value(db, told) == before + number
        event = one(db, "select * from helpdesk.events order by event_id desc limit 1")
        assert event["actor_id"] == value(db, "select user_id from helpdesk.users where email = %s", ADMIN.email)
        assert event["data"] == {"connection_id": connection, "changes": {"secrets": [None, None]}}


def test_no_message_repeats_a_secret_in_the_wrong_place(db: Db, world: World) -> None:
    for given in ({"token": SECRET}, {"secret": "no " + TOKEN}, {"bot": TOKEN}):
        with pytest.raises(psycopg.Error) as caught, db.transaction():
            connect(db, **given)
        assert SECRET not in str(caught.value)
        assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("error", ["is_archived", "channel_not_found", "not_in_channel"])
def test_a_channel_that_is_gone_is_switched_off(db: Db, world: World, channel: str, error: str) -> None:
    open_ticket(db, world)
    assert settled(db, "gone", error=error)["state"] == "failed"
    row = one(db, "select * from helpdesk.slack_channels")
    assert (row["is_active"], row["disabled_reason"], row["disabled_at"] is not None) == (False, error, True)
    assert value(db, "select is_active from helpdesk.slack_connections") is True
    event = one(db, "select type, data from helpdesk.events order by event_id desc limit 1")
    assert (event["type"], event["data"]["reason"]) == ("slack.channel_disabled", error)


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive"])
def test_a_token_that_is_refused_switches_the_workspace_off(db: Db, world: World, channel: str, error: str) -> None:
    open_ticket(db, world)
    settled(db, "gone", error=error)
    row = one(db, "select * from helpdesk.slack_connections")
    assert (row["is_active"], row["disabled_reason"]) == (False, error)
    assert value(db, "select is_active from helpdesk.slack_channels") is True
    open_ticket(db, world)
    assert queued(db, channel) == []


@pytest.mark.parametrize("table", ["slack_connections", "slack_channels"])
def test_what_waited_while_it_was_off_goes_on(db: Db, world: World, channel: str, table: str) -> None:
    switch = sql.SQL("update helpdesk.{} set is_active = %s").format(sql.Identifier(table))
    ticket = open_ticket(db, world)
    with be(db, ADMIN):
        db.execute(switch, (False,))
    # New tickets do not wait.
    open_ticket(db, world)
    assert send(db) == []
    (waiting,) = queued(db, channel)
    assert waiting["next_at"] is None
    with be(db, ADMIN):
        db.execute(switch, (True,))
    assert len(send(db)) == 1
    assert thread(db, channel, ticket)


def test_a_test_is_written_while_the_channel_is_off_and_again(db: Db, world: World, channel: str) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.slack_channels set is_active = false")
        first = one(db, "select * from helpdesk.test_slack_channel(%s)", channel)
    assert [call["text"] for call in send(db)] == ["The helpdesk can write to this channel."]
    with be(db, ADMIN):
        second = one(db, "select * from helpdesk.test_slack_channel(%s)", channel)
    assert first["delivery_id"] != second["delivery_id"]
    assert len(send(db)) == 1


def test_the_same_tickets_go_to_a_channel_once(db: Db, world: World, connection: str, channel: str) -> None:
    with refused("slack_channel_taken"):
        add_channel(db, connection, team=world["desk"])
    other = add_channel(db, connection, team=world["vault"])
    with refused("slack_channel_taken"), be(db, ADMIN):
        db.execute(
            "update helpdesk.slack_channels set team_id = %s where slack_channel_id = %s", (world["desk"], other)
        )


def test_no_more_than_ten_workspaces(db: Db, connection: str) -> None:
    for number in range(9):
        connect(db, f"T{number}")
    with refused("too_many"):
        connect(db, "T10")


def test_no_more_than_a_hundred_channels(db: Db, connection: str) -> None:
    db.execute(
        "insert into helpdesk.slack_channels (connection_id, channel_id) "
        "select %s, 'C' || n from generate_series(1, 99) as n",
        (connection,),
    )
    add_channel(db, connection, channel="C100")
    with refused("too_many"):
        add_channel(db, connection, channel="C101")


def test_removing_a_channel_removes_what_waits(db: Db, world: World, connection: str, channel: str) -> None:
    open_ticket(db, world)
    with be(db, ADMIN):
        db.execute("delete from helpdesk.slack_connections where workspace_id = %s", (WORKSPACE,))
    assert value(db, "select count(*) from helpdesk.outbox where kind = 'slack'") == 0
    assert value(db, "select count(*) from helpdesk_private.slack_secrets") == 0


@pytest.mark.parametrize("table", ["slack_connections", "slack_channels"])
def test_reasons_are_short(db: Db, connection: str, channel: str, table: str) -> None:
    with refused("invalid_value"), db.transaction():
        db.execute(sql.SQL("update helpdesk.{} set disabled_reason = repeat('x', 101)").format(sql.Identifier(table)))
