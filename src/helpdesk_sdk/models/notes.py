"""Notes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from .base import Model


class Note(Model):
    """An internal note on a ticket. Its requester never sees it."""

    note_id: UUID
    """The note's id."""
    ticket_id: UUID
    """The ticket it belongs to."""
    author_id: UUID | None = None
    """The person who wrote it; None for the system (the secret key, a job, SQL)."""
    author_name: str
    """The author's display name at the time of writing."""
    body: str
    """The text, 1 to 100,000 characters."""
    sequence: int
    """The note's place among the messages, notes and events of its ticket: a later one has a higher number."""
    created_at: datetime
    """The time of writing."""
    imported: bool = False
    """Whether an import has brought the note from another helpdesk."""
