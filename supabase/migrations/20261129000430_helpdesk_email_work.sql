-- E-mail in: the work that is left. Whoever receives a mail has a minute to parse it and to place its files; then a
-- worker does what is missing: after a crash, for a mail that is too large for an edge function, for what Outlook has
-- packed, and for the files of a mail that was accepted from quarantine.

create table helpdesk_private.email_work (
  inbound_id uuid primary key references helpdesk.inbound_emails (inbound_id) on delete cascade,
  due_at timestamptz not null,
  attempts integer not null default 0,
  problem text
);
comment on table helpdesk_private.email_work is
  'Mails that are not parsed yet, or whose files are not placed. A mail with nothing left to do has no row.';
create index email_work_due_idx on helpdesk_private.email_work (due_at);
revoke all on table helpdesk_private.email_work from public, anon, authenticated, service_role;
alter table helpdesk_private.email_work enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261129000430', 'email_work');

create function helpdesk_private.files_of_email(p_email helpdesk.inbound_emails)
returns jsonb
language sql
stable
-- Definer: the parsed mail is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select case jsonb_typeof(r.mail -> 'attachments') when 'array' then r.mail -> 'attachments' else '[]' end
  from helpdesk.inbound_emails as i
  inner join helpdesk_private.received_emails as r using (inbound_id)
  where i.raw_key = (p_email).raw_key and r.mail is not null
  order by i.inbound_id <> (p_email).inbound_id limit 1;
$$;
comment on function helpdesk_private.files_of_email is
  'The files that the parsed mail lists; null if it is not parsed.';
revoke all on function helpdesk_private.files_of_email from public, anon, authenticated, service_role;

create function helpdesk_private.note_email_work()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Whoever has just received it is at it. What a person has accepted nobody is at.
  v_due timestamptz := clock_timestamp() + interval '60 seconds';
begin
  if tg_op = 'UPDATE' and old.outcome = 'quarantined' then
    v_due := clock_timestamp();
  end if;
  if new.outcome is null or (
    new.ticket_id is not null
    and (new.post_id is not null or new.note_id is not null or new.outcome = 'created')
    and jsonb_array_length(helpdesk_private.files_of_email(new)) > 0
    and new.evidence -> 'files' is null
  ) then
    insert into helpdesk_private.email_work (inbound_id, due_at) values (new.inbound_id, v_due)
    on conflict (inbound_id) do update set due_at = greatest(excluded.due_at, email_work.due_at);
  elsif new.evidence -> 'files' is null then
    delete from helpdesk_private.email_work as w where w.inbound_id = new.inbound_id;
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.note_email_work from public, anon, authenticated, service_role;
create trigger note_email_work
  after insert or update of outcome, ticket_id, post_id, note_id on helpdesk.inbound_emails
  for each row execute function helpdesk_private.note_email_work();


-- Leases --------------------------------------------------------------------------------------------------------------

create function helpdesk_private.lease_emails(p_max_rows integer, p_lease_seconds integer)
returns jsonb
language plpgsql
-- Definer: nobody reads or writes the list of work directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_attempts constant integer := 30;
  v_id uuid;
  v_found jsonb;
begin
  -- Whoever had these mails ended before they could say why: no further try, so that the other mails go on.
  for v_id in
    select w.inbound_id from helpdesk_private.email_work as w
    where w.attempts >= c_attempts and w.due_at <= clock_timestamp()
    order by w.due_at limit 100
  loop
    perform helpdesk_private.postpone_email(v_id, 'Each worker ended at this mail.', true);
  end loop;
  with due as (
    select w.inbound_id from helpdesk_private.email_work as w
    where w.due_at <= clock_timestamp()
    order by w.due_at limit least(greatest(p_max_rows, 0), 100)
    for update of w skip locked
  ),
  leased as (
    update helpdesk_private.email_work as w
    set attempts = w.attempts + 1,
        due_at = clock_timestamp() + make_interval(secs => least(greatest(p_lease_seconds, 1), 3600))
    from due where w.inbound_id = due.inbound_id
    returning w.inbound_id, w.attempts
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'inbound_id', i.inbound_id, 'raw_key', i.raw_key, 'size', i.size, 'outcome', i.outcome, 'attempts', l.attempts,
    'envelope', coalesce((
      select r.envelope from helpdesk_private.received_emails as r where r.inbound_id = i.inbound_id
    ), '{}')
  ) order by i.received_at), '[]') into v_found
  from leased as l inner join helpdesk.inbound_emails as i using (inbound_id);
  return v_found;
end;
$$;
revoke all on function helpdesk_private.lease_emails from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.lease_emails to service_role;

create function helpdesk.lease_emails(max_rows integer default 10, lease_seconds integer default 300)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.lease_emails(lease_emails.max_rows, lease_emails.lease_seconds);
$$;
comment on function helpdesk.lease_emails is
  'For workers, with the secret key: mails with work left, oldest first: inbound_id, raw_key, size, envelope, '
  'attempts, and outcome, which is null while the mail is not parsed. Nobody else receives them for lease_seconds. '
  'After 30 attempts a mail is not leased again, and one that was never parsed has the outcome failed.';
revoke all on function helpdesk.lease_emails from public, anon, authenticated, service_role;
grant execute on function helpdesk.lease_emails to service_role;

create function helpdesk_private.postpone_email(p_inbound_id uuid, p_problem text, p_is_final boolean)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem text := left(helpdesk_private.one_line(coalesce(p_problem, '')), 200);
  v_outcome text;
  v_attempts integer;
begin
  select i.outcome into v_outcome from helpdesk.inbound_emails as i where i.inbound_id = p_inbound_id for no key update;
  if not found then
    perform helpdesk_private.fail('email_not_found');
  end if;
  update helpdesk_private.email_work as w
  set problem = v_problem,
      due_at = clock_timestamp() + least(interval '1 hour', interval '10 seconds' * 2 ^ least(w.attempts, 10))
  where w.inbound_id = p_inbound_id
  returning w.attempts into v_attempts;
  -- A day of tries, then a person sees it: the mail and its bytes are kept.
  if coalesce(p_is_final, false) or v_attempts >= 30 then
    if v_outcome is null then
      update helpdesk.inbound_emails as i
      set outcome = 'failed', reason = v_problem, decided_at = clock_timestamp()
      where i.inbound_id = p_inbound_id;
      v_outcome := 'failed';
    end if;
    delete from helpdesk_private.email_work as w where w.inbound_id = p_inbound_id;
  end if;
  return v_outcome;
end;
$$;
revoke all on function helpdesk_private.postpone_email from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.postpone_email to service_role;

create function helpdesk.postpone_email(inbound_id uuid, problem text, is_final boolean default false)
returns text
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.postpone_email(postpone_email.inbound_id, postpone_email.problem, postpone_email.is_final);
$$;
comment on function helpdesk.postpone_email is
  'For workers, with the secret key: a mail whose work failed is due again later, at most an hour. After 30 attempts, '
  'or with is_final, there is no further one, and a mail that was never parsed has the outcome failed. Returns the '
  'outcome.';
revoke all on function helpdesk.postpone_email from public, anon, authenticated, service_role;
grant execute on function helpdesk.postpone_email to service_role;
