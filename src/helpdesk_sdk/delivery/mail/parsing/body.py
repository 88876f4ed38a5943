"""The text of a mail, chosen from its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from .charsets import decoded
from .cms import signed_content
from .flowed import unflowed
from .html import html_text
from .structure import Part, read_structure

TEXT_MAX = 500_000
"""Characters of text, and of HTML, that are kept."""
HTML_READ_MAX = 2_000_000
"""Characters of HTML that are read."""

_STUB = re.compile(
    r"(?:can(?:not|'t)|does not|doesn't|unable to) (?:display|support|show|view|read).{0,40}html"
    r"|html.{0,60}(?:not supported|cannot be displayed|compatible)"
    r"|view (?:this|the) (?:e-?mail|message) in (?:your|a) browser",
    re.IGNORECASE,
)
_STUB_MAX = 400
_TEXT_MIN = 20
_SIGNED_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")


@dataclass
class Body:
    """What a mail, or a part of one, says."""

    plain: str | None = None
    html: str | None = None


class BodyReader:
    """Reads the text of a mail, and remembers which parts it took."""

    def __init__(self) -> None:
        self.taken: set[int] = set()
        self.repaired = False
        self.is_encrypted = False
        self.opened: dict[int, Part] = {}
        """The mail inside of each signed part."""

    def read(self, part: Part, depth: int = 0) -> Body:
        """The text of a part and all below it.

        Args:
            part: The part.
            depth: How many signed mails it lies in.
        """
        if part.children:
            return self._several(part, depth)
        if part.content_type in _SIGNED_TYPES:
            return self._signed(part, depth)
        if part.content_type not in ("text/plain", "text/html") or _is_file(part):
            self.is_encrypted = self.is_encrypted or part.content_type == "application/pgp-encrypted"
            return Body()
        self.taken.add(id(part))
        text, is_repaired = decoded(part.content(), part.parameter("charset"))
        self.repaired = self.repaired or is_repaired
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if part.content_type == "text/html":
            return Body(html=text)
        if (part.parameter("format") or "").lower() == "flowed":
            text = unflowed(text, delsp=(part.parameter("delsp") or "").lower() == "yes")
        return Body(plain=text)

    def _several(self, part: Part, depth: int) -> Body:
        if part.content_type == "multipart/encrypted":
            self.is_encrypted = True
            return Body()
        children = part.children
        if part.content_type == "multipart/signed":
            children = children[:1]
        elif part.content_type == "multipart/report":
            kinds = ("text/plain", "text/html", "multipart/")
            children = [one for one in children if one.content_type.startswith(kinds)][:1]
        found = [self.read(one, depth) for one in children]
        if part.content_type == "multipart/alternative":
            return Body(
                plain=next((one.plain for one in found if one.plain is not None), None),
                html=next((one.html for one in reversed(found) if one.html is not None), None),
            )
        return _joined([one for one in found if one.plain is not None or one.html is not None])

    def _signed(self, part: Part, depth: int) -> Body:
        """A mail in a signature that is no secret, whoever made it."""
        inner = signed_content(part.content()) if depth < 3 else None
        if inner is None:
            self.is_encrypted = True
            return Body()
        root = read_structure(inner).root
        self.opened[id(part)] = root
        return self.read(root, depth + 1)


def _is_file(part: Part) -> bool:
    if part.disposition == "attachment":
        return True
    return bool(part.parameter("filename", "content-disposition") or part.parameter("name"))


def _joined(found: list[Body]) -> Body:
    if len(found) <= 1:
        return found[0] if found else Body()
    plain = html = None
    if any(one.plain is not None for one in found):
        texts = [
            one.plain if one.plain is not None else html_text((one.html or "")[:HTML_READ_MAX]).text for one in found
        ]
        plain = "\n\n".join(text.strip("\n") for text in texts if text.strip())
    if any(one.html is not None for one in found):
        html = "\n".join(one.html if one.html is not None else f"<pre>{escape(one.plain or '')}</pre>" for one in found)
    return Body(plain, html)


def chosen_text(body: Body) -> tuple[str, int | None, bool]:
    """The text for people and models, where HTML marks its quoted mail, and whether something was cut.

    Args:
        body: What the mail says.
    """
    plain = _stripped(body.plain or "")
    if body.html is None or _is_enough(plain):
        return plain[:TEXT_MAX], None, len(plain) > TEXT_MAX
    cut = len(body.html) > HTML_READ_MAX
    found = html_text(body.html[:HTML_READ_MAX])
    if not found.text.strip():
        return plain[:TEXT_MAX], None, cut
    return found.text[:TEXT_MAX], found.quote_at, cut or len(found.text) > TEXT_MAX


def _is_enough(plain: str) -> bool:
    visible = sum(not c.isspace() for c in plain[:2000])
    return visible > _TEXT_MIN and not (len(plain) < _STUB_MAX and _STUB.search(plain))


def _stripped(text: str) -> str:
    return text.strip(" \t\n\ufeff")
