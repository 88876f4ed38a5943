"""Requests with many items: chunks, progress, and a result for each item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from .... import _validation as check
from ...._http.error_mapping import exception_for_item
from ...._http.flow import Flow, Reply
from ...._http.resource import Driver, Resource
from ....bulk import BulkResult, BulkResults
from ....errors import ApiError
from ....models.messages import Message
from ....models.tickets import Ticket
from ..._references import ticket_key

Progress = Callable[[int, int], None]
"""Receives how many items are done, and how many there are."""

_CHUNK = 200
_Prepare = Callable[[Mapping[str, Any]], dict[str, Any]]
_Resolve = Callable[[Mapping[str, Any], dict[str, Any]], Flow[None]]


class BulkRequests(Resource[Driver]):
    """Carries out many items."""

    def _bulk(
        self,
        items: Iterable[Mapping[str, Any]],
        prepare: _Prepare,
        kind: type[Ticket | Message] | None,
        on_progress: Progress | None,
        raise_on_failure: bool,
        resolve: _Resolve | None = None,
    ) -> Flow[BulkResults]:
        given = list(items)
        results: list[BulkResult] = []
        for start in range(0, len(given), _CHUNK):
            chunk = given[start : start + _CHUNK]
            sent: list[tuple[int, dict[str, Any]]] = []
            done: dict[int, BulkResult] = {}
            for index, item in enumerate(chunk, start):
                try:
                    if not isinstance(item, Mapping):
                        raise check.invalid("items", f"must be dicts, got {type(item).__name__}")
                    request = prepare(item)
                    if resolve is not None:
                        yield from resolve(item, request)
                    sent.append((index, request))
                except ApiError as error:
                    done[index] = BulkResult(index, item, error=error)
            if sent:
                outcomes = yield from _carry_out(self, [one for _, one in sent])
                for (index, request), outcome in zip(sent, outcomes, strict=True):
                    done[index] = self._result(index, given[index], request, outcome, kind)
            results += [done[index] for index in sorted(done)]
            if on_progress is not None:
                on_progress(len(results), len(given))
        found = BulkResults(results)
        if raise_on_failure:
            found.raise_for_failures()
        return found

    def _result(
        self,
        index: int,
        item: Mapping[str, Any],
        request: Mapping[str, Any],
        outcome: Mapping[str, Any],
        kind: type[Ticket | Message] | None,
    ) -> BulkResult:
        own = {"create": "ticket_id", "reply": "message_id"}.get(request["action"])
        id = None if own is None else UUID(request[own])
        if outcome.get("ok") is True:
            value = None if kind is None else TypeAdapter(kind).validate_python(outcome["value"])
            return BulkResult(index, item, id, value)
        return BulkResult(index, item, id, error=exception_for_item(outcome["error"]))


def _carry_out(resource: Resource[Any], items: list[dict[str, Any]]) -> Flow[list[Any]]:
    """Send items. Refusals are in the outcomes: the request itself is refused only as every request may be."""
    reply: Reply = yield resource._rpc_write("bulk_tickets", {"items": items})
    return reply.value(list)


def named(item: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket of an item, by its id or its number."""
    if item.get("ticket") is None:
        raise check.invalid("ticket", "is missing")
    key = ticket_key(item["ticket"])
    return {"ticket_id": str(key)} if isinstance(key, UUID) else {"number": key}


def only(item: Mapping[str, Any], known: Iterable[str]) -> None:
    """Check the keys of an item, and its ticket where it must name one."""
    for name in item:
        if name not in known:
            raise check.invalid(str(name)[:50], f"is not known; an item has some of {', '.join(sorted(known))}")
    if "ticket" in known:
        named(item)
