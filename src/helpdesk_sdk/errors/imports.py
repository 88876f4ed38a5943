"""Errors about imports."""

from __future__ import annotations

from .base import ConflictError, NotFoundError


class ImportNotFoundError(NotFoundError):
    """There is no such import."""

    reason = "import_not_found"


class ImportFinishedError(ConflictError):
    """The import is finished."""

    reason = "import_finished"
