"""Resources: the nouns of the helpdesk. ``call`` and ``paged`` turn their flows into sync or async methods."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload
from uuid import UUID

import httpx

from ..errors import ApiError
from .drivers import AsyncDriver, SyncDriver
from .flow import Flow, Page, Reply, Request
from .pagination import AsyncPager, Pager
from .request_ids import CLIENT
from .transfers import FileBody

P = ParamSpec("P")

T = TypeVar("T")
Driver = TypeVar("Driver", SyncDriver, AsyncDriver)


class _Query(Protocol):
    """A PostgREST query that was built and not sent."""

    request: Any


def _http_of(query: _Query) -> httpx.Request:
    made: httpx.Request = query.request.send(httpx.Headers())
    return made


class Resource(Generic[Driver]):
    """One noun of the helpdesk. Its methods are sync or async, like its driver."""

    def __init__(self, driver: Driver) -> None:
        self._driver: Driver = driver
        self._rest = driver.context.rest
        self._session_store = driver.context.session_store

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
        """A request that changes something. ``repeatable``: an id or a revision makes a repetition harmless."""
        return Request(_http_of(query), repeatable=repeatable, write=True, id=id, accepts=accepts)

    def _rpc_write(
        self,
        function: str,
        arguments: Mapping[str, Any],
        *,
        repeatable: bool = True,
        id: UUID | None = None,
        accepts: tuple[type[ApiError], ...] = (),
    ) -> Request:
        """A call of a database function that changes something."""
        return self._write(self._rest.rpc(function, dict(arguments)), repeatable=repeatable, id=id, accepts=accepts)

    def _rpc_read(self, function: str, **arguments: Any) -> Request:
        """A call of a database function that only reads. Arguments that are None keep their defaults."""
        given = {name: value for name, value in arguments.items() if value is not None}
        return self._read(self._rest.rpc(function, given, get=True))

    def _platform(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        body: FileBody | None = None,
    ) -> httpx.Request:
        """A request to another service of the project than the Data API: Storage, or an edge function."""
        context = self._driver.context
        sent = {"apikey": context.key.get_secret_value(), "X-Client-Info": CLIENT}
        url, sent = httpx.URL(f"{context.url}{path}"), sent | dict(headers or {})
        extensions = {} if context.timeout is None else {"timeout": httpx.Timeout(context.timeout).as_dict()}
        if body is not None:
            # For a stream httpx adds no headers.
            sent |= {"Host": url.netloc.decode(), "Content-Length": str(body.size)}
            return httpx.Request(method, url, headers=sent, stream=body, extensions=extensions)
        return httpx.Request(method, url, headers=sent, json=json, extensions=extensions)

    def _call_one(self, request: Request, kind: type[T]) -> Flow[T]:
        """The value that a database function returns."""
        reply: Reply = yield request
        return reply.value(kind)

    def _first_row(self, request: Request, kind: type[T]) -> Flow[T | None]:
        """The first row, or None when there is none."""
        reply: Reply = yield request
        return reply.first_row(kind)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._driver.context!r}>"


def _public_signature(flow: Callable[..., Any]) -> inspect.Signature:
    """The signature that a caller sees: without ``self``, and with the flow's result as return type."""
    seen = inspect.signature(flow)
    returns = str(seen.return_annotation)
    if returns.startswith("Flow["):
        returns = returns[5:-1]
    return seen.replace(
        parameters=list(seen.parameters.values())[1:], return_annotation=returns.replace("Page[", "Pager[")
    )


class Method(Generic[P, T]):
    """What ``call``, ``paged`` and ``streamed`` share: docstring, signature, and one method for each instance."""

    def __init__(self, flow: Callable[Concatenate[Any, P], T]) -> None:
        self._flow = flow
        self._signature = _public_signature(flow)
        self._name = flow.__name__
        self.__doc__ = flow.__doc__

    def _bind(self, obj: Resource[Any], method: Callable[..., Any]) -> Any:
        functools.update_wrapper(method, self._flow)
        del method.__wrapped__  # type: ignore[attr-defined]
        method.__signature__ = self._signature  # type: ignore[attr-defined]
        # Kept on the instance, where it shadows this descriptor: the next access is a dictionary look-up.
        obj.__dict__[self._name] = method
        return method


class call(Method[P, Flow[T]], Generic[P, T]):
    """Expose a flow as a method: sync or async, like the driver of its resource."""

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


class paged(Method[P, Flow[Page[T]]], Generic[P, T]):
    """Expose a flow that returns a page as a pager over the items of all pages. It must take ``page_size=``.

    Arguments are checked when the method is called, not when the pager is first read: the flow is created once and
    discarded.
    """

    def __init__(self, flow: Callable[Concatenate[Any, P], Flow[Page[T]]]) -> None:
        super().__init__(flow)
        self._page_size: int = self._signature.parameters["page_size"].default

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
        name = f"{type(obj).__name__.lower()}.{self._name}"

        def method(*args: P.args, **kwargs: P.kwargs) -> Pager[T] | AsyncPager[T]:
            flow(obj, *args, **kwargs).close()

            def first_page(at_most: int | None) -> Flow[Page[T]]:
                size: Any = kwargs.get("page_size", self._page_size)
                given: dict[str, Any] = {**kwargs, "page_size": size if at_most is None else min(size, at_most)}
                return flow(obj, *args, **given)

            if isinstance(driver, SyncDriver):
                return Pager(driver, first_page, name)
            return AsyncPager(driver, first_page, name)

        return self._bind(obj, method)
