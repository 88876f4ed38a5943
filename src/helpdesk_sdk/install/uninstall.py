"""Remove the helpdesk from a database: all of it, and nothing else.

    found = plan(db_url)        # the parts to remove, and what prevents it; changes nothing
    run(db_url)                 # one transaction: everything is removed, or there is an error and nothing is

It removes the schemas `helpdesk` and `helpdesk_private` with everything in them, the trigger `helpdesk_follow_login`
on `auth.users`, the policies on tables of the platform whose names begin with `helpdesk: `, the empty bucket of the
attachments, the job `helpdesk-deliver` of pg_cron, and our rows of the migration history. The people's logins, the
messages that Realtime keeps for three days, and the project's own policies stay. Objects of the project in our schemas
prevent it (`objects.txt` lists ours), and so do files in the bucket: only the Storage API can delete them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._database import connect
from ..errors import ConfigurationError, ConnectionFailedError, HelpdeskError
from . import _catalog
from ._catalog import BUCKET, MAILS
from .package import pip_install
from .project import project_dir

if TYPE_CHECKING:
    from psycopg import Connection

_WAIT_FOR_TABLE = "10s"


class NotInstalledError(HelpdeskError):
    """There is no helpdesk in this database."""


class UninstallBlockedError(HelpdeskError):
    """Something of the project's own depends on the helpdesk; nothing was removed."""

    blockers: tuple[str, ...]
    """What depends on the helpdesk, one sentence each."""

    def __init__(self, blockers: tuple[str, ...]) -> None:
        super().__init__(f"Others depend on the helpdesk: {'; '.join(blockers)}", hint="Drop or change those first.")
        self.blockers = blockers


@dataclass(frozen=True)
class UninstallPlan:
    """The parts of the helpdesk that uninstalling would remove, and what prevents it."""

    tables: dict[str, int]
    """Every table, as `schema.name`, with its number of rows."""
    triggers: tuple[str, ...]
    """The helpdesk's triggers outside its schemas, as `name on table`."""
    policies: tuple[str, ...]
    """The helpdesk's policies on tables of the platform, as `"name" on table`."""
    bucket: str | None
    """The bucket of the attachments; None where there is none."""
    migrations: tuple[str, ...]
    """The versions that leave the migration history."""
    blockers: tuple[str, ...]
    """The project's own objects that depend on the helpdesk, or that are in its schemas, one sentence each."""


def plan(db_url: str) -> UninstallPlan:
    """The parts that `run` would remove, and what prevents it. Changes nothing.

    Args:
        db_url: A PostgreSQL URL of the role that owns the helpdesk's schemas.

    Raises:
        NotInstalledError: There is no helpdesk in this database.
        ConfigurationError: psycopg is not installed, or the URL is not valid.
        ConnectionFailedError: The database cannot be reached.
        HelpdeskError: The role may not read the helpdesk, or the helpdesk is newer than this package.
    """
    with _connect(db_url) as connection, _all_or_nothing(), connection.transaction():
        connection.execute("set transaction read only")
        return _plan(connection)


def run(db_url: str) -> UninstallPlan:
    """Remove the helpdesk and return what was removed.

    Args:
        db_url: A PostgreSQL URL of the role that owns the helpdesk's schemas.

    Raises:
        UninstallBlockedError: Something of the project's own depends on it; nothing was removed.
        NotInstalledError: There is no helpdesk in this database.
        ConfigurationError: psycopg is not installed, or the URL is not valid.
        ConnectionFailedError: The database cannot be reached.
        HelpdeskError: The helpdesk is in use or newer than this package, or the role is not its owner; nothing was
            removed.
    """
    with _connect(db_url) as connection, _all_or_nothing(), connection.transaction():
        connection.execute(f"set local lock_timeout = '{_WAIT_FOR_TABLE}'")
        _lock(connection)
        found = _plan(connection)
        if found.blockers:
            raise UninstallBlockedError(found.blockers)
        _remove(connection, found)
    return found


