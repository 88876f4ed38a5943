"""Who is subscribed to which live topic, and the state of each subscription. No I/O: the hub joins and leaves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import HelpdeskError

if TYPE_CHECKING:
    from realtime import AsyncRealtimeChannel

logger = logging.getLogger("helpdesk_sdk")

STABLE_SECONDS = 10.0
"""A topic that stayed joined, or a connection that stayed open, for so long resets the count of its failures."""
# Hosted Supabase closes a topic on which a client sends its presence more than five times in thirty seconds.
_MAX_PRESENCE_SENDS = 4
_PRESENCE_PERIOD = 30.0


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, at most so long. ``asyncio.wait_for`` before Python 3.12 can swallow a cancellation."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()


class SignalKind(Enum):
    """What happened on a topic."""

    JOINED = auto()
    DENIED = auto()
    LOST = auto()
    """It is not joined any more, or could not be joined."""
    ANNOUNCEMENT = auto()
    PRESENCE = auto()
    """Somebody came, left or changed their presence."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic name without the ``realtime:`` prefix.

    With ``presence_key``, presence is enabled and our own entry is stored under that key.
    """

    name: str
    presence_key: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What the hub sends to a listener; an announcement has content."""

    kind: SignalKind
    topic: str
    content: Mapping[str, Any] = field(default_factory=dict)


SignalHandler = Callable[[Signal], None]
"""Called with each signal, on the event loop, so it must not block. Its exceptions are logged."""


class TopicState(Enum):
    """Whether a topic is joined."""

    WAITING = auto()
    JOINED = auto()
    DENIED = auto()


class Subscription:
    """A topic, its listeners, and the channel on which it is joined."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.state = TopicState.WAITING
        self.listeners: list[Listener] = []
        self.channel: AsyncRealtimeChannel | None = None
        self.with_presence = False
        self.failures = 0
        # How many times in a row the server closed the topic, or did not answer the join.
        self.closures = 0
        self.retry_at = self.joined_at = 0.0
        self.sent_presence: Mapping[str, Any] | None = None
        self._presence_sent_at: deque[float] = deque(maxlen=_MAX_PRESENCE_SENDS)

    @property
    def is_joined(self) -> bool:
        """Whether announcements on the topic arrive."""
        return self.state is TopicState.JOINED

    @property
    def presence_unsent(self) -> bool:
        """Whether our presence has changed and was not sent yet."""
        return self.is_joined and self.with_presence and self.presence != self.sent_presence

    @property
    def presence(self) -> Mapping[str, Any] | None:
        """The presence to send: the newest listener's, or None."""
        name, newest_first = self.topic.name, reversed(self.listeners)
        return next((listener.presence[name] for listener in newest_first if name in listener.presence), None)

    def set_state(self, state: TopicState, kind: SignalKind) -> None:
        """Record the state, and notify all listeners if it changed."""
        if self.state is not state:
            self.state = state
            self.notify(kind)

    def record_failure(self, now: float) -> None:
        """Record that joining failed, or that the topic is not joined any more."""
        self.channel = None
        if self.is_joined and now - self.joined_at > STABLE_SECONDS:
            self.failures = self.closures = 0
        self.failures += 1

    def notify(self, kind: SignalKind, content: Mapping[str, Any] | None = None) -> None:
        """Send a signal to all listeners."""
        for listener in tuple(self.listeners):
            listener.notify(Signal(kind, self.topic.name, content or {}))

    def may_send_presence_at(self) -> float:
        """The earliest time at which our presence may be sent, in seconds of the epoch."""
        sent_at = self._presence_sent_at
        return sent_at[0] + _PRESENCE_PERIOD if len(sent_at) == _MAX_PRESENCE_SENDS else 0.0

    def record_presence_sent(self, presence: Mapping[str, Any] | None, now: float) -> None:
        """Record what was sent, and when."""
        self.sent_presence = presence
        self._presence_sent_at.append(now)


class HubInterface(Protocol):
    """The parts of the hub that a listener uses."""

    subscriptions: Subscriptions
    problem: str | None
    error: HelpdeskError | None

    def is_quarantined(self, topic: str) -> bool:
        """Whether the topic is joined without presence, because its presence broke the connection."""

    def wake(self) -> None:
        """Apply changes of the subscriptions."""

    async def wait_closed(self) -> None:
        """Wait until the connection is closed, if there are no listeners."""


