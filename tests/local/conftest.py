"""Fixtures of the local stack's tests."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from supabase import Client, create_client
from supabase.lib.client_options import SyncClientOptions
from tests.local.realtime_support import Rooms

from helpdesk_sdk.local import Stack, _sql
from helpdesk_sdk.local.postgres import Postgres
from helpdesk_sdk.testing import Project


@pytest.fixture(scope="session")
def database_server(reachable: Path) -> Iterator[Postgres]:
    """A PostgreSQL server without anything above it."""
    with Postgres(reachable / "server", durable=False) as server:
        yield server


@pytest.fixture
def supabase_client() -> Iterator[Callable[[str, str], Client]]:
    """Makes supabase-py clients of a URL and a key; their connections are closed at the end."""
    with ExitStack() as open_clients:

        def make(url: str, key: str) -> Client:
            http = open_clients.enter_context(httpx.Client(timeout=60))
            return create_client(url, key, SyncClientOptions(httpx_client=http, auto_refresh_token=False))

        yield make


@pytest.fixture
def owner(helpdesk_project_module: Project, supabase_client: Callable[[str, str], Client]) -> Client:
    """A client with the secret key."""
    return supabase_client(helpdesk_project_module.url, helpdesk_project_module.secret_key)


@pytest.fixture
def bucket(owner: Client) -> Any:
    """A private bucket of Storage."""
    name = f"bucket-{secrets.token_hex(4)}"
    owner.storage.create_bucket(name)
    return owner.storage.from_(name)


@pytest.fixture
def hosted_database(database_server: Postgres) -> Iterator[str]:
    """The URL of a database like that of a new hosted project."""
    with psycopg.connect(database_server.url(), autocommit=True) as admin:
        admin.execute("create database hosted")
        url = database_server.url("hosted")
        _sql.run(url, _sql.WITHOUT_GATEWAY)
        yield url
        admin.execute("drop database hosted with (force)")


@pytest.fixture(scope="session")
def rooms(stack: Stack) -> Rooms:
    """The shared stack, with a host's policies for `room:…`."""
    return Rooms(stack)
