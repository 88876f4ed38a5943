"""Splitting: a message becomes a ticket of its own, once, for the same requester; nothing moves and nothing is lost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, be, one, refused, value
from tests.db.world import World, ticket

SPLIT = "select * from helpdesk.split_ticket(%s, %s, %s)"


def split(db: Db, person: Person, message: str, title: str | None = None, key: str | None = None) -> dict[str, Any]:
    """The new ticket."""
    with be(db, person):
        return one(db, SPLIT, message, title, key)


@pytest.mark.parametrize("person", [AGENT, ADMIN, SERVICE], ids=lambda person: person.name)
def test_a_message_becomes_a_ticket_of_its_own(db: Db, world: World, person: Person) -> None:
    before = ticket(db, world, "answered")
    body = value(db, "select body from helpdesk.messages where message_id = %s", world["question"])
    made = split(db, person, world["question"], "Another matter")
    assert (made["title"], made["description"], made["status"]) == ("Another matter", body, "open")
    same = ("created_by", "team_id", "priority", "channel")
    assert [made[name] for name in same] == [before[name] for name in same]
    assert made["assigned_to"] is None
    # The message stays, and the ticket is as it was.
    assert str(value(db, "select ticket_id from helpdesk.messages where message_id = %s", world["question"])) == str(
        before["ticket_id"]
    )
    assert ticket(db, world, "answered") == before
    with be(db, CUSTOMER):
        links = db.execute("select source_id, kind, target_id from helpdesk.ticket_links").fetchall()
        assert value(db, "select count(*) from helpdesk.tickets where ticket_id = %s", made["ticket_id"]) == 1
    assert links == [
        {"source_id": made["ticket_id"], "kind": "follow_up_of", "target_id": before["ticket_id"]},
    ]
    types = [
        row["type"]
        for row in db.execute(
            "select type from helpdesk.events where ticket_id = %s order by event_id", [made["ticket_id"]]
        )
    ]
    assert types == ["ticket.created", "ticket.linked"]


def test_it_can_be_repeated(db: Db, world: World) -> None:
    key = str(uuid4())
    first = split(db, AGENT, world["question"], None, key)
    assert split(db, AGENT, world["question"], None, key) == first
    assert value(db, "select count(*) from helpdesk.ticket_links") == 1
    with refused("id_conflict"):
        split(db, AGENT, world["question"], "Another title", key)


@pytest.mark.parametrize(
    ("body", "title"),
    [("  By the way \nmore", "By the way"), ("\n\nmore", "Follow-up of "), ("x" * 400, "x" * 300)],
    ids=["a line", "no line", "a long line"],
)
def test_the_first_line_is_the_title(db: Db, world: World, body: str, title: str) -> None:
    with be(db, CUSTOMER):
        sent = one(db, "select * from helpdesk.send_reply(%s, %s, null)", world["mine"], body)
    made = split(db, AGENT, str(sent["message_id"]))
    assert made["title"].startswith(title)
    assert made["description"] == body


def test_who_does_not_work_the_ticket_splits_nothing(db: Db, world: World) -> None:
    for person, message, reason in (
        (CUSTOMER, "question", "forbidden"),
        (OTHER, "question", "forbidden"),
        (STRANGER, "question", "message_not_found"),
        (AGENT, "their question", "message_not_found"),
    ):
        with refused(reason):
            split(db, person, world[message])
    for person in (ADMIN, SERVICE):
        with refused("message_not_found"):
            split(db, person, str(uuid4()))
    db.execute("update helpdesk.messages set redacted_at = now() where message_id = %s", [world["question"]])
    with refused("invalid_value", "redacted"):
        split(db, AGENT, world["question"])
    assert value(db, "select count(*) from helpdesk.ticket_links") == 0


def test_a_message_of_a_merged_ticket_follows_the_living_one(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.merge_tickets(%s, %s)", [world["answered"], world["mine"]])
    made = split(db, AGENT, world["question"])
    target = value(db, "select target_id from helpdesk.ticket_links where source_id = %s", made["ticket_id"])
    assert str(target) == world["mine"]


def test_a_merge_undoes_it(db: Db, world: World) -> None:
    made = split(db, AGENT, world["question"])
    with be(db, AGENT):
        db.execute("select helpdesk.merge_tickets(%s, %s)", [made["ticket_id"], world["answered"]])
        found = one(db, "select status, merged_into from helpdesk.tickets where ticket_id = %s", made["ticket_id"])
    assert (found["status"], str(found["merged_into"])) == ("closed", world["answered"])
