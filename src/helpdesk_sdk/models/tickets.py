"""Tickets and their timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from .base import Model, OpenEnum


class Status(OpenEnum):
    """The status of a ticket."""

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"


# Each enum's values as text too, so that a type checker finds a typo.
StatusName = Literal["open", "pending", "resolved", "closed"]


class Priority(OpenEnum):
    """The priority of a ticket."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


PriorityName = Literal["low", "medium", "high", "urgent"]


class Channel(OpenEnum):
    """The channel through which a ticket came in."""

    API = "api"
    WEB = "web"
    CHAT = "chat"
    EMAIL = "email"
    PHONE = "phone"
    SLACK = "slack"
    IMPORT = "import"


ChannelName = Literal["api", "web", "chat", "email", "phone", "slack", "import"]


class AuthorKind(OpenEnum):
    """The capacity in which a person, or the system, wrote or acted."""

    CUSTOMER = "customer"
    STAFF = "staff"
    ASSISTANT = "assistant"
    SYSTEM = "system"


AuthorKindName = Literal["customer", "staff", "assistant", "system"]


def _flat(value: Any) -> Any:
    """The tags as texts: the views send texts, the table sends rows of ticket_tags."""
    if isinstance(value, list):
        return sorted(item["tag"] if isinstance(item, dict) else item for item in value)
    return value


def _inner(value: Any) -> Any:
    """The values of staff's fields: the response has the row of ticket_staff_fields, or null where there is none."""
    row = value[0] if isinstance(value, list) and value else value
    if isinstance(row, dict) and isinstance(row.get("staff_fields"), dict):
        return row["staff_fields"]
    return row or {}


class Ticket(Model):
    """A ticket as it was when it was read; ``hd.tickets.get(ticket)`` reads it again."""

    ticket_id: UUID
    """The ticket's id."""
    number: int
    """The ticket's number, for people; unique and rising, with gaps."""
    status: Status
    """``open`` (staff must act), ``pending`` (the requester must answer), ``resolved`` or ``closed``."""
    priority: Priority
    """``low``, ``medium``, ``high`` or ``urgent``."""
    priority_rank: int
    """The priority as a number to sort by: 1 urgent, 2 high, 3 medium, 4 low."""
    title: str
    """The title, 1 to 300 characters."""
    description: str = ""
    """What the requester needs, up to 100,000 characters."""
    team_id: UUID
    """The team in whose queue the ticket is."""
    assigned_to: UUID | None = None
    """The assignee; None for a ticket that nobody has taken."""
    created_by: UUID
    """The requester: the person who needs something, also when an agent opened the ticket for them."""
    channel: Channel = Channel.API
    """The channel through which the ticket came in."""
    external_id: str | None = None
    """Your own key for the ticket, up to 200 characters, unique in the helpdesk; None without one."""
    custom_fields: dict[str, Any] = Field(default_factory=dict)
    """The values of custom fields that the requester may read, by key: text, numbers, true or false, lists of options;
    a decimal is text like "12.5", a date like "2026-11-28"."""
    staff_fields: Annotated[dict[str, Any] | None, BeforeValidator(_inner)] = None
    """The values of ``staff_only`` fields, by key, empty for the requester; None when the response did not contain them
    (``hd.tickets.get(ticket)`` reads them)."""
    revision: int
    """Counts the ticket's changes, from 1: a change that is based on an older revision is refused."""
    snoozed_until: datetime | None = None
    """The time until which ``claim_next`` passes the ticket over; None for a ticket that is not snoozed."""
    last_message_id: UUID | None = None
    """The newest message, None before the first: a reply is refused when there is a newer message by then."""
    first_response_at: datetime | None = None
    """The time of the first reply of staff; None before it."""
    resolved_at: datetime | None = None
    """The time at which the ticket became resolved; None when it is open or pending, or was closed unresolved."""
    closed_at: datetime | None = None
    """The time at which the ticket became closed; None when it is not closed."""
    merged_into: UUID | None = None
    """The ticket that this one was merged into; None for a ticket that was not merged."""
    created_at: datetime
    """The time at which the ticket was opened."""
    updated_at: datetime
    """The time of the ticket's last change, replies included."""
    tags: Annotated[tuple[str, ...] | None, BeforeValidator(_flat)] = None
    """Staff's tags, sorted; None when the response did not contain them (``hd.tickets.tags(ticket)`` reads them)."""

    @property
    def requester_id(self) -> UUID:
        """The requester's id: ``created_by``, by the word that the docs and the command line use."""
        return self.created_by

    @property
    def assignee_id(self) -> UUID | None:
        """The assignee's id: ``assigned_to``, by the word that the docs and the command line use."""
        return self.assigned_to


class TimelineEntry(Model):
    """A message, a note or a change of a ticket."""

    sequence: int
    """The entry's place on the ticket: a later one has a higher number, whatever the clock was."""
    kind: str
    """``message``, ``note`` (for those who work the ticket only) or ``event``."""
    id: str
    """The id of the message, the note or the event."""
    at: datetime
    """The time of the message, the note or the event."""
    author_id: UUID | None = None
    """The person who wrote or acted; None for the system (the secret key, a job, SQL)."""
    author_kind: AuthorKind
    """The author's capacity: ``customer``, ``staff``, ``assistant`` or ``system``."""
    author_name: str
    """The author's display name at that time."""
    body: str | None = None
    """The text of a message or a note; None for an event."""
    type: str | None = None
    """The type of an event, e.g. ``ticket.status_changed``; None for a message or a note."""
    data: dict[str, Any] | None = None
    """The values of an event, e.g. ``{"changes": {"status": ["open", "pending"]}}``; None for a message or a note."""
