-- E-mail that the helpdesk writes by itself: how much of it, and to whom. Each such mail that was considered is a row:
-- queued, or skipped with the reason. The rows are what the limits count.

create table helpdesk.automatic_emails (
  automatic_id uuid primary key default gen_random_uuid(),
  kind text not null check (char_length(kind) <= 50),
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  recipient text not null check (char_length(recipient) <= 254),
  user_id uuid references helpdesk.users (user_id),
  state text not null check (state in ('queued', 'skipped')),
  reason text check (char_length(reason) <= 100),
  -- No foreign key: a client that embeds mails would have to say which relation it means.
  email_id uuid,
  created_at timestamptz not null default clock_timestamp()
);
comment on table helpdesk.automatic_emails is
  'Mails that the helpdesk wrote by itself, or did not write, with the reason; for 30 days. Those who work the ticket '
  'read them.';
comment on column helpdesk.automatic_emails.kind is
  'acknowledgement, or a notification: assigned, customer_replied, team_customer_replied, mentioned, bounced.';
comment on column helpdesk.automatic_emails.reason is
  'Why it was skipped: automatic_mail, mailing_list, loop, muted, blocked, suppressed, own_address, no_reply_address, '
  'sender_refused, written_by_staff, forwarded_by_staff, inactive_person, not_the_requester, acknowledged_before, '
  'address_per_hour, address_per_day, domain_per_hour, ticket_per_hour, installation_per_minute, or no_channel.';
comment on column helpdesk.automatic_emails.email_id is 'The mail in outbound_emails.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.automatic_emails
  alter column automatic_id set statistics 0,
  alter column kind set statistics 0,
  alter column ticket_id set statistics 0,
  alter column recipient set statistics 0,
  alter column user_id set statistics 0,
  alter column state set statistics 0,
  alter column reason set statistics 0,
  alter column email_id set statistics 0,
  alter column created_at set statistics 0;
create index automatic_emails_ticket_idx on helpdesk.automatic_emails (ticket_id, created_at);
create index automatic_emails_recipient_idx on helpdesk.automatic_emails (recipient, created_at)
where state = 'queued';
create index automatic_emails_domain_idx
on helpdesk.automatic_emails (split_part(recipient, '@', 2), created_at) where state = 'queued' and user_id is null;
alter index helpdesk.automatic_emails_domain_idx alter column 1 set statistics 0;
create index automatic_emails_created_idx on helpdesk.automatic_emails (created_at);
create index automatic_emails_user_idx on helpdesk.automatic_emails (user_id);

revoke all on table helpdesk.automatic_emails from public, anon, authenticated, service_role;
grant select on table helpdesk.automatic_emails to authenticated, service_role;
alter table helpdesk.automatic_emails enable row level security;

create policy "only active people" on helpdesk.automatic_emails
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its automatic mails" on helpdesk.automatic_emails
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = automatic_emails.ticket_id
    ) is not null
  );

insert into helpdesk_private.concepts (version, concept) values ('20261129000515', 'automatic_emails');

create function helpdesk_private.is_program_address(p_address text)
returns boolean
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select split_part(lower(p_address), '@', 1) ~ (
    '^(no[-._]?repl(y|ies)|do[-._]?not[-._]?reply|mailer[-._]?daemon|postmaster|bounces?|listserv|majordomo|owner-.*'
    || '|.*-(request|owner|bounces?)|root|daemon|nobody)([+].*)?$'
  );
$$;
comment on function helpdesk_private.is_program_address is 'Whether nobody reads what is sent to this address.';
revoke all on function helpdesk_private.is_program_address from public, anon, authenticated, service_role;

create function helpdesk_private.written_to(p_recipient text, p_is_staff boolean, p_within interval)
returns bigint
language plpgsql
stable
-- Definer: reads the mails of all tickets.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since timestamptz := clock_timestamp() - p_within;
begin
  if p_is_staff then
    return (
      select count(*) from helpdesk.automatic_emails as a
      where a.recipient = p_recipient and a.state = 'queued' and a.created_at > v_since
    );
  end if;
  -- name+1@ and name+2@ are one mailbox: whoever forges senders could fill it otherwise.
  return (
    select count(*) from helpdesk.automatic_emails as a
    where split_part(a.recipient, '@', 2) = split_part(p_recipient, '@', 2) and a.user_id is null
      and a.state = 'queued' and a.created_at > v_since
      and helpdesk_private.without_tag(a.recipient) = helpdesk_private.without_tag(p_recipient)
  );
