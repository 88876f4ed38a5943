"""People: customers, agents, admins and assistants; their roles; invitations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply
from .._http.keyset import Keyset, keyset_page
from .._http.resource import Driver, Resource, call, paged
from .._ids import new_id
from ..errors import ForbiddenError, InvitationNotFoundError, UserNotFoundError
from ..models.users import Invitation, Role, RoleName, User
from ._references import PERSON_FORMS, UserRef, _nobody_with, ask_me, find_user_id

_NEWEST = Keyset("created_at", "user_id", descending=True)
# This many ids fit into a URL that every proxy accepts.
_IDS_MAX = 100
_NEWEST_INVITATION = Keyset("created_at", "invitation_id", descending=True)


class Users(Resource[Driver]):
    """``hd.users``: people. Staff see everybody, customers only themselves."""

    @call
    def me(self) -> Flow[User]:
        """Your own profile.

        Raises:
            AuthenticationError: You are not signed in.
            ForbiddenError: The client has the secret key, which is no person.
            NoProfileError: The login has no verified e-mail address yet.
        """
        return (yield from ask_me(self))

    @call
    def get(self, user: UserRef) -> Flow[User]:
        """One person.

        Args:
            user: An e-mail address, an id, "me", or a User to read again.

        Raises:
            UserNotFoundError: There is no such person, or you may not see them.
        """
        if user == "me":
            return (yield from ask_me(self))
        query = self._rest.from_("users").select("*").limit(1)
        address = check.email("user", user) if isinstance(user, str) and "@" in user else None
        if address:
            query = query.eq("email", address)
        else:
            query = query.eq(
                "user_id", user.user_id if isinstance(user, User) else check.identifier("user", user, PERSON_FORMS)
            )
        found = yield from self._first_row(self._read(query), User)
        if found is None:
            raise _nobody_with(address) if address else UserNotFoundError()
        return found

    @paged
    def list(
        self,
        *,
        role: Role | RoleName | Sequence[Role | RoleName] | None = None,
        active: bool | None = None,
        email: str | None = None,
        ids: Sequence[UUID | str] | None = None,
        page_size: int = 50,
    ) -> Flow[Page[User]]:
        """People, newest first.

        Args:
            role: Only people with this role, or one of these.
            active: True for active people only, False for deactivated people only.
            email: Only the person with this e-mail address.
            ids: Only the people with these ids, at most 100, e.g. the requesters of a page of tickets.
            page_size: People per request, 1 to 1000.
        """
        roles = None if role is None else check.choices("role", role, Role)
        address = None if email is None else check.email("email", email)
        wanted = None if ids is None else [str(check.identifier("ids", one)) for one in ids]
        if wanted is not None and len(wanted) > _IDS_MAX:
            raise check.invalid("ids", f"must be at most {_IDS_MAX}, got {len(wanted)}")
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        if active is not None:
            check.boolean("active", active)

        def query() -> Any:
            made = self._rest.from_("users").select("*")
            made = made if roles is None else made.in_("role", roles)
            made = made if active is None else made.is_("is_active", active)
            made = made if wanted is None else made.in_("user_id", wanted)
            return made if address is None else made.eq("email", address)

        return keyset_page(self._read, query, User, _NEWEST, size)

    @call
    def rename(self, user: UserRef, name: str) -> Flow[User]:
        """Change a display name: your own, or as an admin anybody's.

        Args:
            user: The person: an e-mail address, an id, a User, or "me".
            name: The new name, up to 200 characters.

        Raises:
            UserNotFoundError: There is no such person, or you may not change their name.
        """
        changes = {"name": check.name("name", name, 0, limits.NAME_MAX)}
        user_id = yield from find_user_id(self, "user", user)
        query = self._rest.from_("users").update(changes).eq("user_id", user_id)
        found = yield from self._first_row(self._write(query), User)
        if found is None:
            raise UserNotFoundError
        return found

    @call
    def create_customer(self, email: str, name: str = "", *, id: UUID | None = None) -> Flow[User]:
        """Staff: make a customer without a login, after a phone call or for an import.

        With the address of a customer who exists already, it returns that customer.

        Args:
            email: The e-mail address.
            name: The display name, up to 200 characters.
            id: A UUID of your own, which becomes the customer's id. Repeating the call returns the same customer.

        Raises:
            UserExistsError: The address belongs to a person who is not a customer.
            IdConflictError: The id belongs to another person.
            ForbiddenError: You are not staff.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        user_id = new_id() if id is None else check.identifier("id", id)
        arguments = {
            "user_id": user_id,
            "email": check.email("email", email),
            "name": check.name("name", name, 0, limits.NAME_MAX),
        }
        return (yield from self._call_one(self._rpc_write("create_customer", arguments, id=user_id), User))

    @call
    def set_role(self, user: UserRef, role: Role | RoleName) -> Flow[User]:
        """Admins: give a person another role, from their next request on.

        Args:
            user: The person: an e-mail address, an id, a User, or "me".
            role: The new role.

        Raises:
            LastAdminError: The helpdesk would be left without an active admin.
            UserNotFoundError: There is no such person.
            ForbiddenError: You are not an admin.
        """
        chosen = check.choice("role", role, Role)
        user_id = yield from find_user_id(self, "user", user)
        return (yield from self._call_one(self._rpc_write("set_user_role", {"user_id": user_id, "role": chosen}), User))

    @call
    def deactivate(self, user: UserRef) -> Flow[User]:
        """Admins: deactivate a person. From their next request on they see nothing and can do nothing.

        Their tickets that are not closed go back to the queues.

        Args:
            user: The person: an e-mail address, an id, a User, or "me".

        Raises:
            LastAdminError: The helpdesk would be left without an active admin.
            UserNotFoundError: There is no such person.
            ForbiddenError: You are not an admin.
        """
        user_id = yield from find_user_id(self, "user", user)
        return (yield from self._call_one(self._rpc_write("deactivate_user", {"user_id": user_id}), User))

    @call
    def reactivate(self, user: UserRef) -> Flow[User]:
        """Admins: activate a deactivated person again.

        Args:
            user: The person: an e-mail address, an id, or a User.

        Raises:
            UserNotFoundError: There is no such person.
            ForbiddenError: You are not an admin.
        """
        user_id = yield from find_user_id(self, "user", user)
        return (yield from self._call_one(self._rpc_write("reactivate_user", {"user_id": user_id}), User))

    @call
    def bootstrap_admin(self, email: str) -> Flow[User]:
        """Secret key only: make the person with this address an admin, while there is no active admin.

        Args:
            email: The person's e-mail address; a person whom the helpdesk does not know yet is made.

        Raises:
            AdminExistsError: There is an active admin already.
            ForbiddenError: The client does not have the secret key.
            UnknownOutcomeError: No response came: the person may be an admin now.
        """
        arguments = {"email": check.email("email", email)}
        reply: Reply = yield self._rpc_write("bootstrap_admin", arguments, repeatable=False, accepts=(ForbiddenError,))
        if reply.error is not None:
            reply.error.hint = "This needs the project's secret key: Helpdesk(url, secret_key)."
            raise reply.error
        return reply.value(User)

    @call
    def invite(
        self,
        email: str,
        role: Literal["customer", "agent", "admin"] | Role = "agent",
        name: str = "",
        *,
        id: UUID | None = None,
    ) -> Flow[Invitation]:
        """Admins: invite a person, who gets the role when they sign in with this address, verified.

        The person exists in the helpdesk at once. A second invitation to the same address replaces the first.

        Args:
            email: The person's e-mail address.
            role: The role they will have.
            name: Their display name, up to 200 characters.
            id: A UUID of your own. Repeating the call with the same id and content returns the same invitation.

        Raises:
            UserExistsError: The person has a login or a role already: use ``set_role``.
            IdConflictError: The id belongs to another invitation.
            ForbiddenError: You are not an admin.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        invitation_id = new_id() if id is None else check.identifier("id", id)
        arguments = {
            "invitation_id": invitation_id,
            "email": check.email("email", email),
            "role": check.choice("role", role, Role),
            "name": check.name("name", name, 0, limits.NAME_MAX),
        }
        return (yield from self._call_one(self._rpc_write("invite_user", arguments, id=invitation_id), Invitation))

    @paged
    def invitations(self, *, page_size: int = 50) -> Flow[Page[Invitation]]:
        """Admins: all invitations, newest first; for everybody else none.

        Args:
            page_size: Invitations per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        query = self._rest.from_("invitations")
        return keyset_page(self._read, lambda: query.select("*"), Invitation, _NEWEST_INVITATION, size)

    @call
    def revoke_invitation(self, invitation: Invitation | UUID | str) -> Flow[Invitation]:
        """Admins: revoke an invitation that was not accepted yet.

        Args:
            invitation: The invitation: its id, an Invitation, or the invited e-mail address.

        Raises:
            InvitationNotFoundError: There is no such invitation, or it was accepted.
            ForbiddenError: You are not an admin.
        """
        if isinstance(invitation, str) and "@" in invitation:
            given = yield from self._open_invitation(check.email("invitation", invitation))
        else:
            known = invitation.invitation_id if isinstance(invitation, Invitation) else invitation
            given = check.identifier("invitation", known, "an e-mail address, an id, or an Invitation")
        arguments = {"invitation_id": given}
        return (yield from self._call_one(self._rpc_write("revoke_invitation", arguments), Invitation))

    def _open_invitation(self, address: str) -> Flow[UUID]:
        query = self._rest.from_("invitations").select("*").eq("email", address)
        query = query.is_("accepted_at", "null").is_("revoked_at", "null").order("created_at", desc=True).limit(1)
        found = yield from self._first_row(self._read(query), Invitation)
        if found is None:
            raise InvitationNotFoundError(f"There is no open invitation for {address}, or it is not yours to see")
        return found.invitation_id
