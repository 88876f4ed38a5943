"""One import from its beginning to its report: stage, transform, send in batches, compare."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Resource
from ..._ids import new_id
from ...errors import ConfigurationError, InvalidValueError, LocalFileError
from ...imports.desks import Item, Problem, Source, Stage
from ...imports.desks.source import Made
from ...models.imports import ImportSummary
from .checking import compare
from .sending import Sender
from .staffing import staff_up
from .summary import summary_of

Phase = Literal["reading", "teams", "fields", "people", "staff", "tickets", "files", "links", "merges", "checking"]
_BATCH = 250
_BYTES_MAX = 3_000_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come."""

    phase: Phase
    """What it does now."""
    done: int
    """The objects that are done in this phase."""
    total: int
    """How many there are; 0 where that is not known."""


def run_import(
    resource: Resource[Any],
    source: Source,
    dry_run: bool,
    skip_unreadable: bool,
    stage_path: str | os.PathLike[str] | None,
    on_progress: Callable[[Progress], object] | None,
    give_roles: bool = False,
) -> Flow[ImportSummary]:
    """Carry out an import; see ``Imports``."""
    check.boolean("give_roles", give_roles)
    check.boolean("dry_run", dry_run)
    check.boolean("skip_unreadable", skip_unreadable)
    path = source.path.with_name(source.path.name + ".helpdesk-import") if stage_path is None else Path(stage_path)
    is_over = True
    try:
        with Stage(path) as stage:
            try:
                tell = on_progress or (lambda _: None)
                result = yield from _import(resource, source, stage, dry_run, skip_unreadable, give_roles, tell)
            except ConfigurationError:
                is_over = stage.get("run_id") is None
                raise
            except BaseException:
                is_over = False
                raise
            stage.put("finished", "yes")
    finally:
        if is_over and stage_path is None:
            for ending in ("", "-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
    return result


def _import(
    resource: Resource[Any],
    source: Source,
    stage: Stage,
    dry_run: bool,
    skip_unreadable: bool,
    give_roles: bool,
    tell: Callable[[Progress], object],
) -> Flow[ImportSummary]:
    began = time.monotonic()
    _prepare(stage, source, dry_run)
    tell(Progress("reading", 0, 0))
    source.stage(stage, stage.keep_problem, stage.keep_note)
    unreadable = stage.db.execute("select count(*) from problems where code = 'unreadable'").fetchone()[0]
    if unreadable and not skip_unreadable:
        return summary_of(stage, source.name, "unreadable", None, [], time.monotonic() - began)
    run_id: UUID | None = None
    if not dry_run:
        run_id = UUID(stage.get("run_id") or str(new_id()))
        stage.put("run_id", str(run_id))
        yield from _start(resource, run_id, source, stage)
    sender = Sender(resource, stage, source.name, run_id)
    keys: dict[str, str] = {}
    for phase, kind, made in (
        ("teams", "team", source.teams(stage)),
        ("fields", "field", source.fields(stage)),
        ("people", "person", source.people(stage)),
    ):
        yield from _send_all(sender, stage, phase, kind, made, tell)  # type: ignore[arg-type]
        if kind == "field":
            keys = sender.field_keys
    if give_roles:
        tell(Progress("staff", 0, 0))
        yield from staff_up(resource, stage, source.workers(stage), dry_run)
    for phase, kind, made in (
        ("tickets", "ticket", source.tickets(stage, keys)),
        ("files", "file", source.files(stage)),
        ("links", "link", source.links(stage)),
        ("merges", "merge", source.merges(stage)),
    ):
        yield from _send_all(sender, stage, phase, kind, made, tell)  # type: ignore[arg-type]
    if run_id is None:
        return summary_of(stage, source.name, "dry_run", None, [], time.monotonic() - began)
    checks = yield from compare(resource, stage, source.name, lambda done, of: tell(Progress("checking", done, of)))
    result = summary_of(stage, source.name, "finished", run_id, checks, time.monotonic() - began)
    report = result.model_dump(mode="json", exclude={"problems", "notes"})
    yield resource._rpc_write("finish_import", {"run_id": str(run_id), "report": report})
    return result


def _start(resource: Resource[Any], run_id: UUID, source: Source, stage: Stage) -> Flow[None]:
    arguments: dict[str, Any] = {"run_id": str(run_id), "source": source.name}
    last = source.last_number(stage)
    if last is not None:
        reply: Reply = yield resource._rpc_write(
            "start_import", {**arguments, "last_number": last}, accepts=(InvalidValueError,)
        )
        if reply.error is None:
            return
        stage.keep_note("imports whose tickets have new numbers, since theirs are too high", 1)
    yield resource._rpc_write("start_import", arguments)


def _prepare(stage: Stage, source: Source, dry_run: bool) -> None:
    fingerprint = source.fingerprint()
    known = stage.get("source")
    if known is not None and known != fingerprint:
        raise LocalFileError(
            f"{stage.path} is the stage of another import", hint="Delete it, or name another file for this import."
        )
    stage.put("source", fingerprint)
    mode = "dry_run" if dry_run else "import"
    if stage.get("finished") is not None or stage.get("mode") not in (None, mode) or dry_run:
        stage.clear()
    stage.put("mode", mode)
    # Found anew each time: the file may have been mended.
    stage.db.execute("delete from problems where code = 'unreadable'")


def _send_all(
    sender: Sender, stage: Stage, phase: Phase, kind: str, made: Iterator[Made], tell: Callable[[Progress], object]
) -> Flow[None]:
    total = stage.count({"person": "user", "team": "group"}.get(kind, kind))
    done = 0
    tell(Progress(phase, 0, total))
    for batch, problems in _batches(made):
        stage.begin()
        for problem in problems:
            stage.keep_problem(problem)
            stage.save_results([(kind, f"!{problem.item}", "refused", None, None)])
        stage.commit()
        yield from sender.send(kind, [item for item in batch if not sender.knows(item)])
        done += len(batch) + len(problems)
        tell(Progress(phase, done, max(total, done)))


def _batches(made: Iterator[Made]) -> Iterator[tuple[list[Item], list[Problem]]]:
    """Items and problems, as many as fit into a request."""
    batch: list[Item] = []
    problems: list[Problem] = []
    size = 0
    for one in made:
        if isinstance(one, Problem):
            problems.append(one)
            if len(problems) >= _BATCH:
                yield batch, problems
                batch, problems, size = [], [], 0
            continue
        weight = _weight(one.values)
        if batch and (len(batch) >= _BATCH or size + weight > _BYTES_MAX):
            yield batch, problems
            batch, problems, size = [], [], 0
        batch.append(one)
        size += weight
    if batch or problems:
        yield batch, problems


def _weight(values: Mapping[str, Any]) -> int:
    """About how many bytes it has in a request; more rather than fewer."""
    comments = values.get("comments") or ()
    return 1000 + 3 * len(values.get("description") or "") + sum(400 + 3 * len(one["body"]) for one in comments)
