"""The check of files, and the removal of what is left over."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from .log import say

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk

_SWEEP_EVERY = 3600.0


class Files:
    """Checks the files that wait; once an hour removes what is left over."""

    # A large file through a slow scanner.
    longest = 600.0
    pause = math.inf

    def __init__(self, hd: Helpdesk, scanner: tuple[str, int] | None, *, sweep: bool) -> None:
        self._hd, self._scanner, self._sweep = hd, scanner, sweep
        self._swept = float("-inf")
        self._is_interrupted = False

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Check what waits."""
        from helpdesk_sdk.checks import check_waiting

        is_due = self._sweep and time.monotonic() - self._swept >= _SWEEP_EVERY
        done = check_waiting(
            self._hd, self._scanner, is_stopping=is_stopping, is_interrupted=lambda: self._is_interrupted
        )
        is_due = is_due and not is_stopping()
        removed = len(self._hd.attachments.sweep(dry_run=False)) if is_due else 0
        self._swept = time.monotonic() if is_due else self._swept
        if not once and not (done.clean or done.rejected or done.postponed or removed):
            return
        counts = {"clean": done.clean, "rejected": done.rejected, "postponed": done.postponed, "removed": removed}
        say(", ".join(f"{count} {word}" for word, count in counts.items()), counts)

    def interrupt(self) -> None:
        """Give the present file back."""
        self._is_interrupted = True
