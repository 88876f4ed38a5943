"""What it costs that news arrive by itself: what the database does for it, and the way to the client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.live import latency, memory, reads, sdk, writes
from benchmarks.live.desk import desk
from benchmarks.measure import Effort, Section

_TICKETS = 400


@dataclass(frozen=True)
class Scale:
    """How much of it there is.

    Attributes:
        idle: how many subscribers the memory is read with, and `settle` seconds before each reading.
        latency: of the raw sockets.
        streams, stream_rates, stream_seconds: of the SDK.
        bulk: tickets in one transaction.
        calls: at most so many in each turn of a comparison of writes.
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
    """What only reads."""
    yield from reads.run(url, effort)


def on_scratch(url: str, effort: Effort, scale: Scale) -> Section:
    """What writes, on a database that is thrown away."""
    return writes.run(url, Effort(effort.rounds, min(effort.calls, scale.calls)), scale.bulk)


def on_stack(scale: Scale) -> Iterator[Section]:
    """The way to the client, on a local stack of its own."""
    with desk(_TICKETS, agents=max(scale.streams)) as one:
        yield memory.run(one, scale.idle, scale.settle)
        yield from latency.run(one, scale.latency)
        yield from sdk.run(one, scale.streams, scale.stream_rates, scale.stream_seconds)
