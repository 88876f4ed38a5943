"""What one person does, through the SDK."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from benchmarks.load.model import RULES, act_of
from helpdesk_sdk import Helpdesk
from helpdesk_sdk.errors import ApiError, HelpdeskError

_PAGE = 25
_WORDS = ("invoice", "password", "delivery", "refund", "login")


@dataclass
class Somebody:
    """A person who is signed in, and the tickets that they have seen."""

    hd: Helpdesk
    is_agent: bool
    random: random.Random
    seen: list[UUID] = field(default_factory=list)

    def choose(self) -> str:
        """The next act; somebody who has seen no ticket begins with a list."""
        act = act_of(self.is_agent, self.random)
        if act in ("timeline", "reply") and not self.seen:
            return "team tickets" if self.is_agent else "create"
        return act

    def do(self, act: str) -> None:
        """Do it.

        Raises:
            HelpdeskError: It failed.
        """
        acts: dict[str, Callable[[], object]] = {
            "my tickets": lambda: self._list("mine"),
            "team tickets": lambda: self._list("team"),
            "timeline": lambda: list(self.hd.tickets.timeline(self.random.choice(self.seen)).limit(50)),
            "search": lambda: self.hd.search(self.random.choice(_WORDS), limit=_PAGE),
            "reply": self._reply,
            "create": self._create,
            "claim": self.hd.tickets.claim_next,
        }
        acts[act]()

    def _list(self, scope: str) -> None:
        found = list(self.hd.tickets.list(scope=scope, status="open", page_size=_PAGE).limit(_PAGE))  # type: ignore[arg-type]
        self.seen = [ticket.ticket_id for ticket in found] or self.seen

    def _reply(self) -> None:
        try:
            self.hd.messages.reply(self.random.choice(self.seen), "Under load.")
        except ApiError as error:
            if error.reason not in RULES:
                raise

    def _create(self) -> None:
        ticket = self.hd.tickets.create(f"About {self.random.choice(_WORDS)}", "Under load.")
        self.seen = [*self.seen[-_PAGE:], ticket.ticket_id]


def reason_of(error: HelpdeskError) -> str:
    """A failure in a stable word: the rule's, or the class of the error."""
    return (isinstance(error, ApiError) and error.reason) or type(error).__name__
