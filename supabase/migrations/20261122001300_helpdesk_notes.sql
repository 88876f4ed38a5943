-- Notes: internal, written and read by those who work the ticket. They have a table of their own and leave no trace on
-- the ticket: the requester cannot tell a ticket with notes from a ticket without.

create table helpdesk.notes (
  note_id uuid primary key default gen_random_uuid(),
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  author_id uuid references helpdesk.users (user_id),
  author_name text not null check (char_length(author_name) <= 254),
  body text not null check (helpdesk_private.text_within('body', body, 1, 100000)),
  -- As in messages.
  sequence bigint not null default nextval('helpdesk.events_event_id_seq'),
  created_at timestamptz not null default clock_timestamp(),
  imported boolean not null default false
);
comment on column helpdesk.notes.imported is
  'True for a note that an import has brought from another helpdesk.';
comment on table helpdesk.notes is
  'Internal notes: those who work the ticket read them, its requester never does. Write with add_note().';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.notes
  alter column note_id set statistics 0,
  alter column ticket_id set statistics 0,
  alter column author_id set statistics 0,
  alter column author_name set statistics 0,
  alter column body set statistics 0,
  alter column sequence set statistics 0,
  alter column created_at set statistics 0,
  alter column imported set statistics 0;
create index notes_ticket_idx on helpdesk.notes (ticket_id, sequence);
create index notes_author_idx on helpdesk.notes (author_id);

revoke all on table helpdesk.notes from public, anon, authenticated, service_role;
grant select on table helpdesk.notes to authenticated, service_role;

create trigger log_note after insert on helpdesk.notes
  for each row when (not new.imported)
  execute function helpdesk_private.log_on_ticket('note.created', 'staff', 'note_id');

alter table helpdesk.notes enable row level security;

create policy "only active people" on helpdesk.notes
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its notes" on helpdesk.notes
  for select to authenticated
  using (
    -- First whether the caller is staff, as for tags.
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = notes.ticket_id
    ) is not null
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122001300', 'notes');

create function helpdesk_private.add_note(
  p_ticket_id uuid, p_body text, p_note_id uuid, p_attachments uuid[]
)
returns helpdesk.notes
language plpgsql
-- Definer: nobody inserts notes directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets := helpdesk_private.lock_ticket(p_ticket_id, p_staff_only => true);
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
  v_note helpdesk.notes;
begin
  select * into v_note from helpdesk.notes as n where n.note_id = p_note_id;
  if found then
    if v_note.ticket_id <> v_ticket.ticket_id or v_note.author_id is distinct from v_me
      or v_note.body is distinct from p_body
      or not helpdesk_private.has_attachments(p_attachments, null, p_note_id) then
      perform helpdesk_private.fail('id_conflict');
    end if;
    return v_note;
  end if;
  if p_body is null then
    perform helpdesk_private.fail('invalid_value', 'body is missing');
  end if;
  insert into helpdesk.notes (note_id, ticket_id, author_id, author_name, body)
  values (coalesce(p_note_id, gen_random_uuid()), v_ticket.ticket_id, v_me, helpdesk_private.display_name(v_me), p_body)
  on conflict do nothing
  returning * into v_note;
  if not found then
    -- Another transaction has used this id on another ticket since the query above.
    perform helpdesk_private.fail('id_conflict');
  end if;
  perform helpdesk_private.take_attachments(p_attachments, v_ticket.ticket_id, null, v_note.note_id);
  return v_note;
end;
$$;
revoke all on function helpdesk_private.add_note from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.add_note to authenticated, service_role;

create function helpdesk.add_note(
  ticket_id uuid, body text, note_id uuid default null, attachments uuid[] default null
)
returns helpdesk.notes
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.add_note(add_note.ticket_id, add_note.body, add_note.note_id, add_note.attachments);
$$;
comment on function helpdesk.add_note is
  'Those who work the ticket: adds an internal note. attachments: ids of files that you have uploaded for a note of '
  'this ticket. Repeat it with the same note_id: there is one note.';
revoke all on function helpdesk.add_note from public, anon, authenticated, service_role;
grant execute on function helpdesk.add_note to authenticated, service_role;
