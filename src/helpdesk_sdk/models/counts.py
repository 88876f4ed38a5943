"""How many tickets there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from .base import Model
from .tickets import Priority, Status

K = TypeVar("K")


class TicketCount(Model):
    """How many tickets there are, counted up to 1,000. As text: ``42`` or ``1,000+``."""

    value: int
    """The number of tickets; 1000 if there are more."""
    capped: bool
    """Whether there are more than ``value``."""

    def __str__(self) -> str:
        return f"{self.value:,}{'+' if self.capped else ''}"


class TeamCount(Model):
    """The open or pending tickets of one team with one status and priority."""

    team_id: UUID
    """The team."""
    status: Status
    """``open`` or ``pending``."""
    priority: Priority
    """The priority."""
    tickets: int
    """How many tickets; never 0."""


class TicketCounts(Model):
    """The exact number of open and pending tickets, by team, status and priority."""

    rows: tuple[TeamCount, ...]
    """One for each team, status and priority that has tickets."""

    @property
    def total(self) -> int:
        """All open and pending tickets."""
        return sum(row.tickets for row in self.rows)

    @property
    def by_status(self) -> dict[Status, int]:
        """The tickets of each status."""
        return self._by(lambda row: row.status)

    @property
    def by_priority(self) -> dict[Priority, int]:
        """The tickets of each priority."""
        return self._by(lambda row: row.priority)

    @property
    def by_team(self) -> dict[UUID, int]:
        """The tickets of each team, by its id."""
        return self._by(lambda row: row.team_id)

    def _by(self, key: Callable[[TeamCount], K]) -> dict[K, int]:
        sums: Counter[K] = Counter()
        for row in self.rows:
            sums[key(row)] += row.tickets
        return dict(sums)


class WrongCounter(Model):
    """A counter that was not the number of tickets."""

    team_id: UUID
    """The team."""
    status: Status
    """``open`` or ``pending``."""
    priority: Priority
    """The priority."""
    counted: int
    """What the counter said."""
    actual: int
    """How many tickets there are."""
