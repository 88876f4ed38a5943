"""A pytest plugin that gives your tests a real helpdesk: PostgreSQL, Auth, row-level security, no Docker.

It comes with the package, and needs its extra `[local]`. Nothing has to be imported or configured:

    def test_a_customer_opens_a_ticket(as_customer):
        ticket = as_customer().tickets.create("Cannot log in", "It says 403.")
        assert ticket.status == "open"

Fixtures: `as_customer`, `as_agent`, `as_admin` make signed-in clients; `helpdesk_project` is the fresh helpdesk of one
test, `helpdesk_project_module` that of one file; `helpdesk_stack` is the stack below them, started once per session.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.local import Stack

__all__ = ["MakeClient", "Person", "Project"]

_TEMPLATE = "helpdesk_template"
_ROLES = ("customer", "agent", "admin", "assistant")


class MakeClient(Protocol):
    """What `as_customer`, `as_agent` and `as_admin` are."""

    def __call__(self, name: str = ..., **options: Any) -> Helpdesk:
        """A client signed in as a new person; `options` as of `Project.add_person`."""


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

    def __init__(self, url: str, publishable_key: str, secret_key: str, db_url: str) -> None:
        self.url = url
        self.publishable_key = publishable_key
        self.secret_key = secret_key
        self.db_url = db_url
        self._clients = ExitStack()

    def add_person(self, role: str = "customer", *, name: str = "", teams: tuple[str, ...] = ()) -> Person:
        """Make a login with a verified e-mail address and give it a role.

        Args:
            role: customer, agent, admin or assistant.
            name: shown to others; by default the role.
            teams: names of the teams to join; one that does not exist is made. Agents and admins who name none join
                the default team.
        """
        if role not in _ROLES:
            raise ValueError(f"role must be one of {', '.join(_ROLES)}, not {role!r}")
        email = f"{role}-{secrets.token_hex(6)}@example.com"
        password = secrets.token_urlsafe(16)
        auth_user_id = self._add_login(email, password, name or role.capitalize())
        return Person(email, password, self._give_role(auth_user_id, role, teams), auth_user_id)

    def sign_in(self, person: Person) -> Helpdesk:
        """A client of the person; closed when the test ends.

        Args:
            person: A person whom `add_person` made.
        """
        from helpdesk_sdk import Helpdesk

        client = self._clients.enter_context(Helpdesk(self.url, self.publishable_key))
        client.auth.sign_in(person.email, person.password)
        return client

    def client(self, role: str = "customer", *, name: str = "", teams: tuple[str, ...] = ()) -> Helpdesk:
        """A client signed in as a new person; closed when the test ends.

        Args:
            role: customer, agent, admin or assistant.
            name: the display name; by default the role.
            teams: the names of the teams to join, as for `add_person`.
        """
        return self.sign_in(self.add_person(role, name=name, teams=teams))

    def close(self) -> None:
        """Close the clients that were made here."""
        self._clients.close()

    def _add_login(self, email: str, password: str, name: str) -> UUID:
        import httpx

        answer = httpx.post(
            f"{self.url}/auth/v1/admin/users",
            headers={"apikey": self.secret_key},
            json={"email": email, "password": password, "email_confirm": True, "user_metadata": {"name": name}},
        )
        answer.raise_for_status()
        return UUID(answer.json()["id"])

    def _give_role(self, auth_user_id: UUID, role: str, teams: tuple[str, ...]) -> UUID:
        from helpdesk_sdk._database import connect

        with connect(self.db_url) as db:
            row = db.execute(
                "update helpdesk.users set role = %s where auth_user_id = %s returning user_id", (role, auth_user_id)
            ).fetchone()
            assert row is not None, "the login has no profile: is the helpdesk's trigger on auth.users there?"
            user_id: UUID = row[0]
            for team in teams:
                db.execute(
                    "insert into helpdesk.teams (name) select %(name)s "
                    "where not exists (select from helpdesk.teams where lower(name) = lower(%(name)s))",
                    {"name": team},
                )
            if role in ("agent", "admin"):
                db.execute(
                    "insert into helpdesk.team_members (team_id, user_id) "
                    "select team_id, %s from helpdesk.teams where lower(name) = any(%s) or (%s and is_default)",
                    (user_id, [team.lower() for team in teams], not teams),
                )
        return user_id


class _Factory:
    """Makes databases like the migrated template, and serves them."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._count = 0

    def prepare(self) -> None:
        """Make the template: a project in which the helpdesk is installed."""
        from helpdesk_sdk.install.project import project_dir
        from helpdesk_sdk.local import _sql, migrations

        url = self._url(_TEMPLATE)
        self._admin("create database {}", _TEMPLATE)
        _sql.run(url, _sql.BEFORE_GATEWAY)
        self._gateway("PUT", f"{_TEMPLATE}?prepare")
        _sql.run(url, _sql.AFTER_GATEWAY)
        migrations.apply(url, project_dir() / "migrations")

    @contextmanager
    def project(self) -> Iterator[Project]:
        """A fresh project, gone afterwards."""
        self._count += 1
        name = f"helpdesk_test_{self._count}"
        self._admin("create database {} template {}", name, _TEMPLATE)
        info = self._stack.info
        try:
            port = self._gateway("PUT", f"{name}?like={_TEMPLATE}")["port"]
            project = Project(f"http://127.0.0.1:{port}", info.publishable_key, info.secret_key, self._url(name))
            try:
                yield project
            finally:
                project.close()
                self._gateway("DELETE", name)
        finally:
            self._admin("drop database {} with (force)", name)

    def _url(self, database: str) -> str:
        return self._stack.info.db_url.rpartition("/")[0] + f"/{database}"

    def _admin(self, statement: str, *names: str) -> None:
        from psycopg import sql

        from helpdesk_sdk._database import connect

        with connect(self._stack.info.db_url, autocommit=True) as db:
            db.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _gateway(self, method: str, path: str) -> dict[str, Any]:
        import httpx

        info = self._stack.info
        address = f"{info.api_url}/_stack/databases/{path}"
        answer = httpx.request(method, address, headers={"apikey": info.secret_key}, timeout=30)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture(scope="session")
