-- Sending the outbox: senders with the secret key lease deliveries and settle them.

insert into helpdesk_private.concepts (version, concept) values ('20261129000105', 'delivering');

create function helpdesk_private.lease_deliveries(p_kind text, p_max_rows integer, p_lease_seconds integer)
returns setof helpdesk_private.leased_delivery
language plpgsql
-- Definer: nobody writes the outbox or reads leases directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row helpdesk.outbox;
  v_payload jsonb;
  v_problem text;
  v_lease uuid;
  v_until timestamptz := clock_timestamp() + make_interval(secs => least(greatest(p_lease_seconds, 1), 3600));
begin
  if p_kind is null then
    perform helpdesk_private.fail('invalid_value', 'kind is missing');
  end if;
  perform helpdesk_private.text_among('kind', p_kind, 'webhook', 'email', 'slack');
  perform helpdesk_private.prune_outbox(200);
  for v_row in
    select d.* from helpdesk_private.due_deliveries(p_kind, least(greatest(p_max_rows, 0), 500)) as d
  loop
    if v_row.state = 'leased' then
      v_row := helpdesk_private.end_lost_attempt(v_row);
      continue when v_row.state <> 'queued' or v_row.next_at is null or v_row.next_at > clock_timestamp();
    end if;
    v_payload := null;
    v_problem := 'There is nothing to send any more.';
    begin
      v_payload := helpdesk_private.delivery_payload(v_row);
    exception when others then
      -- This delivery must not keep the others from being sent.
      v_problem := sqlerrm;
    end;
    if v_payload is null then
      update helpdesk.outbox as o
      set state = 'dead', next_at = null, finished_at = clock_timestamp(),
          last_problem = left(helpdesk_private.one_line(v_problem), 500)
      where o.delivery_id = v_row.delivery_id;
      perform helpdesk_private.release_next(v_row);
      continue;
    elsif v_payload ? 'dropped' then
      -- It is not to be sent any more, and nothing failed.
      update helpdesk.outbound_emails as e
      set state = 'cancelled', problem = left(helpdesk_private.one_line(v_payload ->> 'dropped'), 500)
      where e.email_id = v_row.target_id and v_row.kind = 'email';
      update helpdesk.outbox as o
      set state = 'done', next_at = null, finished_at = clock_timestamp(),
          last_problem = left(helpdesk_private.one_line(v_payload ->> 'dropped'), 500)
      where o.delivery_id = v_row.delivery_id;
      perform helpdesk_private.release_next(v_row);
      continue;
    elsif v_payload = '{}' then
      -- The target was switched off since.
      update helpdesk.outbox as o set next_at = null where o.delivery_id = v_row.delivery_id;
      continue;
    end if;
    v_lease := gen_random_uuid();
    insert into helpdesk_private.delivery_leases as l (delivery_id, lease) values (v_row.delivery_id, v_lease)
    on conflict (delivery_id) do update set lease = excluded.lease, began_sending_at = null;
    update helpdesk.outbox as o
    set state = 'leased', attempts = o.attempts + 1, leased_until = v_until, next_at = v_until,
        out_of_order = o.out_of_order or exists (
          select from helpdesk.outbox as y
          where y.ticket_id = o.ticket_id and y.sequence > o.sequence and y.order_key = o.order_key
            and (y.attempts > 0 or y.finished_at is not null)
        )
    where o.delivery_id = v_row.delivery_id
    returning * into v_row;
    return next (
      v_row.delivery_id, v_lease, v_row.kind, v_row.target_id, v_row.event_id, v_row.ticket_id, v_row.attempts,
      v_payload
    )::helpdesk_private.leased_delivery;
  end loop;
end;
$$;
revoke all on function helpdesk_private.lease_deliveries from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.lease_deliveries to service_role;

create function helpdesk.lease_deliveries(kind text, max_rows integer default 50, lease_seconds integer default 60)
returns setof helpdesk_private.leased_delivery
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.lease_deliveries(
    lease_deliveries.kind, lease_deliveries.max_rows, lease_deliveries.lease_seconds
  );
$$;
comment on function helpdesk.lease_deliveries is
  'For senders, with the secret key: deliveries of a kind (webhook, email or slack) to be sent now, at most 500, each '
  'with its payload and the token of its lease. Nobody else receives them for lease_seconds. Send each, then call '
  'settle_delivery(). A delivery about a ticket waits until the earlier ones about that ticket to the same target are '
  'sent, or have failed three times.';
revoke all on function helpdesk.lease_deliveries from public, anon, authenticated, service_role;
grant execute on function helpdesk.lease_deliveries to service_role;

