"""Tags: staff's labels on tickets."""

from __future__ import annotations

from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ...errors import ForbiddenError
from .._references import TicketRef, find_ticket_id, no_such, require_ticket
from .revisions import current_ticket


class TicketTags(Resource[Driver]):
    """The part of ``hd.tickets`` that reads and writes tags."""

    @call
    def tag(self, ticket: TicketRef, *tags: str) -> Flow[None]:
        """Those who work the ticket: add tags. Adding a tag again changes nothing.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            tags: The tags, each of 1 to 50 characters; stored in lower case.

        Raises:
            TooManyError: The ticket would have more than 50 tags.
            ForbiddenError: You do not work the ticket.
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        chosen = check.tags("tags", tags)
        ticket_id = yield from find_ticket_id(self, ticket)
        if not chosen:
            return
        # Sorted: two people who add the same tags to a ticket at once do not wait for each other in a circle.
        rows = [{"ticket_id": str(ticket_id), "tag": tag} for tag in sorted(chosen)]
        query = self._rest.from_("ticket_tags").upsert(rows, ignore_duplicates=True)
        reply: Reply = yield self._write(query, accepts=(ForbiddenError,))
        # The policy refuses a ticket that the caller does not work. Only those who see the ticket learn that it exists.
        if reply.error is not None:
            yield from require_ticket(self, ticket)
        reply.raise_error()

    @call
    def untag(self, ticket: TicketRef, *tags: str) -> Flow[None]:
        """Those who work the ticket: remove tags. Removing a tag that the ticket does not have changes nothing.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            tags: The tags to remove, whatever their case.

        Raises:
            TicketNotFoundError: There is no ticket with this number, or you may not see it.
        """
        chosen = check.tags("tags", tags)
        ticket_id = yield from find_ticket_id(self, ticket)
        if chosen:
            query = self._rest.from_("ticket_tags").delete().eq("ticket_id", ticket_id).in_("tag", chosen)
            yield self._write(query)

    @call
    def tags(self, ticket: TicketRef) -> Flow[tuple[str, ...]]:
        """Staff: the ticket's present tags, sorted; for its requester always none.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        found = yield from current_ticket(self, ticket)
        if found is None:
            raise no_such(ticket)
        return found.tags or ()
