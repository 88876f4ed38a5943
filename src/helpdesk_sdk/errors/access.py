"""Errors about who you are and what you may do."""

from __future__ import annotations

from .base import ApiError


class AuthenticationError(ApiError):
    """You are not signed in."""


class ForbiddenError(ApiError):
    """You may not do this."""

    reason = "forbidden"


class NoProfileError(ForbiddenError):
    """This login has no helpdesk profile."""

    reason = "no_profile"


class InactiveUserError(ForbiddenError):
    """Your helpdesk account is deactivated."""

    reason = "inactive_user"
