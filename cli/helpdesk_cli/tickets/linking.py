"""Links between tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from .._base.choices import LinkKind
from .._base.json import jsonable
from .._base.output import Column, print_result, print_rows
from .._connect.connection import connect
from .app import IdOption, TicketArgument, app

if TYPE_CHECKING:
    from helpdesk_sdk import Duplicate, Link, LinkedTicket

KindArgument = Annotated[LinkKind, typer.Argument(help="What the first ticket is to the other one.")]
OtherArgument = Annotated[
    str, typer.Argument(metavar="OTHER", help="The other ticket: its number or id.", show_default=False)
]
_WORDS = {
    "duplicate_of": ("is a duplicate of", "has the duplicate"),
    "blocks": ("blocks", "is blocked by"),
    "child_of": ("is a part of", "has the part"),
    "follow_up_of": ("is a follow-up of", "has the follow-up"),
}


@app.command()
def link(ticket: TicketArgument, kind: KindArgument, other: OtherArgument) -> None:
    """Link two tickets, such as: helpdesk tickets link 7 blocks 9."""
    with connect() as hd:
        done = hd.tickets.link(ticket, kind, other)
        source, target = hd.tickets.get(done.source_id), hd.tickets.get(done.target_id)
        sentence = f"Ticket {source.number} {_WORDS[kind][0]} ticket {target.number}."
        print_result(sentence, json=jsonable(done))


@app.command()
def unlink(ticket: TicketArgument, kind: KindArgument, other: OtherArgument) -> None:
    """Remove a link between two tickets."""
    with connect() as hd:
        hd.tickets.unlink(ticket, kind, other)
        print_result("The link is removed.", json=None)


@app.command()
def links(ticket: TicketArgument) -> None:
    """List the links of a ticket."""
    with connect() as hd:
        found = hd.tickets.get(ticket)
        rows = hd.tickets.links(found, page_size=500).all()

    def other(one: Link) -> LinkedTicket | None:
        return one.target if one.source_id == found.ticket_id else one.source

    columns: list[Column[Link]] = [
        Column("Link", lambda one: _WORDS[one.kind][one.source_id != found.ticket_id]),
        Column("#", lambda one: (ticket := other(one)) and ticket.number, right=True),
        Column("Status", lambda one: (ticket := other(one)) and ticket.status),
        Column("Title", lambda one: (ticket := other(one)) and ticket.title, flexible=True),
    ]
    print_rows(rows, columns, empty="No links.")


@app.command()
def split(
    message: Annotated[
        UUID,
        typer.Argument(
            metavar="MESSAGE_ID", help="The message's id: helpdesk tickets show TICKET --json.", show_default=False
        ),
    ],
    title: Annotated[
        str | None, typer.Option(help="The new title; else the message's first line.", show_default=False)
    ] = None,
    id: IdOption = None,
) -> None:
    """Make a ticket of a message that is about another matter.

    The new ticket has the same requester and queue, and a link to the ticket. The message stays where it is.
    """
    with connect() as hd:
        made = hd.tickets.split(message, title, id=id)
        print_result(f"Ticket {made.number} is opened: {made.title}", json=jsonable(made))


@app.command()
def duplicates(
    ticket: TicketArgument,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many at most.")] = 10,
) -> None:
    """List tickets that may be about the same matter.

    Open and pending tickets that you work, likeliest first. To go on: helpdesk tickets merge, helpdesk tickets link.
    """
    with connect() as hd:
        found = hd.tickets.duplicates(ticket, limit=limit)
    columns: list[Column[Duplicate]] = [
        Column("#", lambda one: one.number, right=True),
        Column("Status", lambda one: one.status),
        Column("Requester", lambda one: "the same" if one.same_requester else "another"),
        Column("Similar", lambda one: f"{one.similarity:.0%}", right=True),
        Column("Shared", lambda one: ", ".join(one.identifiers), from_width=60),
        Column("Title", lambda one: one.title, flexible=True),
    ]
    print_rows(found, columns, empty="No tickets like this one.")
