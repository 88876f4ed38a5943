"""The queue that is watched: which tickets are in it, and what has become of it since it was last looked at."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from helpdesk_sdk import Ticket

_RANKS = {"urgent": 0, "high": 1, "medium": 2, "low": 3}


class Kind(StrEnum):
    """What has become of a ticket."""

    THERE = "there"
    NEW = "new"
    CHANGED = "changed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket that was there at first, came, changed or left.

    Attributes:
        ticket: The ticket; when it left, as it is now where that could be read, else as it was last.
        why: What made it leave; None when that is not known, and when it did not.
    """

    kind: Kind
    ticket: Ticket
    why: str | None = None


class Queue:
    """The first so many tickets of a list.

    Args:
        order: How the list is sorted: by ``created_at``, ``-created_at`` or ``priority``.

    Attributes:
        tickets: Those that are in it now.
        more: Whether the list goes on.
    """

    def __init__(self, order: str) -> None:
        self._place = urgency if order == "priority" else _age
        self._descending = order.startswith("-")
        self._looked = False
        self.tickets: Sequence[Ticket] = ()
        self.more = False

    def take(self, tickets: Sequence[Ticket], *, more: bool, touched: Set[UUID] = frozenset()) -> list[Change]:
        """Take over what the list begins with now; what has changed, departures first.

        A ticket beyond the end of what is looked at is not known to have left, nor to be new when it moves up.

        Args:
            tickets: What the list begins with.
            more: Whether it goes on.
            touched: Tickets of which something has changed that a list does not show, as by a note.
        """
        before, now = self._by_id(), {ticket.ticket_id: ticket for ticket in tickets}
        gone = [old for key, old in before.items() if key not in now and not self._beyond(old, tickets, more)]
        changes = [Change(Kind.LEFT, old) for old in gone]
        for key, ticket in now.items():
            if not self._looked:
                changes.append(Change(Kind.THERE, ticket))
            elif key not in before:
                if not self._beyond(ticket, self.tickets, self.more):
                    changes.append(Change(Kind.NEW, ticket))
            elif key in touched or _face(ticket) != _face(before[key]):
                changes.append(Change(Kind.CHANGED, ticket))
        self.tickets, self.more, self._looked = tuple(tickets), more, True
        return changes

    def _by_id(self) -> dict[UUID, Ticket]:
        return {ticket.ticket_id: ticket for ticket in self.tickets}

    def _beyond(self, ticket: Ticket, tickets: Sequence[Ticket], more: bool) -> bool:
        """Whether it belongs behind the last of these, in a list that goes on."""
        if not more or not tickets:
            return False
        place, last = self._place(ticket), self._place(tickets[-1])
        return place < last if self._descending else place > last


def urgency(ticket: Ticket) -> tuple[object, ...]:
    """The place of a ticket where the most urgent come first, and of those the oldest."""
    return _RANKS.get(ticket.priority, len(_RANKS)), *_age(ticket)


def _age(ticket: Ticket) -> tuple[object, ...]:
    return ticket.created_at, ticket.ticket_id


def _face(ticket: Ticket) -> tuple[object, ...]:
    """What differs when something has happened to a ticket."""
    return ticket.revision, ticket.updated_at, ticket.last_message_id
