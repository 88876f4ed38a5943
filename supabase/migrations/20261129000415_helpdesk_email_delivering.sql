-- E-mail out: the deliveries of mails in the outbox, and what their ends mean to the mails.

insert into helpdesk_private.concepts (version, concept) values ('20261129000415', 'email_delivering');
insert into helpdesk_private.event_types (type) values ('email.failed'), ('email.bounced'), ('email.complained');

create or replace function helpdesk_private.delivery_payload(p_delivery helpdesk.outbox)
returns jsonb
language plpgsql
-- Definer: called by definer functions only. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return case p_delivery.kind
    when 'webhook' then helpdesk_private.webhook_payload(p_delivery)
    when 'email' then helpdesk_private.email_payload(p_delivery.target_id)
  end;
end;
$$;

create or replace function helpdesk_private.held_until(p_delivery helpdesk.outbox)
returns timestamptz
language plpgsql
stable
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

create or replace function helpdesk_private.lease_deliveries(p_kind text, p_max_rows integer, p_lease_seconds integer)
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
create function helpdesk_private.tell_undelivered(
  p_email helpdesk.outbound_emails, p_type text, p_reason text, p_is_sure boolean default true
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
begin
  -- Whoever writes a ticket's events has locked the ticket.
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_email.ticket_id for no key update;
  if not found then
    return;
  end if;
  perform helpdesk_private.log_event(p_type, 'staff', v_ticket, jsonb_build_object(
    'email_id', p_email.email_id, 'kind', p_email.kind, 'reason', p_reason
  ));
  if p_email.kind = 'reply' and p_type in ('email.failed', 'email.bounced') and p_reason <> 'unknown'
    and p_is_sure and v_ticket.merged_into is null and v_ticket.status in ('resolved', 'closed') then
    -- The customer does not know the answer: somebody has to look. A closed ticket can only become open.
    update helpdesk.tickets as t set status = case v_ticket.status when 'resolved' then 'pending' else 'open' end
    where t.ticket_id = v_ticket.ticket_id;
  end if;
end;
$$;
comment on function helpdesk_private.tell_undelivered is
  'Tells staff by an event on the ticket that a mail did not arrive. A reply that surely did not arrive reopens its '
  'ticket.';
revoke all on function helpdesk_private.tell_undelivered from public, anon, authenticated, service_role;

create function helpdesk_private.suppress_address(p_address text, p_reason text, p_detail text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into helpdesk.email_suppressions (address, reason, detail)
  values (p_address, p_reason, left(coalesce(helpdesk_private.one_line(left(p_detail, 4000)), ''), 500))
  on conflict do nothing;
  -- A complaint is for good.
  update helpdesk.email_suppressions as s set reason = p_reason
  where s.address = p_address and p_reason = 'complaint' and s.reason = 'bounce';
end;
$$;
revoke all on function helpdesk_private.suppress_address from public, anon, authenticated, service_role;

create function helpdesk_private.follow_email_delivery()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.outbound_emails;
  v_state text := case new.state
    when 'done' then 'sent' when 'unknown' then 'unknown' when 'dead' then 'failed' when 'failed' then 'failed'
    else 'queued'
  end;
begin
  select * into v_email from helpdesk.outbound_emails as e where e.email_id = new.target_id;
  if v_email.state = v_state or (v_email.state = 'cancelled' and v_state = 'sent') then
    return null;
  end if;
  if v_state in ('failed', 'unknown') then
    -- The ticket is locked before the mail, as everywhere.
    perform helpdesk_private.tell_undelivered(
      v_email, 'email.failed', case v_state when 'failed' then 'failed' else 'unknown' end
    );
  end if;
  update helpdesk.outbound_emails as e
  set state = v_state,
      problem = case when v_state in ('failed', 'unknown') then new.last_problem end,
      sent_at = case when v_state = 'sent' then clock_timestamp() else e.sent_at end
  where e.email_id = new.target_id;
  return null;
end;
$$;
comment on function helpdesk_private.follow_email_delivery is
  'Keeps the state of a mail as that of its delivery, which only admins read and which is removed after a while.';
revoke all on function helpdesk_private.follow_email_delivery from public, anon, authenticated, service_role;
create trigger follow_email_delivery after update of state on helpdesk.outbox
  for each row when (new.kind = 'email' and new.state is distinct from old.state)
  execute function helpdesk_private.follow_email_delivery();

create function helpdesk_private.note_email_outcome(p_delivery helpdesk.outbox, p_outcome text, p_result jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.outbound_emails;
begin
  update helpdesk.outbound_emails as e
  set stamped_id = coalesce((helpdesk_private.mail_strings(p_result -> 'stamped_id'))[1], e.stamped_id),
      provider_id = coalesce(left((helpdesk_private.mail_strings(p_result -> 'provider_id'))[1], 300), e.provider_id),
      problem = case when p_outcome = 'done' then null else p_delivery.last_problem end
  where e.email_id = p_delivery.target_id
  returning * into v_email;
  if v_email.stamped_id is not null and v_email.ticket_id is not null then
    perform helpdesk_private.remember_email_id(v_email.stamped_id, 'stamped', v_email.ticket_id, v_email.message_id);
  end if;
  if p_outcome = 'refused' and p_delivery.last_answer ~ '(^|\s)5\.1\.(1|2|3|6|10)\M' then
    -- RFC 3463: there is no such mailbox, or no such domain.
    perform helpdesk_private.suppress_address(v_email.recipient, 'bounce', p_delivery.last_answer);
  end if;
end;
$$;
comment on function helpdesk_private.note_email_outcome is
  'What an attempt says about a mail: the ids that it was given, the problem, and whether the address exists.';
revoke all on function helpdesk_private.note_email_outcome from public, anon, authenticated, service_role;

create or replace function helpdesk_private.after_settling(
  p_delivery helpdesk.outbox, p_outcome text, p_result jsonb
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_delivery.kind = 'webhook' then
    perform helpdesk_private.note_webhook_outcome(p_delivery, p_outcome);
  elsif p_delivery.kind = 'email' then
    perform helpdesk_private.note_email_outcome(p_delivery, p_outcome, p_result);
  end if;
end;
$$;
