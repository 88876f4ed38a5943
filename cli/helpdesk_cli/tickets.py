"""`helpdesk tickets`: list, read, open, reply to and move tickets."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.choices import Channel, Priority, Status, words
from ._base.input import FileOption, read_text
from ._base.output import print_json, print_note, print_result, with_progress
from ._base.settings import settings
from ._connect.connection import connect
from ._connect.target import target
from ._show import conversation
from ._show import tickets as view
from ._show.read_receipts import ReadReceipts

if TYPE_CHECKING:
    from helpdesk_sdk import Ticket

app = Commands(name="tickets", help="List, read, open, reply to and move tickets.")

OrderName = Literal[
    "-created_at", "created_at", "-updated_at", "updated_at", "-number", "number", "priority", "-priority"
]
TicketArgument = Annotated[
    str, typer.Argument(metavar="TICKET", help="The ticket's number, like 42, or its id.", show_default=False)
]
IdOption = Annotated[
    UUID | None,
    typer.Option("--id", help="A UUID of your own: repeated with it, the command acts once.", show_default=False),
]


def _time_option(help: str) -> Any:
    return typer.Option(metavar="TIME", help=f"{help}, like 2026-01-31 or 2026-01-31T12:00:00.", show_default=False)


@app.command("list")
def list_(
    status: Annotated[
        list[Status] | None, typer.Option(metavar=words(Status), help="Only this status; may be repeated.")
    ] = None,
    priority: Annotated[
        list[Priority] | None, typer.Option(metavar=words(Priority), help="Only this priority; may be repeated.")
    ] = None,
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only this team's queue, by name or id.")] = None,
    assigned_to: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only this assignee: an e-mail address, me or nobody.")
    ] = None,
    requester: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only this requester: an e-mail address or me.")
    ] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Only tickets with this tag.")] = None,
    external_id: Annotated[
        str | None, typer.Option(metavar="KEY", help="Only the ticket with this external id.")
    ] = None,
    created_after: Annotated[datetime | None, _time_option("Only tickets opened at or after this local time")] = None,
    created_before: Annotated[datetime | None, _time_option("Only tickets opened before it")] = None,
    updated_after: Annotated[datetime | None, _time_option("Only tickets changed at or after this local time")] = None,
    updated_before: Annotated[datetime | None, _time_option("Only tickets changed before it")] = None,
    scope: Annotated[
        Literal["mine", "team"] | None, typer.Option(help="Only tickets you requested, or those in your teams' queues.")
    ] = None,
    order: Annotated[
        OrderName, typer.Option(help="The order; with a minus, descending. priority: most urgent first, then oldest.")
    ] = "-created_at",
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 for all.")] = 50,
) -> None:
    """List tickets, newest first by default.

    Staff see their teams' queues (admins: all tickets). Customers see their own tickets.
    """
    moments = {
        "created_after": created_after,
        "created_before": created_before,
        "updated_after": updated_after,
        "updated_before": updated_before,
    }
    with connect() as hd:
        found = hd.tickets.list(
            status=status,
            priority=priority,
            team=team,
            assigned_to=assigned_to,
            requester=requester,
            tag=tag,
            external_id=external_id,
            scope=scope,
            order=order,
            page_size=500,
            **{name: value.astimezone() if value else None for name, value in moments.items()},
        )
        tickets = list(with_progress(found.limit(limit + 1) if limit else found, "tickets"))
        more = bool(limit) and len(tickets) > limit
        view.show_list(hd, tickets[:limit] if more else tickets)
    if more:
        print_note(f"There are more tickets: --limit {limit * 4}, or --limit 0 for all.")


@app.command()
def show(
    ticket: TicketArgument,
    last: Annotated[int | None, typer.Option(min=1, help="Only this many entries of the timeline, the newest.")] = None,
) -> None:
    """Show a ticket with its messages, internal notes and events."""
    with connect() as hd:
        view.show_ticket(hd, ReadReceipts(target().identity), hd.tickets.get(ticket), last)


@app.command()
def create(
    title: Annotated[str, typer.Argument(help="What the ticket is about, in one line.", show_default=False)],
    description: Annotated[
        str | None,
        typer.Option(
            "--description", "-d", metavar="TEXT", help="More about it; - reads standard input.", show_default=False
        ),
    ] = None,
    file: FileOption = None,
    priority: Annotated[Priority | None, typer.Option(help="Default: medium. Staff only.")] = None,
    team: Annotated[
        str | None, typer.Option(metavar="TEAM", help="The team, by name or id. Default: the default team.")
    ] = None,
    requester: Annotated[
        str | None, typer.Option(metavar="WHO", help="The requester's e-mail address. Default: you. Staff only.")
    ] = None,
    channel: Annotated[Channel, typer.Option(help="How the ticket came in.")] = "api",
    external_id: Annotated[
        str | None, typer.Option(metavar="KEY", help="A unique key of your own for the ticket. Staff only.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="A tag; may be repeated. Staff only.")] = None,
    id: IdOption = None,
) -> None:
    """Open a ticket."""
    text = read_text("description", description, file, optional=True)
    with connect() as hd:
        made = hd.tickets.create(
            title,
            text,
            id=id,
            priority=priority,
            team=team,
            requester=requester,
            channel=channel,
            external_id=external_id,
            tags=tag or (),
        )
    print_result(f"Opened ticket {made.number}: {made.title}", json=made)


@app.command()
def reply(
    ticket: TicketArgument,
    body: Annotated[
        str | None, typer.Argument(help="The text; - reads standard input. Default: opens $EDITOR.", show_default=False)
    ] = None,
    file: FileOption = None,
    status: Annotated[
        Status | None,
        typer.Option(
            help="The ticket's new status, in the same change. Default: pending after staff, open after the requester."
        ),
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="MESSAGE_ID", help="The newest message you have read: its id, or none.", show_default=False
        ),
    ] = None,
    id: IdOption = None,
) -> None:
    """Reply to a ticket, unless there are messages you have not read.

    You have read the messages that helpdesk tickets show has shown you on this machine. If it has not shown you the
    ticket, the newest message counts as read, and the command prints that message.
    """
    with connect() as hd:
        conversation.reply(hd, ReadReceipts(target().identity), ticket, body, file, status=status, expect=expect, id=id)


@app.command()
def note(
    ticket: TicketArgument,
    body: Annotated[
        str | None, typer.Argument(help="The text; - reads standard input. Default: opens $EDITOR.", show_default=False)
    ] = None,
    file: FileOption = None,
    id: IdOption = None,
) -> None:
    """Add an internal note. The requester cannot see it."""
    with connect() as hd:
        conversation.note(hd, ticket, body, file, id)


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
        print_result(f"Ticket {taken.number} is assigned to you: {taken.title}", json=taken)
    elif settings().json:
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
    print_result(f"Ticket {done.number} is assigned to {who}.", json=done)


@app.command()
def unassign(ticket: TicketArgument) -> None:
    """Take the assignee off a ticket; it stays in its team's queue."""
    with connect() as hd:
        done = hd.tickets.unassign(ticket)
    print_result(f"Ticket {done.number} is unassigned.", json=done)


