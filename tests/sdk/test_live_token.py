"""The token of a live connection: when it is renewed, and how often that is tried when it fails."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from helpdesk_sdk import HelpdeskError, RateLimitedError, ServerError
from helpdesk_sdk._live.token import Token


class Auth:
    """A session that ends at 1,000 seconds, and an Auth server that answers as it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: HelpdeskError | None) -> None:
        self.error, self.now = error, 970.0
        self.asked: list[float] = []
        monkeypatch.setattr("helpdesk_sdk._live.token.time.time", lambda: self.now)
        session = SimpleNamespace(expires_at=datetime.fromtimestamp(1_000, UTC))
        store = SimpleNamespace(
            renewable=True, needs_renewal=lambda _: True, token="old", authorization="old", session=session
        )
        context: Any = SimpleNamespace(session_store=store)
        self.token = Token(context, self.renew)

    async def renew(self) -> HelpdeskError | None:
        self.asked.append(self.now)
        return self.error

    async def live_for(self, seconds: float) -> list[float]:
        """Look after the token whenever it wants it; the seconds between the questions."""
        end = self.now + seconds
        while self.now < end:
            await self.token.keep()
            self.now = max(self.token.due_at(), self.now + 0.1)
        return [later - earlier for earlier, later in zip(self.asked, self.asked[1:], strict=False)]


async def test_what_fails_is_tried_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = Auth(monkeypatch, ServerError("Auth is away"))
    assert await auth.live_for(400) == [2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


async def test_auth_says_when_it_may_be_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = RateLimitedError("too many")
    busy.retry_after = 90.0
    auth = Auth(monkeypatch, busy)
    assert await auth.live_for(300) == [90, 90, 90]


async def test_after_a_success_it_is_as_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = Auth(monkeypatch, ServerError("Auth is away"))
    await auth.live_for(10)
    auth.error = None
    await auth.live_for(10)
    auth.error, auth.asked = ServerError("Auth is away"), []
    assert (await auth.live_for(10))[:2] == [2, 4]
