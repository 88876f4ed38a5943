"""E-mail that the helpdesk writes by itself: what was queued, and why the rest was not."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from .base import Model, OpenEnum


class AutomaticEmailState(OpenEnum):
    """Whether an automatic mail was written."""

    QUEUED = "queued"
    """It was written; the mail itself says how far it is."""
    SKIPPED = "skipped"
    """It was not written; there is a reason."""


AutomaticEmailStateName = Literal["queued", "skipped"]


class AutomaticEmailReason(OpenEnum):
    """Why an automatic mail was not written."""

    AUTOMATIC_MAIL = "automatic_mail"
    """The mail that opened the ticket was written by a program."""
    MAILING_LIST = "mailing_list"
    """It came over a mailing list."""
    LOOP = "loop"
    """Two programs answer each other."""
    MUTED = "muted"
    """The address is muted after a loop."""
    BLOCKED = "blocked"
    """Its sender is blocked."""
    SUPPRESSED = "suppressed"
    """Nothing is sent to this address."""
    OWN_ADDRESS = "own_address"
    """The address is the helpdesk's own."""
    NO_REPLY_ADDRESS = "no_reply_address"
    """Nobody reads mail at the address, like ``no-reply@``."""
    SENDER_REFUSED = "sender_refused"
    """The sender's domain says that the mail is not its own."""
    WRITTEN_BY_STAFF = "written_by_staff"
    """The requester is staff."""
    FORWARDED_BY_STAFF = "forwarded_by_staff"
    """Staff have forwarded the mail."""
    INACTIVE_PERSON = "inactive_person"
    """The requester was deactivated."""
    NOT_THE_REQUESTER = "not_the_requester"
    """The author of the mail is somebody else than the requester."""
    ACKNOWLEDGED_BEFORE = "acknowledged_before"
    """The ticket, or the same mail to another team, was acknowledged already."""
    ADDRESS_PER_HOUR = "address_per_hour"
    """The address had as many automatic mails in an hour as it may have."""
    ADDRESS_PER_DAY = "address_per_day"
    """The address had as many in a day."""
    DOMAIN_PER_HOUR = "domain_per_hour"
    """The address's domain had as many in an hour."""
    TICKET_PER_HOUR = "ticket_per_hour"
    """The ticket had as many in an hour."""
    INSTALLATION_PER_MINUTE = "installation_per_minute"
    """The helpdesk wrote as many in a minute as the setting ``email_max_per_minute`` says."""
    NO_CHANNEL = "no_channel"
    """No address of the helpdesk can send it."""


class AutomaticEmail(Model):
    """A mail that the helpdesk has considered to write by itself. It is kept for 30 days."""

    automatic_id: UUID
    """The row's id."""
    kind: str
    """``acknowledgement``, or a notification: ``assigned``, ``customer_replied``, ``team_customer_replied``,
    ``mentioned`` or ``bounced``."""
    ticket_id: UUID
    """The ticket."""
    recipient: str
    """The address that it would go to."""
    user_id: UUID | None = None
    """The person with that address; None if nobody knows who it is."""
    state: AutomaticEmailState
    """Whether it was written."""
    reason: AutomaticEmailReason | None = None
    """Why it was not; None if it was."""
    email_id: UUID | None = None
    """The mail, for ``hd.mail.outbound.get()``; None if there is none."""
    created_at: datetime
    """The time at which it was considered."""
