"""The HTML of a mail, cleaned."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from .._base.errors import CliError, ExitCode
from .._base.output import print_note, print_result
from .._base.settings import settings
from .._connect.connection import connect
from .app import app


@app.command()
def html(
    message: Annotated[
        UUID | None, typer.Argument(metavar="[MESSAGE]", help="The message's id.", show_default=False)
    ] = None,
    ticket: Annotated[
        str | None, typer.Option(metavar="TICKET", help="Instead: the mail that opened this ticket, by number or id.")
    ] = None,
    mail: Annotated[
        UUID | None, typer.Option(metavar="MAIL", help="Instead: any mail that arrived, by its id; staff only.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="A new file; by default it is printed.")
    ] = None,
    remote_images: Annotated[
        bool,
        typer.Option("--remote-images", help="Load pictures from the sender's servers, which tells them of it."),
    ] = False,
) -> None:
    """Show the HTML of a mail, cleaned: nothing runs or loads."""
    if sum(one is not None for one in (message, ticket, mail)) != 1:
        raise CliError("Name a message by its id, or --ticket, or --mail", None, ExitCode.USAGE)
    with connect() as hd:
        found = hd.mail.html(message, ticket=ticket, email=mail, remote_images=remote_images)
    if found.html is None:
        why = "It is not parsed yet: a worker does it." if found.has_html is None else "It has text only."
        print_result(f"The mail has no HTML to show. {why}", json=found)
        return
    if output is not None:
        try:
            with output.open("x", encoding="utf-8") as file:
                file.write(found.html)
        except OSError as error:
            raise CliError(f"{output} cannot be written: {error.strerror}", "Name a new file.") from error
    if settings().json or output is not None:
        print_result(f"Saved {output}.", json=found)
    else:
        sys.stdout.write(found.html)
    if found.remote_images and not remote_images:
        what = "1 picture" if found.remote_images == 1 else f"{found.remote_images} pictures"
        print_note(f"Not loaded: {what} on the sender's servers; --remote-images loads them.")
    if found.is_cut:
        print_note("The HTML was too long to be shown whole.")
