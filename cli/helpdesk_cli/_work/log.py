"""What a worker says: sentences for people, or lines of JSON for a collector of logs.

A line never has what a customer, an agent or a model wrote: ids, kinds, counts and outcomes only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

import typer

from .._base.output import print_note, redirect_warnings
from .._base.secrets import redact
from .._base.settings import settings
from .._base.text import one_line

Level = Literal["info", "warning"]
_is_collected: ContextVar[bool] = ContextVar("helpdesk_worker_log", default=False)


@contextmanager
def collected() -> Iterator[None]:
    """Inside the block everything is a line of JSON on standard output, also the SDK's warnings."""
    token = _is_collected.set(True)
    try:
        with redirect_warnings(lambda sentence: _line("warning", sentence)):
            yield
    finally:
        _is_collected.reset(token)


def say(sentence: str, fields: Mapping[str, Any]) -> None:
    """Print what was done: the sentence for people, one line of JSON for programs."""
    if _is_collected.get():
        _line("info", sentence, fields)
    else:
        typer.echo(json.dumps(fields) if settings().json else one_line(sentence))


def note(sentence: str, level: Level = "info") -> None:
    """Print a remark, for people and for the log."""
    if _is_collected.get():
        _line(level, sentence)
    else:
        print_note(sentence)


def _line(level: Level, sentence: str, fields: Mapping[str, Any] | None = None) -> None:
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"time": time, "level": level, "message": one_line(sentence), **(fields or {})}
    typer.echo(redact(json.dumps(line)))
