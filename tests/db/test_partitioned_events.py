"""The recipe that partitions the event log: afterwards everybody reads the same, and new events go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.db.catalog import privileges
from tests.db.conftest import Server
from tests.db.matrix import CASES
from tests.db.matrix.in_sql import failures
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, STRANGER, Db, as_person, be, refused, value
from tests.db.world import World

RECIPE = (Path(__file__).parents[2] / "examples/operations/partition_events.sql").read_text("utf-8")
_READERS = (ADMIN, AGENT, CUSTOMER, OTHER, STRANGER)


def _read(db: Db) -> dict[str, list[Any]]:
    found = {}
    for person in _READERS:
        with as_person(db, person):
            rows = db.execute("select to_jsonb(e) as event from helpdesk.events_since(null, 1000) as e").fetchall()
        found[person.name] = [row["event"] for row in rows]
    return found


@pytest.fixture
def partitioned(pg: Server, own: str) -> Iterator[tuple[Db, dict[str, list[Any]], list[str]]]:
    """A copy whose log was partitioned; what everybody read before, and the privileges."""
    with pg.connect(own) as db:
        before, granted = _read(db), list(privileges(db))
        db.commit()
        db.execute(RECIPE)
        db.commit()
        yield db, before, granted


def test_everybody_reads_what_they_read_before(
    partitioned: tuple[Db, dict[str, list[Any]], list[str]], world: World
) -> None:
    db, before, granted = partitioned
    assert _read(db) == before
    assert before["admin"]
    assert list(privileges(db)) == granted
    kinds = db.execute("select relkind from pg_class where oid = 'helpdesk.events'::regclass").fetchall()
    assert [row["relkind"] for row in kinds] == ["p"]
    targets = ("events", "events_since", "events_page", "ticket_timeline")
    about = [case for case in CASES if case.tries.target in targets]
    assert len(about) > 10
    assert [found for case in about for found in failures(db, world, case)] == []


def test_new_events_go_on_and_are_announced_once(
    partitioned: tuple[Db, dict[str, list[Any]], list[str]], world: World
) -> None:
    db, _, _ = partitioned
    newest = value(db, "select max(event_id) from helpdesk.events")
    said = value(db, "select count(*) from realtime.messages")
    with be(db, CUSTOMER):
        db.execute("select helpdesk.send_reply(%s, 'Hello')", (world["mine"],))
    ids = [row["event_id"] for row in db.execute("select event_id from helpdesk.events where event_id > %s", (newest,))]
    assert ids
    assert value(db, "select count(*) from realtime.messages") > said
    per_topic = value(
        db,
        "select max(n) from (select count(*) as n from realtime.messages "
        "where (payload ->> 'event_id')::bigint = any(%s) group by topic, payload ->> 'event_id') as t",
        ids,
    )
    assert per_topic == 1


def test_the_log_stays_append_only_and_partitions_are_shut(
    partitioned: tuple[Db, dict[str, list[Any]], list[str]],
) -> None:
    db, _, _ = partitioned
    for statement in (
        "delete from helpdesk.events",
        "update helpdesk.events set type = 'x'",
        "truncate helpdesk.events",
    ):
        with db.transaction(force_rollback=True), refused("forbidden"):
            db.execute(statement)
    parts = [
        row["name"]
        for row in db.execute(
            "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'helpdesk.events'::regclass"
        ).fetchall()
    ]
    assert len(parts) == 2
    for part in parts:
        with as_person(db, ADMIN), pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(f"select * from {part}")


def test_run_again_it_adds_a_partition(partitioned: tuple[Db, dict[str, list[Any]], list[str]]) -> None:
    db, before, _ = partitioned
    db.execute(RECIPE)
    count = value(db, "select count(*) from pg_inherits where inhparent = 'helpdesk.events'::regclass")
    assert count == 3
    assert _read(db) == before


def test_the_oldest_partition_can_be_detached(
    partitioned: tuple[Db, dict[str, list[Any]], list[str]], world: World
) -> None:
    db, before, _ = partitioned
    old = before["admin"][0]
    cursor = old["cursor"]
    # As if the first partition were full.
    db.execute("select setval('helpdesk.events_event_id_seq', 100000001)")
    with be(db, CUSTOMER):
        db.execute("select helpdesk.send_reply(%s, 'Later')", (world["mine"],))
    db.commit()
    db.execute("alter table helpdesk.events detach partition helpdesk.events_to_100000000")
    with as_person(db, ADMIN):
        rows = db.execute("select type from helpdesk.events_since(%s)", (cursor,)).fetchall()
    assert [row["type"] for row in rows] == ["message.created"]