end;
$$;
comment on function helpdesk_private.written_to is
  'How many automatic mails went to the mailbox lately: to somebody of staff, or acknowledgements.';
revoke all on function helpdesk_private.written_to from public, anon, authenticated, service_role;

create function helpdesk_private.automatic_email_problem(
  p_kind text, p_ticket_id uuid, p_recipient text, p_user_id uuid
)
returns text
language plpgsql
stable
-- Definer: reads all of the settings of mail. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Customers, of whom a program can pretend to be many; and staff, who have asked for their notifications.
  v_to_staff boolean := p_kind <> 'acknowledgement';
  v_now timestamptz := clock_timestamp();
begin
  if helpdesk_private.is_own_address(p_recipient) then
    return 'own_address';
  elsif not v_to_staff and helpdesk_private.is_program_address(p_recipient) then
    return 'no_reply_address';
  elsif not v_to_staff and helpdesk_private.is_blocked(p_recipient) then
    return 'blocked';
  elsif not helpdesk_private.may_mail_automatically(p_recipient) then
    return 'muted';
  elsif exists (select from helpdesk.email_suppressions as s where s.address = p_recipient) then
    return 'suppressed';
  elsif not v_to_staff and exists (
    select from helpdesk.automatic_emails as a
    where a.ticket_id = p_ticket_id and a.kind = p_kind and a.state = 'queued'
  ) then
    return 'acknowledged_before';
  elsif helpdesk_private.written_to(p_recipient, v_to_staff, interval '1 hour')
    >= (case when v_to_staff then 60 else 5 end) then
    return 'address_per_hour';
  elsif helpdesk_private.written_to(p_recipient, v_to_staff, interval '24 hours')
    >= (case when v_to_staff then 500 else 20 end) then
    return 'address_per_day';
  elsif not v_to_staff and (
    -- By domain, too: some programs change their address with each answer. Not to staff, who share a domain.
    select count(*) from helpdesk.automatic_emails as a
    where split_part(a.recipient, '@', 2) = split_part(p_recipient, '@', 2) and a.user_id is null
      and a.state = 'queued' and a.created_at > v_now - interval '1 hour'
  ) >= 100 then
    return 'domain_per_hour';
  elsif (
    select count(*) from helpdesk.automatic_emails as a
    where a.ticket_id = p_ticket_id and a.state = 'queued' and a.created_at > v_now - interval '1 hour'
  ) >= 60 then
    return 'ticket_per_hour';
  elsif (
    select count(*) from helpdesk.automatic_emails as a
    where a.state = 'queued' and a.created_at > v_now - interval '1 minute'
  ) >= (select s.email_max_per_minute from helpdesk.settings as s) then
    return 'installation_per_minute';
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.automatic_email_problem is
  'Why no automatic mail goes to the address now; null if one may. p_user_id: somebody of staff, who is notified.';
revoke all on function helpdesk_private.automatic_email_problem from public, anon, authenticated, service_role;

create function helpdesk_private.note_automatic_email(
  p_kind text, p_ticket_id uuid, p_recipient text, p_user_id uuid, p_email_id uuid, p_reason text
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into helpdesk.automatic_emails (kind, ticket_id, recipient, user_id, state, reason, email_id)
  values (
    p_kind, p_ticket_id, p_recipient, p_user_id, case when p_email_id is null then 'skipped' else 'queued' end,
    case when p_email_id is null then coalesce(p_reason, 'no_channel') end, p_email_id
  );
end;
$$;
comment on function helpdesk_private.note_automatic_email is
  'Writes down that an automatic mail was queued, or why it was not. prune_outbox() removes what is old.';
revoke all on function helpdesk_private.note_automatic_email from public, anon, authenticated, service_role;
