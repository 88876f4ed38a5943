"""E-mail: addresses of the helpdesk, mails that arrived, blocked senders, and who takes part in a ticket by mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from .base import Model, OpenEnum
from .links import LinkedTicket


class MailProvider(OpenEnum):
    """How the mails of an address come in."""

    RAW = "raw"
    """The bytes of the mail, from a program of yours."""
    IMAP = "imap"
    """Fetched from a mailbox."""
    POSTMARK = "postmark"
    SENDGRID = "sendgrid"
    MAILGUN = "mailgun"
    RESEND = "resend"
    SES = "ses"
    CLOUDFLARE = "cloudflare"


MailProviderName = Literal["raw", "imap", "postmark", "sendgrid", "mailgun", "resend", "ses", "cloudflare"]


class EmailChannel(Model):
    """An address at which the helpdesk receives mail."""

    channel_id: UUID
    """The channel's id."""
    address: str
    """The address, in lower case."""
    name: str = ""
    """The name that customers see beside the address; up to 100 characters."""
    team_id: UUID | None = None
    """The team that receives new tickets from this address; None: the default team."""
    provider: MailProvider
    """How its mails come in."""
    reply_domain: str | None = None
    """The domain of reply addresses; None: the domain of the address."""
    trusted_authserv_ids: tuple[str, ...] = ()
    """The servers whose ``Authentication-Results`` are believed; those of all others are ignored."""
    trusted_rewriters: tuple[str, ...] = ()
    """The domains of mailing lists whose ``X-Original-Sender`` or ``X-Original-From`` is believed."""
    trusted_forms: tuple[str, ...] = ()
    """Addresses of web forms: the author of their mails is in ``Reply-To``."""
    is_active: bool
    """Whether the address is in use; while it is off, its mails are treated as mails to no address of the helpdesk."""
    created_at: datetime
    """The time of creation."""
    updated_at: datetime
    """The time of the last change."""


class EmailOutcome(OpenEnum):
    """What became of a mail that arrived."""

    APPENDED = "appended"
    """It is a message or a note of its ticket."""
    CREATED = "created"
    """It opened a ticket."""
    QUARANTINED = "quarantined"
    """It waits for a person, and has changed nothing."""
    DUPLICATE = "duplicate"
    """The same mail was there before."""
    BOUNCE = "bounce"
    """A report that a mail of ours did not arrive."""
    RECEIPT = "receipt"
    """A report that a mail of ours was read."""
    COMPLAINT = "complaint"
    """A report that a mail of ours is unwanted."""
    AUTOMATIC = "automatic"
    """An automatic reply."""
    OWN_COPY = "own_copy"
    """We sent it."""
    BLOCKED = "blocked"
    """Its sender is blocked."""
    SPAM = "spam"
    """Staff marked it as spam."""
    FAILED = "failed"
    """It could not be taken."""


EmailOutcomeName = Literal[
    "appended",
    "created",
    "quarantined",
    "duplicate",
    "bounce",
    "receipt",
    "complaint",
    "automatic",
    "own_copy",
    "blocked",
    "spam",
    "failed",
]


class SenderVerdict(OpenEnum):
    """Whether the domain of the sender vouches for a mail."""

    PASS = "pass"
    """It does: DMARC, or a signature of that domain."""
    FAIL = "fail"
    """It says that such mail is not its own."""
    NONE = "none"
    """Nobody knows."""


