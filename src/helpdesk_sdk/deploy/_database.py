"""The connection of a deployment, and the lock that keeps a second one away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._database import connect
from ..errors import ConfigurationError, ConnectionFailedError
from .errors import DeploymentError, DeploymentRunningError

if TYPE_CHECKING:
    from psycopg import Connection

    from .target import Target

    Row = dict[str, Any]
    Db = Connection[Row]

APPLICATION = "helpdesk deploy"
_LOCK = 0x6465706C6F79  # "deploy"


@contextmanager
def connected(target: Target) -> Iterator[Db]:
    """A connection in which each statement is a transaction of its own.

    Args:
        target: Where to.

    Raises:
        ConnectionFailedError: The database cannot be reached.
        ConfigurationError: It refuses the user or the password.
        DeploymentError: It refuses a statement.
    """
    import psycopg
    from psycopg.rows import dict_row

    where = target.environment.database_url_env
    try:
        connection = connect(
            target.db_url, autocommit=True, connect_timeout=15, application_name=APPLICATION, row_factory=dict_row
        )
    except psycopg.OperationalError as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[-1]
        if any(word in reason for word in ("authentication failed", "Wrong password", "role", "Tenant or user")):
            raise ConfigurationError(
                f"The database {target.database} refuses the user or the password in {where}: {reason}",
                hint="Copy the URL from the dashboard (Connect); reset the password if it was lost.",
            ) from None
        raise ConnectionFailedError(
            f"The database {target.database} cannot be reached: {reason}",
            hint="Check the network, and that the project is not paused. Without IPv6: the session pooler's URL.",
        ) from None
    with connection:
        try:
            yield connection
        except psycopg.OperationalError as error:
            raise ConnectionFailedError(
                f"The connection to the database {target.database} was lost: {str(error).strip()}",
                hint="Run the same command again: it goes on from there.",
            ) from None
        except psycopg.Error as error:
            raise DeploymentError(
                f"The database {target.database} refused: {str(error).strip()}",
                hint="Connect as the role postgres of the project, with its direct or its session pooler's URL.",
            ) from None


@contextmanager
def alone(db: Db) -> Iterator[None]:
    """Hold the lock of deployments. The server frees it when the connection ends, also after a kill.

    Args:
        db: The connection, which must stay open.

    Raises:
        DeploymentRunningError: Another deployment holds it.
    """
    row = db.execute("select pg_try_advisory_lock(%s) as mine", [_LOCK]).fetchone()
    if not row or not row["mine"]:
        raise DeploymentRunningError(
            f"Another deployment to this database has not ended{_who(db)}; nothing was changed",
            hint="Wait for its end. After a lost connection, the server notices it within minutes.",
        )
    try:
        yield
    finally:
        if not db.closed and not db.broken:
            db.execute("select pg_advisory_unlock(%s)", [_LOCK])


def _who(db: Db) -> str:
    row = db.execute(
        "select a.pid, a.backend_start, a.client_addr from pg_locks as l join pg_stat_activity as a using (pid) "
        "where l.locktype = 'advisory' and l.granted and l.classid = %s and l.objid = %s "
        "and l.database = (select oid from pg_database where datname = current_database())",
        [_LOCK >> 32, _LOCK & 0xFFFFFFFF],
    ).fetchone()
    if row is None:
        return ""
    since = f" since {row['backend_start']:%Y-%m-%d %H:%M} UTC" if row["backend_start"] else ""
    return f" (pid {row['pid']}{since}{' from ' + str(row['client_addr']) if row['client_addr'] else ''})"
