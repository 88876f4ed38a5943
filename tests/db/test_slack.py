"""Slack: which events a channel receives, and what is written."""

from __future__ import annotations

import json

import pytest
from tests.block_kit import check_message
from tests.db.delivering import change, lease, settle
from tests.db.importing import send as send_import
from tests.db.importing import ticket as imported
from tests.db.importing import with_people
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, be, value
from tests.db.slacking import (
    CHANNEL,
    CONSOLE,
    add_channel,
    connect,
    open_ticket,
    queued,
    say,
    send,
    settled,
    thread,
)
from tests.db.world import World

NASTY = "<!channel> <@U0ADMIN> & <https://evil.example|click> *x* :tada:"


@pytest.fixture
def connection(db: Db, world: World) -> str:
    # The furnished helpdesk has a workspace of its own.
    db.execute("delete from helpdesk.slack_connections")
    return connect(db)


@pytest.fixture
def channel(db: Db, connection: str, world: World) -> str:
    return add_channel(db, connection, team=world["desk"])


def types(db: Db, channel: str) -> list[str]:
    return [row["type"] for row in queued(db, channel)]


def set_status(db: Db, ticket: str, status: str) -> None:
    with be(db, AGENT):
        db.execute("update helpdesk.tickets set status = %s where ticket_id = %s", (status, ticket))


def test_a_new_ticket_is_written_with_its_buttons(db: Db, world: World, channel: str) -> None:
    ticket = open_ticket(db, world)
    assert types(db, channel) == ["ticket.created"]
    (call,) = send(db)
    assert (call["method"], call["channel"]) == ("chat.postMessage", CHANNEL)
    head, text, facts, actions = call["blocks"]
    assert head["text"]["text"].endswith(" The printer")
    assert text["text"]["text"] == "It is on fire."
    assert "nobody has it" in facts["elements"][0]["text"]
    assert [(one["action_id"], one["value"]) for one in actions["elements"]] == [
        ("claim", ticket),
        ("resolve", ticket),
        ("open", ticket),
    ]
    assert actions["elements"][2]["url"] == f"{CONSOLE}/tickets/{ticket}"
    assert (call["parse"], call["unfurl_links"]) == ("none", False)


def test_a_ticket_of_another_team_is_not(db: Db, world: World, channel: str) -> None:
    open_ticket(db, world, "vault")
    assert types(db, channel) == []


def test_what_is_rolled_back_is_never_written(db: Db, world: World, channel: str) -> None:
    with db.transaction(force_rollback=True):
        open_ticket(db, world)
        assert len(queued(db, channel)) == 1
    assert queued(db, channel) == []


def test_imports_are_silent(db: Db, world: World, connection: str) -> None:
    everything = add_channel(db, connection)
    run = with_people(db)
    send_import(db, run, "ticket", imported("t1"))
    assert value(db, "select count(*) from helpdesk.events where type = 'ticket.imported'") > 0
    assert queued(db, everything) == []


def test_the_first_message_follows_the_ticket(db: Db, world: World, channel: str) -> None:
    ticket = open_ticket(db, world)
    send(db)
    with be(db, AGENT):
        db.execute("select helpdesk.claim_ticket(%s)", (ticket,))
    assert types(db, channel) == ["ticket.assigned"]
    (call,) = send(db)
    assert [one["action_id"] for one in call["blocks"][-1]["elements"]] == ["resolve", "open"]
    with be(db, AGENT):
        db.execute("select helpdesk.unassign_ticket(%s)", (ticket,))
        db.execute("select helpdesk.claim_ticket(%s)", (ticket,))
    set_status(db, ticket, "resolved")
    # One delivery shows all of it.
    assert types(db, channel) == ["ticket.unassigned"]
    (call,) = send(db)
    assert (call["method"], call["ts"]) == ("chat.update", thread(db, channel, ticket))
    assert "assigned to Agent" in json.dumps(call)
    assert [one["action_id"] for one in call["blocks"][-1]["elements"]] == ["open"]


def test_a_change_after_the_lease_is_written_too(db: Db, world: World, channel: str) -> None:
    ticket = open_ticket(db, world)
    (leased,) = lease(db, kind="slack")
    set_status(db, ticket, "resolved")
    assert types(db, channel) == ["ticket.status_changed"]
    # And it waits for the first message.
    assert lease(db, kind="slack") == []
    settle(db, leased)


def test_a_ticket_without_a_thread_is_not_followed(db: Db, world: World, channel: str) -> None:
    change(db, world)
    say(db, world["mine"], "Hello")
    assert types(db, channel) == []


