"""Slack: workspaces, and the channels that receive tickets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply
from .._http.keyset import Keyset, keyset_page
from .._http.resource import Driver, Resource, call, paged
from .._sentinels import UNSET, Unset
from ..errors import SlackChannelNotFoundError, SlackConnectionNotFoundError
from ..models.outbox import Delivery
from ..models.slack import SlackChannel, SlackConnection, SlackEvent, SlackEventName
from ._references import TeamRef, find_team_id

SlackConnectionRef = SlackConnection | UUID | str
"""A Slack workspace: a SlackConnection, or its connection_id."""
SlackChannelRef = SlackChannel | UUID | str
"""A Slack channel: a SlackChannel, or its slack_channel_id."""

_Events = Iterable[SlackEvent | SlackEventName]
_EVENTS: _Events = ("opened", "reopened", "replied")
_CONNECTIONS = Keyset("created_at", "connection_id", descending=False)
_CHANNELS = Keyset("created_at", "slack_channel_id", descending=False)
_TEXT_MAX = 300


def _connection_key(connection: SlackConnectionRef) -> UUID:
    if isinstance(connection, SlackConnection):
        return connection.connection_id
    return check.identifier("connection", connection, "a workspace's connection_id, or a SlackConnection")


def _channel_key(channel: SlackChannelRef) -> UUID:
    if isinstance(channel, SlackChannel):
        return channel.slack_channel_id
    return check.identifier("channel", channel, "a channel's slack_channel_id, or a SlackChannel")


class Slack(Resource[Driver]):
    """``hd.slack``: for admins: Slack workspaces, and the channels that receive tickets."""

    @paged
    def connections(self, *, page_size: int = 100) -> Flow[Page[SlackConnection]]:
        """The workspaces, oldest first. People who are not admins see none.

        Args:
            page_size: Workspaces per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        rows = self._rest.from_("slack_connections")
        return keyset_page(self._read, lambda: rows.select("*"), SlackConnection, _CONNECTIONS, size)

    @paged
    def channels(self, *, page_size: int = 100) -> Flow[Page[SlackChannel]]:
        """The channels that receive tickets, oldest first. People who are not admins see none.

        Args:
            page_size: Channels per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        rows = self._rest.from_("slack_channels")
        return keyset_page(self._read, lambda: rows.select("*"), SlackChannel, _CHANNELS, size)

    @call
    def connect(
        self,
        bot_token: str,
        signing_secret: str,
        *,
        workspace_id: str,
        bot_user_id: str,
        workspace_name: str = "",
    ) -> Flow[SlackConnection]:
        """Connect a workspace, or replace the secrets of one that is connected and switch it on.

        Args:
            bot_token: The bot token of the app; it begins with ``xoxb-``. It cannot be read again.
            signing_secret: The signing secret of the app. It cannot be read again.
            workspace_id: The workspace; ``helpdesk_sdk.delivery.slack_workspace(bot_token)`` asks Slack for it.
            bot_user_id: The user that the app is there, from the same answer.
            workspace_name: The workspace's name, up to 200 characters.

        Raises:
            InvalidValueError: A value has another form. The error never repeats it.
            TooManyError: There are 10 workspaces.
            ForbiddenError: You are not an admin.
        """
        # The database checks their forms, and repeats no secret in what it says.
        arguments = {
            "bot_token": check.text("bot_token", bot_token, 1, _TEXT_MAX),
            "signing_secret": check.text("signing_secret", signing_secret, 1, _TEXT_MAX),
            "workspace_id": check.text("workspace_id", workspace_id, 1, _TEXT_MAX),
            "bot_user_id": check.text("bot_user_id", bot_user_id, 1, _TEXT_MAX),
            "workspace_name": check.text("workspace_name", workspace_name, 0, limits.NAME_MAX),
        }
        return (yield from self._call_one(self._rpc_write("connect_slack", arguments), SlackConnection))

    @call
    def add_channel(
        self,
        connection: SlackConnectionRef,
        channel_id: str,
        *,
        channel_name: str = "",
        team: TeamRef | None = None,
        events: _Events = _EVENTS,
    ) -> Flow[SlackChannel]:
        """From now on, write tickets to a channel. Invite the app to the channel first.

        Args:
            connection: The workspace: its connection_id, or a SlackConnection.
            channel_id: The channel's id in Slack, like ``C0123456789``; it is at the end of the channel's details.
            channel_name: The channel's name, for people; up to 80 characters.
            team: Only tickets of this team; None: of all teams.
            events: What is written: ``opened``, ``reopened`` and ``replied``, or some of them.

        Raises:
            InvalidValueError: It is no id of a channel, or there are no such events.
            SlackConnectionNotFoundError: There is no such workspace.
            SlackChannelTakenError: The channel receives the tickets of this team already.
            TeamNotFoundError: There is no such team.
            TooManyError: There are 100 channels.
            ForbiddenError: You are not an admin.
            UnknownOutcomeError: No response came: list the channels.
        """
        arguments: dict[str, Any] = {
            "connection_id": _connection_key(connection),
            "channel_id": check.text("channel_id", channel_id, 1, _TEXT_MAX),
            **_changes(channel_name=channel_name, events=events),
        }
        if team is not None:
            arguments["team_id"] = str((yield from find_team_id(self, "team", team)))
        request = self._rpc_write("add_slack_channel", arguments, repeatable=False)
        return (yield from self._call_one(request, SlackChannel))

    @call
    def update_channel(
        self,
        channel: SlackChannelRef,
        *,
        channel_name: str | None = None,
        team: TeamRef | Unset | None = UNSET,
        events: _Events | None = None,
        is_active: bool | None = None,
    ) -> Flow[SlackChannel]:
        """Change a channel, or switch it off or on. None leaves a value as it is.

        What waits while it is off goes on when it is on again.

        Args:
            channel: The channel: its slack_channel_id, or a SlackChannel.
            channel_name: The channel's name, for people; up to 80 characters.
            team: The team whose tickets it receives; None for those of all teams.
            events: What is written, in place of the former: ``opened``, ``reopened`` and ``replied``, or some of them.
            is_active: False switches it off, True on, also after Slack had refused it.

        Raises:
            InvalidValueError: A value is refused, or none is given.
            SlackChannelTakenError: Another entry of this channel receives the tickets of the team already.
            TeamNotFoundError: There is no such team.
            SlackChannelNotFoundError: There is no such channel, or you are not an admin.
        """
        row = _changes(channel_name=channel_name, events=events, is_active=is_active)
        if not row and isinstance(team, Unset):
            raise check.invalid("channel_name", "or team, events or is_active must be given")
        if not isinstance(team, Unset):
            row["team_id"] = None if team is None else str((yield from find_team_id(self, "team", team)))
        query = self._rest.from_("slack_channels").update(row).eq("slack_channel_id", _channel_key(channel))
        changed = yield from self._first_row(self._write(query), SlackChannel)
        if changed is None:
            raise SlackChannelNotFoundError(hint="List the channels.")
        return changed

    @call
    def test(self, channel: SlackChannelRef) -> Flow[Delivery]:
        """Write a message to a channel, also while it is off.

        Args:
            channel: The channel: its slack_channel_id, or a SlackChannel.

        Returns:
            The delivery; ``hd.outbox.get()`` reads how it went.

        Raises:
            SlackChannelNotFoundError: There is no such channel.
            ForbiddenError: You are not an admin.
        """
        arguments = {"slack_channel_id": _channel_key(channel)}
        return (yield from self._call_one(self._rpc_write("test_slack_channel", arguments), Delivery))

    @call
    def remove_channel(self, channel: SlackChannelRef) -> Flow[None]:
        """Write no tickets to a channel any more. What was written stays in Slack.

        Args:
            channel: The channel: its slack_channel_id, or a SlackChannel.

        Raises:
            SlackChannelNotFoundError: There is no such channel, or you are not an admin.
        """
        query = self._rest.from_("slack_channels").delete().eq("slack_channel_id", _channel_key(channel))
        reply: Reply = yield self._write(query)
        # After a repeated attempt it is removed, whichever attempt did it.
        if not reply.rows(SlackChannel) and reply.attempts == 1:
            raise SlackChannelNotFoundError(hint="List the channels.")

    @call
    def update_connection(self, connection: SlackConnectionRef, *, is_active: bool) -> Flow[SlackConnection]:
        """Switch a workspace off or on. What waits while it is off goes on when it is on again.

        Args:
            connection: The workspace: its connection_id, or a SlackConnection.
            is_active: False: nothing is written there, and what people ask for there is not done. ``connect()`` has new
                secrets for a workspace that refused the former.

        Raises:
            SlackConnectionNotFoundError: There is no such workspace, or you are not an admin.
        """
        row = {"is_active": check.boolean("is_active", is_active)}
        query = self._rest.from_("slack_connections").update(row).eq("connection_id", _connection_key(connection))
        changed = yield from self._first_row(self._write(query), SlackConnection)
        if changed is None:
            raise SlackConnectionNotFoundError(hint="List the connections, or connect it.")
        return changed

    @call
    def disconnect(self, connection: SlackConnectionRef) -> Flow[None]:
        """Remove a workspace with its secrets and channels. What was written stays in Slack.

        Args:
            connection: The workspace: its connection_id, or a SlackConnection.

        Raises:
            SlackConnectionNotFoundError: There is no such workspace, or you are not an admin.
        """
        query = self._rest.from_("slack_connections").delete().eq("connection_id", _connection_key(connection))
        reply: Reply = yield self._write(query)
        # After a repeated attempt it is removed, whichever attempt did it.
        if not reply.rows(SlackConnection) and reply.attempts == 1:
            raise SlackConnectionNotFoundError(hint="List the connections, or connect it.")


def _changes(
    channel_name: str | None = None, events: _Events | None = None, is_active: bool | None = None
) -> dict[str, Any]:
    """The columns of a channel, checked."""
    row: dict[str, Any] = {}
    if channel_name is not None:
        row["channel_name"] = check.text("channel_name", channel_name, 0, limits.SLACK_CHANNEL_NAME_MAX)
    if events is not None:
        row["events"] = check.choices("events", events, SlackEvent)
    if is_active is not None:
        row["is_active"] = check.boolean("is_active", is_active)
    return row
