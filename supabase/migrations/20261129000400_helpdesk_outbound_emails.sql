-- E-mail out: one row for each mail to one recipient, written in the transaction that causes it, together with its
-- delivery in the outbox. The text of a reply is not kept here: it is read from the message when a sender takes the
-- mail, so that what was redacted before is not sent.

create table helpdesk.outbound_emails (
  email_id uuid primary key default gen_random_uuid(),
  ticket_id uuid references helpdesk.tickets (ticket_id) on delete cascade,
  kind text not null check (kind in ('reply', 'acknowledgement', 'notification', 'test')),
  -- No foreign key: a client that embeds messages would have to say which relation it means.
  message_id uuid,
  -- Nobody but enqueue_email() writes it, which takes plain addresses only: here just what could break a header.
  recipient text not null check (char_length(recipient) <= 254 and recipient ~ '^[^@\s[:cntrl:]]+@[^@\s[:cntrl:]]+$'),
  user_id uuid references helpdesk.users (user_id),
  channel_id uuid references helpdesk.email_channels (channel_id) on delete set null,
  locale text check (char_length(locale) <= 35),
  subject text not null check (char_length(subject) <= 1000),
  details jsonb not null default '{}',
  state text not null default 'queued'
    check (state in ('queued', 'sent', 'failed', 'unknown', 'cancelled', 'suppressed')),
  problem text check (char_length(problem) <= 500),
  minted_id text not null unique,
  stamped_id text check (char_length(stamped_id) <= 998),
  provider_id text check (char_length(provider_id) <= 300),
  created_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz,
  delivered_at timestamptz,
  bounced_at timestamptz,
  bounce_reason text check (char_length(bounce_reason) <= 500),
  complained_at timestamptz
);
comment on table helpdesk.outbound_emails is
  'Mails that the helpdesk sends, one row for each recipient. Those who work the ticket read them. The text of a reply '
  'is the message''s.';
comment on column helpdesk.outbound_emails.state is
  'queued (waits, also between attempts), sent (taken by the server), failed, unknown (perhaps sent; never sent again '
  'by itself), cancelled (redacted, or not wanted any more, before it was sent: problem says which) or suppressed '
  '(nothing is sent to this address).';
comment on column helpdesk.outbound_emails.minted_id is
  'The Message-ID, made before the first attempt and the same in each attempt; without angle brackets.';
comment on column helpdesk.outbound_emails.stamped_id is
  'The Message-ID that the mail really has, where the server replaced ours.';
comment on column helpdesk.outbound_emails.provider_id is 'The provider''s name for the mail; its reports use it.';
comment on column helpdesk.outbound_emails.details is 'What the text of an automatic mail is made of: ids, no texts.';
comment on column helpdesk.outbound_emails.bounced_at is
  'When a report said that the mail did not arrive. The first report counts.';

create table helpdesk.email_suppressions (
  address text primary key check (helpdesk_private.email_valid('address', address)),
  reason text not null default 'manual' check (reason in ('bounce', 'complaint', 'manual')),
  detail text not null default '' check (helpdesk_private.text_within('detail', detail, 0, 1000)),
  created_by uuid references helpdesk.users (user_id),
  created_at timestamptz not null default clock_timestamp()
);
comment on table helpdesk.email_suppressions is
  'Addresses to which nothing is sent. reason: bounce (there is no such mailbox), complaint (they reported a mail of '
  'ours as spam), or manual. Staff read them; admins POST and DELETE them.';

create table helpdesk_private.bounce_tokens (
  token_hash bytea primary key,
  email_id uuid not null unique references helpdesk.outbound_emails (email_id) on delete cascade
);
comment on table helpdesk_private.bounce_tokens is
  'The SHA-256 of the token in the address to which servers report that a mail did not arrive.';

-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.outbound_emails
  alter column email_id set statistics 0,
  alter column ticket_id set statistics 0,
  alter column kind set statistics 0,
  alter column message_id set statistics 0,
  alter column recipient set statistics 0,
  alter column user_id set statistics 0,
  alter column channel_id set statistics 0,
  alter column locale set statistics 0,
  alter column subject set statistics 0,
  alter column details set statistics 0,
  alter column state set statistics 0,
  alter column problem set statistics 0,
  alter column minted_id set statistics 0,
  alter column stamped_id set statistics 0,
  alter column provider_id set statistics 0,
  alter column created_at set statistics 0,
  alter column sent_at set statistics 0,
  alter column delivered_at set statistics 0,
  alter column bounced_at set statistics 0,
  alter column bounce_reason set statistics 0,
  alter column complained_at set statistics 0;
alter table helpdesk.email_suppressions
  alter column address set statistics 0,
  alter column reason set statistics 0,
  alter column detail set statistics 0,
  alter column created_by set statistics 0,
  alter column created_at set statistics 0;
