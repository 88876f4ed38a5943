"""Which addresses and ids a mail may have.

The rule is narrower than the standard: quoted local parts, comments and literals are valid there, but programs disagree
on them, and a disagreement sends a mail to somebody else.
"""

from __future__ import annotations

import re
import unicodedata

import idna

from ...errors import HelpdeskError

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ID = re.compile(r"<[!-;=?-~]+>")
_LOCAL_MAX = 64
_ADDRESS_MAX = 254
# A line of a header has at most 998 bytes, the name and a blank included.
_ID_MAX = 900


class InvalidMailError(HelpdeskError):
    """The mail cannot be sent as it is, by any transport."""


def checked_address(address: str) -> str:
    """The address with its domain in lower case, an international domain in its ASCII form.

    Args:
        address: An address alone, without a name or angle brackets.

    Raises:
        InvalidMailError: The address is not one that every mail server understands the same way.
    """
    local, at, domain = address.partition("@")
    shown = repr(address[:100])
    if not at or "@" in domain:
        raise InvalidMailError(f"{shown} is no e-mail address: it needs exactly one @")
    if not local.isascii():
        raise InvalidMailError(f"{shown} cannot receive mail from here: the part before the @ is not ASCII (SMTPUTF8)")
    if len(local) > _LOCAL_MAX or not _LOCAL.fullmatch(local):
        raise InvalidMailError(f"{shown} is no e-mail address: the part before the @ is not allowed")
    try:
        ascii_domain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        ascii_domain = ""
    found = f"{local}@{ascii_domain}"
    if len(found) > _ADDRESS_MAX or not _DOMAIN.fullmatch(ascii_domain):
        raise InvalidMailError(f"{shown} is no e-mail address: the domain is not allowed")
    return found


def checked_id(value: str) -> str:
    """A message id in its angle brackets.

    Args:
        value: The id as it stands in a header.

    Raises:
        InvalidMailError: The id is empty, too long, or has a character that is not allowed.
    """
    if len(value) > _ID_MAX or not _ID.fullmatch(value):
        raise InvalidMailError(f"{value[:100]!r} is no message id")
    return value


def one_line(text: str) -> str:
    """A text for a header: controls, line ends and direction marks are blanks, lone surrogates are U+FFFD."""
    kept = ("�" if "\ud800" <= c <= "\udfff" else " " if _is_unwanted(c) else c for c in text)
    return " ".join("".join(kept).split())


def _is_unwanted(character: str) -> bool:
    # Zl and Zp are line ends of Unicode. Cf has marks that turn the direction of text, and the joiners of emoji.
    category = unicodedata.category(character)
    return category in {"Cc", "Zl", "Zp"} or (category == "Cf" and character not in "\u200c\u200d")
