-- From a reservation to a file on a ticket: reserve_attachment(), the upload to Storage, finish_attachment(), and the
-- message or note that takes the file. Nothing here believes the caller: finish_attachment() reads what Storage wrote.

insert into helpdesk_private.concepts (version, concept) values ('20261122001910', 'attachment_uploads');

create function helpdesk_private.too_many_files(p_ticket_id uuid, p_me uuid, p_size bigint)
returns text
language plpgsql
stable
-- Definer: counts files that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_settings helpdesk.settings;
  v_files bigint;
  v_bytes numeric;
begin
  select * into v_settings from helpdesk.settings;
  select count(*), coalesce(sum(a.size), 0) into v_files, v_bytes from helpdesk.attachments as a
  where a.ticket_id = p_ticket_id and a.state not in ('rejected', 'expired', 'deleted');
  if v_files >= v_settings.attachment_max_per_ticket then
    return format('A ticket has at most %s files.', v_settings.attachment_max_per_ticket);
  elsif v_bytes + p_size > v_settings.attachment_max_bytes_per_ticket then
    return format(
      'The files of a ticket have at most %s bytes together.', v_settings.attachment_max_bytes_per_ticket
    );
  elsif p_me is not null and (
    select count(*) from helpdesk.attachments as a where a.uploaded_by = p_me and a.expires_at > now()
  ) >= 50 then
    return 'You have 50 files that you have not uploaded or not sent yet.';
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.too_many_files is
  'Why the ticket or the person can have no further file of this size; null when they can.';
revoke all on function helpdesk_private.too_many_files from public, anon, authenticated, service_role;

create function helpdesk_private.reserve_attachment(
  p_ticket_id uuid, p_file_name text, p_content_type text, p_size bigint, p_placement text, p_attachment_id uuid
)
returns helpdesk.attachments
language plpgsql
-- Definer: nobody inserts attachments directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A file for a message belongs to the ticket on which the message will be stored, and has its rights.
  v_ticket helpdesk.tickets := case p_placement
    when 'message' then helpdesk_private.lock_for_reply(p_ticket_id)
    else helpdesk_private.lock_ticket(p_ticket_id, p_staff_only => p_placement = 'note')
  end;
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
  v_kind text := case helpdesk_private.role_on_ticket(v_ticket)
    when 'customer' then 'customer' when 'system' then 'system' else 'staff'
  end;
  v_type text := lower(btrim(split_part(p_content_type, ';', 1)));
  v_settings helpdesk.settings;
  v_known helpdesk_private.file_types;
  v_name text;
  v_problem text;
  v_attachment helpdesk.attachments;
begin
  select * into v_settings from helpdesk.settings;
  select * into v_known from helpdesk_private.file_types as f where f.content_type = v_type;
  if p_file_name is null or char_length(p_file_name) > 1000 then
    perform helpdesk_private.fail('invalid_value', 'file_name must be at most 1000 characters');
  elsif p_placement is null then
    perform helpdesk_private.fail('invalid_value', 'placement is missing');
  end if;
  v_name := helpdesk_private.clean_file_name(p_file_name, v_known.extensions);
  select * into v_attachment from helpdesk.attachments as a where a.attachment_id = p_attachment_id;
  if found then
    if v_attachment.ticket_id not in (p_ticket_id, v_ticket.ticket_id) or v_attachment.uploaded_by is distinct from v_me
      or v_attachment.placement is distinct from p_placement or v_attachment.size is distinct from p_size
      or v_attachment.content_type is distinct from v_type
      or (v_attachment.file_name is distinct from v_name and v_attachment.state <> 'deleted') then
      perform helpdesk_private.fail('id_conflict');
    end if;
    return v_attachment;
  end if;
  if v_known.content_type is null or v_known.content_type <> all(v_settings.attachment_types)
    or not (v_settings.attachment_require_check or v_known.is_passive) then
    perform helpdesk_private.fail(
      'invalid_value',
      'content_type must be one of ' || coalesce((
        select string_agg(f.content_type, ', ' order by f.content_type) from helpdesk_private.file_types as f
        where f.content_type = any(v_settings.attachment_types)
          and (v_settings.attachment_require_check or f.is_passive)
      ), 'none')
    );
  elsif p_size is null or p_size not between 1 and v_settings.attachment_max_bytes then
    perform helpdesk_private.fail(
      'invalid_value', format('size must be 1 to %s bytes, got %s', v_settings.attachment_max_bytes, p_size)
    );
  elsif p_placement = 'ticket' and v_ticket.status = 'closed' then
    perform helpdesk_private.fail('ticket_closed');
  end if;
  v_problem := helpdesk_private.too_many_files(v_ticket.ticket_id, v_me, p_size);
  if v_problem is not null then
    perform helpdesk_private.fail('too_many', v_problem);
  end if;
  insert into helpdesk.attachments (
    attachment_id, ticket_id, requester_id, placement, uploaded_by, uploader_kind, uploader_name, file_name,
    content_type, size, expires_at
  )
  values (
    coalesce(p_attachment_id, gen_random_uuid()), v_ticket.ticket_id, v_ticket.created_by, p_placement, v_me, v_kind,
    helpdesk_private.display_name(v_me), v_name, v_type, p_size, clock_timestamp() + interval '24 hours'
  )
  on conflict do nothing
  returning * into v_attachment;
  if not found then
    -- Another transaction has used this id on another ticket since the query above.
    perform helpdesk_private.fail('id_conflict');
  end if;
  return v_attachment;
