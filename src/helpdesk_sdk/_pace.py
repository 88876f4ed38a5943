"""When to ask the log again, and how long to wait: pure decisions, no I/O and no clock.

Announcements only wake; every event comes from the log. An announcement can come before its event can be read: the log
gives an event once every older transaction has ended, so that nothing is ever added behind a reader's back. Its head
says how far that is: whatever is before the head can be read.
"""

from __future__ import annotations

from enum import Enum, auto

Position = tuple[int, int]
"""A cursor as it compares: transaction, then event."""

# Between questions for the head while an announced event waits for an older transaction, in seconds.
_SHORTEST_PAUSE = 0.02
_LONGEST_PAUSE = 1.0
# Between reads while announcements come in: one may have got lost on its way, so the log is asked all the same.
_SAFETY = 15.0


class Ask(Enum):
    """What to ask for next."""

    EVENTS = auto()
    HEAD = auto()


def position(cursor: object) -> Position | None:
    """What a cursor compares as; None when it is none."""
    if not isinstance(cursor, str):
        return None
    transaction, _, number = cursor.partition(".")
    try:
        return int(transaction), int(number)
    except ValueError:
        return None


class Pace:
    """The pace of one reader of the log. Holds one announcement, the newest, however many there were.

    Args:
        poll_interval: Seconds between reads while nothing is announced by anybody.
    """

    def __init__(self, poll_interval: float) -> None:
        self._poll_interval = poll_interval
        self._due = True
        self._read_at = 0.0
        self._not_before = 0.0
        self._announced: Position | None = None
        self._head: Position | None = None
        self._pauses = 0
        self._asked_at = 0.0

    def announce(self, cursor: Position | None, read_to: Position | None) -> None:
        """Note that there is an event at this cursor; None when it is not known where."""
        if cursor is None:
            self._due = True
        elif read_to is None or cursor > read_to:
            # Behind the head it cannot be read yet, and is waited for with the others there.
            self._due = self._due or self._announced is None or (self._head is not None and cursor < self._head)
            self._announced = max(cursor, self._announced or cursor)

    def hurry(self) -> None:
        """Read as soon as possible: the connection is back, or anything may have happened."""
        self._due = True
        self._not_before = 0.0

    def hold(self, until: float) -> None:
        """Ask for nothing before this moment, except when there is a reason to hurry."""
        self._due = True
        self._not_before = until

    def after_events(self, count: int, read_to: Position | None, now: float) -> None:
        """Go by what a read gave: how many events, and up to where it went."""
        self._read_at = now
        announced = self._announced
        if announced is not None and read_to is not None and announced <= read_to:
            self._settle()
        elif count:
            # There may be more, and a server may give smaller pages than were asked for.
            self._due = True
        elif announced is not None and self._head is not None and announced < self._head:
            # It could be read, and was not there: it is none of this reader's events.
            self._settle()

    def after_head(self, head: Position | None, now: float) -> None:
        """Go by how far the log can be read."""
        self._asked_at = now
        self._pauses += 1
        if head is None or self._announced is None:
            self._settle()
        elif self._head is None or head > self._head:
            self._head = head
            self._due = True

    def next(self, now: float, *, live: bool) -> Ask | float:
        """What to ask for now, or seconds to wait; less, if something is announced meanwhile.

        What is announced from here on is not covered by the question that this begins.
        """
        if now < self._not_before:
            return self._not_before - now
        if self._due:
            return self._events()
        if self._announced is not None:
            wait = self._asked_at + self._pause() - now
            return wait if wait > 0 else Ask.HEAD
        interval = max(_SAFETY, self._poll_interval) if live else self._poll_interval
        wait = self._read_at + interval - now
        return wait if wait > 0 else self._events()

    def _events(self) -> Ask:
        self._due = False
        return Ask.EVENTS

    def _pause(self) -> float:
        return min(_LONGEST_PAUSE, _SHORTEST_PAUSE * 2.0 ** min(self._pauses - 1, 10)) if self._pauses else 0.0

    def _settle(self) -> None:
        self._announced, self._head, self._pauses = None, None, 0
