"""How long a statement takes, and how long another one that gives the same rows takes, measured in turns."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg import pq

_WARM_UP = 12
Params = Sequence[object]


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, as PostgREST tells the database."""

    user_id: str
    login: str


@dataclass
class Result:
    """One line of the report. `aim` is the most that `ratio` may be; None where the number is for information."""

    name: str
    ms: float
    base_ms: float | None = None
    aim: float | None = None
    note: str = ""
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times the base it takes."""
        return self.ms / self.base_ms if self.base_ms else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None without one."""
        return None if self.aim is None or self.ratio is None else self.ratio <= self.aim


def act_as(connection: psycopg.Connection, person: Person | None) -> None:
    """Be that person for the rest of the session, as PostgREST does it for a transaction; None: the superuser again."""
    if person is None:
        connection.execute("reset role")
        connection.execute("reset request.jwt.claims")
        return
    claims = json.dumps({"sub": person.login, "role": "authenticated"})
    connection.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
    connection.execute("set role authenticated")


class Prepared:
    """A prepared statement that is run through libpq itself: rows are received but not turned into Python objects."""

    def __init__(self, connection: psycopg.Connection, name: str, sql: str) -> None:
        self._connection = connection
        self._name = name.encode()
        self._check(connection.pgconn.prepare(self._name, sql.encode()), pq.ExecStatus.COMMAND_OK)

    def run(self, params: Params) -> int:
        """Execute it and return the number of rows."""
        values = [None if value is None else str(value).encode() for value in params]
        result = self._connection.pgconn.exec_prepared(self._name, values)
        self._check(result, pq.ExecStatus.TUPLES_OK)
        return result.ntuples

    def _check(self, result: pq.abc.PGresult, wanted: pq.ExecStatus) -> None:
        if result.status != wanted:
            raise RuntimeError(result.error_message.decode())


def in_turns(
    tested: Callable[[Params], object],
    base: Callable[[Params], object],
    parameters: Sequence[tuple[Params, Params]],
    rounds: int,
) -> tuple[float, float]:
    """What a call of each takes, in ms: the lower quartile of its calls, the median of the rounds.

    Measured in turns, call by call, so that a slow moment of the machine hits both; and by the lower quartile, because
    whatever else the machine does can only add to a call.
    """
    for mine, theirs in (list(parameters) * _WARM_UP)[:_WARM_UP]:
        tested(mine)
        base(theirs)
    measured: list[tuple[float, float]] = []
    for _ in range(rounds):
        times = [(_ms(tested, mine), _ms(base, theirs)) for mine, theirs in parameters]
        measured.append((_lower_quartile([t for t, _ in times]), _lower_quartile([t for _, t in times])))
    return statistics.median(m for m, _ in measured), statistics.median(b for _, b in measured)


def _ms(run: Callable[[Params], object], params: Params) -> float:
    began = time.perf_counter_ns()
    run(params)
    return (time.perf_counter_ns() - began) / 1e6


def _lower_quartile(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 4]
