"""A headless helpdesk that lives in your own Supabase project.

>>> from helpdesk_sdk import Helpdesk
>>> with Helpdesk.from_env() as hd:
...     ticket = hd.tickets.create("Cannot log in", "It says 403 since this morning.")
"""

from . import errors
from ._http.flow import Page
from ._http.pagination import AsyncPager, Pager
from ._http.retry import Backoff
from ._ids import new_id
from ._live.stream import AsyncStream, Stream
from ._sentinels import LATEST
from ._version import __version__
from .client import AsyncHelpdesk, Helpdesk
from .errors import (
    AdminExistsError,
    AlreadyAnsweredError,
    AlreadyAssignedError,
    ApiError,
    AssigneeNotFoundError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    ConversationMovedError,
    CursorAheadError,
    DefaultTeamError,
    ExternalIdTakenError,
    ForbiddenError,
    HelpdeskError,
    IdConflictError,
    InactiveUserError,
    InvalidValueError,
    InvitationNotFoundError,
    LastAdminError,
    LogRestoredError,
    MessageNotFoundError,
    NameTakenError,
    NoProfileError,
    NoteNotFoundError,
    NotFoundError,
    RateLimitedError,
    ReadOnlyError,
    RequestTimeoutError,
    ServerError,
    StaleRevisionError,
    TeamInUseError,
    TeamNotFoundError,
    TicketClosedError,
    TicketNotFoundError,
    TooManyError,
    TransitionNotAllowedError,
    UnexpectedResponseError,
    UnknownOutcomeError,
    UserExistsError,
    UserNotFoundError,
)
from .models.events import Announcement, Change, Event, EventName, EventPage, EventType
from .models.messages import Message
from .models.notes import Note
from .models.presence import Viewer
from .models.session import Session
from .models.teams import Team, TeamMember
from .models.tickets import AuthorKind, Channel, Priority, Status, Ticket, TimelineEntry
from .models.users import Invitation, Role, User
from .resources.presence import TicketPresence

__all__ = [
    "LATEST",
    "AdminExistsError",
    "AlreadyAnsweredError",
    "AlreadyAssignedError",
    "Announcement",
    "ApiError",
    "AssigneeNotFoundError",
    "AsyncHelpdesk",
    "AsyncPager",
    "AsyncStream",
    "AuthenticationError",
    "AuthorKind",
    "Backoff",
    "Change",
    "Channel",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "ConversationMovedError",
    "CursorAheadError",
    "DefaultTeamError",
    "Event",
    "EventName",
    "EventPage",
    "EventType",
    "ExternalIdTakenError",
    "ForbiddenError",
    "Helpdesk",
    "HelpdeskError",
    "IdConflictError",
    "InactiveUserError",
    "InvalidValueError",
    "Invitation",
    "InvitationNotFoundError",
    "LastAdminError",
    "LogRestoredError",
    "Message",
    "MessageNotFoundError",
    "NameTakenError",
    "NoProfileError",
    "NotFoundError",
    "Note",
    "NoteNotFoundError",
    "Page",
    "Pager",
    "Priority",
    "RateLimitedError",
    "ReadOnlyError",
    "RequestTimeoutError",
    "Role",
    "ServerError",
    "Session",
    "StaleRevisionError",
    "Status",
    "Stream",
    "Team",
    "TeamInUseError",
    "TeamMember",
    "TeamNotFoundError",
    "Ticket",
    "TicketClosedError",
    "TicketNotFoundError",
    "TicketPresence",
    "TimelineEntry",
    "TooManyError",
    "TransitionNotAllowedError",
    "UnexpectedResponseError",
    "UnknownOutcomeError",
    "User",
    "UserExistsError",
    "UserNotFoundError",
    "Viewer",
    "__version__",
    "errors",
    "new_id",
]
