-- Search: the tickets that match a query, best first, with the passages that matched.
--
-- Ranked are the newest 2,000 matches; the answer says when there are more. A hit is a ticket. Its snippets are pieces
-- of its own text with the offsets of the marked words, in characters (Unicode code points), never markup. Pages are
-- cut from one ranking: the cursor keeps the moment from which age is counted.

insert into helpdesk_private.concepts (version, concept) values ('20261122002020', 'search');

create function helpdesk_private.exact_tickets(p_text text, p_plan helpdesk_private.query_plan)
returns setof helpdesk.tickets
language plpgsql
stable
-- Definer: the predicate of the reader is written out below.
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  c_most_values constant integer := 1000;
  v_text text := btrim(p_text);
  v_word text := case when v_text !~ '\s' then v_text end;
  v_number bigint := case when v_word ~ '^#?[0-9]{1,18}$' then ltrim(v_word, '#')::bigint end;
  v_id uuid := case when pg_input_is_valid(v_word, 'uuid') then v_word::uuid end;
  v_person uuid := (
    select u.user_id from helpdesk.users as u
    where u.email = helpdesk_private.canonical_email(v_word) and (p_plan.reader <> 'own' or u.user_id = p_plan.me)
  );
  v_all boolean := p_plan.reader = 'all';
  v_own boolean := p_plan.reader = 'own';
  v_me uuid := p_plan.me;
  v_my_teams uuid[] := p_plan.my_teams;
  -- The index of values begins with the key.
  v_keys text[] := array(
    select d.key from helpdesk.field_definitions as d where d.type = 'text' and d.retired_at is null
  );
begin
  if v_text is null or v_text = '' then
    return;
  end if;
  return query
    select t.* from helpdesk.tickets as t
    where (
      v_all
      or (v_own and t.created_by = v_me)
      or (not v_own and (t.team_id = any(v_my_teams) or t.assigned_to = v_me))
    )
    and t.ticket_id in (
      select a.ticket_id from helpdesk.tickets as a where a.number = v_number
      union all
      select a.ticket_id from helpdesk.tickets as a where a.ticket_id = v_id
      union all
      select a.ticket_id from helpdesk.tickets as a where a.external_id = v_word
      union all
      select a.ticket_id from helpdesk.tickets as a where a.created_by = v_person
      union all
      -- The newest ones only: a value that most tickets have names no ticket.
      select n.ticket_id
      from unnest(v_keys) as k (key)
      cross join lateral (
        select v.ticket_id from helpdesk.ticket_field_values as v
        where v_own and v.requester_id = v_me and not v.staff_only and v.field_key = k.key and v.text_value = v_text
        order by v.ticket_created_at desc, v.ticket_id desc limit c_most_values
      ) as n
      union all
      select n.ticket_id
      from unnest(v_keys) as k (key)
      cross join lateral (
        select v.ticket_id from helpdesk.ticket_field_values as v
        where not v_own and v.field_key = k.key and v.text_value = v_text
        order by v.ticket_created_at desc, v.ticket_id desc limit c_most_values
      ) as n
    )
    order by t.created_at desc, t.ticket_id desc limit 20;
end;
$$;
comment on function helpdesk_private.exact_tickets is
  'The tickets that a query names: one word by number, id, external id, or their requester''s address; the whole query '
  'by the value of a text field that the reader may read.';
revoke all on function helpdesk_private.exact_tickets from public, anon, authenticated, service_role;

create function helpdesk_private.ranked_tickets(
  p_plan helpdesk_private.query_plan, p_as_of timestamptz, p_after_score numeric, p_after_id uuid, p_limit integer
)
returns table (ticket helpdesk.tickets, score numeric, is_capped boolean)
language plpgsql
stable
-- Definer: the predicate of the reader is written out below.
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set jit = off
as $$
declare
  c_most constant integer := 2000;
  v_all boolean := p_plan.reader = 'all';
  v_own boolean := p_plan.reader = 'own';
  v_me uuid := p_plan.me;
  v_my_teams uuid[] := p_plan.my_teams;
  -- Copies: with the record's own fields in the statement, lists of agents took two to four times as long.
  v_statuses text[] := p_plan.statuses;
  v_ranks integer[] := p_plan.ranks;
  v_teams uuid[] := p_plan.teams;
  v_assignees uuid[] := p_plan.assignees;
  v_unassigned boolean := p_plan.is_unassigned;
  v_requesters uuid[] := p_plan.requesters;
  v_tags text[] := p_plan.tags;
  v_numbers bigint[] := p_plan.numbers;
  v_external_ids text[] := p_plan.external_ids;
  v_key text := p_plan.field_key;
  v_values text[] := p_plan.field_values;
  v_created_from timestamptz := p_plan.created_from;
  v_created_before timestamptz := p_plan.created_before;
  v_updated_from timestamptz := p_plan.updated_from;
  v_updated_before timestamptz := p_plan.updated_before;
  v_words tsquery := p_plan.words;
  v_marks tsquery := p_plan.marks;
  v_excludes boolean := position('!' in p_plan.words::text) > 0;
  v_rest jsonb := p_plan.rest;
