"""The answer to a search."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from .base import Model
from .tickets import Ticket

PartName = Literal["title", "description", "message", "note"]


class MatchedPart(Model):
    """A part of a ticket in which words of the query stand."""

    part: PartName
    """``title``, ``description``, ``message`` or ``note``."""
    id: UUID | None = None
    """The message's or the note's id; None for the title and the description."""


class Snippet(MatchedPart):
    """A piece of a ticket's own text, at most 240 characters, around the first word of the query. Never markup."""

    start: int
    """Where the piece begins in its text, in characters (Unicode code points)."""
    text: str
    """The piece."""
    marks: tuple[tuple[int, int], ...] = ()
    """The words of the query in the piece: ``text[begin:end]`` for each pair."""


class SearchHit(Model):
    """A ticket that matches."""

    ticket: Ticket
    """The ticket as it is now."""
    score: float | None = None
    """How well and how recently it matches; None when the query has no words to rank by."""
    matched_in: tuple[MatchedPart, ...] = ()
    """Where words of the query stand. Looked through are the title, the description and the newest messages and notes,
    20,000 characters of a ticket in all."""
    snippets: tuple[Snippet, ...] = ()
    """Up to three pieces of text with the words marked."""


class SearchAnswer(Model):
    """A page of hits, best first. Iterate over it, or read ``hits``."""

    hits: tuple[SearchHit, ...]
    """The hits of this page."""
    exact: tuple[Ticket, ...] = ()
    """The tickets that the query names: by number, id, external id, their requester's e-mail address, or the value of
    a text field. On the first page only; they may be among the hits too."""
    next: str | None = None
    """Pass it as ``cursor`` for the next page; None on the last page."""
    capped: bool = False
    """Whether only the newest 2,000 matches were ranked."""
    as_of: datetime
    """The moment of the first page: newer tickets are on no page of this search."""
    warnings: tuple[str, ...] = ()
    """What was read in another way than typed, in sentences."""
    query: dict[str, Any]
    """The query as a tree, e.g. to save it as a view."""


class QueryReading(Model):
    """A query text as a tree."""

    tree: dict[str, Any]
    """The tree."""
    warnings: tuple[str, ...] = ()
    """What was read in another way than typed, in sentences."""
