"""Imports: one bad item among many, and requests that are refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb
from tests.db.importing import comment, outcomes, send, start, ticket, with_people
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, be, refused, value
from tests.db.world import World

BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "status": ({"status": "on-hold"}, "helpdesk.invalid_value", "status must be one of"),
    "priority": ({"priority": "normal"}, "helpdesk.invalid_value", "priority must be one of"),
    "requester": ({"requester": "u9"}, "helpdesk.user_not_found", "requester: u9 was not imported."),
    "no requester": ({"requester": None}, "helpdesk.invalid_value", "requester is missing"),
    "team": ({"team": "g9"}, "helpdesk.team_not_found", "team: g9 was not imported."),
    "author": ({"comments": [comment("x", author="u8")]}, "helpdesk.user_not_found", "author: u8 was not imported."),
    "author kind": ({"comments": [comment("x", author_kind="bot")]}, "helpdesk.invalid_value", "author_kind must be"),
    "empty body": ({"comments": [comment("x", body=" ")]}, "helpdesk.invalid_value", "body must be"),
    "a comment twice": ({"comments": [comment("x"), comment("x")]}, "helpdesk.invalid_value", "is given twice"),
    "no body": ({"comments": [comment("x", body=None)]}, "helpdesk.invalid_value", "a comment needs"),
    "future": ({"created_at": "2999-01-01T00:00:00Z"}, "helpdesk.invalid_value", "created_at must lie in the past"),
    "past": ({"created_at": "1970-01-01T00:00:00Z"}, "helpdesk.invalid_value", "created_at must be between"),
    "no time": ({"created_at": None}, "helpdesk.invalid_value", "created_at is missing"),
    "odd time": ({"created_at": "yesterday-ish"}, "22007", "invalid input syntax"),
    "title": ({"title": ""}, "helpdesk.invalid_value", "title must be"),
    "tags": ({"tags": [f"t{n}" for n in range(51)]}, "helpdesk.too_many", "tags"),
    "field": ({"custom_fields": {"nothing": 1}}, "helpdesk.field_not_found", "custom_fields.nothing"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_bad_item_among_many(db: Db, world: World, name: str) -> None:
    run = with_people(db)
    values, reason, message = BAD[name]
    items = [ticket(f"t{n}") for n in range(7)]
    items[4] |= values
    results = send(db, run, "ticket", *items)
    assert outcomes(results) == ["created"] * 4 + [reason] + ["created"] * 2
    assert message in results[4]["error"]["message"]
    assert value(db, "select count(*) from helpdesk.tickets where title = 'Broken printer'") == 6
    assert value(db, "select count(*) from helpdesk.messages where imported") == 12
    counts = value(db, "select counts -> 'ticket' from helpdesk_private.import_runs where run_id = %s", run)
    assert (counts["created"], counts["refused"], counts["unchanged"]) == (6, 1, 0)
    assert outcomes(send(db, run, "ticket", ticket("t4"))) == ["created"]


def test_an_item_that_is_given_twice_is_written_once(db: Db, world: World) -> None:
    run = with_people(db)
    items = ticket("t1"), ticket("t2"), ticket("t1", hash="2", title="The later counts")
    results = send(db, run, "ticket", *items)
    assert outcomes(results) == ["created", "created", "updated"]
    assert value(db, "select title from helpdesk.tickets where ticket_id = %s", results[0]["id"]) == "The later counts"


def test_a_person_who_was_deleted_here_is_not_found(db: Db, world: World) -> None:
    run = with_people(db)
    db.execute("delete from helpdesk.users where email = 'ann@example.com'")
    assert outcomes(send(db, run, "ticket", ticket())) == ["helpdesk.user_not_found"]


def test_an_external_id_that_another_ticket_has(db: Db, world: World) -> None:
    run = with_people(db)
    assert outcomes(send(db, run, "ticket", ticket("t1", reference="A-1"))) == ["created"]
    items = ticket("t2", reference="A-1"), ticket("t3", reference="A-2"), ticket("t4", reference="A-2")
    results = send(db, run, "ticket", *items)
    taken = "helpdesk.external_id_taken"
    assert outcomes(results) == [taken, "created", taken]
    assert results[0]["error"]["message"] == "Another ticket has this external id."
    assert outcomes(send(db, run, "ticket", ticket("t1", reference="A-1", hash="2"))) == ["updated"]


def test_runs(db: Db, world: World) -> None:
    run = start(db, ADMIN)
    with refused("id_conflict"), be(db, ADMIN):
        db.execute("select helpdesk.start_import(%s, 'other')", (run,))
    with refused("import_not_found"), be(db, ADMIN):
        db.execute("select helpdesk.import_batch(%s, 'team', '[]')", (uuid4(),))
    with refused("invalid_value", "kind must be one of"), be(db, ADMIN):
        db.execute("select helpdesk.import_batch(%s, 'comment', '[]')", (run,))
    with refused("too_many"), be(db, ADMIN):
        db.execute("select helpdesk.import_batch(%s, 'team', %s)", (run, Jsonb([{}] * 501)))
    assert outcomes(send(db, run, "team", {}, {"external_id": "1"}, person=ADMIN)) == ["helpdesk.invalid_value"] * 2
    with be(db, ADMIN):
        finished = value(db, "select helpdesk.finish_import(%s, '{\"read\": 1}')", run)
        assert value(db, "select helpdesk.list_imports(1) -> 0 ->> 'source'") == "zendesk:acme"
        known = value(db, "select helpdesk.known_imports('zendesk:acme', 'team', array['1'])")
    assert (finished["report"], known) == ({"read": 1}, {})
    with refused("import_finished"), be(db, ADMIN):
        db.execute("select helpdesk.import_batch(%s, 'team', '[]')", (run,))
    for person in (AGENT, CUSTOMER):
        with refused("forbidden"), be(db, person):
            db.execute("select helpdesk.import_batch(%s, 'team', '[]')", (run,))
