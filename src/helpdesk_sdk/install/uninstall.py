"""Remove the helpdesk from a database, with every trace and nothing else.

    found = plan(db_url)        # what would go, and what stands in the way; changes nothing
    run(db_url)                 # in one transaction: all of it, or an error and nothing

What goes: the schemas `helpdesk` and `helpdesk_private` with everything in them, the trigger `helpdesk_follow_login` on
`auth.users`, the policies on `realtime.messages` whose names begin with `helpdesk: `, and our rows of the migration
history. The people's logins, the messages that Realtime keeps for three days, and the project's own policies stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError, ConnectionFailedError, HelpdeskError
from .database import connect

if TYPE_CHECKING:
    from psycopg import Connection

SCHEMAS = ("helpdesk", "helpdesk_private")
TRIGGER = "helpdesk_follow_login"
POLICIES_OF = "realtime.messages"
_POLICY_PREFIX = "helpdesk: "
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
    """The helpdesk's policies on `realtime.messages`, as `"name" on table`."""
    migrations: tuple[str, ...]
    """The versions that leave the migration history."""
    blockers: tuple[str, ...]
    """The project's own objects that depend on the helpdesk, or that are in its schemas, one sentence each."""


def plan(db_url: str) -> UninstallPlan:
    """What `run` would remove; changes nothing.

    Args:
        db_url: A PostgreSQL URL of the role that owns the helpdesk's schemas.

    Raises:
        NotInstalledError: There is no helpdesk in this database.
        ConfigurationError: psycopg is not installed, or the URL is none.
        ConnectionFailedError: The database cannot be reached.
        HelpdeskError: The role may not look at the helpdesk.
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
        NotInstalledError, ConfigurationError, ConnectionFailedError: As for `plan`.
        HelpdeskError: The helpdesk is in use, or the role is not its owner; nothing was removed.
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
    from psycopg import sql

    if found.migrations:
        connection.execute(
            "delete from supabase_migrations.schema_migrations where version = any(%s)", [list(found.migrations)]
        )
    # By name: some call no function of ours, and would stay. They go first, or the schemas would take the others along.
    for name in _policies(connection):
        table = sql.Identifier(*POLICIES_OF.split("."))
        connection.execute(sql.SQL("drop policy {} on {}").format(sql.Identifier(name), table))
    # The trigger goes with its function: dropping it by name would need the ownership of auth.users.
    connection.execute("drop schema helpdesk, helpdesk_private cascade")


def _plan(connection: Connection[dict[str, Any]]) -> UninstallPlan:
    installed = connection.execute(
        "select to_regclass('helpdesk_private.concepts') is not null as concepts, "
        "to_regclass('supabase_migrations.schema_migrations') is not null as history"
    ).fetchone()
    if not installed or not installed["concepts"]:
        raise NotInstalledError()
    return UninstallPlan(
        tables=_count(connection),
        triggers=tuple(row["name"] for row in connection.execute(_TRIGGERS, {"ours": list(SCHEMAS)})),
        policies=tuple(f'"{name}" on {POLICIES_OF}' for name in _policies(connection)),
        migrations=_versions(connection) if installed["history"] else (),
        blockers=(*_dependents(connection), *_strangers(connection, recorded=installed["history"])),
    )


def _count(connection: Connection[dict[str, Any]]) -> dict[str, int]:
    from psycopg import sql

    tables = connection.execute(_TABLES, {"ours": list(SCHEMAS)}).fetchall()
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


def _policies(connection: Connection[dict[str, Any]]) -> tuple[str, ...]:
    rows = connection.execute(_POLICIES, {"table": POLICIES_OF, "prefix": _POLICY_PREFIX})
    return tuple(row["name"] for row in rows)


def _dependents(connection: Connection[dict[str, Any]]) -> list[str]:
    """What lies outside our schemas and PostgreSQL would have to drop with them, but for our trigger and policies."""
    ours = {"ours": list(SCHEMAS), "trigger": TRIGGER, "table": POLICIES_OF, "prefix": _POLICY_PREFIX}
    rows = connection.execute(_DEPENDENTS, ours).fetchall()
    return [f"{row['dependent']} depends on {row['referenced']}" for row in rows]


def _strangers(connection: Connection[dict[str, Any]], *, recorded: bool) -> list[str]:
    """What somebody else put where ours is, or named like ours: no statement that our migrations ran has made it."""
    if not recorded:
        return []
    rows = connection.execute(
        "select array_to_string(h.statements, E';\\n') as text from supabase_migrations.schema_migrations as h "
        "join helpdesk_private.concepts as c using (version)"
    ).fetchall()
    if not rows or any(row["text"] is None for row in rows):
        return []
    text = "\n".join(row["text"] for row in rows)
    made = {match[1] for match in re.finditer(r"\bcreate (?:table|view|function) ([a-z_]+\.[a-z_]+)", text)}
    objects = connection.execute(_OBJECTS, {"ours": list(SCHEMAS)}).fetchall()
    inside = [f"{row['kind']} {row['name']}" for row in objects if row["name"] not in made]
    policies = [f'policy "{name}" on {POLICIES_OF}' for name in _policies(connection)]
    return [
        *(f"{stranger} is no part of the helpdesk, but lies in its schema" for stranger in inside),
        *(f"{policy} is no part of the helpdesk, but is named like it" for policy in policies if policy not in text),
    ]


def _lock(connection: Connection[dict[str, Any]]) -> None:
    """Keep everybody out, so that nothing can come to depend on a table between the plan and its execution."""
    from psycopg import sql

    for table in connection.execute(_TABLES, {"ours": list(SCHEMAS)}).fetchall():
        name = sql.Identifier(table["schema"], table["name"])
        connection.execute(sql.SQL("lock table {} in access exclusive mode").format(name))


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """Say in our words why PostgreSQL stopped; the transaction has put everything back."""
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
            hint="Install it: pip install 'helpdesk-sdk[local]'",
        ) from None
    try:
        connection = connect(db_url, connect_timeout=10, application_name="helpdesk uninstall", row_factory=dict_row)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ConnectionFailedError(f"The database cannot be reached: {reason}") from None
    except psycopg.Error as error:
        raise ConfigurationError(f"This is no database URL: {str(error).strip()}") from None
    with connection:
        yield connection


_TABLES = """
select n.nspname as schema, c.relname as name
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(ours)s) and c.relkind in ('r', 'p')
order by 1, 2
"""

_OBJECTS = """
select case when c.relkind in ('v', 'm') then 'view' when c.relkind = 'S' then 'sequence' else 'table' end as kind,
  n.nspname || '.' || c.relname as name
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(ours)s) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  -- The sequence of an identity column comes and goes with its table.
  and not exists (
    select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'
  )
