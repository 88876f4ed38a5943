"""Who takes part in a ticket by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .._base.app import Commands
from .._base.output import Column, age, print_result, print_rows
from .._connect.connection import connect
from .app import TicketArgument, app

if TYPE_CHECKING:
    from helpdesk_sdk import Participant

participants = Commands(name="participants", help="Who takes part in a ticket by mail; they read nothing else of it.")
app.add_typer(participants)

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="Their address.", show_default=False)]
CopiesOption = Annotated[
    bool, typer.Option("--copies/--no-copies", help="Whether public replies are mailed to them.", show_default=False)
]


@participants.command("list")
def list_(ticket: TicketArgument) -> None:
    """List who takes part by mail besides the requester."""
    with connect() as hd:
        found = hd.tickets.participants(ticket, page_size=500).all()
    columns: list[Column[Participant]] = [
        Column("Address", lambda row: row.address, flexible=True),
        Column("Name", lambda row: row.name, flexible=True, from_width=60),
        Column("By", lambda row: row.source),
        Column("Copies", lambda row: "yes" if row.receives_copies else "no"),
        Column("Since", lambda row: age(row.created_at), right=True),
    ]
    print_rows(found, columns, empty="Nobody but the requester.")


@participants.command()
def add(
    ticket: TicketArgument,
    address: AddressArgument,
    name: Annotated[str, typer.Option(metavar="NAME", help="Their name.")] = "",
    copies: CopiesOption = True,
) -> None:
    """Add somebody who takes part by mail."""
    with connect() as hd:
        made = hd.tickets.add_participant(ticket, address, name=name, receives_copies=copies)
    print_result(f"{made.address} takes part{_copies(made)}.", json=made)


@participants.command()
def update(ticket: TicketArgument, address: AddressArgument, copies: CopiesOption) -> None:
    """Say whether public replies are mailed to somebody."""
    with connect() as hd:
        done = hd.tickets.update_participant(ticket, address, receives_copies=copies)
    print_result(f"{done.address} takes part{_copies(done)}.", json=done)


@participants.command()
def remove(ticket: TicketArgument, address: AddressArgument) -> None:
    """Remove somebody who takes part by mail."""
    with connect() as hd:
        hd.tickets.remove_participant(ticket, address)
    print_result(f"{address} takes no part any more.", json={"address": address.strip().lower(), "removed": True})


def _copies(participant: Participant) -> str:
    return " and receives public replies" if participant.receives_copies else " and receives no copies"
