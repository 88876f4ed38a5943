"""The types of events."""

from __future__ import annotations

from typing import Literal

from .base import OpenEnum


class EventType(OpenEnum):
    """The type of an event."""

    TICKET_CREATED = "ticket.created"
    TICKET_UPDATED = "ticket.updated"
    TICKET_STATUS_CHANGED = "ticket.status_changed"
    TICKET_ASSIGNED = "ticket.assigned"
    TICKET_UNASSIGNED = "ticket.unassigned"
    TICKET_TRANSFERRED = "ticket.transferred"
    TICKET_TAGGED = "ticket.tagged"
    TICKET_UNTAGGED = "ticket.untagged"
    TICKET_MERGED = "ticket.merged"
    TICKET_UNMERGED = "ticket.unmerged"
    TICKET_IMPORTED = "ticket.imported"
    TICKET_LINKED = "ticket.linked"
    TICKET_UNLINKED = "ticket.unlinked"
    MESSAGE_CREATED = "message.created"
    MESSAGE_REDACTED = "message.redacted"
    NOTE_CREATED = "note.created"
    PROPOSAL_CREATED = "proposal.created"
    PROPOSAL_DECIDED = "proposal.decided"
    ATTACHMENT_UPLOADED = "attachment.uploaded"
    ATTACHMENT_CHECKED = "attachment.checked"
    ATTACHMENT_DELETED = "attachment.deleted"
    USER_CREATED = "user.created"
    USER_UPDATED = "user.updated"
    USER_ROLE_CHANGED = "user.role_changed"
    USER_DEACTIVATED = "user.deactivated"
    USER_REACTIVATED = "user.reactivated"
    USER_INVITED = "user.invited"
    USER_INVITATION_ACCEPTED = "user.invitation_accepted"
    USER_INVITATION_REVOKED = "user.invitation_revoked"
    TEAM_CREATED = "team.created"
    TEAM_UPDATED = "team.updated"
    TEAM_DELETED = "team.deleted"
    TEAM_MEMBER_ADDED = "team.member_added"
    TEAM_MEMBER_REMOVED = "team.member_removed"
    SETTINGS_CHANGED = "settings.changed"
    IMPORT_STARTED = "import.started"
    IMPORT_FINISHED = "import.finished"
    ARTICLE_CREATED = "article.created"
    ARTICLE_UPDATED = "article.updated"
    ARTICLE_PUBLISHED = "article.published"
    ARTICLE_ARCHIVED = "article.archived"
    ASSISTANT_SETTINGS_CHANGED = "assistant.settings_changed"
    ASSISTANT_PROMPT_CREATED = "assistant.prompt_created"
    ASSISTANT_PROMPT_ACTIVATED = "assistant.prompt_activated"
    ASSISTANT_EXCLUSION_ADDED = "assistant.exclusion_added"
    ASSISTANT_EXCLUSION_REMOVED = "assistant.exclusion_removed"
    EMBEDDING_MODEL_ADDED = "embedding_model.added"
    EMBEDDING_MODEL_ACTIVATED = "embedding_model.activated"
    FIELD_CREATED = "field.created"
    FIELD_UPDATED = "field.updated"
    FIELD_OPTION_ADDED = "field.option_added"
    FIELD_OPTION_UPDATED = "field.option_updated"
    FIELD_TEAM_ADDED = "field.team_added"
    FIELD_TEAM_REMOVED = "field.team_removed"
    VIEW_CREATED = "view.created"
    VIEW_UPDATED = "view.updated"
    VIEW_DELETED = "view.deleted"
    WEBHOOK_CREATED = "webhook.created"
    WEBHOOK_UPDATED = "webhook.updated"
    WEBHOOK_DELETED = "webhook.deleted"
    WEBHOOK_DISABLED = "webhook.disabled"
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated"
    WEBHOOK_TEST = "webhook.test"
    EMAIL_TEMPLATE_CHANGED = "email_template.changed"
    EMAIL_TEMPLATE_RESET = "email_template.reset"
    EMAIL_CHANNEL_CREATED = "email_channel.created"
    EMAIL_CHANNEL_UPDATED = "email_channel.updated"
    EMAIL_CHANNEL_DELETED = "email_channel.deleted"
    EMAIL_BLOCK_ADDED = "email_block.added"
    EMAIL_BLOCK_REMOVED = "email_block.removed"
    EMAIL_QUARANTINED = "email.quarantined"
    EMAIL_ACCEPTED = "email.accepted"
    EMAIL_MARKED_SPAM = "email.marked_spam"
    EMAIL_REDACTED = "email.redacted"
    EMAIL_FAILED = "email.failed"
    EMAIL_BOUNCED = "email.bounced"
    EMAIL_COMPLAINED = "email.complained"
    EMAIL_SUPPRESSED = "email.suppressed"
    EMAIL_SUPPRESSION_LIFTED = "email.suppression_lifted"
    SLACK_CONNECTED = "slack.connected"
    SLACK_UPDATED = "slack.updated"
    SLACK_DISCONNECTED = "slack.disconnected"
    SLACK_DISABLED = "slack.disabled"
    SLACK_CHANNEL_ADDED = "slack.channel_added"
    SLACK_CHANNEL_UPDATED = "slack.channel_updated"
    SLACK_CHANNEL_DISABLED = "slack.channel_disabled"
    SLACK_CHANNEL_REMOVED = "slack.channel_removed"


# As text, so that a type checker finds a typo.
EventName = Literal[
    "ticket.created",
    "ticket.updated",
    "ticket.status_changed",
    "ticket.assigned",
    "ticket.unassigned",
    "ticket.transferred",
    "ticket.tagged",
    "ticket.untagged",
    "ticket.merged",
    "ticket.unmerged",
    "ticket.imported",
    "ticket.linked",
    "ticket.unlinked",
    "message.created",
    "message.redacted",
    "note.created",
    "proposal.created",
    "proposal.decided",
    "attachment.uploaded",
    "attachment.checked",
    "attachment.deleted",
    "user.created",
    "user.updated",
    "user.role_changed",
    "user.deactivated",
    "user.reactivated",
    "user.invited",
    "user.invitation_accepted",
    "user.invitation_revoked",
    "team.created",
    "team.updated",
    "team.deleted",
    "team.member_added",
    "team.member_removed",
    "settings.changed",
    "import.started",
    "import.finished",
    "article.created",
    "article.updated",
    "article.published",
    "article.archived",
    "assistant.settings_changed",
    "assistant.prompt_created",
    "assistant.prompt_activated",
    "assistant.exclusion_added",
    "assistant.exclusion_removed",
    "embedding_model.added",
    "embedding_model.activated",
    "field.created",
    "field.updated",
    "field.option_added",
    "field.option_updated",
    "field.team_added",
    "field.team_removed",
    "view.created",
    "view.updated",
    "view.deleted",
    "webhook.created",
    "webhook.updated",
    "webhook.deleted",
    "webhook.disabled",
    "webhook.secret_rotated",
    "webhook.test",
    "email_template.changed",
    "email_template.reset",
    "email_channel.created",
    "email_channel.updated",
    "email_channel.deleted",
    "email_block.added",
    "email_block.removed",
    "email.quarantined",
    "email.accepted",
    "email.marked_spam",
    "email.redacted",
    "email.failed",
    "email.bounced",
    "email.complained",
    "email.suppressed",
    "email.suppression_lifted",
    "slack.connected",
    "slack.updated",
    "slack.disconnected",
    "slack.disabled",
    "slack.channel_added",
    "slack.channel_updated",
    "slack.channel_disabled",
    "slack.channel_removed",
]
