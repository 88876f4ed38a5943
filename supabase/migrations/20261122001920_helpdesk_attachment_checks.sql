-- The check of attachments. The database cannot read bytes, and the uploader is not believed: a holder of the secret
-- key reads the file and says what it is. A checker leases files, looks at them, and settles or postpones each; a
-- checker that dies loses its lease and another one repeats the work.

create table helpdesk_private.attachment_checks (
  attachment_id uuid primary key references helpdesk.attachments (attachment_id) on delete cascade,
  -- Storage's own id of the object that was uploaded: another object under the same key is not the file.
  object_id uuid not null,
  attempts integer not null default 0,
  leased_until timestamptz,
  problem text,
  engine text
);
comment on table helpdesk_private.attachment_checks is 'The work of the checkers on files that have arrived.';
revoke all on table helpdesk_private.attachment_checks from public, anon, authenticated, service_role;
alter table helpdesk_private.attachment_checks enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261122001920', 'attachment_checks');

create function helpdesk_private.lease_attachments(p_max_rows integer, p_lease_seconds integer, p_attachment_id uuid)
returns setof helpdesk.attachments
language plpgsql
-- Definer: nobody reads or writes the checkers' table directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
begin
  for v_id in
    select a.attachment_id
    from helpdesk.attachments as a join helpdesk_private.attachment_checks as c using (attachment_id)
    where (p_attachment_id is null or a.attachment_id = p_attachment_id)
      and (
        a.state = 'uploaded'
        or (a.state = 'unchecked' and (select s.attachment_require_check from helpdesk.settings as s))
      )
      and coalesce(c.leased_until <= clock_timestamp(), true)
    order by a.uploaded_at
    limit least(greatest(p_max_rows, 0), 100)
    for update of c skip locked
  loop
    update helpdesk_private.attachment_checks as c
    set attempts = c.attempts + 1,
        leased_until = clock_timestamp() + make_interval(secs => least(greatest(p_lease_seconds, 1), 3600))
    where c.attachment_id = v_id;
    return query select * from helpdesk.attachments as a where a.attachment_id = v_id;
  end loop;
end;
$$;
revoke all on function helpdesk_private.lease_attachments from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.lease_attachments to service_role;

create function helpdesk.lease_attachments(
  max_rows integer default 10, lease_seconds integer default 120, attachment_id uuid default null
)
returns setof helpdesk.attachments
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.lease_attachments(
    lease_attachments.max_rows, lease_attachments.lease_seconds, lease_attachments.attachment_id
  );
$$;
comment on function helpdesk.lease_attachments is
  'For checkers, with the secret key: files that wait for their check, oldest first. Nobody else receives them for '
  'lease_seconds. Then call settle_attachment() or postpone_attachment().';
revoke all on function helpdesk.lease_attachments from public, anon, authenticated, service_role;
grant execute on function helpdesk.lease_attachments to service_role;

create function helpdesk_private.settle_attachment(
  p_attachment_id uuid, p_state text, p_reason text, p_sha256 text, p_size bigint, p_engine text
)
returns helpdesk.attachments
language plpgsql
-- Definer: nobody updates attachments directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attachment helpdesk.attachments := helpdesk_private.lock_attachment(p_attachment_id);
  v_reason text := left(p_reason, 200);
begin
  if p_state is null or p_state not in ('clean', 'rejected') then
    perform helpdesk_private.fail('invalid_value', 'state must be clean or rejected');
  elsif p_state = 'clean' and (p_sha256 is null or p_sha256 !~ '^[0-9a-f]{64}$') then
    perform helpdesk_private.fail('invalid_value', 'sha256 must be 64 hexadecimal digits');
  elsif v_attachment.state = 'reserved' then
    perform helpdesk_private.fail('attachment_not_ready');
  elsif v_attachment.state not in ('uploaded', 'unchecked', 'clean') then
    -- A verdict that comes late: rejected stays rejected, and what is gone stays gone.
    return v_attachment;
  end if;
  if p_state = 'clean' then
    v_reason := case
      when not helpdesk_private.object_is_there(v_attachment) then 'file_lost'
      when p_size is distinct from v_attachment.size then 'size_mismatch'
    end;
  end if;
  update helpdesk_private.attachment_checks as c
  set leased_until = null, problem = null, engine = left(p_engine, 200)
  where c.attachment_id = p_attachment_id;
  update helpdesk.attachments as a
  set state = case when p_state = 'clean' and v_reason is null then 'clean' else 'rejected' end,
      reason = case when p_state = 'clean' then v_reason else coalesce(v_reason, 'not_acceptable') end,
      sha256 = coalesce(p_sha256, a.sha256),
      checked_at = clock_timestamp()
  where a.attachment_id = p_attachment_id
  returning * into v_attachment;
  return v_attachment;
end;
$$;
revoke all on function helpdesk_private.settle_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.settle_attachment to service_role;

create function helpdesk.settle_attachment(
  attachment_id uuid, state text, reason text default null, sha256 text default null, size bigint default null,
  engine text default null
)
returns helpdesk.attachments
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.settle_attachment(
    settle_attachment.attachment_id, settle_attachment.state, settle_attachment.reason, settle_attachment.sha256,
    settle_attachment.size, settle_attachment.engine
  );
$$;
comment on function helpdesk.settle_attachment is
  'For checkers, with the secret key: ends the check of a file. state: clean, with the hash and the size that were '
  'read; or rejected, with the reason. A clean file can be rejected later, a rejected file stays so.';
revoke all on function helpdesk.settle_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk.settle_attachment to service_role;

create function helpdesk_private.postpone_attachment(p_attachment_id uuid, p_problem text)
returns timestamptz
language sql
-- Definer: nobody writes the checkers' table directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
  update helpdesk_private.attachment_checks as c
  set leased_until = clock_timestamp() + least(interval '1 hour', interval '5 seconds' * 2 ^ least(c.attempts, 20)),
      problem = left(p_problem, 500)
  where c.attachment_id = p_attachment_id
  returning c.leased_until;
$$;
revoke all on function helpdesk_private.postpone_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.postpone_attachment to service_role;

create function helpdesk.postpone_attachment(attachment_id uuid, problem text default null)
returns timestamptz
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.postpone_attachment(postpone_attachment.attachment_id, postpone_attachment.problem);
$$;
comment on function helpdesk.postpone_attachment is
  'For checkers, with the secret key: the check could not be made, for example because the virus scanner does not '
  'answer. The file stays uploaded. Returns the time from which it can be leased again: later after each attempt.';
revoke all on function helpdesk.postpone_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk.postpone_attachment to service_role;
