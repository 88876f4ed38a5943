"""Slack workspaces and the channels that receive tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from .base import Model, OpenEnum


class SlackEvent(OpenEnum):
    """What is written to a Slack channel."""

    OPENED = "opened"
    """New tickets, and tickets that come from another team."""
    REOPENED = "reopened"
    """Tickets that were resolved or closed and are open again."""
    REPLIED = "replied"
    """Public messages, in the thread of their ticket."""


SlackEventName = Literal["opened", "reopened", "replied"]


class SlackConnection(Model):
    """A Slack workspace. Its secrets cannot be read."""

    connection_id: UUID
    """The connection's id."""
    workspace_id: str
    """The workspace's id in Slack, like ``T0123456789``."""
    workspace_name: str = ""
    """The workspace's name."""
    bot_user_id: str
    """The user that the app is in the workspace."""
    is_active: bool
    """Whether the helpdesk writes there, and does what people ask for there."""
    disabled_reason: str | None = None
    """``switched_off`` by an admin, or the error with which Slack refused the token, e.g. ``invalid_auth``."""
    disabled_at: datetime | None = None
    """The time at which it was switched off; None while it is on."""
    created_by: UUID | None = None
    """The admin who connected it; None for the system."""
    created_at: datetime
    """The time of creation."""
    updated_at: datetime
    """The time of the last change."""


class SlackChannel(Model):
    """A Slack channel that receives tickets."""

    slack_channel_id: UUID
    """The row's id."""
    connection_id: UUID
    """The workspace."""
    channel_id: str
    """The channel's id in Slack, like ``C0123456789``."""
    channel_name: str = ""
    """The channel's name, for people."""
    team_id: UUID | None = None
    """Only tickets of this team; None: of all teams."""
    events: tuple[SlackEvent, ...]
    """What is written: ``opened``, ``reopened`` and ``replied``."""
    is_active: bool
    """Whether tickets are written there."""
    disabled_reason: str | None = None
    """``switched_off`` by an admin, or the error with which Slack refused the channel, e.g. ``is_archived``."""
    disabled_at: datetime | None = None
    """The time at which it was switched off; None while it is on."""
    created_by: UUID | None = None
    """The admin who added it; None for the system."""
    created_at: datetime
    """The time of creation."""
    updated_at: datetime
    """The time of the last change."""
