"""Requests at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

First = TypeVar("First")
Second = TypeVar("Second")


def in_parallel(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """The results of both. ``first`` runs in a thread of its own, ``second`` in this one.

    An exception of ``second`` is raised before one of ``first``.
    """
    found: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(first())
        except BaseException as error:
            failed.append(error)

    # A daemon: after Ctrl-C in this thread, the program does not wait for the other one.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    other = second()
    thread.join()
    if failed:
        raise failed[0]
    return found[0], other
