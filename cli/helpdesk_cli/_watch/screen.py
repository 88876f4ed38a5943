"""`helpdesk watch` on a terminal: when to draw, and what the keys do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import typer

from .._base.output import redirect_warnings
from .._base.text import one_line
from .terminal import Terminal
from .view import View

if TYPE_CHECKING:
    from helpdesk_sdk import Event

    from .queue import Change
    from .watcher import QueueWatcher


async def run_screen(watcher: QueueWatcher, title: str, identity: str) -> None:
    """Show a queue until a key or a signal ends it.

    Args:
        watcher: Keeps the queue up to date.
        title: The name and the filters of the queue.
        identity: The user and the helpdesk.
    """
    view = View(title, identity, watcher.queue, watcher.names)
    screen = _Screen(watcher, view)
    with (
        redirect_warnings(screen.warn),
        Terminal(on_key=screen.press, on_change=screen.refresh, on_end=screen.end) as terminal,
    ):
        running = asyncio.create_task(watcher.run(screen))
        running.add_done_callback(lambda _: screen.refresh())
        try:
            while screen.code is None and not running.done():
                view.live = watcher.follower.live
                terminal.draw(view.draw(*terminal.size))
                await screen.wait_for_change()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    if screen.code is None:
        # Neither a key nor a signal: the watcher ended with an error.
        running.result()
    raise typer.Exit(screen.code or 0)


class _Screen:
    """Connects the watcher, the view and the keys."""

    def __init__(self, watcher: QueueWatcher, view: View) -> None:
        self._view, self._reload = view, watcher.refresh
        self._changed = asyncio.Event()
        self._lost_at: datetime | None = None
        self.code: int | None = None
        self._keys: dict[str, Callable[[], None]] = {
            "q": self._quit,
            "r": watcher.refresh,
            **dict.fromkeys(("j", "down"), partial(view.scroll, 1)),
            **dict.fromkeys(("k", "up"), partial(view.scroll, -1)),
            **dict.fromkeys((" ", "page down"), partial(view.scroll_page, 1)),
            **dict.fromkeys(("b", "page up"), partial(view.scroll_page, -1)),
            **dict.fromkeys(("g", "home"), partial(view.scroll_to, end=False)),
            **dict.fromkeys(("G", "end"), partial(view.scroll_to, end=True)),
        }

    async def wait_for_change(self) -> None:
        """Wait until something changed, or for a second: ages and marks change with time."""
        # Not wait_for: in Python 3.11 it drops a cancellation that comes together with the event.
        try:
            async with asyncio.timeout(1.0):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    def refresh(self) -> None:
        """Draw again soon."""
        self._changed.set()

    def queue_changed(self, changes: Sequence[Change], events: Sequence[Event]) -> None:
        """Mark the changed tickets."""
        self._view.queue_changed(changes, events)
        self.refresh()

    def warn(self, reason: str) -> None:
        """Show why events are not pushed. Some may have been missed, so read the list again."""
        self._view.reason = one_line(reason)
        self._reload()
        self.refresh()

    def connection_checked(self, error: Exception | None) -> None:
        """Show that the helpdesk does not answer, since when, and why."""
        if error is None:
            self._lost_at, problem = None, ""
        else:
            self._lost_at = self._lost_at or datetime.now()
            message = getattr(error, "message", None) or str(error)
            problem = f"Retrying since {self._lost_at:%H:%M:%S}. {message}"
        if problem != self._view.problem:
            self._view.problem = one_line(problem)
            self.refresh()

    def end(self, signal_number: int) -> None:
        """End with the exit code of this signal."""
        self.code = 128 + signal_number
        self.refresh()

    def _quit(self) -> None:
        self.code = 0

    def press(self, key: str) -> None:
        """Handle a key."""
        action = self._keys.get(key)
        if action is not None:
            action()
            self.refresh()