def helpdesk_stack() -> Iterator[Stack]:
    """A local stack for the whole session; its data goes with it."""
    from helpdesk_sdk.local import Stack, StackError

    try:
        started = Stack.start(ephemeral=True)
    except StackError as error:
        # The sentence says what to do; a traceback through this package would hide it.
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with started as stack:
        yield stack


@pytest.fixture(scope="session")
def _helpdesk_factory(helpdesk_stack: Stack) -> _Factory:
    factory = _Factory(helpdesk_stack)
    factory.prepare()
    return factory


@pytest.fixture
def helpdesk_project(_helpdesk_factory: _Factory) -> Iterator[Project]:
    """A fresh helpdesk for one test."""
    with _helpdesk_factory.project() as project:
        yield project


@pytest.fixture(scope="module")
def helpdesk_project_module(_helpdesk_factory: _Factory) -> Iterator[Project]:
    """A fresh helpdesk shared by the tests of one file."""
    with _helpdesk_factory.project() as project:
        yield project


@pytest.fixture
def as_customer(helpdesk_project: Project) -> MakeClient:
    """Makes clients of new customers of this test's helpdesk."""
    return lambda name="", **options: helpdesk_project.client("customer", name=name, **options)


@pytest.fixture
def as_agent(helpdesk_project: Project) -> MakeClient:
    """Makes clients of new agents; `teams=("Billing",)` says whose, the default team otherwise."""
    return lambda name="", **options: helpdesk_project.client("agent", name=name, **options)


@pytest.fixture
def as_admin(helpdesk_project: Project) -> MakeClient:
    """Makes clients of new admins of this test's helpdesk."""
    return lambda name="", **options: helpdesk_project.client("admin", name=name, **options)
