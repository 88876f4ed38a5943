"""Queries: a text or a tree, and the pages of tickets that match."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply
from .._http.resource import Resource
from ..models.base import Model
from ..models.counts import TicketCount
from ..models.tickets import Ticket

Query = str | Mapping[str, Any]
"""A query: the text that people type, such as ``status:open "double charge"``, or a tree."""

SORTS = ("-created_at", "created_at", "-updated_at", "updated_at", "priority", "-priority")


class _TicketPage(Model):
    tickets: tuple[Ticket, ...]
    next: str | None = None


class _Count(Model):
    count: int
    more: bool


def query_arguments(query: object) -> dict[str, Any]:
    """The arguments of the database's functions for a query. The database reads it; here only its form is checked."""
    if isinstance(query, str):
        return {"query": check.text("query", query, 0, limits.QUERY_MAX)}
    if not isinstance(query, Mapping):
        raise check.invalid("query", f"must be text or a tree (a dict), got {type(query).__name__}")
    try:
        written = json.dumps(query, ensure_ascii=False, allow_nan=False, default=_plain)
        size = len(written.encode())
    except (TypeError, ValueError, RecursionError) as problem:
        raise check.invalid("query", f"must be a tree of JSON values: {problem}") from None
    if size > limits.JSON_BYTES_MAX:
        raise check.invalid("query", f"must be at most {limits.JSON_BYTES_MAX} bytes of JSON, got {size}")
    return {"tree": json.loads(written)}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, UUID | StrEnum):
        return str(value)
    if isinstance(value, datetime):
        return check.timestamp("query", value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def matching_page(
    resource: Resource[Any], arguments: Mapping[str, Any], sort: str, size: int, cursor: str | None = None
) -> Flow[Page[Ticket]]:
    """A page of the tickets that match, and how to read the next page."""
    given = {**arguments, "sort": sort, "max_rows": size, **({} if cursor is None else {"cursor": cursor})}
    page = yield from resource._call_one(resource._read(resource._rest.rpc("query_tickets", given)), _TicketPage)
    following = page.next
    if following is None:
        return Page(list(page.tickets))
    return Page(list(page.tickets), lambda: matching_page(resource, arguments, sort, size, following))


def count_matching(resource: Resource[Any], arguments: Mapping[str, Any]) -> Flow[TicketCount]:
    """How many tickets match, to 1,000."""
    reply: Reply = yield resource._read(resource._rest.rpc("count_tickets", dict(arguments)))
    found = reply.value(_Count)
    return TicketCount(value=found.count, capped=found.more)
