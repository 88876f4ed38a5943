"""The token that a socket speaks with: renewed before it runs out, and when the server says that it has."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable

from .._http.pipeline import ClientContext
from .._http.retry import Backoff
from ..errors import AuthenticationError, HelpdeskError, RateLimitedError

Renew = Callable[[], Awaitable[HelpdeskError | None]]
"""Gets a new session; returns the error, if there was one."""

# Seconds before its end at which a token is renewed, as in _session; and between two attempts, growing while they fail:
# Auth limits how often it is asked, for all who share an address.
_MARGIN = 30.0
_GAP = 1.0
_BACKOFF = Backoff(base=_GAP, cap=60.0)


class Token:
    """What the server knows, and what it should know. Whether a token holds is the server's to say: clocks differ."""

    def __init__(self, context: ClientContext, renew: Renew) -> None:
        self._context = context
        self._renew = renew
        self._not_before = 0.0
        self._failures = 0
        self._refused: str | None = None
        self.sent: str | None = None
        """What the server was told last; None on a new connection."""

    @property
    def value(self) -> str:
        """The token to use: the session's, or else the key."""
        return self._context.session_store.authorization or self._context.key.get_secret_value()

    def refuse(self) -> None:
        """Note that the server does not accept what it was told."""
        self._refused = self.sent

    async def keep(self) -> None:
        """Renew the session if it is time.

        Raises:
            AuthenticationError: The server does not accept the token, and there is no other.
        """
        store, now = self._context.session_store, time.time()
        refused = self._refused is not None and self._refused == store.token
        error: HelpdeskError | None = None
        if store.renewable and (refused or store.needs_renewal(now)) and now >= self._not_before:
            self._not_before = now + _GAP
            error = await self._renew()
            self._failures = 0 if error is None else self._failures + 1
            self._not_before = now + self._gap(error)
        if refused and error is not None:
            raise error
        if refused and not store.renewable:
            raise AuthenticationError(
                "The access token has run out, and there is nothing to renew it with", hint="Sign in again."
            )

    def _gap(self, error: HelpdeskError | None) -> float:
        asked_for = error.retry_after if isinstance(error, RateLimitedError) else None
        return max(asked_for or 0.0, _BACKOFF.delay(self._failures))

    def due_at(self) -> float:
        """When to look after it again, in seconds of the epoch."""
        store = self._context.session_store
        if store.session is None or store.session.expires_at is None or not store.renewable:
            return math.inf
        return max(store.session.expires_at.timestamp() - _MARGIN, self._not_before)
