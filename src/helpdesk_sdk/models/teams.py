"""Teams and their members."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from .base import Model
from .users import User


class Team(Model):
    """A queue of tickets.

    Attributes:
        is_default: Whether tickets without a team come here; there is always exactly one such team.
        is_public: Whether customers see it and may open tickets in it.
    """

    team_id: UUID
    name: str
    description: str = ""
    is_default: bool = False
    is_public: bool = False
    created_at: datetime
    updated_at: datetime


class TeamMember(Model):
    """That somebody works a team's queue."""

    team_id: UUID
    user_id: UUID
    created_at: datetime
    user: User | None = None
