"""How long statements take, and how two of them compare."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.request import Params, Person, Requests

_WARM_UP = 12
# How many new connections run a statement for the first time.
_CONNECTIONS = 7


@dataclass
class Result:
    """One line of the report.

    Attributes:
        name: What was measured.
        numbers: Milliseconds, ratios and rates, by column heading.
        aim: The aim for one of the numbers, in words; empty without an aim.
        met: Whether the aim is met; None without an aim.
    """

    name: str
    numbers: dict[str, float | str]
    aim: str = ""
    met: bool | None = None


@dataclass
class Section:
    """A table of the report."""

    title: str
    explanation: str
    results: list[Result] = field(default_factory=list)


@dataclass(frozen=True)
class Effort:
    """How long a comparison is measured: the number of rounds, and of calls in each round."""

    rounds: int
    calls: int


@dataclass(frozen=True)
class Case:
    """A statement of a person under the policies, and a base statement of the system that finds the same rows."""

    name: str
    who: Person
    statement: str
    params: Sequence[Params]
    base: str
    base_params: Sequence[Params]


def compare(url: str, case: Case, effort: Effort, *, aim: float | None) -> Result:
    """Measure both statements of a case in turns.

    Raises:
        AssertionError: The statements do not find equally many rows, so the comparison means nothing.
    """
    with Requests(url, case.who, case.statement) as mine, Requests(url, None, case.base) as theirs:
        pairs = list(zip(case.params, case.base_params, strict=True))
        for params, base_params in pairs[:5]:
            mine.run(params)
            theirs.run(base_params)
            assert mine.rows == theirs.rows, f"{case.name}: {mine.rows} rows under the policies, {theirs.rows} without"
        ms, base_ms, p99 = in_turns(mine.run, theirs.run, pairs, effort)
    ratio = ms / base_ms
    numbers: dict[str, float | str] = {
        "with RLS, ms": ms,
        "without, ms": base_ms,
        "adds, ms": ms - base_ms,
        "ratio": ratio,
        "p99, ms": p99,
        "first, ms": first_run(url, case.who, case.statement, case.params[0]),
    }
    if aim is None:
        return Result(case.name, numbers)
    return Result(case.name, numbers, f"ratio ≤ {aim}", round(ratio, 2) <= aim)


def in_turns(
    tested: Callable[[Params], float],
    base: Callable[[Params], float],
    parameters: Sequence[tuple[Params, Params]],
    effort: Effort,
) -> tuple[float, float, float]:
    """The time of a call of each, in ms, and the p99 of the tested one.

    The time is the median over the rounds of each round's lower quartile.
    The two are called in turns, so that a slow moment of the machine affects both. It is the lower quartile, because
    other load on the machine can only make a call slower.
    """
    for mine, theirs in itertools.islice(itertools.cycle(parameters), _WARM_UP):
        tested(mine)
        base(theirs)
    measured: list[tuple[float, float]] = []
    every: list[float] = []
    for _ in range(effort.rounds):
        round_of = itertools.islice(itertools.cycle(parameters), effort.calls)
        times = [(tested(mine), base(theirs)) for mine, theirs in round_of]
        measured.append((percentile([t for t, _ in times], 0.25), percentile([t for _, t in times], 0.25)))
        every += [t for t, _ in times]
    middle = statistics.median(m for m, _ in measured), statistics.median(b for _, b in measured)
    return *middle, percentile(every, 0.99)


def first_run(url: str, who: Person | None, statement: str, params: Params) -> float:
    """The time of a statement's first run on a new connection, in ms: the median of several connections.

    Preparing it is included, opening the connection is not.
    """
    times = []
    for _ in range(_CONNECTIONS):
        with Requests(url, who, statement) as requests:
            times.append(requests.prepared_in + requests.run(params))
    return statistics.median(times)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
