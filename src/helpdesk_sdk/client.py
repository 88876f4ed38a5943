"""The two clients: the same helpdesk, plain or awaitable."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import httpx
from pydantic import SecretStr

from . import _validation as check
from ._credentials import clean_key, clean_url
from ._environment import options_from
from ._http.connections import AsyncConnections, Connections
from ._http.drivers import AsyncDriver, SyncDriver
from ._http.options import http_options
from ._http.pipeline import ClientContext
from ._http.proxies import proxy_for
from ._http.query_builder import builders
from ._http.resource import Driver
from ._http.retry import Backoff
from ._http.session import SessionStore, SupabaseSession, begun_session, credentials_of
from .models.session import Session

if TYPE_CHECKING:
    from ._live.hubs import Hubs
    from .resources.assistant import Assistant
    from .resources.attachments import Attachments
    from .resources.auth import Auth
    from .resources.checks import Checks
    from .resources.events import Events
    from .resources.fields import Fields
    from .resources.imports import Imports
    from .resources.knowledge import Knowledge
    from .resources.mail import Mail
    from .resources.messages import Messages
    from .resources.notes import Notes
    from .resources.operations import Operations
    from .resources.outbox import Outbox
    from .resources.presence import Presence
    from .resources.search import Search
    from .resources.settings import Settings
    from .resources.slack import Slack
    from .resources.teams import Teams
    from .resources.tickets import Tickets
    from .resources.users import Users
    from .resources.views import Views
    from .resources.webhooks import Webhooks

OnSession = Callable[[Session | None], None]
Transport = TypeVar("Transport", httpx.BaseTransport, httpx.AsyncBaseTransport)

_TIMEOUT_RANGE = (0.001, 3600.0)
_RETRIES_MAX = 10
_LIVE = {"events", "presence"}
_PERSON = {"session", "access_token", "email"}


class _Client(Generic[Driver, Transport]):
    auth: Auth[Driver]
    """Signing in and out."""
    users: Users[Driver]
    """People: customers, agents, admins, and their invitations."""
    teams: Teams[Driver]
    """Teams and their members."""
    fields: Fields[Driver]
    """Custom fields of tickets."""
    tickets: Tickets[Driver]
    """Tickets: open, read, list, change, assign, tag."""
    messages: Messages[Driver]
    """The conversation on tickets."""
    notes: Notes[Driver]
    """Staff's internal notes on tickets."""
    attachments: Attachments[Driver]
    """The files of tickets, messages and notes."""
    search: Search[Driver]
    """Search: ``hd.search("status:open refund")``."""
    views: Views[Driver]
    """Saved queries of staff."""
    knowledge: Knowledge[Driver]
    """Articles: write, publish, import, search."""
    assistant: Assistant[Driver]
    """Suggestions for tickets, with proof; people decide."""
    imports: Imports[Driver]
    """Moving in from another helpdesk."""
    settings: Settings[Driver]
    """What this helpdesk allows."""
    checks: Checks[Driver]
    """For programs with the secret key that check files."""
    mail: Mail[Driver]
    """E-mail: addresses, mails that arrived, quarantine, blocked senders."""
    webhooks: Webhooks[Driver]
    """URLs that receive events; for admins."""
    slack: Slack[Driver]
    """Slack channels that receive tickets; for admins."""
    outbox: Outbox[Driver]
    """What is sent to the outside: list, health, replay."""
    operations: Operations[Driver]
    """What keeps the helpdesk running: metrics."""
    events: Events[Driver]
    """The event log."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        session: Session | SupabaseSession | None = None,
        access_token: str | SecretStr | None = None,
        refresh_token: str | SecretStr | None = None,
        email: str | None = None,
        password: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        backoff: Backoff | None = None,
        on_session: OnSession | None = None,
        transport: Transport | None = None,
    ) -> None:
        """Make a client. Nothing is sent until the first call; a session is begun and renewed when it is needed.

        Args:
            url: The URL of the Supabase project, e.g. ``https://abc.supabase.co``.
            key: The project's publishable key. With its secret key the client acts as the system: no policy limits it.
            session: A session that was begun elsewhere: the ``Session`` of ``supabase`` or of this package.
            access_token: The access token of such a session, where there is no object.
            refresh_token: The refresh token that renews that session.
            email: Sign in with this e-mail address when a session is needed; goes with ``password``.
            password: The password for ``email``.
            timeout: Seconds to wait for a connection, and for each part of an answer; 0.001 to 3600.
            max_retries: How often to repeat a request that is safe to repeat, 0 to 10.
            backoff: How long to wait before each repetition.
            on_session: Called with each new session, e.g. to store it, and with None after ``auth.sign_out()``.
            transport: An httpx transport of your own, e.g. for tests. Such a client has no live connection.

        Raises:
            ConfigurationError: The URL, the key, the session or a token is not valid, or one of a pair is missing.
            InvalidValueError: The timeout, the number of retries or the e-mail address is not valid.
        """
        url, key = clean_url(url), clean_key("key", key)
        options = http_options(url, key, check.seconds("timeout", timeout, *_TIMEOUT_RANGE), transport)
        begun = begun_session(session, access_token, refresh_token)
        store = SessionStore(key, begun, credentials_of(email, password), on_session)

        self._template = self._new_http(options)
        context = ClientContext(
            url=url,
            key=SecretStr(key),
            proxy=proxy_for(url) if transport is None else None,
            rest=builders(self._template, url),
            session_store=store,
            backoff=backoff or Backoff(),
            max_retries=check.integer("max_retries", max_retries, 0, _RETRIES_MAX),
        )
        # A transport of the caller's own cannot be made anew.
        make_http = partial(self._new_http, options) if transport is None else lambda: self._template
        driver = self._new_driver(make_http, context)
        # A WebSocket would not go where another transport goes.
        self._hubs: Hubs | None = None
        if isinstance(driver, AsyncDriver) and transport is None:
            from ._live.hubs import Hubs

            self._hubs = Hubs(driver.context, driver.renew)
        self._owns_connections = True
        self._attach(driver)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Any) -> Self:
        """Make a client from environment variables.

        Reads HELPDESK_URL and HELPDESK_KEY, or SUPABASE_URL and SUPABASE_KEY; URL and key always come from the same
        pair, so that no key goes to another project. To act as a person, it also reads HELPDESK_ACCESS_TOKEN (with
        HELPDESK_REFRESH_TOKEN), or HELPDESK_EMAIL and HELPDESK_PASSWORD.

        Args:
            environ: Variables to read instead of the process's own.
            options: Further arguments of the client, e.g. ``timeout``. With ``session``, ``access_token`` or ``email``
                the variables that name a person are not read.

        Raises:
            ConfigurationError: A variable is missing or not valid; the message names it.
        """
        found = options_from(os.environ if environ is None else environ, with_person=not _PERSON & options.keys())
        return cls(**(found | options))

    def with_options(self, *, timeout: float | None = None, max_retries: int | None = None) -> Self:
        """The same client with other options: ``hd.with_options(timeout=2).tickets.get(42)``.

        The new client shares all connections and the session with this one. Only closing this one closes them.

        Args:
            timeout: Seconds to wait for a connection, and for each part of an answer; 0.001 to 3600. None keeps it.
            max_retries: How often to repeat a request that is safe to repeat, 0 to 10. None keeps it.

        Raises:
            InvalidValueError: A value is out of its range.
        """
        context = self._driver.context
        if timeout is not None:
            timeout = check.seconds("timeout", timeout, *_TIMEOUT_RANGE)
            context = replace(context, timeout=timeout, rest=builders(self._template, context.url, timeout))
        if max_retries is not None:
            context = replace(context, max_retries=check.integer("max_retries", max_retries, 0, _RETRIES_MAX))
        other = copy.copy(self)
        other._owns_connections = False
        other._attach(self._driver.with_context(context))
        return other

    @staticmethod
    def _new_http(options: dict[str, Any]) -> Any:
        raise NotImplementedError

    def _new_driver(self, make_http: Callable[[], Any], context: ClientContext) -> Driver:
        raise NotImplementedError

    def _attach(self, driver: Driver) -> None:
        self._driver: Driver = driver
        for name in _RESOURCES:
            self.__dict__.pop(name, None)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in _RESOURCES:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            # Imported at its first use: a program uses few of them.
            make = getattr(import_module(f".resources.{name}", __package__), name.capitalize())
            made = make(self._driver, self._hubs) if name in _LIVE else make(self._driver)
            self.__dict__[name] = made
            return made

        def __dir__(self) -> list[str]:
            return [*super().__dir__(), *type(self).__annotations__, *_Client.__annotations__]

    def __repr__(self) -> str:
        store = self._driver.context.session_store
        who = "the system" if store.is_system else "somebody" if store.session or store.credentials else "nobody yet"
        return f"<{type(self).__name__} {self._driver.context.url} as {who}>"


class Helpdesk(_Client[SyncDriver, httpx.BaseTransport]):
    """A client of one helpdesk, for plain code. Any number of threads may share one, and a forked process may use it.

    >>> with Helpdesk.from_env() as hd:
    ...     ticket = hd.tickets.create("Cannot log in", "It says 403 since this morning.")
    """

    @staticmethod
    def _new_http(options: dict[str, Any]) -> httpx.Client:
        return httpx.Client(**options)

    def _new_driver(self, make_http: Callable[[], httpx.Client], context: ClientContext) -> SyncDriver:
        return SyncDriver(Connections(make_http), context)

    def close(self) -> None:
        """Close all connections. Sessions stay valid: ``auth.sign_out()`` ends one."""
        if self._owns_connections:
            self._driver.connections.close()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name == "presence":
                raise AttributeError("Helpdesk has no presence: it needs a live connection, as AsyncHelpdesk has one")
            return super().__getattr__(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class AsyncHelpdesk(_Client[AsyncDriver, httpx.AsyncBaseTransport]):
    """A client of one helpdesk, for async code. Any number of tasks may share one, one event loop after another too.

    It also has ``presence``: who has a ticket open at this moment.

    >>> async with AsyncHelpdesk.from_env() as hd:
    ...     ticket = await hd.tickets.create("Cannot log in", "It says 403 since this morning.")
    """

    presence: Presence
    """Who has a ticket open at this moment."""

    @staticmethod
    def _new_http(options: dict[str, Any]) -> httpx.AsyncClient:
        return httpx.AsyncClient(**options)

    def _new_driver(self, make_http: Callable[[], httpx.AsyncClient], context: ClientContext) -> AsyncDriver:
        return AsyncDriver(AsyncConnections(make_http), context)

    async def close(self) -> None:
        """Close all connections. Sessions stay valid: ``auth.sign_out()`` ends one."""
        if not self._owns_connections:
            return
        if self._hubs is not None:
            await self._hubs.close()
        await self._driver.connections.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


# Each is the class of this name, in the module of this name.
_RESOURCES = (*_Client.__annotations__, *AsyncHelpdesk.__annotations__)
