"""What `helpdesk watch` looks like: the queue, what happened last, and whether it is live, at any size."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from ._names import Names
from ._output import Column, table
from ._text import one_line
from ._ticket_view import columns
from ._timeline import describe
from ._watch_queue import Change, Kind, Queue

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.text import Text

    from helpdesk_sdk import Event, Ticket

# Seconds for which a row is marked; in the first of them it stands out as a whole.
_MARKED = 10.0
_STANDS_OUT = 4.0
_SIGNS: dict[Kind | None, str] = {Kind.NEW: "+", Kind.CHANGED: "~"}
_SIGN_STYLE = {"+": "bold green", "~": "bold yellow"}
_EVENTS_KEPT = 3


class View:
    """The state of the screen, and how it is drawn.

    Args:
        what: Which queue it is, in words.
        who: Who looks at it.
        queue: The queue.
        names: The names of teams and people.
        clock: The seconds by which marks fade.

    Attributes:
        live: Whether news are told at once; else they are asked for.
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
        self.live = False
        self.trouble = ""

    def happened(self, changes: Iterable[Change], events: Iterable[Event]) -> None:
        """Take note of what has changed, to mark it, and of what happened, to say it."""
        now = self._clock()
        for change in changes:
            key, before = change.ticket.ticket_id, self._mark(change.ticket)
            if change.kind is Kind.LEFT:
                self._marks.pop(key, None)
            elif change.kind is not Kind.THERE:
                # What is new stays new while it is marked, whatever else happens to it.
                self._marks[key] = (Kind.NEW if before is Kind.NEW else change.kind, now)
        self._events.extend(events)

    def scroll(self, rows: int) -> None:
        """Move down by so many rows, or up."""
        self._top = max(0, min(self._top + rows, len(self._queue.tickets) - self._page))

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
        head += [Text(self.trouble, style="yellow")] if self.trouble else []
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
            state, style = "● live", "bold green"
        else:
            state, style = "○ polling", "bold yellow"
        what = Text(one_line(self._what), style="bold")
        what.truncate(max(1, width - len(state) - 2), overflow="ellipsis", pad=True)
        return Text.assemble(what, "  ", (state, style))

    def _rows(self, width: int, room: int) -> list[RenderableType]:
        from rich.text import Text

        tickets = self._queue.tickets
        self._page = room
        self.scroll(0)
        shown = tickets[self._top : self._top + room]
        below = len(tickets) - self._top - len(shown)
        if not shown:
            return [Text("No tickets."), *[Text("")] * (room + 1)]
        marked: list[Column[Ticket]] = [
            Column(
                " ", lambda ticket: _SIGNS.get(self._mark(ticket), " "), style=lambda sign: _SIGN_STYLE.get(sign, "")
            ),
            *columns(self._names),
        ]
        left_out = [f"{self._top} more above"] if self._top else []
        left_out += [f"{below}{'+' if self._queue.more else ''} more below"] if below or self._queue.more else []
        blank = [Text("")] * (room - len(shown))
        return [table(shown, marked, width, self._row_style), *blank, Text(", ".join(left_out), style="dim")]

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
