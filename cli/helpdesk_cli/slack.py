"""`helpdesk slack`: Slack channels that receive tickets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.input import read_secret
from ._base.output import Column, age, print_note, print_result, print_rows
from ._base.secrets import register_secret
from ._connect.connection import connect as connected

if TYPE_CHECKING:
    from helpdesk_sdk import SlackChannel

app = Commands(name="slack", help="Slack channels that receive tickets; for admins.")

ChannelArgument = Annotated[
    UUID, typer.Argument(metavar="CHANNEL", help="The id that the list shows.", show_default=False)
]


@app.command()
def connect(
    channel: Annotated[
        str, typer.Argument(metavar="C0123456789", help="The channel's id in Slack.", show_default=False)
    ],
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only tickets of this team, by name or id.")] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EVENT",
            help="What is written: opened, reopened or replied; may be repeated. By default all.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="The channel's name, for the list.")] = "",
    api_url: Annotated[
        str, typer.Option(metavar="URL", help="Where Slack is, for tests.", hidden=True)
    ] = "https://slack.com/api",
) -> None:
    """Connect a workspace, and write tickets to a channel of it.

    The app's bot token and signing secret are asked for, or come from HELPDESK_SLACK_TOKEN and
    HELPDESK_SLACK_SIGNING_SECRET. Once more, for the same channel: replaces the secrets and switches the workspace on.

    For example: helpdesk slack connect C0123456789 --team Billing
    """
    from helpdesk_sdk.delivery import slack_workspace
    from helpdesk_sdk.errors import SlackChannelTakenError

    token = os.environ.get("HELPDESK_SLACK_TOKEN") or read_secret("Bot token (xoxb-…)")
    signing_secret = os.environ.get("HELPDESK_SLACK_SIGNING_SECRET") or read_secret("Signing secret")
    register_secret(token)
    register_secret(signing_secret)
    found = slack_workspace(token, api_url=api_url)
    with connected() as hd:
        connection = hd.slack.connect(
            token,
            signing_secret,
            workspace_id=found.workspace_id,
            bot_user_id=found.bot_user_id,
            workspace_name=found.workspace_name,
        )
        try:
            made = hd.slack.add_channel(
                connection,
                channel,
                channel_name=name,
                team=team,
                events=event or ["opened", "reopened", "replied"],
            )
        except SlackChannelTakenError:
            team_id = hd.teams.get(team).team_id if team else None
            same = (connection.connection_id, channel, team_id)
            rows = hd.slack.channels()
            kept = next((one for one in rows if (one.connection_id, one.channel_id, one.team_id) == same), None)
            print_result(
                f"{found.workspace_name} has new secrets; {channel} receives these tickets already.", json=kept
            )
            return
    print_result(f"Tickets go to {channel} of {found.workspace_name}. Its id here: {made.slack_channel_id}", json=made)
    print_note(f"Invite the app to the channel, then: helpdesk slack test {made.slack_channel_id}")


@app.command("list")
def list_() -> None:
    """List the channels that receive tickets."""
    with connected() as hd:
        workspaces = {one.connection_id: one for one in hd.slack.connections()}
        found = list(hd.slack.channels())

    def state(row: SlackChannel) -> str:
        off = next((one for one in (workspaces.get(row.connection_id), row) if one and not one.is_active), None)
        return "on" if off is None else (off.disabled_reason or "off").replace("_", " ")

    columns: list[Column[SlackChannel]] = [
        Column("Id", lambda row: row.slack_channel_id),
        Column("Workspace", lambda row: workspaces[row.connection_id].workspace_name, flexible=True),
        Column("Channel", lambda row: row.channel_name or row.channel_id, flexible=True),
        Column("Events", lambda row: ", ".join(row.events), flexible=True, from_width=100),
        Column("State", state, style=lambda text: "" if text == "on" else "magenta"),
        Column("Since", lambda row: age(row.created_at), right=True, from_width=90),
    ]
    print_rows(found, columns, empty="No Slack channels.")


@app.command()
def test(channel: ChannelArgument) -> None:
    """Write a message to a channel, also while it is off."""
    with connected() as hd:
        queued = hd.slack.test(channel)
    print_result("A message is queued. How it went: helpdesk outbox list --kind slack", json=queued)


@app.command()
def switch(
    channel: ChannelArgument,
    active: Annotated[bool, typer.Option("--on/--off", help="Switch it on or off.", show_default=False)],
) -> None:
    """Switch a channel off, or on again."""
    with connected() as hd:
        done = hd.slack.switch_channel(channel, active)
    print_result(f"The channel {done.channel_id} is {'on' if done.is_active else 'off'}.", json=done)


@app.command()
def remove(
    channel: ChannelArgument,
    workspace: Annotated[
        bool, typer.Option("--workspace", help="The workspace of the channel, with its secrets and channels.")
    ] = False,
) -> None:
    """Remove a channel, or disconnect its workspace."""
    with connected() as hd:
        found = next((one for one in hd.slack.channels() if one.slack_channel_id == channel), None)
        if workspace and found is not None:
            hd.slack.disconnect(found.connection_id)
            print_result("Disconnected the workspace.", json=found)
            return
        hd.slack.remove_channel(channel)
    print_result("Removed the channel. What was written stays in Slack.", json=found)
