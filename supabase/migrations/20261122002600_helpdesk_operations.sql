-- Operations: what slows a helpdesk down from outside its schemas. For `helpdesk doctor`; changes nothing.

insert into helpdesk_private.concepts (version, concept) values ('20261122002600', 'operations');

create function helpdesk_private.statement_timeouts()
returns table (role text, milliseconds bigint)
language plpgsql
stable
-- Definer: calls require_role().
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  -- As PostgREST does: the setting of the role that the token names, else that of the role it logs in as.
  return query
    select
      r.name,
      case
        when s.value ~ '^[0-9]+$' then s.value::bigint
        else (extract(epoch from s.value::interval) * 1000)::bigint
      end
    from unnest(array['authenticated', 'anon']) as r (name)
    cross join lateral (
      select coalesce(
        (
          select split_part(c.setting, '=', 2)
          from pg_roles as p cross join lateral unnest(p.rolconfig) as c (setting)
          where p.rolname in (r.name, 'authenticator') and c.setting like 'statement_timeout=%'
          order by p.rolname = 'authenticator' limit 1
        ),
        (select g.reset_val from pg_settings as g where g.name = 'statement_timeout')
      ) as value
    ) as s;
end;
$$;
revoke all on function helpdesk_private.statement_timeouts from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.statement_timeouts to authenticated, service_role;

create function helpdesk.statement_timeouts()
returns table (role text, milliseconds bigint)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.statement_timeouts();
$$;
comment on function helpdesk.statement_timeouts is
  'Admins: how long one statement of a person may take, for people who are signed in (authenticated) and others '
  '(anon); 0 is no limit.';
revoke all on function helpdesk.statement_timeouts from public, anon, authenticated, service_role;
grant execute on function helpdesk.statement_timeouts to authenticated, service_role;

create function helpdesk_private.open_transactions(p_min_seconds integer)
returns table (pid integer, database text, role text, application text, state text, seconds bigint)
language plpgsql
-- Definer: calls require_role(), and sees what the owner may see of other people's connections.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  -- Transactions of all databases have one sequence of numbers. Without the right to read all statistics, as pg_monitor
  -- has it, PostgreSQL does not say since when: then the row is there with null.
  return query
    select
      a.pid, a.datname::text, a.usename::text, a.application_name, a.state,
      extract(epoch from clock_timestamp() - a.xact_start)::bigint
    from pg_stat_activity as a
    where a.backend_xid is not null and a.pid <> pg_backend_pid()
      and coalesce(a.xact_start <= clock_timestamp() - make_interval(secs => p_min_seconds), true)
    union all
    select
      null, p.database::text, p.owner::text, p.gid, 'prepared',
      extract(epoch from clock_timestamp() - p.prepared)::bigint
    from pg_prepared_xacts as p
    where p.prepared <= clock_timestamp() - make_interval(secs => p_min_seconds)
    order by 6 desc nulls first;
end;
$$;
revoke all on function helpdesk_private.open_transactions from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.open_transactions to authenticated, service_role;

create function helpdesk.open_transactions(min_seconds integer default 10)
returns table (pid integer, database text, role text, application text, state text, seconds bigint)
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.open_transactions(open_transactions.min_seconds);
$$;
comment on function helpdesk.open_transactions is
  'Admins: the transactions that have written and are open for at least so many seconds, the oldest first. Events of '
  'later transactions are in nobody''s stream until these have ended. application is the name that the connection '
  'gave itself; for a prepared transaction its identifier.';
revoke all on function helpdesk.open_transactions from public, anon, authenticated, service_role;
grant execute on function helpdesk.open_transactions to authenticated, service_role;
