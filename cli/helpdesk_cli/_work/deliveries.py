"""The sending of webhooks and of messages to Slack."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from .log import say

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk

_KINDS: tuple[Literal["webhook", "slack"], ...] = ("webhook", "slack")
_WORDS = {"done": "delivered", "retry": "failed", "refused": "refused", "gone": "gone", "lost": "not ours any more"}


class Deliveries:
    """Sends the deliveries that are due."""

    # An attempt has fifteen seconds, and settling may be repeated.
    longest = 120.0
    # Receivers wait for events.
    pause = 1.0

    def __init__(self, hd: Helpdesk) -> None:
        self._hd = hd
        self._is_interrupted = False

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Send what waits."""
        from helpdesk_sdk.delivery import send_waiting

        # Webhooks do not wait for Slack, which takes a message a second, nor Slack for a webhook.
        with ThreadPoolExecutor(2, "helpdesk-deliver") as pool:
            rounds = [
                pool.submit(
                    send_waiting,
                    self._hd,
                    kind=kind,
                    is_stopping=is_stopping,
                    is_interrupted=lambda: self._is_interrupted,
                )
                for kind in _KINDS
            ]
            webhooks, slack = (one.result() for one in rounds)
        done = asdict(webhooks + slack)
        if once or any(done.values()):
            # Without --once, only what there is.
            shown = [name for name in _WORDS if once or done[name]]
            say(", ".join(f"{done[name]} {_WORDS[name]}" for name in shown), done)

    def interrupt(self) -> None:
        """Leave what was begun: its leases end within a minute, and it is sent again under the same id."""
        self._is_interrupted = True
