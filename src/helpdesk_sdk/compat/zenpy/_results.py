"""Lists that are read while a script goes through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar, overload

from helpdesk_sdk import Helpdesk

from .lib.api_objects import JobStatus, Ticket, TicketAudit
from .lib.exception import APIException, translated

T = TypeVar("T")


class Results(Generic[T]):
    """Objects of a list, page by page; ``results[:10]`` reads no more than it needs."""

    def __init__(self, read: Callable[[], Iterable[T]], count: Callable[[], int] | None = None) -> None:
        self._read = read
        self._count = count
        self._iterator: Iterator[T] | None = None

    def __iter__(self) -> Iterator[T]:
        self._iterator = self._objects()
        return self._iterator

    def __next__(self) -> T:
        if self._iterator is None:
            self._iterator = self._objects()
        return next(self._iterator)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return list(islice(self._objects(), place.start, place.stop, place.step))
        try:
            return next(islice(self._objects(), place, None))
        except StopIteration:
            raise IndexError(place) from None

    def __len__(self) -> int:
        if self._count is None:
            return sum(1 for _ in self._objects())
        with translated():
            return self._count()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self)

    def _objects(self) -> Iterator[T]:
        with translated():
            yield from self._read()

    def __bool__(self) -> bool:
        return any(True for _ in self._objects())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def count_all(hd: Helpdesk) -> int:
    """How many tickets there are. The helpdesk counts up to 1,000; more are read to be counted.

    Args:
        hd: The client.
    """
    counted = hd.tickets.count()
    return sum(1 for _ in hd.tickets.list(page_size=1000)) if counted.capped else counted.value


def job(action: str, tickets: list[Ticket], one: Callable[[Ticket], TicketAudit]) -> JobStatus:
    """Change each ticket by itself: one that fails does not stop the others.

    Args:
        action: ``create`` or ``update``.
        tickets: The tickets.
        one: Changes one of them.
    """
    results: list[dict[str, Any]] = []
    for index, ticket in enumerate(tickets):
        try:
            results.append({"index": index, "id": one(ticket).ticket.id, "action": action, "success": True})
        except APIException as error:
            results.append({"index": index, "id": ticket.id, "error": type(error).__name__, "details": str(error)})
    return JobStatus(status="completed", total=len(tickets), progress=len(tickets), results=results)
