"""What the knowledge lacks: gaps, stale citations, broken links."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from .base import Model, OpenEnum

GapStateName = Literal["open", "dismissed", "resolved"]
CitationProblemName = Literal["withdrawn", "internal", "changed", "replaced", "rejected"]
LinkKind = Literal["article", "web", "other"]
LinkProblem = Literal["missing", "draft", "archived", "internal"]


class GapState(OpenEnum):
    """What was decided about a gap."""

    OPEN = "open"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"


class CitationProblem(OpenEnum):
    """Why a quote deserves a look."""

    WITHDRAWN = "withdrawn"
    INTERNAL = "internal"
    CHANGED = "changed"
    REPLACED = "replaced"
    REJECTED = "rejected"


class Gap(Model):
    """A question that no article answers, with all tickets that ask nearly the same. You count those that you work."""

    gap_id: UUID
    """The gap's id."""
    team_id: UUID | None = None
    """The team whose tickets ask it."""
    state: GapState
    """``open``, ``dismissed`` (no article is needed) or ``resolved`` (an article answers it)."""
    question: str = ""
    """The words of the newest question, up to 500 characters."""
    tickets: int = 0
    """How many tickets ask it."""
    nothing_found: int = 0
    """For how many of them no article was found."""
    rejected: int = 0
    """For how many of them a person rejected a reply with quotes as wrong, unclear or outdated."""
    last_ticket_id: UUID | None = None
    """The ticket that asked last."""
    last_ticket_number: int | None = None
    """Its number."""
    article_id: UUID | None = None
    """The article that resolved it. A gap that is open again keeps it."""
    decided_by: UUID | None = None
    """Who dismissed or resolved it."""
    decided_at: datetime | None = None
    """When."""
    first_at: datetime | None = None
    """When it was asked first."""
    last_at: datetime | None = None
    """When it was asked last."""


class StaleCitation(Model):
    """A quote whose article has changed since, or which a person rejected."""

    citation_id: UUID
    """The citation's id."""
    problem: CitationProblem
    """``withdrawn``: the article is archived. ``internal``: customers no longer read it. ``changed``: the quote is no
    longer in it. ``replaced``: a newer version has the quote, too. ``rejected``: a person rejected the draft that
    quotes it, and the article is still the same."""
    slug: str
    """The article's name in links."""
    locale: str
    """Its language."""
    title: str
    """Its title."""
    article_id: UUID
    """Its id."""
    cited_version: int
    """The version that is quoted."""
    current_version: int | None = None
    """The version that readers see now; None if there is none."""
    quote: str
    """The quoted sentences."""
    proposal_id: UUID
    """The proposal that quotes them."""
    ticket_id: UUID
    """The ticket that it is about."""
    kind: str
    """What the proposal is, such as ``reply``."""
    proposal_state: str
    """What became of it, such as ``accepted``."""
    reject_reason: str | None = None
    """Why it was rejected."""
    at: datetime
    """When it was decided."""


class ArticleLink(Model):
    """A link in a published article."""

    slug: str
    """The article that has the link."""
    locale: str
    """Its language."""
    target: str
    """Where the link leads, as it is written."""
    kind: LinkKind
    """``article``, ``web`` (another site; it is not fetched), or ``other``: a mail address, a file, a page of yours."""
    problem: LinkProblem | None = None
    """``missing``: no article has the slug. ``draft``, ``archived``: it is not published. ``internal``: customers read
    the article with the link, and not the other one. None: nothing is wrong."""


class LinkReport(Model):
    """The links of all published articles that you may read."""

    articles: int
    """How many articles were checked."""
    links: tuple[ArticleLink, ...]
    """All links, by article."""
    circles: tuple[tuple[str, ...], ...] = ()
    """Articles that link to each other in a circle, as ``slug (locale)``. Each article is in at most one of them."""

    @property
    def broken(self) -> tuple[ArticleLink, ...]:
        """The links that lead to no article that their readers may read."""
        return tuple(link for link in self.links if link.problem is not None)
