"""HTML as Markdown: what a reader of the page sees, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .articles import RefusedSourceError, missing_library

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

HTML_MAX = 5_000_000
"""Characters of HTML that are read at most."""

# More than any page of text has. What comes after is a bomb, or a page of data.
_ELEMENTS_MAX = 50_000
_DEPTH_MAX = 100
_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "head", "link", "meta", "base", "nav", "svg", "math", "canvas"}
    | {"iframe", "frame", "frameset", "object", "embed", "applet", "audio", "video"}
    | {"form", "button", "input", "select", "textarea"}
)
_HIDDEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0*)?%?(?:;|!|$)|font-size:0(?:\.0*)?(?:[a-z%]*)(?:;|!|$)"
    r"|(?:text-indent|left|top|right|margin-left):-\d{3,}|(?:max-)?(?:height|width):0(?:px)?;.*overflow:hidden)"
)
# The only places that a link of an article may have: a web page, an address, or another place of the same site.
_PLACE = re.compile(r"(?:https?://|mailto:|tel:|[^:/?#]*(?:[/?#]|$))", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")


def html_to_markdown(html: str, link: Callable[[str], str | None] | None = None) -> tuple[str | None, str]:
    """The title of the page, if it has one, and its visible text as Markdown.

    Scripts, styles, forms, comments and hidden elements are dropped. A link stays when it is a web page, a mail
    address, a telephone number, or relative.

    Args:
        html: A page, or a part of a page.
        link: From the place of a link to the place to write instead; None leaves it.

    Raises:
        RefusedSourceError: It has more than 5,000,000 characters, 50,000 elements or 100 levels.
        ConfigurationError: A library of the extra [kb] is not installed.
    """
    if len(html) > HTML_MAX:
        raise RefusedSourceError(
            f"its HTML has {len(html):,} characters", f"Split it: at most {HTML_MAX:,} are read. Are images inside?"
        )
    soup = _parsed(html)
    title = soup.title.get_text(" ", strip=True) if soup.title is not None else None
    _clean(soup, link)
    heading = soup.h1
    body = _markdown(soup)
    if heading is not None and (found := heading.get_text(" ", strip=True)):
        title = found
    return title or None, body


def _parsed(html: str) -> BeautifulSoup:
    try:
        from bs4 import BeautifulSoup
        from lxml import etree  # type: ignore[import-untyped]
        from lxml.html import document_fromstring  # type: ignore[import-untyped]
    except ImportError as error:
        raise missing_library("lxml" if (error.name or "").startswith("lxml") else "beautifulsoup4") from None
    text = html.replace("\0", "")
    # Counted first: to build a deep tree takes Beautiful Soup minutes, and lxml drops what is deeper than 256 levels.
    try:
        walk = etree.iterwalk(document_fromstring(text), events=("start", "end"))
    except (etree.ParserError, ValueError):
        return BeautifulSoup("", "lxml")
    depth = count = 0
    for event, _ in walk:
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > _DEPTH_MAX:
            raise RefusedSourceError(
                f"its HTML is nested more than {_DEPTH_MAX} levels deep", "Mend the page: are tags not closed?"
            )
        if count > _ELEMENTS_MAX:
            raise RefusedSourceError(
                f"its HTML has more than {_ELEMENTS_MAX:,} elements", "Split it, or import it as Markdown."
            )
    return BeautifulSoup(text, "lxml")


def _clean(soup: BeautifulSoup, link: Callable[[str], str | None] | None) -> None:
    from bs4 import Comment, Tag
    from bs4.element import PreformattedString

    for element in list(soup.descendants):
        if isinstance(element, Comment | PreformattedString):
            element.extract()
    for tag in soup.find_all(True):
        if not isinstance(tag, Tag) or tag.decomposed:
            continue
        if tag.name in _DROPPED or _is_hidden(tag):
            tag.decompose()
        elif tag.name == "a":
            _clean_link(tag, "href", link)
        elif tag.name == "img":
            _clean_link(tag, "src", None)
            if not tag.get("src"):
                tag.replace_with(str(tag.get("alt") or ""))


def _is_hidden(tag: Tag) -> bool:
    if tag.has_attr("hidden") or str(tag.get("aria-hidden", "")).lower() == "true":
        return True
    style = str(tag.get("style") or "")
    if len(style) > 5_000:
        return True
    return bool(style) and bool(_HIDDEN.search(re.sub(r"/\*.*?\*/|\s", "", style.lower())))


def _clean_link(tag: Tag, name: str, link: Callable[[str], str | None] | None) -> None:
    place = "".join(str(tag.get(name) or "").split())
    if not _PLACE.match(place) or place.startswith("//") or len(place) > 2_000:
        del tag[name]
        return
    made = link(place) if link is not None else None
    tag[name] = place if made is None else made


def _markdown(soup: BeautifulSoup) -> str:
    try:
        from markdownify import MarkdownConverter
    except ImportError:
        raise missing_library("markdownify") from None
    options: dict[str, Any] = {"heading_style": "atx", "bullets": "-", "strip": ["title"], "autolinks": False}
    made: str = MarkdownConverter(**options).convert_soup(soup)
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in made.split("\n"))).strip()
