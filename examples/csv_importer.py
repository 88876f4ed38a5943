"""The part of import_csv.py that talks to the helpdesk: finds people and teams, and makes tickets of rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeGuard, TypeVar
from uuid import UUID, uuid4

from rich.console import Console

from csv_progress import Report, State
from csv_rows import Refused, Row, wanted_of
from csv_table import Stopped
from helpdesk_sdk import (
    ApiError,
    AsyncHelpdesk,
    ExternalIdTakenError,
    FieldExistsError,
    FieldNotFoundError,
    ForbiddenError,
    HelpdeskError,
    InvalidValueError,
    NotFoundError,
    ServerError,
    StaleRevisionError,
    Status,
    TeamNotFoundError,
    Ticket,
    UnknownOutcomeError,
    UserExistsError,
)

T = TypeVar("T")
console = Console(stderr=True)


@dataclass(frozen=True)
class Options:
    """The options of the command line; see ``--help``."""

    columns: Mapping[str, str | None]
    no_body: bool
    encoding: str | None
    separator: str | None
    prefix: str
    requester: str
    created_field: str
    concurrency: int
    create_teams: bool
    max_teams: int
    patience: float


class Importer:
    """Makes tickets of rows, a batch at a time."""

    def __init__(self, hd: AsyncHelpdesk, options: Options, state: State) -> None:
        self.hd, self.options, self.state = hd, options, state
        self._people: dict[str, UUID] = {}
        self._teams: dict[str, UUID | None] = {}
        self._new_teams = 0
        self._field_is_defined = False
        self._slots = asyncio.Semaphore(options.concurrency)
        self._one_look_up_at_a_time = asyncio.Lock()
        self._given_up: Exception | None = None

    async def start(self) -> None:
        """Find the usual requester, and check that the tickets of an earlier run are in this helpdesk."""
        await self._person((self.options.requester, "CSV import"))
        if self.state.witness:
            try:
                await self.hd.tickets.get(UUID(self.state.witness))
            except NotFoundError:
                console.print("The earlier import went to another helpdesk: starting at the first row.")
                self.state = State(self.state.job, path=self.state.path)
        if not self.state.rows:
            newest = await self.hd.tickets.list(order="-number").first()
            self.state.newest_number = newest.number if newest else 0

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
        wanted = wanted_of(row, self.options.prefix, self.options.created_field)
        team = await self._team(wanted.team) if wanted.team else None
        requester = await self._person(wanted.requester or (self.options.requester, ""))
        if wanted.arguments.get("custom_fields"):
            await self._define_field()
        ticket_id = uuid4()
        try:
            made = await self._patiently(
                lambda: self.hd.tickets.create(**wanted.arguments, id=ticket_id, team=team, requester=requester)
            )
        except ExternalIdTakenError as error:
            number = f" {error.current.number}" if error.current else ""
            raise Refused(
                "id", f"ticket{number} has this id and other content: another row, or this row before it was edited"
            ) from None
        if wanted.status != made.status and made.revision == 1:
            # Nobody has touched the ticket; whoever does meanwhile knows better than the file.
            with suppress(StaleRevisionError):
                await self._patiently(lambda: self.hd.tickets.update(made, status=Status(wanted.status)))
        return made

    async def _person(self, person: tuple[str, str]) -> UUID:
        address, name = person
        async with self._one_look_up_at_a_time:
            if address not in self._people:
                try:
                    found = await self._patiently(lambda: self.hd.users.create_customer(address, name))
                except UserExistsError:
                    # Somebody of the staff wrote it.
                    found = await self._patiently(lambda: self.hd.users.get(address))
                except InvalidValueError as error:
                    raise Refused("requester", error.message) from None
                self._people[address] = found.user_id
        return self._people[address]

    async def _define_field(self) -> None:
        key = self.options.created_field
        async with self._one_look_up_at_a_time:
            if self._field_is_defined:
                return
            try:
                await self._patiently(lambda: self.hd.fields.create(key, "text", "Created at the source"))
            except FieldExistsError:
                pass
            except ForbiddenError:
                try:
                    await self._patiently(lambda: self.hd.fields.get(key))
                except FieldNotFoundError:
                    raise Stopped(f"There is no custom field {key}, and only admins create fields.") from None
            self._field_is_defined = True

    async def _team(self, name: str) -> UUID:
        async with self._one_look_up_at_a_time:
            if name not in self._teams:
                self._teams[name] = await self._patiently(lambda: self._find_or_create_team(name))
        team = self._teams[name]
        if team is None:
            raise Refused("team", f"there is no team {name}: correct the name, or see --create-teams")
        return team

    async def _find_or_create_team(self, name: str) -> UUID | None:
        try:
            return (await self.hd.teams.get(name)).team_id
        except TeamNotFoundError:
            if not self.options.create_teams:
                return None
        if self._new_teams >= self.options.max_teams:
            raise Refused("team", f"more than {self.options.max_teams} new teams: see --max-teams")
        try:
            made = await self.hd.teams.create(name)
        except ForbiddenError:
            raise Stopped(f"There is no team {name}, and only admins create teams.") from None
        self._new_teams += 1
        return made.team_id

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
