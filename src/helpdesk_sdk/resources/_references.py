"""References: the ways to give a ticket, a person or a team, and how each is found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow
from .._http.resource import Resource
from ..errors import (
    ForbiddenError,
    TeamNotFoundError,
    TicketNotFoundError,
    UserNotFoundError,
)
from ..models.attachments import Attachment
from ..models.base import Model
from ..models.fields import CustomField
from ..models.teams import Team
from ..models.tickets import Ticket
from ..models.users import User

TicketRef = Ticket | UUID | str | int
"""A ticket: a Ticket, its number (42, "42", "#42"), or its id."""

# The greatest number of a ticket: PostgreSQL's bigint.
_NUMBER_MAX = 2**63 - 1


class _Key(Model):
    ticket_id: UUID
    last_message_id: UUID | None = None


def ticket_key(ticket: TicketRef) -> UUID | int:
    """The id or the number of a ticket."""
    if isinstance(ticket, Ticket):
        return ticket.ticket_id
    if isinstance(ticket, str):
        digits = ticket.removeprefix("#")
        if digits.isascii() and digits.isdigit() and len(digits) < 20:
            return check.integer("ticket", int(digits), 1, _NUMBER_MAX)
    elif isinstance(ticket, int) and not isinstance(ticket, bool):
        return check.integer("ticket", ticket, 1, _NUMBER_MAX)
    return check.identifier("ticket", ticket, "a ticket number, its id, or a Ticket")


def by_key(query: Any, ticket: TicketRef) -> Any:
    """The query, limited to this ticket. Both the id and the number have an index."""
    key = ticket_key(ticket)
    return query.eq("ticket_id" if isinstance(key, UUID) else "number", key)


def no_such(ticket: TicketRef) -> TicketNotFoundError:
    """The error for a ticket that does not exist, or that the caller may not see: both look the same."""
    key = ticket_key(ticket)
    return TicketNotFoundError(f"There is no ticket {key}, or it is not yours to see", hint="Check its number or id.")


def find_ticket_id(resource: Resource[Any], ticket: TicketRef) -> Flow[UUID]:
    """The id of a ticket. The id of a number is looked up once and remembered."""
    key = ticket_key(ticket)
    if isinstance(key, UUID):
        return key
    known = resource._session_store.ticket_id_of(key)
    if known is not None:
        return known
    return (yield from _look_up(resource, ticket)).ticket_id


def find_newest_message(resource: Resource[Any], ticket: TicketRef) -> Flow[tuple[UUID, UUID | None]]:
    """The id of a ticket, and the id of its newest message."""
    found = yield from _look_up(resource, ticket)
    return found.ticket_id, found.last_message_id


def require_ticket(resource: Resource[Any], ticket: TicketRef) -> Flow[None]:
    """Raise an error unless the caller may see the ticket."""
    yield from _look_up(resource, ticket)


def _look_up(resource: Resource[Any], ticket: TicketRef) -> Flow[_Key]:
    query = by_key(resource._rest.from_("tickets").select("ticket_id", "last_message_id"), ticket).limit(1)
    found = yield from resource._first_row(resource._read(query), _Key)
    if found is None:
        raise no_such(ticket)
    key = ticket_key(ticket)
    if isinstance(key, int):
        resource._session_store.remember_ticket(key, found.ticket_id)
    return found


# For the error about anything else.
PERSON_FORMS = 'an e-mail address, an id, a User or "me"'

UserRef = User | UUID | str
"""A person: a User, their id, their e-mail address, or "me"."""


def fetch_me(resource: Resource[Any]) -> Flow[User]:
    """The person of the session, read at most once a minute."""
    known = resource._session_store.me
    if known is not None:
        return known
    return (yield from ask_me(resource))


def ask_me(resource: Resource[Any]) -> Flow[User]:
    """The person of the session, read now."""
    if resource._session_store.is_system:
        raise ForbiddenError(
            "The secret key is not a person", hint="Sign in as a person: auth.sign_in(email, password)."
        )
    # A POST: it makes the profile when the sign-up could not. A repetition changes nothing.
    user = yield from resource._call_one(resource._read(resource._rest.rpc("whoami", {})), User)
    resource._session_store.me = user
    return user


def find_user_id(resource: Resource[Any], field: str, user: UserRef) -> Flow[UUID]:
    """The id of a person."""
    if isinstance(user, User):
        return user.user_id
    if user == "me":
        return (yield from fetch_me(resource)).user_id
    if isinstance(user, str) and "@" in user:
        address = check.email(field, user)
        query = resource._rest.from_("users").select("*").eq("email", address).limit(1)
        found = yield from resource._first_row(resource._read(query), User)
        if found is None:
            raise _nobody_with(address)
        return found.user_id
    return check.identifier(field, user, PERSON_FORMS)


def _nobody_with(address: str) -> UserNotFoundError:
    return UserNotFoundError(f"There is nobody with the e-mail address {address}, or they are not yours to see")


FieldRef = CustomField | str
"""A custom field: a CustomField, or its key."""


def field_key(field: FieldRef) -> str:
    """The key of a custom field."""
    return field.key if isinstance(field, CustomField) else check.text("field", field, 1, limits.FIELD_KEY_MAX)


AttachmentRef = Attachment | UUID | str
"""An attachment: an Attachment, or its id."""


def attachment_key(attachment: AttachmentRef) -> UUID:
    """The id of an attachment."""
    return (
        attachment.attachment_id if isinstance(attachment, Attachment) else check.identifier("attachment", attachment)
    )


def find_attachment(resource: Resource[Any], attachment: AttachmentRef) -> Flow[Attachment | None]:
    """An attachment, read now; None when the caller may not see it."""
    query = resource._rest.from_("attachments").select("*").eq("attachment_id", attachment_key(attachment)).limit(1)
    return (yield from resource._first_row(resource._read(query), Attachment))


TeamRef = Team | UUID | str
"""A team: a Team, its id, or its name."""


def find_team_id(resource: Resource[Any], field: str, team: TeamRef) -> Flow[UUID]:
    """The id of a team. A name is looked up each time: what is written must not go to a team that had the name."""
    if isinstance(team, Team):
        return team.team_id
    if _is_uuid(team):
        return check.identifier(field, team)
    return (yield from _find_team(resource, field, team)).team_id


def find_team_id_to_read(resource: Resource[Any], field: str, team: TeamRef) -> Flow[UUID]:
    """The id of a team whose rows are read. The id of a name is remembered for a minute."""
    if not isinstance(team, str) or _is_uuid(team):
        return (yield from find_team_id(resource, field, team))
    known = resource._session_store.team_id_of(team)
    if known is not None:
        return known
    found = yield from _find_team(resource, field, team)
    resource._session_store.remember_team(team, found.team_id)
    return found.team_id


def _find_team(resource: Resource[Any], field: str, team: TeamRef) -> Flow[Team]:
    if isinstance(team, Team) or _is_uuid(team):
        team_id = team.team_id if isinstance(team, Team) else check.identifier(field, team)
        request = resource._read(resource._rest.from_("teams").select("*").eq("team_id", team_id).limit(1))
    else:
        # The database decides which names are the same.
        request = resource._rpc_read("find_team", name=check.name(field, team, 1, limits.TEAM_NAME_MAX))
    found = yield from resource._first_row(request, Team)
    if found is None:
        shown = team.name if isinstance(team, Team) else team
        raise TeamNotFoundError(
            f"There is no team {shown}, or it is not yours to see", hint="List the teams you may use."
        )
    return found


def _is_uuid(value: object) -> bool:
    if isinstance(value, UUID):
        return True
    try:
        return bool(isinstance(value, str) and UUID(value))
    except ValueError:
        return False
