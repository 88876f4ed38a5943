"""`helpdesk mail`: addresses, mails that arrived, quarantine, and how mails are sent."""

from __future__ import annotations

# In the order of the help.
from . import channels, inbound, originals, quarantine, blocks, addresses, sent, suppressions  # isort: skip
from . import templates, notifications, sending, receiving, fetching  # isort: skip
from .app import app

__all__ = [
    "addresses",
    "app",
    "blocks",
    "channels",
    "fetching",
    "inbound",
    "notifications",
    "originals",
    "quarantine",
    "receiving",
    "sending",
    "sent",
    "suppressions",
    "templates",
]
