"""Further addresses of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .._base.app import Commands
from .._base.output import Column, age, print_result, print_rows
from .._connect.connection import connect
from .._show.name_cache import NameCache, full_name
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import UserEmail

addresses = Commands(name="addresses", help="Further addresses of people: mails from them are theirs.")
app.add_typer(addresses)

EmailArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="The further address.", show_default=False)]


@addresses.command("list")
def list_(
    who: Annotated[
        str | None,
        typer.Argument(metavar="[WHO]", help="Only those of this person: an address, an id or me.", show_default=False),
    ] = None,
) -> None:
    """List the further addresses of people, or of one person."""
    with connect() as hd:
        found = hd.mail.addresses.list(who, page_size=500).all()
        names = NameCache()
        names.load_events(hd, [{"user_id": str(row.user_id)} for row in found])
    columns: list[Column[UserEmail]] = [
        Column("Address", lambda row: row.email, flexible=True),
        Column("Person", lambda row: names.full_person(row.user_id), flexible=True),
        Column("Since", lambda row: age(row.created_at), right=True),
    ]
    print_rows(found, columns, empty="No further addresses.")


@addresses.command()
def add(
    who: Annotated[str, typer.Argument(metavar="WHO", help="The person: an address or id, or me.", show_default=False)],
    address: EmailArgument,
) -> None:
    """Add an address of a person, and so vouch for it."""
    with connect() as hd:
        made = hd.mail.addresses.add(who, address)
        person = hd.users.get(made.user_id)
    print_result(f"Mail from {made.email} is from {full_name(person)}.", json=made)


@addresses.command()
def remove(address: EmailArgument) -> None:
    """Remove a further address."""
    with connect() as hd:
        hd.mail.addresses.remove(address)
    print_result(f"{address} is nobody's any more.", json={"email": address.strip().lower(), "removed": True})
