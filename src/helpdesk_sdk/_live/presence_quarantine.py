"""Which topics are joined with presences after the socket broke: pure decisions, no I/O and no clock.

Presences are what colleagues say of themselves, all of a topic in one message, so that one of them can make it larger
than a socket takes. Then the socket breaks, for everything that shares it, and again after each join. So after such a
break the topics with presences are joined last, one after the other, and the one that breaks the socket is joined
without them for a while: its announcements still come.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from .subscriptions import STABLE, Room

# Seconds in which presences come once a topic is joined: so long it is on trial, and the next one waits.
_TRIAL = 2.0
# How many breaks soon after a join may be its doing.
_BREAKS = 2
# Seconds for which presences are left out, and for which topics are joined with care after a break.
_BARRED = 300.0
_CAREFUL = 600.0


class Caution:
    """What is known of the topics whose presences broke the socket."""

    def __init__(self) -> None:
        self._careful_until = 0.0
        self._breaks = 0
        self._strikes: dict[str, int] = {}
        self._barred: dict[str, float] = {}

    def bars(self, topic: str, now: float) -> bool:
        """Whether a topic is joined without presences."""
        return now < self._barred.get(topic, 0.0)

    def join_at(self, room: Room, rooms: Iterable[Room], now: float) -> float:
        """When a topic may be joined; never, until something changes, is infinity."""
        if now >= self._careful_until or not self.invites(room, now):
            return 0.0
        return max((self._settled_at(other, now) for other in rooms if other is not room), default=0.0)

    def invites(self, room: Room, now: float) -> bool:
        """Whether a topic is joined with presences."""
        return room.topic.presence_key is not None and not self.bars(room.topic.name, now)

    def _settled_at(self, room: Room, now: float) -> float:
        if room.channel is not None:
            return room.joined_at + _TRIAL if room.is_joined else math.inf
        return math.inf if room.retry_at <= now and not self.invites(room, now) else 0.0

    def note_break(self, rooms: Iterable[Room], now: float, *, too_big: bool) -> Room | None:
        """Take in that the socket broke, by a message that was too big or otherwise; returns whom that bars."""
        with_presences = [room for room in rooms if room.channel is not None and room.presences]
        young = [room for room in with_presences if not room.is_joined or now - room.joined_at < STABLE]
        culprit = None
        if now < self._careful_until:
            culprit = next((room for room in young if not room.is_joined or now - room.joined_at < _TRIAL), None)
            acquitted = {room.topic.name for room in with_presences if room not in young}
            self._strikes = {name: count for name, count in self._strikes.items() if name not in acquitted}
        else:
            self._breaks = self._breaks + 1 if young else 0
            self._strikes.clear()
        if culprit is None and too_big and len(with_presences) == 1:
            culprit = with_presences[0]
        if culprit or self._breaks >= _BREAKS or (too_big and with_presences):
            self._careful_until, self._breaks = now + _CAREFUL, 0
        return culprit if culprit and self._convicts(culprit.topic.name, now, for_certain=too_big) else None

    def _convicts(self, topic: str, now: float, *, for_certain: bool) -> bool:
        self._strikes[topic] = self._strikes.get(topic, 0) + 1
        if not for_certain and self._strikes[topic] < _BREAKS:
            return False
        self._barred = {name: until for name, until in self._barred.items() if now < until}
        self._barred[topic] = now + _BARRED
        return True
