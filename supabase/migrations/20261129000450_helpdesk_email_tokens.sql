-- E-mail in: tokens that are good for one mail. A provider that signs no content (Mailgun) gives each request a token:
-- whoever has seen one request could send any mail with it. So the first mail that comes with a token has it for ever.

create table helpdesk_private.email_tokens (
  token_hash bytea primary key,
  content_sha256 text not null,
  kept_until timestamptz not null
);
comment on table helpdesk_private.email_tokens is
  'The SHA-256 of each token that came, with the hash of the mail that it came with. Mailgun repeats a request for '
  'eight hours, and the receiver takes none of more than nine: after twelve its token is worth nothing.';
create index email_tokens_kept_idx on helpdesk_private.email_tokens (kept_until);
revoke all on table helpdesk_private.email_tokens from public, anon, authenticated, service_role;
alter table helpdesk_private.email_tokens enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261129000450', 'email_tokens');

create function helpdesk_private.use_email_token(p_source text, p_token text, p_content_sha256 text)
returns boolean
language plpgsql
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hash bytea;
begin
  perform helpdesk_private.text_within('source', coalesce(p_source, ''), 1, 50);
  perform helpdesk_private.text_within('token', coalesce(p_token, ''), 1, 500);
  if coalesce(p_content_sha256, '') !~ '^[0-9a-f]{64}$' then
    perform helpdesk_private.fail('invalid_value', 'content_sha256 must be 64 hexadecimal digits');
  end if;
  v_hash := sha256(convert_to(p_source || ':' || p_token, 'UTF8'));
  -- A few at a time, and none that somebody else is deleting: nobody waits for this.
  delete from helpdesk_private.email_tokens as t
  where t.token_hash in (
    select e.token_hash from helpdesk_private.email_tokens as e
    where e.kept_until < clock_timestamp()
    order by e.kept_until limit 50
    for update skip locked
  );
  insert into helpdesk_private.email_tokens (token_hash, content_sha256, kept_until)
  values (v_hash, p_content_sha256, clock_timestamp() + interval '12 hours')
  on conflict do nothing;
  return exists (
    select from helpdesk_private.email_tokens as t
    where t.token_hash = v_hash and t.content_sha256 = p_content_sha256
  );
end;
$$;
revoke all on function helpdesk_private.use_email_token from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.use_email_token to service_role;

create function helpdesk.use_email_token(source text, token text, content_sha256 text)
returns boolean
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.use_email_token(
    use_email_token.source, use_email_token.token, use_email_token.content_sha256
  );
$$;
comment on function helpdesk.use_email_token is
  'For programs with the secret key that receive mail from a provider that signs no content: whether this token came '
  'with this mail and no other. The first mail has it. Ask when the signature is checked, before receive_email().';
revoke all on function helpdesk.use_email_token from public, anon, authenticated, service_role;
grant execute on function helpdesk.use_email_token to service_role;
