"""The reconciliation: counts and checksums of the source against those that the helpdesk computes from its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..._http.flow import Flow, Reply
from ..._http.resource import Resource
from ...imports.desks import Stage
from ...models.imports import ImportCheck

_AT_ONCE = 1000
_NAMED_MAX = 20
KINDS = ("field", "team", "person", "ticket", "message", "note", "file", "link", "merge")


def compare(
    resource: Resource[Any], stage: Stage, source: str, tell: Callable[[int, int], object]
) -> Flow[list[ImportCheck]]:
    """Compare everything that this import found or made."""
    checks = []
    total = int(stage.db.execute("select count(*) from results where checksum is not null").fetchone()[0])
    done = 0
    for kind in KINDS:
        wanted = there = 0
        differing: list[str] = []
        adds_up = True
        for rows in stage.sums(kind, _AT_ONCE):
            count, equal = yield from _same(resource, source, kind, rows)
            wanted, there = wanted + len(rows), there + count
            if not equal:
                adds_up = False
                yield from _find(resource, source, kind, rows, differing)
            done += len(rows)
            tell(done, total)
        checks.append(
            ImportCheck(
                kind=kind, source_count=wanted, helpdesk_count=there, differing=tuple(differing), adds_up=adds_up
            )
        )
    return checks


def _same(resource: Resource[Any], source: str, kind: str, rows: list[tuple[str, int]]) -> Flow[tuple[int, bool]]:
    """How many of these the helpdesk has, and whether count and checksum are the same."""
    arguments = {
        "source": source,
        "kind": "comment" if kind in ("message", "note") else kind,
        "external_ids": [id for id, _ in rows],
    }
    reply: Reply = yield resource._rpc_write("import_totals", arguments)
    found = reply.value(dict)[kind]
    return found["count"], found["count"] == len(rows) and int(found["checksum"]) == sum(one for _, one in rows)


def _find(
    resource: Resource[Any], source: str, kind: str, rows: list[tuple[str, int]], differing: list[str]
) -> Flow[None]:
    """Add the ids of those that differ, found by halves."""
    if len(differing) >= _NAMED_MAX:
        return
    if len(rows) == 1:
        differing.append(rows[0][0])
        return
    for half in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
        _, equal = yield from _same(resource, source, kind, half)
        if not equal:
            yield from _find(resource, source, kind, half, differing)
