"""Forwarded mails: a block in the text, or a mail as an attachment."""

# Other scripts have a colon of their own.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from typing import TypedDict

from .addresses import Address, addresses, authors
from .header_words import FROM_WORDS, SUBJECT_WORDS
from .headers import one_line, raw_value, read_headers, words
from .structure import Part

_PREFIX = re.compile(r"(?:fwd?|wg|tr|rv|enc|i|vs|vb|doorst|pd|転送|转发)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
# Lines that programs put above a mail only when they forward it.
_MARKS = re.compile(
    r"^[ \t>]*(?:-{3,}[ \t]*(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado"
    r"|messaggio inoltrato|doorgestuurd bericht|mensagem encaminhada)[ \t]*-{3,}"
    r"|begin forwarded message:|anfang der weitergeleiteten nachricht:|début du message réexpédié\s*:"
    r"|inicio del mensaje reenviado:|inizio messaggio inoltrato:|begin doorgestuurd bericht:"
    r"|início da mensagem encaminhada:)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_FROM = re.compile(rf"^[ \t>*]*(?:{FROM_WORDS})[ \t]*[:：][ \t*]*(.+)$", re.IGNORECASE)
_SUBJECT = re.compile(rf"^[ \t>*]*(?:{SUBJECT_WORDS})[ \t]*[:：][ \t*]*(.*)$", re.IGNORECASE)
_LOOKED_AT = 100_000


class Forwarded(TypedDict):
    """What a forwarded mail says of itself."""

    # `from` is a word of Python's; the parsed mail has it.
    sender: Address
    subject: str


def has_forward_prefix(subject: str | None) -> bool:
    """Whether a subject begins as programs begin that of a forwarded mail."""
    return _PREFIX.match(subject or "") is not None


def forwarded(text: str, subject: str | None, parts: list[Part], *, is_answer: bool) -> dict[str, object] | None:
    """The mail that was forwarded; None if none was.

    Args:
        text: The text of the mail.
        subject: Its subject.
        parts: Its parts.
        is_answer: Whether it has In-Reply-To.
    """
    found = _block(text[:_LOOKED_AT], has_forward_prefix(subject))
    if found is None and (has_forward_prefix(subject) or not is_answer):
        mail = next((part for part in parts if part.content_type == "message/rfc822"), None)
        found = _attached(mail) if mail is not None else None
    return None if found is None else {"from": found["sender"], "subject": found["subject"]}


def _block(text: str, by_subject: bool) -> Forwarded | None:
    mark = _MARKS.search(text)
    if mark is None and not by_subject:
        return None
    lines = text[mark.end() if mark else 0 :].split("\n")
    for at, line in enumerate(lines[:2000]):
        sender = _FROM.match(line[:1000])
        if sender is None:
            if mark is not None and at > 20:
                break
            continue
        address = _address(sender[1])
        below = (_SUBJECT.match(one[:1000]) for one in lines[at + 1 : at + 10])
        subject = next((one_line(match[1]).rstrip("*") for match in below if match), None)
        if mark is not None or (address is not None and subject is not None):
            return Forwarded(sender=address or Address(name="", address=""), subject=subject or "")
    return Forwarded(sender=Address(name="", address=""), subject="") if mark is not None else None


def _address(value: str) -> Address | None:
    # Outlook writes `Ann <mailto:a@b>` and `Ann [a@b]`.
    plain = re.sub(r"\[mailto:([^\]]*)\]|\[([^\]]*@[^\]]*)\]", r"<\1\2>", value.replace("<mailto:", "<"))
    headers = read_headers(b"")
    headers["From"] = re.sub(r"[\r\n*]", " ", plain).strip()
    found = addresses(headers, "From")
    return found[0] if found else None


def _attached(part: Part) -> Forwarded:
    headers = part.inner_headers()
    sender = next(iter(authors(headers)), Address(name="", address=""))
    return Forwarded(sender=sender, subject=one_line(words(raw_value(headers, "Subject") or "")[0])[:1000])
