"""`helpdesk assistant`: it proposes, with proof; people decide."""

from __future__ import annotations

# In the order of the help.
from . import proposing, learning, reports, administration  # isort: skip
from .app import app

__all__ = ["administration", "app", "learning", "proposing", "reports"]
