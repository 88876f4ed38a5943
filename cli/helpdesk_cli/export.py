"""`helpdesk export`: the helpdesk as a file."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import print_note, with_progress
from ._connect.connection import connect

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("export", profile=True)(export)


def export(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The file; .gz compresses it; - is standard output.")
    ] = "-",
    since: Annotated[
        str | None,
        typer.Option(metavar="CURSOR", help="Only tickets that changed since an earlier export.", show_default=False),
    ] = None,
    files: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Download the attachments here, too.", show_default=False)
    ] = None,
    table: Annotated[bool, typer.Option("--csv", help="A table of tickets for a spreadsheet, without texts.")] = False,
) -> None:
    """Export what you may read: tickets, people, teams, fields.

    Tickets come with messages and notes. One JSON object a line; the last line has kind "end". A file appears under its
    name when it is complete. The next export goes on with --since, and misses nothing. helpdesk import helpdesk reads
    such a file.

    For example: helpdesk export helpdesk.jsonl.gz --files attachments/
    """
    if table and (since is not None or files is not None):
        raise CliError("--csv goes without --since and --files", "Leave one of them out.", ExitCode.USAGE)
    with connect() as hd, _opened(file) as out:
        if table:
            from helpdesk_sdk import exports

            writer = csv.writer(out)
            for row in with_progress(exports.rows(hd), "rows"):
                writer.writerow(row)
            return
        _write_lines(hd, out, since, files)


def _write_lines(hd: Helpdesk, out: TextIO, since: str | None, files: Path | None) -> None:
    from helpdesk_sdk import exports

    lines: Iterator[dict[str, Any]] = exports.lines(hd, since=since)
    saver = None
    if files is not None:
        _make(files)
        saver = exports.FileSaver(hd, files)
        lines = saver.each(lines)
    cursor = ""
    for line in with_progress(lines, "lines"):
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
        if line["kind"] == "header":
            cursor = line["cursor"]
        elif line["kind"] == "end":
            counts = ", ".join(f"{number:,} {_named(kind, number)}" for kind, number in line["counts"].items())
            print_note(f"Exported: {counts or 'nothing'}. The next export: --since {cursor}")
    if saver is not None:
        saved = saver.saved
        print_note(f"Files: {saved.new} downloaded, {saved.kept} there already, {saved.problems} not to be had.")


def _named(kind: str, number: int) -> str:
    if kind == "gone":
        return "gone"
    return kind if number == 1 else {"person": "people"}.get(kind, f"{kind}s")


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    """Standard output, or a new file that appears when it is complete."""
    if name == "-":
        yield sys.stdout
        return
    path = Path(name)
    part = path.with_name(f"{path.name}.part")
    try:
        raw = open(part, "wb")  # noqa: SIM115  # closed below, before the file gets its name
    except OSError as error:
        raise CliError(f"{part} cannot be written: {error.strerror}", "Choose another file.", ExitCode.USAGE) from None
    try:
        with raw:
            # No time in the header: the same export is the same file.
            packed = gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") if path.suffix == ".gz" else raw
            with io.TextIOWrapper(packed, encoding="utf-8", newline="") as text:
                yield text
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise
    os.replace(part, path)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CliError(
            f"{directory} cannot be made: {error.strerror}", "Choose another directory.", ExitCode.USAGE
        ) from None
