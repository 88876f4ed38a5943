"""Search of published articles."""

from __future__ import annotations

import math
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
        embedding: Sequence[float] | None = None,
        model: str | None = None,
        locale: str | None = None,
        audience: ArticleAudience | ArticleAudienceName | None = None,
        limit: int = 10,
    ) -> Flow[Sequence[ArticleHit]]:
        """The passages of published articles that answer a question, best first. You find what you may read.

        Without a vector the words of the question decide (``mode`` is ``text``); with one, both do (``hybrid``).
        Passages that hold an identifier of the question, such as an error code, come first.

        Args:
            query: The question, 1 to 2,000 characters.
            embedding: The vector of the question, 384 numbers; goes with ``model``. Both come from
                ``**EmbeddingEndpoint.question(query)`` of ``helpdesk_sdk.embeddings``.
            model: The name of the model that made it: that of the helpdesk.
            locale: Only articles of this language.
            audience: Only ``public`` or only ``internal`` articles.
            limit: At most this many passages, 1 to 100.

        Raises:
            InvalidValueError: A value is not valid.
            ForbiddenError: You are an assistant: a run gives it its passages.
            EmbeddingModelMismatchError: The vector is of another model than that of the helpdesk.
        """
        arguments: dict[str, Any] = {
            "query": check.text("query", query, 1, limits.QUESTION_MAX),
            "max_rows": check.integer("limit", limit, 1, limits.SEARCH_PAGE_MAX),
        }
        if (embedding is None) != (model is None):
            raise check.invalid("embedding", "goes with model")
        if embedding is not None and model is not None:
            arguments |= {"embedding": vector_of(embedding), "model": check.text("model", model, 1, limits.MODEL_MAX)}
        if locale is not None:
            arguments["locale"] = check.text("locale", locale, 1, limits.LOCALE_MAX)
        if audience is not None:
            arguments["audience"] = check.choice("audience", audience, ArticleAudience)
        reply: Reply = yield self._read(self._rest.rpc("search_articles", arguments))
        return tuple(reply.rows(ArticleHit))


def vector_of(values: Sequence[float], name: str = "embedding") -> Sequence[float]:
    """The numbers of a vector, after a check that it can be stored and compared."""
    given = [*values]
    if len(given) != limits.VECTOR_SIZE or not all(
        isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one) for one in given
    ):
        raise check.invalid(name, f"must be {limits.VECTOR_SIZE} finite numbers")
    return given