def test_a_reopened_ticket_is_written(db: Db, world: World, channel: str) -> None:
    set_status(db, world["mine"], "resolved")
    assert types(db, channel) == []
    say(db, world["mine"], "It burns again", CUSTOMER)
    assert types(db, channel) == ["ticket.status_changed"]
    root, reply = send(db)
    assert (root["method"], reply["thread_ts"]) == ("chat.postMessage", thread(db, channel, world["mine"]))
    assert "It burns again" in json.dumps(reply)
    # With a thread it is said there, and everybody in the channel sees it.
    set_status(db, world["mine"], "resolved")
    send(db)
    set_status(db, world["mine"], "open")
    update, said = send(db)
    assert (update["method"], said["reply_broadcast"]) == ("chat.update", True)
    assert "was reopened by Agent" in said["text"]


def test_public_messages_are_written_into_the_thread_and_notes_are_not(db: Db, world: World, channel: str) -> None:
    ticket = open_ticket(db, world)
    send(db)
    with be(db, AGENT):
        db.execute("select helpdesk.add_note(%s, 'secret words')", (ticket,))
    assert queued(db, channel) == []
    say(db, ticket, "Which printer?")
    calls = send(db)
    assert [call["method"] for call in calls] == ["chat.update", "chat.postMessage"]
    assert calls[1]["thread_ts"] == thread(db, channel, ticket)
    assert "Which printer?" in json.dumps(calls[1])
    assert "secret words" not in json.dumps(calls)


def test_a_channel_receives_what_it_asks_for(db: Db, world: World, connection: str) -> None:
    channel = add_channel(db, connection, events=["opened"])
    ticket = open_ticket(db, world)
    send(db)
    say(db, ticket, "Which printer?")
    # The status has changed with it: the first message follows, the conversation is not shown.
    assert types(db, channel) == ["ticket.status_changed"]
    assert "Which printer?" not in json.dumps(send(db))
    set_status(db, world["closed"], "open")
    assert types(db, channel) == []
    db.execute("update helpdesk.slack_channels set events = '{replied}'")
    open_ticket(db, world)
    assert types(db, channel) == []


def test_a_redacted_message_is_not_written(db: Db, world: World, channel: str) -> None:
    ticket = open_ticket(db, world)
    send(db)
    message = say(db, ticket, "My password is swordfish")
    with be(db, AGENT):
        db.execute("select helpdesk.redact_message(%s)", (message,))
    written = json.dumps(send(db))
    assert "(redacted)" in written
    assert "swordfish" not in written


def test_a_ticket_that_leaves_the_team_shows_nothing_more(db: Db, world: World, channel: str, connection: str) -> None:
    vault = add_channel(db, connection, channel="C0VAULT", team=world["vault"])
    ticket = open_ticket(db, world)
    send(db)
    say(db, ticket, "first words")
    with be(db, ADMIN):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (ticket, world["vault"]))
    say(db, ticket, "later words", ADMIN)
    calls = send(db)
    here = [call for call in calls if call["channel"] == CHANNEL]
    there = [call for call in calls if call["channel"] == "C0VAULT"]
    assert "words" not in json.dumps(here)
    assert "The printer" not in json.dumps(here[-1])
    assert "first words" in json.dumps(there)
    assert "later words" in json.dumps(there)
    assert queued(db, vault) == []


def test_no_text_calls_anybody_or_breaks_a_limit(db: Db, world: World, channel: str) -> None:
    ticket = open_ticket(db, world, title=(NASTY + "\U0001f600" * 300)[:300], description=NASTY * 100)
    say(db, ticket, (NASTY + "\U0001f600") * 900, CUSTOMER)
    calls = send(db)
    assert len(calls) == 3
    for call in calls:
        check_message(call)
        assert "<!channel>" not in call["text"]
        assert "&lt;!channel&gt;" in call["text"]


def test_a_ticket_with_an_empty_description(db: Db, world: World, channel: str) -> None:
    open_ticket(db, world, description="  \n ")
    (call,) = send(db)
    assert [block["type"] for block in call["blocks"]] == ["header", "context", "actions"]


def test_a_thread_that_has_begun_is_not_begun_again(db: Db, world: World, channel: str) -> None:
    ticket = open_ticket(db, world)
    settled(db, "retry", ts="1700000000.000200")
    db.execute("update helpdesk.outbox set next_at = clock_timestamp()")
    (call,) = send(db)
    assert (call["method"], call["ts"]) == ("chat.update", "1700000000.000200")
    assert thread(db, channel, ticket) == "1700000000.000200"


def test_ten_at_once_for_each_channel(db: Db, world: World, channel: str) -> None:
    for _ in range(12):
        open_ticket(db, world)
    assert [len(lease(db, kind="slack")) for _ in range(2)] == [10, 0]
