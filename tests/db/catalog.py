"""What the catalog says: privileges as readable lines, and a snapshot of everything a database has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import LiteralString

from psycopg import sql
from tests.db.people import Db

ALLOWED = frozenset((Path(__file__).parent / "privileges.txt").read_text().splitlines())
"""The exact list of who may do what."""

_PRIVILEGES: LiteralString = """
with grants as (
  select 'schema ' || n.nspname as object, a.grantee, lower(a.privilege_type) as privilege, null as columns
  from pg_namespace as n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
  where n.nspname in ('helpdesk', 'helpdesk_private') and a.grantee <> n.nspowner
  union all
  select
    case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end || ' ' || c.oid::regclass,
    a.grantee, lower(a.privilege_type), null
  from
    pg_class as c,
    aclexplode(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))) as a
  where c.relnamespace::regnamespace::text in ('helpdesk', 'helpdesk_private')
    and c.relkind in ('r', 'v', 'm', 'f', 'p', 'S')
    and a.grantee <> c.relowner
  union all
  select
    'table ' || c.oid::regclass, a.grantee, lower(a.privilege_type), string_agg(t.attname, ', ' order by t.attnum)
  from pg_class as c
  join pg_attribute as t on t.attrelid = c.oid, aclexplode(t.attacl) as a
  where c.relnamespace::regnamespace::text in ('helpdesk', 'helpdesk_private') and a.grantee <> c.relowner
  group by c.oid, a.grantee, a.privilege_type
  union all
  select 'function ' || p.oid::regprocedure, a.grantee, lower(a.privilege_type), null
  from pg_proc as p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
  where p.pronamespace::regnamespace::text in ('helpdesk', 'helpdesk_private') and a.grantee <> p.proowner
)
select
  case when grantee = 0 then 'public' else grantee::regrole::text end || ': ' || object || ': '
    || string_agg(privilege || coalesce(' (' || columns || ')', ''), ', ' order by privilege) as line
