"""`helpdesk events`: the log of everything that happened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import aclosing, suppress
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._base.app import Commands
from ._base.json import dumps
from ._base.output import remark
from ._base.settings import settings
from ._base.text import one_line
from ._connect.connection import connect
from ._show.names import Names
from ._show.timeline import describe

if TYPE_CHECKING:
    from helpdesk_sdk import Event

    from ._connect.follower import Link

app = Commands(name="events", help="The log of everything that happened.")

_PAGE = 500
_CURSOR = re.compile(r"[0-9]{1,19}\.[0-9]{1,19}")


@app.callback()
def events() -> None:
    """The log of everything that happened."""


@app.command()
def tail(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as things happen, until Ctrl-C.")] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="CURSOR",
            help="Begin behind the event that has this cursor; 0.0 is the beginning.",
            show_default=False,
        ),
    ] = None,
    type: Annotated[
        list[str] | None, typer.Option(metavar="TYPE", help="Only these, as in ticket.created; may be repeated.")
    ] = None,
    ticket: Annotated[
        str | None, typer.Option(metavar="TICKET", help="Only what happens to this one, by number or id.")
    ] = None,
    team: Annotated[str | None, typer.Option(help="Only what happens in this team's queue, by name or id.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Stop after so many; 0 for no end.")] = 0,
    interval: Annotated[
        float, typer.Option(min=0.05, help="With --follow: seconds between questions where nothing is pushed.")
    ] = 1.0,
) -> None:
    """Print events, oldest first.

    Without --since it begins at the beginning of the log, with --follow at this moment. With --json it prints one
    object a line; each has the cursor to go on from. What happens is pushed; where a project has no Realtime, or it
    cannot be reached, the log is asked every --interval seconds. A lost connection is waited for, and misses nothing.
    """
    names, wanted, since = Names(), _wanted(type), _checked(since)
    scope = {"ticket": ticket, "team": team}
    if follow:
        from ._connect.follower import run

        run(lambda: _follow(since, limit, names, types=wanted or None, poll_interval=interval, **scope))
        return
    last = None
    for last in islice(_past(since, wanted, names, scope), limit or None):
        _print(last, names)
    if last is not None:
        _remark_cursor(last.cursor)
    elif not settings().json:
        typer.echo("No events.")


def _remark_cursor(cursor: str) -> None:
    remark(f"Go on from here with --since {cursor}")


def _checked(cursor: str | None) -> str | None:
    if cursor is not None and not _CURSOR.fullmatch(cursor):
        raise typer.BadParameter("must be the cursor of an event, like 745.12", param_hint="--since")
    return cursor


def _wanted(types: list[str] | None) -> frozenset[str]:
    from helpdesk_sdk import EventType

    known = [str(one) for one in EventType]
    for unknown in sorted(set(types or ()) - set(known)):
        raise typer.BadParameter(f"there is no {unknown}; there are {', '.join(known)}", param_hint="--type")
    return frozenset(types or ())


def _past(cursor: str | None, wanted: frozenset[str], names: Names, scope: dict[str, str | None]) -> Iterator[Event]:
    """What happened up to now; ``names`` knows who is in it."""
    with connect() as hd:
        while True:
            page = hd.events.since(cursor, limit=_PAGE, **scope)
            chosen = [event for event in page if not wanted or event.type in wanted]
            if not settings().json:
                names.learn_events(hd, [event.data for event in chosen])
            yield from chosen
            if len(page) < _PAGE:
                return
            cursor = page.cursor


async def _follow(cursor: str | None, limit: int, names: Names, **wanted: Any) -> None:
    """Print events as they happen."""
    from ._connect.follower import Link

    last, left = None, limit
    async with Link(cursor, **wanted) as link, aclosing(link.events()) as events:
        # A mistake is told by itself, and not after a warning that nothing can be joined.
        await link.narrow()
        try:
            async for event in events:
                if not settings().json:
                    await _learn(link, names, event)
                _print(event, names)
                last, left = event, left - 1
                if left == 0:
                    break
        finally:
            if last is not None:
                _remark_cursor(last.cursor)


async def _learn(link: Link, names: Names, event: Event) -> None:
    from helpdesk_sdk.errors import HelpdeskError

    async with link.client() as hd:
        # An id is better than the end of following.
        with suppress(HelpdeskError):
            await names.learn_live(hd, events=[event.data])


def _print(event: Event, names: Names) -> None:
    if settings().json:
        typer.echo(dumps(event, indent=None))
        return
    about = f"#{event.ticket_number}  " if event.ticket_number is not None else ""
    what = describe(None, event.data, names.anything)
    who = one_line(event.actor_name) or event.actor_kind
    parts = [f"{event.created_at.astimezone():%Y-%m-%d %H:%M:%S}", f"{about}{event.type}", f"by {who}", what]
    typer.echo(one_line("  ".join(part for part in parts if part)))
