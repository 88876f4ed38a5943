"""`helpdesk watch` line by line: for pipes and files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from .._base.json import dumps
from .._base.settings import settings
from .._base.text import one_line
from .._show.name_cache import NameCache
from .queue import Change, ChangeKind

if TYPE_CHECKING:
    from helpdesk_sdk import Event

_SIGNS = {ChangeKind.THERE: " ", ChangeKind.NEW: "+", ChangeKind.CHANGED: "~", ChangeKind.LEFT: "-"}


class LinePrinter:
    """Prints a line for each change."""

    def __init__(self, names: NameCache) -> None:
        self._names = names

    def queue_changed(self, changes: Sequence[Change], events: Sequence[Event]) -> None:
        """Print the changes."""
        del events
        at = datetime.now().astimezone()
        for change in changes:
            if settings().json:
                ticket = self._names.ticket_json(change.ticket)
                record = {"at": at.isoformat(), "change": change.kind, "why": change.why, "ticket": ticket}
                typer.echo(dumps(record, indent=None))
            else:
                typer.echo(self._line(change, at))

    def connection_checked(self, error: Exception | None) -> None:
        """Nothing to print: the SDK's warnings go to stderr."""

    def _line(self, change: Change, at: datetime) -> str:
        ticket, names = change.ticket, self._names
        assignee = names.person(ticket.assigned_to) or "nobody"
        parts = [ticket.status, ticket.priority, ticket.title, names.team(ticket.team_id), f"assigned to {assignee}"]
        parts += [f"({change.why.replace('_', ' ')})"] if change.why else []
        sign = f"{_SIGNS[change.kind]} {change.kind:<7}"
        return f"{at:%Y-%m-%d %H:%M:%S}  {sign}  #{ticket.number}  {'  '.join(one_line(part) for part in parts)}"
