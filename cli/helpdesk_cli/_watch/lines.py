"""A queue that is watched, line by line: for pipes and files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from .._base.json import dumps
from .._base.settings import settings
from .._base.text import one_line
from .._show.names import Names
from .queue import Change, Kind

if TYPE_CHECKING:
    from helpdesk_sdk import Event

_SIGNS = {Kind.THERE: " ", Kind.NEW: "+", Kind.CHANGED: "~", Kind.LEFT: "-"}


class Lines:
    """Prints what changes."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def happened(self, changes: Sequence[Change], events: Sequence[Event]) -> None:
        """Print a line for each change."""
        del events
        at = datetime.now().astimezone()
        for change in changes:
            if settings().json:
                said = {"at": at.isoformat(), "change": change.kind, "why": change.why, "ticket": change.ticket}
                typer.echo(dumps(said, indent=None))
            else:
                typer.echo(self._line(change, at))

    def connected(self, error: Exception | None) -> None:
        """The SDK's own warnings say it, on stderr."""

    def _line(self, change: Change, at: datetime) -> str:
        ticket, names = change.ticket, self._names
        who = names.person(ticket.assigned_to) or "nobody"
        about = [ticket.status, ticket.priority, ticket.title, names.team(ticket.team_id), f"assigned to {who}"]
        about += [f"({change.why.replace('_', ' ')})"] if change.why else []
        sign = f"{_SIGNS[change.kind]} {change.kind:<7}"
        return f"{at:%Y-%m-%d %H:%M:%S}  {sign}  #{ticket.number}  {'  '.join(one_line(part) for part in about)}"
