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


class _FieldType(StrEnum):
    """The type of a custom field's values."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    SELECT = "select"
    MULTI_SELECT = "multi_select"


class _FieldAudience(StrEnum):
    """Who sees and who sets a custom field."""

    CUSTOMER_VISIBLE = "customer_visible"
    CUSTOMER_EDITABLE = "customer_editable"
    STAFF_ONLY = "staff_only"


class _RequiredFor(StrEnum):
    """When a custom field must have a value."""

    NONE = "none"
    CREATE = "create"
    RESOLVE = "resolve"


class _ArticleAudience(StrEnum):
    """Who may read an article."""

    PUBLIC = "public"
    INTERNAL = "internal"


class _ArticleStatus(StrEnum):
    """How far an article is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class _GapState(StrEnum):
    """What was decided about a gap."""

    OPEN = "open"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"


class _ReportGroup(StrEnum):
    """What the rows of a report about the assistant are about."""

    KIND = "kind"
    MODE = "mode"
    PROMPT = "prompt"
    MODEL = "model"
    TEAM = "team"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class _LinkKind(StrEnum):
    """What a ticket is to another one."""

    DUPLICATE_OF = "duplicate_of"
    BLOCKS = "blocks"
    CHILD_OF = "child_of"
    FOLLOW_UP_OF = "follow_up_of"


class _SuggestKind(StrEnum):
    """What a suggestion is."""

    REPLY = "reply"
    SUMMARY = "summary"
    NEXT_STEPS = "next_steps"
    ARTICLE = "article"


class _RunKind(StrEnum):
    """What a run of the assistant is for."""

    REPLY = "reply"
    SUMMARY = "summary"
    NEXT_STEPS = "next_steps"
    CLASSIFICATION = "classification"
    ARTICLE = "article"


class _ProposalState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    UNDONE = "undone"


class _LabelKind(StrEnum):
    """What classification decides about a ticket."""

    TEAM = "team"
    PRIORITY = "priority"
    TAG = "tag"
    ASSIGNEE = "assignee"
    SPAM = "spam"


class _TrainedKind(StrEnum):
    """What training makes models of."""

    TEAM = "team"
    PRIORITY = "priority"


class _EmailOutcome(StrEnum):
    """What became of a mail that arrived."""

    APPENDED = "appended"
    CREATED = "created"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    BOUNCE = "bounce"
    RECEIPT = "receipt"
    COMPLAINT = "complaint"
    AUTOMATIC = "automatic"
    OWN_COPY = "own_copy"
    BLOCKED = "blocked"
    SPAM = "spam"
    FAILED = "failed"


class _OutboundState(StrEnum):
    """How far a mail is that is sent."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"


class _DeliveryState(StrEnum):
    """How far a delivery is."""

    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"
    UNKNOWN = "unknown"


class _SlackEvent(StrEnum):
    """What is written to a Slack channel."""

    OPENED = "opened"
    REOPENED = "reopened"
    REPLIED = "replied"


# Typer takes a list of enums and no list of literals. The SDK takes literals, which the members of these enums equal.
if TYPE_CHECKING:
    from helpdesk_sdk import (
        ArticleAudienceName,
        ArticleStatusName,
        ChannelName,
        DeliveryStateName,
        EmailOutcomeName,
        FieldAudienceName,
        FieldTypeName,
        GapStateName,
        LabelKindName,
        LinkKindName,
        OutboundStateName,
        PriorityName,
        ProposalStateName,
        ReportGroupName,
        RequiredForName,
        RoleName,
        RunKindName,
        SlackEventName,
        StatusName,
        TrainedKindName,
    )

    Status = StatusName
    Priority = PriorityName
    Channel = ChannelName
    Role = RoleName
    FieldType = FieldTypeName
    FieldAudience = FieldAudienceName
    RequiredFor = RequiredForName
    ArticleAudience = ArticleAudienceName
    ArticleStatus = ArticleStatusName
    GapState = GapStateName
    ReportGroup = ReportGroupName
    EmailOutcome = EmailOutcomeName
    OutboundState = OutboundStateName
    DeliveryState = DeliveryStateName
    SlackEvent = SlackEventName
    LinkKind = LinkKindName
    SuggestKind = RunKindName
    RunKind = RunKindName
    ProposalState = ProposalStateName
    LabelKind = LabelKindName
    TrainedKind = TrainedKindName
else:
    Status, Priority, Channel, Role = _Status, _Priority, _Channel, _Role
    FieldType, FieldAudience, RequiredFor = _FieldType, _FieldAudience, _RequiredFor
    ArticleAudience, ArticleStatus, GapState = _ArticleAudience, _ArticleStatus, _GapState
    SuggestKind, RunKind, ProposalState = _SuggestKind, _RunKind, _ProposalState
    LabelKind, TrainedKind = _LabelKind, _TrainedKind
    ReportGroup = _ReportGroup
    EmailOutcome, OutboundState, DeliveryState = _EmailOutcome, _OutboundState, _DeliveryState
    SlackEvent = _SlackEvent
    LinkKind = _LinkKind


def words(choice: Any) -> str:
    """The words of a choice, as help shows them."""
    return "|".join(choice)
