"""Mails that wait for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.error_mapping import exception_for_item
from ..._http.flow import Flow, Page, Reply
from ..._http.resource import Driver, Resource, call, paged
from ...bulk import BulkResult, BulkResults
from ...errors import NotQuarantinedError
from ...models.mail import InboundEmail
from .._references import TeamRef, UserRef, find_team_id_to_read, find_user_id
from ._references import InboundEmailRef, email_key, emails_page, find_email

Decision = Literal["accept", "ticket", "spam"]
"""What becomes of mails in quarantine: messages of the tickets that they name, new tickets, or spam."""
_DECISIONS = ("accept", "ticket", "spam")


class Quarantine(Resource[Driver]):
    """``hd.mail.quarantine``: mails that wait for a person. Those who work the ticket, or the team, decide on them."""

    @paged
    def list(
        self, *, team: TeamRef | None = None, reason: str | None = None, page_size: int = 50
    ) -> Flow[Page[InboundEmail]]:
        """Mails in quarantine that are yours to decide on, newest first, without their text and evidence.

        Args:
            team: Only those that came to the addresses of this team.
            reason: Only those that wait for this reason, e.g. ``sender_per_hour``, ``domain_per_hour`` or
                ``channel_per_hour``.
            page_size: Mails per request, 1 to 1000.

        Raises:
            TeamNotFoundError: There is no team with this name.
        """
        word = None if reason is None else check.text("reason", reason, 1, limits.REASON_MAX)
        return self._list(team, word, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _list(self, team: TeamRef | None, reason: str | None, size: int) -> Flow[Page[InboundEmail]]:
        team_id = None if team is None else (yield from find_team_id_to_read(self, "team", team))

        def narrowed(query: Any) -> Any:
            query = query.eq("outcome", "quarantined")
            if reason is not None:
                query = query.eq("reason", reason)
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

    @call
    def decide_many(
        self,
        emails: Iterable[InboundEmailRef],
        decision: Decision,
        *,
        on_progress: Callable[[int, int], None] | None = None,
        raise_on_failure: bool = True,
    ) -> Flow[BulkResults]:
        """One decision on many mails. A mail that is refused stays in quarantine; the others are decided on.

        Args:
            emails: The mails: ids, or InboundEmails, e.g. what ``list(reason="channel_per_hour")`` gives.
            decision: ``accept`` adds each to the ticket that it names, ``ticket`` opens one of its sender, ``spam``
                ends it as spam.
            on_progress: Is called after each request with the number of mails that are done, and of all.
            raise_on_failure: Whether a mail that was refused raises an error at the end; otherwise look at ``.failed``.

        Raises:
            InvalidValueError: There is no such decision.
            BulkFailedError: At least one mail was refused; ``.results`` has all results.
            UnknownOutcomeError: No response came: list the mails again.
            ForbiddenError: You are not staff.
        """
        if decision not in _DECISIONS:
            raise check.invalid("decision", f"must be one of {', '.join(_DECISIONS)}")
        ids = [str(email_key(email)) for email in emails]
        results: list[BulkResult] = []
        for start in range(0, len(ids), limits.DECISIONS_MAX):
            chunk = ids[start : start + limits.DECISIONS_MAX]
            reply: Reply = yield self._rpc_write("decide_quarantined", {"inbound_ids": chunk, "decision": decision})
            outcomes: list[Any] = reply.value(list)
            results += [
                _result(start + place, id, outcome)
                for place, (id, outcome) in enumerate(zip(chunk, outcomes, strict=True))
            ]
            if on_progress is not None:
                on_progress(len(results), len(ids))
        found = BulkResults(results)
        if raise_on_failure:
            found.raise_for_failures()
        return found

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


def _result(index: int, id: str, outcome: Mapping[str, Any]) -> BulkResult:
    if outcome.get("ok") is True:
        return BulkResult(index, {"email": id}, UUID(id), InboundEmail.model_validate(outcome["value"]))
    return BulkResult(index, {"email": id}, UUID(id), error=exception_for_item(outcome["error"]))
