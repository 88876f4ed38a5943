"""The token of a live connection: when it is renewed, and how often a failing renewal is retried."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from helpdesk_sdk import HelpdeskError, RateLimitedError, ServerError
from helpdesk_sdk._live.token import LiveToken


class Auth:
    """A session that expires at 1,000 seconds, and an Auth server that answers with a given error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: HelpdeskError | None) -> None:
        self.error, self.now = error, 970.0
        self.renewed_at: list[float] = []
        monkeypatch.setattr("helpdesk_sdk._live.token.time.time", lambda: self.now)
        session = SimpleNamespace(expires_at=datetime.fromtimestamp(1_000, UTC))
        store = SimpleNamespace(
            renewable=True, needs_renewal=lambda _: True, token="old", authorization="old", session=session
        )
        context: Any = SimpleNamespace(session_store=store)
        self.token = LiveToken(context, self.renew)

    async def renew(self) -> HelpdeskError | None:
        self.renewed_at.append(self.now)
        return self.error

    async def run_for(self, seconds: float) -> list[float]:
        """Call renew_if_due() whenever it is due; the seconds between the renewals."""
        end = self.now + seconds
        while self.now < end:
            await self.token.renew_if_due()
            self.now = max(self.token.renew_at(), self.now + 0.1)
        return [later - earlier for earlier, later in zip(self.renewed_at, self.renewed_at[1:], strict=False)]


async def test_a_failing_renewal_is_retried_with_growing_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = Auth(monkeypatch, ServerError("Auth is away"))
    assert await auth.run_for(400) == [2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


async def test_retry_after_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = RateLimitedError("too many")
    busy.retry_after = 90.0
    auth = Auth(monkeypatch, busy)
    assert await auth.run_for(300) == [90, 90, 90]


async def test_a_success_resets_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = Auth(monkeypatch, ServerError("Auth is away"))
    await auth.run_for(10)
    auth.error = None
    await auth.run_for(10)
    auth.error, auth.renewed_at = ServerError("Auth is away"), []
    assert (await auth.run_for(10))[:2] == [2, 4]
