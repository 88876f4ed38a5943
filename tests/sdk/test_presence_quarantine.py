"""Which topics are joined with presence after a disconnect: pure decisions, without a clock or a connection."""

from __future__ import annotations

import math
from typing import Any, cast

from helpdesk_sdk._live.presence_quarantine import PresenceQuarantine
from helpdesk_sdk._live.subscriptions import SignalKind, Subscription, Topic, TopicState


class Connection:
    """Joins topics as the hub does, and breaks."""

    def __init__(self, *topics: str) -> None:
        self.quarantine = PresenceQuarantine()
        self.now = 1_000.0
        self.subscriptions = [Subscription(Topic(name, "ada" if name.endswith(":staff") else None)) for name in topics]

    def subscription(self, name: str) -> Subscription:
        return next(one for one in self.subscriptions if one.topic.name == name)

    def join_at(self, name: str) -> float:
        return self.quarantine.join_at(self.subscription(name), self.subscriptions, self.now)

    def join(self) -> list[str]:
        """Begin to join every topic that may be joined now."""
        begun = []
        for subscription in self.subscriptions:
            if subscription.channel is None and self.join_at(subscription.topic.name) <= self.now:
                subscription.channel = cast(Any, object())
                subscription.with_presence = self.quarantine.may_use_presence(subscription, self.now)
                begun.append(subscription.topic.name)
        return begun

    def joined(self, *names: str) -> None:
        for name in names:
            self.subscription(name).joined_at = self.now
            self.subscription(name).set_state(TopicState.JOINED, SignalKind.JOINED)

    def all_join(self, seconds: float = 60.0) -> list[list[str]]:
        """Join all topics, round by round, and advance the clock."""
        rounds = []
        for _ in range(100):
            if begun := self.join():
                self.joined(*begun)
                rounds.append(begun)
            self.now += 0.5
        self.now += seconds
        return rounds

    def breaks(self, *, too_big: bool = False) -> str | None:
        found = self.quarantine.record_disconnect(self.subscriptions, self.now, too_big=too_big)
        for subscription in self.subscriptions:
            subscription.channel = None
            subscription.set_state(TopicState.WAITING, SignalKind.LOST)
        self.now += 1
        return found.topic.name if found else None


def test_all_topics_are_joined_at_once_before_any_disconnect() -> None:
    connection = Connection("a:staff", "queue", "b:staff")
    assert connection.join() == ["a:staff", "queue", "b:staff"]


def test_a_message_that_is_too_big_quarantines_the_only_topic_with_presence_and_no_other() -> None:
    connection = Connection("queue", "a:staff")
    connection.all_join()
    assert connection.breaks(too_big=True) == "a:staff"
    assert connection.join() == ["queue", "a:staff"]
    assert [subscription.with_presence for subscription in connection.subscriptions] == [False, False]
    assert not connection.quarantine.is_quarantined("b:staff", connection.now)
    connection.now += 299
    assert not connection.quarantine.is_quarantined("a:staff", connection.now)


def test_of_many_topics_the_one_that_is_too_big_is_found_by_joining_them_one_by_one() -> None:
    connection = Connection("a:staff", "b:staff", "c:staff", "queue")
    connection.all_join()
    assert connection.breaks(too_big=True) is None
    assert connection.join() == ["queue"]
    assert connection.join_at("a:staff") == math.inf
    connection.joined("queue")
    assert connection.join_at("a:staff") == connection.now + 2
    connection.now += 2
    assert connection.join() == ["a:staff"]
    connection.joined("a:staff")
    connection.now += 2
    assert connection.join() == ["b:staff"]
    connection.joined("b:staff")
    connection.now += 0.1
    assert connection.breaks(too_big=True) == "b:staff"
    assert connection.all_join() == [["b:staff", "queue"], ["a:staff"], ["c:staff"]]
    assert [subscription.with_presence for subscription in connection.subscriptions] == [True, False, True, False]


def test_two_disconnects_right_after_the_same_join_quarantine_its_topic() -> None:
    connection = Connection("queue", "a:staff")
    for _ in range(2):
        connection.all_join(-49.5)
        assert connection.breaks() is None
    assert connection.join() == ["queue"], "from here on topics with presence are joined one by one"
    for expected in (None, "a:staff"):
        connection.joined(*connection.join(), "queue")
        connection.now += 2
        assert connection.join() == ["a:staff"]
        assert connection.breaks() == expected
        connection.join()
    assert connection.subscription("a:staff").channel is not None
    assert not connection.subscription("a:staff").with_presence


def test_a_connection_that_breaks_now_and_then_quarantines_nothing() -> None:
    connection = Connection("queue", "a:staff")
    for _ in range(2):
        connection.all_join(-49.5)
        assert connection.breaks() is None
    for _ in range(10):
        assert connection.join() == ["queue"]
        connection.joined("queue")
        assert connection.breaks() is None, "before a topic with presence was joined"
        connection.joined(*connection.join())
        connection.now += 2
        assert connection.join() == ["a:staff"]
        assert connection.breaks() is None, "right after the join, once"
        connection.all_join()
        assert connection.breaks() is None, "long after the join: presence is cleared"


def test_after_the_quarantine_the_topic_is_joined_alone() -> None:
    connection = Connection("a:staff", "queue")
    connection.all_join()
    assert connection.breaks(too_big=True) == "a:staff"
    connection.all_join()
    connection.now += 300
    subscription = connection.subscription("a:staff")
    assert connection.quarantine.may_use_presence(subscription, connection.now)
    subscription.channel = None
    subscription.set_state(TopicState.WAITING, SignalKind.LOST)
    assert connection.join() == ["a:staff"]
    assert subscription.with_presence
    assert connection.breaks(too_big=True) == "a:staff"
    for number in range(1_000):
        connection.subscriptions = [Subscription(Topic(f"{number}:staff", "ada"))]
        connection.all_join(400)
        assert connection.breaks(too_big=True) == f"{number}:staff"
    assert len(connection.quarantine._quarantined_until) <= 2
