-- E-mail: the addresses at which the helpdesk receives mail, and what it believes about senders. Admins configure it.
-- A mail grants nothing: a participant of a ticket is somebody to write to, and no reader of the ticket.

create function helpdesk_private.domain_valid(p_field text, p_value text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null or (
    char_length(p_value) <= 253
    and p_value ~ '^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?[.])+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
  ) then
    return true;
  end if;
  perform helpdesk_private.fail(
    'invalid_value', format('%s must be a domain like example.com, in lower case and in ASCII', p_field)
  );
  return false;
end;
$$;
revoke all on function helpdesk_private.domain_valid from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.domain_valid to authenticated, service_role;

create function helpdesk_private.domains_valid(p_field text, p_values text[])
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(p_values) > 50 then
    perform helpdesk_private.fail('invalid_value', p_field || ' must be at most 50 domains');
  elsif array_position(p_values, null) is not null then
    perform helpdesk_private.fail('invalid_value', p_field || ' must not contain null');
  end if;
  return (select coalesce(bool_and(helpdesk_private.domain_valid(p_field, d.domain)), true)
    from unnest(p_values) as d (domain));
end;
$$;
revoke all on function helpdesk_private.domains_valid from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.domains_valid to authenticated, service_role;

create function helpdesk_private.emails_valid(p_field text, p_values text[])
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(p_values) > 50 then
    perform helpdesk_private.fail('invalid_value', p_field || ' must be at most 50 addresses');
  elsif array_position(p_values, null) is not null then
    perform helpdesk_private.fail('invalid_value', p_field || ' must not contain null');
  end if;
  return (select coalesce(bool_and(helpdesk_private.email_valid(p_field, a.address)), true)
    from unnest(p_values) as a (address));
end;
$$;
revoke all on function helpdesk_private.emails_valid from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.emails_valid to authenticated, service_role;

create table helpdesk.email_channels (
  channel_id uuid primary key default gen_random_uuid(),
  address text not null unique check (helpdesk_private.email_valid('address', address)),
  name text not null default '' check (helpdesk_private.name_within('name', name, 0, 100)),
  team_id uuid references helpdesk.teams (team_id) on delete set null,
  provider text not null default 'raw' check (
    helpdesk_private.text_among(
      'provider', provider, 'raw', 'imap', 'postmark', 'sendgrid', 'mailgun', 'resend', 'ses', 'cloudflare'
    )
  ),
  reply_domain text check (helpdesk_private.domain_valid('reply_domain', reply_domain)),
  trusted_authserv_ids text[] not null default '{}'
    check (helpdesk_private.domains_valid('trusted_authserv_ids', trusted_authserv_ids)),
  trusted_rewriters text[] not null default '{}'
    check (helpdesk_private.domains_valid('trusted_rewriters', trusted_rewriters)),
  trusted_forms text[] not null default '{}'
    check (helpdesk_private.emails_valid('trusted_forms', trusted_forms)),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.email_channels is
  'The addresses at which the helpdesk receives mail. Staff read them; admins POST, PATCH and DELETE them.';
comment on column helpdesk.email_channels.team_id is
  'The team that receives new tickets from this address; null: the default team.';
comment on column helpdesk.email_channels.reply_domain is
  'The domain of reply addresses, if it is not the domain of the address.';
comment on column helpdesk.email_channels.trusted_authserv_ids is
  'The servers whose Authentication-Results are believed. Those of all others are ignored: anybody can write them.';
comment on column helpdesk.email_channels.trusted_rewriters is
  'The domains of mailing lists whose X-Original-Sender or X-Original-From is believed.';
comment on column helpdesk.email_channels.trusted_forms is
  'Addresses of web forms: the author of their mails is in Reply-To.';

create table helpdesk.user_emails (
  email text primary key check (helpdesk_private.email_valid('email', email)),
  user_id uuid not null references helpdesk.users (user_id) on delete cascade,
  verified_at timestamptz not null default now(),
  created_by uuid references helpdesk.users (user_id),
  created_at timestamptz not null default now()
);
comment on table helpdesk.user_emails is
  'Further addresses of people: a mail from such an address is that person''s. People read their own, staff all; '
  'admins POST and DELETE them, and so vouch for them. No login is linked by them.';

create table helpdesk.email_blocks (
  pattern text primary key check (helpdesk_private.text_within('pattern', pattern, 1, 254)),
  note text not null default '' check (helpdesk_private.text_within('note', note, 0, 1000)),
  created_by uuid references helpdesk.users (user_id),
  created_at timestamptz not null default now()
);
comment on table helpdesk.email_blocks is
  'Senders whose mail opens no ticket: an address, or a domain with its subdomains. The mail is kept with the outcome '
  'blocked. Staff read them; admins POST and DELETE them.';

create table helpdesk.ticket_participants (
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  address text not null check (helpdesk_private.email_valid('address', address)),
  name text not null default '' check (helpdesk_private.name_within('name', name, 0, 200)),
  source text not null default 'staff'
    check (helpdesk_private.text_among('source', source, 'staff', 'copied', 'wrote')),
  receives_copies boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (ticket_id, address)
);
comment on table helpdesk.ticket_participants is
  'People besides the requester who take part in a ticket by mail. It gives them no right to read the ticket. Those '
  'who work the ticket read, POST, PATCH (receives_copies) and DELETE them.';
comment on column helpdesk.ticket_participants.source is
  'staff: somebody who works the ticket added them; copied: the Cc of a verified mail; wrote: they wrote a mail.';
comment on column helpdesk.ticket_participants.receives_copies is
  'Whether public replies are mailed to them. Not for strangers, until somebody who works the ticket allows it.';

-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.email_channels
  alter column channel_id set statistics 0,
  alter column address set statistics 0,
  alter column name set statistics 0,
  alter column team_id set statistics 0,
  alter column provider set statistics 0,
  alter column reply_domain set statistics 0,
  alter column trusted_authserv_ids set statistics 0,
  alter column trusted_rewriters set statistics 0,
  alter column trusted_forms set statistics 0,
  alter column is_active set statistics 0,
  alter column created_at set statistics 0,
  alter column updated_at set statistics 0;
alter table helpdesk.user_emails
  alter column email set statistics 0,
  alter column user_id set statistics 0,
  alter column verified_at set statistics 0,
  alter column created_by set statistics 0,
  alter column created_at set statistics 0;
alter table helpdesk.email_blocks
  alter column pattern set statistics 0,
  alter column note set statistics 0,
  alter column created_by set statistics 0,
  alter column created_at set statistics 0;
alter table helpdesk.ticket_participants
  alter column ticket_id set statistics 0,
  alter column address set statistics 0,
  alter column name set statistics 0,
  alter column source set statistics 0,
  alter column receives_copies set statistics 0,
  alter column created_at set statistics 0;
create index email_channels_team_idx on helpdesk.email_channels (team_id);
create index user_emails_user_idx on helpdesk.user_emails (user_id);
create index user_emails_created_by_idx on helpdesk.user_emails (created_by);
create index email_blocks_created_by_idx on helpdesk.email_blocks (created_by);

revoke all on table helpdesk.email_channels from public, anon, authenticated, service_role;
revoke all on table helpdesk.user_emails from public, anon, authenticated, service_role;
revoke all on table helpdesk.email_blocks from public, anon, authenticated, service_role;
revoke all on table helpdesk.ticket_participants from public, anon, authenticated, service_role;
grant
  select, delete,
  insert (
    channel_id, address, name, team_id, provider, reply_domain, trusted_authserv_ids, trusted_rewriters, trusted_forms,
    is_active
  ),
  update (
    address, name, team_id, provider, reply_domain, trusted_authserv_ids, trusted_rewriters, trusted_forms, is_active
  )
on table helpdesk.email_channels to authenticated, service_role;
grant select, delete, insert (email, user_id) on table helpdesk.user_emails to authenticated, service_role;
grant select, delete, insert (pattern, note) on table helpdesk.email_blocks to authenticated, service_role;
grant
  select, delete, insert (ticket_id, address, name, receives_copies), update (receives_copies)
on table helpdesk.ticket_participants to authenticated, service_role;

alter table helpdesk.email_channels enable row level security;
alter table helpdesk.user_emails enable row level security;
alter table helpdesk.email_blocks enable row level security;
alter table helpdesk.ticket_participants enable row level security;

create policy "only active people" on helpdesk.email_channels
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see the channels" on helpdesk.email_channels
  for select to authenticated using ((select helpdesk_private.me_if_staff()) is not null);
create policy "admins add channels" on helpdesk.email_channels
  for insert to authenticated with check ((select helpdesk_private.my_role()) = 'admin');
create policy "admins change channels" on helpdesk.email_channels
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "admins delete channels" on helpdesk.email_channels
  for delete to authenticated using ((select helpdesk_private.my_role()) = 'admin');

create policy "only active people" on helpdesk.user_emails
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "people see their addresses, staff all" on helpdesk.user_emails
  for select to authenticated
  using (user_id = (select helpdesk_private.me()) or (select helpdesk_private.me_if_staff()) is not null);
create policy "admins add addresses" on helpdesk.user_emails
  for insert to authenticated with check ((select helpdesk_private.my_role()) = 'admin');
create policy "admins remove addresses" on helpdesk.user_emails
  for delete to authenticated using ((select helpdesk_private.my_role()) = 'admin');

create policy "only active people" on helpdesk.email_blocks
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see the blocks" on helpdesk.email_blocks
  for select to authenticated using ((select helpdesk_private.me_if_staff()) is not null);
create policy "admins add blocks" on helpdesk.email_blocks
  for insert to authenticated with check ((select helpdesk_private.my_role()) = 'admin');
create policy "admins remove blocks" on helpdesk.email_blocks
  for delete to authenticated using ((select helpdesk_private.my_role()) = 'admin');

create policy "only active people" on helpdesk.ticket_participants
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its participants" on helpdesk.ticket_participants
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_participants.ticket_id
    ) is not null
  );
create policy "those who work the ticket add participants" on helpdesk.ticket_participants
  for insert to authenticated
  with check (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_participants.ticket_id
    ) is not null
  );
create policy "those who work the ticket change participants" on helpdesk.ticket_participants
  for update to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_participants.ticket_id
    ) is not null
  );
create policy "those who work the ticket remove participants" on helpdesk.ticket_participants
  for delete to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_participants.ticket_id
    ) is not null
  );

insert into helpdesk_private.concepts (version, concept) values ('20261129000300', 'email_channels');

alter table helpdesk.settings
  add column email_reopen_days integer not null default 14
  constraint settings_email_reopen_days_check
  check (helpdesk_private.number_within('email_reopen_days', email_reopen_days, 0, 3650));
alter table helpdesk.settings alter column email_reopen_days set statistics 0;
comment on column helpdesk.settings.email_reopen_days is
  'A mail to a ticket that was closed within so many days opens it again; later it opens a new ticket, linked as '
  'follow-up.';
grant update (email_reopen_days) on table helpdesk.settings to authenticated, service_role;
