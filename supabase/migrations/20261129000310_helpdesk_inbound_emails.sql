-- E-mail in: one row for each mail that arrived, kept whatever becomes of it, with what was decided and why. A program
-- with the secret key stores the raw bytes, calls receive_email(), parses the mail, and calls ingest_email().

create table helpdesk.inbound_emails (
  inbound_id uuid primary key default gen_random_uuid(),
  source text not null,
  channel_id uuid references helpdesk.email_channels (channel_id) on delete set null,
  team_id uuid references helpdesk.teams (team_id) on delete set null,
  raw_key text not null,
  size bigint not null,
  message_id text,
  from_address text,
  from_name text,
  author_id uuid references helpdesk.users (user_id),
  recipients text[] not null default '{}',
  subject text,
  body text,
  trimmed_from integer,
  has_html boolean not null default false,
  verdict text,
  outcome text,
  reason text,
  ticket_id uuid references helpdesk.tickets (ticket_id) on delete set null,
  -- No foreign keys: a client that embeds messages would have to say which relation it means.
  post_id uuid,
  note_id uuid,
  flags text[] not null default '{}',
  evidence jsonb not null default '{}',
  sent_at timestamptz,
  received_at timestamptz not null default clock_timestamp(),
  decided_at timestamptz,
  decided_by uuid references helpdesk.users (user_id),
  redacted_at timestamptz,
  raw_deleted_at timestamptz,
  constraint inbound_emails_outcome_check check (
    outcome in (
      'appended', 'created', 'quarantined', 'duplicate', 'bounce', 'receipt', 'complaint', 'automatic', 'own_copy',
      'blocked', 'spam', 'failed'
    )
  )
);
comment on table helpdesk.inbound_emails is
  'Mails that arrived, with what became of each and the evidence. Those who work the ticket or, without one, the team '
  'read them. outcome is null until the mail is parsed.';
comment on column helpdesk.inbound_emails.message_id is 'The Message-ID that the sender gave the mail.';
comment on column helpdesk.inbound_emails.post_id is 'The message of the conversation that the mail became.';
comment on column helpdesk.inbound_emails.note_id is 'The internal note that the mail became.';
comment on column helpdesk.inbound_emails.ticket_id is
  'The ticket that the mail belongs to. For a mail in quarantine: the ticket that it names, if any.';
comment on column helpdesk.inbound_emails.trimmed_from is
  'The offset in the text at which quoted text begins, for folding it; null: show everything.';
comment on column helpdesk.inbound_emails.has_html is
  'Whether the mail has HTML, which the function email-in shows to whoever may read the mail.';
comment on column helpdesk.inbound_emails.redacted_at is
  'When the text of the mail was removed for good. The raw bytes have to go, too: see raw_emails_to_delete().';
comment on column helpdesk.inbound_emails.raw_deleted_at is 'When the raw bytes were deleted.';
comment on column helpdesk.inbound_emails.flags is
  'What a reader should know: sender_not_verified, not_who_we_wrote_to, subject_changed, reply_to_differs and others.';

create table helpdesk_private.received_emails (
  inbound_id uuid primary key references helpdesk.inbound_emails (inbound_id) on delete cascade,
  raw_sha256 text not null,
  envelope jsonb not null,
  envelope_hash text not null,
  content_sha256 text,
  mail jsonb
);
comment on table helpdesk_private.received_emails is
  'The parsed mail of each row, and the hashes by which a second delivery is recognised.';
create unique index received_emails_once_idx on helpdesk_private.received_emails (raw_sha256, envelope_hash);

create table helpdesk_private.email_ids (
  message_id text not null,
  kind text not null check (kind in ('minted', 'stamped', 'received', 'referenced')),
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  post_id uuid,
  created_at timestamptz not null default clock_timestamp(),
  primary key (message_id, kind, ticket_id)
);
comment on table helpdesk_private.email_ids is
  'Message-IDs of the mails of each ticket: minted by us, stamped by the provider that sent ours, received, and '
  'referenced by a received mail whose ancestors we never saw. Without angle brackets, compared as bytes.';
create index email_ids_ticket_idx on helpdesk_private.email_ids (ticket_id);

create table helpdesk_private.reply_tokens (
  token_hash bytea primary key,
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  user_id uuid not null references helpdesk.users (user_id),
  generation integer not null default 1,
  revoked_at timestamptz,
  created_at timestamptz not null default clock_timestamp()
);
comment on table helpdesk_private.reply_tokens is
  'The SHA-256 of each token in a reply address. The token itself is made from the secret when it is needed.';
create unique index reply_tokens_person_idx on helpdesk_private.reply_tokens (ticket_id, user_id, generation);
create index reply_tokens_user_idx on helpdesk_private.reply_tokens (user_id);

create table helpdesk_private.email_secrets (
  is_only_row boolean primary key default true check (is_only_row),
  secret bytea not null
);
comment on table helpdesk_private.email_secrets is 'The secret from which reply tokens are made.';
insert into helpdesk_private.email_secrets (secret)
values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

