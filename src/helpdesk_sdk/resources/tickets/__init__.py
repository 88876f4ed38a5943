"""Tickets: what a requester needs, in whose queue it is, who works it, and its status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import is_last
from ..._http.resource import Driver, call, paged
from ..._ids import new_id
from ...errors import ConflictError, ExternalIdTakenError, IdConflictError, TicketNotFoundError
from ...models.tickets import Channel, ChannelName, Priority, PriorityName, Status, StatusName, Ticket, TimelineEntry
from .._queries import Query
from .._references import (
    TeamRef,
    TicketRef,
    UserRef,
    find_team_id,
    find_ticket_id,
    find_user_id,
    no_such,
    ticket_key,
)
from .bulk import TicketBulk
from .changes import TicketChanges
from .counting import TicketCounting
from .exporting import TicketExporting
from .fields import FieldOrder, FieldValue, sent_values
from .linking import TicketLinking
from .matching import list_matching
from .merging import TicketMerging
from .participants import TicketParticipants
from .query import Order, Scope, first_page, ticket_query
from .revisions import current_ticket, ticket_where
from .routing import TicketRouting
from .tags import TicketTags


class Tickets(
    TicketChanges[Driver],
    TicketRouting[Driver],
    TicketTags[Driver],
    TicketCounting[Driver],
    TicketMerging[Driver],
    TicketLinking[Driver],
    TicketParticipants[Driver],
    TicketBulk[Driver],
    TicketExporting[Driver],
):
    """``hd.tickets``: tickets. Customers see their own, agents their teams' and those assigned to them, admins all."""

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
            title: The title, 1 to 300 characters.
            description: What the requester needs, up to 100,000 characters.
            id: A UUID of your own. Repeating the call with the same id and content returns the same ticket.
            priority: ``low``, ``medium``, ``high`` or ``urgent``; None for ``medium``. Staff only, except ``medium``.
            team: The team whose queue it goes to; None for the default team. Customers may name public teams.
            requester: The person who needs something; None for yourself. Staff only.
            channel: The channel through which it came in. Staff only, except ``api``, ``web`` and ``chat``.
            external_id: Your own key for the ticket, up to 200 characters, unique in the helpdesk. Staff only.
                Repeating the call with the same key, content and requester returns the same ticket, whatever ``id``.
            custom_fields: The values of custom fields, by key. Customers may set ``customer_editable`` fields, staff
                also ``staff_only`` fields. A Decimal, a date and a set are accepted where the field's type fits.
            tags: At most 50 tags, each of 1 to 50 characters. Staff only.

        Raises:
            InvalidValueError: A value is not valid, or the secret key named no requester; nothing was sent.
            ForbiddenError: A value is for staff only.
            TeamNotFoundError: There is no such team, or you may not see it.
            UserNotFoundError: There is no such requester, or you may not see them.
            IdConflictError: The id belongs to other content; ``.current`` is that ticket, if you may see it.
            ExternalIdTakenError: A ticket with other content has the external id; ``.current`` is that ticket, if
                you may see it.
            FieldNotFoundError: There is no such custom field, or you may not see it.
            FieldRetiredError: A custom field is retired.
            FieldRequiredError: A custom field that is required to open a ticket has no value.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        ticket_id = new_id() if id is None else check.identifier("id", id)
        arguments: dict[str, Any] = {
            "ticket_id": ticket_id,
            "title": check.name("title", title, 1, limits.TITLE_MAX),
            "description": check.text("description", description, 0, limits.BODY_MAX),
            "channel": check.choice("channel", channel, Channel),
        }
        if priority is not None:
            arguments["priority"] = check.choice("priority", priority, Priority)
        if external_id is not None:
            arguments["external_id"] = check.text("external_id", external_id, 1, limits.EXTERNAL_ID_MAX)
        if custom_fields is not None:
            arguments["custom_fields"] = sent_values(custom_fields)
        if chosen := check.tags("tags", tags):
            arguments["tags"] = chosen
        if requester is None and self._session_store.is_system:
            raise check.invalid("requester", "is missing: the secret key is not a person, so name the requester")
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
            ticket: A number (42, "42", "#42"), an id, or a Ticket to read again.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it; both look the same.
        """
        found = yield from current_ticket(self, ticket)
        if found is None:
            raise no_such(ticket)
        return found

    @call
    def get_by_external_id(self, external_id: str) -> Flow[Ticket]:
        """One ticket, by your own key for it.

        Args:
            external_id: The key, 1 to 200 characters.

        Raises:
            TicketNotFoundError: No ticket that you may see has this key.
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
        query: Query | None = None,
        status: Status | StatusName | Sequence[Status | StatusName] | None = None,
        priority: Priority | PriorityName | Sequence[Priority | PriorityName] | None = None,
        team: TeamRef | None = None,
        assigned_to: UserRef | Literal["me", "nobody"] | None = None,
        requester: UserRef | None = None,
        tag: str | None = None,
        external_id: str | None = None,
        fields: Mapping[str, FieldValue | Sequence[FieldValue] | AbstractSet[FieldValue]] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        updated_after: datetime | None = None,
        updated_before: datetime | None = None,
        scope: Scope | None = None,
        order: Order | FieldOrder = "-created_at",
        page_size: int = 50,
    ) -> Flow[Page[Ticket]]:
        """Tickets, newest first. Every page costs the same, at any depth.

        Args:
            query: Only tickets that match this query: a text such as ``status:open "double charge"``, or a tree. Other
                filters cannot go with it; staff have the tickets that they work, and with ``scope="mine"`` their own.
            status: Only tickets with this status, or one of these.
            priority: Only tickets with this priority, or one of these.
            team: Only tickets in this team's queue.
            assigned_to: Only tickets of this assignee: a person, "me", or "nobody".
            requester: Only tickets of this requester: a person, or "me".
            tag: Only tickets with this tag. Staff only.
            external_id: Only the ticket with this key.
            fields: Only tickets whose custom fields have these values, by key: a value, or several of which the ticket
                must have one. At most 5 fields. Not for fields of type ``long_text``.
            created_after: Only tickets opened at this time or later; a datetime with a time zone.
            created_before: Only tickets opened before this time.
            updated_after: Only tickets changed at this time or later.
            updated_before: Only tickets changed before this time.
            scope: "mine" for tickets that you requested, "team" for your teams' queues (admins: all tickets). None for
                "mine" as a customer and "team" as staff; with ``assigned_to``, every ticket that you may see.
            order: ``created_at``, ``updated_at`` or ``number``; with a minus, the greatest first. ``priority`` puts the
                most urgent first and among these the oldest, as ``claim_next`` does; ``-priority`` is the reverse.
                ``by_field("KEY")`` orders by a custom field, and has only tickets with a value.
            page_size: Tickets per request, 1 to 1000.

        Raises:
            InvalidValueError: A value is not valid; of a query, the message names the field and the place.
            TeamNotFoundError: There is no such team, or you may not see it.
            UserNotFoundError: There is no such assignee or requester, or you may not see them.
            FieldNotFoundError: There is no such custom field, or you may not see it.
        """
        moments = {
            "created_after": created_after,
            "created_before": created_before,
            "updated_after": updated_after,
            "updated_before": updated_before,
        }
        if query is not None:
            given: dict[str, object] = {
                "status": status,
                "priority": priority,
                "team": team,
                "assigned_to": assigned_to,
            }
            given |= {"requester": requester, "tag": tag, "external_id": external_id, "fields": fields}
            return list_matching(self, query, given, scope, order, page_size)
        asked = ticket_query(
            status=status,
            priority=priority,
            team=team,
            assigned_to=assigned_to,
            requester=requester,
            tag=tag,
            external_id=external_id,
            fields=fields,
            moments=moments,
            scope=scope,
            order=order,
            page_size=page_size,
        )
        return first_page(self, asked)

    @paged
    def timeline(self, ticket: TicketRef, *, page_size: int = 100) -> Flow[Page[TimelineEntry]]:
        """Messages, notes and changes of a ticket, as far as you may see them, in the order of writing.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            page_size: Entries per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        ticket_key(ticket)
        return self._timeline(ticket, check.integer("page_size", page_size, 1, limits.PAGE_MAX), None)

    def _timeline(self, ticket: TicketRef, size: int, after: TimelineEntry | None) -> Flow[Page[TimelineEntry]]:
        ticket_id = yield from find_ticket_id(self, ticket)
        behind = {} if after is None else {"after_sequence": after.sequence}
        reply: Reply = yield self._rpc_read("ticket_timeline", ticket_id=str(ticket_id), max_rows=size, **behind)
        rows = reply.rows(TimelineEntry)
        if is_last(rows, size):
            return Page(rows)
        return Page(rows, lambda: self._timeline(ticket_id, size, rows[-1]))
