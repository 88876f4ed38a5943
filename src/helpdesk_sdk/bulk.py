"""The results of many changes at once, one for each item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload
from uuid import UUID

from .errors import ApiError, HelpdeskError
from .models.mail import InboundEmail
from .models.messages import Message
from .models.tickets import Ticket


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one item."""

    index: int
    """The item's place among the items that were given, from 0."""
    item: Mapping[str, Any]
    """The item as it was given."""
    id: UUID | None = None
    """The id of the ticket or message that was to be made: given with the item, a repetition makes no second one. Of a
    mail in quarantine, the mail's id."""
    value: Ticket | Message | InboundEmail | None = None
    """The ticket after the change, the message that was sent, or the mail that was decided on; None for tags, and when
    the item failed."""
    error: ApiError | None = None
    """Why the item failed; None when it succeeded. An item that failed has changed nothing."""

    @property
    def ok(self) -> bool:
        """Whether the item succeeded."""
        return self.error is None


class BulkResults(Sequence[BulkResult]):
    """The results of a bulk call, in the order of the items."""

    def __init__(self, results: Sequence[BulkResult]) -> None:
        self._results = tuple(results)

    @overload
    def __getitem__(self, index: int) -> BulkResult: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[BulkResult]: ...
    def __getitem__(self, index: int | slice) -> BulkResult | Sequence[BulkResult]:
        return self._results[index]

    def __len__(self) -> int:
        return len(self._results)

    def __iter__(self) -> Iterator[BulkResult]:
        return iter(self._results)

    def __repr__(self) -> str:
        return f"<BulkResults: {len(self) - len(self.failed)} succeeded, {len(self.failed)} failed>"

    @property
    def failed(self) -> tuple[BulkResult, ...]:
        """The items that failed."""
        return tuple(result for result in self._results if result.error is not None)

    @property
    def succeeded(self) -> tuple[BulkResult, ...]:
        """The items that succeeded."""
        return tuple(result for result in self._results if result.error is None)

    def raise_for_failures(self) -> None:
        """Raise an error if an item failed.

        Raises:
            BulkFailedError: At least one item failed.
        """
        if self.failed:
            raise BulkFailedError(self)


class BulkFailedError(HelpdeskError):
    """Some items of a bulk call failed."""

    results: BulkResults
    """The results of all items."""

    def __init__(self, results: BulkResults) -> None:
        failed = results.failed
        super().__init__(
            f"{len(failed)} of {len(results)} items failed; the first is item {failed[0].index}: {failed[0].error}",
            hint="error.results.failed has each of them with its error. The other items were carried out.",
        )
        self.results = results
