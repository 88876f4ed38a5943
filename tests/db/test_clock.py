"""A clock that steps back: what happened later on a ticket stands later in its log, conversation and timeline."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, Person, as_person, value
from tests.db.world import World

_TABLES = ("messages", "notes", "events", "attachments")


@pytest.fixture
def backwards(db: Db) -> Db:
    """A helpdesk whose clock goes back an hour at each row: every row is older than the row before it."""
    db.execute("create sequence helpdesk_private.ticks")
    for table in _TABLES:
        db.execute(
            f"alter table helpdesk.{table} alter column created_at set default "
            "clock_timestamp() - nextval('helpdesk_private.ticks') * interval '1 hour'".encode()
        )
    db.execute("grant usage on sequence helpdesk_private.ticks to public")
    return db


def _converse(db: Db, ticket: str) -> list[str]:
    """Messages, notes and edits in turn; the order in which they were written."""
    last = None
    written = []
    for n in range(4):
        reply = "select (helpdesk.send_reply(%s, %s, %s)).message_id"
        last = value(db, reply, ticket, f"reply {n}", last)
        value(db, "select (helpdesk.add_note(%s, %s)).note_id", ticket, f"note {n}")
        db.execute("update helpdesk.tickets set priority = %s where ticket_id = %s", (("low", "high")[n % 2], ticket))
        written += [f"reply {n}", *(["ticket.status_changed"] if n == 0 else []), f"note {n}", "ticket.updated"]
    return written


def _pages(db: Db, query: str, ticket: str, column: str = "sequence") -> list[dict[str, Any]]:
    """All rows, two at a time, each page behind the last row of the page before."""
    rows: list[dict[str, Any]] = []
    after = 0
    while page := db.execute(query.encode(), {"ticket": ticket, "after": after}).fetchall():
        rows += page
        after = page[-1][column]
    return rows


TIMELINE = "select * from helpdesk.ticket_timeline(%(ticket)s, %(after)s, 2)"


def test_the_clock_goes_back(backwards: Db, world: World) -> None:
    with as_person(backwards, AGENT):
        _converse(backwards, world["mine"])
        times = [row["at"] for row in _pages(backwards, TIMELINE, world["mine"])[1:]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("who", [AGENT, ADMIN, CUSTOMER], ids=str)
def test_the_timeline_has_the_order_of_writing(backwards: Db, world: World, who: Person) -> None:
    with as_person(backwards, AGENT):
        written = _converse(backwards, world["mine"])
        whole = backwards.execute("select * from helpdesk.ticket_timeline(%s)", (world["mine"],)).fetchall()
        assert [row["body"] or row["type"] for row in whole][-len(written) :] == written
        assert _pages(backwards, TIMELINE, world["mine"]) == whole
    with as_person(backwards, who):
        seen = _pages(backwards, TIMELINE, world["mine"])
    assert [row["sequence"] for row in seen] == sorted({row["sequence"] for row in seen})


@pytest.mark.parametrize(("table", "prefix"), [("messages", "reply"), ("notes", "note")])
def test_the_conversation_and_the_notes_have_the_order_of_writing(
    backwards: Db, world: World, table: str, prefix: str
) -> None:
    pages = (
        f"select * from helpdesk.{table} where ticket_id = %(ticket)s and sequence > %(after)s "
        "order by sequence limit 2"
    )
    with as_person(backwards, AGENT):
        _converse(backwards, world["mine"])
        bodies = [row["body"] for row in _pages(backwards, pages, world["mine"])]
        newest = value(
            backwards,
            f"select {table.removesuffix('s')}_id from helpdesk.{table} where ticket_id = %s "
            "order by sequence desc limit 1",
            world["mine"],
        )
        last = value(backwards, "select last_message_id from helpdesk.tickets where ticket_id = %s", world["mine"])
    assert bodies == [f"{prefix} {n}" for n in range(4)]
    if table == "messages":
        assert newest == last


def test_the_log_of_a_ticket_has_the_order_of_its_revisions(pg: Server, own: str, world: World) -> None:
    """An event takes the number of the ticket's newest event, if that is higher: newest by its id, not by its time."""
    with pg.connect(own) as db:
        start = value(db, "select max(event_id) from helpdesk.events")
        db.execute("create sequence helpdesk_private.ticks")
        db.execute(
            "alter table helpdesk.events alter column created_at set default "
            "clock_timestamp() - nextval('helpdesk_private.ticks') * interval '1 hour'"
        )
    with pg.connect(own) as early, pg.connect(own) as late, pg.connect(own) as reader:
        # Gets its number first, and writes to the ticket last.
        early.execute("update helpdesk.tickets set title = 'other' where ticket_id = %s", (world["answered"],))
        for title in ("one", "two", "three"):
            late.execute("update helpdesk.tickets set title = %s where ticket_id = %s", (title, world["mine"]))
            late.commit()
        early.execute("update helpdesk.tickets set title = 'four' where ticket_id = %s", (world["mine"],))
        early.commit()
        rows = reader.execute(
            "select * from helpdesk.events_since(null, 1000, %s) where event_id > %s", (world["mine"], start)
        ).fetchall()
    assert [row["data"]["changes"]["title"][1] for row in rows] == ["one", "two", "three", "four"]
    assert [row["ticket_revision"] for row in rows] == sorted(row["ticket_revision"] for row in rows)
    assert [row["created_at"] for row in rows] == sorted((row["created_at"] for row in rows), reverse=True)


def test_an_import_with_old_dates_keeps_the_order_in_which_it_writes(backwards: Db, world: World) -> None:
    """Older rows that are written later stand behind: whoever has read up to a sequence number misses nothing."""
    add = (
        "insert into helpdesk.messages (ticket_id, requester_id, author_kind, author_name, body, created_at) "
        "values (%s, %s, 'customer', 'Ada', %s, %s) returning sequence"
    )
    first = value(backwards, add, world["mine"], world["customer"], "new", "2026-05-01")
    second = value(backwards, add, world["mine"], world["customer"], "old", "2019-01-01")
    assert first < second
    with as_person(backwards, CUSTOMER):
        after = backwards.execute(
            "select body, at::date::text from helpdesk.ticket_timeline(%s, %s)", (world["mine"], first)
        ).fetchall()
    assert [tuple(row.values()) for row in after] == [("old", "2019-01-01")]


def test_no_function_of_ours_orders_what_happened_on_a_ticket_by_time(db: Db) -> None:
    """Lists of tickets are ordered by the tickets' dates; rows of one ticket never are."""
    rows = db.execute(
        "select proname from pg_proc where pronamespace::regnamespace::text in ('helpdesk', 'helpdesk_private') "
        r"and prosrc ~ 'order by [^\n;]*\m(e|m|n)\.(created_at|at)\M'"
    )
    assert rows.fetchall() == []
    indexes = db.execute(
        "select indexname from pg_indexes where schemaname = 'helpdesk' and tablename = any(%s) "
        # An index of kind BRIN finds a time, and gives no order.
        "and indexdef like '%%created_at%%' and indexdef not ilike '%%using brin%%'",
        (list(_TABLES),),
    )
    assert indexes.fetchall() == []
