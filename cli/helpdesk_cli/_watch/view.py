"""The screen of `helpdesk watch`: the queue, the latest events and the connection state, at any size."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from .._base.output import Column, table
from .._base.text import one_line
from .._show.name_cache import NameCache
from .._show.tickets import columns
from .._show.timeline import describe_event
from .queue import Change, ChangeKind, Queue

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.text import Text

    from helpdesk_sdk import Event, Ticket

# Seconds for which a changed row has a sign, and for which it is bold.
_MARK_SECONDS = 10.0
_BOLD_SECONDS = 4.0
_SIGNS: dict[ChangeKind | None, str] = {ChangeKind.NEW: "+", ChangeKind.CHANGED: "~"}
_SIGN_STYLE = {"+": "green", "~": "magenta"}
_EVENTS_KEPT = 3
# A connection that takes longer than this many seconds is shown as polling.
_CONNECTING_SECONDS = 10.0
# How many lines an explanation may take.
_NOTICE_LINES = 3


class View:
    """The state of the screen, and how it is drawn.

    Args:
        title: The name and the filters of the queue.
        identity: The user and the helpdesk.
        queue: The queue.
        names: The names of teams and people.
        clock: Returns the time in seconds.

    Attributes:
        reason: Why events are polled instead of pushed; empty when unknown.
        problem: Why the helpdesk cannot be reached; empty when it can.
    """

    def __init__(
        self, title: str, identity: str, queue: Queue, names: NameCache, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._title, self._identity, self._clock = title, identity, clock
        self._queue, self._names = queue, names
        self._marks: dict[UUID, tuple[ChangeKind, float]] = {}
        self._events: deque[Event] = deque(maxlen=_EVENTS_KEPT)
        self._top = self._page = 0
        self._anchor: UUID | None = None
        self._unseen: set[UUID] = set()
        self._live = False
        self._connecting_since = clock()
        self.reason = self.problem = ""

    @property
    def live(self) -> bool:
        """Whether events are pushed; otherwise they are polled."""
        return self._live

    @live.setter
    def live(self, live: bool) -> None:
        if live:
            self.reason = ""
        elif self._live:
            self._connecting_since = self._clock()
        self._live = live

    def queue_changed(self, changes: Iterable[Change], events: Iterable[Event]) -> None:
        """Mark the changed tickets, and keep the newest events for display."""
        now = self._clock()
        for change in changes:
            key, before = change.ticket.ticket_id, self._mark(change.ticket)
            if change.kind is ChangeKind.LEFT:
                self._marks.pop(key, None)
                self._unseen.discard(key)
            elif change.kind is not ChangeKind.THERE:
                # A new ticket keeps its sign while it is marked, even when it changes.
                self._marks[key] = (ChangeKind.NEW if before is ChangeKind.NEW else change.kind, now)
            if change.kind is ChangeKind.NEW:
                self._unseen.add(key)
        self._unseen &= {ticket.ticket_id for ticket in self._queue.tickets}
        self._events.extend(events)

    def scroll(self, rows: int) -> None:
        """Scroll by rows: down, or up when negative."""
        self._top = max(0, min(self._top + rows, len(self._queue.tickets) - self._page))
        self._anchor = self._queue.tickets[self._top].ticket_id if self._top else None

    def scroll_page(self, pages: int) -> None:
        """Scroll by screens: down, or up when negative."""
        self.scroll(pages * max(1, self._page))

    def scroll_to(self, end: bool) -> None:
        """Scroll to the end or to the beginning."""
        self.scroll(len(self._queue.tickets) * (1 if end else -1))

    def draw(self, width: int, height: int) -> Group:
        """The screen, within this width and height."""
        from rich.console import Group
        from rich.text import Text

        head = [self._title_line(width), *([Text(self._identity, style="dim")] if height >= 12 else [])]
        head += self._notice(width, _NOTICE_LINES if height >= 16 else 1)
        foot = [self._event_line(event) for event in self._events] if height >= 16 else []
        foot += [self._key_help(width)] if height >= 8 else []
        # The table has a heading, and below it a line with the number of hidden rows.
        room = max(1, height - len(head) - len(foot) - 2)
        parts = [*head, *self._rows(width, room), *foot]
        for part in parts:
            if isinstance(part, Text):
                part.truncate(width, overflow="ellipsis")
        return Group(*parts)

    def _title_line(self, width: int) -> Text:
        from rich.text import Text

        if self.problem:
            state, style = "! not connected", "bold red"
        elif self.live:
            state, style = "● live", "green"
        elif not self.reason and self._clock() - self._connecting_since < _CONNECTING_SECONDS:
            state, style = "… connecting", "dim"
        else:
            state, style = "○ polling", "magenta"
        title = Text(one_line(self._title), style="bold")
        title.truncate(max(1, width - len(state) - 2), overflow="ellipsis", pad=True)
        return Text.assemble(title, "  ", (state, style))

    def _notice(self, width: int, lines: int) -> list[Text]:
        """The problem, or the reason for polling, on at most this many lines."""
        from rich.console import Console
        from rich.text import Text

        if not (text := self.problem or self.reason):
            return []
        wrapped = list(Text(one_line(text), style="red" if self.problem else "magenta").wrap(Console(), max(1, width)))
        if len(wrapped) > lines:
            wrapped[lines - 1] = Text(" ".join(line.plain for line in wrapped[lines - 1 :]), style=wrapped[0].style)
        return wrapped[:lines]

    def _rows(self, width: int, room: int) -> list[RenderableType]:
        from rich.text import Text

        tickets = self._queue.tickets
        self._page = room
        self._keep_position(tickets)
        shown = tickets[self._top : self._top + room]
        if not shown:
            return [Text("No tickets."), *[Text("")] * (room + 1)]
        self._mark_seen(shown)
        marked: list[Column[Ticket]] = [
            Column(
                " ", lambda ticket: _SIGNS.get(self._mark(ticket), " "), style=lambda sign: _SIGN_STYLE.get(sign, "")
            ),
            *columns(self._names),
        ]
        above, below = tickets[: self._top], tickets[self._top + room :]
        left_out = [self._hidden("↑", above, "above", "")] if above else []
        left_out += [self._hidden("↓", below, "below", "+" * self._queue.more)] if below or self._queue.more else []
        blank = [Text("")] * (room - len(shown))
        return [table(shown, marked, width, self._row_style), *blank, Text(", ".join(left_out), style="dim")]

    def _keep_position(self, tickets: Sequence[Ticket]) -> None:
        """After scrolling, keep the first visible ticket in place. At the beginning of the list, show new tickets."""
        if self._anchor is not None:
            places = (place for place, ticket in enumerate(tickets) if ticket.ticket_id == self._anchor)
            self._top = next(places, self._top)
        self.scroll(0)

    def _mark_seen(self, shown: Iterable[Ticket]) -> None:
        """Mark tickets that arrived outside the visible rows from the moment they are shown."""
        for ticket in shown:
            if ticket.ticket_id in self._unseen:
                self._unseen.discard(ticket.ticket_id)
                self._marks[ticket.ticket_id] = (ChangeKind.NEW, self._clock())

    def _hidden(self, sign: str, tickets: Sequence[Ticket], where: str, more: str) -> str:
        new = sum(ticket.ticket_id in self._unseen for ticket in tickets)
        count = f"{len(tickets)}{more} " if tickets else ""
        return f"{sign} {count}more {where}" + (f" ({new} new)" if new else "")

    def _mark(self, ticket: Ticket) -> ChangeKind | None:
        kind, since = self._marks.get(ticket.ticket_id, (None, 0.0))
        return kind if self._clock() - since < _MARK_SECONDS else None

    def _row_style(self, ticket: Ticket) -> str:
        _, since = self._marks.get(ticket.ticket_id, (None, -_MARK_SECONDS))
        return "bold" if self._clock() - since < _BOLD_SECONDS else ""

    def _event_line(self, event: Event) -> Text:
        from rich.text import Text

        description = describe_event(event.type, event.data, self._names.label)
        actor = one_line(event.actor_name) or event.actor_kind
        text = f"{event.created_at.astimezone():%H:%M:%S} #{event.ticket_number} {actor}: {description}"
        return Text(one_line(text), style="dim")

    def _key_help(self, width: int) -> Text:
        from rich.text import Text

        keys = "q quit  r refresh  ↑↓ scroll"
        signs = "+ new  ~ changed"
        return Text(
            f"{keys}  {signs}" if width >= len(keys) + len(signs) + 2 else "q quit  + new  ~ changed", style="dim"
        )
