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


@dataclass(frozen=True, slots=True)
class Keyset:
    """A total order of rows.

    Attributes:
        column: The column that orders the rows.
        tie: The unique column that orders rows with equal values; None when ``column`` is unique.
        descending: Whether the greatest value comes first.
    """

    column: str
    tie: str | None
    descending: bool

    def behind(self, query: Any, row: Model) -> Any:
        """The query for the rows after this one."""
        before = "lt" if self.descending else "gt"
        value = _written(getattr(row, self.column))
        if self.tie is None:
            return query.filter(self.column, before, value)
        tie = _written(getattr(row, self.tie))
        return query.filter(self.column, before + "e", value).or_(
            f'{self.column}.{before}."{value}",{self.tie}.{before}.{tie}'
        )

    def ordered(self, query: Any) -> Any:
        """The query with this order."""
        query = query.order(self.column, desc=self.descending)
        return query if self.tie is None else query.order(self.tie, desc=self.descending)


def chronological(order: Chronology, tie: str) -> Keyset:
    """The order by time of creation."""
    if order not in ("created_at", "-created_at"):
        raise check.invalid("order", "must be one of created_at, -created_at")
    return Keyset("created_at", tie, descending=order.startswith("-"))


def keyset_page(
    read: Callable[[Any], Request],
    query: Callable[[], Any],
    kind: type[M],
    keyset: Keyset,
    size: int,
    after: M | None = None,
) -> Flow[Page[M]]:
    """One page of the rows that ``query`` selects, and how to read the next page."""
    begun = query() if after is None else keyset.behind(query(), after)
    reply: Reply = yield read(keyset.ordered(begun).limit(size))
    rows = reply.rows(kind)
    if is_last(rows, size):
        return Page(rows)
    return Page(rows, lambda: keyset_page(read, query, kind, keyset, size, rows[-1]))


def is_last(rows: Sequence[object], size: int) -> bool:
    """Whether these rows are the last page; ``size`` is the page size that was asked for."""
    return len(rows) < min(size, _NEVER_CAPPED)


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
