"""Errors about the event log."""

from __future__ import annotations

from .base import ConflictError


class CursorAheadError(ConflictError):
    """This cursor is not from this database."""

    reason = "cursor_ahead"


class LogRestoredError(ConflictError):
    """The event log was restored from another database: its cursors mean nothing here."""

    reason = "log_restored"
