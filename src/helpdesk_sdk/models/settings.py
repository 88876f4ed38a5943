"""The settings of a helpdesk."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from .base import Model, OpenEnum


class ArticleStaff(OpenEnum):
    """Who may write or publish articles."""

    STAFF = "staff"
    ADMINS = "admins"


ArticleStaffName = Literal["staff", "admins"]


class Settings(Model):
    """The choices of this helpdesk: everybody reads them, admins change them."""

    attachment_types: tuple[str, ...]
    """The content types that files on tickets may have."""
    attachment_max_bytes: int
    """The greatest size of a file, in bytes."""
    attachment_max_per_message: int
    """The greatest number of files of a message or note."""
    attachment_max_per_ticket: int
    """The greatest number of files of a ticket."""
    attachment_max_bytes_per_ticket: int
    """The greatest size of all files of a ticket together, in bytes."""
    attachment_require_check: bool
    """Whether a file can be downloaded only after its bytes were checked."""
    article_writers: ArticleStaff = ArticleStaff.STAFF
    """Who drafts and edits articles: ``staff`` or ``admins``."""
    article_publishers: ArticleStaff = ArticleStaff.ADMINS
    """Who publishes and archives articles: ``staff`` or ``admins``."""
    email_reopen_days: int = 14
    """A mail to a ticket that was closed within so many days opens it again; later it opens a new ticket."""
    updated_at: datetime
    """The time of the last change."""
