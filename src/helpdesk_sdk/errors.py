"""Everything the SDK raises on purpose.

HelpdeskError
├── ConfigurationError
├── ConnectionFailedError
│   └── RequestTimeoutError
├── UnknownOutcomeError
├── LocalFileError
└── ApiError
    ├── InvalidValueError
    ├── AuthenticationError
    ├── ForbiddenError
    │   ├── NoProfileError
    │   └── InactiveUserError
    ├── NotFoundError
    │   ├── TicketNotFoundError
    │   ├── MessageNotFoundError
    │   ├── NoteNotFoundError
    │   ├── ViewNotFoundError
    │   ├── TeamNotFoundError
    │   ├── UserNotFoundError
    │   ├── AssigneeNotFoundError
    │   ├── InvitationNotFoundError
    │   ├── AttachmentNotFoundError
    │   └── FieldNotFoundError
    ├── ConflictError
    │   ├── IdConflictError
    │   ├── ExternalIdTakenError
    │   ├── StaleRevisionError
    │   ├── ConversationMovedError
    │   ├── AlreadyAssignedError
    │   ├── AlreadyAnsweredError
    │   ├── TicketClosedError
    │   ├── LastAdminError
    │   ├── AdminExistsError
    │   ├── UserExistsError
    │   ├── NameTakenError
    │   ├── TeamInUseError
    │   ├── DefaultTeamError
    │   ├── CursorAheadError
    │   ├── LogRestoredError
    │   ├── AttachmentNotReadyError
    │   ├── AttachmentRejectedError
    │   ├── FieldExistsError
    │   ├── FieldRetiredError
    │   └── OptionExistsError
    ├── TransitionNotAllowedError
    ├── FieldRequiredError
    ├── TooManyError
    ├── RateLimitedError
    ├── ReadOnlyError
    ├── UnexpectedResponseError
    └── ServerError
        └── StatementTimeoutError

The default message of a class is the first line of its docstring. ``str(error)`` is the message and, if known, the
way out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self
from uuid import UUID

if TYPE_CHECKING:
    # The local stack's supervisor imports the errors, and needs no pydantic.
    from .models.messages import Message
    from .models.tickets import Ticket

__all__ = [
    "AdminExistsError",
    "AlreadyAnsweredError",
    "AlreadyAssignedError",
    "ApiError",
    "AssigneeNotFoundError",
    "AttachmentNotFoundError",
    "AttachmentNotReadyError",
    "AttachmentRejectedError",
    "AuthenticationError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "ConversationMovedError",
    "CursorAheadError",
    "DefaultTeamError",
    "ExternalIdTakenError",
    "FieldExistsError",
    "FieldNotFoundError",
    "FieldRequiredError",
    "FieldRetiredError",
    "ForbiddenError",
    "HelpdeskError",
    "IdConflictError",
    "InactiveUserError",
    "InvalidValueError",
    "InvitationNotFoundError",
    "LastAdminError",
    "LocalFileError",
    "LogRestoredError",
    "MessageNotFoundError",
    "NameTakenError",
    "NoProfileError",
    "NotFoundError",
    "NoteNotFoundError",
    "OptionExistsError",
    "RateLimitedError",
    "ReadOnlyError",
    "RequestTimeoutError",
    "ServerError",
    "StaleRevisionError",
    "StatementTimeoutError",
    "TeamInUseError",
    "TeamNotFoundError",
    "TicketClosedError",
    "TicketNotFoundError",
    "TooManyError",
    "TransitionNotAllowedError",
    "UnexpectedResponseError",
    "UnknownOutcomeError",
    "UserExistsError",
    "UserNotFoundError",
    "ViewNotFoundError",
]


class HelpdeskError(Exception):
    """Something went wrong in the helpdesk."""

    message: str
    """What happened, in one sentence."""
    hint: str | None
    """What to do about it, in one sentence; None where nothing is known."""
    is_transient: bool = False
    """Whether the same call may succeed a little later, without any change: no connection, a rate limit, a failing
    server. Nothing was changed then. UnknownOutcomeError is not transient: repeat that call with ``id=error.id``."""

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").partition("\n")[0]
        self.hint = hint
        super().__init__(self.message)

    def __str__(self) -> str:
        if not self.hint:
            return self.message
        stop = "" if self.message.endswith((".", "!", "?")) else "."
        return f"{self.message}{stop} {self.hint}"


class ConfigurationError(HelpdeskError):
    """The client is not configured."""


class ConnectionFailedError(HelpdeskError):
    """The helpdesk cannot be reached; nothing was changed."""

    is_transient = True


class RequestTimeoutError(ConnectionFailedError):
    """The helpdesk did not answer in time; nothing was changed."""


class UnknownOutcomeError(HelpdeskError):
    """The connection broke before the response came: the change may or may not have been made."""

    id: UUID | None
    """The id that the write carried, if it carried one. Repeating the call with this ``id=`` carries it out at most
    once."""
    status: int | None
    """The HTTP status, when a gateway answered in place of the helpdesk."""

    def __init__(
        self,
        message: str | None = None,
        *,
        hint: str | None = None,
        id: UUID | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.id = id
        self.status = status


class LocalFileError(HelpdeskError):
    """A file on this machine cannot be read or written."""


class ApiError(HelpdeskError):
    """The helpdesk refused."""

    reason: str | None = None
    """The stable name of the broken rule, e.g. ``ticket_not_found``; None where no rule of the helpdesk applies."""
    code: str | None
    """The SQLSTATE or the PostgREST code, e.g. ``PT404``."""
    status: int | None
    """The HTTP status; None when the SDK refused before it sent a request."""
    request_id: str | None
    """The platform's id of the request, for questions to its support."""

    def __init__(
        self,
        message: str | None = None,
        *,
        hint: str | None = None,
        code: str | None = None,
        status: int | None = None,
        reason: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.status = status
        self.reason = reason or type(self).reason
        self.request_id = request_id

    @classmethod
    def family(cls) -> Iterator[type[Self]]:
        """This class and all classes below it."""
        yield cls
        for child in cls.__subclasses__():
            yield from child.family()


class InvalidValueError(ApiError):
    """A value is not acceptable."""

    reason = "invalid_value"
    field: str | None = None
    """The name of the argument or column; None when it is not known."""


class AuthenticationError(ApiError):
    """You are not signed in."""


class ForbiddenError(ApiError):
    """You may not do this."""

    reason = "forbidden"


class NoProfileError(ForbiddenError):
    """This login has no helpdesk profile."""

    reason = "no_profile"


class InactiveUserError(ForbiddenError):
    """Your helpdesk account is deactivated."""

    reason = "inactive_user"


class NotFoundError(ApiError):
    """There is no such thing, or it is not yours to see."""


class TicketNotFoundError(NotFoundError):
    """There is no such ticket, or it is not yours to see."""

    reason = "ticket_not_found"


class MessageNotFoundError(NotFoundError):
    """There is no such message, or it is not yours to see."""

    reason = "message_not_found"


class NoteNotFoundError(NotFoundError):
    """There is no such note, or it is not yours to see."""


class ViewNotFoundError(NotFoundError):
    """There is no such view, or it is not yours to see."""


class TeamNotFoundError(NotFoundError):
    """There is no such team, or it is not yours to see."""

    reason = "team_not_found"


class UserNotFoundError(NotFoundError):
    """There is no such person, or they are not yours to see."""

    reason = "user_not_found"


class AssigneeNotFoundError(NotFoundError):
    """There is no such active agent."""

    reason = "assignee_not_found"


class InvitationNotFoundError(NotFoundError):
    """There is no such open invitation."""

    reason = "invitation_not_found"


class AttachmentNotFoundError(NotFoundError):
    """There is no such file, or it is not yours to see."""

    reason = "attachment_not_found"


class FieldNotFoundError(NotFoundError):
    """There is no such custom field."""

    reason = "field_not_found"


class ConflictError(ApiError):
    """Somebody else was faster, or the present state forbids it."""

    current: Ticket | None = None
    """The ticket as it is now, for conflicts about a ticket that you may see."""


class IdConflictError(ConflictError):
    """This id is in use with other content."""

    reason = "id_conflict"


class ExternalIdTakenError(ConflictError):
    """Another ticket has this external id."""

    reason = "external_id_taken"


class StaleRevisionError(ConflictError):
    """The ticket has changed since you read it."""

    reason = "stale_revision"


class ConversationMovedError(ConflictError):
    """The conversation has moved on since you read it."""

    reason = "conversation_moved"
    new_messages: tuple[Message, ...] = ()
    """The newest of the messages since then, at most 100, oldest first."""
    has_more: bool = False
    """Whether there are more new messages than these: ``hd.messages.list(ticket)`` has them all."""


class AlreadyAssignedError(ConflictError):
    """Somebody else has this ticket."""

    reason = "already_assigned"


class AlreadyAnsweredError(ConflictError):
    """The ticket has been answered: its title and description stay as they are."""

    reason = "already_answered"


class TicketClosedError(ConflictError):
    """The ticket is closed."""

    reason = "ticket_closed"


class LastAdminError(ConflictError):
    """This is the last active admin."""

    reason = "last_admin"


class AdminExistsError(ConflictError):
    """The helpdesk has an admin already."""

    reason = "admin_exists"


class UserExistsError(ConflictError):
    """Somebody with this e-mail address has a login or a role already."""

    reason = "user_exists"


class NameTakenError(ConflictError):
    """The name is taken."""

    reason = "name_taken"


class TeamInUseError(ConflictError):
    """The team has tickets."""

    reason = "team_in_use"


class DefaultTeamError(ConflictError):
    """This is the default team."""

    reason = "default_team"


class CursorAheadError(ConflictError):
    """This cursor is not from this database."""

    reason = "cursor_ahead"


class LogRestoredError(ConflictError):
    """The event log was restored from another database: its cursors mean nothing here."""

    reason = "log_restored"


class AttachmentNotReadyError(ConflictError):
    """The file has not arrived, or was not checked yet."""

    reason = "attachment_not_ready"


class AttachmentRejectedError(ConflictError):
    """The file was rejected."""

    reason = "attachment_rejected"


class FieldExistsError(ConflictError):
    """There is a field with this key already."""

    reason = "field_exists"


class FieldRetiredError(ConflictError):
    """The custom field is retired."""

    reason = "field_retired"


class OptionExistsError(ConflictError):
    """The field has this option already."""

    reason = "option_exists"


class TransitionNotAllowedError(ApiError):
    """The ticket cannot go from its status to this one."""

    reason = "transition_not_allowed"


class FieldRequiredError(ApiError):
    """A required custom field has no value."""

    reason = "field_required"


class TooManyError(ApiError):
    """There are too many of these."""

    reason = "too_many"


class RateLimitedError(ApiError):
    """Too many requests."""

    is_transient = True
    retry_after: float | None = None
    """Seconds to wait before the next attempt; None when the server did not say."""


class ReadOnlyError(ApiError):
    """The database takes no writes at the moment."""


class UnexpectedResponseError(ApiError):
    """The response is not one of a helpdesk."""


class ServerError(ApiError):
    """The helpdesk failed to answer; nothing was changed."""

    is_transient = True


class StatementTimeoutError(ServerError):
    """The database stopped the request because it took too long; nothing was changed."""


BY_REASON: dict[str, type[ApiError]] = {
    kind.__dict__["reason"]: kind for kind in ApiError.family() if kind.__dict__.get("reason")
}
