"""What the counters of tickets add to a write, and what it costs to read them."""

from __future__ import annotations

import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psutil
import psycopg

from benchmarks.claims import sign_in
from benchmarks.lists import Cast
from benchmarks.measure import Effort, Result, Section, percentile
from benchmarks.request import Person

_AIM = 1.1
_WRITERS = 8
_SECONDS = 2.0
_ENOUGH_MS = 200
_TRIGGERS = ("count_tickets_inserted", "count_tickets_updated")
_CREATE = (
    "select * from helpdesk.create_ticket(ticket_id => %s, title => 'No paper', description => 'The tray is full.')"
)
_PRIORITY = "update helpdesk.tickets set priority = %s where ticket_id = %s returning *"
_TITLE = "update helpdesk.tickets set title = %s where ticket_id = %s returning *"
_STATUS = "update helpdesk.tickets set status = %s where ticket_id = %s"
_COUNTS = "select * from helpdesk.ticket_counts()"
_BY_INDEX = (
    "select team_id, status, priority, count(*) from helpdesk.team_tickets where status in ('open', 'pending') "
    "group by 1, 2, 3"
)
_CAPPED = "select number from helpdesk.team_tickets where status = 'resolved' limit 1001"
_EXACT = "select count(*) from helpdesk.team_tickets where status = 'resolved'"


def run(url: str, effort: Effort) -> Section:
    """Measure writes with and without the triggers, and reads, in a database that may be changed."""
    section = Section(
        "Counters",
        "The same write with the counters' triggers and without, call by call in turns, on two connections. The ratio "
        "is that of the processor time of the two server processes, in which other programs' load has no part. "
        f"The {_WRITERS} writers change the status of tickets of their own.",
    )
    with psycopg.connect(url, autocommit=True) as admin, ExitStack() as stack:
        _leave_out_in_replicas(admin)
        cast = Cast(admin)
        tickets = _open(admin, cast.teams(cast.agent)[0], 2 * effort.calls)
        mine, theirs = tickets[::2], tickets[1::2]

        def connections(who: Person) -> tuple[psycopg.Connection, psycopg.Connection]:
            return stack.enter_context(_connect(url, who, True)), stack.enter_context(_connect(url, who, False))

        customer, agent = connections(cast.typical), connections(cast.agent)
        for name, pair, statement, values in (
            ("create_ticket, customer: counted", customer, _CREATE, lambda _, __: (uuid.uuid4(),)),
            (
                "PATCH of the priority, agent: counted",
                agent,
                _PRIORITY,
                lambda n, ticket: (("low", "high")[n % 2], ticket),
            ),
            (
                "PATCH of the status, agent: counted",
                agent,
                _STATUS,
                lambda n, ticket: (("pending", "open")[n % 2], ticket),
            ),
            ("PATCH of the title, agent: counted", agent, _TITLE, lambda n, ticket: (f"Title {n}", ticket)),
        ):
            section.results.append(_compare(name, pair, statement, values, (mine, theirs), effort.rounds))
        section.results.append(_writers(admin, url, effort))
        section.results += _reads(url, cast, effort)
    return section


def _leave_out_in_replicas(admin: psycopg.Connection) -> None:
    """Make every trigger but the counters' fire in sessions with the role `replica`, too."""
    # The triggers of foreign keys, and of the announcements in the schema realtime, are among them.
    triggers = admin.execute(
        "select tgrelid::regclass::text, tgname from pg_trigger where tgname <> all(%s) and tgparentid = 0",
        (list(_TRIGGERS),),
    ).fetchall()
    for table, trigger in triggers:
        admin.execute(f'alter table {table} enable always trigger "{trigger}"'.encode())


@contextmanager
def _connect(url: str, who: Person | None, counted: bool) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set synchronous_commit = off")
        if not counted:
            connection.execute("set session_replication_role = replica")
        if who is not None:
            sign_in(connection, who)
        yield connection


def _open(admin: psycopg.Connection, team: str, count: int) -> list[uuid.UUID]:
    rows = admin.execute(
        "select ticket_id from helpdesk.tickets where team_id = %s and status = 'open' limit %s", (team, count)
    ).fetchall()
    return [row[0] for row in rows]


