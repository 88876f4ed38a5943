"""Errors about tickets."""

from __future__ import annotations

from .base import ApiError, ConflictError, NotFoundError


class TicketNotFoundError(NotFoundError):
    """There is no such ticket, or it is not yours to see."""

    reason = "ticket_not_found"


class AssigneeNotFoundError(NotFoundError):
    """There is no such active agent."""

    reason = "assignee_not_found"


class ExternalIdTakenError(ConflictError):
    """Another ticket has this external id."""

    reason = "external_id_taken"


class StaleRevisionError(ConflictError):
    """The ticket has changed since you read it."""

    reason = "stale_revision"


class AlreadyAssignedError(ConflictError):
    """Somebody else has this ticket."""

    reason = "already_assigned"


class AlreadyAnsweredError(ConflictError):
    """The ticket has been answered: its title and description stay as they are."""

    reason = "already_answered"


class TicketClosedError(ConflictError):
    """The ticket is closed."""

    reason = "ticket_closed"


class TicketMergedError(ConflictError):
    """The ticket is merged into another one."""

    reason = "ticket_merged"


class NotMergedError(ConflictError):
    """The ticket is not merged."""

    reason = "not_merged"


class OtherRequesterError(ConflictError):
    """The tickets have different requesters."""

    reason = "other_requester"


class LinkCycleError(ConflictError):
    """The link would close a circle."""

    reason = "link_cycle"


class TransitionNotAllowedError(ApiError):
    """The ticket cannot go from its status to this one."""

    reason = "transition_not_allowed"
