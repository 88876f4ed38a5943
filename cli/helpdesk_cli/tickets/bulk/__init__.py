"""`helpdesk tickets bulk`: the same change to all tickets that match a query."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

import typer

from ..._base.errors import CliError, ExitCode, exit_code_for
from ..._base.input import FileOption, read_text
from ..._base.output import Column, print_json, print_note, print_rows, with_progress
from ..._base.settings import settings
from ..._base.transfer import items_progress
from ..._connect.connection import connect
from ..._show.name_cache import NameCache
from ..app import IdOption, app
from .report import Report, line, report_to
from .run import Outcome, run
from .wish import Planned, plan, read_wish

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk

# As many rows of a table as fit on a screen.
_SHOWN = 20
_TABLE_WORDS = {"assigned_to": "assignee", "team_id": "team", "snoozed_until": "snoozed until"}


@app.command()
def bulk(
    query: Annotated[
        str, typer.Option("--query", "-q", metavar="QUERY", help="Which tickets, as for helpdesk search.")
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A new value: status, priority, snoozed_until or fields.KEY; may be repeated. KEY= removes it.",
            show_default=False,
        ),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Add this tag; may be repeated.")] = None,
    untag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Remove this tag; may be repeated.")] = None,
    assign: Annotated[
        str | None, typer.Option(metavar="WHO", help="The new assignee: an e-mail address, me or nobody.")
    ] = None,
    transfer: Annotated[
        str | None, typer.Option(metavar="TEAM", help="Move them to this team's queue, by name or id.")
    ] = None,
    reply: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Send this reply to each; - reads standard input.")
    ] = None,
    file: FileOption = None,
    limit: Annotated[int, typer.Option(min=0, help="How many tickets at most, the oldest first; 0 for all.")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Write a line for each ticket to this file: CSV for .csv, else JSON lines.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    id: IdOption = None,
) -> None:
    """Change all tickets that match a query; asks first.

    It shows what would change before it asks. Each ticket has a result of its own: when some are refused, the others
    are changed all the same. A ticket that somebody has changed since it was shown is refused. Repeat the command as
    often as you like: tickets that have the new values already are left alone. With --reply, repeat it with the same
    --id: no reply is sent twice.
    """
    text = read_text("reply", reply, file) if reply is not None or file is not None else None
    with connect() as hd, report_to(report) as lines:
        wish = read_wish(
            hd, sets=set_ or (), tags=tag or (), untags=untag or (), assign=assign, transfer=transfer, reply=text
        )
        found = hd.tickets.list(query=query, order="created_at", page_size=500)
        tickets = list(with_progress(found.limit(limit) if limit else found, "tickets"))
        planned = [plan(wish, ticket) for ticket in tickets]
        changing = [one for one in planned if one.changes]
        unchanged = [Outcome(one, "unchanged") for one in planned if not one.changes]
        lines.write(unchanged)
        if dry_run:
            _show_dry_run(hd, changing, unchanged, lines)
            return
        if changing and not yes:
            _ask(hd, changing, len(planned))
        run_id = id or uuid4()
        outcomes = _run(hd, wish, changing, run_id, lines)
        _print_outcomes(outcomes, unchanged, run_id)
    failed = [one.error for one in outcomes if one.error is not None]
    if failed:
        raise typer.Exit(exit_code_for(failed[0]))


def _run(hd: Helpdesk, wish: Any, changing: Sequence[Planned], run_id: UUID, lines: Report) -> list[Outcome]:
    from helpdesk_sdk.errors import UnknownOutcomeError

    done = 0
    with items_progress("tickets") as progress:

        def finished(outcomes: list[Outcome]) -> None:
            nonlocal done
            lines.write(outcomes)
            done += sum(one.result in ("changed", "failed") for one in outcomes)
            if progress is not None:
                progress(done, len(changing))

        try:
            return run(hd, wish, changing, run_id, finished=finished)
        except BaseException as error:
            if isinstance(error, UnknownOutcomeError):
                error.id = run_id
            print_note(f"{done} of {len(changing)} tickets were done. To go on, repeat the command with --id {run_id}")
            raise


def _show_dry_run(hd: Helpdesk, changing: Sequence[Planned], unchanged: Sequence[Outcome], lines: Report) -> None:
    outcomes = [Outcome(one, "would_change") for one in changing]
    lines.write(outcomes)
    if settings().json:
        print_json(_json([*outcomes, *unchanged]) | {"dry_run": True})
        return
    _print_table(hd, changing)
    typer.echo(f"{_tickets(len(changing))} would change, {len(unchanged)} would stay as they are.")


def _ask(hd: Helpdesk, changing: Sequence[Planned], matching: int) -> None:
    if settings().json or not sys.stdin.isatty():
        hint = "Confirm it with --yes, or look first with --dry-run."
        raise CliError(f"{_tickets(len(changing))} would change", hint, ExitCode.USAGE)
    _print_table(hd, changing[:_SHOWN])
    if len(changing) > _SHOWN:
        typer.echo(f"… and {len(changing) - _SHOWN:,} more: --dry-run shows all.")
    if not typer.confirm(f"Change {len(changing):,} of {_tickets(matching)} that match?", default=False):
        raise CliError("Nothing was changed")


def _print_table(hd: Helpdesk, planned: Sequence[Planned]) -> None:
    names = NameCache()
    if any({"assigned_to", "team_id"} & {*one.changes} for one in planned):
        names.load_events(hd, [{"changes": one.changes} for one in map(_as_event, planned)])
    columns: list[Column[Planned]] = [
        Column("#", lambda one: one.ticket.number, right=True),
        Column("Title", lambda one: one.ticket.title, flexible=True),
        Column("Changes", lambda one: _shown(one, names), flexible=True),
    ]
    print_rows(planned, columns, empty="No ticket would change.")


def _as_event(one: Planned) -> Planned:
    """With ids as texts, as in an event."""
    ids = {
        name: tuple(None if value is None else str(value) for value in pair)
        for name, pair in one.changes.items()
        if name in ("assigned_to", "team_id")
    }
    return Planned(one.ticket, ids)  # type: ignore[arg-type]


def _shown(one: Planned, names: NameCache) -> str:
    parts = []
    for name, (old, new) in one.changes.items():
        if name == "reply":
            parts.append("reply")
        elif name == "tags":
            parts += [*(f"+{tag}" for tag in new if tag not in old), *(f"-{tag}" for tag in old if tag not in new)]
        elif name == "status" and old == new:
            parts.append(f"status {new}")
        else:
            before, after = (_word(name, value, names) for value in (old, new))
            parts.append(f"{_TABLE_WORDS.get(name, name)} {before} → {after}")
    return ", ".join(parts)


def _word(name: str, value: Any, names: NameCache) -> str:
    if name == "assigned_to":
        return names.person(value) or "nobody"
    if name == "team_id":
        return names.team(value) or "-"
    return ",".join(map(str, value)) if isinstance(value, list) else names.label(value)


def _print_outcomes(outcomes: Sequence[Outcome], unchanged: Sequence[Outcome], run_id: UUID) -> None:
    if settings().json:
        print_json(_json([*outcomes, *unchanged]) | {"id": str(run_id)})
        return
    failed = [one for one in outcomes if one.error is not None]
    columns: list[Column[Outcome]] = [
        Column("#", lambda one: one.planned.ticket.number, right=True),
        Column("Refused", lambda one: one.failed_step),
        Column("Code", lambda one: line(one)["code"]),
        Column("Why", lambda one: line(one)["message"], flexible=True),
    ]
    if failed:
        print_rows(failed[:_SHOWN], columns, empty="")
        if len(failed) > _SHOWN:
            typer.echo(f"… and {len(failed) - _SHOWN:,} more: --report PATH lists all.")
    changed = len(outcomes) - len(failed)
    typer.echo(f"{_tickets(changed)} changed, {len(unchanged):,} stayed as they are, {len(failed):,} failed.")


def _json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    counted = Counter(one.result for one in outcomes)
    return {
        "matched": len(outcomes),
        **{name: counted[name] for name in ("changed", "would_change", "unchanged", "failed")},
        "tickets": [line(one) for one in outcomes],
    }


def _tickets(count: int) -> str:
    return f"{count:,} ticket{'' if count == 1 else 's'}"
