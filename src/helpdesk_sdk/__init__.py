"""A headless helpdesk that lives in your own Supabase project.

>>> from helpdesk_sdk import Helpdesk
>>> with Helpdesk.from_env() as hd:
...     ticket = hd.tickets.create("Cannot log in", "It says 403 since this morning.")
"""

from . import errors
from ._flow import AsyncPager, Page, Pager
from ._ids import new_id
from ._retry import Backoff
from ._sentinels import LATEST
from ._session import Session
from ._stream import AsyncStream, Stream
from ._version import __version__
from .client import AsyncHelpdesk, Helpdesk
from .errors import (
    AdminExists,
    AlreadyAnswered,
    AlreadyAssigned,
    ApiError,
    AssigneeNotFound,
    AuthenticationError,
    ConfigurationError,
    Conflict,
    ConnectionFailed,
    ConversationMoved,
    CursorAhead,
    DefaultTeam,
    ExternalIdTaken,
    HelpdeskError,
    IdConflict,
    InactiveUser,
    InvitationNotFound,
    LastAdmin,
    LogRestored,
    MessageNotFound,
    NameTaken,
    NoProfile,
    NoteNotFound,
    NotFound,
    PermissionDenied,
    RateLimited,
    ReadOnlyError,
    ServerError,
    StaleRevision,
    TeamInUse,
    TeamNotFound,
    TicketClosed,
    TicketNotFound,
    TimedOut,
    TooMany,
    TransitionNotAllowed,
    UnexpectedAnswer,
    UnknownOutcome,
    UserExists,
    UserNotFound,
    ValidationError,
)
from .events import Announcement, Change, Event, EventName, EventPage, EventType
from .messages import Message
from .notes import Note
from .presence import TicketPresence, Viewer
from .teams import Team, TeamMember
from .tickets import AuthorKind, Channel, Priority, Status, Ticket, TimelineEntry
from .users import Invitation, Role, User

__all__ = [
    "LATEST",
    "AdminExists",
    "AlreadyAnswered",
    "AlreadyAssigned",
    "Announcement",
    "ApiError",
    "AssigneeNotFound",
    "AsyncHelpdesk",
    "AsyncPager",
    "AsyncStream",
    "AuthenticationError",
    "AuthorKind",
    "Backoff",
    "Change",
    "Channel",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "ConversationMoved",
    "CursorAhead",
    "DefaultTeam",
    "Event",
    "EventName",
    "EventPage",
    "EventType",
    "ExternalIdTaken",
    "Helpdesk",
    "HelpdeskError",
    "IdConflict",
    "InactiveUser",
    "Invitation",
    "InvitationNotFound",
    "LastAdmin",
    "LogRestored",
    "Message",
    "MessageNotFound",
    "NameTaken",
    "NoProfile",
    "NotFound",
    "Note",
    "NoteNotFound",
    "Page",
    "Pager",
    "PermissionDenied",
    "Priority",
    "RateLimited",
    "ReadOnlyError",
    "Role",
    "ServerError",
    "Session",
    "StaleRevision",
    "Status",
    "Stream",
    "Team",
    "TeamInUse",
    "TeamMember",
    "TeamNotFound",
    "Ticket",
    "TicketClosed",
    "TicketNotFound",
    "TicketPresence",
    "TimedOut",
    "TimelineEntry",
    "TooMany",
    "TransitionNotAllowed",
    "UnexpectedAnswer",
    "UnknownOutcome",
    "User",
    "UserExists",
    "UserNotFound",
    "ValidationError",
    "Viewer",
    "__version__",
    "errors",
    "new_id",
]
