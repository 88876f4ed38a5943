"""Events: everything that happened, in one log, gapless and in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from . import _validation as check
from ._flow import Driver, Flow, Reply, Resource, call
from ._follow import Course, followed
from ._models import Model, OpenEnum
from ._ticket_models import AuthorKind


class EventType(OpenEnum):
    """What happened."""

    TICKET_CREATED = "ticket.created"
    TICKET_UPDATED = "ticket.updated"
    TICKET_STATUS_CHANGED = "ticket.status_changed"
    TICKET_ASSIGNED = "ticket.assigned"
    TICKET_UNASSIGNED = "ticket.unassigned"
    TICKET_TRANSFERRED = "ticket.transferred"
    TICKET_TAGGED = "ticket.tagged"
    TICKET_UNTAGGED = "ticket.untagged"
    MESSAGE_CREATED = "message.created"
    MESSAGE_REDACTED = "message.redacted"
    NOTE_CREATED = "note.created"
    USER_CREATED = "user.created"
    USER_UPDATED = "user.updated"
    USER_ROLE_CHANGED = "user.role_changed"
    USER_DEACTIVATED = "user.deactivated"
    USER_REACTIVATED = "user.reactivated"
    USER_INVITED = "user.invited"
    USER_INVITATION_ACCEPTED = "user.invitation_accepted"
    USER_INVITATION_REVOKED = "user.invitation_revoked"
    TEAM_CREATED = "team.created"
    TEAM_UPDATED = "team.updated"
    TEAM_DELETED = "team.deleted"
    TEAM_MEMBER_ADDED = "team.member_added"
    TEAM_MEMBER_REMOVED = "team.member_removed"


class Event(Model):
    """Something that happened.

    Attributes:
        cursor: Its place in the log: ``since(event.cursor)`` gives what comes after it.
        audience: ``customer`` when the requester may see it too, else ``staff``.
        data: The values, e.g. ``{"changes": {"status": ["open", "pending"]}}``.
    """

    event_id: int
    cursor: str
    type: EventType
    audience: str
    ticket_id: UUID | None = None
    ticket_number: int | None = None
    requester_id: UUID | None = None
    team_id: UUID | None = None
    assigned_to: UUID | None = None
    actor_id: UUID | None = None
    actor_kind: AuthorKind
    actor_name: str
    data: dict[str, Any]
    created_at: datetime


class EventPage(Model):
    """Events in order, and the cursor to go on with; that is the given one when there was nothing new."""

    items: tuple[Event, ...]
    cursor: str | None

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Event]:  # type: ignore[override]
        return iter(self.items)


_FOLLOW_PAGE = 500


class Events(Resource[Driver]):
    """``hd.events``: what happened, as far as you may see it: what you could see then and can see now."""

    @call
    def since(self, cursor: str | None = None, limit: int = 100) -> Flow[EventPage]:
        """What happened after a cursor, oldest first, without gaps.

        Args:
            cursor: The cursor of an event, or of a page, or of ``head()``; None for the beginning of the log.
            limit: How many at most, 1 to 1000.

        Raises:
            CursorAhead: The cursor is from another database.
        """
        limit = check.integer("limit", limit, 1, check.PAGE_MAX)
        return (yield from self._since(None if cursor is None else check.text("cursor", cursor, 1, 40), limit))

    def _since(self, cursor: str | None, limit: int) -> Flow[EventPage]:
        reply: Reply = yield self._ask("events_since", after=cursor, max_rows=limit)
        events = reply.many(Event)
        return EventPage(items=tuple(events), cursor=events[-1].cursor if events else cursor)

    @call
    def head(self) -> Flow[str]:
        """The cursor of now: ``since()`` with it gives what comes next."""
        return (yield from self._one(self._ask("events_head"), str))

    @followed
    def follow(
        self, cursor: str | None = None, *, poll_interval: float = 1.0, types: Iterable[EventType | str] | None = None
    ) -> Course:
        """Events as they happen, each once and in order; asks again and again, and waits through failures that pass.

        To resume after a crash, save ``event.cursor`` when you are done with an event, and follow from there.

        Args:
            cursor: Where to begin; None for now.
            poll_interval: Seconds between questions while nothing happens, 0.05 to 3600.
            types: Only events of these types, e.g. ``{"ticket.created"}``. For one that this SDK does not know yet:
                ``EventType("…")``.

        Returns:
            An iterator with ``.stop()`` and ``.cursor``.
        """
        return Course(
            cursor=None if cursor is None else check.text("cursor", cursor, 1, 40),
            poll_interval=check.seconds("poll_interval", poll_interval, 0.05, 3600),
            types=None if types is None else _types(types),
            head=lambda: self._one(self._ask("events_head"), str),
            since=lambda position: self._since(position, _FOLLOW_PAGE),
        )


def _types(types: Iterable[EventType | str]) -> frozenset[str]:
    given = [types] if isinstance(types, str) else list(types)
    return frozenset(str(one) if isinstance(one, EventType) else check.choice("types", one, EventType) for one in given)
