"""Whose a ticket is: its assignee and its team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from .._base.output import print_json
from .._base.settings import settings
from .._connect.connection import connect
from .._show import tickets as view
from .app import IdOption, TicketArgument, app

if TYPE_CHECKING:
    from helpdesk_sdk import Ticket


@app.command()
def claim(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="TICKET|TEAM",
            help="A ticket, or a team. Default: all your teams.",
            show_default=False,
        ),
    ] = None,
    id: IdOption = None,
) -> None:
    """Assign a ticket to yourself, or the next ticket in a queue."""
    with connect() as hd:
        if what is not None and _is_ticket(what):
            taken: Ticket | None = hd.tickets.claim(what)
        else:
            taken = hd.tickets.claim_next(what, id=id)
        if taken is not None:
            view.print_changed(hd, f"Ticket {taken.number} is assigned to you: {taken.title}", taken)
            return
    if settings().json:
        print_json(None)
    else:
        typer.echo("No unassigned tickets.")


def _is_ticket(what: str) -> bool:
    if what.removeprefix("#").isdigit():
        return True
    try:
        return bool(UUID(what))
    except ValueError:
        return False


@app.command()
def assign(
    ticket: TicketArgument, who: Annotated[str, typer.Argument(help="An agent's e-mail address, or me.")]
) -> None:
    """Assign a ticket to an agent."""
    with connect() as hd:
        done = hd.tickets.assign(ticket, who)
        view.print_changed(hd, f"Ticket {done.number} is assigned to {who}.", done)


@app.command()
def unassign(ticket: TicketArgument) -> None:
    """Take the assignee off a ticket; it stays in its team's queue."""
    with connect() as hd:
        done = hd.tickets.unassign(ticket)
        view.print_changed(hd, f"Ticket {done.number} is unassigned.", done)


@app.command()
def transfer(ticket: TicketArgument, team: Annotated[str, typer.Argument(help="The team's name or id.")]) -> None:
    """Move a ticket to another team's queue, unassigned.

    If the team is not yours, you cannot see the ticket afterwards.
    """
    with connect() as hd:
        done = hd.tickets.transfer(ticket, team)
        view.print_changed(hd, f"Ticket {done.number} is now in the queue of {team}.", done)