@app.command()
def transfer(ticket: TicketArgument, team: Annotated[str, typer.Argument(help="The team's name or id.")]) -> None:
    """Move a ticket to another team's queue, unassigned.

    If the team is not yours, you cannot see the ticket afterwards.
    """
    with connect() as hd:
        done = hd.tickets.transfer(ticket, team)
    print_result(f"Ticket {done.number} is now in the queue of {team}.", json=done)


@app.command("status")
def set_status(ticket: TicketArgument, status: Annotated[Status, typer.Argument(help="The new status.")]) -> None:
    """Set a ticket's status."""
    from helpdesk_sdk import LATEST

    with connect() as hd:
        done = hd.tickets.update(ticket, status=status, revision=LATEST)
    print_result(f"Ticket {done.number} is {done.status}.", json=done)


@app.command()
def tag(
    ticket: TicketArgument, tags: Annotated[list[str], typer.Argument(metavar="TAG", help="One or more tags.")]
) -> None:
    """Add tags to a ticket. The requester cannot see them."""
    _retag(ticket, lambda hd: hd.tickets.tag(ticket, *tags))


@app.command()
def untag(
    ticket: TicketArgument, tags: Annotated[list[str], typer.Argument(metavar="TAG", help="One or more tags.")]
) -> None:
    """Remove tags from a ticket."""
    _retag(ticket, lambda hd: hd.tickets.untag(ticket, *tags))


def _retag(ticket: str, change: Any) -> None:
    with connect() as hd:
        change(hd)
        done = hd.tickets.get(ticket)
    tags = f"the tags {', '.join(done.tags)}" if done.tags else "no tags"
    print_result(f"Ticket {done.number} has {tags}.", json=done)
