"""Errors about e-mail."""

from __future__ import annotations

from .base import ConflictError, NotFoundError


class EmailNotFoundError(NotFoundError):
    """There is no such mail."""

    reason = "email_not_found"


class EmailChannelNotFoundError(NotFoundError):
    """There is no such address of the helpdesk, or it is not yours to see."""


class EmailBlockNotFoundError(NotFoundError):
    """This sender is not blocked, or it is not yours to see."""


class UserEmailNotFoundError(NotFoundError):
    """Nobody has this further address, or it is not yours to see."""


class ParticipantNotFoundError(NotFoundError):
    """Nobody with this address takes part in the ticket, or it is not yours to see."""


class EmailTemplateNotFoundError(NotFoundError):
    """There is no such template of mails."""

    reason = "email_template_not_found"


class SuppressionNotFoundError(NotFoundError):
    """Mails to this address are not suppressed, or it is not yours to see."""


class EmailRemovedError(NotFoundError):
    """The mail is not kept any more."""

    reason = "email_removed"


class EmailTakenError(ConflictError):
    """The address is in use already."""

    reason = "email_taken"


class NotQuarantinedError(ConflictError):
    """The mail is not in quarantine."""

    reason = "not_quarantined"