create function helpdesk_private.after_settling(p_delivery helpdesk.outbox, p_outcome text, p_result jsonb)
returns void
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_delivery.kind = 'webhook' then
    perform helpdesk_private.note_webhook_outcome(p_delivery, p_outcome);
  elsif p_delivery.kind = 'email' then
    perform helpdesk_private.note_email_outcome(p_delivery, p_outcome, p_result);
  elsif p_delivery.kind = 'slack' then
    perform helpdesk_private.note_slack_outcome(p_delivery, p_outcome, p_result);
  end if;
end;
$$;
comment on function helpdesk_private.after_settling is
  'What the end of an attempt means to its target. p_outcome as in delivery_attempts; p_result: what the sender '
  'learned, e.g. the id that a mail provider gave.';
revoke all on function helpdesk_private.after_settling from public, anon, authenticated, service_role;

create function helpdesk_private.end_attempt(
  p_delivery helpdesk.outbox, p_outcome text, p_status integer, p_answer text, p_problem text, p_milliseconds integer,
  p_retry_after integer, p_result jsonb
)
returns helpdesk.outbox
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Seconds until the next attempt, by the number of attempts that have failed.
  c_schedule constant integer[] := array[5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400];
  v_delivery helpdesk.outbox;
  v_state text := case
    when p_outcome = 'done' then 'done'
    when p_outcome = 'unknown' then 'unknown'
    when p_outcome in ('refused', 'gone') then 'failed'
    when p_delivery.attempts > cardinality(c_schedule) then 'dead'
    else 'queued'
  end;
  -- Printable, so that nobody's terminal obeys a target.
  v_answer text := left(helpdesk_private.one_line(left(p_answer, 4000)), 1000);
  v_problem text := left(helpdesk_private.one_line(left(p_problem, 4000)), 500);
  v_status integer := case when p_status between 100 and 9999 then p_status end;
  v_milliseconds integer := least(greatest(p_milliseconds, 0), 86400000);
begin
  insert into helpdesk.delivery_attempts (delivery_id, attempt, outcome, status, answer, problem, milliseconds)
  values (p_delivery.delivery_id, p_delivery.attempts, p_outcome, v_status, v_answer, v_problem, v_milliseconds);
  delete from helpdesk_private.delivery_leases as l where l.delivery_id = p_delivery.delivery_id;
  update helpdesk.outbox as o
  set state = v_state,
      next_at = case
        -- Perhaps this delivery is what ends its senders.
        when v_state = 'queued' and p_outcome = 'lost' and p_delivery.attempts < 3 then clock_timestamp()
        when v_state = 'queued' then clock_timestamp() + make_interval(secs => greatest(
          c_schedule[p_delivery.attempts] * (0.9 + 0.2 * random()), least(greatest(p_retry_after, 0), 86400)
        ))
      end,
      leased_until = null,
      last_status = v_status, last_answer = v_answer, last_problem = v_problem, last_ms = v_milliseconds,
      finished_at = case when v_state <> 'queued' then clock_timestamp() end
  where o.delivery_id = p_delivery.delivery_id
  returning * into v_delivery;
  if v_state <> 'queued' or v_delivery.attempts >= 3 then
    perform helpdesk_private.release_next(v_delivery);
  end if;
  perform helpdesk_private.after_settling(v_delivery, p_outcome, p_result);
  return v_delivery;
end;
$$;
comment on function helpdesk_private.end_attempt is
  'Writes down how an attempt ended, and what comes next. The caller has locked the delivery. Ten attempts in three '
  'days, with ten per cent of chance in each wait, so that deliveries that failed together do not come back together.';
revoke all on function helpdesk_private.end_attempt from public, anon, authenticated, service_role;

create function helpdesk_private.end_lost_attempt(p_delivery helpdesk.outbox)
returns helpdesk.outbox
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_began boolean := exists (
    select from helpdesk_private.delivery_leases as l
    where l.delivery_id = p_delivery.delivery_id and l.began_sending_at is not null
  );
begin
  return helpdesk_private.end_attempt(
    p_delivery, case when v_began then 'unknown' else 'lost' end, null, null,
    case
      when v_began then 'The sender did not come back after it had begun to send.'
      else 'The sender did not come back.'
    end,
    null, null, null
  );
end;
$$;
comment on function helpdesk_private.end_lost_attempt is
  'Ends the attempt of a sender whose lease has run out. Once it had begun to send a mail, sending again could send '
  'the mail twice.';
revoke all on function helpdesk_private.end_lost_attempt from public, anon, authenticated, service_role;

create function helpdesk_private.lock_leased(p_delivery_id uuid, p_lease uuid)
returns helpdesk.outbox
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_delivery helpdesk.outbox;
begin
  select * into v_delivery from helpdesk.outbox as o where o.delivery_id = p_delivery_id for no key update;
  -- Read behind the lock, in a statement of its own: another sender may have taken the delivery meanwhile.
  if not exists (
    select from helpdesk_private.delivery_leases as l where l.delivery_id = p_delivery_id and l.lease = p_lease
  ) then
    perform helpdesk_private.fail('lease_lost', 'The delivery is not yours, or not any more.');
  end if;
  return v_delivery;
