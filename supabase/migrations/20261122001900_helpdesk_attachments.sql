-- Attachments: what the helpdesk knows of the files on tickets. The bytes lie in a private bucket of Supabase Storage,
-- under tickets/<ticket_id>/<attachment_id>; a key has no name in it.
--
--   reserved   somebody may upload the file, until expires_at
--   uploaded   the file is there and waits for its check; nobody can download it
--   clean      the check has found what the uploader declared: those who see the attachment can download it
--   unchecked  not checked, because settings.attachment_require_check is off: as clean, until the setting is on again
--   rejected   the file is not what was declared, or contains malware; `reason` says which
--   expired    no file came in time, or no message or note took it
--   deleted    somebody removed it
--
-- Rights follow the ticket, on every statement: nothing is kept from the time of the upload. `placement` says for whom
-- the file is from the beginning: a file for a note is never for the requester, and a file for a message or note that
-- was not sent yet is for its uploader only.

create table helpdesk.attachments (
  attachment_id uuid primary key default gen_random_uuid(),
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  -- The ticket's: the query of a requester looks up no tickets.
  requester_id uuid not null references helpdesk.users (user_id),
  placement text not null
    check (helpdesk_private.text_among('placement', placement, 'ticket', 'message', 'note')),
  message_id uuid references helpdesk.messages (message_id) on delete cascade,
  note_id uuid references helpdesk.notes (note_id) on delete cascade,
  uploaded_by uuid references helpdesk.users (user_id),
  uploader_kind text not null check (uploader_kind in ('customer', 'staff', 'system')),
  uploader_name text not null check (char_length(uploader_name) <= 254),
  file_name text not null check (char_length(file_name) between 1 and 255),
  content_type text not null check (char_length(content_type) <= 100),
  size bigint not null check (size > 0),
  state text not null default 'reserved'
    check (state in ('reserved', 'uploaded', 'clean', 'unchecked', 'rejected', 'expired', 'deleted')),
  reason text check (char_length(reason) <= 200),
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  -- As in messages.
  sequence bigint not null default nextval('helpdesk.events_event_id_seq'),
  created_at timestamptz not null default clock_timestamp(),
  uploaded_at timestamptz,
  checked_at timestamptz,
  expires_at timestamptz,
  imported boolean not null default false,
  check (message_id is null or placement = 'message'),
  check (note_id is null or placement = 'note')
);
comment on table helpdesk.attachments is
  'Attachments: the files of tickets, messages and notes. Reserve with reserve_attachment(), upload to Storage, then '
  'finish_attachment(); a message or note takes its files when it is written.';
comment on column helpdesk.attachments.sha256 is 'The hash of the file, computed by its check.';
comment on column helpdesk.attachments.expires_at is
  'Until when the file must arrive, or a message or note take it; null once that has happened.';
comment on column helpdesk.attachments.imported is
  'True for a file that an import has brought from another helpdesk.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.attachments
  alter column attachment_id set statistics 0,
  alter column ticket_id set statistics 0,
  alter column requester_id set statistics 0,
  alter column placement set statistics 0,
  alter column message_id set statistics 0,
  alter column note_id set statistics 0,
  alter column uploaded_by set statistics 0,
  alter column uploader_kind set statistics 0,
  alter column uploader_name set statistics 0,
  alter column file_name set statistics 0,
  alter column content_type set statistics 0,
  alter column size set statistics 0,
  alter column state set statistics 0,
  alter column reason set statistics 0,
  alter column sha256 set statistics 0,
  alter column sequence set statistics 0,
  alter column created_at set statistics 0,
  alter column uploaded_at set statistics 0,
  alter column checked_at set statistics 0,
  alter column expires_at set statistics 0,
  alter column imported set statistics 0;
create index attachments_ticket_idx on helpdesk.attachments (ticket_id, sequence);
create index attachments_message_idx on helpdesk.attachments (message_id) where message_id is not null;
create index attachments_note_idx on helpdesk.attachments (note_id) where note_id is not null;
create index attachments_open_idx on helpdesk.attachments (uploaded_by, expires_at) where expires_at is not null;
create index attachments_waiting_idx on helpdesk.attachments (uploaded_at) where state = 'uploaded';

revoke all on table helpdesk.attachments from public, anon, authenticated, service_role;
grant select on table helpdesk.attachments to authenticated, service_role;

create function helpdesk_private.log_attachment()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
begin
  -- A file that only its uploader sees is no event. The event of the message or note announces it.
  if new.state = old.state or new.state = 'expired'
    or (new.placement <> 'ticket' and new.message_id is null and new.note_id is null) then
    return null;
  end if;
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = new.ticket_id for no key update;
  perform helpdesk_private.log_event(
    case
      when new.state = 'deleted' then 'attachment.deleted'
      when old.state = 'reserved' then 'attachment.uploaded'
      else 'attachment.checked'
    end,
    case new.placement when 'note' then 'staff' else 'customer' end,
    v_ticket,
    helpdesk_private.columns_of(to_jsonb(new), 'attachment_id, placement, state')
  );
  return null;