class Listener:
    """The topics and the presence of one stream, or of one open ticket."""

    def __init__(self, hub: HubInterface, handler: SignalHandler) -> None:
        self._hub = hub
        self._topics: frozenset[Topic] = frozenset()
        self._handler = handler
        self.presence: dict[str, Mapping[str, Any]] = {}
        """Our presence to send, by topic."""

    @property
    def live(self) -> bool:
        """Whether every topic was joined or denied, and at least one was joined."""
        states = [self._hub.subscriptions.state(topic.name) for topic in self._topics]
        return TopicState.JOINED in states and TopicState.WAITING not in states

    @property
    def problem(self) -> str | None:
        """Why there is no connection at the moment."""
        return self._hub.problem

    @property
    def error(self) -> HelpdeskError | None:
        """Why there will be no connection before somebody signs in again."""
        return self._hub.error

    def notify(self, signal: Signal) -> None:
        """Call the handler. Its exceptions are logged: they must not end the connection that other listeners share."""
        try:
            self._handler(signal)
        except Exception:
            logger.exception("a message on the live topic %s could not be handled", signal.topic)

    def is_quarantined(self, topic: str) -> bool:
        """Whether the topic is joined without presence, because its presence broke the connection."""
        return self._hub.is_quarantined(topic)

    def set_topics(self, topics: Iterable[Topic]) -> None:
        """Subscribe to these topics, and unsubscribe from all others."""
        before, self._topics = self._topics, frozenset(topics)
        for topic in self._topics - before:
            self._hub.subscriptions.add(topic, self)
        for topic in before - self._topics:
            self._hub.subscriptions.remove(topic, self)
        self._hub.wake()

    def reconnect_now(self) -> None:
        """Try to connect without further delay: the server responds to requests again."""
        self._hub.wake()

    def set_presence(self, topic: str, presence: Mapping[str, Any]) -> None:
        """Send our presence to everybody on the topic, now and after every reconnection."""
        self.presence[topic] = presence
        self._hub.wake()

    def presences(self, topic: str) -> list[Mapping[str, Any]]:
        """The presence of everybody on the topic."""
        return self._hub.subscriptions.presences(topic)

    def release(self) -> None:
        """Unsubscribe from everything. The connection closes soon after, unless another listener uses it."""
        self.set_topics(())

    async def close(self) -> None:
        """Unsubscribe from everything, and wait until the connection is closed, unless another listener uses it."""
        self.release()
        await self._hub.wait_closed()


class Subscriptions:
    """All topics that have a listener."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, Subscription] = {}

    def __bool__(self) -> bool:
        return bool(self._subscriptions)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(tuple(self._subscriptions.values()))

    def get(self, name: str) -> Subscription | None:
        """The subscription of a topic."""
        return self._subscriptions.get(name)

    def state(self, name: str) -> TopicState:
        """The state of a topic."""
        subscription = self._subscriptions.get(name)
        return subscription.state if subscription else TopicState.WAITING

    def presences(self, name: str) -> list[Mapping[str, Any]]:
        """The presence of everybody on a topic."""
        subscription = self._subscriptions.get(name)
        if subscription is None or subscription.channel is None:
            return []
        return [entry for entries in subscription.channel.presence_state().values() for entry in entries]

    def add(self, topic: Topic, listener: Listener) -> None:
        """Subscribe a listener to a topic. If the topic is joined already, the listener is notified at once."""
        subscription = self._subscriptions.setdefault(topic.name, Subscription(topic))
        subscription.listeners.append(listener)
        if subscription.is_joined:
            listener.notify(Signal(SignalKind.JOINED, topic.name))

    def remove(self, topic: Topic, listener: Listener) -> None:
        """Unsubscribe a listener from a topic. A topic without listeners is left."""
        subscription = self._subscriptions[topic.name]
        subscription.listeners.remove(listener)
        listener.presence.pop(topic.name, None)
        if not subscription.listeners:
            del self._subscriptions[topic.name]
