"""Apply SQL migrations to a database: in order, one transaction each, recorded as the Supabase CLI records them.

Either tool can continue where the other stopped: both maintain `supabase_migrations.schema_migrations`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk_sdk._database import connect
from helpdesk_sdk.local.errors import MigrationError, MissingPartError, StackError

if TYPE_CHECKING:
    from psycopg import Connection

_FILE = re.compile(r"(?P<version>\d+)_(?P<name>.*)\.sql")
_LOCK = 0x68656C706465736B  # "helpdesk"
_WAIT_FOR_OTHER_RUN = "60s"
_WAIT_FOR_TABLE = "3s"

_HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
"""


@dataclass(frozen=True)
class Migration:
    """A file of the migrations directory: `<version>_<name>.sql`."""

    path: Path
    version: str
    name: str

    @property
    def is_contract(self) -> bool:
        """Whether it removes what the release before still used. It may run after newer migrations."""
        return self.name.startswith("helpdesk_contract_")


@dataclass(frozen=True)
class Statement:
    """One SQL statement and the 1-based line of its file where it begins."""

    text: str
    line: int

    @property
    def first_line(self) -> str:
        """The start of the statement, for messages."""
        return self.text.partition("\n")[0][:120]


def available(directory: Path) -> list[Migration]:
    """The migrations in a directory, in order. Other files are ignored, as the Supabase CLI does.

    Raises:
        MigrationError: two files have the same version.
    """
    found: dict[str, Migration] = {}
    for path in sorted(directory.glob("*.sql")):
        if match := _FILE.fullmatch(path.name):
            migration = Migration(path, match["version"], match["name"])
            if migration.version in found:
                raise MigrationError(path.name, f"{found[migration.version].path.name} has the same version")
            found[migration.version] = migration
    return list(found.values())


def applied(db_url: str) -> list[str]:
    """The versions in the database's history, in order; empty without a history."""
    with _connect(db_url) as connection:
        return _history(connection)


def pending(db_url: str, directory: Path) -> list[str]:
    """The file names that `apply` would run, in order."""
    done = set(applied(db_url))
    return [migration.path.name for migration in available(directory) if migration.version not in done]


def apply(
    db_url: str,
    directory: Path,
    *,
    guest: bool = False,
    only: Collection[str] | None = None,
    after: Callable[[Connection, Migration], None] | None = None,
) -> list[str]:
    """Run the pending migrations and return their file names.

    Args:
        db_url: a PostgreSQL URL of a role that may create schemas.
        directory: the directory of the `<version>_<name>.sql` files.
        guest: accept versions in the history that the directory lacks: the project's own migrations.
        only: the versions that may run; the other files of the directory are not looked at. None: all of them.
        after: called at the end of each migration, in its transaction.

    Raises:
        MigrationError: a file failed (it is rolled back; earlier files stay), or the history does not match.
        StackError: another run holds the lock for more than a minute, or the database cannot be reached.
    """
    migrations = [m for m in available(directory) if only is None or m.version in only]
    with _connect(db_url) as connection, _alone(connection):
        with connection.transaction():
            connection.execute(_HISTORY)
        done = _history(connection)
        _check_history(migrations, done, guest)
        todo = [migration for migration in migrations if migration.version not in set(done)]
        for migration in todo:
            _run(connection, migration, after)
        if todo:
            # PostgREST reads the schema again. Hosted projects do so by themselves.
            connection.execute("notify pgrst, 'reload schema'")
    return [migration.path.name for migration in todo]


