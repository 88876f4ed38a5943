"""The mail inside of an S/MIME envelope that is signed and not encrypted (CMS, RFC 5652). No signature is checked."""

from __future__ import annotations

_SIGNED = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_DEPTH_MAX = 12


class _DamagedError(Exception):
    """The bytes are not what they should be."""


def signed_content(data: bytes) -> bytes | None:
    """The content of signed-data; None for anything else.

    Args:
        data: The bytes, in DER or BER.
    """
    try:
        kind, info = _parts(_first(data, 0x30))
        if kind != (0x06, _SIGNED) or info[0] != 0xA0:
            return None
        fields = _children(_first(info[1], 0x30))
        # Version, algorithms, and then the content.
        inner = _children(fields[2][1])
        if inner[0] != (0x06, _DATA) or len(inner) < 2:
            return None
        return b"".join(_octets(*one, 0) for one in _children(inner[1][1]))
    except (_DamagedError, IndexError, ValueError):
        return None


def _first(data: bytes, tag: int) -> bytes:
    found, value, _ = _read(data, 0)
    if found != tag:
        raise _DamagedError
    return value


def _parts(data: bytes) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    found = _children(data)
    return found[0], found[1]


def _children(data: bytes) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        tag, value, at = _read(data, at)
        if tag == 0 and not value:
            break
        found.append((tag, value))
    return found


def _octets(tag: int, value: bytes, depth: int) -> bytes:
    """The bytes of an octet string, which may be in pieces."""
    if tag == 0x04:
        return value
    if tag != 0x24 or depth > _DEPTH_MAX:
        raise _DamagedError
    return b"".join(_octets(*one, depth + 1) for one in _children(value))


def _read(data: bytes, at: int, depth: int = 0) -> tuple[int, bytes, int]:
    """The tag and the value of what begins here, and where it ends."""
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        raise _DamagedError
    tag, length = data[at], data[at + 1]
    at += 2
    if length == 0x80:
        end = _end_of_open(data, at, depth)
        return tag, data[at:end], end + 2
    if length > 0x80:
        count = length & 0x7F
        if count > 4 or at + count > len(data):
            raise _DamagedError
        length = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + length > len(data):
        raise _DamagedError
    return tag, data[at : at + length], at + length


def _end_of_open(data: bytes, at: int, depth: int) -> int:
    """Where the two zeros are that end a value of open length."""
    if depth > _DEPTH_MAX:
        raise _DamagedError
    while data[at : at + 2] != b"\0\0":
        _, _, at = _read(data, at, depth + 1)
    return at
