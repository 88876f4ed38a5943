"""Streams of events: each event once, in order, through failures that pass; pushed where there is a socket."""

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
from .hub import Hub
from .poll_schedule import Ask
from .stream_state import Course, Reading
from .subscriptions import Kind, Listening, Signal, stirred
from .topics import is_move

P = ParamSpec("P")

logger = logging.getLogger("helpdesk_sdk")

# Between two moments at which the topics are worked out again, in seconds.
_MOVE_SPACE = 0.1


class Stream(Reading):
    """Events as they happen, asked for again and again. Ends when ``stop()`` is called, from any thread or handler."""

    def __init__(self, driver: SyncDriver, course: Course) -> None:
        super().__init__(course)
        self._driver = driver
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Hand out nothing more, and stop waiting."""
        self._stopped.set()

    def close(self) -> None:
        """The same; for ``with``."""
        self.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        self._pace.hurry()
        while not self._stopped.is_set():
            ask = self._question(live=False)
            if not isinstance(ask, Ask):
                self._stopped.wait(ask)
                continue
            try:
                answer = self._driver.run(self._flow(ask))
            except HelpdeskError as error:
                self._hold(error)
                continue
            if self._stopped.is_set():
                return
            for event in self._take(answer):
                yield event
                if self._stopped.is_set():
                    return


class AsyncStream(Reading):
    """Events as they happen. Ends when ``stop()`` is called on the same event loop, or when its task is cancelled.

    >>> async with hd.events.stream(cursor) as stream:
    ...     async for event in stream:
    ...         ...
    """

    def __init__(self, driver: AsyncDriver, hub: Hub | None, course: Course) -> None:
        super().__init__(course)
        self._driver = driver
        self._hub = hub
        self._stopped = False
        self._stir = asyncio.Event()
        self._on_wake: list[Callable[[Announcement | None], object]] = []
        self._listening: Listening | None = None
        self._read = False
        self._moved = False
        self._move_at = 0.0
        self._was_lost = False

    @property
    def live(self) -> bool:
        """Whether news is pushed at this moment; else the log is asked every ``poll_interval`` seconds."""
        return self._listening is not None and self._listening.live

    def on_wake(self, callback: Callable[[Announcement | None], object]) -> None:
        """Have a function called, on the event loop, with all that is announced where this stream listens.

        That is more than the events it hands out: other types, and what you may not read any more, such as a ticket's
        transfer out of your team. Announcements are hints: they may come twice, and before their event can be read;
        while the stream is not live there are none. None in place of one says that the stream has come, or ceased, to
        be live, so that anything may have happened.
        """
        self._on_wake.append(callback)

    def stop(self) -> None:
        """Hand out nothing more, and stop waiting."""
        self._stopped = True
        self._stir.set()

    async def close(self) -> None:
        """Stop, and give back the socket, unless another stream or presence uses it."""
        self.stop()
        listening, self._listening = self._listening, None
        if listening is not None:
            await listening.close()

    async def __aenter__(self) -> Self:
        if self.cursor is None:
            list(self._take(await self._driver.run(self._flow(Ask.HEAD))))
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[Event]:
        if self._read:
            raise ConfigurationError("Somebody iterates over this stream already", hint="Make another stream.")
        self._read = True
        self._pace.hurry()
        try:
            await self._listen()
            while not self._stopped:
                self._stir.clear()
                if self._listening is not None and self._listening.error is not None:
                    raise self._listening.error
                ask = self._question(self.live)
                if not isinstance(ask, Ask):
                    await stirred(self._stir, ask)
                    continue
                answer = await self._answer(ask)
                if self._stopped:
                    return
                if answer is None:
                    continue
                if self._failures and self._listening is not None:
                    self._listening.nudge()
                for event in self._take(answer):
                    yield event
                    if self._stopped:
                        return
                if self._moved:
                    self._pace.announce(None, None)
        finally:
            self._read = False
            if self._listening is not None:
                self._listening.release()
                self._listening = None

    async def _answer(self, ask: Ask) -> EventPage | str | None:
        try:
            if self._moved and time.monotonic() >= self._move_at:
                await self._move()
            return await self._driver.run(self._flow(ask))
        except HelpdeskError as error:
            self._hold(error)
            return None

    async def _listen(self) -> None:
        """Begin to listen. Reading need not wait for it: whenever a topic is joined, the log is read once more."""
        if self._stopped or self._listening is not None or self._hub is None:
            return
        if self.cursor is None:
            list(self._take(await self._driver.run(self._flow(Ask.HEAD))))
        topics = await self._driver.run(self._course.topics())
        if not self._stopped:
            self._listening = self._hub.listen(self._hear)
            self._listening.want(topics)

    async def _move(self) -> None:
        """Listen where the reader belongs now."""
        self._moved, self._move_at = False, time.monotonic() + _MOVE_SPACE
        try:
            topics = await self._driver.run(self._course.topics())
        except HelpdeskError:
            self._moved = True
            raise
        if self._listening is not None:
            self._listening.want(topics)

    def _hear(self, signal: Signal) -> None:
        """Take in what the hub says; called on the event loop."""
        if signal.kind is Kind.PRESENCE:
            return
        if signal.kind is Kind.NEWS:
            self._hear_news(signal.content)
        elif signal.kind is Kind.JOINED:
            self._moved = self._moved or self._was_lost
            self._was_lost = False
            self._pace.hurry()
            self._tell(None)
        elif signal.kind is Kind.DENIED or not self._was_lost:
            self._was_lost = True
            self._moved = self._moved or signal.kind is Kind.DENIED
            self._pace.announce(None, None)
            self._tell(None)
        self._stir.set()

    def _hear_news(self, content: Mapping[str, Any]) -> None:
        self._pace.announce(parse_cursor(content.get("cursor")), parse_cursor(self.cursor))
        if is_move(content.get("type")):
            self._moved = True
            self._pace.announce(None, None)
        if self._on_wake:
            with contextlib.suppress(PydanticError):
                self._tell(Announcement.model_validate(content))

    def _tell(self, announcement: Announcement | None) -> None:
        for callback in self._on_wake:
            try:
                callback(announcement)
            except Exception:
                logger.exception("a callback of on_wake failed")


class streamed(Method[P, Course], Generic[P]):
    """Expose a function that returns a course as an iterator of events in the driver's colour."""

    def __init__(self, course: Callable[Concatenate[Any, P], Course]) -> None:
        super().__init__(course)
        self._signature = self._signature.replace(return_annotation="Stream")

    @overload
    def __get__(self, obj: Resource[SyncDriver], owner: object = None) -> Callable[P, Stream]: ...
    @overload
    def __get__(self, obj: Resource[AsyncDriver], owner: object = None) -> Callable[P, AsyncStream]: ...
    @overload
    def __get__(self, obj: None, owner: object = None) -> Callable[Concatenate[Any, P], Course]: ...
    def __get__(self, obj: Any, owner: object = None) -> Any:
        if obj is None:
            return self._flow
        driver, course = obj._driver, self._flow

        def method(*args: P.args, **kwargs: P.kwargs) -> Stream | AsyncStream:
            asked = course(obj, *args, **kwargs)
            return Stream(driver, asked) if isinstance(driver, SyncDriver) else AsyncStream(driver, obj._hub, asked)

        return self._bind(obj, method)
