"""A mail to send, and its form in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from .addresses import InvalidMailError, checked_address, checked_id, one_line

Automatic = Literal["auto-replied", "auto-generated"]

MARKER = "X-Helpdesk-Installation"
"""The header that names the installation, so that a helpdesk knows its own mails."""

REFERENCES_MAX = 20
RECIPIENTS_MAX = 50
_NAME_MAX = 200
_SUBJECT_MAX = 900
_LINE_MAX = 998
# Only these may be given freely; each other header comes from a field of its own.
_FREE_HEADERS = {"list-id", "list-unsubscribe", "list-unsubscribe-post", "precedence"}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name that people see.

    Attributes:
        address: The address alone; checked and normalised.
        name: The name; empty for none.

    Raises:
        InvalidMailError: The address is not allowed.
    """

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", checked_address(self.address))
        object.__setattr__(self, "name", one_line(self.name)[:_NAME_MAX])


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that goes with a mail.

    Attributes:
        file_name: Its name.
        content: Its bytes.
        content_type: Its type, such as ``image/png``.
        content_id: The id, without angle brackets, by which the HTML shows it; None for an attachment.
    """

    file_name: str
    content: bytes
    content_type: str = "application/octet-stream"
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail to one set of recipients.

    Attributes:
        message_id: The id, with angle brackets; the same at every try.
        sender: The mailbox in From.
        to: The recipients in To.
        subject: The subject, as people read it.
        text: The plain text.
        html: The HTML; None for a mail of plain text alone.
        cc: The recipients in Cc.
        reply_to: Where answers go; None for the sender's address.
        envelope_from: Where bounces go: an address, ``""`` for nowhere, None for the sender's address.
        in_reply_to: The id of the mail that this one answers.
        references: The ids of the conversation, oldest first. Of more than 20 the first and the newest 19 are sent.
        automatic: None for what a person wrote. ``auto-replied`` answers a mail, ``auto-generated`` does not.
        installation: The id of this helpdesk, for the marker header; empty for none.
        headers: Further headers: ``List-Id``, ``List-Unsubscribe``, ``List-Unsubscribe-Post``, ``Precedence``.
        files: Attachments and images.

    Raises:
        InvalidMailError: An address, an id or a header is not allowed, or there are no recipients or more than 50.
    """

    message_id: str
    sender: Mailbox
    to: Sequence[Mailbox]
    subject: str
    text: str
    html: str | None = None
    cc: Sequence[Mailbox] = ()
    reply_to: Mailbox | None = None
    envelope_from: str | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    automatic: Automatic | None = None
    installation: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[MailFile] = ()

    def __post_init__(self) -> None:
        checked_id(self.message_id)
        if self.in_reply_to is not None:
            checked_id(self.in_reply_to)
        ids = [checked_id(value) for value in dict.fromkeys(self.references)]
        if len(ids) > REFERENCES_MAX:
            ids = [ids[0], *ids[1 - REFERENCES_MAX :]]
        object.__setattr__(self, "references", tuple(ids))
        to = {box.address: box for box in reversed(self.to)}
        cc = {box.address: box for box in reversed(self.cc) if box.address not in to}
        if not to or len(to) + len(cc) > RECIPIENTS_MAX:
            raise InvalidMailError(f"A mail needs 1 to {RECIPIENTS_MAX} recipients, and at least one in To")
        object.__setattr__(self, "to", tuple(reversed(to.values())))
        object.__setattr__(self, "cc", tuple(reversed(cc.values())))
        object.__setattr__(self, "subject", one_line(self.subject)[:_SUBJECT_MAX])
        if self.envelope_from:
            object.__setattr__(self, "envelope_from", checked_address(self.envelope_from))
        if self.automatic not in (None, "auto-replied", "auto-generated"):
            raise InvalidMailError(f"{self.automatic!r} is no kind of an automatic mail")
        for name, value in {MARKER: self.installation, **self.headers}.items():
            if name != MARKER and name.lower() not in _FREE_HEADERS:
                raise InvalidMailError(f"The header {name[:50]!r} cannot be given freely")
            if not (value.isascii() and value.isprintable()) or len(value) > _LINE_MAX - len(name) - 2:
                raise InvalidMailError(f"The value of the header {name} is not allowed")

    @property
    def recipients(self) -> list[str]:
        """All addresses that receive the mail."""
        return [box.address for box in (*self.to, *self.cc)]

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any], files: Sequence[MailFile] = ()) -> Self:
        """The mail of a delivery's payload.

        Args:
            payload: ``message_id``, ``from``, ``to``, ``subject`` and ``text``, and optionally the other fields.
                Mailboxes are objects with ``address`` and ``name``.
            files: The files that the payload names, with their content.

        Raises:
            InvalidMailError: The payload has no such form, or a value is not allowed.
        """
        try:
            return cls(
                message_id=_text(payload["message_id"]),
                sender=_mailbox(payload["from"]),
                to=[_mailbox(box) for box in payload["to"]],
                subject=_text(payload["subject"]),
                text=_text(payload["text"]),
                html=_optional(payload.get("html")),
                cc=[_mailbox(box) for box in payload.get("cc") or ()],
                reply_to=_mailbox(payload["reply_to"]) if payload.get("reply_to") else None,
                envelope_from=_optional(payload.get("envelope_from")),
                in_reply_to=_optional(payload.get("in_reply_to")),
                references=[_text(value) for value in payload.get("references") or ()],
                automatic=payload.get("automatic"),
                installation=_text(payload.get("installation") or ""),
                headers={_text(name): _text(value) for name, value in (payload.get("headers") or {}).items()},
                files=files,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidMailError(f"The payload is no mail: {type(error).__name__} {error}"[:200]) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, not {type(value).__name__}")
    return value


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _mailbox(value: Any) -> Mailbox:
    return Mailbox(_text(value["address"]), _text(value.get("name") or ""))