def _remove(connection: Connection[dict[str, Any]], found: UninstallPlan) -> None:
    from psycopg import errors, sql

    if found.migrations:
        connection.execute(
            "delete from supabase_migrations.schema_migrations where version = any(%s)", [list(found.migrations)]
        )
    # By name: some call no function of ours and would stay. Before the schemas, which would drop the others.
    for name, on in _policies(connection):
        table = sql.Identifier(*on.split("."))
        connection.execute(sql.SQL("drop policy {} on {}").format(sql.Identifier(name), table))
    if found.bucket:
        # Storage refuses to have rows deleted, so that no file is forgotten. These buckets have none.
        connection.execute("set local storage.allow_delete_query = 'true'")
        connection.execute("delete from storage.buckets where id in (%s, %s)", [found.bucket, MAILS])
    if _is_scheduled(connection):
        connection.execute("select cron.unschedule(jobname) from cron.job where jobname = 'helpdesk-deliver'")
    outside = _outside(connection)
    # The trigger goes with its function: dropping it by name would need the ownership of auth.users.
    connection.execute("drop schema helpdesk, helpdesk_private cascade")
    for kind, name in outside:
        with suppress(errors.DependentObjectsStillExist), connection.transaction():
            connection.execute(sql.SQL("drop {} {}").format(sql.SQL(kind), sql.Identifier(name)))


def _is_scheduled(connection: Connection[dict[str, Any]]) -> bool:
    """Whether pg_cron may have a job of ours."""
    row = connection.execute("select to_regclass('cron.job') is not null as there").fetchone()
    return bool(row and row["there"])


def _outside(connection: Connection[dict[str, Any]]) -> list[tuple[Any, str]]:
    """The extension and the schema that a migration made because the project had none, in the order to drop them."""
    there = connection.execute("select to_regclass('helpdesk_private.outside_objects') is not null as there").fetchone()
    if not there or not there["there"]:
        return []
    rows = connection.execute("select kind, name from helpdesk_private.outside_objects order by kind").fetchall()
    return [(row["kind"], row["name"]) for row in rows]


def _plan(connection: Connection[dict[str, Any]]) -> UninstallPlan:
    installed = connection.execute(
        "select to_regclass('helpdesk_private.concepts') is not null as concepts, "
        "to_regclass('supabase_migrations.schema_migrations') is not null as history"
    ).fetchone()
    if not installed or not installed["concepts"]:
        raise NotInstalledError()
    _require_known_version(connection)
    return UninstallPlan(
        tables=_count(connection),
        triggers=tuple(row["name"] for row in connection.execute(_catalog.TRIGGERS, _catalog.PARAMETERS)),
        policies=tuple(f'"{name}" on {on}' for name, on in _policies(connection)),
        bucket=_bucket(connection),
        migrations=_versions(connection) if installed["history"] else (),
        blockers=(*_dependents(connection), *_strangers(connection), *_files(connection)),
    )


def _count(connection: Connection[dict[str, Any]]) -> dict[str, int]:
    from psycopg import sql

    tables = connection.execute(_catalog.TABLES, _catalog.PARAMETERS).fetchall()
    counts = {}
    for table in tables:
        name = sql.Identifier(table["schema"], table["name"])
        row = connection.execute(sql.SQL("select count(*) as rows from {}").format(name)).fetchone()
        counts[f"{table['schema']}.{table['name']}"] = int(row["rows"]) if row else 0
    return counts


def _versions(connection: Connection[dict[str, Any]]) -> tuple[str, ...]:
    rows = connection.execute(
        "select h.version from supabase_migrations.schema_migrations as h "
        "join helpdesk_private.concepts as c using (version) order by 1"
    )
    return tuple(row["version"] for row in rows)


