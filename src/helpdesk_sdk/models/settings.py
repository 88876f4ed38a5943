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


class Acknowledged(OpenEnum):
    """Which new tickets are acknowledged by mail."""

    NONE = "none"
    EMAIL = "email"
    ALL = "all"


AcknowledgedName = Literal["none", "email", "all"]


class NotificationKind(OpenEnum):
    """What staff may be notified of by mail."""

    ASSIGNED = "assigned"
    CUSTOMER_REPLIED = "customer_replied"
    TEAM_CUSTOMER_REPLIED = "team_customer_replied"
    MENTIONED = "mentioned"
    BOUNCED = "bounced"


NotificationKindName = Literal["assigned", "customer_replied", "team_customer_replied", "mentioned", "bounced"]


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
    console_url: str | None = None
    """Where staff open the console, for links in mails; None: mails have no links."""
    email_locale: str = "en"
    """The language of mails that the helpdesk writes by itself, where the recipient has not chosen one."""
    email_acknowledgements: Acknowledged = Acknowledged.EMAIL
    """Which new tickets are acknowledged by mail: ``none``, ``email`` (those that came by mail) or ``all``."""
    email_notifications: tuple[NotificationKind, ...] = ()
    """Which notifications staff receive by mail who have not chosen for themselves."""
    email_batch_minutes: int = 5
    """Replies of a customer within so many minutes are one notification."""
    email_max_per_minute: int = 60
    """How many mails the helpdesk writes by itself in a minute, at most."""
    email_tickets_per_sender: int = 30
    """How many tickets an address opens by mail in an hour, at most; further mails wait in quarantine. Not for people
    whom the helpdesk knows and whose domain vouches for the mail, nor for staff."""
    email_tickets_per_known_sender: int = 120
    """The same of people whom the helpdesk knows and whose domain vouches for the mail; not for staff."""
    email_tickets_per_domain: int = 100
    """How many tickets the unknown senders of a domain open by mail in an hour, at most; not for shared providers."""
    email_tickets_per_channel: int = 300
    """How many tickets unknown senders open in an hour at an address of the helpdesk, at most."""
    email_reply_line: bool = True
    """Whether mails begin with a line above which people are asked to reply, see the template ``reply_line``."""
    updated_at: datetime
    """The time of the last change."""
