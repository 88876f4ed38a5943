"""What is in a ZIP archive, by its central directory alone: nothing is ever unpacked.

Strict on purpose: an archive with anything before, between or behind its parts is a file of two formats, or one that
programs read in different ways.
"""

from __future__ import annotations

import struct

ENTRIES_MAX = 10_000
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_DAMAGED = (None, "archive_damaged")
# Macros and other programs inside of office documents.
_PROGRAMS = ("vbaproject.bin", "vbaprojectsignature.bin")


def archive_kind(head: bytes, tail: bytes, size: int) -> tuple[str | None, str | None]:
    """The kind of an archive, and why it is not acceptable.

    Args:
        head: The first bytes, 200 or more.
        tail: The last bytes, among them the whole central directory.
        size: The size of the whole file.

    Returns:
        ``word``, ``xl`` or ``ppt`` for an office document, the content type that an OpenDocument names, or None; and
        the problem, or None.
    """
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return _DAMAGED
    _, disk, first_disk, here, entries, length, offset, comment = _END.unpack_from(tail, at)
    begin = at - length
    if disk or first_disk or here != entries or at + _END.size + comment != len(tail):
        return _DAMAGED
    if entries > ENTRIES_MAX or begin < 0:
        return None, "archive_too_large"
    if offset != size - len(tail) + begin:
        return _DAMAGED
    names = _names(tail, begin, at, entries)
    if names is None:
        return _DAMAGED
    lowered = [name.lower() for name in names]
    if any(name.rpartition("/")[2] in _PROGRAMS for name in lowered):
        return None, "macros"
    if names[:1] == ["mimetype"]:
        return _open_document(head), None
    if "[content_types].xml" in lowered:
        for kind in ("word", "xl", "ppt"):
            if any(name.startswith(f"{kind}/") for name in lowered):
                return kind, None
    return None, None


def _names(tail: bytes, begin: int, end: int, entries: int) -> list[str] | None:
    names = []
    first = None
    for _ in range(entries):
        if begin + _ENTRY.size > end:
            return None
        fields = _ENTRY.unpack_from(tail, begin)
        if fields[0] != b"PK\x01\x02":
            return None
        name_length, extra, comment, offset = fields[10], fields[11], fields[12], fields[16]
        first = offset if first is None else min(first, offset)
        begin += _ENTRY.size
        names.append(tail[begin : begin + name_length].decode("utf-8", "replace"))
        begin += name_length + extra + comment
    # Something stands before the first entry, or behind the last.
    return names if begin == end and first in (0, None) else None


def _open_document(head: bytes) -> str | None:
    """The content type in an OpenDocument: its first entry, stored and not compressed."""
    method, length = struct.unpack_from("<H", head, 8)[0], struct.unpack_from("<L", head, 22)[0]
    name_length, extra = struct.unpack_from("<2H", head, 26)
    start = 30 + name_length + extra
    return head[start : start + length].decode("ascii", "replace") if method == 0 and length < 100 else None
