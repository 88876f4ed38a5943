"""Bytes to text, whatever charset they claim. Nothing here raises: what cannot be read is U+FFFD."""

from __future__ import annotations

import codecs
import re

# Labels that mails use, and that codecs have under another name or as a subset of what was meant. The function
# `email-in` has the same table.
_ALIASES = {
    "1250": "cp1250",
    "1251": "cp1251",
    "1252": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "ascii": "cp1252",
    "cp932": "cp932",
    "cp936": "gb18030",
    "cp949": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "latin1": "cp1252",
    "macintosh": "mac_roman",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "us-ascii": "cp1252",
    "utf8": "utf-8",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
}
# The beginning of a character of UTF-8 without its end, which no other charset has by chance.
_CUT_CHARACTER = re.compile(rb"[\xe0-\xef][\x80-\xbf](?![\x80-\xbf])|[\xf0-\xf4][\x80-\xbf]{1,2}(?![\x80-\xbf])")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_UNKNOWN = {"", "default", "x-unknown", "unknown-8bit", "unknown", "8bit", "x-user-defined"}


def decoded(data: bytes, label: str | None) -> tuple[str, bool]:
    """The text of the bytes, and whether they had to be repaired: the label is unknown, or does not fit.

    Args:
        data: The bytes.
        label: The charset that the mail names, if it names one.
    """
    name = (label or "").strip().strip("\"'").lower()
    ascii_only = data.isascii() and not name.startswith(("utf-16", "utf-32", "utf-7", "iso-2022", "hz-", "cp037"))
    if ascii_only and b"\x1b" not in data:
        return _clean(data.decode("ascii")), False
    text = None if name in _UNKNOWN else _tried(data, _ALIASES.get(name, name))
    if text is not None:
        return _clean(text), False
    if b"\x1b$" in data or b"\x1b(" in data:
        # Japanese mail without a label.
        text = _tried(data, "iso-2022-jp")
    if text is None:
        text = _tried(data, "utf-8")
    if text is not None:
        return _clean(text), bool(name)
    known = _codec(_ALIASES.get(name, name)) if name not in _UNKNOWN else None
    if known is not None and known != "utf-8":
        return _clean(data.decode(known, "replace")), True
    if known == "utf-8" and _mostly_utf8(data):
        # A character that was cut in two is one wrong character, and not all of them.
        return _clean(data.decode("utf-8", "replace")), True
    return _clean(_windows_1252(data)), True


def _codec(name: str) -> str | None:
    try:
        info = codecs.lookup(name)
        # Codecs of bytes, like hex and zip, are no charsets.
        return info.name if info._is_text_encoding else None
    except (LookupError, ValueError):
        return None


def _tried(data: bytes, name: str) -> str | None:
    known = _codec(name)
    if known is None:
        return None
    if known == "cp1252":
        # Strict UTF-8 that is not ASCII is hardly ever meant as Latin-1, but labels say so: the text says more.
        text = _tried(data, "utf-8")
        return text if text is not None else _windows_1252(data)
    try:
        return data.decode(known)
    except (UnicodeError, ValueError):
        return None


def _windows_1252(data: bytes) -> str:
    # Browsers read the five bytes that the code page leaves open as controls.
    return data.decode("cp1252", "helpdesk_c1")


def _as_control(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(chr, error.object[error.start : error.end])), error.end


codecs.register_error("helpdesk_c1", _as_control)


def _mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    good = sum(not c.isascii() and c != "\ufffd" for c in text)
    return wrong <= good + len(_CUT_CHARACTER.findall(data))


def _clean(text: str) -> str:
    # PostgreSQL keeps no NUL, and JSON no half of a pair.
    return _NO_TEXT.sub("\ufffd", text)
