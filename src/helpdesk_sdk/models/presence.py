"""Presence: who has a ticket open."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .. import _limits as limits
from .base import Model


class Viewer(Model):
    """A person who has the ticket open."""

    user_id: UUID
    """The person's id."""
    name: Annotated[str, Field(max_length=limits.NAME_MAX)]
    """The person's display name."""
    state: Literal["viewing", "typing"]
    """``typing`` while the person writes a message or a note, else ``viewing``."""
    since: AwareDatetime
    """The time at which the person opened the ticket."""
