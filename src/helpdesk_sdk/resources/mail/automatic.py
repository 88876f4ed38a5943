"""Mails that the helpdesk writes by itself, or does not write, with the reason."""

from __future__ import annotations

from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, Resource, paged
from ...models.automatic_emails import AutomaticEmail, AutomaticEmailState, AutomaticEmailStateName
from .._references import TicketRef, find_ticket_id

_NEWEST = Keyset("created_at", "automatic_id", descending=True)


class Automatic(Resource[Driver]):
    """``hd.mail.automatic``: mails that the helpdesk writes by itself. Those who work the ticket read them."""

    @paged
    def list(
        self,
        *,
        ticket: TicketRef | None = None,
        recipient: str | None = None,
        state: AutomaticEmailState | AutomaticEmailStateName | None = None,
        page_size: int = 50,
    ) -> Flow[Page[AutomaticEmail]]:
        """Acknowledgements and notifications of the last 30 days, newest first. Customers see none.

        Args:
            ticket: Only those about this ticket: its number, its id, or a Ticket.
            recipient: Only those to this address.
            state: Only ``queued``, those that were written, or ``skipped``, those that were not; ``reason`` says why.
            page_size: Mails per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no ticket with this number.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        filters: dict[str, Any] = {}
        if recipient is not None:
            filters["recipient"] = check.email("recipient", recipient)
        if state is not None:
            filters["state"] = check.choice("state", state, AutomaticEmailState)
        return self._list(ticket, filters, size)

    def _list(self, ticket: TicketRef | None, filters: dict[str, Any], size: int) -> Flow[Page[AutomaticEmail]]:
        if ticket is not None:
            filters["ticket_id"] = yield from find_ticket_id(self, ticket)
        rows = self._rest.from_("automatic_emails")

        def query() -> Any:
            found = rows.select("*")
            for column, value in filters.items():
                found = found.eq(column, value)
            return found

        return (yield from keyset_page(self._read, query, AutomaticEmail, _NEWEST, size))
