"""When to ask the log again, and how long to wait: pure decisions, no I/O and no clock.

Announcements only wake; every event comes from the log. An announcement can come before its event can be read: the log
gives an event once every older transaction has ended, so that nothing is ever added behind a reader's back. Its head
says how far that is: whatever is before the head can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from ..models.events import Position

# Between questions for the head while an announced event waits for an older transaction, in seconds.
_SHORTEST_PAUSE = 0.02
_LONGEST_PAUSE = 1.0
# After so many answers alike the head is one that stands still.
_STANDSTILL = 8
# After so many seconds of asking an announced event is forgotten: it may be none. The log is read all the same.
_PATIENCE = 60.0
# Between questions that announcements cause, once they have found nothing.
_SPACE = 0.1
# Between reads while announcements come in: one may have got lost on its way, so the log is asked all the same.
_SAFETY = 15.0
# How many transactions with announced events are waited for: the oldest, and the newest of all.
_MOST_WAITED = 64


class Ask(Enum):
    """What to ask for next."""

    EVENTS = auto()
    HEAD = auto()


@dataclass(slots=True)
class _Waited:
    """The newest event that a transaction announced, and since when the head is asked for because of it."""

    cursor: Position
    since: float | None = None


class Pace:
    """The pace of one reader of the log. It notes a few dozen announcements at most, however many there are.

    Args:
        poll_interval: Seconds between reads while nothing is announced by anybody.
    """

    def __init__(self, poll_interval: float) -> None:
        self._poll_interval = poll_interval
        self._due = True
        # Whether announcements ask for a read, whether the one that is out is theirs, and until when such a one waits.
        self._heard = self._hopeful = False
        self._spaced_until = 0.0
        self._read_at = self._asked_at = self._not_before = 0.0
        self._waited: dict[int, _Waited] = {}
        self._head: Position | None = None
        self._stood_still = 0

    def announce(self, cursor: Position | None, read_to: Position | None) -> None:
        """Note that there is an event at this cursor; None when it is not known where."""
        if cursor is None:
            self._heard = True
        elif read_to is None or cursor > read_to:
            if self._head is not None and cursor < self._head:
                self._heard = True
            else:
                # Behind an older one it cannot be read before that, and is waited for with it.
                self._heard = self._heard or not self._waited or cursor[0] < min(self._waited)
                self._wait_for(cursor)

    def _wait_for(self, cursor: Position) -> None:
        known = self._waited.setdefault(cursor[0], _Waited(cursor))
        known.cursor = max(known.cursor, cursor)
        if len(self._waited) > _MOST_WAITED:
            del self._waited[sorted(self._waited)[-2]]

    def hurry(self) -> None:
        """Read as soon as possible: the connection is back, or anything may have happened."""
        self._due, self._head = True, None
        self._not_before = 0.0

    def hold(self, until: float) -> None:
        """Ask for nothing before this moment, except when there is a reason to hurry."""
        self._due = True
        self._not_before = until

    def after_events(self, count: int, read_to: Position | None, now: float) -> None:
        """Go by what a read gave: how many events, and up to where it went."""
        self._read_at = now
        if count or self._hopeful:
            self._spaced_until = 0.0 if count else now + _SPACE
        self._hopeful = False
        waited = bool(self._waited)
        if read_to is not None:
            self._forget(lambda one: one.cursor <= read_to)
        if count and (self._waited or not waited):
            # There may be more, and a server may give smaller pages than were asked for.
            self._due = True
        elif (head := self._head) is not None:
            # They could be read, and were not there: they are none of this reader's events.
            self._forget(lambda one: one.cursor < head)

    def after_head(self, head: Position | None, now: float) -> None:
        """Go by how far the log can be read."""
        self._asked_at = now
        if head is None:
            self._waited = {}
            return
        self._stood_still += 1
        if self._head is None or head > self._head:
            self._head, self._stood_still = head, 0
            self._due = True
        for one in self._waited.values():
            one.since = now if one.since is None else one.since
        self._forget(lambda one: one.cursor >= head and one.since is not None and now - one.since >= _PATIENCE)

    def next(self, now: float, *, live: bool) -> Ask | float:
        """What to ask for now, or seconds to wait; less, if something is announced meanwhile.

        What is announced from here on is not covered by the question that this begins.
        """
        if now < self._not_before:
            return self._not_before - now
        if self._due:
            return self._events(hopeful=False)
        moments: list[tuple[float, Ask]] = []
        if self._heard:
            moments.append((max(now, self._spaced_until), Ask.EVENTS))
        if self._waited:
            moments.append((self._asked_at + self._pause(), Ask.HEAD))
        if not (self._waited and live):
            interval = max(_SAFETY, self._poll_interval) if live else self._poll_interval
            moments.append((self._read_at + interval, Ask.EVENTS))
        at, ask = min(moments, key=lambda moment: max(now, moment[0]))
        if at > now:
            return at - now
        return self._events(hopeful=self._heard) if ask is Ask.EVENTS else ask

    def _events(self, *, hopeful: bool) -> Ask:
        self._due, self._heard, self._hopeful = False, False, hopeful
        return Ask.EVENTS

    def _pause(self) -> float:
        """Seconds between questions: about as long as was waited already for the oldest."""
        since = self._waited[min(self._waited)].since
        waited = 0.0 if since is None else self._asked_at - since
        # Ever older ones may be announced, of which none can be read.
        least = _SHORTEST_PAUSE if self._stood_still <= _STANDSTILL else _SPACE
        return min(_LONGEST_PAUSE, least + waited)

    def _forget(self, which: Callable[[_Waited], bool]) -> None:
        self._waited = {number: one for number, one in self._waited.items() if not which(one)}
