"""The two clients: the same helpdesk, plain or awaitable."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Self

import httpx
from pydantic import HttpUrl, SecretStr
from pydantic import ValidationError as PydanticError

from . import _validation as check
from ._http.drivers import AsyncDriver, SyncDriver
from ._http.pipeline import ClientContext
from ._http.query_builder import builders
from ._http.resource import Driver
from ._http.retry import Backoff
from ._http.session import Credentials, SessionStore, session_from_token
from ._live.hub import Hub
from ._version import __version__
from .errors import ConfigurationError
from .models.session import Session
from .resources.auth import Auth
from .resources.events import Events
from .resources.messages import Messages
from .resources.notes import Notes
from .resources.presence import Presence
from .resources.teams import Teams
from .resources.tickets import Tickets
from .resources.users import Users

OnSession = Callable[[Session | None], None]


class _Client(Generic[Driver]):
    """A client of one helpdesk: ``auth``, ``tickets``, ``messages``, ``notes``, ``users``, ``teams``, ``events``.

    Args:
        url: The URL of the Supabase project, e.g. ``https://abc.supabase.co``.
        key: The project's publishable key; or its secret key, for work that no person does and that no policy limits.
        access_token: The token of a session that was begun elsewhere.
        refresh_token: What renews that session.
        email: Sign in with this address when a session is needed …
        password: … and this password.
        timeout: Seconds to wait for the connection and for each part of an answer.
        max_retries: How often to repeat a request that is safe to repeat, 0 to 10.
        backoff: How long to wait before that.
        on_session: Called with each new session, e.g. to store it, and with None after ``sign_out``.
        transport: Another httpx transport, for tests and proxies; with one there are no live connections.

    Raises:
        ConfigurationError: The URL or the key cannot be one.
    """

    auth: Auth[Driver]
    users: Users[Driver]
    teams: Teams[Driver]
    tickets: Tickets[Driver]
    messages: Messages[Driver]
    notes: Notes[Driver]
    events: Events[Driver]

    def __init__(self, driver: Driver, hub: Hub | None = None) -> None:
        self._driver: Driver = driver
        self.auth = Auth(driver)
        self.users = Users(driver)
        self.teams = Teams(driver)
        self.tickets = Tickets(driver)
        self.messages = Messages(driver)
        self.notes = Notes(driver)
        self.events = Events(driver, hub)

    def __repr__(self) -> str:
        store = self._driver.context.session_store
        who = "the system" if store.is_system else "somebody" if store.session or store.credentials else "nobody yet"
        return f"<{type(self).__name__} {self._driver.context.url} as {who}>"


class Helpdesk(_Client[SyncDriver]):
    """A helpdesk, for plain code. Any number of threads may share one.

    >>> with Helpdesk.from_env() as hd:
    ...     ticket = hd.tickets.create("Cannot log in", "It says 403 since this morning.")
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        access_token: str | None = None,
        refresh_token: str | None = None,
        email: str | None = None,
        password: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        backoff: Backoff | None = None,
        on_session: OnSession | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        url, options = _http_options(url, key, timeout, transport)
        store = _session_store(key, access_token, refresh_token, email, password, on_session)
        http = httpx.Client(**options)
        super().__init__(SyncDriver(http, _context(url, key, http, store, max_retries, backoff)))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Any) -> Self:
        """A client by the environment.

        Reads HELPDESK_URL or SUPABASE_URL, HELPDESK_KEY or SUPABASE_KEY, and, to be somebody, HELPDESK_ACCESS_TOKEN
        (with HELPDESK_REFRESH_TOKEN), or HELPDESK_EMAIL and HELPDESK_PASSWORD.

        Args:
            environ: Another environment than the process's own.
            options: What else the client takes, e.g. ``timeout``.

        Raises:
            ConfigurationError: A variable is missing; the message names it.
        """
        return cls(**(_from_env(os.environ if environ is None else environ) | options))

    def close(self) -> None:
        """Close all connections. Sessions stay valid: ``auth.sign_out()`` ends one."""
        self._driver.http.close()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name == "presence":
                raise AttributeError("Helpdesk has no presence: it needs a live connection, as AsyncHelpdesk has one")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class AsyncHelpdesk(_Client[AsyncDriver]):
    """A helpdesk, for async code. Any number of tasks of one event loop may share one. It has ``presence`` besides.

    >>> async with AsyncHelpdesk.from_env() as hd:
    ...     ticket = await hd.tickets.create("Cannot log in", "It says 403 since this morning.")
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        access_token: str | None = None,
        refresh_token: str | None = None,
        email: str | None = None,
        password: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        backoff: Backoff | None = None,
        on_session: OnSession | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        url, options = _http_options(url, key, timeout, transport)
        store = _session_store(key, access_token, refresh_token, email, password, on_session)
        http = httpx.AsyncClient(**options)
        driver = AsyncDriver(http, _context(url, key, http, store, max_retries, backoff))
        # A WebSocket would not go where another transport goes.
        self._hub = Hub(driver.context, driver.renew) if transport is None else None
        super().__init__(driver, self._hub)
        self.presence = Presence(driver, self._hub)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Any) -> Self:
        """A client by the environment, like ``Helpdesk.from_env``. Nothing to await: it signs in when needed.

        Args:
            environ: Another environment than the process's own.
            options: What else the client takes, e.g. ``timeout``.

        Raises:
            ConfigurationError: A variable is missing; the message names it.
        """
        return cls(**(_from_env(os.environ if environ is None else environ) | options))

    async def close(self) -> None:
        """Close all connections. Sessions stay valid: ``auth.sign_out()`` ends one."""
        if self._hub is not None:
            await self._hub.close()
        await self._driver.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


for _colour in (Helpdesk, AsyncHelpdesk):
    _colour.__init__.__doc__ = _Client.__doc__


def _http_options(url: str, key: str, timeout: float, transport: object) -> tuple[str, dict[str, Any]]:
    try:
        parts = HttpUrl(url)
    except PydanticError:
        raise ConfigurationError("url must be a project's, like https://abc.supabase.co") from None
    if parts.username or parts.password:
        raise ConfigurationError("url must not hold a user name or a password")
    if not isinstance(key, str) or not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(
            "key is missing or no key", hint="Give the project's publishable key (sb_publishable_…)."
        )
    headers = {"apikey": key, "X-Client-Info": f"helpdesk-sdk/{__version__}"}
    options = {"headers": headers, "timeout": check.seconds("timeout", timeout, 0.001, 3600)}
    options |= {"verify": _trust(parts.scheme)} if transport is None else {"transport": transport}
    return str(parts).rstrip("/"), options


def _trust(scheme: str) -> ssl.SSLContext:
    """Whom a connection trusts. Reading all authorities takes long and much memory, so clients share what was read."""
    if scheme == "http":
        return _nobody()
    return _authorities(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _nobody() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def _authorities(_file: str | None, _directory: str | None) -> ssl.SSLContext:
    """What httpx itself would make: it is from these variables that it takes others than its own authorities."""
    return httpx.create_ssl_context()


def _session_store(
    key: str,
    access_token: str | None,
    refresh_token: str | None,
    email: str | None,
    password: str | None,
    on_session: OnSession | None,
) -> SessionStore:
    if refresh_token and not access_token:
        raise ConfigurationError("refresh_token is given without access_token")
    if bool(email) != bool(password):
        raise ConfigurationError(
            f"{'email' if email else 'password'} is given without {'password' if email else 'email'}"
        )
    for name, token in (("access_token", access_token), ("refresh_token", refresh_token)):
        if token is not None and (not token.isascii() or not token.isprintable() or " " in token):
            raise ConfigurationError(f"{name} is no token")
    session = session_from_token(access_token, refresh_token) if access_token else None
    credentials = None
    if email and password:
        credentials = Credentials(email=check.email("email", email), password=SecretStr(password))
    return SessionStore(key, session, credentials, on_session)


def _context(
    url: str,
    key: str,
    http: httpx.Client | httpx.AsyncClient,
    store: SessionStore,
    max_retries: int,
    backoff: Backoff | None,
) -> ClientContext:
    return ClientContext(
        url=url,
        key=SecretStr(key),
        rest=builders(http, url),
        session_store=store,
        backoff=backoff or Backoff(),
        max_retries=check.integer("max_retries", max_retries, 0, 10),
    )


def _from_env(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, variables, hint in (
        (
            "url",
            ("HELPDESK_URL", "SUPABASE_URL"),
            "Set it to the URL of your Supabase project; helpdesk status shows the local one.",
        ),
        (
            "key",
            ("HELPDESK_KEY", "SUPABASE_KEY"),
            "Set it to the project's publishable key; helpdesk status shows the local one.",
        ),
    ):
        value = next((environ[variable] for variable in variables if environ.get(variable)), None)
        if value is None:
            raise ConfigurationError(f"{' or '.join(variables)} is not set", hint=hint)
        found[name] = value
    for name in ("access_token", "refresh_token", "email", "password"):
        if value := environ.get(f"HELPDESK_{name.upper()}"):
            found[name] = value
    return found
