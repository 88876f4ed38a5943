"""Printing: tables and sentences for people, JSON for programs."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import typer

from .secrets import redact
from .settings import settings
from .text import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from helpdesk_sdk import Pager

T = TypeVar("T")
# The width of a table that goes into a file or a pipe: no cell is cut.
_UNBOUNDED = 10_000
# Between columns.
_GAP = 2
# A list that takes longer than this many seconds shows its progress, updated after this many items.
_PROGRESS_AFTER = 1.0
_PROGRESS_EVERY = 100


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column of a table.

    Attributes:
        title: The heading.
        value: Returns the cell of a row; None and "" are shown as a dash.
        style: A Rich style, or a function from a cell's text to its style.
        from_width: The column is hidden on terminals narrower than this.
        below_width: The column is hidden from this width on, where another column shows the same in full.
        flexible: Whether texts are cut when the terminal is too narrow.
        right: Whether texts are aligned to the right.
    """

    title: str
    value: Callable[[T], object]
    style: str | Callable[[str], str] = ""
    from_width: int = 0
    below_width: int = _UNBOUNDED + 1
    flexible: bool = False
    right: bool = False


def console() -> Console:
    """The console for people. Text is printed as it is: no markup, no emoji codes, no highlighting."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            # Rich would exit here; Root.invoke handles it for all commands.
            raise BrokenPipeError

    made = Screen(file=sys.stdout, markup=False, highlight=False, emoji=False, soft_wrap=False)
    if not made.is_terminal:
        made.width = _UNBOUNDED
    return made


def print_json(value: Any) -> None:
    """Print one JSON value."""
    from .json import dumps

    typer.echo(dumps(value))


def print_rows(
    items: Iterable[T], columns: Sequence[Column[T]], *, empty: str, json: Callable[[T], Any] | None = None
) -> None:
    """Print a list: one JSON array, or a table.

    Args:
        items: The rows.
        columns: The columns of the table.
        empty: Printed instead of an empty table.
        json: Turns a row into its JSON value; the whole row by default.
    """
    rows = list(items)
    if settings().json:
        print_json([row if json is None else json(row) for row in rows])
    elif rows:
        _print_table(rows, columns)
    else:
        typer.echo(empty)


def one_more(pager: Pager[T], limit: int, what: str) -> list[T]:
    """The rows to print up to a limit, and one more as a sign that there are more.

    Args:
        pager: All rows.
        limit: How many are printed; 0 for all.
        what: What they are, for the progress, e.g. ``mails``.
    """
    return list(with_progress(pager.limit(limit + 1) if limit else pager, what))


def print_up_to(
    found: Sequence[T],
    limit: int,
    columns: Sequence[Column[T]],
    what: str,
    *,
    empty: str,
    json: Callable[[T], Any] | None = None,
) -> None:
    """Print what ``one_more`` found as ``print_rows`` does, without the one more, and a note if there is one.

    Args:
        found: The rows.
        limit: How many are printed; 0 for all.
        columns: The columns of the table.
        what: What they are, e.g. ``mails``.
        empty: Printed instead of an empty table.
        json: Turns a row into its JSON value; the whole row by default.
    """
    more = 0 < limit < len(found)
    print_rows(found[:limit] if more else found, columns, empty=empty, json=json)
    if more:
        print_note(f"There are more {what}: --limit {limit * 4}, or --limit 0 for all.")


def _print_table(rows: Sequence[T], columns: Sequence[Column[T]]) -> None:
    out = console()
    out.print(table(rows, columns, out.width))


def table(
    rows: Sequence[T], columns: Sequence[Column[T]], room: int, row_style: Callable[[T], str] | None = None
) -> Table:
    """A table at most ``room`` columns wide, with one line for each row."""
    from rich.table import Table

    shown = [column for column in columns if column.from_width <= room < column.below_width]
    made = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column in shown:
        justify: Literal["left", "right"] = "right" if column.right else "left"
        # Rich narrows only columns that may wrap, the widest first. No text in them wraps: it is cut instead.
        made.add_column(_truncating(column.title), no_wrap=not column.flexible, justify=justify)
    for row in rows:
        texts = [_cell(row, column) for column in shown]
        cells = (_truncating(text, _style(column, text)) for column, text in zip(shown, texts, strict=True))
        made.add_row(*cells, style=row_style(row) if row_style else None)
    return made


def _truncating(text: str, style: str = "") -> Text:
    """A text that stays on one line and ends with an ellipsis when it is cut."""
    from rich.text import Text

    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def _cell(row: T, column: Column[T]) -> str:
    value = column.value(row)
    return "-" if value is None or value == "" else one_line(value)


def _style(column: Column[Any], text: str) -> str:
    return column.style if isinstance(column.style, str) else column.style(text)


def print_fields(title: str, fields: Sequence[tuple[str, object]], *, json: Any) -> None:
    """Print one object: as JSON, or one line for each field. Empty fields are left out."""
    if settings().json:
        print_json(json)
        return
    from rich.text import Text

    out = console()
    out.print(Text(one_line(title), style="bold"))
    width = max((len(name) for name, _ in fields), default=0)
    for name, value in fields:
        if value is not None and value != "":
            out.print(Text.assemble((f"  {name:<{width}}  ", "dim"), one_line(value)))


def print_hanging(heading: Text, text: Text) -> None:
    """Print a text after a heading. Wrapped lines are indented to the width of the heading."""
    from rich.text import Text

    out = console()
    margin: Text | str = heading
    for line in text.wrap(out, max(20, out.width - heading.cell_len)):
        out.print(Text.assemble(margin, line))
        margin = " " * heading.cell_len


def print_result(sentence: str, *, json: Any) -> None:
    """Print what a command did: the sentence for people, the object for programs."""
    if settings().json:
        print_json(json)
    else:
        typer.echo(one_line(sentence))


def print_note(sentence: str) -> None:
    """Print a remark to stderr, for people only."""
    if not settings().json:
        typer.echo(redact(one_line(sentence)), err=True)


def show_warnings() -> None:
    """Print the SDK's warnings, e.g. about a retry, as notes from now on."""
    logger = logging.getLogger("helpdesk_sdk")
    if not logger.handlers:
        logger.addHandler(_WarningHandler(print_note))


