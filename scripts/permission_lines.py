"""Lines of the page of permissions: one line for the rows of the matrix with the same operation."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from tests.db.matrix import Case, Outcome

from helpdesk_sdk.verification.matrix.operations import Operation

METHODS = {"read": "GET", "insert": "POST", "update": "PATCH", "delete": "DELETE"}


@dataclass
class Line:
    """A line of a table: the outcome of an operation for each relation.

    Attributes:
        what: The operation in words, then in code.
        cells: For each column, the outcome by label.
    """

    what: str
    cells: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, column: str, label: str, word: str) -> None:
        """Add an outcome; it must agree with the earlier outcomes of the same label."""
        old = self.cells.setdefault(column, {}).setdefault(label, word)
        if old != word:
            raise ValueError(f"{self.what}: the matrix says {old} and {word} for {label} ({column})")


def code(tries: Operation) -> str:
    """How the page writes an operation, e.g. ``PATCH tickets`` or ``send_reply()``."""
    return f"{tries.target}()" if tries.verb == "call" else f"{METHODS[tries.verb]} {tries.target}"


def word(case: Case, outcome: Outcome) -> str:
    """An outcome in one word."""
    if outcome.reason:
        return f"`{outcome.token}`"
    if outcome.sqlstate:
        return "refused" if outcome.sqlstate == "42501" else f"`{outcome.sqlstate}`"
    if outcome.rows == 0:
        return "no rows"
    most = max(other.rows or 0 for _, other in case.outcomes())
    return "in part" if outcome.rows is not None and outcome.rows < most else "yes"


def table(head: tuple[str, ...], rows: list[Line]) -> str:
    """A Markdown table, its columns aligned, with its footnotes."""
    notes: list[str] = []
    written = [head, *((line.what, *(cell(line, column, notes) for column in head[1:])) for line in rows)]
    return aligned(written) + (f"\n\n{numbered(notes)}" if notes else "")


def numbered(notes: list[str]) -> str:
    """The footnotes of a table, in one paragraph."""
    return wrapped(" ".join(f"[{number}] {note}." for number, note in enumerate(notes, 1)))


def wrapped(text: str) -> str:
    """A paragraph in lines as long as those of the other pages."""
    return textwrap.fill(text, 150, break_long_words=False, break_on_hyphens=False)


def aligned(rows: list[tuple[str, ...]]) -> str:
    """Rows as a Markdown table, with columns that are aligned in plain text too."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    rows = [rows[0], tuple("-" * width for width in widths), *rows[1:]]
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)


def cell(line: Line, column: str, notes: list[str]) -> str:
    """The cell of a line in a column: the usual outcome; other outcomes go to the footnotes."""
    by_label = line.cells.get(column)
    if not by_label:
        raise ValueError(f"{line.what}: the matrix has no outcome for: {column}")
    own = next((by_label[label] for label in ("themselves", "members") if label in by_label), "")
    exceptions: dict[str, list[str]] = {}
    if own in ("yes", "listen") and by_label["others"] != own:
        first = "own only"
        if by_label["others"] not in ("no rows", "no"):
            exceptions[by_label["others"]] = ["others"]
    else:
        first = _usual(by_label)
        for label, got in by_label.items():
            if got != first:
                exceptions.setdefault(got, []).append(label)
    if not exceptions:
        return first
    note = "; ".join(f"{', '.join(who)}: {got}" for got, who in exceptions.items())
    if note not in notes:
        notes.append(note)
    return f"{first} [{notes.index(note) + 1}]"


def _usual(by_label: dict[str, str]) -> str:
    people = [got for label, got in by_label.items() if label != "secret key"]
    return max(dict.fromkeys(people), key=lambda got: (people.count(got), got == "yes"))
