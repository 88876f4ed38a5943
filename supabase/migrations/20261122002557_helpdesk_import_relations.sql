-- Imports: links between tickets, and merges. They are made when both tickets are there.
--
-- A link or a merge that an import has made belongs to its source ticket: when that ticket changes in the source, it is
-- forgotten here, and made anew if the source still has it. What somebody has removed or undone here stays so.

insert into helpdesk_private.concepts (version, concept) values ('20261122002557', 'import_relations');

create function helpdesk_private.is_merge_of_import(p_run helpdesk_private.import_runs, p_ticket_id uuid)
returns boolean
language sql
stable
-- Definer: called by definer functions, as all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from helpdesk.ticket_merges as m
    join helpdesk_private.imported_objects as o
      on o.own_id = m.merge_id and o.kind = 'merge' and o.source_id = (p_run).source_id
    where m.source_id = p_ticket_id and m.unmerged_at is null
  );
$$;
comment on function helpdesk_private.is_merge_of_import is 'Whether an import of this source has merged the ticket.';
revoke all on function helpdesk_private.is_merge_of_import from public, anon, authenticated, service_role;

create function helpdesk_private.refresh_newest_message(p_ticket_id uuid)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  update helpdesk.tickets as t
  set last_message_id = n.message_id,
      -- It must differ, and lie in the past: so the row's triggers know that an import writes.
      updated_at = least(t.updated_at, now()) - interval '1 microsecond'
  from (
    select i.ticket_id, helpdesk_private.newest_message_id(i.ticket_id) as message_id
    from (
      select p_ticket_id as ticket_id
      union all
      select c.conversation_id from helpdesk_private.merged_tickets as c where c.ticket_id = p_ticket_id
    ) as i
  ) as n
  where t.ticket_id = n.ticket_id and t.last_message_id is distinct from n.message_id;
$$;
comment on function helpdesk_private.refresh_newest_message is
  'The newest message of a ticket and of each ticket above it, after something was merged into it or taken out.';
revoke all on function helpdesk_private.refresh_newest_message from public, anon, authenticated, service_role;