end;
$$;
comment on function helpdesk_private.lock_leased is 'Locks a delivery for the holder of its lease; otherwise an error.';
revoke all on function helpdesk_private.lock_leased from public, anon, authenticated, service_role;

create function helpdesk_private.begin_sending(p_delivery_id uuid, p_lease uuid)
returns void
language plpgsql
-- Definer: nobody writes leases directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.lock_leased(p_delivery_id, p_lease);
  update helpdesk_private.delivery_leases as l set began_sending_at = clock_timestamp()
  where l.delivery_id = p_delivery_id;
end;
$$;
revoke all on function helpdesk_private.begin_sending from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.begin_sending to service_role;

create function helpdesk.begin_sending(delivery_id uuid, lease uuid)
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.begin_sending(begin_sending.delivery_id, begin_sending.lease);
$$;
comment on function helpdesk.begin_sending is
  'For senders of mail, with the secret key: called right before the mail is handed over. If the sender does not come '
  'back after it, the delivery is unknown and not sent again by itself.';
revoke all on function helpdesk.begin_sending from public, anon, authenticated, service_role;
grant execute on function helpdesk.begin_sending to service_role;

create function helpdesk_private.settle_delivery(
  p_delivery_id uuid, p_lease uuid, p_outcome text, p_status integer, p_answer text, p_problem text,
  p_milliseconds integer, p_retry_after integer, p_result jsonb
)
returns helpdesk.outbox
language plpgsql
-- Definer: nobody writes the outbox directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_delivery helpdesk.outbox;
begin
  if p_outcome is null then
    perform helpdesk_private.fail('invalid_value', 'outcome is missing');
  end if;
  perform helpdesk_private.text_among('outcome', p_outcome, 'done', 'retry', 'refused', 'gone', 'unknown');
  v_delivery := helpdesk_private.lock_leased(p_delivery_id, p_lease);
  return helpdesk_private.end_attempt(
    v_delivery, p_outcome, p_status, p_answer, p_problem, p_milliseconds, p_retry_after, p_result
  );
end;
$$;
revoke all on function helpdesk_private.settle_delivery from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.settle_delivery to service_role;

create function helpdesk.settle_delivery(
  delivery_id uuid, lease uuid, outcome text, status integer default null, answer text default null,
  problem text default null, milliseconds integer default null, retry_after_seconds integer default null,
  result jsonb default null
)
returns helpdesk.outbox
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.settle_delivery(
    settle_delivery.delivery_id, settle_delivery.lease, settle_delivery.outcome, settle_delivery.status,
    settle_delivery.answer, settle_delivery.problem, settle_delivery.milliseconds,
    settle_delivery.retry_after_seconds, settle_delivery.result
  );
$$;
comment on function helpdesk.settle_delivery is
  'For senders, with the secret key and the token of the lease: how the attempt ended. outcome: done; retry (sent '
  'again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, and not before retry_after_seconds; then '
  'dead); refused or gone (failed for good; gone switches a webhook off); unknown (a mail that may have been sent). '
  'status, answer, problem and milliseconds are kept for admins: no secrets.';
revoke all on function helpdesk.settle_delivery from public, anon, authenticated, service_role;
grant execute on function helpdesk.settle_delivery to service_role;

create function helpdesk_private.prune_outbox(p_max_rows integer)
returns void
language plpgsql
-- Definer: nobody writes the outbox directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from helpdesk.outbox as o where o.delivery_id in (
    select d.delivery_id from helpdesk.outbox as d
    where d.state = 'done' and d.finished_at < now() - interval '30 days'
    order by d.finished_at limit p_max_rows for update skip locked
  );
  delete from helpdesk.outbox as o where o.delivery_id in (
    select d.delivery_id from helpdesk.outbox as d
    where d.state in ('failed', 'dead', 'unknown') and d.finished_at < now() - interval '90 days'
    order by d.finished_at limit p_max_rows for update skip locked
  );
  delete from helpdesk.delivery_attempts as a where a.attempt_id in (
    select d.attempt_id from helpdesk.delivery_attempts as d
    where d.created_at < now() - interval '30 days'
    order by d.created_at limit p_max_rows for update skip locked
  );
  delete from helpdesk.automatic_emails as a where a.automatic_id in (
    select d.automatic_id from helpdesk.automatic_emails as d
    where d.created_at < now() - interval '30 days'
    order by d.created_at limit p_max_rows for update skip locked
  );
end;
$$;
comment on function helpdesk_private.prune_outbox is
  'Removes what nobody needs any more, a little at a time: deliveries that are done after 30 days, other ends after '
  '90, attempts and notes about automatic mails after 30.';
revoke all on function helpdesk_private.prune_outbox from public, anon, authenticated, service_role;
