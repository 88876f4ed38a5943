"""Saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from .base import Model, OpenEnum

ViewAudienceName = Literal["private", "team", "all"]


class ViewAudience(OpenEnum):
    """Who sees a view."""

    PRIVATE = "private"
    TEAM = "team"
    ALL = "all"


class View(Model):
    """A saved query of staff."""

    view_id: UUID
    """The view's id."""
    name: str
    """Its name, unique among the views of its audience."""
    tree: dict[str, Any]
    """Its query, as a tree."""
    sort: str
    """Its order: ``created_at``, ``updated_at`` or ``priority``; with a minus, in reverse."""
    columns: tuple[str, ...] = ()
    """The columns to show, in order; empty for the client's own choice."""
    audience: ViewAudience
    """``private`` (its owner's), ``team`` (the members of a team) or ``all`` (all staff)."""
    team_id: UUID | None = None
    """The team of a view with the audience ``team``."""
    owner_id: UUID | None = None
    """Who created it; None for the system."""
    created_at: datetime
    """When it was created."""
    updated_at: datetime
    """When it last changed."""
