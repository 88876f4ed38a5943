"""Notes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from .base import Model


class Note(Model):
    """An internal note."""

    note_id: UUID
    ticket_id: UUID
    author_id: UUID | None = None
    author_name: str
    body: str
    created_at: datetime
