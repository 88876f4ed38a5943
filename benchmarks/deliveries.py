"""Webhooks: how many deliveries a second, what a target that fails costs, and what the outbox adds to a write."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from benchmarks.measure import Result, Section, percentile
from helpdesk_sdk import Helpdesk, Webhook
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project

DELIVERIES, DELIVERIES_QUICK = 2_000, 100
FAILING, FAILING_QUICK = 10_000, 200
_WEBHOOKS = 4
_ROUNDS, _CALLS = 7, 60
_TYPE = "team.updated"

# A receiver as a program of its own, so that it takes no time from a worker's interpreter. /half fails half the time,
# by chance; it prints what was accepted when its input ends.
_RECEIVER = """
import asyncio, collections, json, random, sys
accepted, chance = collections.Counter(), random.Random(14)

async def serve(reader, writer):
    try:
        head = (await reader.readuntil(b"\\r\\n\\r\\n")).decode("latin-1")
        fields = dict(line.lower().split(": ", 1) for line in head.split("\\r\\n")[1:] if ": " in line)
        await reader.readexactly(int(fields["content-length"]))
        fails = head.startswith("POST /half") and chance.random() < 0.5
        if not fails:
            accepted[head.split(" ")[1] + fields["webhook-id"]] += 1
        writer.write(b"HTTP/1.1 %s\\r\\ncontent-length: 0\\r\\n\\r\\n" % (b"500 No" if fails else b"200 OK"))
        await writer.drain()
    finally:
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps([len(accepted), sum(accepted.values())]), flush=True)

asyncio.run(main())
"""

# Begins when a line comes, so that several workers begin together. Goes on until it has found nothing for a while.
_WORKER = """
import sys, time
from helpdesk_sdk import Helpdesk, Webhook
from helpdesk_sdk.delivery import send_waiting

with Helpdesk(sys.argv[1], sys.argv[2]) as hd:
    hd.outbox.health()
    print("ready", flush=True)
    sys.stdin.readline()
    idle = time.monotonic()
    while time.monotonic() - idle < 3:
        if any(vars(send_waiting(hd)).values()):
            idle = time.monotonic()
        time.sleep(0.2)
