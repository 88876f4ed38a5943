"""From the commit of a write to the frame at each subscriber, and up to how many events a second."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.live.children import Child
from benchmarks.live.crowd import Crowd
from benchmarks.live.desk import Desk, Processors
from benchmarks.live.writer import Written, serve, serve_listener
from benchmarks.measure import Result, Section, percentile

_LIMIT_MS = 250.0
_A_TICKET = 10
_PATIENCE = 20.0
# The least share of the wanted rate: below it the writer is the limit, not the gateway.
_KEPT_UP = 0.9


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        crowds: The numbers of subscribers, one after another.
        rate, seconds: Events a second in a measurement, and its length.
        rates: The rising rates, each for `step_seconds`, until one is too high.
    """

    crowds: Sequence[int]
    rate: float
    seconds: float
    rates: Sequence[float]
    step_seconds: float


@dataclass
class Run:
    """The result of one measurement.

    Attributes:
        latencies: The latency of each frame, in ms.
        commits: When COMMIT was sent, by event.
        missing: How many frames did not arrive.
        writing: Seconds that the writing took.
        seconds: Seconds from the first write to the last frame.
        used: The processor time of each side, as one column.
    """

    latencies: list[float]
    commits: dict[int, int]
    missing: int
    writing: float
    seconds: float
    used: dict[str, float | str]

    @property
    def rate(self) -> float:
        """Events a second."""
        return len(self.commits) / self.writing


class Bench:
    """A desk, a writer, and a crowd of subscribers.

    Args:
        desk: The desk.
        writer: The process that writes.
        crowd: The subscribers.
        others: Further processes whose processor time is shown, by name.
    """

    def __init__(self, desk: Desk, writer: Child, crowd: Crowd, **others: int) -> None:
        self.desk, self.writer, self.crowd = desk, writer, crowd
        pids = desk.stack.info.pids
        self._processors = Processors(
            gateway=pids["gateway"], database=pids["postgres"], clients=os.getpid(), writer=writer.pid, **others
        )

    def run(self, plan: Writing) -> Run:
        """Write, and listen until every subscriber has every frame, or no more frames arrive."""
        before = self.desk.last_event()
        self.crowd.reset()
        self.crowd.listen(0.3)
        self._processors.begin()
        began = time.monotonic()
        self.writer.send("write", plan.tickets, plan.rate, plan.seconds, plan.at_once)
        self.crowd.listen(plan.seconds * 5 + _PATIENCE, until=self.writer.pipe)
        written: Written = self.writer.receive()
        wanted = sum(plan.audience[ticket] for ticket, _ in written.commits)
        self._catch_up(wanted)
        used = self._processors.used(time.monotonic() - began)
        ids = self.desk.events(before)
        return self._evaluate(written, {ids[key]: at for key, at in written.commits.items()}, wanted, used)

    def _catch_up(self, wanted: int) -> None:
        """Listen until all frames have arrived, or none has arrived for two seconds."""
        deadline = time.monotonic() + _PATIENCE
        while (had := len(self.crowd.events)) < wanted and time.monotonic() < deadline:
            self.crowd.listen(2.0, enough=lambda: len(self.crowd.events) >= wanted)
            if len(self.crowd.events) == had:
                return

    def _evaluate(self, written: Written, commits: dict[int, int], wanted: int, used: dict[str, float | str]) -> Run:
        events, times = self.crowd.events, self.crowd.times
        assert events, "no subscriber has received an event"
        most = max(Counter(events).values())
        assert most <= len(self.crowd) + self.crowd.lost, "a subscriber has received an event twice"
        return Run(
            [(at - commits[event]) / 1e6 for event, at in zip(events, times, strict=True)],
            commits,
            wanted - len(events),
            (written.ended - written.began) / 1e9,
            (max(times) - written.began) / 1e9,
            used,
        )


@dataclass(frozen=True)
class Writing:
    """The writes: `rate` events a second for `seconds`, `at_once` in a transaction.

    Attributes:
        audience: How many subscribers receive the events of each ticket.
    """

    audience: dict[str, int]
    rate: float
    seconds: float
    at_once: int = 1

    @property
    def tickets(self) -> list[str]:
        """The tickets to change, in turn."""
        return list(self.audience)


def run(desk: Desk, plan: Plan) -> Iterator[Section]:
    """Measure every case of this part."""
    with Child(serve, desk.db_url, desk.writer) as writer:
        yield _fan_out(desk, writer, plan)
        yield _sustained(desk, writer, plan)


