"""The people of the matrix: one of every role, those who may not come in any more, and who has no profile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody who asks.

    Attributes:
        name: what the matrix calls them; also the local part of their e-mail address.
        database_role: what PostgREST switches to; None is a direct connection by the schema's owner.
        helpdesk_role: their row in users, if they have one.
        is_active: whether they still may come in.
    """

    name: str
    database_role: str | None = "authenticated"
    helpdesk_role: str | None = "customer"
    is_active: bool = True

    @property
    def email(self) -> str:
        """Their login's verified address."""
        return f"{self.name.replace(' ', '-')}@example.com"

    def __str__(self) -> str:
        return self.name


CUSTOMER = Person("customer")
OTHER = Person("other")
GONE = Person("gone", is_active=False)
AGENT = Person("agent", helpdesk_role="agent")
STRANGER = Person("stranger", helpdesk_role="agent")
LEFT = Person("left", helpdesk_role="agent", is_active=False)
ADMIN = Person("admin", helpdesk_role="admin")
NOBODY = Person("nobody", helpdesk_role=None)
ANONYMOUS = Person("anonymous", "anon", None)
SERVICE = Person("service", "service_role", None)
OWNER = Person("owner", None, None)

MEMBERS = (ADMIN, CUSTOMER, OTHER, GONE, AGENT, STRANGER, LEFT)
"""Those with a row in users: STRANGER is the agent of another team, GONE and LEFT are deactivated."""

WITH_LOGIN = (*MEMBERS, NOBODY)
"""NOBODY has a login whose address nobody has verified, and so no profile."""

_WHO = {
    "anonymous": "somebody without a login",
    "nobody": "a login without a profile",
    "gone": "a deactivated customer",
    "left": "a deactivated agent",
    "customer": "a customer",
    "other": "another customer",
    "agent": "an agent of the team",
    "stranger": "an agent of another team",
    "admin": "an admin",
    "service": "the secret key",
}


def who(person: Person) -> str:
    """A person of the matrix in words."""
    return _WHO[person.name]