end;
$$;
revoke all on function helpdesk_private.reserve_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.reserve_attachment to authenticated, service_role;

create function helpdesk.reserve_attachment(
  ticket_id uuid, file_name text, content_type text, size bigint, placement text default 'ticket',
  attachment_id uuid default null
)
returns helpdesk.attachments
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.reserve_attachment(
    reserve_attachment.ticket_id, reserve_attachment.file_name, reserve_attachment.content_type,
    reserve_attachment.size, reserve_attachment.placement, reserve_attachment.attachment_id
  );
$$;
comment on function helpdesk.reserve_attachment is
  'Announces a file for a ticket you see. placement: ticket for a file on the ticket itself, message or note for a '
  'file that you send with send_reply() or add_note() later. Upload it within 24 hours to the bucket '
  'helpdesk-attachments as tickets/<ticket_id>/<attachment_id>, with the same content type, then call '
  'finish_attachment(). Repeat it with the same attachment_id: there is one attachment.';
revoke all on function helpdesk.reserve_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk.reserve_attachment to authenticated, service_role;

create function helpdesk_private.finish_attachment(p_attachment_id uuid)
returns helpdesk.attachments
language plpgsql
-- Definer: nobody updates attachments directly, nor reads the objects of Storage that are not checked.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attachment helpdesk.attachments := helpdesk_private.lock_attachment(p_attachment_id);
  v_login text;
  v_object record;
  v_found boolean := false;
  v_reason text;
begin
  if v_attachment.state <> 'reserved' then
    return v_attachment;
  end if;
  -- A project may have no Storage.
  if to_regclass('storage.objects') is not null then
    select
      o.id, coalesce(o.owner_id, o.owner::text, '') as login, (o.metadata ->> 'size')::bigint as size,
      lower(btrim(split_part(o.metadata ->> 'mimetype', ';', 1))) as content_type
    into v_object
    from storage.objects as o
    where o.bucket_id = 'helpdesk-attachments'
      and o.name = helpdesk_private.attachment_key(v_attachment.ticket_id, v_attachment.attachment_id);
    v_found := found;
  end if;
  if not v_found then
    perform helpdesk_private.fail('attachment_not_ready', 'The file has not arrived.', 'Upload it first.');
  end if;
  -- Whoever imports a file is the system, whoever its author is.
  select u.auth_user_id::text into v_login
  from helpdesk.users as u where u.user_id = v_attachment.uploaded_by and not v_attachment.imported;
  v_reason := case
    when v_attachment.expires_at < now() then 'too_late'
    when v_object.login <> coalesce(v_login, '') then 'not_the_uploader'
    when v_object.size is distinct from v_attachment.size then 'size_mismatch'
    when v_object.content_type is distinct from v_attachment.content_type then 'type_mismatch'
  end;
  insert into helpdesk_private.attachment_checks (attachment_id, object_id)
  values (p_attachment_id, v_object.id);
  update helpdesk.attachments as a
  set state = case
        when v_reason is not null then 'rejected'
        when (select s.attachment_require_check from helpdesk.settings as s) then 'uploaded'
        else 'unchecked'
      end,
      reason = v_reason,
      uploaded_at = clock_timestamp(),
      -- A message or note has a week to take it.
      expires_at = case
        when a.placement <> 'ticket' and v_reason is null and a.message_id is null and a.note_id is null
          then now() + interval '7 days'
      end
  where a.attachment_id = p_attachment_id
  returning * into v_attachment;
  return v_attachment;
end;
$$;
revoke all on function helpdesk_private.finish_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.finish_attachment to authenticated, service_role;

