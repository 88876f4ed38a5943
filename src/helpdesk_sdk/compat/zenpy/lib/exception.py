"""The errors that scripts catch. Each has the error of this package as its cause (``__cause__``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from helpdesk_sdk import HelpdeskError, NotFoundError

__all__ = ["APIException", "RecordNotFoundException", "ZenpyException"]


class ZenpyException(Exception):
    """What was asked has no counterpart here, or was not valid."""


class APIException(ZenpyException):
    """The helpdesk refused a request, or did not answer."""


class RecordNotFoundException(APIException):
    """There is no such ticket, person or group, or it is not yours to see."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise the errors of this package as those of Zenpy."""
    try:
        yield
    except NotFoundError as error:
        raise RecordNotFoundException(str(error)) from error
    except HelpdeskError as error:
        raise APIException(str(error)) from error
