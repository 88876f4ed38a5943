"""`helpdesk events`: the event log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing, suppress
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._base.app import Commands
from ._base.json import dumps
from ._base.output import print_note
from ._base.settings import settings
from ._base.text import one_line
from ._connect.connection import connect
from ._show.name_cache import NameCache
from ._show.timeline import describe_event

if TYPE_CHECKING:
    from helpdesk_sdk import Event

    from ._connect.follower import EventFollower

app = Commands(name="events", help="The event log: every change, in order.")

_PAGE = 500


@app.callback()
def events() -> None:
    """The event log: every change, in order."""


@app.command()
def tail(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep printing new events, until Ctrl-C.")] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="CURSOR",
            help="Start after the event with this cursor; 0.0 is the start of the log.",
            show_default=False,
        ),
    ] = None,
    type: Annotated[
        list[str] | None, typer.Option(metavar="TYPE", help="Only this type, like ticket.created; may be repeated.")
    ] = None,
    ticket: Annotated[
        str | None, typer.Option(metavar="TICKET", help="Only events of this ticket, by number or id.")
    ] = None,
    team: Annotated[
        str | None, typer.Option(metavar="TEAM", help="Only events in this team's queue, by name or id.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Stop after this many events; 0 for no limit.")] = 0,
    interval: Annotated[
        float, typer.Option(min=0.05, help="With --follow: seconds between polls when events are not pushed.")
    ] = 1.0,
) -> None:
    """Print events, oldest first.

    Without --since it starts at the beginning of the log; with --follow, at the end. With --json it prints one object
    on each line, with the cursor to continue from. Events are pushed; if the project has no Realtime, or it cannot be
    reached, the log is polled every --interval seconds. After a lost connection it continues where it was.
    """
    names, types = NameCache(), _validated_types(type)
    scope = {"ticket": ticket, "team": team}
    if follow:
        from ._connect.follower import run

        run(lambda: _follow(since, limit, names, types=types or None, poll_interval=interval, **scope))
        return
    last = None
    for last in islice(_events_until_now(since, types, names, scope), limit or None):
        _print(last, names)
    if last is not None:
        _print_cursor(last.cursor)
    elif not settings().json:
        typer.echo("No events.")


def _print_cursor(cursor: str) -> None:
    print_note(f"Continue from here with --since {cursor}")


def _validated_types(types: list[str] | None) -> frozenset[str]:
    from helpdesk_sdk import EventType

    known = [str(one) for one in EventType]
    for unknown in sorted(set(types or ()) - set(known)):
        raise typer.BadParameter(
            f"{unknown} is not an event type; the types are {', '.join(known)}", param_hint="--type"
        )
    return frozenset(types or ())


def _events_until_now(
    cursor: str | None, types: frozenset[str], names: NameCache, scope: dict[str, str | None]
) -> Iterator[Event]:
    """The events up to now; their names are loaded into ``names``."""
    with connect() as hd:
        while True:
            page = hd.events.since(cursor, limit=_PAGE, **scope)
            chosen = [event for event in page if not types or event.type in types]
            if not settings().json:
                names.load_events(hd, [event.data for event in chosen])
            yield from chosen
            if len(page) < _PAGE:
                return
            cursor = page.cursor


async def _follow(cursor: str | None, limit: int, names: NameCache, **types: Any) -> None:
    """Print new events as they arrive."""
    from ._connect.follower import EventFollower

    last, left = None, limit
    async with EventFollower(cursor, **types) as follower, aclosing(follower.events()) as events:
        # A wrong argument raises an error here, before a warning that no channel can be joined.
        await follower.set_scope()
        try:
            async for event in events:
                if not settings().json:
                    await _load_names(follower, names, event)
                _print(event, names)
                last, left = event, left - 1
                if left == 0:
                    break
        finally:
            if last is not None:
                _print_cursor(last.cursor)


async def _load_names(follower: EventFollower, names: NameCache, event: Event) -> None:
    from helpdesk_sdk.errors import HelpdeskError

    async with follower.client() as hd:
        # When the names cannot be loaded, ids are printed.
        with suppress(HelpdeskError):
            await names.load_async(hd, events=[event.data])


def _print(event: Event, names: NameCache) -> None:
    if settings().json:
        typer.echo(dumps(event, indent=None))
        return
    ticket = f"#{event.ticket_number}  " if event.ticket_number is not None else ""
    description = describe_event(None, event.data, names.label)
    actor = one_line(event.actor_name) or event.actor_kind
    parts = [f"{event.created_at.astimezone():%Y-%m-%d %H:%M:%S}", f"{ticket}{event.type}", f"by {actor}", description]
    typer.echo(one_line("  ".join(part for part in parts if part)))