create function helpdesk.finish_attachment(attachment_id uuid)
returns helpdesk.attachments
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.finish_attachment(finish_attachment.attachment_id);
$$;
comment on function helpdesk.finish_attachment is
  'Reports that a reserved file was uploaded. The database compares what Storage has with what was reserved: a file of '
  'another size, type or uploader is rejected. Repeating it changes nothing.';
revoke all on function helpdesk.finish_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk.finish_attachment to authenticated, service_role;

create function helpdesk_private.delete_attachment(p_attachment_id uuid)
returns helpdesk.attachments
language plpgsql
-- Definer: nobody updates attachments directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attachment helpdesk.attachments := helpdesk_private.lock_attachment(p_attachment_id);
begin
  -- The requester may take back what nobody else sees; what was sent stays, but for those who work the ticket.
  if v_attachment.placement = 'ticket' or v_attachment.message_id is not null or v_attachment.note_id is not null then
    perform helpdesk_private.lock_ticket(v_attachment.ticket_id, p_staff_only => true);
  end if;
  update helpdesk.attachments as a
  set state = 'deleted', file_name = 'deleted', sha256 = null, reason = null, expires_at = null
  where a.attachment_id = p_attachment_id and a.state <> 'deleted'
  returning * into v_attachment;
  if not found then
    select * into v_attachment from helpdesk.attachments as a where a.attachment_id = p_attachment_id;
  end if;
  return v_attachment;
end;
$$;
revoke all on function helpdesk_private.delete_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.delete_attachment to authenticated, service_role;

create function helpdesk.delete_attachment(attachment_id uuid)
returns helpdesk.attachments
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.delete_attachment(delete_attachment.attachment_id);
$$;
comment on function helpdesk.delete_attachment is
  'Deletes a file for good: nobody can download it from now on, and the sweep removes its bytes. Its name goes, the '
  'row stays. An uploader deletes what was not sent yet, those who work the ticket everything on it.';
revoke all on function helpdesk.delete_attachment from public, anon, authenticated, service_role;
grant execute on function helpdesk.delete_attachment to authenticated, service_role;

create function helpdesk_private.take_attachments(
  p_ids uuid[], p_ticket_id uuid, p_message_id uuid, p_note_id uuid
)
returns void
language plpgsql
-- Definer: nobody updates attachments directly. The caller has locked the ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
  v_id uuid;
  v_attachment helpdesk.attachments;
begin
  if cardinality(p_ids) > (select s.attachment_max_per_message from helpdesk.settings as s) then
    perform helpdesk_private.fail('too_many', format('attachments must be at most %s files', (
      select s.attachment_max_per_message from helpdesk.settings as s
    )));
  end if;
  foreach v_id in array coalesce(p_ids, '{}') loop
    select * into v_attachment from helpdesk.attachments as a
    where a.attachment_id = v_id
      -- Of a reply to a merged ticket, those that were uploaded before the merge too.
      and a.ticket_id in (p_ticket_id, (select m.ticket_id from helpdesk.messages as m where m.message_id = p_message_id))
      and a.uploaded_by is not distinct from v_me
      and a.placement = case when p_note_id is null then 'message' else 'note' end
      and a.message_id is null and a.note_id is null and a.state not in ('expired', 'deleted')
    for update;
    if not found then
      perform helpdesk_private.fail('attachment_not_found', format('There is no file %s to send here.', v_id));
    elsif v_attachment.state = 'reserved' then
      perform helpdesk_private.fail('attachment_not_ready', format('The file %s has not arrived yet.', v_id));
    elsif v_attachment.state = 'rejected' then
      perform helpdesk_private.fail(
        'attachment_rejected', format('The file %s was rejected: %s.', v_id, v_attachment.reason)
      );
    end if;
    update helpdesk.attachments as a
    set message_id = p_message_id, note_id = p_note_id, expires_at = null
    where a.attachment_id = v_id;
  end loop;
end;
$$;
comment on function helpdesk_private.take_attachments is
  'Gives a new message or note its files: those that the caller has uploaded for it.';
revoke all on function helpdesk_private.take_attachments from public, anon, authenticated, service_role;

create function helpdesk_private.has_attachments(p_ids uuid[], p_message_id uuid, p_note_id uuid)
returns boolean
language sql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    (select array_agg(distinct i order by i) from unnest(p_ids) as i)
    is not distinct from (
      select array_agg(a.attachment_id order by a.attachment_id) from helpdesk.attachments as a
      where a.message_id = p_message_id or a.note_id = p_note_id
    );
$$;
comment on function helpdesk_private.has_attachments is
  'Whether a message or note has exactly these files: a repeated request has the same content.';
revoke all on function helpdesk_private.has_attachments from public, anon, authenticated, service_role;
