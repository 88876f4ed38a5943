"""How tickets look: a table of them, and one with its timeline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .._base import output as out
from .._base.json import plain
from .._base.output import Column, age, moment
from .._base.settings import settings
from .names import Names
from .seen import Seen
from .timeline import print_body, show_timeline

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, Ticket, TimelineEntry

# Readable on black and on white.
_STATUS_STYLE = {"open": "bold", "resolved": "green", "closed": "dim"}
_PRIORITY_STYLE = {"urgent": "bold red", "high": "red", "low": "dim"}
# Where the word has no room.
_PRIORITY_MARK = {"urgent": "!!", "high": "!"}
_MARK_STYLE = {mark: _PRIORITY_STYLE[word] for word, mark in _PRIORITY_MARK.items()}


def show_list(hd: Helpdesk, tickets: Sequence[Ticket]) -> None:
    """Print tickets as a table with the names of teams and people, or as JSON."""
    if settings().json:
        out.print_json(tickets)
        return
    names = Names()
    names.learn_tickets(hd, tickets)
    out.render(tickets, columns(names), empty="No tickets.")


def columns(names: Names) -> list[Column[Ticket]]:
    """What a row about a ticket says; less on narrow terminals."""
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
        Column("Assigned", lambda ticket: names.person(ticket.assigned_to), flexible=True, from_width=70),
        Column("Requester", lambda ticket: names.person(ticket.created_by), flexible=True, from_width=110),
        Column("Age", lambda ticket: age(ticket.created_at), right=True),
        Column("Updated", lambda ticket: age(ticket.updated_at), right=True, from_width=80),
    ]


def show_ticket(hd: Helpdesk, seen: Seen, ticket: Ticket, last: int | None) -> None:
    """Print a ticket and its timeline, and remember how far the conversation was shown."""
    entries = hd.tickets.timeline(ticket, page_size=500)
    if settings().json:
        shown = _newest(list(entries), last)
        out.print_json({**plain(ticket), "timeline": plain(shown)})
    else:
        names = Names()
        names.learn_tickets(hd, [ticket])
        _print_head(ticket, names)
        shown = _newest(list(entries), last)
        names.learn_events(hd, [entry.data for entry in shown])
        show_timeline(shown, names)
    messages = [entry.id for entry in shown if entry.kind == "message"]
    # With --last the newest message may have been left out: then nothing new counts as seen.
    if messages or last is None:
        from uuid import UUID

        seen.remember(ticket.ticket_id, UUID(messages[-1]) if messages else None)


def _newest(entries: Sequence[TimelineEntry], last: int | None) -> Sequence[TimelineEntry]:
    return entries if last is None else entries[-last:]


def _print_head(ticket: Ticket, names: Names) -> None:
    fields: Iterable[tuple[str, object]] = [
        ("status", ticket.status),
        ("priority", ticket.priority),
        ("team", names.team(ticket.team_id)),
        ("assigned to", names.person_in_full(ticket.assigned_to) or "nobody"),
        ("requester", names.person_in_full(ticket.created_by)),
        ("tags", ", ".join(ticket.tags or ())),
        ("opened", f"{moment(ticket.created_at)} ({age(ticket.created_at)} ago), {ticket.channel}"),
        ("updated", f"{moment(ticket.updated_at)} ({age(ticket.updated_at)} ago)"),
        ("snoozed until", moment(ticket.snoozed_until) if ticket.snoozed_until else None),
        ("external id", ticket.external_id),
        ("custom fields", json.dumps(ticket.custom_fields, ensure_ascii=False) if ticket.custom_fields else None),
        ("id", ticket.ticket_id),
    ]
    out.render_fields(f"#{ticket.number}  {ticket.title}", list(fields), json=ticket)
    if ticket.description.strip():
        out.console().print()
        print_body(ticket.description, "  ")
    out.console().print()
