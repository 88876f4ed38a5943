"""The links of an article, and which articles link to each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from .markdown import stretches

# Inline `](place`, the definition of a reference, an element of HTML, an address in <> or by itself. In a place,
# parentheses may come in pairs.
_PLACE = re.compile(
    r"\]\([ \t]*(?:<([^<>\n]{1,2000})>|((?:[^\s()<>]|\([^\s()<>]{0,200}\)){1,2000}))"
    r"|(?m:^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*<?([^\s<>]{1,2000}))"
    r"""|<(?:a|img)\s[^<>]{0,500}?\b(?:href|src)\s{0,9}=\s{0,9}["']?([^\s"'<>]{1,2000})"""
    r"|(https?://[^\s<>()\[\]\"'`|]{1,2000})",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_TEXTS = (".md", ".markdown", ".html", ".htm")


def links_of(body: str) -> list[str]:
    """The places that the links and images of a Markdown text lead to, each once, in their order. Code has none."""
    found: dict[str, None] = {}
    for is_code, text in stretches(body):
        if not is_code:
            for match in _PLACE.finditer(text):
                place = next(part for part in match.groups() if part)
                found.setdefault(place.rstrip(".,;:!?*_") if match[5] else place)
    return list(found)


def is_web(place: str) -> bool:
    """Whether a link leads to another site."""
    return place.startswith("//") or place.lower().startswith(("http://", "https://"))


def slug_in(place: str) -> str | None:
    """The slug of the article that a link means; None for a place that is no article.

    ``refunds``, ``./refunds#how``, ``/refunds``, ``refunds.md`` and ``guides/refunds`` mean the article refunds. A
    path of several parts from the root, like ``/app/settings``, is a page of the site, and a name with another ending,
    like ``screen.png``, a file.
    """
    path = unquote(place.partition("#")[0].partition("?")[0])
    if not path or is_web(place) or _SCHEME.match(place):
        return None
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    if not parts or (path.startswith("/") and len(parts) > 1):
        return None
    name = parts[-1]
    for ending in _TEXTS:
        if name.lower().endswith(ending):
            return name[: -len(ending)].lower()
    return None if "." in name else name.lower()


def circles_of(links: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """The groups of articles in which each leads to each other; each article is in at most one. The work is linear.

    Tarjan's strongly connected components, without recursion: a chain of links may be as long as there are articles.
    """
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: dict[str, None] = {}
    groups: list[tuple[str, ...]] = []
    for root in links:
        if root in number:
            continue
        pending = [(root, iter(links[root]))]
        number[root] = lowest[root] = len(number)
        open_[root] = None
        while pending:
            here, others = pending[-1]
            other = next((other for other in others if other in links), None)
            if other is None:
                pending.pop()
                if pending:
                    lowest[pending[-1][0]] = min(lowest[pending[-1][0]], lowest[here])
                if lowest[here] == number[here]:
                    groups.append(_closed(open_, here))
            elif other not in number:
                number[other] = lowest[other] = len(number)
                open_[other] = None
                pending.append((other, iter(links[other])))
            elif other in open_:
                lowest[here] = min(lowest[here], number[other])
    return sorted(tuple(sorted(group)) for group in groups if len(group) > 1)


def _closed(open_: dict[str, None], last: str) -> tuple[str, ...]:
    group: list[str] = []
    while not group or group[-1] != last:
        group.append(open_.popitem()[0])
    return tuple(group)
