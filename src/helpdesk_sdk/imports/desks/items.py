"""What readers make of a source: items in the form that ``import_batch()`` takes, and problems."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["person", "team", "field", "ticket", "file", "link", "merge"]

# Between the values of a row in its sum. No text that was imported has it.
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not imported, and why."""

    place: str
    """Where it stands: the file with its line, or the number of the item in the file."""
    item: str
    """What it is, e.g. ``ticket 17``; empty for a part of a file that cannot be read."""
    code: str
    """A stable word, e.g. ``unknown_status``, or the reason of the helpdesk."""
    message: str
    """What is wrong, in one sentence."""
    hint: str = ""
    """The way out, if there is one."""


class RefusedItemError(Exception):
    """One item cannot be imported; the others can."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


@dataclass(slots=True)
class Item:
    """An object of the source, as it is to be written."""

    kind: Kind
    """What it is."""
    external_id: str
    """Its id in the source."""
    values: dict[str, Any]
    """What ``import_batch()`` receives, but for the id and the hash."""
    place: str = ""
    """Where it was read."""
    file: Path | None = None
    """The bytes of a file."""
    notes: dict[str, int] = field(default_factory=dict)
    """What was left out or changed on the way, and how often."""

    def sent(self) -> dict[str, Any]:
        """What is sent, with the hash of the content."""
        return {"external_id": self.external_id, "hash": content_hash(self.values), **self.values}

    def note(self, what: str, times: int = 1) -> None:
        """Count something that was left out or changed."""
        if times:
            self.notes[what] = self.notes.get(what, 0) + times


def content_hash(values: Mapping[str, Any]) -> str:
    """A hash of the content: the same content has the same hash, whatever the order of its keys."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def row_sum(*values: str) -> int:
    """The part of a checksum that one row adds, as the database computes it."""
    return int(hashlib.sha256(_BETWEEN.join(values).encode()).hexdigest()[:15], 16)
