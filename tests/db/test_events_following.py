"""Events: whoever follows the log misses nothing, sees nothing twice, and in order, whatever writers do meanwhile."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import LiteralString

import psycopg
import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, CUSTOMER, Person, be, one, value
from tests.db.test_events import newest, since
from tests.db.world import World


def follow(pg: Server, database: str, person: Person, done: Callable[[], bool]) -> list[int]:
    """Read the stream page by page until everybody is done and nothing comes any more."""
    seen: list[int] = []
    cursor = None
    idle = 0
    with pg.connect(database) as db:
        while idle < 20:
            with be(db, person):
                page = since(db, cursor, 7)
            db.commit()
            seen += [row["event_id"] for row in page]
            cursor = page[-1]["cursor"] if page else cursor
            idle = idle + 1 if done() and not page else 0
            if not page:
                time.sleep(0.005)
    return seen


def write(pg: Server, database: str, customer: str, number: int, seed: int) -> None:
    """Open tickets in transactions that commit whenever they like."""
    dice = random.Random(seed)
    with pg.connect(database) as db:
        for i in range(number):
            db.execute("select helpdesk.create_ticket(%s, requester_id => %s)", (f"{seed}-{i}", customer))
            time.sleep(dice.random() * 0.008)
            if dice.random() < 0.15:
                db.rollback()
            else:
                db.commit()


@pytest.mark.parametrize("person", [ADMIN, CUSTOMER], ids=str)
def test_f13_a_reader_misses_nothing_while_writers_commit_out_of_order(
    pg: Server, own: str, world: World, person: Person
) -> None:
    with pg.connect(own) as slow:
        slow.execute("select helpdesk.create_ticket('the slow one', requester_id => %s)", (world["customer"],))
        writers = [
            threading.Thread(target=write, args=(pg, own, world["customer"], 25, seed), daemon=True)
            for seed in range(4)
        ]
        read: list[int] = []
        finished = threading.Event()
        reader = threading.Thread(target=lambda: read.extend(follow(pg, own, person, finished.is_set)), daemon=True)
        for thread in (reader, *writers):
            thread.start()
        for thread in writers:
            thread.join(60)
        held_back = len(read)
        slow.commit()
        finished.set()
        reader.join(60)
        with be(slow, person):
            everything = [
                row["event_id"] for row in slow.execute("select event_id from helpdesk.events order by xid, event_id")
            ]
    assert not reader.is_alive()
    assert sorted(read) == sorted(everything)
    assert read == everything
    assert held_back < len(everything)


def test_an_event_waits_for_every_older_transaction(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as slow, pg.connect(own) as quick, pg.connect(own) as reader:
        slow.execute("select helpdesk.create_ticket('slow', requester_id => %s)", (world["customer"],))
        quick.execute("select helpdesk.create_ticket('quick', requester_id => %s)", (world["customer"],))
        quick.commit()
        head = value(reader, "select helpdesk.events_head()")
        reader.commit()
        with be(reader, ADMIN):
            assert since(reader, head) == []
        reader.commit()
        slow.commit()
        with be(reader, ADMIN):
            assert [row["data"]["title"] for row in since(reader, head)] == ["slow", "quick"]
        assert one(reader, "select count(*) as n from helpdesk.events where type = 'ticket.created'")["n"] == 9


def test_a_ticket_that_two_transactions_change_keeps_its_order(pg: Server, own: str, world: World) -> None:
    """The one that began to write first, but came to the ticket last, stands last."""
    with pg.connect(own) as early, pg.connect(own) as late, pg.connect(own) as reader:
        before = newest(reader)
        reader.rollback()
        rename: LiteralString = "update helpdesk.tickets set title = %s where ticket_id = %s"
        early.execute("select helpdesk.add_note(%s, 'first')", (world["answered"],))
        late.execute(rename, ("second", world["mine"]))
        late.commit()
        early.execute(rename, ("third", world["mine"]))
        early.commit()
        rows = reader.execute("select * from helpdesk.events_since() where event_id > %s", (before,)).fetchall()
    titles = [(row["ticket_revision"], row["data"]["changes"]["title"][1]) for row in rows if "changes" in row["data"]]
    assert titles == [(2, "second"), (3, "third")]
    assert len(rows) == 3


def test_a_tag_waits_for_an_edit_under_way_and_stands_behind_it(pg: Server, own: str, world: World) -> None:
    """The one who tags began to write first; without waiting their event would stand before an edit they never saw."""
    with pg.connect(own) as early, pg.connect(own) as late, pg.connect(own) as reader:
        before = newest(reader)
        reader.rollback()
        tag: LiteralString = "insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, 'late')"
        early.execute("select helpdesk.add_note(%s, 'first')", (world["answered"],))
        late.execute("update helpdesk.tickets set title = 'second' where ticket_id = %s", (world["mine"],))
        early.execute("set local lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable), early.transaction():
            early.execute(tag, (world["mine"],))
        late.commit()
        early.execute(tag, (world["mine"],))
        early.commit()
        rows = reader.execute("select * from helpdesk.events_since() where event_id > %s", (before,)).fetchall()
    assert [row["type"] for row in rows] == ["note.created", "ticket.updated", "ticket.tagged"]