union
select 'function', n.nspname || '.' || p.proname
from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
where n.nspname = any(%(ours)s)
union
select 'type', n.nspname || '.' || t.typname
from pg_type as t join pg_namespace as n on n.oid = t.typnamespace
where n.nspname = any(%(ours)s) and t.typtype in ('e', 'd', 'r')
order by 2
"""

_TRIGGERS = """
select t.tgname || ' on ' || t.tgrelid::regclass as name
from pg_trigger as t
join pg_proc as p on p.oid = t.tgfoid
join pg_class as c on c.oid = t.tgrelid
where p.pronamespace::regnamespace::text = any(%(ours)s) and c.relnamespace::regnamespace::text <> all(%(ours)s)
  and not t.tgisinternal
order by 1
"""

_POLICIES = """
select polname as name from pg_policy
where polrelid = to_regclass(%(table)s) and starts_with(polname, %(prefix)s)
order by 1
"""

# A normal dependency is what DROP … RESTRICT would stop at. The catalog entry of a rule stands for its view, that of a
# default for its column; an internal dependency is part of something that is listed itself.
_DEPENDENTS = """
with schemas as (
  select oid from pg_namespace where nspname = any(%(ours)s)
), ours as (
  select 'pg_class'::regclass as classid, oid as objid from pg_class where relnamespace in (select oid from schemas)
  union all select 'pg_proc'::regclass, oid from pg_proc where pronamespace in (select oid from schemas)
  union all select 'pg_type'::regclass, oid from pg_type where typnamespace in (select oid from schemas)
  union all select 'pg_constraint'::regclass, oid from pg_constraint where connamespace in (select oid from schemas)
  union all select 'pg_namespace'::regclass, oid from schemas
), owned as (
  select classid, objid from ours
  union all select 'pg_trigger'::regclass, oid from pg_trigger
  where tgrelid in (select objid from ours where classid = 'pg_class'::regclass)
    or (tgrelid = 'auth.users'::regclass and tgname = %(trigger)s)
  union all select 'pg_policy'::regclass, oid from pg_policy
  where polrelid in (select objid from ours where classid = 'pg_class'::regclass)
    or (polrelid = to_regclass(%(table)s) and starts_with(polname, %(prefix)s))
  union all select 'pg_rewrite'::regclass, oid from pg_rewrite
  where ev_class in (select objid from ours where classid = 'pg_class'::regclass)
  union all select 'pg_attrdef'::regclass, oid from pg_attrdef
  where adrelid in (select objid from ours where classid = 'pg_class'::regclass)
)
select distinct
  case d.classid
    when 'pg_rewrite'::regclass then pg_describe_object('pg_class'::regclass, r.ev_class, 0)
    else pg_describe_object(d.classid, d.objid, d.objsubid)
  end as dependent,
  pg_describe_object(d.refclassid, d.refobjid, 0) as referenced
from pg_depend as d
join ours as o on o.classid = d.refclassid and o.objid = d.refobjid
left join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
where d.deptype = 'n' and not exists (select from owned as w where w.classid = d.classid and w.objid = d.objid)
order by 1, 2
"""