def split(sql: str, file: str) -> list[Statement]:
    """The statements of a file, split by PostgreSQL's own parser.

    Raises:
        MigrationError: a syntax error, or a statement that would begin or end a transaction.
    """
    try:
        import pglast
    except ImportError:
        raise MissingPartError("pglast") from None
    try:
        slices = pglast.split(sql, only_slices=True)
        parsed = pglast.parse_sql(sql)
    except pglast.parser.ParseError as error:
        position = error.args[1] if len(error.args) > 1 else 0
        line = sql.count("\n", 0, position) + 1
        text = sql.splitlines()[line - 1] if sql else ""
        raise MigrationError(file, str(error.args[0]), line=line, statement=text.strip()[:120]) from None
    statements = [Statement(sql[cut], sql.count("\n", 0, cut.start) + 1) for cut in slices]
    for statement, raw in zip(statements, parsed, strict=True):
        if isinstance(raw.stmt, pglast.ast.TransactionStmt):
            reason = "begins or ends a transaction, but a migration is one transaction"
            raise MigrationError(file, reason, line=statement.line, statement=statement.first_line)
    return statements


def _run(connection: Connection, migration: Migration, after: Callable[[Connection, Migration], None] | None) -> None:
    from psycopg import Error

    statements = split(migration.path.read_text("utf-8"), migration.path.name)
    with connection.transaction():
        for statement in statements:
            try:
                connection.execute(statement.text.encode())
            except Error as error:
                raise _failure(migration, statement, error) from error
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version, name, statements) values (%s, %s, %s)",
            (migration.version, migration.name, [statement.text for statement in statements]),
        )
        if after is not None:
            after(connection, migration)
    # A migration may have changed session settings.
    connection.execute("reset all")
    connection.execute(f"set lock_timeout = '{_WAIT_FOR_TABLE}'")


def _failure(migration: Migration, statement: Statement, error: Exception) -> MigrationError:
    from psycopg import Error

    assert isinstance(error, Error)
    line = statement.line
    if position := error.diag.statement_position:
        line += statement.text.count("\n", 0, int(position) - 1)
    parts = [error.diag.message_primary or str(error), error.diag.message_detail, error.diag.message_hint]
    reason = "; ".join(part for part in parts if part)
    if error.sqlstate == "55P03":
        reason += f" (another session held a lock for more than {_WAIT_FOR_TABLE}: try again when it is done)"
    return MigrationError(
        migration.path.name, reason, line=line, statement=statement.first_line, sqlstate=error.sqlstate
    )


def _check_history(migrations: list[Migration], done: list[str], guest: bool) -> None:
    known = {migration.version for migration in migrations}
    strangers = [version for version in done if version not in known]
    if strangers and not guest:
        reason = "is in the database's history but not in the directory: the database is newer, or another project's"
        raise MigrationError(strangers[0], reason)
    ours = [version for version in done if version in known]
    late = [m for m in migrations if m.version not in done and ours and m.version < ours[-1] and not m.is_contract]
    if late:
        reason = f"comes before {ours[-1]}, which was applied already: give it a later version"
        raise MigrationError(late[0].path.name, reason)


def _history(connection: Connection) -> list[str]:
    known = connection.execute("select to_regclass('supabase_migrations.schema_migrations') is not null").fetchone()
    if not known or not known[0]:
        return []
    rows = connection.execute("select version from supabase_migrations.schema_migrations order by version").fetchall()
    return [row[0] for row in rows]


@contextmanager
def _connect(db_url: str) -> Iterator[Connection]:
    try:
        import psycopg
    except ImportError:
        raise MissingPartError("psycopg") from None
    try:
        connection = connect(db_url, autocommit=True, connect_timeout=10, application_name="helpdesk migrations")
    except psycopg.OperationalError as error:
        raise StackError(f"The database cannot be reached: {str(error).strip().splitlines()[-1]}") from error
    with connection:
        yield connection


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold the lock that prevents two concurrent runs. It is freed when the session ends."""
    from psycopg import errors

    connection.execute(f"set lock_timeout = '{_WAIT_FOR_OTHER_RUN}'")
    try:
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
    except errors.LockNotAvailable:
        raise StackError("Another run of the migrations has not ended within a minute") from None
    connection.execute(f"set lock_timeout = '{_WAIT_FOR_TABLE}'")
    try:
        yield
    finally:
        connection.execute("select pg_advisory_unlock(%s)", (_LOCK,))
