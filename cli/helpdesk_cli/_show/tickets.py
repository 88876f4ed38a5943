"""Shows tickets: a table, or a single ticket with its timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._base import output as out
from .._base.json import jsonable
from .._base.output import Column, age, local_time
from .._base.settings import settings
from . import attachments, sent_mails
from .field_values import labelled
from .name_cache import NameCache
from .read_receipts import ReadReceipts
from .timeline import print_body, show_timeline

if TYPE_CHECKING:
    from helpdesk_sdk import Attachment, Helpdesk, Ticket, TimelineEntry

# Readable on black and on white.
_STATUS_STYLE = {"open": "bold", "resolved": "green", "closed": "dim"}
_PRIORITY_STYLE = {"urgent": "bold red", "high": "red", "low": "dim"}
# Shown instead of the word on narrow terminals.
_PRIORITY_MARK = {"urgent": "!!", "high": "!"}
_MARK_STYLE = {mark: _PRIORITY_STYLE[word] for word, mark in _PRIORITY_MARK.items()}


# The columns of a saved view, by the names that the helpdesk gives them.
_OF_VIEWS = {"number": "#", "created": "Age"}


def show_list(hd: Helpdesk, tickets: Sequence[Ticket], only: Sequence[str] = ()) -> None:
    """Print tickets as a table with the names of teams and people, or as JSON; ``only`` are the columns of a view."""
    names = NameCache()
    names.load_tickets(hd, tickets)
    shown = columns(names)
    if only:
        extra: list[Column[Ticket]] = [
            Column("Tags", lambda ticket: ", ".join(ticket.tags or ()), flexible=True),
            Column("Channel", lambda ticket: ticket.channel),
        ]
        by_title = {column.title: replace(column, from_width=0) for column in [*shown, *extra]}
        shown = [by_title[_OF_VIEWS.get(name, name.title())] for name in only]
    out.print_rows(tickets, shown, empty="No tickets.", json=names.ticket_json)


def print_changed(hd: Helpdesk, sentence: str, ticket: Ticket) -> None:
    """Print what was done with a ticket: the sentence for people, the ticket with names for programs."""
    out.print_result(sentence, json=changed_json(hd, [ticket])[0] if settings().json else None)


def changed_json(hd: Helpdesk, tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
    """Tickets that were changed, with names. The change is made: when the names cannot be read, they are null."""
    from helpdesk_sdk.errors import HelpdeskError

    names = NameCache()
    with suppress(HelpdeskError):
        names.load_tickets(hd, tickets)
    return [names.ticket_json(ticket) for ticket in tickets]


def columns(names: NameCache) -> list[Column[Ticket]]:
    """The columns of a table of tickets; fewer on narrow terminals."""
    return [
        Column("#", lambda ticket: ticket.number, right=True),
        Column("Status", lambda ticket: ticket.status, style=lambda text: _STATUS_STYLE.get(text, ""), from_width=30),
        Column(
            "Priority", lambda ticket: ticket.priority, style=lambda text: _PRIORITY_STYLE.get(text, ""), from_width=45
        ),
        Column(
            "!",
            lambda ticket: _PRIORITY_MARK.get(ticket.priority, " "),
            style=lambda text: _MARK_STYLE.get(text, ""),
            from_width=24,
            below_width=45,
        ),
        Column("Title", lambda ticket: ticket.title, flexible=True),
        Column("Team", lambda ticket: names.team(ticket.team_id), flexible=True, from_width=90),
        Column("Assignee", lambda ticket: names.person(ticket.assigned_to), flexible=True, from_width=70),
        Column("Requester", lambda ticket: names.person(ticket.created_by), flexible=True, from_width=110),
        Column("Age", lambda ticket: age(ticket.created_at), right=True),
        Column("Updated", lambda ticket: age(ticket.updated_at), right=True, from_width=80),
    ]


def show_ticket(hd: Helpdesk, receipts: ReadReceipts, ticket: Ticket, last: int | None) -> None:
    """Print a ticket and its timeline, and record the newest message that was shown."""
    entries = hd.tickets.timeline(ticket, page_size=500)
    names = NameCache()
    names.load_tickets(hd, [ticket])
    files = hd.attachments.list(ticket, page_size=500).all()
    # Customers have none.
    mails = hd.mail.outbound.list(ticket=ticket, page_size=500).all()
    if settings().json:
        shown = _newest(list(entries), last)
        out.print_json(
            {
                **names.ticket_json(ticket),
                "attachments": jsonable(files),
                "mails": jsonable(mails),
                "timeline": jsonable(shown),
            }
        )
    else:
        _print_head(ticket, names, labelled(hd, ticket), files, sent_mails.summary(mails))
        shown = _newest(list(entries), last)
        names.load_events(hd, [entry.data for entry in shown])
        names.add_files(files)
        show_timeline(shown, names)
    messages = [entry.id for entry in shown if entry.kind == "message"]
    # With --last, the newest message may have been left out: then nothing is recorded.
    if messages or last is None:
        from uuid import UUID

        receipts.record(ticket.ticket_id, UUID(messages[-1]) if messages else None)


def _newest(entries: Sequence[TimelineEntry], last: int | None) -> Sequence[TimelineEntry]:
    return entries if last is None else entries[-last:]


def _print_head(
    ticket: Ticket,
    names: NameCache,
    values: Sequence[tuple[str, object]],
    files: Sequence[Attachment],
    mailed: str | None,
) -> None:
    fields: Iterable[tuple[str, object]] = [
        ("status", ticket.status),
        ("priority", ticket.priority),
        ("team", names.team(ticket.team_id)),
        ("assignee", names.full_person(ticket.assigned_to) or "nobody"),
        ("requester", names.full_person(ticket.created_by)),
        ("tags", ", ".join(ticket.tags or ())),
        ("channel", ticket.channel),
        ("opened", f"{local_time(ticket.created_at)} ({age(ticket.created_at)} ago)"),
        ("updated", f"{local_time(ticket.updated_at)} ({age(ticket.updated_at)} ago)"),
        ("snoozed until", local_time(ticket.snoozed_until) if ticket.snoozed_until else None),
        ("external id", ticket.external_id),
        *values,
        ("files", attachments.shown(files)),
        ("mails", mailed),
        ("id", ticket.ticket_id),
    ]
    out.print_fields(f"#{ticket.number}  {ticket.title}", list(fields), json=ticket)
    if ticket.description.strip():
        out.console().print()
        print_body(ticket.description, "  ")
    out.console().print()
