"""What import_csv.py remembers: how far it is, so that it can go on, and which rows were refused."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from csv_rows import Row

REPORT_COLUMNS = ("row", "line", "external_id", "field", "reason", "title")
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class State:
    """How far an import is: what a later run needs to go on where this one stopped."""

    job: str
    rows: int = 0
    created: int = 0
    existing: int = 0
    refused: int = 0
    # Numbers rise: a ticket above this one was not there before its batch.
    newest_number: int = 0
    witness: str | None = None
    report_bytes: int = 0
    path: Path = field(default_factory=Path)

    def summary(self) -> str:
        """In words."""
        return f"{self.created:,} created, {self.existing:,} there already, {self.refused:,} refused"

    def save(self) -> None:
        """All of it or nothing, also when the power fails."""
        values = {name: value for name, value in asdict(self).items() if name != "path"}
        draft = self.path.with_name(self.path.name + ".new")
        with draft.open("w") as file:
            json.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    @classmethod
    def load(cls, path: Path, job: str) -> State:
        """The state of the same job, or that of a new one."""
        try:
            found = cls(**json.loads(path.read_text()), path=path)
        except (OSError, ValueError, TypeError):
            return cls(job, path=path)
        return found if found.job == job else cls(job, path=path)


class Report:
    """The refused rows, as a CSV that opens safely in a spreadsheet."""

    def __init__(self, path: Path, keep_bytes: int) -> None:
        self._file = path.open("r+b" if keep_bytes and path.exists() else "wb")
        # What an interrupted batch has written is written again.
        self._file.truncate(keep_bytes)
        self._file.seek(keep_bytes)
        if not keep_bytes:
            self._write(REPORT_COLUMNS)

    def _write(self, cells: tuple[object, ...]) -> None:
        safe = ["'" + text if text.startswith(FORMULA) else text for text in map(str, cells)]
        quoted = ",".join('"' + text.replace('"', '""').replace("\0", "\\0") + '"' for text in safe)
        self._file.write(quoted.encode("utf-8", "backslashreplace") + b"\r\n")

    def add(self, row: Row, prefix: str, column: str, reason: str) -> None:
        """One refused row."""
        title = " ".join(row.values.get("title", "")[:80].split())
        self._write((row.number, row.line, row.external_id(prefix), column, " ".join(reason.split()), title))

    def flush(self) -> int:
        """Written to the disk; the size in bytes."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
