"""People and invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from .base import Model, OpenEnum


class Role(OpenEnum):
    """What somebody is in the helpdesk."""

    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"
    ASSISTANT = "assistant"


# The same values as text, so that a type checker finds a typo.
RoleName = Literal["customer", "agent", "admin", "assistant"]


class User(Model):
    """A person. They may exist before they have a login: somebody who phoned, or wrote an e-mail.

    Attributes:
        auth_user_id: The login in Supabase Auth, once there is one.
    """

    user_id: UUID
    auth_user_id: UUID | None = None
    email: str | None = None
    name: str = ""
    role: Role
    is_active: bool = True
    created_at: datetime
    updated_at: datetime

    @property
    def is_staff(self) -> bool:
        """Whether they are an agent or an admin."""
        return self.role in {Role.AGENT, Role.ADMIN}


class Invitation(Model):
    """A role that waits for its person to sign in with the e-mail address it was sent to."""

    invitation_id: UUID
    user_id: UUID
    email: str
    role: Role
    invited_by: UUID | None = None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None
