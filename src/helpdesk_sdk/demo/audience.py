"""The live part of the story: people who receive events while others work, and people who have a ticket open."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from ..client import AsyncHelpdesk, Helpdesk
from ..models.events import Event
from ..models.presence import Viewer
from ..models.tickets import Ticket

_TIMEOUT = 10.0


class Audience:
    """People who receive events while the story is played: each on a live stream, all in one thread.

    Args:
        url: The helpdesk.
        key: The publishable key.
        people: The signed-in clients, by name.
        cursor: Where the streams begin.
    """

    def __init__(self, url: str, key: str, people: Mapping[str, Helpdesk], cursor: str) -> None:
        self._url, self._key, self._people, self._cursor = url, key, people, cursor
        self._received: dict[str, list[Event]] = {name: [] for name in people}
        self._delays: list[float] = []
        self._changed = threading.Condition()
        self._live_since: dict[str, datetime] = {}
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: len(self._live_since) == len(self._people), _TIMEOUT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(_TIMEOUT)

    def received(self, name: str, last: str) -> list[Event]:
        """The events that a person has received. Waits up to 10 seconds for the event with the cursor ``last``."""
        events = self._received[name]
        with self._changed:
            self._changed.wait_for(lambda: bool(events) and events[-1].cursor == last, _TIMEOUT)
            return list(events)

    @property
    def median_delay(self) -> float:
        """Seconds from an event to its arrival on a stream that was live by then, by this machine's clock."""
        return statistics.median(self._delays) if self._delays else float("nan")

    def _run(self) -> None:
        self._task = self._loop.create_task(self._follow_all())
        with contextlib.closing(self._loop), contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)

    async def _follow_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for name, client in self._people.items():
                group.create_task(self._follow(name, client))

    async def _follow(self, name: str, client: Helpdesk) -> None:
        async with async_client(client, self._url, self._key) as hd, hd.events.stream(self._cursor) as stream:
            stream.on_wake(lambda _: self._record_live(name) if stream.live else None)
            async for event in stream:
                self._record(name, event)

    def _record_live(self, name: str) -> None:
        with self._changed:
            self._live_since.setdefault(name, datetime.now(UTC))
            self._changed.notify_all()

    def _record(self, name: str, event: Event) -> None:
        with self._changed:
            now = datetime.now(UTC)
            if event.created_at > self._live_since.get(name, now):
                self._delays.append((now - event.created_at).total_seconds())
            self._received[name].append(event)
            self._changed.notify_all()


def async_client(client: Helpdesk, url: str, key: str) -> AsyncHelpdesk:
    """An async client for the person who is signed in with a sync client."""
    session = client.auth.session
    return AsyncHelpdesk(url, key, access_token=session.access_token.get_secret_value() if session else None)


def viewers_seen(watcher: AsyncHelpdesk, typist: AsyncHelpdesk, ticket: Ticket) -> tuple[Viewer, ...]:
    """The other viewers that the watcher sees on a ticket that both have open, after the typist begins to type."""

    async def watch() -> tuple[Viewer, ...]:
        async with watcher, typist, watcher.presence.on(ticket) as here, typist.presence.on(ticket) as there:
            await there.typing()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TIMEOUT):
                    async for _ in here:
                        if any(viewer.state == "typing" for viewer in here.others):
                            break
            return here.others

    return asyncio.run(watch())
