-- Administration of webhooks: making them, their secrets, trying them, and sending again.

insert into helpdesk_private.concepts (version, concept) values ('20261129000114', 'webhook_administration');

insert into helpdesk_private.named_locks (name) values ('webhooks');

create function helpdesk_private.add_webhook_secret(p_webhook_id uuid)
returns text
language sql
-- Definer: the secrets are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into helpdesk_private.webhook_secrets (webhook_id, secret)
  select p_webhook_id, 'whsec_' || encode(sha256(string_agg(decode(replace(g.id, '-', ''), 'hex'), '')), 'base64')
  -- 488 random bits from the system, for a key of 256.
  from (select gen_random_uuid()::text as id from generate_series(1, 4)) as g
  returning secret;
$$;
revoke all on function helpdesk_private.add_webhook_secret from public, anon, authenticated, service_role;

create function helpdesk_private.create_webhook(
  p_url text, p_description text, p_event_types text[], p_team_id uuid, p_audience text
)
returns jsonb
language plpgsql
-- Definer: nobody inserts webhooks directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 100;
  v_me uuid := helpdesk_private.require_role('admin');
  v_webhook helpdesk.webhooks;
begin
  if p_url is null then
    perform helpdesk_private.fail('invalid_value', 'url is missing');
  end if;
  perform helpdesk_private.take_lock('webhooks');
  if (select count(*) from helpdesk.webhooks) >= c_most then
    perform helpdesk_private.fail('too_many', format('webhooks: at most %s.', c_most), 'Delete one first.');
  end if;
  insert into helpdesk.webhooks (url, description, event_types, team_id, audience, created_by)
  values (
    p_url, coalesce(p_description, ''), coalesce(p_event_types, '{*}'), p_team_id, coalesce(p_audience, 'staff'), v_me
  )
  returning * into v_webhook;
  return to_jsonb(v_webhook)
    || jsonb_build_object('secret', helpdesk_private.add_webhook_secret(v_webhook.webhook_id));
end;
$$;
revoke all on function helpdesk_private.create_webhook from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.create_webhook to authenticated, service_role;

create function helpdesk.create_webhook(
  url text, description text default '', event_types text[] default '{*}', team_id uuid default null,
  audience text default 'staff'
)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.create_webhook(
    create_webhook.url, create_webhook.description, create_webhook.event_types, create_webhook.team_id,
    create_webhook.audience
  );
$$;
comment on function helpdesk.create_webhook is
  'Admins and the secret key: makes a webhook and returns it with its secret, which is shown only now. event_types: '
  'types like message.created, groups like ticket.*, or * for all. team_id: only events of tickets in this team. '
  'audience: customer for only those events that the requester may see.';
revoke all on function helpdesk.create_webhook from public, anon, authenticated, service_role;
grant execute on function helpdesk.create_webhook to authenticated, service_role;

create function helpdesk_private.lock_webhook(p_webhook_id uuid)
returns helpdesk.webhooks
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_webhook helpdesk.webhooks;
begin
  perform helpdesk_private.require_role('admin');
  select * into v_webhook from helpdesk.webhooks as w where w.webhook_id = p_webhook_id for no key update;
  if not found then
    perform helpdesk_private.fail('webhook_not_found');
  end if;
  return v_webhook;
end;
$$;
comment on function helpdesk_private.lock_webhook is 'Locks a webhook for an admin or the system; otherwise an error.';
revoke all on function helpdesk_private.lock_webhook from public, anon, authenticated, service_role;

create function helpdesk_private.rotate_webhook_secret(p_webhook_id uuid, p_keep_seconds integer)
returns jsonb
language plpgsql
-- Definer: the secrets are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_webhook helpdesk.webhooks := helpdesk_private.lock_webhook(p_webhook_id);
  v_keep integer := coalesce(p_keep_seconds, 86400);
  v_until timestamptz;
