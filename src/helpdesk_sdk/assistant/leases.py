"""Leases of runs, and the calls about a leased run. Its secret travels in the header ``x-helpdesk-run``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from .._http.drivers import SyncDriver
from .._http.flow import Flow, Reply
from .._http.resource import Resource
from ..models.base import Model

_HEADER = "x-helpdesk-run"
# A repetition would count as a second call of the model.
_NOT_REPEATABLE = {"begin_model_call"}


class Lease(Model):
    """A run that nobody else carries out now."""

    run_id: UUID
    """The run's id."""
    kind: str
    """What is to be made: ``reply``, ``classification`` …"""
    secret: str
    """Opens the run and nothing else."""


class Runs(Resource[SyncDriver]):
    """What the assistant's login may call."""

    def lease(self, *, max_rows: int, lease_seconds: int) -> list[Lease]:
        """Runs that wait, oldest first."""
        arguments = {"max_rows": max_rows, "lease_seconds": lease_seconds}
        # Repeated after a lost answer, it leases others; the first ones wait until their lease ends.
        return self._send("lease_runs", arguments).value(list[Lease])

    def call(self, lease: Lease, function: str, **arguments: Any) -> Any:
        """Call a database function about a leased run."""
        return self._send(function, arguments, lease.secret).value(object)

    def _send(self, function: str, arguments: dict[str, Any], secret: str | None = None) -> Reply:
        request = self._rpc_write(function, arguments, repeatable=function not in _NOT_REPEATABLE)
        if secret is not None:
            request.http.headers[_HEADER] = secret

        def flow() -> Flow[Reply]:
            reply: Reply = yield request
            return reply

        return self._driver.run(flow())
