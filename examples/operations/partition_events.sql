-- Partition the event log by event_id. docs/scale.md says when. Run it as the owner, in a maintenance window:
--
--   psql -v ON_ERROR_STOP=1 -1 -f partition_events.sql
--
-- The log as it is becomes the first partition, without being rewritten: PostgreSQL reads it once, to check that no id
-- is larger than the bound. 100,000,000 events a partition by default. Run it again whenever the last partition is half
-- full: it then only adds one. Detach the oldest partition to archive it; a cursor inside of it goes on behind it.
--
-- Not part of the migrations: later migrations of the helpdesk alter the table by its name, which goes on to work.

set local lock_timeout = '5s';
set local check_function_bodies = off;

do $$
declare
  v_size constant bigint := 100000000;
  v_bound bigint;
  v_is_new boolean := (select c.relkind = 'r' from pg_class as c where c.oid = 'helpdesk.events'::regclass);
  v_functions text[];
  v_signatures text[];
  v_rights text[];
  v_comments text[];
  v_policies text[];
  v_triggers text[];
  v_indexes text[];
  v_defaults text[];
  v_last bigint;
  v_description text := obj_description('helpdesk.events'::regclass, 'pg_class');
  v_one text;
begin
  if not v_is_new then
    -- Only one partition more.
    select max((regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''?(\d+)''?\)'))[1]::bigint) into v_bound
    from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
    where i.inhparent = 'helpdesk.events'::regclass;
    execute format(
      'create table helpdesk.events_to_%s partition of helpdesk.events for values from (%s) to (%s)',
      v_bound + v_size, v_bound, v_bound + v_size
    );
    execute format('revoke all on helpdesk.events_to_%s from public, anon, authenticated, service_role', v_bound + v_size);
    execute format('alter table helpdesk.events_to_%s enable row level security', v_bound + v_size);
    return;
  end if;
  lock table helpdesk.events in access exclusive mode;
  select (coalesce(max(event_id), 0) / v_size + 1) * v_size into v_bound from helpdesk.events;

  -- What names the table's row type is made anew behind it.
  select
    array_agg(pg_get_functiondef(p.oid)), array_agg(p.oid::regprocedure::text),
    array_agg(coalesce((
      select string_agg(format('grant execute on function %s to %I;', p.oid::regprocedure, a.grantee::regrole), ' ')
      from aclexplode(p.proacl) as a where a.grantee <> p.proowner and a.grantee <> 0
    ), '')),
    array_agg(coalesce(format(
      'comment on function %s is %L', p.oid::regprocedure, obj_description(p.oid, 'pg_proc')
    ), ''))
  into v_functions, v_signatures, v_rights, v_comments
  from pg_proc as p
  where p.pronamespace in ('helpdesk'::regnamespace, 'helpdesk_private'::regnamespace)
    and 'helpdesk.events'::regclass = any(
      select t.typrelid from pg_type as t where t.oid = any(p.proargtypes::oid[] || p.prorettype || p.proallargtypes)
    );
  select array_agg(format(
    'create policy %I on helpdesk.events as %s for %s to %s using (%s)',
    p.policyname, p.permissive, p.cmd, array_to_string(p.roles, ', '), p.qual
  )) into v_policies
  from pg_policies as p where (p.schemaname, p.tablename) = ('helpdesk', 'events');
  select array_agg(pg_get_triggerdef(t.oid)) into v_triggers
  from pg_trigger as t where t.tgrelid = 'helpdesk.events'::regclass and not t.tgisinternal;
  select array_agg(pg_get_indexdef(i.indexrelid)) into v_indexes
  from pg_index as i where i.indrelid = 'helpdesk.events'::regclass and not i.indisprimary;
  -- Messages, notes and files take their place in a conversation from the same sequence.
  select array_agg(format(
    'alter table %s alter column %I set default %s', d.adrelid::regclass, a.attname, pg_get_expr(d.adbin, d.adrelid)
  )) into v_defaults
  from pg_depend as x
  join pg_attrdef as d on d.oid = x.objid and x.classid = 'pg_attrdef'::regclass
  join pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
  where x.refobjid = 'helpdesk.events_event_id_seq'::regclass;
  select s.last_value + s.is_called::integer into v_last from helpdesk.events_event_id_seq as s;
  foreach v_one in array coalesce(v_defaults, '{}') loop
    execute regexp_replace(v_one, ' set default .*$', ' drop default');
  end loop;

  -- Triggers for each row come again with the new table, and with it on all of its parts.
  for v_one in
    select t.tgname from pg_trigger as t
    where t.tgrelid = 'helpdesk.events'::regclass and not t.tgisinternal and t.tgtype & 1 = 1
  loop
    execute format('drop trigger %I on helpdesk.events', v_one);
  end loop;
  foreach v_one in array v_signatures loop
    execute format('drop function %s', v_one);
  end loop;
  execute format('alter table helpdesk.events rename to events_to_%s', v_bound);
  execute format('alter table helpdesk.events_to_%s alter column event_id drop identity', v_bound);
  for v_one in
    select i.indexrelid::regclass::text from pg_index as i
    where i.indrelid = format('helpdesk.events_to_%s', v_bound)::regclass
  loop
    execute format('alter index %s rename to %I', v_one, split_part(v_one, '.', 2) || '_1');
  end loop;
  execute format(
    'create table helpdesk.events (like helpdesk.events_to_%s including all excluding indexes excluding statistics, '
    'primary key (event_id)) partition by range (event_id)', v_bound
  );
  alter table helpdesk.events alter column event_id add generated always as identity;
  revoke all on table helpdesk.events from public, anon, authenticated, service_role;
  revoke all on sequence helpdesk.events_event_id_seq from public, anon, authenticated, service_role;
  grant select on table helpdesk.events to authenticated, service_role;
  alter table helpdesk.events enable row level security;
  execute format('comment on table helpdesk.events is %L', v_description);
  perform setval('helpdesk.events_event_id_seq', v_last, false);
  foreach v_one in array coalesce(v_defaults, '{}') loop
    execute v_one;
  end loop;
  -- The old table: nobody has rights on it by itself, and its own policies and triggers would stand twice.
  for v_one in
    select format('drop policy %I on helpdesk.events_to_%s', p.policyname, v_bound)
    from pg_policies as p where (p.schemaname, p.tablename) = ('helpdesk', format('events_to_%s', v_bound))
  loop
    execute v_one;
  end loop;
  execute format('revoke all on helpdesk.events_to_%s from public, anon, authenticated, service_role', v_bound);
  execute format(
    'alter table helpdesk.events_to_%1$s add constraint events_to_%1$s_ids check (event_id < %1$s)', v_bound
  );
  execute format(
    'alter table helpdesk.events attach partition helpdesk.events_to_%1$s for values from (minvalue) to (%1$s)', v_bound
  );
  execute format(
    'create table helpdesk.events_to_%s partition of helpdesk.events for values from (%s) to (%s)',
    v_bound + v_size, v_bound, v_bound + v_size
  );
  execute format('revoke all on helpdesk.events_to_%s from public, anon, authenticated, service_role', v_bound + v_size);
  execute format('alter table helpdesk.events_to_%s enable row level security', v_bound + v_size);
  -- An index that the old table has is attached, not built.
  foreach v_one in array v_indexes loop
    execute v_one;
  end loop;
  foreach v_one in array v_functions || v_rights || v_comments || v_policies || v_triggers loop
    if v_one <> '' then
      execute v_one;
    end if;
  end loop;
  foreach v_one in array v_signatures loop
    execute format('revoke execute on function %s from public', v_one);
  end loop;
end
$$;
