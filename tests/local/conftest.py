"""Fixtures of the local stack's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from helpdesk_sdk import local
from helpdesk_sdk.local.postgres import Postgres


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server without anything above it."""
    with Postgres(tmp_path_factory.mktemp("server"), durable=False) as server:
        yield server


@pytest.fixture
def hosted_database(database_server: Postgres) -> Iterator[str]:
    """The URL of a database like that of a new hosted project."""
    with psycopg.connect(database_server.url(), autocommit=True) as admin:
        admin.execute("create database hosted")
        url = database_server.url("hosted")
        with psycopg.connect(url, autocommit=True) as db:
            for file in ("baseline.sql", "auth_stub.sql"):
                db.execute((Path(local.__file__).parent / file).read_bytes())
        yield url
        admin.execute("drop database hosted with (force)")