from grants
group by grantee, object
order by 1
"""


def privileges(db: Db) -> list[str]:
    """Who but the owner may do what in our schemas: `role: object: privileges`, one line each."""
    # Written out with full names, wherever the session looks.
    db.execute("set local search_path = ''")
    return [str(row["line"]) for row in db.execute(_PRIVILEGES).fetchall()]


_NOT_OURS: LiteralString = "not in ('helpdesk', 'helpdesk_private', 'pg_catalog', 'information_schema', 'pg_toast')"

_SECTIONS: dict[str, LiteralString] = {
    "schemas": """
        select concat_ws(' ', nspname, nspowner::regrole, nspacl) from pg_namespace where nspname {not_ours}""",
    "classes": """
        select concat_ws(' ', c.oid::regclass, relkind, relowner::regrole, relacl, reloptions, relrowsecurity,
          relforcerowsecurity, relreplident, relpersistence,
          case when relkind in ('v', 'm') then pg_get_viewdef(c.oid) end)
        from pg_class as c join pg_namespace as n on n.oid = relnamespace where nspname {not_ours}""",
    "columns": """
        select concat_ws(' ', c.oid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
          attgenerated, attacl, attstattarget, attoptions, pg_get_expr(adbin, adrelid))
        from pg_attribute as a
        join pg_class as c on c.oid = attrelid join pg_namespace as n on n.oid = relnamespace
        left join pg_attrdef as d on adrelid = attrelid and adnum = attnum
        where nspname {not_ours} and not attisdropped""",
    "constraints": """
        select concat_ws(' ', conrelid::regclass, conname, convalidated, pg_get_constraintdef(c.oid))
        from pg_constraint as c join pg_namespace as n on n.oid = connamespace where nspname {not_ours}""",
    "indexes": """
        select concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid)
        from pg_index join pg_class as c on c.oid = indexrelid join pg_namespace as n on n.oid = relnamespace
        where nspname {not_ours}""",
    "triggers": """
        select concat_ws(' ', tgrelid::regclass, pg_get_triggerdef(t.oid), tgenabled)
        from pg_trigger as t join pg_class as c on c.oid = tgrelid join pg_namespace as n on n.oid = relnamespace
        where nspname {not_ours} and not tgisinternal""",
    "functions": """
        select concat_ws(' ', pg_get_functiondef(p.oid), proowner::regrole, proacl)
        from pg_proc as p join pg_namespace as n on n.oid = pronamespace
        where nspname {not_ours} and nspname <> 'extensions' and prokind in ('f', 'p')""",
    "types": """
        select concat_ws(' ', t.oid::regtype, typtype, typowner::regrole, typacl,
          (select string_agg(enumlabel, ',' order by enumsortorder) from pg_enum where enumtypid = t.oid))
        from pg_type as t join pg_namespace as n on n.oid = typnamespace where nspname {not_ours}""",
    "policies": "select p::text from pg_policies as p where schemaname {not_ours}",
    "default privileges": """
        select concat_ws(' ', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype, defaclacl)
        from pg_default_acl""",
    "extensions": "select concat_ws(' ', extname, extversion, extnamespace::regnamespace) from pg_extension",
    "publications": """
        select concat_ws(' ', pubname, puballtables, pubinsert, pubupdate, pubdelete, schemaname, tablename)
        from pg_publication left join pg_publication_tables using (pubname)
        where schemaname is null or schemaname {not_ours}""",
    "roles": """
        select concat_ws(' ', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls,
          rolconfig, (select array_agg(roleid::regrole::text order by 1) from pg_auth_members where member = r.oid))
        from pg_roles as r""",
    "settings": """
        select concat_ws(' ', setrole::regrole, setconfig) from pg_db_role_setting
        where setdatabase = (select oid from pg_database where datname = current_database())""",
    "event triggers": "select concat_ws(' ', evtname, evtevent, evtenabled) from pg_event_trigger",
    "comments": """
        select concat_ws(' ', pg_describe_object(classoid, objoid, objsubid), description) from pg_description
        where classoid = 'pg_class'::regclass and objoid in (
          select c.oid from pg_class as c join pg_namespace as n on n.oid = relnamespace where nspname {not_ours})""",
}


def snapshot(db: Db) -> dict[str, list[str]]:
    """Everything that the database has, without our two schemas: the catalog in words, and the rows of every table.

    Rows of realtime.messages are left out: they are traffic, gone in three days.
    """
    db.execute("set local search_path = ''")
    found = {name: _lines(db, sql.SQL(query).format(not_ours=sql.SQL(_NOT_OURS))) for name, query in _SECTIONS.items()}
    tables = db.execute(
        sql.SQL(
            "select nspname, relname from pg_class as c join pg_namespace as n on n.oid = relnamespace "
            "where relkind = 'r' and nspname {not_ours} and not (nspname = 'realtime' and relispartition) order by 1, 2"
        ).format(not_ours=sql.SQL(_NOT_OURS))
    ).fetchall()
    for table in tables:
        name = sql.Identifier(table["nspname"], table["relname"])
        rows = _lines(db, sql.SQL("select t::text from {} as t").format(name))
        found[f"rows of {table['nspname']}.{table['relname']}"] = rows
    return found


def _lines(db: Db, query: sql.Composed) -> list[str]:
    return sorted(str(next(iter(row.values()))) for row in db.execute(query).fetchall())


def added(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the second snapshot has and the first has not, by section; the other way round it is what is missing."""
    found = {}
    for section in {*before, *after}:
        lines = [line for line in after.get(section, []) if line not in before.get(section, [])]
        if lines or len(after.get(section, [])) != len(before.get(section, [])):
            found[section] = lines
    return found


def _privileges_of(role: str, schema: str, relation: str) -> str:
    for kind in ("table", "view"):
        start = f"{role}: {kind} {schema}.{relation}: "
        for line in ALLOWED:
            if line.startswith(start):
                return line.removeprefix(start)
    return ""


def listed(role: str, schema: str, relation: str, verb: str) -> bool:
    """Whether the role has the privilege, on the whole table or on some columns."""
    return re.search(rf"\b{verb}\b", re.sub(r"\([^)]*\)", "", _privileges_of(role, schema, relation))) is not None


def granted_columns(role: str, table: str, verb: str) -> set[str]:
    """The columns that the role may write, where it may not write all."""
    found = re.search(rf"\b{verb} \(([^)]*)\)", _privileges_of(role, "helpdesk", table))
    return set(found[1].split(", ")) if found else set()
