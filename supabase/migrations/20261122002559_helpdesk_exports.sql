-- Exports: whole tickets, with their conversation, as JSON. Everybody exports what they may read, and nothing else: the
-- function runs with the caller's rights.

insert into helpdesk_private.concepts (version, concept) values ('20261122002559', 'exports');

create function helpdesk_private.exported_ticket(p_ticket helpdesk.tickets)
returns jsonb
language sql
stable
-- Invoker: policies decide about each part.
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'ticket_id', (p_ticket).ticket_id, 'number', (p_ticket).number, 'external_id', (p_ticket).external_id,
    'title', (p_ticket).title, 'description', (p_ticket).description, 'status', (p_ticket).status,
    'priority', (p_ticket).priority, 'channel', (p_ticket).channel, 'team_id', (p_ticket).team_id,
    'requester_id', (p_ticket).created_by, 'assignee_id', (p_ticket).assigned_to,
    'tags', (
      select coalesce(jsonb_agg(g.tag order by g.tag), '[]')
      from helpdesk.ticket_tags as g where g.ticket_id = (p_ticket).ticket_id
    ),
    'custom_fields', (p_ticket).custom_fields,
    'staff_fields', coalesce(
      (select s.staff_fields from helpdesk.ticket_staff_fields as s where s.ticket_id = (p_ticket).ticket_id), '{}'
    ),
    'revision', (p_ticket).revision, 'merged_into', (p_ticket).merged_into,
    'snoozed_until', (p_ticket).snoozed_until, 'first_response_at', (p_ticket).first_response_at,
    'resolved_at', (p_ticket).resolved_at, 'closed_at', (p_ticket).closed_at,
    'created_at', (p_ticket).created_at, 'updated_at', (p_ticket).updated_at,
    'messages', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'message_id', m.message_id, 'author_id', m.author_id, 'author_kind', m.author_kind,
        'author_name', m.author_name, 'body', m.body, 'via_ticket_id', m.via_ticket_id, 'via_ticket_number', (
          select v.number from helpdesk.tickets as v where v.ticket_id = m.via_ticket_id
        ),
        'sequence', m.sequence, 'created_at', m.created_at, 'redacted_at', m.redacted_at
      ) order by m.sequence), '[]')
      from helpdesk.messages as m where m.ticket_id = (p_ticket).ticket_id
    ),
    'notes', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'note_id', n.note_id, 'author_id', n.author_id, 'author_name', n.author_name, 'body', n.body,
        'sequence', n.sequence, 'created_at', n.created_at
      ) order by n.sequence), '[]')
      from helpdesk.notes as n where n.ticket_id = (p_ticket).ticket_id
    ),
    'merge', (
      select jsonb_build_object(
        'merge_id', m.merge_id, 'target_id', m.target_id, 'target_number', t.number, 'source_status', m.source_status,
        'source_resolved_at', m.source_resolved_at, 'source_closed_at', m.source_closed_at,
        'source_snoozed_until', m.source_snoozed_until, 'added_tags', m.added_tags, 'merged_by', m.merged_by,
        'merged_at', m.merged_at
      )
      from helpdesk.ticket_merges as m inner join helpdesk.tickets as t on t.ticket_id = m.target_id
      where m.source_id = (p_ticket).ticket_id and m.unmerged_at is null
    ),
    'links', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'link_id', l.link_id, 'kind', l.kind, 'target_id', l.target_id, 'target_number', t.number,
        'linked_by', l.linked_by, 'linked_at', l.linked_at
      ) order by l.linked_at, l.link_id), '[]')
      from helpdesk.ticket_links as l inner join helpdesk.tickets as t on t.ticket_id = l.target_id
      where l.source_id = (p_ticket).ticket_id and l.unlinked_at is null
    ),
    'attachments', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'attachment_id', a.attachment_id, 'placement', a.placement, 'message_id', a.message_id,
        'note_id', a.note_id, 'uploaded_by', a.uploaded_by, 'uploader_kind', a.uploader_kind,
        'uploader_name', a.uploader_name, 'file_name', a.file_name,
        'content_type', a.content_type, 'size', a.size, 'state', a.state, 'sha256', a.sha256,
        'sequence', a.sequence, 'created_at', a.created_at
      ) order by a.sequence), '[]')
      from helpdesk.attachments as a where a.ticket_id = (p_ticket).ticket_id
    )
  );
$$;
revoke all on function helpdesk_private.exported_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.exported_ticket to authenticated, service_role;

create function helpdesk.export_tickets(
  after_number bigint default 0, max_rows integer default 100, ticket_ids uuid[] default null
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if max_rows is null or max_rows not between 1 and 500 then
    perform helpdesk_private.fail('invalid_value', 'max_rows must be between 1 and 500');
  elsif cardinality(ticket_ids) > 500 then
    perform helpdesk_private.fail('too_many', 'ticket_ids: at most 500 in one request.');
  end if;
  return (
    select coalesce(jsonb_agg(helpdesk_private.exported_ticket(p.ticket) order by (p.ticket).number), '[]')
    from (
      select t as ticket from helpdesk.tickets as t
      where t.number > coalesce(after_number, 0)
        and (export_tickets.ticket_ids is null or t.ticket_id = any(export_tickets.ticket_ids))
      order by t.number
      limit max_rows
    ) as p
  );
end;
$$;
comment on function helpdesk.export_tickets is
  'The tickets that you may read, with tags, custom fields, messages, notes, the links and the merge that begin at '
  'them, and the metadata of attachments, as JSON objects in the order of their numbers. after_number is the number of '
  'the last ticket of the page before; ticket_ids chooses tickets. At most 500 in one request.';
revoke all on function helpdesk.export_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk.export_tickets to authenticated, service_role;
