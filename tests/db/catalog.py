"""What the catalog says: privileges as readable lines, and a snapshot of everything a database has."""

from __future__ import annotations

from typing import LiteralString

from tests.db.people import Db

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
