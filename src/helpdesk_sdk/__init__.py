"""A headless helpdesk that lives in your own Supabase project.

>>> from helpdesk_sdk import Helpdesk
>>> with Helpdesk.from_env() as hd:
...     ticket = hd.tickets.create("Cannot log in", "It says 403 since this morning.")
"""

from typing import TYPE_CHECKING

from . import errors
from ._exports import MODULES
from ._lazy import lazy_names
from .errors import *  # noqa: F403

if TYPE_CHECKING:
    from ._http.flow import Page
    from ._http.pagination import AsyncPager, Pager
    from ._http.request_ids import client_request_id
    from ._http.retry import Backoff
    from ._ids import new_id
    from ._live.stream import AsyncStream, Stream
    from ._sentinels import LATEST, UNSET, Latest, Unset
    from ._version import __version__
    from .bulk import BulkFailedError, BulkResult, BulkResults
    from .client import AsyncHelpdesk, Helpdesk
    from .models.assistant import (
        Citation,
        Proposal,
        ProposalKind,
        ProposalState,
        ProposalStateName,
        RejectReason,
        Run,
        RunKind,
        RunKindName,
        RunState,
        Suggestion,
        Triage,
    )
    from .models.assistant_reports import AssistantFigures, ReportGroup, ReportGroupName, Usage
    from .models.assistant_settings import AssistantSettings, Exclusion, Prompt
    from .models.attachments import Attachment, AttachmentState, LeftOver, Placement, PlacementName
    from .models.automatic_emails import (
        AutomaticEmail,
        AutomaticEmailReason,
        AutomaticEmailState,
        AutomaticEmailStateName,
    )
    from .models.counts import TeamCount, TicketCount, TicketCounts, WrongCounter
    from .models.email_templates import EmailPreview, EmailTemplate, EmailTemplateKind, EmailTemplateKindName
    from .models.events import Announcement, Change, Event, EventName, EventPage, EventType
    from .models.fields import (
        CustomField,
        FieldAudience,
        FieldAudienceName,
        FieldOption,
        FieldType,
        FieldTypeName,
        RequiredFor,
        RequiredForName,
    )
    from .models.imports import (
        ComparedKind,
        Comparison,
        Difference,
        ImportCheck,
        ImportCounts,
        ImportProblem,
        ImportRun,
        ImportSummary,
    )
    from .models.knowledge import (
        Article,
        ArticleAudience,
        ArticleAudienceName,
        ArticleHit,
        ArticleStatus,
        ArticleStatusName,
        ArticleVersion,
        EmbeddingCounts,
        EmbeddingJob,
        EmbeddingProgress,
        ImportedItem,
        ImportReport,
    )
    from .models.knowledge_reports import (
        ArticleLink,
        CitationProblem,
        CitationProblemName,
        Gap,
        GapState,
        GapStateName,
        LinkReport,
        StaleCitation,
    )
    from .models.labels import LabelKind, LabelKindName, LabelThresholds, TrainedKindName
    from .models.links import Duplicate, Link, LinkedTicket, LinkKind, LinkKindName
    from .models.mail import (
        EmailBlock,
        EmailChannel,
        EmailHtml,
        EmailOutcome,
        EmailOutcomeName,
        InboundEmail,
        MailProvider,
        MailProviderName,
        Participant,
        ParticipantSource,
        SenderVerdict,
        UserEmail,
    )
    from .models.mail_out import (
        ChannelHealth,
        DeliveryReportName,
        EmailSuppression,
        MailboxHealth,
        MailHealth,
        OutboundEmail,
        OutboundKind,
        OutboundState,
        OutboundStateName,
        SuppressionReason,
    )
    from .models.merges import Merge
    from .models.messages import Message
    from .models.metrics import Metric, MetricKind, prometheus_text
    from .models.notes import Note
    from .models.notifications import NotificationPreferences
    from .models.outbox import (
        Delivery,
        DeliveryAttempt,
        DeliveryClock,
        DeliveryKind,
        DeliveryKindName,
        DeliveryState,
        DeliveryStateName,
        KindHealth,
        LeasedDelivery,
        NewWebhook,
        OutboxHealth,
        Webhook,
        WebhookAudience,
        WebhookAudienceName,
    )
    from .models.presence import Viewer
    from .models.search import MatchedPart, QueryReading, SearchAnswer, SearchHit, Snippet
    from .models.session import Session
    from .models.settings import Settings
    from .models.slack import SlackChannel, SlackConnection, SlackEvent, SlackEventName
    from .models.teams import Team, TeamMember
    from .models.throwaways import RemovedThrowaways
    from .models.tickets import (
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
    from .models.users import Invitation, Role, RoleName, User
    from .models.views import View, ViewAudience, ViewAudienceName
    from .resources._files import FileSource
    from .resources._queries import Query
    from .resources._references import AttachmentRef, FieldRef, TeamRef, TicketRef, UserRef
    from .resources._uploads import AttachmentSource
    from .resources.assistant import PromptRef, ProposalRef
    from .resources.knowledge._references import ArticleRef
    from .resources.knowledge.reports import GapRef
    from .resources.mail._references import InboundEmailRef
    from .resources.mail.channels import EmailChannelRef
    from .resources.mail.outbound import OutboundEmailRef
    from .resources.outbox import DeliveryRef
    from .resources.presence import TicketPresence
    from .resources.slack import SlackChannelRef, SlackConnectionRef
    from .resources.tickets.fields import FieldOrder, by_field
    from .resources.views import ViewColumn, ViewRef
    from .resources.webhooks import WebhookRef


__all__ = [
    "LATEST",
    "UNSET",
    "Announcement",
    "Article",
    "ArticleAudience",
    "ArticleAudienceName",
    "ArticleHit",
    "ArticleLink",
    "ArticleRef",
    "ArticleStatus",
    "ArticleStatusName",
    "ArticleVersion",
    "AssistantFigures",
    "AssistantSettings",
    "AsyncHelpdesk",
    "AsyncPager",
    "AsyncStream",
    "Attachment",
    "AttachmentRef",
    "AttachmentSource",
    "AttachmentState",
    "AuthorKind",
    "AuthorKindName",
    "AutomaticEmail",
    "AutomaticEmailReason",
    "AutomaticEmailState",
    "AutomaticEmailStateName",
    "Backoff",
    "BulkFailedError",
    "BulkResult",
    "BulkResults",
    "Change",
    "Channel",
    "ChannelHealth",
    "ChannelName",
    "Citation",
    "CitationProblem",
    "CitationProblemName",
    "ComparedKind",
    "Comparison",
    "CustomField",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryClock",
    "DeliveryKind",
    "DeliveryKindName",
    "DeliveryRef",
    "DeliveryReportName",
    "DeliveryState",
    "DeliveryStateName",
    "Difference",
    "Duplicate",
    "EmailBlock",
    "EmailChannel",
    "EmailChannelRef",
    "EmailHtml",
    "EmailOutcome",
    "EmailOutcomeName",
    "EmailPreview",
    "EmailSuppression",
    "EmailTemplate",
    "EmailTemplateKind",
    "EmailTemplateKindName",
    "EmbeddingCounts",
    "EmbeddingJob",
    "EmbeddingProgress",
    "Event",
    "EventName",
    "EventPage",
    "EventType",
    "Exclusion",
    "FieldAudience",
    "FieldAudienceName",
    "FieldOption",
    "FieldOrder",
    "FieldRef",
    "FieldType",
    "FieldTypeName",
    "FileSource",
    "Gap",
    "GapRef",
    "GapState",
    "GapStateName",
    "Helpdesk",
    "ImportCheck",
    "ImportCounts",
    "ImportProblem",
    "ImportReport",
    "ImportRun",
    "ImportSummary",
    "ImportedItem",
    "InboundEmail",
    "InboundEmailRef",
    "Invitation",
    "KindHealth",
    "LabelKind",
    "LabelKindName",
    "LabelThresholds",
    "Latest",
    "LeasedDelivery",
    "LeftOver",
    "Link",
    "LinkKind",
    "LinkKindName",
    "LinkReport",
    "LinkedTicket",
    "MailHealth",
    "MailProvider",
    "MailProviderName",
    "MailboxHealth",
    "MatchedPart",
    "Merge",
    "Message",
    "Metric",
    "MetricKind",
    "NewWebhook",
    "Note",
    "NotificationPreferences",
    "OutboundEmail",
    "OutboundEmailRef",
    "OutboundKind",
    "OutboundState",
    "OutboundStateName",
    "OutboxHealth",
    "Page",
    "Pager",
    "Participant",
    "ParticipantSource",
    "Placement",
    "PlacementName",
    "Priority",
    "PriorityName",
    "Prompt",
    "PromptRef",
    "Proposal",
    "ProposalKind",
    "ProposalRef",
    "ProposalState",
    "ProposalStateName",
    "Query",
    "QueryReading",
    "RejectReason",
    "RemovedThrowaways",
    "ReportGroup",
    "ReportGroupName",
    "RequiredFor",
    "RequiredForName",
    "Role",
    "RoleName",
    "Run",
    "RunKind",
    "RunKindName",
    "RunState",
    "SearchAnswer",
    "SearchHit",
    "SenderVerdict",
    "Session",
    "Settings",
    "SlackChannel",
    "SlackChannelRef",
    "SlackConnection",
    "SlackConnectionRef",
    "SlackEvent",
    "SlackEventName",
    "Snippet",
    "StaleCitation",
    "Status",
    "StatusName",
    "Stream",
    "Suggestion",
    "SuppressionReason",
    "Team",
    "TeamCount",
    "TeamMember",
    "TeamRef",
    "Ticket",
    "TicketCount",
    "TicketCounts",
    "TicketPresence",
    "TicketRef",
    "TimelineEntry",
    "TrainedKindName",
    "Triage",
    "Unset",
    "Usage",
    "User",
    "UserEmail",
    "UserRef",
    "View",
    "ViewAudience",
    "ViewAudienceName",
    "ViewColumn",
    "ViewRef",
    "Viewer",
    "Webhook",
    "WebhookAudience",
    "WebhookAudienceName",
    "WebhookRef",
    "WrongCounter",
    "__version__",
    "by_field",
    "client_request_id",
    "errors",
    "new_id",
    "prometheus_text",
]

__all__ += errors.__all__

__getattr__ = lazy_names(globals(), MODULES)


def __dir__() -> list[str]:
    return __all__
