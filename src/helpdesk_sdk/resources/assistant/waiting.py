"""Waiting for a worker that carries a run out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ..._http.flow import Flow, Pause, Reply
from ..._http.resource import Driver, Resource
from ...models.assistant import Proposal, Run, RunState, Suggestion

_UNFINISHED = {RunState.QUEUED, RunState.LEASED}
_SHORTEST, _LONGEST = 0.25, 2.0


def wait_for_worker(
    resource: Resource[Driver], body: dict[str, Any], run_id: UUID, seconds: float
) -> Flow[Suggestion | None]:
    """Ask for a run, and read it until it is done. Returns None when that takes longer.

    Args:
        resource: The resource that sends the requests.
        body: The arguments of ``request_run``.
        run_id: The id of the run.
        seconds: How long to wait.
    """
    run = yield from resource._call_one(resource._rpc_write("request_run", body, id=run_id), Run)
    left, pause = seconds, _SHORTEST
    while run.state in _UNFINISHED:
        if left <= 0:
            return None
        pause = min(pause, left)
        yield Pause(pause)
        left, pause = left - pause, min(pause * 1.5, _LONGEST)
        query = resource._rest.from_("ai_runs").select("*").eq("run_id", run.run_id)
        found = yield from resource._first_row(resource._read(query), Run)
        if found is None:
            return None
        run = found
    query = resource._rest.from_("proposals").select("*").eq("run_id", run.cached_from or run.run_id)
    reply: Reply = yield resource._read(query.order("created_at", desc=True).limit(1))
    return Suggestion(run=run, proposal=reply.first_row(Proposal))
