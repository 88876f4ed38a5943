"""What people do, how often, and the bounds of a run. k6.js and artillery.yml have the same shares; a test compares."""

from __future__ import annotations

import ipaddress
import math
import random
from dataclasses import dataclass
from urllib.parse import urlsplit

SHARES: dict[str, int] = {
    # In a hundred requests: 70 reads, 20 replies, 8 new tickets, 2 claims.
    "my tickets": 20,
    "team tickets": 20,
    "timeline": 24,
    "search": 6,
    "reply": 20,
    "create": 8,
    "claim": 2,
}
"""Each act with its share of all requests, in percent."""
OF_CUSTOMERS = ("my tickets", "timeline", "search", "reply", "create")
OF_AGENTS = ("team tickets", "timeline", "search", "reply", "claim")
RULES = ("helpdesk.conversation_moved", "helpdesk.ticket_closed")
"""Refusals that are the answer of the rules when somebody else was faster: no failures of a load."""
PEOPLE_MAX = 200
SUBSCRIBERS_MAX = 50
SECONDS_MAX = 60
RATE_MAX = 500.0
TEAMS = 5


class BoundsError(ValueError):
    """A run that is larger than what this machine, or somebody else's, should bear."""


@dataclass(frozen=True)
class Load:
    """One run.

    Attributes:
        people: how many people are signed in; one in five is an agent.
        seconds: how long.
        rate: requests a second that begin, of all people together (open model); None: each person begins the next
            request when the last one is answered (closed model).
        subscribers: how many of them follow their events meanwhile.
    """

    people: int = 50
    seconds: int = 20
    rate: float | None = None
    subscribers: int = 0

    def check(self, url: str) -> None:
        """Refuse what is out of bounds.

        Raises:
            BoundsError: Too many people, too long, too fast, or not on this machine.
        """
        host = urlsplit(url).hostname or ""
        try:
            is_local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            is_local = host == "localhost"
        if not is_local:
            raise BoundsError(f"{url} is not on this machine: for a hosted project there are k6.js and artillery.yml")
        if not 2 <= self.people <= PEOPLE_MAX:
            raise BoundsError(f"2 to {PEOPLE_MAX} people, not {self.people}")
        if not 1 <= self.seconds <= SECONDS_MAX:
            raise BoundsError(f"1 to {SECONDS_MAX} seconds, not {self.seconds}")
        if not 0 <= self.subscribers <= min(SUBSCRIBERS_MAX, self.people):
            raise BoundsError(f"0 to {SUBSCRIBERS_MAX} of the people follow events, not {self.subscribers}")
        if self.rate is not None and not 0 < self.rate <= RATE_MAX:
            raise BoundsError(f"more than 0 and at most {RATE_MAX:g} requests a second, not {self.rate:g}")


def act_of(is_agent: bool, random_: random.Random) -> str:
    """The next thing that a person does."""
    acts = OF_AGENTS if is_agent else OF_CUSTOMERS
    return random_.choices(acts, [SHARES[act] for act in acts])[0]


def next_start(scheduled: float, now: float, interval: float | None) -> float:
    """When a person's next request is to begin.

    Args:
        scheduled: when the last one was to begin.
        now: when it was answered.
        interval: seconds between two requests of the person; None: at once (closed model).
    """
    # An answer that is late does not move the schedule: what waits meanwhile is counted as waiting.
    return now if interval is None else scheduled + interval


def percentile(values: list[float], share: float) -> float:
    """The value that so many of the values do not exceed; 0 without values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]
