"""Whether a database is as the migrations and the last deployment left it, and what differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..install import _catalog
from ..local.migrations import Migration
from .model import Problem

if TYPE_CHECKING:
    from ._database import Db
    from ._state import State

_SHOWN = 8

# One row for each object of ours, with its definition and privileges as text.
_DEFINITIONS = """
with schemas as (select oid, nspname from pg_namespace where nspname = any(%(ours)s))
select 'schema ' || s.nspname as name, coalesce(n.nspacl::text, '') as definition
from schemas as s join pg_namespace as n on n.oid = s.oid
union all
select
  'function ' || p.oid::regprocedure::text,
  concat_ws('|', pg_get_functiondef(p.oid), p.proowner::regrole::text,
    (select string_agg(a::text, ',' order by a::text) from unnest(p.proacl) as a))
from pg_proc as p where p.pronamespace in (select oid from schemas) and p.prokind in ('f', 'p')
union all
select
  case c.relkind when 'v' then 'view ' when 'S' then 'sequence ' else 'table ' end || c.oid::regclass::text,
  concat_ws('|', c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relowner::regrole::text, c.reloptions::text,
    (select string_agg(a::text, ',' order by a::text) from unnest(c.relacl) as a),
    case when c.relkind = 'v' then pg_get_viewdef(c.oid) end)
from pg_class as c where c.relnamespace in (select oid from schemas) and c.relkind in ('r', 'p', 'v', 'm', 'S')
union all
select
  'column ' || c.oid::regclass::text || '.' || a.attname,
  concat_ws('|', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
    pg_get_expr(d.adbin, d.adrelid), (select string_agg(x::text, ',' order by x::text) from unnest(a.attacl) as x))
from pg_attribute as a join pg_class as c on c.oid = a.attrelid
left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where c.relnamespace in (select oid from schemas) and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
union all
select
  'constraint ' || k.conname || ' on ' || coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text),
  concat_ws('|', pg_get_constraintdef(k.oid), k.convalidated)
from pg_constraint as k where k.connamespace in (select oid from schemas) and k.contype <> 'n'
union all
select 'index ' || i.indexrelid::regclass::text, concat_ws('|', pg_get_indexdef(i.indexrelid), i.indisvalid)
from pg_index as i join pg_class as c on c.oid = i.indrelid where c.relnamespace in (select oid from schemas)
union all
select
  'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass::text,
  concat_ws('|', pg_get_triggerdef(t.oid), t.tgenabled)
from pg_trigger as t join pg_class as c on c.oid = t.tgrelid join pg_proc as p on p.oid = t.tgfoid
where not t.tgisinternal
  and (c.relnamespace in (select oid from schemas) or p.pronamespace in (select oid from schemas))
union all
select
  'policy ' || p.polname || ' on ' || p.polrelid::regclass::text,
  concat_ws('|', p.polcmd, p.polpermissive, p.polroles::regrole[]::text, pg_get_expr(p.polqual, p.polrelid),
    pg_get_expr(p.polwithcheck, p.polrelid))
from pg_policy as p join pg_class as c on c.oid = p.polrelid
where c.relnamespace in (select oid from schemas)
  or (p.polrelid = any(array(select to_regclass(t) from unnest(%(tables)s::text[]) as t))
    and starts_with(p.polname, %(prefix)s))
union all
select 'type ' || t.oid::regtype::text,
  concat_ws('|', t.typtype, (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum as e
    where e.enumtypid = t.oid))
