"""Pagers: the items of a list, fetched page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Generic, Self

from .. import _validation as check
from .drivers import AsyncDriver, SyncDriver
from .flow import Flow, Page, T

FirstPage = Callable[[int | None], Flow[Page[T]]]
"""Reads the first page, with at most so many items; None for the list's own page size."""
_LIMIT_MAX = 2**31 - 1


class _List(Generic[T]):
    """What both pagers share: what to read, and how many items at most."""

    def __init__(self, driver: Any, first_page: FirstPage[T], name: str, limit: int | None = None) -> None:
        self._driver, self._first_page, self._name, self._limit = driver, first_page, name, limit

    def limit(self, count: int) -> Self:
        """The same list, cut after this many items; no page is longer than needed.

        Args:
            count: How many items at most, from 1.

        Raises:
            InvalidValueError: The count is not a whole number from 1.
        """
        count = check.integer("limit", count, 1, _LIMIT_MAX)
        return type(self)(self._driver, self._first_page, self._name, min(count, self._limit or count))

    def __repr__(self) -> str:
        limit = "" if self._limit is None else f", at most {self._limit} items"
        return f"<{type(self).__name__} of {self._name}{limit}: iterate over it, or call first() or all()>"

    def _start(self) -> Callable[[], Flow[Page[T]]]:
        return lambda: self._first_page(self._limit)

    def _cut(self, page: Page[T], seen: int) -> Page[T]:
        """The page, without what is behind the limit; ``seen`` counts the items before it."""
        if self._limit is None or seen + len(page.items) < self._limit:
            return page
        return Page(page.items[: self._limit - seen])


class Pager(_List[T]):
    """The items of a list, fetched page by page while you iterate. Each iteration asks the helpdesk anew."""

    _driver: SyncDriver

    def pages(self) -> Iterator[Page[T]]:
        """The pages, for those who count requests."""
        seen = 0
        more: Callable[[], Flow[Page[T]]] | None = self._start()
        while more is not None:
            page = self._cut(self._driver.run(more()), seen)
            yield page
            seen, more = seen + len(page.items), page.next

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items

    def first(self) -> T | None:
        """The first item, or None when the list is empty. Fetches no other item."""
        return next(iter(self.limit(1)), None)

    def all(self) -> list[T]:
        """All items at once, in memory; with ``limit(count)`` at most so many."""
        return list(self)


class AsyncPager(_List[T]):
    """The items of a list, fetched page by page while you iterate. Each iteration asks the helpdesk anew."""

    _driver: AsyncDriver

    async def pages(self) -> AsyncIterator[Page[T]]:
        """The pages, for those who count requests."""
        seen = 0
        more: Callable[[], Flow[Page[T]]] | None = self._start()
        while more is not None:
            page = self._cut(await self._driver.run(more()), seen)
            yield page
            seen, more = seen + len(page.items), page.next

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def first(self) -> T | None:
        """The first item, or None when the list is empty. Fetches no other item."""
        return next(iter(await self.limit(1).all()), None)

    async def all(self) -> list[T]:
        """All items at once, in memory; with ``limit(count)`` at most so many."""
        return [item async for item in self]
