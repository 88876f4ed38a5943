"""The assistant's settings, prompts and exclusions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from .assistant import RunKind
from .base import Model


class AssistantSettings(Model):
    """The settings of the assistant."""

    is_enabled: bool
    """Whether it does anything at all."""
    chat_model: str | None = None
    """The language model; None: that in the environment of the functions."""
    price_in: Decimal | None = None
    """The price of a million tokens of prompts."""
    price_out: Decimal | None = None
    """The price of a million tokens of answers."""
    daily_tokens_project: int | None = None
    """Tokens a day (UTC) for everybody; None for no limit."""
    daily_tokens_team: int | None = None
    """Tokens a day for the tickets of one team; None for no limit."""
    daily_tokens_person: int | None = None
    """Tokens a day for the requests of one person; None for no limit."""
    triage_new_tickets: bool
    """Whether each new ticket is classified by itself."""
    notes_in_context: bool
    """Whether a model sees internal notes, except for replies."""
    internal_articles_in_context: bool
    """Whether a model sees internal articles, except for replies."""
    tone: str = ""
    """How replies should sound."""
    signature: str = ""
    """What replies end with."""
    reply_language: str | None = None
    """The language of replies; None: the customer's."""
    similarity_floor: float | None = None
    """The likeness below which no article counts as an answer; None: the model's default."""
    proposal_hours: int
    """How many hours a proposal can be accepted."""
    capability: dict[str, Any] = Field(default_factory=dict)
    """What each endpoint takes, as the assistant found out."""


class Prompt(Model):
    """A version of the instructions for a task. It never changes."""

    prompt_id: UUID
    """The prompt's id."""
    task: RunKind
    """The task."""
    version: int
    """Its number, from 1."""
    body: str
    """The instructions."""
    note: str = ""
    """What is different in this version."""
    is_active: bool
    """Whether runs use it."""
    created_by: UUID | None = None
    """Who wrote it; None for the one that comes with the helpdesk."""
    created_at: datetime
    """When it was written."""


class Exclusion(Model):
    """A team, a ticket or a customer for which the assistant does nothing."""

    scope: Literal["team", "ticket", "customer"] | str
    """``team``, ``ticket`` or ``customer``."""
    target_id: UUID
    """Its id."""
    created_by: UUID | None = None
    """Who excluded it."""
    created_at: datetime
    """Since when."""
