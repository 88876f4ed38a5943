"""Tables for people, and a file for programs."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Result, Section


def show(section: Section, console: Console) -> None:
    """Print a section as a table."""
    columns = list(dict.fromkeys(column for result in section.results for column in result.numbers))
    judged = any(result.aim for result in section.results)
    table = Table(title=section.title, caption=section.explanation, title_justify="left", caption_justify="left")
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    if judged:
        table.add_column("aim")
        table.add_column("")
    for result in section.results:
        cells = [_cell(result.numbers.get(column, "")) for column in columns]
        table.add_row(result.name, *cells, *([result.aim, _verdict(result)] if judged else []))
    console.print(table)
    console.print()


def summary(sections: list[Section]) -> str:
    """One line: how many aims are met, and which are not."""
    judged = [result for section in sections for result in section.results if result.met is not None]
    if not judged:
        return "None of these numbers has an aim."
    missed = [result.name for result in judged if not result.met]
    met = f"{len(judged) - len(missed)} of {len(judged)} aims met."
    return f"{met} Not met: {'; '.join(missed)}." if missed else met


def write(sections: list[Section], settings: dict[str, object], directory: Path) -> Path:
    """Write everything to a JSON file in a directory and return its path."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{time.strftime('%Y%m%dT%H%M%S')}.json"
    machine = {"system": platform.platform(), "python": platform.python_version(), "processors": os.cpu_count()}
    report = {"settings": settings, "machine": machine, "sections": [asdict(section) for section in sections]}
    path.write_text(json.dumps(report, indent=2) + "\n")
    return path


def _cell(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def _verdict(result: Result) -> str:
    return {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[result.met]
