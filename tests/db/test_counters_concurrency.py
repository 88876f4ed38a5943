"""Counters and many writers at once: none waits for a counter, none deadlocks, and every number is right."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import psycopg
import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, SERVICE, Db, be, refused, value
from tests.db.test_counters import assert_right
from tests.db.test_races import call, together
from tests.db.world import World

WRITERS = 8
OPEN_AT_ONCE = 20
RECOUNT = "select * from helpdesk.recount_tickets()"


def _queues(db: Db, world: World, each: int) -> list[list[Any]]:
    """Tickets for each writer of its own, in three teams."""
    teams = [world[name] for name in ("desk", "vault", "empty")]
    found = db.execute(
        "insert into helpdesk.tickets (title, team_id, created_by) "
        "select 'Ticket ' || n, (%s::uuid[])[1 + n %% 3], %s from generate_series(1, %s) as n returning ticket_id",
        (teams, world["customer"], each * WRITERS),
    ).fetchall()
    db.commit()
    return [[row["ticket_id"] for row in found[i::WRITERS]] for i in range(WRITERS)]


def _write(url: str, tickets: list[Any], world: World, seed: int) -> int:
    """Transactions of several statements that raise, lower and move, in any order of teams and priorities."""
    chance = random.Random(seed)
    done = 0
    with psycopg.connect(url) as db:
        for _ in range(40):
            for ticket in chance.sample(tickets, 4):
                change = chance.choice(
                    [
                        ("priority = %s", chance.choice(["low", "medium", "high", "urgent"])),
                        ("status = %s", chance.choice(["open", "pending", "resolved"])),
                        ("team_id = %s", world[chance.choice(["desk", "vault", "empty"])]),
                    ]
                )
                db.execute(
                    f"update helpdesk.tickets set {change[0]} where ticket_id = %s".encode(), (change[1], ticket)
                )
            if chance.random() < 0.1:
                db.rollback()
            else:
                db.commit()
            done += 1
    return done


def test_eight_writers_neither_deadlock_nor_miscount(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        queues = _queues(db, world, 12)
    url = pg.url(own)
    jobs: list[Callable[[], Any]] = [partial(_write, url, queues[i], world, i) for i in range(WRITERS)]
    # An admin recounts all the while: nobody may be corrected who was right.
    jobs += [call(pg, own, ADMIN, RECOUNT) for _ in range(3)]
    results = together(jobs)
    assert results == [40] * WRITERS + [[]] * 3
    with pg.connect(own) as db:
        assert_right(db)


def test_nobody_waits_for_a_counter_however_many_write(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        queues = _queues(db, world, 6)
    tickets = [ticket for queue in queues for ticket in queue][: 2 * OPEN_AT_ONCE]
    change = "update helpdesk.tickets set priority = %s where ticket_id = %s"
    with ExitStack() as stack:
        writers = [stack.enter_context(psycopg.connect(pg.url(own))) for _ in range(OPEN_AT_ONCE)]
        # Half of them write the counters in the other order; each would wait for all before it.
        for turn in range(2):
            for i, writer in enumerate(writers):
                writer.execute("set local lock_timeout = '2s'")
                priority = "urgent" if (i + turn) % 2 else "low"
                writer.execute(change, (priority, tickets[2 * i + turn]))
        for writer in writers:
            writer.commit()
    with pg.connect(own) as db:
        assert_right(db)
        slots = "select count(distinct slot) from helpdesk_private.ticket_counters"
        assert value(db, slots) >= OPEN_AT_ONCE
        with be(db, ADMIN):
            assert db.execute(RECOUNT).fetchall() == []
        assert value(db, slots) == 1
        assert_right(db)


def test_two_recounts_correct_a_difference_once(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        db.execute("alter table helpdesk.tickets disable trigger count_tickets_updated")
        with be(db, SERVICE):
            db.execute("update helpdesk.tickets set priority = 'urgent' where ticket_id = %s", (world["mine"],))
        db.execute("alter table helpdesk.tickets enable trigger count_tickets_updated")
    results = together([call(pg, own, ADMIN, f"{RECOUNT}, pg_sleep(0.3)") for _ in range(4)])
    assert sorted(len(rows) for rows in results) == [0, 0, 0, 2]
    with pg.connect(own) as db:
        assert_right(db)


def test_a_recount_and_an_open_write_do_not_wait_for_each_other(pg: Server, own: str, world: World) -> None:
    raise_it = "update helpdesk.tickets set priority = 'urgent' where ticket_id = %s"
    with pg.connect(own) as db:
        db.execute(raise_it, (world["mine"],))
    with pg.connect(own) as writing, pg.connect(own) as admin:
        writing.execute(raise_it, (world["theirs"],))
        admin.execute("set lock_timeout = '2s'")
        with be(admin, ADMIN):
            assert admin.execute(RECOUNT).fetchall() == []
        # The recount is open, too, and has folded what was free.
        writing.execute("set lock_timeout = '2s'")
        writing.execute(raise_it, (world["lent"],))
        writing.commit()
        admin.commit()
    with pg.connect(own) as db:
        assert_right(db)


def test_writers_with_old_snapshots_are_counted(pg: Server, own: str, world: World) -> None:
    raise_it = "update helpdesk.tickets set priority = 'urgent' where ticket_id = %s"
    with pg.connect(own) as first, pg.connect(own) as second:
        second.execute("set transaction isolation level repeatable read")
        second.execute("select count(*) from helpdesk.tickets")
        first.execute(raise_it, (world["theirs"],))
        first.commit()
        second.execute(raise_it, (world["lent"],))
        second.execute(raise_it, (world["gones"],))
        second.commit()
    with pg.connect(own) as db:
        assert_right(db)


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
def test_a_recount_with_an_old_snapshot_is_refused(pg: Server, own: str, world: World, isolation: str) -> None:
    with pg.connect(own) as db:
        db.execute(f"set transaction isolation level {isolation}".encode())
        db.execute("select count(*) from helpdesk.tickets")
        with refused("invalid_value", "read committed"), be(db, ADMIN):
            db.execute(RECOUNT)
