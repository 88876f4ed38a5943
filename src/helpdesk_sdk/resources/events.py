"""Events: the log of all changes, without gaps and in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from pydantic import Field, model_validator

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page
from .._http.keyset import Keyset, keyset_page
from .._http.resource import Driver, Resource, call, paged
from .._live.hubs import Hubs
from .._live.stream import streamed
from .._live.stream_state import StreamSource
from .._live.subscriptions import Topic
from ..models.events import Event, EventName, EventPage, EventType
from ._event_topics import find_topics
from ._references import TeamRef, TicketRef, UserRef, find_team_id_to_read, find_ticket_id, find_user_id, ticket_key

_STREAM_PAGE = 500

Types = EventType | EventName | Iterable[EventType | EventName]
"""One type or several. For one that this SDK does not know yet: ``EventType("…")``."""


# The order of cursors.
_NEWEST = Keyset("xid", "event_id", descending=True)


class _Row(Event):
    """A row of the table, which has the transaction in place of the cursor."""

    xid: int = Field(exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _with_cursor(cls, row: Any) -> Any:
        return {**row, "cursor": f"{row['xid']}.{row['event_id']}"}


class _Scope:
    """A ticket or a team as the caller gave it, and its id, looked up once."""

    def __init__(self, ticket: TicketRef | None, team: TeamRef | None) -> None:
        if ticket is not None:
            ticket_key(ticket)
        self._ticket, self._team = ticket, team
        self._ids: tuple[UUID | None, UUID | None] | None = None

    def ids(self, resource: Resource[Any]) -> Flow[tuple[UUID | None, UUID | None]]:
        if self._ids is None:
            ticket_id = None if self._ticket is None else (yield from find_ticket_id(resource, self._ticket))
            team_id = None if self._team is None else (yield from find_team_id_to_read(resource, "team", self._team))
            self._ids = ticket_id, team_id
        return self._ids


class Events(Resource[Driver]):
    """``hd.events``: the event log. You see the events that you could see at their time and can see now."""

    def __init__(self, driver: Driver, hubs: Hubs | None = None) -> None:
        super().__init__(driver)  # type: ignore[arg-type]  # mypy checks one driver at a time
        self._hubs = hubs

    @call
    def since(
        self,
        cursor: str | None = None,
        limit: int = 100,
        *,
        ticket: TicketRef | None = None,
        team: TeamRef | None = None,
    ) -> Flow[EventPage]:
        """Events after a cursor, oldest first, without gaps.

        Unlike a list, the log has no end, so this returns one page and no pager. Save ``page.cursor`` and pass it next
        time. It moves also on an empty page, past events that you may not see. While ``page.more``, read on at once.

        Args:
            cursor: The cursor of an event, of a page, or of ``head()``; None for the beginning of the log.
            limit: At most this many events, 1 to 1000.
            ticket: Only events of this ticket.
            team: Only events in this team's queue.

        Raises:
            CursorAheadError: The cursor is from another database.
            LogRestoredError: The log was restored from another database: its cursors mean nothing here.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            TeamNotFoundError: There is no such team, or you may not see it.
            ForbiddenError: You are not a member of this team.
        """
        limit = check.integer("limit", limit, 1, limits.PAGE_MAX)
        hint = 'None or "0.0" begins at the beginning of the log, hd.events.head() at this moment.'
        cursor = None if cursor is None else check.cursor("cursor", cursor, hint)
        return (yield from self._since(cursor, limit, _Scope(ticket, team)))

    def _since(self, cursor: str | None, limit: int, scope: _Scope) -> Flow[EventPage]:
        ticket_id, team_id = yield from scope.ids(self)
        request = self._rpc_read("events_page", after=cursor, max_rows=limit, only_ticket=ticket_id, only_team=team_id)
        return (yield from self._call_one(request, EventPage))

    @paged
    def list(
        self,
        *,
        ticket: TicketRef | None = None,
        team: TeamRef | None = None,
        types: Types | None = None,
        actor: UserRef | None = None,
        about: UserRef | None = None,
        page_size: int = 100,
    ) -> Flow[Page[Event]]:
        """Events up to now, newest first: to look something up. To follow the log, use ``since`` or ``stream``.

        Args:
            ticket: Only events of this ticket.
            team: Only events in this team's queue.
            types: Only events of these types, e.g. ``{"user.role_changed"}``; None for all.
            actor: Only changes that this person made.
            about: Only events about this person: their role, name, teams, and whether they are active.
            page_size: Events per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
            TeamNotFoundError: There is no such team, or you may not see it.
            UserNotFoundError: There is no such person, or you may not see them.
            ForbiddenError: You are not a member of this team.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        chosen = None if types is None else sorted(_types(types))
        return self._newest(_Scope(ticket, team), chosen, actor, about, size)

    def _newest(
        self, scope: _Scope, types: Sequence[str] | None, actor: UserRef | None, about: UserRef | None, size: int
    ) -> Flow[Page[Event]]:
        ticket_id, team_id = yield from scope.ids(self)
        actor_id = None if actor is None else (yield from find_user_id(self, "actor", actor))
        about_id = None if about is None else (yield from find_user_id(self, "about", about))
        head = yield from self._head()
        # Refuses a ticket or a team that the caller may not follow. The table would have no rows for them.
        yield from self._since(head, 1, scope)
        events = self._rest.from_("events")

        def query() -> Any:
            # Events of transactions that are still running may come before those of ended ones: nobody reads beyond.
            found = events.select("*").filter("xid", "lt", head.partition(".")[0])
            for column, value in (("ticket_id", ticket_id), ("team_id", team_id), ("actor_id", actor_id)):
                found = found if value is None else found.eq(column, value)
            found = found if types is None else found.in_("type", types)
            return found if about_id is None else found.eq("data->>user_id", about_id)

        page: Page[Any] = yield from keyset_page(self._read, query, _Row, _NEWEST, size)
        return page

    @call
    def head(self) -> Flow[str]:
        """The cursor of the log's end: ``since()`` with it returns the events that come next."""
        return (yield from self._head())

    def _head(self) -> Flow[str]:
        return (yield from self._call_one(self._rpc_read("events_head"), str))

    @streamed
    def stream(
        self,
        cursor: str | None = None,
        *,
        ticket: TicketRef | None = None,
        team: TeamRef | None = None,
        types: Types | None = None,
        poll_interval: float = 1.0,
    ) -> StreamSource:
        """Events as they happen, each once and in order. Transient errors do not end the stream.

        An async client is notified by Realtime within milliseconds; a plain client, and an async client without a live
        connection, reads the log at intervals. All events come from the log: a lost connection loses none, and a slow
        reader delays nobody. To resume after a crash, save ``event.cursor`` when you are done with an event, and pass
        it as ``cursor``.

        Args:
            cursor: The cursor to begin after; None for now, ``"0.0"`` for the beginning of the log.
            ticket: Only events of this ticket.
            team: Only events in this team's queue.
            types: Only events of these types, e.g. ``{"ticket.created"}``; None for all. For a type that this SDK does
                not know yet: ``EventType("…")``.
            poll_interval: Seconds between reads of the log while nothing is announced and nothing happens, 0.05 to
                3600.

        Returns:
            An iterator with ``.stop()``, ``.close()`` and ``.cursor``. The errors below are raised while you iterate.

        Raises:
            AuthenticationError: The session is over.
            CursorAheadError: The cursor is from another database.
            LogRestoredError: The log was restored from another database: its cursors mean nothing here.
            TicketNotFoundError: There is no such ticket, or you may no longer see it.
            TeamNotFoundError: There is no such team, or you may no longer see it.
            ForbiddenError: You are not a member of this team.
        """
        scope = _Scope(ticket, team)
        hint = 'None or hd.events.head() begins at this moment, "0.0" at the beginning of the log.'

        def topics() -> Flow[frozenset[Topic]]:
            return (yield from find_topics(self, *(yield from scope.ids(self))))

        return StreamSource(
            cursor=None if cursor is None else check.cursor("cursor", cursor, hint),
            poll_interval=check.seconds("poll_interval", poll_interval, 0.05, 3600),
            types=None if types is None else _types(types),
            head=self._head,
            since=lambda position: self._since(position, _STREAM_PAGE, scope),
            topics=topics,
        )


def _types(types: Types) -> frozenset[str]:
    if not isinstance(types, Iterable):
        raise check.invalid("types", f"must be types of events, got {type(types).__name__}")
    given = [types] if isinstance(types, str) else list(types)
    if not given:
        raise check.invalid("types", "must name at least one type; None, or left out, is all of them")
    return frozenset(str(one) if isinstance(one, EventType) else check.choice("types", one, EventType) for one in given)
