"""Messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from .base import Model
from .tickets import AuthorKind, Status


class Message(Model):
    """A public message of a ticket. It never changes, except that its text can be redacted once."""

    message_id: UUID
    """The message's id."""
    ticket_id: UUID
    """The ticket it belongs to."""
    author_id: UUID | None = None
    """The person who wrote it; None for the system (the secret key, a job, SQL)."""
    author_kind: AuthorKind
    """The author's capacity: ``customer``, ``staff``, ``assistant`` or ``system``."""
    author_name: str
    """The author's display name at the time of writing."""
    body: str
    """The text, 1 to 100,000 characters; ``[redacted]`` after a redaction."""
    via_ticket_id: UUID | None = None
    """The merged ticket that the author replied to; None for a reply to the ticket itself."""
    chosen_status: Status | None = None
    """The status that the author gave the ticket with this reply; None when the usual status followed."""
    sequence: int
    """The message's place among the messages, notes and events of its ticket: a later one has a higher number."""
    created_at: datetime
    """The time of writing."""
    redacted_at: datetime | None = None
    """The time of the redaction; None for a message with its text."""
    imported: bool = False
    """Whether an import has brought the message from another helpdesk."""
