"""Changes of a ticket's own values: title, priority, status, tags and the like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._base.choices import Priority, Status
from .._base.errors import CliError, ExitCode, report
from .._base.input import read_text
from .._base.output import local_time, print_json
from .._base.settings import settings
from .._base.times import time_option
from .._connect.connection import connect
from .._show import tickets as view
from .._show.field_values import parsed
from .app import TicketArgument, app

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, Ticket

TicketsArgument = Annotated[
    list[str], typer.Argument(metavar="TICKET", help="One or more tickets, by number or id.", show_default=False)
]


@app.command()
def update(
    ticket: TicketArgument,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="The new title.", show_default=False)] = None,
    description: Annotated[
        str | None,
        typer.Option(
            "--description",
            "-d",
            metavar="TEXT",
            help="The new description; - reads standard input.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-F", metavar="PATH", help="Read the description from a file.", show_default=False),
    ] = None,
    priority: Annotated[Priority | None, typer.Option(help="The new priority. Staff only.")] = None,
    external_id: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="The new key of your own; '' removes it. Staff only.", show_default=False),
    ] = None,
    snooze: Annotated[
        datetime | None, time_option("Staff only: claim passes the ticket over until this local time")
    ] = None,
    unsnooze: Annotated[bool, typer.Option("--unsnooze", help="End the snooze. Staff only.")] = False,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Set a custom field, like seats=5 or plan=pro; KEY= removes the value. May be repeated.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Change a ticket's title, priority, snooze and other values.

    A value that is left out stays as it is; so do custom fields that are not named.
    """
    changes: dict[str, Any] = {"title": title, "priority": priority}
    changes = {name: value for name, value in changes.items() if value is not None}
    if description is not None or file is not None:
        changes["description"] = read_text("description", description, file)
    if external_id is not None:
        changes["external_id"] = external_id or None
    if snooze is not None and unsnooze:
        raise CliError("--snooze and --unsnooze are alternatives: give one", None, ExitCode.USAGE)
    if snooze is not None or unsnooze:
        changes["snoozed_until"] = snooze
    if not changes and not field:
        hint = "See: helpdesk tickets update --help. For the status: helpdesk tickets status"
        raise CliError("Name at least one value to change", hint, ExitCode.USAGE)
    with connect() as hd:
        if field:
            changes["custom_fields"] = parsed(hd, field)
        done = _overwrite(hd, ticket, **changes)
        until = (
            f"; claim passes it over until {local_time(done.snoozed_until)}" if snooze and done.snoozed_until else ""
        )
        view.print_changed(hd, f"Changed ticket {done.number}: {done.title}{until}", done)


def _overwrite(hd: Helpdesk, ticket: str, **changes: Any) -> Ticket:
    from helpdesk_sdk import LATEST

    return hd.tickets.update(ticket, **changes, revision=LATEST)


@app.command("status")
def set_status(ticket: TicketArgument, status: Annotated[Status, typer.Argument(help="The new status.")]) -> None:
    """Set a ticket's status."""
    with connect() as hd:
        done = _overwrite(hd, ticket, status=status)
        view.print_changed(hd, f"Ticket {done.number} is {done.status}.", done)


@app.command()
def close(tickets: TicketsArgument) -> None:
    """Close one or more tickets.

    With --json: the ticket; of several, an array. When some are refused, the others are closed all the same.
    """
    _change_each(tickets, lambda hd, ticket: hd.tickets.close(ticket))


@app.command()
def reopen(tickets: TicketsArgument) -> None:
    """Open one or more tickets again.

    With --json: the ticket; of several, an array. When some are refused, the others are opened all the same.
    """
    _change_each(tickets, lambda hd, ticket: hd.tickets.reopen(ticket))


def _change_each(tickets: Sequence[str], change: Callable[[Helpdesk, str], Ticket]) -> None:
    """Change each ticket. The exit code is that of the first error."""
    from helpdesk_sdk.errors import AuthenticationError, ConnectionFailedError, HelpdeskError

    done: list[Ticket] = []
    code: ExitCode | None = None
    with connect() as hd:
        for ticket in dict.fromkeys(tickets):
            try:
                done.append(change(hd, ticket))
            except (AuthenticationError, ConnectionFailedError):
                if done:
                    _print_each(hd, tickets, done)
                raise
            except HelpdeskError as error:
                if len(tickets) == 1:
                    raise
                error.message = f"Ticket {ticket}: {error.message}"
                found = report(error)
                code = found if code is None else code
        _print_each(hd, tickets, done)
    if code is not None:
        raise typer.Exit(code)


def _print_each(hd: Helpdesk, tickets: Sequence[str], done: Sequence[Ticket]) -> None:
    if settings().json:
        found = view.changed_json(hd, done)
        print_json(found if len(tickets) > 1 else found[0])
        return
    for ticket in done:
        typer.echo(f"Ticket {ticket.number} is {ticket.status}.")


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
        view.print_changed(hd, f"Ticket {done.number} has {tags}.", done)
