"""The files of a mail: what they are called, what they are, and what a reader should know of them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from ....models.attachments import FILE_TYPES
from .headers import raw_value, words
from .structure import Part

NAME_BYTES_MAX = 150
"""Bytes of UTF-8 that a file name has at most."""

# Names of types that programs write, and those that are registered.
_ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "application/x-pdf": "application/pdf",
    "application/x-zip-compressed": "application/zip",
    "application/x-zip": "application/zip",
    "application/x-pkcs7-signature": "application/pkcs7-signature",
    "application/x-pkcs7-mime": "application/pkcs7-mime",
    "application/vnd.ms-tnef": "application/ms-tnef",
    "text/x-markdown": "text/markdown",
    "text/comma-separated-values": "text/csv",
}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
)
_EXECUTABLE_WORDS = (
    "ade adp apk app bat chm cmd com cpl dll dmg exe gadget hta ins iso isp jar js jse lib lnk mde msc msi msp mst pif "
    "ps1 reg scf scr sct sh shb sys url vb vbe vbs vhd vxd wsc wsf wsh"
)
_EXECUTABLE = frozenset(_EXECUTABLE_WORDS.split())
_EXECUTABLE_MAGIC = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_GENERIC = frozenset({"application/octet-stream", "application/x-download", "application/force-download", ""})
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


@dataclass
class File:
    """A file of a mail."""

    part: str
    """Its place in the mail, from 1; ``2.1`` is the first one that was packed into the second."""
    name: str
    type: str
    declared_type: str
    size: int
    sha256: str
    content_id: str | None
    is_inline: bool
    content: Callable[[], bytes]
    """The bytes; they are decoded again at each call, so that a large mail needs little memory."""
    flags: list[str] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """As the parsed mail has it."""
        keys = ("part", "name", "type", "declared_type", "size", "sha256", "content_id", "is_inline", "flags")
        return {key: getattr(self, key) for key in keys}


def file_of_part(part: Part, place: str, references: set[str]) -> File:
    """The file that a part of a mail is.

    Args:
        part: The part.
        place: Its place in the mail.
        references: What the HTML of the mail refers to: ids without angle brackets, and names.
    """
    data = part.content()
    raw_id = (raw_value(part.headers, "Content-ID") or "").strip().strip("<>").strip()
    content_id = unquote(words(raw_id)[0])[:500] or None
    given = part.parameter("filename", "content-disposition") or part.parameter("name") or ""
    name = safe_name(words(given)[0])
    is_inline = content_id in references or (name != "" and name.lower() in references)
    return make_file(place, name, part.content_type, data, part.content, content_id, is_inline)


def make_file(
    place: str,
    name: str,
    declared: str,
    data: bytes,
    content: Callable[[], bytes],
    content_id: str | None = None,
    is_inline: bool = False,
) -> File:
    """A file from its bytes.

    Args:
        place: Its place in the mail.
        name: Its safe name; may be empty.
        declared: The type that the mail declares.
        data: Its bytes.
        content: What gives its bytes again.
        content_id: Its id in the mail.
        is_inline: Whether the HTML of the mail refers to it.
    """
    kind = _type(name, declared, data)
    if not name:
        other = "eml" if kind == "message/rfc822" else ""
        extension = next((end for end, one in FILE_TYPES.items() if one == kind), other)
        name = f"attachment-{place}" + (f".{extension}" if extension else "")
    digest = hashlib.sha256(data).hexdigest()
    flags = _flags(name, kind, data)
    return File(place, name, kind, declared, len(data), digest, content_id, is_inline, content, flags)


def safe_name(text: str) -> str:
    """The last part of a path, without anything that a reader does not see; may be empty.

    Args:
        text: The name that the mail gives.
    """
    name = unicodedata.normalize("NFC", _INVISIBLE.sub("", re.split(r"[/\\]", text)[-1])).strip(" .")
    size = len(name.encode("utf-8", "replace"))
    if size > NAME_BYTES_MAX:
        stem, dot, extension = name.rpartition(".")
        extension = dot + extension if dot and len(extension) <= 10 else ""
        room = NAME_BYTES_MAX - len(extension.encode("utf-8", "replace"))
        stem = (stem if extension else name).encode("utf-8", "replace")[:room].decode("utf-8", "ignore")
        name = stem + extension
    return name


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _type(name: str, declared: str, data: bytes) -> str:
    """The type of a file: what its first bytes say, else what is declared, else what its extension says."""
    found = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if found is not None:
        return found
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    declared = _ALIASES.get(declared, declared)
    by_name = FILE_TYPES.get(_extension(name))
    if declared in _GENERIC or (data.startswith(b"PK\x03\x04") and declared == "application/zip"):
        return by_name or declared or "application/octet-stream"
    return declared


def _flags(name: str, kind: str, data: bytes) -> list[str]:
    found: list[str] = []
    if _extension(name) in _EXECUTABLE or data.startswith(_EXECUTABLE_MAGIC):
        found.append("executable")
    is_locked_archive = data.startswith(b"PK\x03\x04") and len(data) > 6 and data[6] & 1
    is_envelope = kind in ("application/pkcs7-mime", "application/pgp-encrypted")
    if is_locked_archive or is_envelope or data.startswith(b"-----BEGIN PGP MESSAGE-----"):
        found.append("encrypted")
    for flag, kinds in (
        ("tnef", ("application/ms-tnef",)),
        ("smime_signature", ("application/pkcs7-signature", "application/pgp-signature")),
        ("eml", ("message/rfc822",)),
        ("calendar", ("text/calendar",)),
    ):
        if kind in kinds:
            found.append(flag)
    return found
