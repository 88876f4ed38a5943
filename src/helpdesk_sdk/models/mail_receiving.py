"""E-mail in, for programs that receive it: arrivals, decisions, work that is left, how far a mailbox was read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from .base import Model
from .mail import EmailOutcome


class EmailArrival(Model):
    """The row of a mail that arrived."""

    inbound_id: UUID
    """The mail's id."""
    is_new: bool
    """False if these bytes came with this envelope before."""


class EmailDecision(Model):
    """What became of a mail."""

    outcome: EmailOutcome
    """What became of it."""
    reason: str | None = None
    """Why, as a word; ``hd.mail.inbound.explain()`` has the sentence."""
    ticket_id: UUID | None = None
    """The ticket that the mail belongs to."""
    ticket_number: int | None = None
    """The number of that ticket."""
    message_id: UUID | None = None
    """The message that the mail became."""
    note_id: UUID | None = None
    """The internal note that the mail became."""


class EmailFile(Model):
    """A file of a mail that became an attachment, and is to be uploaded."""

    part: str
    """Its place in the mail."""
    attachment_id: UUID
    """The attachment."""
    key: str
    """The name of its object in Storage."""
    content_type: str
    """The content type to upload it with."""
    size: int
    """Its bytes."""


class EmailWork(Model):
    """A mail with work left, leased."""

    inbound_id: UUID
    """The mail's id."""
    raw_key: str
    """Where its bytes are."""
    size: int
    """Its bytes."""
    envelope: dict[str, Any] = Field(default_factory=dict)
    """``from`` and ``to``, as far as they are known."""
    outcome: EmailOutcome | None = None
    """What became of it; None if it is not parsed yet."""
    attempts: int
    """How often it was leased."""


class MailboxPosition(Model):
    """How far a folder of a mailbox was read."""

    uidvalidity: int
    """The numbering of the server."""
    last_uid: int
    """The last number that was read."""
    read_since: date | None = None
    """Mails of before this day are left alone; None: all are read."""
    updated_at: datetime
    """The time of the last mail."""
    failed: tuple[int, ...] = ()
    """Numbers that are to be tried again now."""
