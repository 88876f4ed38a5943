"""Reads the CSV files that people have: any usual encoding and separator, and headers in any letters."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

# The usual names of columns. Where no column is chosen, the first of these that the header has is used; all of them
# for tags. Capitals, blanks, _ and - make no difference: "Created At" is created_at.
USUAL_NAMES = {
    "title": ("title", "subject", "summary"),
    "body": ("body", "description", "text", "content", "message", "details"),
    "requester": ("requester", "requester email", "email", "email address", "from", "customer", "reporter"),
    "team": ("team", "queue", "group", "repo", "project"),
    "tags": ("tags", "tag", "labels", "label", "category", "type"),
    "priority": ("priority", "severity", "urgency"),
    "status": ("status", "state"),
    "created": ("created at", "created", "date"),
    "id": ("id", "external id", "key", "number"),
}
SEPARATORS = ",;\t|"
LONGEST_CELL = 16 * 1024 * 1024
# The header and some rows, to find out how the file is written.
_SAMPLE = 256 * 1024


class Stopped(Exception):
    """The import cannot go on; tickets that were created stay."""


@dataclass(frozen=True)
class Record:
    """One record of the file: its number (the first after the header is 1), the line where it ends, and its cells."""

    number: int
    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """A CSV file whose header has been read.

    Attributes:
        header: The names of the columns, as in the file.
        places: The columns that each part of a ticket comes from.
        unused: What the file has and nobody asked for, in words.
        records: The rows, one at a time.
    """

    header: list[str]
    places: Mapping[str, tuple[int, ...]]
    unused: list[str]
    records: Generator[Record]


def encoding_of(start: bytes) -> str:
    """The encoding that the first bytes of a file tell; UTF-8 where they tell nothing."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
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
    return "utf-8"


def plain(name: str) -> str:
    """The name of a column without capitals, blanks, _, - and the like."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def open_table(file: BinaryIO, encoding: str | None, separator: str | None, chosen: Mapping[str, str | None]) -> Table:
    """Read the header of a CSV file. The caller closes ``records`` before the file.

    Args:
        file: The file, open for bytes and at its beginning.
        encoding: Its encoding; None to find out.
        separator: What stands between two cells; None to find out.
        chosen: The names of the columns to use for parts of a ticket; None for the usual names.
    """
    csv.field_size_limit(LONGEST_CELL)
    start = file.read(_SAMPLE)
    file.seek(0)
    encoding = encoding or encoding_of(start)
    try:
        # Bytes of another encoding make only their row invalid.
        text = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
        sample = io.TextIOWrapper(io.BytesIO(start), encoding, errors="replace", newline="").read()
    except LookupError:
        raise Stopped(f"--encoding: there is no encoding {encoding}") from None
    except UnicodeError as error:
        raise Stopped(f"This is not {encoding}: {error}. See --encoding.") from None
    told = re.match(r"\ufeff?\"?sep=(.)\"?(\r\n|\r|\n)", sample, re.IGNORECASE)
    if told:
        sample, separator = sample[told.end() :], separator or told[1]
    separator = separator or _separator_of(sample, chosen)
    records = _records(text, separator, skip_first_line=told is not None)
    header = [name.strip() for name in next(records, Record(0, 0, [])).cells]
    places = _places(header, chosen)
    return Table(header, places, _unused(header, places), records)


def _separator_of(sample: str, chosen: Mapping[str, str | None]) -> str:
    """The separator by which the header has the title's column, and then the most columns."""

    def columns(separator: str) -> tuple[bool, int]:
        header = next(csv.reader(io.StringIO(sample, newline=""), delimiter=separator), [])
        title = {plain(chosen["title"] or "")} if chosen.get("title") else set(USUAL_NAMES["title"])
        return any(plain(name) in title for name in header), len(header)

    return max(SEPARATORS, key=columns)


def _records(text: io.TextIOWrapper, separator: str, *, skip_first_line: bool) -> Generator[Record]:
    """The header as number 0, then the records that are not empty."""
    reader = csv.reader(text, strict=True, delimiter=separator)
    number = -1
    try:
        if skip_first_line:
            text.readline()
        for cells in reader:
            if cells:
                number += 1
                if number == 0:
                    cells[0] = cells[0].removeprefix("\ufeff")
                yield Record(number, reader.line_num + skip_first_line, cells)
    except csv.Error as error:
        raise Stopped(f"line {reader.line_num}: {error}. Is a quote missing somewhere above?") from None
    except UnicodeError as error:
        raise Stopped(f"after line {reader.line_num}: not {text.encoding}: {error}. See --encoding.") from None
    finally:
        # The file is the caller's, and still open.
        text.detach()


def _places(header: list[str], chosen: Mapping[str, str | None]) -> dict[str, tuple[int, ...]]:
    names = [plain(name) for name in header]
    found: dict[str, tuple[int, ...]] = {}
    for part, usual in USUAL_NAMES.items():
        name = chosen.get(part)
        wanted = [plain(name)] if name else [one for one in usual if one in names]
        taken = {place for places in found.values() for place in places}
        places = [place for one in wanted for place in _all(names, one) if name or place not in taken]
        if places:
            found[part] = tuple(places) if part == "tags" else (places[0],)
        elif name or part == "title":
            raise Stopped(f"--{part}-column: there is no column {name or ' or '.join(usual)}, but {_listed(header)}")
    return found


def _all(names: list[str], wanted: str) -> Iterable[int]:
    return (place for place, name in enumerate(names) if name == wanted)


def _unused(header: list[str], places: Mapping[str, tuple[int, ...]]) -> list[str]:
    used = {place for found in places.values() for place in found}
    return [name or f"(column {place + 1})" for place, name in enumerate(header) if place not in used]


def _listed(names: list[str]) -> str:
    return ", ".join(names)[:300] or "the file is empty"