create table helpdesk_private.email_mutes (
  pattern text primary key,
  reason text not null,
  muted_until timestamptz not null
);
comment on table helpdesk_private.email_mutes is
  'Addresses, and domains after an @, that receive no automatic mail for a while: their mails look like a loop.';

-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.inbound_emails
  alter column inbound_id set statistics 0,
  alter column source set statistics 0,
  alter column channel_id set statistics 0,
  alter column team_id set statistics 0,
  alter column raw_key set statistics 0,
  alter column size set statistics 0,
  alter column message_id set statistics 0,
  alter column from_address set statistics 0,
  alter column from_name set statistics 0,
  alter column author_id set statistics 0,
  alter column recipients set statistics 0,
  alter column subject set statistics 0,
  alter column body set statistics 0,
  alter column trimmed_from set statistics 0,
  alter column has_html set statistics 0,
  alter column verdict set statistics 0,
  alter column outcome set statistics 0,
  alter column reason set statistics 0,
  alter column ticket_id set statistics 0,
  alter column post_id set statistics 0,
  alter column note_id set statistics 0,
  alter column flags set statistics 0,
  alter column evidence set statistics 0,
  alter column sent_at set statistics 0,
  alter column received_at set statistics 0,
  alter column decided_at set statistics 0,
  alter column decided_by set statistics 0,
  alter column redacted_at set statistics 0,
  alter column raw_deleted_at set statistics 0;
create index inbound_emails_ticket_idx on helpdesk.inbound_emails (ticket_id, received_at);
create index inbound_emails_team_idx on helpdesk.inbound_emails (team_id, received_at desc, inbound_id desc);
create index inbound_emails_from_idx on helpdesk.inbound_emails (from_address, received_at);
create index inbound_emails_message_idx on helpdesk.inbound_emails (message_id);
create index inbound_emails_post_idx on helpdesk.inbound_emails (post_id);
create index inbound_emails_channel_idx on helpdesk.inbound_emails (channel_id, received_at);
create index inbound_emails_raw_idx on helpdesk.inbound_emails (raw_key);
create index inbound_emails_author_idx on helpdesk.inbound_emails (author_id);
create index inbound_emails_decided_by_idx on helpdesk.inbound_emails (decided_by);
create index inbound_emails_raw_to_delete_idx on helpdesk.inbound_emails (raw_key)
where redacted_at is not null and raw_deleted_at is null;
create index inbound_emails_waiting_idx on helpdesk.inbound_emails (received_at)
where outcome is null or outcome in ('quarantined', 'failed');

revoke all on table helpdesk.inbound_emails from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.received_emails from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.email_ids from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.reply_tokens from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.email_secrets from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.email_mutes from public, anon, authenticated, service_role;
grant select on table helpdesk.inbound_emails to authenticated, service_role;
alter table helpdesk.inbound_emails enable row level security;
alter table helpdesk_private.received_emails enable row level security;
alter table helpdesk_private.email_ids enable row level security;
alter table helpdesk_private.reply_tokens enable row level security;
alter table helpdesk_private.email_secrets enable row level security;
alter table helpdesk_private.email_mutes enable row level security;

create policy "only active people" on helpdesk.inbound_emails
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its mails, the team those without a ticket" on helpdesk.inbound_emails
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and case
      when ticket_id is null then (
        team_id = any(array(select helpdesk_private.my_team_ids())) or (select helpdesk_private.my_role()) = 'admin'
      )
      else (
        select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = inbound_emails.ticket_id
      ) is not null
    end
  );

insert into helpdesk_private.concepts (version, concept) values ('20261129000310', 'inbound_emails');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('email_not_found', 404, 'There is no such mail.', 'List the mails that arrived.'),
  ('not_quarantined', 409, 'The mail is not in quarantine.', 'Somebody has decided on it already.');

create function helpdesk_private.receive_email(
  p_source text, p_raw_sha256 text, p_size bigint, p_envelope jsonb, p_raw_key text
)
returns jsonb
language plpgsql
-- Definer: nobody inserts mails directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_envelope jsonb := coalesce(nullif(p_envelope, 'null'), '{}');
  v_hash text;
  v_id uuid;
begin
  perform helpdesk_private.text_within('source', coalesce(p_source, ''), 1, 50);
  perform helpdesk_private.text_within('raw_key', p_raw_key, 1, 500);
  if coalesce(p_raw_sha256, '') !~ '^[0-9a-f]{64}$' then
    perform helpdesk_private.fail('invalid_value', 'raw_sha256 must be 64 hexadecimal digits');
  elsif p_size is null or p_size < 0 then
    perform helpdesk_private.fail('invalid_value', 'size must be a number of bytes');
  end if;
  if jsonb_typeof(v_envelope) <> 'object' or octet_length(v_envelope::text) > 100000 then
    perform helpdesk_private.fail('invalid_value', 'envelope must be a JSON object of at most 100000 bytes');
  end if;
  v_hash := helpdesk_private.content_hash(v_envelope);
  perform helpdesk_private.await_key('email', p_raw_sha256, v_hash);
  select r.inbound_id into v_id from helpdesk_private.received_emails as r
  where r.raw_sha256 = p_raw_sha256 and r.envelope_hash = v_hash;
  if found then
    -- Whoever hands it in has stored the bytes once more.
    update helpdesk.inbound_emails as i set raw_deleted_at = null
    where i.inbound_id = v_id and i.raw_deleted_at is not null;
    return jsonb_build_object('inbound_id', v_id, 'is_new', false);
  end if;
  v_id := gen_random_uuid();
  insert into helpdesk.inbound_emails (inbound_id, source, size, raw_key, team_id)
  values (
    v_id, p_source, p_size, coalesce(p_raw_key, format('emails/%s.eml', v_id)),
    (select t.team_id from helpdesk.teams as t where t.is_default)
  );
  insert into helpdesk_private.received_emails (inbound_id, raw_sha256, envelope, envelope_hash)
  values (v_id, p_raw_sha256, v_envelope, v_hash);
  return jsonb_build_object('inbound_id', v_id, 'is_new', true);
