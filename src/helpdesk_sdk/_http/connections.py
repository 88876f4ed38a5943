"""HTTP connections: never shared with a forked child process, nor by two event loops.

Two processes on one socket read each other's responses, and a connection of an event loop cannot be used in another
one. Servers that fork their workers (gunicorn, Celery) and code that runs one loop after another (Django's
``async_to_sync``, one ``asyncio.run`` a job) meet both. So a child process and each event loop get connections of
their own. The session and the caches are shared.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakKeyDictionary, WeakSet

import httpx

from ..errors import ConfigurationError


def closed() -> ConfigurationError:
    """The error for a request of a closed client."""
    return ConfigurationError("The client is closed", hint="Make a new one.")


class _Owner(Protocol):
    def after_fork(self) -> None:
        """Leave the parent's connections alone, without closing them: they are still in use."""


_owners: WeakSet[_Owner] = WeakSet()


def reset_after_fork(owner: _Owner) -> None:
    """Have ``owner.after_fork()`` called in each forked child process."""
    _owners.add(owner)


class Connections:
    """The connections of a sync client."""

    def __init__(self, make: Callable[[], httpx.Client]) -> None:
        self._make = make
        self._reset()
        reset_after_fork(self)

    def _reset(self) -> None:
        self.http = self._make()
        # Reentrant: the `on_session` callback may use the client.
        self.renewing = threading.RLock()

    def after_fork(self) -> None:
        """Leave the parent's connections alone, without closing them: they are still in use."""
        closed = self.http.is_closed
        self._reset()
        if closed:
            self.http.close()

    def close(self) -> None:
        """Close all connections."""
        self.http.close()


@dataclass(slots=True)
class LoopConnections:
    """The connections of an async client in one event loop."""

    http: httpx.AsyncClient
    closing: AsyncGenerator[None]
    """Closes the connections when it is closed itself, at the latest when its event loop shuts down."""
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock)


async def _open_until_the_loop_ends(http: httpx.AsyncClient) -> AsyncGenerator[None]:
    # An event loop closes the async generators that are still open before it ends: asyncio.run() does, and Django.
    try:
        yield
    finally:
        await http.aclose()


class AsyncConnections:
    """The connections of an async client, by event loop."""

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make = make
        self._is_closed = False
        self.after_fork()
        reset_after_fork(self)

    async def current(self) -> LoopConnections:
        """The connections of the running event loop.

        Raises:
            ConfigurationError: The client is closed.
        """
        if self._is_closed:
            raise closed()
        loop = asyncio.get_running_loop()
        found = self._by_loop.get(loop)
        if found is not None:
            return found
        http = self._make()
        made = LoopConnections(http, _open_until_the_loop_ends(http))
        with self._lock:
            for ended in [known for known in self._by_loop if known.is_closed()]:
                del self._by_loop[ended]
            self._by_loop[loop] = made
        await anext(made.closing)
        return made

    def after_fork(self) -> None:
        """Leave the parent's connections alone, without closing them: they are still in use."""
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopConnections] = WeakKeyDictionary()
        # Loops in several threads may begin at once.
        self._lock = threading.Lock()

    @property
    def open_loops(self) -> list[asyncio.AbstractEventLoop]:
        """The event loops that have connections and are not closed."""
        return [loop for loop in self._by_loop if not loop.is_closed()]

    async def close(self) -> None:
        """Close the connections of the running event loop, and use no others any more."""
        self._is_closed = True
        found = self._by_loop.pop(asyncio.get_running_loop(), None)
        self._by_loop.clear()
        if found is not None:
            await found.closing.aclose()


def _after_fork() -> None:
    for owner in tuple(_owners):
        owner.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
