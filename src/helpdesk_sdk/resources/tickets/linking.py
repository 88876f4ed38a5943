"""Links between tickets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, either, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ..._ids import new_id
from ...models.links import Duplicate, Link, LinkKind, LinkKindName
from ...models.messages import Message
from ...models.tickets import Ticket
from .._references import TicketRef, find_ticket_id, require_ticket, ticket_key

_OLDEST = Keyset("linked_at", "link_id", descending=False)
_WITH_TICKETS = (
    "*",
    "source:tickets!ticket_links_source_id_fkey(number,title,status)",
    "target:tickets!ticket_links_target_id_fkey(number,title,status)",
)


class TicketLinking(Resource[Driver]):
    """The part of ``hd.tickets`` that links tickets."""

    @call
    def link(self, ticket: TicketRef, kind: LinkKind | LinkKindName, other: TicketRef) -> Flow[Link]:
        """Those who work both tickets: link two tickets, as in ``link(7, "blocks", 9)``.

        Neither ticket changes. Linking them again changes nothing.

        Args:
            ticket: The ticket that the link begins at: its number, its id, or a Ticket.
            kind: ``duplicate_of``, ``blocks``, ``child_of`` or ``follow_up_of``.
            other: The ticket that the link leads to.

        Raises:
            LinkCycleError: The other ticket leads back to this one by links of this kind.
            TicketMergedError: One of them is merged into another ticket.
            TooManyError: The ticket links to 50 others already.
            InvalidValueError: Both are the same ticket.
            ForbiddenError: You are the requester of one of them, and do not work it.
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        reply: Reply = yield self._rpc_write("link_tickets", (yield from self._ends(ticket, kind, other)))
        return reply.value(Link)

    @call
    def unlink(self, ticket: TicketRef, kind: LinkKind | LinkKindName, other: TicketRef) -> Flow[None]:
        """Those who work both tickets: remove a link. Removing a link that is not there changes nothing.

        Args:
            ticket: The ticket that the link begins at: its number, its id, or a Ticket.
            kind: ``duplicate_of``, ``blocks``, ``child_of`` or ``follow_up_of``.
            other: The ticket that the link leads to.

        Raises:
            ForbiddenError: You are the requester of one of them, and do not work it.
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        yield self._rpc_write("unlink_tickets", (yield from self._ends(ticket, kind, other)))

    def _ends(self, ticket: TicketRef, kind: LinkKind | LinkKindName, other: TicketRef) -> Flow[dict[str, Any]]:
        chosen = check.choice("kind", kind, LinkKind)
        return {
            "source_id": (yield from find_ticket_id(self, ticket)),
            "kind": chosen,
            "target_id": (yield from find_ticket_id(self, other)),
        }

    @call
    def split(self, message: Message | UUID | str, title: str | None = None, *, id: UUID | None = None) -> Flow[Ticket]:
        """Members of the ticket's team and admins: make a ticket of a message that is about another matter.

        The new ticket has the same requester, queue and priority, the message's text as description, and a link
        ``follow_up_of`` to the ticket. The message stays where it is, with its files. ``merge`` undoes it.

        Args:
            message: The message, or its id.
            title: The title; None for the message's first line.
            id: A UUID of your own for the ticket. Repeating the call with the same id returns the same ticket.

        Raises:
            MessageNotFoundError: There is no such message, or you do not work its ticket.
            InvalidValueError: The message is redacted, or the title is not valid.
            TicketNotFoundError: You are the ticket's assignee, and not a member of its team.
            ForbiddenError: You are not staff.
            IdConflictError: The id belongs to another ticket.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        ticket_id = new_id() if id is None else check.identifier("id", id)
        message_id = message.message_id if isinstance(message, Message) else check.identifier("message", message)
        arguments: dict[str, Any] = {"message_id": str(message_id), "ticket_id": ticket_id}
        if title is not None:
            arguments["title"] = check.text("title", title, 1, limits.TITLE_MAX)
        reply: Reply = yield self._rpc_write("split_ticket", arguments, id=ticket_id)
        return reply.value(Ticket)

    @call
    def duplicates(self, ticket: TicketRef, *, limit: int = 10) -> Flow[tuple[Duplicate, ...]]:
        """Those who work the ticket: open and pending tickets that may be about the same matter, likeliest first.

        Only tickets that you work are looked at. First those of the same requester, then those that name the same order
        number, address or other identifier, then by similarity. What is said to be a duplicate of the ticket already is
        left out. ``merge`` or ``link(other, "duplicate_of", ticket)`` is the next step.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            limit: How many at most, 1 to 50.

        Raises:
            ForbiddenError: You are the requester, and do not work the ticket.
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        rows = check.integer("limit", limit, 1, limits.DUPLICATES_MAX)
        arguments: dict[str, Any] = {"ticket_id": str((yield from find_ticket_id(self, ticket))), "max_rows": rows}
        reply: Reply = yield self._read(self._rest.rpc("suggest_duplicates", arguments))
        return tuple(reply.rows(Duplicate))

    @paged
    def links(self, ticket: TicketRef, *, page_size: int = 100) -> Flow[Page[Link]]:
        """The links from and to a ticket, oldest first, with number, title and status of both tickets.

        Those who work both tickets of a link see it. A requester sees which of their own tickets is a follow-up of
        which, and no other kind.

        Args:
            ticket: The ticket: its number, its id, or a Ticket.
            page_size: Links per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        ticket_key(ticket)
        return self._links(ticket, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _links(self, ticket: TicketRef, size: int) -> Flow[Page[Link]]:
        ticket_id = yield from find_ticket_id(self, ticket)
        ends = (f"source_id.eq.{ticket_id}", f"target_id.eq.{ticket_id}")
        links = self._rest.from_("ticket_links")
        page = yield from keyset_page(
            self._read,
            lambda: either(links.select(*_WITH_TICKETS).is_("unlinked_at", "null"), *ends),
            Link,
            _OLDEST,
            size,
        )
        if not page.items:
            yield from require_ticket(self, ticket)
        return page
