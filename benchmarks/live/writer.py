"""Writes that make events at a steady rate, in a process of their own, and a raw LISTEN beside the sockets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import psycopg

from benchmarks.claims import sign_in
from benchmarks.live.children import answers
from benchmarks.request import Person

_CONNECTIONS = 4
# The priority changes each time, so each ticket makes one event.
_CHANGE = (
    "update helpdesk.tickets set priority = case priority when 'high' then 'low' else 'high' end "
    "where ticket_id = any(%s::uuid[]) returning ticket_id::text, revision"
)


@dataclass
class Written:
    """The writes of a run.

    Attributes:
        commits: When COMMIT was sent (`time.monotonic_ns`), by ticket and revision.
        began, ended: Start and end of the run, in the same unit.
        took: The time of each transaction, in ms.
    """

    commits: dict[tuple[str, int], int] = field(default_factory=dict)
    began: int = 0
    ended: int = 0
    took: list[float] = field(default_factory=list)


def serve(pipe: Connection, db_url: str, who: Person) -> None:
    """In a child: `write(tickets, rate, seconds, at_once)` as that person; returns `Written`."""
    connections = [psycopg.connect(db_url, autocommit=True) for _ in range(_CONNECTIONS)]
    for connection in connections:
        sign_in(connection, who)
    answers(pipe, write=lambda *plan: _write(connections, *plan))


def _write(
    connections: list[psycopg.Connection], tickets: list[str], rate: float, seconds: float, at_once: int
) -> Written:
    """Change `rate` tickets a second for `seconds`, `at_once` in a transaction. A late one does not delay the next."""
    written = Written()
    lock = threading.Lock()
    interval = at_once / rate * 1e9
    began = time.monotonic_ns() + 50_000_000

    def work(nth: int) -> None:
        # No two connections change the same ticket: one would wait for the other.
        groups = _groups(tickets[nth::_CONNECTIONS], at_once)
        for n in range(nth, int(seconds * rate / at_once), _CONNECTIONS):
            time.sleep(max(0.0, (began + n * interval - time.monotonic_ns()) / 1e9))
            _change(connections[nth], next(groups), written, lock)

    workers = [threading.Thread(target=work, args=(nth,)) for nth in range(_CONNECTIONS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    written.began, written.ended = began, time.monotonic_ns()
    return written


def _groups(tickets: list[str], size: int) -> Iterator[list[str]]:
    """The tickets in groups of this size, in turn, without end."""
    size = min(size, len(tickets))
    while True:
        for start in range(0, len(tickets) - size + 1, size):
            yield tickets[start : start + size]


def _change(connection: psycopg.Connection, tickets: list[str], written: Written, lock: threading.Lock) -> None:
    called = time.monotonic_ns()
    connection.execute("begin")
    rows = connection.execute(_CHANGE.encode(), (tickets,), prepare=True).fetchall()
    committed = time.monotonic_ns()
    connection.execute("commit")
    took = (time.monotonic_ns() - called) / 1e6
    with lock:
        written.took.append(took)
        for ticket, revision in rows:
            written.commits[ticket, revision] = committed


def serve_listener(pipe: Connection, db_url: str, topic_prefix: str) -> None:
    """In a child: LISTEN, as the gateway does. `received()` returns when each event's first notification arrived.

    Only topics that begin with the prefix count, since an event goes to several topics.
    """
    received: dict[int, int] = {}
    lock = threading.Lock()
    connection = psycopg.connect(db_url, autocommit=True)
    row = connection.execute("select channel from realtime.local_feed").fetchone()
    assert row
    connection.execute(f"listen {row[0]}".encode())

    def listen() -> None:
        for notification in connection.notifies():
            now = time.monotonic_ns()
            message = json.loads(notification.payload)
            if str(message["topic"]).startswith(topic_prefix):
                with lock:
                    received.setdefault(int(message["payload"]["event_id"]), now)

    def collect() -> dict[int, int]:
        with lock:
            collected = dict(received)
            received.clear()
        return collected

    threading.Thread(target=listen, daemon=True).start()
    answers(pipe, received=collect)
