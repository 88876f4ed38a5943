"""`zenpy_client.users` and `zenpy_client.groups`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from helpdesk_sdk import User as OurUser
from helpdesk_sdk import UserNotFoundError

from ._results import Results
from ._values import ROLES, Values, ours
from .lib.api_objects import Group, Ticket, User
from .lib.exception import ZenpyException, translated


class Users:
    """Reads and changes people, as Zenpy's ``users`` does."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._hd = values.hd

    def __call__(
        self, id: object = None, ids: Iterable[object] | None = None, role: str | list[str] | None = None, **_: Any
    ) -> Any:
        """All people, newest first; one person; or several.

        Args:
            id: The id or e-mail address of one person.
            ids: The ids of several people.
            role: Only people with this role, or one of these: ``end-user``, ``agent``, ``admin``.

        Raises:
            RecordNotFoundException: There is no such person.
        """
        if id is not None:
            return self._values.person(id)
        if ids is not None:
            return [self._values.person(one) for one in ids]
        return self._search("", () if role is None else [role] if isinstance(role, str) else role)

    def me(self) -> User:
        """The person whom the client is signed in as.

        Raises:
            APIException: The client acts as the system.
        """
        with translated():
            return self._values.user(self._hd.users.me())

    def create(self, user: User | list[User]) -> Any:
        """Make a person, or several.

        Args:
            user: ``email`` and ``name``; ``role`` only for somebody with a login.

        Raises:
            APIException: The e-mail address is taken or not valid.
        """
        if isinstance(user, list):
            return [self.create(one) for one in user]
        if not user.email:
            raise ZenpyException("a new person needs an e-mail address")
        with translated():
            made = self._hd.users.create_customer(user.email, user.name or "")
            if user.role not in (None, "end-user"):
                made = self._hd.users.set_role(made, ours("role", user.role, ROLES))  # type: ignore[arg-type]
            return self._values.user(made)

    def create_or_update(self, user: User | list[User]) -> Any:
        """Make a person, or change the one who has the e-mail address.

        Args:
            user: ``email``, and what to set.

        Raises:
            APIException: The helpdesk refuses a value.
        """
        if isinstance(user, list):
            return [self.create_or_update(one) for one in user]
        try:
            with translated():
                found = self._hd.users.get(user.email or "")
        except Exception as error:
            if not isinstance(error.__cause__, UserNotFoundError):
                raise
            return self.create(user)
        return self._changed(found, user)

    def update(self, user: User | list[User]) -> Any:
        """Send what a script has set on a person: ``name``, ``role``, ``suspended``.

        Args:
            user: A person who was read.

        Raises:
            APIException: The helpdesk refuses a value.
        """
        if isinstance(user, list):
            return [self.update(one) for one in user]
        with translated():
            found = self._hd.users.get(user.id)
        return self._changed(found, user)

    def search(self, query: str = "", external_id: str | None = None) -> Results[User]:
        """People whose name or e-mail address has these words.

        Args:
            query: Words, or ``email:ann@example.com``.
            external_id: Not kept here.

        Raises:
            ZenpyException: ``external_id`` was given.
        """
        if external_id is not None:
            raise ZenpyException("people have no external_id here")
        return self._search(query, ())

    def _search(self, query: str, roles: Sequence[str]) -> Results[User]:
        chosen: Any = [ours("role", role, ROLES) for role in roles] or None
        words = query.replace('"', "").removeprefix("email:").removeprefix("name:").casefold().split()

        def read() -> Iterator[User]:
            if len(words) == 1 and "@" in words[0] and "*" not in words[0]:
                found: Iterable[OurUser] = self._hd.users.list(email=words[0], role=chosen)
            else:
                found = self._hd.users.list(role=chosen)
            for user in found:
                text = f"{user.name} {user.email or ''}".casefold()
                if all(word.strip("*") in text for word in words):
                    yield self._values.user(user)

        return Results(read)

    def requested(self, user: User | UUID | str) -> Results[Ticket]:
        """The tickets of a requester.

        Args:
            user: The person, or their id.
        """
        person = self._values.person(user).id
        return Results(lambda: map(self._values.ticket, self._hd.tickets.list(requester=person)))

    def assigned(self, user: User | UUID | str) -> Results[Ticket]:
        """The tickets of an assignee.

        Args:
            user: The person, or their id.
        """
        person = self._values.person(user).id
        return Results(lambda: map(self._values.ticket, self._hd.tickets.list(assigned_to=person)))

    def _changed(self, found: OurUser, user: User) -> User:
        with translated():
            if "name" in user._dirty and user.name != found.name:
                found = self._hd.users.rename(found, user.name or "")
            if "role" in user._dirty and user.role is not None:
                found = self._hd.users.set_role(found, ours("role", user.role, ROLES))  # type: ignore[arg-type]
            if "suspended" in user._dirty and user.suspended is found.is_active:
                found = self._hd.users.deactivate(found) if user.suspended else self._hd.users.reactivate(found)
            return self._values.user(found)


class Groups:
    """Reads teams, as Zenpy's ``groups`` does."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._hd = values.hd

    def __call__(self, id: object = None, **_: Any) -> Any:
        """All teams, or one of them.

        Args:
            id: The id or the name of one team.

        Raises:
            RecordNotFoundException: There is no such team.
        """
        if id is not None:
            return self._values.team(id)
        return Results(lambda: map(self._values.group, self._hd.teams.list()))

    def create(self, group: Group) -> Group:
        """Make a team.

        Args:
            group: ``name``, and a ``description``.

        Raises:
            APIException: The name is taken or not valid.
        """
        with translated():
            return self._values.group(self._hd.teams.create(group.name, description=group.description or ""))
