"""Keeps the ``realtime`` package quiet about what the hub deals with, and reports itself."""

from __future__ import annotations

import logging
from contextvars import ContextVar

logger = logging.getLogger("helpdesk_sdk")

_ours: ContextVar[bool] = ContextVar("helpdesk_live", default=False)


def _passes(record: logging.LogRecord) -> bool:
    return not _ours.get() or record.levelno < logging.WARNING


def quietly() -> None:
    """From here on, in this task and those it begins; a host's own use of the package is not touched."""
    _ours.set(True)
    for module in ("client", "channel", "push", "timer"):
        logging.getLogger(f"realtime._async.{module}").addFilter(_passes)
