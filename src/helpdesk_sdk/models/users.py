"""People and invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from .base import Model, OpenEnum


class Role(OpenEnum):
    """The role of a person in the helpdesk."""

    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"
    ASSISTANT = "assistant"


# The same values as text, so that a type checker finds a typo.
RoleName = Literal["customer", "agent", "admin", "assistant"]


class User(Model):
    """A person. A person who phoned or wrote an e-mail exists before they have a login."""

    user_id: UUID
    """The person's id in the helpdesk."""
    auth_user_id: UUID | None = None
    """The id of the person's login in Supabase Auth; None before the first verified sign-in."""
    email: str | None = None
    """The e-mail address, in lower case; None when it is not known."""
    name: str = ""
    """The display name, up to 200 characters; may be empty."""
    role: Role
    """``customer``, ``agent``, ``admin`` or ``assistant``."""
    is_active: bool = True
    """False after ``users.deactivate``: the person sees nothing and can do nothing."""
    created_at: datetime
    """The time of creation."""
    updated_at: datetime
    """The time of the last change."""

    @property
    def is_staff(self) -> bool:
        """Whether the person is an agent or an admin."""
        return self.role in {Role.AGENT, Role.ADMIN}


class Invitation(Model):
    """A role that a person gets when they sign in with the invited e-mail address, verified."""

    invitation_id: UUID
    """The invitation's id."""
    user_id: UUID
    """The invited person, who exists in the helpdesk from the invitation on."""
    email: str
    """The invited e-mail address."""
    role: Role
    """The role that the person will have."""
    invited_by: UUID | None = None
    """The admin who invited; None for the system (the secret key, SQL)."""
    created_at: datetime
    """The time of the invitation."""
    expires_at: datetime
    """The time after which the invitation has no effect."""
    accepted_at: datetime | None = None
    """The time at which the person accepted; None before that."""
    revoked_at: datetime | None = None
    """The time at which an admin revoked the invitation, or a newer one replaced it; None for a valid invitation."""