begin
  perform helpdesk_private.number_within('keep_seconds', v_keep, 0, 2592000);
  v_until := clock_timestamp() + make_interval(secs => v_keep);
  -- Two secrets at most: what an earlier rotation kept ends now.
  delete from helpdesk_private.webhook_secrets as s where s.webhook_id = p_webhook_id and s.expires_at is not null;
  update helpdesk_private.webhook_secrets as s set expires_at = v_until where s.webhook_id = p_webhook_id;
  perform helpdesk_private.log_event(
    'webhook.secret_rotated', 'staff', null, jsonb_build_object('webhook_id', p_webhook_id)
  );
  return to_jsonb(v_webhook) || jsonb_build_object(
    'secret', helpdesk_private.add_webhook_secret(p_webhook_id), 'old_secret_expires_at', v_until
  );
end;
$$;
revoke all on function helpdesk_private.rotate_webhook_secret from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.rotate_webhook_secret to authenticated, service_role;

create function helpdesk.rotate_webhook_secret(webhook_id uuid, keep_seconds integer default 86400)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.rotate_webhook_secret(
    rotate_webhook_secret.webhook_id, rotate_webhook_secret.keep_seconds
  );
$$;
comment on function helpdesk.rotate_webhook_secret is
  'Admins and the secret key: makes a new secret and returns it, this once. For keep_seconds, at most 30 days, the '
  'former secret signs, too; 0 ends it at once.';
revoke all on function helpdesk.rotate_webhook_secret from public, anon, authenticated, service_role;
grant execute on function helpdesk.rotate_webhook_secret to authenticated, service_role;

create function helpdesk_private.test_webhook(p_webhook_id uuid)
returns helpdesk.outbox
language plpgsql
-- Definer: nobody writes the outbox or the log directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_webhook helpdesk.webhooks := helpdesk_private.lock_webhook(p_webhook_id);
  v_event_id bigint;
  v_delivery_id uuid;
  v_delivery helpdesk.outbox;
begin
  perform helpdesk_private.log_event(
    'webhook.test', 'staff', null, jsonb_build_object('webhook_id', v_webhook.webhook_id)
  );
  select max(e.event_id) into v_event_id from helpdesk.events as e
  where e.xid = pg_current_xact_id() and e.type = 'webhook.test';
  v_delivery_id := helpdesk_private.enqueue('webhook', v_webhook.webhook_id, v_event_id, null);
  select * into v_delivery from helpdesk.outbox as o where o.delivery_id = v_delivery_id;
  return v_delivery;
end;
$$;
revoke all on function helpdesk_private.test_webhook from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.test_webhook to authenticated, service_role;

create function helpdesk.test_webhook(webhook_id uuid)
returns helpdesk.outbox
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.test_webhook(test_webhook.webhook_id);
$$;
comment on function helpdesk.test_webhook is
  'Admins and the secret key: sends an event webhook.test to this webhook alone, whatever it asks for, also while it '
  'is off. Returns the delivery.';
revoke all on function helpdesk.test_webhook from public, anon, authenticated, service_role;
grant execute on function helpdesk.test_webhook to authenticated, service_role;

create function helpdesk_private.replay_deliveries(
  p_delivery_ids uuid[], p_webhook_id uuid, p_since timestamptz, p_until timestamptz, p_dead boolean
)
returns integer
language plpgsql
-- Definer: nobody writes the outbox directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 10000;
  v_webhook helpdesk.webhooks;
  v_ids uuid[];
  v_count integer := 0;
