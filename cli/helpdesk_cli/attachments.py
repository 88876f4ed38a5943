"""`helpdesk attachments`: the files of tickets, messages and notes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.input import confirm
from ._base.json import jsonable
from ._base.output import Column, print_note, print_result, print_rows
from ._base.settings import settings
from ._base.transfer import transfer_progress
from ._connect.connection import connect
from ._show.attachments import columns

if TYPE_CHECKING:
    from helpdesk_sdk import LeftOver

_FOR_GOOD = "This removes files for good"

app = Commands(name="attachments", help="Files on tickets: list, download, delete, and clean up.")

TicketArgument = Annotated[
    str, typer.Argument(metavar="TICKET", help="The ticket's number, like 42, or its id.", show_default=False)
]
AttachmentArgument = Annotated[
    UUID,
    typer.Argument(
        metavar="ATTACHMENT_ID", help="The file's id: helpdesk attachments list TICKET.", show_default=False
    ),
]


@app.command("list")
def list_(ticket: TicketArgument) -> None:
    """List the files of a ticket, of its messages and notes."""
    with connect() as hd:
        found = hd.attachments.list(ticket, page_size=500).all()
    print_rows(found, columns(), empty="No files.")


@app.command()
def download(
    attachments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ATTACHMENT_ID]…", help="The files' ids: helpdesk attachments list TICKET.", show_default=False
        ),
    ] = None,
    ticket: Annotated[
        str | None, typer.Option(metavar="TICKET", help="All files of this ticket that were checked.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="PATH", help="A directory, or for one file a new file.")
    ] = Path(),
) -> None:
    """Download files. Nothing is overwritten: a file whose name is taken gets a number."""
    if bool(attachments) == bool(ticket):
        raise CliError("Name files by their ids, or a ticket with --ticket", None, ExitCode.USAGE)
    ids = [_attachment_id(one) for one in attachments or ()]
    done = []
    with connect() as hd:
        found = [hd.attachments.get(one) for one in ids]
        if ticket is not None:
            listed = hd.attachments.list(ticket, page_size=500).all()
            found = [one for one in listed if one.is_available]
            if left := len(listed) - len(found):
                print_note(f"{left} {'file' if left == 1 else 'files'} cannot be downloaded: see the list.")
        if len(found) > 1 and not output.is_dir():
            raise CliError(f"{output} is not a directory", "Several files need a directory.", ExitCode.USAGE)
        for one in found:
            with transfer_progress(one.file_name) as progress:
                path = hd.attachments.download(one, output, progress=progress)
            done.append({"attachment_id": jsonable(one.attachment_id), "path": str(path), "size": one.size})
    if settings().json:
        print_result("", json=done)
        return
    for row in done:
        print_result(f"Saved {row['path']}.", json=None)
    if not done:
        print_result("No files to download.", json=done)


@app.command()
def delete(
    attachment: AttachmentArgument, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Delete a file for good; asks first."""
    with connect() as hd:
        found = hd.attachments.get(attachment)
        confirm(f"Delete {found.file_name} for good?", yes, _FOR_GOOD)
        done = hd.attachments.delete(found)
    print_result(f"Deleted {found.file_name}.", json=done)


@app.command()
def sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be removed.")] = False,
    all_files: Annotated[
        bool, typer.Option("--all", help="Delete the files of all tickets, for good: before helpdesk uninstall.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove files that nothing needs; asks first.

    Files of rejected and deleted attachments, and uploads that were never finished or sent. Needs the secret key. After
    --all, a hosted project deletes the files in the background, within an hour.
    """
    with connect() as hd:
        if all_files:
            if not dry_run:
                confirm("Delete the files of all tickets for good?", yes, _FOR_GOOD)
                hd.attachments.delete_all_files()
            outcome = "would be deleted" if dry_run else "are being deleted"
            print_result(f"The files of all tickets {outcome}.", json={"all": True, "dry_run": dry_run})
            return
        found = hd.attachments.sweep(dry_run=True)
        if not settings().json:
            print_rows(found, _left_over(), empty="Nothing is left over.")
        if found and not dry_run:
            confirm("Remove this?", yes, _FOR_GOOD)
            found = hd.attachments.sweep(dry_run=False)
    counts = Counter(one.kind for one in found)
    if settings().json:
        print_result("", json={"dry_run": dry_run, "counts": counts, "items": jsonable(found)})
    elif found and not dry_run:
        print_result(f"Removed {len(found)}.", json=None)


def _attachment_id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        pass
    number = value.removeprefix("#")
    if number.isascii() and number.isdigit():
        hint = f"All files of ticket {number}: helpdesk attachments download --ticket {number}"
    else:
        hint = "The ids of a ticket's files: helpdesk attachments list TICKET"
    raise CliError(f"{value} is not the id of a file", hint, ExitCode.USAGE)


def _left_over() -> list[Column[LeftOver]]:
    return [
        Column("What", lambda one: one.kind),
        Column("Attachment", lambda one: one.attachment_id),
        Column("File", lambda one: one.object_name, flexible=True),
        Column("Bytes", lambda one: one.size, right=True),
    ]
