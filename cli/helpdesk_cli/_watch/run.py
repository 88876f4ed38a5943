"""Runs `helpdesk watch`: connects, and shows the queue on a screen or line by line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._base.output import console
from .._base.settings import settings
from .._base.text import one_line
from .._connect.follower import EventFollower
from .lines import LinePrinter
from .listing import Listing
from .queue import Queue, QueueOrder
from .watcher import QueueWatcher

if TYPE_CHECKING:
    from helpdesk_sdk import User


# A view that is ordered by its last changes is watched by age: its lines would jump with each event.
_ORDERS: dict[str, QueueOrder] = {"created_at": "created_at", "-created_at": "-created_at", "priority": "priority"}


async def watch_queue(filters: Mapping[str, Any], order: QueueOrder, limit: int) -> None:
    """Show a queue until the user or a signal ends it.

    Args:
        filters: The filters of ``hd.tickets.list``.
        order: The order: ``created_at``, ``-created_at`` or ``priority``.
        limit: How many tickets to show.
    """
    stale = asyncio.Event()
    async with EventFollower(on_wake=lambda _: stale.set()) as follower:
        async with follower.client() as hd:
            me = None if follower.target.is_system else await hd.users.me()
            # Looked up once, not for every page.
            team = None if filters["team"] is None else await hd.teams.get(filters["team"])
            view = None if filters.get("view") is None else await hd.views.get(filters["view"])
        filters = {**filters, "team": team, "view": view}
        if view is not None:
            order = _ORDERS.get(view.sort, "-created_at")
        as_lines = settings().json or not _has_screen()
        watcher = QueueWatcher(follower, Queue(order), Listing(filters, order, limit), stale, find_reasons=as_lines)
        if team is not None and (me is None or me.is_staff):
            await follower.set_scope(team=team)
        found = await watcher.load()
        if as_lines:
            lines = LinePrinter(watcher.names)
            lines.queue_changed(found, ())
            await watcher.run(lines)
        else:
            from .screen import run_screen

            await run_screen(watcher, _title(filters), _identity(me, follower))


def _has_screen() -> bool:
    out = console()
    return sys.platform != "win32" and out.is_terminal and not out.is_dumb_terminal


def _title(filters: Mapping[str, Any]) -> str:
    """The name and the filters of the queue, in words."""
    if filters["view"] is not None:
        return one_line(filters["view"].name)
    words = [*filters["status"], *(filters["priority"] or ())]
    words += [f"of {filters['assigned_to']}"] if filters["assigned_to"] else []
    words += [f"tagged {filters['tag']}"] if filters["tag"] else []
    return f"{filters['team'].name if filters['team'] else 'Tickets'} · {', '.join(map(str, words))}"


def _identity(me: User | None, follower: EventFollower) -> str:
    user = "the system" if me is None else f"{me.name or me.email} ({me.role})"
    return one_line(f"{user} · {follower.target.source} · {follower.target.url}")
