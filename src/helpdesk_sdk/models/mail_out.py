"""E-mail: mails that are sent, addresses to which nothing is sent, and what waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from .base import Model, OpenEnum


class OutboundKind(OpenEnum):
    """Why a mail is sent."""

    REPLY = "reply"
    """A public reply."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """The answer to a new ticket that the helpdesk writes by itself."""
    NOTIFICATION = "notification"
    """News for staff."""
    TEST = "test"


class OutboundState(OpenEnum):
    """How far a mail is that is sent."""

    QUEUED = "queued"
    """It waits, also between attempts."""
    SENT = "sent"
    """A server or a provider has accepted it."""
    FAILED = "failed"
    """It was refused for good."""
    UNKNOWN = "unknown"
    """It was perhaps sent; it is never sent again by itself."""
    CANCELLED = "cancelled"
    """It is not sent any more, e.g. since its message was redacted; ``problem`` says why."""
    SUPPRESSED = "suppressed"
    """Nothing is sent to this address."""


OutboundStateName = Literal["queued", "sent", "failed", "unknown", "cancelled", "suppressed"]
DeliveryReportName = Literal["delivered", "delayed", "bounced", "soft_bounced", "complained"]


class OutboundEmail(Model):
    """A mail to one recipient. The text of a reply is its message's."""

    email_id: UUID
    """The mail's id."""
    ticket_id: UUID | None = None
    """The ticket; None for a test mail."""
    kind: OutboundKind
    """Why it is sent."""
    message_id: UUID | None = None
    """The message of the conversation that it carries."""
    recipient: str
    """The address that it goes to."""
    user_id: UUID | None = None
    """The person with that address; None for a participant whom nobody knows."""
    channel_id: UUID | None = None
    """The address of the helpdesk that it comes from."""
    locale: str | None = None
    """The language of its recipient."""
    subject: str
    """Its subject."""
    details: dict[str, Any] = Field(default_factory=dict)
    """What the text of an automatic mail is made of: ids, no texts."""
    state: OutboundState
    """How far it is."""
    problem: str | None = None
    """What went wrong."""
    minted_id: str
    """Its Message-ID, the same in each attempt, without angle brackets."""
    stamped_id: str | None = None
    """The Message-ID that it really has, where the server replaced ours."""
    provider_id: str | None = None
    """The provider's name for it."""
    created_at: datetime
    """The time at which it was queued."""
    sent_at: datetime | None = None
    """The time at which it was accepted."""
    delivered_at: datetime | None = None
    """The time at which a report said that it arrived; most mails have no such report."""
    bounced_at: datetime | None = None
    """The time at which a report said that it did not arrive."""
    bounce_reason: str | None = None
    """What that report says."""
    complained_at: datetime | None = None
    """The time at which its recipient reported it as unwanted."""


class SuppressionReason(OpenEnum):
    """Why nothing is sent to an address."""

    BOUNCE = "bounce"
    """There is no such mailbox."""
    COMPLAINT = "complaint"
    """Its owner reported a mail of ours as unwanted."""
    MANUAL = "manual"
    """An admin says so."""


class EmailSuppression(Model):
    """An address to which nothing is sent."""

    address: str
    """The address, in lower case."""
    reason: SuppressionReason
    """Why."""
    detail: str = ""
    """What the report or the admin says; up to 1,000 characters."""
    created_by: UUID | None = None
    """The admin who added it; None for a report."""
    created_at: datetime
    """Since when nothing is sent."""


class ChannelHealth(Model):
    """An address of the helpdesk, and its last mail."""

    channel_id: UUID
    """The channel's id."""
    address: str
    """The address."""
    is_active: bool
    """Whether it is in use."""
    last_received_at: datetime | None = None
    """The time of its last mail; None: there was none."""
    quarantined: int = 0
    """How many of its mails wait for a person."""
    failed: int = 0
    """How many of its mails could not be taken."""


class MailboxHealth(Model):
    """A folder of a mailbox that is read over IMAP."""

    mailbox: str
    """The mailbox, like ``support@imap.example.com:993``."""
    folder: str
    """The folder."""
    checked_at: datetime
    """When it was last looked at; folders at which nobody looked for seven days are left out."""
    problem: str | None = None
    """Why it could not be read; None: it was read."""
    failed: int = 0
    """How many of its mails could not be received. They are tried again."""
    last_failure: str | None = None
    """Why the last of those could not."""


class MailHealth(Model):
    """What waits of the mail that arrived, and to whom nothing is sent."""

    channels: tuple[ChannelHealth, ...] = ()
    """The addresses of the helpdesk."""
    mailboxes: tuple[MailboxHealth, ...] = ()
    """The folders of mailboxes."""
    unparsed: int
    """Mails that wait to be parsed."""
    oldest_unparsed_at: datetime | None = None
    """The time at which the oldest of those arrived."""
    quarantined: int
    """Mails that wait for a person."""
    over_limit: int = 0
    """How many of those wait because their senders opened too many tickets within an hour."""
    oldest_quarantined_at: datetime | None = None
    """The time at which the oldest of those arrived."""
    failed: int
    """Mails that could not be taken."""
    suppressed: int
    """Addresses to which nothing is sent."""
