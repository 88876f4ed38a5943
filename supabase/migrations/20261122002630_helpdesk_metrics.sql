-- Metrics: what a monitoring system asks each minute. Admins and the secret key only: numbers over all tickets tell of
-- tickets that others may not see. Nothing here names a person or a ticket. Everything is read from counters, small
-- tables and partial indexes, so that the cost does not grow with the number of tickets.

insert into helpdesk_private.concepts (version, concept) values ('20261122002630', 'metrics');

create index ai_runs_finished_idx on helpdesk.ai_runs (finished_at);

create function helpdesk_private.metrics()
returns table (name text, labels jsonb, value double precision)
language plpgsql
-- Definer: calls require_role(). It counts what admins see, and jobs that nobody reads.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  return query
  select m.name, m.labels, m.value::double precision
  from (
    select
      'tickets' as name,
      jsonb_build_object('team', m.name, 'status', c.status) as labels,
      sum(c.tickets)::numeric as value
    from helpdesk_private.ticket_counters as c join helpdesk.teams as m on c.team_id = m.team_id
    group by m.name, c.status
    union all
    -- The longest wait in each queue: by the index of claims, one row for each priority.
    select
      'queue_oldest_seconds' as name,
      jsonb_build_object('team', m.name) as labels,
      max(extract(epoch from clock_timestamp() - q.created_at)) as value
    from helpdesk.teams as m
    cross join generate_series(1, 4) as p (priority_rank)
    cross join lateral (
      select t.created_at from helpdesk.tickets as t
      where t.team_id = m.team_id and t.status = 'open' and t.assigned_to is null and t.priority_rank = p.priority_rank
        and coalesce(t.snoozed_until <= now(), true)
      order by t.created_at limit 1
    ) as q
    group by m.name
    union all
    select 'event_last_seconds' as name, '{}' as labels, extract(epoch from clock_timestamp() - e.created_at) as value
    from (select l.created_at from helpdesk.events as l order by l.event_id desc limit 1) as e
    union all
    -- No stream receives events that are newer than the oldest transaction that has written.
    select 'event_hold_seconds' as name, '{}' as labels, coalesce(max(o.seconds), 0) as value
    from helpdesk_private.open_transactions(0) as o
    union all
    select 'runs' as name, jsonb_build_object('state', s.state) as labels, count(r.run_id) as value
    from unnest(array['queued', 'leased']) as s (state)
    left join helpdesk.ai_runs as r on s.state = r.state and r.state in ('queued', 'leased')
    group by s.state
    union all
    select
      'run_oldest_seconds' as name,
      '{}' as labels,
      coalesce(max(extract(epoch from clock_timestamp() - r.created_at)), 0) as value
    from helpdesk.ai_runs as r where r.state in ('queued', 'leased')
    union all
    select
      'runs_finished_hour' as name,
      jsonb_build_object('state', r.state, 'reason', coalesce(r.reason, '')) as labels,
      count(*) as value
    from helpdesk.ai_runs as r where r.finished_at > now() - interval '1 hour'
    group by r.state, coalesce(r.reason, '')
    union all
    select 'embedding_jobs' as name, jsonb_build_object('state', s.state) as labels, count(j.job_id) as value
    from unnest(array['waiting', 'dead']) as s (state)
    left join helpdesk_private.embedding_jobs as j on s.state = j.state
    group by s.state
    union all
    select
      'embedding_job_oldest_seconds' as name,
      '{}' as labels,
      coalesce(max(extract(epoch from clock_timestamp() - j.created_at)), 0) as value
    from helpdesk_private.embedding_jobs as j where j.state = 'waiting'
    union all
    select 'attachment_checks' as name, '{}' as labels, count(*) as value
    from helpdesk_private.attachment_checks as c join helpdesk.attachments as f on c.attachment_id = f.attachment_id
    where f.state = 'uploaded'
    union all
    select
      'attachment_check_oldest_seconds' as name,
      '{}' as labels,
      coalesce(max(extract(epoch from clock_timestamp() - f.uploaded_at)), 0) as value
    from helpdesk_private.attachment_checks as c join helpdesk.attachments as f on c.attachment_id = f.attachment_id
    where f.state = 'uploaded'
    union all
    select 'assistant_enabled' as name, '{}' as labels, s.is_enabled::integer as value from helpdesk.ai_settings as s
    union all
    select 'tokens_limit_day' as name, '{}' as labels, s.daily_tokens_project as value
    from helpdesk.ai_settings as s where s.daily_tokens_project is not null
    union all
    select 'tokens_day' as name, jsonb_build_object('kind', k.kind) as labels, sum(k.tokens) as value
    from helpdesk.ai_usage as u
    cross join lateral (values ('used', u.used_tokens), ('reserved', u.reserved_tokens)) as k (kind, tokens)
    where u.day = (now() at time zone 'UTC')::date and u.scope = 'project'
    group by k.kind
    union all
    select 'connections' as name, jsonb_build_object('state', coalesce(a.state, 'other')) as labels, count(*) as value
    from pg_stat_activity as a where a.datname = current_database() and a.backend_type = 'client backend'
    group by coalesce(a.state, 'other')
    union all
    select 'connections_max' as name, '{}' as labels, current_setting('max_connections')::bigint as value
    union all
    select 'lock_waits' as name, '{}' as labels, count(*) as value
    from pg_stat_activity as a where a.datname = current_database() and a.wait_event_type = 'Lock'
    union all
    select v.name, '{}' as labels, v.value
    from pg_stat_database as d
    cross join lateral (values ('deadlocks_total', d.deadlocks), ('rollbacks_total', d.xact_rollback)) as v (name, value)
    where d.datname = current_database()
    union all
    select 'database_bytes' as name, '{}' as labels, pg_database_size(current_database()) as value
    union all
    select v.name, jsonb_build_object('table', t.relname) as labels, v.value
    from pg_class as t
    cross join lateral (
      values ('table_bytes', pg_total_relation_size(t.oid)::numeric), ('table_rows', greatest(t.reltuples, 0)::numeric)
    ) as v (name, value)
    where t.relnamespace = 'helpdesk'::regnamespace and t.relname in ('tickets', 'messages', 'notes', 'events')
  ) as m (name, labels, value);
end;
$$;
revoke all on function helpdesk_private.metrics from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.metrics to authenticated, service_role;

create function helpdesk.metrics()
returns table (name text, labels jsonb, value double precision)
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.metrics();
$$;
comment on function helpdesk.metrics is
  'Admins: numbers for a monitoring system, one a row: tickets and the longest wait of each queue, the age of the '
  'newest event and of the transaction that holds events back, runs and jobs that wait, tokens of today (UTC), '
  'connections, sizes. No person and no ticket is named.';
revoke all on function helpdesk.metrics from public, anon, authenticated, service_role;
grant execute on function helpdesk.metrics to authenticated, service_role;
