"""Messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from .base import Model
from .tickets import AuthorKind, Status


class Message(Model):
    """Something said in the conversation of a ticket; it never changes, except that it can be redacted.

    Attributes:
        author_kind: In which capacity they spoke.
        author_name: Their name as of then.
        chosen_status: The status that the author gave the ticket with it; None when the usual one followed.
    """

    message_id: UUID
    ticket_id: UUID
    author_id: UUID | None = None
    author_kind: AuthorKind
    author_name: str
    body: str
    chosen_status: Status | None = None
    created_at: datetime
    redacted_at: datetime | None = None
