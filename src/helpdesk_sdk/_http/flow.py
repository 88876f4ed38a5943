"""Flows: each method of a resource is written once, and serves the sync and the async client.

A flow is a generator. It yields requests, receives replies, and returns the method's result. It does no I/O: a driver
(``drivers``) sends the requests. The descriptors ``call`` and ``paged`` (``resource``) turn a flow into a method that
is sync or async, like the driver that its resource was made with.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import httpx
from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError

from ..errors import ApiError, UnexpectedResponseError
from .error_mapping import NO_HELPDESK
from .transfers import Target

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, and how it may be treated."""

    http: httpx.Request
    """The request to send."""
    repeatable: bool
    """Whether carrying the request out twice does no harm."""
    write: bool
    """Whether the request changes anything."""
    id: UUID | None = None
    """The id that makes a create repeatable."""
    accepts: tuple[type[ApiError], ...] = ()
    """Errors that the flow handles itself: they come back in the reply. The driver raises all others."""
    best_effort: bool = False
    """Whether any failure comes back in the reply: nothing depends on the request."""
    sink: Target | None = None
    """Where the body of the response goes, a piece at a time; the reply has no content then."""


@dataclass(frozen=True, slots=True)
class AuthCall:
    """One call of the Supabase Auth client."""

    run: Callable[[Any], Any]
    """Takes the Auth client and returns its result; an awaitable, if the client is async."""
    repeatable: bool
    """Whether carrying the call out twice does no harm."""
    accepts: tuple[type[ApiError], ...] = ()
    """Errors that the flow handles itself: they come back in the reply. The driver raises all others."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next request. The reply is None."""

    seconds: float
    """How long."""


@dataclass(frozen=True, slots=True)
class AuthReply:
    """The result of an auth call, or the error that refused it."""

    value: Any = None
    error: ApiError | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The response to a request: the body of a success, or an error that the request accepts."""

    content: bytes
    attempts: int = 1
    """How many times the request was sent. If more than once, an earlier attempt may have been carried out."""
    error: ApiError | None = None
    request_id: str | None = None
    failed: bool = False
    """Whether a request of best effort failed."""

    def raise_error(self) -> None:
        """Raise the accepted error, if there is one."""
        if self.error is not None:
            raise self.error

    def rows(self, kind: type[T]) -> list[T]:
        """The rows of the response."""
        self.raise_error()
        return self._read(_rows_of(kind))

    def first_row(self, kind: type[T]) -> T | None:
        """The first row, or None when there is none."""
        rows = self.rows(kind)
        return rows[0] if rows else None

    def value(self, kind: type[T]) -> T:
        """The value that a database function returned."""
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


Flow = Generator[Request | AuthCall | Pause, Any, T]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list."""

    items: Sequence[T]
    """The items on the page, in the order of the list."""
    next: Callable[[], Flow[Page[T]]] | None = None
    """Reads the next page, for the pager; None on the last page."""
