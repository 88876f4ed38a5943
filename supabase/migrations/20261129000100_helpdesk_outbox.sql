-- The outbox: what is to be sent to the outside, one row a delivery, written in the transaction that causes it. What is
-- rolled back is never sent, and a slow target never slows a write: senders work later, in transactions of their own.
--
-- A sender holds the secret key. It leases deliveries, sends, and settles each with the lease's token. A sender that
-- dies loses its lease, and the delivery is leased again: delivered at least once, under an id that stays the same.
-- There is no NOTIFY here: PostgreSQL commits transactions that notify one after the other. Senders poll.

create table helpdesk.outbox (
  delivery_id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('webhook', 'email', 'slack')),
  target_id uuid not null,
  -- No foreign keys: the log can be partitioned and its old parts dropped, and a ticket's deliveries outlive it.
  event_id bigint,
  ticket_id uuid,
  -- Deliveries with one key and one ticket are sent in the order of the log.
  order_key uuid not null,
  sequence bigint not null,
  state text not null default 'queued' check (state in ('queued', 'leased', 'done', 'failed', 'dead', 'unknown')),
  attempts integer not null default 0,
  -- Null while the target is switched off.
  next_at timestamptz default clock_timestamp(),
  leased_until timestamptz,
  last_status integer,
  last_answer text check (char_length(last_answer) <= 1000),
  last_problem text check (char_length(last_problem) <= 500),
  last_ms integer,
  out_of_order boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz
);
comment on table helpdesk.outbox is
  'Deliveries to the outside, one a row. state: queued (waits, also between attempts), leased (being sent), done, '
  'failed (refused by the target), dead (all attempts used) or unknown (a mail that may have been sent). Admins read '
  'it; replay_deliveries() sends again.';
comment on column helpdesk.outbox.attempts is 'How often a sender has taken it, since it was queued or replayed.';
comment on column helpdesk.outbox.next_at is
  'When it is sent next; for a leased delivery, when it is taken again if its sender does not come back. Null while '
  'the target is switched off.';
comment on column helpdesk.outbox.last_answer is 'The first 1,000 characters of what the target answered last.';
comment on column helpdesk.outbox.out_of_order is
  'True if a later event of the same ticket was sent to the target before this delivery.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.outbox
  alter column delivery_id set statistics 0,
  alter column kind set statistics 0,
  alter column target_id set statistics 0,
  alter column state set statistics 0,
  alter column next_at set statistics 0,
  alter column event_id set statistics 0,
  alter column ticket_id set statistics 0,
  alter column order_key set statistics 0,
  alter column sequence set statistics 0,
  alter column attempts set statistics 0,
  alter column leased_until set statistics 0,
  alter column last_status set statistics 0,
  alter column last_answer set statistics 0,
  alter column last_problem set statistics 0,
  alter column last_ms set statistics 0,
  alter column out_of_order set statistics 0,
  alter column created_at set statistics 0,
  alter column finished_at set statistics 0;
create unique index outbox_event_key on helpdesk.outbox (target_id, kind, event_id) where event_id is not null;
create unique index outbox_target_key on helpdesk.outbox (target_id, kind) where event_id is null;
create index outbox_webhooks_due_idx on helpdesk.outbox (target_id, next_at)
  where kind = 'webhook' and state in ('queued', 'leased');
create index outbox_due_idx on helpdesk.outbox (kind, next_at) where state in ('queued', 'leased');
create index outbox_waiting_idx on helpdesk.outbox (order_key, ticket_id, sequence) where state in ('queued', 'leased');
create index outbox_leased_idx on helpdesk.outbox (target_id) where state = 'leased';
create index outbox_ticket_idx on helpdesk.outbox (ticket_id, sequence) where ticket_id is not null;
create index outbox_finished_idx on helpdesk.outbox (state, finished_at) where finished_at is not null;

create table helpdesk.delivery_attempts (
  attempt_id bigint generated always as identity primary key,
  delivery_id uuid not null references helpdesk.outbox (delivery_id) on delete cascade,
  attempt integer not null,
  outcome text not null check (outcome in ('done', 'retry', 'refused', 'gone', 'unknown', 'lost')),
  status integer,
  answer text check (char_length(answer) <= 1000),
  problem text check (char_length(problem) <= 500),
  milliseconds integer,
  created_at timestamptz not null default clock_timestamp()
);
comment on table helpdesk.delivery_attempts is
  'Each attempt at a delivery, for 30 days. outcome: done, retry (failed), refused or gone (by the target), unknown, '
  'or lost (its sender did not come back). Admins read it.';
alter table helpdesk.delivery_attempts
  alter column attempt_id set statistics 0,
  alter column delivery_id set statistics 0,
  alter column attempt set statistics 0,
  alter column outcome set statistics 0,
  alter column status set statistics 0,
  alter column answer set statistics 0,
  alter column problem set statistics 0,
  alter column milliseconds set statistics 0,
  alter column created_at set statistics 0;
