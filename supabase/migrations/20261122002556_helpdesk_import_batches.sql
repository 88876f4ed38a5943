-- Imports: writing what has been read, one batch in one transaction.

insert into helpdesk_private.concepts (version, concept) values ('20261122002556', 'import_batches');

create function helpdesk_private.write_imported_comments(
  p_run helpdesk_private.import_runs, p_comments helpdesk_private.imported_comment[]
)
returns void
language plpgsql
-- Definer: nobody else sets times and authors. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text;
begin
  if p_comments is null then
    return;
  end if;
  for v_kind in select distinct c.author_kind from unnest(p_comments) as c loop
    perform helpdesk_private.text_among(
      'author_kind', coalesce(v_kind, ''), 'customer', 'staff', 'assistant', 'system'
    );
  end loop;
  if exists (
    select from unnest(p_comments) as c where c.body is null or c.external_id is null or c.content_hash is null
  ) then
    perform helpdesk_private.fail('invalid_value', 'a comment needs external_id, hash and body');
  elsif (select count(*) <> count(distinct c.external_id) from unnest(p_comments) as c) then
    perform helpdesk_private.fail('invalid_value', 'external_id of a comment is given twice');
  end if;
  insert into helpdesk.messages (
    message_id, ticket_id, requester_id, author_id, author_kind, author_name, body, via_ticket_id, sequence, created_at,
    redacted_at, imported
  )
  select
    c.own_id, c.ticket_id, c.requester_id, c.author_id, c.author_kind, c.author_name, c.body, c.via_ticket_id,
    c.sequence, c.created_at, c.redacted_at, true
  from unnest(p_comments) as c where c.is_new and c.is_public;
  insert into helpdesk.notes (note_id, ticket_id, author_id, author_name, body, sequence, created_at, imported)
  select c.own_id, c.ticket_id, c.author_id, c.author_name, c.body, c.sequence, c.created_at, true
  from unnest(p_comments) as c where c.is_new and not c.is_public;
  if exists (select from unnest(p_comments) as c where c.known_id is not null) then
    -- What has become a note is no message any more, and what has become a message no note.
    update helpdesk.messages as m set body = '[redacted]', redacted_at = clock_timestamp()
    from unnest(p_comments) as c
    where c.is_new and not c.is_public and m.message_id = c.known_id and m.body <> '[redacted]';
    update helpdesk.notes as n set body = '[moved to a message]'
    from unnest(p_comments) as c
    where c.is_new and c.is_public and n.note_id = c.known_id;
    -- The source has removed something from a text. Whoever redacted it here has the last word.
    update helpdesk.messages as m set body = c.body, redacted_at = coalesce(c.redacted_at, clock_timestamp())
    from unnest(p_comments) as c
    where not c.is_new and m.message_id = c.own_id and m.imported and m.body <> c.body and m.redacted_at is null;
    update helpdesk.notes as n set body = c.body
    from unnest(p_comments) as c
    where not c.is_new and n.note_id = c.own_id and n.imported and n.body <> c.body;
  end if;
  insert into helpdesk_private.imported_objects as o
    (source_id, kind, external_id, own_id, is_public, content_hash, run_id)
  select (p_run).source_id, 'comment', c.external_id, c.own_id, c.is_public, c.content_hash, (p_run).run_id
  from unnest(p_comments) as c
  on conflict (source_id, kind, external_id) do update
  set own_id = excluded.own_id, is_public = excluded.is_public, content_hash = excluded.content_hash,
      run_id = excluded.run_id;
end;
$$;
revoke all on function helpdesk_private.write_imported_comments from public, anon, authenticated, service_role;

