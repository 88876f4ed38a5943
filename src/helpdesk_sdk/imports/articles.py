"""What the readers make, and the checks that all of them share."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from .._limits import ARTICLE_BODY_MAX, SECTION_MAX, SLUG_MAX, TITLE_MAX
from ..errors import ConfigurationError

Audience = Literal["public", "internal"]
Status = Literal["published", "draft", "archived"]

FILE_BYTES_MAX = 8_000_000
"""A longer file is not read: of HTML, most may be markup, but an article has at most 500,000 characters."""

_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
# Letters that do not come apart into a letter and an accent.
_SPELLED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "\u0131": "i"})


@dataclass(frozen=True, slots=True)
class ImportedArticle:
    """An article as a reader found it."""

    source: str
    """The file, or the object in the export."""
    slug: str
    """Its name in links, unique for each locale."""
    title: str
    """The title, 1 to 300 characters."""
    body: str
    """The text, as Markdown."""
    locale: str = "en"
    """The language, e.g. ``de`` or ``en-US``."""
    audience: Audience = "public"
    """Who may read it: everybody, or staff."""
    section: str | None = None
    """The section that it stands in."""
    status: Status = "published"
    """What it is to become."""
    external_id: str | None = None
    """Its id in the system that it comes from."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file or an object that was not read."""

    source: str
    """The file, or the object in the export."""
    problem: str
    """What is wrong, in one sentence."""
    hint: str
    """The way out."""


@dataclass(slots=True)
class Reading:
    """All that a reader found."""

    articles: list[ImportedArticle] = field(default_factory=list)
    """The articles, in the order of their sources."""
    refused: list[Refusal] = field(default_factory=list)
    """What was not read, and why. Everything else was."""
    notes: list[str] = field(default_factory=list)
    """What the import leaves out or cannot keep, e.g. links to files that are not there."""


class RefusedSourceError(Exception):
    """One source cannot become an article; the others can."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.problem, self.hint = problem, hint


def slug_of(text: str) -> str:
    """A slug from a title or a path: small letters, digits and hyphens. Empty where no letter is left."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_SPELLED))
    return (
        _NOT_IN_SLUG.sub("-", "".join(c for c in plain if not unicodedata.combining(c)))
        .strip("-")[:SLUG_MAX]
        .rstrip("-")
    )


def checked(article: ImportedArticle) -> ImportedArticle:
    """The article, with its values in the form that the helpdesk stores.

    Raises:
        RefusedSourceError: A value is not valid.
    """
    title = " ".join(article.title.split())
    if not 1 <= len(title) <= TITLE_MAX:
        raise RefusedSourceError(
            f"the title has {len(title):,} characters", f"Give it a title of 1 to {TITLE_MAX} characters."
        )
    if len(article.slug) > SLUG_MAX or not _SLUG.fullmatch(article.slug):
        raise RefusedSourceError(
            f"the slug {article.slug[:80]!r} is not valid",
            f"Use small letters, digits and hyphens, at most {SLUG_MAX} characters.",
        )
    if not _LOCALE.fullmatch(article.locale):
        raise RefusedSourceError(f"the locale {article.locale[:80]!r} is not valid", "Write it like en, de or pt-BR.")
    body = article.body.strip()
    for name, text in (("title", title), ("body", body)):
        if "\0" in text:
            raise RefusedSourceError(f"the {name} contains a NUL character", "Is it a text file? Remove the character.")
    if not body:
        raise RefusedSourceError("it has no text", "Write a text, or leave the file out.")
    if len(body) > ARTICLE_BODY_MAX:
        raise RefusedSourceError(
            f"the text has {len(body):,} characters", f"Split it: an article has at most {ARTICLE_BODY_MAX:,}."
        )
    if article.section is not None and len(article.section) > SECTION_MAX:
        raise RefusedSourceError("the section is too long", f"Shorten it to {SECTION_MAX} characters.")
    return replace(article, title=title, body=body, section=article.section or None)


def refuse_twins(reading: Reading) -> None:
    """Refuse all articles that share slug and locale: which of them is meant cannot be known."""
    by_name: dict[tuple[str, str], list[ImportedArticle]] = defaultdict(list)
    for article in reading.articles:
        by_name[article.slug, article.locale.lower()].append(article)
    for (slug, locale), twins in by_name.items():
        if len(twins) == 1:
            continue
        for article in twins:
            others = ", ".join(twin.source for twin in twins if twin is not article)
            reading.refused.append(
                Refusal(
                    article.source,
                    f"{_shortened(others)} has the same slug, {slug}, for {locale}",
                    "Give one of them another slug in its front matter (slug: …), or another locale.",
                )
            )
    reading.articles[:] = [one for one in reading.articles if len(by_name[one.slug, one.locale.lower()]) == 1]


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        RefusedSourceError: It is no text, too long, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise RefusedSourceError(
            f"it cannot be read: {error.strerror}", "Check the file and its permissions."
        ) from None
    if len(data) > FILE_BYTES_MAX:
        raise RefusedSourceError(
            f"it has more than {FILE_BYTES_MAX:,} bytes", "Split it into several articles, or move data out of it."
        )
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise RefusedSourceError(
            f"it is not UTF-8: byte {error.start:,} is 0x{data[error.start]:02x}",
            "Convert it, e.g.: iconv -f WINDOWS-1252 -t UTF-8",
        ) from None


def count_by(names: Iterable[str]) -> str:
    """The different names with their number, the most frequent first: ``.png (3), .pdf (1)``."""
    counted: dict[str, int] = defaultdict(int)
    for name in names:
        counted[name] += 1
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name or 'without a suffix'} ({number})" for name, number in ordered[:8])


def missing_library(name: str) -> ConfigurationError:
    """The error for a library of the extra [kb] that is not installed."""
    return ConfigurationError(
        f"To read these files needs the package {name}", hint="Install it: pip install 'helpdesk-sdk[kb]'"
    )


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else text[:299] + "…"
