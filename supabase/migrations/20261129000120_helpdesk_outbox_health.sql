-- The outbox for monitoring: what waits, for how long, and what ended badly.

insert into helpdesk_private.concepts (version, concept) values ('20261129000120', 'outbox_health');

create function helpdesk_private.outbox_health()
returns jsonb
language plpgsql
stable
-- Definer: calls require_role().
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_by_kind jsonb;
  v_total jsonb;
begin
  perform helpdesk_private.require_role('admin');
  with rows as (
    select
      o.kind,
      count(*) filter (where o.next_at is not null) as waiting,
      -- Since when it could have been sent. A delivery that waits between attempts is not late.
      extract(epoch from clock_timestamp() - min(o.next_at) filter (where o.next_at <= clock_timestamp()))::bigint
      as oldest_seconds,
      count(*) filter (where o.next_at is null) as held,
      0 as dead, 0 as failed, 0 as unknown
    from helpdesk.outbox as o where o.state in ('queued', 'leased')
    group by o.kind
    union all
    select
      o.kind, 0, null, 0,
      count(*) filter (where o.state = 'dead'), count(*) filter (where o.state = 'failed'),
      count(*) filter (where o.state = 'unknown')
    from helpdesk.outbox as o where o.state in ('dead', 'failed', 'unknown') and o.finished_at is not null
    group by o.kind
  ), kinds as (
    select
      k.kind, coalesce(sum(r.waiting), 0) as waiting, max(r.oldest_seconds) as oldest_seconds,
      coalesce(sum(r.held), 0) as held, coalesce(sum(r.dead), 0) as dead, coalesce(sum(r.failed), 0) as failed,
      coalesce(sum(r.unknown), 0) as unknown
    from unnest(array['webhook', 'email', 'slack']) as k (kind)
    left join rows as r on k.kind = r.kind
    group by k.kind
  )
  select
    jsonb_object_agg(k.kind, to_jsonb(k) - 'kind'),
    jsonb_build_object(
      'waiting', sum(k.waiting), 'oldest_seconds', max(k.oldest_seconds), 'held', sum(k.held), 'dead', sum(k.dead),
      'failed', sum(k.failed), 'unknown', sum(k.unknown)
    )
  into v_by_kind, v_total
  from kinds as k;
  return v_total || jsonb_build_object(
    'last_settled_at', (select max(a.created_at) from helpdesk.delivery_attempts as a where a.outcome <> 'lost'),
    'webhooks_disabled', (
      select count(*) from helpdesk.webhooks as w where w.disabled_reason in ('gone', 'failing')
    ),
    'webhooks_failing', (
      select count(*) from helpdesk.webhooks as w where w.is_active and w.failing_since is not null
    ),
    'by_kind', v_by_kind
  );
end;
$$;
revoke all on function helpdesk_private.outbox_health from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.outbox_health to authenticated, service_role;

create function helpdesk.outbox_health()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.outbox_health();
$$;
comment on function helpdesk.outbox_health is
  'Admins and the secret key: the deliveries that wait, the age in seconds of the oldest that could be sent (null: '
  'none), those held for webhooks that are off, and how many are dead, failed or unknown; also by_kind. '
  'last_settled_at: when a sender last finished an attempt.';
revoke all on function helpdesk.outbox_health from public, anon, authenticated, service_role;
grant execute on function helpdesk.outbox_health to authenticated, service_role;

create function helpdesk_private.outbox_metrics()
returns table (name text, labels jsonb, value double precision)
language plpgsql
stable
-- Definer: calls require_role().
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_by_kind jsonb := helpdesk_private.outbox_health() -> 'by_kind';
begin
  return query
  select 'outbox', jsonb_build_object('kind', k.key, 'state', s.key), s.value::double precision
  from jsonb_each(v_by_kind) as k cross join lateral jsonb_each(k.value - 'oldest_seconds') as s
  union all
  select
    'outbox_oldest_seconds', jsonb_build_object('kind', k.key),
    coalesce((k.value ->> 'oldest_seconds')::double precision, 0)
  from jsonb_each(v_by_kind) as k
  union all
  select 'webhooks', jsonb_build_object('state', s.state), count(w.webhook_id)::double precision
  from unnest(array['on', 'failing', 'switched_off', 'disabled']) as s (state)
  left join helpdesk.webhooks as w on s.state = case
    when w.is_active then case when w.failing_since is null then 'on' else 'failing' end
    when w.disabled_reason = 'switched_off' then 'switched_off'
    else 'disabled'
  end
  group by s.state;
end;
$$;
revoke all on function helpdesk_private.outbox_metrics from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.outbox_metrics to authenticated, service_role;

create or replace function helpdesk.metrics()
returns table (name text, labels jsonb, value double precision)
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.metrics()
  union all
  select * from helpdesk_private.outbox_metrics();
$$;
comment on function helpdesk.metrics is
  'Admins: numbers for a monitoring system, one a row: tickets and the longest wait of each queue, the age of the '
  'newest event and of the transaction that holds events back, runs, jobs and deliveries that wait, tokens of today '
  '(UTC), connections, sizes. No person and no ticket is named.';
