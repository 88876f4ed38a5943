"""Errors about e-mail."""

from __future__ import annotations

from .base import ConflictError, NotFoundError


class EmailNotFoundError(NotFoundError):
    """There is no such mail."""

    reason = "email_not_found"


class EmailTakenError(ConflictError):
    """The address is in use already."""

    reason = "email_taken"


class NotQuarantinedError(ConflictError):
    """The mail is not in quarantine."""

    reason = "not_quarantined"
