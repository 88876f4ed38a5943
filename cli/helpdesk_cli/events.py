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
    from uuid import UUID

    from helpdesk_sdk import Event, Helpdesk

    from ._connect.follower import EventFollower

app = Commands(name="events", help="The event log: every change, in order.")

_PAGE = 500
_LAST = 50


@app.callback()
def events() -> None:
    """The event log: every change, in order."""


@app.command()
def tail(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep printing new events, until Ctrl-C.")] = False,
    after: Annotated[
        str | None,
        typer.Option(
            "--after",
            "--since",
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
    actor: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="Only changes that this person made: an e-mail address, an id or me."),
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="Only events about this person: their role, name, teams and access."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="How many at most: the last ones; with --after or --follow the first ones. 0 for all."
            f" [default: {_LAST}; with --after or --follow: all]",
            show_default=False,
        ),
    ] = None,
    interval: Annotated[
        float, typer.Option(min=0.05, help="With --follow: seconds between polls when events are not pushed.")
    ] = 1.0,
) -> None:
    """Print the last events, oldest first.

    With --after it prints the events after a cursor, with --follow those that happen from now on. With --json it prints
    one object on each line, with the cursor to continue from. Events are pushed; if the project has no Realtime, or it
    cannot be reached, the log is polled every --interval seconds. After a lost connection it continues where it was.

    Who changed Ben's role? helpdesk events tail --type user.role_changed --about ben@example.com
    """
    # A cursor that was read from a file often ends with a newline.
    after = None if after is None else after.strip()
    names, wanted = NameCache(), Filter(_validated_types(type), actor, about)
    scope = {"ticket": ticket, "team": team}
    if follow:
        from ._connect.follower import run

        if wanted.names_people:
            with connect() as hd:
                wanted.find_people(hd)
        run(lambda: _follow(after, limit or 0, names, wanted, poll_interval=interval, **scope))
        return
    last, end = None, End()
    for last in _chosen_events(after, limit, wanted, names, scope, end):
        _print(last, names)
    if last is None and not settings().json:
        typer.echo("No events.")
    if cursor := end.cursor or (last.cursor if last is not None else None):
        _print_cursor(cursor)


def _print_cursor(cursor: str) -> None:
    print_note(f"Continue from here with --after {cursor}")


class End:
    """Where the log ended when everything that was found has been printed; None when a limit came first."""

    cursor: str | None = None


class Filter:
    """Which events to print."""

    def __init__(self, types: frozenset[str], actor: str | None, about: str | None) -> None:
        self.types, self.actor, self.about = types, actor, about
        self._actor_id: UUID | None = None
        self._about_id: UUID | None = None

    @property
    def names_people(self) -> bool:
        """Whether people must be found before events can be chosen."""
        return self.actor is not None or self.about is not None

    def find_people(self, hd: Helpdesk) -> None:
        """Find the people by their addresses."""
        self._actor_id = None if self.actor is None else hd.users.get(self.actor).user_id
        self._about_id = None if self.about is None else hd.users.get(self.about).user_id

    def __call__(self, event: Event) -> bool:
        """Whether to print the event."""
        return (
            (not self.types or event.type in self.types)
            and self._actor_id in {None, event.actor_id}
            and self._about_id in {None, event.user_id}
        )


def _validated_types(types: list[str] | None) -> frozenset[str]:
    from helpdesk_sdk import EventType

    known = [str(one) for one in EventType]
    for unknown in sorted(set(types or ()) - set(known)):
        raise typer.BadParameter(
            f"{unknown} is not an event type; the types are {', '.join(known)}", param_hint="--type"
        )
    return frozenset(types or ())


def _chosen_events(
    after: str | None, limit: int | None, wanted: Filter, names: NameCache, scope: dict[str, str | None], end: End
) -> Iterator[Event]:
    """The events to print, oldest first; their names are loaded into ``names``."""
    with connect() as hd:
        if after is None and limit != 0:
            yield from _last_events(hd, limit or _LAST, wanted, names, scope)
            return
        wanted.find_people(hd)
        yield from islice(_events_until_now(hd, after, wanted, names, scope, end), limit or None)


def _last_events(
    hd: Helpdesk, limit: int, wanted: Filter, names: NameCache, scope: dict[str, str | None]
) -> Iterator[Event]:
    chosen: dict[str, Any] = {"types": wanted.types or None, "actor": wanted.actor, "about": wanted.about, **scope}
    newest = hd.events.list(page_size=min(limit + 1, _PAGE), **chosen).limit(limit + 1).all()
    if len(newest) > limit:
        print_note(f"There are earlier events: --limit {limit * 4}, or --limit 0 for all.")
    found = newest[:limit][::-1]
    if not settings().json:
        names.load_events(hd, [event.data for event in found])
    yield from found


def _events_until_now(
    hd: Helpdesk, cursor: str | None, wanted: Filter, names: NameCache, scope: dict[str, str | None], end: End
) -> Iterator[Event]:
    while True:
        page = hd.events.since(cursor, limit=_PAGE, **scope)
        chosen = [event for event in page if wanted(event)]
        if not settings().json:
            names.load_events(hd, [event.data for event in chosen])
        yield from chosen
        if not page.more:
            # Further than the last event: the next command does not look at the same events again.
            end.cursor = page.cursor
            return
        cursor = page.cursor


async def _follow(cursor: str | None, limit: int, names: NameCache, wanted: Filter, **options: Any) -> None:
    """Print new events as they arrive."""
    from ._connect.follower import EventFollower

    last, left = None, limit
    options["types"] = wanted.types or None
    async with EventFollower(cursor, **options) as follower, aclosing(follower.events()) as events:
        # A wrong argument raises an error here, before a warning that no channel can be joined.
        await follower.set_scope()
        try:
            async for event in events:
                if not wanted(event):
                    continue
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
