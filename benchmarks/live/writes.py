"""What the announcement of an event adds to the write that makes the event."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Iterator, Sequence

import psycopg

from benchmarks.claims import sign_in
from benchmarks.lists import Cast
from benchmarks.live.children import Child
from benchmarks.live.writer import serve_listener
from benchmarks.measure import Effort, Result, Section, percentile

_TEXT = "The tray is full and it says that it is empty. " * 6
_WARM_UP = 5
# The triggers that are enabled while a write is measured.
_ON, _HOSTED, _OFF = "announced and notified", "announced", "not announced"
_SWITCHES = {
    _OFF: "alter table helpdesk.events disable trigger announce_event",
    _HOSTED: "alter table helpdesk.events enable trigger announce_event; "
    "alter table realtime.messages disable trigger local_notify",
    _ON: "alter table helpdesk.events enable trigger announce_event; "
    "alter table realtime.messages enable trigger local_notify",
}
_CREATE = "select * from helpdesk.create_ticket(ticket_id => %s, title => 'No paper', description => %s)"
_REPLY = "select * from helpdesk.send_reply(ticket_id => %s, body => %s, message_id => %s)"
_NOTE = "select * from helpdesk.add_note(ticket_id => %s, body => %s, note_id => %s)"
_CLAIM = "select * from helpdesk.claim_next_ticket(claim_id => %s)"
_BULK = (
    "insert into helpdesk.tickets (title, description, team_id, created_by) "
    "select 'No paper ' || n, %s, %s, %s from generate_series(1, %s) as n"
)


def run(url: str, effort: Effort, bulk: int) -> Section:
    """Measure every write, in a database that may be changed; `bulk` tickets are opened in one transaction."""
    section = Section(
        "Announcing",
        "One connection, synchronous_commit off, in turns within one run. “Announced” is a hosted project; the local "
        "stack also notifies its gateway, and here one connection LISTENs.",
    )
    with psycopg.connect(url, autocommit=True) as admin, Child(serve_listener, url, "helpdesk:admin"):
        admin.execute("select realtime.local_partitions()")
        bench = _Bench(url, admin, effort)
        try:
            section.results += bench.each_write()
            section.results.append(bench.many_at_once(bulk))
        finally:
            bench.close()
    return section


class _Bench:
    def __init__(self, url: str, admin: psycopg.Connection, effort: Effort) -> None:
        self._admin = admin
        self._effort = effort
        self._cast = Cast(admin)
        self._team = self._cast.teams(self._cast.agent)[0]
        self._customer, self._agent, self._system = (psycopg.connect(url, autocommit=True) for _ in range(3))
        sign_in(self._customer, self._cast.typical)
        sign_in(self._agent, self._cast.agent)
        self._system.execute("set role service_role")

    def close(self) -> None:
        for connection in (self._customer, self._agent, self._system):
            connection.close()

    def each_write(self) -> Iterator[Result]:
        """The usual writes of a desk, one in each transaction."""
        for name, connection, sql, values in (
            ("create_ticket, customer", self._customer, _CREATE, _repeat()),
            ("send_reply, agent", self._agent, _REPLY, self._quiet_tickets()),
            ("add_note, agent", self._agent, _NOTE, self._quiet_tickets()),
            ("claim_next_ticket, agent", self._agent, _CLAIM, ((uuid.uuid4(),) for _ in iter(int, 1))),
        ):
            yield self._compare(name, connection, sql, values)

    def many_at_once(self, count: int) -> Result:
        """Many tickets in one transaction, like an import; the better of two runs."""
        values = (_TEXT, self._team, self._cast.typical.user_id, count)
        took: dict[str, list[float]] = {mode: [] for mode in _SWITCHES}
        for _ in range(2):
            for mode in _SWITCHES:
                self._admin.execute(_SWITCHES[mode].encode())
                took[mode].append(_timed(self._system, _BULK, values))
        times = {mode: [min(ms)] for mode, ms in took.items()}
        return _result(
            f"{count:,} tickets in one transaction", times, self._messages(_BULK, self._system, values) / count
        )

    def _compare(
        self, name: str, connection: psycopg.Connection, sql: str, values: Iterator[Sequence[object]]
    ) -> Result:
        """Compare the modes by the lower quartile of a turn's calls. Each mode has one turn in each round."""
        times: dict[str, list[float]] = {mode: [] for mode in _SWITCHES}
        for _ in range(self._effort.rounds):
            for mode in _SWITCHES:
                self._admin.execute(_SWITCHES[mode].encode())
                for _ in range(_WARM_UP):
                    _timed(connection, sql, next(values))
                turn = [_timed(connection, sql, next(values)) for _ in range(self._effort.calls)]
                times[mode].append(percentile(turn, 0.25))
        return _result(name, times, self._messages(sql, connection, next(values)))

    def _messages(self, sql: str, connection: psycopg.Connection, values: Sequence[object]) -> int:
        """How many messages one such write sends."""
        before = self._sent()
        _timed(connection, sql, values)
        return self._sent() - before

    def _sent(self) -> int:
        row = self._admin.execute("select count(*) from realtime.messages").fetchone()
        return int(row[0]) if row else 0

    def _quiet_tickets(self) -> Iterator[Sequence[object]]:
        """Open tickets of the team that have no messages."""
        wanted = len(_SWITCHES) * self._effort.rounds * (self._effort.calls + _WARM_UP) + 1
        tickets = self._cast.column(
            "select ticket_id::text from helpdesk.tickets where team_id = %s and status = 'open' "
            "and last_message_id is null limit %s",
            self._team,
            wanted,
        )
        assert len(tickets) == wanted, "too few tickets for so many calls: more --tickets, or fewer --calls"
        return ((ticket, _TEXT, uuid.uuid4()) for ticket in tickets)


def _result(name: str, times: dict[str, list[float]], messages: float) -> Result:
    off, hosted, on = (statistics.median(times[mode]) for mode in (_OFF, _HOSTED, _ON))
    # Ratios within one round: a slow moment of the machine affects both sides.
    ratio = statistics.median(a / b for a, b in zip(times[_HOSTED], times[_OFF], strict=True))
    local = statistics.median(a / b for a, b in zip(times[_ON], times[_OFF], strict=True))
    return Result(
        name,
        {
            f"{_OFF}, ms": off,
            f"{_HOSTED}, ms": hosted,
            "ratio": ratio,
            f"{_ON}, ms": on,
            "ratio, local": local,
            "messages": messages,
        },
    )


def _repeat() -> Iterator[Sequence[object]]:
    while True:
        yield uuid.uuid4(), _TEXT


def _timed(connection: psycopg.Connection, sql: str, values: Sequence[object]) -> float:
    began = time.perf_counter()
    connection.execute(sql.encode(), values, prepare=True)
    return (time.perf_counter() - began) * 1000
