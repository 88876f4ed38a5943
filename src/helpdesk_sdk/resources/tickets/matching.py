"""Lists of tickets that match a query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page
from ..._http.resource import Resource
from ...models.tickets import Ticket
from .._queries import SORTS, Query, matching_page, query_arguments


def list_matching(
    resource: Resource[Any], query: Query, given: Mapping[str, object], scope: str | None, order: str, page_size: int
) -> Flow[Page[Ticket]]:
    """The pages of ``tickets.list(query=…)``; ``given`` are the other filters, of which none may be given."""
    for name, value in given.items():
        if value is not None:
            raise check.invalid(name, f"cannot go with query: write it into the query, like {name}:…")
    if order not in SORTS:
        raise check.invalid("order", f"with query must be one of {', '.join(SORTS)}")
    if scope not in {None, "mine", "team"}:
        raise check.invalid("scope", "must be mine or team")
    arguments = query_arguments(query) | {"mine": scope == "mine"}
    return matching_page(resource, arguments, order, check.integer("page_size", page_size, 1, limits.PAGE_MAX))
