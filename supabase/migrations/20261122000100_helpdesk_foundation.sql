-- Foundation: the two schemas, who may use them, the list of errors, and the limits on input.
--
-- We are a guest in the host's project: nothing here touches `public`, default privileges or anybody else's objects.
--
-- Every function pins `search_path = pg_catalog, pg_temp`. An empty path is not enough: PostgreSQL looks types up in
-- pg_temp first unless the path names it, and a caller's own type `uuid` could then run code as our owner. The
-- migration fails on purpose when a schema of one of these names exists already: it would be somebody else's.
--
-- Words that later migrations use:
--   the system          a request with the secret key, or a direct connection of the owner: no person
--   requester           the person who needs something (tickets.created_by), whatever their role elsewhere
--   works the ticket    an admin, an agent in the ticket's team, or the agent it is assigned to; so does the system
--   staff               agents and admins, whether or not they work a certain ticket
--
-- Functions may name tables and functions of later migrations: PL/pgSQL looks them up when the function first runs.

create schema helpdesk;
comment on schema helpdesk is
  'The helpdesk''s API: tables under row-level security, views and functions. Exposed through the Data API.';
revoke all on schema helpdesk from public, anon, authenticated, service_role;
grant usage on schema helpdesk to authenticated, service_role;

create schema helpdesk_private;
comment on schema helpdesk_private is 'The helpdesk''s helpers. Never expose this schema.';
revoke all on schema helpdesk_private from public, anon, authenticated, service_role;
grant usage on schema helpdesk_private to authenticated, service_role;


-- Which of our migrations this database has ---------------------------------------------------------------------------

create table helpdesk_private.concepts (
  version text primary key,
  concept text not null unique,
  applied_at timestamptz not null default now()
);
comment on table helpdesk_private.concepts is 'One row for each helpdesk migration that was applied here.';
revoke all on table helpdesk_private.concepts from public, anon, authenticated, service_role;
alter table helpdesk_private.concepts enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261122000100', 'foundation');

create function helpdesk_private.schema_version()
returns text
language sql
stable
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select max(version) from helpdesk_private.concepts;
$$;
revoke all on function helpdesk_private.schema_version from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.schema_version to authenticated, service_role;

create function helpdesk.schema_version()
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.schema_version();
$$;
comment on function helpdesk.schema_version is 'The version of the newest helpdesk migration in this database.';
revoke all on function helpdesk.schema_version from public, anon, authenticated, service_role;
grant execute on function helpdesk.schema_version to authenticated, service_role;


-- Errors: a stable reason, an HTTP status, a sentence, a way out ------------------------------------------------------

create table helpdesk_private.error_codes (
  reason text primary key,
  status smallint not null check (status between 400 and 499),
  message text not null,
  hint text not null
);
comment on table helpdesk_private.error_codes is
  'Every rule by which the database refuses a request. Raised as SQLSTATE PT<status> with the detail '
  'helpdesk.<reason>. The SDK has one class for each.';
revoke all on table helpdesk_private.error_codes from public, anon, authenticated, service_role;
alter table helpdesk_private.error_codes enable row level security;

insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('invalid_value', 400, 'A value is not acceptable.', 'Correct the field that the message names.'),
  ('forbidden', 403, 'You may not do this.', 'Ask an admin of the helpdesk for the right role.'),
  ('no_profile', 403, 'This login has no helpdesk profile.',
   'Confirm the e-mail address of the login, then sign in again.'),
  ('inactive_user', 403, 'Your helpdesk account is deactivated.', 'Ask an admin of the helpdesk to reactivate it.'),
  ('ticket_not_found', 404, 'There is no such ticket, or it is not yours to see.', 'Check the ticket''s number or id.'),
  ('message_not_found', 404, 'There is no such message, or it is not yours to see.', 'Check the message''s id.'),
  ('team_not_found', 404, 'There is no such team, or it is not yours to see.', 'List the teams you may use.'),
  ('user_not_found', 404, 'There is no such person, or they are not yours to see.',
   'Check the person''s id or e-mail address.'),
  ('assignee_not_found', 404, 'There is no such active agent.', 'Assign to an active agent or admin.'),
  ('invitation_not_found', 404, 'There is no such open invitation.', 'List the invitations.'),
  ('attachment_not_found', 404, 'There is no such file, or it is not yours to see.', 'Check the attachment''s id.'),
  ('attachment_not_ready', 409, 'The file has not arrived, or was not checked yet.', 'Try again a little later.'),
  ('attachment_rejected', 409, 'The file was rejected.', 'Upload another file.'),
  ('id_conflict', 409, 'This id is in use with other content.',
   'Use a new id for new content; repeat a request only unchanged.'),
  ('external_id_taken', 409, 'Another ticket has this external id.', 'Look the ticket up by its external id.'),
  ('stale_revision', 409, 'The ticket has changed since you read it.',
   'Read the ticket again, then repeat the change if it still makes sense.'),
  ('conversation_moved', 409, 'The conversation has moved on since you read it.',
   'Read the new messages, then send your reply with the newest one as expected_last_message.'),
  ('already_assigned', 409, 'Somebody else has this ticket.', 'Take another one, or assign this one on purpose.'),
  ('already_answered', 409, 'The ticket has been answered: its title and description stay as they are.',
   'Add a reply instead.'),
  ('ticket_closed', 409, 'The ticket is closed.', 'Reopen it first.'),
  ('last_admin', 409, 'This is the last active admin.', 'Make somebody else an admin first.'),
  ('admin_exists', 409, 'The helpdesk has an admin already.', 'Ask an admin to change roles.'),
  ('user_exists', 409, 'Somebody with this e-mail address has a login or a role already.',
   'Change their role instead of inviting them.'),
  ('name_taken', 409, 'The name is taken.', 'Choose another name.'),
  ('team_in_use', 409, 'The team has tickets.', 'Transfer its tickets first.'),
  ('default_team', 409, 'This is the default team.', 'Make another team the default first.'),
  ('cursor_ahead', 409, 'This cursor is not from this database.',
   'Start again from the beginning, or from the end of the log.'),
  ('log_restored', 409, 'The event log was restored from another database: its cursors mean nothing here.',
   'An owner of the database runs: select helpdesk_private.rebase_events(); then readers start from the beginning.'),
  ('transition_not_allowed', 422, 'The ticket cannot go from its status to this one.',
   'See the table status_transitions for what is possible.'),
  ('too_many', 422, 'There are too many of these.', 'Use fewer.');

