"""Sessions."""

from __future__ import annotations

from datetime import datetime

from pydantic import SecretStr

from .base import Model


class Session(Model):
    """A signed-in session. Its tokens are hidden from ``repr``: read them with ``.get_secret_value()``."""

    access_token: SecretStr
    """The token that each request carries; valid for about an hour."""
    refresh_token: SecretStr | None = None
    """The token that renews the session, once; None for a session that cannot be renewed."""
    expires_at: datetime | None = None
    """The time at which the access token expires, by this machine's clock; None when it is not known."""
