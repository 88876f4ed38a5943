"""Streams of events: each event once, in order, through transient failures; pushed where there is a live connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Concatenate, Generic, ParamSpec, Self, overload

from pydantic import ValidationError as PydanticError

from .._http.drivers import AsyncDriver, SyncDriver
from .._http.resource import Method, Resource
from ..errors import ConfigurationError, HelpdeskError
from ..models.events import Announcement, Event, EventPage, parse_cursor
from .hubs import Hubs
from .poll_schedule import NextStep
from .stream_state import StreamSource, StreamState
from .subscriptions import Listener, Signal, SignalKind, wait_for

P = ParamSpec("P")

logger = logging.getLogger("helpdesk_sdk")

# Seconds between two look-ups of the topics to join.
_TOPICS_INTERVAL = 0.1


class Stream(StreamState):
    """Events as they happen, by polling. Ends when ``stop()`` is called, from any thread or handler."""

    def __init__(self, driver: SyncDriver, source: StreamSource) -> None:
        super().__init__(source)
        self._driver = driver
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Return no more events, and end the wait."""
        self._stopped.set()

    def close(self) -> None:
        """The same as ``stop()``; ``with`` calls it."""
        self.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        self._schedule.read_now()
        while not self._stopped.is_set():
            step = self._next_step(live=False)
            if not isinstance(step, NextStep):
                self._stopped.wait(step)
                continue
            try:
                result = self._driver.run(self._request(step))
            except HelpdeskError as error:
                self._back_off(error)
                continue
            if self._stopped.is_set():
                return
            for event in self._accept(result):
                yield event
                if self._stopped.is_set():
                    return


