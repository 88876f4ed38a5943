"""A connection that stays: what happens in a helpdesk as it happens, through new sessions and lost connections."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .connection import credentials, fresh, seconds_until_due, signed_in, target

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncHelpdesk, AsyncStream, Event

    from .connection import Target

T = TypeVar("T")
# How often to look at the clock for a session that ends; a timer alone would oversleep with the machine.
_LOOK = 5.0
_LONGEST_PAUSE = 15.0


class Link:
    """Follows the events. When the session is about to end it goes on with a new one, from where it was.

    Args:
        cursor: Where to begin; None for now.
        on_wake: Told when something may have happened, also what one may not see any more.
        wanted: What else ``hd.events.stream`` takes.

    Attributes:
        cursor: Behind the last event that was handed out.
    """

    def __init__(
        self, cursor: str | None = None, *, on_wake: Callable[[object], object] | None = None, **wanted: Any
    ) -> None:
        self.cursor = cursor
        self.wanted = wanted
        self._on_wake = on_wake
        self._target = target()
        self._hd: AsyncHelpdesk | None = None
        self._in_use = asyncio.Lock()
        self._stream: AsyncStream | None = None

    async def __aenter__(self) -> Self:
        self._target = await asyncio.to_thread(lambda: fresh(signed_in(self._target)))
        self._hd = _client(self._target)
        try:
            # Also where it is not needed: whoever cannot be asked this cannot be followed.
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
        """Where to, and as whom."""
        return self._target

    @property
    def live(self) -> bool:
        """Whether what happens is told at once, and not found by asking now and then."""
        return self._stream is not None and self._stream.live

    @asynccontextmanager
    async def client(self) -> AsyncIterator[AsyncHelpdesk]:
        """The client of the session in use, which is kept open meanwhile."""
        async with self._in_use:
            assert self._hd is not None
            yield self._hd

    async def narrow(self, **wanted: Any) -> None:
        """Follow only this; a wrong place to begin, ticket or team is refused now, before anything is joined."""
        self.wanted |= wanted
        scope = {name: self.wanted.get(name) for name in ("ticket", "team")}
        async with self.client() as hd:
            await hd.events.since(self.cursor, limit=1, **scope)

    async def events(self) -> AsyncGenerator[Event]:
        """What happens, each event once. What fails at the beginning is raised, what fails later may pass."""
        failures = 0
        while True:
            try:
                async with aclosing(self._of_one_session()) as events:
                    async for event in events:
                        failures = 0
                        yield event
                await self._renew()
            except Exception as error:
                if not may_pass(error) and not self.has_run_out(error):
                    raise
                failures += 1
                await asyncio.sleep(pause(failures))
                if self.has_run_out(error):
                    await self._renew()

    async def _of_one_session(self) -> AsyncGenerator[Event]:
        assert self._hd is not None
        async with self._hd.events.stream(self.cursor, **self.wanted) as stream:
            self._stream = stream
            if self._on_wake is not None:
                stream.on_wake(self._on_wake)
            looking = asyncio.create_task(self._stop_when_due(stream))
            try:
                async for event in stream:
                    self.cursor = event.cursor
                    yield event
            finally:
                looking.cancel()
                self.cursor = stream.cursor or self.cursor
                self._stream = None

    async def _stop_when_due(self, stream: AsyncStream) -> None:
        seconds = seconds_until_due(self._target)
        if seconds is None:
            return
        # However short sessions are: one second of following each.
        until = time.monotonic() + 1.0
        while seconds > 0 or time.monotonic() < until:
            await asyncio.sleep(min(max(seconds, 1.0), _LOOK))
            seconds = seconds_until_due(self._target) or 0.0
        stream.stop()

    async def _renew(self) -> None:
        self._target = await asyncio.to_thread(fresh, self._target)
        async with self._in_use:
            assert self._hd is not None
            before, self._hd = self._hd, _client(self._target)
        await before.close()

    def has_run_out(self, error: Exception) -> bool:
        """Whether it was refused because the machine slept while the session ended: a new one can be had."""
        from helpdesk_sdk.errors import AuthenticationError

        due = seconds_until_due(self._target)
        return isinstance(error, AuthenticationError) and due is not None and due <= 0


def _client(found: Target) -> AsyncHelpdesk:
    from helpdesk_sdk import AsyncHelpdesk

    return AsyncHelpdesk(found.url, found.key, **credentials(found))


def may_pass(error: BaseException) -> bool:
    """Whether the same may go well a little later."""
    from helpdesk_sdk.errors import ConnectionFailedError, RateLimitedError, ServerError

    return isinstance(error, ConnectionFailedError | RateLimitedError | ServerError)


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row."""
    return float(min(_LONGEST_PAUSE, 2.0 ** min(failures - 1, 10)))


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run async work to its end, or until whoever reads the output has gone away, as ``head`` does."""

    async def watched() -> T:
        with _ends_with_its_reader():
            return await work()

    return asyncio.run(watched())


@contextmanager
def _ends_with_its_reader() -> Iterator[None]:
    """Nothing may happen for hours: do not wait for the next line to find out that nobody reads it."""
    task, loop, gone = asyncio.current_task(), asyncio.get_running_loop(), False
    assert task is not None

    def leave() -> None:
        nonlocal gone
        gone = True
        loop.remove_reader(output)
        task.cancel()

    output = -1
    with suppress(OSError, ValueError, NotImplementedError):
        if stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode):
            # Nothing can be read there: it only ever reports that the other end was closed.
            output = sys.stdout.fileno()
            loop.add_reader(output, leave)
    try:
        yield
    except asyncio.CancelledError:
        if gone:
            raise BrokenPipeError from None
        raise
    finally:
        if output >= 0:
            loop.remove_reader(output)
