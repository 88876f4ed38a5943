"""Tickets and their timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from .base import Model, OpenEnum


class Status(OpenEnum):
    """How far a ticket is."""

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"


# Each enum's values as text too, so that a type checker finds a typo.
StatusName = Literal["open", "pending", "resolved", "closed"]


class Priority(OpenEnum):
    """How soon a ticket should be looked at."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


PriorityName = Literal["low", "medium", "high", "urgent"]


class Channel(OpenEnum):
    """Where a ticket came in."""

    API = "api"
    WEB = "web"
    CHAT = "chat"
    EMAIL = "email"
    PHONE = "phone"
    SLACK = "slack"
    IMPORT = "import"


ChannelName = Literal["api", "web", "chat", "email", "phone", "slack", "import"]


class AuthorKind(OpenEnum):
    """In which capacity somebody spoke or acted."""

    CUSTOMER = "customer"
    STAFF = "staff"
    ASSISTANT = "assistant"
    SYSTEM = "system"


AuthorKindName = Literal["customer", "staff", "assistant", "system"]


def _flat(value: Any) -> Any:
    """Tags come as texts from the views, and as rows of ticket_tags from the table."""
    if isinstance(value, list):
        return sorted(item["tag"] if isinstance(item, dict) else item for item in value)
    return value


class Ticket(Model):
    """A ticket as it was when it was read; ``hd.tickets.get(ticket)`` reads it anew.

    Attributes:
        number: For people to say.
        priority_rank: The priority as a number to sort by: 1 urgent, 2 high, 3 medium, 4 low.
        created_by: The requester: who needs something, also when an agent opened the ticket for them.
        assigned_to: The agent who has it.
        revision: Counts its changes: an edit with an older one is refused.
        last_message_id: The newest message you knew of: a reply to an older one is refused.
        external_id: Your own key for it.
        tags: Staff's working notes, sorted; None when the answer did not carry them (``hd.tickets.tags(ticket)`` does).
    """

    ticket_id: UUID
    number: int
    status: Status
    priority: Priority
    priority_rank: int
    title: str
    description: str = ""
    team_id: UUID
    assigned_to: UUID | None = None
    created_by: UUID
    channel: Channel = Channel.API
    external_id: str | None = None
    custom_fields: dict[str, Any] = Field(default_factory=dict)
    revision: int
    snoozed_until: datetime | None = None
    last_message_id: UUID | None = None
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: UUID | None = None
    created_at: datetime
    updated_at: datetime
    tags: Annotated[tuple[str, ...] | None, BeforeValidator(_flat)] = None


class TimelineEntry(Model):
    """One thing that happened on a ticket.

    Attributes:
        kind: ``message``, ``note`` (staff only), or ``event``.
        id: The id of that message, note or event.
        body: What was written, in messages and notes.
        type: What happened, in events, e.g. ``ticket.status_changed``.
        data: The values, in events, e.g. ``{"changes": {"status": ["open", "pending"]}}``.
    """

    kind: str
    id: str
    at: datetime
    author_id: UUID | None = None
    author_kind: AuthorKind
    author_name: str
    body: str | None = None
    type: str | None = None
    data: dict[str, Any] | None = None
