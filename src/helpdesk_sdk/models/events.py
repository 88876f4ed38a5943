"""What an event is, and how its values are read with their types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, TypeVar
from uuid import UUID

from .base import Model, OpenEnum
from .tickets import AuthorKind, Channel, Priority, Status
from .users import Role

T = TypeVar("T")

Position = tuple[int, int]
"""A cursor in the form that compares: transaction, then event. Its text does not compare: "9.1" > "10.1"."""

# As events_since() in the database accepts it.
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


def parse_cursor(cursor: object) -> Position | None:
    """The position of a cursor; None for a value that is not a valid cursor."""
    found = _CURSOR.fullmatch(cursor) if isinstance(cursor, str) else None
    return (int(found[1]), int(found[2])) if found else None


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


# As text, so that a type checker finds a typo.
EventName = Literal[
    "ticket.created",
    "ticket.updated",
    "ticket.status_changed",
    "ticket.assigned",
    "ticket.unassigned",
    "ticket.transferred",
    "ticket.tagged",
    "ticket.untagged",
    "message.created",
    "message.redacted",
    "note.created",
    "user.created",
    "user.updated",
    "user.role_changed",
    "user.deactivated",
    "user.reactivated",
    "user.invited",
    "user.invitation_accepted",
    "user.invitation_revoked",
    "team.created",
    "team.updated",
    "team.deleted",
    "team.member_added",
    "team.member_removed",
]


@dataclass(frozen=True, slots=True)
class Change:
    """What a field was and what it is now, as JSON has it: text for ids and times. Both None where neither is told."""

    old: Any
    new: Any


class Event(Model):
    """Something that happened. ``docs/events.md`` has each type with what it tells.

    What ``data`` holds is also an attribute with its type: ``event.message_id``, ``event.changes["status"].new``. It is
    None where the event does not tell it.

    Attributes:
        cursor: Its place in the log: ``since(event.cursor)`` gives what comes after it.
        event_id: Its number, unique; for the order take the cursor.
        type: What happened.
        audience: ``customer`` when the requester may see it too, else ``staff``.
        ticket_id: The ticket that it happened to; None for what happened to people and teams, as the next five.
        ticket_number: The ticket's number.
        ticket_revision: The ticket's revision right after it.
        requester_id: The ticket's requester.
        team_id: The ticket's team, right after it.
        assigned_to: Who has the ticket, right after it; None also when nobody has.
        actor_id: Who did it; None for the system: the secret key, a job, SQL.
        actor_kind: In which capacity they did it.
        actor_name: Their name as of then.
        data: The values, e.g. ``{"changes": {"status": ["open", "pending"]}}``.
        created_at: When.
    """

    event_id: int
    cursor: str
    type: EventType
    audience: str
    ticket_id: UUID | None = None
    ticket_number: int | None = None
    ticket_revision: int | None = None
    requester_id: UUID | None = None
    team_id: UUID | None = None
    assigned_to: UUID | None = None
    actor_id: UUID | None = None
    actor_kind: AuthorKind
    actor_name: str
    data: dict[str, Any]
    created_at: datetime

    @property
    def changes(self) -> Mapping[str, Change]:
        """What it changed, by the name of the field; empty for what changes no field."""
        given = self.data.get("changes")
        pairs = given if isinstance(given, dict) else {}
        return MappingProxyType(
            {field: Change(*pair) for field, pair in pairs.items() if isinstance(pair, list) and len(pair) == 2}
        )

    @property
    def message_id(self) -> UUID | None:
        """The message, in ``message.…``: ``hd.messages.get(event.message_id)`` reads it."""
        return self._told("message_id", UUID)

    @property
    def author_kind(self) -> AuthorKind | None:
        """In which capacity the message was written, in ``message.…``; ``actor_kind`` is that of who redacted it."""
        return self._told("author_kind", AuthorKind)

    @property
    def note_id(self) -> UUID | None:
        """The note, in ``note.…``: ``hd.notes.get(event.note_id)`` reads it."""
        return self._told("note_id", UUID)

    @property
    def tag(self) -> str | None:
        """The tag that was added or taken away."""
        return self._told("tag", str)

    @property
    def title(self) -> str | None:
        """The ticket's title from then on, where it is new."""
        return self._told("title", str)

    @property
    def status(self) -> Status | None:
        """The ticket's status from then on, where it is new."""
        return self._told("status", Status)

    @property
    def priority(self) -> Priority | None:
        """The ticket's priority from then on, where it is new."""
        return self._told("priority", Priority)

    @property
    def channel(self) -> Channel | None:
        """Where the ticket came in, when it was created."""
        return self._told("channel", Channel)

    @property
    def user_id(self) -> UUID | None:
        """The person it happened to, in ``user.…`` and ``team.member_…``; ``actor_id`` is who did it."""
        return self._told("user_id", UUID)

    @property
    def role(self) -> Role | None:
        """The person's role from then on, where it is new; the role offered, in invitations."""
        return self._told("role", Role)

    @property
    def invitation_id(self) -> UUID | None:
        """The invitation, in ``user.invit…``."""
        return self._told("invitation_id", UUID)

    @property
    def about_team_id(self) -> UUID | None:
        """The team it happened to, in ``team.…``; ``team_id`` is the team of the ticket."""
        return _read(self.data.get("team_id"), UUID)

    @property
    def name(self) -> str | None:
        """The team's name, in ``team.…``, and a person's where it is new."""
        return self._told("name", str)

    def _told(self, name: str, kind: Callable[[str], T]) -> T | None:
        """What the event says that a value is now: it is set, or it is changed."""
        value = self.data.get(name)
        if value is None and (change := self.changes.get(name)):
            value = change.new
        return _read(value, kind)


def _read(value: object, kind: Callable[[str], T]) -> T | None:
    """A value with its type; None for what is not of it, as a newer database may have it."""
    try:
        return kind(value) if isinstance(value, str) else None
    except ValueError:
        return None


class Announcement(Model):
    """That something happened, as it is pushed: what it was stands in the log, for those who may read it."""

    event_id: int
    cursor: str
    type: EventType
    ticket_id: UUID | None = None
    ticket_number: int | None = None
    ticket_revision: int | None = None


class EventPage(Model):
    """Events in order, and the cursor to go on with; that is the given one when there was nothing new."""

    items: tuple[Event, ...]
    cursor: str | None

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Event]:  # type: ignore[override]
        return iter(self.items)
