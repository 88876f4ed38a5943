"""Moves of a ticket between people and teams."""

from __future__ import annotations

from uuid import UUID

from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ..._ids import new_id
from ...errors import TeamNotFoundError
from ...models.tickets import Ticket
from .._references import TeamRef, TicketRef, UserRef, find_team_id, find_ticket_id, find_user_id
from .revisions import ANY_REVISION, Revision, route_ticket, seen_revision


class TicketRouting(Resource[Driver]):
    """The part of ``hd.tickets`` that moves tickets between people and teams."""

    @call
    def claim_next(self, team: TeamRef | None = None, *, id: UUID | None = None) -> Flow[Ticket | None]:
        """Staff: take the oldest open ticket of the highest priority. No two people ever get the same ticket.

        Args:
            team: The team whose queue to take it from; None for all teams you are a member of.
            id: A UUID of your own. Repeating the call with the same id returns the same ticket.

        Returns:
            The ticket, now assigned to you; None when no ticket waits.

        Raises:
            ForbiddenError: You are not staff, or the client has the secret key.
            TeamNotFoundError: There is no such team, or you are not a member of it; without ``team``, of any.
            TicketNotFoundError: The call was repeated with its id, and you may no longer see the ticket.
            IdConflictError: The id belongs to another request.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        claim_id = new_id() if id is None else check.identifier("id", id)
        arguments = {"claim_id": claim_id}
        if team is not None:
            arguments["team_id"] = yield from find_team_id(self, "team", team)
        request = self._rpc_write("claim_next_ticket", arguments, id=claim_id, accepts=(TeamNotFoundError,))
        reply: Reply = yield request
        if isinstance(reply.error, TeamNotFoundError) and team is None:
            reply.error.message = "You are a member of no team, so there is no queue to take a ticket from"
        return reply.first_row(Ticket)

    @call
    def claim(self, ticket: TicketRef) -> Flow[Ticket]:
        """Those who work the ticket: take this ticket. A ticket that is yours already stays yours.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.

        Raises:
            AlreadyAssignedError: Another person has the ticket; ``.current`` is the ticket as it is now.
            TicketClosedError: The ticket is closed; ``.current`` is the ticket as it is now.
            ForbiddenError: You are not staff, or the client has the secret key.
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        arguments = {"ticket_id": (yield from find_ticket_id(self, ticket))}
        return (yield from route_ticket(self, "claim_ticket", ticket, arguments, ANY_REVISION, {}))

    @call
    def assign(self, ticket: TicketRef, user: UserRef, *, revision: Revision = None) -> Flow[Ticket]:
        """Those who work the ticket: assign a ticket to an active agent or admin.

        Args:
            ticket: The ticket. A Ticket carries its revision; a number or an id does not.
            user: The assignee: a User, an id, an e-mail address, or "me".
            revision: The revision you saw, in place of the Ticket's; LATEST to assign the ticket at any revision.

        Raises:
            AssigneeNotFoundError: There is no such active agent or admin.
            UserNotFoundError: There is nobody with this e-mail address.
            StaleRevisionError: The ticket has changed; ``.current`` is the ticket as it is now.
            TicketClosedError: The ticket is closed; ``.current`` is the ticket as it is now.
            ForbiddenError: You are not staff.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            UnknownOutcomeError: No response came, and now you may not see the ticket.
        """
        assignee = yield from find_user_id(self, "user", user)
        arguments = {"ticket_id": (yield from find_ticket_id(self, ticket)), "assignee_id": assignee}
        return (
            yield from route_ticket(
                self, "assign_ticket", ticket, arguments, seen_revision(ticket, revision), {"assigned_to": assignee}
            )
        )

    @call
    def unassign(self, ticket: TicketRef, *, revision: Revision = None) -> Flow[Ticket]:
        """Those who work the ticket: put a ticket back into its team's queue.

        Args:
            ticket: The ticket. A Ticket carries its revision; a number or an id does not.
            revision: The revision you saw, in place of the Ticket's; LATEST to unassign the ticket at any revision.

        Raises:
            StaleRevisionError: The ticket has changed; ``.current`` is the ticket as it is now.
            TicketClosedError: The ticket is closed; ``.current`` is the ticket as it is now.
            ForbiddenError: You are not staff.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            UnknownOutcomeError: No response came, and now you may not see the ticket.
        """
        arguments = {"ticket_id": (yield from find_ticket_id(self, ticket))}
        return (
            yield from route_ticket(
                self, "unassign_ticket", ticket, arguments, seen_revision(ticket, revision), {"assigned_to": None}
            )
        )

    @call
    def transfer(self, ticket: TicketRef, team: TeamRef, *, revision: Revision = None) -> Flow[Ticket]:
        """Those who work the ticket: move a ticket to another team's queue, unassigned. An agent may lose sight of it.

        Args:
            ticket: The ticket. A Ticket carries its revision; a number or an id does not.
            team: The other team: its name, its id, or a Team.
            revision: The revision you saw, in place of the Ticket's; LATEST to transfer the ticket at any revision.

        Raises:
            TeamNotFoundError: There is no such team.
            StaleRevisionError: The ticket has changed; ``.current`` is the ticket as it is now.
            TicketClosedError: The ticket is closed; ``.current`` is the ticket as it is now.
            ForbiddenError: You are not staff.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            UnknownOutcomeError: No response came, and now you may not see the ticket.
        """
        team_id = yield from find_team_id(self, "team", team)
        arguments = {"ticket_id": (yield from find_ticket_id(self, ticket)), "team_id": team_id}
        return (
            yield from route_ticket(
                self, "transfer_ticket", ticket, arguments, seen_revision(ticket, revision), {"team_id": team_id}
            )
        )
