"""HTML to the text that a reader of the mail sees.

One pass, and no tree: the time is in proportion to the length, whatever is nested or left open. What is hidden is
dropped: it would be read by nobody but language models. The function `email-in` has the same rules. The result is
text: whoever shows it escapes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from .html_hidden import is_hidden
from .html_writer import Writer


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_VOID = _set("area base br col embed hr img input link meta source track wbr")
_RAW = _set("script style title textarea xmp iframe noembed noframes noscript template svg math")
_BLOCKS = _set(
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr html li main nav ol p pre section table tbody tfoot thead tr ul"
)
_PARAGRAPHS = _set("h1 h2 h3 h4 h5 h6 p ul ol dl pre blockquote")
# What a start tag closes, and what stands in the way of that.
_CLOSES = {
    "li": (("li",), ("ul", "ol")),
    "dt": (("dt", "dd"), ("dl",)),
    "dd": (("dt", "dd"), ("dl",)),
    "td": (("td", "th"), ("table",)),
    "th": (("td", "th"), ("table",)),
    "tr": (("tr",), ("table",)),
    "option": (("option",), ("select",)),
    "a": (("a",), ("table",)),
}
_P_SCOPE = ("table", "td", "th", "button", "object")
_NAME = re.compile(r"[a-zA-Z][^\s/>]{0,60}")
_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_GAP = re.compile(r"[\s/]*")
_ATTRIBUTE = re.compile(r"""([^\s/>=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"'][^\s>]*))?""")
_LONG_NUMBER = re.compile(r"&#(?:[xX][0-9a-fA-F]{8,}|[0-9]{9,});?")
_LOWER_CASE = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_QUOTE_CLASSES = frozenset({"gmail_quote", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix"})
# From here to the end, though the element itself ends before.
_QUOTE_IDS = frozenset({"divrplyfwdmsg", "appendonsend"})
_LINK_MAX = 300
_ATTRIBUTES_MAX = 50


@dataclass
class HtmlText:
    """The text of a piece of HTML."""

    text: str
    quote_at: int | None
    """The offset at which the quoted mail begins; None without one, or if there is text below it."""


def html_text(html: str) -> HtmlText:
    """The visible text of HTML.

    Args:
        html: A document or a part of one.
    """
    reader = _Reader(html)
    reader.read()
    return HtmlText(reader.out.text(), reader.out.quote_at())


def _is_quote(tag: str, attributes: dict[str, str]) -> bool:
    is_cite = tag == "blockquote" and attributes.get("type", "").lower() == "cite"
    return is_cite or not _QUOTE_CLASSES.isdisjoint(attributes.get("class", "").split())


@dataclass(slots=True)
class _Open:
    """An element that is open."""

    name: str
    hidden: bool
    is_quote: bool
    is_pre: bool
    link: str
    link_start: int


class _Reader:
    """Goes through the tags of a piece of HTML."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._lower = html.translate(_LOWER_CASE)
        self.out = Writer()
        self._stack: list[_Open] = []
        self._places: dict[str, list[int]] = {}
        self._hidden = 0
        self._pre = 0
        self._lost: set[str] = set()

    def read(self) -> None:
        html, at, size = self._html, 0, len(self._html)
        while at < size:
            tag = _TAG.search(html, at)
            begin = tag.start() if tag else size
            if begin > at:
                self._text(html[at:begin])
            if begin == size:
                break
            at = self._tag(begin)
        while self._stack:
            self._pop()

    def _text(self, raw: str) -> None:
        if self._hidden:
            return
        text = raw
        if "&" in raw:
            text = unescape(_LONG_NUMBER.sub("\ufffd", raw))
        text = text.replace("\0", "\ufffd")
        self.out.write(text, as_is=bool(self._pre))

    def _tag(self, at: int) -> int:
        """Read what begins here with <, and say where it ends."""
        html = self._html
        if html.startswith("<!--", at):
            end = html.find("-->", at + 4)
            return len(html) if end < 0 else end + 3
        following = html[at + 1 : at + 2]
        if following in ("!", "?"):
            end = html.find(">", at)
            return len(html) if end < 0 else end + 1
        closing = following == "/"
        name = _NAME.match(html, at + 1 + closing)
        if name is None:
            end = html.find(">", at)
            return len(html) if end < 0 else end + 1
        tag = name[0].translate(_LOWER_CASE)
        if closing:
            end = html.find(">", name.end())
            self._end(tag)
            return len(html) if end < 0 else end + 1
        attributes, end = self._attributes(name.end())
        if tag in _RAW:
            return self._skip(tag, end)
        self._start(tag, attributes)
        return end

    def _attributes(self, at: int) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        html, size = self._html, len(self._html)
        while True:
            gap = _GAP.match(html, at)
            at = gap.end() if gap else at
            if at >= size:
                return found, size
            if html[at] == ">":
                return found, at + 1
            match = _ATTRIBUTE.match(html, at)
            if match is None:
                at += 1
                continue
            if len(found) < _ATTRIBUTES_MAX:
                value = (match[2] or "").strip("\"'")
                found.setdefault(match[1].translate(_LOWER_CASE), value[:2000])
            at = match.end()

    def _skip(self, tag: str, at: int) -> int:
        """Past an element whose content is no text."""
        end = -1 if tag in self._lost else self._lower.find(f"</{tag}", at)
        if end < 0:
            self._lost.add(tag)
            # Never closed. A browser shows nothing that follows a script; of the others the rest is shown.
            return len(self._html) if tag in ("script", "style", "xmp", "textarea", "title") else at
        close = self._html.find(">", end)
        return len(self._html) if close < 0 else close + 1

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._close_implied(tag)
        if tag == "br":
            if not self._hidden:
                self.out.more_line()
            return
        if tag == "img":
            self._image(attributes)
            return
        if tag in _VOID:
            if tag == "hr":
                self.out.line()
            return
        # Most have none, and a mail may have hundreds of thousands of tags.
        hidden = bool(attributes) and is_hidden(attributes)
        is_quote = bool(attributes) and _is_quote(tag, attributes)
        if tag in _BLOCKS:
            self.out.line(2 if tag in _PARAGRAPHS else 1)
        if attributes and not (self._hidden or hidden):
            if attributes.get("id", "").lower() in _QUOTE_IDS:
                self.out.begin_quote()
                self.out.to_end = True
            elif is_quote:
                self.out.begin_quote()
        link = attributes.get("href", "") if tag == "a" else ""
        self._places.setdefault(tag, []).append(len(self._stack))
        start = self.out.count()
        link = unescape(link[:_LINK_MAX]).strip() if link else ""
        self._stack.append(_Open(tag, hidden, is_quote, tag == "pre", link, start))
        self._hidden += hidden
        self._pre += tag == "pre"
        self.out.quotes_open += is_quote
        self.out.quote_depth += tag == "blockquote"
        if tag == "li" and not self._hidden:
            self.out.write("* ")
        elif tag in ("td", "th") and not self._hidden:
            self.out.write(" ")

    def _image(self, attributes: dict[str, str]) -> None:
        alt = attributes.get("alt", "").strip()
        is_dot = attributes.get("width", "") in ("0", "1", "2") or attributes.get("height", "") in ("0", "1", "2")
        if alt and not is_dot and not is_hidden(attributes):
            self._text(f"[{alt}]")

    def _close_implied(self, tag: str) -> None:
        if tag in _BLOCKS and self._places.get("p"):
            self._close_within(("p",), _P_SCOPE)
        if tag in _CLOSES:
            self._close_within(*_CLOSES[tag])

    def _close_within(self, names: tuple[str, ...], scope: tuple[str, ...]) -> None:
        last = max(map(self._last, names))
        if last >= 0 and last > max(map(self._last, scope)):
            while len(self._stack) > last:
                self._pop()

    def _last(self, name: str) -> int:
        places = self._places.get(name)
        return places[-1] if places else -1

    def _end(self, tag: str) -> None:
        if tag == "br":
            self.out.more_line()
        last = self._last(tag)
        if last < 0:
            return
        if tag not in ("table", "td", "th", "tr", "tbody") and last < self._last("td"):
            # An end tag in a cell closes nothing outside of the cell.
            return
        while len(self._stack) > last:
            self._pop()

    def _pop(self) -> None:
        gone = self._stack.pop()
        self._places[gone.name].pop()
        if gone.link and not self._hidden:
            self._link(gone)
        self._hidden -= gone.hidden
        self._pre -= gone.is_pre
        self.out.quotes_open -= gone.is_quote
        self.out.quote_depth -= gone.name == "blockquote"
        if gone.name in _BLOCKS:
            self.out.line(2 if gone.name in _PARAGRAPHS else 1)

    def _link(self, gone: _Open) -> None:
        """The address of a link behind its text, unless the text is that."""
        written = self.out.since(gone.link_start)
        shown = "".join(written).strip() if len(written) <= 50 else "…"
        if not shown or not re.match(r"(?i)https?://", gone.link) or len(gone.link) >= _LINK_MAX:
            return
        plain = re.sub(r"(?i)^https?://(?:www\.)?|/$", "", gone.link)
        if plain.lower() not in shown.lower() and "\n" not in gone.link:
            self.out.write(f" ({gone.link})")
