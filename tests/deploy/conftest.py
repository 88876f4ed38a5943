"""A host in production, before and after its first deployment; each test has a copy."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.deploy.platform import Platform, serve
from tests.deploy.support import REPOSITORY, Host, quick_cli

from helpdesk_sdk import deploy
from helpdesk_sdk.install import files
from helpdesk_sdk.local import _sql, migrations
from helpdesk_sdk.local.postgres import Postgres

OWN_MIGRATION = "20240101000000_concerts.sql"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, reachable: Path) -> Iterator[Postgres]:
    """A PostgreSQL server with the database `concerts`: a host in production, without a helpdesk."""
    with Postgres(reachable / "deploy", durable=False) as running:
        directory = tmp_path_factory.mktemp("concerts")
        shutil.copy(REPOSITORY / "tests" / "db" / "host.sql", directory / OWN_MIGRATION)
        with psycopg.connect(running.url(), autocommit=True) as admin:
            admin.execute("create database concerts")
        _sql.run(running.url("concerts"), _sql.WITHOUT_GATEWAY)
        migrations.apply(running.url("concerts"), directory)
        yield running


@pytest.fixture
def platform() -> Iterator[Platform]:
    """The host's project on the platform."""
    made = Platform()
    thread = serve(made)
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


_numbers = itertools.count()


@pytest.fixture
def copy(server: Postgres) -> Iterator[Callable[[str], str]]:
    """Makes databases like a template; returns their URLs."""
    made = []

    def make(template: str) -> str:
        name = f"copy_{next(_numbers)}"
        made.append(name)
        statement = sql.SQL("create database {} template {} strategy file_copy")
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return server.url(name)

    yield make
    with psycopg.connect(server.url(), autocommit=True) as admin:
        for name in made:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _directory(tmp_path: Path) -> Path:
    """The host's directory after `helpdesk init`, with blank and umlaut in its name."""
    made = tmp_path / "Höst app"
    (made / "supabase" / "functions" / "hello").mkdir(parents=True)
    (made / "supabase" / "migrations").mkdir()
    (made / "supabase" / "config.toml").write_text('project_id = "concerts"\n')
    (made / "supabase" / "functions" / "hello" / "index.ts").write_text("Deno.serve(() => new Response('hi'));\n")
    shutil.copy(REPOSITORY / "tests" / "db" / "host.sql", made / "supabase" / "migrations" / OWN_MIGRATION)
    files.write(files.plan(made / "supabase"))
    return made


@pytest.fixture
def host(tmp_path: Path, copy: Callable[[str], str], platform: Platform) -> Host:
    """A host in production that has run `helpdesk init`, but has not deployed."""
    made = Host(_directory(tmp_path / "new"), copy("concerts"), platform, quick_cli(tmp_path))
    made.configure()
    platform.db_url = made.db_url
    return made


@pytest.fixture(scope="session")
def deployed_template(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database after a host's first deployment, by its URL alone."""
    name, tmp_path = "deployed", tmp_path_factory.mktemp("deployed")
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("create database deployed template concerts strategy file_copy")
    platform = Platform()
    host = Host(_directory(tmp_path), server.url(name), platform, None)
    host.configure()
    platform.server_close()
    deploy.run(deploy.Target.find("staging", host.directory, variables={"HELPDESK_DB_URL": host.db_url}))
    return name


@pytest.fixture
def deployed(tmp_path: Path, copy: Callable[[str], str], platform: Platform, deployed_template: str) -> Host:
    """A host that has deployed to staging, by the URL alone: no function is there yet."""
    made = Host(_directory(tmp_path / "deployed"), copy(deployed_template), platform, quick_cli(tmp_path))
    made.configure()
    platform.db_url = made.db_url
    return made
