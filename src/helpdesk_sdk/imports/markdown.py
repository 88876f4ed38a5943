"""A Markdown file: its front matter, its title, its comments, and its links to other files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from .articles import RefusedSourceError, missing_library

_FENCE = "---"
# Front matter is a handful of lines. YAML is slow, and a hostile document can be slower.
_FRONT_MATTER_MAX = 16_384
_PLACES = ("slug", "title", "locale", "audience", "section", "status")
# Names that other programs use for the same.
_ALSO = {"lang": "locale", "language": "locale", "category": "section"}
# Comments that hold the begin of code make a text be read again. After so many times, code is not looked for.
_COMMENT_PASSES = 100
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)")
# The place of a link: inline, `](place`, or of a reference, `[name]: place`. A place has no blanks, or stands in <>.
_LINK = re.compile(
    r"(\]\([ \t]*)(<[^<>\n]{1,2000}>|[^\s()<>]{1,2000})|(?m:^( {0,3}\[[^\]\n]{1,200}\]:[ \t]*)(\S{1,2000}))"
)

Resolve = Callable[[str], str | None]
"""From the place of a link to the place that is written instead; None to leave it."""


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The values of the front matter that an import uses, as text, and what follows it.

    Raises:
        RefusedSourceError: The front matter is not valid.
    """
    first, _, rest = text.partition("\n")
    if first.rstrip() != _FENCE:
        return {}, text
    taken, lines = 0, rest.split("\n")
    for number, line in enumerate(lines):
        if line.rstrip() in {_FENCE, "..."}:
            return _values("\n".join(lines[:number])), "\n".join(lines[number + 1 :])
        taken += len(line) + 1
        if taken > _FRONT_MATTER_MAX:
            raise RefusedSourceError(
                f"its front matter is longer than {_FRONT_MATTER_MAX:,} characters",
                "Move data out of it, or end it with ---.",
            )
    raise RefusedSourceError("its front matter has no end", "Close it with a line --- of its own.")


def _values(text: str) -> dict[str, str]:
    try:
        import yaml
    except ImportError:
        raise missing_library("pyyaml") from None
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 2}" if mark is not None else ""
        what = getattr(error, "problem", None) or "it is no YAML"
        raise RefusedSourceError(
            f"its front matter is broken{where}: {what}", 'Put texts with a colon in quotes, as title: "Refunds: how"'
        ) from None
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise RefusedSourceError("its front matter has no names and values", "Write lines like title: Refunds")
    return _checked({str(name).lower(): value for name, value in found.items()})


def _checked(found: dict[str, Any]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name in (*_PLACES, *_ALSO):
        value, place = found.get(name), _ALSO.get(name, name)
        if value is None or place in values:
            continue
        if not isinstance(value, str | int | float | date):
            raise RefusedSourceError(f"{name} in its front matter is no text", f"Write one value: {name}: …")
        # YAML reads `no` as false; as a language it is Norwegian.
        values[place] = "no" if value is False and place == "locale" else str(value).strip()
    if found.get("draft") is True and "status" not in values:
        values["status"] = "draft"
    for name, allowed in (("audience", ("public", "internal")), ("status", ("published", "draft", "archived"))):
        if name in values and values[name] not in allowed:
            raise RefusedSourceError(
                f"{name} in its front matter is {values[name][:60]!r}", f"Write one of: {', '.join(allowed)}."
            )
    return values


def first_heading(body: str) -> tuple[str | None, str]:
    """The text of the first heading, and the body without it when it is the body's title: level 1, before any text."""
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise missing_library("markdown-it-py") from None
    parser = MarkdownIt("commonmark")
    # Only blocks are needed; to parse what is in them takes most of the time.
    parser.core.ruler.disable(["inline", "text_join"])
    tokens = parser.parse(body)
    for place, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        text = _plain(tokens[place + 1].content)
        if not text:
            continue
        if place == 0 and token.tag == "h1" and token.map is not None:
            lines = body.split("\n")
            return text, "\n".join(lines[: token.map[0]] + lines[token.map[1] :])
        return text, body
    return None, body


def _plain(text: str) -> str:
    """The text of a heading without links and emphasis."""
    text = re.sub(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,2000}\)", r"\1", text)
    return re.sub(r"(?<!\w)[*_]{1,3}|[*_]{1,3}(?!\w)|`", "", text).replace("\\", "").strip()


