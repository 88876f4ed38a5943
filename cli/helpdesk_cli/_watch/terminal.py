"""Full-screen use of the terminal: alternate screen, hidden cursor, single keys. Restores the terminal afterwards."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self

from .._base.output import console, discard_output

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

# The escape sequence of a key, or a character.
_KEY = re.compile(rb"\x1b(?:\[[0-9;]*[@-~]|O[@-~])|.", re.DOTALL)
_KEY_NAMES = {
    b"\x1b[A": "up", b"\x1bOA": "up", b"\x1b[B": "down", b"\x1bOB": "down", b"\x1b[5~": "page up",
    b"\x1b[6~": "page down", b"\x1b[H": "home", b"\x1b[1~": "home", b"\x1b[F": "end", b"\x1b[4~": "end",
}  # fmt: skip


class Terminal:
    """A screen to draw on, inside an event loop.

    Args:
        on_key: Called with each key: a character, or a name like ``page down``.
        on_change: Called when the screen must be drawn again: after a change of size, or after Ctrl-Z and fg.
        on_end: Called with the number of a signal that ends the program.
    """

    def __init__(
        self, on_key: Callable[[str], None], on_change: Callable[[], None], on_end: Callable[[int], None]
    ) -> None:
        self._on_key, self._on_change, self._on_end = on_key, on_change, on_end
        self._console = console()
        self._loop = asyncio.get_running_loop()
        self._cleanup = ExitStack()
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
            (signal.SIGTSTP, self._suspend),
        ):
            self._loop.add_signal_handler(number, react, number)
        self._take_over()
        return self

    def __exit__(self, *exception: object) -> None:
        self._restore()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGWINCH, signal.SIGTSTP):
            self._loop.remove_signal_handler(number)

    def draw(self, frame: RenderableType) -> None:
        """Draw a frame; does nothing when the screen already shows it."""
        assert self._live is not None
        lines = self._console.render_lines(frame)
        if lines != self._drawn:
            self._drawn = lines
            try:
                self._live.update(frame, refresh=True)
            except OSError:
                # The terminal is gone.
                self._on_end(signal.SIGHUP)

    def _take_over(self) -> None:
        from rich.live import Live

        self._drawn = None
        self._cleanup.callback(_read_single_keys(self._read_keys, self._loop))
        self._live = Live(console=self._console, screen=True, auto_refresh=False, redirect_stdout=False)
        self._cleanup.callback(self._live.stop)
        self._live.start()

    def _restore(self) -> None:
        try:
            self._cleanup.close()
        except OSError:
            discard_output()

    def _suspend(self, _: int) -> None:
        """Ctrl-Z: restore the terminal, stop, and take it over again when continued."""
        self._restore()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._take_over()
        self._on_change()

    def _read_keys(self) -> None:
        pressed = b""
        with suppress(OSError):
            pressed = os.read(sys.stdin.fileno(), 1024)
        if not pressed:
            self._loop.remove_reader(sys.stdin.fileno())
            self._on_end(signal.SIGHUP)
        for key in _KEY.findall(pressed):
            self._on_key(_KEY_NAMES.get(key) or key.decode("ascii", errors="replace"))


def _read_single_keys(read: Callable[[], None], loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
    """Read keys one by one, without echo; returns the function that undoes it."""
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
