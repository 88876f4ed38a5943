"""`helpdesk kb`: articles that answer questions."""

from __future__ import annotations

# In the order of the help.
from . import articles, reports  # isort: skip
from .app import app

__all__ = ["app", "articles", "reports"]
