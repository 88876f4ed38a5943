"""Printing: tables and sentences for people, JSON for programs."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
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

T = TypeVar("T")
# Wide enough for any row: a table that goes into a file or a pipe is not cut.
_UNBOUNDED = 10_000
# Between columns.
_GAP = 2
# When and how often a long list says how far it is: after so many seconds, once for so many items.
_PATIENCE = 1.0
_COUNT_EVERY = 100


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column of a table.

    Attributes:
        title: What is above it.
        value: What a row has in it; None shows as a dash.
        style: A Rich style, or how to find it for a value.
        from_width: The terminal's width from which on the column is shown.
        below_width: The width from which on it is not shown any more, as another says the same at length.
        flexible: Whether it is cut when there is no room.
        right: Whether it is aligned to the right.
    """

    title: str
    value: Callable[[T], object]
    style: str | Callable[[str], str] = ""
    from_width: int = 0
    below_width: int = _UNBOUNDED + 1
    flexible: bool = False
    right: bool = False


def console() -> Console:
    """Where output for people goes: nothing in it is read as markup, an address or a number."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            # Ended where all commands end, instead of here.
            raise BrokenPipeError

    made = Screen(file=sys.stdout, markup=False, highlight=False, emoji=False, soft_wrap=False)
    if not made.is_terminal:
        made.width = _UNBOUNDED
    return made


def print_json(value: Any) -> None:
    """One JSON value."""
    from .json import dumps

    typer.echo(dumps(value))


def render(
    items: Iterable[T], columns: Sequence[Column[T]], *, empty: str, json: Callable[[T], Any] | None = None
) -> None:
    """A list: one JSON array, or a table.

    Args:
        items: The rows.
        columns: What of them people see.
        empty: What people read when there are none.
        json: What programs get of a row; by default all of it.
    """
    rows = list(items)
    if settings().json:
        print_json([row if json is None else json(row) for row in rows])
    elif rows:
        _print_table(rows, columns)
    else:
        typer.echo(empty)


def _print_table(rows: Sequence[T], columns: Sequence[Column[T]]) -> None:
    out = console()
    out.print(table(rows, columns, out.width))


def table(
    rows: Sequence[T], columns: Sequence[Column[T]], room: int, row_style: Callable[[T], str] | None = None
) -> Table:
    """Rows under each other, each on one line, no wider than there is room."""
    from rich.table import Table

    shown = [column for column in columns if column.from_width <= room < column.below_width]
    made = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for column in shown:
        justify: Literal["left", "right"] = "right" if column.right else "left"
        # Rich narrows only columns that may wrap, the widest first. No text in them wraps: it is cut instead.
        made.add_column(_cut(column.title), no_wrap=not column.flexible, justify=justify)
    for row in rows:
        texts = [_cell(row, column) for column in shown]
        cells = (_cut(text, _style(column, text)) for column, text in zip(shown, texts, strict=True))
        made.add_row(*cells, style=row_style(row) if row_style else None)
    return made


def _cut(text: str, style: str = "") -> Text:
    """A text that stays on one line, and ends with an ellipsis where there is no room."""
    from rich.text import Text

    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def _cell(row: T, column: Column[T]) -> str:
    value = column.value(row)
    return "-" if value is None or value == "" else one_line(value)


def _style(column: Column[Any], text: str) -> str:
    return column.style if isinstance(column.style, str) else column.style(text)


def render_fields(title: str, fields: Sequence[tuple[str, object]], *, json: Any) -> None:
    """One thing: a JSON object, or its fields under each other; empty ones are left out."""
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


def tell(sentence: str, *, json: Any) -> None:
    """What was done: the sentence for people, the thing itself for programs."""
    if settings().json:
        print_json(json)
    else:
        typer.echo(one_line(sentence))


def remark(sentence: str) -> None:
    """Something by the way, on stderr, for people only."""
    if not settings().json:
        typer.echo(redact(one_line(sentence)), err=True)


def show_warnings() -> None:
    """From now on the SDK's warnings, e.g. that it is still trying, are remarks."""
    logger = logging.getLogger("helpdesk_sdk")
    if not logger.handlers:
        logger.addHandler(_Warnings(remark))


@contextmanager
def warnings_to(say: Callable[[str], None]) -> Iterator[None]:
    """For a while the SDK's warnings go here, and nowhere else."""
    logger = logging.getLogger("helpdesk_sdk")
    before, logger.handlers = logger.handlers, [_Warnings(say)]
    try:
        yield
    finally:
        logger.handlers = before


class _Warnings(logging.Handler):
    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(record.getMessage())


def give_up_output() -> None:
    """What is still buffered must not fail again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def counted(items: Iterable[T], what: str) -> Iterator[T]:
    """The items; on a terminal, if they take longer than a moment, with their number as they come."""
    from rich.console import Console

    screen = Console(stderr=True, highlight=False)
    if not screen.is_terminal or settings().json:
        yield from items
        return
    begun = time.monotonic()
    status = screen.status("")
    try:
        for number, item in enumerate(items, 1):
            if number % _COUNT_EVERY == 0 and time.monotonic() - begun > _PATIENCE:
                status.update(f"{number:,} {what} …")
                status.start()
            yield item
    finally:
        status.stop()


def moment(at: datetime) -> str:
    """A point in time by the clock on the wall."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def age(at: datetime, now: datetime | None = None) -> str:
    """How long ago it was, in its one biggest unit."""
    seconds = max(0.0, ((now or datetime.now(UTC)) - at).total_seconds())
    for unit, size in (("y", 31_557_600), ("mo", 2_629_800), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"
