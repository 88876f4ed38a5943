"""Merges of tickets, and their undo."""

from __future__ import annotations

from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, either, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ..._ids import new_id
from ...models.merges import Merge
from .._references import TicketRef, find_ticket_id, require_ticket, ticket_key

_NEWEST = Keyset("merged_at", "merge_id", descending=True)


class TicketMerging(Resource[Driver]):
    """The part of ``hd.tickets`` that makes two tickets one, and two again."""

    @call
    def merge(
        self, ticket: TicketRef, into: TicketRef, *, other_requester: bool = False, id: UUID | None = None
    ) -> Flow[Merge]:
        """Those who work both tickets: merge a ticket into another one.

        The merged ticket is closed, its tags are added to the other one, and the conversation of that one shows the
        messages of both. Replies to the merged ticket are stored on the other one. No message moves: ``unmerge``
        makes them two tickets again.

        Args:
            ticket: The ticket to merge: its number, its id, or a Ticket.
            into: The ticket that goes on. One that is merged itself stands for the ticket it is merged into.
            other_requester: Whether the tickets may have different requesters. Each of them goes on seeing their own
                messages only.
            id: A UUID of your own. Repeating the call with the same id returns the same merge.

        Raises:
            OtherRequesterError: The tickets have different requesters, and ``other_requester`` is False.
            TicketMergedError: The ticket is merged into yet another one.
            InvalidValueError: Both are the same ticket, or ``into`` is merged into ``ticket``.
            ForbiddenError: You are the requester of one of them, and do not work it.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            IdConflictError: The id belongs to another merge, or to one that was undone.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        merge_id = new_id() if id is None else check.identifier("id", id)
        arguments = {
            "source_id": (yield from find_ticket_id(self, ticket)),
            "target_id": (yield from find_ticket_id(self, into)),
            "merge_id": merge_id,
            "other_requester": check.boolean("other_requester", other_requester),
        }
        reply: Reply = yield self._rpc_write("merge_tickets", arguments, id=merge_id)
        return reply.value(Merge)

    @call
    def unmerge(self, ticket: TicketRef) -> Flow[Merge]:
        """Those who work the merged ticket and the other one: undo a merge.

        The ticket has its status again, and the tags that the merge added leave the other ticket. Messages that were
        written since stay where they are.

        Args:
            ticket: The merged ticket: its number, its id, or a Ticket. A merge that is undone already stays undone.

        Raises:
            NotMergedError: The ticket was never merged.
            ForbiddenError: You are the requester, and do not work the ticket.
            TicketNotFoundError: There is no such ticket, or you may not see it or the ticket it is merged into.
            UnknownOutcomeError: No response came: repeat the call, the merge is undone once.
        """
        arguments = {"ticket_id": (yield from find_ticket_id(self, ticket))}
        reply: Reply = yield self._rpc_write("unmerge_ticket", arguments)
        return reply.value(Merge)

    @paged
    def merges(self, ticket: TicketRef, *, page_size: int = 100) -> Flow[Page[Merge]]:
        """Those who work the tickets: the merges of other tickets into this one, and of this one, newest first.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            page_size: Merges per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        ticket_key(ticket)
        return self._merges(ticket, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _merges(self, ticket: TicketRef, size: int) -> Flow[Page[Merge]]:
        ticket_id = yield from find_ticket_id(self, ticket)
        ends = (f"source_id.eq.{ticket_id}", f"target_id.eq.{ticket_id}")
        merges = self._rest.from_("ticket_merges")
        page = yield from keyset_page(self._read, lambda: either(merges.select("*"), *ends), Merge, _NEWEST, size)
        if not page.items:
            yield from require_ticket(self, ticket)
        return page
