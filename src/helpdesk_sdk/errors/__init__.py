"""Everything the SDK raises on purpose.

HelpdeskError
├── ApiError
│   ├── NotFoundError
│   │   ├── PromptNotFoundError
│   │   ├── MessageNotFoundError
│   │   ├── NoteNotFoundError
│   │   ├── AttachmentNotFoundError
│   │   ├── UserNotFoundError
│   │   ├── InvitationNotFoundError
│   │   ├── TeamNotFoundError
│   │   ├── ViewNotFoundError
│   │   ├── EmailNotFoundError
│   │   ├── EmailChannelNotFoundError
│   │   ├── EmailBlockNotFoundError
│   │   ├── UserEmailNotFoundError
│   │   ├── ParticipantNotFoundError
│   │   ├── EmailTemplateNotFoundError
│   │   ├── SuppressionNotFoundError
│   │   ├── EmailRemovedError
│   │   ├── FieldNotFoundError
│   │   ├── ImportNotFoundError
│   │   ├── ArticleNotFoundError
│   │   ├── GapNotFoundError
│   │   ├── WebhookNotFoundError
│   │   ├── DeliveryNotFoundError
│   │   ├── ProposalNotFoundError
│   │   ├── SlackConnectionNotFoundError
│   │   ├── SlackChannelNotFoundError
│   │   ├── TicketNotFoundError
│   │   └── AssigneeNotFoundError
│   ├── ConflictError
│   │   ├── AssistantOffError
│   │   ├── LeaseLostError
│   │   ├── ConversationMovedError
│   │   ├── AttachmentNotReadyError
│   │   ├── AttachmentRejectedError
│   │   ├── LastAdminError
│   │   ├── AdminExistsError
│   │   ├── UserExistsError
│   │   ├── NameTakenError
│   │   ├── TeamInUseError
│   │   ├── DefaultTeamError
│   │   ├── EmailTakenError
│   │   ├── NotQuarantinedError
│   │   ├── CursorAheadError
│   │   ├── LogRestoredError
│   │   ├── FieldExistsError
│   │   ├── FieldRetiredError
│   │   ├── OptionExistsError
│   │   ├── ImportFinishedError
│   │   ├── SlugTakenError
│   │   ├── StaleArticleError
│   │   ├── EmbeddingIncompleteError
│   │   ├── EmbeddingModelMismatchError
│   │   ├── ProposalDecidedError
│   │   ├── ProposalExpiredError
│   │   ├── ConfirmationNeededError
│   │   ├── SlackChannelTakenError
│   │   ├── SlackThreadSilentError
│   │   ├── ExternalIdTakenError
│   │   ├── StaleRevisionError
│   │   ├── AlreadyAssignedError
│   │   ├── AlreadyAnsweredError
│   │   ├── TicketClosedError
│   │   ├── TicketMergedError
│   │   ├── NotMergedError
│   │   ├── OtherRequesterError
│   │   ├── LinkCycleError
│   │   └── IdConflictError
│   ├── AuthenticationError
│   ├── ForbiddenError
│   │   ├── NoProfileError
│   │   ├── InactiveUserError
│   │   └── SlackPersonUnknownError
│   ├── FieldRequiredError
│   ├── ProposalNotUndoableError
│   ├── CitationInvalidError
│   ├── AnswerInvalidError
│   ├── TransitionNotAllowedError
│   ├── RateLimitedError
│   ├── ReadOnlyError
│   ├── UnexpectedResponseError
│   ├── ServerError
│   │   └── StatementTimeoutError
│   ├── InvalidValueError
│   └── TooManyError
├── ConnectionFailedError
│   └── RequestTimeoutError
├── UnknownOutcomeError
├── ConfigurationError
├── LocalFileError
└── WebhookVerificationError

The default message of a class is the first line of its docstring. ``str(error)`` is the message and, if known, the
way out.
"""

from __future__ import annotations

