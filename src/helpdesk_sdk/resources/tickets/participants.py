"""Who takes part in a ticket by mail."""

from __future__ import annotations

from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ...errors import ParticipantNotFoundError
from ...models.mail import Participant
from .._references import TicketRef, find_ticket_id, require_ticket, ticket_key

_OLDEST = Keyset("created_at", "address", descending=False)


class TicketParticipants(Resource[Driver]):
    """The part of ``hd.tickets`` about people who take part by mail. They read nothing but the mails they receive."""

    @paged
    def participants(self, ticket: TicketRef, *, page_size: int = 100) -> Flow[Page[Participant]]:
        """Those who work the ticket: who takes part by mail besides the requester, in the order in which they came.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            page_size: Participants per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        ticket_key(ticket)
        return self._participants(ticket, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _participants(self, ticket: TicketRef, size: int) -> Flow[Page[Participant]]:
        ticket_id = yield from find_ticket_id(self, ticket)
        rows = self._rest.from_("ticket_participants")

        def query() -> Any:
            return rows.select("*").eq("ticket_id", ticket_id)

        page = yield from keyset_page(self._read, query, Participant, _OLDEST, size)
        if not page.items:
            yield from require_ticket(self, ticket)
        return page

    @call
    def add_participant(
        self, ticket: TicketRef, address: str, *, name: str = "", receives_copies: bool = True
    ) -> Flow[Participant]:
        """Those who work the ticket: add somebody who takes part by mail. It gives no right to read the ticket.

        Somebody who takes part already stays as they are.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            address: Their address.
            name: Their name, up to 200 characters.
            receives_copies: Whether public replies are mailed to them.

        Raises:
            TooManyError: The ticket has 50 participants.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            ForbiddenError: You do not work the ticket.
        """
        row = {
            "address": check.email("address", address),
            "name": check.name("name", name, 0, limits.NAME_MAX),
            "receives_copies": check.boolean("receives_copies", receives_copies),
        }
        ticket_id = yield from find_ticket_id(self, ticket)
        insert = self._rest.from_("ticket_participants").insert({"ticket_id": str(ticket_id), **row})
        made = yield from self._first_row(self._write(insert), Participant)
        if made is not None:
            return made
        query = self._rest.from_("ticket_participants").select("*").eq("ticket_id", ticket_id)
        found = yield from self._first_row(self._read(query.eq("address", row["address"])), Participant)
        if found is None:
            raise _nobody(str(row["address"]))
        return found

    @call
    def update_participant(self, ticket: TicketRef, address: str, *, receives_copies: bool) -> Flow[Participant]:
        """Those who work the ticket: say whether public replies are mailed to a participant.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            address: The participant's address.
            receives_copies: Whether public replies are mailed to them. For a stranger who wrote, it is False at first.

        Raises:
            ParticipantNotFoundError: Nobody with this address takes part, or you do not work the ticket.
            TicketNotFoundError: There is no ticket with this number.
        """
        key = check.email("address", address)
        row = {"receives_copies": check.boolean("receives_copies", receives_copies)}
        ticket_id = yield from find_ticket_id(self, ticket)
        query = self._rest.from_("ticket_participants").update(row).eq("ticket_id", ticket_id).eq("address", key)
        changed = yield from self._first_row(self._write(query), Participant)
        if changed is None:
            raise _nobody(key)
        return changed

    @call
    def remove_participant(self, ticket: TicketRef, address: str) -> Flow[None]:
        """Those who work the ticket: end somebody's part in it. Mails that they write later are those of a stranger.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            address: The participant's address.

        Raises:
            ParticipantNotFoundError: Nobody with this address takes part, or you do not work the ticket.
            TicketNotFoundError: There is no ticket with this number.
        """
        key = check.email("address", address)
        ticket_id = yield from find_ticket_id(self, ticket)
        query = self._rest.from_("ticket_participants").delete().eq("ticket_id", ticket_id).eq("address", key)
        reply: Reply = yield self._write(query)
        # After a repeated attempt they are removed, whichever attempt did it.
        if not reply.rows(Participant) and reply.attempts == 1:
            raise _nobody(key)


def _nobody(address: str) -> ParticipantNotFoundError:
    return ParticipantNotFoundError(
        f"{address} takes no part in this ticket, or it is not yours to see", hint="List the ticket's participants."
    )
