"""`helpdesk mail`: e-mail out."""

from __future__ import annotations

from . import sending  # isort: skip
from .app import app

__all__ = ["app", "sending"]
