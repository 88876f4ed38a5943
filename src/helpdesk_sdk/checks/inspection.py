"""Is a file what its content type says? A positive test: what is not recognised is refused.

The edge function `check-attachment` has the same rules in TypeScript. One table of samples, `tests/functions/
file_cases.json`, is tried against both.
"""

from __future__ import annotations

import re

from ..models.attachments import FILE_TYPES
from .archive import archive_kind

HEAD_BYTES = 4100
"""The part of a file, from its start, that `verdict` needs."""
TAIL_BYTES = 1024 * 1024
"""The part of a file, at its end, that `verdict` needs."""
_KNOWN = frozenset(FILE_TYPES.values())
TEXT_TYPES = frozenset({"text/plain", "text/csv", "text/markdown", "application/json"})
ARCHIVE_TYPES = {
    "application/zip": None,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xl",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "ppt",
    "application/vnd.oasis.opendocument.text": "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet": "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation": "application/vnd.oasis.opendocument.presentation",
}
"""Types that are ZIP archives, each with the kind that `archive_kind` must find; None for any."""
_BRANDS = {
    "video/mp4": re.compile(rb"(isom|iso[2-9]|mp4[12]|avc1|M4V |M4VH|M4VP|dash|MSNV)"),
    "video/quicktime": re.compile(rb"qt  "),
    "image/heic": re.compile(rb"(heic|heix|heim|heis)"),
}
"""The brands of the ISO media format, which libraries know in part."""
# Not in any text: all control characters but tab, line ends, form feed, backspace and escape (logs of terminals).
CONTROLS = re.compile(rb"[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP_FIRST = re.compile(rb"^(\xef\xbb\xbf)?\s*<[!?/a-zA-Z]")
_MARKUP = re.compile(rb"(?i)<\s*(script|iframe|svg|object|embed|html|body|img|meta|link|style|form|base)\b")


def verdict(content_type: str, head: bytes, tail: bytes, size: int, has_controls: bool) -> str | None:
    """Why the file is not acceptable as this type; None when it is.

    Args:
        content_type: What the uploader declared.
        head: The first 4,100 bytes.
        tail: The last 1,048,576 bytes; the whole file when it is smaller.
        size: The size of the whole file.
        has_controls: Whether `CONTROLS` occurs anywhere in the file.
    """
    if content_type not in _KNOWN:
        return "type_mismatch"
    if content_type in TEXT_TYPES:
        return _verdict_of_text(head, has_controls)
    if content_type in ARCHIVE_TYPES or head.startswith(b"PK\x03\x04"):
        return _verdict_of_archive(content_type, head, tail, size)
    if detected(head) != content_type:
        return "type_mismatch"
    return None if _ends_well(content_type, head, tail) else "damaged_or_mixed"


def detected(head: bytes) -> str | None:
    """The content type of the bytes; None for anything unknown."""
    import filetype  # type: ignore[import-untyped]

    if head[4:8] == b"ftyp":
        return next((kind for kind, brands in _BRANDS.items() if brands.match(head[8:12])), None)
    kind = filetype.guess_mime(head)
    return str(kind) if kind is not None else None


def _verdict_of_text(head: bytes, has_controls: bool) -> str | None:
    if has_controls:
        return "not_text"
    if _MARKUP_FIRST.match(head) or _MARKUP.search(head):
        return "markup_in_text"
    return None if detected(head) is None else "not_text"


def _verdict_of_archive(content_type: str, head: bytes, tail: bytes, size: int) -> str | None:
    if content_type not in ARCHIVE_TYPES or not head.startswith(b"PK\x03\x04"):
        return "type_mismatch"
    kind, problem = archive_kind(head, tail, size)
    if problem is not None:
        return problem
    wanted = ARCHIVE_TYPES[content_type]
    return None if wanted is None or wanted == kind else "type_mismatch"


def _ends_well(content_type: str, head: bytes, tail: bytes) -> bool:
    """Whether nothing stands behind the end of the file's own format, where its format makes that easy to say: a file
    of two formats at once has the second one there."""
    match content_type:
        case "image/png":
            return tail.endswith(b"IEND\xaeB`\x82")
        case "image/gif":
            table = 3 << ((head[10] & 7) + 1) if len(head) > 13 and head[10] & 0x80 else 0
            first = head[13 + table : 14 + table]
            return tail.endswith(b"\x3b") and first in (b"\x21", b"\x2c", b"\x3b")
        case "application/pdf":
            return b"%%EOF" in tail[-1024:]
    return True
