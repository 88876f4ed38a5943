"""What Outlook packs into winmail.dat. It needs the extra [mail]."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

logger = logging.getLogger("helpdesk_sdk")

_FILES_MAX = 100


@dataclass
class Unpacked:
    """The content of a winmail.dat."""

    text: str = ""
    html: str = ""
    rtf: bytes = b""
    files: list[tuple[str, bytes]] = field(default_factory=list)


def unpack(data: bytes) -> Unpacked | None:
    """The content; None if it cannot be read, or the library is not installed.

    Args:
        data: The bytes of the file.
    """
    try:
        from tnefparse import TNEF
    except ImportError:
        return None
    try:
        found = TNEF(data, do_checksum=False)
        files = [(str(one.long_filename() or one.name or ""), bytes(one.data or b"")) for one in found.attachments]
        return Unpacked(
            text=_text(found.body),
            html=_text(found.htmlbody),
            rtf=bytes(found.rtfbody or b""),
            files=files[:_FILES_MAX],
        )
    except Exception as error:
        # Whatever is wrong with the package: the mail has it as a file.
        logger.info("a winmail.dat cannot be unpacked: %s", type(error).__name__)
        return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.rstrip("\0").replace("\0", "\ufffd") if isinstance(value, str) else ""
