"""The client's session: its tokens, when they expire, and cached facts about the person."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from pydantic import SecretStr

from .._credentials import claims, expiry, is_secret_key
from ..models.base import Model
from ..models.session import Session
from ..models.users import User

# A token is renewed when it has less than this many seconds left, so that it does not expire during a request.
_MARGIN = 30.0
# Seconds for which the person is cached. A changed role affects the default scope of lists after this time.
_ME_TTL = 60.0
_NUMBERS_KEPT = 10_000


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

    def ticket_id_of(self, number: int) -> UUID | None:
        """The id of the ticket with this number, if it is known. A number never gets another id."""
        return self._numbers.get(number)

    def remember_ticket(self, number: int, ticket_id: UUID) -> None:
        """Keep the id of the ticket with this number."""
        self._numbers[number] = ticket_id
        while len(self._numbers) > _NUMBERS_KEPT:
            self._numbers.popitem(last=False)
