"""One source, two colours: a resource's method is written once, as a flow.

A flow is a generator. It yields requests, receives replies, and returns what the caller gets. It does no I/O, so it has
no colour; a driver (see ``_transport``) runs it, and the descriptors ``call`` and ``paged`` make a method of it that is
plain or awaitable, like the driver its resource was built with.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

import httpx
from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError

from ..errors import ApiError, UnexpectedResponseError
from .error_mapping import NO_HELPDESK

if TYPE_CHECKING:
    pass

T = TypeVar("T")


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

    def rows(self, kind: type[T]) -> list[T]:
        """The rows of the answer."""
        self.raise_error()
        return self._read(_rows_of(kind))

    def first_row(self, kind: type[T]) -> T | None:
        """The first row, or None when there is none."""
        rows = self.rows(kind)
        return rows[0] if rows else None

    def value(self, kind: type[T]) -> T:
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
