"""`helpdesk tickets`: list, read, open, answer and move tickets."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.choices import Channel, Priority, Status
from ._base.input import FileOption, read_text
from ._base.output import counted, print_json, remark, tell
from ._base.settings import settings
from ._connect.connection import connect, target
from ._show import conversation
from ._show import tickets as view
from ._show.seen import Seen

if TYPE_CHECKING:
    from helpdesk_sdk import Ticket

app = Commands(name="tickets", help="List, read, open, answer and move tickets.")

OrderName = Literal["-created_at", "created_at", "-updated_at", "updated_at", "-number", "number"]
TicketArgument = Annotated[
    str, typer.Argument(metavar="TICKET", help="Its number, as in 42, or its id.", show_default=False)
]
IdOption = Annotated[
    UUID | None,
    typer.Option("--id", help="A UUID of your own: repeated with it, the command acts once.", show_default=False),
]
MomentOption = Annotated[
    datetime | None, typer.Option(metavar="TIME", help="As in 2026-01-31 or 2026-01-31T12:00:00.", show_default=False)
]


@app.command("list")
def list_(
    status: Annotated[
        list[Status] | None, typer.Option(metavar="|".join(Status), help="Only these; may be repeated.")
    ] = None,
    priority: Annotated[
        list[Priority] | None, typer.Option(metavar="|".join(Priority), help="Only these; may be repeated.")
    ] = None,
    team: Annotated[str | None, typer.Option(help="Only this team's, by name or id.")] = None,
    assigned_to: Annotated[str | None, typer.Option(metavar="WHO", help="An e-mail address, me, or nobody.")] = None,
    requester: Annotated[str | None, typer.Option(metavar="WHO", help="An e-mail address, or me.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
    external_id: Annotated[str | None, typer.Option(metavar="KEY", help="Only the one with this key of yours.")] = None,
    created_after: MomentOption = None,
    created_before: MomentOption = None,
    updated_after: MomentOption = None,
    updated_before: MomentOption = None,
    scope: Annotated[Literal["mine", "team"] | None, typer.Option(help="Those you asked for, or your teams'.")] = None,
    order: Annotated[
        OrderName, typer.Option(help="What to sort by; with a minus, the greatest first.")
    ] = "-created_at",
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 for all.")] = 50,
) -> None:
    """List tickets, newest first.

    Those of your teams; customers see their own.
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
            page_size=min(limit + 1, 500) if limit else 500,
            **{name: value.astimezone() if value else None for name, value in moments.items()},
        )
        tickets = list(islice(counted(found, "tickets"), limit + 1 if limit else None))
        more = bool(limit) and len(tickets) > limit
        view.show_list(hd, tickets[:limit] if more else tickets)
    if more:
        remark(f"There are more: --limit {limit * 4}, or --limit 0 for all.")


@app.command()
def show(
    ticket: TicketArgument,
    last: Annotated[int | None, typer.Option(min=1, help="Only the newest so many entries of the timeline.")] = None,
) -> None:
    """Show a ticket and its timeline: messages, internal notes, changes."""
    with connect() as hd:
        view.show_ticket(hd, Seen(target().identity), hd.tickets.get(ticket), last)


