"""`helpdesk import`: move in from another helpdesk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.input import read_pairs
from ._connect.connection import connect

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, ImportSummary
    from helpdesk_sdk.resources.imports.running import Progress

app = Commands(name="import", help="Move in from another helpdesk: tickets, people, teams and fields.")

PathArgument = Annotated[Path, typer.Argument(help="A file, or a folder with files.", show_default=False)]
AccountOption = Annotated[str, typer.Option(metavar="NAME", help="A name for the account, to keep several apart.")]
FilesOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Import the attachments here, each named by its id.", show_default=False),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Write nothing; report what would be done.")]
SkipOption = Annotated[
    bool, typer.Option("--skip-unreadable", help="Import the rest when a file cannot be read to its end.")
]
StageOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Where to keep how far it has come. Default: beside PATH, until it is done.",
        show_default=False,
    ),
]
ReportOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the report to this file, as JSON.", show_default=False)
]


@app.command("zendesk")
def zendesk(
    path: PathArgument,
    account: AccountOption = "zendesk",
    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD=STATUS", help="What a status of your own becomes; may be repeated.", show_default=False
        ),
    ] = None,
    type: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD=TAG", help="The tag for a type of your own; may be repeated.", show_default=False),
    ] = None,
    include_deleted: Annotated[
        bool, typer.Option("--include-deleted", help="Import deleted tickets, as closed ones.")
    ] = False,
    files: FilesOption = None,
    dry_run: DryRunOption = False,
    skip_unreadable: SkipOption = False,
    stage: StageOption = None,
    report: ReportOption = None,
) -> None:
    """Import the export of a Zendesk account.

    PATH has the JSON of tickets, comments, users, groups and ticket_fields, in any mix: JSON lines, arrays or pages of
    the API, plain or gzip. Times and authors are kept. Nobody receives anything. Interrupted, even by a crash, the
    same command goes on; repeated later, it changes what has changed. At the end, counts and checksums of the export
    are compared with those of the helpdesk.

    For example: helpdesk import zendesk export/ --dry-run
    """
    statuses, types = read_pairs("--status", status), read_pairs("--type", type)
    _run(
        lambda hd, tell: hd.imports.zendesk(
            path,
            account=account,
            statuses=statuses,
            types=types,
            include_deleted=include_deleted,
            files=files,
            dry_run=dry_run,
            skip_unreadable=skip_unreadable,
            stage=stage,
            on_progress=tell,
        ),
        report,
    )


@app.command("csv")
def csv_(
    path: Annotated[Path, typer.Argument(help="The CSV file, with a header.", show_default=False)],
    name: Annotated[str, typer.Option(metavar="NAME", help="A name for the table, to keep several apart.")] = "csv",
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="TOML: which column is what. Default: by usual names.", show_default=False),
    ] = None,
    requester: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="The requester of rows that name none.", show_default=False),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Of times without an offset, e.g. Europe/Berlin.", show_default=False),
    ] = None,
    time_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="E.g. '%d.%m.%Y %H:%M'. Default: ISO 8601.", show_default=False)
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="E.g. cp1252. Default: UTF-8.", show_default=False)
    ] = None,
    separator: Annotated[
        str | None, typer.Option(metavar="CHARACTER", help="Or tab. Default: found out.", show_default=False)
    ] = None,
    verified: Annotated[
        bool, typer.Option("--verified", help="The addresses were verified: join people who have a login here.")
    ] = False,
    created: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The creation time of rows that have none.", show_default=False),
    ] = None,
    max_teams: Annotated[int, typer.Option(metavar="NUMBER", min=0, help="How many teams the rows may name.")] = 50,
    dry_run: DryRunOption = False,
    skip_unreadable: SkipOption = False,
    stage: StageOption = None,
    report: ReportOption = None,
) -> None:
    """Import a CSV file of tickets, one row for each.

    The columns are found by their usual names, or named in a mapping. Times and authors are kept, nobody receives
    anything. A time zone is never guessed. Teams that do not exist are made. Interrupted, the same command goes on;
    repeated, it changes what has changed.

    For example: helpdesk import csv tickets.csv --mapping tickets.toml --time-zone Europe/Berlin --dry-run
    """
    if separator in ("\\t", "tab"):
        separator = "\t"
    if separator is not None and len(separator) != 1:
        raise CliError("--separator must be one character, or tab", code=ExitCode.USAGE)
    _run(
        lambda hd, tell: hd.imports.csv(
            path,
            name=name,
            mapping=mapping,
            default_requester=requester,
            time_zone=time_zone,
            time_format=time_format,
            encoding=encoding,
            separator=separator,
            verified=verified,
            default_created=created,
            max_teams=max_teams,
            dry_run=dry_run,
            skip_unreadable=skip_unreadable,
            stage=stage,
            on_progress=tell,
        ),
        report,
    )


@app.command("freshdesk")
def freshdesk(
    path: PathArgument,
    account: AccountOption = "freshdesk",
    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBER=STATUS", help="What a status of your own becomes; may be repeated.", show_default=False
        ),
    ] = None,
    files: FilesOption = None,
    dry_run: DryRunOption = False,
    skip_unreadable: SkipOption = False,
    stage: StageOption = None,
    report: ReportOption = None,
) -> None:
    """Import the export of a Freshdesk account.

    PATH has the JSON of tickets, conversations, contacts, agents, groups and ticket_fields, in any mix. Times and
    authors are kept. Nobody receives anything. Interrupted, the same command goes on; repeated, it changes what has
    changed.

    For example: helpdesk import freshdesk export/ --status 6=pending --dry-run
    """
    statuses = read_pairs("--status", status)
    _run(
        lambda hd, tell: hd.imports.freshdesk(
            path,
            account=account,
            statuses=statuses,
            files=files,
            dry_run=dry_run,
            skip_unreadable=skip_unreadable,
            stage=stage,
            on_progress=tell,
        ),
        report,
    )


@app.command("helpdesk")
def helpdesk(
    path: PathArgument,
    name: Annotated[str, typer.Option(metavar="NAME", help="A name for that helpdesk, to keep several apart.")] = (
        "helpdesk"
    ),
    files: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Import the files of export --files, too.", show_default=False),
    ] = None,
    give_roles: Annotated[
        bool, typer.Option("--give-roles", help="Its agents and admins are agents and admins here, in the same teams.")
    ] = False,
    dry_run: DryRunOption = False,
    skip_unreadable: SkipOption = False,
    stage: StageOption = None,
    report: ReportOption = None,
) -> None:
    """Import what helpdesk export wrote.

    PATH is a file, or a folder with a whole export and those that followed it. Times and authors are kept, and numbers
    as far as they are free. Links and merges come along, files with --files and the secret key. With --give-roles,
    agents and admins who had signed in there have their roles and teams here once they sign in; whoever has a login or
    a role here keeps it. Use it only with an export that nobody else could have changed. helpdesk import compare
    shows what differs.

    For example: helpdesk import helpdesk helpdesk.jsonl.gz --dry-run
    """
    _run(
        lambda hd, tell: hd.imports.helpdesk(
            path,
            name=name,
            files=files,
            give_roles=give_roles,
            dry_run=dry_run,
            skip_unreadable=skip_unreadable,
            stage=stage,
            on_progress=tell,
        ),
        report,
    )


@app.command("compare")
def compare(
    path: PathArgument,
    name: Annotated[str, typer.Option(metavar="NAME", help="The name under which it was imported.")] = "helpdesk",
) -> None:
    """Compare what helpdesk export wrote with what is here now.

    Each value of teams, people, fields and tickets is compared, with messages, notes, links, merges and files. Writes
    nothing. The exit code is 0 only if all is equal.

    For example: helpdesk import compare helpdesk.jsonl.gz
    """
    from ._base.transfer import phases_progress
    from ._show.comparison import show_comparison

    with connect() as hd, phases_progress() as tell:
        found = hd.imports.compare(path, name=name, on_progress=lambda at: tell(at.phase, at.done, at.total))
    show_comparison(found)
    if not found.is_equal:
        raise typer.Exit(ExitCode.REFUSED)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
) -> None:
    """List imports, newest first, with those that did not end."""
    from ._show.imports import show_runs

    with connect() as hd:
        show_runs(hd.imports.list(limit=limit))


def _run(work: Callable[[Helpdesk, Callable[[Progress], object]], ImportSummary], report: Path | None) -> None:
    from ._base.json import dumps
    from ._base.transfer import phases_progress
    from ._show.imports import show_summary

    if report is not None:
        # Before hours of work.
        report.touch()
    with connect() as hd, phases_progress() as tell:
        summary = work(hd, lambda progress: tell(progress.phase, progress.done, progress.total))
    if report is not None:
        report.write_text(dumps(summary, indent=2) + "\n", encoding="utf-8")
    show_summary(summary)
    if not summary.is_complete:
        raise typer.Exit(ExitCode.REFUSED)
