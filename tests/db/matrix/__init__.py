"""The matrix: who may do what, as data. One expectation a row, tried in SQL (tests/db) and over HTTP (tests/e2e)."""

from __future__ import annotations

from tests.db.matrix import conversation, forged, routing, teams, tickets, users
from tests.db.matrix.outcomes import ORDER, Case, Outcome

CASES: list[Case] = [
    *users.CASES,
    *teams.CASES,
    *tickets.CASES,
    *conversation.CASES,
    *routing.CASES,
    *forged.CASES,
]

__all__ = ["CASES", "ORDER", "Case", "Outcome"]
