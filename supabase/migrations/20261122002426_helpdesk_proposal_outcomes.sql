-- Outcomes of proposals: rejection, undoing, what was seen when, and how much of a draft was edited.

insert into helpdesk_private.concepts (version, concept) values ('20261122002426', 'proposal_outcomes');

create function helpdesk_private.edit_distance(p_a integer[], p_b integer[], p_limit integer)
returns integer
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_a integer := cardinality(p_a);
  v_b integer := cardinality(p_b);
  v_start integer := 0;
  v_goal integer;
  v_shift integer;
  v_reach integer[];
  v_next integer[];
  v_row integer;
begin
  -- Equal ends cost nothing.
  while v_start < least(v_a, v_b) and p_a[v_start + 1] = p_b[v_start + 1] loop
    v_start := v_start + 1;
  end loop;
  while least(v_a, v_b) > v_start and p_a[v_a] = p_b[v_b] loop
    v_a := v_a - 1;
    v_b := v_b - 1;
  end loop;
  v_a := v_a - v_start;
  v_b := v_b - v_start;
  v_goal := v_b - v_a;
  if v_a = 0 or v_b = 0 then
    return v_a + v_b;
  elsif abs(v_goal) > p_limit then
    return null;
  end if;
  -- How far each diagonal gets with a number of edits: as many rows as edits, not as characters, and two in memory.
  v_shift := p_limit + 2;
  v_reach := array_fill(-2, array[2 * p_limit + 3]);
  v_next := v_reach;
  for v_edits in 0..least(p_limit, greatest(v_a, v_b)) loop
    for v_diagonal in greatest(-v_edits, v_goal - p_limit + v_edits)..least(v_edits, v_goal + p_limit - v_edits) loop
      v_row := case
        when v_edits = 0 then 0
        else greatest(
          v_reach[v_shift + v_diagonal] + 1, v_reach[v_shift + v_diagonal - 1], v_reach[v_shift + v_diagonal + 1] + 1
        )
      end;
      v_row := least(v_row, v_a, v_b - v_diagonal);
      if v_row >= 0 and v_row + v_diagonal >= 0 then
        while v_row < v_a and v_row + v_diagonal < v_b
          and p_a[v_start + v_row + 1] = p_b[v_start + v_row + v_diagonal + 1] loop
          v_row := v_row + 1;
        end loop;
        if v_diagonal = v_goal and v_row = v_a then
          return v_edits;
        end if;
      end if;
      v_next[v_shift + v_diagonal] := v_row;
    end loop;
    v_reach := v_next;
  end loop;
  return null;
end;
$$;
comment on function helpdesk_private.edit_distance is
  'How many items must be inserted, removed or replaced between two lists (Levenshtein); null if more than p_limit. '
  'The time grows with the square of the distance, not of the length.';
revoke all on function helpdesk_private.edit_distance from public, anon, authenticated, service_role;

create function helpdesk_private.text_distance(p_draft text, p_final text)
returns real
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_limit constant integer := 1000;
  v_draft text := btrim(regexp_replace(normalize(left(p_draft, 100000), nfkc), '\s+', ' ', 'g'));
  v_final text := btrim(regexp_replace(normalize(left(p_final, 100000), nfkc), '\s+', ' ', 'g'));
  v_draft_items integer[];
  v_final_items integer[];
  v_distance integer;
begin
  if v_draft is null or v_final is null then
    return null;
  elsif v_draft = v_final then
    return 0;
  end if;
  if greatest(char_length(v_draft), char_length(v_final)) <= 10000 then
    v_draft_items := array(select ascii(c.letter) from regexp_split_to_table(v_draft, '') with ordinality as c (letter, n) order by c.n);
    v_final_items := array(select ascii(c.letter) from regexp_split_to_table(v_final, '') with ordinality as c (letter, n) order by c.n);
    v_distance := helpdesk_private.edit_distance(v_draft_items, v_final_items, c_limit);
  end if;
  if v_distance is null then
    -- Long texts, and texts that have little in common: by words.
    v_draft_items := array(select hashtext(w.word) from regexp_split_to_table(v_draft, ' ') with ordinality as w (word, n) order by w.n);
    v_final_items := array(select hashtext(w.word) from regexp_split_to_table(v_final, ' ') with ordinality as w (word, n) order by w.n);
    v_distance := helpdesk_private.edit_distance(v_draft_items, v_final_items, c_limit);
  end if;
  if v_distance is null then
    -- More than a thousand words differ: those that the texts do not share.
    select greatest(cardinality(v_draft_items), cardinality(v_final_items)) - coalesce(sum(least(d.n, f.n)), 0)
    into v_distance
    from (select i.item, count(*) as n from unnest(v_draft_items) as i (item) group by i.item) as d
    join (select i.item, count(*) as n from unnest(v_final_items) as i (item) group by i.item) as f using (item);
  end if;
  return v_distance::real / greatest(cardinality(v_draft_items), cardinality(v_final_items));
