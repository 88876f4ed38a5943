"""Two tickets about one matter: made one, and two again."""

from __future__ import annotations

from typing import Annotated

import typer

from .._base.json import jsonable
from .._base.output import print_result
from .._connect.connection import connect
from .app import IdOption, TicketArgument, app


@app.command()
def merge(
    ticket: TicketArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The ticket that goes on: its number or id.")],
    other_requester: Annotated[
        bool,
        typer.Option(
            "--other-requester",
            help="Merge tickets of different requesters. Each goes on seeing their own messages only.",
        ),
    ] = False,
    id: IdOption = None,
) -> None:
    """Merge a ticket into another one; unmerge makes them two again.

    The merged ticket is closed, and replies to it are stored on the other one.
    """
    from helpdesk_sdk.errors import OtherRequesterError

    with connect() as hd:
        try:
            done = hd.tickets.merge(ticket, into, other_requester=other_requester, id=id)
        except OtherRequesterError as error:
            error.hint = "Repeat it with --other-requester: each requester then goes on seeing their own messages only."
            raise
        source, target = hd.tickets.get(done.source_id), hd.tickets.get(done.target_id)
        tags = f" Tags added: {', '.join(done.added_tags)}." if done.added_tags else ""
        print_result(
            f"Ticket {source.number} is merged into ticket {target.number}.{tags} "
            f"To undo it: helpdesk tickets unmerge {source.number}",
            json=jsonable(done),
        )


@app.command()
def unmerge(ticket: TicketArgument) -> None:
    """Undo a merge: the ticket has its own status again. What was written since stays where it is."""
    with connect() as hd:
        done = hd.tickets.unmerge(ticket)
        source, target = hd.tickets.get(done.source_id), hd.tickets.get(done.target_id)
        print_result(
            f"Ticket {source.number} is no longer merged into ticket {target.number}; it is {source.status}.",
            json=jsonable(done),
        )
