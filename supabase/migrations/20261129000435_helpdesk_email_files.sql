-- E-mail in: the files of a mail become attachments of its message, its note, or the ticket that it opened. The program
-- that has the bytes asks place_email_files() which of them to upload, uploads them, and finishes each as any upload.

insert into helpdesk_private.concepts (version, concept) values ('20261129000435', 'email_files');

create function helpdesk_private.email_file_problem(p_ticket_id uuid, p_type text, p_size bigint)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select case
    when f.content_type is null or f.content_type <> all(s.attachment_types)
      or not (s.attachment_require_check or f.is_passive) then 'type_not_permitted'
    when p_size > s.attachment_max_bytes then 'too_large'
    when helpdesk_private.too_many_files(p_ticket_id, null, p_size) is not null then 'too_many'
  end
  from helpdesk.settings as s
  left join helpdesk_private.file_types as f on f.content_type = p_type;
$$;
comment on function helpdesk_private.email_file_problem is
  'Why the desk does not take a file that a mail brought; null when it takes it.';
revoke all on function helpdesk_private.email_file_problem from public, anon, authenticated, service_role;

create function helpdesk_private.add_email_file(
  p_email helpdesk.inbound_emails, p_ticket helpdesk.tickets, p_file jsonb, p_kind text
)
returns uuid
language plpgsql
-- Definer: nobody inserts attachments directly. Called with the ticket locked.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type text := left(lower(coalesce(p_file ->> 'type', '')), 100);
  v_size bigint := (p_file ->> 'size')::bigint;
  v_problem text := helpdesk_private.email_file_problem(p_ticket.ticket_id, v_type, v_size);
  v_extensions text[] := (select f.extensions from helpdesk_private.file_types as f where f.content_type = v_type);
  v_name text := left(coalesce(p_file ->> 'name', ''), 1000);
  v_id uuid := gen_random_uuid();
begin
  if v_extensions is null then
    -- Nobody can download it: its name alone is shown, as the mail has it.
    v_name := left(helpdesk_private.clean_name(regexp_replace(v_name, '^.*[/\\]', '')), 255);
  else
    v_name := helpdesk_private.clean_file_name(v_name, v_extensions);
  end if;
  insert into helpdesk.attachments (
    attachment_id, ticket_id, requester_id, placement, message_id, note_id, uploader_kind, uploader_name, file_name,
    content_type, size, state, reason, expires_at
  )
  values (
    v_id, p_ticket.ticket_id, p_ticket.created_by,
    case when p_email.post_id is not null then 'message' when p_email.note_id is not null then 'note' else 'ticket' end,
    p_email.post_id, case when p_email.post_id is null then p_email.note_id end, p_kind,
    left(coalesce(nullif(btrim(p_email.from_name), ''), p_email.from_address, 'E-mail'), 254),
    coalesce(nullif(btrim(v_name), ''), 'file'), coalesce(nullif(v_type, ''), 'application/octet-stream'), v_size,
    case when v_problem is null then 'reserved' else 'rejected' end, v_problem,
    -- The bytes are in Storage already, with the mail.
    case when v_problem is null then clock_timestamp() + interval '30 days' end
  );
  return v_id;
end;
$$;
revoke all on function helpdesk_private.add_email_file from public, anon, authenticated, service_role;

