"""One WebSocket for all live topics of a client: it joins the topics with subscribers, and notifies the listeners.

The ``realtime`` package speaks the protocol. When to connect and to join is decided here: the package would rejoin a
refused topic for ever, and stop reconnecting after five attempts.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from functools import partial
from typing import TYPE_CHECKING

from .._http.pipeline import ClientContext
from ..errors import AuthenticationError, ConfigurationError, HelpdeskError
from .presence_quarantine import PresenceQuarantine
from .reconnect import MAX_DELAY, MIN_DELAY, Reconnection, retry_delay
from .subscriptions import Listener, SignalHandler, SignalKind, Subscription, Subscriptions, TopicState, wait_for
from .token import LiveToken, Renew
from .transport import cancel_timers, close, connect, is_too_big, leave, open_channel, reason_of, silence_package

if TYPE_CHECKING:
    from realtime import AsyncRealtimeChannel, AsyncRealtimeClient, RealtimeSubscribeStates

logger = logging.getLogger("helpdesk_sdk")

_PREFIX = "realtime:"
# Seconds for the connection and for each response.
_TIMEOUT = 10
_CLOSE_TIMEOUT = 2.0
# A topic that the server closed so many times in a row is not joined at once on the next connection.
_MAX_CLOSURES = 2


class Hub:
    """The live connection of one client. It is open while there are listeners; one task maintains it.

    Args:
        context: URL, key and session of the client.
        renew: Gets a new session; returns the error, if there was one.
    """

    def __init__(self, context: ClientContext, renew: Renew) -> None:
        self._context = context
        self._token = LiveToken(context, renew)
        self._client: AsyncRealtimeClient | None = None
        self._runner: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._joins: set[asyncio.Task[None]] = set()
        self._wakeup = asyncio.Event()
        self._reconnection = Reconnection()
        self._is_lost = False
        self.subscriptions = Subscriptions()
        self.quarantine = PresenceQuarantine()
        self.problem: str | None = None
        self.error: HelpdeskError | None = None

    def listen(self, handler: SignalHandler) -> Listener:
        """A new listener."""
        return Listener(self, handler)

    def is_quarantined(self, topic: str) -> bool:
        """Whether the topic is joined without presence, because its presence broke the connection."""
        return self.quarantine.is_quarantined(topic, time.time())

    def wake(self) -> None:
        """Apply changes: connect, join and leave topics, and close the connection if there are no subscriptions."""
        self._wakeup.set()
        if self.subscriptions and self._runner is None:
            self._runner = asyncio.create_task(self._run(), name="helpdesk: live")
        elif self._runner is not None and not self.subscriptions:
            self._closing.add(self._runner)
            self._runner.add_done_callback(self._closing.discard)
            self._runner.cancel()
            self._runner = None

    def on_session_replaced(self) -> None:
        """Send the new token; try again, if the connection had ended for want of a session."""
        if isinstance(self.error, AuthenticationError):
            self.error = None
        self.wake()

    async def wait_closed(self) -> None:
        """Wait until the connection is closed, if there are no subscriptions."""
        if self._closing and not self.subscriptions:
            await asyncio.wait(self._closing, timeout=2 * _CLOSE_TIMEOUT)

    async def close(self) -> None:
        """Close the connection; the listeners get an error."""
        self.error = ConfigurationError("The client is closed", hint="Make a new one.")
        for subscription in self.subscriptions:
            subscription.notify(SignalKind.LOST)
            for listener in tuple(subscription.listeners):
                listener.release()
        await self.wait_closed()

    async def _run(self) -> None:
        silence_package()
        if self._closing:
            await asyncio.wait(self._closing)
        try:
            while self._runner is asyncio.current_task():
                self._wakeup.clear()
                try:
                    until = await self._reconcile()
                except Exception as error:
                    until = time.time() + self._on_connect_failed(error)
                    await self._disconnect()
                await wait_for(self._wakeup, until - time.time())
        finally:
            await self._disconnect()

    async def _reconcile(self) -> float:
        """Make the connection match the subscriptions; returns when to do so again, in seconds of the epoch."""
        await self._token.renew_if_due()
        if self._is_lost or self._client is None or not self._client.is_connected:
            await self._disconnect()
            if time.time() < self._reconnection.connect_at:
                return self._reconnection.connect_at
            self._client = await self._connect()
        client = self._client
        if (token := self._token.value) != self._token.sent:
            await client.set_auth(token)
            self._token.sent = token
        now = time.time()
        for subscription in self.subscriptions:
            if self.quarantine.has_ended(subscription, now):
                # Join it again, with presence.
                subscription.channel = None
                subscription.set_state(TopicState.WAITING, SignalKind.LOST)
        for channel in list(client.channels.values()):
            current = self.subscriptions.get(channel.topic.removeprefix(_PREFIX))
            if (current is None or current.channel is not channel) and not channel.is_leaving:
                await leave(client, channel)
        for subscription in self.subscriptions:
            if self._join_at(client, subscription, now) <= now:
                self._join(client, subscription)
            elif subscription.presence_unsent and subscription.may_send_presence_at() <= now:
                await self._send_presence(subscription, now)
        return self._next_reconcile_at(client, now)

    def _next_reconcile_at(self, client: AsyncRealtimeClient, now: float) -> float:
        times = [now + MAX_DELAY, self._token.renew_at()]
        for subscription in self.subscriptions:
            times.append(self._join_at(client, subscription, now))
            if subscription.presence_unsent:
                times.append(subscription.may_send_presence_at())
        return min(times)

    def _join_at(self, client: AsyncRealtimeClient, subscription: Subscription, now: float) -> float:
        # While the old channel of the topic is being left, wait: its end wakes the hub.
        if subscription.channel is not None or _PREFIX + subscription.topic.name in client.channels:
            return math.inf
        return max(subscription.retry_at, self.quarantine.join_at(subscription, self.subscriptions, now))

    async def _connect(self) -> AsyncRealtimeClient:
        url, key = f"{self._context.url}/realtime/v1", self._context.key.get_secret_value()
        client = await connect(url, key, _TIMEOUT, self._on_connection_end, self._context.proxy)
        self._is_lost, self._token.sent = False, None
        self._reconnection.record_connected()
        for subscription in self.subscriptions:
            if subscription.closures < _MAX_CLOSURES:
                subscription.retry_at = 0.0
        return client

    def _on_connection_end(self, client: AsyncRealtimeClient) -> None:
        if client is self._client:
            self._on_connection_lost(None)
            self.wake()

    def _on_connection_lost(self, error: Exception | None) -> None:
        if self._is_lost:
            return
        self._abandon_connection()
        found = self.quarantine.record_disconnect(self.subscriptions, time.time(), too_big=is_too_big(error))
        if found is not None:
            logger.warning("presence on %s broke the live connection: turned off for a while", found.topic.name)
            found.notify(SignalKind.LOST)

    def _abandon_connection(self) -> None:
        """Replace this connection by a new one, after a delay."""
        if not self._is_lost:
            now, self._is_lost = time.time(), True
            self._reconnection.connect_at = now + self._reconnection.record_failure(now)

    def _join(self, client: AsyncRealtimeClient, subscription: Subscription) -> None:
        may_use_presence = self.quarantine.may_use_presence(subscription, time.time())
        presence_key = subscription.topic.presence_key if may_use_presence else None
        channel = open_channel(client, subscription.topic.name, presence_key)
        channel.on_broadcast("*", lambda message: subscription.notify(SignalKind.ANNOUNCEMENT, message["payload"]))
        if presence_key is not None:
            channel.on_presence_sync(lambda: subscription.notify(SignalKind.PRESENCE))
        subscription.channel, subscription.sent_presence = channel, None
        subscription.with_presence = presence_key is not None
        joining = asyncio.create_task(self._subscribe(subscription, channel), name="helpdesk: join")
        self._joins.add(joining)
        joining.add_done_callback(self._joins.discard)

    async def _subscribe(self, subscription: Subscription, channel: AsyncRealtimeChannel) -> None:
        try:
            await channel.subscribe(partial(self._on_channel_state, subscription, channel))
        except Exception as error:
            self._on_connection_lost(error)
            self._on_not_joined(subscription, channel, error)

    def _on_channel_state(
        self,
        subscription: Subscription,
        channel: AsyncRealtimeChannel,
        state: RealtimeSubscribeStates,
        error: Exception | None,
    ) -> None:
        """Called by the package when a channel was joined, refused or lost."""
        current = self.subscriptions.get(subscription.topic.name)
        if current is not subscription or subscription.channel is not channel:
            cancel_timers(channel)
            if current is not None and current.channel is None:
                # The server's last message to the old channel must not reach the new one.
                current.retry_at = time.time() + MIN_DELAY
            self.wake()
        elif state.value == "SUBSCRIBED":
            self.problem, subscription.joined_at = None, time.time()
            self._reconnection.record_joined(subscription.joined_at)
            subscription.set_state(TopicState.JOINED, SignalKind.JOINED)
            self.wake()
        else:
            if self._client is None or not self._client.is_connected:
                self._on_connection_lost(error)
            elif state.value in {"CLOSED", "TIMED_OUT"}:
                # The server may still count it as joined. To join it again would make the server close it, with a
                # message that the package would deliver to the new channel. So use a new connection.
                subscription.closures += 1
                self._abandon_connection()
            self._on_not_joined(subscription, channel, error)

    def _on_not_joined(
        self, subscription: Subscription, channel: AsyncRealtimeChannel, error: Exception | None
    ) -> None:
        """A topic could not be joined, or is not joined any more."""
        reason, now = reason_of(error) if error else "no response", time.time()
        cancel_timers(channel)
        subscription.record_failure(now)
        subscription.retry_at = now + retry_delay(subscription.failures)
        if "Unauthorized" in reason or "permission" in reason:
            subscription.set_state(TopicState.DENIED, SignalKind.DENIED)
            if all(other.state is TopicState.DENIED for other in self.subscriptions):
                self._set_problem(reason)
        else:
            if "JWT" in reason or "Token" in reason:
                self._token.mark_refused()
            subscription.set_state(TopicState.WAITING, SignalKind.LOST)
        logger.debug("topic %s: %s", subscription.topic.name, reason)
        self.wake()

    async def _send_presence(self, subscription: Subscription, now: float) -> None:
        presence, channel = subscription.presence, subscription.channel
        subscription.record_presence_sent(presence, now)
        if channel is not None:
            await (channel.untrack() if presence is None else channel.track(dict(presence)))

    def _on_connect_failed(self, error: Exception) -> float:
        """Record that there is no connection; returns the seconds until the next attempt."""
        delay = self._reconnection.record_failure(time.time())
        if isinstance(error, AuthenticationError):
            # Every listener raises it.
            self.error = error
        else:
            self._set_problem(reason_of(error))
        for subscription in self.subscriptions:
            subscription.channel, subscription.state = None, TopicState.WAITING
            subscription.notify(SignalKind.LOST)
        # Only a new session helps, and a new session wakes the hub.
        return MAX_DELAY if self.error else delay

    def _set_problem(self, reason: str) -> None:
        if self.problem is None:
            logger.warning("no live events (%s): the event log is polled instead, no event is lost", reason)
        self.problem = reason

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        for joining in self._joins:
            joining.cancel()
        for subscription in self.subscriptions:
            subscription.channel = None
            subscription.set_state(TopicState.WAITING, SignalKind.LOST)
        if client is None:
            return
        for channel in client.channels.values():
            cancel_timers(channel)
        client.channels.clear()
        # A task of its own: when the hub is cancelled here, the connection still gets closed.
        closing = asyncio.create_task(close(client, _CLOSE_TIMEOUT), name="helpdesk: close")
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        await asyncio.shield(closing)
