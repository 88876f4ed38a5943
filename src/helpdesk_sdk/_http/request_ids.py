"""The id that leads from a call of the SDK through the logs of the platform, of the functions and of the worker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID, uuid4

from .. import _validation as check
from .._version import __version__

HEADER = "X-Client-Request-Id"
CLIENT = f"helpdesk-sdk/{__version__}"
# The alphabet of common ids: UUIDs, ULIDs, trace ids of W3C and AWS. Nothing that breaks a header or a line of a log.
_ID = re.compile(r"[A-Za-z0-9._:/=+-]{1,100}")
_current: ContextVar[str | None] = ContextVar("helpdesk_client_request_id", default=None)


@contextmanager
def client_request_id(value: str | UUID) -> Iterator[str]:
    """All calls in the block carry this id: ``with client_request_id(request.headers["X-Request-Id"]): …``.

    It holds for the present thread or task, and for the tasks begun in the block. Without it each call has an id of its
    own. The id is written to logs: it must name no person.

    Args:
        value: 1 to 100 letters, digits and ``. _ : / = + -``.

    Raises:
        InvalidValueError: The id is not valid.
    """
    found = str(value)
    if not _ID.fullmatch(found):
        raise check.invalid("client_request_id", "must have 1 to 100 letters, digits and . _ : / = + -")
    token = _current.set(found)
    try:
        yield found
    finally:
        _current.reset(token)


def next_id() -> str:
    """The id of the next call: that of the block around it, or a new one."""
    return _current.get() or uuid4().hex


def id_headers(request_id: str) -> dict[str, str]:
    """The headers with the id. Of all headers that a client chooses, the platform's log of requests keeps
    X-Client-Info; the database and the functions read the other one."""
    return {HEADER: request_id, "X-Client-Info": f"{CLIENT} request-id/{request_id}"}
