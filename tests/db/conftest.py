"""Two servers for the session, PostgreSQL 18 and 16; a furnished helpdesk in each; a copy of it for whoever commits."""

from __future__ import annotations

import importlib.util
import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from tests.db.people import Db
from tests.db.world import World, add_logins, furnish

from helpdesk_sdk.local import _sql, migrations
from helpdesk_sdk.local._home import scratch_dir
from helpdesk_sdk.local.postgres import Postgres

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"


@dataclass
class Server:
    """A PostgreSQL server with template databases: `empty` (a bare project) and `world` (furnished)."""

    postgres: Postgres
    world: World = field(default_factory=dict)
    _names: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        """A superuser's connection URL."""
        return self.postgres.url(database)

    def connect(self, database: str) -> Db:
        """A superuser's connection, in a transaction like any other program's."""
        return psycopg.connect(self.url(database), row_factory=dict_row)

    def copy(self, template: str) -> str:
        """The name of a new database like the template."""
        name = f"{template}_{next(self._names)}"
        self.admin("create database {} template {} strategy file_copy", name, template)
        return name

    def drop(self, database: str) -> None:
        """Remove a database, disconnecting whoever uses it."""
        self.admin("drop database {} with (force)", database)

    def admin(self, statement: LiteralString, *names: str) -> None:
        """Run a statement about databases."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def prepare(self) -> None:
        """Make the templates."""
        # It would take locks in the middle of a test.
        self.admin("alter system set autovacuum = off")
        self.admin("select pg_reload_conf()")
        self.admin("create database {}", "empty")
        _sql.run(self.url("empty"), _sql.WITHOUT_GATEWAY)
        self.admin("create database {} template {}", "world", "empty")
        migrations.apply(self.url("world"), MIGRATIONS)
        with self.connect("world") as db:
            add_logins(db)
            self.world = furnish(db)


def _bin_dir(version: int) -> Path | None:
    if version == 18:
        return None
    spec = importlib.util.find_spec("pgserver")
    assert spec is not None, "PostgreSQL 16 comes with the package pgserver"
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[int], Server]]:
    """The server of a version, with its templates; each is started once, whichever version is asked for in between."""
    with ExitStack() as running:

        @cache
        def server(version: int) -> Server:
            # Not in pytest's own directory: the next session would close that to the user whom the server runs as.
            directory = running.enter_context(tempfile.TemporaryDirectory(prefix="helpdesk-tests-", dir=scratch_dir()))
            postgres = Postgres(Path(directory), bin_dir=_bin_dir(version), durable=False)
            made = Server(running.enter_context(postgres))
            made.prepare()
            return made

        yield server


@pytest.fixture(scope="session", params=[18, 16], ids=["pg18", "pg16"])
def pg(request: pytest.FixtureRequest, servers: Callable[[int], Server]) -> Server:
    """A server of each version, with its templates."""
    return servers(request.param)


@pytest.fixture(scope="session")
def shared(pg: Server) -> Iterator[Db]:
    """One connection to one copy of the world, for everything that is rolled back."""
    name = pg.copy("world")
    with pg.connect(name) as connection:
        yield connection
    pg.drop(name)


@pytest.fixture
def db(shared: Db) -> Iterator[Db]:
    """The furnished helpdesk, in a transaction that is rolled back."""
    # Begun here: a test's own transactions are savepoints in it.
    shared.execute("select 1")
    yield shared
    shared.rollback()


@pytest.fixture
def world(pg: Server) -> World:
    """The ids of what is in the furnished helpdesk."""
    return dict(pg.world)


@pytest.fixture
def own(pg: Server) -> Iterator[str]:
    """The name of a database of the test's own, furnished, for what must be committed."""
    name = pg.copy("world")
    yield name
    pg.drop(name)


def columns(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """Some values of a row, in order."""
    return tuple(row[name] for name in names)
