"""Import a CSV file of tickets. Run it again after Ctrl-C, a crash or an edit of the file: no ticket is doubled.

    export HELPDESK_URL=… HELPDESK_KEY=…        # the secret key; or a publishable one with HELPDESK_EMAIL and _PASSWORD
    python examples/import_csv.py issues.csv --team-column repo --tags-column label

Each row becomes a ticket. Its external id is the row's id column or, without that column, a digest of its content.
The database answers a row that is there already with its ticket, and refuses other content under the same external id.
A team that does not exist is refused, unless --create-teams is given. The database sets a ticket's timestamps; the
row's creation time goes into a custom field (--created-field). Nothing is left out silently: columns that are not
imported are named, and a report has the refused rows, with the field and the reason.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from csv_importer import Importer, Options, console
from csv_progress import Report, State
from csv_rows import Row, row_of
from csv_table import USUAL_NAMES, Stopped, Table, open_table
from helpdesk_sdk import AsyncHelpdesk, HelpdeskError

BATCH = 100


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in batches; one batch is in memory at a time."""
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _name_what_is_left_out(table: Table, options: Options) -> None:
    if "created" in table.places and not options.created_field:
        table.unused.append(table.header[table.places["created"][0]])
    if table.unused and "body" not in table.places and not options.no_body:
        raise Stopped(
            f"No column is the body, and nobody asked for {', '.join(table.unused)}. "
            "Say --body-column NAME, or --no-body to import titles only."
        )
    if table.unused:
        console.print(f"Columns that are not imported: {', '.join(table.unused)}", markup=False)


async def import_file(hd: AsyncHelpdesk, file: Path, options: Options, report_path: Path, state_path: Path) -> State:
    """Import a file, and return the state at the end: how many tickets were created, existed or were refused."""
    about = file.stat()
    settings = (*(value for name, value in vars(options).items() if name not in ("concurrency", "patience")), repr(hd))
    job = hashlib.sha256(repr((str(file.resolve()), about.st_size, about.st_mtime_ns, settings)).encode()).hexdigest()
    importer = Importer(hd, options, State.load(state_path, job))
    await importer.start()
    if importer.state.rows:
        console.print(f"Continuing after row {importer.state.rows:,}.")
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%  {task.description}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with (
        Report(report_path, importer.state.report_bytes) as report,
        file.open("rb") as raw,
        Progress(*columns, console=console) as progress,
    ):
        table = open_table(raw, options.encoding, options.separator, options.columns)
        with closing(table.records):
            _name_what_is_left_out(table, options)
            if not importer.state.report_bytes:
                for name in table.unused:
                    report.add_column(name)
            bar = progress.add_task("", total=max(about.st_size, 1))
            rows = (row_of(record, table) for record in table.records if record.number > importer.state.rows)
            for batch in batches(rows):
                await importer.batch(batch, report)
                progress.update(bar, completed=raw.tell(), description=importer.state.summary())
            progress.update(bar, completed=about.st_size)
        report.flush()
    state_path.unlink(missing_ok=True)
    return importer.state


def _usual(part: str) -> str:
    return f"Default: {', '.join(USUAL_NAMES[part])}."


def main(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The CSV file, with a header.")
    ],
    title_column: Annotated[str | None, typer.Option(help=_usual("title"))] = None,
    body_column: Annotated[str | None, typer.Option(help=_usual("body"))] = None,
    no_body: Annotated[bool, typer.Option("--no-body", help="Import titles only.")] = False,
    requester_column: Annotated[str | None, typer.Option(help="An e-mail address. " + _usual("requester"))] = None,
    team_column: Annotated[str | None, typer.Option(help=_usual("team"))] = None,
    tags_column: Annotated[
        str | None,
        typer.Option(help="Tags, with , or ; or | between them. Default: all of " + ", ".join(USUAL_NAMES["tags"])),
    ] = None,
    priority_column: Annotated[str | None, typer.Option(help=_usual("priority"))] = None,
    status_column: Annotated[str | None, typer.Option(help=_usual("status"))] = None,
    created_column: Annotated[str | None, typer.Option(help=_usual("created"))] = None,
    created_field: Annotated[
        str, typer.Option(help="The custom field for the creation time, made if there is none; '' leaves the time out.")
    ] = "created_at_source",
    id_column: Annotated[str | None, typer.Option(help="Becomes the external id. " + _usual("id"))] = None,
    id_prefix: Annotated[str, typer.Option(help="Put before each external id, to keep two sources apart.")] = "",
    requester: Annotated[
        str, typer.Option(help="E-mail address of the customer of rows that name no requester.")
    ] = "csv-import@example.com",
    encoding: Annotated[str | None, typer.Option(help="Encoding of the file, e.g. cp1252. Default: found out.")] = None,
    separator: Annotated[str | None, typer.Option(help="What is between two cells. Default: found out.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="How many tickets to create at the same time.")] = 8,
    create_teams: Annotated[bool, typer.Option("--create-teams", help="Create teams that do not exist.")] = False,
    max_teams: Annotated[int, typer.Option(min=0, help="How many teams to create at most.")] = 50,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for a helpdesk that does not answer.")] = 60.0,
    report: Annotated[Path | None, typer.Option(help="Where the refused rows go. Default: FILE.refused.csv")] = None,
    state: Annotated[Path | None, typer.Option(help="Where the progress is kept. Default: FILE.progress.json")] = None,
) -> None:
    """Import a CSV file of tickets. Run it again after Ctrl-C or a crash: it continues, and no ticket is doubled."""
    columns = {
        "title": title_column,
        "body": body_column,
        "requester": requester_column,
        "team": team_column,
        "tags": tags_column,
        "priority": priority_column,
        "status": status_column,
        "created": created_column,
        "id": id_column,
    }
    if separator in ("\\t", "tab"):
        separator = "\t"
    if separator is not None and len(separator) != 1:
        raise typer.BadParameter("must be one character, or tab", param_hint="--separator")
    options = Options(
        columns=columns,
        no_body=no_body,
        encoding=encoding,
        separator=separator,
        prefix=id_prefix,
        requester=requester,
        created_field=created_field,
        concurrency=concurrency,
        create_teams=create_teams,
        max_teams=max_teams,
        patience=patience,
    )
    report_path = report or file.with_name(file.name + ".refused.csv")
    state_path = state or file.with_name(file.name + ".progress.json")
    began = time.monotonic()

    async def run() -> State:
        async with AsyncHelpdesk.from_env() as hd:
            return await import_file(hd, file, options, report_path, state_path)

    try:
        done = asyncio.run(run())
    except KeyboardInterrupt:
        console.print("Interrupted. The same command continues from here.")
        raise typer.Exit(130) from None
    except (HelpdeskError, Stopped) as error:
        console.print(f"Stopped: {error}", markup=False)
        console.print("Imported tickets stay; the same command continues from there.")
        raise typer.Exit(1) from None
    seconds = time.monotonic() - began
    print(f"{done.rows:,} rows in {seconds:.1f} s: {done.summary()}")
    if done.refused:
        print(f"Refused rows, with the reasons: {report_path}")


if __name__ == "__main__":
    typer.run(main)
