"""Duties of a worker: each goes on in a thread of its own until the program is to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from typing import Protocol

from .heartbeat import Heartbeat
from .log import note

# A container has ten seconds to stop by default: five to finish what was begun, the others to give it back.
_GRACE = 5.0
_GIVE_BACK = 20.0


class Duty(Protocol):
    """One kind of work."""

    longest: float
    """How long one piece of the work may take, in seconds: a duty that is silent for longer is stuck."""

    pause: float
    """The longest pause between rounds, in seconds."""

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Do what waits now, and print what became of it.

        Args:
            is_stopping: Whether to end before the next piece of work.
            once: Whether to print a report although nothing waited.
        """

    def interrupt(self) -> None:
        """Give back what was begun. Called from another thread."""


def carry_out(duties: Sequence[Duty], *, interval: float, once: bool, heartbeat: Heartbeat) -> None:
    """Carry the duties out, once or until SIGTERM or Ctrl-C.

    Args:
        duties: The duties.
        interval: The pause between rounds, in seconds.
        once: Whether to do what waits now, and end.
        heartbeat: The sign of life while they are carried out.

    Raises:
        HelpdeskError: A duty failed, and waiting does not help.
        KeyboardInterrupt: It was ended by Ctrl-C.
    """
    stopping, failures = threading.Event(), list[Exception]()

    def work(duty: Duty) -> None:
        def is_stopping() -> bool:
            # Asked before each piece of work.
            heartbeat.expect(duty, interval + duty.longest)
            return stopping.is_set()

        try:
            if once:
                duty.work(is_stopping, once=True)
            else:
                _repeat(duty, stopping, is_stopping, interval)
        except Exception as error:
            failures.append(error)
            stopping.set()
        finally:
            heartbeat.forget(duty)

    with _signals(stopping) as received:
        threads = [threading.Thread(target=copy_context().run, args=(work, duty), daemon=True) for duty in duties]
        for thread in threads:
            thread.start()
            if once:
                _await([thread], stopping, heartbeat)
        _await(threads, stopping, heartbeat)
        _end(duties, threads, heartbeat)
    heartbeat.end()
    if failures:
        raise failures[0]
    if signal.SIGINT in received:
        raise KeyboardInterrupt


def _await(threads: Sequence[threading.Thread], stopping: threading.Event, heartbeat: Heartbeat) -> None:
    """Wait until the threads have ended, or the program is to stop."""
    while any(thread.is_alive() for thread in threads) and not stopping.wait(0.05):
        heartbeat.beat()


def _end(duties: Sequence[Duty], threads: Sequence[threading.Thread], heartbeat: Heartbeat) -> None:
    """Let the duties finish what they have begun; what takes longer is given back."""
    _join(threads, _GRACE, heartbeat)
    if any(thread.is_alive() for thread in threads):
        for duty in duties:
            duty.interrupt()
        _join(threads, _GIVE_BACK, heartbeat)


def _join(threads: Sequence[threading.Thread], seconds: float, heartbeat: Heartbeat) -> None:
    waited = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if not any(thread.is_alive() for thread in threads):
            return
        # Not one long wait: a second Ctrl-C is to end it.
        waited.wait(0.05)
        heartbeat.beat()


def _repeat(duty: Duty, stopping: threading.Event, is_stopping: Callable[[], bool], interval: float) -> None:
    from helpdesk_sdk import errors as e

    # What another program or an admin may change, and what was done in part: leases make a repetition harmless.
    passing = (e.UnknownOutcomeError, e.ReadOnlyError, e.EmbeddingModelMismatchError)
    said = ""
    while not is_stopping():
        try:
            duty.work(is_stopping, once=False)
            said = ""
        except e.HelpdeskError as error:
            if not error.is_transient and not isinstance(error, passing):
                raise
            if error.message != said:
                note(f"{error.message}. It is tried again.", "warning")
            said = error.message
        is_stopping()
        stopping.wait(min(interval, duty.pause))


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
