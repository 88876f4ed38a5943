"""Streams of the SDK: from the commit to the event that `hd.events.stream()` hands out, read from the log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

import psutil

from benchmarks.live.children import Child, async_answers
from benchmarks.live.crowd import Crowd
from benchmarks.live.desk import Desk
from benchmarks.live.latency import Bench, Writing, percentiles
from benchmarks.live.writer import serve as serve_writer
from benchmarks.measure import Result, Section
from helpdesk_sdk import AsyncHelpdesk, AsyncStream

T = TypeVar("T")
_PATIENCE = 15.0
_MANY = 40


def run(desk: Desk, counts: Sequence[int], rates: Sequence[float], seconds: float) -> Iterator[Section]:
    """Measure each number of streams at each rate. Each stream is of another person, with its own client."""
    section = Section(
        "Event to `hd.events.stream()`",
        "From the moment COMMIT is sent to the event that is handed out: the wake-up by a broadcast and a read of the "
        "log. “Raw” is one raw socket in the same run. All streams are in one process.",
    )
    logins = [(agent.email, agent.password) for agent in desk.agents]
    info = desk.stack.info
    with (
        Child(serve_writer, desk.db_url, desk.writer) as writer,
        Child(serve, info.api_url, info.publishable_key) as streams,
        Crowd(info.api_url, info.publishable_key) as raw,
    ):
        raw.join([f"helpdesk:team:{desk.team}"], desk.token)
        bench = Bench(desk, writer, raw, streams=streams.pid)
        opened = 0
        for count in counts:
            streams.ask("open", logins[opened:count])
            opened = count
            for rate in rates:
                section.results.append(_measure(bench, streams, desk, count, rate, seconds))
    yield section
    yield _memory(desk, logins)


def _memory(desk: Desk, logins: Sequence[tuple[str, str]]) -> Section:
    """Memory, in a fresh process: in a used one, freed memory would be taken first."""
    section = Section(
        "Memory of a stream",
        "Memory in the process of the client, signed in and live, without what the first client imports.",
    )
    with Child(serve, desk.stack.info.api_url, desk.stack.info.publishable_key) as streams:
        streams.ask("open", logins[:1])
        streams.ask("open_more", 1)
        more: float = streams.ask("open_more", _MANY)
        section.results.append(Result("one more stream of a client", {"KB": more / _MANY}))
        clients: float = streams.ask("open", logins[1:])
        section.results.append(Result("a client with one stream", {"KB": clients / (len(logins) - 1)}))
    return section


def _measure(bench: Bench, streams: Child, desk: Desk, count: int, rate: float, seconds: float) -> Result:
    streams.ask("reset")
    done = bench.run(Writing(dict.fromkeys(desk.tickets, 1), rate, seconds))
    received: list[dict[int, int]] = streams.ask("received", list(done.commits))
    latencies = [(times[event] - at) / 1e6 for event, at in done.commits.items() for times in received]
    numbers: dict[str, float | str] = {"events/s": done.rate, **percentiles(latencies)}
    numbers |= {f"raw {name}": number for name, number in percentiles(done.latencies).items()}
    return Result(f"{count} stream{'s' * (count > 1)}, {rate:g} events/s", numbers | done.used)


def serve(pipe: Connection, url: str, key: str) -> None:
    """In a child: `open(logins)` opens streams, `reset()` forgets events, `received(events)` waits for events."""
    asyncio.run(_serve(pipe, _Streams(url, key)))


async def _serve(pipe: Connection, streams: _Streams) -> None:
    try:
        await async_answers(
            pipe, open=streams.open, open_more=streams.open_more, reset=streams.reset, received=streams.received
        )
    finally:
        await streams.close()


def _held() -> float:
    """The memory of this process alone, in KB."""
    return float(psutil.Process().memory_full_info().uss) / 1024


class _Streams:
    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key
        self._clients: list[AsyncHelpdesk] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._times: list[dict[int, int]] = []

    async def open(self, logins: Sequence[tuple[str, str]]) -> float:
        """Begin a stream as each person; returns by how much the memory grew, in KB."""
        before = _held()
        for email, password in logins:
            client = AsyncHelpdesk(self._url, self._key)
            self._clients.append(client)
            await client.auth.sign_in(email, password)
            await self._begin(client)
        return _held() - before

    async def open_more(self, count: int) -> float:
        """Begin so many more streams of the first client; returns by how much the memory grew, in KB."""
        before = _held()
        for _ in range(count):
            await self._begin(self._clients[0])
        return _held() - before

    async def reset(self) -> None:
        """Forget all events so far."""
        for times in self._times:
            times.clear()

    async def received(self, events: Sequence[int]) -> list[dict[int, int]]:
        """For each stream, when it handed out each event. Waits until every stream has handed out these events."""
        wanted = set(events)
        for times in self._times:
            await self._until(times, lambda one: wanted <= one.keys())
        return [dict(times) for times in self._times]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients:
            await client.close()

    async def _begin(self, client: AsyncHelpdesk) -> None:
        self._times.append({})
        stream = client.events.stream()
        self._tasks.append(asyncio.create_task(self._follow(stream, self._times[-1])))
        await self._until(stream, lambda one: one.live)

    async def _follow(self, stream: AsyncStream, times: dict[int, int]) -> None:
        async with stream:
            async for event in stream:
                assert event.event_id not in times, "a stream handed out an event twice"
                times[event.event_id] = time.monotonic_ns()

    async def _until(self, what: T, is_so: Callable[[T], bool]) -> None:
        async with asyncio.timeout(_PATIENCE):
            while not is_so(what):
                for task in self._tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.02)
