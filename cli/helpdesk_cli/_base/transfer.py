"""Progress of uploads, downloads and long changes, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .settings import settings
from .text import one_line


@contextmanager
def transfer_progress(name: str) -> Iterator[Callable[[int, int], None] | None]:
    """What the SDK calls with the bytes so far and their total: it shows a bar on stderr. None without a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    screen = Console(stderr=True, highlight=False)
    if not screen.is_terminal or settings().json:
        yield None
        return
    columns = (TextColumn("{task.fields[name]}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task("", total=None, name=Text(one_line(name)))

        def update(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield update


@contextmanager
def items_progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """What is called with the number of items that are done, and of all: it shows a bar on stderr, as above."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True, highlight=False)
    if not screen.is_terminal or settings().json:
        yield None
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(what), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task("", total=None)

        def update(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield update


@contextmanager
def phases_progress() -> Iterator[Callable[[str, int, int], None]]:
    """What is called with a phase, and how much of it is done: it shows a bar for each phase on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True, highlight=False)
    if not screen.is_terminal or settings().json:
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=screen) as progress:

        def update(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = progress.add_task(phase, total=total or None)
            progress.update(tasks[phase], completed=done, total=total or None)

        yield update
