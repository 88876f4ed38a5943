"""Errors about articles."""

from __future__ import annotations

from .base import ConflictError, NotFoundError


class ArticleNotFoundError(NotFoundError):
    """There is no such article, or it is not yours to see."""

    reason = "article_not_found"


class SlugTakenError(ConflictError):
    """Another article has this slug and locale."""

    reason = "slug_taken"


class StaleArticleError(ConflictError):
    """The article has changed since you read it."""

    reason = "stale_article"
