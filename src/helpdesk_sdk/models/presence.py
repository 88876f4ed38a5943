"""Who views a ticket."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from .. import _limits as limits
from .base import Model


class Viewer(Model):
    """Somebody who has the ticket open.

    Attributes:
        state: ``typing`` while they write an answer or a note, else ``viewing``.
        since: When they opened it.
    """

    user_id: UUID
    name: Annotated[str, Field(max_length=limits.NAME_MAX)]
    state: Literal["viewing", "typing"]
    since: AwareDatetime
