"""Further addresses of people."""

from __future__ import annotations

from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ...errors import EmailTakenError, ForbiddenError, UserEmailNotFoundError
from ...models.mail import UserEmail
from .._references import UserRef, find_user_id

_OLDEST = Keyset("created_at", "email", descending=False)


class Addresses(Resource[Driver]):
    """``hd.mail.addresses``: further addresses of people, by which their mails are theirs. No login has to do with it.

    People read their own, staff all; admins add and remove them, and so vouch for them.
    """

    @paged
    def list(self, user: UserRef | None = None, *, page_size: int = 100) -> Flow[Page[UserEmail]]:
        """Further addresses, oldest first.

        Args:
            user: Only those of this person: an e-mail address, an id, a User, or "me".
            page_size: Addresses per request, 1 to 1000.

        Raises:
            UserNotFoundError: There is nobody with this e-mail address, or they are not yours to see.
        """
        return self._list(user, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _list(self, user: UserRef | None, size: int) -> Flow[Page[UserEmail]]:
        user_id = None if user is None else (yield from find_user_id(self, "user", user))
        emails = self._rest.from_("user_emails")

        def query() -> Any:
            made = emails.select("*")
            return made if user_id is None else made.eq("user_id", user_id)

        return (yield from keyset_page(self._read, query, UserEmail, _OLDEST, size))

    @call
    def add(self, user: UserRef, email: str) -> Flow[UserEmail]:
        """Admins: add an address of a person. Adding it again changes nothing.

        Args:
            user: The person: an e-mail address, an id, or a User.
            email: The further address.

        Raises:
            EmailTakenError: The address is somebody's, or a channel's.
            TooManyError: The person has 20 further addresses.
            UserNotFoundError: There is no such person.
            ForbiddenError: You are not an admin.
        """
        address = check.email("email", email)
        user_id = yield from find_user_id(self, "user", user)
        insert = self._rest.from_("user_emails").insert({"email": address, "user_id": str(user_id)})
        reply: Reply = yield self._write(insert, accepts=(EmailTakenError,))
        if reply.error is None:
            return reply.rows(UserEmail)[0]
        query = self._rest.from_("user_emails").select("*").eq("email", address).eq("user_id", user_id)
        found = yield from self._first_row(self._read(query), UserEmail)
        if found is None:
            raise reply.error
        return found

    @call
    def remove(self, email: UserEmail | str) -> Flow[None]:
        """Admins: remove a further address. Mails from it are those of a stranger from then on.

        Args:
            email: The address, or a UserEmail.

        Raises:
            UserEmailNotFoundError: Nobody has this further address, or it is not yours to see.
            ForbiddenError: You are not an admin.
        """
        address = email.email if isinstance(email, UserEmail) else check.email("email", email)
        reply: Reply = yield self._write(self._rest.from_("user_emails").delete().eq("email", address))
        # After a repeated attempt it is removed, whichever attempt did it.
        if reply.rows(UserEmail) or reply.attempts > 1:
            return
        query = self._rest.from_("user_emails").select("*").eq("email", address)
        if (yield from self._first_row(self._read(query), UserEmail)) is None:
            raise UserEmailNotFoundError(
                f"{address} is no further address of anybody, or it is not yours to see", hint="List the addresses."
            )
        raise ForbiddenError("Only admins remove addresses", hint="Ask an admin.")
