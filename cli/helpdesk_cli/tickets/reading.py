"""Lists of tickets, and single tickets."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .._base.choices import Priority, Status, words
from .._base.options import LimitOption
from .._base.output import print_note, with_progress
from .._base.settings import settings
from .._base.times import time_option
from .._connect.connection import connect
from .._connect.membership import membership_problem
from .._connect.role import Scope, in_scope_of_role
from .._connect.target import target
from .._show import tickets as view
from .._show.field_values import parsed
from .._show.read_receipts import ReadReceipts
from .app import TicketArgument, app

if TYPE_CHECKING:
    from helpdesk_sdk import Ticket

_ORDERS = ("-created_at", "created_at", "-updated_at", "updated_at", "-number", "number", "priority", "-priority")


def _checked_order(order: str) -> str:
    if order not in _ORDERS and not order.removeprefix("-").startswith("fields."):
        raise typer.BadParameter(f"{order!r} is not one of {', '.join(_ORDERS)}, fields.KEY, -fields.KEY.")
    return order


@app.command("list")
def list_(
    query: Annotated[
        str | None,
        typer.Option(
            "--query", "-q", metavar="QUERY", help="Only tickets that match, as for helpdesk search; no other filter."
        ),
    ] = None,
    status: Annotated[
        list[Status] | None, typer.Option(metavar=words(Status), help="Only this status; may be repeated.")
    ] = None,
    priority: Annotated[
        list[Priority] | None, typer.Option(metavar=words(Priority), help="Only this priority; may be repeated.")
    ] = None,
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only this team's queue, by name or id.")] = None,
    assigned_to: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only this assignee: an e-mail address, me or nobody.")
    ] = None,
    requester: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only this requester: an e-mail address or me.")
    ] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Only tickets with this tag.")] = None,
    external_id: Annotated[
        str | None, typer.Option(metavar="KEY", help="Only the ticket with this external id.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE", help="Only this value of a custom field; may be repeated.", show_default=False
        ),
    ] = None,
    created_after: Annotated[datetime | None, time_option("Only tickets opened at or after this local time")] = None,
    created_before: Annotated[datetime | None, time_option("Only tickets opened before it")] = None,
    updated_after: Annotated[datetime | None, time_option("Only tickets changed at or after this local time")] = None,
    updated_before: Annotated[datetime | None, time_option("Only tickets changed before it")] = None,
    scope: Annotated[
        Literal["mine", "team"] | None, typer.Option(help="Only tickets you requested, or those in your teams' queues.")
    ] = None,
    order: Annotated[
        str,
        typer.Option(
            metavar="|".join(_ORDERS),
            help="The order; with a minus, descending. priority: most urgent, then oldest. fields.KEY: by a field.",
            callback=_checked_order,
        ),
    ] = "-created_at",
    limit: LimitOption = 50,
) -> None:
    """List tickets, newest first by default.

    Staff see their teams' queues (admins: all tickets). Customers see their own tickets.
    """
    with connect() as hd:
        values = parsed(hd, field or (), several=True) or None

        def read(own_scope: Scope | None) -> list[Ticket]:
            found = hd.tickets.list(
                query=query,
                status=status,
                priority=priority,
                team=team,
                assigned_to=assigned_to,
                requester=requester,
                tag=tag,
                external_id=external_id,
                fields=values,
                scope=scope or own_scope,
                order=order,  # type: ignore[arg-type]
                page_size=500,
                created_after=created_after,
                created_before=created_before,
                updated_after=updated_after,
                updated_before=updated_before,
            )
            return list(with_progress(found.limit(limit + 1) if limit else found, "tickets"))

        # Other lists have the same scope for everybody.
        unscoped = scope is None and tag is None and external_id is None and query is None
        by_role = unscoped and assigned_to in (None, "nobody") and requester != "me"
        tickets = in_scope_of_role(hd, read) if by_role else read(None)
        more = bool(limit) and len(tickets) > limit
        view.show_list(hd, tickets[:limit] if more else tickets)
        if not tickets and not settings().json and (by_role or team is not None):
            problem = membership_problem(hd, team)
            if problem is not None:
                print_note(problem)
    if more:
        print_note(f"There are more tickets: --limit {limit * 4}, or --limit 0 for all.")


@app.command()
def show(
    ticket: TicketArgument,
    last: Annotated[int | None, typer.Option(min=1, help="Only this many entries of the timeline, the newest.")] = None,
) -> None:
    """Show a ticket with its messages, internal notes and events."""
    with connect() as hd:
        view.show_ticket(hd, ReadReceipts(target().identity), hd.tickets.get(ticket), last)
