"""Fixtures of the shop's tests. The fixture `helpdesk_project` comes with the package: a new helpdesk for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

import embed_fastapi
from embed_sessions import WebSessions
from helpdesk_sdk.testing import Project


@pytest.fixture
async def shop(helpdesk_project: Project, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the shop's page, whose helpdesk is that of this test. Nobody is signed in yet."""
    monkeypatch.setenv("HELPDESK_URL", helpdesk_project.url)
    monkeypatch.setenv("HELPDESK_KEY", helpdesk_project.publishable_key)
    monkeypatch.setattr(embed_fastapi, "sessions", WebSessions())
    transport = httpx.ASGITransport(embed_fastapi.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as browser:
        yield browser
