"""Writes while many agents follow the queue, without a browser: what gateway and database pay for them."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
from deno import find_deno_bin  # type: ignore[import-untyped]

from benchmarks.claims import sign_in
from benchmarks.live.desk import Processors
from benchmarks.measure import Result, Section
from benchmarks.request import Person, person
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project
from helpdesk_sdk.testing._databases import Databases

_ROOT = Path(__file__).parents[1]
_BENCH = _ROOT / "examples" / "console" / "tests" / "bench"
sys.path[:0] = [str(_ROOT), str(_ROOT / "scripts")]

_LISTENERS = (0, 10, 50)
_ROUNDS, _WRITES = 3, 40
_WARM = 5
# Between two replies to the queue.
_PAUSE = 0.25
_AIM = 1.5
_REPLY = "select message_id from helpdesk.send_reply(ticket_id => %s::uuid, body => %s)"


def run(*, quick: bool) -> Section:
    """Let nobody, 10 and 50 agents follow a queue to which a customer replies four times a second."""
    from tests.console import worlds

    import console_build

    rounds, writes = (1, 6) if quick else (_ROUNDS, _WRITES)
    section = Section(
        "Agents on one queue",
        "A customer replies four times a second, in turns through the local gateway and by SQL on their own "
        "connection; agents follow the queue as the console does, in one Deno program, without a browser. The ratio is "
        "the median over the one without listeners, of rounds in turns. Gateway, database and agents share the "
        "processors.",
    )
    console_build.install()
    with Stack.start(ephemeral=True) as stack:
        databases = Databases(stack)
        databases.prepare()
        with databases.project() as project:
            world = worlds.make("plain", project)
            found: dict[int, list[_Round]] = {many: [] for many in _LISTENERS}
            for _ in range(rounds):
                for many in _LISTENERS:
                    found[many].append(_measure(stack, project, world, many, writes))
    quiet = _together(found[0])
    section.results += [_result(many, _together(found[many]), quiet) for many in _LISTENERS]
    return section


class _Round:
    """Milliseconds of writes through the gateway and by SQL, and what each side used of a processor."""

    def __init__(self) -> None:
        self.gateway: list[float] = []
        self.database: list[float] = []
        self.used: dict[str, float | str] = {}


def _measure(stack: Stack, project: Project, world: dict[str, Any], many: int, writes: int) -> _Round:
    mei, ticket = world["people"]["mei"], world["tickets"]["printer"]["ticket_id"]
    made = _Round()
    with _listeners(world, many) as pid, _Customer(project, mei, ticket) as customer:
        for _ in range(_WARM):
            customer.by_gateway()
            customer.by_sql()
        pids = stack.info.pids
        sides = Processors(gateway=pids["gateway"], database=pids["postgres"], clients=pid or os.getpid())
        sides.begin()
        began = time.monotonic()
        for _ in range(writes):
            time.sleep(_PAUSE)
            made.gateway.append(customer.by_gateway())
            time.sleep(_PAUSE)
            made.database.append(customer.by_sql())
        made.used = sides.used(time.monotonic() - began)
    return made


class _Customer:
    """Who replies, by either way."""

    def __init__(self, project: Project, who: dict[str, str], ticket: str) -> None:
        self._ticket = ticket
        self._sql = psycopg.connect(project.db_url, autocommit=True)
        known: Person = person(self._sql, who["email"])
        sign_in(self._sql, known)
        answer = httpx.post(
            f"{project.url}/auth/v1/token?grant_type=password",
            headers={"apikey": project.publishable_key},
            json={"email": who["email"], "password": who["password"]},
        )
        headers = {"apikey": project.publishable_key, "Authorization": f"Bearer {answer.json()['access_token']}"}
        self._rest = httpx.Client(base_url=project.url, headers={**headers, "Content-Profile": "helpdesk"})

    def by_gateway(self) -> float:
        body = {"ticket_id": self._ticket, "body": f"By HTTP, {time.time_ns()}"}
        began = time.perf_counter()
        self._rest.post("/rest/v1/rpc/send_reply", json=body).raise_for_status()
        return (time.perf_counter() - began) * 1000

    def by_sql(self) -> float:
        began = time.perf_counter()
        self._sql.execute(_REPLY, (self._ticket, f"By SQL, {time.time_ns()}"), prepare=True)
        return (time.perf_counter() - began) * 1000

    def __enter__(self) -> _Customer:
        return self

    def __exit__(self, *_: object) -> None:
        self._rest.close()
        self._sql.close()


@contextmanager
def _listeners(world: dict[str, Any], many: int) -> Iterator[int | None]:
    """So many agents on the queue of Support, each with a socket and a cursor; the id of their process."""
    if many == 0:
        yield None
        return
    process = subprocess.Popen(
        [find_deno_bin(), "run", "-A", "--quiet", "--no-check", "follow.ts", str(many)],
        cwd=_BENCH,
        env=os.environ | {"HELPDESK_WORLD": json.dumps(world), "NO_COLOR": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == "joined\n"
        yield process.pid
    finally:
        process.stdin.close()
        process.wait(30)


def _together(rounds: list[_Round]) -> _Round:
    every = _Round()
    for one in rounds:
        every.gateway += one.gateway
        every.database += one.database
        every.used |= one.used
    return every


def _result(many: int, found: _Round, quiet: _Round) -> Result:
    gateway, database = statistics.median(found.gateway), statistics.median(found.database)
    ratios = gateway / statistics.median(quiet.gateway), database / statistics.median(quiet.database)
    numbers: dict[str, float | str] = {
        "by gateway, ms": gateway,
        "times": ratios[0],
        "by SQL, ms": database,
        "times, SQL": ratios[1],
        **found.used,
    }
    if many == 0:
        return Result("nobody listens", numbers)
    return Result(f"{many} agents", numbers, f"times ≤ {_AIM}", max(ratios) <= _AIM)
