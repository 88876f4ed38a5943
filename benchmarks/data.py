"""The data of the benchmarks: a server of its own with a helpdesk of a given size, kept for the next run."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from helpdesk_sdk.local import _sql, migrations
from helpdesk_sdk.local.postgres import Postgres

_HERE = Path(__file__).parent
_MIGRATIONS = _HERE.parent / "supabase" / "migrations"
_LOCAL_SQL = Path(migrations.__file__).parent
_DATABASE = "bench"
_EVENTS_A_TICKET = 5
_EVENTS_A_TRANSACTION = 10

# As in a small hosted project, except for the memory: the whole database fits.
_SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "6GB",
    "random_page_cost": "1.1",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "2GB",
}


def server(directory: Path, tickets: int, *, customers: int | None = None, bin_dir: Path | None = None) -> Postgres:
    """The server for a helpdesk of that size, not started."""
    bin_dir = bin_dir.absolute() if bin_dir else None
    major = Postgres(directory, bin_dir=bin_dir).major
    name = f"pg{major}-{tickets}" + (f"-{customers}" if customers else "")
    return Postgres(directory / name, bin_dir=bin_dir, durable=False, settings=_SETTINGS)


def prepare(postgres: Postgres, tickets: int, customers: int | None = None) -> str:
    """Load the data, unless this server has exactly these data already, and return the URL of the database.

    There is one customer for 200 tickets unless `customers` says how many.
    """
    customers = customers or tickets // 200
    stamp = postgres.directory / "loaded"
    wanted = fingerprint(tickets, customers)
    if stamp.exists() and stamp.read_text() == wanted:
        return postgres.url(_DATABASE)
    stamp.unlink(missing_ok=True)
    began = time.monotonic()
    print(f"Loading {tickets:,} tickets (kept for the next run) …", flush=True)
    url = fresh_database(postgres)
    load(url, tickets, customers)
    stamp.write_text(wanted)
    print(f"Loaded in {time.monotonic() - began:.0f} s.", flush=True)
    return url


@contextmanager
def scratch(postgres: Postgres) -> Iterator[str]:
    """A copy of the database that may be changed; it is dropped afterwards."""
    name = f"{_DATABASE}_scratch"
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(f"drop database if exists {name} with (force)")
        admin.execute(f"create database {name} template {_DATABASE} strategy file_copy")
        try:
            yield postgres.url(name)
        finally:
            admin.execute(f"drop database {name} with (force)")


def discard_old(postgres: Postgres) -> None:
    """Remove the files of a server whose setup was interrupted."""
    if postgres.directory.exists() and not (postgres.directory / "postgres.password").exists():
        shutil.rmtree(postgres.directory)


def fingerprint(tickets: int, customers: int, *more: Path) -> str:
    """A digest of everything that the data depend on."""
    digest = hashlib.sha256(f"{tickets} {customers}".encode())
    for path in [*sorted(_MIGRATIONS.glob("*.sql")), *sorted(_LOCAL_SQL.glob("*.sql")), _HERE / "load.sql", *more]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def fresh_database(postgres: Postgres) -> str:
    """The URL of a new database with the helpdesk's migrations."""
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(f"drop database if exists {_DATABASE} with (force)")
        admin.execute(f"create database {_DATABASE}")
    url = postgres.url(_DATABASE)
    _sql.run(url, _sql.WITHOUT_GATEWAY)
    migrations.apply(url, _MIGRATIONS)
    return url


def load(url: str, tickets: int, customers: int) -> None:
    """Load the data into a database that has the helpdesk's migrations and no tickets."""
    with psycopg.connect(url, autocommit=True) as connection:
        first_xid = _use_up_transactions(connection, tickets * _EVENTS_A_TICKET // _EVENTS_A_TRANSACTION + 1)
        connection.execute("set session_replication_role = replica")
        connection.execute("select set_config('bench.tickets', %s, false)", (str(tickets),))
        connection.execute("select set_config('bench.customers', %s, false)", (str(customers),))
        connection.execute("select set_config('bench.first_xid', %s, false)", (str(first_xid),))
        with connection.transaction():
            indexes = drop_indexes(connection, "helpdesk")
            for statement in migrations.split((_HERE / "load.sql").read_text(), "load.sql"):
                connection.execute(statement.text.encode())
            for definition in indexes:
                connection.execute(definition.encode())
        connection.execute("vacuum (analyze)")
        connection.execute("checkpoint")


def _use_up_transactions(connection: psycopg.Connection, count: int) -> int:
    """Use up that many transaction numbers and return the first: the events need numbers of past transactions."""
    row = connection.execute("select pg_current_xact_id()::text::bigint").fetchone()
    assert row
    connection.execute(
        f"do $$ begin for i in 1..{count:d} loop perform pg_current_xact_id(); commit; end loop; end $$".encode()
    )
    return int(row[0])


def drop_indexes(connection: psycopg.Connection, *schemas: str) -> list[str]:
    """Drop the indexes that no constraint needs and return their definitions: loading without indexes is faster."""
    rows = connection.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index as i "
        "join pg_class as c on c.oid = i.indrelid where c.relnamespace::regnamespace::text = any(%s) "
        "and not exists (select from pg_constraint as k where k.conindid = i.indexrelid)",
        (list(schemas),),
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"drop index {name}".encode())
    return [definition for _, definition in rows]
