"""`helpdesk teams`: queues, and who works them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.json import plain
from ._base.output import Column, age, render, render_fields, tell
from ._connect.connection import connect

if TYPE_CHECKING:
    from helpdesk_sdk import Team, TeamMember

app = Commands(name="teams", help="Queues, and who works them.")

TeamArgument = Annotated[str, typer.Argument(metavar="TEAM", help="Its name or id.", show_default=False)]
Who = Annotated[str, typer.Argument(metavar="WHO", help="An agent's e-mail address or id, or me.", show_default=False)]
PublicOption = Annotated[
    bool | None,
    typer.Option(
        "--public/--internal", help="Whether customers see it and may open tickets in it.", show_default=False
    ),
]


@app.command("list")
def list_() -> None:
    """List the teams you may see."""
    with connect() as hd:
        teams = list(hd.teams.list(page_size=500))
    columns: list[Column[Team]] = [
        Column("Name", lambda team: team.name, flexible=True),
        Column("Default", lambda team: "yes" if team.is_default else ""),
        Column("Public", lambda team: "yes" if team.is_public else ""),
        Column("Description", lambda team: team.description, flexible=True),
        Column("Since", lambda team: age(team.created_at), right=True, from_width=80),
    ]
    render(teams, columns, empty="No teams.")


@app.command()
def show(team: TeamArgument) -> None:
    """Show one team and its members."""
    with connect() as hd:
        found = hd.teams.get(team)
        members = list(hd.teams.members(found, page_size=500))
    fields: list[tuple[str, object]] = [
        ("description", found.description),
        ("default", "yes" if found.is_default else "no"),
        ("public", "yes" if found.is_public else "no"),
        ("members", ", ".join(_name(member) for member in members) or "none"),
        ("id", found.team_id),
    ]
    render_fields(found.name, fields, json={**plain(found), "members": plain(members)})


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="1 to 100 characters, unique.", show_default=False)],
    description: Annotated[str, typer.Option("--description", "-d", help="What it is for.")] = "",
    public: PublicOption = None,
    id: Annotated[UUID | None, typer.Option("--id", help="A UUID of your own.", show_default=False)] = None,
) -> None:
    """Make a team."""
    with connect() as hd:
        made = hd.teams.create(name, description, is_public=bool(public), id=id)
    tell(f"Made the team {made.name}.", json=made)


@app.command()
def update(
    team: TeamArgument,
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    description: Annotated[str | None, typer.Option("--description", "-d", help="What it is for.")] = None,
    public: PublicOption = None,
) -> None:
    """Change a team's name, description or visibility."""
    with connect() as hd:
        done = hd.teams.update(team, name=name, description=description, is_public=public)
    tell(f"Changed the team {done.name}.", json=done)


@app.command()
def delete(team: TeamArgument) -> None:
    """Delete a team that has no tickets."""
    with connect() as hd:
        found = hd.teams.get(team)
        hd.teams.delete(found)
    tell(f"Deleted the team {found.name}.", json=found)


@app.command()
def members(team: TeamArgument) -> None:
    """List who works a team's queue."""
    with connect() as hd:
        found = list(hd.teams.members(team, page_size=500))
    columns: list[Column[TeamMember]] = [
        Column("Name", lambda member: member.user and member.user.name, flexible=True),
        Column("E-mail", lambda member: member.user and member.user.email, flexible=True),
        Column("Role", lambda member: member.user and member.user.role),
        Column("Active", lambda member: "no" if member.user and not member.user.is_active else "yes"),
        Column("Since", lambda member: age(member.created_at), right=True),
    ]
    render(found, columns, empty="Nobody.")


@app.command("add-member")
def add_member(team: TeamArgument, who: Who) -> None:
    """Let an agent work a team's queue."""
    _change_members(team, who, add=True)


@app.command("remove-member")
def remove_member(team: TeamArgument, who: Who) -> None:
    """Take an agent off a team's queue."""
    _change_members(team, who, add=False)


@app.command("set-default")
def set_default(team: TeamArgument) -> None:
    """Send tickets without a team to this one from now on."""
    with connect() as hd:
        done = hd.teams.set_default(team)
    tell(f"Tickets without a team go to {done.name} from now on.", json=done)


def _change_members(ref: str, who: str, *, add: bool) -> None:
    with connect() as hd:
        team, user = hd.teams.get(ref), hd.users.get(who)
        (hd.teams.add_member if add else hd.teams.remove_member)(team, user)
    what = "works" if add else "no longer works"
    name = user.name or user.email
    tell(
        f"{name} {what} the queue of {team.name}.",
        json={"team_id": plain(team.team_id), "user_id": plain(user.user_id), "member": add},
    )


def _name(member: TeamMember) -> str:
    return (member.user.name or member.user.email or "?") if member.user else str(member.user_id)[:8]
