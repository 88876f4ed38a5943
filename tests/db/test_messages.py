"""Messages: what a reply does to the ticket, the send guard, repeated replies, redaction."""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import uuid4

import pytest
from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    OWNER,
    SERVICE,
    STRANGER,
    Db,
    Person,
    as_person,
    be,
    one,
    refused,
    value,
)
from tests.db.world import World, ticket

STATUSES = ("open", "pending", "resolved", "closed")
REPLY = "select * from helpdesk.send_reply(%s, %s, %s, %s, %s)"


def reply(
    db: Db,
    world: World,
    name: str,
    body: str | None,
    after: object = None,
    message_id: object = None,
    status: str | None = None,
) -> dict[str, Any]:
    """Send a reply to a ticket of the world."""
    return one(db, REPLY, world[name], body, after, message_id, status)


def test_staffs_first_reply_answers_the_ticket_once(db: Db, world: World) -> None:
    with be(db, AGENT):
        first = reply(db, world, "mine", "Hello")
    answered = ticket(db, world, "mine")
    assert (answered["status"], answered["first_response_at"]) == ("pending", first["created_at"])
    assert answered["last_message_id"] == first["message_id"]
    with be(db, ADMIN):
        reply(db, world, "mine", "Still there?", first["message_id"])
    assert ticket(db, world, "mine")["first_response_at"] == first["created_at"]


def test_a_customers_reply_opens_the_ticket_from_every_status(db: Db, world: World) -> None:
    for status in ("pending", "resolved", "closed"):
        with db.transaction(force_rollback=True):
            with be(db, AGENT):
                db.execute("update helpdesk.tickets set status = %s where ticket_id = %s", (status, world["mine"]))
            with be(db, CUSTOMER):
                reply(db, world, "mine", "It is back")
            again = ticket(db, world, "mine")
            assert (again["status"], again["resolved_at"], again["closed_at"]) == ("open", None, None)
            assert again["first_response_at"] is None


def test_a_customers_reply_wakes_a_snoozed_ticket(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute(
            "update helpdesk.tickets set snoozed_until = '2100-01-01' where ticket_id = %s", (world["answered"],)
        )
    with be(db, CUSTOMER):
        reply(db, world, "answered", "Well?")
    assert ticket(db, world, "answered")["snoozed_until"] is None


def test_of_two_agents_who_answer_at_once_the_second_is_told(db: Db, world: World) -> None:
    seen = ticket(db, world, "answered")["last_message_id"]
    with be(db, AGENT):
        reply(db, world, "answered", "First", seen)
    with refused("conversation_moved"), as_person(db, ADMIN):
        reply(db, world, "answered", "Second", seen)
    assert value(db, "select count(*) from helpdesk.messages where body = 'Second'") == 0


def test_a_customer_who_says_nothing_of_what_they_read_is_never_held_up(db: Db, world: World) -> None:
    with as_person(db, CUSTOMER):
        reply(db, world, "answered", "And another thing")
        with refused("conversation_moved"), db.transaction():
            reply(db, world, "answered", "Late", world["question"])


def test_a_reply_repeated_with_its_id_is_one_message(db: Db, world: World) -> None:
    id = uuid4()
    with be(db, AGENT):
        first = reply(db, world, "mine", "Once", None, id)
        assert reply(db, world, "mine", "Once", None, id) == first
    revision = ticket(db, world, "mine")["revision"]
    with as_person(db, AGENT):
        assert reply(db, world, "mine", "Once", None, id) == first
        assert ticket(db, world, "mine")["revision"] == revision
    for ticket_name, body, person in (
        *(("mine", "Twice", AGENT), ("mine", None, AGENT), ("mine", "Once", ADMIN)),
        ("answered", "Once", AGENT),
    ):
        with refused("id_conflict"), as_person(db, person):
            reply(
                db, world, ticket_name, body, world["answer"] if ticket_name == "answered" else first["message_id"], id
            )


def test_a_repeated_reply_is_found_though_the_conversation_went_on_and_the_ticket_was_closed(
    db: Db, world: World
) -> None:
    id = uuid4()
    with be(db, AGENT):
        first = reply(db, world, "mine", "Once", None, id)
    with be(db, CUSTOMER):
        reply(db, world, "mine", "Thanks")
        db.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (world["mine"],))
    with as_person(db, AGENT):
        assert reply(db, world, "mine", "Once", None, id) == first