end;
$$;
comment on function helpdesk_private.text_distance is
  'How much of a draft was edited, from 0 to 1: edits divided by the length of the longer text, in characters; for '
  'texts '
  'over 10,000 characters, or with more than 1,000 edits, in words. White space does not count.';
revoke all on function helpdesk_private.text_distance from public, anon, authenticated, service_role;

create function helpdesk_private.reject_proposal(p_proposal_id uuid, p_reason text)
returns helpdesk.proposals
language plpgsql
-- Definer: nobody updates proposals directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal helpdesk.proposals := helpdesk_private.lock_proposal(p_proposal_id);
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
begin
  if p_reason is null or (
    p_reason not in ('wrong', 'unclear', 'tone', 'outdated', 'unsafe')
    and (p_reason !~ '^other:' or helpdesk_private.is_blank(substr(p_reason, 7)))
  ) then
    perform helpdesk_private.fail(
      'invalid_value', 'reason must be wrong, unclear, tone, outdated, unsafe, or other: and a text'
    );
  elsif v_proposal.state = 'rejected' and v_proposal.decided_by is not distinct from v_me
    and v_proposal.reject_reason = p_reason then
    return v_proposal;
  elsif v_proposal.state in ('expired', 'superseded') then
    perform helpdesk_private.fail('proposal_expired');
  elsif v_proposal.state <> 'open' then
    perform helpdesk_private.fail('proposal_decided');
  end if;
  update helpdesk.proposals as p
  set state = 'rejected', decided_by = v_me, decided_at = clock_timestamp(), reject_reason = p_reason
  where p.proposal_id = p_proposal_id
  returning * into v_proposal;
  return v_proposal;
end;
$$;
revoke all on function helpdesk_private.reject_proposal from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.reject_proposal to authenticated, service_role;

create function helpdesk.reject_proposal(proposal_id uuid, reason text)
returns helpdesk.proposals
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.reject_proposal(reject_proposal.proposal_id, reject_proposal.reason);
$$;
comment on function helpdesk.reject_proposal is
  'Those who work the ticket: rejects an open proposal. reason: wrong, unclear, tone, outdated, unsafe, or other: '
  'and a '
  'text of at most 200 characters. The reasons are counted for each version of a prompt.';
revoke all on function helpdesk.reject_proposal from public, anon, authenticated, service_role;
grant execute on function helpdesk.reject_proposal to authenticated, service_role;

create function helpdesk_private.show_proposal(p_proposal_id uuid)
returns helpdesk.proposals
language plpgsql
-- Definer: nobody updates proposals directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal helpdesk.proposals := helpdesk_private.lock_proposal(p_proposal_id);
begin
  update helpdesk.proposals as p set shown_at = clock_timestamp()
  where p.proposal_id = p_proposal_id and p.shown_at is null and p.state = 'open'
  returning * into v_proposal;
  if not found then
    select * into v_proposal from helpdesk.proposals as p where p.proposal_id = p_proposal_id;
  end if;
  return v_proposal;
end;
$$;
revoke all on function helpdesk_private.show_proposal from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.show_proposal to authenticated, service_role;

create function helpdesk.show_proposal(proposal_id uuid)
returns helpdesk.proposals
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.show_proposal(show_proposal.proposal_id);
$$;
comment on function helpdesk.show_proposal is
  'Those who work the ticket: the proposal, with the note that a person has it on the screen: seconds_to_decide counts '
  'from the first call.';
revoke all on function helpdesk.show_proposal from public, anon, authenticated, service_role;
grant execute on function helpdesk.show_proposal to authenticated, service_role;

create function helpdesk_private.undo_fields(p_ticket_id uuid, p_changes jsonb)
returns text[]
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now jsonb := helpdesk_private.all_field_values(p_ticket_id);
  v_back jsonb;
begin
  select jsonb_object_agg(c.key, c.change -> 0) into v_back
  from jsonb_each(p_changes) as c (key, change)
  where coalesce(v_now -> c.key, 'null') = c.change -> 1;
  if v_back is not null then
    update helpdesk.tickets as t set custom_fields = v_back where t.ticket_id = p_ticket_id;
  end if;
  return array(select k.key from jsonb_object_keys(p_changes) as k (key) where not coalesce(v_back ? k.key, false));
end;
$$;
comment on function helpdesk_private.undo_fields is 'Restores values that still stand; returns the keys of the others.';
revoke all on function helpdesk_private.undo_fields from public, anon, authenticated, service_role;

