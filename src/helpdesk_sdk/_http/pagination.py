"""Pagers: all items of a list, fetched page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Generic

from .drivers import AsyncDriver, SyncDriver
from .flow import Flow, Page, T


class Pager(Generic[T]):
    """All items of a list, fetched page by page while you iterate. It can be read again; each time it asks anew."""

    def __init__(self, driver: SyncDriver, first: Callable[[], Flow[Page[T]]]) -> None:
        self._driver, self._first = driver, first

    def pages(self) -> Iterator[Page[T]]:
        """The pages themselves."""
        more: Callable[[], Flow[Page[T]]] | None = self._first
        while more is not None:
            page = self._driver.run(more())
            yield page
            more = page.next

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items


class AsyncPager(Generic[T]):
    """All items of a list, fetched page by page while you iterate. It can be read again; each time it asks anew."""

    def __init__(self, driver: AsyncDriver, first: Callable[[], Flow[Page[T]]]) -> None:
        self._driver, self._first = driver, first

    async def pages(self) -> AsyncIterator[Page[T]]:
        """The pages themselves."""
        more: Callable[[], Flow[Page[T]]] | None = self._first
        while more is not None:
            page = await self._driver.run(more())
            yield page
            more = page.next

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item
