"""Presence: who has a ticket open at this moment, and who is typing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ValidationError as PydanticError

from .. import _validation as check
from .._http.drivers import AsyncDriver
from .._http.flow import Flow
from .._http.resource import Resource
from .._live.hubs import Hubs
from .._live.subscriptions import Listener, Signal, SignalKind
from ..errors import ConfigurationError, ConnectionFailedError, ForbiddenError
from ..models.presence import Viewer
from ..models.users import User
from ._event_topics import staff_topic
from ._references import TicketRef, ask_me, find_ticket_id, require_ticket, ticket_key

# Seconds to wait for the live connection when a ticket is entered.
_ENTER_TIMEOUT = 15.0


def viewers_of(presences: Iterable[Mapping[str, Any]]) -> tuple[Viewer, ...]:
    """The viewers: each person once, however many windows they have open. Invalid entries are skipped."""
    viewers: dict[UUID, Viewer] = {}
    for presence in presences:
        with contextlib.suppress(PydanticError):
            viewer = Viewer.model_validate(presence)
            known = viewers.get(viewer.user_id, viewer)
            state: Literal["viewing", "typing"] = "typing" if "typing" in {viewer.state, known.state} else "viewing"
            since = min(viewer.since, known.since)
            viewers[viewer.user_id] = viewer.model_copy(update={"state": state, "since": since})
    return tuple(sorted(viewers.values(), key=lambda viewer: (viewer.since, viewer.user_id)))


class TicketPresence:
    """A ticket that you have open: who else has it open, and what they see of you. Enter it with ``async with``.

    It is a courtesy among colleagues, not a proof: everybody who works the ticket can send any name and state.
    """

    def __init__(self, presence: Presence, ticket: TicketRef) -> None:
        ticket_key(ticket)
        self._presence = presence
        self._ticket = ticket
        self._me: User | None = None
        self._topic = ""
        self._listener: Listener | None = None
        self._mine: dict[str, Any] = {}
        self._denied = self._lost = False
        self._version = 0
        self._changed = asyncio.Event()
        self.viewers: tuple[Viewer, ...] = ()
        """Everybody who has the ticket open, you included, in the order in which they opened it."""

    @property
    def others(self) -> tuple[Viewer, ...]:
        """The viewers without you."""
        return tuple(viewer for viewer in self.viewers if self._me is None or viewer.user_id != self._me.user_id)

    @property
    def live(self) -> bool:
        """Whether there is a connection at this moment. A lost connection comes back by itself."""
        listener = self._listener
        return listener is not None and listener.live and not listener.is_quarantined(self._topic)

    async def typing(self, active: bool = True) -> None:
        """Show the others that you are typing, or that you have stopped.

        Only a change is sent. Hosted Supabase accepts few of them: after four within half a minute, the last one is
        delayed.

        Args:
            active: False when you have stopped.

        Raises:
            ConfigurationError: The presence was not entered, or was left.
            AuthenticationError: The session has ended.
            ConnectionFailedError: Presence broke the live connection on this ticket and is turned off for some minutes.
        """
        listener = self._entered()
        state = "typing" if check.boolean("active", active) else "viewing"
        if self._mine["state"] != state:
            self._mine = self._mine | {"state": state}
            listener.set_presence(self._topic, self._mine)

    async def __aenter__(self) -> Self:
        if self._listener is not None:
            raise ConfigurationError(
                "This presence is entered already", hint="Make another one: hd.presence.on(ticket)."
            )
        hubs = self._presence._hubs
        if hubs is None:
            raise ConfigurationError(
                "Presence needs a WebSocket, and a client with a transport of its own has none",
                hint="Make the client without transport=.",
            )
        me, ticket_id = await self._presence._driver.run(self._presence._find(self._ticket))
        topic = staff_topic(ticket_id, me)
        self._me, self._topic = me, topic.name
        self._mine = {"user_id": str(me.user_id), "name": me.name, "state": "viewing"}
        self._mine["since"] = datetime.now(UTC).isoformat()
        self._listener = hubs.current().listen(self._handle_signal)
        try:
            self._listener.set_topics({topic})
            self._listener.set_presence(topic.name, self._mine)
            async with asyncio.timeout(_ENTER_TIMEOUT):
                await self._wait_until_visible(self._listener, me)
        except TimeoutError:
            await self.close()
            raise ConnectionFailedError("Presence needs the live connection, which does not respond") from None
        except BaseException:
            await self.close()
            raise
        return self

    async def _wait_until_visible(self, listener: Listener, me: User) -> None:
        """Wait until our own entry is among the viewers; raises why that cannot be."""
        while me.user_id not in [viewer.user_id for viewer in self.viewers]:
            if self._denied:
                await self._presence._driver.run(require_ticket(self._presence, self._ticket))
                raise ForbiddenError("Only those who work the ticket see who has it open")
            self._raise_if_ended(listener)
            if self._lost and listener.problem is not None:
                raise ConnectionFailedError(
                    f"Presence needs the live connection, and there is none: {listener.problem}"
                )
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        """Leave the ticket."""
        listener, self._listener = self._listener, None
        self._changed.set()
        if listener is not None:
            await listener.close()

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[tuple[Viewer, ...]]:
        """The viewers now, and after each change. A slow reader gets only the newest. Ends when the ticket is left."""
        version = -1
        while (listener := self._listener) is not None:
            self._raise_if_ended(listener)
            if version != self._version:
                version = self._version
                yield self.viewers
            else:
                self._changed.clear()
                await self._changed.wait()

    def _entered(self) -> Listener:
        if self._listener is None:
            raise ConfigurationError(
                "This presence is not entered", hint="Enter it: async with hd.presence.on(ticket) as here."
            )
        self._raise_if_ended(self._listener)
        return self._listener

    def _raise_if_ended(self, listener: Listener) -> None:
        if listener.error is not None:
            raise listener.error
        if listener.is_quarantined(self._topic):
            raise ConnectionFailedError(
                "Presence broke the live connection on this ticket and is turned off for some minutes",
                hint="Everything else continues; enter the presence again later.",
            )

    def _handle_signal(self, signal: Signal) -> None:
        """Called by the hub, on the event loop."""
        self._denied = signal.kind is SignalKind.DENIED
        self._lost = signal.kind is SignalKind.LOST
        if signal.kind is SignalKind.PRESENCE and self._listener is not None:
            viewers = viewers_of(self._listener.presences(self._topic))
            if viewers != self.viewers:
                self.viewers = viewers
                self._version += 1
        self._changed.set()


class Presence(Resource[AsyncDriver]):
    """``hd.presence``: who has a ticket open; for those who work it, and in ``AsyncHelpdesk`` only."""

    def __init__(self, driver: AsyncDriver, hubs: Hubs | None) -> None:
        super().__init__(driver)
        self._hubs = hubs

    def on(self, ticket: TicketRef) -> TicketPresence:
        """A ticket that you have open: ``async with hd.presence.on(42) as here:``.

        Args:
            ticket: A number (42, "42", "#42"), an id, or a Ticket.

        Returns:
            A context manager: while you are in it, the others see you and you see them, in ``.viewers``, ``.others``
            and an iterator over the viewers at each change; ``await .typing()`` shows that you are typing. The errors
            below are raised on entering.

        Raises:
            ForbiddenError: You see the ticket, and do not work it.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            ConnectionFailedError: There is no live connection.
        """
        return TicketPresence(self, ticket)

    def _find(self, ticket: TicketRef) -> Flow[tuple[User, UUID]]:
        """Our profile, and the ticket's id. Customers are refused at once."""
        me = yield from ask_me(self)
        if not me.is_staff:
            raise ForbiddenError("Only those who work the ticket see who has it open")
        return me, (yield from find_ticket_id(self, ticket))
