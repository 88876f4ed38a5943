"""What Realtime costs: the database's part, and the way to the client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.live import latency, memory, reads, sdk, writes
from benchmarks.live.desk import desk
from benchmarks.measure import Effort, Section

_TICKETS = 400


@dataclass(frozen=True)
class Scale:
    """How much is measured.

    Attributes:
        idle: The numbers of idle subscribers at which memory is read.
        settle: Seconds to wait before each reading.
        latency: The plan for the raw sockets.
        streams, stream_rates, stream_seconds: The plan for streams of the SDK.
        bulk: Tickets in one transaction.
        calls: The most calls in each turn of a comparison of writes.
    """

    idle: tuple[int, ...]
    settle: float
    latency: latency.Plan
    streams: tuple[int, ...]
    stream_rates: tuple[float, ...]
    stream_seconds: float
    bulk: int
    calls: int


FULL = Scale(
    idle=(100, 1000, 5000),
    settle=3.0,
    latency=latency.Plan((1, 100, 1000), 100, 5.0, (100, 200, 400, 800, 1200, 1600, 2400, 3200, 4800), 3.0),
    streams=(1, 20),
    stream_rates=(10, 100),
    stream_seconds=5.0,
    bulk=10_000,
    calls=40,
)
QUICK = Scale(
    idle=(20, 40),
    settle=0.2,
    latency=latency.Plan((1, 20), 50, 0.6, (50, 100), 0.5),
    streams=(1, 3),
    stream_rates=(20,),
    stream_seconds=0.6,
    bulk=200,
    calls=8,
)


def on_database(url: str, effort: Effort) -> Iterator[Section]:
    """The parts that only read."""
    yield from reads.run(url, effort)


def on_scratch(url: str, effort: Effort, scale: Scale) -> Section:
    """The part that writes, in a database that is dropped afterwards."""
    return writes.run(url, Effort(effort.rounds, min(effort.calls, scale.calls)), scale.bulk)


def on_stack(scale: Scale) -> Iterator[Section]:
    """The way to the client, on a local stack of its own."""
    with desk(_TICKETS, agents=max(scale.streams)) as one:
        yield memory.run(one, scale.idle, scale.settle)
        yield from latency.run(one, scale.latency)
        yield from sdk.run(one, scale.streams, scale.stream_rates, scale.stream_seconds)
