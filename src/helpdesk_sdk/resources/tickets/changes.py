"""Changes of a ticket's own values: title, priority, status and the like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..._http.flow import Flow
from ..._http.resource import Driver, Resource, call
from ..._sentinels import UNSET, Unset
from ...models.tickets import Priority, PriorityName, Status, StatusName, Ticket
from .._references import TicketRef
from .revisions import Revision, checked_changes, patch_ticket, seen_revision


class TicketChanges(Resource[Driver]):
    """The part of ``hd.tickets`` that changes a ticket's values."""

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
        """Change a ticket, unless it has changed since you read it. Your own replies since then do not count.

        A value that is left out stays as it is.

        Args:
            ticket: The ticket. A Ticket carries its revision. With a number or an id, any revision is changed; a new
                title or description then needs ``revision``.
            title: The new title, 1 to 300 characters.
            description: The new description, up to 100,000 characters.
            priority: The new priority. Staff only.
            status: The new status.
            custom_fields: The values of custom fields to change, by key; None removes a value, fields that are not
                named stay. Customers may set ``customer_editable`` fields.
            external_id: The new key of your own; None removes it. Staff only.
            snoozed_until: ``claim_next`` passes the ticket over until this time; None ends the snooze. Staff only.
            revision: The revision you saw, in place of the Ticket's; LATEST to overwrite any revision.

        Raises:
            StaleRevisionError: The ticket has changed; ``.current`` is the ticket as it is now.
            AlreadyAnsweredError: Customers may not change the title or description of an answered ticket.
            TransitionNotAllowedError: The ticket cannot go from its status to this one.
            ExternalIdTakenError: Another ticket has the external id.
            FieldNotFoundError: There is no such custom field, or you may not see it.
            FieldRetiredError: A custom field is retired.
            FieldRequiredError: A required custom field would have no value.
            ForbiddenError: A value is for staff only.
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        changes = checked_changes(title, description, priority, status, custom_fields, external_id, snoozed_until)
        return (yield from patch_ticket(self, ticket, changes, seen_revision(ticket, revision, changes=changes)))

    @call
    def resolve(self, ticket: TicketRef) -> Flow[Ticket]:
        """Those who work the ticket: resolve it.

        A Ticket: only if it has not changed since you read it, except by your own replies.

        Args:
            ticket: The ticket. A Ticket carries its revision; with a number or an id, any revision is changed.

        Raises:
            StaleRevisionError: The ticket has changed; ``.current`` is the ticket as it is now.
            TransitionNotAllowedError: The ticket is closed, or you are its requester.
            FieldRequiredError: A custom field that is required to resolve a ticket has no value.
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        return (yield from patch_ticket(self, ticket, {"status": "resolved"}, seen_revision(ticket, None)))

    @call
    def reopen(self, ticket: TicketRef) -> Flow[Ticket]:
        """Open a ticket again. A Ticket: only if it has not changed since you read it, except by your own replies.

        Args:
            ticket: The ticket. A Ticket carries its revision; with a number or an id, any revision is changed.

        Raises:
            StaleRevisionError: The ticket has changed; ``.current`` is the ticket as it is now.
            TransitionNotAllowedError: The ticket cannot go from its status to ``open``.
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        return (yield from patch_ticket(self, ticket, {"status": "open"}, seen_revision(ticket, None)))

    @call
    def close(self, ticket: TicketRef) -> Flow[Ticket]:
        """Close a ticket. A Ticket: only if it has not changed since you read it, except by your own replies.

        Args:
            ticket: The ticket. A Ticket carries its revision; with a number or an id, any revision is changed.

        Raises:
            StaleRevisionError: The ticket has changed; ``.current`` is the ticket as it is now.
            TransitionNotAllowedError: The ticket cannot go from its status to ``closed``.
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        return (yield from patch_ticket(self, ticket, {"status": "closed"}, seen_revision(ticket, None)))