@pytest.mark.parametrize(("person", "status"), [(AGENT, None), (AGENT, "resolved"), (AGENT, "open"), (CUSTOMER, None)])
def test_a_reply_is_one_revision_and_its_event_carries_it(
    db: Db, world: World, person: Person, status: str | None
) -> None:
    before = ticket(db, world, "mine")
    start = value(db, "select max(event_id) from helpdesk.events")
    with be(db, person):
        sent = reply(db, world, "mine", "Hello", status=status)
    after = ticket(db, world, "mine")
    assert after["revision"] == before["revision"] + 1
    assert (after["last_message_id"], sent["chosen_status"]) == (sent["message_id"], status)
    events = db.execute(
        "select type, ticket_revision, data from helpdesk.events where event_id > %s order by event_id", (start,)
    ).fetchall()
    assert [event["ticket_revision"] for event in events] == [after["revision"]] * len(events)
    changed = [("ticket.status_changed", {"changes": {"status": ["open", after["status"]]}})]
    assert [(event["type"], event["data"]) for event in events] == [
        ("message.created", {"message_id": str(sent["message_id"]), "author_kind": sent["author_kind"]}),
        *(changed if after["status"] != "open" else []),
    ]


@pytest.mark.parametrize("person", [CUSTOMER, AGENT, ADMIN, SERVICE], ids=str)
@pytest.mark.parametrize("old", STATUSES)
def test_a_reply_reaches_exactly_the_statuses_that_an_edit_reaches(
    db: Db, world: World, person: Person, old: str
) -> None:
    role = {SERVICE: "system"}.get(person, person.name)
    rows = db.execute(
        "select to_status from helpdesk.status_transitions where role = %s and from_status = %s", (role, old)
    )
    # Staff may keep the status, but that a closed ticket is reopened or left alone. A customer's reply never leaves a
    # ticket where no queue shows it.
    kept = {"open"} if person == CUSTOMER else {"open", "pending", "resolved"}
    reached = {row["to_status"] for row in rows} | ({old} & kept)
    with be(db, OWNER):
        db.execute("alter table helpdesk.tickets disable trigger guard_ticket_update")
        db.execute("update helpdesk.tickets set status = %s where ticket_id = %s", (old, world["mine"]))
        db.execute("alter table helpdesk.tickets enable trigger guard_ticket_update")
    for new in STATUSES:
        if new in reached:
            with as_person(db, person):
                reply(db, world, "mine", "Hello", status=new)
                assert value(db, "select status from helpdesk.tickets where ticket_id = %s", world["mine"]) == new
        else:
            reason = "ticket_closed" if new == old and person != CUSTOMER else "transition_not_allowed"
            with refused(reason), as_person(db, person):
                reply(db, world, "mine", "Hello", status=new)
    assert value(db, "select count(*) from helpdesk.messages where ticket_id = %s", world["mine"]) == 0


