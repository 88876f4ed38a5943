"""The pure part of import_csv.py: from a record of a CSV file to the arguments of ``hd.tickets.create``."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

from csv_table import Record, Table

# The words of other helpdesks. A word that is not here is refused: a guess would reopen what is closed.
PRIORITIES = {
    "low": ("low", "lowest", "minor", "trivial"),
    "medium": ("medium", "normal", "moderate", "default"),
    "high": ("high", "major", "important"),
    "urgent": ("urgent", "highest", "critical", "blocker", "emergency"),
}
STATUSES = {
    "open": ("open", "new", "reopened", "active", "todo", "to do", "in progress"),
    "pending": ("pending", "hold", "on hold", "waiting", "waiting for customer", "awaiting reply"),
    "resolved": ("resolved", "solved", "done", "fixed"),
    "closed": ("closed", "archived"),
}


class Refused(Exception):
    """This row cannot become a ticket."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True)
class Row:
    """One record, with the value of each part of a ticket; several values for tags."""

    number: int
    line: int
    values: Mapping[str, str]
    tags: tuple[str, ...] = ()
    problem: str | None = None

    def external_id(self, prefix: str = "") -> str:
        """The value of the id column; without that column a digest of the content."""
        if given := self.values.get("id", "").strip():
            return prefix + given
        content = json.dumps([sorted(self.values.items()), self.tags])
        return f"{prefix}sha256:{hashlib.sha256(content.encode()).hexdigest()[:40]}"


@dataclass(frozen=True)
class Wanted:
    """What a row asks for."""

    arguments: dict[str, Any] = field(default_factory=dict)
    requester: tuple[str, str] | None = None
    team: str = ""
    status: str = "open"


def row_of(record: Record, table: Table) -> Row:
    """The row of a record."""
    cells, width = record.cells, len(table.header)
    while len(cells) > width and not cells[-1].strip():
        # Spreadsheets write empty cells at the end.
        cells = cells[:-1]
    problem = None if len(cells) == width else f"{len(cells)} cells where the header has {width}"
    values = {
        part: cells[places[0]] for part, places in table.places.items() if part != "tags" and places[0] < len(cells)
    }
    tags = [cells[place] for place in table.places.get("tags", ()) if place < len(cells)]
    split = tuple(tag.strip() for cell in tags for tag in re.split("[,;|]", cell) if tag.strip())
    return Row(record.number, record.line, values, split, problem)


def wanted_of(row: Row, prefix: str, created_field: str = "") -> Wanted:
    """What the row asks for, or Refused with the part that is wrong."""
    if row.problem:
        raise Refused("row", row.problem)
    for part, value in [*row.values.items(), *(("tags", tag) for tag in row.tags)]:
        if any("\udc80" <= character <= "\udcff" for character in value):
            raise Refused(part, "is not in this encoding: see --encoding")
    values = {part: value.strip() for part, value in row.values.items()}
    arguments: dict[str, Any] = {
        "title": values.get("title", ""),
        # As it is: blanks at the ends of a text may be wanted.
        "description": row.values.get("body", ""),
        "external_id": row.external_id(prefix),
        "channel": "import",
        "priority": _one_of("priority", values.get("priority", ""), PRIORITIES, "medium"),
        "tags": list(row.tags),
    }
    if created_field and values.get("created"):
        arguments["custom_fields"] = {created_field: values["created"]}
    return Wanted(
        arguments,
        _person(values.get("requester", "")),
        values.get("team", ""),
        _one_of("status", values.get("status", ""), STATUSES, "open"),
    )


def _one_of(part: str, value: str, words: Mapping[str, tuple[str, ...]], usual: str) -> str:
    if not value:
        return usual
    plain = re.sub(r"[\W_]+", " ", value.casefold()).strip()
    for meaning, known in words.items():
        if plain in known:
            return meaning
    raise Refused(part, f"{value[:60]!r} is none of {', '.join(word for known in words.values() for word in known)}")


def _person(value: str) -> tuple[str, str] | None:
    """The address and the name in ``Ada Lovelace <ada@example.com>`` or ``ada@example.com``."""
    if not value:
        return None
    name, address = parseaddr(value)
    if "@" not in address:
        raise Refused("requester", f"{value[:60]!r} is no e-mail address")
    return address, name
