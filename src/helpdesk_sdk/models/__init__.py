"""The data that the helpdesk returns: frozen pydantic models. They send no request and know no client."""

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING:
    from .counts import TeamCount, TicketCount, TicketCounts, WrongCounter
    from .events import Announcement, Change, Event, EventName, EventPage, EventType
    from .fields import (
        CustomField,
        FieldAudience,
        FieldAudienceName,
        FieldOption,
        FieldType,
        FieldTypeName,
        RequiredFor,
        RequiredForName,
    )
    from .messages import Message
    from .notes import Note
    from .presence import Viewer
    from .session import Session
    from .teams import Team, TeamMember
    from .tickets import (
        AuthorKind,
        AuthorKindName,
        Channel,
        ChannelName,
        Priority,
        PriorityName,
        Status,
        StatusName,
        Ticket,
        TimelineEntry,
    )
    from .users import Invitation, Role, RoleName, User


__all__ = [
    "Announcement",
    "AuthorKind",
    "AuthorKindName",
    "Change",
    "Channel",
    "ChannelName",
    "CustomField",
    "Event",
    "EventName",
    "EventPage",
    "EventType",
    "FieldAudience",
    "FieldAudienceName",
    "FieldOption",
    "FieldType",
    "FieldTypeName",
    "Invitation",
    "Message",
    "Note",
    "Priority",
    "PriorityName",
    "RequiredFor",
    "RequiredForName",
    "Role",
    "RoleName",
    "Session",
    "Status",
    "StatusName",
    "Team",
    "TeamCount",
    "TeamMember",
    "Ticket",
    "TicketCount",
    "TicketCounts",
    "TimelineEntry",
    "User",
    "Viewer",
    "WrongCounter",
]

__getattr__ = lazy_names(
    globals(),
    {
        "counts": ("TeamCount", "TicketCount", "TicketCounts", "WrongCounter"),
        "events": (
            "Announcement",
            "Change",
            "Event",
            "EventName",
            "EventPage",
            "EventType",
        ),
        "fields": (
            "CustomField",
            "FieldAudience",
            "FieldAudienceName",
            "FieldOption",
            "FieldType",
            "FieldTypeName",
            "RequiredFor",
            "RequiredForName",
        ),
        "messages": ("Message",),
        "notes": ("Note",),
        "presence": ("Viewer",),
        "session": ("Session",),
        "teams": (
            "Team",
            "TeamMember",
        ),
        "tickets": (
            "AuthorKind",
            "AuthorKindName",
            "Channel",
            "ChannelName",
            "Priority",
            "PriorityName",
            "Status",
            "StatusName",
            "Ticket",
            "TimelineEntry",
        ),
        "users": (
            "Invitation",
            "Role",
            "RoleName",
            "User",
        ),
    },
)


def __dir__() -> list[str]:
    return __all__
