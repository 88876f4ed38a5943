-- E-mail out: the deliveries of mails in the outbox, and what their ends mean to the mails.

insert into helpdesk_private.concepts (version, concept) values ('20261129000415', 'email_delivering');
insert into helpdesk_private.event_types (type) values ('email.failed'), ('email.bounced'), ('email.complained');

create function helpdesk_private.tell_undelivered(
  p_email helpdesk.outbound_emails, p_type text, p_reason text, p_is_sure boolean default true
)
returns void
language plpgsql
-- Definer: called by definer functions only. As all below.
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
  if v_state = 'failed' and exists (
    select from helpdesk.messages as m where m.message_id = v_email.message_id and m.redacted_at is not null
  ) then
    -- Redacted while a sender had it: nobody waits for it any more.
    v_state := 'cancelled';
  end if;
  -- A mail that is dropped is cancelled before its delivery is done (see lease_deliveries()).
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