def _fan_out(desk: Desk, writer: Child, plan: Plan) -> Section:
    section = Section(
        f"Event to client, {plan.rate:g} events/s",
        "From the moment COMMIT is sent to the frame at the client; raw sockets, all in one process. “Behind” is the "
        "time from the last write to the last frame; the last column is in percent of one processor. LISTEN is the "
        "floor: the database notifies another client, without a gateway.",
    )
    with Child(serve_listener, desk.db_url, "helpdesk:team:") as listener:
        for count in plan.crowds:
            for name, topics, audience in _shapes(desk, count):
                with Crowd(desk.stack.info.api_url, desk.stack.info.publishable_key) as crowd:
                    crowd.join(topics, desk.token)
                    done = Bench(desk, writer, crowd).run(Writing(audience, plan.rate, plan.seconds))
                    received: dict[int, int] = listener.ask("received")
                    if not section.results:
                        section.results.append(_floor(received, done))
                    section.results.append(_line(name, done, crowd.lost))
    return section


def _shapes(desk: Desk, count: int) -> Iterator[tuple[str, list[str], dict[str, int]]]:
    """Name, topics, and how many subscribers receive the events of each ticket."""
    team = f"helpdesk:team:{desk.team}"
    if count == 1:
        yield "1 subscriber", [team], dict.fromkeys(desk.tickets, 1)
        return
    yield f"{count:,}, all on one topic", [team] * count, dict.fromkeys(desk.tickets, count)
    watched = desk.tickets[: max(8, count // _A_TICKET)]
    each = [watched[n % len(watched)] for n in range(count)]
    topics = [f"helpdesk:ticket:{ticket}" for ticket in each]
    yield f"{count:,}, {count / len(watched):.0f} on each ticket", topics, dict(Counter(each))


def _floor(received: dict[int, int], done: Run) -> Result:
    latencies = [(received[event] - at) / 1e6 for event, at in done.commits.items() if event in received]
    assert latencies, "LISTEN has received nothing"
    return Result("LISTEN, meanwhile", {"events/s": done.rate, "frames/s": done.rate, **percentiles(latencies)})


def _sustained(desk: Desk, writer: Child, plan: Plan) -> Section:
    section = Section(
        f"Rising rates, until p99 passes {_LIMIT_MS:g} ms",
        f"On one topic; {plan.step_seconds:g} s each. The steps with ten events a transaction go on from the rate at "
        "which the steps with one event ended.",
    )
    for count in plan.crowds[:2]:
        _, topics, audience = next(_shapes(desk, count))
        with Crowd(desk.stack.info.api_url, desk.stack.info.publishable_key) as crowd:
            crowd.join(topics, desk.token)
            bench, rates = Bench(desk, writer, crowd), list(plan.rates)
            for at_once in (1, 10):
                while rates:
                    done = bench.run(Writing(audience, rates[0], plan.step_seconds, at_once))
                    name = f"{count:,} at {rates[0]:,.0f}/s{', in tens' if at_once > 1 else ''}"
                    line = _line(name, done, crowd.lost)
                    section.results.append(line)
                    verdict = _verdict(done, rates[0])
                    line.numbers["ends"] = verdict
                    if verdict:
                        break
                    rates.pop(0)
    return section


def _verdict(done: Run, asked: float) -> str:
    """Why the rate must not rise further; empty while it may."""
    if percentile(done.latencies, 0.99) > _LIMIT_MS or done.missing:
        return "late"
    return "the writer's limit" if done.rate < asked * _KEPT_UP else ""


def _line(name: str, done: Run, lost: int) -> Result:
    numbers: dict[str, float | str] = {
        "events/s": done.rate,
        "frames/s": len(done.latencies) / done.seconds,
        **percentiles(done.latencies),
        "behind, s": max(0.0, done.seconds - done.writing),
        **done.used,
    }
    if done.missing or lost:
        numbers["lost"] = f"{done.missing:,} frames, {lost:,} sockets"
    return Result(name, numbers)


def percentiles(latencies: Sequence[float]) -> dict[str, float | str]:
    """The percentiles in ms, by column heading."""
    ranked = sorted(latencies)
    return {f"p{share}, ms": percentile(ranked, share / 100) for share in (50, 95, 99)}
