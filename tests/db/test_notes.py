"""Notes: to the requester, a ticket with notes is in no way different from one without."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, STRANGER, Db, as_person, be, one, refused, value
from tests.db.world import World

NOTE = "select * from helpdesk.add_note(%s, %s, %s)"


def all_that_the_customer_sees(db: Db, world: World) -> list[Any]:
    """Every row of every table, view and reading function, as the customer gets it."""
    seen: list[Any] = []
    with as_person(db, CUSTOMER):
        for name in (
            "users",
            "teams",
            "tickets",
            "my_tickets",
            "team_tickets",
            "tagged_tickets",
            "ticket_tags",
            "messages",
        ):
            seen += db.execute(f"select * from helpdesk.{name} order by 1".encode()).fetchall()
        for name in ("notes", "events", "invitations", "team_members"):
            seen += db.execute(f"select * from helpdesk.{name} order by 1".encode()).fetchall()
        for call in ("ticket_timeline(%s)", "events_since(null, 1000)"):
            parameters = (world["answered"],) if "%s" in call else ()
            seen += db.execute(f"select * from helpdesk.{call}".encode(), parameters).fetchall()
    return seen


def test_a_note_a_tag_and_an_assignment_to_nobody_new_show_nowhere(db: Db, world: World) -> None:
    before = all_that_the_customer_sees(db, world)
    with be(db, AGENT):
        db.execute(NOTE, (world["answered"], "He is rude.", None))
        db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, 'rude')", (world["answered"],))
        db.execute("delete from helpdesk.ticket_tags where tag = 'tag-mine'")
    assert all_that_the_customer_sees(db, world) == before
    assert before


def test_a_note_changes_nothing_of_the_ticket(db: Db, world: World) -> None:
    before = one(db, "select * from helpdesk.tickets where ticket_id = %s", world["mine"])
    with be(db, ADMIN):
        db.execute(NOTE, (world["mine"], "Look into it.", None))
    assert one(db, "select * from helpdesk.tickets where ticket_id = %s", world["mine"]) == before


def test_a_note_says_who_wrote_it(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        mine = one(db, NOTE, world["mine"], "Hm.", None)
        assert (str(mine["author_id"]), mine["author_name"]) == (world["agent"], "Agent")
    with as_person(db, SERVICE):
        assert one(db, NOTE, world["mine"], "Hm.", None)["author_name"] == "System"


def test_a_note_repeated_with_its_id_is_one_note(db: Db, world: World) -> None:
    id = uuid4()
    with be(db, AGENT):
        first = one(db, NOTE, world["mine"], "Once", id)
        assert one(db, NOTE, world["mine"], "Once", id) == first
    for ticket, body, person in (
        *(("mine", "Twice", AGENT), ("mine", None, AGENT), ("mine", "Once", ADMIN)),
        ("answered", "Once", AGENT),
    ):
        with refused("id_conflict"), as_person(db, person):
            db.execute(NOTE, (world[ticket], body, id))


def test_notes_go_with_the_ticket(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["vault"]))
        assert value(db, "select count(*) from helpdesk.notes where ticket_id = %s", world["answered"]) == 0
    with as_person(db, STRANGER):
        assert value(db, "select count(*) from helpdesk.notes where ticket_id = %s", world["answered"]) == 1


@pytest.mark.parametrize(("body", "accepted"), [("b" * 100_000, True), ("b" * 100_001, False), (" \n", False)])
def test_a_note_is_limited_by_name(db: Db, world: World, body: str, accepted: bool) -> None:
    if accepted:
        with as_person(db, AGENT):
            assert one(db, NOTE, world["mine"], body, None)["body"] == body
    else:
        with refused("invalid_value", "body must be 1 to 100000 characters"), as_person(db, AGENT):
            db.execute(NOTE, (world["mine"], body, None))
