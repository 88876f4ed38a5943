"""Text as a browser lays it out: blanks are collapsed, lines are broken, and quotes are marked."""

from __future__ import annotations

import re

_SPACES = re.compile(r"[ \t\r\n\f]+")
# More would take quadratic time.
_QUOTE_DEPTH = 5


class Writer:
    """The text that grows: blanks are collapsed and lines are broken as a browser does."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._breaks = 0
        self._blank = False
        self.quote_depth = 0
        self.quotes_open = 0
        self.to_end = False
        self._quote_wanted = False
        self._quote: int | None = None
        self._is_after = False

    def text(self) -> str:
        return "".join(self._pieces)

    def count(self) -> int:
        """How many pieces there are."""
        return len(self._pieces)

    def since(self, count: int) -> list[str]:
        """The pieces after these."""
        return self._pieces[count:]

    def quote_at(self) -> int | None:
        return None if self._is_after else self._quote

    def begin_quote(self) -> None:
        if self._quote is None:
            self._quote_wanted = True

    def line(self, breaks: int = 1) -> None:
        self._breaks = max(self._breaks, breaks)
        self._blank = False

    def more_line(self) -> None:
        """A line break that counts beside others."""
        self._breaks = min(self._breaks + 1, 3)
        self._blank = False

    def write(self, text: str, *, as_is: bool = False) -> None:
        if as_is:
            lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            for number, line in enumerate(lines):
                if number:
                    self.more_line()
                if line:
                    self._put(line)
            return
        found = _SPACES.sub(" ", text).replace("\u00a0", " ")
        if not found.strip():
            self._blank = self._blank or bool(found)
            return
        if found[0] == " ":
            self._blank = True
        self._put(found.strip(" "))
        self._blank = found[-1] == " "

    def _put(self, text: str) -> None:
        if self._breaks or not self._pieces:
            self._add("\n" * min(self._breaks, 2) if self._pieces else "")
            start = self._length
            self._add("> " * min(self.quote_depth, _QUOTE_DEPTH))
        else:
            start = self._length
            if self._blank:
                self._add(" ")
        self._breaks, self._blank = 0, False
        if self._quote_wanted:
            self._quote, self._quote_wanted = start, False
        elif self._quote is not None and not self.quotes_open and not self.to_end:
            self._is_after = True
        self._add(text)

    def _add(self, text: str) -> None:
        if text:
            self._pieces.append(text)
            self._length += len(text)