create index delivery_attempts_delivery_idx on helpdesk.delivery_attempts (delivery_id, attempt_id);
create index delivery_attempts_created_idx on helpdesk.delivery_attempts (created_at);

create table helpdesk_private.delivery_leases (
  delivery_id uuid primary key references helpdesk.outbox (delivery_id) on delete cascade,
  lease uuid not null,
  -- For mail: from here on nobody can know whether it was sent, unless the sender comes back.
  began_sending_at timestamptz
);
comment on table helpdesk_private.delivery_leases is
  'The token of each lease. A table of its own, so that everybody who reads the outbox can read whole rows.';

revoke all on table helpdesk.outbox from public, anon, authenticated, service_role;
revoke all on table helpdesk.delivery_attempts from public, anon, authenticated, service_role;
revoke all on sequence helpdesk.delivery_attempts_attempt_id_seq from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.delivery_leases from public, anon, authenticated, service_role;
grant select on table helpdesk.outbox to authenticated, service_role;
grant select on table helpdesk.delivery_attempts to authenticated, service_role;
alter table helpdesk.outbox enable row level security;
alter table helpdesk.delivery_attempts enable row level security;
alter table helpdesk_private.delivery_leases enable row level security;

create policy "only active people" on helpdesk.outbox
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "admins see the outbox" on helpdesk.outbox
  for select to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "only active people" on helpdesk.delivery_attempts
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "admins see the attempts" on helpdesk.delivery_attempts
  for select to authenticated using ((select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261129000100', 'outbox');

insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('delivery_not_found', 404, 'There is no such delivery.', 'List the outbox.');

create type helpdesk_private.leased_delivery as (
  delivery_id uuid, lease uuid, kind text, target_id uuid, event_id bigint, ticket_id uuid, attempts integer,
  payload jsonb
);
comment on type helpdesk_private.leased_delivery is
  'A delivery that its receiver is to send now. payload: what to send, and where to; it may hold secrets.';


-- Into the outbox -----------------------------------------------------------------------------------------------------

create function helpdesk_private.enqueue(
  p_kind text, p_target_id uuid, p_event_id bigint, p_ticket_id uuid, p_next_at timestamptz default clock_timestamp(),
  p_order_key uuid default null
)
returns uuid
language plpgsql
-- Definer: nobody writes to the outbox directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
begin
  insert into helpdesk.outbox (kind, target_id, event_id, ticket_id, next_at, order_key, sequence)
  values (
    p_kind, p_target_id, p_event_id, p_ticket_id, p_next_at, coalesce(p_order_key, p_target_id),
    coalesce(p_event_id, nextval('helpdesk.events_event_id_seq'))
  )
  on conflict do nothing
  returning delivery_id into v_id;
  return v_id;
end;
$$;
comment on function helpdesk_private.enqueue is
  'Puts a delivery into the outbox, in the caller''s transaction; null if it is there already. p_next_at: not before '
  'then; null: waits for its target to be switched on. p_order_key: deliveries with the same key and ticket are sent '
  'in their order; by default the target.';
revoke all on function helpdesk_private.enqueue from public, anon, authenticated, service_role;


-- Leases --------------------------------------------------------------------------------------------------------------

create function helpdesk_private.held_until(p_delivery helpdesk.outbox)
returns timestamptz
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_until timestamptz;
begin
  if p_delivery.ticket_id is null then
    return null;
  elsif p_delivery.kind = 'email' and exists (
    select from helpdesk.outbound_emails as e
    inner join helpdesk.attachments as a on e.message_id = a.message_id
    where e.email_id = p_delivery.target_id and e.kind = 'reply' and a.state = 'uploaded'
      and e.created_at > clock_timestamp() - interval '15 minutes'
  ) then
    -- A file of the message is being checked: it goes with the mail if that does not take long.
    return clock_timestamp() + interval '5 seconds';
  end if;
  -- A sender is busy with the earlier delivery: its end lets this delivery go at once (see release_next()).
  select case e.state when 'leased' then clock_timestamp() + interval '1 second' else e.next_at end into v_until
  from helpdesk.outbox as e
  where e.order_key = p_delivery.order_key and e.ticket_id = p_delivery.ticket_id
    and e.sequence < p_delivery.sequence and e.state in ('queued', 'leased')
    -- Its third attempt is over: nobody waits for it any longer.
    and e.attempts < case e.state when 'queued' then 3 else 4 end
  order by e.sequence limit 1;
  return case when found then greatest(v_until, clock_timestamp() + interval '1 second') end;
end;
$$;
comment on function helpdesk_private.held_until is
  'When to look again at a delivery that waits for an earlier one about the same ticket to the same target; null if it '
  'need not wait. Three failures of the earlier delivery end the wait.';
revoke all on function helpdesk_private.held_until from public, anon, authenticated, service_role;

create function helpdesk_private.release_next(p_delivery helpdesk.outbox)
returns void
language sql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
  update helpdesk.outbox as o set next_at = clock_timestamp()
  where o.delivery_id = (
    select n.delivery_id from helpdesk.outbox as n
    where n.order_key = p_delivery.order_key and n.ticket_id = p_delivery.ticket_id
      and n.sequence > p_delivery.sequence and n.state in ('queued', 'leased')
    order by n.sequence limit 1
    for update skip locked
  )
  and o.state = 'queued' and o.attempts = 0 and o.next_at > clock_timestamp();
$$;
comment on function helpdesk_private.release_next is 'Lets the delivery go that waited for this delivery.';
revoke all on function helpdesk_private.release_next from public, anon, authenticated, service_role;

create function helpdesk_private.due_of_target(p_kind text, p_target_id uuid, p_max_rows integer)
returns setof helpdesk.outbox
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_looked_at constant integer := 500;
  v_row helpdesk.outbox;
  v_until timestamptz;
  v_found integer := 0;
  v_now timestamptz := clock_timestamp();
begin
  if p_max_rows <= 0 then
    return;
  end if;
  for v_row in
    select o.* from helpdesk.outbox as o
    where o.kind = p_kind and o.state in ('queued', 'leased') and o.next_at <= v_now
      and (p_target_id is null or o.target_id = p_target_id)
    order by o.next_at, o.sequence limit p_max_rows + c_looked_at
    for update of o skip locked
  loop
    v_until := helpdesk_private.held_until(v_row);
    if v_until is not null then
      -- Out of the way, so that thousands that wait for their turn are not looked at each second.
      update helpdesk.outbox as o set next_at = v_until where o.delivery_id = v_row.delivery_id;
      continue;
    end if;
    return next v_row;
    v_found := v_found + 1;
    exit when v_found >= p_max_rows;
  end loop;
end;
$$;
comment on function helpdesk_private.due_of_target is
  'Locks deliveries of a kind, to one target or to all, that can be sent now, oldest first.';
revoke all on function helpdesk_private.due_of_target from public, anon, authenticated, service_role;

create function helpdesk_private.due_deliveries(p_kind text, p_max_rows integer)
returns setof helpdesk.outbox
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_abreast constant integer := 50;
  c_abreast_when_failing constant integer := 5;
  v_now timestamptz := clock_timestamp();
  v_targets uuid[];
begin
  if p_kind = 'slack' then
    return query select d.* from helpdesk_private.due_for_slack(p_max_rows) as d;
    return;
  elsif p_kind <> 'webhook' then
    return query select d.* from helpdesk_private.due_of_target(p_kind, null, p_max_rows) as d;
    return;
  end if;
  v_targets := array(
    select w.webhook_id from helpdesk.webhooks as w
    where exists (
      select from helpdesk.outbox as o
      where o.kind = 'webhook' and o.target_id = w.webhook_id and o.state in ('queued', 'leased') and o.next_at <= v_now
    )
  );
  -- Each target gets its share, and a target that does not answer must not keep all senders waiting.
  return query
    select d.*
    from helpdesk.webhooks as w
    cross join lateral (
      select count(*) as leased from helpdesk.outbox as l
      where l.target_id = w.webhook_id and l.state = 'leased' and l.leased_until > v_now
    ) as n
    cross join lateral helpdesk_private.due_of_target('webhook', w.webhook_id, least(
      greatest(p_max_rows / greatest(cardinality(v_targets), 1), 1),
      case when w.failing_since < v_now - interval '1 minute' then c_abreast_when_failing else c_abreast end - n.leased
    )::integer) as d
    where w.webhook_id = any(v_targets)
    order by d.next_at, d.sequence limit p_max_rows;
end;
$$;
comment on function helpdesk_private.due_deliveries is
  'Locks deliveries of a kind that can be sent now. Webhooks share the rows; of one webhook at most fifty are leased '
  'at once, and five while it fails; of one Slack channel ten.';
revoke all on function helpdesk_private.due_deliveries from public, anon, authenticated, service_role;

create function helpdesk_private.delivery_payload(p_delivery helpdesk.outbox)
returns jsonb
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_delivery.kind = 'webhook' then
    return helpdesk_private.webhook_payload(p_delivery);
  elsif p_delivery.kind = 'email' then
    return helpdesk_private.email_payload(p_delivery.target_id);
  elsif p_delivery.kind = 'slack' then
    return helpdesk_private.slack_payload(p_delivery);
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.delivery_payload is
  'What a sender needs to send the delivery; null if there is nothing to send any more, {} if the target was switched '
  'off.';
revoke all on function helpdesk_private.delivery_payload from public, anon, authenticated, service_role;