def test_a_reply_that_resolves_sets_what_a_resolution_sets_and_answers_the_ticket(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        first = reply(db, world, "mine", "Done", status="resolved")
        resolved = ticket(db, world, "mine")
        assert (resolved["status"], resolved["first_response_at"]) == ("resolved", first["created_at"])
        assert resolved["resolved_at"] is not None
        reply(db, world, "mine", "And one more thing", first["message_id"], status="resolved")
        assert ticket(db, world, "mine")["resolved_at"] == resolved["resolved_at"]


def test_a_status_that_does_not_exist_is_refused_by_name(db: Db, world: World) -> None:
    for person in (CUSTOMER, AGENT):
        with refused("invalid_value", "status must be one of"), as_person(db, person):
            reply(db, world, "mine", "Hello", status="lost")


def test_a_reply_repeated_with_another_status_is_another_request(db: Db, world: World) -> None:
    id = uuid4()
    with be(db, AGENT):
        first = reply(db, world, "mine", "Done", None, id, "resolved")
        db.execute("update helpdesk.tickets set status = 'open' where ticket_id = %s", (world["mine"],))
    with as_person(db, AGENT):
        assert reply(db, world, "mine", "Done", None, id, "resolved") == first
        assert ticket(db, world, "mine")["status"] == "open"
    for status in (None, "pending", "closed"):
        with refused("id_conflict"), as_person(db, AGENT):
            reply(db, world, "mine", "Done", None, id, status)


def test_messages_keep_the_name_and_kind_of_their_author(db: Db, world: World) -> None:
    rows = db.execute(
        "select author_kind, author_name from helpdesk.messages where ticket_id = %s order by created_at",
        (world["answered"],),
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [("customer", "Customer"), ("staff", "Agent")]
    with be(db, SERVICE):
        automatic = reply(db, world, "mine", "We are on it")
    assert (automatic["author_kind"], automatic["author_name"], automatic["author_id"]) == ("system", "System", None)
    db.execute("update helpdesk.users set name = '' where user_id in (%s, %s)", (world["agent"], world["customer"]))
    with be(db, AGENT):
        nameless = reply(db, world, "mine", "Hi", automatic["message_id"])
    assert nameless["author_name"] == "Agent"
    with be(db, CUSTOMER):
        assert reply(db, world, "mine", "Hi")["author_name"] == CUSTOMER.email


def test_an_agent_without_a_name_does_not_show_their_address(db: Db, world: World) -> None:
    db.execute("update helpdesk.users set name = '' where user_id = %s", (world["agent"],))
    with be(db, AGENT):
        reply(db, world, "mine", "Hi")
    with as_person(db, CUSTOMER):
        everything = db.execute("select m::text as row from helpdesk.messages as m").fetchall()
        everything += db.execute("select e::text as row from helpdesk.events as e").fetchall()
    assert not any(AGENT.email in row["row"] for row in everything)


def test_a_redacted_message_is_gone_for_good_and_once(db: Db, world: World) -> None:
    with be(db, AGENT):
        first = one(db, "select * from helpdesk.redact_message(%s)", world["question"])
        again = one(db, "select * from helpdesk.redact_message(%s)", world["question"])
    assert (first["body"], first == again) == ("[redacted]", True)
    everywhere = db.execute("select e::text as row from helpdesk.events as e").fetchall()
    assert not any("Where is it?" in row["row"] for row in everywhere)
    with refused("forbidden"), db.transaction():
        db.execute("update helpdesk.messages set body = 'back' where message_id = %s", (world["question"],))


def test_a_redacted_reply_repeated_by_its_author_stays_redacted(db: Db, world: World) -> None:
    id = uuid4()
    with be(db, CUSTOMER):
        reply(db, world, "mine", "My password is hunter2", None, id)
    with be(db, AGENT):
        db.execute("select helpdesk.redact_message(%s)", (id,))
    with as_person(db, CUSTOMER):
        assert reply(db, world, "mine", "My password is hunter2", None, id)["body"] == "[redacted]"


@pytest.mark.parametrize(("body", "accepted"), [("b" * 100_000, True), ("b" * 100_001, False), ("\n\t ", False)])
def test_a_body_is_limited_by_name(db: Db, world: World, body: str, accepted: bool) -> None:
    for person in (CUSTOMER, AGENT):
        if accepted:
            with as_person(db, person):
                assert reply(db, world, "mine", body)["body"] == body
        else:
            with refused("invalid_value", "body must be 1 to 100000 characters"), as_person(db, person):
                reply(db, world, "mine", body)


def test_who_lost_sight_of_a_ticket_lost_its_conversation(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["vault"]))
        assert value(db, "select count(*) from helpdesk.messages") == 0
    with refused("ticket_not_found"), as_person(db, AGENT):
        reply(db, world, "answered", "One more", world["answer"])
    with as_person(db, STRANGER):
        reply(db, world, "answered", "Mine now", world["answer"])


def test_the_event_of_a_message_has_the_revision_that_the_message_made(db: Db, world: World) -> None:
    for person, ticket_id in ((CUSTOMER, world["mine"]), (AGENT, world["mine"]), (CUSTOMER, world["mine"])):
        with be(db, person):
            last = value(db, "select last_message_id from helpdesk.tickets where ticket_id = %s", ticket_id)
            db.execute("select helpdesk.send_reply(%s, 'Hello', %s)", (ticket_id, last))
        revision = value(db, "select revision from helpdesk.tickets where ticket_id = %s", ticket_id)
        logged: LiteralString = (
            "select ticket_revision from helpdesk.events where ticket_id = %s and type = 'message.created' "
            "order by event_id desc limit 1"
        )
        assert value(db, logged, ticket_id) == revision
