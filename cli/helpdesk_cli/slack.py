"""`helpdesk slack`: Slack workspaces, and the channels that receive tickets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.choices import SlackEvent, words
from ._base.errors import CliError, ExitCode
from ._base.input import ask_secrets, confirm
from ._base.output import Column, age, print_note, print_result, print_rows
from ._base.secrets import register_secret
from ._connect.connection import connect as connected
from ._show.name_cache import NameCache

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, SlackChannel, SlackConnection

app = Commands(name="slack", help="Slack channels that receive tickets; for admins.")

ChannelArgument = Annotated[
    UUID, typer.Argument(metavar="CHANNEL", help="The id that the list shows.", show_default=False)
]
EventOption = Annotated[
    list[SlackEvent] | None,
    typer.Option("--event", metavar=words(SlackEvent), help="What is written; may be repeated.", show_default=False),
]


@app.command()
def connect(
    channel: Annotated[
        str, typer.Argument(metavar="C0123456789", help="The channel's id in Slack.", show_default=False)
    ],
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only tickets of this team, by name or id.")] = None,
    event: EventOption = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The channel's name, for the list.")] = None,
    api_url: Annotated[
        str, typer.Option(metavar="URL", help="Where Slack is, for tests.", hidden=True)
    ] = "https://slack.com/api",
) -> None:
    """Connect a workspace, and write tickets to a channel of it.

    The app's bot token and signing secret are asked for, or come as two lines of standard input, or from
    HELPDESK_SLACK_TOKEN and HELPDESK_SLACK_SIGNING_SECRET (with _FILE behind the name: from a file). Once more, for
    the same channel: replaces the secrets and switches the workspace on.

    For example: helpdesk slack connect C0123456789 --team Billing
    """
    from helpdesk_sdk.delivery import slack_workspace
    from helpdesk_sdk.errors import SlackChannelTakenError

    token, signing_secret = _secrets()
    found = slack_workspace(token, api_url=api_url)
    chosen: dict[str, Any] = {"events": event} if event else {}
    chosen |= {} if name is None else {"channel_name": name}
    with connected() as hd:
        # A team that does not exist leaves no workspace without a channel.
        team_id = hd.teams.get(team).team_id if team else None
        connection = hd.slack.connect(
            token,
            signing_secret,
            workspace_id=found.workspace_id,
            bot_user_id=found.bot_user_id,
            workspace_name=found.workspace_name,
        )
        try:
            made = hd.slack.add_channel(connection, channel, team=team_id, **chosen)
        except SlackChannelTakenError:
            same = (connection.connection_id, channel, team_id)
            rows = hd.slack.channels()
            kept = next((one for one in rows if (one.connection_id, one.channel_id, one.team_id) == same), None)
            if kept is not None and chosen:
                kept = hd.slack.update_channel(kept, **chosen)
            said = f"{found.workspace_name} has new secrets; {channel} receives these tickets already."
            print_result(said, json=kept)
            return
    print_result(f"Tickets go to {channel} of {found.workspace_name}. Its id here: {made.slack_channel_id}", json=made)
    print_note(f"Invite the app to the channel, then: helpdesk slack test {made.slack_channel_id}")


@app.command("list")
def list_() -> None:
    """List the channels that receive tickets."""
    with connected() as hd:
        workspaces = {one.connection_id: one for one in hd.slack.connections()}
        found = hd.slack.channels().all()
        names = NameCache()
        names.load_events(hd, [{"team_id": str(row.team_id)} for row in found if row.team_id])

    def workspace(row: SlackChannel) -> str:
        one = workspaces.get(row.connection_id)
        return one.workspace_name or one.workspace_id if one else ""

    def state(row: SlackChannel) -> str:
        off = next((one for one in (workspaces.get(row.connection_id), row) if one and not one.is_active), row)
        return _state(off)

    columns: list[Column[SlackChannel]] = [
        Column("Id", lambda row: row.slack_channel_id),
        Column("Workspace", workspace, flexible=True),
        Column("Channel", lambda row: row.channel_name or row.channel_id, flexible=True),
        Column("Team", lambda row: names.team(row.team_id) or "all", flexible=True, from_width=80),
        Column("Events", lambda row: ", ".join(row.events), flexible=True, from_width=110),
        Column("State", state, style=lambda text: "" if text == "on" else "magenta"),
        Column("Since", lambda row: age(row.created_at), right=True, from_width=90),
    ]
    print_rows(found, columns, empty="No Slack channels. To connect one: helpdesk slack connect C0123456789")


@app.command()
def workspaces() -> None:
    """List the connected workspaces, also those without a channel."""
    with connected() as hd:
        found = hd.slack.connections().all()
    columns: list[Column[SlackConnection]] = [
        Column("Id", lambda row: row.workspace_id),
        Column("Name", lambda row: row.workspace_name, flexible=True),
        Column("State", _state, style=lambda text: "" if text == "on" else "magenta"),
        Column("Since", lambda row: age(row.created_at), right=True),
    ]
    print_rows(found, columns, empty="No Slack workspaces.")


@app.command()
def test(channel: ChannelArgument) -> None:
    """Write a message to a channel, also while it is off."""
    with connected() as hd:
        queued = hd.slack.test(channel)
    print_result("A message is queued. How it went: helpdesk outbox list --kind slack", json=queued)


@app.command()
def update(
    channel: ChannelArgument,
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only tickets of this team, by name or id.")] = None,
    all_teams: Annotated[bool, typer.Option("--all-teams", help="Tickets of all teams.")] = False,
    event: EventOption = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The channel's name, for the list.")] = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Switch it on or off.", show_default=False)] = None,
) -> None:
    """Change a channel, or switch it off or on. What is not named stays; --event replaces the former events."""
    if team is not None and all_teams:
        raise CliError("--team goes without --all-teams", "Leave one of them out.", ExitCode.USAGE)
    given: dict[str, Any] = {} if team is None and not all_teams else {"team": team}
    with connected() as hd:
        done = hd.slack.update_channel(channel, channel_name=name, events=event or None, is_active=active, **given)
    print_result(f"Changed the channel {done.channel_name or done.channel_id}; it is {_state(done)}.", json=done)


@app.command()
def remove(channel: ChannelArgument) -> None:
    """Write no tickets to a channel any more. The workspace stays connected."""
    with connected() as hd:
        found = next((one for one in hd.slack.channels() if one.slack_channel_id == channel), None)
        hd.slack.remove_channel(channel)
    print_result("Removed the channel. What was written stays in Slack.", json=found)


@app.command()
def disconnect(
    workspace: Annotated[
        str, typer.Argument(metavar="WORKSPACE", help="Its id in Slack, like T0123456789.", show_default=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a workspace with its secrets and channels; asks first."""
    with connected() as hd:
        found = _workspace(hd, workspace)
        name = found.workspace_name or found.workspace_id
        confirm(f"Disconnect {name}, with its channels?", yes, "This removes a workspace with its channels")
        hd.slack.disconnect(found)
    print_result(f"Disconnected {name}. What was written stays in Slack.", json=found)


def _secrets() -> list[str]:
    """The bot token and the signing secret: what the environment does not have is asked for."""
    names = {"HELPDESK_SLACK_TOKEN": "Bot token (xoxb-…)", "HELPDESK_SLACK_SIGNING_SECRET": "Signing secret"}
    known = {variable: os.environ.get(variable, "") for variable in names}
    for value in known.values():
        register_secret(value)
    missing = [variable for variable, value in known.items() if not value]
    asked = iter(ask_secrets(*map(names.__getitem__, missing), instead=f"Or set {' and '.join(missing)}."))
    return [value or next(asked) for value in known.values()]


def _workspace(hd: Helpdesk, given: str) -> SlackConnection:
    found = next((one for one in hd.slack.connections() if given in (one.workspace_id, str(one.connection_id))), None)
    if found is None:
        raise CliError(f"No workspace {given} is connected", "See: helpdesk slack workspaces", ExitCode.NOT_FOUND)
    return found


def _state(one: SlackChannel | SlackConnection) -> str:
    return "on" if one.is_active else (one.disabled_reason or "off").replace("_", " ")