end;
$$;
revoke all on function helpdesk_private.log_attachment from public, anon, authenticated, service_role;
-- An import is silent.
create trigger log_attachment after update on helpdesk.attachments
  for each row when (not new.imported or new.state = 'deleted') execute function helpdesk_private.log_attachment();

alter table helpdesk.attachments enable row level security;

create policy "only active people" on helpdesk.attachments
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
-- The same as sees_attachment().
create policy "files are for those who see the ticket, or for those who work it" on helpdesk.attachments
  for select to authenticated
  using (
    (
      uploaded_by = (select helpdesk_private.me())
      or (
        state not in ('reserved', 'expired')
        and (placement = 'ticket' or message_id is not null or note_id is not null)
      )
    )
    and (
      (
        (select helpdesk_private.me_if_staff()) is not null
        and (
          select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = attachments.ticket_id
        ) is not null
      )
      or (placement <> 'note' and requester_id = (select helpdesk_private.me()))
    )
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122001900', 'attachments');


-- Who sees an attachment ----------------------------------------------------------------------------------------------

create function helpdesk_private.sees_attachment(p_attachment helpdesk.attachments)
returns boolean
language plpgsql
stable
-- Definer: reads a ticket that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role text;
begin
  select helpdesk_private.role_on_ticket(t) into v_role
  from helpdesk.tickets as t where t.ticket_id = p_attachment.ticket_id;
  return case
    when v_role is null or (v_role = 'customer' and p_attachment.placement = 'note') then false
    when v_role = 'system' or p_attachment.uploaded_by = helpdesk_private.me() then true
    else
      p_attachment.state not in ('reserved', 'expired')
      and (
        p_attachment.placement = 'ticket' or p_attachment.message_id is not null or p_attachment.note_id is not null
      )
  end;
end;
$$;
comment on function helpdesk_private.sees_attachment is 'Whether the caller sees an attachment, as its policy has it.';
revoke all on function helpdesk_private.sees_attachment from public, anon, authenticated, service_role;

create function helpdesk_private.lock_attachment(p_attachment_id uuid)
returns helpdesk.attachments
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_attachment helpdesk.attachments;
begin
  if not helpdesk_private.is_service() then
    perform helpdesk_private.require_person();
  end if;
  select * into v_attachment from helpdesk.attachments as a where a.attachment_id = p_attachment_id;
  if found and helpdesk_private.sees_attachment(v_attachment) then
    -- The ticket first, as everybody does who writes to a ticket.
    perform from helpdesk.tickets as t where t.ticket_id = v_attachment.ticket_id for no key update;
    select * into v_attachment from helpdesk.attachments as a where a.attachment_id = p_attachment_id for update;
  end if;
  -- Again: the caller may have lost the ticket while they waited.
  if v_attachment.attachment_id is null or not helpdesk_private.sees_attachment(v_attachment) then
    perform helpdesk_private.fail('attachment_not_found');
  end if;
  return v_attachment;
end;
$$;
comment on function helpdesk_private.lock_attachment is
  'The attachment, locked with its ticket, if the caller sees it. An absent attachment and an attachment that the '
  'caller may not see give the same error.';
revoke all on function helpdesk_private.lock_attachment from public, anon, authenticated, service_role;


-- Names ---------------------------------------------------------------------------------------------------------------

create function helpdesk_private.clean_file_name(p_name text, p_extensions text[])
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Only the last part of a path. Tags are invisible letters.
  v_name text := regexp_replace(
    helpdesk_private.clean_name(regexp_replace(p_name, U&'[\+0E0000-\+0E007F]', '', 'g')), '^.*[/\\]', ''
  );
  v_extension text;
begin
  -- Dots at the ends hide a file, or disappear on Windows.
  v_name := btrim(v_name, ' .');
  v_extension := lower(substring(v_name from '\.([^.]+)$'));
  if v_extension = any(p_extensions) then
    v_name := left(v_name, -1 - char_length(v_extension));
  else
    -- Programs choose by the extension what to do with a file: it must be one of the declared type.
    v_extension := p_extensions[1];
  end if;
  v_name := left(coalesce(nullif(btrim(v_name, ' .'), ''), 'file'), 254 - char_length(v_extension));
  return concat_ws('.', v_name, v_extension);
end;
$$;
comment on function helpdesk_private.clean_file_name is
  'A name for a file: its last part, without invisible characters, with one of these extensions, at most 255 '
  'characters.';
revoke all on function helpdesk_private.clean_file_name from public, anon, authenticated, service_role;

create function helpdesk_private.attachment_key(p_ticket_id uuid, p_attachment_id uuid)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select 'tickets/' || p_ticket_id::text || '/' || p_attachment_id::text;
$$;
comment on function helpdesk_private.attachment_key is 'The name of the object in Storage that has the file.';
revoke all on function helpdesk_private.attachment_key from public, anon, authenticated, service_role;
