"""Errors about what makes up the desk: people, teams, views."""

from __future__ import annotations

from .base import ConflictError, NotFoundError


class UserNotFoundError(NotFoundError):
    """There is no such person, or they are not yours to see."""

    reason = "user_not_found"


class InvitationNotFoundError(NotFoundError):
    """There is no such open invitation."""

    reason = "invitation_not_found"


class TeamNotFoundError(NotFoundError):
    """There is no such team, or it is not yours to see."""

    reason = "team_not_found"


class ViewNotFoundError(NotFoundError):
    """There is no such view, or it is not yours to see."""


class LastAdminError(ConflictError):
    """This is the last active admin."""

    reason = "last_admin"


class AdminExistsError(ConflictError):
    """The helpdesk has an admin already."""

    reason = "admin_exists"


class UserExistsError(ConflictError):
    """Somebody with this e-mail address has a login or a role already."""

    reason = "user_exists"


class NameTakenError(ConflictError):
    """The name is taken."""

    reason = "name_taken"


class TeamInUseError(ConflictError):
    """The team has tickets."""

    reason = "team_in_use"


class DefaultTeamError(ConflictError):
    """This is the default team."""

    reason = "default_team"
