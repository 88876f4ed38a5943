"""One WebSocket for everything of a client that is pushed: it joins the topics that are wanted, and passes on the news.

The ``realtime`` package is the transport: it speaks the protocol. What becomes of a topic is decided here, since the
package would ask for a refused topic for ever, and give up a broken connection after five attempts.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from functools import partial
from typing import TYPE_CHECKING

from .._http.pipeline import ClientContext
from .._http.retry import Backoff, equal_jitter
from ..errors import AuthenticationError, ConfigurationError, HelpdeskError
from .presence_quarantine import Caution
from .subscriptions import STABLE, Hear, Kind, Listening, Room, Rooms, State, stirred
from .token import Renew, Token
from .transport import close, connect, is_too_big, leave, open_channel, quietly, reason_of, silence

if TYPE_CHECKING:
    from realtime import AsyncRealtimeChannel, AsyncRealtimeClient, RealtimeSubscribeStates

logger = logging.getLogger("helpdesk_sdk")

_PREFIX = "realtime:"
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 60.0
_BACKOFF = Backoff(base=_FIRST_PAUSE, cap=_LONGEST_PAUSE)
# Seconds for the connection and for each answer; and for the end of the connection.
_TIMEOUT = 10
_CLOSING = 2.0
# A topic that itself ended the connection so many times, one after the other, waits while the others are joined again.
_BREAKS = 2


def _pause(failures: int) -> float:
    """Seconds until the next attempt: longer each time, and not the same for everybody."""
    return _BACKOFF.delay(failures, equal_jitter())


class Hub:
    """The socket of one client. It is open while somebody listens, and one task keeps it.

    Args:
        context: Where to, with which key, and as whom.
        renew: Gets a new session; returns the error, if there was one.
    """

    def __init__(self, context: ClientContext, renew: Renew) -> None:
        self._context = context
        self._token = Token(context, renew)
        self._client: AsyncRealtimeClient | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._joins: set[asyncio.Task[None]] = set()
        self._stirred = asyncio.Event()
        self._connect_at = self._joined_at = 0.0
        self._failures = 0
        self._broken = False
        self.rooms = Rooms()
        self.caution = Caution()
        self.problem: str | None = None
        self.error: HelpdeskError | None = None
        context.session_store.on_replaced = self._session_changed

    def listen(self, hear: Hear) -> Listening:
        """A new listener."""
        return Listening(self, hear)

    def barred(self, topic: str) -> bool:
        """Whether the presences on a topic are left out, since the connection broke over them."""
        return self.caution.bars(topic, time.time())

    def stir(self) -> None:
        """Have everything looked at again: the socket is kept while somebody listens, and closed after that."""
        self._stirred.set()
        if self.rooms and self._keeping is None:
            self._keeping = asyncio.create_task(self._keep(), name="helpdesk: live")
        elif self._keeping is not None and not self.rooms:
            self._ending.add(self._keeping)
            self._keeping.add_done_callback(self._ending.discard)
            self._keeping.cancel()
            self._keeping = None

    def _session_changed(self) -> None:
        if isinstance(self.error, AuthenticationError):
            self.error = None
        self.stir()

    async def settled(self) -> None:
        """Wait until the socket is closed, if nobody listens any more."""
        if self._ending and not self.rooms:
            await asyncio.wait(self._ending, timeout=2 * _CLOSING)

    async def close(self) -> None:
        """Close the socket, whoever listens."""
        self.error = ConfigurationError("The client is closed", hint="Make a new one.")
        for room in self.rooms:
            room.tell(Kind.LOST)
            for listener in tuple(room.listeners):
                listener.release()
        await self.settled()

    async def _keep(self) -> None:
        quietly()
        if self._ending:
            await asyncio.wait(self._ending)
        try:
            while self._keeping is asyncio.current_task():
                self._stirred.clear()
                try:
                    until = await self._tend()
                except Exception as problem:
                    until = time.time() + self._failed(problem)
                    await self._disconnect()
                await stirred(self._stirred, until - time.time())
        finally:
            await self._disconnect()

    async def _tend(self) -> float:
        """Do what is to be done now; returns when to look again, in seconds of the epoch."""
        await self._token.keep()
        if self._broken or self._client is None or not self._client.is_connected:
            await self._disconnect()
            if time.time() < self._connect_at:
                return self._connect_at
            self._client = await self._connect()
        client = self._client
        if (token := self._token.value) != self._token.sent:
            await client.set_auth(token)
            self._token.sent = token
        now = time.time()
        for room in self.rooms:
            if room.is_joined and not room.presences and room.meta is not None and self.caution.invites(room, now):
                # It was joined without presences for a while, which is over.
                room.channel = None
                room.change(State.WAITING, Kind.LOST)
        for channel in list(client.channels.values()):
            its = self.rooms.get(channel.topic.removeprefix(_PREFIX))
            if (its is None or its.channel is not channel) and not channel.is_leaving:
                await leave(client, channel)
        for room in self.rooms:
            if self._join_at(client, room, now) <= now:
                self._join(client, room)
            elif room.is_untold and room.track_at() <= now:
                await self._track(room, now)
        return self._look_again_at(client, now)

    def _look_again_at(self, client: AsyncRealtimeClient, now: float) -> float:
        moments = [now + _LONGEST_PAUSE, self._token.due_at()]
        moments += [self._join_at(client, room, now) for room in self.rooms]
        return min(moments + [room.track_at() for room in self.rooms if room.is_untold])

    def _join_at(self, client: AsyncRealtimeClient, room: Room, now: float) -> float:
        # One that is being left is heard of when it is.
        if room.channel is not None or _PREFIX + room.topic.name in client.channels:
            return math.inf
        return max(room.retry_at, self.caution.join_at(room, self.rooms, now))

    async def _connect(self) -> AsyncRealtimeClient:
        url, key = f"{self._context.url}/realtime/v1", self._context.key.get_secret_value()
        client = await connect(url, key, _TIMEOUT, self._on_end)
        self._broken, self._token.sent, self._joined_at = False, None, 0.0
        for room in self.rooms:
            if room.breaks < _BREAKS:
                room.retry_at = 0.0
        return client

    def _on_end(self, client: AsyncRealtimeClient) -> None:
        """Nothing comes through this connection any more."""
        if client is self._client:
            self._lose(None)
            self.stir()

    def _lose(self, error: Exception | None) -> None:
        """The connection is lost."""
        if self._broken:
            return
        self._give_up()
        barred = self.caution.note_break(self.rooms, time.time(), too_big=is_too_big(error))
        if barred is not None:
            logger.warning("the presences on %s broke the live connection: left out for now", barred.topic.name)
            barred.tell(Kind.LOST)

    def _give_up(self) -> None:
        """This connection is of no use any more: the next one comes after a pause."""
        if not self._broken:
            self._broken, self._connect_at = True, time.time() + self._count_failure()

    def _count_failure(self) -> float:
        """Seconds to wait after one more failure, fewer again once a connection has held for a while."""
        held = self._joined_at and time.time() - self._joined_at > STABLE
        self._failures, self._joined_at = 1 if held else self._failures + 1, 0.0
        return _pause(self._failures - 1)

    def _join(self, client: AsyncRealtimeClient, room: Room) -> None:
        key = room.topic.presence_key if self.caution.invites(room, time.time()) else None
        channel = open_channel(client, room.topic.name, key)
        channel.on_broadcast("*", lambda message: room.tell(Kind.NEWS, message["payload"]))
        if key is not None:
            channel.on_presence_sync(lambda: room.tell(Kind.PRESENCE))
        room.channel, room.tracked, room.presences = channel, None, key is not None
        joining = asyncio.create_task(self._subscribe(room, channel), name="helpdesk: join")
        self._joins.add(joining)
        joining.add_done_callback(self._joins.discard)

    async def _subscribe(self, room: Room, channel: AsyncRealtimeChannel) -> None:
        try:
            await channel.subscribe(partial(self._on_state, room, channel))
        except Exception as problem:
            self._lose(problem)
            self._drop(room, channel, problem)

    def _on_state(
        self, room: Room, channel: AsyncRealtimeChannel, state: RealtimeSubscribeStates, error: Exception | None
    ) -> None:
        """Take in what the package says of a channel."""
        now = self.rooms.get(room.topic.name)
        if now is not room or room.channel is not channel:
            silence(channel)
            if now is not None and now.channel is None:
                # The server's last word on the old channel must not be taken for one on the new.
                now.retry_at = time.time() + _FIRST_PAUSE
            self.stir()
        elif state.value == "SUBSCRIBED":
            self.problem, room.joined_at = None, time.time()
            self._joined_at = self._joined_at or room.joined_at
            room.change(State.JOINED, Kind.JOINED)
            self.stir()
        else:
            if self._client is None or not self._client.is_connected:
                self._lose(error)
            elif state.value in {"CLOSED", "TIMED_OUT"}:
                # It may be joined still for all the server knows. Joining it once more would close it, by a message
                # that the package takes for the new channel's: begin anew.
                room.breaks += 1
                self._give_up()
            self._drop(room, channel, error)

    def _drop(self, room: Room, channel: AsyncRealtimeChannel, error: Exception | None) -> None:
        """A topic is not joined, or not any more."""
        reason, now = reason_of(error) if error else "no answer", time.time()
        silence(channel)
        room.drop(now)
        room.retry_at = now + _pause(room.failures)
        if "Unauthorized" in reason or "permission" in reason:
            room.change(State.DENIED, Kind.DENIED)
            if all(one.state is State.DENIED for one in self.rooms):
                self._warn(reason)
        else:
            if "JWT" in reason or "Token" in reason:
                self._token.refuse()
            room.change(State.WAITING, Kind.LOST)
        logger.debug("topic %s: %s", room.topic.name, reason)
        self.stir()

    async def _track(self, room: Room, now: float) -> None:
        meta = room.meta
        room.note_track(meta, now)
        if room.channel is not None:
            await (room.channel.untrack() if meta is None else room.channel.track(dict(meta)))

    def _failed(self, problem: Exception) -> float:
        """There is no connection; returns how long to wait for the next attempt, in seconds."""
        pause = self._count_failure()
        if isinstance(problem, AuthenticationError):
            # Whoever listens raises it.
            self.error = problem
        else:
            self._warn(reason_of(problem))
        for room in self.rooms:
            room.channel, room.state = None, State.WAITING
            room.tell(Kind.LOST)
        # Without a session only a new one helps, and that stirs.
        return _LONGEST_PAUSE if self.error else pause

    def _warn(self, reason: str) -> None:
        if self.problem is None:
            logger.warning("no live events (%s): the log is asked for them instead, and nothing is missed", reason)
        self.problem = reason

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        for joining in self._joins:
            joining.cancel()
        for room in self.rooms:
            room.channel = None
            room.change(State.WAITING, Kind.LOST)
        if client is None:
            return
        for channel in client.channels.values():
            silence(channel)
        client.channels.clear()
        # Whoever is cancelled here leaves a connection that closes, not one that stays.
        closing = asyncio.create_task(close(client, _CLOSING), name="helpdesk: close")
        self._ending.add(closing)
        closing.add_done_callback(self._ending.discard)
        await asyncio.shield(closing)
