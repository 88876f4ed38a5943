"""The parts of a mail: what the bytes are, before anything of them is decoded.

Each level of multipart is one pass over its bytes, and there are few levels: no mail takes longer than its size allows.
The headers of a part are read by the standard library.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value

from .headers import HEADERS_BYTES_MAX, base64_bytes, raw_text, raw_value, read_headers

PARTS_MAX = 200
"""Parts that are read at most."""
DEPTH_MAX = 20
"""Levels of multipart that are read at most."""

_EMPTY_LINE = re.compile(rb"\n\r?\n")
_BARE_RETURN = re.compile(rb"\r(?!\n)")
_HEADER_LINE = re.compile(rb"[!-9;-~]+[ \t]*:")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,100}")
_LOST_BOUNDARY = re.compile(rb"\s*--([^\r\n]{1,200}?)[ \t]*\r?\ncontent-", re.IGNORECASE)
# The parser of parameters takes quadratic time.
_PARAMETERS_MAX = 8000


@dataclass
class Part:
    """A part of a mail: its headers, and where its bytes are."""

    headers: Message
    raw: bytes
    begin: int
    end: int
    content_type: str
    children: list[Part] = field(default_factory=list)

    def parameter(self, name: str, header: str = "content-type") -> str | None:
        """A parameter of Content-Type or Content-Disposition."""
        value = self.headers.get_param(name, None, header)
        return None if value is None else collapse_rfc2231_value(value, errors="replace")

    @property
    def disposition(self) -> str:
        """The word of Content-Disposition; empty without one."""
        return (raw_value(self.headers, "Content-Disposition") or "").partition(";")[0].strip().lower()

    def content(self) -> bytes:
        """The bytes without their transfer encoding."""
        encoding = (raw_value(self.headers, "Content-Transfer-Encoding") or "").partition(";")[0].strip().lower()
        body = self.raw[self.begin : self.end]
        if encoding == "base64":
            return base64_bytes(body.translate(None, b" \t\r\n"))
        if encoding == "quoted-printable":
            return quopri.decodestring(body)
        return body

    def inner_headers(self) -> Message:
        """The headers of the mail that this part holds, whole or its headers alone."""
        inner = self.content()
        end = _EMPTY_LINE.search(inner)
        return read_headers(inner[: end.start() + 1] if end else inner)

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in the order of the mail."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Structure:
    """A mail as a tree of parts."""

    root: Part
    is_cut: bool = False
    """Whether the mail has more parts or levels than are read."""


def read_structure(raw: bytes) -> Structure:
    """The tree of parts of a mail.

    Args:
        raw: The mail.
    """
    reader = _Reader(_with_line_ends(raw))
    return Structure(reader.part(0, len(reader.raw), 0, "text/plain"), reader.is_cut)


def _with_line_ends(raw: bytes) -> bytes:
    if raw.startswith(b"From "):
        # The line with which a mailbox separates its mails.
        raw = raw[raw.find(b"\n") + 1 :]
    if _BARE_RETURN.search(raw[:HEADERS_BYTES_MAX].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]):
        # Lines that end with CR alone are one header to each parser.
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw


class _Reader:
    """Reads the parts of one mail."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.is_cut = False
        self._count = 0

    def part(self, begin: int, end: int, depth: int, default: str) -> Part:
        header_end, body = self._split(begin, end)
        headers = read_headers(self.raw[begin : min(header_end, begin + HEADERS_BYTES_MAX)])
        given = _short(headers, "Content-Type")
        _short(headers, "Content-Disposition")
        kind = (given or "").partition(";")[0].strip().lower()
        part = Part(headers, self.raw, body, end, kind if _TYPE.fullmatch(kind) else default)
        boundary = self._boundary(part, given is None, depth)
        if boundary and depth >= DEPTH_MAX:
            self.is_cut = True
        elif boundary:
            inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
            for first, last in _pieces(self.raw, body, end, b"--" + boundary):
                if self._count >= PARTS_MAX:
                    self.is_cut = True
                    break
                self._count += 1
                part.children.append(self.part(first, last, depth + 1, inner))
        if part.children and not part.content_type.startswith("multipart/"):
            kinds = [child.content_type for child in part.children]
            part.content_type = f"multipart/{'alternative' if kinds == ['text/plain', 'text/html'] else 'mixed'}"
        elif part.content_type.startswith("multipart/") and not part.children:
            # Parts that cannot be found: what there is, is text.
            part.content_type = "text/plain"
        return part

    def _boundary(self, part: Part, has_no_type: bool, depth: int) -> bytes:
        is_multipart = part.content_type.startswith("multipart/")
        given = (part.parameter("boundary") or "").rstrip() if is_multipart else ""
        if given:
            return given.encode("latin-1", "replace") if given.isascii() else given.encode("utf-8", "surrogateescape")
        if depth == 0 and (has_no_type or is_multipart):
            # The header was lost on the way.
            lost = _LOST_BOUNDARY.match(self.raw[part.begin : min(part.end, part.begin + 4000)])
            return lost[1] if lost else b""
        return b""

    def _split(self, begin: int, end: int) -> tuple[int, int]:
        """Where the headers end, and where the body begins: behind the first empty line."""
        first = self.raw[begin : min(begin + 200, end)]
        if first.startswith(b"\n"):
            return begin, begin + 1
        if first.startswith(b"\r\n"):
            return begin, begin + 2
        if not _HEADER_LINE.match(first) and not first[:1].isspace():
            # No header at all.
            return begin, begin
        gap = _EMPTY_LINE.search(self.raw, begin, end)
        return (gap.start() + 1, gap.end()) if gap else (end, end)


def _short(headers: Message, name: str) -> str | None:
    """The first header of this name, cut: no long one is parsed for its parameters."""
    given = raw_value(headers, name)
    if given is not None:
        # Names in other letters than ASCII that nobody has encoded are text too.
        given = raw_text(given[:_PARAMETERS_MAX])
        del headers[name]
        headers[name] = given
    return given


def _pieces(raw: bytes, begin: int, end: int, mark: bytes) -> Iterator[tuple[int, int]]:
    """What lies between the lines with the boundary; the last piece may lack its end."""
    at = begin if raw.startswith(mark, begin, end) else raw.find(b"\n" + mark, begin, end) + 1
    first: int | None = None
    while at > 0 or (at == begin == 0 and raw.startswith(mark)):
        line_end = raw.find(b"\n", at, end)
        line_end = end if line_end < 0 else line_end
        rest = raw[at + len(mark) : min(line_end, at + len(mark) + 1000)].strip(b" \t\r")
        if rest in (b"", b"--"):
            if first is not None:
                stop = at - 1
                yield first, max(first, stop - (raw[stop - 1 : stop] == b"\r"))
            if rest:
                return
            first = min(line_end + 1, end)
        at = raw.find(b"\n" + mark, max(line_end, at), end) + 1
    if first is not None:
        yield first, end
