"""What a reader offers to ``hd.imports``: first it stages what it reads, then it makes items of what is staged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from .items import Item, Problem, RefusedItemError
from .stage import Stage

T = TypeVar("T")
# What reading a value of another type than expected raises.
_ODD_FORM = (AttributeError, KeyError, TypeError, ValueError, OverflowError)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)

Made = Item | Problem
"""An item, or why there is none."""


class Worker(NamedTuple):
    """Somebody who worked in the other helpdesk."""

    person: str
    """The person's id there."""
    role: str
    """``agent`` or ``admin``."""
    teams: list[str]
    """The ids of their teams there."""


class Source(Protocol):
    """A reader of another helpdesk's export. A class that inherits from it has no workers, files, links and merges."""

    name: str
    """The source, e.g. ``zendesk:acme``: ids are unique within it."""
    path: Path
    """The file or folder. By default the stage stands beside it."""

    def fingerprint(self) -> str:
        """What tells this import from another: its files' names and its options."""

    def stage(self, stage: Stage, problem: Callable[[Problem], None], note: Callable[[str, int], None]) -> None:
        """Read everything into the stage. What cannot be read is a problem, what is left out a note."""

    def fields(self, stage: Stage) -> Iterator[Made]:
        """The custom fields."""

    def teams(self, stage: Stage) -> Iterator[Made]:
        """The teams."""

    def people(self, stage: Stage) -> Iterator[Made]:
        """The people."""

    def workers(self, stage: Stage) -> Iterator[Worker]:  # noqa: ARG002  # most sources prove no address
        """Who worked there, with verified addresses: roles and teams that the caller may ask for."""
        return iter(())

    def last_number(self, stage: Stage) -> int | None:  # noqa: ARG002  # most sources have numbers of another kind
        """The highest ``number`` of its tickets, which they keep as far as it is free; None for new numbers."""
        return None

    def tickets(self, stage: Stage, field_keys: Mapping[str, str]) -> Iterator[Made]:
        """The tickets. ``field_keys``: the key of each custom field that was imported, by its id in the source.

        ``item.values["stubs"]`` has a person for each id that stands nowhere else.
        """

    def files(self, stage: Stage) -> Iterator[Made]:  # noqa: ARG002  # most sources have none
        """The files of tickets and comments; ``Item.file`` is where the bytes are. They need the secret key."""
        return iter(())

    def links(self, stage: Stage) -> Iterator[Made]:  # noqa: ARG002  # most sources have none
        """The links between tickets: ``source``, ``kind``, ``target`` and ``linked_at``."""
        return iter(())

    def merges(self, stage: Stage) -> Iterator[Made]:  # noqa: ARG002  # most sources have none
        """The merges: ``source``, ``target``, ``merged_at``, and what the source ticket was before."""
        return iter(())


def made(what: str, place: str, make: Callable[[], T]) -> T | Problem:
    """What ``make`` makes, or why it cannot: an object of another form is refused by itself, whatever it has."""
    try:
        return make()
    except RefusedItemError as refused:
        return Problem(place, what, refused.code, refused.message, refused.hint)
    except _ODD_FORM as error:
        return Problem(place, what, "invalid_object", f"it is not formed as it should be: {_sentence(error)}")


def _sentence(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)[:200]


def moment(field: str, value: Any, now: datetime) -> datetime:
    """A time of the source.

    Raises:
        RefusedItemError: There is none, it has no time zone, or it is not between the year 2000 and now.
    """
    if not isinstance(value, str) or not value:
        raise RefusedItemError("missing_time", f"{field} is missing")
    try:
        found = datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
    except ValueError:
        raise RefusedItemError("invalid_time", f"{field} is no time: {value[:40]!r}") from None
    if found.tzinfo is None:
        raise RefusedItemError("invalid_time", f"{field} has no time zone: {value[:40]!r}")
    if not _FIRST <= found < now:
        raise RefusedItemError("invalid_time", f"{field} is not between the year 2000 and now: {value[:40]!r}")
    return found.astimezone(UTC)


def written(time: datetime) -> str:
    """A time as it is sent."""
    return time.astimezone(UTC).isoformat()


def microseconds(text: str) -> str:
    """A time that was sent, as checksums have it."""
    return str((datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1))
