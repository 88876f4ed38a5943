"""Who listens to which live topic, and how each stands. Nothing is sent here: the hub in ``_live`` joins and leaves."""

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

STABLE = 10.0
"""Seconds after which a joined topic counts as one that can be joined, and the connection as one that holds."""
# Hosted Supabase closes a topic on which a client tells of itself more than five times in thirty seconds.
_TRACKS = 4
_TRACKS_PERIOD = 30.0


async def stirred(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, at most so long. Unlike ``wait_for`` before Python 3.12 it never swallows a cancellation."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()


class Kind(Enum):
    """What a signal says: a topic was joined, was refused, is no longer joined; or something came on it."""

    JOINED = auto()
    DENIED = auto()
    LOST = auto()
    NEWS = auto()
    PRESENCE = auto()


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic to join, without a prefix; with a key, the presences on it are told too, and one's own is under that."""

    name: str
    presence_key: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """What happened on a topic; news has content."""

    kind: Kind
    topic: str
    content: Mapping[str, Any] = field(default_factory=dict)


Hear = Callable[[Signal], None]
"""Takes in a signal. Called on the event loop, so it must not block; what it raises is logged."""


class State(Enum):
    """How a topic stands."""

    WAITING = auto()
    JOINED = auto()
    DENIED = auto()


class Room:
    """A topic that somebody listens to."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.state = State.WAITING
        self.listeners: list[Listening] = []
        self.channel: AsyncRealtimeChannel | None = None
        self.presences = False
        self.failures = self.breaks = 0
        self.retry_at = self.joined_at = 0.0
        self.tracked: Mapping[str, Any] | None = None
        self._tracks: deque[float] = deque(maxlen=_TRACKS)

    @property
    def is_joined(self) -> bool:
        """Whether what is announced on it comes through."""
        return self.state is State.JOINED

    @property
    def is_untold(self) -> bool:
        """Whether the others on it do not know yet what is to be told of one's person."""
        return self.is_joined and self.presences and self.meta != self.tracked

    @property
    def meta(self) -> Mapping[str, Any] | None:
        """What the last of the listeners tells of its person."""
        name = self.topic.name
        return next((one.meta[name] for one in reversed(self.listeners) if name in one.meta), None)

    def change(self, state: State, kind: Kind) -> None:
        """Note how the topic stands now, and tell all listeners if that is new."""
        if self.state is not state:
            self.state = state
            self.tell(kind)

    def drop(self, now: float) -> None:
        """Note that it is not joined, or not any more."""
        self.channel = None
        if self.is_joined and now - self.joined_at > STABLE:
            self.failures = self.breaks = 0
        self.failures += 1

    def tell(self, kind: Kind, content: Mapping[str, Any] | None = None) -> None:
        """Have all listeners hear of something."""
        for listener in tuple(self.listeners):
            listener.tell(Signal(kind, self.topic.name, content or {}))

    def track_at(self) -> float:
        """When one may tell of oneself again, in seconds of the epoch."""
        return self._tracks[0] + _TRACKS_PERIOD if len(self._tracks) == _TRACKS else 0.0

    def note_track(self, meta: Mapping[str, Any] | None, now: float) -> None:
        """Note what was told of oneself, and when."""
        self.tracked = meta
        self._tracks.append(now)


class Home(Protocol):
    """What a listener needs of the hub."""

    rooms: Rooms
    problem: str | None
    error: HelpdeskError | None

    def barred(self, topic: str) -> bool:
        """Whether the presences on a topic are left out, since the connection broke over them."""

    def stir(self) -> None:
        """Have what changed taken up."""

    async def settled(self) -> None:
        """Wait until the socket is closed, if nobody listens any more."""


class Listening:
    """One listener's part: the topics it wants, and what it tells of its person on them."""

    def __init__(self, home: Home, hear: Hear) -> None:
        self._home = home
        self._topics: frozenset[Topic] = frozenset()
        self._hear = hear
        self.meta: dict[str, Mapping[str, Any]] = {}

    @property
    def live(self) -> bool:
        """Whether all its topics are joined that it may join, and one at least."""
        states = [self._home.rooms.state(topic.name) for topic in self._topics]
        return State.JOINED in states and State.WAITING not in states

    @property
    def problem(self) -> str | None:
        """Why there is no connection at the moment."""
        return self._home.problem

    @property
    def error(self) -> HelpdeskError | None:
        """Why there will be no connection any more, until somebody signs in again."""
        return self._home.error

    def tell(self, signal: Signal) -> None:
        """Have it hear of something. It cannot end the connection of the others, whatever a message holds."""
        try:
            self._hear(signal)
        except Exception:
            logger.exception("what came on the live topic %s could not be taken in", signal.topic)

    def barred(self, topic: str) -> bool:
        """Whether the presences on a topic are left out, since the connection broke over them."""
        return self._home.barred(topic)

    def want(self, topics: Iterable[Topic]) -> None:
        """Listen to these topics, and to no others."""
        before, self._topics = self._topics, frozenset(topics)
        for topic in self._topics - before:
            self._home.rooms.enter(topic, self)
        for topic in before - self._topics:
            self._home.rooms.leave(topic, self)
        self._home.stir()

    def nudge(self) -> None:
        """The server answers requests again: do not wait any longer with the next attempt to connect."""
        self._home.stir()

    def track(self, topic: str, meta: Mapping[str, Any]) -> None:
        """Tell the others on the topic of oneself; told again after every reconnection."""
        self.meta[topic] = meta
        self._home.stir()

    def presences(self, topic: str) -> list[Mapping[str, Any]]:
        """What all on the topic tell of themselves."""
        return self._home.rooms.presences(topic)

    def release(self) -> None:
        """Listen to nothing any more; the socket closes soon, if nobody else uses it."""
        self.want(())

    async def close(self) -> None:
        """The same, and wait for it."""
        self.release()
        await self._home.settled()


class Rooms:
    """All topics that somebody listens to."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}

    def __bool__(self) -> bool:
        return bool(self._rooms)

    def __iter__(self) -> Iterator[Room]:
        return iter(tuple(self._rooms.values()))

    def get(self, name: str) -> Room | None:
        """The room of a topic."""
        return self._rooms.get(name)

    def state(self, name: str) -> State:
        """How a topic stands."""
        room = self._rooms.get(name)
        return room.state if room else State.WAITING

    def presences(self, name: str) -> list[Mapping[str, Any]]:
        """What all on the topic tell of themselves."""
        room = self._rooms.get(name)
        if room is None or room.channel is None:
            return []
        return [meta for metas in room.channel.presence_state().values() for meta in metas]

    def enter(self, topic: Topic, listener: Listening) -> None:
        """Let a listener into a topic's room; what is joined already, is heard of at once."""
        room = self._rooms.setdefault(topic.name, Room(topic))
        room.listeners.append(listener)
        if room.is_joined:
            listener.tell(Signal(Kind.JOINED, topic.name))

    def leave(self, topic: Topic, listener: Listening) -> None:
        """Let a listener out; a room without listeners goes."""
        room = self._rooms[topic.name]
        room.listeners.remove(listener)
        listener.meta.pop(topic.name, None)
        if not room.listeners:
            del self._rooms[topic.name]
