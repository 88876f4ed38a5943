"""The watched queue: the tickets in it, and what changed since the last read."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal
from uuid import UUID

if TYPE_CHECKING:
    from helpdesk_sdk import Ticket

QueueOrder = Literal["created_at", "-created_at", "priority"]


class ChangeKind(StrEnum):
    """How a ticket changed."""

    THERE = "there"
    NEW = "new"
    CHANGED = "changed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket that was there at the start, arrived, changed or left.

    Attributes:
        ticket: The ticket. If it left: its present state when that could be read, else its last known state.
        why: Why the ticket left; None when it did not leave, or when the reason is not known.
    """

    kind: ChangeKind
    ticket: Ticket
    why: str | None = None


class Queue:
    """The first tickets of a list, up to a limit.

    Args:
        order: The order of the list: ``created_at``, ``-created_at`` or ``priority``.

    Attributes:
        tickets: The tickets in the queue now.
        more: Whether the list has more tickets.
    """

    def __init__(self, order: QueueOrder) -> None:
        self._sort_key = priority_order if order == "priority" else _age_order
        self._descending = order.startswith("-")
        self._loaded = False
        self.tickets: Sequence[Ticket] = ()
        self.more = False

    def update(self, tickets: Sequence[Ticket], *, more: bool, touched: Set[UUID] = frozenset()) -> list[Change]:
        """Replace the tickets; returns the changes, tickets that left first.

        A ticket that moves beyond the limit has not left, and a ticket that moves up from there is not new.

        Args:
            tickets: The first tickets of the list now.
            more: Whether the list has more.
            touched: Tickets with a change that their row does not show, such as a new note.
        """
        before, now = self._by_id(), {ticket.ticket_id: ticket for ticket in tickets}
        gone = [old for key, old in before.items() if key not in now and not self._is_beyond_end(old, tickets, more)]
        changes = [Change(ChangeKind.LEFT, old) for old in gone]
        for key, ticket in now.items():
            if not self._loaded:
                changes.append(Change(ChangeKind.THERE, ticket))
            elif key not in before:
                if not self._is_beyond_end(ticket, self.tickets, self.more):
                    changes.append(Change(ChangeKind.NEW, ticket))
            elif key in touched or _fingerprint(ticket) != _fingerprint(before[key]):
                changes.append(Change(ChangeKind.CHANGED, ticket))
        self.tickets, self.more, self._loaded = tuple(tickets), more, True
        return changes

    def _by_id(self) -> dict[UUID, Ticket]:
        return {ticket.ticket_id: ticket for ticket in self.tickets}

    def _is_beyond_end(self, ticket: Ticket, tickets: Sequence[Ticket], more: bool) -> bool:
        """Whether the ticket sorts after the last of these, in a list that has more."""
        if not more or not tickets:
            return False
        place, last = self._sort_key(ticket), self._sort_key(tickets[-1])
        return place < last if self._descending else place > last


def priority_order(ticket: Ticket) -> tuple[object, ...]:
    """The sort key that puts the most urgent tickets first, and among them the oldest."""
    return ticket.priority_rank, *_age_order(ticket)


def _age_order(ticket: Ticket) -> tuple[object, ...]:
    return ticket.created_at, ticket.ticket_id


def _fingerprint(ticket: Ticket) -> tuple[object, ...]:
    """Values of which at least one differs when the ticket has changed."""
    return ticket.revision, ticket.updated_at, ticket.last_message_id