@app.command()
def create(
    title: Annotated[str, typer.Argument(help="What it is about, in a line.", show_default=False)],
    description: Annotated[
        str | None,
        typer.Option("--description", "-d", help="More about it; - reads standard input.", show_default=False),
    ] = None,
    file: FileOption = None,
    priority: Annotated[Priority | None, typer.Option(help="Medium unless given. Staff only.")] = None,
    team: Annotated[str | None, typer.Option(help="The queue; the default one unless given.")] = None,
    requester: Annotated[
        str | None, typer.Option(metavar="WHO", help="Whose e-mail address, when not yours. Staff only.")
    ] = None,
    channel: Annotated[Channel, typer.Option(help="Where it came in.")] = Channel.API,
    external_id: Annotated[
        str | None, typer.Option(metavar="KEY", help="Your own unique key for it. Staff only.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="May be repeated. Staff only.")] = None,
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
    tell(f"Opened ticket {made.number}: {made.title}", json=made)


@app.command()
def reply(
    ticket: TicketArgument,
    body: Annotated[
        str | None, typer.Argument(help="The answer; - reads standard input, none opens $EDITOR.", show_default=False)
    ] = None,
    file: FileOption = None,
    expect: Annotated[
        str | None,
        typer.Option(metavar="MESSAGE_ID", help="The newest message you have read, or none.", show_default=False),
    ] = None,
    id: IdOption = None,
) -> None:
    """Answer a ticket, unless something new was said.

    What you have seen is what helpdesk tickets show has shown you on this machine. If it has shown you nothing of the
    ticket, its newest message at this moment counts as seen, and the command says which one that is.
    """
    with connect() as hd:
        conversation.reply(hd, Seen(target().identity), ticket, body, file, expect, id)


@app.command()
def note(
    ticket: TicketArgument,
    body: Annotated[
        str | None, typer.Argument(help="The note; - reads standard input, none opens $EDITOR.", show_default=False)
    ] = None,
    file: FileOption = None,
    id: IdOption = None,
) -> None:
    """Leave an internal note: the requester never sees it."""
    with connect() as hd:
        conversation.note(hd, ticket, body, file, id)


@app.command()
def claim(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[TICKET|TEAM]",
            help="A ticket's number, or a team; nothing for all your teams.",
            show_default=False,
        ),
    ] = None,
    id: IdOption = None,
) -> None:
    """Take a ticket: the one named, or the next in a queue."""
    with connect() as hd:
        if what is not None and _is_ticket(what):
            taken: Ticket | None = hd.tickets.claim(what)
        else:
            taken = hd.tickets.claim_next(what, id=id)
    if taken is not None:
        tell(f"Ticket {taken.number} is yours: {taken.title}", json=taken)
    elif settings().json:
        print_json(None)
    else:
        typer.echo("Nothing waits.")


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
    """Give a ticket to an agent."""
    with connect() as hd:
        done = hd.tickets.assign(ticket, who)
    tell(f"Ticket {done.number} is {who}'s.", json=done)


@app.command()
def unassign(ticket: TicketArgument) -> None:
    """Put a ticket back into its team's queue."""
    with connect() as hd:
        done = hd.tickets.unassign(ticket)
    tell(f"Ticket {done.number} waits in its queue.", json=done)


@app.command()
def transfer(ticket: TicketArgument, team: Annotated[str, typer.Argument(help="The team's name or id.")]) -> None:
    """Move a ticket to another team's queue, unassigned.

    You may lose sight of it.
    """
    with connect() as hd:
        done = hd.tickets.transfer(ticket, team)
    tell(f"Ticket {done.number} waits in the queue of {team}.", json=done)


@app.command("status")
def set_status(
    ticket: TicketArgument, status: Annotated[Status, typer.Argument(help="What it is from now on.")]
) -> None:
    """Set a ticket's status."""
    from helpdesk_sdk import LATEST

    with connect() as hd:
        done = hd.tickets.update(ticket, status=status, revision=LATEST)
    tell(f"Ticket {done.number} is {done.status}.", json=done)


@app.command()
def tag(
    ticket: TicketArgument, tags: Annotated[list[str], typer.Argument(metavar="TAG", help="One or several.")]
) -> None:
    """Add tags to a ticket; the requester never sees them."""
    _retag(ticket, lambda hd: hd.tickets.tag(ticket, *tags))


@app.command()
def untag(
    ticket: TicketArgument, tags: Annotated[list[str], typer.Argument(metavar="TAG", help="One or several.")]
) -> None:
    """Take tags off a ticket."""
    _retag(ticket, lambda hd: hd.tickets.untag(ticket, *tags))


def _retag(ticket: str, change: Any) -> None:
    with connect() as hd:
        change(hd)
        done = hd.tickets.get(ticket)
    tell(f"Ticket {done.number} has {'the tags ' + ', '.join(done.tags) if done.tags else 'no tags'}.", json=done)
