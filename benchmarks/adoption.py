"""What adopters wait for: a fresh helpdesk for each test, and an export of everything."""

from __future__ import annotations

import json
import statistics
import time
import tracemalloc
from collections.abc import Callable

import psycopg

from benchmarks.measure import Result, Section
from helpdesk_sdk import Helpdesk, exports
from helpdesk_sdk.install.project import project_dir
from helpdesk_sdk.local import Stack, _sql, migrations
from helpdesk_sdk.testing._databases import Databases

TICKETS, TICKETS_QUICK = 20_000, 200
_MESSAGES = 4
_FRESH, _MIGRATED = 30, 3
_AIM_MS = 100
_LOAD = """
    set session_replication_role = replica;
    insert into helpdesk.users (email, name) values ('bench@example.com', 'Mei');
    insert into helpdesk.tickets (number, title, description, team_id, created_by)
      select n, 'Ticket ' || n, repeat('All about it. ', 40), t.team_id, u.user_id
      from generate_series(1, %(tickets)s) as n, helpdesk.teams as t, helpdesk.users as u
      where t.is_default and u.email = 'bench@example.com';
    insert into helpdesk.messages (ticket_id, requester_id, author_id, author_kind, author_name, body)
      select t.ticket_id, t.created_by, t.created_by, 'customer', 'Mei', repeat('And more of it. ', 20)
      from helpdesk.tickets as t, generate_series(1, %(messages)s) as m;
    reset session_replication_role;
"""
_BARE = """
    copy (
      select to_jsonb(t) || jsonb_build_object('messages', (
        select jsonb_agg(m order by m.sequence) from helpdesk.messages as m where m.ticket_id = t.ticket_id
      ))
      from helpdesk.tickets as t order by t.number
    ) to stdout
"""


def run(tickets: int) -> Section:
    """Make helpdesks, then export one with that many tickets."""
    section = Section(
        "Adoption",
        f"A fresh helpdesk for a test, against migrations in an empty database; the median. An export of {tickets:,} "
        f"tickets with {_MESSAGES} messages each through the SDK, as lines of JSON, against COPY as superuser. Memory: "
        "the most that the export held, with responses collected.",
    )
    with Stack.start(ephemeral=True) as stack:
        databases = Databases(stack)
        databases.prepare()
        section.results.append(_fresh(databases))
        with databases.project() as project:
            section.results.append(_export(project.db_url, project.system, tickets))
    return section


def _fresh(databases: Databases) -> Result:
    def fresh() -> None:
        with databases.project() as project:
            taken.append(time.perf_counter() - begun)
            assert project.url

    taken: list[float] = []
    for _ in range(_FRESH):
        begun = time.perf_counter()
        fresh()
    migrated = statistics.median(_seconds(lambda: _migrate(databases)) for _ in range(_MIGRATED))
    median = statistics.median(taken)
    numbers: dict[str, float | str] = {
        "ms": median * 1000,
        "slowest, ms": max(taken) * 1000,
        "migrated, ms": migrated * 1000,
        "ratio": median / migrated,
    }
    return Result("a fresh helpdesk", numbers, f"≤ {_AIM_MS} ms", median * 1000 <= _AIM_MS)


def _migrate(databases: Databases) -> None:
    name = "helpdesk_migrated"
    databases._admin("create database {}", name)
    url = databases._url(name)
    _sql.run(url, _sql.WITHOUT_GATEWAY)
    migrations.apply(url, project_dir() / "migrations")
    databases._admin("drop database {} with (force)", name)


def _export(db_url: str, hd: Helpdesk, tickets: int) -> Result:
    with psycopg.connect(db_url) as db:
        db.execute(_LOAD % {"tickets": tickets, "messages": _MESSAGES})
    size = 0

    def ours() -> None:
        nonlocal size
        size = sum(len(json.dumps(line, ensure_ascii=False)) + 1 for line in exports.lines(hd))

    def bare() -> None:
        with psycopg.connect(db_url) as db, db.cursor() as cursor, cursor.copy(_BARE) as copy:
            assert sum(len(piece) for piece in copy)

    seconds, base = _seconds(ours), _seconds(bare)
    tracemalloc.start()
    ours()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    numbers: dict[str, float | str] = {
        "tickets/s": tickets / seconds,
        "MB": size / 1e6,
        "COPY, tickets/s": tickets / base,
        "ratio": seconds / base,
        "memory, MB": peak / 2**20,
    }
    return Result("export", numbers)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
