"""The arguments of a client from environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ConfigurationError


def options_from(environ: Mapping[str, str], *, with_person: bool = True) -> dict[str, Any]:
    """The arguments of a client: URL and key, and the person if one is named.

    Args:
        environ: The variables.
        with_person: Whether to read the variables that name a person.

    Raises:
        ConfigurationError: The URL or its key is missing.
    """
    # One pair for both: a key must never go to the URL of another project.
    pair = next((name for name in ("HELPDESK", "SUPABASE") if environ.get(f"{name}_URL")), None)
    if pair is None:
        raise ConfigurationError(
            "HELPDESK_URL or SUPABASE_URL is not set",
            hint="Set it to the URL of your Supabase project; helpdesk status shows the local one.",
        )
    key = environ.get(f"{pair}_KEY")
    if not key:
        raise ConfigurationError(
            f"{pair}_KEY is not set, which goes with {pair}_URL",
            hint="Set it to the project's publishable key; helpdesk status shows the local one.",
        )
    found: dict[str, Any] = {"url": environ[f"{pair}_URL"], "key": key}
    if with_person:
        for name in ("access_token", "refresh_token", "email", "password"):
            if value := environ.get(f"HELPDESK_{name.upper()}"):
                found[name] = value
    return found
