"""Agents who claim the next ticket at the same time: how fast, and that no ticket is claimed twice."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field

import psycopg

from benchmarks.lists import Cast
from benchmarks.measure import Result, Section, percentile
from benchmarks.request import Person, person

_AGENTS = 50
_CLAIM = "select ticket_id from helpdesk.claim_next_ticket(claim_id => %s)"


@dataclass
class _Contest:
    """The tickets that were claimed in one run, and how long each claim took, in ms."""

    tickets: list[uuid.UUID] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self, connection: psycopg.Connection, times: int) -> None:
        for _ in range(times):
            began = time.perf_counter()
            rows = connection.execute(_CLAIM, (uuid.uuid4(),), prepare=True).fetchall()
            took = (time.perf_counter() - began) * 1000
            with self.lock:
                self.tickets += [row[0] for row in rows]
                self.times.append(took)


def run(url: str, claims: int) -> Section:
    """Let 1, 8 and 50 agents claim that many tickets together, in a database that may be changed."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "select count(*) from helpdesk.tickets where status = 'open' and assigned_to is null"
        ).fetchone()
        waiting = int(row[0]) if row else 0
        agents = [person(connection, f"agent{n}@example.com") for n in range(1, _AGENTS + 1)]
        team = Cast(connection).teams(agents[0])[0]
        rivals = [
            Person(user_id, login)
            for user_id, login in connection.execute(
                "select u.user_id::text, u.auth_user_id::text from helpdesk.team_members as m "
                "join helpdesk.users as u using (user_id) where m.team_id = %s",
                (team,),
            ).fetchall()
        ]
    section = Section(
        "claim_next_ticket under contention",
        f"{claims:,} claims from {waiting:,} waiting tickets, by threads of one program, each with its own connection.",
    )
    # The local stack's NOTIFY takes a lock that all databases of the server share, until the commit. Hosted has none.
    for switch, notified in (("enable", "with NOTIFY"), ("disable", "without")):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"alter table realtime.messages {switch} trigger local_notify".encode())
        for threads, who, label in (
            (1, agents, "1 agent"),
            (8, agents, "8 agents at once"),
            (50, agents, "50 agents at once"),
            (50, rivals, "50 at once, one team's agents"),
        ):
            share = max(threads, min(claims, waiting // 10))
            section.results.append(_contest(url, f"{label}, {notified}", who, threads, share))
    return section


def _contest(url: str, label: str, people: list[Person], threads: int, claims: int) -> Result:
    contest = _Contest()
    connections = [psycopg.connect(url, autocommit=True) for _ in range(threads)]
    try:
        for n, connection in enumerate(connections):
            sign_in(connection, people[n % len(people)])
        workers = [
            threading.Thread(target=contest.claim, args=(connection, claims // threads)) for connection in connections
        ]
        began = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        took = time.perf_counter() - began
    finally:
        for connection in connections:
            connection.close()
    wanted = claims // threads * threads
    numbers: dict[str, float | str] = {
        "claims/s": len(contest.tickets) / took,
        "p50, ms": percentile(contest.times, 0.5),
        "p95, ms": percentile(contest.times, 0.95),
        "claimed": f"{len(set(contest.tickets)):,} of {wanted:,}",
    }
    return Result(label, numbers, "each exactly once", len(contest.tickets) == len(set(contest.tickets)) == wanted)


def sign_in(connection: psycopg.Connection, who: Person) -> None:
    """Act as that person for the rest of the session."""
    claims = f'{{"sub": "{who.login}", "role": "authenticated"}}'
    connection.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
    connection.execute("set role authenticated")
