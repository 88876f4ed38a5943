"""Mails that are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ...errors import EmailNotFoundError, ForbiddenError
from ...models.mail_out import DeliveryReportName, OutboundEmail, OutboundState, OutboundStateName
from .._references import TicketRef, find_ticket_id

OutboundEmailRef = OutboundEmail | UUID | str
"""A mail that is sent: an OutboundEmail, or its id."""

_NEWEST = Keyset("created_at", "email_id", descending=True)


class Outbound(Resource[Driver]):
    """``hd.mail.outbound``: mails that are sent, one for each recipient. Those who work the ticket read them."""

    @paged
    def list(
        self,
        *,
        ticket: TicketRef | None = None,
        recipient: str | None = None,
        state: OutboundState | OutboundStateName | Sequence[OutboundState | OutboundStateName] | None = None,
        page_size: int = 50,
    ) -> Flow[Page[OutboundEmail]]:
        """Mails that are sent, newest first. Customers see none.

        Args:
            ticket: Only those about this ticket: its number, its id, or a Ticket.
            recipient: Only those to this address.
            state: Only those in this state, or one of these, e.g. ``failed``.
            page_size: Mails per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no ticket with this number.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        states = None if state is None else check.choices("state", state, OutboundState)
        return self._list(ticket, None if recipient is None else check.email("recipient", recipient), states, size)

    def _list(
        self, ticket: TicketRef | None, recipient: str | None, states: Sequence[str] | None, size: int
    ) -> Flow[Page[OutboundEmail]]:
        ticket_id = None if ticket is None else (yield from find_ticket_id(self, ticket))
        emails = self._rest.from_("outbound_emails")

        def query() -> Any:
            found = emails.select("*")
            found = found if ticket_id is None else found.eq("ticket_id", ticket_id)
            found = found if recipient is None else found.eq("recipient", recipient)
            return found if states is None else found.in_("state", states)

        return (yield from keyset_page(self._read, query, OutboundEmail, _NEWEST, size))

    @call
    def get(self, email: OutboundEmailRef) -> Flow[OutboundEmail]:
        """One mail, as it is now.

        Args:
            email: Its id, or an OutboundEmail to read again.

        Raises:
            EmailNotFoundError: There is no such mail, or you do not work its ticket.
        """
        key = email.email_id if isinstance(email, OutboundEmail) else check.identifier("email", email)
        query = self._rest.from_("outbound_emails").select("*").eq("email_id", key)
        found = yield from self._first_row(self._read(query), OutboundEmail)
        if found is None:
            raise EmailNotFoundError(hint="List the mails that are sent.")
        return found

    @call
    def report(self, mail_id: str, outcome: DeliveryReportName, detail: str | None = None) -> Flow[bool]:
        """Hand in what a provider's webhook says of a mail, with the secret key.

        The function ``email-in`` does it for the providers that it knows. The first bounce and the first complaint of a
        mail count, so that a report can be repeated.

        Args:
            mail_id: Our Message-ID, the one that the provider gave the mail, or the provider's own id of it.
            outcome: ``bounced`` says that there is no such mailbox, ``complained`` that it was marked as spam: nothing
                is sent there any more. ``soft_bounced`` is any other failure, ``delayed`` none.
            detail: What the provider says; staff read it.

        Returns:
            Whether it is a mail of this helpdesk.

        Raises:
            InvalidValueError: The outcome is none of these.
            ForbiddenError: The client has no secret key.
        """
        if not self._session_store.is_system:
            raise ForbiddenError(hint="This needs the project's secret key: Helpdesk(url, secret_key).")
        arguments = {"mail_id": mail_id, "outcome": outcome, "detail": detail}
        return (yield from self._call_one(self._rpc_write("report_delivery", arguments), bool))
