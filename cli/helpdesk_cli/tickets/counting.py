"""How many tickets there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .._base.choices import Priority, Status, words
from .._base.output import Column, print_json, print_rows
from .._base.settings import settings
from .._base.times import time_option
from .._connect.connection import connect
from .._show.name_cache import NameCache
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, TeamCount, WrongCounter


@app.command()
def count(
    status: Annotated[
        list[Status] | None, typer.Option(metavar=words(Status), help="Only this status; may be repeated.")
    ] = None,
    priority: Annotated[
        list[Priority] | None, typer.Option(metavar=words(Priority), help="Only this priority; may be repeated.")
    ] = None,
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only this team's queue, by name or id.")] = None,
    assigned_to: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only this assignee: an e-mail address, me or nobody.")
    ] = None,
    requester: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only this requester: an e-mail address or me.")
    ] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Only tickets with this tag.")] = None,
    created_after: Annotated[datetime | None, time_option("Only tickets opened at or after this local time")] = None,
    created_before: Annotated[datetime | None, time_option("Only tickets opened before it")] = None,
    updated_after: Annotated[datetime | None, time_option("Only tickets changed at or after this local time")] = None,
    updated_before: Annotated[datetime | None, time_option("Only tickets changed before it")] = None,
    scope: Annotated[
        Literal["mine", "team"] | None, typer.Option(help="Only tickets you requested, or those in your teams' queues.")
    ] = None,
) -> None:
    """Count tickets, up to 1,000.

    The same tickets that `helpdesk tickets list` shows. If there are more than 1,000, the answer is 1,000+.
    """
    with connect() as hd:
        found = hd.tickets.count(
            status=status,
            priority=priority,
            team=team,
            assigned_to=assigned_to,
            requester=requester,
            tag=tag,
            created_after=created_after,
            created_before=created_before,
            updated_after=updated_after,
            updated_before=updated_before,
            scope=scope,
        )
    if settings().json:
        print_json(found)
    else:
        typer.echo(str(found))


@dataclass(frozen=True)
class _Line:
    """A team's tickets of one status; `by` has their number for each priority."""

    team: str | None
    status: str
    by: dict[str, int]

    def of(self, priority: str) -> int:
        return self.by.get(priority, 0)


@app.command()
def counts(
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only this team, by name or id.")] = None,
) -> None:
    """Show how many open and pending tickets each of your teams has.

    For staff. The numbers are exact and are kept by the database, so they are fast in every helpdesk.
    """
    with connect() as hd:
        rows = hd.tickets.counts(team).rows
        names = _names(hd, rows)
    if settings().json:
        print_json([_json(row, names) for row in rows])
        return
    sums: dict[tuple[str | None, str], dict[str, int]] = {}
    for row in rows:
        sums.setdefault((names.team(row.team_id), row.status), {})[row.priority] = row.tickets
    lines = [_Line(*key, by) for key, by in sorted(sums.items(), key=lambda item: (item[0][0] or "", item[0][1]))]
    print_rows(lines, _columns(), empty="No open or pending tickets.")


def _columns() -> list[Column[_Line]]:
    return [
        Column("Team", lambda line: line.team, flexible=True),
        Column("Status", lambda line: line.status),
        *(_priority_column(priority) for priority in ("urgent", "high", "medium", "low")),
        Column("Total", lambda line: sum(line.by.values()), right=True),
    ]


def _priority_column(priority: str) -> Column[_Line]:
    return Column(priority.capitalize(), lambda line: line.of(priority), right=True)


@app.command()
def recount(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look: correct nothing.")] = False,
) -> None:
    """Check the numbers of `counts`, and correct them.

    For admins. None is wrong unless somebody has switched the database's triggers off, as for a restore.
    """
    with connect() as hd:
        wrong = hd.tickets.recount(mend=not dry_run)
        names = _names(hd, wrong)
    columns: list[Column[WrongCounter]] = [
        Column("Team", lambda row: names.team(row.team_id), flexible=True),
        Column("Status", lambda row: row.status),
        Column("Priority", lambda row: row.priority),
        Column("Counted", lambda row: row.counted, right=True),
        Column("Tickets", lambda row: row.actual, right=True),
    ]
    print_rows(wrong, columns, empty="All counters are right.", json=lambda row: _json(row, names))


def _names(hd: Helpdesk, rows: object) -> NameCache:
    names = NameCache()
    if rows:
        names.load_teams(hd)
    return names


def _json(row: TeamCount | WrongCounter, names: NameCache) -> dict[str, object]:
    values = row.model_dump(mode="json")
    team_id = values.pop("team_id")
    return {"team": {"team_id": team_id, "name": names.teams.get(row.team_id)}, **values}
