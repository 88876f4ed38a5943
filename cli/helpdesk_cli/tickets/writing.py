"""New tickets, replies and notes, and the redaction of messages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from .._base.choices import Channel, Priority, Status
from .._base.errors import CliError, ExitCode
from .._base.input import FileOption, read_text
from .._base.output import print_result
from .._base.settings import settings
from .._base.transfer import transfer_progress
from .._connect.connection import connect
from .._connect.target import target
from .._show import conversation
from .._show import tickets as view
from .._show.field_values import parsed
from .._show.read_receipts import ReadReceipts
from .app import IdOption, TicketArgument, app

AttachOption = Annotated[
    list[Path] | None,
    typer.Option("--attach", "-a", metavar="FILE", help="A file to send with it; may be repeated.", show_default=False),
]


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
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="A custom field, like plan=pro; may be repeated.", show_default=False),
    ] = None,
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
            custom_fields=parsed(hd, field) if field else None,
        )
        view.print_changed(hd, f"Opened ticket {made.number}: {made.title}", made)


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
    attach: AttachOption = None,
    id: IdOption = None,
) -> None:
    """Reply to a ticket, unless it has messages you have not read.

    You have read the messages that helpdesk tickets show has shown you on this machine. If it has not shown you the
    ticket, the newest message counts as read, and the command prints that message.
    """
    with connect() as hd:
        receipts = ReadReceipts(target().identity)
        conversation.reply(hd, receipts, ticket, body, file, status=status, expect=expect, attach=attach or (), id=id)


@app.command()
def note(
    ticket: TicketArgument,
    body: Annotated[
        str | None, typer.Argument(help="The text; - reads standard input. Default: opens $EDITOR.", show_default=False)
    ] = None,
    file: FileOption = None,
    attach: AttachOption = None,
    id: IdOption = None,
) -> None:
    """Add an internal note. The requester cannot see it."""
    with connect() as hd:
        conversation.note(hd, ticket, body, file, attach or (), id)


@app.command()
def attach(
    ticket: TicketArgument,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="The files to upload.", show_default=False)],
    id: IdOption = None,
) -> None:
    """Upload files to a ticket.

    Everybody who sees the ticket sees them.
    To send files with a message: helpdesk tickets reply --attach.
    """
    if id is not None and len(files) > 1:
        raise CliError("--id is for one file", "Upload the files one by one.", ExitCode.USAGE)
    done = []
    with connect() as hd:
        found = hd.tickets.get(ticket)
        for path in files:
            with transfer_progress(path.name) as progress:
                done.append(hd.attachments.upload(found, path, progress=progress, id=id))
    if settings().json:
        print_result("", json=done)
        return
    for file in done:
        waiting = "" if file.is_available else " It can be downloaded when its check has ended."
        print_result(f"Uploaded {file.file_name} to ticket {found.number}.{waiting}", json=None)


@app.command()
def redact(
    message: Annotated[
        UUID,
        typer.Argument(
            metavar="MESSAGE_ID", help="The message's id: helpdesk tickets show TICKET --json.", show_default=False
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Replace the text of a message for good; asks first.

    For example of a message with a password. The event log keeps who did it, and when.
    """
    with connect() as hd:
        found = hd.messages.get(message)
        if not yes:
            if settings().json or not sys.stdin.isatty():
                raise CliError("The text would be lost for good", "Confirm it with --yes.", ExitCode.USAGE)
            typer.echo(f"The message is from {conversation.excerpt(found)}")
            if not typer.confirm("Replace its text for good?", default=False):
                raise CliError("Nothing was changed")
        done = hd.messages.redact(found)
    print_result("The text of the message is gone.", json=done)
