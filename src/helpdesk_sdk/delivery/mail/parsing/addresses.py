"""Addresses in headers. What programs read in different ways is no address here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from typing import TypedDict

from .headers import WORD, one_line, raw_values, words

ADDRESSES_MAX = 200
"""Addresses of one header that are read at most."""

_ADDRESS = re.compile(r'[^\s<>@,;:"\\()\[\]]{1,200}@[^\s<>@,;:"\\()\[\]]{1,253}')
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NAME_MAX = 500


class Address(TypedDict):
    """An address and the name beside it."""

    name: str
    address: str


def addresses(headers: Message, name: str) -> list[Address]:
    """The addresses of a header.

    A mailbox without a readable address is left out. The address is taken from the mail as it stands, before encoded
    words are decoded: a name that has an address in it is a name.

    Args:
        headers: The headers of the mail.
        name: The header.
    """
    found: list[Address] = []
    for value in raw_values(headers, name):
        before = ""
        for text, has_angle, address in _mailboxes(value):
            if _ADDRESS.fullmatch(address):
                label = f"{before}, {text}" if before and has_angle else text
                found.append(Address(name=_shown(label), address=_decoded(address)))
                before = ""
            else:
                # `Doe, John <j@x.example>`: a name with a comma and no quotes.
                before = text if not has_angle and "@" not in text else ""
            if len(found) >= ADDRESSES_MAX:
                return found
    return found


def authors(headers: Message) -> list[Address]:
    """The addresses in From; none if there are two such headers, because programs differ on which one counts."""
    return addresses(headers, "From") if len(headers.get_all("From", [])) == 1 else []


class _Reading:
    """What is known of the mailbox that is being read."""

    def __init__(self) -> None:
        self.name: list[str] = []
        self.comment: list[str] = []
        self.angle: list[str] | None = None
        self.has_quotes = False
        self.has_at = False

    def add(self, text: str) -> None:
        if self.angle is not None:
            self.angle.append(text)
        else:
            self.name.append(text)
            self.has_at = self.has_at or "@" in text

    def found(self) -> Iterator[tuple[str, bool, str]]:
        """The mailbox: its name as it stands, whether the address is in angle brackets, and the address."""
        text, comment = "".join(self.name).strip(), "".join(self.comment)
        if self.angle is not None:
            yield text or comment, True, "".join(self.angle).strip()
        elif text and self.has_quotes:
            # Quotes around a local part, or a name alone.
            yield text, False, ""
        elif text:
            yield (comment if self.has_at else text), False, text


def _mailboxes(value: str) -> Iterator[tuple[str, bool, str]]:
    """Each mailbox of a header, in one pass."""
    now = _Reading()
    quoted, depth, at, size = False, 0, 0, len(value)
    while at < size:
        c = value[at]
        word = WORD.match(value, at) if c == "=" and not quoted and not depth else None
        at += 1
        if word is not None:
            # Whatever it looks like inside.
            now.name.append(word[0])
            at = word.end()
        elif c == "\\" and (quoted or depth):
            (now.comment.append if depth else now.add)(value[at : at + 1])
            at += 1
        elif quoted and c != '"':
            now.add(c)
        elif depth and c not in "()":
            now.comment.append(c)
        elif c == '"':
            quoted, now.has_quotes = not quoted, True
        elif c == "(":
            depth += 1
        elif c == ")":
            depth = max(0, depth - 1)
        elif c == "<":
            now.angle = []
        elif c in ",;":
            yield from now.found()
            now = _Reading()
        elif c == ">" and now.angle is not None:
            yield from now.found()
            now = _Reading()
            # What follows up to the comma is nobody's name.
            while at < size and value[at] not in ",;<":
                at += 1
        elif c == ":" and now.angle is None and not now.has_at:
            # The name of a group.
            now = _Reading()
        else:
            now.add(c)
    yield from now.found()


def _shown(raw: str) -> str:
    return one_line(_BIDI.sub("", words(raw.strip())[0]))[:_NAME_MAX].strip()


def _decoded(raw: str) -> str:
    return one_line(words(raw)[0]) if not raw.isascii() else raw
