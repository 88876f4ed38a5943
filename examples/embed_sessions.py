"""The web sessions of embed_fastapi.py: which Supabase session belongs to which cookie.

The cookie holds a random key; the tokens stay on the server. A refresh token can be used once, so each renewed session
is stored at once (`on_session`), and every request begins with what is stored. Two requests that renew at the same time
are no problem: for ten seconds Supabase Auth answers a used refresh token with the session that replaced it.

A product keeps the sessions where all its processes find them, as carefully as passwords: a table, Redis. Here it is a
dictionary, and a restart of the program signs everybody out.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from functools import partial

from helpdesk_sdk import AsyncHelpdesk, Session

# Seconds for which a cookie is valid. The Supabase session lasts until sign-out, or as the project's settings say.
LIFETIME = 30 * 86_400


def connect(
    session: Session | None = None,
    *,
    access_token: str | None = None,
    on_session: Callable[[Session | None], None] | None = None,
) -> AsyncHelpdesk:
    """A client without a person, with a session, or with a token that somebody else renews."""
    url, key = os.environ["HELPDESK_URL"], os.environ["HELPDESK_KEY"]
    return AsyncHelpdesk(url, key, session=session, access_token=access_token, on_session=on_session)


class WebSessions:
    """Supabase sessions by the key in the cookie."""

    def __init__(self) -> None:
        self._stored: dict[str, tuple[Session, float]] = {}

    def begin(self, session: Session) -> str:
        """Store the session of somebody who has signed in. Returns the key for the cookie."""
        key = secrets.token_urlsafe(32)
        now = time.time()
        self._stored = {key: stored for key, stored in self._stored.items() if stored[1] > now}
        self._stored[key] = session, now + LIFETIME
        return key

    def client(self, key: str) -> AsyncHelpdesk | None:
        """A client that acts as the person; None when the web session is over. A renewed session is stored."""
        session, ends = self._stored.get(key, (None, 0.0))
        if session is None or ends < time.time():
            return None
        return connect(session, on_session=partial(self._replace, key))

    def end(self, key: str) -> None:
        """Forget a web session."""
        self._stored.pop(key, None)

    def _replace(self, key: str, session: Session | None) -> None:
        if session is None:
            self.end(key)
        elif key in self._stored:
            self._stored[key] = session, self._stored[key][1]
