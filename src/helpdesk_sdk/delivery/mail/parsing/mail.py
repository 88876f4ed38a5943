"""From the bytes of a mail to what `ingest_email()` takes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import partial
from typing import Any
from urllib.parse import unquote

from .addresses import addresses, authors
from .body import TEXT_MAX, Body, BodyReader, chosen_text
from .files import File, file_of_part, make_file, safe_name
from .forwards import forwarded
from .headers import date, facts, ids, message_id, one_line, raw_value, words
from .quotes import quote_offset
from .reports import bounce, report, returned_ids
from .structure import Part, read_structure
from .tnef import unpack

_REPLY_IDS_MAX = 50
_SUBJECT_MAX = 2000
_DELIVERED = ("Delivered-To", "X-Original-To", "X-Forwarded-To")
_REFERENCE = re.compile(r"cid:([^\"'\s>)]{1,500})|\bsrc\s*=\s*[\"']?(?!cid:)([^\"'\s>:/]{1,200})", re.IGNORECASE)
_CALENDAR_REPLY = re.compile(rb"^METHOD:REPLY\b", re.IGNORECASE | re.MULTILINE)


@dataclass
class ParsedMail:
    """A mail that was read."""

    json: dict[str, Any]
    """What `ingest_email()` takes."""
    files: list[File]
    """Its files, as ``attachments`` of the JSON lists them, with their bytes."""


def parse_mail(raw: bytes, *, envelope: Mapping[str, Any] | None = None, opens_packages: bool = True) -> ParsedMail:
    """Read a mail. Whatever the bytes are, there is a result.

    Args:
        raw: The mail as it came, RFC 5322.
        envelope: ``to`` (a list of addresses) and ``from``, as far as they are known.
        opens_packages: Whether to put the content of winmail.dat beside it, which needs the extra [mail].
    """
    structure = read_structure(raw)
    root = structure.root
    parts = list(root.walk())
    reader = BodyReader()
    body = reader.read(root)
    parts += [part for inner in reader.opened.values() for part in inner.walk()]
    files = _files(parts, reader, body)
    if opens_packages:
        _take_from_package(files, body)
    text, quote_at, is_cut = chosen_text(body)
    text = text.strip()
    subject, is_repaired = words(raw_value(root.headers, "Subject") or "")
    subject = one_line(subject)[:_SUBJECT_MAX]
    in_reply_to = ids(root.headers, "In-Reply-To")[:_REPLY_IDS_MAX]
    bounced = bounce(root, parts, text, envelope or {})
    kind = report(root, parts)
    # A report returns the mail that it is about; nobody has forwarded it.
    is_report = bounced is not None or kind is not None
    forward = None if is_report else forwarded(text, subject, parts, is_answer=bool(in_reply_to))
    references = ids(root.headers, "References")
    if kind is not None and bounced is None:
        # A complaint names the mail that it is about only in what it returns.
        references = list(dict.fromkeys([*references, *returned_ids(parts)]))
    flags = _mail_flags(structure.is_cut, is_cut, body, reader, files)
    found: dict[str, Any] = {
        "message_id": message_id(root.headers),
        "in_reply_to": in_reply_to,
        "references": references,
        "from": authors(root.headers),
        "sender": next((one["address"] for one in addresses(root.headers, "Sender")), None),
        "reply_to": addresses(root.headers, "Reply-To"),
        "to": addresses(root.headers, "To"),
        "cc": addresses(root.headers, "Cc"),
        "subject": subject,
        "date": date(root.headers),
        "text": text,
        "html": body.html[:TEXT_MAX] if body.html is not None else None,
        "trimmed_from": None if forward is not None else _trimmed(text, quote_at),
        "headers": facts(root.headers) | _delivered(root.headers),
        "verdict": {"result": "none", "source": "headers", "detail": ""},
        "bounce": bounced,
        "report": kind if bounced is None else None,
        "is_calendar_reply": any(map(_is_calendar_reply, parts)),
        "forwarded": forward,
        "attachments": [file.json() for file in files],
        "encoding_repaired": is_repaired or reader.repaired,
        "flags": flags,
    }
    found["content_sha256"] = _content_hash(found)
    return ParsedMail(found, files)


def _delivered(headers: Message) -> dict[str, list[str]]:
    """Whom the mail was delivered to, as servers note it."""
    found = [one["address"] for name in _DELIVERED for one in addresses(headers, name)]
    return {"delivered_to": found[:_REPLY_IDS_MAX]} if found else {}


def _files(parts: list[Part], reader: BodyReader, body: Body) -> list[File]:
    references = {
        one.lower() if is_name else one
        for cid, name in _REFERENCE.findall(body.html or "")
        for one, is_name in ((unquote(cid), False), (unquote(name), True))
        if one
    }
    found: list[File] = []
    for part in parts:
        is_text = id(part) in reader.taken or id(part) in reader.opened
        if part.children or is_text or part.content_type.startswith("multipart/"):
            continue
        found.append(file_of_part(part, str(len(found) + 1), references))
    return found


def _take_from_package(files: list[File], body: Body) -> None:
    """Put the content of winmail.dat beside it; its text is the text of a mail that has no other."""
    for package in [file for file in files if file.type == "application/ms-tnef"]:
        unpacked = unpack(package.content())
        if unpacked is None:
            continue
        if not (body.plain or "").strip() and not (body.html or "").strip():
            body.plain = unpacked.text or body.plain
            body.html = unpacked.html or body.html
        at = files.index(package) + 1
        for number, (name, data) in enumerate(_contents(unpacked.files, unpacked.rtf, body), 1):
            place = f"{package.part}.{number}"
            file = make_file(place, safe_name(name), "application/octet-stream", data, partial(bytes, data))
            files.insert(at + number - 1, file)


def _contents(files: list[tuple[str, bytes]], rtf: bytes, body: Body) -> Iterator[tuple[str, bytes]]:
    yield from files
    if rtf and not (body.plain or "").strip() and not (body.html or "").strip():
        # The text as Outlook formats it, and in no other form.
        yield "message.rtf", rtf


def _is_calendar_reply(part: Part) -> bool:
    if part.content_type not in ("text/calendar", "application/ics"):
        return False
    named = (part.parameter("method") or "").strip().upper()
    return named == "REPLY" or _CALENDAR_REPLY.search(part.content()[:20_000]) is not None


def _trimmed(text: str, by_html: int | None) -> int | None:
    found = quote_offset(text, by_html)
    return found if found is not None and 0 < found < len(text) and text[:found].strip() else None


def _mail_flags(is_cut: bool, is_shortened: bool, body: Body, reader: BodyReader, files: list[File]) -> list[str]:
    return [
        flag
        for flag, is_set in (
            ("too_many_parts", is_cut),
            ("shortened", is_shortened),
            ("html_shortened", body.html is not None and len(body.html) > TEXT_MAX),
            ("encrypted", reader.is_encrypted or "-----BEGIN PGP MESSAGE-----" in (body.plain or "")),
            ("tnef", any(file.type == "application/ms-tnef" for file in files)),
        )
        if is_set
    ]


def _content_hash(found: Mapping[str, Any]) -> str:
    parts = [
        ",".join(one["address"] for one in found["from"]),
        found["date"] or "",
        found["subject"] or "",
        found["text"],
        # Two newsletters may have one text, or none. Servers wrap lines anew: that makes no other mail.
        re.sub("[ \t\r\n\f\v]+", " ", found["html"] or ""),
        *(file["sha256"] for file in found["attachments"] if "." not in file["part"]),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
