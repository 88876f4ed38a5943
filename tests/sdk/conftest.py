"""Fixtures of the SDK's tests; see support for how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.sdk.arriving import SUPPORT, arrive
from tests.sdk.support import FAST, Colour, Server
from tests.sdk.world import Staffed, World

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.local import Stack


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> Iterator[Colour]:
    made = Colour(request.param)
    yield made
    made.close()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def connect(colour: Colour, server: Server) -> Callable[..., Any]:
    """Makes clients of the scripted server."""

    def make(key: str = "sb_publishable_test", **options: Any) -> Any:
        options = {"backoff": FAST, "transport": httpx.MockTransport(server)} | options
        return colour.client("http://helpdesk.test", key, **options)

    return make


@pytest.fixture
def hd(connect: Callable[..., Any]) -> Any:
    """A client of the scripted server."""
    return connect(access_token="token-of-somebody")


@pytest.fixture(scope="session")
def staffed(stack: Stack, _helpdesk_databases: Any) -> Iterator[Staffed]:
    """A helpdesk of their own, with teams and people who can sign in: some tests are about the only admin there is."""
    with _helpdesk_databases.project() as project:
        yield Staffed(replace(stack.info, api_url=project.url, db_url=project.db_url))


@pytest.fixture(scope="session")
def mail_desk(staffed: Staffed) -> Callable[..., str]:
    """Hands in a mail to an address of the team Billing: ``mail_desk("anna@customer.example")``."""
    info = staffed.info
    with Helpdesk(info.api_url, info.secret_key) as system:
        system.mail.channels.create(SUPPORT, team="Billing")
    return partial(arrive, info.api_url, info.secret_key, to=SUPPORT)


@pytest.fixture(scope="session")
def live_stack(reachable: Path) -> Iterator[Stack]:
    """Another stack, for the tests of live streams: they fill it with tickets, and break it. So it is durable."""
    with Stack.start(reachable / "live") as running:
        yield running


@pytest.fixture(scope="session")
def live_staffed(live_stack: Stack) -> Staffed:
    """That stack, with people."""
    return Staffed(live_stack.info)


@pytest.fixture
def world(colour: Colour, staffed: Staffed) -> World:
    """Clients of the shared stack in this test's colour: ``world.agent``, ``world.customer``, …"""
    return World(colour, staffed)
