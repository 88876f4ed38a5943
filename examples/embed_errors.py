"""Errors of the helpdesk as HTTP responses of embed_fastapi.py."""

from __future__ import annotations

import logging

from fastapi import Request
from fastapi.responses import JSONResponse

from helpdesk_sdk import (
    AnswerInvalidError,
    AuthenticationError,
    CitationInvalidError,
    ConflictError,
    FieldRequiredError,
    ForbiddenError,
    HelpdeskError,
    InvalidValueError,
    NotFoundError,
    ProposalNotUndoableError,
    RateLimitedError,
    ReadOnlyError,
    TooManyError,
    TransitionNotAllowedError,
    UnknownOutcomeError,
)

logger = logging.getLogger("uvicorn.error")

# The first line that fits counts. A conflict says that somebody was faster, or that the state of the ticket forbids it:
# the page reads the ticket again. After an unknown outcome it sends the same request again, with the same id.
STATUSES: dict[type[HelpdeskError], int] = {
    InvalidValueError: 400,
    AuthenticationError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    TransitionNotAllowedError: 422,
    FieldRequiredError: 422,
    AnswerInvalidError: 422,
    CitationInvalidError: 422,
    ProposalNotUndoableError: 422,
    TooManyError: 422,
    RateLimitedError: 429,
    ReadOnlyError: 503,
    UnknownOutcomeError: 503,
}


def status_of(error: HelpdeskError) -> int:
    """The HTTP status for an error. What is no answer of the helpdesk at all is 503 if it may pass, else 502."""
    found = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), None)
    return found or (503 if error.is_transient else 502)


async def refuse(_: Request, error: Exception) -> JSONResponse:
    """An error as a response: its sentence for the customer; details of failures go to our log only."""
    assert isinstance(error, HelpdeskError)
    status, headers, detail = status_of(error), {}, error.message
    if isinstance(error, RateLimitedError):
        headers["Retry-After"] = str(max(1, round(error.retry_after or 0)))
    if status >= 500:
        logger.error("the helpdesk failed: %s", error)
        detail = "The helpdesk does not answer just now. Try again in a moment."
    return JSONResponse({"detail": detail}, status, headers)
