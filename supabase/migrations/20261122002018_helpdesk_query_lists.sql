-- Lists and counts of the tickets that match a query. Definer functions with each reader's predicate written out:
-- under row-level security, text and JSON operators cannot use an index. Static SQL with typed values, planned anew for
-- each query: conditions that a query does not have fold away, and the planner sees the values of the others.

insert into helpdesk_private.concepts (version, concept) values ('20261122002018', 'query_lists');

-- The place of a list after a ticket: the values that order it.
create type helpdesk_private.list_place as (
  priority_rank integer, created_at timestamptz, updated_at timestamptz, ticket_id uuid
);

create function helpdesk_private.read_place(p_cursor text)
returns helpdesk_private.list_place
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parts text[] := string_to_array(p_cursor, '~');
begin
  if p_cursor is null then
    return null;
  elsif cardinality(v_parts) <> 4 or v_parts[1] !~ '^[1-4]$' or not pg_input_is_valid(v_parts[4], 'uuid')
    or v_parts[2] !~ '^[0-9]{1,11}[.][0-9]{6}$' or v_parts[3] !~ '^[0-9]{1,11}[.][0-9]{6}$' then
    perform helpdesk_private.fail('invalid_value', 'cursor: is not from a page of this list.');
  end if;
  return row(
    v_parts[1]::integer, timestamptz 'epoch' + v_parts[2]::numeric * interval '1 second',
    timestamptz 'epoch' + v_parts[3]::numeric * interval '1 second', v_parts[4]::uuid
  );
end;
$$;
revoke all on function helpdesk_private.read_place from public, anon, authenticated, service_role;

create function helpdesk_private.write_place(p_ticket helpdesk.tickets)
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(
    '~', p_ticket.priority_rank, extract(epoch from p_ticket.created_at), extract(epoch from p_ticket.updated_at),
    p_ticket.ticket_id
  );
$$;
revoke all on function helpdesk_private.write_place from public, anon, authenticated, service_role;

create function helpdesk_private.matching_tickets(
  p_plan helpdesk_private.query_plan, p_sort text, p_after helpdesk_private.list_place, p_limit integer
)
returns setof helpdesk.tickets
language plpgsql
stable
-- Definer: the predicate of the reader is written out below.
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set jit = off
as $$
declare
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
  v_excludes boolean := position('!' in p_plan.words::text) > 0;
  v_after_rank integer := p_after.priority_rank;
  v_after_created timestamptz := p_after.created_at;
  v_after_updated timestamptz := p_after.updated_at;
  v_after_id uuid := p_after.ticket_id;
begin
  return query
    select t.*
    from helpdesk.tickets as t
    where (
      v_all
      or (v_own and t.created_by = v_me)
      or (not v_own and (t.team_id = any(v_my_teams) or t.assigned_to = v_me))
    )
    and (v_statuses is null or t.status = any(v_statuses))
    and (v_ranks is null or t.priority_rank = any(v_ranks))
    and (v_teams is null or t.team_id = any(v_teams))
    and (v_assignees is null or t.assigned_to = any(v_assignees))
    and (v_unassigned is null or t.assigned_to is null)
    and (v_requesters is null or t.created_by = any(v_requesters))
    and (v_numbers is null or t.number = any(v_numbers))
    and (v_external_ids is null or t.external_id = any(v_external_ids))
    and (v_created_from is null or t.created_at >= v_created_from)
    and (v_created_before is null or t.created_at < v_created_before)
    and (v_updated_from is null or t.updated_at >= v_updated_from)
    and (v_updated_before is null or t.updated_at < v_updated_before)
    and (v_tags is null or exists (
      select from helpdesk.ticket_tags as g where g.ticket_id = t.ticket_id and g.tag = any(v_tags)
    ))
    and (v_key is null or exists (
      select from helpdesk.ticket_field_values as v
      where v.ticket_id = t.ticket_id and v.field_key = v_key and v.text_value = any(v_values)
        and (not v_own or not v.staff_only)
    ))
    and (v_words is null or t.ticket_id in (
      select x.ticket_id from helpdesk_private.ticket_texts as x
      where x.words @@ v_words and (v_own or not v_excludes or not exists (
        select from helpdesk_private.note_texts as n
        where n.ticket_id = x.ticket_id and not (x.words || n.words) @@ v_words
      ))
      union all
      select n.ticket_id from helpdesk_private.note_texts as n
      join helpdesk_private.ticket_texts as x on x.ticket_id = n.ticket_id
      where not v_own and n.words @@ p_plan.marks and (x.words || n.words) @@ v_words
    ))
    and case
      when v_after_id is null then true
      when p_sort = 'created_at' then (t.created_at, t.ticket_id) > (v_after_created, v_after_id)
      when p_sort = '-created_at' then (t.created_at, t.ticket_id) < (v_after_created, v_after_id)
      when p_sort = 'updated_at' then (t.updated_at, t.ticket_id) > (v_after_updated, v_after_id)
      when p_sort = '-updated_at' then (t.updated_at, t.ticket_id) < (v_after_updated, v_after_id)
      when p_sort = 'priority'
        then (t.priority_rank, t.created_at, t.ticket_id) > (v_after_rank, v_after_created, v_after_id)
      else (t.priority_rank, t.created_at, t.ticket_id) < (v_after_rank, v_after_created, v_after_id)
    end
    order by
      case when p_sort = 'priority' then t.priority_rank end,
      case when p_sort = '-priority' then t.priority_rank end desc,
      case when p_sort in ('priority', 'created_at') then t.created_at end,
      case when p_sort in ('-priority', '-created_at') then t.created_at end desc,
      case when p_sort = 'updated_at' then t.updated_at end,
      case when p_sort = '-updated_at' then t.updated_at end desc,
      case when p_sort not like '-%' then t.ticket_id end,
      case when p_sort like '-%' then t.ticket_id end desc
    limit p_limit;
