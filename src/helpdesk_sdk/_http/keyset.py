"""Keyset pages: each page begins after the last row of the page before, so every page costs the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from .. import _validation as check
from ..models.base import Model
from .flow import Flow, Page, Reply, Request

M = TypeVar("M", bound=Model)

Chronology = Literal["created_at", "-created_at"]
"""Oldest first, or newest first."""

# A project may cap the rows of a response below the page size. No project caps below this number: a shorter page is
# the last one.
_NEVER_CAPPED = 100


def either(query: Any, *filters: str) -> Any:
    """The query for the rows that match one of these filters.

    Not by ``or_()``: a page after the first has a filter of that name, and the local stack takes one of each name.
    """
    query.request.params = query.request.params.add("and", f"(or({','.join(filters)}))")
    return query


@dataclass(frozen=True, slots=True)
class Keyset:
    """A total order of rows."""

    column: str
    """The column that orders the rows."""
    tie: str | None
    """The unique column that orders rows with equal values; None when ``column`` is unique."""
    descending: bool
    """Whether the greatest value comes first."""
    group: str | None = None
    """A column of few values that orders the rows before ``column`` does; None for no groups."""

    def behind(self, query: Any, row: Model) -> Any:
        """The query for the rows after this one, in its group."""
        beyond = self._beyond
        value = _written(getattr(row, self.column))
        if self.group is not None:
            query = query.eq(self.group, getattr(row, self.group))
        if self.tie is None:
            return query.filter(self.column, beyond, value)
        tie = _written(getattr(row, self.tie))
        return query.filter(self.column, beyond + "e", value).or_(
            f'{self.column}.{beyond}."{value}",{self.tie}.{beyond}.{tie}'
        )

    def behind_group(self, query: Any, row: Model) -> Any:
        """The query for the groups after the group of this row."""
        return query.filter(self.group, self._beyond, getattr(row, self.group or ""))

    def ordered(self, query: Any) -> Any:
        """The query with this order."""
        for column in (self.group, self.column, self.tie):
            query = query if column is None else query.order(column, desc=self.descending)
        return query

    @property
    def _beyond(self) -> str:
        return "lt" if self.descending else "gt"


def chronological(order: Chronology) -> Keyset:
    """The order of writing on one ticket. Not by time: the database's clock can step back."""
    if order not in ("created_at", "-created_at"):
        raise check.invalid("order", "must be one of created_at, -created_at")
    return Keyset("sequence", None, descending=order.startswith("-"))


def keyset_page(
    read: Callable[[Any], Request],
    query: Callable[[], Any],
    kind: type[M],
    keyset: Keyset,
    size: int,
    after: M | None = None,
) -> Flow[Page[M]]:
    """One page of the rows that ``query`` selects, and how to read the next page."""
    start = query() if after is None else keyset.behind(query(), after)
    reply: Reply = yield read(keyset.ordered(start).limit(size))
    rows = reply.rows(kind)
    last = is_last(rows, size)
    if last and after is not None and keyset.group is not None:
        # The group ends on this page. The groups after it are a second request: with one condition for both, the
        # database would read the group from its first row.
        left = size - len(rows)
        reply = yield read(keyset.ordered(keyset.behind_group(query(), after)).limit(left))
        found = reply.rows(kind)
        rows, last = [*rows, *found], is_last(found, left)
    if last:
        return Page(rows)
    return Page(rows, lambda: keyset_page(read, query, kind, keyset, size, rows[-1]))


def is_last(rows: Sequence[object], size: int) -> bool:
    """Whether these rows are the last page; ``size`` is the page size that was asked for."""
    return len(rows) < min(size, _NEVER_CAPPED)


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
