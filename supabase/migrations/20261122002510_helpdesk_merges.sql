-- Merging two tickets, and its undo.

insert into helpdesk_private.concepts (version, concept) values ('20261122002510', 'merges');

create function helpdesk_private.log_merge(p_type text, p_merge helpdesk.ticket_merges)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
begin
  for v_ticket in
    select t.* from helpdesk.tickets as t
    where t.ticket_id in (p_merge.source_id, p_merge.target_id) order by t.ticket_id
  loop
    perform helpdesk_private.log_event(
      p_type, 'staff', v_ticket, helpdesk_private.columns_of(to_jsonb(p_merge), 'merge_id, source_id, target_id')
    );
  end loop;
end;
$$;
revoke all on function helpdesk_private.log_merge from public, anon, authenticated, service_role;

create function helpdesk_private.lock_merge(p_ticket_ids uuid[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
begin
  -- In the order of their ids, and only then the lock of all merges: a chain cannot change under us.
  foreach v_id in array array(select distinct i from unnest(p_ticket_ids) as i order by i) loop
    perform helpdesk_private.lock_ticket(v_id, p_staff_only => true);
  end loop;
  perform helpdesk_private.take_lock('merges');
end;
$$;
revoke all on function helpdesk_private.lock_merge from public, anon, authenticated, service_role;

create function helpdesk_private.join_conversations(p_source_id uuid, p_target_id uuid)
returns void
language sql
-- Definer: nobody writes merged_tickets directly. As below.
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into helpdesk_private.merged_tickets (conversation_id, ticket_id)
  select above.ticket_id, below.ticket_id
  from (
    select p_target_id as ticket_id
    union all
    select a.conversation_id from helpdesk_private.merged_tickets as a where a.ticket_id = p_target_id
  ) as above,
  (
    select p_source_id as ticket_id
    union all
    select b.ticket_id from helpdesk_private.merged_tickets as b where b.conversation_id = p_source_id
  ) as below;
$$;
comment on function helpdesk_private.join_conversations is
  'Puts a ticket, with everything that is merged into it, under its target and each ticket above that.';
revoke all on function helpdesk_private.join_conversations from public, anon, authenticated, service_role;

create function helpdesk_private.part_conversations(p_source_id uuid, p_target_id uuid)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from helpdesk_private.merged_tickets as c
  using (
    select p_target_id as ticket_id
    union all
    select a.conversation_id from helpdesk_private.merged_tickets as a where a.ticket_id = p_target_id
  ) as above,
  (
    select p_source_id as ticket_id
    union all
    select b.ticket_id from helpdesk_private.merged_tickets as b where b.conversation_id = p_source_id
  ) as below
  where c.conversation_id = above.ticket_id and c.ticket_id = below.ticket_id;
$$;
comment on function helpdesk_private.part_conversations is 'Undoes join_conversations().';
revoke all on function helpdesk_private.part_conversations from public, anon, authenticated, service_role;

create function helpdesk_private.merge_tickets(
  p_source_id uuid, p_target_id uuid, p_merge_id uuid, p_other_requester boolean
)
returns helpdesk.ticket_merges
language plpgsql
-- Definer: nobody may write merged_into or status together with it.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('agent', 'admin');
  v_source helpdesk.tickets := (helpdesk_private.find_ticket(p_source_id)).ticket;
  v_named helpdesk.tickets := (helpdesk_private.find_ticket(p_target_id)).ticket;
  v_target helpdesk.tickets;
  v_tags text[];
  v_merge helpdesk.ticket_merges;
begin
  v_target.ticket_id := helpdesk_private.living_ticket_id(v_named.ticket_id);
  perform helpdesk_private.lock_merge(array[v_source.ticket_id, v_target.ticket_id]);
  select * into v_source from helpdesk.tickets as t where t.ticket_id = p_source_id;
  select * into v_target from helpdesk.tickets as t where t.ticket_id = v_target.ticket_id;
  select * into v_merge from helpdesk.ticket_merges as m where m.source_id = p_source_id and m.unmerged_at is null;
  if found then
    if helpdesk_private.living_ticket_id(p_source_id) = v_target.ticket_id then
      return v_merge;
    end if;
    perform helpdesk_private.fail('ticket_merged', format('Ticket %s is merged into another one.', v_source.number));
  elsif v_target.ticket_id = p_source_id then
    perform helpdesk_private.fail(
      'invalid_value',
      case when p_target_id = p_source_id then 'target_id must be another ticket'
      else format('target_id: ticket %s is itself merged into %s', v_named.number, v_source.number) end
    );
  elsif v_target.merged_into is not null then
    -- Merged while we waited for its lock.
    perform helpdesk_private.fail('ticket_merged', format('Ticket %s is merged into another one.', v_target.number));
  elsif v_source.created_by <> v_target.created_by and not coalesce(p_other_requester, false) then
    perform helpdesk_private.fail('other_requester');
  elsif exists (select from helpdesk.ticket_merges as m where m.merge_id = p_merge_id) then
    -- The merge of this id was undone: a repeated request must not merge again.
    perform helpdesk_private.fail('id_conflict');
  end if;
  with added as (
    insert into helpdesk.ticket_tags (ticket_id, tag)
    select v_target.ticket_id, g.tag from helpdesk.ticket_tags as g
    where g.ticket_id = p_source_id
      and not exists (
        select from helpdesk.ticket_tags as o where o.ticket_id = v_target.ticket_id and o.tag = g.tag
      )
    order by g.tag
    -- As many as a ticket may have.
    limit 50 - (select count(*) from helpdesk.ticket_tags as o where o.ticket_id = v_target.ticket_id)
    returning tag
  )
  select coalesce(array_agg(a.tag order by a.tag), '{}') into v_tags from added as a;
  insert into helpdesk.ticket_merges (
    merge_id, source_id, target_id, source_status, source_resolved_at, source_closed_at, source_snoozed_until,
    added_tags, merged_by
  )
  values (
    coalesce(p_merge_id, gen_random_uuid()), p_source_id, v_target.ticket_id, v_source.status, v_source.resolved_at,
    v_source.closed_at, v_source.snoozed_until, v_tags, v_me
  )
  returning * into v_merge;
  perform helpdesk_private.join_conversations(p_source_id, v_target.ticket_id);
  update helpdesk.tickets as t
  set merged_into = v_target.ticket_id, status = 'closed', snoozed_until = null,
      closed_at = coalesce(t.closed_at, clock_timestamp())
  where t.ticket_id = p_source_id;
  update helpdesk.tickets as t set last_message_id = helpdesk_private.newest_message_id(t.ticket_id)
  where t.ticket_id = v_target.ticket_id;
  perform helpdesk_private.log_merge('ticket.merged', v_merge);
  return v_merge;
end;
$$;
revoke all on function helpdesk_private.merge_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.merge_tickets to authenticated, service_role;

create function helpdesk.merge_tickets(
  source_id uuid, target_id uuid, merge_id uuid default null, other_requester boolean default false
)
returns helpdesk.ticket_merges
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.merge_tickets(
    merge_tickets.source_id, merge_tickets.target_id, merge_tickets.merge_id, merge_tickets.other_requester
  );
$$;
comment on function helpdesk.merge_tickets is
  'Those who work both tickets: merges source into target, or into the ticket that target is merged into. The source '
  'is closed, its tags are added to the target, and the conversation of the target shows both. Replies to the source '
  'are stored on the target. other_requester: true merges tickets of different requesters; each of them goes on '
  'seeing their own messages only. Repeat it: there is one merge.';
revoke all on function helpdesk.merge_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk.merge_tickets to authenticated, service_role;

create function helpdesk_private.unmerge_ticket(p_ticket_id uuid)
returns helpdesk.ticket_merges
language plpgsql
-- Definer: nobody may write merged_into or status together with it.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('agent', 'admin');
  v_source helpdesk.tickets := (helpdesk_private.find_ticket(p_ticket_id)).ticket;
  v_merge helpdesk.ticket_merges;
begin
  perform helpdesk_private.lock_merge(
    array[p_ticket_id, coalesce(v_source.merged_into, p_ticket_id), helpdesk_private.living_ticket_id(p_ticket_id)]
  );
  select * into v_merge from helpdesk.ticket_merges as m where m.source_id = p_ticket_id
  order by m.unmerged_at is null desc, m.merged_at desc limit 1;
  if not found then
    perform helpdesk_private.fail('not_merged');
  elsif v_merge.unmerged_at is not null then
    return v_merge;
  end if;
  perform helpdesk_private.part_conversations(p_ticket_id, v_merge.target_id);
  -- A tag that somebody has removed and set anew since is theirs.
  delete from helpdesk.ticket_tags as g
  where g.ticket_id = v_merge.target_id and g.tag = any(v_merge.added_tags) and g.created_at <= v_merge.merged_at;
  update helpdesk.tickets as t
  set merged_into = null, status = v_merge.source_status, resolved_at = v_merge.source_resolved_at,
      closed_at = v_merge.source_closed_at, snoozed_until = v_merge.source_snoozed_until,
      assigned_to = case
        when v_merge.source_status = 'closed' or helpdesk_private.lock_staff(t.assigned_to) then t.assigned_to
      end,
      last_message_id = helpdesk_private.newest_message_id(t.ticket_id)
  where t.ticket_id = p_ticket_id;
  update helpdesk.tickets as t set last_message_id = helpdesk_private.newest_message_id(t.ticket_id)
  where t.ticket_id in (v_merge.target_id, helpdesk_private.living_ticket_id(v_merge.target_id));
  update helpdesk.ticket_merges as m set unmerged_by = v_me, unmerged_at = clock_timestamp()
  where m.merge_id = v_merge.merge_id
  returning * into v_merge;
  perform helpdesk_private.log_merge('ticket.unmerged', v_merge);
  return v_merge;
end;
$$;
revoke all on function helpdesk_private.unmerge_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.unmerge_ticket to authenticated, service_role;

create function helpdesk.unmerge_ticket(ticket_id uuid)
returns helpdesk.ticket_merges
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.unmerge_ticket(unmerge_ticket.ticket_id);
$$;
comment on function helpdesk.unmerge_ticket is
  'Those who work the merged ticket and the ticket it is merged into: undoes the merge. The ticket has its status '
  'again, and the tags that the merge added leave the target. What was written since stays where it is. Repeat it: '
  'the merge is undone once.';
revoke all on function helpdesk.unmerge_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.unmerge_ticket to authenticated, service_role;
