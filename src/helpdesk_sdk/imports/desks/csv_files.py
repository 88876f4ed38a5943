"""CSV as programs write it: any usual encoding and separator. What is in doubt is refused with its place."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ...errors import ConfigurationError, LocalFileError
from .csv_mapping import plain
from .envelopes import BrokenFileError

SEPARATORS = ",;\t|"
_CELL_MAX = 16 << 20
_SAMPLE = 256 << 10


class Row(NamedTuple):
    """A record of the file."""

    line: int
    """The line where it ends."""
    cells: list[str]


class CsvFile:
    """A CSV file whose header was read. Close it by leaving ``with``.

    Args:
        path: The file.
        encoding: Its encoding; None for UTF-8, or what its first bytes tell.
        separator: What stands between two cells; None to find out by the header.
        titles: The names that the column of titles may have, without capitals and blanks.

    Raises:
        LocalFileError: There is no such file, or it is empty.
        ConfigurationError: There is no such encoding.
    """

    def __init__(self, path: Path, encoding: str | None, separator: str | None, titles: Collection[str] = ()) -> None:
        try:
            self._raw: BinaryIO = path.open("rb")
        except OSError as error:
            raise LocalFileError(f"{path}: {error.strerror or error}") from None
        try:
            self._begin(path, encoding, separator, titles)
        except BrokenFileError as error:
            self._raw.close()
            raise LocalFileError(f"{error.place}: {error.message}", hint=error.hint) from None
        except BaseException:
            self._raw.close()
            raise

    def _begin(self, path: Path, encoding: str | None, separator: str | None, titles: Collection[str]) -> None:
        start = self._raw.read(_SAMPLE)
        self._raw.seek(0)
        self.encoding = encoding or _encoding_of(start)
        try:
            self._text = io.TextIOWrapper(self._raw, self.encoding, errors="strict", newline="")
            sample = io.TextIOWrapper(io.BytesIO(start), self.encoding, errors="replace", newline="").read()
        except LookupError:
            raise ConfigurationError(f"There is no encoding {encoding}") from None
        told = re.match(r"\ufeff?\"?sep=(.)\"?(\r\n|\r|\n)", sample, re.IGNORECASE)
        if told:
            sample, separator = sample[told.end() :], separator or told[1]
        self._shown, self._skipped = path.name, 0
        self.separator = separator or _separator_of(sample, titles)
        csv.field_size_limit(_CELL_MAX)
        self._reader = csv.reader(self._text, strict=True, delimiter=self.separator)
        if told:
            self._text.readline()
            self._skipped = 1
        first = next(self._rows(), None)
        if first is None:
            raise LocalFileError(f"{path} is empty")
        self.header = [name.removeprefix("\ufeff").strip() for name in first.cells]

    def __enter__(self) -> CsvFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()

    def rows(self) -> Iterator[Row]:
        """The records behind the header that are not empty.

        Raises:
            BrokenFileError: A record is no CSV, or not in this encoding. Its place has the line.
        """
        yield from self._rows()

    def _rows(self) -> Iterator[Row]:
        try:
            for cells in self._reader:
                if any(cells):
                    yield Row(self._reader.line_num + self._skipped, cells)
        except csv.Error as error:
            raise BrokenFileError(
                f"{self._shown}:{self._line()}", f"this is no CSV: {error}", "Is a quote missing somewhere above?"
            ) from None
        except UnicodeError as error:
            line, column = self._place_of_bad_byte()
            found = f" (byte 0x{error.object[error.start]:02x})" if isinstance(error, UnicodeDecodeError) else ""
            raise BrokenFileError(
                f"{self._shown}:{line}:{column}",
                f"this is not {self.encoding.removesuffix('-sig').upper()}{found}",
                "Name the encoding of the file, e.g. cp1252.",
            ) from None

    def _line(self) -> int:
        return self._reader.line_num + self._skipped

    def _place_of_bad_byte(self) -> tuple[int, int]:
        """The line and the column of the first byte that is not in this encoding."""
        self._raw.seek(0)
        for number, line in enumerate(self._raw, 1):
            try:
                line.decode(self.encoding)
            except UnicodeDecodeError as error:
                return number, len(line[: error.start].decode(self.encoding, "replace")) + 1
        return self._line(), 1


def _encoding_of(start: bytes) -> str:
    """The encoding that the first bytes of a file tell; UTF-8 where they tell nothing."""
    for mark, encoding in (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if start.startswith(mark):
            return encoding
    # Without a mark: the letters of a header have a zero byte each, before or behind.
    zeros = [start[place : place + 512 : 2].count(0) for place in (0, 1)]
    if max(zeros) > min(len(start), 512) // 8 > min(zeros):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return "utf-8-sig"


def _separator_of(sample: str, titles: Collection[str]) -> str:
    """The separator by which the header has the column of titles, and then the most columns."""

    def columns(separator: str) -> tuple[bool, int]:
        header = next(csv.reader(io.StringIO(sample, newline=""), delimiter=separator), [])
        return any(plain(name) in titles for name in header), len(header)

    return max(SEPARATORS, key=columns)
