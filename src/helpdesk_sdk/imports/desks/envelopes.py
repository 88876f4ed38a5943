"""JSON as other helpdesks export it, whatever is around the objects: lines, arrays, pages; plain or gzip.

Files are read in pieces: of a file with one array or one page, only an element is in memory.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ...errors import LocalFileError

ENDINGS = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz", ".gz")
_PIECE = 1 << 18
# An object that is longer than this is none of a helpdesk.
_ELEMENT_MAX = 64 << 20
_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\r\n]*")
# After an array's element, or a key's value.
_NEXT = re.compile(r"[ \t\r\n]*([,\]}])[ \t\r\n]*")


class Found(NamedTuple):
    """A JSON value that stands in a file."""

    key: str | None
    """The key of the page that it stands under; None for a value of its own."""
    value: Any
    place: str
    """The file, with the line or the number of the element."""


class BrokenFileError(Exception):
    """A file, or what follows in it, cannot be read."""

    def __init__(self, place: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.place, self.message, self.hint = place, message, hint


def files_of(path: Path) -> tuple[list[Path], list[Path]]:
    """The files to read, in the order of their names, and those of other kinds.

    Raises:
        LocalFileError: There is no such file or folder, or nothing to read in it.
    """
    if path.is_file():
        return [path], []
    if not path.is_dir():
        raise LocalFileError(f"{path}: there is no such file or folder")
    inside = sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
    read = [one for one in inside if one.name.lower().endswith(ENDINGS)]
    if not read:
        raise LocalFileError(f"{path} has no JSON files", hint=f"Names end with one of {', '.join(ENDINGS)}")
    return read, [one for one in inside if one not in set(read)]


def read_json(path: Path, shown: str, broken: list[BrokenFileError]) -> Iterator[Found]:
    """Every value in the file. What stands in the lists of a page comes one by one, with the key of its list.

    Args:
        path: The file.
        shown: Its name in places.
        broken: Receives each line that is no JSON; the lines after it are read.

    Raises:
        BrokenFileError: The file cannot be read to its end.
    """
    try:
        with path.open("rb") as raw:
            start = raw.read(4)
            raw.seek(0)
            if start[:2] == b"\x1f\x8b":
                with gzip.open(raw) as unpacked:
                    yield from _Text(unpacked, shown, broken).values()
            else:
                yield from _Text(raw, shown, broken).values()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenFileError(shown, f"the file is cut off or damaged: {error}", "Download it again.") from None
    except OSError as error:
        raise BrokenFileError(shown, f"the file cannot be read: {error.strerror or error}") from None


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Text:
    """The text of a file, of which a piece is in memory."""

    def __init__(self, file: _Readable, shown: str, broken: list[BrokenFileError]) -> None:
        self._file, self._shown, self._broken = file, shown, broken
        start = file.read(4)
        encoding = "utf-8-sig"
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._start, self._line, self._ended = start, 1, False
        self._encoding = encoding.removesuffix("-sig").upper()
        self._text, self._at = "", 0

    def _more(self) -> bool:
        """Read on; whether there was anything."""
        if self._ended:
            return False
        piece = self._start + self._file.read(_PIECE)
        self._start = b""
        self._ended = not piece
        try:
            text = self._decoder.decode(piece, final=self._ended)
        except UnicodeDecodeError as error:
            line = self._line_at(len(self._text)) + piece[: error.start].count(b"\n")
            raise BrokenFileError(
                f"{self._shown}:{line}", f"this is not {self._encoding}", "Save the file as UTF-8."
            ) from None
        self._line += self._text.count("\n", 0, self._at)
        self._text, self._at = self._text[self._at :] + text, 0
        return bool(piece)

    def _line_at(self, place: int) -> int:
        return self._line + self._text.count("\n", 0, place)

    def _skip_blanks(self) -> str:
        """The next character that is none; empty at the end."""
        while True:
            found = _BLANK.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def values(self) -> Iterator[Found]:
        """Every value."""
        number = 0
        while character := self._skip_blanks():
            if character == "[":
                self._at += 1
                yield from self._elements(None)
                continue
            line = self._line_at(self._at)
            whole = self._whole_line()
            if whole is None:
                if character != "{":
                    raise BrokenFileError(f"{self._shown}:{line}", "this is no JSON")
                yield from self._page()
                continue
            number += 1
            yield from _unfolded(whole, f"{self._shown}:{line}")

    def _whole_line(self) -> Any:
        """The value that begins here and ends on this line; None where it goes on behind the line."""
        while (end := self._text.find("\n", self._at)) < 0:
            # A page on one line is as long as its file.
            if len(self._text) - self._at > 8 * _PIECE or not self._more():
                break
        text = self._text[self._at :] if end < 0 else self._text[self._at : end]
        try:
            value, length = _DECODER.raw_decode(text)
        except json.JSONDecodeError as error:
            return self._bad_line(text, end, error)
        except (RecursionError, ValueError):
            place = f"{self._shown}:{self._line_at(self._at)}"
            raise BrokenFileError(place, "its JSON is nested too deep, or a number too long") from None
        self._at += length
        return value if value is not None else {}

    def _bad_line(self, text: str, end: int, error: json.JSONDecodeError) -> Any:
        stripped = text.strip()
        next_line = "" if end < 0 else self._text[end + 1 : end + 2]
        is_object_line = stripped.startswith("{") and len(stripped) > 1 and not stripped.endswith((",", "{", "["))
        if end < 0 and not self._ended:
            return None
        if not is_object_line or next_line in (" ", "\t"):
            # An object over several lines.
            if not stripped.startswith("{") or (self._ended and end < 0):
                self._refuse_line(error)
                self._at = len(self._text) if end < 0 else end + 1
                return {}
            return None
        self._refuse_line(error)
        self._at = len(self._text) if end < 0 else end + 1
        return {}

    def _refuse_line(self, error: json.JSONDecodeError) -> None:
        line = self._line_at(self._at)
        is_cut = error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated string")
        what = "the line is cut off" if is_cut else f"this is no JSON: {error.msg}"
        self._broken.append(BrokenFileError(f"{self._shown}:{line}", what, "Export or download the file again."))

    def _value(self, what: str) -> Any:
        """The value that begins here."""
        self._skip_blanks()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                if end < len(self._text) or not self._more():
                    self._at = end
                    return value
                # A number may go on in the next piece.
                continue
            except json.JSONDecodeError as error:
                is_cut = error.pos >= len(self._text) - 16 or error.msg.startswith("Unterminated string")
                have = len(self._text) - self._at
                # Twice as much each time: a long element is not parsed again for each piece.
                while is_cut and len(self._text) - self._at < min(2 * have + _PIECE, _ELEMENT_MAX) and self._more():
                    pass
                if len(self._text) - self._at > have:
                    continue
                message = "the file is cut off here" if is_cut else f"this is no JSON: {error.msg}"
                place = f"{self._shown}:{self._line_at(min(error.pos, len(self._text)))}"
                raise BrokenFileError(place, f"{what}: {message}", "Export or download the file again.") from None
            except (RecursionError, ValueError):
                message = f"{what}: its JSON is nested too deep, or a number too long"
                raise BrokenFileError(self._shown, message) from None

    def _separator(self, what: str) -> str:
        self._skip_blanks()
        found = _NEXT.match(self._text, self._at)
        if found is None:
            ended = self._at >= len(self._text)
            raise BrokenFileError(
                f"{self._shown}:{self._line_at(self._at)}",
                f"after {what}: " + ("the file is cut off here" if ended else "a comma is missing"),
                "Export or download the file again.",
            )
        self._at = found.end(1)
        return found[1]

    def _has_objects(self) -> bool:
        """Whether the array that begins here begins with an object."""
        while not (rest := self._text[self._at + 1 :].lstrip()) and self._more():
            pass
        return rest.startswith("{")

    def _elements(self, key: str | None) -> Iterator[Found]:
        """The elements of an array whose bracket was read."""
        if self._skip_blanks() == "]":
            self._at += 1
            return
        number = 0
        while True:
            number += 1
            what = f"{key or 'element'} {number}"
            value = self._value(what)
            yield Found(key, value, f"{self._shown} ({what})")
            if self._separator(what) == "]":
                return

    def _page(self) -> Iterator[Found]:
        """An object that is read key by key, since it is long: a page, or one object over several lines."""
        line = self._line_at(self._at)
        self._at += 1
        rest: dict[str, Any] = {}
        if self._skip_blanks() != "}":
            while True:
                key = self._value("a key")
                if not isinstance(key, str) or self._skip_blanks() != ":":
                    place = f"{self._shown}:{self._line_at(self._at)}"
                    raise BrokenFileError(place, "this is no JSON: a key and a colon are missing")
                self._at += 1
                # A page has lists of objects. Those of one object are its own: they follow its id, or are no objects.
                if "id" not in rest and self._skip_blanks() == "[" and self._has_objects():
                    self._at += 1
                    yield from self._elements(key)
                else:
                    rest[key] = self._value(key)
                if self._separator(key) == "}":
                    break
        else:
            self._at += 1
        if rest:
            yield from _unfolded(rest, f"{self._shown}:{line}")


def _unfolded(value: Any, place: str) -> Iterator[Found]:
    """The elements of a page; any other value as it is."""
    if isinstance(value, list):
        for number, one in enumerate(value, 1):
            yield Found(None, one, f"{place} (element {number})")
    elif isinstance(value, dict) and "id" not in value and value:
        for key, inside in value.items():
            if isinstance(inside, list):
                for number, one in enumerate(inside, 1):
                    yield Found(key, one, f"{place} ({key} {number})")
            elif isinstance(inside, dict) and "id" in inside:
                yield Found(key, inside, place)
    elif value != {}:
        yield Found(None, value, place)


def dumped(value: Any) -> str:
    """A value as JSON, in ASCII: it may have half a pair of surrogates, which no encoding has."""
    return json.dumps(value, separators=(",", ":"))
