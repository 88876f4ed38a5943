"""The sending of webhooks and of messages to Slack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from .log import say

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk

_WORDS = {"done": "delivered", "retry": "failed", "refused": "refused", "gone": "gone", "lost": "not ours any more"}
_NAMES = {"webhook": "Webhooks", "slack": "Slack"}


class Deliveries:
    """Sends the deliveries of one kind that are due: a webhook does not wait for Slack, which takes one a second."""

    # An attempt has fifteen seconds, and settling may be repeated.
    longest = 120.0
    # Receivers wait for events.
    pause = 1.0

    def __init__(self, hd: Helpdesk, kind: Literal["webhook", "slack"]) -> None:
        self._hd = hd
        self._kind: Literal["webhook", "slack"] = kind
        self._is_interrupted = False

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Send what waits."""
        from helpdesk_sdk.delivery import send_waiting

        done = asdict(
            send_waiting(
                self._hd, kind=self._kind, is_stopping=is_stopping, is_interrupted=lambda: self._is_interrupted
            )
        )
        if once or any(done.values()):
            # Without --once, only what there is.
            shown = ", ".join(f"{done[name]} {word}" for name, word in _WORDS.items() if once or done[name])
            say(f"{_NAMES[self._kind]}: {shown}", {"kind": self._kind, **done})

    def interrupt(self) -> None:
        """Leave what was begun: its leases end within a minute, and it is sent again under the same id."""
        self._is_interrupted = True
