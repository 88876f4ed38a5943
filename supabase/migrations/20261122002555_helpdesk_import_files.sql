-- Imports: files. import_batch() reserves them, the importer uploads the bytes with the secret key, and
-- finish_attachment() and the check follow as for every file: the bytes of another helpdesk are not believed.

insert into helpdesk_private.concepts (version, concept) values ('20261122002555', 'import_files');

create function helpdesk_private.file_of_item(p_run helpdesk_private.import_runs, p_item jsonb)
returns helpdesk.attachments
language plpgsql
-- Definer: called by definer functions, as below.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_settings helpdesk.settings;
  v_type helpdesk_private.file_types;
  v_comment helpdesk_private.imported_objects;
  v_file helpdesk.attachments;
begin
  select * into v_settings from helpdesk.settings;
  v_file.ticket_id := helpdesk_private.import_reference((p_run).source_id, 'ticket', p_item ->> 'ticket', 'ticket');
  v_file.content_type := lower(btrim(split_part(p_item ->> 'content_type', ';', 1)));
  v_file.size := (p_item ->> 'size')::bigint;
  v_file.created_at := helpdesk_private.import_time('created_at', p_item ->> 'created_at');
  v_file.uploaded_by := helpdesk_private.import_reference((p_run).source_id, 'person', p_item ->> 'author', 'author');
  select * into v_type from helpdesk_private.file_types as f where f.content_type = v_file.content_type;
  if v_file.ticket_id is null or p_item ->> 'file_name' is null or char_length(p_item ->> 'file_name') > 1000 then
    perform helpdesk_private.fail('invalid_value', 'a file needs ticket, and file_name of at most 1000 characters');
  elsif v_type.content_type is null or v_type.content_type <> all(v_settings.attachment_types)
    or not (v_settings.attachment_require_check or v_type.is_passive) then
    perform helpdesk_private.fail(
      'invalid_value', 'content_type: files of this type are not accepted', 'Admins set attachment_types.'
    );
  elsif v_file.size is null or v_file.size not between 1 and v_settings.attachment_max_bytes then
    perform helpdesk_private.fail(
      'invalid_value', format('size must be 1 to %s bytes', v_settings.attachment_max_bytes),
      'Admins set attachment_max_bytes.'
    );
  end if;
  v_file.file_name := helpdesk_private.clean_file_name(p_item ->> 'file_name', v_type.extensions);
  v_file.placement := 'ticket';
  if p_item ->> 'comment' is not null then
    select * into v_comment from helpdesk_private.imported_objects as o
    where o.source_id = (p_run).source_id and o.kind = 'comment' and o.external_id = p_item ->> 'comment';
    select m.message_id into v_file.message_id from helpdesk.messages as m
    where m.message_id = v_comment.own_id and m.ticket_id = v_file.ticket_id;
    select n.note_id into v_file.note_id from helpdesk.notes as n
    where n.note_id = v_comment.own_id and n.ticket_id = v_file.ticket_id;
    if v_file.message_id is null and v_file.note_id is null then
      perform helpdesk_private.fail('message_not_found', 'comment: it was not imported on this ticket.');
    end if;
    v_file.placement := case when v_file.note_id is null then 'message' else 'note' end;
  end if;
  return v_file;
end;
$$;
comment on function helpdesk_private.file_of_item is 'An item as the attachment that it becomes.';
revoke all on function helpdesk_private.file_of_item from public, anon, authenticated, service_role;

create function helpdesk_private.import_file(p_run helpdesk_private.import_runs, p_item jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known helpdesk_private.imported_objects := helpdesk_private.imported((p_run).source_id, 'file', p_item);
  v_file helpdesk.attachments;
  v_ticket helpdesk.tickets;
begin
  if not helpdesk_private.is_service() then
    -- Storage would take the file for that of another uploader.
    perform helpdesk_private.fail('forbidden', 'Files are imported with the secret key.');
  end if;
  if v_known.own_id is not null then
    -- The bytes have not arrived yet.
    update helpdesk.attachments as a set state = 'reserved', expires_at = clock_timestamp() + interval '24 hours'
    where a.attachment_id = v_known.own_id and a.state in ('reserved', 'expired')
    returning * into v_file;
    if found then
      return jsonb_build_object('outcome', 'updated', 'id', v_file.attachment_id, 'file', to_jsonb(v_file));
    end if;
    return jsonb_build_object('id', v_known.own_id, 'outcome', case
      when exists (
        select from helpdesk.attachments as a
        where a.attachment_id = v_known.own_id and a.state not in ('rejected', 'deleted')
      ) then 'unchanged'
      else 'dead'
    end);
  end if;
  v_file := helpdesk_private.file_of_item(p_run, p_item);
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = v_file.ticket_id for no key update;
  insert into helpdesk.attachments (
    ticket_id, requester_id, placement, message_id, note_id, uploaded_by, uploader_kind, uploader_name, file_name,
    content_type, size, created_at, expires_at, imported
  )
  values (
    v_file.ticket_id, v_ticket.created_by, v_file.placement, v_file.message_id, v_file.note_id, v_file.uploaded_by,
    case
      when v_file.uploaded_by is null then 'system' when v_file.uploaded_by = v_ticket.created_by then 'customer'
      else 'staff'
    end,
    left(coalesce(
      nullif(helpdesk_private.clean_name(p_item ->> 'author_name'), ''),
      helpdesk_private.display_name(v_file.uploaded_by)
    ), 254),
    v_file.file_name, v_file.content_type, v_file.size, v_file.created_at, clock_timestamp() + interval '24 hours', true
  )
  returning * into v_file;
  perform helpdesk_private.remember_import(p_run, 'file', p_item, v_file.attachment_id, null, false);
  perform helpdesk_private.log_relation(p_run, p_item, array[v_ticket]);
  return jsonb_build_object('outcome', 'created', 'id', v_file.attachment_id, 'file', to_jsonb(v_file));
end;
$$;
comment on function helpdesk_private.import_file is
  'Reserves a file for its ticket, message or note. It has no place among the messages: it belongs to one.';
revoke all on function helpdesk_private.import_file from public, anon, authenticated, service_role;
