"""The terminal while it is ours: another screen, no cursor, each key as it is pressed; then left as it was."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self

from .._base.output import console, give_up_output

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

# An escape sequence as a key sends it, or a character.
_KEY = re.compile(rb"\x1b(?:\[[0-9;]*[@-~]|O[@-~])|.", re.DOTALL)
_NAMES = {
    b"\x1b[A": "up", b"\x1bOA": "up", b"\x1b[B": "down", b"\x1bOB": "down", b"\x1b[5~": "page up",
    b"\x1b[6~": "page down", b"\x1b[H": "home", b"\x1b[1~": "home", b"\x1b[F": "end", b"\x1b[4~": "end",
}  # fmt: skip


class Terminal:
    """A screen to draw on, inside an event loop.

    Args:
        on_key: Called with each key: a character, or a name like ``page down``.
        on_change: Called when there is to be drawn anew, since the size has changed or another program was in front.
        on_end: Called with the signal that wants the program to end.
    """

    def __init__(
        self, on_key: Callable[[str], None], on_change: Callable[[], None], on_end: Callable[[int], None]
    ) -> None:
        self._on_key, self._on_change, self._on_end = on_key, on_change, on_end
        self._console = console()
        self._loop = asyncio.get_running_loop()
        self._borrowed = ExitStack()
        self._live: Live | None = None
        self._drawn: object = None

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        return self._console.width, self._console.height

    def __enter__(self) -> Self:
        for number, react in (
            (signal.SIGTERM, self._on_end),
            (signal.SIGHUP, self._on_end),
            (signal.SIGQUIT, self._on_end),
            (signal.SIGWINCH, lambda _: self._on_change()),
            (signal.SIGTSTP, self._step_back),
        ):
            self._loop.add_signal_handler(number, react, number)
        self._borrow()
        return self

    def __exit__(self, *exception: object) -> None:
        self._give_back()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGWINCH, signal.SIGTSTP):
            self._loop.remove_signal_handler(number)

    def draw(self, picture: RenderableType) -> None:
        """Show this; costs nothing when the screen looks so already."""
        assert self._live is not None
        lines = self._console.render_lines(picture)
        if lines != self._drawn:
            self._drawn = lines
            try:
                self._live.update(picture, refresh=True)
            except OSError:
                # Nobody is left to see it.
                self._on_end(signal.SIGHUP)

    def _borrow(self) -> None:
        from rich.live import Live

        self._drawn = None
        self._borrowed.callback(_restore_keys(self._read_keys, self._loop))
        self._live = Live(console=self._console, screen=True, auto_refresh=False, redirect_stdout=False)
        self._borrowed.callback(self._live.stop)
        self._live.start()

    def _give_back(self) -> None:
        try:
            self._borrowed.close()
        except OSError:
            give_up_output()

    def _step_back(self, _: int) -> None:
        """Ctrl-Z: the shell gets its terminal as it was, and we ours when we are called to the front again."""
        self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._borrow()
        self._on_change()

    def _read_keys(self) -> None:
        pressed = b""
        with suppress(OSError):
            pressed = os.read(sys.stdin.fileno(), 1024)
        if not pressed:
            self._loop.remove_reader(sys.stdin.fileno())
            self._on_end(signal.SIGHUP)
        for key in _KEY.findall(pressed):
            self._on_key(_NAMES.get(key) or key.decode("ascii", errors="replace"))


def _restore_keys(read: Callable[[], None], loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """From now on keys come one by one and are not shown; returns what makes them what they were."""
    import termios
    import tty

    if not sys.stdin.isatty():
        return lambda: None
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard)
    loop.add_reader(keyboard, read)

    def restore() -> None:
        loop.remove_reader(keyboard)
        with suppress(termios.error):
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)

    return restore
