"""Teams and their members."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from .base import Model
from .users import User


class Team(Model):
    """A team and its queue of tickets."""

    team_id: UUID
    """The team's id."""
    name: str
    """The name, 1 to 100 characters; unique, whatever its case."""
    description: str = ""
    """What the team is for; up to 1,000 characters."""
    is_default: bool = False
    """Whether new tickets without a team come into this queue. Exactly one team is the default team."""
    is_public: bool = False
    """Whether customers see the team and may open tickets in its queue."""
    created_at: datetime
    """The time of creation."""
    updated_at: datetime
    """The time of the last change."""


class TeamMember(Model):
    """A person's membership in a team."""

    team_id: UUID
    """The team's id."""
    user_id: UUID
    """The member's id."""
    created_at: datetime
    """The time at which the person joined the team."""
    user: User | None = None
    """The member; None when you may not see them."""
