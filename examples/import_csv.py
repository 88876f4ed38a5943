"""Import a CSV file of tickets. Run it again after Ctrl-C, a crash or an edit of the file: no ticket is doubled.

    export HELPDESK_URL=… HELPDESK_KEY=…        # the secret key; or a publishable one with HELPDESK_EMAIL and _PASSWORD
    python examples/import_csv.py issues.csv --queue-column repo --label-column label

Each row becomes a ticket. Its id and external id are computed from the row's id column or, without that column, from
the row's content, so the database recognises a repeated row. Queues become teams (admins and the secret key create
missing teams), labels become tags. The database sets a ticket's timestamps; the creation time of the row goes into
custom_fields.created_at_source. A report has the refused rows, with the field and the reason.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeGuard, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from csv_progress import Report, State
from csv_rows import Refused, Row, Stopped, read_rows, ticket_of
from helpdesk_sdk import (
    ApiError,
    AsyncHelpdesk,
    FieldExistsError,
    FieldNotFoundError,
    ForbiddenError,
    HelpdeskError,
    NotFoundError,
    ServerError,
    TeamNotFoundError,
    Ticket,
    UnknownOutcomeError,
)

BATCH = 100
T = TypeVar("T")
console = Console(stderr=True)


@dataclass(frozen=True)
class Options:
    """The options of the command line; see ``--help``."""

    columns: Mapping[str, str | None]
    encoding: str
    prefix: str
    requester: str
    concurrency: int
    max_teams: int
    patience: float


class Importer:
    """Makes tickets of rows, a batch at a time."""

    def __init__(self, hd: AsyncHelpdesk, options: Options, state: State) -> None:
        self.hd, self.options, self.state = hd, options, state
        self.requester: UUID | None = None
        self._teams: dict[str, UUID] = {}
        self._new_teams = 0
        self._slots = asyncio.Semaphore(options.concurrency)
        self._one_team_at_a_time = asyncio.Lock()
        self._field_is_defined = False
        self._given_up: Exception | None = None

    async def start(self) -> None:
        """Find the requester and the teams, and check that the tickets of an earlier run are in this helpdesk."""
        requester = await self._patiently(lambda: self.hd.users.create_customer(self.options.requester, "CSV import"))
        self.requester = requester.user_id
        async for team in self.hd.teams.list(page_size=1000):
            self._teams[team.name.lower()] = team.team_id
        if self.state.witness:
            try:
                await self.hd.tickets.get(UUID(self.state.witness))
            except NotFoundError:
                console.print("The earlier import went to another helpdesk: starting at the first row.")
                self.state = State(self.state.job, path=self.state.path)
        if not self.state.rows:
            newest = await self.hd.tickets.list(order="-number").first()
            self.state.newest_number = newest.number if newest else 0

    async def _define_field(self) -> None:
        """Define the custom field for the creation time of the row, unless there is one."""
        if self._field_is_defined:
            return
        try:
            await self.hd.fields.create("created_at_source", "text", "Created at the source")
        except FieldExistsError:
            pass
        except ForbiddenError:
            try:
                await self.hd.fields.get("created_at_source")
            except FieldNotFoundError:
                raise Stopped("There is no custom field created_at_source, and only admins create fields.") from None
        self._field_is_defined = True

    async def batch(self, rows: Sequence[Row], report: Report) -> None:
        """Create the tickets of these rows, then save the progress."""
        first: dict[str, Row] = {}
        repeated = [row for row in rows if first.setdefault(row.external_id(), row) is not row]
        made = await asyncio.gather(*map(self._one, first.values()), return_exceptions=True)
        results: list[tuple[Row, int | Refused]] = []
        for row, result in zip(first.values(), made, strict=True):
            # All calls have ended: none goes on after the error is raised.
            if isinstance(result, BaseException) and not isinstance(result, Refused):
                raise result
            results.append((row, result))
        # Repetitions come after the first row with their id, so that the first row in the file counts.
        for row in repeated:
            results.append((row, await self._one(row)))
        self._note(sorted(results, key=lambda pair: pair[0].number), report)

    def _note(self, results: list[tuple[Row, int | Refused]], report: Report) -> None:
        state, before, counted = self.state, self.state.newest_number, set[int]()
        for row, result in results:
            if isinstance(result, Refused):
                state.refused += 1
                report.add(row, self.options.prefix, result.column, str(result))
            elif result > before and result not in counted:
                state.created += 1
                counted.add(result)
            else:
                state.existing += 1
        state.newest_number = max(counted, default=before)
        state.rows = results[-1][0].number
        state.report_bytes = report.flush()
        state.save()

    async def _one(self, row: Row) -> int | Refused:
        """The number of the row's ticket, or why there is none."""
        async with self._slots:
            if self._given_up:
                raise self._given_up
            try:
                made = await self._create(row)
            except Refused as refused:
                return refused
            except (HelpdeskError, Stopped) as error:
                if not _is_about_the_row(error):
                    self._given_up = error
                    raise
                return Refused(getattr(error, "field", None) or getattr(error, "reason", None) or "row", error.message)
            self.state.witness = str(made.ticket_id)
            return made.number

    async def _create(self, row: Row) -> Ticket:
        ticket = ticket_of(row, self.options.prefix)
        team = await self._team(row.values.get("queue", "").strip())
        if ticket["custom_fields"]:
            await self._define_field()
        return await self._patiently(lambda: self.hd.tickets.create(**ticket, team=team, requester=self.requester))

    async def _team(self, name: str) -> UUID | None:
        if not name:
            return None
        async with self._one_team_at_a_time:
            if name.lower() not in self._teams:
                if self._new_teams >= self.options.max_teams:
                    raise Refused("queue", f"more than {self.options.max_teams} new teams: see --max-teams")
                team = await self._patiently(lambda: self._find_or_create_team(name))
                self._new_teams += 1
                self._teams[name.lower()] = team
            return self._teams[name.lower()]

    async def _find_or_create_team(self, name: str) -> UUID:
        try:
            return (await self.hd.teams.get(name)).team_id
        except TeamNotFoundError:
            pass
        try:
            return (await self.hd.teams.create(name)).team_id
        except ForbiddenError:
            raise Stopped(f"There is no team {name}, and only admins create teams.") from None

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Retry for longer than the client does. The ids stay, so a write of unknown outcome can be repeated, too."""
        until, pause = time.monotonic() + self.options.patience, 0.2
        while True:
            try:
                return await attempt()
            except HelpdeskError as error:
                repeatable = error.is_transient or isinstance(error, UnknownOutcomeError)
                if not repeatable or time.monotonic() + pause > until:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


def _is_about_the_row(error: Exception) -> TypeGuard[ApiError]:
    """Whether the error is about this row only, so that the import can go on with the next row."""
    if not isinstance(error, ApiError) or isinstance(error, ServerError):
        return False
    return error.status not in (401, 403, 429)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in batches; one batch is in memory at a time."""
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


