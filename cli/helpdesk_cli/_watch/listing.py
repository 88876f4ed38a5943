"""The list behind a queue that is watched: its first so many tickets, and why one is no longer among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .._base.choices import Priority
from .queue import Change, Kind, urgency

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncHelpdesk, Ticket

# So many departures are explained at once, by a request each; where a whole queue is cleared, the others are not.
_EXPLAINED = 20


@dataclass(frozen=True, slots=True)
class Listing:
    """Which tickets to watch, in which order.

    Args:
        filters: What ``hd.tickets.list`` takes, except the order.
        order: ``created_at``, ``-created_at`` or ``priority``.
        limit: How many to look at.
    """

    filters: Mapping[str, Any]
    order: str
    limit: int

    async def read(self, hd: AsyncHelpdesk) -> list[Ticket]:
        """The tickets; one more than the limit when there are more.

        The log and the lists know no order by priority. A queue that fits is sorted here; of a longer one each
        priority is asked for, the most urgent first, until there are enough.
        """
        if self.order != "priority":
            return await self._page(hd, order=self.order)
        found = await self._page(hd, order="created_at")
        if len(found) > self.limit:
            by_id: dict[object, Ticket] = {}
            for priority in reversed(Priority):
                if priority in (self.filters["priority"] or Priority) and len(by_id) <= self.limit:
                    page = await self._page(hd, order="created_at", priority=priority)
                    by_id |= {ticket.ticket_id: ticket for ticket in page}
            found = list(by_id.values())
        return sorted(found, key=urgency)[: self.limit + 1]

    async def _page(self, hd: AsyncHelpdesk, **more: Any) -> list[Ticket]:
        async for page in hd.tickets.list(**{**self.filters, **more}, page_size=self.limit + 1).pages():
            return list(page.items)
        return []

    async def explained(self, hd: AsyncHelpdesk, changes: Sequence[Change]) -> list[Change]:
        """The changes, those that left with the reason and as they are now, as far as that can be read."""
        from helpdesk_sdk.errors import HelpdeskError, TicketNotFoundError

        made, left = [], 0
        for change in changes:
            if change.kind is Kind.LEFT and (left := left + 1) <= _EXPLAINED:
                try:
                    now = await hd.tickets.get(change.ticket.ticket_id)
                except TicketNotFoundError:
                    change = replace(change, why="out_of_sight")
                except HelpdeskError:
                    # It has left all the same; what stands in the way is met again by the next look.
                    pass
                else:
                    change = replace(change, ticket=now, why=self._why(change.ticket, now))
            made.append(change)
        return made

    def _why(self, before: Ticket, now: Ticket) -> str | None:
        if now.status not in self.filters["status"]:
            return str(now.status)
        if now.team_id != before.team_id:
            return "transferred"
        if now.assigned_to != before.assigned_to:
            return "unassigned" if now.assigned_to is None else "assigned"
        if now.priority != before.priority and self.filters["priority"]:
            return "priority"
        tag = self.filters["tag"]
        return "untagged" if tag is not None and tag not in (now.tags or ()) else None
