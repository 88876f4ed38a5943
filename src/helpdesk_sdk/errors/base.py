"""The root, and the kinds that the other modules refine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    # The local stack's supervisor imports the errors, and needs no pydantic.
    from ..models.tickets import Ticket


class HelpdeskError(Exception):
    """Something went wrong in the helpdesk."""

    message: str
    """What happened, in one sentence."""
    hint: str | None
    """What to do about it, in one sentence; None where nothing is known."""
    client_request_id: str | None = None
    """The SDK's own id of the call, as in the logs of platform, functions and worker; None when nothing was sent."""
    is_transient: bool = False
    """Whether the same call may succeed a little later, without any change: no connection, a rate limit, a failing
    server. Nothing was changed then. UnknownOutcomeError is not transient: repeat that call with ``id=error.id``."""

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").partition("\n")[0]
        self.hint = hint
        super().__init__(self.message)

    def __str__(self) -> str:
        if not self.hint:
            return self.message
        stop = "" if self.message.endswith((".", "!", "?")) else "."
        return f"{self.message}{stop} {self.hint}"


class ApiError(HelpdeskError):
    """The helpdesk refused."""

    reason: str | None = None
    """The stable name of the broken rule, e.g. ``ticket_not_found``; None where no rule of the helpdesk applies."""
    code: str | None
    """The SQLSTATE or the PostgREST code, e.g. ``PT404``."""
    status: int | None
    """The HTTP status; None when the SDK refused before it sent a request."""
    request_id: str | None
    """The platform's id of the request, for questions to its support. The SDK's own is ``client_request_id``."""

    def __init__(
        self,
        message: str | None = None,
        *,
        hint: str | None = None,
        code: str | None = None,
        status: int | None = None,
        reason: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.status = status
        self.reason = reason or type(self).reason
        self.request_id = request_id

    @classmethod
    def family(cls) -> Iterator[type[Self]]:
        """This class and all classes below it."""
        yield cls
        for child in cls.__subclasses__():
            yield from child.family()


class NotFoundError(ApiError):
    """There is no such thing, or it is not yours to see."""


class ConflictError(ApiError):
    """Somebody else was faster, or the present state forbids it."""

    current: Ticket | None = None
    """The ticket as it is now, for conflicts about a ticket that you may see."""
