-- E-mail out: which mails are queued. A public reply of staff goes to the requester and to the participants who receive
-- copies, each as a mail of their own, in the transaction of the reply.

insert into helpdesk_private.concepts (version, concept) values ('20261129000405', 'email_queueing');

create function helpdesk_private.reply_domain(p_channel helpdesk.email_channels)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select coalesce((p_channel).reply_domain, split_part((p_channel).address, '@', 2));
$$;
revoke all on function helpdesk_private.reply_domain from public, anon, authenticated, service_role;

create function helpdesk_private.is_own_address(p_address text)
returns boolean
language plpgsql
stable
-- Definer: channels are closed to customers. As all below. PL/pgSQL: see mail_reply().
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_domain text := split_part(p_address, '@', 2);
  v_untagged text := case when p_address like '%+%' then regexp_replace(p_address, '[+][^@]*@', '@') end;
  v_is_token boolean := p_address ~ '^(reply|note|bounce)[+]';
begin
  return exists (
    select from helpdesk.email_channels as c
    where c.address in (p_address, v_untagged) or (v_is_token and v_domain = helpdesk_private.reply_domain(c))
  );
end;
$$;
comment on function helpdesk_private.is_own_address is
  'Whether a mail to this address would come back to us: an address of a channel, or a reply address.';
revoke all on function helpdesk_private.is_own_address from public, anon, authenticated, service_role;

create function helpdesk_private.channel_of_ticket(p_ticket helpdesk.tickets)
returns helpdesk.email_channels
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_last uuid := (
    select i.channel_id from helpdesk.inbound_emails as i
    where i.ticket_id = p_ticket.ticket_id and i.outcome in ('appended', 'created')
    order by i.received_at desc limit 1
  );
  v_channel helpdesk.email_channels;
begin
  select * into v_channel
  from helpdesk.email_channels as c
  where c.is_active
    and (
      c.team_id is null or c.team_id = p_ticket.team_id or c.channel_id = v_last
      or c.team_id = (select t.team_id from helpdesk.teams as t where t.is_default)
    )
  order by
    c.channel_id is not distinct from v_last desc, (c.team_id is not distinct from p_ticket.team_id) desc,
    c.team_id is null desc, c.created_at, c.address
  limit 1;
  return v_channel;
end;
$$;
comment on function helpdesk_private.channel_of_ticket is
  'The address that mails about a ticket come from: where its last mail arrived, else its team''s, else one without a '
  'team, else the default team''s. None: no mail is sent.';
revoke all on function helpdesk_private.channel_of_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.last_mail_of(p_ticket_id uuid, p_address text, p_user_id uuid)
returns helpdesk.inbound_emails
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails;
begin
  select * into v_email
  from helpdesk.inbound_emails as i
  where i.ticket_id = p_ticket_id and i.outcome in ('appended', 'created')
    and (i.from_address = p_address or i.author_id = p_user_id)
  order by i.received_at desc limit 1;
  return v_email;
end;
$$;
comment on function helpdesk_private.last_mail_of is 'The newest mail of this person on this ticket.';
revoke all on function helpdesk_private.last_mail_of from public, anon, authenticated, service_role;