create function helpdesk_private.write_imported_tags(p_tickets helpdesk_private.imported_ticket[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tags jsonb := (
    select coalesce(jsonb_agg(distinct jsonb_build_object(
      'ticket_id', (i.ticket).ticket_id, 'created_at', (i.ticket).created_at,
      'tag', lower(helpdesk_private.clean_name(g.tag))
    )), '[]')
    from unnest(p_tickets) as i
    cross join lateral jsonb_array_elements_text(coalesce(nullif(i.item -> 'tags', 'null'), '[]')) as g (tag)
  );
begin
  if exists (select from unnest(p_tickets) as i where i.outcome = 'updated') then
    -- Marked first, so that the log leaves out what an import removes.
    update helpdesk.ticket_tags as g set created_at = '-infinity'
    from unnest(p_tickets) as i
    where i.outcome = 'updated' and g.ticket_id = (i.ticket).ticket_id
      -- What somebody has set here stays.
      and g.created_at = (i.ticket).created_at
      and not v_tags @> jsonb_build_array(jsonb_build_object('ticket_id', g.ticket_id, 'tag', g.tag));
    delete from helpdesk.ticket_tags as g
    using unnest(p_tickets) as i
    where i.outcome = 'updated' and g.ticket_id = (i.ticket).ticket_id and g.created_at = '-infinity';
  end if;
  insert into helpdesk.ticket_tags (ticket_id, tag, ticket_created_at, created_at)
  select t.ticket_id, t.tag, t.created_at, t.created_at
  from jsonb_to_recordset(v_tags) as t (ticket_id uuid, tag text, created_at timestamptz)
  order by t.ticket_id
  on conflict do nothing;
end;
$$;
comment on function helpdesk_private.write_imported_tags is
  'The tags of the source: an imported tag has its ticket''s time. Those that somebody set here stay.';
revoke all on function helpdesk_private.write_imported_tags from public, anon, authenticated, service_role;

create function helpdesk_private.log_imported_tickets(
  p_run helpdesk_private.import_runs, p_tickets helpdesk_private.imported_ticket[]
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
  v_name text := helpdesk_private.display_name(v_me);
begin
  insert into helpdesk.events (
    xid, type, audience, ticket_id, ticket_number, ticket_revision, requester_id, team_id, assigned_to, actor_id,
    actor_kind, actor_name, data
  )
  select
    greatest(
      pg_current_xact_id(),
      -- As log_event().
      (select e.xid from helpdesk.events as e where e.ticket_id = t.ticket_id order by e.event_id desc limit 1)
    ),
    'ticket.imported', 'staff', t.ticket_id, t.number, t.revision, t.created_by, t.team_id, t.assigned_to, v_me,
    case when v_me is null then 'system' else 'staff' end, v_name,
    jsonb_build_object('run_id', (p_run).run_id, 'outcome', i.outcome)
  from unnest(p_tickets) with ordinality as i (item, known_id, outcome, ticket, staff_fields, place)
  join helpdesk.tickets as t on t.ticket_id = (i.ticket).ticket_id
  order by i.place;
end;
$$;
revoke all on function helpdesk_private.log_imported_tickets from public, anon, authenticated, service_role;

create function helpdesk_private.import_tickets(p_run helpdesk_private.import_runs, p_items jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_all helpdesk_private.imported_ticket[];
  v_tickets helpdesk_private.imported_ticket[];
  v_comments helpdesk_private.imported_comment[];
  v_one helpdesk_private.imported_ticket;
begin
  if (
    select count(i.item ->> 'external_id') <> count(distinct i.item ->> 'external_id')
    from jsonb_array_elements(p_items) as i (item)
  ) then
    -- Then the items are written in parts, and of two with one id the later counts.
    perform helpdesk_private.fail('invalid_value', 'external_id is given twice');
  end if;
  -- The ticket that an author replied to may come later. Its id is known from now on.
  insert into helpdesk_private.imported_objects (source_id, kind, external_id, own_id, content_hash, run_id)
  select (p_run).source_id, 'ticket', n.via, gen_random_uuid(), '', (p_run).run_id
  from (
    select distinct c.comment ->> 'via' as via
    from jsonb_array_elements(p_items) as i (item)
    cross join lateral jsonb_array_elements(coalesce(nullif(i.item -> 'comments', 'null'), '[]')) as c (comment)
  ) as n
  where n.via is not null
  on conflict do nothing;
  v_all := array(
    select helpdesk_private.read_imported_ticket(p_run, i.item)
    from jsonb_array_elements(p_items) with ordinality as i (item, place)
    order by i.place
  );
  v_tickets := array(select i from unnest(v_all) as i where i.outcome in ('created', 'updated'));
  v_comments := helpdesk_private.read_imported_comments(p_run, v_tickets);
  insert into helpdesk.ticket_staff_fields (ticket_id, staff_fields)
  select (i.ticket).ticket_id, i.staff_fields
  from unnest(v_tickets) as i where i.outcome = 'created' and i.staff_fields is not null;
  insert into helpdesk.tickets (
    ticket_id, number, status, priority, title, description, team_id, assigned_to, created_by, channel, external_id,
    custom_fields, snoozed_until, last_message_id, first_response_at, resolved_at, closed_at, created_at, updated_at
  )
  select
    (i.ticket).ticket_id, (i.ticket).number, (i.ticket).status, (i.ticket).priority, (i.ticket).title,
    (i.ticket).description, (i.ticket).team_id, (i.ticket).assigned_to, (i.ticket).created_by, (i.ticket).channel,
    (i.ticket).external_id, (i.ticket).custom_fields, (i.ticket).snoozed_until, m.last_message_id,
    -- What a source does not say, its messages do.
    case when i.item ? 'first_response_at' then (i.ticket).first_response_at else m.first_response_at end,
    (i.ticket).resolved_at, (i.ticket).closed_at, (i.ticket).created_at, (i.ticket).updated_at
  from unnest(v_tickets) with ordinality as i (item, known_id, outcome, ticket, staff_fields, place)
  left join (
    select
      c.ticket_id, (array_agg(c.own_id order by c.sequence desc))[1] as last_message_id,
      min(c.created_at) filter (where c.author_kind = 'staff') as first_response_at
    from unnest(v_comments) as c where c.is_public
    group by c.ticket_id
  ) as m on m.ticket_id = (i.ticket).ticket_id
  where i.outcome = 'created'
  order by i.place;
  perform helpdesk_private.write_imported_comments(p_run, v_comments);
  perform helpdesk_private.forget_relations(
    p_run, array(select i.known_id from unnest(v_tickets) as i where i.outcome = 'updated')
  );
  for v_one in select i.* from unnest(v_tickets) as i where i.outcome = 'updated' loop
    update helpdesk.tickets as t
    set status = (v_one.ticket).status, priority = (v_one.ticket).priority, title = (v_one.ticket).title,
        description = (v_one.ticket).description, team_id = (v_one.ticket).team_id,
        assigned_to = (v_one.ticket).assigned_to, custom_fields = (v_one.ticket).custom_fields,
        resolved_at = (v_one.ticket).resolved_at, closed_at = (v_one.ticket).closed_at,
        snoozed_until = (v_one.ticket).snoozed_until,
        revision = (v_one.ticket).revision, updated_at = (v_one.ticket).updated_at, merged_into = null,
        last_message_id = helpdesk_private.newest_message_id(t.ticket_id),
        first_response_at = coalesce((v_one.ticket).first_response_at, t.first_response_at, (
          select min(m.created_at) from helpdesk.messages as m
          where m.ticket_id = t.ticket_id and m.author_kind = 'staff'
        ))
    where t.ticket_id = v_one.known_id;
    if v_one.staff_fields is not null then
      perform helpdesk_private.put_field_values(
        v_one.ticket,
        coalesce(
          (select s.staff_fields from helpdesk.ticket_staff_fields as s where s.ticket_id = v_one.known_id), '{}'
        ),
        v_one.staff_fields, true
      );
      insert into helpdesk.ticket_staff_fields (ticket_id, staff_fields) values (v_one.known_id, v_one.staff_fields)
      on conflict (ticket_id) do update set staff_fields = excluded.staff_fields;
    end if;
  end loop;
  perform helpdesk_private.write_imported_tags(v_tickets);
  perform helpdesk_private.index_ticket(t) from helpdesk.tickets as t
  where t.ticket_id in (select (i.ticket).ticket_id from unnest(v_tickets) as i);
  perform helpdesk_private.log_imported_tickets(p_run, v_tickets);
  insert into helpdesk_private.imported_objects as o
    (source_id, kind, external_id, own_id, content_hash, is_dead, run_id)
  select
    (p_run).source_id, 'ticket', i.item ->> 'external_id', coalesce(i.known_id, (i.ticket).ticket_id),
    i.item ->> 'hash', i.outcome = 'dead', (p_run).run_id
  from unnest(v_all) as i where i.outcome <> 'unchanged'
  on conflict (source_id, kind, external_id) do update
  set content_hash = excluded.content_hash, is_dead = excluded.is_dead, run_id = excluded.run_id;
  return (
    select jsonb_agg(
      jsonb_build_object('outcome', i.outcome, 'id', coalesce(i.known_id, (i.ticket).ticket_id)) order by i.place
    )
    from unnest(v_all) with ordinality as i (item, known_id, outcome, ticket, staff_fields, place)
  );
end;
$$;
revoke all on function helpdesk_private.import_tickets from public, anon, authenticated, service_role;

create function helpdesk_private.import_items(p_run helpdesk_private.import_runs, p_kind text, p_items jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer := jsonb_array_length(p_items);
  v_state text;
  v_message text;
  v_detail text;
  v_hint text;
begin
  begin
    return case p_kind
      when 'person' then (
        select jsonb_agg(helpdesk_private.import_person(p_run, i.item) order by i.place)
        from jsonb_array_elements(p_items) with ordinality as i (item, place)
      )
      when 'team' then (
        select jsonb_agg(helpdesk_private.import_team(p_run, i.item) order by i.place)
        from jsonb_array_elements(p_items) with ordinality as i (item, place)
      )
      when 'field' then (
        select jsonb_agg(helpdesk_private.import_field(p_run, i.item) order by i.place)
        from jsonb_array_elements(p_items) with ordinality as i (item, place)
      )
      when 'link' then (
        select jsonb_agg(helpdesk_private.import_link(p_run, i.item) order by i.place)
        from jsonb_array_elements(p_items) with ordinality as i (item, place)
      )
      when 'merge' then (
        select jsonb_agg(helpdesk_private.import_merge(p_run, i.item) order by i.place)
        from jsonb_array_elements(p_items) with ordinality as i (item, place)
      )
      when 'file' then (
        select jsonb_agg(helpdesk_private.import_file(p_run, i.item) order by i.place)
        from jsonb_array_elements(p_items) with ordinality as i (item, place)
      )
      else helpdesk_private.import_tickets(p_run, p_items)
    end;
  exception when others then
    get stacked diagnostics
      v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail,
      v_hint = pg_exception_hint;
    -- Our own rules, values that do not fit, and keys that are taken. Anything else is no fault of an item.
    if not (v_state like 'PT%' or v_state like '22%' or v_state like '23%') then
      raise;
    end if;
  end;
  if v_count > 1 then
    -- Which items are at fault is found by halves.
    return helpdesk_private.import_items(
      p_run, p_kind, jsonb_path_query_array(p_items, '$[0 to $n]', jsonb_build_object('n', v_count / 2 - 1))
    ) || helpdesk_private.import_items(
      p_run, p_kind, jsonb_path_query_array(p_items, '$[$n to last]', jsonb_build_object('n', v_count / 2))
    );
  end if;
  return jsonb_build_array(jsonb_build_object(
    'outcome', 'refused',
    'error', jsonb_build_object(
      'code', v_state, 'message', v_message,
      -- Other details repeat values of rows.
      'details', case when v_detail like 'helpdesk.%' then v_detail end,
      'hint', case when v_detail like 'helpdesk.%' then v_hint end
    )
  ));
end;
$$;
comment on function helpdesk_private.import_items is
  'Writes the items together. Where some are refused, the others are written and each of these has its error.';
revoke all on function helpdesk_private.import_items from public, anon, authenticated, service_role;

create function helpdesk_private.import_batch(p_run_id uuid, p_kind text, p_items jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- A session keeps its plans: one of an empty table would read all of the table for each row of the import, until the
-- table has statistics.
set enable_seqscan = off
-- Before PostgreSQL 18, a table that is read all the same counts as so dear that the plan would be compiled.
set jit = off
as $$
declare
  v_run helpdesk_private.import_runs := helpdesk_private.lock_import(p_run_id);
  v_results jsonb;
begin
  if v_run.finished_at is not null then
    perform helpdesk_private.fail('import_finished');
  elsif p_kind is null or p_kind not in ('person', 'team', 'field', 'ticket', 'link', 'merge', 'file') then
    perform helpdesk_private.fail(
      'invalid_value', 'kind must be one of person, team, field, ticket, link, merge, file'
    );
  elsif coalesce(jsonb_typeof(p_items), '') <> 'array' then
    perform helpdesk_private.fail('invalid_value', 'items must be a JSON array');
  elsif jsonb_array_length(p_items) > 500 then
    perform helpdesk_private.fail('too_many', 'items: at most 500 in one request.');
  elsif p_items = '[]' then
    return '[]';
  end if;
  v_results := helpdesk_private.import_items(v_run, p_kind, p_items);
  update helpdesk_private.import_runs as r
  set counts = r.counts || jsonb_build_object(p_kind, (
    select jsonb_object_agg(n.outcome, n.items + coalesce((r.counts #>> array[p_kind, n.outcome])::bigint, 0))
    from (
      select o.outcome, count(i.result) as items
      from unnest(array['created', 'updated', 'unchanged', 'refused', 'dead']) as o (outcome)
      left join jsonb_array_elements(v_results) as i (result) on i.result ->> 'outcome' = o.outcome
      group by o.outcome
    ) as n
  ))
  where r.run_id = p_run_id;
  return v_results;
end;
$$;
revoke all on function helpdesk_private.import_batch from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.import_batch to authenticated, service_role;

create function helpdesk.import_batch(run_id uuid, kind text, items jsonb)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.import_batch(import_batch.run_id, import_batch.kind, import_batch.items);
$$;
comment on function helpdesk.import_batch is
  'Admins and the secret key: writes at most 500 objects of another helpdesk (kind person, team, field, ticket, file, '
  'link or merge, in this order) with their times and authors, silently. Returns a result for each, in the same order: '
  '{"outcome": "created" | "updated" | "unchanged" | "dead", "id": …} or {"outcome": "refused", "error": {code, '
  'message, details, hint}}. An item that is refused changes nothing, the others stand. '
  'Repeat the request as often as you like.';
revoke all on function helpdesk.import_batch from public, anon, authenticated, service_role;
grant execute on function helpdesk.import_batch to authenticated, service_role;
