"""What the knowledge lacks: questions without an article, quotes that are out of date, broken links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ...imports.links import circles_of, is_web, links_of, slug_in
from ...models.base import Model
from ...models.knowledge import Article, ArticleStatus
from ...models.knowledge_reports import (
    ArticleLink,
    CitationProblem,
    CitationProblemName,
    Gap,
    GapState,
    GapStateName,
    LinkKind,
    LinkProblem,
    LinkReport,
    StaleCitation,
)
from ._references import ArticleRef, find_article

GapRef = Gap | UUID | str
"""A gap: a Gap, or its id."""

_MOST_ASKED = Keyset("tickets", "gap_id", descending=True)
_NEWEST = Keyset("at", "citation_id", descending=True)
# Texts of up to 500,000 characters come with them.
_TEXTS = 50


class _Named(Model):
    article_id: UUID
    slug: str
    locale: str
    status: ArticleStatus


class _Text(Model):
    version_id: UUID
    article_id: UUID
    slug: str
    locale: str
    audience: str
    body: str

    @property
    def name(self) -> str:
        return f"{self.slug} ({self.locale})"


class KnowledgeReports(Resource[Driver]):
    """The part of ``hd.knowledge`` that says what is missing or out of date."""

    @paged
    def gaps(
        self,
        *,
        state: GapState | GapStateName | Iterable[str] | None = "open",
        page_size: int = 100,
    ) -> Flow[Page[Gap]]:
        """Writers of articles: questions that no article answers, those that most tickets ask first.

        The assistant records them: nothing was found for a reply, or people rejected quotes for the same question more
        than once. You see and count the tickets that you work. Nearly the same words are the same question.

        Args:
            state: One state, or several; None for all.
            page_size: Gaps per request, 1 to 1000.

        Raises:
            InvalidValueError: A value is not valid.
        """
        chosen = None if state is None else check.choices("state", state, GapState)

        def query() -> Any:
            made = self._rest.from_("gap_report").select("*")
            return made if chosen is None else made.in_("state", chosen)

        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        return keyset_page(self._read, query, Gap, _MOST_ASKED, size)

    @call
    def dismiss_gap(self, gap: GapRef) -> Flow[Gap]:
        """No article is needed. The gap stays dismissed when the question is asked again. Repeated, it changes nothing.

        Args:
            gap: The gap, or its id.

        Raises:
            GapNotFoundError: There is no such gap, or no ticket of it is yours to work.
            ForbiddenError: You may not write articles.
        """
        return (yield from self._decide("dismiss_gap", gap))

    @call
    def resolve_gap(self, gap: GapRef, article: ArticleRef, *, locale: str | None = None) -> Flow[Gap]:
        """An article answers the question. The gap opens again when it is asked and nothing is found.

        Args:
            gap: The gap, or its id.
            article: The published article: its slug, its id, or an Article.
            locale: The language, where several articles share the slug.

        Raises:
            GapNotFoundError: There is no such gap, or no ticket of it is yours to work.
            ArticleNotFoundError: There is no such article.
            InvalidValueError: The article is not published.
            ForbiddenError: You may not write articles.
        """
        found: Article = yield from find_article(self, article, locale)
        return (yield from self._decide("resolve_gap", gap, article_id=str(found.article_id)))

    @call
    def reopen_gap(self, gap: GapRef) -> Flow[Gap]:
        """Take a decision about a gap back. Repeated, it changes nothing.

        Args:
            gap: The gap, or its id.

        Raises:
            GapNotFoundError: There is no such gap, or no ticket of it is yours to work.
            ForbiddenError: You may not write articles.
        """
        return (yield from self._decide("reopen_gap", gap))

    def _decide(self, function: str, gap: GapRef, **more: str) -> Flow[Gap]:
        key = str(gap.gap_id if isinstance(gap, Gap) else check.identifier("gap", gap, "the id of a gap"))
        decided = yield from self._call_one(self._rpc_write(function, {"gap_id": key, **more}), Gap)
        # With its words and numbers.
        report = self._rest.from_("gap_report").select("*").eq("gap_id", key)
        return (yield from self._first_row(self._read(report), Gap)) or decided

    @paged
    def stale(
        self,
        *,
        problem: CitationProblem | CitationProblemName | Iterable[str] | None = (
            "withdrawn",
            "internal",
            "changed",
            "rejected",
        ),
        page_size: int = 100,
    ) -> Flow[Page[StaleCitation]]:
        """Quotes in proposals on tickets that you work whose article has changed since, the newest decisions first.

        Args:
            problem: One problem, or several; None for all. By default all but ``replaced``: there the newest version
                still has the quote.
            page_size: Quotes per request, 1 to 1000.

        Raises:
            InvalidValueError: A value is not valid.
        """
        chosen = None if problem is None else check.choices("problem", problem, CitationProblem)

        def query() -> Any:
            made = self._rest.from_("stale_citations").select("*")
            return made if chosen is None else made.in_("problem", chosen)

        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        return keyset_page(self._read, query, StaleCitation, _NEWEST, size)

    @call
    def check_links(self) -> Flow[LinkReport]:
        """Check the links of all published articles that you may read.

        Links to articles are compared with their slugs, first in the language of the article. Links to other sites are
        listed, and not fetched. Articles that link to each other in a circle are named: that is no mistake by itself.
        """
        columns = "version_id,article_id,slug,locale,audience,body"
        texts = yield from self._all(_Text, "article_versions", columns, "version_id", _TEXTS, is_current=True)
        named = yield from self._all(_Named, "articles", "article_id,slug,locale,status", "article_id", limits.PAGE_MAX)
        return _report(sorted(texts, key=lambda text: text.name), named)

    def _all(
        self, kind: type[Any], table: str, columns: str, key: str, size: int, **equal: object
    ) -> Flow[Sequence[Any]]:
        def query() -> Any:
            made = self._rest.from_(table).select(columns)
            for name, value in equal.items():
                made = made.eq(name, value)
            return made

        page: Page[Any] = yield from keyset_page(self._read, query, kind, Keyset(key, None, descending=False), size)
        rows = [*page.items]
        while page.next is not None:
            page = yield from page.next()
            rows += page.items
        return rows


def _report(texts: Sequence[_Text], named: Sequence[_Named]) -> LinkReport:
    published: dict[str, list[_Text]] = {}
    for text in texts:
        published.setdefault(text.slug, []).append(text)
    others: dict[str, list[_Named]] = {}
    for row in named:
        if row.status != ArticleStatus.PUBLISHED:
            others.setdefault(row.slug, []).append(row)
    links: list[ArticleLink] = []
    leads_to: dict[str, list[str]] = {text.name: [] for text in texts}
    for text in texts:
        for place in links_of(text.body):
            slug = slug_in(place)
            problem: LinkProblem | None = None
            if slug is not None:
                found = _nearest(published.get(slug, []), text.locale)
                problem = _problem(text, found, _nearest(others.get(slug, []), text.locale))
                if found is not None and found.name != text.name:
                    leads_to[text.name].append(found.name)
            kind: LinkKind = "article" if slug is not None else "web" if is_web(place) else "other"
            if not place.startswith("#"):
                links.append(ArticleLink(slug=text.slug, locale=text.locale, target=place, kind=kind, problem=problem))
    return LinkReport(articles=len(texts), links=tuple(links), circles=tuple(circles_of(leads_to)))


def _nearest(rows: Sequence[Any], locale: str) -> Any:
    """The row of this language, else of the same one elsewhere, else any."""

    def distance(row: Any) -> tuple[bool, bool, str]:
        return row.locale != locale, row.locale.partition("-")[0] != locale.partition("-")[0], row.locale

    return min(rows, key=distance, default=None)


def _problem(text: _Text, found: _Text | None, other: _Named | None) -> LinkProblem | None:
    if found is not None:
        return "internal" if found.audience == "internal" and text.audience == "public" else None
    if other is None:
        return "missing"
    return "archived" if other.status == ArticleStatus.ARCHIVED else "draft"
