"""A queue that is watched, on the screen: what is drawn when, and what the keys do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import typer

from .._base.output import warnings_to
from .._base.text import one_line
from .terminal import Terminal
from .view import View

if TYPE_CHECKING:
    from helpdesk_sdk import Event

    from .queue import Change
    from .watcher import Watch


async def show(watching: Watch, what: str, who: str) -> None:
    """Show a queue until a key or a signal ends it.

    Args:
        watching: Keeps the queue up to date.
        what: Which queue it is, in words.
        who: Who looks at it.
    """
    view = View(what, who, watching.queue, watching.names)
    screen = _Screen(watching, view)
    with (
        warnings_to(screen.warn),
        Terminal(on_key=screen.press, on_change=screen.refresh, on_end=screen.end) as terminal,
    ):
        running = asyncio.create_task(watching.run(screen))
        running.add_done_callback(lambda _: screen.refresh())
        try:
            while screen.code is None and not running.done():
                view.live = watching.link.live
                terminal.draw(view.draw(*terminal.size))
                await screen.next_picture()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    if screen.code is None:
        # Only an error ends it by itself.
        running.result()
    raise typer.Exit(screen.code or 0)


class _Screen:
    """What is to be shown, and what the keys do."""

    def __init__(self, watching: Watch, view: View) -> None:
        self._view, self._ask = view, watching.ask
        self._changed = asyncio.Event()
        self._lost_at: datetime | None = None
        self.code: int | None = None
        self._keys: dict[str, Callable[[], None]] = {
            "q": self._quit,
            "r": watching.ask,
            **dict.fromkeys(("j", "down"), partial(view.scroll, 1)),
            **dict.fromkeys(("k", "up"), partial(view.scroll, -1)),
            **dict.fromkeys((" ", "page down"), partial(view.scroll_page, 1)),
            **dict.fromkeys(("b", "page up"), partial(view.scroll_page, -1)),
            **dict.fromkeys(("g", "home"), partial(view.scroll_to, end=False)),
            **dict.fromkeys(("G", "end"), partial(view.scroll_to, end=True)),
        }

    async def next_picture(self) -> None:
        """Wait for something to show; a second is enough for ages and marks."""
        try:
            await asyncio.wait_for(self._changed.wait(), 1.0)
        except TimeoutError:
            return
        self._changed.clear()

    def refresh(self) -> None:
        """There is something to show."""
        self._changed.set()

    def happened(self, changes: Sequence[Change], events: Sequence[Event]) -> None:
        """Mark what has changed."""
        self._view.happened(changes, events)
        self.refresh()

    def warn(self, reason: str) -> None:
        """Say why nothing is told at once; news may have been lost, so ask for them."""
        self._view.reason = one_line(reason)
        self._ask()
        self.refresh()

    def connected(self, error: Exception | None) -> None:
        """Say whether the helpdesk answers, and since when not."""
        if error is None:
            self._lost_at, said = None, ""
        else:
            self._lost_at = self._lost_at or datetime.now()
            what = getattr(error, "message", None) or str(error)
            said = f"Trying again since {self._lost_at:%H:%M:%S}. {what}"
        if said != self._view.trouble:
            self._view.trouble = one_line(said)
            self.refresh()

    def end(self, signal_number: int) -> None:
        """End as this signal wants it."""
        self.code = 128 + signal_number
        self.refresh()

    def _quit(self) -> None:
        self.code = 0

    def press(self, key: str) -> None:
        """React to a key."""
        action = self._keys.get(key)
        if action is not None:
            action()
            self.refresh()
