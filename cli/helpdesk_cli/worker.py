"""`helpdesk worker`: does what waits, with the secret key: checks files, and removes what is left over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import print_note, print_result
from ._base.settings import settings
from ._connect.connection import connect
from ._connect.target import target

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk

_SWEEP_EVERY = 3600.0


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("worker", profile=True, help="Check files that wait, again and again; with the secret key.")(worker)


def worker(
    once: Annotated[bool, typer.Option("--once", help="Check what waits now, and end.")] = False,
    interval: Annotated[
        float, typer.Option(min=0.1, max=3600, metavar="SECONDS", help="The pause between rounds.")
    ] = 5,
    clamav: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            envvar="HELPDESK_CLAMAV",
            show_envvar=True,
            help="Scan for viruses with this clamd. Without it, only types are checked.",
            show_default=False,
        ),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep/--no-sweep", help="Whether to remove what is left over, once an hour.")
    ] = True,
) -> None:
    """Check the files that wait, as the edge function check-attachment does; remove what is left over, once an hour.

    Several workers may run: each file is checked by one of them. When the scanner does not answer, files wait; they
    are never taken as clean.
    """
    from helpdesk_sdk.checks import parse_address
    from helpdesk_sdk.errors import HelpdeskError

    scanner = parse_address(clamav) if clamav else None
    if not target().is_system:
        hint = (
            "Set HELPDESK_URL and HELPDESK_KEY to the project's URL and secret key, or make a system profile: "
            "helpdesk login --secret-key-stdin; then repeat this with the --profile it prints."
        )
        raise CliError("The worker needs the secret key", hint, ExitCode.FORBIDDEN)
    with connect() as hd:
        swept = float("-inf")
        while True:
            due = sweep and time.monotonic() - swept >= _SWEEP_EVERY
            try:
                _round(hd, scanner, due, quiet=not once)
                swept = time.monotonic() if due else swept
            except HelpdeskError as error:
                if once or not error.is_transient:
                    raise
                print_note(str(error))
            if once:
                return
            time.sleep(interval)


def _round(hd: Helpdesk, scanner: tuple[str, int] | None, sweep: bool, *, quiet: bool) -> None:
    from helpdesk_sdk.checks import check_waiting

    done = check_waiting(hd, scanner)
    removed = len(hd.attachments.sweep(dry_run=False)) if sweep else 0
    if quiet and not (done.clean or done.rejected or done.postponed or removed):
        return
    counts = {"clean": done.clean, "rejected": done.rejected, "postponed": done.postponed, "removed": removed}
    print_result(
        ", ".join(f"{count} {word}" for word, count in counts.items()), json=counts if settings().json else None
    )
