"""Import a CSV file of tickets. Run it again, after Ctrl-C, a crash or an edit of the file: nothing is doubled.

    export HELPDESK_URL=… HELPDESK_KEY=…        # the secret key; or a publishable one with HELPDESK_EMAIL and _PASSWORD
    python examples/import_csv.py issues.csv --queue-column repo --label-column label

Each row becomes a ticket with an id and an external id that follow from the row's id column or, without one, from its
content, so the database recognises a row that it has. Queues become teams (admins and the secret key create missing
ones), labels become tags. A ticket's timestamps are the database's: when the row says that it was created goes into
custom_fields.created_at_source. Rows that are refused are in the report, with the field and the reason.
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
    ConnectionFailedError,
    ForbiddenError,
    HelpdeskError,
    NotFoundError,
    RateLimitedError,
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
    """What the command line says; see ``--help``."""

    columns: Mapping[str, str | None]
    encoding: str
    prefix: str
    requester: str
    concurrency: int
    max_teams: int
    patience: float


class Importer:
    """Rows to tickets, a batch at a time."""

    def __init__(self, hd: AsyncHelpdesk, options: Options, state: State) -> None:
        self.hd, self.options, self.state = hd, options, state
        self.requester: UUID | None = None
        self._teams: dict[str, UUID] = {}
        self._new_teams = 0
        self._slots = asyncio.Semaphore(options.concurrency)
        self._one_team_at_a_time = asyncio.Lock()
        self._given_up: Exception | None = None

    async def start(self) -> None:
        """Who asks, what is there, and whether an earlier run's tickets are really in this helpdesk."""
        asker = await self._patiently(lambda: self.hd.users.create_customer(self.options.requester, "CSV import"))
        self.requester = asker.user_id
        async for team in self.hd.teams.list(page_size=1000):
            self._teams[team.name.lower()] = team.team_id
        if self.state.witness:
            try:
                await self.hd.tickets.get(UUID(self.state.witness))
            except NotFoundError:
                console.print("The earlier import went to another helpdesk: starting at the first row.")
                self.state = State(self.state.job, path=self.state.path)
        if not self.state.rows:
            async for ticket in self.hd.tickets.list(order="-number", page_size=1):
                self.state.newest_number = ticket.number
                break

    async def batch(self, rows: Sequence[Row], report: Report) -> None:
        """Create the tickets of these rows, then note how far we are."""
        first: dict[str, Row] = {}
        repeated = [row for row in rows if first.setdefault(row.external_id(), row) is not row]
        made = await asyncio.gather(*map(self._one, first.values()), return_exceptions=True)
        results: list[tuple[Row, int | Refused]] = []
        for row, result in zip(first.values(), made, strict=True):
            # All have ended: nothing goes on behind the back of whoever hears of this.
            if isinstance(result, BaseException) and not isinstance(result, Refused):
                raise result
            results.append((row, result))
        # Repetitions come after what they repeat, so that the row that counts is the first in the file.
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
        """Beyond the client's own retries: ids repeat, so a write whose outcome is unknown is simply made again."""
        until, pause = time.monotonic() + self.options.patience, 0.2
        while True:
            try:
                return await attempt()
            except (ConnectionFailedError, UnknownOutcomeError, ServerError, RateLimitedError):
                if time.monotonic() + pause > until:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


def _is_about_the_row(error: Exception) -> TypeGuard[ApiError]:
    """Whether another row may do better: the helpdesk has answered, and it was not that nobody may do this."""
    if not isinstance(error, ApiError) or isinstance(error, ServerError):
        return False
    return error.status not in (401, 403, 429)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in handfuls: what is in memory at a time."""
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


async def import_file(hd: AsyncHelpdesk, file: Path, options: Options, report_path: Path, state_path: Path) -> State:
    """Import a file; the state at the end tells what became of its rows."""
    about = file.stat()
    meaning = (options.columns, options.encoding, options.prefix, options.requester, repr(hd))
    job = hashlib.sha256(repr((str(file.resolve()), about.st_size, about.st_mtime_ns, meaning)).encode()).hexdigest()
    importer = Importer(hd, options, State.load(state_path, job))
    await importer.start()
    if importer.state.rows:
        console.print(f"Going on after row {importer.state.rows:,}.")
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
    encoding: Annotated[str, typer.Option(help="Of the file, e.g. cp1252.")] = "utf-8-sig",
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Tickets to create at a time.")] = 8,
    max_teams: Annotated[int, typer.Option(min=0, help="How many teams to create at most.")] = 50,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for a helpdesk that does not answer.")] = 60.0,
    report: Annotated[Path | None, typer.Option(help="Where the refused rows go. Default: FILE.refused.csv")] = None,
    state: Annotated[Path | None, typer.Option(help="Where the progress is kept. Default: FILE.progress.json")] = None,
) -> None:
    """Import a CSV file of tickets. Run it again after Ctrl-C or a crash: it goes on, and nothing is doubled."""
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
        console.print("Interrupted. The same command goes on from here.")
        raise typer.Exit(130) from None
    except (HelpdeskError, Stopped) as error:
        console.print(f"Stopped: {error}", markup=False)
        console.print("What is imported stays; the same command goes on from there.")
        raise typer.Exit(1) from None
    seconds = time.monotonic() - began
    print(f"{done.rows:,} rows in {seconds:.1f} s: {done.summary()}")
    if done.refused:
        print(f"What was refused, and why: {report_path}")


if __name__ == "__main__":
    typer.run(main)
