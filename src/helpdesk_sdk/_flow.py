"""One source, two colours: a resource's method is written once, as a flow.

A flow is a generator. It yields requests, receives replies, and returns what the caller gets. It does no I/O, so it has
no colour; a driver (see ``_transport``) runs it, and the descriptors ``call`` and ``paged`` make a method of it that is
plain or awaitable, like the driver its resource was built with.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload
from uuid import UUID

import httpx
from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError

from ._failures import NO_HELPDESK
from .errors import ApiError, UnexpectedResponseError

if TYPE_CHECKING:
    from ._transport import AsyncDriver, SyncDriver

P = ParamSpec("P")
T = TypeVar("T")
Driver = TypeVar("Driver", "SyncDriver", "AsyncDriver")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, and what may be done about it.

    Attributes:
        http: What to send.
        repeatable: Whether it does no harm when it is carried out twice.
        write: Whether it changes anything.
        id: The id that makes a create repeatable.
        accepts: Errors that come back in the reply, for the flow to deal with; all others are raised by the driver.
    """

    http: httpx.Request
    repeatable: bool
    write: bool
    id: UUID | None = None
    accepts: tuple[type[ApiError], ...] = ()


@dataclass(frozen=True, slots=True)
class AuthCall:
    """One call of the Supabase Auth client.

    Attributes:
        run: Gets the client and returns its result, awaitable in the async colour.
        repeatable: Whether it does no harm when it is carried out twice.
        accepts: Errors that come back in the reply, for the flow to deal with; all others are raised by the driver.
    """

    run: Callable[[Any], Any]
    repeatable: bool
    accepts: tuple[type[ApiError], ...] = ()


@dataclass(frozen=True, slots=True)
class AuthReply:
    """What an auth call returned, or the error it was refused with."""

    value: Any = None
    error: ApiError | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the body of a success, or an error that the request accepts.

    Attributes:
        attempts: How many times the request was sent; from the second on, an earlier one may have been carried out.
    """

    content: bytes
    attempts: int = 1
    error: ApiError | None = None
    request_id: str | None = None

    def raise_error(self) -> None:
        """Raise the accepted error, if there is one."""
        if self.error is not None:
            raise self.error

    def many(self, kind: type[T]) -> list[T]:
        """The rows of the answer."""
        self.raise_error()
        return self._read(_rows_of(kind))

    def first(self, kind: type[T]) -> T | None:
        """The first row, or None when there is none."""
        rows = self.many(kind)
        return rows[0] if rows else None

    def one(self, kind: type[T]) -> T:
        """The value that a function returned."""
        self.raise_error()
        return self._read(_value_of(kind))

    def _read(self, adapter: TypeAdapter[T]) -> T:
        try:
            return adapter.validate_json(self.content)
        except PydanticError as problem:
            first = problem.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "body"
            message = f"The answer cannot be read: {where}: {first['msg']}"
            raise UnexpectedResponseError(message, hint=NO_HELPDESK, request_id=self.request_id) from None


_adapters: dict[tuple[bool, type[Any]], TypeAdapter[Any]] = {}


def _rows_of(kind: type[T]) -> TypeAdapter[list[T]]:
    if (True, kind) not in _adapters:
        _adapters[True, kind] = TypeAdapter(list[kind])  # type: ignore[valid-type]
    return _adapters[True, kind]


def _value_of(kind: type[T]) -> TypeAdapter[T]:
    if (False, kind) not in _adapters:
        _adapters[False, kind] = TypeAdapter(kind)
    return _adapters[False, kind]


Flow = Generator[Request | AuthCall, Any, T]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: What is on it.
        next: Where the next one comes from; None on the last.
    """

    items: Sequence[T]
    next: Callable[[], Flow[Page[T]]] | None = None


class _Query(Protocol):
    """A PostgREST query, built and not sent."""

    request: Any


def _http_of(query: _Query) -> httpx.Request:
    made: httpx.Request = query.request.send(httpx.Headers())
    return made


