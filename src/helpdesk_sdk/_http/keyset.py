"""Keyset pages: the next page begins behind the last row of this one, and costs the same at any depth."""

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

# A project may cap its answers below what was asked for; a page shorter than this is short because nothing is left.
_NEVER_CAPPED = 100


@dataclass(frozen=True, slots=True)
class Keyset:
    """An order in which every row has its own place.

    Attributes:
        column: What the rows are ordered by.
        tie: The unique column that decides between rows that are equal in it; None when the column is unique itself.
        descending: Whether the greatest comes first.
    """

    column: str
    tie: str | None
    descending: bool

    def behind(self, query: Any, row: Model) -> Any:
        """The query, from behind this row on."""
        before = "lt" if self.descending else "gt"
        value = _written(getattr(row, self.column))
        if self.tie is None:
            return query.filter(self.column, before, value)
        tie = _written(getattr(row, self.tie))
        return query.filter(self.column, before + "e", value).or_(
            f'{self.column}.{before}."{value}",{self.tie}.{before}.{tie}'
        )

    def ordered(self, query: Any) -> Any:
        """The query, in this order."""
        query = query.order(self.column, desc=self.descending)
        return query if self.tie is None else query.order(self.tie, desc=self.descending)


def chronological(order: Chronology, tie: str) -> Keyset:
    """By the time of creation."""
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
    """One page of what ``query`` makes, and how to get the next."""
    begun = query() if after is None else keyset.behind(query(), after)
    reply: Reply = yield read(keyset.ordered(begun).limit(size))
    rows = reply.rows(kind)
    if is_last(rows, size):
        return Page(rows)
    return Page(rows, lambda: keyset_page(read, query, kind, keyset, size, rows[-1]))


def is_last(rows: Sequence[object], size: int) -> bool:
    """Whether nothing is left behind a page for which so many rows were asked."""
    return len(rows) < min(size, _NEVER_CAPPED)


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