class InboundEmail(Model):
    """A mail that arrived, with what became of it and why."""

    inbound_id: UUID
    """The id of the row."""
    source: str
    """Who handed it in, e.g. ``raw``, ``imap`` or ``postmark``."""
    channel_id: UUID | None = None
    """The channel that it came to; None: no address of a channel received it."""
    team_id: UUID | None = None
    """The team of that channel, or the default team."""
    raw_key: str
    """Where its bytes are stored."""
    size: int
    """How many bytes it has."""
    message_id: str | None = None
    """The Message-ID that its sender gave it, without angle brackets."""
    from_address: str | None = None
    """The address of its author; None when From does not name exactly one."""
    from_name: str | None = None
    """The name of its author, as the mail says it."""
    author_id: UUID | None = None
    """The person with that address; None when nobody has it."""
    recipients: tuple[str, ...] = ()
    """The addresses in To and Cc."""
    subject: str | None = None
    """Its subject."""
    body: str | None = Field(default=None, repr=False)
    """Its text, up to 100,000 characters; None in lists, where ``hd.mail.inbound.get()`` reads it."""
    trimmed_from: int | None = None
    """The offset in the text at which quoted text begins; None: there is none."""
    has_html: bool = False
    """Whether it has HTML, which ``hd.mail.html()`` shows."""
    verdict: SenderVerdict | None = None
    """Whether the domain of the sender vouches for it; None until it is parsed."""
    outcome: EmailOutcome | None = None
    """What became of it; None until it is parsed."""
    reason: str | None = None
    """Why, as a word; ``hd.mail.inbound.explain()`` says it in a sentence."""
    ticket_id: UUID | None = None
    """The ticket that it belongs to; in quarantine, the ticket that it names."""
    post_id: UUID | None = None
    """The message of the conversation that it became."""
    note_id: UUID | None = None
    """The internal note that it became."""
    flags: tuple[str, ...] = ()
    """What a reader should know, e.g. ``sender_not_verified``, ``not_who_we_wrote_to`` or ``subject_changed``."""
    evidence: dict[str, Any] = Field(default_factory=dict, repr=False)
    """All that was weighed; empty in lists, where ``hd.mail.inbound.get()`` reads it."""
    sent_at: datetime | None = None
    """The time that the mail itself gives; None when it gives none that can be read."""
    received_at: datetime
    """The time at which it arrived."""
    decided_at: datetime | None = None
    """The time of the decision."""
    decided_by: UUID | None = None
    """The person who decided on it in quarantine; None for the rules alone."""
    redacted_at: datetime | None = None
    """The time at which its text was removed, with that of its message."""
    raw_deleted_at: datetime | None = None
    """The time at which its bytes were deleted, after a redaction."""
    ticket: LinkedTicket | None = None
    """Number, title and status of the ticket; None when there is none, or when the response did not contain them
    (``hd.mail.inbound`` and ``hd.mail.quarantine.list()`` read them)."""


class EmailHtml(Model):
    """The HTML of a mail, cleaned: no scripts, no forms, nothing that loads by itself."""

    inbound_id: UUID
    """The mail's id."""
    html: str | None = Field(default=None, repr=False)
    """A whole document, which forbids scripts and foreign content by a policy of its own; None when the mail has no
    HTML. Show it in a frame with ``sandbox``."""
    has_html: bool | None = None
    """Whether the mail has HTML. None: it is larger than 10 MB, and a worker has not parsed it yet."""
    remote_images: int = 0
    """How many pictures are on servers of the sender, shown or not."""
    shows_remote_images: bool = False
    """Whether the document loads them: the sender learns then that, when and where the mail is read."""
    inline_images: int = 0
    """How many pictures within the mail are shown."""
    missing_images: int = 0
    """How many are not: they are missing, too large or no pictures, or the mail is larger than 10 MB."""
    is_cut: bool = False
    """Whether the HTML was too long or too deep to be shown whole."""


class EmailBlock(Model):
    """A sender whose mail opens no ticket."""

    pattern: str
    """An address, or a domain with its subdomains, in lower case."""
    note: str = ""
    """Why, as a comment of up to 1,000 characters."""
    created_by: UUID | None = None
    """The admin who blocked the sender; None for the system."""
    created_at: datetime
    """The time of the block."""


class UserEmail(Model):
    """A further address of a person: a mail from it is that person's."""

    email: str
    """The address, in lower case."""
    user_id: UUID
    """The person."""
    verified_at: datetime
    """Since when an admin vouches for it."""
    created_by: UUID | None = None
    """The admin who added it; None for the system."""
    created_at: datetime
    """The time at which it was added."""


class ParticipantSource(OpenEnum):
    """How somebody came to take part in a ticket by mail."""

    STAFF = "staff"
    """Somebody who works the ticket added them."""
    COPIED = "copied"
    """They were in Cc of a verified mail."""
    WROTE = "wrote"
    """They wrote a mail."""


class Participant(Model):
    """Somebody besides the requester who takes part in a ticket by mail. It gives no right to read the ticket."""

    ticket_id: UUID
    """The ticket."""
    address: str
    """Their address, in lower case."""
    name: str = ""
    """Their name; up to 200 characters."""
    source: ParticipantSource
    """How they came to take part."""
    receives_copies: bool
    """Whether public replies are mailed to them."""
    created_at: datetime
    """Since when they take part."""
