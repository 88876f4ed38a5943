"""The data that the helpdesk returns: frozen pydantic models. They send no request and know no client."""

from .events import Announcement, Change, Event, EventName, EventPage, EventType
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
    "Event",
    "EventName",
    "EventPage",
    "EventType",
    "Invitation",
    "Message",
    "Note",
    "Priority",
    "PriorityName",
    "Role",
    "RoleName",
    "Session",
    "Status",
    "StatusName",
    "Team",
    "TeamMember",
    "Ticket",
    "TimelineEntry",
    "User",
    "Viewer",
]
