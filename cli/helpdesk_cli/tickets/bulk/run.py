"""Carries out a bulk command: chunk by chunk, each ticket through all its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from .wish import Planned, Wish

if TYPE_CHECKING:
    from helpdesk_sdk import BulkResults, Helpdesk, Ticket
    from helpdesk_sdk.errors import ApiError

# As many as the SDK sends in one request.
_CHUNK = 200


@dataclass
class Outcome:
    """What became of a ticket."""

    planned: Planned
    result: str = "not_done"
    """``changed``, ``failed``, ``unchanged``, ``would_change``, ``not_done``, or ``unknown``: no response came."""
    done: list[str] = field(default_factory=list)
    """The steps that were carried out."""
    failed_step: str | None = None
    error: ApiError | None = None


@dataclass(frozen=True)
class _Step:
    name: str
    applies: Callable[[Planned], bool]
    carry_out: Callable[[Sequence[Planned]], BulkResults]


def run(
    hd: Helpdesk, wish: Wish, planned: Sequence[Planned], run_id: UUID, *, finished: Callable[[list[Outcome]], None]
) -> list[Outcome]:
    """Change the tickets.

    Args:
        hd: The connection.
        wish: The change.
        planned: The tickets that it changes.
        run_id: Replies have ids that follow from it: a repetition with the same id sends none twice.
        finished: Receives the outcomes of each chunk; after an error or Ctrl-C also those of all other tickets.
    """
    outcomes = [Outcome(one) for one in planned]
    passed = 0
    try:
        for chunk in _chunks(outcomes):
            for outcome in chunk:
                outcome.result = "unknown"
            _carry_out(_Steps(hd, wish, run_id).all(), chunk)
            finished(chunk)
            passed += len(chunk)
    except BaseException:
        finished(outcomes[passed:])
        raise
    return outcomes


def _chunks(outcomes: list[Outcome]) -> Iterator[list[Outcome]]:
    for start in range(0, len(outcomes), _CHUNK):
        yield outcomes[start : start + _CHUNK]


def _carry_out(steps: Sequence[_Step], chunk: Sequence[Outcome]) -> None:
    """A ticket that is refused in a step takes no further step."""
    for step in steps:
        taking = [outcome for outcome in chunk if outcome.error is None and step.applies(outcome.planned)]
        if not taking:
            continue
        for outcome, result in zip(taking, step.carry_out([one.planned for one in taking]), strict=True):
            if result.error is None:
                outcome.done.append(step.name)
            else:
                outcome.result, outcome.failed_step, outcome.error = "failed", step.name, result.error
    for outcome in chunk:
        if outcome.error is None:
            outcome.result = "changed"


class _Steps:
    """The steps of one chunk."""

    def __init__(self, hd: Helpdesk, wish: Wish, run_id: UUID) -> None:
        self._hd, self._wish, self._run_id = hd, wish, run_id
        # As they are after the assignment, for the revision that closing them expects.
        self._assigned: dict[UUID, Ticket] = {}

    def all(self) -> list[_Step]:
        """The steps, in an order in which no step forbids a later one: a closed ticket cannot be assigned, a
        transferred one may be out of sight."""
        wish = self._wish
        return [
            _Step("update", lambda one: bool(self._first(one)), self._update),
            _Step("untag", lambda one: "tags" in one.changes and bool(wish.remove_tags), self._untag),
            _Step("tag", lambda one: "tags" in one.changes and bool(wish.add_tags), self._tag),
            _Step("assign", lambda one: "assigned_to" in one.changes, self._assign),
            _Step("reply", lambda one: "reply" in one.changes, self._reply),
            _Step("close", lambda one: wish.closes_late and "status" in one.changes, self._close),
            _Step("transfer", lambda one: "team_id" in one.changes, self._transfer),
        ]

    def _first(self, one: Planned) -> dict[str, Any]:
        """The values that are set before everything else."""
        late = self._wish.closes_late or self._wish.reply is not None
        return {name: value for name, value in one.values.items() if not (late and name == "status")}

    def _update(self, some: Sequence[Planned]) -> BulkResults:
        # A Ticket carries its revision: what was changed since the table was shown is refused.
        items = [{"ticket": one.ticket, **self._first(one)} for one in some]
        return self._hd.tickets.update_many(items, raise_on_failure=False)

    def _untag(self, some: Sequence[Planned]) -> BulkResults:
        return self._hd.tickets.untag_many(_tickets(some), *self._wish.remove_tags, raise_on_failure=False)

    def _tag(self, some: Sequence[Planned]) -> BulkResults:
        return self._hd.tickets.tag_many(_tickets(some), *self._wish.add_tags, raise_on_failure=False)

    def _assign(self, some: Sequence[Planned]) -> BulkResults:
        found = self._hd.tickets.assign_many(_tickets(some), self._wish.assignee, raise_on_failure=False)
        for one, result in zip(some, found, strict=True):
            # Two changes by this command at most: the update and the assignment.
            own = 1 + bool(self._first(one))
            if result.error is None and result.value is not None and result.value.revision <= one.ticket.revision + own:  # type: ignore[union-attr]
                self._assigned[one.ticket.ticket_id] = result.value  # type: ignore[assignment]
        return found

    def _reply(self, some: Sequence[Planned]) -> BulkResults:
        status = self._wish.values.get("status")
        items = [
            {
                "ticket": one.ticket,
                "body": self._wish.reply,
                "id": uuid5(self._run_id, str(one.ticket.ticket_id)),
                **({"status": status} if status else {}),
            }
            for one in some
        ]
        return self._hd.tickets.reply_many(items, raise_on_failure=False)

    def _close(self, some: Sequence[Planned]) -> BulkResults:
        items = [{"ticket": self._assigned.get(one.ticket.ticket_id, one.ticket), "status": "closed"} for one in some]
        return self._hd.tickets.update_many(items, raise_on_failure=False)

    def _transfer(self, some: Sequence[Planned]) -> BulkResults:
        assert self._wish.team is not None
        return self._hd.tickets.transfer_many(_tickets(some), self._wish.team, raise_on_failure=False)


def _tickets(some: Sequence[Planned]) -> list[UUID]:
    return [one.ticket.ticket_id for one in some]