from .access import AuthenticationError, ForbiddenError, InactiveUserError, NoProfileError
from .assistant import AssistantOffError, LeaseLostError, PromptNotFoundError
from .base import ApiError, ConflictError, HelpdeskError, NotFoundError
from .conversation import (
    AttachmentNotFoundError,
    AttachmentNotReadyError,
    AttachmentRejectedError,
    ConversationMovedError,
    MessageNotFoundError,
    NoteNotFoundError,
)
from .desk import (
    AdminExistsError,
    DefaultTeamError,
    InvitationNotFoundError,
    LastAdminError,
    NameTakenError,
    TeamInUseError,
    TeamNotFoundError,
    UserExistsError,
    UserNotFoundError,
    ViewNotFoundError,
)
from .email import (
    EmailBlockNotFoundError,
    EmailChannelNotFoundError,
    EmailNotFoundError,
    EmailRemovedError,
    EmailTakenError,
    EmailTemplateNotFoundError,
    NotQuarantinedError,
    ParticipantNotFoundError,
    SuppressionNotFoundError,
    UserEmailNotFoundError,
)
from .events import CursorAheadError, LogRestoredError
from .fields import FieldExistsError, FieldNotFoundError, FieldRequiredError, FieldRetiredError, OptionExistsError
from .imports import ImportFinishedError, ImportNotFoundError
from .knowledge import (
    ArticleNotFoundError,
    EmbeddingIncompleteError,
    EmbeddingModelMismatchError,
    GapNotFoundError,
    SlugTakenError,
    StaleArticleError,
)
from .outbox import DeliveryNotFoundError, WebhookNotFoundError
from .proposals import (
    AnswerInvalidError,
    CitationInvalidError,
    ConfirmationNeededError,
    ProposalDecidedError,
    ProposalExpiredError,
    ProposalNotFoundError,
    ProposalNotUndoableError,
)
from .slack import (
    SlackChannelNotFoundError,
    SlackChannelTakenError,
    SlackConnectionNotFoundError,
    SlackPersonUnknownError,
    SlackThreadSilentError,
)
from .tickets import (
    AlreadyAnsweredError,
    AlreadyAssignedError,
    AssigneeNotFoundError,
    ExternalIdTakenError,
    LinkCycleError,
    NotMergedError,
    OtherRequesterError,
    StaleRevisionError,
    TicketClosedError,
    TicketMergedError,
    TicketNotFoundError,
    TransitionNotAllowedError,
)
from .transport import (
    ConnectionFailedError,
    RateLimitedError,
    ReadOnlyError,
    RequestTimeoutError,
    ServerError,
    StatementTimeoutError,
    UnexpectedResponseError,
    UnknownOutcomeError,
)
from .values import ConfigurationError, IdConflictError, InvalidValueError, LocalFileError, TooManyError
from .webhooks import WebhookVerificationError

__all__ = [
    "AdminExistsError",
    "AlreadyAnsweredError",
    "AlreadyAssignedError",
    "AnswerInvalidError",
    "ApiError",
    "ArticleNotFoundError",
    "AssigneeNotFoundError",
    "AssistantOffError",
    "AttachmentNotFoundError",
    "AttachmentNotReadyError",
    "AttachmentRejectedError",
    "AuthenticationError",
    "CitationInvalidError",
    "ConfigurationError",
    "ConfirmationNeededError",
    "ConflictError",
    "ConnectionFailedError",
    "ConversationMovedError",
    "CursorAheadError",
    "DefaultTeamError",
    "DeliveryNotFoundError",
    "EmailBlockNotFoundError",
    "EmailChannelNotFoundError",
    "EmailNotFoundError",
    "EmailRemovedError",
    "EmailTakenError",
    "EmailTemplateNotFoundError",
    "EmbeddingIncompleteError",
    "EmbeddingModelMismatchError",
    "ExternalIdTakenError",
    "FieldExistsError",
    "FieldNotFoundError",
    "FieldRequiredError",
    "FieldRetiredError",
    "ForbiddenError",
    "GapNotFoundError",
    "HelpdeskError",
    "IdConflictError",
    "ImportFinishedError",
    "ImportNotFoundError",
    "InactiveUserError",
    "InvalidValueError",
    "InvitationNotFoundError",
    "LastAdminError",
    "LeaseLostError",
    "LinkCycleError",
    "LocalFileError",
    "LogRestoredError",
    "MessageNotFoundError",
    "NameTakenError",
    "NoProfileError",
    "NotFoundError",
    "NotMergedError",
    "NotQuarantinedError",
    "NoteNotFoundError",
    "OptionExistsError",
    "OtherRequesterError",
    "ParticipantNotFoundError",
    "PromptNotFoundError",
    "ProposalDecidedError",
    "ProposalExpiredError",
    "ProposalNotFoundError",
    "ProposalNotUndoableError",
    "RateLimitedError",
    "ReadOnlyError",
    "RequestTimeoutError",
    "ServerError",
    "SlackChannelNotFoundError",
    "SlackChannelTakenError",
    "SlackConnectionNotFoundError",
    "SlackPersonUnknownError",
    "SlackThreadSilentError",
    "SlugTakenError",
    "StaleArticleError",
    "StaleRevisionError",
    "StatementTimeoutError",
    "SuppressionNotFoundError",
    "TeamInUseError",
    "TeamNotFoundError",
    "TicketClosedError",
    "TicketMergedError",
    "TicketNotFoundError",
    "TooManyError",
    "TransitionNotAllowedError",
    "UnexpectedResponseError",
    "UnknownOutcomeError",
    "UserEmailNotFoundError",
    "UserExistsError",
    "UserNotFoundError",
    "ViewNotFoundError",
    "WebhookNotFoundError",
    "WebhookVerificationError",
]

BY_REASON: dict[str, type[ApiError]] = {
    kind.__dict__["reason"]: kind for kind in ApiError.family() if kind.__dict__.get("reason")
}
