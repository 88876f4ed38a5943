"""The pure part of import_csv.py: from the cells of a CSV file to the arguments of ``hd.tickets.create``."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, UUID, uuid5

# The usual names of columns: where no name is given, the first of these in the header is used.
USUAL_NAMES = {
    "title": ("title", "subject", "summary"),
    "body": ("body", "description", "text", "content"),
    "queue": ("queue", "team", "group", "repo", "project"),
    "label": ("label", "tag", "category", "type"),
    "created": ("created_at", "created", "date"),
    "id": ("id", "external_id", "key", "number"),
}
LONGEST_CELL = 16 * 1024 * 1024


class Refused(Exception):
    """This row cannot become a ticket."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


class Stopped(Exception):
    """The import cannot go on; tickets that were created stay."""


@dataclass(frozen=True)
class Row:
    """One record: its number (the first after the header is 1), the line where it ends, and its mapped values."""

    number: int
    line: int
    values: Mapping[str, str]
    problem: str | None = None

    def external_id(self, prefix: str = "") -> str:
        """The value of the id column; without that column a digest of the content."""
        if given := self.values.get("id", "").strip():
            return prefix + given
        content = json.dumps(sorted(self.values.items()))
        return f"{prefix}sha256:{hashlib.sha256(content.encode()).hexdigest()[:40]}"


def ticket_id(external_id: str) -> UUID:
    """The same ticket id for the same external id, on every run and every machine."""
    return uuid5(NAMESPACE_URL, f"helpdesk-csv-import:{external_id!a}")


def map_columns(header: list[str], chosen: Mapping[str, str | None]) -> dict[str, int]:
    """The index of each part of a ticket in a row. Chosen columns and the title's column must exist."""
    places: dict[str, int] = {}
    for part, names in USUAL_NAMES.items():
        name = chosen.get(part)
        found = [name] if name else [usual for usual in names if usual in header]
        if found and found[0] in header:
            places[part] = header.index(found[0])
        elif name or part == "title":
            raise Stopped(
                f"--{part}-column: the file has no column {name or ' or '.join(names)}, but {', '.join(header)[:300]}"
            )
    return places


def read_rows(file: BinaryIO, encoding: str, chosen: Mapping[str, str | None]) -> Generator[Row]:
    """The rows of a CSV file, one at a time. Bytes of another encoding make only their row invalid."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        text = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
    except LookupError:
        raise Stopped(f"--encoding: there is no encoding {encoding}") from None
    reader = csv.reader(text, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        places = map_columns(header, chosen)
        for number, cells in enumerate((cells for cells in reader if cells), 1):
            problem = None if len(cells) == len(header) else f"{len(cells)} cells where the header has {len(header)}"
            values = {part: cells[place] for part, place in places.items() if place < len(cells)}
            yield Row(number, reader.line_num, values, problem)
    except csv.Error as error:
        raise Stopped(f"line {reader.line_num}: {error}. Is a quote missing somewhere above?") from None
    except UnicodeError as error:
        raise Stopped(f"after line {reader.line_num}: not {encoding}: {error}. See --encoding.") from None
    finally:
        # The file is the caller's, and still open.
        text.detach()


def ticket_of(row: Row, prefix: str) -> dict[str, Any]:
    """The arguments of ``hd.tickets.create`` for a row, without team and requester."""
    if row.problem:
        raise Refused("row", row.problem)
    for part, value in row.values.items():
        if any("\udc80" <= character <= "\udcff" for character in value):
            raise Refused(part, "is not in this encoding: see --encoding")
    values = row.values
    external_id = row.external_id(prefix)
    created, label = values.get("created", "").strip(), values.get("label", "").strip()
    return {
        "id": ticket_id(external_id),
        "title": values.get("title", "").strip(),
        "description": values.get("body", ""),
        "external_id": external_id,
        "channel": "import",
        "custom_fields": {"created_at_source": created} if created else {},
        "tags": [label] if label else [],
    }
