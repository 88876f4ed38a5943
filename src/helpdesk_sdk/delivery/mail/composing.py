"""From a mail to its bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, default
from email.utils import format_datetime
from typing import Any

from .addresses import InvalidMailError, one_line
from .payload import MARKER, Mailbox, MailFile, OutgoingMail

_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{1,200}")
_FILE_NAME_BYTES_MAX = 150


class _Policy(EmailPolicy):
    """Headers of MIME as Python writes them, and the others as they are given.

    Python decodes an encoded word in a subject or a name, and writes what it held: line ends, and so a header. It also
    encodes an id that is longer than a line, which ends the thread in the recipient's program.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """What a message keeps of a header."""
        return super().header_store_parse(name, value) if _is_mime(name) else (name, value)

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        """What a message gives of a header."""
        return super().header_fetch_parse(name, value) if _is_mime(name) else value

    def fold(self, name: str, value: Any) -> str:
        """One header, with line ends."""
        if _is_mime(name) and name.lower() != "content-id":
            return str(super().fold(name, value))
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """One header, with line ends, as bytes."""
        return self.fold(name, value).encode("ascii")


# 7bit, because a server may know nothing else.
_POLICY = _Policy(linesep=SMTP.linesep, max_line_length=78, cte_type="7bit")


def compose(mail: OutgoingMail, *, at: datetime | None = None) -> bytes:
    """The bytes of a mail, with CR LF as line ends.

    Args:
        mail: The mail.
        at: The time in Date; now by default.

    Raises:
        InvalidMailError: A file's type or id is not allowed, or a header would not be read back as it was meant.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _mailbox(mail.sender)
    message["To"] = _mailboxes(mail.to)
    if mail.cc:
        message["Cc"] = _mailboxes(mail.cc)
    if mail.reply_to:
        message["Reply-To"] = _mailbox(mail.reply_to)
    message["Subject"] = _words(mail.subject)
    message["Date"] = format_datetime(at or datetime.now(UTC))
    for name, value in extra_headers(mail).items():
        # One id a line: a line has at most 998 bytes.
        message[name] = value.replace(" ", "\r\n ") if name == "References" else value
    message.set_content(body_text(mail.text), charset="utf-8")
    if mail.html is not None:
        message.add_alternative(body_text(mail.html), subtype="html", charset="utf-8")
    _add_files(message, mail)
    written = message.as_bytes()
    _read_again(written, mail)
    return written


def extra_headers(mail: OutgoingMail) -> dict[str, str]:
    """The headers beside From, To, Cc, Reply-To, Subject and Date, in their order.

    Args:
        mail: The mail.
    """
    found = {"Message-ID": mail.message_id}
    if mail.in_reply_to:
        found["In-Reply-To"] = mail.in_reply_to
    if mail.references:
        found["References"] = " ".join(mail.references)
    if mail.automatic:
        # Exchange answers automatic mails unless it is told not to.
        found |= {"Auto-Submitted": mail.automatic, "X-Auto-Response-Suppress": "All"}
    if mail.installation:
        found[MARKER] = mail.installation
    return found | dict(mail.headers)


def body_text(text: str) -> str:
    """A body that every mail program shows: one kind of line end, no controls, no lone surrogates.

    Args:
        text: Plain text or HTML.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\ud800-\udfff]", "�", re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", lines))


def file_name(name: str) -> str:
    """A file's name without folders and controls, never empty, at most 150 bytes, with its ending.

    Args:
        name: The name as it was given.
    """
    last = one_line(re.split(r"[\\/]", name)[-1]).strip(". ") or "file"
    if len(last.encode()) <= _FILE_NAME_BYTES_MAX:
        return last
    stem, dot, ending = last.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, ending = last, ""
    kept = stem.encode()[: _FILE_NAME_BYTES_MAX - len(ending.encode()) - 1].decode("utf-8", "ignore")
    return f"{kept}.{ending}" if ending else kept


def checked_file(file: MailFile) -> MailFile:
    """The file with a name, a type and an id that are safe in headers.

    Args:
        file: The file as it was given.

    Raises:
        InvalidMailError: Its id is not allowed.
    """
    kind = file.content_type.partition(";")[0].strip().lower()
    # These types have bodies with rules of their own; as an attachment they are bytes.
    is_plain = _TYPE.fullmatch(kind) and not kind.startswith(("multipart/", "message/"))
    if file.content_id is not None and not _CONTENT_ID.fullmatch(file.content_id):
        raise InvalidMailError(f"{file.content_id[:100]!r} is no id of a file in a mail")
    kind = kind if is_plain else "application/octet-stream"
    return MailFile(file_name(file.file_name), file.content, kind, file.content_id)


def _is_mime(name: str) -> bool:
    return name.lower() == "mime-version" or name.lower().startswith("content-")


def _mailboxes(boxes: Sequence[Mailbox]) -> str:
    return ",\r\n ".join(map(_mailbox, boxes))


def _mailbox(box: Mailbox) -> str:
    if not box.name:
        return box.address
    quoted = box.name.replace("\\", "\\\\").replace('"', '\\"')
    name = f'"{quoted}"' if _is_plain(box.name) else _words(box.name)
    return f"{name} <{box.address}>"


def _words(text: str) -> str:
    """The text for a header: as it is, or as encoded words if it is not ASCII or looks like one."""
    if _is_plain(text):
        return text
    return Header(text, "utf-8", maxlinelen=75, header_name="Reply-To").encode(linesep="\r\n")


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _add_files(message: EmailMessage, mail: OutgoingMail) -> None:
    for file in map(checked_file, mail.files):
        main, _, sub = file.content_type.partition("/")
        given: dict[str, Any] = {"maintype": main, "subtype": sub, "filename": file.file_name}
        if file.content_id and mail.html is not None:
            # Beside the images that are there: one inside the other is no picture in many programs.
            html = message.get_body(("related", "html"))
            assert isinstance(html, EmailMessage)
            html.add_related(file.content, disposition="inline", cid=f"<{file.content_id}>", **given)
        else:
            message.add_attachment(file.content, **given)


def _read_again(written: bytes, mail: OutgoingMail) -> None:
    """Check that a reader finds the addresses and ids that were meant: the last guard against a header in a value."""
    head = message_from_bytes(written.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=default)
    wanted = {
        "From": [mail.sender.address],
        "To": [box.address for box in mail.to],
        "Cc": [box.address for box in mail.cc],
        "Reply-To": [mail.reply_to.address] if mail.reply_to else [],
    }
    if str(head["Subject"] or "").split() != mail.subject.split():
        raise InvalidMailError("The subject would be read as something else")
    for name, addresses in wanted.items():
        values = head.get_all(name, [])
        if [address.addr_spec for value in values for address in value.addresses] != addresses:
            raise InvalidMailError(f"The header {name} would be read as something else")
    for name, value in extra_headers(mail).items():
        if [" ".join(str(found).split()) for found in head.get_all(name, [])] != [" ".join(value.split())]:
            raise InvalidMailError(f"The header {name} would be read as something else")
