-- E-mail in: a mail that became no message is redacted by its own name: the mail that opened a ticket, whose text is
-- the ticket's description, one that became a note, and one that became nothing.

insert into helpdesk_private.concepts (version, concept) values ('20261129000358', 'email_removal');
insert into helpdesk_private.event_types (type) values ('email.redacted');

create function helpdesk_private.redact_answers(p_ticket_id uuid, p_since timestamptz)
returns void
language sql
-- Definer: nobody updates proposals and runs directly. Called with all these tickets locked.
security definer
set search_path = pg_catalog, pg_temp
as $$
  update helpdesk.proposals as p
  set state = case p.state when 'open' then 'superseded' else p.state end,
      decided_at = coalesce(p.decided_at, clock_timestamp()),
      payload = helpdesk_private.redacted_payload(p.kind, p.payload),
      final = case when p.final ? 'body' then p.final || '{"body": "[redacted]"}' else p.final end
  where p.kind in ('reply', 'note', 'summary', 'next_steps', 'escalation', 'article')
    and p.created_at >= p_since
    and p.ticket_id = any(array(
      select p_ticket_id
      union all
      select g.conversation_id from helpdesk_private.merged_tickets as g where g.ticket_id = p_ticket_id
    ));
  update helpdesk.ai_runs as r set answer = null
  where r.answer is not null and r.finished_at >= p_since
    and r.ticket_id = any(array(
      select p_ticket_id
      union all
      select g.conversation_id from helpdesk_private.merged_tickets as g where g.ticket_id = p_ticket_id
    ));
$$;
comment on function helpdesk_private.redact_answers is
  'Removes the texts of the assistant that were made since then on a ticket and on those that it was merged into: any '
  'of them may hold what was redacted.';
revoke all on function helpdesk_private.redact_answers from public, anon, authenticated, service_role;

create or replace function helpdesk_private.has_redacted_since(p_ticket_id uuid, p_time timestamptz)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    with conversation as (
      select p_ticket_id as ticket_id
      union all
      select g.ticket_id from helpdesk_private.merged_tickets as g where g.conversation_id = p_ticket_id
    )
    select exists (
      select from helpdesk.messages as m inner join conversation as c using (ticket_id) where m.redacted_at >= p_time
    ) or exists (
      select from helpdesk.inbound_emails as i inner join conversation as c using (ticket_id)
      where i.redacted_at >= p_time
    )
  );
end;
$$;

create function helpdesk_private.lock_email(p_inbound_id uuid, p_ticket_id uuid)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails := helpdesk_private.find_original(p_inbound_id, null, p_ticket_id);
begin
  if v_email.outcome = 'duplicate' then
    -- What it became, the first delivery became.
    v_email := helpdesk_private.find_email(
      coalesce((v_email.evidence ->> 'first_delivery')::uuid, v_email.inbound_id)
    );
  end if;
  -- As redact_message(): with the tickets that it was merged into, in the order of their ids.
  perform from helpdesk.tickets as t
  where t.ticket_id = v_email.ticket_id or t.ticket_id in (
    select g.conversation_id from helpdesk_private.merged_tickets as g where g.ticket_id = v_email.ticket_id
  )
  order by t.ticket_id for no key update;
  perform from helpdesk.inbound_emails as i where i.inbound_id = v_email.inbound_id for no key update;
  -- Only staff, and nobody who lost the ticket while they waited for its lock.
  return helpdesk_private.find_email(v_email.inbound_id);
end;
$$;
comment on function helpdesk_private.lock_email is
  'The mail, or the one that opened the ticket, locked behind its tickets, if the caller works its ticket or, without '
  'one, its team. Of a mail that came again: the first delivery.';
revoke all on function helpdesk_private.lock_email from public, anon, authenticated, service_role;

create function helpdesk_private.redact_email(p_inbound_id uuid, p_ticket_id uuid)
returns helpdesk.inbound_emails
language plpgsql
-- Definer: nobody writes mails, notes and tickets directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails := helpdesk_private.lock_email(p_inbound_id, p_ticket_id);
  v_ticket helpdesk.tickets;
  v_since timestamptz;
begin
  if v_email.outcome is null then
    perform helpdesk_private.fail(
      'invalid_value', 'the mail is not parsed yet', 'Its text is nowhere before. Try again in a minute.'
    );
  elsif v_email.redacted_at is not null then
    -- Once: what people wrote since then stays.
    return v_email;
  elsif exists (select from helpdesk.messages as m where m.message_id = v_email.post_id) then
    -- The mail follows its message.
    perform helpdesk_private.redact_message(v_email.post_id);
    return helpdesk_private.find_email(v_email.inbound_id);
  end if;
  perform helpdesk_private.redact_emails(array[v_email.inbound_id]);
  if v_email.note_id is not null then
    update helpdesk.notes as n set body = '[redacted]' where n.note_id = v_email.note_id
    returning n.created_at into v_since;
  elsif v_email.outcome = 'created' then
    -- Also of a merged ticket, which nobody edits: its time says that it was changed by the helpdesk itself.
    update helpdesk.tickets as t
    set description = '[redacted]', revision = t.revision + 1,
        updated_at = greatest(clock_timestamp(), now(), t.updated_at + interval '1 microsecond')
    where t.ticket_id = v_email.ticket_id
    returning t.created_at into v_since;
  end if;
  perform helpdesk_private.redact_answers(v_email.ticket_id, v_since);
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = v_email.ticket_id;
  if not found then
    v_ticket.team_id := v_email.team_id;
  end if;
  perform helpdesk_private.log_event(
    'email.redacted', 'staff', v_ticket, jsonb_build_object('inbound_id', v_email.inbound_id)
  );
  return helpdesk_private.find_email(v_email.inbound_id);
end;
$$;
revoke all on function helpdesk_private.redact_email from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.redact_email to authenticated, service_role;

create function helpdesk.redact_email(inbound_id uuid default null, ticket_id uuid default null)
returns helpdesk.inbound_emails
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.redact_email(redact_email.inbound_id, redact_email.ticket_id);
$$;
comment on function helpdesk.redact_email is
  'Those who work the ticket or the team: removes the text of a mail for good, and of what it became: the message, the '
  'note, or the description of the ticket that it opened. Name the mail, or by ticket_id the one that opened a ticket. '
  'The raw bytes follow: see raw_emails_to_delete(). Titles and files stay; the event stores who did it and when.';
revoke all on function helpdesk.redact_email from public, anon, authenticated, service_role;
grant execute on function helpdesk.redact_email to authenticated, service_role;
