"""Sessions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import SecretStr

from .base import Model

if TYPE_CHECKING:
    pass


class Session(Model):
    """A signed-in session. The tokens are hidden from ``repr``: read them with ``.get_secret_value()``.

    Attributes:
        access_token: What proves who you are, for an hour or so.
        refresh_token: What gets the next access token; each can be used once.
        expires_at: When the access token runs out, by the clock of this machine, if it is known.
    """

    access_token: SecretStr
    refresh_token: SecretStr | None = None
    expires_at: datetime | None = None
