"""`helpdesk users`: people, their roles, and invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.choices import Role, words
from ._base.errors import CliError, ExitCode
from ._base.json import jsonable
from ._base.options import LimitOption
from ._base.output import Column, age, local_time, one_more, print_result, print_up_to
from ._connect.connection import connect
from ._connect.target import target
from ._show.name_cache import full_name
from ._show.users import show_user

if TYPE_CHECKING:
    from helpdesk_sdk import Invitation, User

app = Commands(name="users", help="People, their roles, and invitations.")

InvitedRole = Literal["customer", "agent", "admin"]
Who = Annotated[str, typer.Argument(metavar="WHO", help="An e-mail address, an id, or me.", show_default=False)]


@app.command("list")
def list_(
    role: Annotated[
        list[Role] | None, typer.Option(metavar=words(Role), help="Only this role; may be repeated.")
    ] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Only active people, or only deactivated people.")
    ] = None,
    email: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Only the person with this e-mail address.")
    ] = None,
    limit: LimitOption = 50,
) -> None:
    """List people, newest first.

    Staff see everybody. Customers see themselves.
    """
    with connect() as hd:
        found = hd.users.list(role=role, active=active, email=email, page_size=500)
        users = one_more(found, limit, "people")
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
    print_up_to(users, limit, columns, "people", empty="No people.")


@app.command()
def show(who: Who) -> None:
    """Show a person."""
    with connect() as hd:
        show_user(hd.users.get(who))


@app.command()
def invite(
    email: Annotated[str, typer.Argument(help="Their e-mail address.", show_default=False)],
    role: Annotated[InvitedRole, typer.Option(help="Their role.")] = "agent",
    name: Annotated[str, typer.Option(metavar="NAME", help="Their display name.")] = "",
    id: Annotated[
        UUID | None,
        typer.Option("--id", help="A UUID of your own: repeated with it, the command acts once.", show_default=False),
    ] = None,
) -> None:
    """Invite a person as an agent, an admin or a customer.

    They get the role when they sign in with this e-mail address and it is verified. No e-mail is sent.
    """
    with connect() as hd:
        made = hd.users.invite(email, role, name, id=id)
    print_result(f"Invited {made.email} as {_with_article(made.role)}, until {local_time(made.expires_at)}.", json=made)


@app.command()
def invitations(limit: LimitOption = 50) -> None:
    """List invitations, newest first."""
    with connect() as hd:
        found = one_more(hd.users.invitations(page_size=500), limit, "invitations")
    columns: list[Column[Invitation]] = [
        Column("E-mail", lambda one: one.email, flexible=True),
        Column("Role", lambda one: one.role),
        Column("State", _state),
        Column("Until", lambda one: local_time(one.expires_at), from_width=100),
        Column("Id", lambda one: one.invitation_id),
    ]
    print_up_to(found, limit, columns, "invitations", empty="No invitations.")


@app.command("revoke-invitation")
def revoke_invitation(
    invitation: Annotated[
        str, typer.Argument(help="The invited e-mail address, or the invitation's id.", show_default=False)
    ],
) -> None:
    """Revoke an invitation that was not accepted yet."""
    with connect() as hd:
        done = hd.users.revoke_invitation(invitation)
    print_result(f"Revoked the invitation of {done.email}.", json=done)


@app.command()
def role(who: Who, role: Annotated[Role, typer.Argument(help="The new role.", show_default=False)]) -> None:
    """Change a person's role, from their next request on."""
    with connect() as hd:
        done = hd.users.set_role(who, role)
    print_result(f"{full_name(done)} is now {_with_article(done.role)}.", json=done)


@app.command()
def deactivate(who: Who) -> None:
    """Deactivate a person, from their next request on.

    Then they have no access. Their tickets go back to the queues, except closed tickets.
    """
    with connect() as hd:
        user = hd.users.get(who)
        # Counted before: afterwards nothing tells these tickets from the others in the queues.
        waiting = hd.tickets.list(assigned_to=user, status=["open", "pending", "resolved"], page_size=1000)
        count = sum(1 for _ in waiting) if user.is_active and user.is_staff else 0
        done = hd.users.deactivate(user)
    went = "1 ticket" if count == 1 else f"{count:,} tickets"
    returned = f" {went} went back to the queues." if user.is_staff else ""
    print_result(f"{full_name(done)} is deactivated.{returned}", json={**jsonable(done), "returned_tickets": count})


@app.command()
def reactivate(who: Who) -> None:
    """Give a deactivated person access again."""
    with connect() as hd:
        done = hd.users.reactivate(who)
    print_result(f"{full_name(done)} is active again.", json=done)


@app.command()
def rename(who: Who, name: Annotated[str, typer.Argument(help="The display name.", show_default=False)]) -> None:
    """Change a display name. Admins may change anybody's."""
    with connect() as hd:
        done = hd.users.rename(who, name)
    print_result(f"The display name is now {full_name(done)}.", json=done)


@app.command("create-customer")
def create_customer(
    email: Annotated[str, typer.Argument(help="Their e-mail address.", show_default=False)],
    name: Annotated[str, typer.Option(metavar="NAME", help="Their display name.")] = "",
    id: Annotated[
        UUID | None,
        typer.Option("--id", help="A UUID of your own: repeated with it, the command acts once.", show_default=False),
    ] = None,
) -> None:
    """Create a customer who has no login.

    For example after a phone call.
    """
    with connect() as hd:
        made = hd.users.create_customer(email, name, id=id)
    print_result(f"Created customer {full_name(made)}.", json=made)


@app.command("bootstrap-admin")
def bootstrap_admin(email: Annotated[str, typer.Argument(help="Their e-mail address.", show_default=False)]) -> None:
    """Make a person the first admin.

    Needs a system profile: helpdesk login --secret-key-stdin.
    """
    if not target().is_system:
        hint = (
            "Make a system profile: helpdesk login --secret-key-stdin; then repeat this with the --profile it prints."
        )
        raise CliError("Only the secret key can make the first admin", hint, ExitCode.FORBIDDEN)
    with connect() as hd:
        done = hd.users.bootstrap_admin(email)
    print_result(f"{full_name(done)} is the first admin.", json=done)


def _with_article(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"


def _state(one: Invitation) -> str:
    from datetime import UTC, datetime

    if one.accepted_at:
        return "accepted"
    if one.revoked_at:
        return "revoked"
    return "open" if one.expires_at > datetime.now(UTC) else "expired"
