"""The platform's management API: what a project has, and its settings."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..errors import ConfigurationError, ConnectionFailedError
from .errors import PlatformRefusedError

URL = "https://api.supabase.com"
URL_VARIABLE = "HELPDESK_PLATFORM_URL"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_TIMEOUT = 20.0
_TRIES = 4
_BUSY = {429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Platform:
    """The management API for one project."""

    ref: str
    """The project's reference."""
    token: str = field(repr=False)
    """The access token."""
    url: str = URL
    """The address of the API."""
    pause: float = 1.0
    """Seconds before the first repetition of a request that the platform was too busy for."""

    @classmethod
    def make(cls, ref: str, token: str, variables: Mapping[str, str]) -> Platform:
        """The API for a project.

        Args:
            ref: The project's reference.
            token: The access token.
            variables: The environment variables: HELPDESK_PLATFORM_URL is another address, e.g. of a proxy.

        Raises:
            ConfigurationError: The token would be sent without encryption, or cannot be one.
        """
        url = variables.get(URL_VARIABLE, "").strip().rstrip("/") or URL
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ConfigurationError(
                f"{URL_VARIABLE} is not an https URL: the access token would be sent unencrypted", hint="Correct it."
            )
        if not token.isascii() or any(sign.isspace() for sign in token):
            raise ConfigurationError("The access token has blanks or letters that no token has", hint="Copy it again.")
        return cls(ref, token, url)

    def get(self, path: str) -> Any:
        """Read something of the project.

        Args:
            path: The path below the project, e.g. ``/functions``.

        Raises:
            PlatformRefusedError: The platform refused.
            ConnectionFailedError: It cannot be reached.
        """
        return self._request("GET", path, None)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Change settings of the project. A repetition changes nothing more.

        Args:
            path: The path below the project, e.g. ``/postgrest``.
            body: The settings to change.

        Raises:
            PlatformRefusedError: The platform refused.
            ConnectionFailedError: It cannot be reached.
        """
        return self._request("PATCH", path, body)

    def post(self, path: str, body: Any) -> Any:
        """Write something of the project; only for what may be written twice.

        Args:
            path: The path below the project, e.g. ``/secrets``.
            body: What to write.

        Raises:
            PlatformRefusedError: The platform refused.
            ConnectionFailedError: It cannot be reached.
        """
        return self._request("POST", path, body)

    def _request(self, method: str, path: str, body: Any) -> Any:
        import httpx

        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.url}/v1/projects/{self.ref}{path}"
        for number in range(_TRIES):
            try:
                answer = httpx.request(method, url, headers=headers, json=body, timeout=_TIMEOUT)
            except httpx.HTTPError as error:
                raise ConnectionFailedError(
                    f"The platform's management API ({self.url}) cannot be reached: {error or type(error).__name__}",
                    hint="Check the network. Without an access token, functions and settings are listed to do by hand.",
                ) from None
            if answer.status_code not in _BUSY or number == _TRIES - 1:
                break
            time.sleep(self.pause * 2**number)
        if answer.is_success:
            try:
                return answer.json() if answer.content else {}
            except ValueError:
                raise PlatformRefusedError(
                    answer.status_code,
                    f"The answer of the management API to {path} is not JSON",
                    hint="Check the network: a proxy may have answered.",
                ) from None
        raise self._refusal(answer.status_code, path, _message(answer, [self.token, *_secrets_of(body)]))

    def _refusal(self, status: int, path: str, message: str) -> PlatformRefusedError:
        if status == 401:
            return PlatformRefusedError(
                status,
                "The platform does not accept the access token: it has expired or was revoked",
                hint="Make a new one in the dashboard (Account, Access Tokens), and set it as a secret.",
            )
        if status == 403:
            return PlatformRefusedError(
                status,
                f"The access token may not use {path} of the project {self.ref}: {message}",
                hint="Give it the scope, or take the token of somebody with more rights.",
            )
        if status == 404:
            return PlatformRefusedError(
                status,
                f"The platform has no project {self.ref}, or the access token may not see it",
                hint="Check project_ref in supabase/helpdesk.toml, and whose token it is.",
            )
        return PlatformRefusedError(
            status, f"The management API answered {path} with {status}: {message}", hint="Try again later."
        )


def _message(answer: Any, secrets: Iterable[str]) -> str:
    """What the platform, or a proxy before it, says; it may repeat what was sent, and the logs of CI keep it."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    told = str((body.get("message") if isinstance(body, dict) else None) or answer.text or "no reason given")
    # As it is, and as it stands in JSON. The longest first: a secret may be a part of another one.
    forms = {form for secret in secrets for form in (secret, json.dumps(secret)[1:-1]) if form}
    for form in sorted(forms, key=len, reverse=True):
        told = told.replace(form, "********")
    return told.strip()[:300]


def _secrets_of(body: Any) -> list[str]:
    """The values of secrets that a body sends."""
    rows = body if isinstance(body, list) else []
    return [str(row["value"]) for row in rows if isinstance(row, dict) and "value" in row]