class AsyncStream(StreamState):
    """Events as they happen. Ends when ``stop()`` is called on the same event loop, or when its task is cancelled.

    >>> async with hd.events.stream(cursor) as stream:
    ...     async for event in stream:
    ...         ...
    """

    def __init__(self, driver: AsyncDriver, hubs: Hubs | None, source: StreamSource) -> None:
        super().__init__(source)
        self._driver = driver
        self._hubs = hubs
        self._stopped = False
        self._wakeup = asyncio.Event()
        self._wake_callbacks: list[Callable[[Announcement | None], object]] = []
        self._listener: Listener | None = None
        self._is_iterated = False
        self._topics_outdated = False
        self._update_topics_at = 0.0
        self._was_lost = False

    @property
    def live(self) -> bool:
        """Whether events are pushed at this moment; if not, the log is read every ``poll_interval`` seconds."""
        return self._listener is not None and self._listener.live

    def on_wake(self, callback: Callable[[Announcement | None], object]) -> None:
        """Call a function, on the event loop, with every announcement on the topics of this stream.

        Announcements cover more than the events that the stream returns: other types, and events that you may not read
        any more, such as a ticket's transfer out of your team. Announcements are hints: they may come twice, and before
        their event can be read; while the stream is not live there are none. The function is called with None when the
        stream begins or ceases to be live: any event may have happened in between.

        Args:
            callback: The function; it gets the announcement, or None.
        """
        self._wake_callbacks.append(callback)

    def stop(self) -> None:
        """Return no more events, and end the wait."""
        self._stopped = True
        self._wakeup.set()

    async def close(self) -> None:
        """Stop, and close the live connection unless another stream or presence uses it."""
        self.stop()
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.close()

    async def __aenter__(self) -> Self:
        await self._set_initial_cursor()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[Event]:
        if self._is_iterated:
            raise ConfigurationError("This stream is being iterated over already", hint="Make another stream.")
        self._is_iterated = True
        self._schedule.read_now()
        try:
            await self._subscribe()
            while not self._stopped:
                self._wakeup.clear()
                if self._listener is not None and self._listener.error is not None:
                    raise self._listener.error
                step = self._next_step(live=self.live)
                if not isinstance(step, NextStep):
                    await wait_for(self._wakeup, step)
                    continue
                result = await self._result_of(step)
                if self._stopped:
                    return
                if result is None:
                    continue
                if self._failures and self._listener is not None:
                    self._listener.reconnect_now()
                for event in self._accept(result):
                    yield event
                    if self._stopped:
                        return
                if self._topics_outdated:
                    self._schedule.announce(None, None)
        finally:
            self._is_iterated = False
            if self._listener is not None:
                self._listener.release()
                self._listener = None

    async def _set_initial_cursor(self) -> None:
        if self.cursor is None:
            list(self._accept(await self._driver.run(self._request(NextStep.READ_HEAD))))

    async def _result_of(self, step: NextStep) -> EventPage | str | None:
        """The result of a request; None after a transient error."""
        try:
            if self._topics_outdated and time.monotonic() >= self._update_topics_at:
                await self._update_topics()
            return await self._driver.run(self._request(step))
        except HelpdeskError as error:
            self._back_off(error)
            return None

    async def _subscribe(self) -> None:
        """Subscribe to the topics. Reading does not wait for it: whenever a topic is joined, the log is read again."""
        if self._stopped or self._listener is not None or self._hubs is None:
            return
        await self._set_initial_cursor()
        topics = await self._driver.run(self._source.topics())
        if not self._stopped:
            self._listener = self._hubs.current().listen(self._handle_signal)
            self._listener.set_topics(topics)

    async def _update_topics(self) -> None:
        """Subscribe to the topics that the reader may join now."""
        self._topics_outdated, self._update_topics_at = False, time.monotonic() + _TOPICS_INTERVAL
        try:
            topics = await self._driver.run(self._source.topics())
        except HelpdeskError:
            self._topics_outdated = True
            raise
        if self._listener is not None:
            self._listener.set_topics(topics)

    def _handle_signal(self, signal: Signal) -> None:
        """Called by the hub, on the event loop."""
        if signal.kind is SignalKind.PRESENCE:
            return
        if signal.kind is SignalKind.ANNOUNCEMENT:
            self._handle_announcement(signal.content)
        elif signal.kind is SignalKind.JOINED:
            self._topics_outdated = self._topics_outdated or self._was_lost
            self._was_lost = False
            self._schedule.read_now()
            self._call_wake_callbacks(None)
        elif signal.kind is SignalKind.DENIED or not self._was_lost:
            self._was_lost = True
            self._topics_outdated = self._topics_outdated or signal.kind is SignalKind.DENIED
            self._schedule.announce(None, None)
            self._call_wake_callbacks(None)
        self._wakeup.set()

    def _handle_announcement(self, content: Mapping[str, Any]) -> None:
        self._schedule.announce(parse_cursor(content.get("cursor")), parse_cursor(self.cursor))
        if content.get("changes_access") is True:
            self._topics_outdated = True
            self._schedule.announce(None, None)
        if self._wake_callbacks:
            with contextlib.suppress(PydanticError):
                self._call_wake_callbacks(Announcement.model_validate(content))

    def _call_wake_callbacks(self, announcement: Announcement | None) -> None:
        for callback in self._wake_callbacks:
            try:
                callback(announcement)
            except Exception:
                logger.exception("a callback of on_wake failed")


class streamed(Method[P, StreamSource], Generic[P]):
    """Expose a function that returns a StreamSource as a method that returns a Stream or an AsyncStream."""

    def __init__(self, source: Callable[Concatenate[Any, P], StreamSource]) -> None:
        super().__init__(source)
        self._signature = self._signature.replace(return_annotation="Stream")

    @overload
    def __get__(self, obj: Resource[SyncDriver], owner: object = None) -> Callable[P, Stream]: ...
    @overload
    def __get__(self, obj: Resource[AsyncDriver], owner: object = None) -> Callable[P, AsyncStream]: ...
    @overload
    def __get__(self, obj: None, owner: object = None) -> Callable[Concatenate[Any, P], StreamSource]: ...
    def __get__(self, obj: Any, owner: object = None) -> Any:
        if obj is None:
            return self._flow
        driver, source_of = obj._driver, self._flow

        def method(*args: P.args, **kwargs: P.kwargs) -> Stream | AsyncStream:
            source = source_of(obj, *args, **kwargs)
            return Stream(driver, source) if isinstance(driver, SyncDriver) else AsyncStream(driver, obj._hubs, source)

        return self._bind(obj, method)
