"""Events: one row a change, nothing for a customer that is staff's, and a reader that follows misses nothing."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest
from tests.db.event_changes import CHANGES
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
    as_person,
    be,
    refused,
    value,
)
from tests.db.world import World

SINCE = "select * from helpdesk.events_since(%s, %s)"


def since(db: Db, cursor: str | None = None, rows: int = 1000) -> list[dict[str, Any]]:
    return db.execute(SINCE, (cursor, rows)).fetchall()


def logged(db: Db, after: int) -> list[tuple[str, str, Any]]:
    """Type, audience and data of what was logged after an event, seen by the owner."""
    rows = db.execute(
        "select type, audience, data from helpdesk.events where event_id > %s order by event_id", (after,)
    )
    return [(row["type"], row["audience"], row["data"]) for row in rows]


def newest(db: Db) -> int:
    return int(value(db, "select max(event_id) from helpdesk.events"))


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_is_one_event_in_the_same_transaction(db: Db, world: World, what: str) -> None:
    changes_are_logged(db, world, what)


def changes_are_logged(db: Db, world: World, what: str) -> None:
    """One change of the list writes the events that it should, by whom it should."""
    person, statement, expected = CHANGES[what]
    before = newest(db)
    ids = {name: f"'{id}'" for name, id in world.items()}
    with be(db, person):
        db.execute(statement.format(**ids).encode())
    found = logged(db, before)
    assert sorted((type, audience) for type, audience, _ in found) == sorted(expected)
    actors = db.execute(
        "select distinct actor_id::text, actor_kind from helpdesk.events where event_id > %s", (before,)
    )
    kind = "customer" if person == CUSTOMER else "staff"
    assert [tuple(row.values()) for row in actors] == ([(world[person.name], kind)] if expected else [])


def test_an_event_tells_the_old_value_and_the_new(db: Db, world: World) -> None:
    before = newest(db)
    with be(db, AGENT):
        db.execute(
            "update helpdesk.tickets set status = 'pending', priority = 'high' where ticket_id = %s", (world["mine"],)
        )
    assert [(type, data) for type, _, data in logged(db, before)] == [
        ("ticket.status_changed", {"changes": {"status": ["open", "pending"]}}),
        ("ticket.updated", {"changes": {"priority": ["medium", "high"]}}),
    ]


def test_nothing_of_staff_is_ever_for_a_customer(db: Db, world: World) -> None:
    with as_person(db, CUSTOMER):
        for rows in (since(db), db.execute("select * from helpdesk.events").fetchall()):
            assert rows
            assert {row["audience"] for row in rows} == {"customer"}
            assert {str(row["requester_id"]) for row in rows} == {world["customer"]}
            assert not {"note.created", "ticket.tagged", "ticket.assigned"} & {row["type"] for row in rows}


@pytest.mark.parametrize("person", [CUSTOMER, OTHER, AGENT, STRANGER, ADMIN, SERVICE], ids=str)
def test_the_stream_shows_no_more_than_the_table(db: Db, world: World, person: Person) -> None:
    with as_person(db, person):
        table = {row["event_id"] for row in db.execute("select event_id from helpdesk.events").fetchall()}
        stream = [row["event_id"] for row in since(db)]
    assert set(stream) <= table
    assert len(stream) == len(set(stream))
    if person in (CUSTOMER, OTHER, ADMIN, SERVICE):
        assert set(stream) == table


def test_an_agent_streams_the_events_of_their_queue_what_is_lent_to_them_and_their_own(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        seen = {str(row["ticket_id"]) for row in since(db)}
        notes = {str(row["ticket_id"]) for row in since(db) if row["type"] == "note.created"}
    assert seen == {world[name] for name in ("mine", "answered", "closed", "lent", "agents")}
    assert notes == {world["answered"], world["lent"]}


def test_a_ticket_that_was_transferred_takes_its_stream_along(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.unassign_ticket(%s)", (world["answered"],))
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["vault"]))
        assert world["answered"] not in {str(row["ticket_id"]) for row in since(db)}
        assert value(db, "select count(*) from helpdesk.events where ticket_id = %s", world["answered"]) == 0


@pytest.mark.parametrize("rows", [1, 3, 1000])
@pytest.mark.parametrize("person", [CUSTOMER, AGENT, STRANGER, ADMIN], ids=str)
def test_pages_of_any_size_give_the_same_stream(db: Db, world: World, person: Person, rows: int) -> None:
    with as_person(db, person):
        whole = [row["event_id"] for row in since(db)]
        paged: list[int] = []
        cursor = None
        while page := since(db, cursor, rows):
            assert len(page) <= rows
            paged += [row["event_id"] for row in page]
            cursor = page[-1]["cursor"]
    assert paged == whole
    assert whole == sorted(whole)


@pytest.mark.parametrize(
    "cursor", ["", "1", "1.", ".1", "a.b", "-1.0", "1.1.1", " 1.1", "9" * 30 + ".1", "1.1; select 1"]
)
def test_a_cursor_that_is_none_is_refused(db: Db, world: World, cursor: str) -> None:
    with refused("invalid_value", "after"), as_person(db, ADMIN):
        since(db, cursor)


def test_a_cursor_of_the_future_is_refused_and_of_now_is_not(db: Db, world: World) -> None:
    with refused("cursor_ahead"), as_person(db, ADMIN):
        since(db, "999999999999999999.0")
    with as_person(db, ADMIN):
        assert since(db, value(db, "select helpdesk.events_head()")) == []


@pytest.mark.parametrize("rows", [0, -1, 1001, None])
def test_a_page_has_a_size(db: Db, world: World, rows: int | None) -> None:
    for query in (
        "select * from helpdesk.events_since(null, %s)",
        "select * from helpdesk.ticket_timeline(%s, max_rows => %s)",
    ):
        parameters = (rows,) if "events" in query else (world["mine"], rows)
        with refused("invalid_value", "max_rows"), as_person(db, ADMIN):
            db.execute(query.encode(), parameters)


@pytest.mark.parametrize(("person", "reason"), [(GONE, "inactive_user"), (NOBODY, "no_profile")], ids=str)
def test_who_is_not_in_reads_no_stream(db: Db, world: World, person: Person, reason: str) -> None:
    with refused(reason), as_person(db, person):
        since(db)
    with refused(reason), as_person(db, person):
        db.execute("select * from helpdesk.ticket_timeline(%s)", (world["mine"],))


@pytest.mark.parametrize("person", [CUSTOMER, AGENT], ids=str)
def test_the_timeline_pages_through_everything_in_order(db: Db, world: World, person: Person) -> None:
    with as_person(db, person):
        whole = db.execute("select * from helpdesk.ticket_timeline(%s)", (world["answered"],)).fetchall()
        paged: list[dict[str, Any]] = []
        after = None
        while page := db.execute(
            "select * from helpdesk.ticket_timeline(%s, %s, 2)", (world["answered"], after)
        ).fetchall():
            paged += page
            after = page[-1]["sequence"]
    assert paged == whole
    assert [row["at"] for row in whole] == sorted(row["at"] for row in whole)
    kinds = {row["kind"] for row in whole}
    assert kinds == ({"message", "event"} if person == CUSTOMER else {"message", "event", "note"})


def test_the_log_cannot_be_rewritten_by_anybody(db: Db, world: World) -> None:
    statements: tuple[LiteralString, ...] = (
        "update helpdesk.events set actor_name = 'x'",
        "delete from helpdesk.events",
        "truncate helpdesk.events",
    )
    for statement in statements:
        with refused("forbidden", "append-only"), db.transaction():
            db.execute(statement)


def test_a_log_from_another_database_is_refused_until_it_is_rebased(db: Db, world: World) -> None:
    db.execute("alter table helpdesk.events disable trigger guard_events")
    db.execute("update helpdesk.events set xid = '900000000000' where type = 'team.created'")
    db.execute("alter table helpdesk.events enable trigger guard_events")
    for person in (ADMIN, CUSTOMER):
        with refused("log_restored"), as_person(db, person):
            since(db)
    db.execute("select helpdesk_private.rebase_events()")
    with as_person(db, ADMIN):
        seen = [row["event_id"] for row in since(db)]
        assert seen == sorted(seen)
        assert len(seen) == value(db, "select count(*) from helpdesk.events")
    with refused("forbidden", "append-only"), db.transaction():
        db.execute("delete from helpdesk.events")