"""


def run(deliveries: int, failing: int) -> Section:
    """Send on a local stack of its own, whose own sending is off."""
    section = Section(
        "Deliveries",
        f"{deliveries:,} deliveries to {_WEBHOOKS} webhooks on loopback, over http, by the loop of `helpdesk worker "
        f"--deliver` in processes of their own; {failing:,} to a target that fails half the time, with short waits "
        "between attempts; and an update of a ticket, with and without the outbox. Stack, workers and receiver share "
        "the machine.",
    )
    with Stack.start(ephemeral=True) as stack, _receiver() as (port, accepted):
        info = stack.info
        project = Project(info.api_url, info.publishable_key, info.secret_key, info.db_url)
        with (
            Helpdesk(info.api_url, info.secret_key) as system,
            psycopg.connect(info.db_url, autocommit=True) as db,
        ):
            project.send_webhooks(False)
            section.results += _writes(system, project.client("customer"), db, port)
            expected = 0
            for workers in (1, 4):
                rate, p99 = _sent(system, db, project, port, "well", deliveries, workers)
                expected += deliveries
                columns: dict[str, float | str] = {"deliveries/s": rate, "p99, ms": p99}
                section.results.append(Result(f"{workers} worker{'s' * (workers > 1)}", columns))
            attempts = _attempts(db)
            rate, p99 = _sent(system, db, project, port, "half", failing, 4)
            dead = _count(db, "dead")
            columns = {"deliveries/s": rate, "p99, ms": p99, "attempts": _attempts(db) - attempts, "dead": dead}
        project.close()
        ids, requests = accepted()
        lost, doubled = expected + failing - dead - ids, requests - ids
        columns |= {"lost": lost, "doubled": doubled}
        section.results.append(
            Result("half fail, 4 workers", columns, "none lost, none doubled", lost == 0 and doubled == 0)
        )
    return section


def _sent(
    system: Helpdesk, db: psycopg.Connection[Any], project: Project, port: int, path: str, count: int, workers: int
) -> tuple[float, float]:
    """Deliveries a second from the first settled one to the last, and the p99 of an attempt in ms."""
    hooks = [
        system.webhooks.create(f"http://127.0.0.1:{port}/{path}{n}-{workers}", event_types=[_TYPE])
        for n in range(_WEBHOOKS)
    ]
    command = [sys.executable, "-c", _WORKER, project.url, project.secret_key]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(workers)
    ]
    for worker in running:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    db.execute(
        "select helpdesk_private.log_event(%s, 'staff', null, '{}') from generate_series(1, %s)",
        (_TYPE, count // _WEBHOOKS),
    )
    began = db.execute("select clock_timestamp()").fetchone()
    assert began
    for worker in running:
        assert worker.stdin
        worker.stdin.write("\n")
        worker.stdin.flush()
    while _count(db, "queued") or _count(db, "leased"):
        db.execute("update helpdesk.outbox set next_at = clock_timestamp() where state = 'queued'")
        time.sleep(1)
    for worker in running:
        worker.communicate()
        assert worker.returncode == 0
    times = db.execute(
        "select extract(epoch from max(o.finished_at) - %s)::float, array_agg(o.last_ms) from helpdesk.outbox as o "
        "where o.created_at <= %s and o.target_id = any(%s)",
        (began[0], began[0], [hook.webhook_id for hook in hooks]),
    ).fetchone()
    assert times
    for hook in hooks:
        system.webhooks.update(hook, is_active=False)
    return count / times[0], percentile(times[1], 0.99)


def _writes(system: Helpdesk, customer: Helpdesk, db: psycopg.Connection[Any], port: int) -> Iterator[Result]:
    """An update of a ticket without the trigger, with it and no webhook, and with one and ten that want its event."""
    ticket = customer.tickets.create("Paper jam", "It is stuck.").ticket_id
    hooks: list[Webhook] = []
    for name, count, trigger in (
        ("none, no trigger", 0, False),
        ("none", 0, True),
        ("one", 1, True),
        ("ten", 10, True),
    ):
        while len(hooks) < count:
            hooks.append(system.webhooks.create(f"http://127.0.0.1:{port}/off", event_types=["ticket.updated"]))
        base: list[float] = []
        tested: list[float] = []
        for _ in range(_ROUNDS):
            # In turns, so that both see the same machine.
            for is_on, times in ((False, base), (trigger, tested)):
                verb = "enable" if is_on else "disable"
                db.execute(f"alter table helpdesk.events {verb} trigger enqueue_for_webhooks")
                times.append(percentile([_update(db, ticket) for _ in range(_CALLS)], 0.25))
        ms, without = statistics.median(tested), statistics.median(base)
        yield Result(f"write, webhooks: {name}", {"ms": ms, "without trigger, ms": without, "ratio": ms / without})
    for hook in hooks:
        system.webhooks.delete(hook)


def _update(db: psycopg.Connection[Any], ticket: object) -> float:
    began = time.perf_counter()
    db.execute(
        "update helpdesk.tickets set priority = case priority when 'high' then 'low' else 'high' end "
        "where ticket_id = %s",
        (ticket,),
    )
    return (time.perf_counter() - began) * 1000


def _count(db: psycopg.Connection[Any], state: str) -> int:
    row = db.execute("select count(*) from helpdesk.outbox where state = %s", (state,)).fetchone()
    assert row
    return int(row[0])


def _attempts(db: psycopg.Connection[Any]) -> int:
    row = db.execute("select count(*) from helpdesk.delivery_attempts").fetchone()
    assert row
    return int(row[0])


@contextmanager
def _receiver() -> Iterator[tuple[int, Any]]:
    """A receiver: its port, and a function that ends it and gives how many ids and requests it accepted."""
    with subprocess.Popen(
        [sys.executable, "-c", _RECEIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        port = int(process.stdout.readline())

        def accepted() -> tuple[int, int]:
            said, _ = process.communicate()
            ids, requests = json.loads(said)
            return ids, requests

        try:
            yield port, accepted
        finally:
            process.kill()
