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
from .._live.hub import Hub
from .._live.subscriptions import Kind, Listening, Signal
from ..errors import ConfigurationError, ConnectionFailedError, ForbiddenError
from ..models.presence import Viewer
from ..models.users import User
from ._event_topics import staff_topic
from ._references import TicketRef, ask_me, find_ticket_id, require_ticket, ticket_key

# Seconds until somebody who enters a ticket wants to know that it does not work.
_PATIENCE = 15.0


def viewers_of(metas: Iterable[Mapping[str, Any]]) -> tuple[Viewer, ...]:
    """Who is there: each person once, however many windows they have; what is no viewer is left out."""
    found: dict[UUID, Viewer] = {}
    for meta in metas:
        with contextlib.suppress(PydanticError):
            one = Viewer.model_validate(meta)
            other = found.get(one.user_id, one)
            state: Literal["viewing", "typing"] = "typing" if "typing" in {one.state, other.state} else "viewing"
            found[one.user_id] = one.model_copy(update={"state": state, "since": min(one.since, other.since)})
    return tuple(sorted(found.values(), key=lambda one: (one.since, one.user_id)))


class TicketPresence:
    """A ticket that you have open: who else has, and what they see of you. Enter it with ``async with``.

    It is a courtesy among colleagues, not a proof: everybody who works the ticket says of themselves what they like.
    """

    def __init__(self, presence: Presence, ticket: TicketRef) -> None:
        ticket_key(ticket)
        self._presence = presence
        self._ticket = ticket
        self._me: User | None = None
        self._topic = ""
        self._listening: Listening | None = None
        self._meta: dict[str, Any] = {}
        self._denied = self._lost = False
        self._version = 0
        self._changed = asyncio.Event()
        self.viewers: tuple[Viewer, ...] = ()
        """Everybody who has the ticket open, you included, whoever is there longest first. As of the last news."""

    @property
    def others(self) -> tuple[Viewer, ...]:
        """The viewers without you."""
        return tuple(one for one in self.viewers if self._me is None or one.user_id != self._me.user_id)

    @property
    def live(self) -> bool:
        """Whether there is a connection at this moment; it comes back by itself."""
        listening = self._listening
        return listening is not None and listening.live and not listening.barred(self._topic)

    async def typing(self, active: bool = True) -> None:
        """Show the others that you write, or that you have stopped.

        Only a change is sent. Hosted Supabase takes few of them, so beyond four in half a minute the last one waits.

        Raises:
            AuthenticationError: The session is over.
            ConnectionFailedError: Presence broke the live connection on this ticket and is left out for now.
        """
        listening = self._entered()
        state = "typing" if check.boolean("active", active) else "viewing"
        if self._meta["state"] != state:
            self._meta = self._meta | {"state": state}
            listening.track(self._topic, self._meta)

    async def __aenter__(self) -> Self:
        if self._listening is not None:
            raise ConfigurationError("It is entered already", hint="Make another: hd.presence.on(ticket).")
        hub = self._presence._hub
        if hub is None:
            raise ConfigurationError(
                "Presence needs a WebSocket, and a client with a transport of its own has none",
                hint="Make the client without transport=.",
            )
        me, ticket_id = await self._presence._driver.run(self._presence._place(self._ticket))
        topic = staff_topic(ticket_id, me)
        self._me, self._topic = me, topic.name
        self._meta = {"user_id": str(me.user_id), "name": me.name, "state": "viewing"}
        self._meta["since"] = datetime.now(UTC).isoformat()
        self._listening = hub.listen(self._hear)
        try:
            self._listening.want({topic})
            self._listening.track(topic.name, self._meta)
            async with asyncio.timeout(_PATIENCE):
                await self._arrive(self._listening, me)
        except TimeoutError:
            await self.close()
            raise ConnectionFailedError("Presence needs the live connection, and that gives no answer") from None
        except BaseException:
            await self.close()
            raise
        return self

    async def _arrive(self, listening: Listening, me: User) -> None:
        """Wait until one is there oneself, or until it is clear why not."""
        while me.user_id not in [one.user_id for one in self.viewers]:
            if self._denied:
                await self._presence._driver.run(require_ticket(self._presence, self._ticket))
                raise ForbiddenError("Only those who work the ticket see who has it open")
            self._check(listening)
            if self._lost and listening.problem is not None:
                raise ConnectionFailedError(
                    f"Presence needs the live connection, and there is none: {listening.problem}"
                )
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        """Leave the ticket."""
        listening, self._listening = self._listening, None
        self._changed.set()
        if listening is not None:
            await listening.close()

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[tuple[Viewer, ...]]:
        """The viewers now, and after each change; a reader that is slow gets the newest only. Ends when it is left."""
        version = -1
        while (listening := self._listening) is not None:
            self._check(listening)
            if version != self._version:
                version = self._version
                yield self.viewers
            else:
                self._changed.clear()
                await self._changed.wait()

    def _entered(self) -> Listening:
        if self._listening is None:
            raise ConfigurationError("Nobody is there yet", hint="Enter it: async with hd.presence.on(ticket) as here.")
        self._check(self._listening)
        return self._listening

    def _check(self, listening: Listening) -> None:
        if listening.error is not None:
            raise listening.error
        if listening.barred(self._topic):
            raise ConnectionFailedError(
                "Who has this ticket open is left out for some minutes: the live connection broke over it",
                hint="All else goes on; enter it again later.",
            )

    def _hear(self, signal: Signal) -> None:
        """Take in what the hub says; called on the event loop."""
        self._denied = signal.kind is Kind.DENIED
        self._lost = signal.kind is Kind.LOST
        if signal.kind is Kind.PRESENCE and self._listening is not None:
            viewers = viewers_of(self._listening.presences(self._topic))
            if viewers != self.viewers:
                self.viewers = viewers
                self._version += 1
        self._changed.set()


class Presence(Resource[AsyncDriver]):
    """``hd.presence``: who has a ticket open; for those who work it, and in ``AsyncHelpdesk`` only."""

    def __init__(self, driver: AsyncDriver, hub: Hub | None) -> None:
        super().__init__(driver)
        self._hub = hub

    def on(self, ticket: TicketRef) -> TicketPresence:
        """A ticket that you have open: ``async with hd.presence.on(42) as here:``.

        Args:
            ticket: A number (42, "42", "#42"), an id, or a Ticket.

        Returns:
            What tells of you while you are in it, and of the others: ``.viewers``, ``.others``, ``await .typing()``,
            and an iterator over the viewers at each change. Entering raises ForbiddenError or TicketNotFoundError for
            those who do not work the ticket, and ConnectionFailedError where there is no live connection.
        """
        return TicketPresence(self, ticket)

    def _place(self, ticket: TicketRef) -> Flow[tuple[User, UUID]]:
        """Who comes in where; customers are refused at once."""
        me = yield from ask_me(self)
        if not me.is_staff:
            raise ForbiddenError("Only those who work the ticket see who has it open")
        return me, (yield from find_ticket_id(self, ticket))
