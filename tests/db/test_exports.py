"""Exports: each person exports exactly what they may read, page by page, and nothing twice."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    GONE,
    NOBODY,
    OTHER,
    SERVICE,
    STRANGER,
    Db,
    Person,
    be,
    refused,
    value,
)
from tests.db.world import World

PAGE = "select helpdesk.export_tickets(%s, %s)"
# Table, its key, and where the export has its rows.
PARTS = (("messages", "message_id"), ("notes", "note_id"), ("attachments", "attachment_id"))


def exported(db: Db, *, rows: int = 500, after: int = 0) -> list[dict[str, Any]]:
    """A page, as whoever the connection acts as."""
    found: list[dict[str, Any]] = value(db, PAGE, after, rows)
    return found


def ids(db: Db, table: str, key: str) -> set[str]:
    """The ids that the caller may read."""
    return {str(row[key]) for row in db.execute(f"select {key} from helpdesk.{table}")}


@pytest.mark.parametrize(
    "person", [CUSTOMER, OTHER, AGENT, STRANGER, ADMIN, SERVICE, GONE, NOBODY], ids=lambda p: p.name
)
def test_an_export_has_what_its_reader_may_read(db: Db, world: World, person: Person) -> None:
    with be(db, person):
        found = exported(db)
        assert {ticket["ticket_id"] for ticket in found} == ids(db, "tickets", "ticket_id")
        for table, key in PARTS:
            assert {part[key] for ticket in found for part in ticket[table]} == ids(db, table, key)
        tags = {(ticket["ticket_id"], tag) for ticket in found for tag in ticket["tags"]}
        assert tags == {(str(row["ticket_id"]), row["tag"]) for row in db.execute("select * from helpdesk.ticket_tags")}
    assert (found == []) == (person in (GONE, NOBODY))


def test_a_requester_exports_no_notes_tags_or_fields_of_staff(db: Db, world: World) -> None:
    ticket_id = world["answered"]
    with be(db, AGENT):
        (seen,) = [one for one in exported(db) if one["ticket_id"] == ticket_id]
    assert seen["notes"]
    assert seen["staff_fields"]
    with be(db, CUSTOMER):
        (own,) = [one for one in exported(db) if one["ticket_id"] == ticket_id]
    assert (own["notes"], own["tags"], own["staff_fields"]) == ([], [], {})
    assert {file["placement"] for file in own["attachments"]} <= {"ticket", "message"}
    assert [message["message_id"] for message in own["messages"]] == [m["message_id"] for m in seen["messages"]]


def test_pages_follow_each_other_without_gap(db: Db, world: World) -> None:
    with be(db, ADMIN):
        whole = [ticket["number"] for ticket in exported(db)]
        pages, after = [], 0
        while page := exported(db, rows=2, after=after):
            after = page[-1]["number"]
            pages += [ticket["number"] for ticket in page]
    assert pages == whole == sorted(whole)


def test_tickets_can_be_chosen(db: Db, world: World) -> None:
    query = "select helpdesk.export_tickets(ticket_ids => %s)"
    wanted = [world["mine"], world["theirs"]]
    with be(db, AGENT):
        assert [one["ticket_id"] for one in value(db, query, wanted)] == [world["mine"]]
        assert value(db, query, []) == []
    for rows in (0, 501, None):
        with refused("invalid_value", "max_rows"), be(db, AGENT):
            db.execute(PAGE, [0, rows])
    with refused("too_many", "ticket_ids"), be(db, AGENT):
        db.execute(query, [[world["mine"]] * 501])
