"""Mails that are sent, and what waits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .._base.choices import OutboundState, words
from .._base.options import LimitOption
from .._base.output import age, one_more, print_fields, print_up_to
from .._connect.connection import connect
from .._show.sent_mails import AUTOMATIC_COLUMNS, SENT_COLUMNS
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import MailboxHealth

TicketOption = Annotated[
    str | None, typer.Option(metavar="TICKET", help="Only those about this ticket, by number or id.")
]
RecipientOption = Annotated[str | None, typer.Option("--to", metavar="ADDRESS", help="Only those to this address.")]


@app.command()
def sent(
    ticket: TicketOption = None,
    recipient: RecipientOption = None,
    state: Annotated[
        list[OutboundState] | None,
        typer.Option(metavar=words(OutboundState), help="Only this state; may be repeated."),
    ] = None,
    limit: LimitOption = 50,
) -> None:
    """List the mails that are sent, newest first."""
    with connect() as hd:
        pager = hd.mail.outbound.list(ticket=ticket, recipient=recipient, state=state or None, page_size=500)
        found = one_more(pager, limit, "mails")
    print_up_to(found, limit, SENT_COLUMNS, "mails", empty="No mails.")


@app.command()
def automatic(
    ticket: TicketOption = None,
    recipient: RecipientOption = None,
    skipped: Annotated[bool, typer.Option("--skipped", help="Only those that were not written.")] = False,
    limit: LimitOption = 50,
) -> None:
    """List the automatic mails, and why some were not sent."""
    with connect() as hd:
        state: Literal["skipped"] | None = "skipped" if skipped else None
        pager = hd.mail.automatic.list(ticket=ticket, recipient=recipient, state=state, page_size=500)
        found = one_more(pager, limit, "mails")
    print_up_to(found, limit, AUTOMATIC_COLUMNS, "mails", empty="No automatic mails.")


@app.command()
def health() -> None:
    """Show each address, what waits, and what failed."""
    with connect() as hd:
        found = hd.mail.health()
    last = [
        (one.address, f"{age(one.last_received_at)} ago" if one.last_received_at else "no mail yet")
        for one in found.channels
        if one.is_active
    ]
    fields: list[tuple[str, object]] = [
        *last,
        *((f"{one.mailbox}, {one.folder}", _mailbox(one)) for one in found.mailboxes),
        ("not parsed", _waiting(found.unparsed, found.oldest_unparsed_at)),
        ("quarantine", _waiting(found.quarantined, found.oldest_quarantined_at)),
        ("failed", found.failed),
        ("suppressed", found.suppressed),
    ]
    print_fields("Mail", fields, json=found)


def _mailbox(one: MailboxHealth) -> str:
    if one.problem:
        return f"cannot be read: {one.problem}"
    failed = f", {one.failed:,} failed: {one.last_failure}" if one.failed else ""
    return f"read {age(one.checked_at)} ago{failed}"


def _waiting(count: int, oldest: datetime | None) -> str:
    return f"{count:,}, the oldest for {age(oldest)}" if oldest else f"{count:,}"
