"""Follows the event log live. Renews the session and reconnects as needed, without losing an event."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .._base.settings import remember_identity
from .connection import credentials, renewed, require_identity, seconds_until_renewal
from .target import target

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncHelpdesk, AsyncStream, Event

    from .target import Target

T = TypeVar("T")
# How often to check for session expiry, in seconds. A single timer would fire late after the machine slept.
_CLOCK_CHECK = 5.0
_MAX_DELAY = 15.0


class EventFollower:
    """Follows the event log, through session renewals and lost connections.

    Args:
        cursor: Where to start; None for the current end of the log.
        on_wake: Called when something may have changed, even if it yields no event that this person may read.
        options: More arguments of ``hd.events.stream``.

    Attributes:
        cursor: The position after the last event that was yielded.
    """

    def __init__(
        self, cursor: str | None = None, *, on_wake: Callable[[object], object] | None = None, **options: Any
    ) -> None:
        self.cursor = cursor
        self.options = options
        self._on_wake = on_wake
        self._target = target()
        self._hd: AsyncHelpdesk | None = None
        self._client_lock = asyncio.Lock()
        self._stream: AsyncStream | None = None

    async def __aenter__(self) -> Self:
        self._target = await asyncio.to_thread(lambda: renewed(require_identity(self._target)))
        self._hd = _client(self._target)
        try:
            # Done even when a cursor is given: it fails at once for a person who may not follow events.
            head = await self._hd.events.head()
        except BaseException:
            await self._hd.close()
            raise
        self.cursor = self.cursor or head
        return self

    async def __aexit__(self, *exception: object) -> None:
        assert self._hd is not None
        await self._hd.close()

    @property
    def target(self) -> Target:
        """The target, with its current session."""
        return self._target

    @property
    def live(self) -> bool:
        """Whether events are pushed; otherwise the log is polled."""
        return self._stream is not None and self._stream.live

    @asynccontextmanager
    async def client(self) -> AsyncIterator[AsyncHelpdesk]:
        """The client of the current session. It stays open inside the ``with`` block."""
        async with self._client_lock:
            assert self._hd is not None
            yield self._hd

    async def set_scope(self, **options: Any) -> None:
        """Restrict the events. A wrong cursor, ticket or team raises an error here, before any channel is joined."""
        self.options |= options
        scope = {name: self.options.get(name) for name in ("ticket", "team")}
        async with self.client() as hd:
            await hd.events.since(self.cursor, limit=1, **scope)

    async def events(self) -> AsyncGenerator[Event]:
        """Each event once, in order. Transient errors and an expired session are retried; other errors are raised."""
        failures = 0
        while True:
            try:
                async with aclosing(self._session_events()) as events:
                    async for event in events:
                        failures = 0
                        yield event
                await self._renew()
            except Exception as error:
                if not is_transient(error) and not self.has_expired(error):
                    raise
                failures += 1
                await asyncio.sleep(retry_delay(failures))
                if self.has_expired(error):
                    await self._renew()

    async def _session_events(self) -> AsyncGenerator[Event]:
        assert self._hd is not None
        async with self._hd.events.stream(self.cursor, **self.options) as stream:
            self._stream = stream
            if self._on_wake is not None:
                stream.on_wake(self._on_wake)
            expiry_check = asyncio.create_task(self._stop_before_expiry(stream))
            try:
                async for event in stream:
                    self.cursor = event.cursor
                    yield event
            finally:
                expiry_check.cancel()
                self.cursor = stream.cursor or self.cursor
                self._stream = None

    async def _stop_before_expiry(self, stream: AsyncStream) -> None:
        seconds = seconds_until_renewal(self._target)
        if seconds is None:
            return
        # Follow for at least one second, however short the session is.
        until = time.monotonic() + 1.0
        while seconds > 0 or time.monotonic() < until:
            await asyncio.sleep(min(max(seconds, 1.0), _CLOCK_CHECK))
            seconds = seconds_until_renewal(self._target) or 0.0
        stream.stop()

    async def _renew(self) -> None:
        self._target = await asyncio.to_thread(renewed, self._target)
        async with self._client_lock:
            assert self._hd is not None
            before, self._hd = self._hd, _client(self._target)
        await before.close()

    def has_expired(self, error: Exception) -> bool:
        """Whether the error means that the session expired, as while the machine slept, and can be renewed."""
        from helpdesk_sdk.errors import AuthenticationError

        due = seconds_until_renewal(self._target)
        return isinstance(error, AuthenticationError) and due is not None and due <= 0


def _client(found: Target) -> AsyncHelpdesk:
    from helpdesk_sdk import AsyncHelpdesk

    return AsyncHelpdesk(found.url, found.key, **credentials(found))


def is_transient(error: BaseException) -> bool:
    """Whether the same request may succeed later."""
    from helpdesk_sdk.errors import HelpdeskError

    return isinstance(error, HelpdeskError) and error.is_transient


def retry_delay(failures: int) -> float:
    """Seconds to wait after this many failures in a row."""
    from helpdesk_sdk import Backoff

    return Backoff(base=1.0, cap=_MAX_DELAY).delay(failures - 1)


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run async work to its end, or until the reader of our output pipe is gone, as after ``| head``."""

    async def guarded() -> T:
        with _cancelled_by_closed_pipe():
            return await work()

    found = target()
    # Here, because an error is reported outside the event loop, which works on a copy of the settings.
    remember_identity(found.person, found.profile.name if found.profile else None)
    return asyncio.run(guarded())


@contextmanager
def _cancelled_by_closed_pipe() -> Iterator[None]:
    """End as soon as the reader of our pipe is gone, instead of at the next write."""
    task, loop, closed = asyncio.current_task(), asyncio.get_running_loop(), False
    assert task is not None

    def cancel() -> None:
        nonlocal closed
        closed = True
        loop.remove_reader(output)
        task.cancel()

    output = -1
    with suppress(OSError, ValueError, NotImplementedError):
        if stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
            # The write end of a pipe becomes readable only when the other end is closed.
            output = sys.stdout.fileno()
            loop.add_reader(output, cancel)
    try:
        yield
    except asyncio.CancelledError:
        if closed:
            raise BrokenPipeError from None
        raise
    finally:
        if output >= 0:
            loop.remove_reader(output)
