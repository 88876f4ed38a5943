"""Headers: encoded words, ids, dates, and the few that say what kind of mail it is."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import Any

from .charsets import decoded

IDS_MAX = 100
"""Ids of In-Reply-To and References that are read at most, the newest."""
HEADERS_BYTES_MAX = 512 * 1024
"""Bytes of headers that are read at most."""

WORD = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?([^?]*)\?=")
"""An encoded word."""
ID = re.compile(r"<([^<>\s]{1,998})>")
"""An id in angle brackets."""
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s=]{1,60}\?[bBqQ]\?)")
_FOLD = re.compile(r"\r?\n(?=[ \t])|[\r\n]+")
_BARE_ID = re.compile(r"[^<>\s@,;]+@[^<>\s@,;]+")
_DATE_MAX = 128
_VALUE_MAX = 64 * 1024

# The name in the parsed mail, and the header. They are texts; absent means that the mail has none.
_FACTS = {
    "auto_submitted": "Auto-Submitted",
    "x_autoreply": "X-Autoreply",
    "x_autorespond": "X-Autorespond",
    "x_auto_response_from": "X-Auto-Response-From",
    "precedence": "Precedence",
    "return_path": "Return-Path",
    "list_id": "List-Id",
    "list_post": "List-Post",
    "mailing_list": "Mailing-List",
    "x_original_sender": "X-Original-Sender",
    "x_original_from": "X-Original-From",
    "our_marker": "X-Helpdesk-Installation",
}


def read_headers(block: bytes) -> Message:
    """The headers of a mail or a part.

    Args:
        block: The bytes before the first empty line.
    """
    # One character for each byte, as the header parser for bytes does; decoding comes later.
    return HeaderParser(policy=compat32).parsestr(block[:HEADERS_BYTES_MAX].decode("ascii", "surrogateescape"))


def raw_values(headers: Message, name: str) -> list[str]:
    """The values of a header as they stand in the mail, one character for each byte, without line ends."""
    wanted = name.lower()
    return [_FOLD.sub("", str(value))[:_VALUE_MAX] for key, value in headers.raw_items() if key.lower() == wanted]


def raw_value(headers: Message, name: str) -> str | None:
    """The first value of a header as it stands in the mail."""
    return next(iter(raw_values(headers, name)), None)


def words(raw: str) -> tuple[str, bool]:
    """The text of a header with encoded words, and whether it had to be repaired.

    Args:
        raw: The value, one character for each byte.
    """
    found: list[str] = []
    repaired = False
    at = 0
    pending = b""
    charset = ""

    def flush() -> None:
        nonlocal pending, repaired
        if pending:
            # Words of one charset are one text: programs cut characters in two.
            text, is_repaired = decoded(pending, charset)
            found.append(text)
            repaired = repaired or is_repaired
            pending = b""

    joined = _BETWEEN.sub(r"\1", raw)
    for match in WORD.finditer(joined):
        between = joined[at : match.start()]
        # RFC 2231 allows a language behind the charset.
        named = match[1].partition("*")[0].lower()
        if between or named != charset:
            flush()
        if between:
            text, is_repaired = _plain(between)
            found.append(text)
            repaired = repaired or is_repaired
        charset = named
        pending += _word_bytes(match[2], match[3])
        at = match.end()
    flush()
    text, is_repaired = _plain(joined[at:])
    return "".join([*found, text]), repaired or is_repaired


def one_line(text: str) -> str:
    """The text with blanks instead of line ends and other controls, without blanks at the ends."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def _plain(raw: str) -> tuple[str, bool]:
    data = raw.encode("ascii", "surrogateescape") if _is_bytes(raw) else raw.encode("utf-8", "replace")
    text, _ = decoded(data, None)
    return text, not data.isascii() and "\ufffd" in text


def _is_bytes(raw: str) -> bool:
    return all(c < "\x80" or "\udc80" <= c <= "\udcff" for c in raw)


def _word_bytes(kind: str, text: str) -> bytes:
    data = text.encode("ascii", "surrogateescape") if _is_bytes(text) else text.encode("utf-8", "replace")
    if kind in "qQ":
        return re.sub(rb"=([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), data.replace(b"_", b" "))
    return base64_bytes(data)


def base64_bytes(data: bytes) -> bytes:
    """The bytes of Base64 with anything between, before and behind its letters."""
    try:
        # Strict is many times faster, and the rule.
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data.replace(b"-", b"+").replace(b"_", b"/"))
        kept = kept[: len(kept) - (len(kept) % 4 == 1)]
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))


def ids(headers: Message, name: str) -> list[str]:
    """The ids in a header, without angle brackets, the newest last."""
    found = [one for value in raw_values(headers, name) for one in ID.findall(value)]
    return [raw_text(one) for one in found[-IDS_MAX:]]


def message_id(headers: Message) -> str | None:
    """The id of the mail without angle brackets; None if it has none."""
    found = ids(headers, "Message-ID")
    if found:
        return found[0]
    bare = _BARE_ID.fullmatch((raw_value(headers, "Message-ID") or "").strip()[:998])
    return raw_text(bare[0]) if bare else None


def date(headers: Message) -> str | None:
    """The time in the mail, in UTC; None if it cannot be read."""
    value = (raw_value(headers, "Date") or "").strip()
    if not value or len(value) > _DATE_MAX or not value.isascii():
        return None
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def facts(headers: Message) -> dict[str, Any]:
    """The headers that the decision looks at."""
    found: dict[str, Any] = {}
    for key, name in _FACTS.items():
        value = raw_value(headers, name)
        if value is not None:
            found[key] = one_line(words(value)[0])[:1000]
    received = headers.get_all("Received", [])
    found["received_count"] = len(received)
    results = _authentication_results(headers)
    if results:
        found["authentication_results"] = results
    return found


def _authentication_results(headers: Message) -> Sequence[str]:
    # Whole: of a header that was cut nobody knows what it said. The database looks at the topmost ones.
    return [one_line(raw_text(value)) for value in raw_values(headers, "Authentication-Results")]


def raw_text(raw: str) -> str:
    """The text of a value as it stands in the mail, without a look at encoded words."""
    return _plain(raw)[0]
