"""A helpdesk for tests, and the people in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, get_args
from uuid import UUID

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncHelpdesk, Helpdesk, RoleName, Session, Team


@dataclass(frozen=True)
class Person:
    """A person who can sign in to a test's helpdesk."""

    email: str
    """The e-mail address to sign in with."""
    password: str = field(repr=False)
    """The password to sign in with."""
    user_id: UUID
    """The person's id in the helpdesk."""
    auth_user_id: UUID
    """The id of the person's login in Supabase Auth."""
    name: str
    """The display name."""
    role: RoleName
    """``customer``, ``agent``, ``admin`` or ``assistant``."""


class Project:
    """A fresh helpdesk: a database and a port of its own. The database holds what the migrations put there."""

    url: str
    """The URL for `Helpdesk(url, key)`."""
    publishable_key: str
    """The publishable key, for clients of people."""
    secret_key: str
    """The secret key, for a client that acts as the system."""
    db_url: str
    """The URL of its PostgreSQL database, as superuser."""

    mail_url: str
    """Where it receives mails by SMTP, for HELPDESK_MAIL_URL; `/_stack/mails` of its URL lists them."""

    def __init__(self, url: str, publishable_key: str, secret_key: str, db_url: str, mail_url: str = "") -> None:
        self.url = url
        self.publishable_key = publishable_key
        self.secret_key = secret_key
        self.db_url = db_url
        self.mail_url = mail_url
        self._clients = ExitStack()

    def add_person(
        self,
        role: RoleName = "customer",
        *,
        name: str = "",
        email: str | None = None,
        password: str | None = None,
        teams: Iterable[str] = (),
    ) -> Person:
        """Make a login with a verified e-mail address and give it a role.

        Args:
            role: customer, agent, admin or assistant.
            name: The name that others read; by default the role.
            email: The e-mail address; by default a new one at example.com.
            password: The password; by default a random one.
            teams: The names of the teams to join; one that does not exist is made. Agents and admins who name none join
                the default team.

        Raises:
            ValueError: There is no such role, ``teams`` is a single text or given for somebody who is not staff, or
                Supabase Auth refuses the login: the address is taken or not valid.
        """
        from helpdesk_sdk import RoleName

        if role not in get_args(RoleName):
            raise ValueError(f"role must be one of {', '.join(get_args(RoleName))}, not {role!r}")
        if isinstance(teams, str):
            raise ValueError(f"teams must be a list of names: [{teams!r}]")
        names = list(teams)
        is_staff = role in ("agent", "admin")
        if names and not is_staff:
            raise ValueError(f"only agents and admins join teams, not role {role!r}")
        name = name or role.capitalize()
        address = email or f"{role}-{secrets.token_hex(6)}@example.com"
        password = password or secrets.token_urlsafe(16)
        auth_user_id = self._add_login(address, password, name)
        user_id = self._give_role(auth_user_id, role, in_default_team=is_staff and not names)
        if names:
            self._join(user_id, names)
        return Person(address, password, user_id, auth_user_id, name, role)

    def send_webhooks(self, is_on: bool = True) -> None:
        """Send webhooks and mails within a second or two, as the local stack does; in tests this is off at first.

        While it is off, deliveries wait in the outbox: `hd.outbox.list()` reads them, and `helpdesk worker --deliver`
        sends them.

        Args:
            is_on: Whether they are sent from now on.
        """
        import httpx

        address, headers = f"{self.url}/_stack/deliveries", {"apikey": self.secret_key}
        method = "PUT" if is_on else "DELETE"
        answer = httpx.request(method, address, headers=headers, timeout=30, trust_env=False, verify=no_certificates())
        answer.raise_for_status()

    def sign_in(self, person: Person) -> Helpdesk:
        """A client of the person; closed when the test ends.

        Args:
            person: A person whom `add_person` made.
        """
        from helpdesk_sdk import Helpdesk

        client = self._clients.enter_context(Helpdesk(self.url, self.publishable_key))
        client.auth.sign_in(person.email, person.password)
        return client

    def sign_in_async(self, person: Person) -> AsyncHelpdesk:
        """An async client of the person; closed when the test ends.

        Args:
            person: A person whom `add_person` made.
        """
        from helpdesk_sdk import AsyncHelpdesk

        client = AsyncHelpdesk(self.url, self.publishable_key, session=self._session(person))
        # Kept until the end: connections of a client that is collected earlier are closed too late for its event loop.
        self._clients.callback(_close_async, client)
        return client

    def client(
        self,
        role: RoleName = "customer",
        *,
        name: str = "",
        email: str | None = None,
        password: str | None = None,
        teams: Iterable[str] = (),
    ) -> Helpdesk:
        """A client signed in as a new person; closed when the test ends.

        Args:
            role: customer, agent, admin or assistant.
            name: The name that others read; by default the role.
            email: The e-mail address; by default a new one at example.com.
            password: The password; by default a random one.
            teams: The names of the teams to join, as for `add_person`.

        Raises:
            ValueError: As for `add_person`.
        """
        return self.sign_in(self.add_person(role, name=name, email=email, password=password, teams=teams))

    def async_client(
        self,
        role: RoleName = "customer",
        *,
        name: str = "",
        email: str | None = None,
        password: str | None = None,
        teams: Iterable[str] = (),
    ) -> AsyncHelpdesk:
        """An async client signed in as a new person; closed when the test ends.

        Args:
            role: customer, agent, admin or assistant.
            name: The name that others read; by default the role.
            email: The e-mail address; by default a new one at example.com.
            password: The password; by default a random one.
            teams: The names of the teams to join, as for `add_person`.

        Raises:
            ValueError: As for `add_person`.
        """
        return self.sign_in_async(self.add_person(role, name=name, email=email, password=password, teams=teams))

    @cached_property
    def system(self) -> Helpdesk:
        """A client that acts as the system: no row-level security."""
        from helpdesk_sdk import Helpdesk

        return self._clients.enter_context(Helpdesk(self.url, self.secret_key))

    def team(self, name: str) -> Team:
        """The team of this name; it is made if it does not exist.

        Args:
            name: The name; capital and small letters are the same.
        """
        from helpdesk_sdk import TeamNotFoundError

        try:
            return self.system.teams.get(name)
        except TeamNotFoundError:
            return self.system.teams.create(name)

    def close(self) -> None:
        """Close the clients that were made here."""
        self._clients.close()

    def _session(self, person: Person) -> Session:
        # Signed in here and not by the async client: a fixture is called outside of the event loop, too.
        from helpdesk_sdk import Helpdesk

        with Helpdesk(self.url, self.publishable_key) as client:
            return client.auth.sign_in(person.email, person.password)

    def _add_login(self, email: str, password: str, name: str) -> UUID:
        import httpx

        answer = httpx.post(
            f"{self.url}/auth/v1/admin/users",
            headers={"apikey": self.secret_key},
            json={"email": email, "password": password, "email_confirm": True, "user_metadata": {"name": name}},
            timeout=30,
            trust_env=False,
            verify=no_certificates(),
        )
        if 400 <= answer.status_code < 500:
            raise ValueError(f"Supabase Auth refuses the login {email}: {answer.json().get('msg', answer.text)}")
        answer.raise_for_status()
        return UUID(answer.json()["id"])

    def _give_role(self, auth_user_id: UUID, role: str, *, in_default_team: bool) -> UUID:
        from helpdesk_sdk._database import connect

        with connect(self.db_url) as db:
            row = db.execute(
                "update helpdesk.users set role = %s where auth_user_id = %s returning user_id", (role, auth_user_id)
            ).fetchone()
            assert row is not None, "the login has no profile: is the helpdesk's trigger on auth.users there?"
            user_id: UUID = row[0]
            if in_default_team:
                db.execute(
                    "insert into helpdesk.team_members (team_id, user_id) "
                    "select team_id, %s from helpdesk.teams where is_default",
                    (user_id,),
                )
        return user_id

    def _join(self, user_id: UUID, teams: list[str]) -> None:
        for name in teams:
            self.system.teams.add_member(self.team(name), user_id)


def no_certificates() -> SSLContext:
    """For plain HTTP on loopback: to load the certificates of the machine takes 10 ms for each request."""
    return SSLContext(PROTOCOL_TLS_CLIENT)


def _close_async(client: AsyncHelpdesk) -> None:
    """Close a client in its own event loop. A loop that has been closed has closed its connections, too."""
    for loop in client._driver.connections.open_loops:
        if not loop.is_running():
            loop.run_until_complete(client.close())
