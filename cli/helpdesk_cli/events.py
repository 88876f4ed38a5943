"""`helpdesk events`: the log of everything that happened."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from ._app import Commands
from ._connection import client, connect, fresh, seconds_until_due, signed_in, target
from ._json import dumps
from ._names import Names
from ._output import remark
from ._settings import settings
from ._text import one_line
from ._timeline import describe

if TYPE_CHECKING:
    from helpdesk_sdk import Event, Follow

    from ._connection import Target

app = Commands(name="events", help="The log of everything that happened.")

_PAGE = 500


@app.callback()
def events() -> None:
    """The log of everything that happened."""


@app.command()
def tail(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as things happen, until Ctrl-C.")] = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="CURSOR", help="Begin behind the event that has this cursor.", show_default=False),
    ] = None,
    type: Annotated[
        list[str] | None, typer.Option(metavar="TYPE", help="Only these, as in ticket.created; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Stop after so many; 0 for no end.")] = 0,
    interval: Annotated[
        float, typer.Option(min=0.05, help="With --follow: seconds between questions while nothing happens.")
    ] = 1.0,
) -> None:
    """Print events, oldest first.

    Without --since it begins at the beginning of the log, with --follow at this moment. With --json it prints one
    object a line; each has the cursor to go on from.
    """
    names = Names()
    events = _following(since, interval, _wanted(type), names) if follow else _past(since, _wanted(type), names)
    last = None
    for last in islice(events, limit or None):
        _print(last, names)
    if last is not None:
        remark(f"Go on from here with --since {last.cursor}")
    elif not settings().json:
        typer.echo("No events.")


def _wanted(types: list[str] | None) -> frozenset[str]:
    from helpdesk_sdk import EventType

    known = [str(one) for one in EventType]
    for unknown in sorted(set(types or ()) - set(known)):
        raise typer.BadParameter(f"there is no {unknown}; there are {', '.join(known)}", param_hint="--type")
    return frozenset(types or ())


def _past(cursor: str | None, wanted: frozenset[str], names: Names) -> Iterator[Event]:
    """What happened up to now; ``names`` knows who is in it."""
    with connect() as hd:
        while True:
            page = hd.events.since(cursor, limit=_PAGE)
            chosen = [event for event in page if not wanted or event.type in wanted]
            if not settings().json:
                names.learn_events(hd, [event.data for event in chosen])
            yield from chosen
            if len(page) < _PAGE:
                return
            cursor = page.cursor


def _following(cursor: str | None, interval: float, wanted: frozenset[str], names: Names) -> Iterator[Event]:
    """Events as they happen. When the session is about to end it goes on with a new one, from where it was."""
    from helpdesk_sdk.errors import HelpdeskError

    while True:
        found = fresh(signed_in(target()))
        with client(found) as hd:
            course = hd.events.follow(cursor, poll_interval=interval, types=wanted or None)
            timer = _stopper(found, course)
            try:
                for event in course:
                    if not settings().json:
                        # An id is better than the end of following.
                        with suppress(HelpdeskError):
                            names.learn_events(hd, [event.data])
                    yield event
            finally:
                timer.cancel()
            cursor = course.cursor


def _stopper(found: Target, course: Follow) -> threading.Timer:
    """Stops following when the session wants renewing; a client that renews its own session is left alone."""
    seconds = seconds_until_due(found)
    timer = threading.Timer(max(1.0, seconds if seconds is not None else 0.0), course.stop)
    timer.daemon = True
    if seconds is not None:
        timer.start()
    return timer


def _print(event: Event, names: Names) -> None:
    if settings().json:
        typer.echo(dumps(event, indent=None))
        return
    about = f"#{event.ticket_number}  " if event.ticket_number is not None else ""
    what = describe(None, event.data, names.anything)
    who = one_line(event.actor_name) or event.actor_kind
    parts = [f"{event.created_at.astimezone():%Y-%m-%d %H:%M:%S}", f"{about}{event.type}", f"by {who}", what]
    typer.echo(one_line("  ".join(part for part in parts if part)))
