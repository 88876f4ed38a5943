"""The allowed values of options. They repeat the SDK's: importing the SDK would slow down completion and help."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any


class _Status(StrEnum):
    """The status of a ticket."""

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"


class _Priority(StrEnum):
    """The priority of a ticket."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class _Channel(StrEnum):
    """How a ticket came in."""

    API = "api"
    WEB = "web"
    CHAT = "chat"
    EMAIL = "email"
    PHONE = "phone"
    SLACK = "slack"
    IMPORT = "import"


class _Role(StrEnum):
    """The role of a person in the helpdesk."""

    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"
    ASSISTANT = "assistant"


# Typer takes a list of enums and no list of literals. The SDK takes literals, which the members of these enums equal.
if TYPE_CHECKING:
    from helpdesk_sdk import ChannelName, PriorityName, RoleName, StatusName

    Status = StatusName
    Priority = PriorityName
    Channel = ChannelName
    Role = RoleName
else:
    Status, Priority, Channel, Role = _Status, _Priority, _Channel, _Role


def words(choice: Any) -> str:
    """The words of a choice, as help shows them."""
    return "|".join(choice)