def _policies(connection: Connection[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    rows = connection.execute(_catalog.POLICIES, _catalog.PARAMETERS)
    return tuple((row["name"], row["on"]) for row in rows)


def _bucket(connection: Connection[dict[str, Any]]) -> str | None:
    there = connection.execute("select to_regclass('storage.buckets') is not null as there").fetchone()
    if not there or not there["there"]:
        return None
    row = connection.execute("select id from storage.buckets where id = %s", [BUCKET]).fetchone()
    return row["id"] if row else None


def _files(connection: Connection[dict[str, Any]]) -> list[str]:
    """The files in our buckets: no bucket can go before its files, and SQL must not delete them."""
    if _bucket(connection) is None:
        return []
    ways = {BUCKET: "helpdesk attachments sweep --all deletes them", MAILS: "delete them in the dashboard, Storage"}
    rows = connection.execute(
        "select bucket_id, count(*) as files from storage.objects where bucket_id = any(%s) group by 1 order by 1",
        [list(ways)],
    ).fetchall()
    nouns = {row["bucket_id"]: "file" if row["files"] == 1 else "files" for row in rows}
    return [
        f"the bucket {row['bucket_id']} has {row['files']} {nouns[row['bucket_id']]}: {ways[row['bucket_id']]}"
        for row in rows
    ]


def _dependents(connection: Connection[dict[str, Any]]) -> list[str]:
    """Objects outside our schemas that PostgreSQL would drop with them, except our trigger and policies."""
    rows = connection.execute(_catalog.DEPENDENTS, _catalog.PARAMETERS).fetchall()
    return [f"{row['dependent']} depends on {row['referenced']}" for row in rows]


def _strangers(connection: Connection[dict[str, Any]]) -> list[str]:
    """Objects of somebody else in our schemas, or named like our policies: those that our migrations do not make."""
    found = [row["name"] for row in connection.execute(_catalog.OBJECTS, _catalog.PARAMETERS)]
    return [
        f"{name} is named like a part of the helpdesk, but is not one"
        if name.startswith("policy ")
        else f"{name} is in a schema of the helpdesk, but is not a part of it"
        for name in found
        if name not in _catalog.own_objects()
    ]


def _require_known_version(connection: Connection[dict[str, Any]]) -> None:
    """Raise an error for a helpdesk newer than this package, whose new objects would look like somebody else's."""
    newest = max(path.name.partition("_")[0] for path in (project_dir() / "migrations").glob("*.sql"))
    newer = connection.execute(
        "select max(version) as version from helpdesk_private.concepts where version > %s", [newest]
    ).fetchone()
    if newer and newer["version"]:
        raise HelpdeskError(
            f"This helpdesk is newer than this package: it has migration {newer['version']}; nothing was removed",
            hint=f"Update the package: {pip_install(upgrade=True)}",
        )


def _lock(connection: Connection[dict[str, Any]]) -> None:
    """Lock our tables, so that no new dependency can arise between the plan and its execution."""
    from psycopg import sql

    for table in connection.execute(_catalog.TABLES, _catalog.PARAMETERS).fetchall():
        name = sql.Identifier(table["schema"], table["name"])
        connection.execute(sql.SQL("lock table {} in access exclusive mode").format(name))


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """Translate PostgreSQL's errors; the transaction has undone everything."""
    from psycopg import errors

    try:
        yield
    except errors.LockNotAvailable:
        raise HelpdeskError(
            f"The helpdesk is in use: a table stayed locked for {_WAIT_FOR_TABLE}; nothing was removed",
            hint="Stop what uses it, then try again.",
        ) from None
    except errors.InsufficientPrivilege as error:
        raise HelpdeskError(
            f"This role may not remove the helpdesk: {error.diag.message_primary}; nothing was removed",
            hint="Connect as the role that installed it: `postgres` on a hosted project.",
        ) from None


@contextmanager
def _connect(db_url: str) -> Iterator[Connection[dict[str, Any]]]:
    try:
        import psycopg
        from psycopg.rows import dict_row
    except ImportError:
        raise ConfigurationError(
            "Uninstalling needs psycopg, which is not installed",
            hint=f"Install it: {pip_install('local')}",
        ) from None
    try:
        connection = connect(db_url, connect_timeout=10, application_name="helpdesk uninstall", row_factory=dict_row)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ConnectionFailedError(f"The database cannot be reached: {reason}") from None
    except psycopg.Error as error:
        raise ConfigurationError(f"This is not a database URL: {str(error).strip()}") from None
    with connection:
        yield connection
