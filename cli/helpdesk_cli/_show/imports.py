"""Shows the report of an import, and the list of imports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._base import output as out
from .._base.output import Column
from .._base.settings import settings

if TYPE_CHECKING:
    from helpdesk_sdk import ImportCheck, ImportCounts, ImportProblem, ImportRun, ImportSummary

_PROBLEMS_SHOWN = 20
_NAMES = {
    "field": "fields",
    "team": "teams",
    "person": "people",
    "ticket": "tickets",
    "file": "files",
    "link": "links",
    "merge": "merges",
}


def show_runs(runs: Iterable[ImportRun]) -> None:
    """Print a line for each import."""

    def tickets(outcome: str) -> Column[ImportRun]:
        return Column(f"Tickets {outcome}", lambda run: f"{run.counts.get('ticket', {}).get(outcome, 0):,}", right=True)

    columns: list[Column[ImportRun]] = [
        Column("Source", lambda run: run.source, flexible=True),
        Column("Began", lambda run: out.local_time(run.started_at)),
        Column("Ended", lambda run: out.local_time(run.finished_at) if run.finished_at else "not yet"),
        *(tickets(outcome) for outcome in ("created", "updated", "unchanged")),
    ]
    out.print_rows(runs, columns, empty="No imports.")


def show_summary(summary: ImportSummary) -> None:
    """Print what became of everything, the comparison, and what was not imported."""
    if settings().json:
        out.print_json(summary)
        return
    if summary.state != "unreadable":
        _show_counts(summary)
        _show_checks(summary)
    screen = out.console()
    for what, times in summary.notes.items():
        screen.print(f"{what}: {times:,}", markup=False, soft_wrap=True)
    _show_problems(summary)
    screen.print(_verdict(summary), markup=False, soft_wrap=True)


def _show_counts(summary: ImportSummary) -> None:
    columns: list[Column[tuple[str, ImportCounts]]] = [
        Column("", lambda row: _NAMES.get(row[0], row[0])),
        *(
            Column(name.title(), lambda row, name=name: f"{getattr(row[1], name):,}", right=True)  # type: ignore[misc]
            for name in ("read", "created", "updated", "unchanged", "dead", "refused")
        ),
    ]
    out.print_rows(list(summary.counts.items()), columns, empty="Nothing.")
    comments = ", ".join(f"{times:,} {what}" for what, times in summary.comments.items())
    out.console().print(f"Of the tickets: {comments}.", soft_wrap=True)


def _show_checks(summary: ImportSummary) -> None:
    if not summary.checks:
        return
    columns: list[Column[ImportCheck]] = [
        Column("Compared", lambda check: check.kind),
        Column("Source", lambda check: f"{check.source_count:,}", right=True),
        Column("Helpdesk", lambda check: f"{check.helpdesk_count:,}", right=True),
        Column("Checksums", lambda check: "equal" if check.adds_up else "differ"),
        Column("Differing", lambda check: ", ".join(check.differing) or "-", flexible=True),
    ]
    out.print_rows(list(summary.checks), columns, empty="Nothing.")


def _show_problems(summary: ImportSummary) -> None:
    if not summary.problems:
        return
    columns: list[Column[ImportProblem]] = [
        Column("Not imported", lambda one: one.item or "-"),
        Column("Where", lambda one: one.place, flexible=True),
        Column("Why", lambda one: one.message, flexible=True),
        Column("Code", lambda one: one.code),
    ]
    out.print_rows(summary.problems[:_PROBLEMS_SHOWN], columns, empty="")
    if summary.problem_count > _PROBLEMS_SHOWN:
        out.print_note(f"There are {summary.problem_count:,} in all: see --report FILE or --json.")
    for hint in dict.fromkeys(one.hint for one in summary.problems if one.hint):
        out.print_note(hint)


def _verdict(summary: ImportSummary) -> str:
    if summary.state == "unreadable":
        return "Nothing was imported: a file cannot be read to its end. --skip-unreadable imports the rest."
    if summary.state == "dry_run":
        return f"Nothing was written. {summary.problem_count:,} would not be imported."
    if not all(check.adds_up for check in summary.checks):
        return "The import is done, but source and helpdesk differ: something was changed here since, or is missing."
    were = "was" if summary.problem_count == 1 else "were"
    refused = f"{summary.problem_count:,} {were} not imported. " if summary.problem_count else ""
    return f"{refused}Everything else is there: counts and checksums are equal."
