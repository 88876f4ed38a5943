"""When to read the event log again, and how long to wait: pure decisions, no I/O and no clock.

An announcement only wakes the reader; every event comes from the log. An announcement can arrive before its event is
readable: the log returns an event once every older transaction has ended, so that no event is ever inserted before a
reader's cursor. The head of the log is the position up to which the log is readable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from ..models.events import Position

# Seconds between reads of the head while an announced event waits for an older transaction.
_MIN_HEAD_INTERVAL = 0.02
_MAX_HEAD_INTERVAL = 1.0
# After this many reads with the same head, the head counts as unmoving.
_UNMOVING_HEADS = 8
# Seconds after which a pending event is dropped: it may not exist. The log is read in any case.
_PENDING_TIMEOUT = 60.0
# Seconds between reads on request, once such a read returned no events.
_REQUESTED_INTERVAL = 0.1
# Seconds between reads while the stream is live: an announcement may get lost.
_LIVE_INTERVAL = 15.0
# How many transactions may be pending. Beyond that, the oldest ones and the newest one are kept.
_MAX_PENDING = 64


class NextStep(Enum):
    """What to request next."""

    READ_EVENTS = auto()
    READ_HEAD = auto()


@dataclass(slots=True)
class _Pending:
    """The newest announced event of a transaction, and the first time the head was read while it was pending."""

    cursor: Position
    since: float | None = None


class PollSchedule:
    """When one reader reads the log. It keeps a bounded number of announcements, however many arrive.

    Args:
        poll_interval: Seconds between reads while there are no announcements.
    """

    def __init__(self, poll_interval: float) -> None:
        self._poll_interval = poll_interval
        # Read as soon as no pause is on.
        self._read_due = True
        # An announcement requests a read.
        self._read_requested = False
        # The read in progress was requested by an announcement.
        self._reading_on_request = False
        # The earliest time of the next read on request.
        self._requested_read_at = 0.0
        self._events_read_at = self._head_read_at = self._paused_until = 0.0
        self._pending: dict[int, _Pending] = {}
        self._head: Position | None = None
        self._unchanged_heads = 0

    def announce(self, cursor: Position | None, read_to: Position | None) -> None:
        """Record an announced event, or, with None, one whose cursor is unknown."""
        if cursor is None:
            self._read_requested = True
        elif read_to is None or cursor > read_to:
            if self._head is not None and cursor < self._head:
                self._read_requested = True
            else:
                # It cannot be read before an older pending event, so it requests no read of its own.
                self._read_requested = self._read_requested or not self._pending or cursor[0] < min(self._pending)
                self._add_pending(cursor)

    def _add_pending(self, cursor: Position) -> None:
        known = self._pending.setdefault(cursor[0], _Pending(cursor))
        known.cursor = max(known.cursor, cursor)
        if len(self._pending) > _MAX_PENDING:
            del self._pending[sorted(self._pending)[-2]]

    def read_now(self) -> None:
        """Read as soon as possible and end any pause: after a reconnection any event may be missing."""
        self._read_due, self._head = True, None
        self._paused_until = 0.0

    def pause_until(self, until: float) -> None:
        """Request nothing before this time, unless ``read_now()`` is called."""
        self._read_due = True
        self._paused_until = until

    def after_events(self, count: int, read_to: Position | None, now: float, *, more: bool) -> None:
        """Record a read: how many events it returned, the position that it reached, and whether there was more."""
        self._events_read_at = now
        if count or self._reading_on_request:
            self._requested_read_at = 0.0 if count else now + _REQUESTED_INTERVAL
        self._reading_on_request = False
        if read_to is not None:
            self._drop_pending(lambda pending: pending.cursor <= read_to)
        if more:
            self._read_due = True
        elif (head := self._head) is not None:
            # These were readable but not returned: this reader may not see them.
            self._drop_pending(lambda pending: pending.cursor < head)

    def after_head(self, head: Position | None, now: float) -> None:
        """Record the head of the log."""
        self._head_read_at = now
        if head is None:
            self._pending = {}
            return
        self._unchanged_heads += 1
        if self._head is None or head > self._head:
            self._head, self._unchanged_heads = head, 0
            self._read_due = True
        for pending in self._pending.values():
            pending.since = now if pending.since is None else pending.since
        self._drop_pending(
            lambda pending: (
                pending.cursor >= head and pending.since is not None and now - pending.since >= _PENDING_TIMEOUT
            )
        )

    def next(self, now: float, *, live: bool) -> NextStep | float:
        """What to request now, or the seconds to wait. Call it again after every announcement.

        The step that is returned counts as begun: a later announcement requests another one.
        """
        if now < self._paused_until:
            return self._paused_until - now
        if self._read_due:
            return self._begin_read(on_request=False)
        steps: list[tuple[float, NextStep]] = []
        if self._read_requested:
            steps.append((max(now, self._requested_read_at), NextStep.READ_EVENTS))
        if self._pending:
            steps.append((self._head_read_at + self._head_interval(), NextStep.READ_HEAD))
        if not (self._pending and live):
            interval = max(_LIVE_INTERVAL, self._poll_interval) if live else self._poll_interval
            steps.append((self._events_read_at + interval, NextStep.READ_EVENTS))
        at, step = min(steps, key=lambda planned: max(now, planned[0]))
        if at > now:
            return at - now
        return self._begin_read(on_request=self._read_requested) if step is NextStep.READ_EVENTS else step

    def _begin_read(self, *, on_request: bool) -> NextStep:
        self._read_due, self._read_requested, self._reading_on_request = False, False, on_request
        return NextStep.READ_EVENTS

    def _head_interval(self) -> float:
        """Seconds between reads of the head: about as long as the oldest pending event has waited."""
        since = self._pending[min(self._pending)].since
        waited = 0.0 if since is None else self._head_read_at - since
        # Announcements may keep naming older events; do not poll faster for them.
        least = _MIN_HEAD_INTERVAL if self._unchanged_heads <= _UNMOVING_HEADS else _REQUESTED_INTERVAL
        return min(_MAX_HEAD_INTERVAL, least + waited)

    def _drop_pending(self, which: Callable[[_Pending], bool]) -> None:
        self._pending = {number: pending for number, pending in self._pending.items() if not which(pending)}