async def import_file(hd: AsyncHelpdesk, file: Path, options: Options, report_path: Path, state_path: Path) -> State:
    """Import a file, and return the state at the end: how many tickets were created, existed or were refused."""
    about = file.stat()
    settings = (options.columns, options.encoding, options.prefix, options.requester, repr(hd))
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
        closing(read_rows(raw, options.encoding, options.columns)) as all_rows,
        Progress(*columns, console=console) as progress,
    ):
        bar = progress.add_task("", total=max(about.st_size, 1))
        rows = (row for row in all_rows if row.number > importer.state.rows)
        for batch in batches(rows):
            await importer.batch(batch, report)
            progress.update(bar, completed=raw.tell(), description=importer.state.summary())
        progress.update(bar, completed=about.st_size)
    state_path.unlink(missing_ok=True)
    return importer.state


def main(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The CSV file, with a header.")
    ],
    title_column: Annotated[str | None, typer.Option(help="Default: title, subject or summary.")] = None,
    body_column: Annotated[str | None, typer.Option(help="Default: body, description, text or content.")] = None,
    queue_column: Annotated[
        str | None, typer.Option(help="Names the team. Default: queue, team, group, repo or project.")
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="Becomes a tag. Default: label, tag, category or type.")
    ] = None,
    created_column: Annotated[str | None, typer.Option(help="Default: created_at, created or date.")] = None,
    id_column: Annotated[
        str | None, typer.Option(help="Becomes the external id. Default: id, external_id, key or number.")
    ] = None,
    id_prefix: Annotated[str, typer.Option(help="Put before each external id, to keep two sources apart.")] = "",
    requester: Annotated[
        str, typer.Option(help="E-mail address of the customer to whom the tickets belong.")
    ] = "csv-import@example.com",
    encoding: Annotated[str, typer.Option(help="Encoding of the file, e.g. cp1252.")] = "utf-8-sig",
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="How many tickets to create at the same time.")] = 8,
    max_teams: Annotated[int, typer.Option(min=0, help="How many teams to create at most.")] = 50,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for a helpdesk that does not answer.")] = 60.0,
    report: Annotated[Path | None, typer.Option(help="Where the refused rows go. Default: FILE.refused.csv")] = None,
    state: Annotated[Path | None, typer.Option(help="Where the progress is kept. Default: FILE.progress.json")] = None,
) -> None:
    """Import a CSV file of tickets. Run it again after Ctrl-C or a crash: it continues, and no ticket is doubled."""
    columns = {"title": title_column, "body": body_column, "queue": queue_column, "label": label_column}
    columns |= {"created": created_column, "id": id_column}
    options = Options(columns, encoding, id_prefix, requester, concurrency, max_teams, patience)
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