create function helpdesk_private.undo_changes(p_ticket helpdesk.tickets, p_changes jsonb)
returns text[]
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kept text[] := '{}';
  v_team_id uuid := (p_changes #>> '{team_id,0}')::uuid;
  v_assignee uuid := (p_changes #>> '{assigned_to,0}')::uuid;
begin
  delete from helpdesk.ticket_tags as g
  where g.ticket_id = p_ticket.ticket_id
    and g.tag in (select jsonb_array_elements_text(coalesce(p_changes -> 'add_tags', '[]')));
  if p_changes ? 'custom_fields' then
    v_kept := v_kept || helpdesk_private.undo_fields(p_ticket.ticket_id, p_changes -> 'custom_fields');
  end if;
  if p_ticket.priority = p_changes #>> '{priority,1}' then
    update helpdesk.tickets as t set priority = p_changes #>> '{priority,0}' where t.ticket_id = p_ticket.ticket_id;
  elsif p_changes ? 'priority' then
    v_kept := v_kept || 'priority'::text;
  end if;
  if p_changes ? 'team_id' and p_ticket.team_id::text <> p_changes #>> '{team_id,1}' then
    -- Somebody has moved it on; whoever has it in that team keeps it.
    return v_kept || 'team_id'::text;
  elsif p_changes ? 'assigned_to' and p_ticket.assigned_to::text is distinct from p_changes #>> '{assigned_to,1}' then
    v_kept := v_kept || 'assigned_to'::text;
    v_assignee := p_ticket.assigned_to;
  elsif not p_changes ? 'assigned_to' then
    v_assignee := p_ticket.assigned_to;
  elsif v_assignee is not null and not helpdesk_private.lock_staff(v_assignee) then
    v_kept := v_kept || 'assigned_to'::text;
    v_assignee := null;
  end if;
  if v_team_id is not null and not helpdesk_private.lock_team(v_team_id) then
    return v_kept || 'team_id'::text;
  end if;
  if v_team_id is not null or p_changes ? 'assigned_to' then
    -- One change: after the first of two, the caller may no longer work the ticket.
    perform helpdesk_private.lock_for_routing(p_ticket.ticket_id, null);
    update helpdesk.tickets as t
    set team_id = coalesce(v_team_id, t.team_id), assigned_to = v_assignee
    where t.ticket_id = p_ticket.ticket_id;
  end if;
  return v_kept;
end;
$$;
comment on function helpdesk_private.undo_changes is
  'Restores what a proposal changed, as far as it still stands. Returns the fields that somebody has changed since.';
revoke all on function helpdesk_private.undo_changes from public, anon, authenticated, service_role;

create function helpdesk_private.undo_proposal(p_proposal_id uuid)
returns helpdesk.proposals
language plpgsql
-- Definer: nobody updates proposals directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal helpdesk.proposals := helpdesk_private.lock_proposal(p_proposal_id);
  v_ticket helpdesk.tickets;
  v_kept text[];
begin
  if v_proposal.state = 'undone' then
    return v_proposal;
  elsif v_proposal.kind not in ('classification', 'assignment', 'fields') then
    perform helpdesk_private.fail('proposal_not_undoable');
  elsif v_proposal.state not in ('accepted', 'edited') then
    perform helpdesk_private.fail('proposal_decided', 'Only an accepted proposal can be undone.', 'Reject it instead.');
  end if;
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = v_proposal.ticket_id;
  insert into helpdesk_private.applied_proposals (ticket_id, proposal_id, as_assistant)
  values (v_ticket.ticket_id, p_proposal_id, false);
  v_kept := helpdesk_private.undo_changes(v_ticket, v_proposal.final -> 'changes');
  delete from helpdesk_private.applied_proposals as a where a.ticket_id = v_ticket.ticket_id;
  update helpdesk.proposals as p
  set state = 'undone',
      final = v_proposal.final || jsonb_build_object(
        'kept', to_jsonb(v_kept),
        'undone_by', case when not helpdesk_private.is_service() then helpdesk_private.me() end
      )
  where p.proposal_id = p_proposal_id
  returning * into v_proposal;
  return v_proposal;
end;
$$;
revoke all on function helpdesk_private.undo_proposal from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.undo_proposal to authenticated, service_role;

create function helpdesk.undo_proposal(proposal_id uuid)
returns helpdesk.proposals
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.undo_proposal(undo_proposal.proposal_id);
$$;
comment on function helpdesk.undo_proposal is
  'Those who work the ticket: restores what an accepted classification, assignment or change of fields has changed. '
  'What '
  'somebody has changed since stays; final.kept names it.';
revoke all on function helpdesk.undo_proposal from public, anon, authenticated, service_role;
grant execute on function helpdesk.undo_proposal to authenticated, service_role;
