"""Texts: characters that a database cannot store, HTML as plain text, and lengths."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any

# NUL cannot be stored, and half a pair of surrogates is no character. U+001F separates values in sums.
_UNSTORABLE = re.compile("[\x00\x1f\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "table", "ul", "ol", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6"}
)
ImageReference = Callable[[Mapping[str, str | None]], str | None]
_DROPPED = frozenset({"script", "style", "head", "title", "template", "noscript"})


def clean(text: str) -> tuple[str, int]:
    """The text without characters that cannot be stored, and how many there were."""
    if text.isascii() and "\x00" not in text and "\x1f" not in text:
        return text, 0
    return _UNSTORABLE.subn("", text)


def shortened(text: str, longest: int) -> tuple[str, bool]:
    """The text, cut where it is longer than that, and whether it was."""
    return (text, False) if len(text) <= longest else (text[: longest - 1].rstrip() + "…", True)


class _Reader(HTMLParser):
    def __init__(self, reference: ImageReference | None) -> None:
        super().__init__(convert_charrefs=True)
        self._reference = reference
        self.parts: list[str] = []
        self.images = 0
        self._dropped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropped += 1
        elif tag == "img":
            self._image(dict(attrs))
        elif tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._dropped = max(0, self._dropped - 1)
        elif tag in _BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self.parts.append(_BLANKS.sub(" ", data))

    def _image(self, attributes: dict[str, str | None]) -> None:
        place = attributes.get("src") or ""
        known = self._reference(attributes) if self._reference and place and not place.startswith("data:") else None
        if known is not None:
            self.images += 1
            self.parts.append(known)
            return
        if not place.startswith(("https://", "http://")):
            return
        self.images += 1
        found = re.search(r"[?&]name=([^&]+)", place)
        name = found[1] if found else attributes.get("alt") or place.rpartition("/")[2] or "image"
        self.parts.append(f"![{re.sub(r'[^A-Za-z0-9_. -]', '_', name)[:100]}]({place.replace(')', '%29')})")


def text_of_html(html: str, reference: ImageReference | None = None) -> tuple[str, int]:
    """The text of HTML with its images as ``![name](place)``, and how many images it has.

    Args:
        html: The HTML.
        reference: What to write for an image with these attributes; None for its place.
    """
    reader = _Reader(reference)
    reader.feed(html)
    reader.close()
    lines = "".join(reader.parts).replace("\xa0", " ")
    text = "\n".join(line.strip() for line in lines.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip(), reader.images


def identifier(value: Any) -> str | None:
    """An id as text: numbers without a point, since some programs write 7253394974479.0."""
    if value is None or value == "" or isinstance(value, bool | dict | list):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    text = clean(str(value))[0].strip()
    return text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text or None