create function helpdesk_private.reply_subject(p_ticket helpdesk.tickets, p_address text, p_user_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails := helpdesk_private.last_mail_of(p_ticket.ticket_id, p_address, p_user_id);
begin
  -- One prefix, however many the person's mail had: mail programs add one to each answer.
  return left('Re: ' || coalesce(nullif(btrim(regexp_replace(
    coalesce(nullif(helpdesk_private.one_line(v_email.subject), ''), p_ticket.title),
    '^((re|aw|sv|vs|antw|odp|ynt|res)(\[[0-9]+\])?\s*[:：]\s*)+', '', 'i'
  )), ''), p_ticket.title), 900);
end;
$$;
comment on function helpdesk_private.reply_subject is
  'The last subject that this person used, so that the answer stays in their thread; else the title. With one "Re: ".';
revoke all on function helpdesk_private.reply_subject from public, anon, authenticated, service_role;

create function helpdesk_private.enqueue_email(
  p_ticket_id uuid, p_kind text, p_message_id uuid, p_recipient text, p_user_id uuid default null,
  p_channel_id uuid default null, p_details jsonb default '{}', p_next_at timestamptz default clock_timestamp()
)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := gen_random_uuid();
  v_address text := helpdesk_private.mail_address(p_recipient);
  v_ticket helpdesk.tickets;
  v_channel helpdesk.email_channels;
  -- Of these, automatic_email_problem() was asked about the address.
  v_is_automatic boolean := p_kind in ('acknowledgement', 'notification');
  v_is_suppressed boolean;
  v_minted text;
begin
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_ticket_id;
  if p_channel_id is not null then
    select * into v_channel from helpdesk.email_channels as c where c.channel_id = p_channel_id and c.is_active;
  end if;
  if v_channel.channel_id is null then
    v_channel := helpdesk_private.channel_of_ticket(v_ticket);
  end if;
  if v_address is null or v_channel.channel_id is null
    or (not v_is_automatic and helpdesk_private.is_own_address(v_address)) then
    return null;
  end if;
  v_is_suppressed := not v_is_automatic and exists (
    select from helpdesk.email_suppressions as s where s.address = v_address
  );
  if v_is_suppressed and p_kind <> 'reply' then
    return null;
  end if;
  -- 128 random bits. A UUID has fewer.
  v_minted := format(
    'm.%s@%s',
    left(encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex'), 32),
    split_part(v_channel.address, '@', 2)
  );
  insert into helpdesk.outbound_emails (
    email_id, ticket_id, kind, message_id, recipient, user_id, channel_id, locale, subject, details, state, minted_id
  )
  values (
    v_id, p_ticket_id, p_kind, p_message_id, v_address, p_user_id, v_channel.channel_id,
    left(p_details ->> 'locale', 35),
    coalesce(
      left(helpdesk_private.one_line(p_details ->> 'subject'), 900),
      case when p_ticket_id is null then '' else helpdesk_private.reply_subject(v_ticket, v_address, p_user_id) end
    ),
    coalesce(p_details, '{}') - 'locale' - 'subject', case when v_is_suppressed then 'suppressed' else 'queued' end,
    v_minted
  )
  on conflict do nothing;
  if not found or v_is_suppressed then
    return null;
  end if;
  perform helpdesk_private.enqueue(
    'email', v_id, null, p_ticket_id, p_next_at,
    -- What one person receives about a ticket is in order; nobody waits for somebody else's mailbox.
    case
      when p_kind in ('reply', 'acknowledgement')
        then left(encode(sha256(convert_to(p_ticket_id::text || v_address, 'UTF8')), 'hex'), 32)::uuid
    end
  );
  return v_id;
end;
$$;
comment on function helpdesk_private.enqueue_email is
  'Queues a mail to one address, in the caller''s transaction. Null if none is sent: no active channel, an address of '
  'ours, a suppressed address (of a reply, a row says so), or a reply that is queued already. Before an automatic mail '
  'ask automatic_email_problem(). p_details: locale and subject, and what the text of an automatic mail is made of.';
revoke all on function helpdesk_private.enqueue_email from public, anon, authenticated, service_role;

create function helpdesk_private.reply_recipients(p_message helpdesk.messages)
returns table (address text, user_id uuid)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own text[] := helpdesk_private.addresses_of(p_message.requester_id);
  v_last helpdesk.inbound_emails := helpdesk_private.last_mail_of(p_message.ticket_id, null, p_message.requester_id);
begin
  return query
    with people as (
      select
        -- Where they wrote from last, if it is still theirs.
        case when v_last.from_address = any(v_own) then v_last.from_address else u.email end as address,
        u.user_id, u.is_active
      from helpdesk.users as u where u.user_id = p_message.requester_id
      union all
      select p.address, n.user_id, coalesce(n.is_active, true)
      from helpdesk.ticket_participants as p
      cross join lateral helpdesk_private.person_of_address(p.address) as n
      where p.ticket_id = p_message.ticket_id and p.receives_copies and p.address <> all(v_own)
    )
    select p.address, p.user_id from people as p
    where p.is_active and p.address is not null and p.user_id is distinct from p_message.author_id;
end;
$$;
comment on function helpdesk_private.reply_recipients is
  'Who receives a public reply by mail: the requester, and participants with receives_copies; never its author.';
revoke all on function helpdesk_private.reply_recipients from public, anon, authenticated, service_role;

create function helpdesk_private.mail_reply()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from helpdesk.email_channels as c where c.is_active) or exists (
    -- They wrote to the requester themselves, and we have a copy.
    select from helpdesk.inbound_emails as i where i.post_id = new.message_id and i.flags && '{sent_outside}'
  ) then
    return null;
  end if;
  perform helpdesk_private.enqueue_email(new.ticket_id, 'reply', new.message_id, r.address, r.user_id)
  from helpdesk_private.reply_recipients(new) as r;
  return null;
end;
$$;
comment on function helpdesk_private.mail_reply is
  'Queues the mails of a public reply of staff, of the assistant''s or of a program. Not of what an import brings. '
  'Somebody waits for it: all that it calls is PL/pgSQL, which keeps its plans, as SQL does from PostgreSQL 18 only.';
revoke all on function helpdesk_private.mail_reply from public, anon, authenticated, service_role;
create trigger mail_reply after insert on helpdesk.messages
  for each row when (not new.imported and new.author_kind <> 'customer')
  execute function helpdesk_private.mail_reply();

create function helpdesk_private.cancel_emails()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  with waiting as (
    select o.delivery_id, o.target_id
    from helpdesk.outbound_emails as e
    inner join helpdesk.outbox as o on e.email_id = o.target_id and o.kind = 'email'
    where e.message_id = new.message_id and e.kind = 'reply' and e.state = 'queued' and o.state = 'queued'
    -- One that a sender has taken meanwhile is too late.
    for update of o skip locked
  ),
  removed as (
    delete from helpdesk.outbox as o using waiting as w where o.delivery_id = w.delivery_id returning o.target_id
  )
  update helpdesk.outbound_emails as e set state = 'cancelled', problem = 'The message was redacted before it was sent.'
  from removed as r where e.email_id = r.target_id;
  return null;
end;
$$;
comment on function helpdesk_private.cancel_emails is 'What is redacted before a sender took it is not sent.';
revoke all on function helpdesk_private.cancel_emails from public, anon, authenticated, service_role;
create trigger cancel_emails after update of redacted_at on helpdesk.messages
  for each row when (new.redacted_at is not null and old.redacted_at is null)
  execute function helpdesk_private.cancel_emails();
