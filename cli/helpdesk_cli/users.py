"""`helpdesk users`: people, their roles, and invitations."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.choices import Role
from ._base.errors import CliError, ExitCode
from ._base.output import Column, age, counted, moment, remark, render, tell
from ._connect.connection import connect, target
from ._show.names import full_name
from ._show.users import show_user

if TYPE_CHECKING:
    from helpdesk_sdk import Invitation, User

app = Commands(name="users", help="People, their roles, and invitations.")

InvitedRole = Literal["customer", "agent", "admin"]
Who = Annotated[str, typer.Argument(metavar="WHO", help="An e-mail address, an id, or me.", show_default=False)]


@app.command("list")
def list_(
    role: Annotated[
        list[Role] | None, typer.Option(metavar="|".join(Role), help="Only these; may be repeated.")
    ] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Only those who are, or are not.")] = None,
    email: Annotated[str | None, typer.Option(help="Only the one with this address.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 for all.")] = 50,
) -> None:
    """List people, newest first.

    Staff see everybody, customers themselves.
    """
    with connect() as hd:
        found = hd.users.list(role=role, active=active, email=email, page_size=min(limit + 1, 500) if limit else 500)
        users = list(islice(counted(found, "people"), limit + 1 if limit else None))
    columns: list[Column[User]] = [
        Column("Name", lambda user: user.name, flexible=True),
        Column("E-mail", lambda user: user.email, flexible=True),
        Column("Role", lambda user: user.role),
        Column(
            "Active", lambda user: "yes" if user.is_active else "no", style=lambda text: "red" if text == "no" else ""
        ),
        Column("Login", lambda user: "yes" if user.auth_user_id else "no", from_width=70),
        Column("Since", lambda user: age(user.created_at), right=True, from_width=60),
    ]
    render(users[:limit] if limit else users, columns, empty="Nobody.")
    if limit and len(users) > limit:
        remark(f"There are more: --limit {limit * 4}, or --limit 0 for all.")


@app.command()
def show(who: Who) -> None:
    """Show one person."""
    with connect() as hd:
        show_user(hd.users.get(who))


@app.command()
def invite(
    email: Annotated[str, typer.Argument(help="Their e-mail address.", show_default=False)],
    role: Annotated[InvitedRole, typer.Option(help="What they will be.")] = "agent",
    name: Annotated[str, typer.Option(help="Their display name.")] = "",
    id: Annotated[UUID | None, typer.Option("--id", help="A UUID of your own.", show_default=False)] = None,
) -> None:
    """Invite somebody to be an agent, an admin or a customer.

    They get the role when they sign in with this address, verified.
    """
    with connect() as hd:
        made = hd.users.invite(email, role, name, id=id)
    tell(f"Invited {made.email} as {made.role}; until {moment(made.expires_at)}.", json=made)


@app.command()
def invitations(limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 for all.")] = 50) -> None:
    """List invitations, newest first."""
    with connect() as hd:
        found = list(islice(hd.users.invitations(), limit or None))
    columns: list[Column[Invitation]] = [
        Column("E-mail", lambda one: one.email, flexible=True),
        Column("Role", lambda one: one.role),
        Column("State", _state),
        Column("Until", lambda one: moment(one.expires_at)),
        Column("Id", lambda one: one.invitation_id, from_width=100),
    ]
    render(found, columns, empty="No invitations.")


@app.command("revoke-invitation")
def revoke_invitation(invitation: Annotated[UUID, typer.Argument(help="Its id.", show_default=False)]) -> None:
    """Take back an invitation that nobody has accepted yet."""
    with connect() as hd:
        done = hd.users.revoke_invitation(invitation)
    tell(f"The invitation of {done.email} is void.", json=done)


@app.command()
def role(
    who: Who, role: Annotated[Role, typer.Argument(help="What they are from now on.", show_default=False)]
) -> None:
    """Give somebody another role, from their next request on."""
    with connect() as hd:
        done = hd.users.set_role(who, role)
    tell(f"{full_name(done)} is {_with_article(done.role)} now.", json=done)


@app.command()
def deactivate(who: Who) -> None:
    """Shut somebody out, from their next request on.

    Their open tickets go back to the queues.
    """
    with connect() as hd:
        done = hd.users.deactivate(who)
    tell(f"{full_name(done)} is deactivated.", json=done)


@app.command()
def reactivate(who: Who) -> None:
    """Let somebody in again."""
    with connect() as hd:
        done = hd.users.reactivate(who)
    tell(f"{full_name(done)} is active again.", json=done)


@app.command()
def rename(who: Who, name: Annotated[str, typer.Argument(help="The display name.", show_default=False)]) -> None:
    """Change a display name: your own, or as an admin anybody's."""
    with connect() as hd:
        done = hd.users.rename(who, name)
    tell(f"{full_name(done)} it is.", json=done)


@app.command("create-customer")
def create_customer(
    email: Annotated[str, typer.Argument(help="Their e-mail address.", show_default=False)],
    name: Annotated[str, typer.Option(help="Their display name.")] = "",
    id: Annotated[UUID | None, typer.Option("--id", help="A UUID of your own.", show_default=False)] = None,
) -> None:
    """Note a customer who has no login, as after a phone call."""
    with connect() as hd:
        made = hd.users.create_customer(email, name, id=id)
    tell(f"{full_name(made)} is a customer.", json=made)


@app.command("bootstrap-admin")
def bootstrap_admin(email: Annotated[str, typer.Argument(help="Their e-mail address.", show_default=False)]) -> None:
    """Make somebody the first admin.

    Needs a system profile: helpdesk login --secret-key-stdin.
    """
    if not target().is_system:
        hint = "Be the system: helpdesk login --secret-key-stdin; then this again, with the --profile that it names."
        raise CliError("The first admin is made with the secret key", hint, ExitCode.FORBIDDEN)
    with connect() as hd:
        done = hd.users.bootstrap_admin(email)
    tell(f"{full_name(done)} is the first admin.", json=done)


def _with_article(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"


def _state(one: Invitation) -> str:
    from datetime import UTC, datetime

    if one.accepted_at:
        return "accepted"
    if one.revoked_at:
        return "revoked"
    return "open" if one.expires_at > datetime.now(UTC) else "expired"
