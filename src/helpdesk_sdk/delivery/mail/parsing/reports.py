"""Reports about mails that we sent: bounces (RFC 3464), complaints (RFC 5965) and receipts (RFC 8098)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.message import Message
from typing import Any

from .headers import ID, facts, ids, message_id, one_line, raw_value, raw_values, read_headers, words
from .structure import Part

_TOKEN = re.compile(r"(?:^|[<\s,;])bounce\+([a-z2-7]{26})@", re.IGNORECASE)
_DAEMON = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon)@", re.IGNORECASE)
_SUBJECTS = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|incomplete)|delivery report|failure notice|returned mail"
    r"|mail delivery (?:failed|system|subsystem)|message not delivered|nicht zustellbar|unzustellbar|non remis"
    r"|no se puede entregar|mancata consegna|onbestelbaar",
    re.IGNORECASE,
)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_IDS_IN_TEXT = re.compile(r"^[ \t>]*(?:message-id|original-message-id|references|in-reply-to):(.{0,2000})", re.I | re.M)
_RECIPIENTS_MAX = 50
_TEXT_LOOKED_AT = 100_000


def bounce(root: Part, parts: list[Part], text: str, envelope: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a bounce says: ids and tokens of the mail that it is about, and each recipient; None if it is none.

    Args:
        root: The mail.
        parts: All its parts.
        text: Its text.
        envelope: The envelope, with ``to`` and ``from`` as far as they are known.
    """
    status = next((part for part in parts if part.content_type == "message/delivery-status"), None)
    tokens = _tokens(root.headers, envelope)
    sender = raw_value(root.headers, "From") or ""
    subject = words(raw_value(root.headers, "Subject") or "")[0]
    is_from_server = bool(_DAEMON.search(sender)) or (raw_value(root.headers, "Return-Path") or "").strip() == "<>"
    if status is None and not tokens and not (is_from_server and _SUBJECTS.search(subject)):
        return None
    if status is None and tokens and _is_automatic_reply(root.headers):
        # An out-of-office notice to the address for bounces.
        return None
    recipients = _recipients(status) if status is not None else []
    if not recipients and status is None:
        recipients = _recipients_of_headers(root.headers, text)
    return {"ids": _ids(parts, status, text), "tokens": tokens, "recipients": recipients}


def report(root: Part, parts: list[Part]) -> str | None:
    """``complaint`` or ``disposition`` for such a report, else None.

    Args:
        root: The mail.
        parts: All its parts.
    """
    kinds = {part.content_type for part in parts}
    kind = (root.parameter("report-type") or "").lower() if root.content_type == "multipart/report" else ""
    if "message/feedback-report" in kinds or kind == "feedback-report":
        return "complaint"
    if "message/disposition-notification" in kinds or kind == "disposition-notification":
        return "disposition"
    return None


def returned_ids(parts: Iterable[Part]) -> list[str]:
    """The ids of mails that a report returns, whole or their headers."""
    found: list[str] = []
    for part in parts:
        if part.content_type in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            headers = part.inner_headers()
            one = message_id(headers)
            found += [one] if one else []
            stamped = raw_value(headers, "X-Microsoft-Original-Message-ID")
            found += ID.findall(stamped or "")
        elif part.content_type in ("message/feedback-report", "message/disposition-notification"):
            for block in _blocks(part):
                found += ids(block, "Original-Message-ID")
    return list(dict.fromkeys(found))[:50]


def _tokens(headers: Message, envelope: Mapping[str, Any]) -> list[str]:
    given = envelope.get("to")
    to = [given] if isinstance(given, str) else [one for one in given or [] if isinstance(one, str)]
    for name in ("To", "Delivered-To", "X-Original-To"):
        to += raw_values(headers, name)
    return list(dict.fromkeys(token.lower() for value in to for token in _TOKEN.findall(value)))[:50]


def _is_automatic_reply(headers: Message) -> bool:
    return str(facts(headers).get("auto_submitted", "")).lower().startswith("auto-replied")


def _ids(parts: list[Part], status: Part | None, text: str) -> list[str]:
    found: list[str] = []
    for block in _blocks(status) if status is not None else []:
        found += ids(block, "Original-Message-ID") + ids(block, "X-Original-Message-ID")
    found += returned_ids(parts)
    if not found:
        # Servers that put the returned headers into the text.
        for line in _IDS_IN_TEXT.findall(text[:_TEXT_LOOKED_AT]):
            found += ID.findall(line)
    return list(dict.fromkeys(found))[:50]


def _blocks(part: Part) -> list[Message]:
    body = part.content()[:_TEXT_LOOKED_AT].replace(b"\r\n", b"\n")
    return [read_headers(block + b"\n") for block in re.split(rb"\n\s*\n", body.strip()) if block.strip()]


def _recipients(status: Part) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    for block in _blocks(status):
        final = raw_value(block, "Final-Recipient")
        address = _typed(final or raw_value(block, "Original-Recipient"))
        action = (raw_value(block, "Action") or "").split("(")[0].strip().lower()
        if address is None and not action:
            # The block about the whole mail.
            continue
        code = _STATUS.search(raw_value(block, "Status") or "")
        diagnostic = _typed(raw_value(block, "Diagnostic-Code"))
        if code is None:
            code = _STATUS.search(diagnostic or "")
        found.append(_recipient(address, action or None, code[0] if code else None, diagnostic))
    return found[:_RECIPIENTS_MAX]


def _recipients_of_headers(headers: Message, text: str) -> list[dict[str, str | None]]:
    failed = [one.strip() for value in raw_values(headers, "X-Failed-Recipients") for one in value.split(",")]
    code = _STATUS.search(text[:_TEXT_LOOKED_AT])
    status = code[0] if code else None
    action = "delayed" if status and status.startswith("4") else "failed"
    return [_recipient(one, action, status, None) for one in failed if one][:_RECIPIENTS_MAX]


def _recipient(address: str | None, action: str | None, status: str | None, diagnostic: str | None) -> dict[str, Any]:
    shown = one_line(words(diagnostic)[0])[:1000] if diagnostic else None
    return {
        "address": one_line(address).strip("<>")[:254] if address else None,
        "action": action,
        "status": status,
        "diagnostic": shown,
    }


def _typed(value: str | None) -> str | None:
    """The part behind the type, as in ``rfc822; a@b``."""
    if value is None:
        return None
    kind, semicolon, rest = value.partition(";")
    return (rest if semicolon else kind).strip() or None
