"""`helpdesk watch` put together: the connection, the queue, and the screen or the lines."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._base.output import console
from .._base.settings import settings
from .._base.text import one_line
from .._connect.follower import Link
from .lines import Lines
from .listing import Listing
from .queue import Queue
from .watcher import Watch

if TYPE_CHECKING:
    from helpdesk_sdk import User


async def watch_queue(filters: Mapping[str, Any], order: str, limit: int) -> None:
    """Show a queue until somebody ends it.

    Args:
        filters: Which tickets: what ``hd.tickets.list`` takes.
        order: What to sort by: ``created_at``, ``-created_at`` or ``priority``.
        limit: How many to look at.
    """
    stale = asyncio.Event()
    async with Link(on_wake=lambda _: stale.set()) as link:
        async with link.client() as hd:
            me = None if link.target.is_system else await hd.users.me()
            # Looked up once, and not with every page.
            team = None if filters["team"] is None else await hd.teams.get(filters["team"])
        filters = {**filters, "team": team}
        in_lines = settings().json or not _has_screen()
        watching = Watch(link, Queue(order), Listing(filters, order, limit), stale, explain=in_lines)
        if team is not None and (me is None or me.is_staff):
            await link.narrow(team=team)
        found = await watching.look()
        if in_lines:
            lines = Lines(watching.names)
            lines.happened(found, ())
            await watching.run(lines)
        else:
            from .screen import show

            await show(watching, _title(filters), _identity(me, link))


def _has_screen() -> bool:
    out = console()
    return sys.platform != "win32" and out.is_terminal and not out.is_dumb_terminal


def _title(filters: Mapping[str, Any]) -> str:
    """Which queue it is, in words."""
    about = [*filters["status"], *(filters["priority"] or ())]
    about += [f"of {filters['assigned_to']}"] if filters["assigned_to"] else []
    about += [f"tagged {filters['tag']}"] if filters["tag"] else []
    return f"{filters['team'].name if filters['team'] else 'Tickets'} · {', '.join(map(str, about))}"


def _identity(me: User | None, link: Link) -> str:
    who = "the system" if me is None else f"{me.name or me.email} ({me.role})"
    return one_line(f"{who} · {link.target.source} · {link.target.url}")
