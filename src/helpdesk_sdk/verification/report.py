"""What verifying a project has found."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import HelpdeskError


class VerificationError(HelpdeskError):
    """The project cannot be verified: what should be possible is not, or nobody has said that it is not production."""


@dataclass(frozen=True)
class BrokenPromise:
    """A promise that the project does not keep."""

    area: str
    """``data``, ``live``, ``files`` or ``functions``."""
    promise: str
    """The promise in words."""
    who: str
    """The person who tried."""
    expected: str
    """What the helpdesk promises them."""
    got: str
    """What they got instead."""

    def __str__(self) -> str:
        return f"{self.promise} · {self.who}: expected {self.expected}, got {self.got}"


@dataclass
class Cleaning:
    """What was removed at the end."""

    people: int = 0
    """Throw-away people."""
    tickets: int = 0
    """Their tickets."""
    files: int = 0
    """Their files in Storage."""
    teams: int = 0
    """Throw-away teams."""
    logins: int = 0
    """Their logins."""
    left: list[str] = field(default_factory=list)
    """What could not be removed, one sentence each."""


@dataclass
class Verification:
    """The result: how much was tried, and which promises are broken."""

    url: str
    """The project."""
    tried: dict[str, int] = field(default_factory=dict)
    """How many tries there were in each area."""
    broken: list[BrokenPromise] = field(default_factory=list)
    """The promises that are not kept."""
    cleaning: Cleaning | None = None
    """What was removed; None before the end."""

    @property
    def ok(self) -> bool:
        """Whether every promise is kept, and nothing is left behind."""
        return not self.broken and not (self.cleaning and self.cleaning.left)

    def add(self, area: str, tried: int, broken: list[BrokenPromise]) -> None:
        """Note what an area has found."""
        self.tried[area] = self.tried.get(area, 0) + tried
        self.broken += [one for one in broken if one not in self.broken]