begin
  return query
    with found as materialized (
      -- A ticket that is found by its text and by its notes is there twice, side by side.
      select distinct on (b.created_at, b.ticket_id) b.ticket_id, b.created_at
      from (
        select x.ticket_id, x.created_at
        from (
          select i.ticket_id, i.created_at, i.created_by, i.team_id, i.assigned_to, i.status, i.priority_rank
          from helpdesk_private.ticket_texts as i
          where i.words @@ v_words and (v_own or not v_excludes or not exists (
            select from helpdesk_private.note_texts as n
            where n.ticket_id = i.ticket_id and not (i.words || n.words) @@ v_words
          ))
          union all
          select i.ticket_id, i.created_at, i.created_by, i.team_id, i.assigned_to, i.status, i.priority_rank
          from helpdesk_private.note_texts as n
          join helpdesk_private.ticket_texts as i on i.ticket_id = n.ticket_id
          where not v_own and n.words @@ v_marks
            -- Most often all words are in the notes: then the ticket's own words need not be fetched.
            and ((not v_excludes and n.words @@ v_words) or (i.words || n.words) @@ v_words)
        ) as x
        -- Left out of the plan when no condition needs it.
        left join helpdesk.tickets as t on t.ticket_id = x.ticket_id
        where (
          v_all
          or (v_own and x.created_by = v_me)
          or (not v_own and (x.team_id = any(v_my_teams) or x.assigned_to = v_me))
        )
        and x.created_at <= p_as_of
        and (v_statuses is null or x.status = any(v_statuses))
        and (v_ranks is null or x.priority_rank = any(v_ranks))
        and (v_teams is null or x.team_id = any(v_teams))
        and (v_assignees is null or x.assigned_to = any(v_assignees))
        and (v_unassigned is null or x.assigned_to is null)
        and (v_requesters is null or x.created_by = any(v_requesters))
        and (v_created_from is null or x.created_at >= v_created_from)
        and (v_created_before is null or x.created_at < v_created_before)
        and (v_numbers is null or t.number = any(v_numbers))
        and (v_external_ids is null or t.external_id = any(v_external_ids))
        and (v_updated_from is null or t.updated_at >= v_updated_from)
        and (v_updated_before is null or t.updated_at < v_updated_before)
        and (v_tags is null or exists (
          select from helpdesk.ticket_tags as g where g.ticket_id = x.ticket_id and g.tag = any(v_tags)
        ))
        and (v_key is null or exists (
          select from helpdesk.ticket_field_values as v
          where v.ticket_id = x.ticket_id and v.field_key = v_key and v.text_value = any(v_values)
            and (not v_own or not v.staff_only)
        ))
        order by x.created_at desc, x.ticket_id desc limit 2 * (c_most + 1)
      ) as b
      order by b.created_at desc, b.ticket_id desc limit c_most + 1
    ), ranked as materialized (
      select f.ticket_id, round((
        -- A ticket of the last weeks counts up to ten times as much as an old one; a living one a quarter more.
        ts_rank_cd('{0.2,0.4,0.6,1.0}', case when n.words is null then i.words else i.words || n.words end, v_words, 1)
        -- exp() of less is an error: the moment of a forged cursor, or a very old ticket.
        * (0.1 + 0.9 * exp(greatest(-ln(2) * extract(epoch from p_as_of - f.created_at) / 7776000, -500)))
        * case when i.status in ('open', 'pending') then 1.25 else 1 end
      )::numeric, 9) as points
      from (select * from found order by created_at desc, ticket_id desc limit c_most) as f
      join helpdesk_private.ticket_texts as i on i.ticket_id = f.ticket_id
      left join helpdesk_private.note_texts as n on not v_own and n.ticket_id = f.ticket_id
    ), page as materialized (
      select r.ticket_id, r.points
      from ranked as r
      where (p_after_id is null or (r.points, r.ticket_id) < (p_after_score, p_after_id))
        and (v_rest is null or exists (
          select from helpdesk.tickets as t
          where t.ticket_id = r.ticket_id and helpdesk_private.ticket_matches(t, v_rest, p_plan.reader)
        ))
      order by r.points desc, r.ticket_id desc limit p_limit
    )
    select t, r.points, (select count(*) > c_most from found)
    from page as r
    join helpdesk.tickets as t on t.ticket_id = r.ticket_id
    -- Again by the ticket's own row: the copies above only narrow down.
    where (
      v_all
      or (v_own and t.created_by = v_me)
      or (not v_own and (t.team_id = any(v_my_teams) or t.assigned_to = v_me))
    )
    order by r.points desc, r.ticket_id desc;
