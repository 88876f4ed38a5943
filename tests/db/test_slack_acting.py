"""What people do from Slack, and with which rights it is carried out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, LEFT, NOBODY, OTHER, SERVICE, STRANGER, Db, be, one, refused, value
from tests.db.slacking import (
    CHANNEL,
    CONSOLE,
    act,
    add_channel,
    connect,
    open_ticket,
    queued,
    say,
    send,
    thread,
)
from tests.db.world import World


@pytest.fixture
def connection(db: Db, world: World) -> str:
    # The furnished helpdesk has a workspace of its own.
    db.execute("delete from helpdesk.slack_connections")
    return connect(db)


@pytest.fixture
def channel(db: Db, connection: str) -> str:
    return add_channel(db, connection)


@pytest.fixture
def ticket(db: Db, world: World, channel: str) -> str:
    made = open_ticket(db, world)
    send(db)
    return made


def in_thread(db: Db, channel: str, ticket: str, text: str) -> dict[str, str]:
    return {"channel_id": CHANNEL, "thread_ts": thread(db, channel, ticket), "text": text}


def number(db: Db, ticket: str) -> int:
    return int(value(db, "select number from helpdesk.tickets where ticket_id = %s", ticket))


def test_an_agent_claims_and_resolves(db: Db, world: World, connection: str, ticket: str) -> None:
    told = act(db, connection, AGENT, "claim", ticket_id=ticket)
    assert told == {"text": f"You have #{number(db, ticket)} now."}
    act(db, connection, AGENT, "resolve", ticket_id=ticket)
    row = one(db, "select status, assigned_to from helpdesk.tickets where ticket_id = %s", ticket)
    assert (row["status"], str(row["assigned_to"])) == ("resolved", world["agent"])
    event = one(db, "select * from helpdesk.events order by event_id desc limit 1")
    assert (event["actor_kind"], str(event["actor_id"])) == ("staff", world["agent"])
    # Once more changes nothing.
    assert act(db, connection, AGENT, "resolve", ticket_id=ticket)["text"].endswith("is resolved.")


def test_the_service_is_the_service_again_afterwards(db: Db, connection: str, ticket: str) -> None:
    with be(db, SERVICE):
        claims = value(db, "select current_setting('request.jwt.claims', true)")
        value(db, "select helpdesk.slack_act(%s, 'k', %s, 'find', '{\"query\": \"1\"}')", connection, AGENT.email)
        assert value(db, "select current_user::text") == "service_role"
        assert value(db, "select current_setting('request.jwt.claims', true)") == claims


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (STRANGER, "ticket_not_found"),
        (CUSTOMER, "forbidden"),
        (OTHER, "forbidden"),
        (LEFT, "inactive_user"),
        (NOBODY, "slack_person_unknown"),
        ("elsewhere@example.org", "slack_person_unknown"),
        ("", "slack_person_unknown"),
        ("assistant@helpdesk.invalid", "slack_person_unknown"),
    ],
)
def test_who_may_not_claim_does_not_from_slack(
    db: Db, world: World, connection: str, ticket: str, person: Any, reason: str
) -> None:
    with refused(reason):
        act(db, connection, person, "claim", ticket_id=ticket)


@pytest.mark.parametrize(
    ("person", "reason"), [(STRANGER, "ticket_not_found"), (CUSTOMER, "forbidden"), (LEFT, "inactive_user")]
)
def test_who_may_not_write_notes_does_not_from_slack(
    db: Db, connection: str, channel: str, ticket: str, person: Any, reason: str
) -> None:
    with refused(reason):
        act(db, connection, person, "note", **in_thread(db, channel, ticket, "hello"))


def test_a_customer_resolves_nothing(db: Db, connection: str, ticket: str) -> None:
    with refused("transition_not_allowed"):
        act(db, connection, CUSTOMER, "resolve", ticket_id=ticket)
    with refused("ticket_not_found"):
        act(db, connection, OTHER, "resolve", ticket_id=ticket)


def test_what_is_written_in_the_thread_is_a_note(
    db: Db, world: World, connection: str, channel: str, ticket: str
) -> None:
    act(db, connection, AGENT, "note", **in_thread(db, channel, ticket, "It is the blue one."))
    note = one(db, "select * from helpdesk.notes where ticket_id = %s", ticket)
    assert (note["body"], str(note["author_id"])) == ("It is the blue one.", world["agent"])
    assert value(db, "select count(*) from helpdesk.messages where ticket_id = %s", ticket) == 0


def test_a_reply_is_public_and_does_not_come_back(db: Db, connection: str, channel: str, ticket: str) -> None:
    other = add_channel(db, connection, channel="C0OTHER", events=["replied"])
    act(db, connection, AGENT, "reply", **in_thread(db, channel, ticket, "Which printer?"))
    message = one(db, "select * from helpdesk.messages where ticket_id = %s", ticket)
    assert (message["body"], message["author_kind"], message["author_name"]) == ("Which printer?", "staff", "Agent")
    # The status has changed: the first message follows, the thread has the reply already.
    assert [row["type"] for row in queued(db, channel)] == ["ticket.status_changed"]
    assert queued(db, other) == []
    assert [call["method"] for call in send(db)] == ["chat.update"]
    act(db, connection, AGENT, "reply", **in_thread(db, channel, ticket, "And where?"))


def test_a_reply_waits_for_what_the_thread_does_not_show_yet(
    db: Db, connection: str, channel: str, ticket: str
) -> None:
    say(db, ticket, "It is out!", CUSTOMER)
    with refused("conversation_moved"):
        act(db, connection, AGENT, "reply", **in_thread(db, channel, ticket, "We come"))
    send(db)
    act(db, connection, AGENT, "reply", **in_thread(db, channel, ticket, "We come"))


def test_no_reply_from_a_channel_that_does_not_show_the_conversation(
    db: Db, connection: str, channel: str, ticket: str
) -> None:
    db.execute("update helpdesk.slack_channels set events = '{opened}'")
    with refused("slack_thread_silent"):
        act(db, connection, AGENT, "reply", **in_thread(db, channel, ticket, "We come"))
    act(db, connection, AGENT, "note", **in_thread(db, channel, ticket, "We come"))


def test_a_request_is_carried_out_once(db: Db, connection: str, channel: str, ticket: str) -> None:
    said = in_thread(db, channel, ticket, "once")
    act(db, connection, AGENT, "note", key="Ev1", **said)
    assert act(db, connection, AGENT, "note", key="Ev1", **said) == {"is_repeat": True}
    assert value(db, "select count(*) from helpdesk.notes where ticket_id = %s", ticket) == 1
    # What was refused may be tried again.
    with refused("forbidden"), db.transaction():
        act(db, connection, CUSTOMER, "note", key="Ev2", **said)
    act(db, connection, AGENT, "note", key="Ev2", **said)


def test_requests_are_remembered_for_a_day(db: Db, connection: str, ticket: str) -> None:
    act(db, connection, AGENT, "find", key="Ev1", query="printer")
    act(db, connection, AGENT, "find", key="Ev2", query="printer")
    db.execute(
        "update helpdesk_private.slack_requests set created_at = now() - interval '25 hours' where request_key = 'Ev1'"
    )
    act(db, connection, AGENT, "find", query="printer")
    kept = db.execute("select request_key from helpdesk_private.slack_requests order by 1").fetchall()
    assert kept[0]["request_key"] == "Ev2"


def test_a_thread_of_something_else_is_no_ticket(db: Db, connection: str, channel: str, ticket: str) -> None:
    ts = thread(db, channel, ticket)
    with be(db, SERVICE):
        ask = "select helpdesk.is_slack_thread(%s, %s, %s)"
        assert value(db, ask, connection, CHANNEL, ts) is True
        assert value(db, ask, connection, CHANNEL, "1600000000.000100") is False
        assert value(db, ask, connection, "C0OTHER", ts) is False
        assert value(db, ask, UUID(int=0), CHANNEL, ts) is False
    with refused("ticket_not_found"):
        act(db, connection, AGENT, "note", channel_id=CHANNEL, thread_ts="1600000000.000100", text="x")
    # Other talk is nobody's business, whoever talks.
    with refused("ticket_not_found"):
        act(
            db, connection, "elsewhere@example.org", "note", channel_id=CHANNEL, thread_ts="1600000000.000100", text="x"
        )


def test_everybody_finds_what_they_may_see(db: Db, world: World, connection: str, ticket: str) -> None:
    shown = number(db, ticket)
    for query in (str(shown), f"#{shown}", " printer "):
        told = act(db, connection, AGENT, "find", query=query)["text"]
        assert f"<{CONSOLE}/tickets/{ticket}|#{shown}> The printer (open)" in told
    assert f"|#{shown}>" in act(db, connection, CUSTOMER, "find", query=f"#{shown}")["text"]
    for person in (OTHER, STRANGER):
        assert act(db, connection, person, "find", query=f"#{shown}")["text"] == "You see no ticket like that."
    assert f"|#{shown}>" in act(db, connection, ADMIN, "find", query=f"#{shown}")["text"]
    with refused("inactive_user"):
        act(db, connection, LEFT, "find", query=f"#{shown}")


def test_what_is_found_calls_nobody(db: Db, world: World, connection: str) -> None:
    open_ticket(db, world, title="Zebra <!channel> & <https://evil.example|x>")
    told = act(db, connection, AGENT, "find", query="zebra")["text"]
    assert "Zebra &lt;!channel&gt; &amp; &lt;https" in told


def test_an_alias_that_an_admin_vouches_for_is_the_person(db: Db, world: World, connection: str, ticket: str) -> None:
    with be(db, ADMIN):
        db.execute(
            "insert into helpdesk.user_emails (email, user_id) values ('a.gent@slack.example', %s)", (world["agent"],)
        )
    act(db, connection, " A.Gent@Slack.example", "claim", ticket_id=ticket)
    assert str(value(db, "select assigned_to from helpdesk.tickets where ticket_id = %s", ticket)) == world["agent"]


def test_an_address_that_no_login_has_proved_is_nobody(db: Db, connection: str, ticket: str) -> None:
    db.execute("update auth.users set email_confirmed_at = null where email = %s", (AGENT.email,))
    with refused("slack_person_unknown"):
        act(db, connection, AGENT, "claim", ticket_id=ticket)


@pytest.mark.parametrize("until", ["infinity", "2999-01-01"])
def test_a_login_that_is_banned_does_nothing_from_slack(db: Db, connection: str, ticket: str, until: str) -> None:
    db.execute("update auth.users set banned_until = %s where email = %s", (until, AGENT.email))
    with refused("slack_person_unknown"):
        act(db, connection, AGENT, "claim", ticket_id=ticket)
    db.execute("update auth.users set banned_until = now() - interval '1 second' where email = %s", (AGENT.email,))
    act(db, connection, AGENT, "claim", ticket_id=ticket)


def test_a_login_that_is_deleted_does_nothing_from_slack(db: Db, connection: str, ticket: str) -> None:
    db.execute("update auth.users set deleted_at = now() where email = %s", (AGENT.email,))
    with refused("slack_person_unknown"):
        act(db, connection, AGENT, "claim", ticket_id=ticket)


def test_an_address_that_the_login_does_not_have_is_nobody_and_an_alias_is_somebody(
    db: Db, world: World, connection: str
) -> None:
    db.execute("update helpdesk.users set email = 'moved@example.org' where user_id = %s", (world["agent"],))
    with refused("slack_person_unknown"), db.transaction():
        act(db, connection, "moved@example.org", "find", query="printer")
    with be(db, ADMIN):
        db.execute(
            "insert into helpdesk.user_emails (email, user_id) values ('agent@slack.example', %s)", (world["agent"],)
        )
    assert "text" in act(db, connection, "agent@slack.example", "find", query="printer")


def test_nothing_is_done_while_the_workspace_is_off(db: Db, connection: str, ticket: str) -> None:
    db.execute("update helpdesk.slack_connections set is_active = false")
    with refused("slack_connection_not_found"):
        act(db, connection, AGENT, "claim", ticket_id=ticket)
