"""What a write costs with all that belongs to it: guards, the send guard, the event log."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import psycopg

from benchmarks.claims import sign_in
from benchmarks.lists import Cast
from benchmarks.measure import Result, Section, percentile

_AIM_MS = 2.0
_CREATE = "select * from helpdesk.create_ticket(ticket_id => %s, title => 'No paper', description => %s)"
_TAGGED = (
    "select * from helpdesk.create_ticket(ticket_id => %s, title => 'No paper', description => %s, tags => '{a,b,c}')"
)
_POST = "insert into helpdesk.tickets (ticket_id, title, description) values (%s, 'No paper', %s) returning *"
_RAW_TICKET = (
    "insert into helpdesk.tickets (number, ticket_id, title, description, team_id, created_by) "
    "values (nextval('helpdesk.tickets_number_seq'), %s, 'No paper', %s, %s, %s) returning *"
)
_REPLY = "select * from helpdesk.send_reply(ticket_id => %s, body => %s, expected_last_message => %s, message_id => %s)"
_RAW_MESSAGE = (
    "insert into helpdesk.messages (message_id, ticket_id, requester_id, author_kind, author_name, body) "
    "values (%s, %s, %s, 'customer', 'Somebody', %s) returning *"
)
_PRIORITY = "update helpdesk.tickets set priority = %s where ticket_id = %s returning *"
_TEXT = "The tray is full and it says that it is empty. " * 6


def run(url: str, calls: int) -> Section:
    """Measure every write, in a database that may be changed."""
    section = Section(
        "Writes",
        "One connection, synchronous_commit off. The factor compares with a bare INSERT of the same row without "
        "triggers, in turns: the cost of the guards and the event log.",
    )
    with psycopg.connect(url, autocommit=True) as admin:
        cast = Cast(admin)
        customer, agent, bare = (psycopg.connect(url, autocommit=True) for _ in range(3))
        with customer, agent, bare:
            sign_in(customer, cast.typical)
            sign_in(agent, cast.agent)
            bare.execute("set session_replication_role = replica")
            team = cast.teams(cast.agent)[0]
            mine = cast.typical.user_id
            new = _repeat(lambda: (uuid.uuid4(), _TEXT))
            ticket = _Write(bare, _RAW_TICKET, _repeat(lambda: (uuid.uuid4(), _TEXT, team, mine)))
            opened = _Write(customer, _CREATE, new).run_for_ids(calls)
            message = _Write(bare, _RAW_MESSAGE, ((uuid.uuid4(), one, mine, _TEXT) for one in itertools.cycle(opened)))
            for name, write, base in (
                ("create_ticket, customer", _Write(customer, _CREATE, new), ticket),
                ("create_ticket, agent, three tags", _Write(agent, _TAGGED, new), ticket),
                ("POST to the table, customer", _Write(customer, _POST, new), ticket),
                ("send_reply, customer", _Write(customer, _REPLY, _first_words(opened)), message),
                ("send_reply, agent", _Write(agent, _REPLY, _answers(admin, team, calls)), message),
                ("PATCH of the priority, agent", _Write(agent, _PRIORITY, _patches(admin, team, calls)), None),
            ):
                section.results.append(_measured(name, write, base, calls))
    return section


@dataclass
class _Write:
    connection: psycopg.Connection
    sql: str
    values: Iterator[Sequence[object]]

    def run(self) -> float:
        """The milliseconds of the next write."""
        parameters = next(self.values)
        began = time.perf_counter()
        self.connection.execute(self.sql.encode(), parameters, prepare=True)
        return (time.perf_counter() - began) * 1000

    def run_for_ids(self, count: int) -> list[str]:
        """Write so many rows, and return their ids."""
        rows = itertools.islice(self.values, count)
        return [str(values[0]) for values in rows if self.connection.execute(self.sql.encode(), values, prepare=True)]


def _measured(name: str, write: _Write, base: _Write | None, calls: int) -> Result:
    """A write, and its base in turns: a slow moment of the machine affects both."""
    times: list[float] = []
    base_times: list[float] = []
    for _ in range(calls):
        times.append(write.run())
        if base is not None:
            base_times.append(base.run())
    ms = percentile(times, 0.5)
    numbers: dict[str, float | str] = {
        "first, ms": times[0],
        "p50, ms": ms,
        "p95, ms": percentile(times, 0.95),
        "p99, ms": percentile(times, 0.99),
        "bare, ms": percentile(base_times, 0.5) if base_times else "",
        "factor": ms / percentile(base_times, 0.5) if base_times else "",
    }
    return Result(name, numbers, f"p50 ≤ {_AIM_MS:g} ms", ms <= _AIM_MS)


def _repeat(make: Callable[[], Sequence[object]]) -> Iterator[Sequence[object]]:
    while True:
        yield make()


def _first_words(tickets: list[str]) -> Iterator[Sequence[object]]:
    for ticket in tickets:
        yield (ticket, _TEXT, None, uuid.uuid4())


def _answers(admin: psycopg.Connection, team: str, calls: int) -> Iterator[Sequence[object]]:
    rows = admin.execute(
        "select ticket_id, last_message_id from helpdesk.tickets where team_id = %s and status = 'open' limit %s",
        (team, calls),
    ).fetchall()
    for ticket, last in rows:
        yield (ticket, _TEXT, last, uuid.uuid4())


def _patches(admin: psycopg.Connection, team: str, calls: int) -> Iterator[Sequence[object]]:
    rows = admin.execute(
        "select ticket_id from helpdesk.tickets where team_id = %s and priority <> 'urgent' limit %s", (team, calls)
    ).fetchall()
    for (ticket,) in rows:
        yield ("urgent", ticket)