end;
$$;
revoke all on function helpdesk_private.receive_email from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.receive_email to service_role;

create function helpdesk.receive_email(
  source text, raw_sha256 text, size bigint, envelope jsonb default '{}', raw_key text default null
)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.receive_email(
    receive_email.source, receive_email.raw_sha256, receive_email.size, receive_email.envelope, receive_email.raw_key
  );
$$;
comment on function helpdesk.receive_email is
  'For programs with the secret key that receive mail: one row for the mail, before it is parsed. Returns inbound_id '
  'and is_new. The same bytes with the same envelope are the same row. raw_key: where the bytes are; by default '
  'emails/<inbound_id>.eml.';
revoke all on function helpdesk.receive_email from public, anon, authenticated, service_role;
grant execute on function helpdesk.receive_email to service_role;


-- Reply addresses and Message-IDs -------------------------------------------------------------------------------------

create function helpdesk_private.hmac_sha256(p_key bytea, p_text text)
returns bytea
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- RFC 2104. The key is shorter than a block of 64 bytes.
  v_inner bytea := p_key || decode(repeat('00', 64 - length(p_key)), 'hex');
  v_outer bytea := v_inner;
begin
  for i in 0..63 loop
    v_inner := set_byte(v_inner, i, get_byte(v_inner, i) # 54);
    v_outer := set_byte(v_outer, i, get_byte(v_outer, i) # 92);
  end loop;
  return sha256(v_outer || sha256(v_inner || convert_to(p_text, 'UTF8')));
end;
$$;
revoke all on function helpdesk_private.hmac_sha256 from public, anon, authenticated, service_role;

create function helpdesk_private.base32(p_bytes bytea)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_bits varbit := ('x' || encode(p_bytes, 'hex'))::varbit;
  v_text text := '';
begin
  v_bits := v_bits || repeat('0', (5 - length(v_bits) % 5) % 5)::varbit;
  for i in 0..length(v_bits) / 5 - 1 loop
    -- Lower case: some mail servers change the case of an address.
    v_text := v_text
      || substr('abcdefghijklmnopqrstuvwxyz234567', 1 + substring(v_bits from 5 * i + 1 for 5)::bit(5)::integer, 1);
  end loop;
  return v_text;
end;
$$;
revoke all on function helpdesk_private.base32 from public, anon, authenticated, service_role;

create function helpdesk_private.reply_token(p_ticket_id uuid, p_user_id uuid)
returns text
language plpgsql
-- Definer: secret and tokens are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_generation integer := coalesce((
    select max(t.generation) + (max(t.generation) filter (where t.revoked_at is null) is null)::integer
    from helpdesk_private.reply_tokens as t where t.ticket_id = p_ticket_id and t.user_id = p_user_id
  ), 1);
  v_token text := helpdesk_private.base32(substr(helpdesk_private.hmac_sha256(
    (select s.secret from helpdesk_private.email_secrets as s), concat_ws('|', p_ticket_id, p_user_id, v_generation)
  ), 1, 16));
begin
  insert into helpdesk_private.reply_tokens (token_hash, ticket_id, user_id, generation)
  values (sha256(convert_to(v_token, 'UTF8')), p_ticket_id, p_user_id, v_generation)
  on conflict do nothing;
  return v_token;
end;
$$;
comment on function helpdesk_private.reply_token is
  'The token of this person''s reply address for this ticket: 26 letters and digits. The same one each time, until it '
  'is revoked.';
revoke all on function helpdesk_private.reply_token from public, anon, authenticated, service_role;

create function helpdesk_private.remember_email_id(
  p_message_id text, p_kind text, p_ticket_id uuid, p_post_id uuid
)
returns void
language sql
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into helpdesk_private.email_ids (message_id, kind, ticket_id, post_id)
  select p_message_id, p_kind, p_ticket_id, p_post_id
  where char_length(p_message_id) between 1 and 998
  on conflict do nothing;
$$;
comment on function helpdesk_private.remember_email_id is
  'Remembers the Message-ID of a mail of this ticket, without angle brackets.';
revoke all on function helpdesk_private.remember_email_id from public, anon, authenticated, service_role;