class Resource(Generic[Driver]):
    """One noun of the helpdesk, on a driver that gives its methods their colour."""

    def __init__(self, driver: Driver) -> None:
        self._driver: Driver = driver
        self._rest = driver.kernel.rest
        self._keeper = driver.kernel.keeper

    def _read(self, query: _Query) -> Request:
        """A request that only reads."""
        return Request(_http_of(query), repeatable=True, write=False)

    def _write(
        self,
        query: _Query,
        *,
        repeatable: bool = True,
        id: UUID | None = None,
        accepts: tuple[type[ApiError], ...] = (),
    ) -> Request:
        """A request that changes something. Repeatable: its id, revision or nature makes a second time harmless."""
        return Request(_http_of(query), repeatable=repeatable, write=True, id=id, accepts=accepts)

    def _rpc(
        self,
        function: str,
        arguments: Mapping[str, Any],
        *,
        repeatable: bool = True,
        id: UUID | None = None,
        accepts: tuple[type[ApiError], ...] = (),
    ) -> Request:
        """A function that changes something."""
        return self._write(self._rest.rpc(function, dict(arguments)), repeatable=repeatable, id=id, accepts=accepts)

    def _ask(self, function: str, **arguments: Any) -> Request:
        """A function that only reads; arguments that are None keep their defaults."""
        given = {name: value for name, value in arguments.items() if value is not None}
        return self._read(self._rest.rpc(function, given, get=True))

    def _one(self, request: Request, kind: type[T]) -> Flow[T]:
        """The value that a function returns."""
        reply: Reply = yield request
        return reply.one(kind)

    def _first(self, request: Request, kind: type[T]) -> Flow[T | None]:
        """The first row, or None when there is none."""
        reply: Reply = yield request
        return reply.first(kind)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._driver.kernel!r}>"


def _public_signature(flow: Callable[..., Any]) -> inspect.Signature:
    """How a caller sees the method: without ``self``, and returning what the flow returns."""
    seen = inspect.signature(flow)
    returns = str(seen.return_annotation)
    if returns.startswith("Flow["):
        returns = returns[5:-1]
    return seen.replace(
        parameters=list(seen.parameters.values())[1:], return_annotation=returns.replace("Page[", "Pager[")
    )


class Method(Generic[P, T]):
    """What ``call``, ``paged`` and ``streamed`` share: documentation, signature, and one method made per instance."""

    def __init__(self, flow: Callable[Concatenate[Any, P], T]) -> None:
        self._flow = flow
        self._signature = _public_signature(flow)
        self._name = flow.__name__
        self.__doc__ = flow.__doc__

    def _bind(self, obj: Resource[Any], method: Callable[..., Any]) -> Any:
        functools.update_wrapper(method, self._flow)
        del method.__wrapped__  # type: ignore[attr-defined]
        method.__signature__ = self._signature  # type: ignore[attr-defined]
        # Kept on the instance, which shadows this descriptor: the next access costs a dictionary look-up.
        obj.__dict__[self._name] = method
        return method


class call(Method[P, Flow[T]], Generic[P, T]):
    """Expose a flow as a plain method; awaitable when the driver is."""

    @overload
    def __get__(self, obj: Resource[SyncDriver], owner: object = None) -> Callable[P, T]: ...
    @overload
    def __get__(self, obj: Resource[AsyncDriver], owner: object = None) -> Callable[P, Coroutine[Any, Any, T]]: ...
    @overload
    def __get__(self, obj: None, owner: object = None) -> Callable[Concatenate[Any, P], Flow[T]]: ...
    def __get__(self, obj: Any, owner: object = None) -> Any:
        if obj is None:
            return self._flow
        run, flow = obj._driver.run, self._flow
        return self._bind(obj, lambda *args, **kwargs: run(flow(obj, *args, **kwargs)))


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


class paged(Method[P, Flow[Page[T]]], Generic[P, T]):
    """Expose a flow that returns a page as an iterator over the items of all pages.

    The function is called once at once and its flow thrown away: so one that checks its arguments before it returns a
    flow refuses bad ones where they are given, and not where the pager is read.
    """

    @overload
    def __get__(self, obj: Resource[SyncDriver], owner: object = None) -> Callable[P, Pager[T]]: ...
    @overload
    def __get__(self, obj: Resource[AsyncDriver], owner: object = None) -> Callable[P, AsyncPager[T]]: ...
    @overload
    def __get__(self, obj: None, owner: object = None) -> Callable[Concatenate[Any, P], Flow[Page[T]]]: ...
    def __get__(self, obj: Any, owner: object = None) -> Any:
        if obj is None:
            return self._flow
        driver, flow = obj._driver, self._flow

        def method(*args: P.args, **kwargs: P.kwargs) -> Pager[T] | AsyncPager[T]:
            flow(obj, *args, **kwargs).close()
            made: Pager[T] | AsyncPager[T] = driver.pager(lambda: flow(obj, *args, **kwargs))
            return made

        return self._bind(obj, method)
