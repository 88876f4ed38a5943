-- Deliveries of webhooks: which events become deliveries, what is sent, and when a webhook is switched off.

insert into helpdesk_private.concepts (version, concept) values ('20261129000112', 'webhook_deliveries');

-- For replays of a range of time. It costs a write next to nothing: one entry for 128 pages of the log.
create index events_created_idx on helpdesk.events using brin (created_at);

create function helpdesk_private.wants_event(p_webhook helpdesk.webhooks, p_event helpdesk.events)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  return p_event.type not in ('ticket.imported', 'webhook.test')
    -- That it was made, changed or switched off, others are told: its receiver may be who must not know.
    and (p_event.type not like 'webhook.%' or p_event.data ->> 'webhook_id' is distinct from p_webhook.webhook_id::text)
    and p_webhook.event_types && array['*', p_event.type, split_part(p_event.type, '.', 1) || '.*']
    and (p_webhook.audience = 'staff' or p_event.audience = 'customer')
    and (
      p_webhook.team_id is null
      or p_event.team_id = p_webhook.team_id
      -- The ticket leaves the team.
      or (p_event.type = 'ticket.transferred' and p_event.data #>> '{changes,team_id,0}' = p_webhook.team_id::text)
    );
end;
$$;
comment on function helpdesk_private.wants_event is
  'Whether the webhook receives the event. Nobody receives what an import wrote, and no webhook what is about itself.';
revoke all on function helpdesk_private.wants_event from public, anon, authenticated, service_role;

create function helpdesk_private.enqueue_for_webhooks()
returns trigger
language plpgsql
-- Definer: nobody who writes may read webhooks or write the outbox.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.enqueue('webhook', w.webhook_id, new.event_id, new.ticket_id)
  from helpdesk.webhooks as w
  where w.is_active and helpdesk_private.wants_event(w, new);
  return null;
end;
$$;
revoke all on function helpdesk_private.enqueue_for_webhooks from public, anon, authenticated, service_role;
create trigger enqueue_for_webhooks after insert on helpdesk.events
  for each row when (new.type <> 'ticket.imported') execute function helpdesk_private.enqueue_for_webhooks();

create function helpdesk_private.webhook_payload(p_delivery helpdesk.outbox)
returns jsonb
language plpgsql
stable
-- Definer: reads the secrets, and the log.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most_bytes constant integer := 19000;
  v_webhook helpdesk.webhooks;
  v_event helpdesk.events;
  v_data jsonb;
begin
  select * into v_webhook from helpdesk.webhooks as w where w.webhook_id = p_delivery.target_id;
  select * into v_event from helpdesk.events as e where e.event_id = p_delivery.event_id;
  if v_webhook is null or v_event is null then
    return null;
  elsif not v_webhook.is_active and v_event.type <> 'webhook.test' then
    return '{}';
  elsif v_event.type <> 'webhook.test' and not helpdesk_private.wants_event(v_webhook, v_event) then
    -- An admin has narrowed the webhook since: what waited, and what is replayed, is not for its receiver any more.
    return jsonb_build_object('dropped', 'The webhook does not ask for this event any more.');
  end if;
  v_data := to_jsonb(v_event) - 'xid' || jsonb_build_object(
    'cursor', v_event.xid::text || '.' || v_event.event_id,
    'api', '/rest/v1/tickets?ticket_id=eq.' || v_event.ticket_id
  );
  if octet_length(v_data::text) > c_most_bytes then
    -- Receivers may refuse more than 20 kB. They read the event in the log.
    v_data := v_data || jsonb_build_object('data', '{}'::jsonb, 'is_shortened', true);
  end if;
  return jsonb_build_object(
    'url', v_webhook.url,
    'secrets', (
      select jsonb_agg(s.secret order by s.created_at desc) from helpdesk_private.webhook_secrets as s
      where s.webhook_id = v_webhook.webhook_id and coalesce(s.expires_at > clock_timestamp(), true)
    ),
    'id', 'msg_' || v_event.event_id,
    'body', jsonb_build_object('type', v_event.type, 'timestamp', v_event.created_at, 'data', v_data),
    'allow_loopback', (select s.allow_loopback from helpdesk_private.delivery_settings as s)
  );
end;
$$;
comment on function helpdesk_private.webhook_payload is
  'What is sent to a webhook: the row of events_since() and the ticket''s path in the Data API, under an id that is '
  'the same in each attempt and each replay. Events that are too large come without their data; dropped: the webhook '
  'was narrowed since, and does not ask for the event any more.';
revoke all on function helpdesk_private.webhook_payload from public, anon, authenticated, service_role;

create function helpdesk_private.note_webhook_outcome(p_delivery helpdesk.outbox, p_outcome text)
returns void
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Who deletes a webhook has locked it, and waits for this delivery: what the next attempt tells is early enough.
  perform from helpdesk.webhooks as w
  where w.webhook_id = p_delivery.target_id and (p_outcome <> 'done' or w.failing_since is not null)
  for no key update skip locked;
  if not found then
    return;
  end if;
  -- Rarely a write: deliveries that succeed, or fail again, leave the webhook alone.
  if p_outcome = 'done' then
    update helpdesk.webhooks as w set failing_since = null
    where w.webhook_id = p_delivery.target_id and w.failing_since is not null;
  elsif p_outcome = 'gone' then
    update helpdesk.webhooks as w set is_active = false, disabled_reason = 'gone'
    where w.webhook_id = p_delivery.target_id and w.is_active;
  elsif p_outcome in ('retry', 'refused') then
    update helpdesk.webhooks as w set failing_since = clock_timestamp()
    where w.webhook_id = p_delivery.target_id and w.failing_since is null;
    update helpdesk.webhooks as w set is_active = false, disabled_reason = 'failing'
    where w.webhook_id = p_delivery.target_id and w.is_active
      and w.failing_since <= clock_timestamp() - interval '5 days';
  end if;
end;
$$;
revoke all on function helpdesk_private.note_webhook_outcome from public, anon, authenticated, service_role;

create function helpdesk_private.guard_webhook()
returns trigger
language plpgsql
-- Definer: locks the team; writes the outbox.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem text;
begin
  if tg_op = 'INSERT' or new.url is distinct from old.url then
    v_problem := helpdesk_private.webhook_url_problem(new.url);
    if v_problem is not null then
      perform helpdesk_private.fail('invalid_value', 'url ' || v_problem);
    end if;
  end if;
  if tg_op = 'INSERT' or new.event_types is distinct from old.event_types then
    perform helpdesk_private.check_event_types(new.event_types);
  end if;
  if new.team_id is not null and (tg_op = 'INSERT' or new.team_id is distinct from old.team_id)
    and not helpdesk_private.lock_team(new.team_id) then
    perform helpdesk_private.fail('team_not_found');
  end if;
  if tg_op = 'UPDATE' and new.is_active and not old.is_active then
    new.disabled_reason := null;
    new.disabled_at := null;
    new.failing_since := null;
  elsif tg_op = 'UPDATE' and old.is_active and not new.is_active then
    new.disabled_reason := coalesce(new.disabled_reason, 'switched_off');
    new.disabled_at := clock_timestamp();
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_webhook from public, anon, authenticated, service_role;
create trigger guard_webhook before insert or update on helpdesk.webhooks
  for each row execute function helpdesk_private.guard_webhook();
create trigger touch_updated_at
  before update of url, description, event_types, team_id, audience, is_active on helpdesk.webhooks
  for each row execute function helpdesk_private.touch_updated_at();

create function helpdesk_private.follow_webhook()
returns trigger
language plpgsql
-- Definer: writes the outbox and the log.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changes jsonb;
begin
  if tg_op = 'DELETE' then
    delete from helpdesk.outbox as o where o.kind = 'webhook' and o.target_id = old.webhook_id;
    perform helpdesk_private.log_event(
      'webhook.deleted', 'staff', null, jsonb_build_object('webhook_id', old.webhook_id)
    );
    return null;
  elsif tg_op = 'INSERT' then
    perform helpdesk_private.log_event(
      'webhook.created', 'staff', null, jsonb_build_object('webhook_id', new.webhook_id)
    );
    return null;
  end if;
  if new.is_active <> old.is_active then
    -- What waits for a webhook that is off is not looked at by senders.
    update helpdesk.outbox as o set next_at = case when new.is_active then clock_timestamp() end
    where o.kind = 'webhook' and o.target_id = new.webhook_id and o.state = 'queued'
      and (o.next_at is null) = new.is_active;
  end if;
  if old.is_active and new.disabled_reason in ('gone', 'failing') then
    perform helpdesk_private.log_event(
      'webhook.disabled', 'staff', null,
      jsonb_build_object('webhook_id', new.webhook_id, 'reason', new.disabled_reason)
    );
    return null;
  end if;
  v_changes := helpdesk_private.changes(
    to_jsonb(old), to_jsonb(new), 'url', 'description', 'event_types', 'team_id', 'audience', 'is_active'
  );
  if v_changes ? 'url' then
    -- The path of a URL is often a secret, and other webhooks may receive this event.
    v_changes := v_changes || '{"url": [null, null]}';
  end if;
  if v_changes is not null then
    perform helpdesk_private.log_event(
      'webhook.updated', 'staff', null, jsonb_build_object('webhook_id', new.webhook_id, 'changes', v_changes)
    );
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.follow_webhook from public, anon, authenticated, service_role;
create trigger follow_webhook after insert or update or delete on helpdesk.webhooks
  for each row execute function helpdesk_private.follow_webhook();
