"""The access token of the live connection: renewed before it expires, and when the server says that it has expired."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable

from .._http.pipeline import ClientContext
from .._http.retry import Backoff
from ..errors import AuthenticationError, HelpdeskError, RateLimitedError

Renew = Callable[[], Awaitable[HelpdeskError | None]]
"""Gets a new session; returns the error, if there was one."""

# Seconds before its expiry at which a token is renewed, as in _http/session.
_MARGIN = 30.0
# Seconds between two renewals, growing while they fail: Auth limits them for all clients that share an address.
_MIN_INTERVAL = 1.0
_BACKOFF = Backoff(base=_MIN_INTERVAL, cap=60.0)


class LiveToken:
    """The token to send, and the token that was sent. The server decides whether a token has expired: clocks differ."""

    def __init__(self, context: ClientContext, renew: Renew) -> None:
        self._context = context
        self._renew = renew
        self._not_before = 0.0
        self._failures = 0
        self._refused: str | None = None
        self.sent: str | None = None
        """The token that was sent on this connection; None on a new connection."""

    @property
    def value(self) -> str:
        """The token to send: the session's, or without a session the key."""
        return self._context.session_store.authorization or self._context.key.get_secret_value()

    def mark_refused(self) -> None:
        """Record that the server refused the token that was sent."""
        self._refused = self.sent

    async def renew_if_due(self) -> None:
        """Renew the session if the token expires soon or was refused.

        Raises:
            AuthenticationError: The server refused the token, and it cannot be renewed.
        """
        store, now = self._context.session_store, time.time()
        refused = self._refused is not None and self._refused == store.token
        error: HelpdeskError | None = None
        if store.renewable and (refused or store.needs_renewal(now)) and now >= self._not_before:
            self._not_before = now + _MIN_INTERVAL
            error = await self._renew()
            self._failures = 0 if error is None else self._failures + 1
            self._not_before = now + self._interval(error)
        if refused and error is not None:
            raise error
        if refused and not store.renewable:
            raise AuthenticationError(
                "The access token has run out, and there is no refresh token to renew it with", hint="Sign in again."
            )

    def _interval(self, error: HelpdeskError | None) -> float:
        retry_after = error.retry_after if isinstance(error, RateLimitedError) else None
        return max(retry_after or 0.0, _BACKOFF.delay(self._failures))

    def renew_at(self) -> float:
        """When to call ``renew_if_due()`` next, in seconds of the epoch; infinity if there is nothing to renew."""
        store = self._context.session_store
        if store.session is None or store.session.expires_at is None or not store.renewable:
            return math.inf
        return max(store.session.expires_at.timestamp() - _MARGIN, self._not_before)
