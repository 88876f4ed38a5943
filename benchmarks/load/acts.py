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


class WithoutModelError(HelpdeskError):
    """The assistant answered, and no model was asked."""


@dataclass
class Somebody:
    """A person who is signed in, and the tickets that they have seen."""

    hd: Helpdesk
    is_agent: bool
    random: random.Random
    email: str
    password: str
    seen: list[UUID] = field(default_factory=list)

    def choose(self, rare: str | None = None) -> str:
        """The next act; somebody who has seen no ticket begins with a list.

        Args:
            rare: a rare act that is due.
        """
        act = rare or act_of(self.is_agent, self.random)
        if act in ("timeline", "reply", "suggest") and not self.seen:
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
            "sign in": lambda: self.hd.auth.sign_in(self.email, self.password),
            "suggest": self._suggest,
        }
        acts[act]()

    def _list(self, scope: str) -> None:
        found = list(self.hd.tickets.list(scope=scope, status="open", page_size=_PAGE).limit(_PAGE))  # type: ignore[arg-type]
        self.seen = [ticket.ticket_id for ticket in found] or self.seen

    def _reply(self) -> None:
        try:
            self.hd.messages.reply(self.random.choice(self.seen), "Under load.")
        except ApiError as error:
            if f"helpdesk.{error.reason}" not in RULES:
                raise

    def _suggest(self) -> None:
        # A wish of its own: the answer to the same question would come from the last one.
        wish = f"In {self.random.randrange(10, 10_000)} words at most."
        found = self.hd.assistant.suggest(self.random.choice(self.seen), kind="summary", wish=wish)
        if found.mode != "model":
            raise WithoutModelError(f"The assistant answered without its model: {found.reason}")

    def _create(self) -> None:
        ticket = self.hd.tickets.create(f"About {self.random.choice(_WORDS)}", "Under load.")
        self.seen = [*self.seen[-_PAGE:], ticket.ticket_id]


def reason_of(error: HelpdeskError) -> str:
    """A failure in a stable word: the rule's, or the class of the error."""
    return f"helpdesk.{error.reason}" if isinstance(error, ApiError) and error.reason else type(error).__name__
