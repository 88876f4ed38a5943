"""Errors between the caller and the helpdesk: the connection, the platform, the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import ApiError, HelpdeskError

if TYPE_CHECKING:
    from uuid import UUID


class ConnectionFailedError(HelpdeskError):
    """The helpdesk cannot be reached; nothing was changed."""

    is_transient = True


class RequestTimeoutError(ConnectionFailedError):
    """The helpdesk did not answer in time; nothing was changed."""


class UnknownOutcomeError(HelpdeskError):
    """The connection broke before the response came: the change may or may not have been made."""

    id: UUID | None
    """The id that the write carried, if it carried one. Repeating the call with this ``id=`` carries it out at most
    once."""
    status: int | None
    """The HTTP status, when a gateway answered in place of the helpdesk."""

    def __init__(
        self,
        message: str | None = None,
        *,
        hint: str | None = None,
        id: UUID | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.id = id
        self.status = status


class RateLimitedError(ApiError):
    """Too many requests."""

    is_transient = True
    retry_after: float | None = None
    """Seconds to wait before the next attempt; None when the server did not say."""


class ReadOnlyError(ApiError):
    """The database takes no writes at the moment."""


class UnexpectedResponseError(ApiError):
    """The response is not one of a helpdesk."""


class ServerError(ApiError):
    """The helpdesk failed to answer; nothing was changed."""

    is_transient = True


class StatementTimeoutError(ServerError):
    """The database stopped the request because it took too long; nothing was changed."""