end;
$$;
comment on function helpdesk_private.ranked_tickets is
  'The newest 2000 tickets that match, best first, after a place in the ranking.';
revoke all on function helpdesk_private.ranked_tickets from public, anon, authenticated, service_role;

create function helpdesk_private.search_tickets(
  p_text text, p_tree jsonb, p_mine boolean, p_max_rows integer, p_cursor text
)
returns jsonb
language plpgsql
stable
-- Definer: the words and the list of fields are closed. plan_query() refuses whoever may not ask.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_asked record := helpdesk_private.plan_query(p_text, p_tree, p_mine);
  v_plan helpdesk_private.query_plan := v_asked.plan;
  v_place text[] := string_to_array(p_cursor, '~');
  v_as_of timestamptz := clock_timestamp();
  v_hits jsonb := '[]';
  v_hit record;
  v_page record;
  v_capped boolean := false;
  v_next text;
begin
  if p_max_rows is null or p_max_rows not between 1 and 100 then
    perform helpdesk_private.fail('invalid_value', 'max_rows: must be 1 to 100.');
  elsif v_plan.words is null then
    v_page := helpdesk_private.list_matches(v_plan, '-created_at', p_cursor, p_max_rows);
    v_next := v_page.next;
    v_hits := coalesce((
      select jsonb_agg(
        helpdesk_private.shown_hit(t, null, v_plan.marks, v_plan.reader, p_max_rows) order by p.ordinality
      )
      from jsonb_array_elements(v_page.tickets) with ordinality as p
      join helpdesk.tickets as t on t.ticket_id = (p.value ->> 'ticket_id')::uuid
    ), '[]');
  else
    if p_cursor is not null then
      if cardinality(v_place) <> 3 or v_place[1] !~ '^[0-9]{1,11}[.][0-9]{6}$'
        or v_place[2] !~ '^[0-9]{1,6}[.][0-9]{9}$' or not pg_input_is_valid(v_place[3], 'uuid') then
        perform helpdesk_private.fail('invalid_value', 'cursor: is not from a page of this search.');
      end if;
      v_as_of := timestamptz 'epoch' + v_place[1]::numeric * interval '1 second';
    end if;
    for v_hit in
      select r.* from helpdesk_private.ranked_tickets(
        v_plan, v_as_of, v_place[2]::numeric, v_place[3]::uuid, p_max_rows + 1
      ) as r
    loop
      v_capped := v_hit.is_capped;
      if jsonb_array_length(v_hits) = p_max_rows then
        v_next := concat_ws(
          '~', extract(epoch from v_as_of), v_hits -> -1 ->> 'score', v_hits -> -1 -> 'ticket' ->> 'ticket_id'
        );
        exit;
      end if;
      v_hits := v_hits || helpdesk_private.shown_hit(
        v_hit.ticket, v_hit.score, v_plan.marks, v_plan.reader, p_max_rows
      );
    end loop;
  end if;
  return jsonb_build_object(
    'exact', case when p_cursor is null then coalesce((
      select jsonb_agg(helpdesk_private.shown_ticket(t, v_plan.reader))
      from helpdesk_private.exact_tickets(p_text, v_plan) as t
    ), '[]') else '[]' end,
    'hits', v_hits, 'next', v_next, 'capped', v_capped, 'as_of', v_as_of, 'warnings', v_asked.warnings,
    'query', v_asked.tree
  );
end;
$$;
revoke all on function helpdesk_private.search_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.search_tickets to authenticated, service_role;

create function helpdesk.search_tickets(
  query text default null, tree jsonb default null, mine boolean default false, max_rows integer default 20,
  cursor text default null
)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.search_tickets(
    search_tickets.query, search_tickets.tree, search_tickets.mine, search_tickets.max_rows, search_tickets.cursor
  );
$$;
comment on function helpdesk.search_tickets is
  'The tickets that match a query (a text or a tree), best first: customers'' own by their public text, agents'' that '
  'they work and admins'' all, with notes. exact: the tickets that the query names by number, id, external id, '
  'address or the value of a text field. capped: only the newest 2000 matches were ranked. For the next '
  'page pass next as cursor.';
revoke all on function helpdesk.search_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk.search_tickets to authenticated, service_role;
