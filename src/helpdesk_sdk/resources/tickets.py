"""Tickets: what somebody needs, where it waits, who has it, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply
from .._http.keyset import is_last
from .._http.resource import Driver, Resource, call, paged
from .._ids import new_id
from .._sentinels import UNSET, Unset
from ..errors import ConflictError, ExternalIdTakenError, ForbiddenError, IdConflictError, TicketNotFoundError
from ..models.tickets import Channel, ChannelName, Priority, PriorityName, Status, StatusName, Ticket, TimelineEntry
from ._references import (
    TeamRef,
    TicketRef,
    UserRef,
    find_team_id,
    find_ticket_id,
    find_user_id,
    no_such,
    require_ticket,
    ticket_key,
)
from ._ticket_changes import (
    ANY_REVISION,
    Revision,
    checked_changes,
    current_ticket,
    patch_ticket,
    route_ticket,
    seen_revision,
    ticket_where,
)
from ._ticket_query import Order, Scope, first_page, ticket_query


class Tickets(Resource[Driver]):
    """``hd.tickets``: customers see their own, agents those of their teams and those they have, admins all."""

    @call
    def create(
        self,
        title: str,
        description: str = "",
        *,
        id: UUID | None = None,
        priority: Priority | PriorityName | None = None,
        team: TeamRef | None = None,
        requester: UserRef | None = None,
        channel: Channel | ChannelName = Channel.API,
        external_id: str | None = None,
        custom_fields: Mapping[str, Any] | None = None,
        tags: Iterable[str] = (),
    ) -> Flow[Ticket]:
        """Open a ticket.

        Args:
            title: 1 to 300 characters.
            description: Up to 100,000 characters.
            id: A UUID of your own. Repeating the call with the same one and the same content gives the same ticket.
            priority: ``low``, ``medium`` (the default), ``high`` or ``urgent``. Staff only, but for medium.
            team: The queue; the default team when left out. Customers may name the public ones.
            requester: Who needs something, when it is not you. Staff only.
            channel: Where it came in. Beyond api, web and chat: staff only.
            external_id: Your own key for it, unique in the helpdesk. Staff only.
            custom_fields: A JSON object of at most 8 levels and 16,384 bytes.
            tags: At most 50, each of 1 to 50 characters. Staff only.

        Raises:
            InvalidValueError: A value is not acceptable; nothing was sent.
            IdConflictError: The id belongs to other content; ``.current`` is that ticket, if you may see it.
            ExternalIdTakenError: Another ticket has the external id; ``.current`` is that ticket, if you may see it.
            UnknownOutcomeError: No answer came: repeat the call with ``id=error.id``.
        """
        ticket_id = new_id() if id is None else check.identifier("id", id)
        arguments: dict[str, Any] = {
            "ticket_id": ticket_id,
            "title": check.text("title", title, 1, limits.TITLE_MAX),
            "description": check.text("description", description, 0, limits.BODY_MAX),
            "channel": check.choice("channel", channel, Channel),
        }
        if priority is not None:
            arguments["priority"] = check.choice("priority", priority, Priority)
        if external_id is not None:
            arguments["external_id"] = check.text("external_id", external_id, 1, limits.EXTERNAL_ID_MAX)
        if custom_fields is not None:
            arguments["custom_fields"] = check.json_object("custom_fields", custom_fields)
        if chosen := check.tags("tags", tags):
            arguments["tags"] = chosen
        if requester is None and self._session_store.is_system:
            raise check.invalid("requester", "is missing: the secret key is no person, so say who needs something")
        if team is not None:
            arguments["team_id"] = yield from find_team_id(self, "team", team)
        if requester is not None:
            arguments["requester_id"] = yield from find_user_id(self, "requester", requester)
        request = self._rpc_write(
            "create_ticket", arguments, id=ticket_id, accepts=(IdConflictError, ExternalIdTakenError)
        )
        reply: Reply = yield request
        if isinstance(reply.error, ConflictError):
            column, value = (
                ("ticket_id", str(ticket_id))
                if isinstance(reply.error, IdConflictError)
                else ("external_id", external_id)
            )
            reply.error.current = yield from ticket_where(self, column, value or "")
        return reply.value(Ticket)

    @call
    def get(self, ticket: TicketRef) -> Flow[Ticket]:
        """One ticket, as it is now.

        Args:
            ticket: A number (42, "42", "#42"), an id, or a Ticket to read anew.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it; the two look the same.
        """
        found = yield from current_ticket(self, ticket)
        if found is None:
            raise no_such(ticket)
        return found

    @call
    def get_by_external_id(self, external_id: str) -> Flow[Ticket]:
        """One ticket, by your own key for it.

        Raises:
            TicketNotFoundError: No ticket that you may see has it.
        """
        key = check.text("external_id", external_id, 1, limits.EXTERNAL_ID_MAX)
        found = yield from ticket_where(self, "external_id", key)
        if found is None:
            raise TicketNotFoundError(f"There is no ticket with the external id {key}, or it is not yours to see")
        return found

    @paged
    def list(
        self,
        *,
        status: Status | StatusName | Sequence[Status | StatusName] | None = None,
        priority: Priority | PriorityName | Sequence[Priority | PriorityName] | None = None,
        team: TeamRef | None = None,
        assigned_to: UserRef | Literal["me", "nobody"] | None = None,
        requester: UserRef | None = None,
        tag: str | None = None,
        external_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        scope: Scope | None = None,
        order: Order = "-created_at",
        page_size: int = 50,
    ) -> Flow[Page[Ticket]]:
        """Tickets, newest first; every further page costs the same, however deep.

        Args:
            status: One status or several.
            priority: One priority or several.
            team: Only this queue's.
            assigned_to: Only those this person has; "me"; or "nobody".
            requester: Only those this person asked for; or "me".
            tag: Only those with this tag. Staff only.
            external_id: Only the one with this key.
            created_after: Only those opened at this moment or later; with a time zone.
            created_before: Only those opened before it.
            updated_after: Only those changed at this moment or later; with a time zone.
            updated_before: Only those changed before it.
            scope: "mine": those you asked for. "team": those in your teams' queues (for admins: all). By default the
                first for customers, the second for staff; with assigned_to, all of that person's that you may see.
            order: created_at, updated_at or number; with a minus, the greatest first. ``priority``: the most urgent
                first, and of these the oldest first, as ``claim_next`` takes them; ``-priority`` is the reverse.
            page_size: How many to fetch at a time, 1 to 1000.
        """
        asked = ticket_query(
            status=status,
            priority=priority,
            team=team,
            assigned_to=assigned_to,
            requester=requester,
            tag=tag,
            external_id=external_id,
            moments={
                "created_after": created_after,
                "created_before": created_before,
                "updated_after": updated_after,
                "updated_before": updated_before,
            },
            scope=scope,
            order=order,
            page_size=page_size,
        )
        return first_page(self, asked)

    @call
    def update(
        self,
        ticket: TicketRef,
        *,
        title: str | Unset = UNSET,
        description: str | Unset = UNSET,
        priority: Priority | PriorityName | Unset = UNSET,
        status: Status | StatusName | Unset = UNSET,
        custom_fields: Mapping[str, Any] | Unset = UNSET,
        external_id: str | Unset | None = UNSET,
        snoozed_until: datetime | Unset | None = UNSET,
        revision: Revision = None,
    ) -> Flow[Ticket]:
        """Change a ticket, unless somebody has changed it since you read it.

        Args:
            ticket: A Ticket brings its own revision; for a number or an id say which one you saw.
            custom_fields: Takes the place of the old ones.
            external_id: None takes it away.
            snoozed_until: None wakes it up.
            revision: The revision you saw, or LATEST to overwrite whatever is there.

        Raises:
            StaleRevisionError: It has changed; ``.current`` is the ticket as it is now.
            AlreadyAnsweredError: Customers may not change title and description any more.
            TransitionNotAllowedError: It cannot go from its status to this one.
        """
        changes = checked_changes(title, description, priority, status, custom_fields, external_id, snoozed_until)
        return (yield from patch_ticket(self, ticket, changes, seen_revision(ticket, revision, needed=True)))

    @call
    def resolve(self, ticket: TicketRef) -> Flow[Ticket]:
        """Mark it as resolved. A Ticket: only if nobody has changed it since. A number or an id: as it is now."""
        return (yield from patch_ticket(self, ticket, {"status": "resolved"}, seen_revision(ticket, None)))

    @call
    def reopen(self, ticket: TicketRef) -> Flow[Ticket]:
        """Open it again. A Ticket: only if nobody has changed it since. A number or an id: as it is now."""
        return (yield from patch_ticket(self, ticket, {"status": "open"}, seen_revision(ticket, None)))

    @call
    def close(self, ticket: TicketRef) -> Flow[Ticket]:
        """Close it. A Ticket: only if nobody has changed it since. A number or an id: as it is now."""
        return (yield from patch_ticket(self, ticket, {"status": "closed"}, seen_revision(ticket, None)))

    @call
    def claim_next(self, team: TeamRef | None = None, *, id: UUID | None = None) -> Flow[Ticket | None]:
        """Staff: take the oldest open ticket of the highest priority; no two people ever get the same.

        Args:
            team: The queue to take it from; all of yours when left out.
            id: A UUID of your own. Repeating the call with the same one gives the same ticket.

        Returns:
            The ticket, now yours, or None when nothing waits.
        """
        claim_id = new_id() if id is None else check.identifier("id", id)
        arguments = {"claim_id": claim_id}
        if team is not None:
            arguments["team_id"] = yield from find_team_id(self, "team", team)
        return (yield from self._first_row(self._rpc_write("claim_next_ticket", arguments, id=claim_id), Ticket))

    @call
    def claim(self, ticket: TicketRef) -> Flow[Ticket]:
        """Staff: take this ticket.

        Raises:
            AlreadyAssignedError: Somebody else has it; ``.current`` is the ticket.
        """
        arguments = {"ticket_id": (yield from find_ticket_id(self, ticket))}
        return (yield from route_ticket(self, "claim_ticket", ticket, arguments, ANY_REVISION, {}))

    @call
    def assign(self, ticket: TicketRef, user: UserRef, *, revision: Revision = None) -> Flow[Ticket]:
        """Staff: give a ticket to an active agent. A Ticket: only if nobody has changed it since you read it.

        Args:
            revision: LATEST to assign it whatever has changed.

        Raises:
            AssigneeNotFoundError: There is no such active agent.
            StaleRevisionError: It has changed; ``.current`` is the ticket as it is now.
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
        """Staff: put a ticket back into its team's queue. A Ticket: only if nobody has changed it since you read it.

        Raises:
            StaleRevisionError: It has changed; ``.current`` is the ticket as it is now.
        """
        arguments = {"ticket_id": (yield from find_ticket_id(self, ticket))}
        return (
            yield from route_ticket(
                self, "unassign_ticket", ticket, arguments, seen_revision(ticket, revision), {"assigned_to": None}
            )
        )

    @call
    def transfer(self, ticket: TicketRef, team: TeamRef, *, revision: Revision = None) -> Flow[Ticket]:
        """Staff: move a ticket to another team's queue, unassigned. You may lose sight of it.

        Raises:
            StaleRevisionError: It has changed; ``.current`` is the ticket as it is now.
        """
        team_id = yield from find_team_id(self, "team", team)
        arguments = {"ticket_id": (yield from find_ticket_id(self, ticket)), "team_id": team_id}
        return (
            yield from route_ticket(
                self, "transfer_ticket", ticket, arguments, seen_revision(ticket, revision), {"team_id": team_id}
            )
        )

    @call
    def tag(self, ticket: TicketRef, *tags: str) -> Flow[None]:
        """Staff: add tags; those it has already stay.

        Raises:
            TooManyError: A ticket has at most 50.
        """
        chosen = check.tags("tags", tags)
        ticket_id = yield from find_ticket_id(self, ticket)
        if not chosen:
            return
        rows = [{"ticket_id": str(ticket_id), "tag": tag} for tag in chosen]
        query = self._rest.from_("ticket_tags").upsert(rows, ignore_duplicates=True)
        reply: Reply = yield self._write(query, accepts=(ForbiddenError,))
        # Refused by the policy: not a ticket one works. Whether it exists is told only to those who see it.
        if reply.error is not None:
            yield from require_ticket(self, ticket)
        reply.raise_error()

    @call
    def untag(self, ticket: TicketRef, *tags: str) -> Flow[None]:
        """Staff: take tags away; those it does not have do not matter."""
        chosen = check.tags("tags", tags)
        ticket_id = yield from find_ticket_id(self, ticket)
        if chosen:
            query = self._rest.from_("ticket_tags").delete().eq("ticket_id", ticket_id).in_("tag", chosen)
            yield self._write(query)

    @call
    def tags(self, ticket: TicketRef) -> Flow[tuple[str, ...]]:
        """Staff: the tags it has now, sorted; for customers always none."""
        found = yield from current_ticket(self, ticket)
        if found is None:
            raise no_such(ticket)
        return found.tags or ()

    @paged
    def timeline(self, ticket: TicketRef, *, page_size: int = 100) -> Flow[Page[TimelineEntry]]:
        """Messages, notes and changes of a ticket, as far as you may see them, oldest first.

        Args:
            page_size: How many to fetch at a time, 1 to 1000.
        """
        ticket_key(ticket)
        return self._timeline(ticket, check.integer("page_size", page_size, 1, limits.PAGE_MAX), None)

    def _timeline(self, ticket: TicketRef, size: int, after: TimelineEntry | None) -> Flow[Page[TimelineEntry]]:
        ticket_id = yield from find_ticket_id(self, ticket)
        behind = {} if after is None else {"after_at": after.at.isoformat(), "after_id": after.id}
        reply: Reply = yield self._rpc_read("ticket_timeline", ticket_id=str(ticket_id), max_rows=size, **behind)
        rows = reply.rows(TimelineEntry)
        if is_last(rows, size):
            return Page(rows)
        return Page(rows, lambda: self._timeline(ticket_id, size, rows[-1]))
