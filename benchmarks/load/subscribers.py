"""People who follow their events while others work: how late an event comes, and whether one is lost or comes twice."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from benchmarks.load.model import percentile
from helpdesk_sdk import AsyncHelpdesk, Event

SETTLE_SECONDS = 5.0
_PAGE = 500


@dataclass
class Deliveries:
    """What subscribers received.

    Attributes:
        subscribers: how many there were.
        delays: milliseconds from an event's ``created_at`` to its arrival; both clocks are this machine's.
        lost: events of the log that a subscriber may see and did not receive.
        doubled: arrivals beyond the first of an event, at one subscriber.
        unpushed: subscribers whose stream was not live at the end: they polled.
    """

    subscribers: int = 0
    delays: list[float] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    unpushed: int = 0

    def count(self, expected: Iterable[int], received: Sequence[int]) -> None:
        """Count one subscriber's events, by their ids.

        Args:
            expected: those of the log.
            received: those that came, in the order of arrival.
        """
        arrivals = Counter(received)
        self.subscribers += 1
        self.lost += len(set(expected) - arrivals.keys())
        self.doubled += sum(arrivals.values()) - len(arrivals)

    def quantiles(self) -> tuple[float, float, float]:
        """p50, p95 and p99 of the delays."""
        return percentile(self.delays, 0.5), percentile(self.delays, 0.95), percentile(self.delays, 0.99)

    def as_text(self) -> str:
        """In one line."""
        p50, p95, p99 = self.quantiles()
        shown = f"{len(self.delays)} to {self.subscribers} subscribers, p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms"
        polled = f", {self.unpushed} polled" if self.unpushed else ""
        return f"{shown} after created_at; lost {self.lost}, doubled {self.doubled}{polled}"


class Subscribers:
    """Follows events in a thread of its own, as each of these people: ``with Subscribers(…) as following: …``."""

    def __init__(self, url: str, key: str, tokens: Sequence[str]) -> None:
        self._url, self._key, self._tokens = url, key, tokens
        self._begun, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._follow_all()), daemon=True)
        self._error: Exception | None = None
        self.deliveries = Deliveries()
        """What came; complete after the block."""

    def __enter__(self) -> Self:
        self._thread.start()
        self._begun.wait(60)
        if self._error is not None:
            raise self._error
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join(60 + SETTLE_SECONDS)
        if self._error is not None and error[0] is None:
            raise self._error

    async def _follow_all(self) -> None:
        try:
            ready = [asyncio.Event() for _ in self._tokens]
            work = [asyncio.create_task(self._follow(*one)) for one in zip(self._tokens, ready, strict=True)]
            while not all(one.is_set() for one in ready) and not any(one.done() for one in work):
                await asyncio.sleep(0.05)
            if all(one.is_set() for one in ready):
                self._begun.set()
            await asyncio.gather(*work)
        except Exception as error:
            self._error = error
        finally:
            self._begun.set()

    async def _follow(self, token: str, ready: asyncio.Event) -> None:
        async with AsyncHelpdesk(self._url, self._key, access_token=token) as hd:
            start, received = await hd.events.head(), []
            async with hd.events.stream(start) as stream:

                async def receive() -> None:
                    async for event in stream:
                        received.append(event.event_id)
                        self.deliveries.delays.append(delay(event, time.time()))

                receiving = asyncio.create_task(receive())
                end = time.monotonic() + SETTLE_SECONDS
                while not stream.live and time.monotonic() < end:
                    await asyncio.sleep(0.05)
                ready.set()
                while not self._ended.is_set() and not receiving.done():
                    await asyncio.sleep(0.05)
                expected = await _since(hd, start)
                end = time.monotonic() + SETTLE_SECONDS
                while not expected <= set(received) and time.monotonic() < end:
                    await asyncio.sleep(0.05)
                self.deliveries.unpushed += not stream.live
                stream.stop()
                await receiving
            self.deliveries.count(expected, received)


def delay(event: Event, now: float) -> float:
    """Milliseconds from the change to now.

    Args:
        event: what came.
        now: seconds since 1970.
    """
    return max(0.0, (now - event.created_at.timestamp()) * 1000)


async def _since(hd: AsyncHelpdesk, cursor: str) -> set[int]:
    """The ids of all events after a cursor."""
    found: set[int] = set()
    more = True
    while more:
        page = await hd.events.since(cursor, _PAGE)
        found |= {event.event_id for event in page}
        cursor, more = page.cursor, page.more
    return found
