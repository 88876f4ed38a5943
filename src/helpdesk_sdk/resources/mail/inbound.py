"""Mails that arrived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page
from ..._http.resource import Driver, Resource, call, paged
from ...errors import EmailNotFoundError
from ...models.mail import EmailOutcome, EmailOutcomeName, InboundEmail
from .._references import TeamRef, TicketRef, find_team_id_to_read, find_ticket_id
from ._references import InboundEmailRef, email_key, emails_page, find_email


class Inbound(Resource[Driver]):
    """``hd.mail.inbound``: mails that arrived. Those who work its ticket, or the team of one without, read a mail."""

    @paged
    def list(
        self,
        *,
        outcome: EmailOutcome | EmailOutcomeName | Sequence[EmailOutcome | EmailOutcomeName] | None = None,
        team: TeamRef | None = None,
        ticket: TicketRef | None = None,
        sender: str | None = None,
        page_size: int = 50,
    ) -> Flow[Page[InboundEmail]]:
        """Mails that arrived, newest first, without their text and evidence. Customers see none.

        Args:
            outcome: Only those with this outcome, or one of these, e.g. ``quarantined``.
            team: Only those that came to the addresses of this team.
            ticket: Only those of this ticket, or that name it: its number, its id, or a Ticket.
            sender: Only those from this address.
            page_size: Mails per request, 1 to 1000.

        Raises:
            TeamNotFoundError: There is no team with this name.
            TicketNotFoundError: There is no ticket with this number.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        outcomes = None if outcome is None else check.choices("outcome", outcome, EmailOutcome)
        address = None if sender is None else check.email("sender", sender)
        return self._list(outcomes, team, ticket, address, size)

    def _list(
        self,
        outcomes: Sequence[str] | None,
        team: TeamRef | None,
        ticket: TicketRef | None,
        sender: str | None,
        size: int,
    ) -> Flow[Page[InboundEmail]]:
        team_id = None if team is None else (yield from find_team_id_to_read(self, "team", team))
        ticket_id = None if ticket is None else (yield from find_ticket_id(self, ticket))
        exact = {"team_id": team_id, "ticket_id": ticket_id, "from_address": sender}

        def narrowed(query: Any) -> Any:
            for column, value in exact.items():
                query = query if value is None else query.eq(column, value)
            return query if outcomes is None else query.in_("outcome", outcomes)

        return (yield from emails_page(self, narrowed, size))

    @call
    def get(self, email: InboundEmailRef) -> Flow[InboundEmail]:
        """One mail, with its text and all that was weighed.

        Args:
            email: Its id, or an InboundEmail to read again.

        Raises:
            EmailNotFoundError: There is no such mail, or you work neither its ticket nor its team.
        """
        found = yield from find_email(self, email_key(email))
        if found is None:
            raise EmailNotFoundError(hint="List the mails that arrived.")
        return found

    @call
    def explain(self, email: InboundEmailRef) -> Flow[str]:
        """What became of a mail, and why, in one sentence.

        Args:
            email: Its id, or an InboundEmail.

        Raises:
            EmailNotFoundError: There is no such mail, or you work neither its ticket nor its team.
            ForbiddenError: You are not staff.
        """
        request = self._rpc_read("explain_email", inbound_id=str(email_key(email)))
        return (yield from self._call_one(request, str))

    @call
    def redact(self, email: InboundEmailRef | None = None, *, ticket: TicketRef | None = None) -> Flow[InboundEmail]:
        """Remove the text of a mail for good, and of the message, note or description that it became.

        Name one of email and ticket. Its HTML is not shown any more, and its bytes are deleted by a worker within
        seconds. The ticket's title and the files of the mail stay: change the one, delete the others. The event log
        keeps who did it and when.

        Args:
            email: The mail: its id, or an InboundEmail.
            ticket: The ticket that the mail opened: its number, its id, or a Ticket.

        Raises:
            InvalidValueError: The mail is not parsed yet.
            EmailNotFoundError: There is no such mail, or you work neither its ticket nor its team; or the ticket was
                opened another way.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            MessageNotFoundError: The mail is a message that was moved to a ticket that you do not work.
            ForbiddenError: You are not staff.
        """
        if email is not None and ticket is None:
            named = {"inbound_id": str(email_key(email))}
        elif ticket is not None and email is None:
            named = {"ticket_id": str((yield from find_ticket_id(self, ticket)))}
        else:
            raise check.invalid("email", "or ticket: name one of them")
        return (yield from self._call_one(self._rpc_write("redact_email", named), InboundEmail))
