"""The sign of life of a worker: a file that stays young while each of its duties goes on."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

# How often the file is touched, and from which age on it is no sign of life.
EVERY = 5.0
OLDEST = 3 * EVERY


class Heartbeat:
    """Touches the file while no duty has been silent for too long."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._touched = float("-inf")
        self._until: dict[object, float] = {}
        self._lock = threading.Lock()

    def expect(self, duty: object, seconds: float) -> None:
        """A duty gives a sign: it is alive, and gives the next sign within this time."""
        with self._lock:
            self._until[duty] = time.monotonic() + seconds

    def forget(self, duty: object) -> None:
        """A duty has ended: it gives no more signs."""
        with self._lock:
            self._until.pop(duty, None)

    def beat(self) -> None:
        """Touch the file if it is time, and all duties have given their signs. A full disk is no reason to stop."""
        now = time.monotonic()
        if self._path is None or now - self._touched < EVERY:
            return
        with self._lock:
            is_alive = all(until > now for until in self._until.values())
        if is_alive:
            self._touched = now
            with suppress(OSError):
                self._path.touch()

    def end(self) -> None:
        """The worker has ended: the file goes."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def age(path: Path) -> float | None:
    """How old the sign of life is, in seconds; None when there is none."""
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return None
