"""Acts that are rare whatever the rate of the others: sign-ins, which Auth limits, and questions to the assistant."""

from __future__ import annotations

import threading
from collections.abc import Mapping

PER_MINUTE: Mapping[str, float] = {"sign in": 6.0, "suggest": 12.0}
"""How often all people together do each. Hosted permits 30 sign-ins in five minutes from one address by default."""
OF_AGENTS_ONLY = ("suggest",)


class Besides:
    """Says when a rare act is due. For all people of a run, in any threads."""

    def __init__(self, began: float, per_minute: Mapping[str, float] = PER_MINUTE) -> None:
        self._intervals = {act: 60.0 / rate for act, rate in per_minute.items()}
        # The first of each comes half an interval after the start, so that a short run has some.
        self._due = {act: began + interval / 2 for act, interval in self._intervals.items()}
        self._lock = threading.Lock()

    def due(self, now: float, *, is_agent: bool) -> str | None:
        """The rare act that this person is to do now, if any. Each is given to one person only.

        Args:
            now: seconds, of the clock that the start is from.
            is_agent: whether the person works tickets.
        """
        with self._lock:
            for act, at in self._due.items():
                if now >= at and (is_agent or act not in OF_AGENTS_ONLY):
                    # What was missed is not made up for: the rate is a limit.
                    self._due[act] = max(at, now) + self._intervals[act]
                    return act
        return None
