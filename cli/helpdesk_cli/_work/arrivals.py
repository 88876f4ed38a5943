"""Mails that arrived, and that nobody has finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from .log import say

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk

_WORDS = {"done": "finished", "retry": "tried again later", "failed": "failed", "deleted": "redacted"}


class Arrivals:
    """Finishes mails: parses what was not parsed, and places their files."""

    # A mail of 40 MB over a slow line.
    longest = 600.0
    pause = 10.0

    def __init__(self, hd: Helpdesk) -> None:
        self._hd = hd
        self._is_interrupted = False

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Finish what waits."""
        from helpdesk_sdk.delivery.mail.receiving import finish_waiting

        done = asdict(finish_waiting(self._hd, is_stopping=lambda: self._is_interrupted or is_stopping()))
        if once or any(done.values()):
            shown = [name for name in _WORDS if once or done[name]]
            say(", ".join(f"{done[name]} {_WORDS[name]}" for name in shown), done)

    def interrupt(self) -> None:
        """Leave the next mail: its lease ends by itself."""
        self._is_interrupted = True