create function helpdesk_private.forget_relations(p_run helpdesk_private.import_runs, p_ticket_ids uuid[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_merge helpdesk.ticket_merges;
begin
  if p_ticket_ids = '{}' then
    return;
  end if;
  with forgotten as (
    delete from helpdesk.ticket_links as l
    using helpdesk_private.imported_objects as o
    where l.source_id = any(p_ticket_ids) and l.unlinked_at is null
      and o.own_id = l.link_id and o.kind = 'link' and o.source_id = (p_run).source_id
    returning l.link_id
  )
  delete from helpdesk_private.imported_objects as o
  using forgotten as f
  where o.own_id = f.link_id and o.kind = 'link' and o.source_id = (p_run).source_id;
  for v_merge in
    select m.* from helpdesk.ticket_merges as m
    join helpdesk_private.imported_objects as o
      on o.own_id = m.merge_id and o.kind = 'merge' and o.source_id = (p_run).source_id
    where m.source_id = any(p_ticket_ids) and m.unmerged_at is null
    order by m.merge_id
  loop
    perform helpdesk_private.take_lock('merges');
    perform helpdesk_private.part_conversations(v_merge.source_id, v_merge.target_id);
    delete from helpdesk.ticket_merges as m where m.merge_id = v_merge.merge_id;
    delete from helpdesk_private.imported_objects as o
    where o.own_id = v_merge.merge_id and o.kind = 'merge' and o.source_id = (p_run).source_id;
    perform helpdesk_private.refresh_newest_message(v_merge.target_id);
  end loop;
end;
$$;
comment on function helpdesk_private.forget_relations is
  'Before these tickets change: forgets the links and merges that imports of this source have made of them.';
revoke all on function helpdesk_private.forget_relations from public, anon, authenticated, service_role;

create function helpdesk_private.lock_imported_ends(p_run helpdesk_private.import_runs, p_item jsonb)
returns helpdesk.tickets[]
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids uuid[] := array[
    helpdesk_private.import_reference((p_run).source_id, 'ticket', p_item ->> 'source', 'source'),
    helpdesk_private.import_reference((p_run).source_id, 'ticket', p_item ->> 'target', 'target')
  ];
  v_id uuid;
begin
  if v_ids[1] is null or v_ids[2] is null then
    perform helpdesk_private.fail(
      'invalid_value', case when v_ids[1] is null then 'source' else 'target' end || ' is missing'
    );
  elsif v_ids[1] = v_ids[2] then
    perform helpdesk_private.fail('invalid_value', 'target must be another ticket');
  end if;
  -- In the order of their ids, as link_tickets() and merge_tickets().
  foreach v_id in array array[least(v_ids[1], v_ids[2]), greatest(v_ids[1], v_ids[2])] loop
    perform from helpdesk.tickets as t where t.ticket_id = v_id for no key update;
  end loop;
  return array(
    select t from unnest(v_ids) with ordinality as i (ticket_id, place)
    join helpdesk.tickets as t on t.ticket_id = i.ticket_id
    order by i.place
  );
end;
$$;
comment on function helpdesk_private.lock_imported_ends is 'The tickets that a link or a merge joins, locked.';
revoke all on function helpdesk_private.lock_imported_ends from public, anon, authenticated, service_role;

create function helpdesk_private.log_relation(
  p_run helpdesk_private.import_runs, p_item jsonb, p_ends helpdesk.tickets[]
)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- So that exports since a cursor have the tickets.
  select helpdesk_private.log_imported_tickets(p_run, array(
    select row(p_item, null, 'updated', e, null)::helpdesk_private.imported_ticket from unnest(p_ends) as e
  ));
$$;
revoke all on function helpdesk_private.log_relation from public, anon, authenticated, service_role;

create function helpdesk_private.import_link(p_run helpdesk_private.import_runs, p_item jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known helpdesk_private.imported_objects := helpdesk_private.imported((p_run).source_id, 'link', p_item);
  v_ends helpdesk.tickets[];
  v_link helpdesk.ticket_links;
begin
  if v_known.own_id is not null then
    return jsonb_build_object('id', v_known.own_id, 'outcome', case
      when exists (
        select from helpdesk.ticket_links as l where l.link_id = v_known.own_id and l.unlinked_at is null
      ) then 'unchanged'
      else 'dead'
    end);
  end if;
  perform helpdesk_private.text_among(
    'kind', coalesce(p_item ->> 'kind', ''), 'duplicate_of', 'blocks', 'child_of', 'follow_up_of'
  );
  v_ends := helpdesk_private.lock_imported_ends(p_run, p_item);
  v_link := helpdesk_private.add_link(
    v_ends[1], p_item ->> 'kind', v_ends[2],
    helpdesk_private.import_reference((p_run).source_id, 'person', p_item ->> 'linked_by', 'linked_by'),
    helpdesk_private.import_time('linked_at', p_item ->> 'linked_at')
  );
  perform helpdesk_private.remember_import(p_run, 'link', p_item, v_link.link_id, null, false);
  perform helpdesk_private.log_relation(p_run, p_item, v_ends);
  return jsonb_build_object('outcome', 'created', 'id', v_link.link_id);
end;
$$;
revoke all on function helpdesk_private.import_link from public, anon, authenticated, service_role;

create function helpdesk_private.import_merge(p_run helpdesk_private.import_runs, p_item jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known helpdesk_private.imported_objects := helpdesk_private.imported((p_run).source_id, 'merge', p_item);
  v_merged_at timestamptz := helpdesk_private.import_time('merged_at', p_item ->> 'merged_at');
  v_ends helpdesk.tickets[];
  v_source helpdesk.tickets;
  v_target helpdesk.tickets;
  v_merge helpdesk.ticket_merges;
begin
  if v_known.own_id is not null then
    return jsonb_build_object('id', v_known.own_id, 'outcome', case
      when exists (
        select from helpdesk.ticket_merges as m where m.merge_id = v_known.own_id and m.unmerged_at is null
      ) then 'unchanged'
      else 'dead'
    end);
  end if;
  v_ends := helpdesk_private.lock_imported_ends(p_run, p_item);
  perform helpdesk_private.take_lock('merges');
  select * into v_source from helpdesk.tickets as t where t.ticket_id = v_ends[1].ticket_id;
  select * into v_target from helpdesk.tickets as t where t.ticket_id = v_ends[2].ticket_id;
  if v_source.merged_into is not null then
    perform helpdesk_private.fail('ticket_merged');
  elsif helpdesk_private.living_ticket_id(v_target.ticket_id) = v_source.ticket_id then
    perform helpdesk_private.fail('invalid_value', 'target is itself merged into source');
  end if;
  perform helpdesk_private.text_among(
    'source_status', coalesce(p_item ->> 'source_status', ''), 'open', 'pending', 'resolved', 'closed'
  );
  perform helpdesk_private.moment_within(n.name, (p_item ->> n.name)::timestamptz)
  from unnest(array['source_resolved_at', 'source_closed_at', 'source_snoozed_until']) as n (name);
  insert into helpdesk.ticket_merges (
    source_id, target_id, source_status, source_resolved_at, source_closed_at, source_snoozed_until, added_tags,
    merged_by, merged_at
  )
  values (
    v_source.ticket_id, v_target.ticket_id, p_item ->> 'source_status',
    (p_item ->> 'source_resolved_at')::timestamptz, (p_item ->> 'source_closed_at')::timestamptz,
    (p_item ->> 'source_snoozed_until')::timestamptz,
    array(
      select lower(helpdesk_private.clean_name(g.tag))
      from jsonb_array_elements_text(coalesce(nullif(p_item -> 'added_tags', 'null'), '[]')) as g (tag)
      order by 1
    ),
    helpdesk_private.import_reference((p_run).source_id, 'person', p_item ->> 'merged_by', 'merged_by'), v_merged_at
  )
  returning * into v_merge;
  perform helpdesk_private.join_conversations(v_source.ticket_id, v_target.ticket_id);
  update helpdesk.tickets as t
  set merged_into = v_target.ticket_id, status = 'closed', snoozed_until = null, revision = t.revision + 1,
      closed_at = coalesce(t.closed_at, v_merged_at),
      updated_at = least(t.updated_at, now()) - interval '1 microsecond'
  where t.ticket_id = v_source.ticket_id;
  perform helpdesk_private.index_ticket(t) from helpdesk.tickets as t where t.ticket_id = v_source.ticket_id;
  perform helpdesk_private.refresh_newest_message(v_target.ticket_id);
  perform helpdesk_private.remember_import(p_run, 'merge', p_item, v_merge.merge_id, null, false);
  perform helpdesk_private.log_relation(p_run, p_item, v_ends);
  return jsonb_build_object('outcome', 'created', 'id', v_merge.merge_id);
end;
$$;
comment on function helpdesk_private.import_merge is
  'Merges two tickets with the snapshot that the source kept, so that the undo finds here what it would find there. '
  'The target already has the tags.';
revoke all on function helpdesk_private.import_merge from public, anon, authenticated, service_role;
