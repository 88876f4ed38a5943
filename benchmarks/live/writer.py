"""Writes that make events, at a steady rate, in a process of their own; and the raw LISTEN beside the sockets."""

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
# Changes each time, so each ticket of it is one event.
_CHANGE = (
    "update helpdesk.tickets set priority = case priority when 'high' then 'low' else 'high' end "
    "where ticket_id = any(%s::uuid[]) returning ticket_id::text, revision"
)


@dataclass
class Written:
    """What a run has written.

    Attributes:
        commits: by ticket and revision, when COMMIT was sent (`time.monotonic_ns`).
        began, ended: of the whole run, in the same unit.
        took: what each transaction took, in ms.
    """

    commits: dict[tuple[str, int], int] = field(default_factory=dict)
    began: int = 0
    ended: int = 0
    took: list[float] = field(default_factory=list)


def serve(pipe: Connection, db_url: str, who: Person) -> None:
    """In a child: `write(tickets, rate, seconds, at_once)` as that person; answers `Written`."""
    connections = [psycopg.connect(db_url, autocommit=True) for _ in range(_CONNECTIONS)]
    for connection in connections:
        sign_in(connection, who)
    answers(pipe, write=lambda *plan: _write(connections, *plan))


def _write(
    connections: list[psycopg.Connection], tickets: list[str], rate: float, seconds: float, at_once: int
) -> Written:
    """Change `rate` tickets a second for so long, `at_once` in a transaction; late ones do not put off the next."""
    written = Written()
    lock = threading.Lock()
    interval = at_once / rate * 1e9
    began = time.monotonic_ns() + 50_000_000

    def work(nth: int) -> None:
        # No two connections change the same ticket: they would wait for each other.
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
    """So many tickets at a time, round and round."""
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
    """In a child: LISTEN, as the gateway does. `heard()` answers by event id when its first notification came.

    Only of topics that begin with the prefix: an event goes to several.
    """
    heard: dict[int, int] = {}
    lock = threading.Lock()
    connection = psycopg.connect(db_url, autocommit=True)
    connection.execute("listen helpdesk_realtime")

    def listen() -> None:
        for notification in connection.notifies():
            now = time.monotonic_ns()
            told = json.loads(notification.payload)
            if str(told["topic"]).startswith(topic_prefix):
                with lock:
                    heard.setdefault(int(told["payload"]["event_id"]), now)

    def collect() -> dict[int, int]:
        with lock:
            collected = dict(heard)
            heard.clear()
        return collected

    threading.Thread(target=listen, daemon=True).start()
    answers(pipe, heard=collect)
