"""Addresses to which nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .._base.app import Commands
from .._base.output import Column, age, print_note, print_result, print_rows
from .._connect.connection import connect
from .._show.name_cache import NameCache
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import EmailSuppression

suppressions = Commands(name="suppressions", help="Addresses to which nothing is sent.")
app.add_typer(suppressions)

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="The address.", show_default=False)]


@suppressions.command("list")
def list_() -> None:
    """List the addresses to which nothing is sent."""
    with connect() as hd:
        found = hd.mail.suppressions.list(page_size=500).all()
        names = NameCache()
        names.load_events(hd, [{"user_id": str(row.created_by)} for row in found if row.created_by])
    columns: list[Column[EmailSuppression]] = [
        Column("Address", lambda row: row.address, flexible=True),
        Column("Reason", lambda row: row.reason),
        Column("Detail", lambda row: row.detail, flexible=True, from_width=70),
        Column("By", lambda row: names.person(row.created_by), flexible=True, from_width=90),
        Column("Since", lambda row: age(row.created_at), right=True),
    ]
    print_rows(found, columns, empty="Mails go to every address.")


@suppressions.command()
def add(
    address: AddressArgument,
    detail: Annotated[str, typer.Option("--detail", "-d", metavar="TEXT", help="Why.")] = "",
) -> None:
    """Send nothing to an address any more."""
    with connect() as hd:
        made = hd.mail.suppressions.add(address, detail)
    print_result(f"Nothing is sent to {made.address} from now on.", json=made)


@suppressions.command()
def remove(address: AddressArgument) -> None:
    """Send to an address again."""
    with connect() as hd:
        hd.mail.suppressions.remove(address)
    print_result(f"Mails go to {address} again.", json={"address": address.strip().lower(), "suppressed": False})
    print_note("What was not sent meanwhile is not sent later.")
