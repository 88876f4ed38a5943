"""What the helpdesk returns: frozen pydantic models. Nothing here sends a request or knows a client."""

from .events import Announcement, Change, Event, EventName, EventPage, EventType
from .messages import Message
from .notes import Note
from .presence import Viewer
from .session import Session
from .teams import Team, TeamMember
from .tickets import AuthorKind, Channel, Priority, Status, Ticket, TimelineEntry
from .users import Invitation, Role, User

__all__ = [
    "Announcement",
    "AuthorKind",
    "Change",
    "Channel",
    "Event",
    "EventName",
    "EventPage",
    "EventType",
    "Invitation",
    "Message",
    "Note",
    "Priority",
    "Role",
    "Session",
    "Status",
    "Team",
    "TeamMember",
    "Ticket",
    "TimelineEntry",
    "User",
    "Viewer",
]
