"""Templates of mails that the helpdesk writes by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from .base import Model, OpenEnum


class EmailTemplateKind(OpenEnum):
    """What a mail is for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ASSIGNED = "assigned"
    CUSTOMER_REPLIED = "customer_replied"
    MENTIONED = "mentioned"
    BOUNCED = "bounced"
    REPLY_LINE = "reply_line"


EmailTemplateKindName = Literal["acknowledgement", "assigned", "customer_replied", "mentioned", "bounced", "reply_line"]


class EmailTemplate(Model):
    """The text of mails of one kind in one language."""

    kind: EmailTemplateKind
    """What the mail is for."""
    locale: str
    """The language, like ``en``, ``de`` or ``pt-BR``."""
    subject: str
    """The subject, with placeholders like ``{{ticket.number}}``."""
    text: str
    """The plain text."""
    html: str | None = None
    """The HTML; None makes it from the text."""
    is_custom: bool
    """False for what is built in, True for what an admin wrote."""
    updated_by: UUID | None = None
    """The admin who wrote it; None for the system, and for what is built in."""
    updated_at: datetime | None = None
    """The time at which it was written; None for what is built in."""


class EmailPreview(Model):
    """A mail as a recipient would receive it."""

    subject: str
    """The subject."""
    text: str
    """The plain text."""
    html: str
    """The HTML; what people wrote is escaped in it."""