@contextmanager
def redirect_warnings(handle: Callable[[str], None]) -> Iterator[None]:
    """Send the SDK's warnings to this function only, inside the ``with`` block."""
    logger = logging.getLogger("helpdesk_sdk")
    before, logger.handlers = logger.handlers, [_WarningHandler(handle)]
    try:
        yield
    finally:
        logger.handlers = before


class _WarningHandler(logging.Handler):
    def __init__(self, handle: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._handle = handle

    def emit(self, record: logging.LogRecord) -> None:
        self._handle(record.getMessage())


def discard_output() -> None:
    """Discard all further output, so that flushing the buffer at exit does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def with_progress(items: Iterable[T], what: str) -> Iterator[T]:
    """Yield the items; on a terminal, show how many there are so far when they take longer than a second."""
    from rich.console import Console

    screen = Console(stderr=True, highlight=False)
    if not screen.is_terminal or settings().json:
        yield from items
        return
    begun = time.monotonic()
    status = screen.status("")
    try:
        for number, item in enumerate(items, 1):
            if number % _PROGRESS_EVERY == 0 and time.monotonic() - begun > _PROGRESS_AFTER:
                status.update(f"{number:,} {what} …")
                status.start()
            yield item
    finally:
        status.stop()


def local_time(at: datetime) -> str:
    """A point in time, to the minute, in the local time zone."""
    with suppress(OverflowError, ValueError, OSError):
        # At the ends of what Python can hold, the local time does not exist.
        at = at.astimezone()
    return at.strftime("%Y-%m-%d %H:%M")


def age(at: datetime, now: datetime | None = None) -> str:
    """How long ago it was, in the largest unit, e.g. ``3d``."""
    seconds = max(0.0, ((now or datetime.now(UTC)) - at).total_seconds())
    for unit, size in (("y", 31_557_600), ("mo", 2_629_800), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"
