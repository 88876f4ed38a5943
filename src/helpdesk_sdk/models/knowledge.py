"""Articles, their versions, and what a search or an import of them finds."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator

from .base import Model, OpenEnum

ArticleAudienceName = Literal["public", "internal"]
ArticleStatusName = Literal["draft", "published", "archived"]
ImportAction = Literal["created", "updated", "unchanged", "refused"]

_RANGE = re.compile(r"([\[(])(\d+),(\d+)([\])])")


class ArticleAudience(OpenEnum):
    """Who may read an article."""

    PUBLIC = "public"
    INTERNAL = "internal"


class ArticleStatus(OpenEnum):
    """How far an article is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Article(Model):
    """An article as staff write it. Readers see what was published of it: an ArticleVersion."""

    article_id: UUID
    """The article's id."""
    slug: str
    """Its name in links. An article and its translations share a slug."""
    locale: str
    """The language, e.g. ``de`` or ``pt-BR``."""
    title: str
    """The title, 1 to 300 characters."""
    body: str = ""
    """The text, as Markdown."""
    audience: ArticleAudience
    """``public``, or ``internal``: for staff only."""
    section: str | None = None
    """The section that it stands in."""
    external_id: str | None = None
    """Its id in the system that it was imported from."""
    status: ArticleStatus
    """``draft``, ``published`` or ``archived``. A published article may have a draft that is newer."""
    version: int = 0
    """The number of the newest version; 0 before the first publication."""
    revision: int
    """Counts the changes of the article."""
    created_by: UUID | None = None
    """Who drafted it; None for the system."""
    created_at: datetime
    """When it was drafted."""
    updated_at: datetime
    """When it was changed last."""
    published_at: datetime | None = None
    """When its newest version was published."""


class ArticleVersion(Model):
    """What was published of an article. It never changes."""

    version_id: UUID
    """The version's id."""
    article_id: UUID
    """The article's id."""
    version: int
    """Its number, from 1."""
    slug: str
    """The article's name in links."""
    locale: str
    """The language."""
    title: str
    """The title."""
    body: str
    """The text, as Markdown."""
    audience: ArticleAudience
    """``public``, or ``internal``: for staff only."""
    section: str | None = None
    """The section that it stands in."""
    is_current: bool
    """Whether readers see it now."""
    published_at: datetime
    """When it was published."""


def _ranges(value: Any) -> Any:
    """Ranges of PostgreSQL, as texts or in a text, as pairs of begin and end."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        return value
    return [
        (int(low) + (opened == "("), int(high) + (closed == "]"))
        for one in given
        for opened, low, high, closed in _RANGE.findall(one)
    ]


Spans = Annotated[tuple[tuple[int, int], ...], BeforeValidator(_ranges)]


class ArticleHit(Model):
    """A passage that a search found."""

    article_id: UUID
    """The article's id."""
    slug: str
    """The article's name in links."""
    title: str
    """The article's title."""
    locale: str
    """The language."""
    audience: ArticleAudience
    """Who may read it."""
    chunk_id: UUID
    """The passage's id."""
    heading_path: str
    """The headings above the passage, from the outermost."""
    body: str
    """The passage, as Markdown."""
    sentences: Spans = ()
    """Where the passage's sentences begin and end: offsets of characters in ``body``."""
    score: float
    """What the hits are ordered by; 3 more with ``matched_identifier``."""
    cosine: float | None = None
    """The likeness of the vectors of query and passage, -1 to 1; None where there is no vector."""
    lexical: float | None = None
    """How well the words fit, 0 to 1, compared with the passage that they fit best."""
    matched_identifier: bool = False
    """Whether the passage has an identifier of the query, such as an error code. Such passages come first."""
    mode: str
    """``hybrid``: by vectors and words; ``text``: by words alone."""


class EmbeddingProgress(Model):
    """How far a model's vectors are."""

    model: str | None = None
    """The name of the embedding model; None before a first worker has named one."""
    is_active: bool = False
    """Whether search uses it."""
    chunks: int
    """How many published passages there are."""
    embedded: int
    """How many of them have a vector of this model."""
    waiting: int
    """How many texts wait for a vector."""
    dead: int
    """How many texts failed too often."""
    examples: int = 0
    """How many past tickets are examples of labels."""
    examples_embedded: int = 0
    """How many of them have a vector of this model."""
    problem: str | None = None
    """What the last failure was."""


class EmbeddingJob(Model):
    """A text that waits for its vector."""

    job_id: UUID
    """The job's id."""
    target: str
    """``chunk``: a passage of an article; ``example``: a past ticket."""
    text: str
    """The text."""
    model: str
    """The model that is to embed it."""
    title: str | None = None
    """The title of the passage's article, which is embedded, too; None for an example."""


class EmbeddingCounts(Model):
    """What a call of the edge function ``embed-articles`` did."""

    stored: int
    """Vectors that were stored."""
    postponed: int
    """Texts whose vector could not be made; they are tried again later."""
    model: str | None = None
    """The model of the function; None where it has none."""
    more: bool = False
    """Whether the function should be called again, as texts may wait still."""


class ImportedItem(Model):
    """What an import did with one file or object."""

    source: str
    """The file, or the object in the export."""
    action: ImportAction
    """``created``, ``updated``, ``unchanged`` or ``refused``; of a dry run, what would be done."""
    slug: str | None = None
    """The article's name in links; None if there is none."""
    locale: str | None = None
    """The language."""
    title: str | None = None
    """The title."""
    status: ArticleStatus | None = None
    """What the article is after the import; of a dry run, what it would be."""
    article_id: UUID | None = None
    """The article's id, if it exists."""
    problem: str | None = None
    """What was refused, in one sentence."""
    hint: str | None = None
    """The way out."""


class ImportReport(Model):
    """What an import did."""

    items: tuple[ImportedItem, ...]
    """Each file or object."""
    notes: tuple[str, ...] = ()
    """What was left out or could not be kept."""
    is_dry_run: bool = False
    """Whether nothing was written."""

    def count(self, action: ImportAction) -> int:
        """How many items have this action.

        Args:
            action: ``created``, ``updated``, ``unchanged`` or ``refused``.
        """
        return Counter(item.action for item in self.items)[action]
