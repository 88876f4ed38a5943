"""Errors about Slack."""

from __future__ import annotations

from .access import ForbiddenError
from .base import ConflictError, NotFoundError


class SlackConnectionNotFoundError(NotFoundError):
    """There is no such Slack workspace."""

    reason = "slack_connection_not_found"


class SlackChannelNotFoundError(NotFoundError):
    """There is no such Slack channel."""

    reason = "slack_channel_not_found"


class SlackChannelTakenError(ConflictError):
    """This Slack channel receives these tickets already."""

    reason = "slack_channel_taken"


class SlackPersonUnknownError(ForbiddenError):
    """The helpdesk does not know you."""

    reason = "slack_person_unknown"


class SlackThreadSilentError(ConflictError):
    """This channel does not show the conversation, so that you cannot reply from here."""

    reason = "slack_thread_silent"