end;
$$;
comment on function helpdesk_private.matching_tickets is
  'The tickets that match the typed values of a plan, in order, after a place. p_plan.rest is the caller''s to check.';
revoke all on function helpdesk_private.matching_tickets from public, anon, authenticated, service_role;

create function helpdesk_private.shown_ticket(p_ticket helpdesk.tickets, p_reader text)
returns jsonb
language sql
stable
-- Definer: tags are for those who work the ticket, which the reader is known to do.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select to_jsonb(p_ticket) || jsonb_build_object('tags', case when p_reader = 'own' then '[]' else coalesce((
    select jsonb_agg(g.tag order by g.tag) from helpdesk.ticket_tags as g where g.ticket_id = p_ticket.ticket_id
  ), '[]') end);
$$;
revoke all on function helpdesk_private.shown_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.list_matches(
  p_plan helpdesk_private.query_plan, p_sort text, p_cursor text, p_max_rows integer, out tickets jsonb,
  out next text
)
returns record
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- How many tickets a request reads for conditions that no index serves. The next page goes on after them.
  c_most constant integer := 20000;
  v_ticket helpdesk.tickets;
  v_last helpdesk.tickets;
  v_found jsonb[] := '{}';
  v_read integer := 0;
  v_portion integer := p_max_rows + 1;
  v_from helpdesk_private.list_place := helpdesk_private.read_place(p_cursor);
  v_in_portion integer;
begin
  loop
    v_in_portion := 0;
    for v_ticket in select m.* from helpdesk_private.matching_tickets(p_plan, p_sort, v_from, v_portion) as m loop
      v_in_portion := v_in_portion + 1;
      if helpdesk_private.ticket_matches(v_ticket, p_plan.rest, p_plan.reader) then
        if cardinality(v_found) = p_max_rows then
          next := helpdesk_private.write_place(v_last);
          exit;
        end if;
        v_found := v_found || helpdesk_private.shown_ticket(v_ticket, p_plan.reader);
      end if;
      v_last := v_ticket;
    end loop;
    v_read := v_read + v_in_portion;
    exit when next is not null or v_in_portion < v_portion;
    if v_read >= c_most then
      next := helpdesk_private.write_place(v_last);
      exit;
    end if;
    v_from := helpdesk_private.read_place(helpdesk_private.write_place(v_last));
    v_portion := least(v_portion * 4, 5000);
  end loop;
  tickets := to_jsonb(v_found);
end;
$$;
comment on function helpdesk_private.list_matches is
  'A page of the tickets that match a plan, and the cursor of the next page. A page may be short and have a next page.';
revoke all on function helpdesk_private.list_matches from public, anon, authenticated, service_role;

create function helpdesk_private.query_tickets(
  p_text text, p_tree jsonb, p_mine boolean, p_sort text, p_max_rows integer, p_cursor text
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
  v_page record;
begin
  if p_sort is null or p_sort not in
    ('created_at', '-created_at', 'updated_at', '-updated_at', 'priority', '-priority') then
    perform helpdesk_private.fail(
      'invalid_value', 'sort: must be created_at, updated_at or priority; with a minus, in reverse.'
    );
  end if;
  v_page := helpdesk_private.list_matches(v_asked.plan, p_sort, p_cursor, helpdesk_private.page_size(p_max_rows));
  return jsonb_build_object(
    'tickets', v_page.tickets, 'next', v_page.next, 'warnings', v_asked.warnings, 'query', v_asked.tree
  );
end;
$$;
revoke all on function helpdesk_private.query_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.query_tickets to authenticated, service_role;

create function helpdesk.query_tickets(
  query text default null, tree jsonb default null, mine boolean default false, sort text default '-created_at',
  max_rows integer default 50, cursor text default null
)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.query_tickets(
    query_tickets.query, query_tickets.tree, query_tickets.mine, query_tickets.sort, query_tickets.max_rows,
    query_tickets.cursor
  );
$$;
comment on function helpdesk.query_tickets is
  'A page of the tickets that match a query, which is a text or a tree: customers'' own, agents'' that they work (with '
  'mine their own, as customers), all for admins. sort is created_at, updated_at or priority, with a minus in reverse. '
  'For the next page pass next as cursor; a page may be short and have a next page.';
revoke all on function helpdesk.query_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk.query_tickets to authenticated, service_role;

create function helpdesk_private.count_tickets(p_text text, p_tree jsonb, p_mine boolean)
returns jsonb
language plpgsql
stable
-- Definer: as query_tickets().
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_plan helpdesk_private.query_plan := (helpdesk_private.plan_query(p_text, p_tree, p_mine)).plan;
  -- Conditions that no index serves are checked on the newest 5000.
  v_most integer := case when v_plan.rest is null then 1001 else 5000 end;
  v_count integer;
  v_read integer;
begin
  select count(*) filter (where helpdesk_private.ticket_matches(t, v_plan.rest, v_plan.reader)), count(*)
  into v_count, v_read
  from helpdesk_private.matching_tickets(v_plan, '-created_at', null, v_most) as t;
  return jsonb_build_object('count', least(v_count, 1000), 'more', v_count > 1000 or v_read = v_most);
end;
$$;
revoke all on function helpdesk_private.count_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.count_tickets to authenticated, service_role;

create function helpdesk.count_tickets(query text default null, tree jsonb default null, mine boolean default false)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.count_tickets(count_tickets.query, count_tickets.tree, count_tickets.mine);
$$;
comment on function helpdesk.count_tickets is
  'How many tickets match a query, counted to 1000 at most: more says that there are, or may be, more than count.';
revoke all on function helpdesk.count_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk.count_tickets to authenticated, service_role;