def without_comments(body: str) -> str:
    """The body without HTML comments: no reader of the page sees them, and so no search may find them."""
    kept: list[str] = []
    for _ in range(_COMMENT_PASSES):
        if "<!--" not in body:
            return "".join(kept) + body
        before, body = _cut_comments(body, _code_ranges(body))
        kept.append(before)
    return "".join(kept) + _cut_comments(body, [])[0]


def _cut_comments(body: str, code: Sequence[tuple[int, int]]) -> tuple[str, str]:
    """What is done, and what has to be read again: after a comment that holds the begin of what seemed to be code."""
    kept: list[str] = []
    begin = place = span = 0
    while (place := body.find("<!--", place)) >= 0:
        while span < len(code) and code[span][1] <= place:
            span += 1
        if span < len(code) and code[span][0] <= place:
            place = code[span][1]
            continue
        end = body.find("-->", place + 4)
        if end < 0 and body[body.rfind("\n", 0, place) + 1 : place].strip():
            # Within a line, what does not end is no comment.
            break
        kept.append(body[begin:place])
        begin = place = len(body) if end < 0 else end + 3
        while span < len(code) and code[span][1] <= begin:
            span += 1
        if span < len(code) and code[span][0] < begin:
            return "".join(kept), body[begin:]
    return "".join(kept) + body[begin:], ""


def _code_ranges(body: str) -> list[tuple[int, int]]:
    found, place = [], 0
    for is_code, text in stretches(body):
        if is_code:
            found.append((place, place + len(text)))
        place += len(text)
    return found


def with_links(body: str, resolve: Resolve) -> str:
    """The body with each link's place as ``resolve`` wants it. Code is left as it is."""

    def replaced(match: re.Match[str]) -> str:
        before, place = (match[1], match[2]) if match[1] is not None else (match[3], match[4])
        bare = place[1:-1] if place.startswith("<") and place.endswith(">") else place
        made = resolve(bare)
        return match[0] if made is None else f"{before}{made}"

    return "".join(text if code else _LINK.sub(replaced, text) for code, text in stretches(body))


def stretches(body: str) -> Iterator[tuple[bool, str]]:
    """The body in pieces, each with whether it is code: fenced blocks and code spans."""
    fence = ""
    plain: list[str] = []
    for line in body.splitlines(keepends=True):
        bare = line.lstrip(" ")
        mark = bare[:3] if len(line) - len(bare) <= 3 and bare[:3] in {"```", "~~~"} else ""
        if not fence and not mark:
            plain.append(line)
            continue
        if plain:
            yield from _spans("".join(plain))
            plain = []
        yield True, line
        if not fence:
            run = len(bare) - len(bare.lstrip(mark[0]))
            fence = mark[0] * run
        elif mark and bare.startswith(fence) and not bare.strip().strip(fence[0]):
            fence = ""
    if plain:
        yield from _spans("".join(plain))


def _spans(text: str) -> Iterator[tuple[bool, str]]:
    """Text outside of fenced blocks: its code spans, and what is between them."""
    runs = list(_CODE_SPAN.finditer(text))
    # For each run of back-ticks, the next run of the same length: found from the end, so that the time is linear.
    following: dict[int, int] = {}
    closes: list[int | None] = [None] * len(runs)
    for place in range(len(runs) - 1, -1, -1):
        length = len(runs[place][1])
        closes[place] = following.get(length)
        following[length] = place
    begin, place = 0, 0
    while place < len(runs):
        close = closes[place]
        if close is None or text.find("\n\n", runs[place].end(), runs[close].start()) >= 0:
            place += 1
            continue
        yield False, text[begin : runs[place].start()]
        yield True, text[runs[place].start() : runs[close].end()]
        begin, place = runs[close].end(), close + 1
    yield False, text[begin:]
