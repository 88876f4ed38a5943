"""URLs, keys and tokens: cleaned, and refused when they cannot be valid. Only the server verifies them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

from pydantic import HttpUrl
from pydantic import ValidationError as PydanticError

from .errors import ConfigurationError

_URL_HINT = "Give the project's URL, like https://abc.supabase.co."
_KEY_HINT = "Give the project's publishable key (sb_publishable_…)."


def clean_url(url: str) -> str:
    """The URL of a project as it is used: without blanks around it and without a slash at its end.

    Raises:
        ConfigurationError: It is not an http or https URL, or it holds a user name or a password.
    """
    try:
        parts = HttpUrl(url.strip() if isinstance(url, str) else url)
    except PydanticError:
        raise ConfigurationError(
            "url must begin with https:// (or http://, for a local stack)", hint=_URL_HINT
        ) from None
    if parts.username or parts.password:
        raise ConfigurationError("url must not hold a user name or a password", hint=_URL_HINT)
    return str(parts).rstrip("/")


def clean_key(name: str, key: str) -> str:
    """A key or a token as it is used: without the line break that a mounted secret or ``echo > file`` leaves.

    Args:
        name: What it is, for the error: ``key``, ``access_token`` …
        key: The key or the token.

    Raises:
        ConfigurationError: It is empty, or has characters that no key has.
    """
    made = key.strip() if isinstance(key, str) else ""
    if not made or not made.isascii() or not made.isprintable() or " " in made:
        hint = _KEY_HINT if name == "key" else "Copy it anew, on one line."
        raise ConfigurationError(f"{name} is {'malformed' if made else 'missing'}", hint=hint)
    return made


def claims(token: str) -> dict[str, object]:
    """The claims of a JWT, unverified; empty for anything that is not a JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_secret_key(key: str) -> bool:
    """Whether a key opens everything: a secret key, or the older service_role JWT."""
    return key.startswith("sb_secret_") or claims(key).get("role") == "service_role"


def expiry(token: str) -> datetime | None:
    """The time at which a JWT expires, without verification; None when it names none that a date can hold."""
    expires = claims(token).get("exp")
    try:
        return datetime.fromtimestamp(expires, UTC) if isinstance(expires, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None
