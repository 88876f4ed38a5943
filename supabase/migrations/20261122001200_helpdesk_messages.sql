-- Messages: the public conversation on a ticket. Only send_reply() writes messages, and it refuses the second of two
-- answers at the same time. A message never changes, except that it can be redacted once. It stores its author's kind
-- and name at that moment, so that a customer needs no right to read users.

create table helpdesk.messages (
  message_id uuid primary key default gen_random_uuid(),
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  -- A copy of the ticket's requester, who never changes: a customer's query compares it instead of looking up the
  -- ticket of each message in the helpdesk.
  requester_id uuid not null,
  author_id uuid references helpdesk.users (user_id),
  author_kind text not null check (author_kind in ('customer', 'staff', 'assistant', 'system')),
  author_name text not null check (char_length(author_name) <= 254),
  body text not null check (helpdesk_private.text_within('body', body, 1, 100000)),
  -- The merged ticket that the author replied to, where that is not the ticket of the message. No foreign key: with two
  -- of them, a client that embeds messages in tickets would have to say which one it means.
  via_ticket_id uuid,
  chosen_status text
    check (helpdesk_private.text_among('status', chosen_status, 'open', 'pending', 'resolved', 'closed')),
  -- The order of the conversation, taken under the ticket's lock from the sequence of events. Times give no order: a
  -- clock can step back.
  sequence bigint not null default nextval('helpdesk.events_event_id_seq'),
  created_at timestamptz not null default clock_timestamp(),
  redacted_at timestamptz,
  imported boolean not null default false
);
comment on table helpdesk.messages is
  'Messages: the public conversation of requester and staff on a ticket. Read it here, in its order with '
  'order=sequence; write with send_reply().';
comment on column helpdesk.messages.sequence is
  'The order of a ticket''s messages, notes and events: order=sequence is the conversation, oldest first.';
comment on column helpdesk.messages.via_ticket_id is
  'The merged ticket that the author replied to; null for a reply to the ticket itself.';
comment on column helpdesk.messages.imported is
  'True for a message that an import has brought from another helpdesk.';
comment on column helpdesk.messages.chosen_status is
  'The status that the author gave the ticket with this reply; null for a reply that named no status.';
-- No statistics, so that a planned count tells nothing (see tickets). The ticket keeps its own: without them each
-- reading of a conversation is planned anew.
alter table helpdesk.messages
  alter column message_id set statistics 0,
  alter column requester_id set statistics 0,
  alter column author_id set statistics 0,
  alter column author_kind set statistics 0,
  alter column author_name set statistics 0,
  alter column body set statistics 0,
  alter column via_ticket_id set statistics 0,
  alter column chosen_status set statistics 0,
  alter column sequence set statistics 0,
  alter column redacted_at set statistics 0,
  alter column imported set statistics 0;
create index messages_ticket_idx on helpdesk.messages (ticket_id, sequence);
create index messages_author_idx on helpdesk.messages (author_id);

revoke all on table helpdesk.messages from public, anon, authenticated, service_role;
grant select on table helpdesk.messages to authenticated, service_role;

create function helpdesk_private.guard_message_update()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if (to_jsonb(new) - 'body' - 'redacted_at') is distinct from (to_jsonb(old) - 'body' - 'redacted_at')
    or new.redacted_at is null or old.redacted_at is not null then
    perform helpdesk_private.fail('forbidden', 'A message never changes, except that it can be redacted once.');
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_message_update from public, anon, authenticated, service_role;
create trigger guard_message_update before update on helpdesk.messages
  for each row execute function helpdesk_private.guard_message_update();

create trigger log_message after insert on helpdesk.messages
  for each row when (not new.imported) execute function
  helpdesk_private.log_on_ticket('message.created', 'customer', 'message_id, author_kind');
create trigger log_redaction after update on helpdesk.messages
  for each row execute function
  helpdesk_private.log_on_ticket('message.redacted', 'customer', 'message_id, author_kind');

alter table helpdesk.messages enable row level security;

