"""The state of a stream: its source, its position, and what to request next. No I/O."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .._http.flow import Flow
from .._http.retry import Backoff, equal_jitter
from ..errors import HelpdeskError, RateLimitedError
from ..models.events import Event, EventPage, parse_cursor
from .poll_schedule import NextStep, PollSchedule
from .subscriptions import Topic

logger = logging.getLogger("helpdesk_sdk")

_MAX_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class StreamSource:
    """Which events a stream returns, and the flows that request them.

    Attributes:
        cursor: Where to begin; None for now.
        poll_interval: Seconds between reads while there are no announcements.
        types: The types to return; None for all.
        head: Requests the cursor of now.
        since: Requests the events after a cursor.
        topics: Requests the topics on which these events are announced.
    """

    cursor: str | None
    poll_interval: float
    types: frozenset[str] | None
    head: Callable[[], Flow[str]]
    since: Callable[[str], Flow[EventPage]]
    topics: Callable[[], Flow[frozenset[Topic]]]

    def includes(self, event: Event) -> bool:
        """Whether the stream returns events of this type."""
        return self.types is None or event.type in self.types


class StreamState:
    """What the sync and the async stream share: the position, and when to request what."""

    def __init__(self, source: StreamSource) -> None:
        self._source = source
        self._schedule = PollSchedule(source.poll_interval)
        self._backoff = Backoff(base=max(source.poll_interval, 1.0), cap=_MAX_PAUSE)
        self._failures = 0
        self._has_read = False
        self.cursor = source.cursor
        """After the last event that was returned: where to resume. None before the first read."""

    def _next_step(self, *, live: bool) -> NextStep | float:
        return NextStep.READ_HEAD if self.cursor is None else self._schedule.next(time.monotonic(), live=live)

    def _request(self, step: NextStep) -> Flow[EventPage | str]:
        if step is NextStep.READ_HEAD or self.cursor is None:
            return (yield from self._source.head())
        return (yield from self._source.since(self.cursor))

    def _accept(self, result: EventPage | str) -> Iterator[Event]:
        """Record a result, and return its events one by one."""
        if self._failures:
            logger.info("the helpdesk responds again: the stream continues after %s", self.cursor)
        self._failures, self._has_read = 0, True
        now = time.monotonic()
        if isinstance(result, str):
            if self.cursor is None:
                self.cursor = result
            else:
                self._schedule.after_head(parse_cursor(result), now)
            return
        for event in result.items:
            self.cursor = event.cursor
            if self._source.includes(event):
                yield event
        self.cursor = result.cursor
        self._schedule.after_events(len(result.items), parse_cursor(result.cursor), now, more=result.more)

    def _back_off(self, error: HelpdeskError) -> None:
        """Pause after a transient error. Raises all other errors, and every error before the first successful read."""
        if not self._has_read or not error.is_transient:
            raise error
        self._failures += 1
        logger.log(
            logging.WARNING if self._failures == 1 else logging.DEBUG,
            "the helpdesk does not respond (%s): the stream retries, no event is lost",
            error.message,
        )
        retry_after = error.retry_after if isinstance(error, RateLimitedError) else None
        delay = self._backoff.delay(self._failures - 1, equal_jitter())
        self._schedule.pause_until(time.monotonic() + max(retry_after or 0.0, delay))
