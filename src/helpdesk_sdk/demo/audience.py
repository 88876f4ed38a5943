"""The part of the story that happens while it is told: people who listen, and people who have the same ticket open."""

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

_PATIENCE = 10.0


class Audience:
    """People who follow the events while other things happen: each on a live stream, all on one thread.

    Args:
        people: Their names, and clients that are signed in.
        cursor: Where they begin to listen.
    """

    def __init__(self, url: str, key: str, people: Mapping[str, Helpdesk], cursor: str) -> None:
        self._url, self._key, self._people, self._cursor = url, key, people, cursor
        self._heard: dict[str, list[Event]] = {name: [] for name in people}
        self._delays: list[float] = []
        self._changed = threading.Condition()
        self._live: dict[str, datetime] = {}
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: len(self._live) == len(self._people), _PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(_PATIENCE)

    def heard(self, name: str, last: str) -> list[Event]:
        """What somebody has heard, once the event with this cursor is among it; without it after 10 seconds."""
        heard = self._heard[name]
        with self._changed:
            self._changed.wait_for(lambda: bool(heard) and heard[-1].cursor == last, _PATIENCE)
            return list(heard)

    @property
    def median_delay(self) -> float:
        """Seconds from an event that happened while they listened to its arrival, by this machine's clock."""
        return statistics.median(self._delays) if self._delays else float("nan")

    def _run(self) -> None:
        self._task = self._loop.create_task(self._listen_all())
        with contextlib.closing(self._loop), contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)

    async def _listen_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for name, client in self._people.items():
                group.create_task(self._listen(name, client))

    async def _listen(self, name: str, client: Helpdesk) -> None:
        async with also(client, self._url, self._key) as hd, hd.events.stream(self._cursor) as stream:
            stream.on_wake(lambda _: self._note(name, live=stream.live))
            async for event in stream:
                if name in self._live and event.created_at > self._live[name]:
                    self._delays.append((datetime.now(UTC) - event.created_at).total_seconds())
                self._note(name, event)

    def _note(self, name: str, event: Event | None = None, *, live: bool = False) -> None:
        with self._changed:
            if event is not None:
                self._heard[name].append(event)
            if live:
                self._live.setdefault(name, datetime.now(UTC))
            self._changed.notify_all()


def also(client: Helpdesk, url: str, key: str) -> AsyncHelpdesk:
    """An async client of the person who is signed in with a plain one."""
    session = client.auth.session
    return AsyncHelpdesk(url, key, access_token=session.access_token.get_secret_value() if session else None)


def seen_beside(watcher: AsyncHelpdesk, typist: AsyncHelpdesk, ticket: Ticket) -> tuple[Viewer, ...]:
    """Who the watcher sees at a ticket that both have open, once the other begins to type."""

    async def look() -> tuple[Viewer, ...]:
        async with watcher, typist, watcher.presence.on(ticket) as here, typist.presence.on(ticket) as there:
            await there.typing()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    async for _ in here:
                        if any(viewer.state == "typing" for viewer in here.others):
                            break
            return here.others

    return asyncio.run(look())
