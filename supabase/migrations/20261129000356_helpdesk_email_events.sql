-- E-mail in the event log: the addresses of the helpdesk, blocked senders, and quarantine. No event has a text, a
-- subject or the address of somebody else.

insert into helpdesk_private.concepts (version, concept) values ('20261129000356', 'email_events');
insert into helpdesk_private.event_types (type) values
  ('email_channel.created'), ('email_channel.updated'), ('email_channel.deleted'),
  ('email_block.added'), ('email_block.removed'),
  ('email.quarantined'), ('email.accepted'), ('email.marked_spam');

create trigger log_channel after insert on helpdesk.email_channels
  for each row execute function helpdesk_private.log_administration('email_channel.created', 'channel_id');
create trigger log_channel_removal after delete on helpdesk.email_channels
  for each row execute function helpdesk_private.log_administration('email_channel.deleted', 'channel_id');

create function helpdesk_private.log_channel_change()
returns trigger
language plpgsql
-- Definer: nobody writes events directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changes jsonb := helpdesk_private.changes(
    to_jsonb(old), to_jsonb(new), 'address', 'name', 'team_id', 'provider', 'reply_domain', 'trusted_authserv_ids',
    'trusted_rewriters', 'trusted_forms', 'is_active'
  );
begin
  if v_changes is null then
    return null;
  end if;
  -- Whom the helpdesk believes is what a forger would like to know, and webhooks receive this event.
  select jsonb_object_agg(c.key, case when c.key like 'trusted%' then '[null, null]' else c.value end)
  into v_changes
  from jsonb_each(v_changes) as c (key, value);
  perform helpdesk_private.log_event(
    'email_channel.updated', 'staff', null, jsonb_build_object('channel_id', new.channel_id, 'changes', v_changes)
  );
  return null;
end;
$$;
revoke all on function helpdesk_private.log_channel_change from public, anon, authenticated, service_role;
create trigger log_channel_change after update on helpdesk.email_channels
  for each row execute function helpdesk_private.log_channel_change();

create function helpdesk_private.log_block()
returns trigger
language plpgsql
-- Definer: nobody writes events directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pattern text := case tg_op when 'DELETE' then old.pattern else new.pattern end;
begin
  perform helpdesk_private.log_event(
    case tg_op when 'DELETE' then 'email_block.removed' else 'email_block.added' end, 'staff', null,
    jsonb_build_object('kind', case when v_pattern like '%@%' then 'address' else 'domain' end)
  );
  return null;
end;
$$;
revoke all on function helpdesk_private.log_block from public, anon, authenticated, service_role;
create trigger log_block after insert or delete on helpdesk.email_blocks
  for each row execute function helpdesk_private.log_block();

create function helpdesk_private.log_quarantine()
returns trigger
language plpgsql
-- Definer: nobody writes events directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_data jsonb := jsonb_build_object('inbound_id', new.inbound_id);
begin
  -- Locked, so that the events of a ticket have an order.
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = new.ticket_id for no key update;
  if not found then
    -- The mail names no ticket: its team is told, and webhooks of the team.
    v_ticket.team_id := new.team_id;
  end if;
  if new.outcome = 'quarantined' then
    perform helpdesk_private.log_event(
      'email.quarantined', 'staff', v_ticket, v_data || jsonb_build_object('reason', new.reason)
    );
  elsif new.outcome = 'spam' then
    perform helpdesk_private.log_event('email.marked_spam', 'staff', v_ticket, v_data);
  else
    perform helpdesk_private.log_event(
      'email.accepted', 'staff', v_ticket, v_data || jsonb_build_object('outcome', new.outcome)
    );
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.log_quarantine is
  'Trigger function of mails: one event when a mail comes into quarantine, and one when somebody decides on it.';
revoke all on function helpdesk_private.log_quarantine from public, anon, authenticated, service_role;
create trigger log_quarantine after update on helpdesk.inbound_emails
  for each row when (
    old.outcome is distinct from new.outcome and new.outcome is not null
    and (old.outcome = 'quarantined' or new.outcome = 'quarantined')
  )
  execute function helpdesk_private.log_quarantine();
