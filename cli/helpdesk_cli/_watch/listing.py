"""Reads the tickets of the watched queue, and finds out why a ticket left it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .queue import Change, ChangeKind, QueueOrder

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncHelpdesk, Ticket

# How many reasons are looked up at once, with a request each. When more tickets leave at once, the rest get no reason.
_MAX_REASONS = 20


@dataclass(frozen=True, slots=True)
class Listing:
    """The tickets to watch.

    Args:
        filters: The filters of ``hd.tickets.list``.
        order: ``created_at``, ``-created_at`` or ``priority``.
        limit: How many tickets to read.
    """

    filters: Mapping[str, Any]
    order: QueueOrder
    limit: int

    async def load(self, hd: AsyncHelpdesk) -> list[Ticket]:
        """The tickets; one more than the limit when there are more."""
        filters = dict(self.filters)
        view = filters.pop("view", None)
        if view is not None:
            filters = {"query": view.tree}
        return await hd.tickets.list(**filters, order=self.order, page_size=1000).limit(self.limit + 1).all()

    async def with_reasons(self, hd: AsyncHelpdesk, changes: Sequence[Change]) -> list[Change]:
        """The changes; tickets that left get the reason and their present state, as far as the user may read it."""
        from helpdesk_sdk.errors import HelpdeskError, TicketNotFoundError

        made, left = [], 0
        for change in changes:
            if change.kind is ChangeKind.LEFT and (left := left + 1) <= _MAX_REASONS:
                try:
                    now = await hd.tickets.get(change.ticket.ticket_id)
                except TicketNotFoundError:
                    change = replace(change, why="out_of_sight")
                except HelpdeskError:
                    # The ticket has left all the same. If the error persists, the next read reports it.
                    pass
                else:
                    change = replace(change, ticket=now, why=self._reason(change.ticket, now))
            made.append(change)
        return made

    def _reason(self, before: Ticket, now: Ticket) -> str | None:
        of_view = self.filters.get("view") is not None
        if now.status != before.status if of_view else now.status not in self.filters["status"]:
            return str(now.status)
        if now.team_id != before.team_id:
            return "transferred"
        if now.assigned_to != before.assigned_to:
            return "unassigned" if now.assigned_to is None else "assigned"
        if now.priority != before.priority and (self.filters["priority"] or of_view):
            return "priority"
        tag = self.filters["tag"]
        return "untagged" if tag is not None and tag not in (now.tags or ()) else None
