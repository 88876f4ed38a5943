"""Mails that wait for a person."""

from __future__ import annotations

from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.resource import Driver, Resource, call, paged
from ...errors import NotQuarantinedError
from ...models.mail import InboundEmail
from .._references import TeamRef, UserRef, find_team_id_to_read, find_user_id
from ._references import InboundEmailRef, email_key, emails_page, find_email


class Quarantine(Resource[Driver]):
    """``hd.mail.quarantine``: mails that wait for a person. Those who work the ticket, or the team, decide on them."""

    @paged
    def list(self, *, team: TeamRef | None = None, page_size: int = 50) -> Flow[Page[InboundEmail]]:
        """Mails in quarantine that are yours to decide on, newest first, without their text and evidence.

        Args:
            team: Only those that came to the addresses of this team.
            page_size: Mails per request, 1 to 1000.

        Raises:
            TeamNotFoundError: There is no team with this name.
        """
        return self._list(team, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _list(self, team: TeamRef | None, size: int) -> Flow[Page[InboundEmail]]:
        team_id = None if team is None else (yield from find_team_id_to_read(self, "team", team))

        def narrowed(query: Any) -> Any:
            query = query.eq("outcome", "quarantined")
            return query if team_id is None else query.eq("team_id", team_id)

        return (yield from emails_page(self, narrowed, size))

    @call
    def accept(self, email: InboundEmailRef) -> Flow[InboundEmail]:
        """Add a mail in quarantine to the ticket that it names, as a message of its sender.

        A mail without a sender, or from an address of staff, becomes an internal note.

        Args:
            email: The mail: its id, or an InboundEmail.

        Raises:
            InvalidValueError: The mail names no ticket: ``to_ticket`` opens one from it.
            NotQuarantinedError: Somebody has decided on it already.
            EmailNotFoundError: There is no such mail, or you work neither its ticket nor its team.
            TicketNotFoundError: There is no such ticket any more.
            TicketMergedError: The ticket was merged into another one meanwhile.
            TicketClosedError: The ticket takes no replies.
            TransitionNotAllowedError: The ticket takes no replies in its status.
            ForbiddenError: You are not staff.
        """
        return (yield from self._decide("accept_quarantined", email, "appended"))

    @call
    def to_ticket(self, email: InboundEmailRef, *, requester: UserRef | None = None) -> Flow[InboundEmail]:
        """Open a new ticket from a mail in quarantine. The result's ``ticket_id`` is that ticket.

        Args:
            email: The mail: its id, or an InboundEmail.
            requester: The person who needs something; None for the sender, who must be a customer or nobody known.

        Raises:
            InvalidValueError: The mail does not say who wrote it, or says that staff did: name the requester.
            UserNotFoundError: There is no such requester.
            NotQuarantinedError: Somebody has decided on it already.
            EmailNotFoundError: There is no such mail, or you work neither its ticket nor its team.
            ForbiddenError: You are not staff.
        """
        more = {}
        if requester is not None:
            more["requester_id"] = str((yield from find_user_id(self, "requester", requester)))
        return (yield from self._decide("quarantine_to_ticket", email, "created", **more))

    @call
    def spam(self, email: InboundEmailRef) -> Flow[InboundEmail]:
        """End a mail in quarantine as spam. It is kept; its sender is not blocked: ``hd.mail.blocks.add()`` does.

        Args:
            email: The mail: its id, or an InboundEmail.

        Raises:
            NotQuarantinedError: Somebody has decided on it already.
            EmailNotFoundError: There is no such mail, or you work neither its ticket nor its team.
            ForbiddenError: You are not staff.
        """
        return (yield from self._decide("mark_spam", email, "spam"))

    def _decide(self, function: str, email: InboundEmailRef, outcome: str, **more: str) -> Flow[InboundEmail]:
        arguments = {"inbound_id": str(email_key(email)), **more}
        reply: Reply = yield self._rpc_write(function, arguments, accepts=(NotQuarantinedError,))
        if reply.error is not None:
            # After a repeated attempt it may be our own decision, whose response was lost.
            found = (yield from find_email(self, email_key(email))) if reply.attempts > 1 else None
            if found is not None and found.outcome == outcome:
                return found
            raise reply.error
        return reply.value(InboundEmail)
