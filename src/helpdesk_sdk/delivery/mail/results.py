"""What came of sending a mail, and what a transport is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from .addresses import one_line
from .payload import OutgoingMail

Outcome = Literal["done", "retry", "refused", "unknown"]

_ANSWER_MAX = 1_000


@dataclass(frozen=True, slots=True)
class MailResult:
    """What came of one try.

    Attributes:
        outcome: ``done``: accepted. ``retry``: not accepted, and a later try may succeed. ``refused``: not accepted,
            and this mail never will be. ``unknown``: the mail may have been accepted; a second try may double it.
        problem: Why the mail was not accepted; empty when it was.
        status: The code of SMTP or the status of HTTP; None without an answer.
        answer: What the server wrote, at most 1,000 characters.
        stamped_id: The Message-ID that the mail has, when the server replaced ours.
        provider_id: The provider's own name for the mail; its webhooks use it.
        retry_after: Seconds that the server asks to wait.
        refused_recipients: Recipients that the server refused for good while it accepted others: address to answer.
    """

    outcome: Outcome
    problem: str = ""
    status: int | None = None
    answer: str = ""
    stamped_id: str | None = None
    provider_id: str | None = None
    retry_after: float | None = None
    refused_recipients: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "answer", one_line(self.answer)[:_ANSWER_MAX])
        object.__setattr__(self, "problem", one_line(self.problem)[:_ANSWER_MAX])


def nothing_to_do() -> None:
    """What is called before a mail is handed over, when nobody wants to know."""


class MailTransport(Protocol):
    """Sends mails one at a time. Not for several threads at once."""

    name: str
    """What reports call it, such as ``postmark`` or ``smtp mail.example.com:587``. It holds no secret."""

    def send(self, mail: OutgoingMail, *, begins: Callable[[], None] = nothing_to_do) -> MailResult:
        """Send a mail. What the server says is a result, never an error.

        Args:
            mail: The mail.
            begins: Called just before the mail itself is handed over. When it raises, nothing is sent.

        Raises:
            InvalidMailError: The mail cannot be written.
        """
        ...

    def close(self) -> None:
        """Close connections."""
        ...
