"""What a write costs with all that belongs to it: guards, the send guard, the event log."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence

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
    "insert into helpdesk.tickets (ticket_id, title, description, team_id, created_by) "
    "values (%s, 'No paper', %s, %s, %s) returning *"
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
        "triggers: the cost of the guards and the event log.",
    )
    with psycopg.connect(url, autocommit=True) as admin:
        cast = Cast(admin)
        customer, agent, bare = (psycopg.connect(url, autocommit=True) for _ in range(3))
        with customer, agent, bare:
            sign_in(customer, cast.typical)
            sign_in(agent, cast.agent)
            bare.execute("set session_replication_role = replica")
            team = cast.teams(cast.agent)[0]
            ticket = _time(bare, _RAW_TICKET, _repeat(lambda: (uuid.uuid4(), _TEXT, team, cast.typical.user_id)), calls)
            opened = cast.column(
                "select ticket_id::text from helpdesk.tickets where created_by = %s order by number desc limit %s",
                cast.typical.user_id,
                calls,
            )
            messages = ((uuid.uuid4(), one, cast.typical.user_id, _TEXT) for one in opened)
            message = _time(bare, _RAW_MESSAGE, messages, len(opened))
            new = _repeat(lambda: (uuid.uuid4(), _TEXT))
            for name, times, base in (
                ("create_ticket, customer", _time(customer, _CREATE, new, calls), ticket),
                ("create_ticket, agent, three tags", _time(agent, _TAGGED, new, calls), ticket),
                ("POST to the table, customer", _time(customer, _POST, new, calls), ticket),
                ("send_reply, customer", _time(customer, _REPLY, _first_words(opened), len(opened)), message),
                ("send_reply, agent", _time(agent, _REPLY, _answers(admin, team, calls), calls), message),
                ("PATCH of the priority, agent", _time(agent, _PRIORITY, _patches(admin, team, calls), calls), None),
            ):
                section.results.append(_result(name, times, base))
    return section


def _result(name: str, times: list[float], base: list[float] | None) -> Result:
    ms = percentile(times, 0.5)
    numbers: dict[str, float | str] = {
        "p50, ms": ms,
        "p95, ms": percentile(times, 0.95),
        "per second": 1000 / ms,
        "factor": ms / percentile(base, 0.5) if base else "",
    }
    return Result(name, numbers, f"p50 ≤ {_AIM_MS:g} ms", ms <= _AIM_MS)


def _time(connection: psycopg.Connection, sql: str, values: Iterator[Sequence[object]], calls: int) -> list[float]:
    times = []
    for _, parameters in zip(range(calls), values, strict=False):
        began = time.perf_counter()
        connection.execute(sql.encode(), parameters, prepare=True)
        times.append((time.perf_counter() - began) * 1000)
    return times


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
