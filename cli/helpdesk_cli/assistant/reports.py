"""What the assistant did, what people made of it, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from .._base.choices import ReportGroup
from .._base.output import Column, print_note, print_rows
from .._base.times import time_option
from .._connect.connection import connect
from .._show.name_cache import NameCache
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import AssistantFigures


@app.command()
def report(
    by: Annotated[
        list[ReportGroup] | None, typer.Option(help="One row for each; may be repeated.", show_default=False)
    ] = None,
    since: Annotated[datetime | None, time_option("From this time on; by default 30 days ago")] = None,
    until: Annotated[datetime | None, time_option("Up to this time; by default now")] = None,
) -> None:
    """Staff: count runs, outcomes, tokens and time saved.

    Admins count everything, agents the tickets that they work. Taken: of the decided proposals those that people
    accepted. Precise: those that they accepted unchanged, or with less than 20 % of the text edited. Saved is an
    estimate: 150 characters a minute for the text that was kept, less the time that people had the drafts open.

    For example: helpdesk assistant report --by prompt --by week
    """
    with connect() as hd:
        rows = hd.assistant.report(since=since, until=until, by=by or ())
        names = NameCache()
        if any(row.team_id for row in rows):
            names.load_teams(hd)
    shown = [str(word) for word in by or ()]
    groups = [column for name, column in _groups(names).items() if name in shown]
    if "day" in shown or "week" in shown or "month" in shown:
        groups.insert(0, Column("From", lambda row: row.period))
    print_rows(rows, [*groups, *_FIGURES], empty="The assistant was not asked in this time.")
    if any(row.estimated for row in rows):
        print_note("The tokens of some runs are estimated.")
    if rows and not any(row.cost for row in rows) and any(row.tokens_in for row in rows):
        print_note("Without prices there are no costs: helpdesk assistant settings set --price-in … --price-out …")


def _groups(names: NameCache) -> dict[str, Column[AssistantFigures]]:
    return {
        "kind": Column("Kind", lambda row: row.kind),
        "mode": Column("Mode", lambda row: row.mode),
        "prompt": Column("Prompt", lambda row: row.prompt_version, right=True),
        "model": Column("Model", lambda row: row.chat_model, flexible=True),
        "team": Column("Team", lambda row: names.team(row.team_id), flexible=True),
    }


def _part(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def _duration(seconds: int) -> str:
    hours, minutes = divmod(round(abs(seconds) / 60), 60)
    sign = "-" if seconds < 0 and (hours or minutes) else ""
    return sign + (f"{hours}h{minutes:02}m" if hours else f"{minutes}m")


def _money(cost: Decimal) -> str | None:
    return f"{cost:,.2f}" if cost else None


_FIGURES: Sequence[Column[AssistantFigures]] = (
    Column("Runs", lambda row: f"{row.runs:,}", right=True),
    Column("No model", lambda row: _part(row.without_model / row.answered if row.answered else None), right=True),
    Column("Proposals", lambda row: f"{row.proposals:,}", right=True, from_width=90),
    Column("Decided", lambda row: f"{row.decided:,}", right=True),
    Column("Taken", lambda row: _part(row.acceptance), right=True),
    Column("Precise", lambda row: _part(row.precision), right=True),
    Column("Edited", lambda row: _part(row.distance), right=True, from_width=100),
    Column("Applied", lambda row: row.applied or None, right=True, from_width=120),
    Column("Tokens", lambda row: f"{row.tokens_in + row.tokens_out:,}", right=True),
    Column("Cost", lambda row: _money(row.cost), right=True, from_width=80),
    Column("p50 ms", lambda row: row.p50_milliseconds, right=True, from_width=110),
    Column("p95 ms", lambda row: row.p95_milliseconds, right=True, from_width=110),
    Column("Saved", lambda row: _duration(row.seconds_saved), right=True),
)
