"""Watching a queue: the list is asked for anew whenever something has happened, and shown on a screen or as lines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from .._connect.follower import Link, may_pass, pause
from .._show.names import Names
from .listing import Listing
from .queue import Change, Kind, Queue

if TYPE_CHECKING:
    from helpdesk_sdk import Event

# Seconds between two questions for the list, however much happens.
_BETWEEN = 0.3
# Seconds after which it is asked for though nothing seems to have happened: while live, and while not.
_QUIET, _QUIET_POLLING = 60.0, 5.0
# What happens to a ticket without a change of its row.
_BESIDE_THE_ROW = {"note.created", "ticket.tagged", "ticket.untagged", "message.redacted"}


class Audience(Protocol):
    """Who is told what has become of a queue."""

    def happened(self, changes: Sequence[Change], events: Sequence[Event]) -> None:
        """Something has changed, and this is what was done."""

    def connected(self, error: Exception | None) -> None:
        """Whether the helpdesk answers; else what stands in the way."""


class Watch:
    """A queue that is kept up to date.

    Requests: one for a page of the list (by priority, of a queue beyond the limit, up to five) and one for the events
    after each wake-up, at most every 0.3 seconds; one each for names that are not known yet; without a wake-up one a
    minute, or every 5 seconds where nothing is pushed.

    Args:
        link: Where from.
        queue: What to keep up to date.
        listing: Where its tickets come from.
        stale: Set when the list is to be asked for anew.
        explain: Whether to find out why a ticket left, by a request for each.
    """

    def __init__(self, link: Link, queue: Queue, listing: Listing, stale: asyncio.Event, *, explain: bool) -> None:
        self.link, self.queue, self.names = link, queue, Names()
        self._listing, self._explain = listing, explain
        self._stale = stale
        self._events: list[Event] = []

    def ask(self) -> None:
        """Ask for the list anew as soon as may be."""
        self._stale.set()

    async def look(self) -> list[Change]:
        """Ask for the list once."""
        return (await self._look([]))[0]

    async def run(self, audience: Audience) -> None:
        """Keep the queue up to date, for ever; ends with the error that waiting does not help against."""
        following = asyncio.create_task(self._follow())
        asking = asyncio.create_task(self._keep_asking(audience))
        try:
            done, _ = await asyncio.wait({following, asking}, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in (following, asking):
                task.cancel()
            await asyncio.gather(following, asking, return_exceptions=True)

    async def _follow(self) -> None:
        async for event in self.link.events():
            self._events.append(event)
            self.ask()

    async def _keep_asking(self, audience: Audience) -> None:
        failures = 0
        while True:
            with suppress(TimeoutError):
                quiet = _QUIET if self.link.live else _QUIET_POLLING
                await asyncio.wait_for(self._stale.wait(), pause(failures) if failures else quiet)
            self._stale.clear()
            began, events = time.monotonic(), self._events
            self._events = []
            try:
                changes, about = await self._look(events)
            except Exception as error:
                if not may_pass(error) and not self.link.has_run_out(error):
                    raise
                self._events = events + self._events
                failures += 1
                audience.connected(error)
                await asyncio.sleep(_BETWEEN)
                continue
            failures = 0
            audience.connected(None)
            if changes or about:
                audience.happened(changes, about)
            await asyncio.sleep(max(0.0, began + _BETWEEN - time.monotonic()))

    async def _look(self, events: Sequence[Event]) -> tuple[list[Change], list[Event]]:
        """What has changed, and which of the events are about tickets of this queue."""
        from helpdesk_sdk.errors import HelpdeskError

        limit = self._listing.limit
        async with self.link.client() as hd:
            found = await self._listing.read(hd)
            concerned = {ticket.ticket_id for ticket in (*self.queue.tickets, *found)}
            about = [event for event in events if event.ticket_id in concerned]
            await self.names.learn_live(hd, found, [event.data for event in about])
            touched = {event.ticket_id for event in about if event.type in _BESIDE_THE_ROW and event.ticket_id}
            changes = self.queue.take(found[:limit], more=len(found) > limit, touched=touched)
            if self._explain and any(change.kind is Kind.LEFT for change in changes):
                changes = await self._listing.explained(hd, changes)
                with suppress(HelpdeskError):
                    await self.names.learn_live(hd, [change.ticket for change in changes])
        return changes, about
