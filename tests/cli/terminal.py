"""A terminal with a program on it: its screen, its keys, and its state afterwards."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.cli.support import Cli

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[@-~]")
_HOME = "\x1b[H"


class Screen:
    """A terminal that shows whole pictures, each drawn from its upper left corner.

    Attributes:
        raw: Everything that was written to it, with its control sequences.
    """

    def __init__(self, width: int, height: int) -> None:
        self._controller, self._terminal = pty.openpty()
        self.process: subprocess.Popen[bytes]
        self.raw = ""
        self.resize(width, height)
        self._before = self._attributes()

    def start(self, shell: Cli, *args: object, **env: str) -> None:
        """Run the program here."""
        self.process = shell.start_on(self._terminal, env, *args)

    def resize(self, width: int, height: int) -> None:
        """Change the size, as the window of a terminal may at any moment."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.height = height

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._controller, keys.encode())

    @property
    def lines(self) -> list[str]:
        """The last whole picture, without colours."""
        for picture in reversed(self.raw.split(_HOME)[1:]):
            lines = [_CONTROL.sub("", line).rstrip() for line in picture.split("\r\n")]
            if len(lines) == self.height:
                return lines
        return []

    @property
    def text(self) -> str:
        """The same in one piece."""
        return "\n".join(self.lines)

    def row(self, number: int) -> str:
        """The line of a ticket; empty when it is not there."""
        return next((line for line in self.lines if re.match(rf"[ +~]\s+{number}\s", line)), "")

    def until(self, seen: Callable[[], Any], seconds: float = 60.0) -> None:
        """Wait until something is to be seen."""
        deadline = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < deadline, f"not in time on this screen:\n{self.text}\n{self.raw[-2000:]!r}"
            assert self._read(0.1) or self.process.poll() is None, f"it ended with:\n{self.raw[-2000:]}"

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + 60
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end:\n{self.text}"
            self._read(0.1)
        while self._read(0.05):
            pass
        return self.process.returncode

    @property
    def is_restored(self) -> bool:
        """Whether the terminal is as it was: its own screen, its cursor, echo and line editing."""
        entered, left = self.raw.rfind("\x1b[?1049h"), self.raw.rfind("\x1b[?1049l")
        hidden, shown = self.raw.rfind("\x1b[?25l"), self.raw.rfind("\x1b[?25h")
        return entered < left and hidden < shown and self._attributes() == self._before

    def close(self) -> None:
        """End the program, if it still runs, and close the terminal."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()
        os.close(self._terminal)

    def hang_up(self) -> None:
        """Take the terminal away from the program, as a lost connection does."""
        if self._controller >= 0:
            os.close(self._controller)
            self._controller = -1

    def _attributes(self) -> list[Any]:
        return termios.tcgetattr(self._terminal)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._controller], [], [], seconds)[0]:
            return False
        try:
            part = os.read(self._controller, 65536)
        except OSError:
            return False
        self.raw += part.decode(errors="replace")
        return bool(part)


@contextmanager
def screen(shell: Cli, *args: object, width: int = 100, height: int = 24, **env: str) -> Iterator[Screen]:
    """The program on a terminal of its own."""
    made = Screen(width, height)
    made.start(shell, *args, **env)
    try:
        yield made
    finally:
        made.close()
