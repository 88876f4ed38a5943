"""Following the log by asking again and again: each event once, in order, through failures that pass."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, overload

from ._flow import Flow, Method, Resource
from .errors import ConnectionFailed, HelpdeskError, RateLimited, ServerError

if TYPE_CHECKING:
    from ._transport import AsyncDriver, SyncDriver
    from .events import Event, EventPage

P = ParamSpec("P")
logger = logging.getLogger("helpdesk_sdk")

_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Course:
    """What to follow: where from, how often to ask, which types, and the flows that ask."""

    cursor: str | None
    poll_interval: float
    types: frozenset[str] | None
    head: Callable[[], Flow[str]]
    since: Callable[[str], Flow[EventPage]]

    def next_page(self, cursor: str | None) -> Flow[EventPage]:
        """The events behind the cursor; without one, from now on."""
        if cursor is None:
            cursor = yield from self.head()
        return (yield from self.since(cursor))

    def wants(self, event: Event) -> bool:
        """Whether it is of the types that are followed."""
        return self.types is None or event.type in self.types


class _Following:
    """What both colours share: the position, and how long to wait."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._failures = 0
        self._asked = False
        self.cursor = course.cursor
        """Behind the last event that was handed out: where to resume. None before the first answer."""

    def _after_success(self, page: EventPage) -> float:
        """Seconds to wait after a page: none after one with events, since there may be more."""
        self._failures, self._asked = 0, True
        return 0.0 if page.items else self._course.poll_interval

    def _after_failure(self, error: HelpdeskError) -> float:
        """Seconds to wait after a failure that may pass. Others are raised, and any at the start: a mistake."""
        if not self._asked or not isinstance(error, ConnectionFailed | ServerError | RateLimited):
            raise error
        self._failures += 1
        wait = min(_LONGEST_PAUSE, max(self._course.poll_interval, 1.0) * 2.0 ** min(self._failures - 1, 10))
        asked_for = error.retry_after if isinstance(error, RateLimited) else None
        logger.warning("following the events: %s", error.message)
        return max(asked_for or 0.0, wait * (0.5 + random.random() / 2))


class Follow(_Following):
    """Events as they happen. Ends when ``stop()`` is called, from any thread or signal handler."""

    def __init__(self, driver: SyncDriver, course: Course) -> None:
        super().__init__(course)
        self._driver = driver
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Hand out nothing more, and stop waiting."""
        self._stopped.set()

    def __iter__(self) -> Iterator[Event]:
        while not self._stopped.is_set():
            try:
                page = self._driver.run(self._course.next_page(self.cursor))
            except HelpdeskError as error:
                self._stopped.wait(self._after_failure(error))
                continue
            for event in page.items:
                if self._stopped.is_set():
                    return
                self.cursor = event.cursor
                if self._course.wants(event):
                    yield event
            self.cursor = page.cursor
            self._stopped.wait(self._after_success(page))


class AsyncFollow(_Following):
    """Events as they happen. Ends when ``stop()`` is called on the same event loop, or when its task is cancelled."""

    def __init__(self, driver: AsyncDriver, course: Course) -> None:
        super().__init__(course)
        self._driver = driver
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Hand out nothing more, and stop waiting."""
        self._stopped.set()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while not self._stopped.is_set():
            try:
                page = await self._driver.run(self._course.next_page(self.cursor))
            except HelpdeskError as error:
                await self._wait(self._after_failure(error))
                continue
            for event in page.items:
                if self._stopped.is_set():
                    return
                self.cursor = event.cursor
                if self._course.wants(event):
                    yield event
            self.cursor = page.cursor
            await self._wait(self._after_success(page))

    async def _wait(self, seconds: float) -> None:
        if seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), seconds)


class followed(Method[P, Course], Generic[P]):
    """Expose a function that returns a course as an iterator of events in the driver's colour."""

    def __init__(self, course: Callable[Concatenate[Any, P], Course]) -> None:
        super().__init__(course)
        self._signature = self._signature.replace(return_annotation="Follow")

    @overload
    def __get__(self, obj: Resource[SyncDriver], owner: object = None) -> Callable[P, Follow]: ...
    @overload
    def __get__(self, obj: Resource[AsyncDriver], owner: object = None) -> Callable[P, AsyncFollow]: ...
    @overload
    def __get__(self, obj: None, owner: object = None) -> Callable[Concatenate[Any, P], Course]: ...
    def __get__(self, obj: Any, owner: object = None) -> Any:
        if obj is None:
            return self._flow
        driver, course = obj._driver, self._flow
        return self._bind(obj, lambda *args, **kwargs: driver.follow(course(obj, *args, **kwargs)))