create function helpdesk_private.one_line(p_text text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  return helpdesk_private.printable(
    btrim(regexp_replace(p_text, U&'[\0001-\0020\007F-\00A0\2028\2029]+', ' ', 'g'))
  );
end;
$$;
comment on function helpdesk_private.one_line is
  'The text without line breaks and control characters. PostgREST writes the message of a PTxxx error into the HTTP '
  'status line, where a line break would begin a header, or a second response.';
revoke all on function helpdesk_private.one_line from public, anon, authenticated, service_role;

create function helpdesk_private.fail(p_reason text, p_message text default null, p_hint text default null)
returns void
language plpgsql
stable
-- Definer: the list of errors is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_error helpdesk_private.error_codes;
begin
  select * into strict v_error from helpdesk_private.error_codes where reason = p_reason;
  raise exception using
    errcode = 'PT' || v_error.status,
    message = left(helpdesk_private.one_line(coalesce(p_message, v_error.message)), 1000),
    detail = 'helpdesk.' || v_error.reason,
    hint = helpdesk_private.one_line(coalesce(p_hint, v_error.hint));
end;
$$;
revoke all on function helpdesk_private.fail from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.fail to authenticated, service_role;


-- Limits: used in CHECK constraints, so that they hold for every writer, and raise an error that says the limit -------

create function helpdesk_private.text_within(p_field text, p_value text, p_min integer, p_max integer)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null or (
    char_length(p_value) between p_min and p_max and (p_min = 0 or not helpdesk_private.is_blank(p_value))
  ) then
    return true;
  end if;
  perform helpdesk_private.fail(
    'invalid_value',
    format(
      '%s must be %s to %s characters, got %s', p_field, p_min, p_max,
      case
        when not helpdesk_private.is_blank(p_value) then char_length(p_value)::text
        when p_value = '' then '0'
        else 'only blanks and invisible ones'
      end
    )
  );
  return false;
end;
$$;
revoke all on function helpdesk_private.text_within from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.text_within to authenticated, service_role;

create function helpdesk_private.text_among(p_field text, p_value text, variadic p_allowed text[])
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null or p_value = any(p_allowed) then
    return true;
  end if;
  perform helpdesk_private.fail(
    'invalid_value', format('%s must be one of %s', p_field, array_to_string(p_allowed, ', '))
  );
  return false;
end;
$$;
revoke all on function helpdesk_private.text_among from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.text_among to authenticated, service_role;

create function helpdesk_private.number_within(p_field text, p_value bigint, p_min bigint, p_max bigint)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value between p_min and p_max then
    return true;
  end if;
  perform helpdesk_private.fail('invalid_value', format('%s must be %s to %s', p_field, p_min, p_max));
  return false;
end;
$$;
revoke all on function helpdesk_private.number_within from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.number_within to authenticated, service_role;

create function helpdesk_private.canonical_email(p_email text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- The same address typed in capitals, or with composed and decomposed accents, is one address.
  select nullif(lower(btrim(normalize(p_email, nfc))), '');
$$;
comment on function helpdesk_private.canonical_email is
  'The form in which an e-mail address is stored and compared. Whoever takes an address from somebody calls this.';
revoke all on function helpdesk_private.canonical_email from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.canonical_email to authenticated, service_role;

create function helpdesk_private.is_email(p_value text)
returns boolean
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select char_length(p_value) <= 254 and p_value = helpdesk_private.canonical_email(p_value)
    and p_value ~ '^[^@\s[:cntrl:]<>(),;:"\[\]\\]+@[^@\s[:cntrl:]<>(),;:"\[\]\\]+$';
$$;
comment on function helpdesk_private.is_email is
  'Whether the value is exactly one plain address. Mail programs read some other strings as two addresses, or as '
  'markup.';
revoke all on function helpdesk_private.is_email from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.is_email to authenticated, service_role;

create function helpdesk_private.own_email(p_verified text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- ASCII capitals are one mailbox everywhere. For other letters the mail system decides: whoever receives mail at the
  -- decomposed address need not be the person with the composed address.
  select c.email
  from helpdesk_private.canonical_email(p_verified) as c (email)
  where c.email = lower(p_verified collate "C") and helpdesk_private.is_email(c.email);
$$;
comment on function helpdesk_private.own_email is
  'The canonical form of an address that somebody has verified, or null where it is another address than the verified '
  'one. Only this proves who somebody is.';
revoke all on function helpdesk_private.own_email from public, anon, authenticated, service_role;

create function helpdesk_private.email_valid(p_field text, p_value text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null or helpdesk_private.is_email(p_value) then
    return true;
  end if;
  perform helpdesk_private.fail(
    'invalid_value', format('%s must be an e-mail address of at most 254 characters, in lower case', p_field)
  );
  return false;
end;
$$;
revoke all on function helpdesk_private.email_valid from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.email_valid to authenticated, service_role;

create function helpdesk_private.moment_within(p_field text, p_value timestamptz)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null or (p_value >= '2000-01-01 00:00+00' and p_value < '3000-01-01 00:00+00') then
    return true;
  end if;
  -- PostgreSQL accepts infinity and the year 20000; clients cannot read them.
  perform helpdesk_private.fail('invalid_value', format('%s must be between the years 2000 and 2999', p_field));
  return false;
end;
$$;
revoke all on function helpdesk_private.moment_within from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.moment_within to authenticated, service_role;

create function helpdesk_private.json_object_within(p_field text, p_value jsonb, p_max_bytes integer)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null then
    return true;
  end if;
  if jsonb_typeof(p_value) <> 'object' then
    perform helpdesk_private.fail('invalid_value', format('%s must be a JSON object', p_field));
  end if;
  if octet_length(p_value::text) > p_max_bytes then
    perform helpdesk_private.fail(
      'invalid_value',
      format('%s must be at most %s bytes of JSON, got %s', p_field, p_max_bytes, octet_length(p_value::text))
    );
  end if;
  if jsonb_path_exists(p_value, 'strict $.**{9}') then
    perform helpdesk_private.fail('invalid_value', format('%s must be nested at most 8 levels deep', p_field));
  end if;
  if jsonb_path_exists(p_value, 'strict $.** ? (@.type() == "number" && (@ > 1e300 || @ < -1e300))') then
    perform helpdesk_private.fail(
      'invalid_value', format('%s must not contain numbers beyond 1e300: clients cannot read them', p_field)
    );
  end if;
  return true;
end;
$$;
revoke all on function helpdesk_private.json_object_within from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.json_object_within to authenticated, service_role;


-- Timestamps are the database's ---------------------------------------------------------------------------------------

create function helpdesk_private.touch_updated_at()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if new is distinct from old then
    new.updated_at := greatest(clock_timestamp(), now());
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.touch_updated_at from public, anon, authenticated, service_role;
