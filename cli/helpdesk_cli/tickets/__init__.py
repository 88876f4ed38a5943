"""`helpdesk tickets`: list, read, open, reply to, change and move tickets."""

from __future__ import annotations

# In the order of the help.
from . import reading, writing, routing, merging, linking, participants, changes, bulk, counting  # isort: skip
from .app import app

__all__ = ["app", "bulk", "changes", "counting", "linking", "merging", "participants", "reading", "routing", "writing"]