create policy "only active people" on helpdesk.messages
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "whoever sees the ticket sees its conversation" on helpdesk.messages
  for select to authenticated
  using (
    (
      (select helpdesk_private.me_if_staff()) is not null
      and (
        select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = messages.ticket_id
      ) is not null
    )
    or requester_id = (select helpdesk_private.me())
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122001200', 'messages');

create function helpdesk_private.send_reply(
  p_ticket_id uuid, p_body text, p_expected_last_message uuid, p_message_id uuid, p_status text, p_attachments uuid[]
)
returns helpdesk.messages
language plpgsql
-- Definer: nobody inserts messages directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The lock: people who reply to this ticket at the same time do so one after the other.
  v_ticket helpdesk.tickets := helpdesk_private.lock_for_reply(p_ticket_id);
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
  v_kind text := case helpdesk_private.role_on_ticket(v_ticket)
    when 'customer' then 'customer' when 'system' then 'system' when 'agent' then 'staff' when 'admin' then 'staff'
  end;
  v_message helpdesk.messages;
begin
  select * into v_message from helpdesk.messages as m where m.message_id = p_message_id;
  if found then
    if p_ticket_id <> coalesce(v_message.via_ticket_id, v_message.ticket_id) or v_message.author_id is distinct from v_me
      or v_message.chosen_status is distinct from p_status
      or (v_message.body is distinct from p_body and v_message.redacted_at is null)
      or not helpdesk_private.has_attachments(p_attachments, p_message_id, null) then
      perform helpdesk_private.fail('id_conflict');
    end if;
    return v_message;
  end if;
  if v_kind is null then
    perform helpdesk_private.fail('ticket_not_found');
  elsif p_body is null then
    perform helpdesk_private.fail('invalid_value', 'body is missing');
  elsif v_ticket.merged_into is not null and p_status is not null then
    perform helpdesk_private.fail('ticket_merged');
  elsif v_kind <> 'customer' and v_ticket.status = 'closed' and coalesce(p_status, 'closed') = 'closed'
    and v_ticket.merged_into is null then
    perform helpdesk_private.fail('ticket_closed');
  elsif v_kind = 'customer' and p_status = v_ticket.status and p_status <> 'open' then
    -- A customer's message must not lie in a ticket that no queue shows, nor keep a snooze.
    perform helpdesk_private.fail(
      'transition_not_allowed',
      format('As customer you cannot reply and keep a ticket %s.', p_status),
      'Leave status out: the reply opens the ticket.'
    );
  elsif (v_kind <> 'customer' or p_expected_last_message is not null)
    and v_ticket.last_message_id is distinct from p_expected_last_message then
    perform helpdesk_private.fail('conversation_moved');
  end if;
  -- One statement, whose triggers run at its end, the message's first: its event carries the revision made here. The
  -- trigger of tickets refuses a status that the caller cannot reach, and with it the message.
  with reply as (
    insert into helpdesk.messages (
      message_id, ticket_id, requester_id, author_id, author_kind, author_name, body, via_ticket_id, chosen_status
    )
    values (
      coalesce(p_message_id, gen_random_uuid()), v_ticket.ticket_id, v_ticket.created_by, v_me, v_kind,
      helpdesk_private.display_name(v_me), p_body, nullif(p_ticket_id, v_ticket.ticket_id), p_status
    )
    on conflict do nothing
    returning *
  )
  update helpdesk.tickets as t
  set last_message_id = r.message_id,
      status = case
        when t.merged_into is not null then t.status
        else coalesce(p_status, case when v_kind = 'customer' then 'open' else 'pending' end)
      end,
      first_response_at = case
        when v_kind = 'customer' then t.first_response_at else coalesce(t.first_response_at, r.created_at)
      end
  from reply as r
  where t.ticket_id = r.ticket_id
  returning r.* into v_message;
  if not found then
    -- Another transaction has used this id on another ticket since the query above.
    perform helpdesk_private.fail('id_conflict');
  end if;
  perform helpdesk_private.take_attachments(p_attachments, p_ticket_id, v_message.message_id, null);
  return v_message;
end;
$$;
revoke all on function helpdesk_private.send_reply from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.send_reply to authenticated, service_role;

create function helpdesk.send_reply(
  ticket_id uuid, body text, expected_last_message uuid default null, message_id uuid default null,
  status text default null, attachments uuid[] default null
)
returns helpdesk.messages
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.send_reply(
    send_reply.ticket_id, send_reply.body, send_reply.expected_last_message, send_reply.message_id, send_reply.status,
    send_reply.attachments
  );
$$;
comment on function helpdesk.send_reply is
  'Replies to a ticket. Those who work the ticket send the message that they saw last (null: none yet); the reply is '
  'refused when the conversation has moved on. Their reply makes the ticket pending, the requester''s opens it, unless '
  'status asks for another one (see status_transitions): reply and status are one change. Those who work the ticket '
  'reply to a closed ticket only with status open. attachments: ids of files that you have uploaded for a message of '
  'this ticket. Repeat it with the same message_id: there is one message.';
revoke all on function helpdesk.send_reply from public, anon, authenticated, service_role;
grant execute on function helpdesk.send_reply to authenticated, service_role;

create function helpdesk_private.redact_message(p_message_id uuid)
returns helpdesk.messages
language plpgsql
-- Definer: nobody updates messages directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message helpdesk.messages;
  v_role text;
begin
  perform helpdesk_private.require_role('agent', 'admin');
  -- Read before it is locked: nobody can lock a message that they may not redact.
  select * into v_message from helpdesk.messages as m where m.message_id = p_message_id;
  select helpdesk_private.role_on_ticket(t) into v_role
  from helpdesk.tickets as t where t.ticket_id = v_message.ticket_id;
  if coalesce(v_role, 'customer') = 'customer' then
    perform helpdesk_private.fail('message_not_found');
  end if;
  -- With the tickets that it was merged into, in the order of their ids: the assistant's texts there are redacted, too.
  perform from helpdesk.tickets as t
  where t.ticket_id = v_message.ticket_id or t.ticket_id in (
    select g.conversation_id from helpdesk_private.merged_tickets as g where g.ticket_id = v_message.ticket_id
  )
  order by t.ticket_id for no key update;
  perform helpdesk_private.lock_ticket(v_message.ticket_id, p_staff_only => true);
  update helpdesk.messages as m set body = '[redacted]', redacted_at = clock_timestamp()
  where m.message_id = p_message_id and m.redacted_at is null;
  select * into v_message from helpdesk.messages as m where m.message_id = p_message_id;
  return v_message;
end;
$$;
revoke all on function helpdesk_private.redact_message from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.redact_message to authenticated, service_role;

create function helpdesk.redact_message(message_id uuid)
returns helpdesk.messages
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.redact_message(redact_message.message_id);
$$;
comment on function helpdesk.redact_message is
  'Those who work the ticket: replaces a message''s text for good, for example a password that a customer sent. The '
  'event stores who did it and when.';
revoke all on function helpdesk.redact_message from public, anon, authenticated, service_role;
grant execute on function helpdesk.redact_message to authenticated, service_role;