from pg_type as t where t.typnamespace in (select oid from schemas) and t.typtype in ('d', 'e')
"""


def catalog(db: Db) -> dict[str, Any]:
    """A checksum of each of our objects, and the major version of the server, whose texts they are of.

    Args:
        db: A connection.
    """
    row = db.execute("select current_setting('server_version_num')::int / 10000 as major").fetchone()
    assert row is not None
    objects = {
        found["name"]: hashlib.sha256(found["definition"].encode()).hexdigest()[:16]
        for found in db.execute(_DEFINITIONS.encode(), _catalog.PARAMETERS)
    }
    return {"server": row["major"], "objects": objects}


def differences(db: Db, state: State, ours: Iterable[Migration]) -> list[Problem]:
    """What differs from the migrations on record and from the last deployment.

    Args:
        db: A connection.
        state: The state of the database.
        ours: The helpdesk's migrations in the host's directory.
    """
    if state.concepts is None:
        return _without_helpdesk(state)
    files = {migration.version: migration for migration in ours}
    found = [*_unknown(state, files), *_unrecorded(state, files), *_edited(state, files)]
    return found or _changed_by_hand(db, state)


def _without_helpdesk(state: State) -> list[Problem]:
    if not state.has_schema:
        return []
    message = "there is a schema helpdesk or helpdesk_private that is not of the helpdesk"
    return [Problem("name_clash", message, "Rename it: the helpdesk needs both names.")]


def _unknown(state: State, files: dict[str, Migration]) -> list[Problem]:
    newer = sorted(set(state.concepts or ()) - set(files))
    if not newer:
        return []
    message = f"the database has migrations of the helpdesk that this directory lacks: {_listed(newer)}"
    return [Problem("newer", message, "Deploy the newest version: pull, or run helpdesk upgrade with a newer program.")]


def _unrecorded(state: State, files: dict[str, Migration]) -> list[Problem]:
    concepts = set(state.concepts or ())
    found = []
    if claimed := sorted(set(files) & set(state.history) - concepts):
        message = f"the history has migrations that were not run: {_listed(files[v].path.name for v in claimed)}"
        way_out = f"Take them off the history: supabase migration repair --status reverted {' '.join(claimed)}"
        found.append(Problem("dirty", message, way_out))
    if forgotten := sorted(concepts & set(files) - set(state.history)):
        message = f"migrations were run that the history lacks: {_listed(files[v].path.name for v in forgotten)}"
        way_out = f"Put them into the history: supabase migration repair --status applied {' '.join(forgotten)}"
        found.append(Problem("dirty", message, way_out))
    return found


def _edited(state: State, files: dict[str, Migration]) -> list[Problem]:
    edited = [
        migration.path.name
        for version, migration in files.items()
        if (statements := state.history.get(version))
        and _words(";".join(statements)) != _words(migration.path.read_text("utf-8"))
    ]
    if not edited:
        return []
    message = f"the database has run other texts of these migrations: {_listed(edited)}"
    return [Problem("dirty", message, "Restore the files as they were run. A pre-release must be uninstalled first.")]


def _words(sql: str) -> list[str] | str:
    """The tokens of a text without comments and semicolons: the tools split statements differently."""
    import pglast

    try:
        tokens = pglast.parser.scan(sql)
    except pglast.parser.ParseError:
        return sql
    left_out = ("SQL_COMMENT", "C_COMMENT", "ASCII_59")
    return [sql[token.start : token.end + 1].replace("\r\n", "\n") for token in tokens if token.name not in left_out]


def _changed_by_hand(db: Db, state: State) -> list[Problem]:
    last = state.last
    if last is None or last.catalog is None or state.unfinished is not None:
        # After an interruption, migrations of the unfinished deployment have changed objects.
        return []
    if set(last.steps.get("versions", ())) != set(state.concepts or ()):
        # Others have run migrations since, e.g. `supabase db push`: what they made is not known object by object.
        return []
    now = catalog(db)
    if now["server"] != last.catalog["server"]:
        return []
    before, after = last.catalog["objects"], now["objects"]
    lists = (
        ("new", sorted(set(after) - set(before))),
        ("gone", sorted(set(before) - set(after))),
        ("changed", sorted(name for name in set(before) & set(after) if before[name] != after[name])),
    )
    told = [f"{what}: {_listed(names)}" for what, names in lists if names]
    if not told:
        return []
    message = f"objects of the helpdesk were changed by hand since the last deployment; {'; '.join(told)}"
    return [Problem("drift", message, "Undo the change, or accept it with --accept-drift.")]


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
