"""Exports: a helpdesk as lines of JSON, or its tickets as a table.

    with open("helpdesk.jsonl", "w", encoding="utf-8") as file:
        for line in exports.lines(hd):
            file.write(json.dumps(line) + "\\n")

The client decides what is exported: all that its person may read. Memory stays the same however many tickets there are.
"""

from __future__ import annotations

from .files import FileSaver, Saved
from .lines import FORMAT, lines
from .table import defused, rows

__all__ = ["FORMAT", "FileSaver", "Saved", "defused", "lines", "rows"]
