"""What a stream reads, and how it goes by the answers. No I/O: the streams in ``_stream`` ask, and wait."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .._http.flow import Flow
from .._http.retry import Backoff, equal_jitter
from ..errors import HelpdeskError, RateLimitedError
from ..models.events import Event, EventPage, parse_cursor
from .poll_schedule import Ask, Pace
from .subscriptions import Topic

logger = logging.getLogger("helpdesk_sdk")

_LONGEST_HOLD = 30.0


@dataclass(frozen=True, slots=True)
class Course:
    """What to stream: where from, how often to ask, which types, and the flows that ask.

    Attributes:
        topics: Where the same events are announced.
    """

    cursor: str | None
    poll_interval: float
    types: frozenset[str] | None
    head: Callable[[], Flow[str]]
    since: Callable[[str], Flow[EventPage]]
    topics: Callable[[], Flow[frozenset[Topic]]]

    def wants(self, event: Event) -> bool:
        """Whether it is of the types that are wanted."""
        return self.types is None or event.type in self.types


class Reading:
    """What both colours share: the position, and when to ask for what."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._pace = Pace(course.poll_interval)
        self._backoff = Backoff(base=max(course.poll_interval, 1.0), cap=_LONGEST_HOLD)
        self._failures = 0
        self._asked = False
        self.cursor = course.cursor
        """Behind the last event that was handed out: where to resume. None before the first answer."""

    def _question(self, live: bool) -> Ask | float:
        return Ask.HEAD if self.cursor is None else self._pace.next(time.monotonic(), live=live)

    def _flow(self, ask: Ask) -> Flow[EventPage | str]:
        if ask is Ask.HEAD or self.cursor is None:
            return (yield from self._course.head())
        return (yield from self._course.since(self.cursor))

    def _take(self, answer: EventPage | str) -> Iterator[Event]:
        """Go by an answer, and hand out its events one by one."""
        if self._failures:
            logger.info("the helpdesk answers again: going on behind %s", self.cursor)
        self._failures, self._asked = 0, True
        now = time.monotonic()
        if isinstance(answer, str):
            if self.cursor is None:
                self.cursor = answer
            else:
                self._pace.after_head(parse_cursor(answer), now)
            return
        for event in answer.items:
            self.cursor = event.cursor
            if self._course.wants(event):
                yield event
        self.cursor = answer.cursor
        self._pace.after_events(len(answer.items), parse_cursor(answer.cursor), now)

    def _hold(self, error: HelpdeskError) -> None:
        """Wait after a failure that may pass. Others are raised, and any at the start: a mistake."""
        if not self._asked or not error.is_transient:
            raise error
        self._failures += 1
        asked_for = error.retry_after if isinstance(error, RateLimitedError) else None
        logger.log(
            logging.WARNING if self._failures == 1 else logging.DEBUG,
            "the helpdesk does not answer (%s): waiting for it, and nothing is missed",
            error.message,
        )
        wait = self._backoff.delay(self._failures - 1, equal_jitter())
        self._pace.hold(time.monotonic() + max(asked_for or 0.0, wait))
