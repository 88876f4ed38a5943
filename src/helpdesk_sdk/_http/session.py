"""The client's session: its tokens, when they expire, and cached facts about the person."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from pydantic import SecretStr

from .. import _validation as check
from .._credentials import claims, clean_key, expiry, is_secret_key
from ..errors import ConfigurationError
from ..models.base import Model
from ..models.session import Session
from ..models.users import User

# A token is renewed when it has less than this many seconds left, so that it does not expire during a request.
_MARGIN = 30.0
# Seconds for which the person is cached. A changed role affects the default scope of lists after this time.
_ME_TTL = 60.0
_NUMBERS_KEPT = 10_000
# The names of teams that a client remembers, and for how many seconds: a team may be renamed.
_TEAMS_KEPT = 1_000
_TEAM_TTL = 60.0


class Credentials(Model):
    """An e-mail address and a password, to sign in with when a session is needed."""

    email: str
    password: SecretStr


def session_from_token(access_token: str, refresh_token: str | None) -> Session:
    """A session from tokens that another program obtained."""
    return Session(
        access_token=SecretStr(access_token),
        refresh_token=SecretStr(refresh_token) if refresh_token else None,
        expires_at=expiry(access_token),
    )


class SupabaseSession(Protocol):
    """A session of Supabase Auth, as ``supabase`` gives it: ``client.auth.get_session()``."""

    @property
    def access_token(self) -> str | SecretStr:
        """The token that each request carries."""

    @property
    def refresh_token(self) -> str | SecretStr | None:
        """The token that renews the session."""


def begun_session(
    session: Session | SupabaseSession | None,
    access_token: str | SecretStr | None,
    refresh_token: str | SecretStr | None,
) -> Session | None:
    """The session that another program began, given as an object or by its tokens.

    Raises:
        ConfigurationError: The session or a token is not valid, or both ways are used at once.
    """
    if session is not None:
        if access_token or refresh_token:
            raise ConfigurationError("session is given together with a token", hint="The session holds both tokens.")
        if isinstance(session, Session):
            return session
        access_token, refresh_token = _tokens_of(session)
    if not access_token:
        if refresh_token:
            raise ConfigurationError("refresh_token is given without access_token")
        return None
    return session_from_token(
        _clean("access_token", access_token), _clean("refresh_token", refresh_token) if refresh_token else None
    )


def _tokens_of(session: SupabaseSession) -> tuple[str | SecretStr, str | SecretStr | None]:
    try:
        return session.access_token, session.refresh_token
    except AttributeError:
        kind = type(session).__name__
        hint = (
            "Pass the Session of supabase (response.session, auth.get_session()), or access_token= and refresh_token=."
        )
        raise ConfigurationError(f"session is not a session but a {kind}", hint=hint) from None


def _clean(name: str, token: str | SecretStr) -> str:
    return clean_key(name, token.get_secret_value() if isinstance(token, SecretStr) else token)


def credentials_of(email: str | None, password: str | None) -> Credentials | None:
    """The credentials of a client, if it was given any.

    Raises:
        ConfigurationError: The one is given without the other.
        InvalidValueError: It is not an e-mail address.
    """
    if bool(email) != bool(password):
        given, missing = ("email", "password") if email else ("password", "email")
        raise ConfigurationError(f"{given} is given without {missing}")
    if not (email and password):
        return None
    return Credentials(email=check.email("email", email), password=SecretStr(password))


class SessionStore:
    """The session of one client, and two caches that depend on the session. Safe between threads: each change writes
    single attributes."""

    def __init__(
        self,
        key: str,
        session: Session | None,
        credentials: Credentials | None,
        on_change: Callable[[Session | None], None] | None,
    ) -> None:
        self._on_change = on_change
        self.on_replaced: Callable[[], None] = lambda: None
        """Called when the session was replaced or ended. The live connection uses it to send the new token."""
        self.session = session
        self.credentials = credentials
        # Legacy keys are JWTs and go into the Authorization header; the platform's gateway translates the new keys.
        role = claims(key).get("role")
        self.key_token = key if role else None
        self.key_is_secret = is_secret_key(key)
        self._me: tuple[User, float] | None = None
        self._numbers: OrderedDict[int, UUID] = OrderedDict()
        self._teams: OrderedDict[str, tuple[UUID, float]] = OrderedDict()

    @property
    def token(self) -> str | None:
        """The access token in use, or None before the first sign-in."""
        return self.session.access_token.get_secret_value() if self.session else None

    @property
    def authorization(self) -> str | None:
        """The token for the Authorization header: the session's, else the key's when the key is a JWT."""
        return self.token or self.key_token

    @property
    def renewable(self) -> bool:
        """Whether a new access token can be obtained without asking the person."""
        return bool((self.session and self.session.refresh_token) or self.credentials)

    @property
    def is_system(self) -> bool:
        """Whether requests are the system's: made with the secret key, by no person."""
        return self.key_is_secret and not self.session and not self.credentials

    def needs_renewal(self, now: float) -> bool:
        """Whether to begin or renew the session before the next request."""
        if not self.session:
            return self.credentials is not None
        expires = self.session.expires_at
        return expires is not None and self.renewable and expires.timestamp() - now < _MARGIN

    def expired(self, now: float) -> bool:
        """Whether the access token has expired, by this machine's clock."""
        return bool(self.session and self.session.expires_at and self.session.expires_at.timestamp() <= now)

    def replace(self, session: Session | None, *, same_person: bool = False) -> None:
        """Use another session, or none."""
        self.session = session
        if not same_person:
            self._me = None
            self._numbers.clear()
            self._teams.clear()
        self.on_replaced()
        if self._on_change is not None:
            self._on_change(session)

    @property
    def me(self) -> User | None:
        """The person behind the session, if fetched within the last minute."""
        if self._me is None or time.monotonic() - self._me[1] > _ME_TTL:
            return None
        return self._me[0]

    @me.setter
    def me(self, user: User) -> None:
        self._me = (user, time.monotonic())

    def team_id_of(self, name: str) -> UUID | None:
        """The id of the team with this name, if it was looked up within the last minute."""
        known = self._teams.get(name)
        return None if known is None or time.monotonic() - known[1] > _TEAM_TTL else known[0]

    def remember_team(self, name: str, team_id: UUID) -> None:
        """Keep the id of the team with this name."""
        self._teams[name] = team_id, time.monotonic()
        while len(self._teams) > _TEAMS_KEPT:
            self._teams.popitem(last=False)

    def forget_teams(self) -> None:
        """Forget the names of teams: this client has changed one."""
        self._teams.clear()

    def ticket_id_of(self, number: int) -> UUID | None:
        """The id of the ticket with this number, if it is known. A number never gets another id."""
        return self._numbers.get(number)

    def remember_ticket(self, number: int, ticket_id: UUID) -> None:
        """Keep the id of the ticket with this number."""
        self._numbers[number] = ticket_id
        while len(self._numbers) > _NUMBERS_KEPT:
            self._numbers.popitem(last=False)
