-- The event feed: the events after a cursor that the reader may see, without gaps.

insert into helpdesk_private.concepts (version, concept) values ('20261122001400', 'event_feed');

create function helpdesk_private.page_size(p_max_rows integer)
returns integer
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_max_rows is null or p_max_rows not between 1 and 1000 then
    perform helpdesk_private.fail('invalid_value', 'max_rows must be 1 to 1000');
  end if;
  return p_max_rows;
end;
$$;
revoke all on function helpdesk_private.page_size from public, anon, authenticated, service_role;

create function helpdesk_private.reading_end(
  p_xid xid8, p_event_id bigint, p_cut_xid xid8 default null, p_cut_event_id bigint default null
)
returns helpdesk.events
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_end helpdesk.events;
begin
  v_end.xid := coalesce(p_cut_xid, greatest(p_xid, pg_snapshot_xmin(pg_current_snapshot())));
  v_end.event_id := coalesce(p_cut_event_id, case when v_end.xid = p_xid then p_event_id else 0 end);
  return v_end;
end;
$$;
comment on function helpdesk_private.reading_end is
  'The last row of a page that is not full: it has no type, and its xid and event_id are the place up to which the log '
  'was read, which is the end of what is readable in this snapshot, or where the search was cut.';
revoke all on function helpdesk_private.reading_end from public, anon, authenticated, service_role;

create function helpdesk_private.worked_events(
  p_me uuid, p_xid xid8, p_event_id bigint, p_max_rows integer,
  out event_ids bigint[], out cut_xid xid8, out cut_event_id bigint
)
returns record
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
-- As in visible_events().
set plan_cache_mode = force_generic_plan
as $$
declare
  v_horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  v_teams uuid[] := array(select helpdesk_private.my_team_ids());
begin
  -- An agent reads three ranges: events of tickets they requested, of each of their teams, and of tickets assigned to
  -- them. A scalar subquery and not a join: each event looks up its one ticket, and the scan stops when the page is
  -- full. A range in which little is visible is searched for 5000 events at a time: there the page ends, and the
  -- reader goes on from its end.
  with own as (
    select e.xid, e.event_id from helpdesk.events as e
    where e.requester_id = p_me and e.audience = 'customer'
      and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
    order by e.xid, e.event_id limit 1000
  ), queues as (
    select q.team_id, n.xid, n.event_id
    from unnest(v_teams) as q (team_id)
    cross join lateral (
      select b.xid, b.event_id
      from (
        select r.xid, r.event_id
        from (
          select e.xid, e.event_id, e.ticket_id from helpdesk.events as e
          where e.team_id = q.team_id and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
          order by e.xid, e.event_id limit 5000
        ) as r
        where (
          select t.ticket_id from helpdesk.tickets as t
          where t.ticket_id = r.ticket_id and (t.team_id = any(v_teams) or t.assigned_to = p_me)
        ) is not null
        order by r.xid, r.event_id limit 1000
      ) as b
      order by b.xid, b.event_id limit p_max_rows
    ) as n
  ), assigned as (
    select b.xid, b.event_id
    from (
      select r.xid, r.event_id
      from (
        select e.xid, e.event_id, e.ticket_id from helpdesk.events as e
        where e.assigned_to = p_me and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
        order by e.xid, e.event_id limit 5000
      ) as r
      where (
        select t.ticket_id from helpdesk.tickets as t
        where t.ticket_id = r.ticket_id and (t.team_id = any(v_teams) or t.assigned_to = p_me)
      ) is not null
      order by r.xid, r.event_id limit 1000
    ) as b
    order by b.xid, b.event_id limit p_max_rows
  ), cuts as (
    -- Of a range that filled the page there is no need to know where its search ended.
    select c.xid, c.event_id
    from unnest(v_teams) as q (team_id)
    cross join lateral (
      select e.xid, e.event_id from helpdesk.events as e
      where e.team_id = q.team_id and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
      order by e.xid, e.event_id offset 4999 limit 1
    ) as c
    where (select count(*) from queues as f where f.team_id = q.team_id) < p_max_rows
    union all
    (
      select e.xid, e.event_id from helpdesk.events as e
      where e.assigned_to = p_me and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
        and (select count(*) from assigned) < p_max_rows
      order by e.xid, e.event_id offset 4999 limit 1
    )
  ), cut as (
    select c.xid, c.event_id from cuts as c order by c.xid, c.event_id limit 1
  ), seen as (
    (select o.xid, o.event_id from own as o order by o.xid, o.event_id limit p_max_rows)
    union (select q.xid, q.event_id from queues as q)
    union (select a.xid, a.event_id from assigned as a)
  )
  select
    array(
      select s.event_id from seen as s
      where coalesce((s.xid, s.event_id) <= (select c.xid, c.event_id from cut as c), true)
      order by s.xid, s.event_id limit p_max_rows
    ),
    (select c.xid from cut as c),
    (select c.event_id from cut as c)
  into event_ids, cut_xid, cut_event_id;
end;
$$;
comment on function helpdesk_private.worked_events is
  'visible_events() for an agent: the ids of the events, and where the search was cut.';
revoke all on function helpdesk_private.worked_events from public, anon, authenticated, service_role;

create function helpdesk_private.visible_events(p_xid xid8, p_event_id bigint, p_max_rows integer)
returns setof helpdesk.events
language plpgsql
stable
rows 100
-- Definer: states the caller's predicate, so that each reader's page is a range of an index. Stable: every statement in
-- it sees the caller's snapshot, from which the horizon is taken too.
security definer
set search_path = pg_catalog, pg_temp
-- Planned once a session, not at every poll. The constant limits (the largest page) show the planner how few rows are
-- read.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  v_me uuid;
  v_staff uuid;
  v_event_ids bigint[];
  v_cut_xid xid8;
  v_cut_event_id bigint;
  v_found integer;
