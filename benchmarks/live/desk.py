"""A desk on a local stack: people, tickets, and the processor time and memory of each side."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import psycopg

from benchmarks.request import Person
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Person as Login
from helpdesk_sdk.testing import Project

_FILES = 20_000
_OPEN = (
    "insert into helpdesk.tickets (title, team_id, created_by) "
    "select 'No paper ' || n, %s, %s from generate_series(1, %s) as n returning ticket_id::text"
)


@dataclass
class Desk:
    """A helpdesk with one team and its queue.

    Attributes:
        stack: The stack, without limits on how much is sent.
        team: The id of the team.
        tickets: The ids of its open tickets, all of one requester.
        writer: The agent who changes the tickets.
        token: The token of an agent of the team, valid for an hour.
        agents: The logins of more agents.
    """

    stack: Stack
    team: str
    tickets: list[str]
    writer: Person
    token: str
    agents: list[Login]

    @property
    def db_url(self) -> str:
        """The URL of the database, as superuser."""
        return self.stack.info.db_url

    def events(self, after: int) -> dict[tuple[str, int], int]:
        """The ids of all later events, by ticket and revision."""
        with psycopg.connect(self.db_url) as connection:
            rows = connection.execute(
                "select ticket_id::text, ticket_revision, event_id from helpdesk.events "
                "where event_id > %s and ticket_id is not null",
                (after,),
            ).fetchall()
        return {(ticket, revision): event for ticket, revision, event in rows}

    def last_event(self) -> int:
        """The newest event's id."""
        with psycopg.connect(self.db_url) as connection:
            row = connection.execute("select coalesce(max(event_id), 0) from helpdesk.events").fetchone()
        return int(row[0]) if row else 0


@contextmanager
def desk(tickets: int, agents: int) -> Iterator[Desk]:
    """A fresh stack with a desk, removed afterwards. The limit of open files is raised to the most that is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _FILES:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (_FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard), hard)
        )
    plan = os.environ.get("HELPDESK_REALTIME_PLAN")
    os.environ["HELPDESK_REALTIME_PLAN"] = "none"
    try:
        stack = Stack.start(ephemeral=True)
    finally:
        del os.environ["HELPDESK_REALTIME_PLAN"]
        if plan is not None:
            os.environ["HELPDESK_REALTIME_PLAN"] = plan
    with stack:
        info = stack.info
        project = Project(info.api_url, info.publishable_key, info.secret_key, info.db_url)
        try:
            writer = project.add_person("agent")
            session = project.sign_in(writer).auth.session
            assert session
            customer = project.add_person("customer")
            with psycopg.connect(info.db_url, autocommit=True) as connection:
                row = connection.execute("select team_id::text from helpdesk.teams where is_default").fetchone()
                assert row
                connection.execute("set role service_role")
                opened = connection.execute(_OPEN, (row[0], customer.user_id, tickets)).fetchall()
            yield Desk(
                stack,
                row[0],
                [ticket for (ticket,) in opened],
                Person(str(writer.user_id), str(writer.auth_user_id)),
                session.access_token.get_secret_value(),
                [project.add_person("agent") for _ in range(agents)],
            )
        finally:
            project.close()


class Processors:
    """How much processor time each side uses between two readings.

    Args:
        sides: The processes, by name. A process counts with its children.
    """

    def __init__(self, **sides: int) -> None:
        self._sides = {name: psutil.Process(pid) for name, pid in sides.items()}
        self._before: dict[str, float] = {}
        self._all_before = 0.0

    def begin(self) -> None:
        """Take the first reading."""
        self._before, self._all_before = self._read(), _busy()

    def used(self, seconds: float) -> dict[str, float | str]:
        """The percentage of one processor since the first reading, for each side and for the rest; one column."""
        now = self._read()
        used = {name: now[name] - self._before[name] for name in now}
        used["others"] = max(0.0, _busy() - self._all_before - sum(used.values()))
        return {f"% {', '.join(used)}": ", ".join(f"{took / seconds * 100:.0f}" for took in used.values())}

    def _read(self) -> dict[str, float]:
        return {name: _time_of(process, own=name == "clients") for name, process in self._sides.items()}


def _busy() -> float:
    """Seconds that the machine's processors have been busy."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - float(getattr(times, "iowait", 0.0)) - float(getattr(times, "guest", 0.0))


def _time_of(process: psutil.Process, *, own: bool) -> float:
    total = 0.0
    for one in [process] if own else [process, *process.children(recursive=True)]:
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def most_sockets() -> int:
    """How many sockets a process may hold open besides its other files."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 256


def memory_of(pid: int) -> float:
    """The memory of a process and its children, in KB; shared memory is counted once, where the system can."""
    total = 0.0
    process = psutil.Process(pid)
    for one in [process, *process.children(recursive=True)]:
        info = one.memory_full_info()
        total += getattr(info, "pss", info.uss)
    return total / 1024