create unique index outbound_emails_once_idx on helpdesk.outbound_emails (message_id, recipient) where kind = 'reply';
create index outbound_emails_ticket_idx on helpdesk.outbound_emails (ticket_id, created_at);
create index outbound_emails_recipient_idx on helpdesk.outbound_emails (recipient, created_at);
create index outbound_emails_user_idx on helpdesk.outbound_emails (user_id);
create index outbound_emails_channel_idx on helpdesk.outbound_emails (channel_id);
create index outbound_emails_stamped_idx on helpdesk.outbound_emails (stamped_id) where stamped_id is not null;
create index outbound_emails_provider_idx on helpdesk.outbound_emails (provider_id) where provider_id is not null;
create index email_suppressions_created_by_idx on helpdesk.email_suppressions (created_by);

revoke all on table helpdesk.outbound_emails from public, anon, authenticated, service_role;
revoke all on table helpdesk.email_suppressions from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.bounce_tokens from public, anon, authenticated, service_role;
grant select on table helpdesk.outbound_emails to authenticated, service_role;
grant select, delete, insert (address, detail) on table helpdesk.email_suppressions to authenticated, service_role;
alter table helpdesk.outbound_emails enable row level security;
alter table helpdesk.email_suppressions enable row level security;
alter table helpdesk_private.bounce_tokens enable row level security;

create policy "only active people" on helpdesk.outbound_emails
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its mails, admins those without a ticket" on helpdesk.outbound_emails
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and case
      when ticket_id is null then (select helpdesk_private.my_role()) = 'admin'
      else (
        select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = outbound_emails.ticket_id
      ) is not null
    end
  );

create policy "only active people" on helpdesk.email_suppressions
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see the suppressions" on helpdesk.email_suppressions
  for select to authenticated using ((select helpdesk_private.me_if_staff()) is not null);
create policy "admins add suppressions" on helpdesk.email_suppressions
  for insert to authenticated with check ((select helpdesk_private.my_role()) = 'admin');
create policy "admins lift suppressions" on helpdesk.email_suppressions
  for delete to authenticated using ((select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261129000400', 'outbound_emails');
insert into helpdesk_private.event_types (type) values ('email.suppressed'), ('email.suppression_lifted');

create function helpdesk_private.bounce_token(p_email_id uuid)
returns text
language plpgsql
-- Definer: secret and tokens are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Of nothing that anybody reads: the header of a mail goes on to strangers with each answer, and its email_id is in
  -- rows of staff and in the events that webhooks receive.
  v_token text := helpdesk_private.base32(substr(helpdesk_private.hmac_sha256(
    (select s.secret from helpdesk_private.email_secrets as s), 'bounce|' || p_email_id
  ), 1, 16));
begin
  insert into helpdesk_private.bounce_tokens (token_hash, email_id)
  values (sha256(convert_to(v_token, 'UTF8')), p_email_id)
  on conflict do nothing;
  return v_token;
end;
$$;
comment on function helpdesk_private.bounce_token is
  'The token in the address to which servers report that this mail did not arrive. Whoever knows it can have the '
  'address of its recipient suppressed.';
revoke all on function helpdesk_private.bounce_token from public, anon, authenticated, service_role;

create function helpdesk_private.guard_suppression()
returns trigger
language plpgsql
-- Definer: see guard_block().
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  new.address := helpdesk_private.canonical_email(new.address);
  if new.address is null then
    perform helpdesk_private.fail('invalid_value', 'address is missing');
  end if;
  perform helpdesk_private.email_valid('address', new.address);
  perform helpdesk_private.await_key('email_suppression', new.address);
  if exists (select from helpdesk.email_suppressions as s where s.address = new.address) then
    -- A suppression that is there stays as it is.
    return null;
  end if;
  new.created_by := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_suppression from public, anon, authenticated, service_role;
create trigger guard_suppression before insert on helpdesk.email_suppressions
  for each row execute function helpdesk_private.guard_suppression();

create function helpdesk_private.log_suppression()
returns trigger
language plpgsql
-- Definer: writes the log.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row helpdesk.email_suppressions;
begin
  v_row := case tg_op when 'DELETE' then old else new end;
  perform helpdesk_private.log_event(
    case tg_op when 'DELETE' then 'email.suppression_lifted' else 'email.suppressed' end, 'staff', null,
    -- Not which address: webhooks receive events, too.
    jsonb_build_object('reason', v_row.reason)
  );
  return null;
end;
$$;
revoke all on function helpdesk_private.log_suppression from public, anon, authenticated, service_role;
create trigger log_suppression after insert or delete on helpdesk.email_suppressions
  for each row execute function helpdesk_private.log_suppression();
