"""The report of a bulk command: a line for each ticket."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from ..._base.errors import CliError, ExitCode
from ..._base.json import dumps
from ..._base.text import one_line
from .run import Outcome

_COLUMNS = ("number", "ticket_id", "result", "done", "failed_step", "code", "message")


def line(outcome: Outcome) -> dict[str, Any]:
    """An outcome for programs. Of a reply, only that there is one."""
    error = outcome.error
    changes = {name: list(pair) for name, pair in outcome.planned.changes.items() if name != "reply"}
    return {
        "number": outcome.planned.ticket.number,
        "ticket_id": str(outcome.planned.ticket.ticket_id),
        "result": outcome.result,
        "changes": changes | ({"reply": True} if "reply" in outcome.planned.changes else {}),
        "done": outcome.done,
        "failed_step": outcome.failed_step,
        "code": None if error is None else error.reason or error.code or type(error).__name__,
        "message": None if error is None else error.message,
    }


class Report:
    """Writes lines as they are known."""

    def __init__(self, file: TextIO | None, *, is_csv: bool = False) -> None:
        self._file, self._csv = file, csv.writer(file) if file is not None and is_csv else None
        if self._csv is not None:
            self._csv.writerow(_COLUMNS)

    def write(self, outcomes: Iterable[Outcome]) -> None:
        """Add lines. They are in the file when this returns."""
        if self._file is None:
            return
        for one in map(line, outcomes):
            if self._csv is None:
                self._file.write(dumps(one, indent=None) + "\n")
            else:
                self._csv.writerow([_cell(one[name]) for name in _COLUMNS])
        self._file.flush()


def _cell(value: object) -> object:
    """A cell for spreadsheets, which run what looks like a formula."""
    if isinstance(value, list):
        value = " ".join(value)
    if isinstance(value, str):
        from helpdesk_sdk.exports import defused

        return defused(one_line(value))
    return value


@contextmanager
def report_to(path: Path | None) -> Iterator[Report]:
    """The report in a file: CSV when its name ends with .csv, else JSON lines.

    Raises:
        CliError: The file cannot be written. Nothing was changed then.
    """
    if path is None:
        yield Report(None)
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise CliError(f"--report: {path} cannot be written: {error.strerror}", None, ExitCode.USAGE) from None
    with file:
        yield Report(file, is_csv=path.suffix.lower() == ".csv")