begin
  perform helpdesk_private.require_role('admin');
  if p_webhook_id is not null then
    v_webhook := helpdesk_private.lock_webhook(p_webhook_id);
  end if;
  if p_delivery_ids is not null then
    if cardinality(p_delivery_ids) > 1000 then
      perform helpdesk_private.fail('too_many', 'delivery_ids: at most 1000 in one request.');
    elsif exists (
      select from unnest(p_delivery_ids) as i (id)
      where not exists (select from helpdesk.outbox as o where o.delivery_id = i.id)
    ) then
      perform helpdesk_private.fail('delivery_not_found');
    end if;
  elsif p_dead is not true and (p_webhook_id is null or p_since is null) then
    perform helpdesk_private.fail(
      'invalid_value', 'delivery_ids, dead, or webhook_id and since: one of them is missing',
      'Say what to send again.'
    );
  end if;
  perform helpdesk_private.moment_within('since', p_since);
  perform helpdesk_private.moment_within('until', p_until);
  if p_delivery_ids is null and p_dead is not true then
    -- Events that never became deliveries, because the webhook was off or did not exist yet.
    select count(helpdesk_private.enqueue(
      'webhook', p_webhook_id, n.event_id, n.ticket_id, case when v_webhook.is_active then clock_timestamp() end
    )) into v_count
    from (
      select e.event_id, e.ticket_id from helpdesk.events as e
      where e.created_at >= p_since and e.created_at < coalesce(p_until, 'infinity')
        and helpdesk_private.wants_event(v_webhook, e)
        and not exists (
          select from helpdesk.outbox as o
          where o.target_id = p_webhook_id and o.kind = 'webhook' and o.event_id = e.event_id
        )
      order by e.event_id limit c_most + 1
    ) as n;
  end if;
  select array_agg(c.delivery_id) into v_ids
  from (
    select o.delivery_id from helpdesk.outbox as o
    where case
        when p_delivery_ids is not null then o.delivery_id = any(p_delivery_ids)
        when p_dead then o.state = 'dead'
        else true
      end
      and (p_delivery_ids is not null or coalesce(p_since, p_until) is null or exists (
        -- The time at which it happened: a delivery may be made much later.
        select from (
          select coalesce(
            (select e.created_at from helpdesk.events as e where e.event_id = o.event_id), o.created_at
          ) as moment
        ) as h
        where h.moment >= coalesce(p_since, '-infinity') and h.moment < coalesce(p_until, 'infinity')
      ))
      and (p_webhook_id is null or (o.target_id = p_webhook_id and o.kind = 'webhook'))
      and (p_delivery_ids is not null or o.state in ('done', 'failed', 'dead', 'unknown'))
      and o.state <> 'leased'
    order by o.sequence limit c_most + 1
    for no key update
  ) as c;
  if v_count + coalesce(cardinality(v_ids), 0) > c_most then
    perform helpdesk_private.fail(
      'too_many', format('There are more than %s deliveries.', c_most), 'Replay a shorter time, or one webhook.'
    );
  end if;
  update helpdesk.outbox as o
  set state = 'queued', attempts = 0, finished_at = null, out_of_order = false,
      next_at = case
        when o.kind <> 'webhook' or exists (
          select from helpdesk.webhooks as w where w.webhook_id = o.target_id and w.is_active
        ) then clock_timestamp()
      end
  where o.delivery_id = any(v_ids);
  return v_count + coalesce(cardinality(v_ids), 0);
end;
$$;
revoke all on function helpdesk_private.replay_deliveries from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.replay_deliveries to authenticated, service_role;

create function helpdesk.replay_deliveries(
  delivery_ids uuid[] default null, webhook_id uuid default null, since timestamptz default null,
  until timestamptz default null, dead boolean default false
)
returns integer
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.replay_deliveries(
    replay_deliveries.delivery_ids, replay_deliveries.webhook_id, replay_deliveries.since, replay_deliveries.until,
    replay_deliveries.dead
  );
$$;
comment on function helpdesk.replay_deliveries is
  'Admins and the secret key: sends again, and returns how many deliveries. Either delivery_ids, also such that wait '
  'for their next attempt; or dead: all that are dead, of webhook_id or of all targets, and of the time from since to '
  'until, if they are given; or webhook_id with since (and until): every event of that time that the webhook asks for, '
  'also what happened while it was off. The time is that of the event. At most 10,000. Receivers know a replay by its '
  'id, which is the same.';
revoke all on function helpdesk.replay_deliveries from public, anon, authenticated, service_role;
grant execute on function helpdesk.replay_deliveries to authenticated, service_role;
