"""Keeps a queue up to date: reads the list again after every event, and reports the changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from .._connect.follower import EventFollower, is_transient, retry_delay
from .._show.name_cache import NameCache
from .listing import Listing
from .queue import Change, ChangeKind, Queue

if TYPE_CHECKING:
    from helpdesk_sdk import Event

# Seconds between two reads of the list, at least.
_MIN_INTERVAL = 0.3
# Seconds between reads when there are no events: while events are pushed, and while they are polled.
_IDLE_INTERVAL, _IDLE_INTERVAL_POLLING = 60.0, 5.0
# Events that change a ticket without a change of its row.
_OUTSIDE_THE_ROW = {"note.created", "ticket.tagged", "ticket.untagged", "message.redacted"}


class QueueListener(Protocol):
    """Receives the changes of a queue."""

    def queue_changed(self, changes: Sequence[Change], events: Sequence[Event]) -> None:
        """Tickets of the queue changed; ``events`` says how."""

    def connection_checked(self, error: Exception | None) -> None:
        """A read of the list succeeded, or failed with this transient error."""


class QueueWatcher:
    """Keeps a queue up to date.

    Requests: after each announcement, at most every 0.3 seconds, one for the events and one for the list; up to two for
    names that are not known yet. Without an announcement the list is read once a minute, or every 5 seconds while
    events are polled.

    Args:
        follower: The connection, and the source of events.
        queue: The queue to keep up to date.
        listing: Reads the tickets of the queue.
        stale: Set when the list must be read again.
        find_reasons: Whether to find out why a ticket left the queue, with a request for each.
    """

    def __init__(
        self, follower: EventFollower, queue: Queue, listing: Listing, stale: asyncio.Event, *, find_reasons: bool
    ) -> None:
        self.follower, self.queue, self.names = follower, queue, NameCache()
        self._listing, self._find_reasons = listing, find_reasons
        self._stale = stale
        self._events: list[Event] = []

    def refresh(self) -> None:
        """Read the list again as soon as possible."""
        self._stale.set()

    async def load(self) -> list[Change]:
        """Read the list once."""
        return (await self._load([]))[0]

    async def run(self, listener: QueueListener) -> None:
        """Run until cancelled. Raises the first error that retrying cannot fix."""
        collecting = asyncio.create_task(self._collect_events())
        refreshing = asyncio.create_task(self._refresh_repeatedly(listener))
        try:
            done, _ = await asyncio.wait({collecting, refreshing}, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in (collecting, refreshing):
                task.cancel()
            await asyncio.gather(collecting, refreshing, return_exceptions=True)

    async def _collect_events(self) -> None:
        async for event in self.follower.events():
            self._events.append(event)
            self.refresh()

    async def _refresh_repeatedly(self, listener: QueueListener) -> None:
        failures = 0
        while True:
            idle = _IDLE_INTERVAL if self.follower.live else _IDLE_INTERVAL_POLLING
            # Not wait_for: in Python 3.11 it drops a cancellation that comes together with the event.
            with suppress(TimeoutError):
                async with asyncio.timeout(retry_delay(failures) if failures else idle):
                    await self._stale.wait()
            self._stale.clear()
            began, events = time.monotonic(), self._events
            self._events = []
            try:
                changes, relevant = await self._load(events)
            except Exception as error:
                if not is_transient(error) and not self.follower.has_expired(error):
                    raise
                self._events = events + self._events
                failures += 1
                listener.connection_checked(error)
                await asyncio.sleep(_MIN_INTERVAL)
                continue
            failures = 0
            listener.connection_checked(None)
            if changes or relevant:
                listener.queue_changed(changes, relevant)
            await asyncio.sleep(max(0.0, began + _MIN_INTERVAL - time.monotonic()))

    async def _load(self, events: Sequence[Event]) -> tuple[list[Change], list[Event]]:
        """Read the list; returns the changes, and the events about tickets of this queue."""
        from helpdesk_sdk.errors import HelpdeskError

        limit = self._listing.limit
        async with self.follower.client() as hd:
            found = await self._listing.load(hd)
            concerned = {ticket.ticket_id for ticket in (*self.queue.tickets, *found)}
            relevant = [event for event in events if event.ticket_id in concerned]
            await self.names.load_async(hd, found, [event.data for event in relevant])
            touched = {event.ticket_id for event in relevant if event.type in _OUTSIDE_THE_ROW and event.ticket_id}
            changes = self.queue.update(found[:limit], more=len(found) > limit, touched=touched)
            if self._find_reasons and any(change.kind is ChangeKind.LEFT for change in changes):
                changes = await self._listing.with_reasons(hd, changes)
                with suppress(HelpdeskError):
                    await self.names.load_async(hd, [change.ticket for change in changes])
        return changes, relevant
