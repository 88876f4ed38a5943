"""Errors about articles."""

from __future__ import annotations

from .base import ConflictError, NotFoundError


class ArticleNotFoundError(NotFoundError):
    """There is no such article, or it is not yours to see."""

    reason = "article_not_found"


class GapNotFoundError(NotFoundError):
    """There is no such gap, or it is not yours to see."""

    reason = "gap_not_found"


class SlugTakenError(ConflictError):
    """Another article has this slug and locale."""

    reason = "slug_taken"


class StaleArticleError(ConflictError):
    """The article has changed since you read it."""

    reason = "stale_article"


class EmbeddingIncompleteError(ConflictError):
    """Not every passage has a vector of this model yet."""

    reason = "embedding_incomplete"


class EmbeddingModelMismatchError(ConflictError):
    """The vector is of another model than the one that this helpdesk uses."""

    reason = "embedding_model_mismatch"
