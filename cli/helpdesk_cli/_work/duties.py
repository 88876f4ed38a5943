"""Duties of a worker: each goes on in a thread of its own until the program is to stop."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, Protocol

import typer

from .._base.output import print_note
from .._base.settings import settings
from .._base.text import one_line

# A container has ten seconds to stop by default: five to finish what was begun, the others to give it back.
_GRACE = 5.0
_GIVE_BACK = 20.0


class Duty(Protocol):
    """One kind of work."""

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Do what waits now, and print what became of it.

        Args:
            is_stopping: Whether to end before the next piece of work.
            once: Whether to print a report although nothing waited.
        """

    def interrupt(self) -> None:
        """Give back what was begun. Called from another thread."""


def say(sentence: str, fields: Mapping[str, Any]) -> None:
    """Print what was done: the sentence for people, one line of JSON for programs."""
    typer.echo(json.dumps(fields) if settings().json else one_line(sentence))


def carry_out(duties: Sequence[Duty], *, interval: float, once: bool) -> None:
    """Carry the duties out, once or until SIGTERM or Ctrl-C.

    Args:
        duties: The duties.
        interval: The pause between rounds, in seconds.
        once: Whether to do what waits now, and end.

    Raises:
        HelpdeskError: A duty failed, and waiting does not help.
        KeyboardInterrupt: It was ended by Ctrl-C.
    """
    stopping, failures = threading.Event(), list[Exception]()

    def work(duty: Duty) -> None:
        try:
            if once:
                duty.work(stopping.is_set, once=True)
            else:
                _repeat(duty, stopping, interval)
        except Exception as error:
            failures.append(error)
            stopping.set()

    with _signals(stopping) as received:
        threads = [threading.Thread(target=copy_context().run, args=(work, duty), daemon=True) for duty in duties]
        for thread in threads:
            thread.start()
            if once:
                _await([thread], stopping)
        _await(threads, stopping)
        _end(duties, threads)
    if failures:
        raise failures[0]
    if signal.SIGINT in received:
        raise KeyboardInterrupt


def _await(threads: Sequence[threading.Thread], stopping: threading.Event) -> None:
    """Wait until the threads have ended, or the program is to stop."""
    while any(thread.is_alive() for thread in threads) and not stopping.wait(0.05):
        pass


def _end(duties: Sequence[Duty], threads: Sequence[threading.Thread]) -> None:
    """Let the duties finish what they have begun; what takes longer is given back."""
    _join(threads, _GRACE)
    if any(thread.is_alive() for thread in threads):
        for duty in duties:
            duty.interrupt()
        _join(threads, _GIVE_BACK)


def _join(threads: Sequence[threading.Thread], seconds: float) -> None:
    waited = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if not any(thread.is_alive() for thread in threads):
            return
        # Not one long wait: a second Ctrl-C is to end it.
        waited.wait(0.05)


def _repeat(duty: Duty, stopping: threading.Event, interval: float) -> None:
    from helpdesk_sdk import errors as e

    # What another program or an admin may change, and what was done in part: leases make a repetition harmless.
    passing = (e.UnknownOutcomeError, e.ReadOnlyError, e.EmbeddingModelMismatchError)
    said = ""
    while not stopping.is_set():
        try:
            duty.work(stopping.is_set, once=False)
            said = ""
        except e.HelpdeskError as error:
            if not error.is_transient and not isinstance(error, passing):
                raise
            if error.message != said:
                print_note(f"{error.message}. It is tried again.")
            said = error.message
        stopping.wait(interval)


@contextmanager
def _signals(stopping: threading.Event) -> Iterator[set[int]]:
    """SIGTERM and Ctrl-C set the event; a second Ctrl-C ends the program at once."""
    received: set[int] = set()

    def stop(number: int, _: object) -> None:
        if number == signal.SIGINT and number in received:
            raise KeyboardInterrupt
        received.add(number)
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
