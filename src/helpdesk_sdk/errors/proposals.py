"""Errors about proposals of the assistant."""

from __future__ import annotations

from .base import ApiError, ConflictError, NotFoundError


class ProposalNotFoundError(NotFoundError):
    """There is no such proposal, or it is not yours to see."""

    reason = "proposal_not_found"


class ProposalDecidedError(ConflictError):
    """The proposal has been decided already."""

    reason = "proposal_decided"


class ProposalExpiredError(ConflictError):
    """The proposal has expired.

    A newer proposal took its place, its time is over, or an article that it quotes has changed.
    """

    reason = "proposal_expired"


class ConfirmationNeededError(ConflictError):
    """The proposal needs your confirmation.

    It names contacts that nobody has named before: accept it with ``confirm``.
    """

    reason = "confirmation_needed"


class ProposalNotUndoableError(ApiError):
    """Only classification, assignment and fields can be undone."""

    reason = "proposal_not_undoable"


class CitationInvalidError(ApiError):
    """The quote does not stand in the article."""

    reason = "citation_invalid"


class AnswerInvalidError(ApiError):
    """The answer of the model is not what was asked for."""

    reason = "answer_invalid"
