"""How articles are named: by their row, their id or their slug."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Resource
from ...errors import ArticleNotFoundError
from ...models.knowledge import Article, ArticleVersion

ArticleRef = Article | UUID | str
"""An article: an Article, its id, or its slug."""

Found = TypeVar("Found", Article, ArticleVersion)


def find_article(
    resource: Resource[Any], article: ArticleRef, locale: str | None, *, again: bool = False
) -> Flow[Article]:
    """The article; an Article as it is, unless it is to be read again."""
    if isinstance(article, Article) and not again:
        return article
    reply: Reply = yield resource._read(by_ref(resource._rest.from_("articles").select("*"), article, locale))
    return only(reply.rows(Article), article)


def by_ref(query: Any, article: ArticleRef, locale: str | None) -> Any:
    """The query for the rows of an article."""
    key = article.article_id if isinstance(article, Article) else article
    if isinstance(key, str) and not _is_uuid(key):
        query = query.eq("slug", check.text("article", key, 1, limits.SLUG_MAX))
    else:
        query = query.eq("article_id", check.identifier("article", key))
    return query if locale is None else query.eq("locale", check.text("locale", locale, 1, limits.LOCALE_MAX))


def only(rows: Sequence[Found], article: ArticleRef) -> Found:
    """The one row.

    Raises:
        ArticleNotFoundError: There is none.
        InvalidValueError: There are several languages.
    """
    shown = article.slug if isinstance(article, Article) else article
    if not rows:
        raise ArticleNotFoundError(f"There is no article {shown}, or it is not yours to see", hint="List the articles.")
    if len(rows) > 1:
        raise check.invalid(
            "locale", f"must be one of {', '.join(sorted(row.locale for row in rows))}: {shown} has them all"
        )
    return rows[0]


def _is_uuid(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False
