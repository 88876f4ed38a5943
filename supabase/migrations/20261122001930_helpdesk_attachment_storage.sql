-- Attachments in Supabase Storage: the private bucket, the policies on its objects, and what the sweep removes. The
-- rows of Storage are never deleted with SQL: the sweep names objects, and a holder of the secret key deletes them
-- through the Storage API.

insert into helpdesk_private.concepts (version, concept) values ('20261122001930', 'attachment_storage');

create function helpdesk_private.attachment_of_key(p_key text)
returns helpdesk.attachments
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The whole key is matched before a part is cast.
  v_ours boolean := p_key ~
    '^tickets/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
  v_parts text[] := case when v_ours then string_to_array(p_key, '/') end;
  v_attachment helpdesk.attachments;
begin
  select * into v_attachment from helpdesk.attachments as a
  where a.attachment_id = v_parts[3]::uuid and a.ticket_id = v_parts[2]::uuid;
  return v_attachment;
end;
$$;
comment on function helpdesk_private.attachment_of_key is 'The attachment that a key in Storage belongs to, or null.';
revoke all on function helpdesk_private.attachment_of_key from public, anon, authenticated, service_role;

create function helpdesk_private.may_upload(p_key text)
returns boolean
language plpgsql
stable
-- Definer: called by policies only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attachment helpdesk.attachments := helpdesk_private.attachment_of_key(p_key);
begin
  return coalesce(
    v_attachment.state = 'reserved' and v_attachment.expires_at > now()
      and v_attachment.uploaded_by = helpdesk_private.me() and helpdesk_private.sees_attachment(v_attachment),
    false
  );
end;
$$;
comment on function helpdesk_private.may_upload is
  'Whether the person behind the request has reserved this key, and still sees the ticket.';
revoke all on function helpdesk_private.may_upload from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.may_upload to authenticated;

create function helpdesk_private.may_download(p_key text, p_object_id uuid)
returns boolean
language plpgsql
stable
-- Definer: called by policies only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attachment helpdesk.attachments := helpdesk_private.attachment_of_key(p_key);
begin
  return coalesce(
    (
      v_attachment.state = 'clean'
      or (
        v_attachment.state = 'unchecked'
        and not (select s.attachment_require_check from helpdesk.settings as s)
      )
    )
    and exists (
      select from helpdesk_private.attachment_checks as c
      where c.attachment_id = v_attachment.attachment_id and c.object_id = p_object_id
    )
    and helpdesk_private.sees_attachment(v_attachment),
    false
  );
end;
$$;
comment on function helpdesk_private.may_download is
  'Whether the person behind the request sees the attachment of this key, and this object is its checked file.';
revoke all on function helpdesk_private.may_download from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.may_download to authenticated;

create function helpdesk_private.object_is_there(p_attachment helpdesk.attachments)
returns boolean
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if to_regclass('storage.objects') is null then
    return false;
  end if;
  return exists (
    select from storage.objects as o
    join helpdesk_private.attachment_checks as c on c.object_id = o.id
    where c.attachment_id = p_attachment.attachment_id and o.bucket_id = 'helpdesk-attachments'
      and o.name = helpdesk_private.attachment_key(p_attachment.ticket_id, p_attachment.attachment_id)
  );
end;
$$;
comment on function helpdesk_private.object_is_there is 'Whether Storage still has the very file that was uploaded.';
revoke all on function helpdesk_private.object_is_there from public, anon, authenticated, service_role;


-- The sweep -----------------------------------------------------------------------------------------------------------

create function helpdesk_private.sweep_attachments(p_dry_run boolean, p_max_rows integer)
returns table (kind text, attachment_id uuid, ticket_id uuid, object_name text, size bigint, since timestamptz)
language plpgsql
-- Definer: nobody updates attachments directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit integer := least(greatest(coalesce(p_max_rows, 1000), 1), 10000);
  v_lost record;
begin
  return query
    select 'expired', a.attachment_id, a.ticket_id, null::text, a.size, a.expires_at
    from helpdesk.attachments as a where a.expires_at < now() order by a.expires_at limit v_limit;
  if not p_dry_run then
    update helpdesk.attachments as a set state = 'expired', expires_at = null
    where a.attachment_id in (
      select e.attachment_id from helpdesk.attachments as e where e.expires_at < now()
      order by e.expires_at limit v_limit for update skip locked
    );
  end if;
  if to_regclass('storage.objects') is null then
    return;
  end if;
  return query
    select
      case when a.attachment_id is null then 'file_without_attachment' else 'file_not_needed' end,
      a.attachment_id, a.ticket_id, o.name, (o.metadata ->> 'size')::bigint, o.created_at
    from storage.objects as o
    cross join lateral helpdesk_private.attachment_of_key(o.name) as a
    where o.bucket_id = 'helpdesk-attachments' and o.name like 'tickets/%'
      and (
        a.state in ('rejected', 'expired', 'deleted') or (p_dry_run and a.expires_at < now())
        -- Not those of the last hour: the transaction that reserved the key may still be running.
        or (a.attachment_id is null and o.created_at < now() - interval '1 hour')
      )
    order by o.created_at
    limit v_limit;
  for v_lost in
    select a.* from helpdesk.attachments as a
    where a.state in ('uploaded', 'unchecked', 'clean') and not helpdesk_private.object_is_there(a)
    order by a.created_at limit v_limit
  loop
    if not p_dry_run then
      -- The ticket first, as everybody does who writes to a ticket.
      perform from helpdesk.tickets as t where t.ticket_id = v_lost.ticket_id for no key update;
      update helpdesk.attachments as a set state = 'rejected', reason = 'file_lost'
      where a.attachment_id = v_lost.attachment_id;
    end if;
    return query select 'attachment_without_file', v_lost.attachment_id, v_lost.ticket_id, null::text, v_lost.size,
      v_lost.uploaded_at;
  end loop;
