"""Reports about the assistant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from .base import Model, OpenEnum

ReportGroupName = Literal["kind", "mode", "prompt", "model", "team", "day", "week", "month"]


class ReportGroup(OpenEnum):
    """What the rows of a report are about."""

    KIND = "kind"
    MODE = "mode"
    PROMPT = "prompt"
    MODEL = "model"
    TEAM = "team"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class AssistantFigures(Model):
    """What the assistant did in a period, and what people made of it. A group that was not asked for is None."""

    period: date | None = None
    """The first day of the day, week or month (UTC)."""
    kind: str | None = None
    """What the runs were for."""
    mode: str | None = None
    """What the answers were made from: ``model``, ``passages``, ``timeline`` or ``neighbours``."""
    prompt_id: UUID | None = None
    """The prompt; None for what no model answered."""
    prompt_version: int | None = None
    """Its version."""
    chat_model: str | None = None
    """The language model; None where none was called."""
    team_id: UUID | None = None
    """The team that has the tickets now."""
    runs: int
    """How often it was asked. Tests do not count."""
    answered: int
    """How many runs ended with an answer of any kind."""
    without_model: int
    """How many of these called no model."""
    cached: int
    """How many repeated an answer, because nothing had changed."""
    needs_human: int
    """How many left it to a person."""
    failed: int
    """How many failed."""
    proposals: int
    """How many proposals were made. Escalations do not count: nothing was found."""
    decided: int
    """How many of them people accepted, edited, rejected or undid."""
    unchanged: int
    """Accepted as they were."""
    lightly_edited: int
    """Accepted with less than 20 % of the text edited."""
    rewritten: int
    """Accepted with more of the text edited."""
    rejected: int
    """Rejected."""
    undone: int
    """Accepted by a person, and undone later."""
    applied: int
    """Applied by the assistant itself, where an admin has set a threshold. They are not among the decided."""
    applied_undone: int
    """How many of these a person undid."""
    lapsed: int
    """Expired, or superseded by a message or another proposal."""
    acceptance: float | None = None
    """Of the decided proposals, the share that people took; None if none was decided."""
    precision: float | None = None
    """The share that they took unchanged or lightly edited."""
    distance: float | None = None
    """How much of an accepted text was edited on average: 0 nothing, 1 everything."""
    seconds_to_decide: float | None = None
    """The median time from the first look to the decision; five minutes at most."""
    seconds_saved: int
    """An estimate: 150 characters a minute for the text that was kept, less the time that people had all
    decided drafts open."""
    tokens_in: int
    """Tokens of the prompts."""
    tokens_out: int
    """Tokens of the answers."""
    estimated: int
    """For how many runs the tokens were estimated."""
    cost: Decimal
    """What it cost, by the prices in the settings."""
    p50_milliseconds: int | None = None
    """How long a run took at most in half of the cases; None where nothing was measured."""
    p95_milliseconds: int | None = None
    """The same in 95 of 100 cases."""


class Usage(Model):
    """What the assistant used on a day."""

    day: date
    """The day (UTC)."""
    used_tokens: int = 0
    """The tokens of calls that ended."""
    reserved_tokens: int = 0
    """What calls that are under way may use at most."""
    calls: int = 0
    """How often a model was called."""
    cost: Decimal = Decimal(0)
    """What it cost, by the prices in the settings."""
