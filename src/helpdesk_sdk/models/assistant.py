"""The assistant: its runs, and what it proposes with which proof."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from .base import Model, OpenEnum

RunKindName = Literal["reply", "summary", "next_steps", "classification", "article"]
ProposalStateName = Literal["open", "accepted", "edited", "rejected", "expired", "superseded", "undone"]
RejectReason = Literal["wrong", "unclear", "tone", "outdated", "unsafe"]


class RunKind(OpenEnum):
    """What a run is for."""

    REPLY = "reply"
    SUMMARY = "summary"
    NEXT_STEPS = "next_steps"
    CLASSIFICATION = "classification"
    ARTICLE = "article"


class RunState(OpenEnum):
    """How far a run is."""

    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    FALLBACK = "fallback"
    NEEDS_HUMAN = "needs_human"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ProposalKind(OpenEnum):
    """What a proposal would do."""

    REPLY = "reply"
    NOTE = "note"
    SUMMARY = "summary"
    NEXT_STEPS = "next_steps"
    CLASSIFICATION = "classification"
    ASSIGNMENT = "assignment"
    FIELDS = "fields"
    MERGE = "merge"
    ESCALATION = "escalation"
    ARTICLE = "article"


class ProposalState(OpenEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    UNDONE = "undone"


class Run(Model):
    """What the assistant was asked, and what became of it."""

    run_id: UUID
    """The run's id."""
    kind: RunKind
    """What it is for."""
    ticket_id: UUID
    """The ticket."""
    requested_by: UUID | None = None
    """Who asked; None: nobody, as for a new ticket."""
    state: RunState
    """``queued``, ``leased``, ``done``, ``fallback``, ``needs_human``, ``failed`` or ``cancelled``."""
    mode: str | None = None
    """What the answer was made from: ``model``, ``passages``, ``timeline`` or ``neighbours``."""
    reason: str | None = None
    """Why there is no answer of a model, in a stable word, such as ``nothing_found``."""
    problem: str | None = None
    """The same in a sentence."""
    wish: str | None = None
    """What the person asked for in their own words."""
    is_test: bool = False
    """Whether it makes no proposal."""
    prompt_id: UUID | None = None
    """The prompt that was used."""
    chat_model: str | None = None
    """The language model that was asked."""
    embedding_model: str | None = None
    """The model of the vectors."""
    tokens_in: int = 0
    """Tokens of the prompts."""
    tokens_out: int = 0
    """Tokens of the answers."""
    is_estimated: bool = False
    """Whether the tokens were estimated."""
    cost: Decimal = Decimal(0)
    """What it cost, by the prices in the settings."""
    milliseconds: int | None = None
    """How long it took."""
    cached_from: UUID | None = None
    """The run whose answer this is: nothing had changed since."""
    answer: dict[str, Any] | None = None
    """The answer, of a test too."""
    created_at: datetime
    """When it was asked for."""
    finished_at: datetime | None = None
    """When it ended."""


class Citation(Model):
    """Sentences of an article that a proposal quotes, cut out of the article by the database."""

    ordinal: int
    """Its number in the text, from 1."""
    quote: str
    """The very sentences."""
    chunk_id: UUID
    """The passage that they stand in."""
    start_at: int
    """Where they begin in the passage: characters, from 0."""
    end_at: int
    """Where they end."""
    paragraph: int | None = None
    """The paragraph of the reply that they support, from 1."""
    title: str | None = None
    """The article's title."""
    slug: str | None = None
    """The article's name in links."""
    heading_path: str | None = None
    """The headings above the passage."""
    version: int | None = None
    """The version of the article."""
    published_at: datetime | None = None
    """When that version was published."""


class Proposal(Model):
    """What the assistant proposes for a ticket. People decide."""

    proposal_id: UUID
    """The proposal's id."""
    run_id: UUID
    """The run that made it."""
    ticket_id: UUID
    """The ticket."""
    kind: ProposalKind
    """What it would do."""
    payload: dict[str, Any]
    """What exactly, by kind: a reply has ``body``."""
    language: str | None = None
    """The language of the text."""
    confidence: float | None = None
    """How sure it is, 0 to 1; None where that is not known."""
    mode: str
    """What it was made from: ``model``, ``passages``, ``timeline`` or ``neighbours``."""
    flags: tuple[str, ...] = ()
    """What a person should look at before they accept, such as ``no_citation`` or ``unknown_contact``."""
    state: ProposalState
    """``open``, or what became of it."""
    decided_by: UUID | None = None
    """Who decided."""
    decided_at: datetime | None = None
    """When it was decided."""
    reject_reason: str | None = None
    """Why it was rejected."""
    final: dict[str, Any] | None = None
    """What was carried out."""
    distance: float | None = None
    """How much of the text was edited: 0 nothing, 1 everything."""
    expires_at: datetime
    """From then on it cannot be accepted."""
    created_at: datetime
    """When it was made."""
    citations: tuple[Citation, ...] = ()
    """Its proof, in the order of the text. Lists of proposals leave it out."""

    @property
    def text(self) -> str:
        """What a person reads: the reply or note, or the statements, steps or values, one a line."""
        for name in ("body", "reason"):
            if isinstance(self.payload.get(name), str):
                return str(self.payload[name])
        for name in ("statements", "steps"):
            if isinstance(self.payload.get(name), list):
                lines = [one.get("text", "") if isinstance(one, dict) else str(one) for one in self.payload[name]]
                return "\n".join(f"- {line}" for line in lines)
        # `previous` is what an undo restores, not what is proposed.
        return "\n".join(
            f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
            for name, value in self.payload.items()
            if name != "previous"
        )


class Suggestion(Model):
    """What the assistant answered: the run, and what it proposes."""

    run: Run
    """The run: its state, mode and reason."""
    proposal: Proposal | None = None
    """The proposal; None if there is none, e.g. for a test, or when the customer has written meanwhile."""
    problem: str | None = None
    """Why there was no model, where the run itself does not say it."""

    @property
    def text(self) -> str:
        """What is proposed, as a person reads it; empty without a proposal."""
        return "" if self.proposal is None else self.proposal.text

    @property
    def mode(self) -> str | None:
        """What it was made from: ``model``, ``passages``, ``timeline`` or ``neighbours``."""
        return self.run.mode

    @property
    def reason(self) -> str | None:
        """Why there is no answer of a model, in a stable word."""
        return self.run.reason


class Triage(Model):
    """What the classification of a ticket found: the run, and what it proposes."""

    run: Run
    """The run: its state, mode and reason. ``queued``: a worker will carry it out."""
    proposals: tuple[Proposal, ...] = ()
    """What it proposes: team, priority, tags, assignee; empty where a person must decide."""
    problem: str | None = None
    """Why it waits, where the run itself does not say it."""