end;
$$;
revoke all on function helpdesk_private.sweep_attachments from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.sweep_attachments to service_role;

create function helpdesk.sweep_attachments(dry_run boolean default true, max_rows integer default 1000)
returns table (kind text, attachment_id uuid, ticket_id uuid, object_name text, size bigint, since timestamptz)
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.sweep_attachments(sweep_attachments.dry_run, sweep_attachments.max_rows);
$$;
comment on function helpdesk.sweep_attachments is
  'With the secret key: what is left over. Attachments that expired; files that no attachment needs, to be deleted '
  'through the Storage API; attachments whose file is lost. Changes the attachments unless dry_run.';
revoke all on function helpdesk.sweep_attachments from public, anon, authenticated, service_role;
grant execute on function helpdesk.sweep_attachments to service_role;


-- The bucket and its policies -----------------------------------------------------------------------------------------

create function helpdesk_private.apply_bucket_limits()
returns trigger
language plpgsql
-- Definer: an admin has no right on the buckets.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if to_regclass('storage.buckets') is not null then
    update storage.buckets as b
    set file_size_limit = new.attachment_max_bytes, allowed_mime_types = new.attachment_types
    where b.id = 'helpdesk-attachments';
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.apply_bucket_limits is
  'Storage refuses early what reserve_attachment() would refuse.';
revoke all on function helpdesk_private.apply_bucket_limits from public, anon, authenticated, service_role;
create trigger apply_bucket_limits after update on helpdesk.settings
  for each row execute function helpdesk_private.apply_bucket_limits();

do $$
begin
  if to_regclass('storage.objects') is null or to_regclass('storage.buckets') is null then
    raise notice 'There is no Supabase Storage in this database: tickets have no attachments.';
    return;
  end if;

  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
  select 'helpdesk-attachments', 'helpdesk-attachments', false, s.attachment_max_bytes, s.attachment_types
  from helpdesk.settings as s
  -- The bucket of an earlier helpdesk, whose files stayed.
  on conflict (id) do nothing;
  if exists (select from storage.buckets as b where b.id = 'helpdesk-attachments' and b.public) then
    raise exception 'There is a public bucket helpdesk-attachments: make it private, or rename it.';
  end if;

  create policy "helpdesk: people upload the files they have reserved" on storage.objects
    for insert to authenticated
    with check (bucket_id = 'helpdesk-attachments' and helpdesk_private.may_upload(name));
  create policy "helpdesk: people download the checked files they see" on storage.objects
    for select to authenticated
    using (bucket_id = 'helpdesk-attachments' and helpdesk_private.may_download(name, id));

  -- Permissive policies add up: a host's policy that opens every bucket must not open ours. These restrictive policies
  -- leave other buckets alone. The first policies are for all roles, also unknown ones, which could not call a function
  -- of ours.
  create policy "helpdesk: our files are for people who are signed in" on storage.objects
    as restrictive for all to public
    using (bucket_id is distinct from 'helpdesk-attachments' or current_user = 'authenticated');
  create policy "helpdesk: nobody downloads more" on storage.objects
    as restrictive for select to authenticated
    using (bucket_id is distinct from 'helpdesk-attachments' or helpdesk_private.may_download(name, id));
  create policy "helpdesk: nobody uploads more" on storage.objects
    as restrictive for insert to authenticated
    with check (bucket_id is distinct from 'helpdesk-attachments' or helpdesk_private.may_upload(name));
  create policy "helpdesk: nobody changes a file" on storage.objects
    as restrictive for update to authenticated
    using (bucket_id is distinct from 'helpdesk-attachments');
  create policy "helpdesk: nobody removes a file" on storage.objects
    as restrictive for delete to authenticated
    using (bucket_id is distinct from 'helpdesk-attachments');
  create policy "helpdesk: nobody changes our bucket" on storage.buckets
    as restrictive for update to public
    using (id is distinct from 'helpdesk-attachments');
  create policy "helpdesk: nobody removes our bucket" on storage.buckets
    as restrictive for delete to public
    using (id is distinct from 'helpdesk-attachments');
end
$$;
