"""A pytest plugin that gives your tests a real helpdesk: PostgreSQL, Auth, row-level security, no Docker.

It comes with the package, and needs its extra `[local]`. Nothing has to be imported or configured:

    def test_a_customer_opens_a_ticket(as_customer):
        ticket = as_customer().tickets.create("Cannot log in", "It says 403.")
        assert ticket.status == "open"

| fixture | type | is |
|---|---|---|
| `as_customer`, `as_agent`, `as_admin` | `MakeClient` | makes clients, each signed in as a new person |
| `as_customer_async`, `as_agent_async`, `as_admin_async` | `MakeAsyncClient` | the same, for `AsyncHelpdesk` |
| `helpdesk_factory` | `Factory` | makes tickets, messages, notes, articles, people and teams |
| `helpdesk_clock` | `Clock` | the time of this test's helpdesk, which the test can stop and move |
| `helpdesk_project` | `Project` | the fresh helpdesk of one test |
| `helpdesk_project_module` | `Project` | the fresh helpdesk of one file |
| `helpdesk_stack` | `helpdesk_sdk.local.Stack` | the stack below them, started once per session |
| `scripted_provider` | `ScriptedProvider` | a language model that plays a script: good answers, and every bad one |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

import pytest

from ..scripted_provider import CapturedRequest, Play, ScriptedProvider
from ._clock import Clock
from ._databases import Databases
from ._factory import Factory
from ._project import Person, Project

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncHelpdesk, Helpdesk
    from helpdesk_sdk.local import Stack

__all__ = [
    "CapturedRequest",
    "Clock",
    "Factory",
    "MakeAsyncClient",
    "MakeClient",
    "Person",
    "Play",
    "Project",
    "ScriptedProvider",
]


class MakeClient(Protocol):
    """The type of `as_customer`, `as_agent` and `as_admin`."""

    def __call__(
        self,
        name: str = "",
        *,
        email: str | None = None,
        password: str | None = None,
        teams: Iterable[str] = (),
    ) -> Helpdesk:
        """A client signed in as a new person; closed when the test ends.

        Args:
            name: The name that others read; by default the role.
            email: The e-mail address; by default a new one at example.com.
            password: The password; by default a random one.
            teams: The names of the teams to join; one that does not exist is made. Agents and admins who name none join
                the default team.

        Raises:
            ValueError: Supabase Auth refuses the login: the address is taken or not valid.
        """


class MakeAsyncClient(Protocol):
    """The type of `as_customer_async`, `as_agent_async` and `as_admin_async`."""

    def __call__(
        self,
        name: str = "",
        *,
        email: str | None = None,
        password: str | None = None,
        teams: Iterable[str] = (),
    ) -> AsyncHelpdesk:
        """An async client signed in as a new person; closed when the test ends.

        Args:
            name: The name that others read; by default the role.
            email: The e-mail address; by default a new one at example.com.
            password: The password; by default a random one.
            teams: The names of the teams to join; one that does not exist is made. Agents and admins who name none join
                the default team.

        Raises:
            ValueError: Supabase Auth refuses the login: the address is taken or not valid.
        """


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
def _helpdesk_databases(helpdesk_stack: Stack) -> Databases:
    databases = Databases(helpdesk_stack)
    databases.prepare()
    return databases


@pytest.fixture
def helpdesk_project(_helpdesk_databases: Databases, request: pytest.FixtureRequest) -> Iterator[Project]:
    """A fresh helpdesk for one test."""
    with _helpdesk_databases.project(with_clock="helpdesk_clock" in request.fixturenames) as project:
        yield project


@pytest.fixture(scope="module")
def helpdesk_project_module(_helpdesk_databases: Databases) -> Iterator[Project]:
    """A fresh helpdesk shared by the tests of one file."""
    with _helpdesk_databases.project() as project:
        yield project


@pytest.fixture
def helpdesk_factory(helpdesk_project: Project) -> Factory:
    """Makes tickets, messages, notes and articles in this test's helpdesk."""
    return Factory(helpdesk_project)


@pytest.fixture
def helpdesk_clock(helpdesk_project: Project) -> Clock:
    """The time of this test's helpdesk. Name it among the test's arguments: `getfixturevalue` comes too late."""
    return Clock(helpdesk_project.db_url)


@pytest.fixture
def as_customer(helpdesk_project: Project) -> MakeClient:
    """Makes clients of new customers of this test's helpdesk."""
    return lambda name="", **options: helpdesk_project.client("customer", name=name, **options)


@pytest.fixture
def as_agent(helpdesk_project: Project) -> MakeClient:
    """Makes clients of new agents; `teams=["Billing"]` says whose, the default team otherwise."""
    return lambda name="", **options: helpdesk_project.client("agent", name=name, **options)


@pytest.fixture
def as_admin(helpdesk_project: Project) -> MakeClient:
    """Makes clients of new admins of this test's helpdesk."""
    return lambda name="", **options: helpdesk_project.client("admin", name=name, **options)


@pytest.fixture
def as_customer_async(helpdesk_project: Project) -> MakeAsyncClient:
    """Makes async clients of new customers of this test's helpdesk."""
    return lambda name="", **options: helpdesk_project.async_client("customer", name=name, **options)


@pytest.fixture
def as_agent_async(helpdesk_project: Project) -> MakeAsyncClient:
    """Makes async clients of new agents; `teams=["Billing"]` says whose, the default team otherwise."""
    return lambda name="", **options: helpdesk_project.async_client("agent", name=name, **options)


@pytest.fixture
def as_admin_async(helpdesk_project: Project) -> MakeAsyncClient:
    """Makes async clients of new admins of this test's helpdesk."""
    return lambda name="", **options: helpdesk_project.async_client("admin", name=name, **options)


@pytest.fixture
def scripted_provider() -> Iterator[ScriptedProvider]:
    """A language model on loopback for one test; it plays good answers until the test gives it a script."""
    with ScriptedProvider() as provider:
        yield provider