create function helpdesk_private.place_email_files(p_inbound_id uuid, p_files jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails;
  v_ticket helpdesk.tickets;
  v_file jsonb;
  v_placed jsonb;
  v_id uuid;
  v_kind text;
begin
  select * into v_email from helpdesk.inbound_emails as i where i.inbound_id = p_inbound_id;
  if not found then
    perform helpdesk_private.fail('email_not_found');
  elsif p_files is not null and (jsonb_typeof(p_files) <> 'array' or jsonb_array_length(p_files) > 500) then
    perform helpdesk_private.fail('invalid_value', 'files must be an array of at most 500 files');
  end if;
  -- The ticket first, as everybody who writes to one. The message may have moved to another ticket since.
  select t.* into v_ticket from helpdesk.tickets as t
  where t.ticket_id = coalesce(
    (select m.ticket_id from helpdesk.messages as m where m.message_id = v_email.post_id),
    (select n.ticket_id from helpdesk.notes as n where n.note_id = v_email.note_id), v_email.ticket_id
  )
  for no key update;
  if not found or (v_email.post_id is null and v_email.note_id is null and v_email.outcome is distinct from 'created') then
    -- In quarantine, a report, or not decided yet: it waits in the mail.
    return '[]';
  end if;
  select * into v_email from helpdesk.inbound_emails as i where i.inbound_id = p_inbound_id for no key update;
  v_placed := coalesce(v_email.evidence -> 'files', '[]');
  v_kind := case
    when v_email.post_id is not null then (
      select m.author_kind from helpdesk.messages as m where m.message_id = v_email.post_id
    )
    when v_email.note_id is not null then 'staff'
    else 'customer'
  end;
  for v_file in
    select f.file from jsonb_array_elements(coalesce(p_files, helpdesk_private.files_of_email(v_email), '[]'))
      with ordinality as f (file, place)
    order by f.place
  loop
    continue when coalesce(v_file ->> 'part', '') !~ '^[0-9]{1,4}([.][0-9]{1,4})?$'
      or coalesce(v_file ->> 'size', '') !~ '^[0-9]{1,12}$'
      or v_placed @> jsonb_build_array(jsonb_build_object('part', v_file ->> 'part'));
    -- An empty file, the signature of a mail, and the part that only says that another one is encrypted: nothing to read.
    v_id := null;
    if (v_file ->> 'size')::bigint > 0 and not coalesce(v_file -> 'flags' ? 'smime_signature', false)
      and coalesce(v_file ->> 'type', '') <> 'application/pgp-encrypted' then
      v_id := helpdesk_private.add_email_file(v_email, v_ticket, v_file, v_kind);
    end if;
    v_placed := v_placed || jsonb_build_array(jsonb_build_object(
      'part', v_file ->> 'part', 'attachment_id', v_id, 'is_inline', coalesce(v_file -> 'is_inline' = 'true', false),
      'content_id', left(v_file ->> 'content_id', 500), 'flags', coalesce(v_file -> 'flags', '[]')
    ));
  end loop;
  update helpdesk.inbound_emails as i
  set evidence = i.evidence || jsonb_build_object('files', v_placed)
  where i.inbound_id = p_inbound_id;
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'part', f.file ->> 'part', 'attachment_id', a.attachment_id, 'content_type', a.content_type, 'size', a.size,
      'key', helpdesk_private.attachment_key(a.ticket_id, a.attachment_id)
    ) order by f.place), '[]')
    from jsonb_array_elements(v_placed) with ordinality as f (file, place)
    inner join helpdesk.attachments as a on a.attachment_id = (f.file ->> 'attachment_id')::uuid
    where a.state = 'reserved'
  );
end;
$$;
revoke all on function helpdesk_private.place_email_files from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.place_email_files to service_role;

create function helpdesk.place_email_files(inbound_id uuid, files jsonb default null)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.place_email_files(place_email_files.inbound_id, place_email_files.files);
$$;
comment on function helpdesk.place_email_files is
  'For programs with the secret key that receive mail, after ingest_email(): makes the files of a mail attachments. '
  'Returns those that are to be uploaded to the bucket helpdesk-attachments: part, attachment_id, key, content_type '
  'and size; then call finish_attachment() for each, and finish_email_files(). A file that the desk does not take is '
  'named as rejected. files: what was unpacked beside what the mail lists. Repeat it after an interruption.';
revoke all on function helpdesk.place_email_files from public, anon, authenticated, service_role;
grant execute on function helpdesk.place_email_files to service_role;

create function helpdesk_private.finish_email_files(p_inbound_id uuid, p_packages_opened boolean)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails;
begin
  select * into v_email from helpdesk.inbound_emails as i where i.inbound_id = p_inbound_id for no key update;
  if not found then
    perform helpdesk_private.fail('email_not_found');
  end if;
  if v_email.outcome is null or exists (
    select from jsonb_array_elements(coalesce(v_email.evidence -> 'files', '[]')) as f (file)
    inner join helpdesk.attachments as a on a.attachment_id = (f.file ->> 'attachment_id')::uuid
    where a.state = 'reserved'
  ) then
    return false;
  elsif not coalesce(p_packages_opened, false)
    and v_email.evidence -> 'files' @> '[{"flags": ["tnef"]}]'::jsonb then
    -- A worker opens what Outlook has packed.
    update helpdesk_private.email_work as w set due_at = clock_timestamp() where w.inbound_id = p_inbound_id;
    return false;
  end if;
  delete from helpdesk_private.email_work as w where w.inbound_id = p_inbound_id;
  return true;
end;
$$;
revoke all on function helpdesk_private.finish_email_files from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.finish_email_files to service_role;

create function helpdesk.finish_email_files(inbound_id uuid, packages_opened boolean default false)
returns boolean
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.finish_email_files(finish_email_files.inbound_id, finish_email_files.packages_opened);
$$;
comment on function helpdesk.finish_email_files is
  'For programs with the secret key that receive mail: nothing is left to do for this mail, if that is so. '
  'packages_opened: winmail.dat was unpacked, or cannot be; otherwise a worker does it.';
revoke all on function helpdesk.finish_email_files from public, anon, authenticated, service_role;
grant execute on function helpdesk.finish_email_files to service_role;