def _compare(
    name: str,
    pair: tuple[psycopg.Connection, psycopg.Connection],
    statement: str,
    values: Callable[[int, uuid.UUID], Sequence[object]],
    tickets: tuple[list[uuid.UUID], list[uuid.UUID]],
    rounds: int,
) -> Result:
    servers = [psutil.Process(connection.info.backend_pid) for connection in pair]
    times: tuple[list[float], list[float]] = ([], [])
    before = [0.0, 0.0]
    for number in range(rounds + 1):
        if number == 1:
            # The first round has made the plans.
            before = [_processor(server) for server in servers]
            times = ([], [])
        for ticket in zip(*tickets, strict=False):
            for side, connection in enumerate(pair):
                began = time.perf_counter()
                connection.execute(statement.encode(), values(number, ticket[side]), prepare=True)
                times[side].append((time.perf_counter() - began) * 1000)
    used, base = ((_processor(server) - at) * 1000 / len(times[0]) for server, at in zip(servers, before, strict=True))
    numbers: dict[str, float | str] = {
        "with, ms": percentile(times[0], 0.25),
        "without, ms": percentile(times[1], 0.25),
        "processor, ms": used,
        "without, processor": base,
    }
    # A server's processor time is known to a hundredth of a second: with few calls, the clock says more.
    few = base * len(times[0]) < _ENOUGH_MS
    return _result(name, numbers, percentile(times[0], 0.25) / percentile(times[1], 0.25) if few else used / base)


def _processor(server: psutil.Process) -> float:
    spent = server.cpu_times()
    return float(spent.user + spent.system)


def _result(name: str, numbers: dict[str, float | str], ratio: float) -> Result:
    return Result(name, numbers | {"ratio": ratio}, f"ratio ≤ {_AIM}", round(ratio, 2) <= _AIM)


def _writers(admin: psycopg.Connection, url: str, effort: Effort) -> Result:
    """Changes of status by several writers at once."""
    rows = admin.execute(
        "select ticket_id from helpdesk.tickets where status = 'open' order by number limit %s", (80 * _WRITERS,)
    ).fetchall()
    # Tickets of their own for each writer, with and without.
    tickets = [row[0] for row in rows]
    queues = {
        on: [_alternate("pending", "open", tickets[i + side * _WRITERS :: 2 * _WRITERS]) for i in range(_WRITERS)]
        for side, on in enumerate((True, False))
    }
    found: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    with ExitStack() as stack:
        connections = {
            on: [stack.enter_context(_connect(url, None, on)) for _ in range(_WRITERS)] for on in (True, False)
        }
        for number in range(2 * effort.rounds):
            on = number % 2 == 0
            found[on].append(_rate(connections[on], queues[on]))
        admin.execute("select helpdesk.recount_tickets()")
        _rate(connections[True], queues[True])
    row = admin.execute("select count(*) from helpdesk.recount_tickets()").fetchone()
    wrong = row[0] if row else -1
    rate, base = (statistics.median(rate for rate, _ in found[on]) for on in (True, False))
    used, base_used = (statistics.median(ms for _, ms in found[on]) for on in (True, False))
    numbers: dict[str, float | str] = {
        "per second": rate,
        "without, per second": base,
        "processor, ms": used,
        "without, processor": base_used,
        "wrong counters": str(wrong),
    }
    result = _result(f"{_WRITERS} writers at once: counted", numbers, used / base_used)
    result.met = bool(result.met) and wrong == 0
    return result


def _rate(connections: list[psycopg.Connection], queues: list[Iterator[tuple[str, uuid.UUID]]]) -> tuple[float, float]:
    """Changes a second, and the processor time of a change, in ms."""
    done = [0] * len(connections)
    gate = threading.Barrier(len(connections))
    servers = [psutil.Process(connection.info.backend_pid) for connection in connections]
    before = sum(map(_processor, servers))

    def work(number: int) -> None:
        gate.wait()
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            connections[number].execute(_STATUS.encode(), next(queues[number]), prepare=True)
            done[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / _SECONDS, (sum(map(_processor, servers)) - before) * 1000 / sum(done)


def _alternate(first: str, second: str, tickets: list[uuid.UUID]) -> Iterator[tuple[str, uuid.UUID]]:
    while True:
        for status in (first, second):
            for ticket in tickets:
                yield status, ticket


def _reads(url: str, cast: Cast, effort: Effort) -> Iterator[Result]:
    for name, person in (("agent", cast.agent), ("admin", cast.admin)):
        with psycopg.connect(url, autocommit=True) as connection:
            sign_in(connection, person)
            for what, statement, base in (
                ("counts of queues", _COUNTS, _BY_INDEX),
                ("1,000+ resolved", _CAPPED, _EXACT),
            ):
                calls = max(3, effort.calls // 10)
                ms, base_ms = _time(connection, statement, calls), _time(connection, base, calls)
                yield Result(f"{what}, {name}", {"ms": ms, "count(*), ms": base_ms, "ratio": ms / base_ms})


def _time(connection: psycopg.Connection, statement: str, calls: int) -> float:
    times = []
    for _ in range(calls):
        began = time.perf_counter()
        connection.execute(statement.encode(), prepare=True).fetchall()
        times.append((time.perf_counter() - began) * 1000)
    return percentile(times, 0.25)
