"""What `helpdesk watch` looks like: the queue, what happened last, and whether it is live, at any size."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from .._base.output import Column, table
from .._base.text import one_line
from .._show.names import Names
from .._show.tickets import columns
from .._show.timeline import describe
from .queue import Change, Kind, Queue

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.text import Text

    from helpdesk_sdk import Event, Ticket

# Seconds for which a row is marked; in the first of them it stands out as a whole.
_MARKED = 10.0
_STANDS_OUT = 4.0
_SIGNS: dict[Kind | None, str] = {Kind.NEW: "+", Kind.CHANGED: "~"}
_SIGN_STYLE = {"+": "green", "~": "magenta"}
_EVENTS_KEPT = 3
# Seconds for which a connection is being made; what takes longer is none.
_CONNECTING = 10.0
# So many lines an explanation may take.
_NOTICE = 3


class View:
    """The state of the screen, and how it is drawn.

    Args:
        what: Which queue it is, in words.
        who: Who looks at it.
        queue: The queue.
        names: The names of teams and people.
        clock: The seconds by which marks fade.

    Attributes:
        reason: Why news are not told at once, but asked for, in words; empty when nothing is known.
        trouble: What stands between us and the helpdesk, in words; empty when nothing does.
    """

    def __init__(
        self, what: str, who: str, queue: Queue, names: Names, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what, self._who, self._clock = what, who, clock
        self._queue, self._names = queue, names
        self._marks: dict[UUID, tuple[Kind, float]] = {}
        self._events: deque[Event] = deque(maxlen=_EVENTS_KEPT)
        self._top = self._page = 0
        self._anchor: UUID | None = None
        self._unseen: set[UUID] = set()
        self._live = False
        self._waits_since = clock()
        self.reason = self.trouble = ""

    @property
    def live(self) -> bool:
        """Whether news are told at once; else they are asked for."""
        return self._live

    @live.setter
    def live(self, live: bool) -> None:
        if live:
            self.reason = ""
        elif self._live:
            self._waits_since = self._clock()
        self._live = live

    def happened(self, changes: Iterable[Change], events: Iterable[Event]) -> None:
        """Take note of what has changed, to mark it, and of what happened, to say it."""
        now = self._clock()
        for change in changes:
            key, before = change.ticket.ticket_id, self._mark(change.ticket)
            if change.kind is Kind.LEFT:
                self._marks.pop(key, None)
                self._unseen.discard(key)
            elif change.kind is not Kind.THERE:
                # What is new stays new while it is marked, whatever else happens to it.
                self._marks[key] = (Kind.NEW if before is Kind.NEW else change.kind, now)
            if change.kind is Kind.NEW:
                self._unseen.add(key)
        self._unseen &= {ticket.ticket_id for ticket in self._queue.tickets}
        self._events.extend(events)

    def scroll(self, rows: int) -> None:
        """Move down by so many rows, or up."""
        self._top = max(0, min(self._top + rows, len(self._queue.tickets) - self._page))
        self._anchor = self._queue.tickets[self._top].ticket_id if self._top else None

    def scroll_page(self, pages: int) -> None:
        """Move down by so many screens, or up."""
        self.scroll(pages * max(1, self._page))

    def scroll_to(self, end: bool) -> None:
        """Move to the end, or to the beginning."""
        self.scroll(len(self._queue.tickets) * (1 if end else -1))

    def draw(self, width: int, height: int) -> Group:
        """The screen, at most so wide and so high."""
        from rich.console import Group
        from rich.text import Text

        head = [self._title(width), *([Text(self._who, style="dim")] if height >= 12 else [])]
        head += self._notice(width, _NOTICE if height >= 16 else 1)
        foot = [self._say(event) for event in self._events] if height >= 16 else []
        foot += [self._help(width)] if height >= 8 else []
        # The table has a heading, and a line below it says what is left out.
        room = max(1, height - len(head) - len(foot) - 2)
        parts = [*head, *self._rows(width, room), *foot]
        for part in parts:
            if isinstance(part, Text):
                part.truncate(width, overflow="ellipsis")
        return Group(*parts)

    def _title(self, width: int) -> Text:
        from rich.text import Text

        if self.trouble:
            state, style = "! not connected", "bold red"
        elif self.live:
            state, style = "● live", "green"
        elif not self.reason and self._clock() - self._waits_since < _CONNECTING:
            state, style = "… connecting", "dim"
        else:
            state, style = "○ polling", "magenta"
        what = Text(one_line(self._what), style="bold")
        what.truncate(max(1, width - len(state) - 2), overflow="ellipsis", pad=True)
        return Text.assemble(what, "  ", (state, style))

    def _notice(self, width: int, lines: int) -> list[Text]:
        """What stands in the way, on at most so many lines."""
        from rich.console import Console
        from rich.text import Text

        if not (said := self.trouble or self.reason):
            return []
        wrapped = list(Text(one_line(said), style="red" if self.trouble else "magenta").wrap(Console(), max(1, width)))
        if len(wrapped) > lines:
            wrapped[lines - 1] = Text(" ".join(line.plain for line in wrapped[lines - 1 :]), style=wrapped[0].style)
        return wrapped[:lines]

    def _rows(self, width: int, room: int) -> list[RenderableType]:
        from rich.text import Text

        tickets = self._queue.tickets
        self._page = room
        self._stay(tickets)
        shown = tickets[self._top : self._top + room]
        if not shown:
            return [Text("No tickets."), *[Text("")] * (room + 1)]
        self._see(shown)
        marked: list[Column[Ticket]] = [
            Column(
                " ", lambda ticket: _SIGNS.get(self._mark(ticket), " "), style=lambda sign: _SIGN_STYLE.get(sign, "")
            ),
            *columns(self._names),
        ]
        above, below = tickets[: self._top], tickets[self._top + room :]
        left_out = [self._left_out("↑", above, "above", "")] if above else []
        left_out += [self._left_out("↓", below, "below", "+" * self._queue.more)] if below or self._queue.more else []
        blank = [Text("")] * (room - len(shown))
        return [table(shown, marked, width, self._row_style), *blank, Text(", ".join(left_out), style="dim")]

    def _stay(self, tickets: Sequence[Ticket]) -> None:
        """Keep the row that is on top there, whatever comes or goes above it. At the beginning, what is new shows."""
        if self._anchor is not None:
            places = (place for place, ticket in enumerate(tickets) if ticket.ticket_id == self._anchor)
            self._top = next(places, self._top)
        self.scroll(0)

    def _see(self, shown: Iterable[Ticket]) -> None:
        """What was new out of sight is marked from the moment on at which it is seen."""
        for ticket in shown:
            if ticket.ticket_id in self._unseen:
                self._unseen.discard(ticket.ticket_id)
                self._marks[ticket.ticket_id] = (Kind.NEW, self._clock())

    def _left_out(self, sign: str, tickets: Sequence[Ticket], where: str, more: str) -> str:
        new = sum(ticket.ticket_id in self._unseen for ticket in tickets)
        count = f"{len(tickets)}{more} " if tickets else ""
        return f"{sign} {count}more {where}" + (f" ({new} new)" if new else "")

    def _mark(self, ticket: Ticket) -> Kind | None:
        kind, since = self._marks.get(ticket.ticket_id, (None, 0.0))
        return kind if self._clock() - since < _MARKED else None

    def _row_style(self, ticket: Ticket) -> str:
        _, since = self._marks.get(ticket.ticket_id, (None, -_MARKED))
        return "bold" if self._clock() - since < _STANDS_OUT else ""

    def _say(self, event: Event) -> Text:
        from rich.text import Text

        what = describe(event.type, event.data, self._names.anything)
        who = one_line(event.actor_name) or event.actor_kind
        said = f"{event.created_at.astimezone():%H:%M:%S} #{event.ticket_number} {who}: {what}"
        return Text(one_line(said), style="dim")

    def _help(self, width: int) -> Text:
        from rich.text import Text

        keys = "q quit  r refresh  ↑↓ scroll"
        signs = "+ new  ~ changed"
        return Text(
            f"{keys}  {signs}" if width >= len(keys) + len(signs) + 2 else "q quit  + new  ~ changed", style="dim"
        )
