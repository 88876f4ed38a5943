"""Senders whose mail opens no ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .._base.app import Commands
from .._base.output import Column, age, print_result, print_rows
from .._connect.connection import connect
from .._show.name_cache import NameCache
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import EmailBlock

blocks = Commands(name="blocks", help="Senders whose mail opens no ticket.")
app.add_typer(blocks)

SenderArgument = Annotated[
    str,
    typer.Argument(metavar="SENDER", help="An address, or a domain with its subdomains.", show_default=False),
]


@blocks.command()
def add(
    sender: SenderArgument,
    note: Annotated[str, typer.Option("--note", "-n", metavar="TEXT", help="Why.")] = "",
) -> None:
    """Block a sender. Their mails are kept, and open nothing."""
    with connect() as hd:
        made = hd.mail.blocks.add(sender, note)
    print_result(f"Mail from {made.pattern} opens no ticket from now on.", json=made)


@blocks.command("list")
def list_() -> None:
    """List the blocked senders."""
    with connect() as hd:
        found = hd.mail.blocks.list(page_size=500).all()
        names = NameCache()
        names.load_events(hd, [{"user_id": str(row.created_by)} for row in found if row.created_by])
    columns: list[Column[EmailBlock]] = [
        Column("Sender", lambda row: row.pattern, flexible=True),
        Column("Note", lambda row: row.note, flexible=True),
        Column("By", lambda row: names.person(row.created_by), flexible=True, from_width=80),
        Column("Since", lambda row: age(row.created_at), right=True),
    ]
    print_rows(found, columns, empty="Nobody is blocked.")


@blocks.command()
def remove(sender: SenderArgument) -> None:
    """Unblock a sender."""
    with connect() as hd:
        hd.mail.blocks.remove(sender)
    print_result(f"{sender} is no longer blocked.", json={"pattern": sender.strip().lower(), "blocked": False})
