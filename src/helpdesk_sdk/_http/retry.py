"""When to repeat a request, and how long to wait: pure decisions, no I/O."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum, auto

import httpx

from .. import _validation as check

# SQLSTATEs of transactions that the database rolled back by itself. Not 57014, a statement that took too long: the
# same statement would take too long again.
_ROLLED_BACK = frozenset({"40001", "40P01", "55P03"})
# A migration changed a table while the request ran: it was planned for the columns before, and rolled back. Our own
# functions give no other cause for 42804 (datatype mismatch); 0A000 (not supported) has many, so its message counts.
_CHANGED = "42804"
_CHANGED_PLAN = ("0A000", "cached plan must not change result type")
# The connection to the database broke during the request: the change may have been made.
_BROKEN = frozenset({"57P01", "57P02", "57P03", "PGRST001"})
# HTTP statuses of a gateway that got no response from the server behind it.
_GATEWAY = frozenset({408, 502, 504, 520, 521, 522, 523, 524, 530})


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait between attempts: a random time up to ``base`` seconds, doubled each time ("full jitter")."""

    base: float = 0.25
    """Upper bound of the first wait, in seconds."""
    cap: float = 8.0
    """Upper bound of every wait, in seconds."""
    retry_after_cap: float = 30.0
    """The longest ``Retry-After`` to honour, in seconds. For a longer one the error is raised at once."""

    def __post_init__(self) -> None:
        for name in ("base", "cap", "retry_after_cap"):
            check.seconds(name, getattr(self, name), 0, 3600)

    def delay(self, failures: int, jitter: float = 1.0) -> float:
        """Seconds to wait: ``base``, doubled for each earlier failure, at most ``cap``.

        Args:
            failures: How many attempts failed before the last one.
            jitter: A factor from 0 to 1, random so that clients do not all retry at the same moment.
        """
        return jitter * min(self.cap, self.base * 2.0 ** min(failures, 30))


def equal_jitter() -> float:
    """A random factor from 0.5 to 1, for waits that must not come near 0."""
    return 0.5 + random.random() / 2


class Outcome(Enum):
    """What became of a request."""

    NOT_EXECUTED = auto()
    """The request was not carried out. Repeating it may succeed."""
    UNKNOWN = auto()
    """The request may or may not have been carried out."""
    FINAL = auto()
    """The request was refused, and would be refused again."""


def outcome_of_error(error: httpx.RequestError) -> Outcome:
    """What became of a request that got no response."""
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Outcome.NOT_EXECUTED
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError() | httpx.ProxyError():
            return Outcome.FINAL
        case _:
            return Outcome.UNKNOWN


def outcome_of_response(status: int, code: str | None, message: str | None = None) -> Outcome:
    """What became of a request that was answered with an error.

    Args:
        status: The HTTP status.
        code: The SQLSTATE, or PostgREST's code.
        message: The message.
    """
    if status == 429 or code in _ROLLED_BACK or code == _CHANGED or (code, message) == _CHANGED_PLAN:
        return Outcome.NOT_EXECUTED
    # PostgREST answers 400 with an empty code when the database ends during a request, even after the commit.
    if status in _GATEWAY or code in _BROKEN or code == "" or (status == 503 and code is None):
        return Outcome.UNKNOWN
    if status == 503:
        # PostgREST itself sends this when it gets no connection to the database.
        return Outcome.NOT_EXECUTED
    return Outcome.FINAL


def retry_delay(
    backoff: Backoff,
    outcome: Outcome,
    *,
    repeatable: bool,
    attempt: int,
    max_retries: int,
    retry_after: float | None,
    jitter: float,
) -> float | None:
    """Seconds to wait before the next attempt, or None to give up.

    Args:
        repeatable: Whether the request does no harm when it is carried out twice.
        attempt: How many times it was sent, from 1.
        retry_after: What the server asked for, in seconds.
        jitter: A random number from 0 to 1.
    """
    if outcome is Outcome.FINAL or (outcome is Outcome.UNKNOWN and not repeatable) or attempt > max_retries:
        return None
    wait = backoff.delay(attempt - 1, jitter)
    if retry_after is None:
        return wait
    return retry_after + wait if retry_after <= backoff.retry_after_cap else None
