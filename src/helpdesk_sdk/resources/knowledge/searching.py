"""Search of published articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ...models.knowledge import ArticleAudience, ArticleAudienceName, ArticleHit


class KnowledgeSearch(Resource[Driver]):
    """The part of ``hd.knowledge`` that finds passages."""

    @call
    def search(
        self,
        query: str,
        *,
        locale: str | None = None,
        audience: ArticleAudience | ArticleAudienceName | None = None,
        limit: int = 10,
    ) -> Flow[Sequence[ArticleHit]]:
        """The passages of published articles that answer a question, best first. You find what you may read.

        The words of the question decide: ``mode`` is ``text``. Passages that hold an identifier of the question, such
        as an error code, come first.

        Args:
            query: The question, 1 to 2,000 characters.
            locale: Only articles of this language.
            audience: Only ``public`` or only ``internal`` articles.
            limit: At most this many passages, 1 to 100.

        Raises:
            InvalidValueError: A value is not valid.
            ForbiddenError: You are an assistant: a run gives it its passages.
        """
        arguments: dict[str, Any] = {
            "query": check.text("query", query, 1, limits.QUESTION_MAX),
            "max_rows": check.integer("limit", limit, 1, limits.SEARCH_PAGE_MAX),
        }
        if locale is not None:
            arguments["locale"] = check.text("locale", locale, 1, limits.LOCALE_MAX)
        if audience is not None:
            arguments["audience"] = check.choice("audience", audience, ArticleAudience)
        reply: Reply = yield self._read(self._rest.rpc("search_articles", arguments))
        return tuple(reply.rows(ArticleHit))
