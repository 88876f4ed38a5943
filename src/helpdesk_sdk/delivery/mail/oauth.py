"""Access tokens of OAuth 2.0 for a mailbox, from a token endpoint (RFC 6749): they end after an hour."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from ...errors import ConfigurationError
from .tls import LOOPBACK

_TIMEOUT = 30.0
# A token that ends while the server looks at it is refused.
_SPARE_SECONDS = 60.0
_LIFETIME_SECONDS = 600.0


class TokenError(Exception):
    """No access token: the endpoint does not answer, or refuses the client."""


@dataclass
class TokenEndpoint:
    """Where tokens come from: by a refresh token if there is one, else by the client's own credentials."""

    url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    _token: str = field(default="", init=False, repr=False)
    _ends: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Refuse an endpoint that would receive secrets in the clear.

        Raises:
            ConfigurationError: The URL is neither https nor on this machine.
        """
        try:
            parts = httpx.URL(self.url)
        except httpx.InvalidURL:
            parts = httpx.URL("")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.host in LOOPBACK):
            raise ConfigurationError("HELPDESK_IMAP_OAUTH_URL must begin with https://")

    def token(self) -> str:
        """A valid token: the last one, until a minute before its end.

        Raises:
            TokenError: There is none.
        """
        if not self._token or time.monotonic() >= self._ends:
            self._ask()
        return self._token

    def forget(self, token: str) -> None:
        """The mail server refuses this token: the next one is a new one.

        Args:
            token: The token.
        """
        if token == self._token:
            self._token = ""

    def _ask(self) -> None:
        form = {
            "grant_type": "refresh_token" if self.refresh_token else "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            "scope": self.scope,
        }
        given = {name: value for name, value in form.items() if value}
        try:
            answer = httpx.post(self.url, data=given, timeout=_TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise TokenError(f"HELPDESK_IMAP_OAUTH_URL does not answer: {type(error).__name__}") from None
        said = _object(answer)
        token = said.get("access_token")
        if answer.status_code != 200 or not isinstance(token, str) or not token:
            # The code alone: a description may repeat what was sent.
            code = "".join(one for one in str(said.get("error", "")) if one.isalnum() or one == "_")[:50]
            raise TokenError(f"HELPDESK_IMAP_OAUTH_URL gives no token: {answer.status_code} {code}".rstrip())
        lifetime = said.get("expires_in")
        seconds = float(lifetime) if isinstance(lifetime, int | float) else _LIFETIME_SECONDS
        self._token, self._ends = token, time.monotonic() + max(seconds - _SPARE_SECONDS, 0.0)
        # Some endpoints give a refresh token once only; the next one comes with the answer.
        if isinstance(said.get("refresh_token"), str) and self.refresh_token:
            self.refresh_token = said["refresh_token"]


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
