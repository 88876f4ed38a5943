"""The objects of the helpdesk, as PostgreSQL's catalogue has them: queries, and the list of those that are ours."""

from __future__ import annotations

from functools import cache
from pathlib import Path

POLICIES_OF = ("realtime.messages", "storage.objects", "storage.buckets")
"""The tables of the platform that have policies of ours."""
BUCKET = "helpdesk-attachments"
MAILS = "helpdesk-emails"
# Of every query below.
PARAMETERS = {
    "ours": ["helpdesk", "helpdesk_private"],
    "trigger": "helpdesk_follow_login",
    "tables": list(POLICIES_OF),
    "bucket": BUCKET,
    "prefix": "helpdesk: ",
}


@cache
def own_objects() -> frozenset[str]:
    """The objects that our migrations make: those in our schemas, and the policies on tables of the platform."""
    lines = (Path(__file__).parent / "objects.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


TABLES = """
select n.nspname as schema, c.relname as name
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(ours)s) and c.relkind in ('r', 'p')
order by 1, 2
"""

# The catalogue itself lists what is in a schema: whatever its kind, it depends on the schema.
OBJECTS = """
select
  object.type || ' '
  || replace(replace(object.identity, 'pg_catalog.', ''), v.schema || '.vector', 'vector') as name
from pg_depend as d
-- Our operator has pgvector's type in its name, and pgvector may be in any schema.
cross join (
  select coalesce(max(extnamespace::regnamespace::text), '') as schema from pg_extension where extname = 'vector'
) as v
join pg_namespace as n on d.refclassid = 'pg_namespace'::regclass and d.refobjid = n.oid
cross join lateral pg_identify_object(d.classid, d.objid, 0) as object
where n.nspname = any(%(ours)s) and d.deptype = 'n' and d.classid <> 'pg_default_acl'::regclass
  -- Part of another object, which is listed itself: of a table, like the sequence of a column, or of an extension.
  and not exists (
    select from pg_depend as part
    where part.classid = d.classid and part.objid = d.objid and part.deptype in ('a', 'e', 'i')
  )
union
select object.type || ' ' || object.identity
from pg_policy as p
cross join lateral pg_identify_object('pg_policy'::regclass, p.oid, 0) as object
where p.polrelid = any(array(select to_regclass(t) from unnest(%(tables)s::text[]) as t))
  and starts_with(p.polname, %(prefix)s)
order by 1
"""

TRIGGERS = """
select t.tgname || ' on ' || t.tgrelid::regclass as name
from pg_trigger as t
join pg_proc as p on p.oid = t.tgfoid
join pg_class as c on c.oid = t.tgrelid
where p.pronamespace::regnamespace::text = any(%(ours)s) and c.relnamespace::regnamespace::text <> all(%(ours)s)
  and not t.tgisinternal
order by 1
"""

POLICIES = """
select p.polname as name, t.name as on
from unnest(%(tables)s::text[]) as t (name) join pg_policy as p on p.polrelid = to_regclass(t.name)
where starts_with(p.polname, %(prefix)s)
order by 2, 1
"""

# A normal dependency is what DROP … RESTRICT would stop at. The catalog entry of a rule stands for its view, that of a
# default for its column; an internal dependency is part of something that is listed itself.
DEPENDENTS = """
with schemas as (
  select oid from pg_namespace where nspname = any(%(ours)s)
), ours as (
  select 'pg_class'::regclass as classid, oid as objid from pg_class where relnamespace in (select oid from schemas)
  union all select 'pg_proc'::regclass, oid from pg_proc where pronamespace in (select oid from schemas)
  union all select 'pg_type'::regclass, oid from pg_type where typnamespace in (select oid from schemas)
  union all select 'pg_operator'::regclass, oid from pg_operator where oprnamespace in (select oid from schemas)
  union all select 'pg_constraint'::regclass, oid from pg_constraint where connamespace in (select oid from schemas)
  union all select 'pg_namespace'::regclass, oid from schemas
), owned as (
  select classid, objid from ours
  union all select 'pg_trigger'::regclass, oid from pg_trigger
  where tgrelid in (select objid from ours where classid = 'pg_class'::regclass)
    or (tgrelid = 'auth.users'::regclass and tgname = %(trigger)s)
  union all select 'pg_policy'::regclass, oid from pg_policy
  where polrelid in (select objid from ours where classid = 'pg_class'::regclass)
    or (
      polrelid = any(array(select to_regclass(t) from unnest(%(tables)s::text[]) as t))
      and starts_with(polname, %(prefix)s)
    )
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
