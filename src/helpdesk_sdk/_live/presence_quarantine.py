"""Which topics are joined without presence after the connection broke: pure decisions, no I/O and no clock.

Everybody on a topic chooses the content of their own presence, and the server sends all of them in one message. So one
person can make that message larger than a client accepts. The connection then breaks for everything that shares it, and
again after each join. So after such a disconnect, topics with presence are joined last, one after the other. The topic
that breaks the connection again is quarantined: joined without presence for a while. Its announcements still arrive.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from .subscriptions import STABLE_SECONDS, Subscription

# Seconds after a join within which the presence message arrives. The next topic with presence is joined after that.
_TRIAL_SECONDS = 2.0
# How many disconnects soon after a join are needed to blame presence for them.
_MAX_DISCONNECTS = 2
# How long a topic is joined without presence, and how long after a disconnect topics with presence are joined one after
# the other.
_QUARANTINE_SECONDS = 300.0
_ONE_BY_ONE_SECONDS = 600.0


class PresenceQuarantine:
    """The topics whose presence broke the connection, and until when they are joined without presence."""

    def __init__(self) -> None:
        self._one_by_one_until = 0.0
        # Disconnects in a row that came soon after a topic with presence was joined.
        self._early_disconnects = 0
        # The same for a single topic, while topics are joined one after the other.
        self._disconnects_by_topic: dict[str, int] = {}
        self._quarantined_until: dict[str, float] = {}

    def is_quarantined(self, topic: str, now: float) -> bool:
        """Whether a topic is joined without presence."""
        return now < self._quarantined_until.get(topic, 0.0)

    def may_use_presence(self, subscription: Subscription, now: float) -> bool:
        """Whether a topic is joined with presence."""
        return subscription.topic.presence_key is not None and not self.is_quarantined(subscription.topic.name, now)

    def has_ended(self, subscription: Subscription, now: float) -> bool:
        """Whether a topic was joined without presence, and can be joined with presence now."""
        is_without = subscription.is_joined and not subscription.with_presence and subscription.presence is not None
        return is_without and self.may_use_presence(subscription, now)

    def join_at(self, subscription: Subscription, subscriptions: Iterable[Subscription], now: float) -> float:
        """The earliest time to join a topic; infinity while it must wait for a change of another topic."""
        if now >= self._one_by_one_until or not self.may_use_presence(subscription, now):
            return 0.0
        others = (other for other in subscriptions if other is not subscription)
        return max((self._trial_ends_at(other, now) for other in others), default=0.0)

    def _trial_ends_at(self, subscription: Subscription, now: float) -> float:
        if subscription.channel is not None:
            return subscription.joined_at + _TRIAL_SECONDS if subscription.is_joined else math.inf
        joins_first = subscription.retry_at <= now and not self.may_use_presence(subscription, now)
        return math.inf if joins_first else 0.0

    def record_disconnect(
        self, subscriptions: Iterable[Subscription], now: float, *, too_big: bool
    ) -> Subscription | None:
        """Record that the connection broke; returns the subscription that is quarantined for it, if any.

        Args:
            too_big: Whether it broke over a message that was larger than we accept.
        """
        with_presence = [each for each in subscriptions if each.channel is not None and each.with_presence]
        recent = [each for each in with_presence if _joined_within(STABLE_SECONDS, each, now)]
        suspect = None
        if now < self._one_by_one_until:
            suspect = next((each for each in recent if _joined_within(_TRIAL_SECONDS, each, now)), None)
            cleared = {each.topic.name for each in with_presence if each not in recent}
            self._disconnects_by_topic = {
                name: count for name, count in self._disconnects_by_topic.items() if name not in cleared
            }
        else:
            self._early_disconnects = self._early_disconnects + 1 if recent else 0
            self._disconnects_by_topic.clear()
        if suspect is None and too_big and len(with_presence) == 1:
            suspect = with_presence[0]
        if suspect or self._early_disconnects >= _MAX_DISCONNECTS or (too_big and with_presence):
            self._one_by_one_until, self._early_disconnects = now + _ONE_BY_ONE_SECONDS, 0
        return suspect if suspect and self._quarantine(suspect.topic.name, now, certain=too_big) else None

    def _quarantine(self, topic: str, now: float, *, certain: bool) -> bool:
        """Blame a topic for a disconnect; returns whether it is quarantined for that."""
        self._disconnects_by_topic[topic] = self._disconnects_by_topic.get(topic, 0) + 1
        if not certain and self._disconnects_by_topic[topic] < _MAX_DISCONNECTS:
            return False
        self._quarantined_until = {name: until for name, until in self._quarantined_until.items() if now < until}
        self._quarantined_until[topic] = now + _QUARANTINE_SECONDS
        return True


def _joined_within(seconds: float, subscription: Subscription, now: float) -> bool:
    """Whether a topic was joined so recently, or is being joined."""
    return not subscription.is_joined or now - subscription.joined_at < seconds