begin
  if not helpdesk_private.is_service() then
    v_me := helpdesk_private.require_person();
    v_staff := helpdesk_private.me_if_staff();
  end if;
  if v_me is null or (v_staff is not null and helpdesk_private.my_role() = 'admin') then
    return query
      select a.*
      from (
        select e.* from helpdesk.events as e
        where (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
        order by e.xid, e.event_id limit 1000
      ) as a
      order by a.xid, a.event_id limit p_max_rows;
  elsif v_staff is null then
    return query
      select o.*
      from (
        select e.* from helpdesk.events as e
        where e.requester_id = v_me and e.audience = 'customer'
          and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
        order by e.xid, e.event_id limit 1000
      ) as o
      order by o.xid, o.event_id limit p_max_rows;
  else
    select w.event_ids, w.cut_xid, w.cut_event_id into v_event_ids, v_cut_xid, v_cut_event_id
    from helpdesk_private.worked_events(v_staff, p_xid, p_event_id, p_max_rows) as w;
    return query
      select e.* from helpdesk.events as e where e.event_id = any(v_event_ids) order by e.xid, e.event_id;
  end if;
  get diagnostics v_found = row_count;
  if v_found < p_max_rows then
    return next helpdesk_private.reading_end(p_xid, p_event_id, v_cut_xid, v_cut_event_id);
  end if;
end;
$$;
comment on function helpdesk_private.visible_events is
  'The next events after a cursor that the caller could see when they happened and can see now. A page that is not '
  'full ends with a reading_end().';
revoke all on function helpdesk_private.visible_events from public, anon, authenticated, service_role;

create function helpdesk_private.ticket_events(
  p_ticket_id uuid, p_team_id uuid, p_xid xid8, p_event_id bigint, p_max_rows integer
)
returns setof helpdesk.events
language plpgsql
stable
rows 100
-- Definer: looks up the caller's role on the ticket once. Returns all of the ticket's events, as its timeline does.
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  v_role text := (helpdesk_private.find_ticket(p_ticket_id)).role;
  v_found integer;
begin
  -- Materialized: one ticket's events are few; the planner would rather walk the whole log in the order of the cursor.
  return query
    with own as materialized (select e.* from helpdesk.events as e where e.ticket_id = p_ticket_id)
    select t.*
    from own as t
    where (v_role <> 'customer' or t.audience = 'customer') and (p_team_id is null or t.team_id = p_team_id)
      and (t.xid, t.event_id) > (p_xid, p_event_id) and t.xid < v_horizon
    order by t.xid, t.event_id limit p_max_rows;
  get diagnostics v_found = row_count;
  if v_found < p_max_rows then
    return next helpdesk_private.reading_end(p_xid, p_event_id);
  end if;
end;
$$;
comment on function helpdesk_private.ticket_events is
  'visible_events() of one ticket; with p_team_id, only while it was in that team.';
revoke all on function helpdesk_private.ticket_events from public, anon, authenticated, service_role;

create function helpdesk_private.team_events(p_team_id uuid, p_xid xid8, p_event_id bigint, p_max_rows integer)
returns setof helpdesk.events
language plpgsql
stable
rows 100
-- Definer: states the caller's predicate; reads one range of events_team_idx.
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  v_me uuid;
  v_teams uuid[];
  v_all boolean := helpdesk_private.is_service();
  v_cut_xid xid8;
  v_cut_event_id bigint;
  v_found integer;
begin
  if v_all then
    v_teams := array(select t.team_id from helpdesk.teams as t where t.team_id = p_team_id);
  else
    v_me := helpdesk_private.require_person();
    v_teams := array(select helpdesk_private.my_team_ids());
    v_all := helpdesk_private.my_role() = 'admin';
  end if;
  if not p_team_id = any(v_teams) then
    -- A caller who sees the team may learn that its queue is not theirs.
    perform helpdesk_private.fail('forbidden', 'You do not work in this team.', 'An admin can make you a member of it.')
    from helpdesk.teams as t
    where t.team_id = p_team_id and (t.is_public or helpdesk_private.me_if_staff() is not null);
    perform helpdesk_private.fail('team_not_found');
  end if;
  return query
    select b.*
    from (
      select r.*
      from (
        select e.* from helpdesk.events as e
        where e.team_id = p_team_id and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
        order by e.xid, e.event_id limit 5000
      ) as r
      where v_all
        or (
          select t.ticket_id from helpdesk.tickets as t
          where t.ticket_id = r.ticket_id and (t.team_id = any(v_teams) or t.assigned_to = v_me)
        ) is not null
      order by r.xid, r.event_id limit 1000
    ) as b
    order by b.xid, b.event_id limit p_max_rows;
  get diagnostics v_found = row_count;
  if v_found < p_max_rows then
    -- The search was cut, as in worked_events().
    select e.xid, e.event_id into v_cut_xid, v_cut_event_id from helpdesk.events as e
    where e.team_id = p_team_id and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
    order by e.xid, e.event_id offset 4999 limit 1;
    return next helpdesk_private.reading_end(p_xid, p_event_id, v_cut_xid, v_cut_event_id);
  end if;
end;
$$;
comment on function helpdesk_private.team_events is 'visible_events() of one team''s queue.';
revoke all on function helpdesk_private.team_events from public, anon, authenticated, service_role;
