"""The report of an import, from its stage."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from ...imports.desks import Stage
from ...models.imports import ImportCheck, ImportCounts, ImportProblem, ImportSummary

_PROBLEMS_MAX = 1000


def summary_of(
    stage: Stage,
    source: str,
    state: Literal["finished", "dry_run", "unreadable"],
    run_id: UUID | None,
    checks: list[ImportCheck],
    seconds: float,
) -> ImportSummary:
    """The report."""
    outcomes = stage.outcomes()
    counts = {}
    for kind in ("field", "team", "person", "ticket", "file", "link", "merge"):
        found = outcomes.get(kind, {})
        if not found and kind in ("file", "link", "merge"):
            continue
        counts[kind] = ImportCounts(read=sum(found.values()), **found)
    problems = stage.db.execute(
        "select place, item, code, message, hint from problems order by place, item limit ?", (_PROBLEMS_MAX,)
    ).fetchall()
    return ImportSummary(
        source=source,
        state=state,
        run_id=run_id,
        counts=counts,
        comments={f"{kind}s": sum(outcomes.get(kind, {}).values()) for kind in ("message", "note", "description")},
        checks=tuple(checks),
        problems=[
            ImportProblem(place=place, item=item, code=code, message=message, hint=hint)
            for place, item, code, message, hint in problems
        ],
        problem_count=int(stage.db.execute("select count(*) from problems").fetchone()[0]),
        notes=dict(stage.db.execute("select what, times from notes order by what")),
        seconds=round(seconds, 1),
    )
