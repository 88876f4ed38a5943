"""`helpdesk teams`: teams, their queues and members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.json import jsonable
from ._base.output import Column, age, print_fields, print_note, print_result, print_rows
from ._connect.connection import connect

if TYPE_CHECKING:
    from helpdesk_sdk import Team, TeamMember

app = Commands(name="teams", help="Teams and their members.")

TeamArgument = Annotated[str, typer.Argument(metavar="TEAM", help="The team's name or id.", show_default=False)]
Who = Annotated[str, typer.Argument(metavar="WHO", help="An agent's e-mail address or id, or me.", show_default=False)]
PublicOption = Annotated[
    bool | None,
    typer.Option(
        "--public/--internal", help="Whether customers see the team and may open tickets in it.", show_default=False
    ),
]


@app.command("list")
def list_() -> None:
    """List the teams you may see."""
    with connect() as hd:
        teams = hd.teams.list(page_size=500).all()
    columns: list[Column[Team]] = [
        Column("Name", lambda team: team.name, flexible=True),
        Column("Default", lambda team: "yes" if team.is_default else ""),
        Column("Public", lambda team: "yes" if team.is_public else ""),
        Column("Description", lambda team: team.description, flexible=True),
        Column("Since", lambda team: age(team.created_at), right=True, from_width=80),
    ]
    print_rows(teams, columns, empty="No teams.")


@app.command()
def show(team: TeamArgument) -> None:
    """Show a team and its members."""
    with connect() as hd:
        found = hd.teams.get(team)
        members = hd.teams.members(found, page_size=500).all()
    fields: list[tuple[str, object]] = [
        ("description", found.description),
        ("default", "yes" if found.is_default else "no"),
        ("public", "yes" if found.is_public else "no"),
        ("members", ", ".join(_name(member) for member in members) or "none"),
        ("id", found.team_id),
    ]
    print_fields(found.name, fields, json={**jsonable(found), "members": jsonable(members)})


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="1 to 100 characters, unique.", show_default=False)],
    description: Annotated[str, typer.Option("--description", "-d", metavar="TEXT", help="What the team is for.")] = "",
    public: PublicOption = None,
    id: Annotated[
        UUID | None,
        typer.Option("--id", help="A UUID of your own: repeated with it, the command acts once.", show_default=False),
    ] = None,
) -> None:
    """Create a team."""
    with connect() as hd:
        made = hd.teams.create(name, description, is_public=bool(public), id=id)
    print_result(f"Created team {made.name}.", json=made)


@app.command()
def update(
    team: TeamArgument,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The new name.")] = None,
    description: Annotated[
        str | None, typer.Option("--description", "-d", metavar="TEXT", help="What the team is for.")
    ] = None,
    public: PublicOption = None,
) -> None:
    """Change a team's name, description or visibility."""
    with connect() as hd:
        done = hd.teams.update(team, name=name, description=description, is_public=public)
    print_result(f"Changed team {done.name}.", json=done)


@app.command()
def delete(team: TeamArgument) -> None:
    """Delete a team that has no tickets."""
    with connect() as hd:
        found = hd.teams.get(team)
        hd.teams.delete(found)
    print_result(f"Deleted team {found.name}.", json=found)


@app.command()
def members(team: TeamArgument) -> None:
    """List the members of a team."""
    with connect() as hd:
        found = hd.teams.members(team, page_size=500).all()
    columns: list[Column[TeamMember]] = [
        Column("Name", lambda member: member.user and member.user.name, flexible=True),
        Column("E-mail", lambda member: member.user and member.user.email, flexible=True),
        Column("Role", lambda member: member.user and member.user.role),
        Column("Active", lambda member: "no" if member.user and not member.user.is_active else "yes"),
        Column("Since", lambda member: age(member.created_at), right=True),
    ]
    print_rows(found, columns, empty="No members.")


@app.command("add-member")
def add_member(team: TeamArgument, who: Who) -> None:
    """Add an agent to a team; they work its tickets from now on."""
    _change_members(team, who, add=True)


@app.command("remove-member")
def remove_member(team: TeamArgument, who: Who) -> None:
    """Remove an agent from a team."""
    _change_members(team, who, add=False)


@app.command("set-default")
def set_default(team: TeamArgument) -> None:
    """Make a team the default for tickets without a team."""
    with connect() as hd:
        done = hd.teams.set_default(team)
    print_result(f"Tickets opened without a team go to {done.name} from now on.", json=done)


def _change_members(ref: str, who: str, *, add: bool) -> None:
    with connect() as hd:
        team, user = hd.teams.get(ref), hd.users.get(who)
        (hd.teams.add_member if add else hd.teams.remove_member)(team, user)
    membership = "is now a member" if add else "is no longer a member"
    name = user.name or user.email
    # A customer may be a member, which gives them nothing until they are an agent.
    idle = "" if user.is_staff or not add else f", but as {user.role} does not work its tickets"
    print_result(
        f"{name} {membership} of {team.name}{idle}.",
        json={
            "team_id": jsonable(team.team_id),
            "user_id": jsonable(user.user_id),
            "member": add,
            "role": user.role,
        },
    )
    if idle:
        print_note(f"To make them an agent: helpdesk users role {user.email or user.user_id} agent")


def _name(member: TeamMember) -> str:
    return (member.user.name or member.user.email or "?") if member.user else str(member.user_id)[:8]
