"""The words that options may hold. The SDK has the same; importing it would slow down completion and help."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How far a ticket is."""

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Priority(StrEnum):
    """How soon a ticket should be looked at."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Channel(StrEnum):
    """Where a ticket came in."""

    API = "api"
    WEB = "web"
    CHAT = "chat"
    EMAIL = "email"
    PHONE = "phone"
    SLACK = "slack"
    IMPORT = "import"


class Role(StrEnum):
    """What somebody is in the helpdesk."""

    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"
    ASSISTANT = "assistant"
