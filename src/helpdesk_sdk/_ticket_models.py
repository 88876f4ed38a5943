"""What a ticket is, and how one may be given."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field

from . import _validation as check
from ._flow import Flow, Resource
from ._models import Model, OpenEnum
from .errors import TicketNotFoundError


class Status(OpenEnum):
    """How far a ticket is."""

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Priority(OpenEnum):
    """How soon a ticket should be looked at."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Channel(OpenEnum):
    """Where a ticket came in."""

    API = "api"
    WEB = "web"
    CHAT = "chat"
    EMAIL = "email"
    PHONE = "phone"
    SLACK = "slack"
    IMPORT = "import"


class AuthorKind(OpenEnum):
    """In which capacity somebody spoke or acted."""

    CUSTOMER = "customer"
    STAFF = "staff"
    ASSISTANT = "assistant"
    SYSTEM = "system"


def _flat(value: Any) -> Any:
    """Tags come as texts from the views, and as rows of ticket_tags from the table."""
    if isinstance(value, list):
        return sorted(item["tag"] if isinstance(item, dict) else item for item in value)
    return value


class Ticket(Model):
    """A ticket as it was when it was read; ``hd.tickets.get(ticket)`` reads it anew.

    Attributes:
        number: For people to say.
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


TicketRef = Ticket | UUID | str | int
"""How a ticket may be given: as a Ticket, by number (42, "42", "#42"), or by id."""

# The biggest number a ticket can have: PostgreSQL's bigint.
_NUMBER_MAX = 2**63 - 1


class _Key(Model):
    ticket_id: UUID
    last_message_id: UUID | None = None


def ticket_key(ticket: TicketRef) -> UUID | int:
    """The id or the number of a ticket given in any way."""
    if isinstance(ticket, Ticket):
        return ticket.ticket_id
    if isinstance(ticket, str):
        digits = ticket.removeprefix("#")
        if digits.isascii() and digits.isdigit() and len(digits) < 20:
            return check.integer("ticket", int(digits), 1, _NUMBER_MAX)
    elif isinstance(ticket, int) and not isinstance(ticket, bool):
        return check.integer("ticket", ticket, 1, _NUMBER_MAX)
    return check.identifier("ticket", ticket, "a ticket number, its id, or a Ticket")


def by_key(query: Any, ticket: TicketRef) -> Any:
    """The query, for this ticket: by number costs no more than by id."""
    key = ticket_key(ticket)
    return query.eq("ticket_id" if isinstance(key, UUID) else "number", key)


def no_such(ticket: TicketRef) -> TicketNotFoundError:
    """The error for a ticket that is not there, or not to be seen: the two look the same."""
    key = ticket_key(ticket)
    return TicketNotFoundError(f"There is no ticket {key}, or it is not yours to see", hint="Check its number or id.")


def find_ticket_id(resource: Resource[Any], ticket: TicketRef) -> Flow[UUID]:
    """The id of a ticket given in any way; a number is looked up once."""
    key = ticket_key(ticket)
    if isinstance(key, UUID):
        return key
    known = resource._keeper.id_of(key)
    if known is not None:
        return known
    return (yield from _look_up(resource, ticket)).ticket_id


def find_newest_message(resource: Resource[Any], ticket: TicketRef) -> Flow[tuple[UUID, UUID | None]]:
    """The id of a ticket, and of its newest message at this moment."""
    found = yield from _look_up(resource, ticket)
    return found.ticket_id, found.last_message_id


def require_ticket(resource: Resource[Any], ticket: TicketRef) -> Flow[None]:
    """An error, unless the ticket is there to be seen."""
    yield from _look_up(resource, ticket)


def _look_up(resource: Resource[Any], ticket: TicketRef) -> Flow[_Key]:
    query = by_key(resource._rest.from_("tickets").select("ticket_id", "last_message_id"), ticket).limit(1)
    found = yield from resource._first(resource._read(query), _Key)
    if found is None:
        raise no_such(ticket)
    key = ticket_key(ticket)
    if isinstance(key, int):
        resource._keeper.remember(key, found.ticket_id)
    return found
