"""Knowledge: articles, their versions, search, import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, call, paged
from ...models.knowledge import (
    Article,
    ArticleAudience,
    ArticleAudienceName,
    ArticleStatus,
    ArticleStatusName,
    ArticleVersion,
)
from ._references import ArticleRef, by_ref, find_article, only
from .embedding import KnowledgeEmbedding
from .importing import KnowledgeImports
from .reports import KnowledgeReports
from .searching import KnowledgeSearch

_NEWEST = Keyset("updated_at", "article_id", descending=True)
_BY_NUMBER = Keyset("version", "version_id", descending=True)


class Knowledge(
    KnowledgeSearch[Driver], KnowledgeEmbedding[Driver], KnowledgeImports[Driver], KnowledgeReports[Driver]
):
    """``hd.knowledge``: articles. Staff write them; requesters read and search what was published for them."""

    @paged
    def list(
        self,
        *,
        status: ArticleStatus | ArticleStatusName | Iterable[str] | None = None,
        audience: ArticleAudience | ArticleAudienceName | None = None,
        locale: str | None = None,
        section: str | None = None,
        page_size: int = 100,
    ) -> Flow[Page[Article]]:
        """Staff: the articles, those changed last first. Customers have none: they ``search`` and ``read``.

        Args:
            status: One status, or several.
            audience: ``public`` or ``internal``.
            locale: The language, e.g. ``de``.
            section: The section, by its full name.
            page_size: Articles per request, 1 to 1000.

        Raises:
            InvalidValueError: A value is not valid.
        """
        chosen = None if status is None else check.choices("status", status, ArticleStatus)
        given: dict[str, str] = {}
        if audience is not None:
            given["audience"] = check.choice("audience", audience, ArticleAudience)
        if locale is not None:
            given["locale"] = check.text("locale", locale, 1, limits.LOCALE_MAX)
        if section is not None:
            given["section"] = check.text("section", section, 1, limits.SECTION_MAX)

        def query() -> Any:
            made = self._rest.from_("articles").select("*")
            for name, value in given.items():
                made = made.eq(name, value)
            return made if chosen is None else made.in_("status", chosen)

        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        return keyset_page(self._read, query, Article, _NEWEST, size)

    @call
    def get(self, article: ArticleRef, *, locale: str | None = None) -> Flow[Article]:
        """Staff: one article as it is written now, with its draft.

        Args:
            article: Its slug, its id, or an Article to read again.
            locale: The language, where several articles share the slug.

        Raises:
            ArticleNotFoundError: There is no such article, or you are not staff.
            InvalidValueError: The slug has several languages, and none is named.
        """
        return (yield from find_article(self, article, locale, again=True))

    @call
    def read(self, article: ArticleRef, *, locale: str | None = None) -> Flow[ArticleVersion]:
        """What readers see of an article: its current version.

        Args:
            article: Its slug, its id, or an Article.
            locale: The language, where several articles share the slug.

        Raises:
            ArticleNotFoundError: There is no such published article, or it is not yours to read.
            InvalidValueError: The slug has several languages, and none is named.
        """
        query = self._rest.from_("article_versions").select("*").eq("is_current", True)
        reply: Reply = yield self._read(by_ref(query, article, locale))
        return only(reply.rows(ArticleVersion), article)

    @paged
    def versions(
        self, article: ArticleRef, *, locale: str | None = None, page_size: int = 20
    ) -> Flow[Page[ArticleVersion]]:
        """Staff: all versions of an article, the newest first.

        Args:
            article: Its slug, its id, or an Article.
            locale: The language, where several articles share the slug.
            page_size: Versions per request, 1 to 1000.

        Raises:
            ArticleNotFoundError: There is no such article, or you are not staff.
        """
        return self._versions(article, locale, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _versions(self, article: ArticleRef, locale: str | None, size: int) -> Flow[Page[ArticleVersion]]:
        found = yield from find_article(self, article, locale)

        def query() -> Any:
            return self._rest.from_("article_versions").select("*").eq("article_id", found.article_id)

        return (yield from keyset_page(self._read, query, ArticleVersion, _BY_NUMBER, size))

    @call
    def save(
        self,
        slug: str,
        title: str,
        body: str,
        *,
        locale: str = "en",
        audience: ArticleAudience | ArticleAudienceName | None = None,
        section: str | None = None,
        external_id: str | None = None,
    ) -> Flow[Article]:
        """Write a draft: of the article with this external id or slug and locale, or of a new one.

        The same content again changes nothing. Readers see the draft after ``publish``.

        Args:
            slug: The name in links: small letters, digits and hyphens, 1 to 100 characters.
            title: The title, 1 to 300 characters.
            body: The text, as Markdown; up to 500,000 characters.
            locale: The language, e.g. ``de`` or ``pt-BR``.
            audience: ``public``, or ``internal``: for staff only. None for the audience that the article has; a new
                one is public.
            section: The section that it stands in, up to 200 characters.
            external_id: Its id in another system, up to 200 characters.

        Raises:
            InvalidValueError: A value is not valid.
            SlugTakenError: Another article, with another external id, has this slug and locale.
            ExternalIdTakenError: The article with this external id has another locale.
            ForbiddenError: You may not write articles: the setting ``article_writers`` says who does.
        """
        arguments = {
            "slug": check.text("slug", slug, 1, limits.SLUG_MAX),
            "title": check.name("title", title, 1, limits.TITLE_MAX),
            "body": check.text("body", body, 0, limits.ARTICLE_BODY_MAX),
            "locale": check.text("locale", locale, 1, limits.LOCALE_MAX),
            "audience": None if audience is None else check.choice("audience", audience, ArticleAudience),
            "section": None if section is None else check.name("section", section, 1, limits.SECTION_MAX),
            "external_id": None
            if external_id is None
            else check.text("external_id", external_id, 1, limits.EXTERNAL_ID_MAX),
        }
        return (yield from self._call_one(self._rpc_write("save_article", arguments), Article))

    @call
    def publish(
        self, article: ArticleRef, *, locale: str | None = None, expected_revision: int | None = None
    ) -> Flow[Article]:
        """Publish an article as it is written now: readers see it, and search finds it, from now on.

        Args:
            article: Its slug, its id, or an Article.
            locale: The language, where several articles share the slug.
            expected_revision: Publish only if the article still has this revision.

        Raises:
            ArticleNotFoundError: There is no such article.
            StaleArticleError: The article has changed since that revision.
            InvalidValueError: The article has no text.
            ForbiddenError: You may not publish: the setting ``article_publishers`` says who does.
        """
        found = yield from find_article(self, article, locale)
        arguments: dict[str, Any] = {"article_id": str(found.article_id)}
        if expected_revision is not None:
            arguments["revision"] = check.integer("expected_revision", expected_revision, 1, 2**31 - 1)
        return (yield from self._call_one(self._rpc_write("publish_article", arguments), Article))

    @call
    def archive(self, article: ArticleRef, *, locale: str | None = None) -> Flow[Article]:
        """Withdraw an article: readers and search no longer have it. ``publish`` brings it back.

        Args:
            article: Its slug, its id, or an Article.
            locale: The language, where several articles share the slug.

        Raises:
            ArticleNotFoundError: There is no such article.
            ForbiddenError: You may not archive: the setting ``article_publishers`` says who does.
        """
        found = yield from find_article(self, article, locale)
        request = self._rpc_write("archive_article", {"article_id": str(found.article_id)})
        return (yield from self._call_one(request, Article))
