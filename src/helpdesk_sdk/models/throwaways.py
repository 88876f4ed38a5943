"""What became of throw-away people."""

from __future__ import annotations

from .base import Model


class RemovedThrowaways(Model):
    """How many throw-away people and tickets were removed."""

    people: int
    """People who are gone."""
    tickets: int
    """Tickets that are gone, with all that was on them."""
    people_left: int
    """People who left something with somebody else: they stay, deactivated."""
