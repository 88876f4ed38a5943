"""When to retry a connection or a join that failed: pure decisions, no I/O and no clock."""

from __future__ import annotations

from .._http.retry import Backoff, equal_jitter
from .subscriptions import STABLE_SECONDS

MIN_DELAY = 0.25
MAX_DELAY = 60.0
_BACKOFF = Backoff(base=MIN_DELAY, cap=MAX_DELAY)


def retry_delay(failures: int) -> float:
    """Seconds until the next attempt."""
    return _BACKOFF.delay(failures, equal_jitter())


class Reconnection:
    """The failures of a client's connections. All times are in seconds of the epoch."""

    def __init__(self) -> None:
        self.failures = 0
        self.connect_at = 0.0
        """The earliest time of the next connection."""
        self._first_joined_at = 0.0

    def record_connected(self) -> None:
        """Record that there is a new connection."""
        self._first_joined_at = 0.0

    def record_joined(self, now: float) -> None:
        """Record that a topic was joined."""
        self._first_joined_at = self._first_joined_at or now

    def record_failure(self, now: float) -> float:
        """Record a failure; returns the seconds to wait. After a stable connection the count starts again."""
        was_stable = self._first_joined_at and now - self._first_joined_at > STABLE_SECONDS
        self.failures, self._first_joined_at = 1 if was_stable else self.failures + 1, 0.0
        return retry_delay(self.failures - 1)
