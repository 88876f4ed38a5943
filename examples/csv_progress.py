"""The files of import_csv.py: its progress, so that it can continue, and the report of refused rows."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from csv_rows import Row

REPORT_COLUMNS = ("row", "line", "external_id", "field", "reason", "title")
# First characters that make a spreadsheet read a cell as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class State:
    """The progress of an import: a later run continues from it."""

    job: str
    rows: int = 0
    created: int = 0
    existing: int = 0
    refused: int = 0
    # Ticket numbers rise: a ticket above this number was created by the next batch.
    newest_number: int = 0
    witness: str | None = None
    report_bytes: int = 0
    path: Path = field(default_factory=Path)

    def summary(self) -> str:
        """The counts, in words."""
        return f"{self.created:,} created, {self.existing:,} there already, {self.refused:,} refused"

    def save(self) -> None:
        """Write the whole file or nothing, even when the power fails."""
        values = {name: value for name, value in asdict(self).items() if name != "path"}
        draft = self.path.with_name(self.path.name + ".new")
        with draft.open("w") as file:
            json.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    @classmethod
    def load(cls, path: Path, job: str) -> State:
        """The saved state of the same job; without it, the state of a new job."""
        try:
            found = cls(**json.loads(path.read_text()), path=path)
        except (OSError, ValueError, TypeError):
            return cls(job, path=path)
        return found if found.job == job else cls(job, path=path)


class Report:
    """The refused rows, as a CSV that opens safely in a spreadsheet."""

    def __init__(self, path: Path, keep_bytes: int) -> None:
        self._file = path.open("r+b" if keep_bytes and path.exists() else "wb")
        # The rows of an interrupted batch are written again.
        self._file.truncate(keep_bytes)
        self._file.seek(keep_bytes)
        if not keep_bytes:
            self._write(REPORT_COLUMNS)

    def _write(self, cells: tuple[object, ...]) -> None:
        safe = ["'" + text if text.startswith(FORMULA) else text for text in map(str, cells)]
        quoted = ",".join('"' + text.replace('"', '""').replace("\0", "\\0") + '"' for text in safe)
        self._file.write(quoted.encode("utf-8", "backslashreplace") + b"\r\n")

    def add(self, row: Row, prefix: str, column: str, reason: str) -> None:
        """Add a refused row."""
        title = " ".join(row.values.get("title", "")[:80].split())
        self._write((row.number, row.line, row.external_id(prefix), column, " ".join(reason.split()), title))

    def add_column(self, name: str) -> None:
        """Add a column of the file that is not imported."""
        self._write(("", "", "", name, "this column is not imported: no option names it", ""))

    def flush(self) -> int:
        """Write to the disk, and return the size in bytes."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
