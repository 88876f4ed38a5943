"""Errors about what the caller gave: configuration, arguments, files on this machine."""

from __future__ import annotations

from .base import ApiError, ConflictError, HelpdeskError


class ConfigurationError(HelpdeskError):
    """The client is not configured."""


class LocalFileError(HelpdeskError):
    """A file on this machine cannot be read or written."""


class InvalidValueError(ApiError):
    """A value is not acceptable."""

    reason = "invalid_value"
    field: str | None = None
    """The name of the argument or column; None when it is not known."""


class IdConflictError(ConflictError):
    """This id is in use with other content."""

    reason = "id_conflict"


class TooManyError(ApiError):
    """There are too many of these."""

    reason = "too_many"
