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

create function helpdesk_private.worked_events(p_me uuid, p_xid xid8, p_event_id bigint, p_max_rows integer)
returns table (event_id bigint)
language plpgsql
stable
rows 100
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
  -- full.
  return query
    with own as (
      select e.xid, e.event_id from helpdesk.events as e
      where e.requester_id = p_me and e.audience = 'customer'
        and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
      order by e.xid, e.event_id limit 1000
    ), queues as (
      select n.xid, n.event_id
      from unnest(v_teams) as q (team_id)
      cross join lateral (
        select b.xid, b.event_id
        from (
          select e.xid, e.event_id from helpdesk.events as e
          where e.team_id = q.team_id and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
            and (
              select t.ticket_id from helpdesk.tickets as t
              where t.ticket_id = e.ticket_id and (t.team_id = any(v_teams) or t.assigned_to = p_me)
            ) is not null
          order by e.xid, e.event_id limit 1000
        ) as b
        order by b.xid, b.event_id limit p_max_rows
      ) as n
    ), assigned as (
      select e.xid, e.event_id from helpdesk.events as e
      where e.assigned_to = p_me and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
        and (
          select t.ticket_id from helpdesk.tickets as t
          where t.ticket_id = e.ticket_id and (t.team_id = any(v_teams) or t.assigned_to = p_me)
        ) is not null
      order by e.xid, e.event_id limit 1000
    ), seen as (
      (select o.xid, o.event_id from own as o order by o.xid, o.event_id limit p_max_rows)
      union (select q.xid, q.event_id from queues as q)
      union (select a.xid, a.event_id from assigned as a order by a.xid, a.event_id limit p_max_rows)
    )
    select s.event_id from seen as s order by s.xid, s.event_id limit p_max_rows;
end;
$$;
comment on function helpdesk_private.worked_events is 'visible_events() for an agent.';
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
    return query
      select e.*
      from helpdesk_private.worked_events(v_staff, p_xid, p_event_id, p_max_rows) as w
      join helpdesk.events as e on e.event_id = w.event_id
      order by e.xid, e.event_id;
  end if;
end;
$$;
comment on function helpdesk_private.visible_events is
  'The next events after a cursor that the caller could see when they happened and can see now.';
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
begin
  -- Materialized: one ticket's events are few; the planner would rather walk the whole log in the order of the cursor.
  return query
    with own as materialized (select e.* from helpdesk.events as e where e.ticket_id = p_ticket_id)
    select t.*
    from own as t
    where (v_role <> 'customer' or t.audience = 'customer') and (p_team_id is null or t.team_id = p_team_id)
      and (t.xid, t.event_id) > (p_xid, p_event_id) and t.xid < v_horizon
    order by t.xid, t.event_id limit p_max_rows;
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
      select e.* from helpdesk.events as e
      where e.team_id = p_team_id and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
        and (
          v_all
          or (
            select t.ticket_id from helpdesk.tickets as t
            where t.ticket_id = e.ticket_id and (t.team_id = any(v_teams) or t.assigned_to = v_me)
          ) is not null
        )
      order by e.xid, e.event_id limit 1000
    ) as b
    order by b.xid, b.event_id limit p_max_rows;
end;
$$;
comment on function helpdesk_private.team_events is 'visible_events() of one team''s queue.';
revoke all on function helpdesk_private.team_events from public, anon, authenticated, service_role;

create function helpdesk_private.events_since(p_after text, p_max_rows integer, p_ticket_id uuid, p_team_id uuid)
returns setof helpdesk.events
language plpgsql
stable
-- Definer: calls visible_events().
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_after text := coalesce(p_after, '0.0');
  v_xid xid8;
  v_event_id bigint;
  v_rows integer := helpdesk_private.page_size(p_max_rows);
begin
  if v_after !~ '^[0-9]{1,18}\.[0-9]{1,18}$' then
    perform helpdesk_private.fail(
      'invalid_value', 'after must be the cursor of an event, like 745.12', 'Leave it out to begin at the beginning.'
    );
  elsif split_part(v_after, '.', 1)::xid8 > pg_snapshot_xmax(pg_current_snapshot()) then
    perform helpdesk_private.fail('cursor_ahead');
  elsif exists (
    select from helpdesk.events as e
    where e.xid >= pg_snapshot_xmax(pg_current_snapshot()) and e.xid is distinct from pg_current_xact_id_if_assigned()
  ) then
    -- No transaction of this database can have written these events. New events would sort before them and be missed.
    perform helpdesk_private.fail('log_restored');
  end if;
  v_xid := split_part(v_after, '.', 1)::xid8;
  v_event_id := split_part(v_after, '.', 2)::bigint;
  if p_ticket_id is not null then
    return query select * from helpdesk_private.ticket_events(p_ticket_id, p_team_id, v_xid, v_event_id, v_rows);
  elsif p_team_id is not null then
    return query select * from helpdesk_private.team_events(p_team_id, v_xid, v_event_id, v_rows);
  else
    return query select * from helpdesk_private.visible_events(v_xid, v_event_id, v_rows);
  end if;
end;
$$;
revoke all on function helpdesk_private.events_since from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.events_since to authenticated, service_role;

create function helpdesk.events_since(
  after text default null, max_rows integer default 100, only_ticket uuid default null, only_team uuid default null
)
returns table (
  cursor text, event_id bigint, type text, audience text, changes_access boolean, ticket_id uuid, ticket_number bigint,
  ticket_revision bigint, requester_id uuid, team_id uuid, assigned_to uuid, actor_id uuid, actor_kind text,
  actor_name text, data jsonb, created_at timestamptz
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    e.xid::text || '.' || e.event_id, e.event_id, e.type, e.audience, e.changes_access, e.ticket_id, e.ticket_number,
    e.ticket_revision, e.requester_id, e.team_id, e.assigned_to, e.actor_id, e.actor_kind,
    e.actor_name, e.data, e.created_at
  from helpdesk_private.events_since(
    events_since.after, events_since.max_rows, events_since.only_ticket, events_since.only_team
  ) as e;
$$;
comment on function helpdesk.events_since is
  'The events after a cursor (null: from the beginning), oldest first, at most 1000 rows, without gaps. Keep the '
  'last row''s cursor and call again with it. Returns the events that you could see when they happened and can see '
  'now: of one ticket all that its timeline has, of one team all that happened in its queue. An event appears once '
  'every older transaction has ended.';
revoke all on function helpdesk.events_since from public, anon, authenticated, service_role;
grant execute on function helpdesk.events_since to authenticated, service_role;

create function helpdesk_private.rebase_events()
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Nobody writes while the log is restored, so the order of event_id is right.
  alter table helpdesk.events disable trigger guard_events;
  update helpdesk.events set xid = '0' where xid <> '0';
  alter table helpdesk.events enable trigger guard_events;
end;
$$;
comment on function helpdesk_private.rebase_events is
  'For the owner, once, after a dump was restored into another database: transaction numbers start again there, and '
  'so must the order of the log.';
revoke all on function helpdesk_private.rebase_events from public, anon, authenticated, service_role;

create function helpdesk_private.events_head()
returns text
language plpgsql
stable
-- Definer: calls require_person().
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not helpdesk_private.is_service() then
    perform helpdesk_private.require_person();
  end if;
  return pg_snapshot_xmin(pg_current_snapshot())::text || '.0';
end;
$$;
revoke all on function helpdesk_private.events_head from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.events_head to authenticated, service_role;

create function helpdesk.events_head()
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.events_head();
$$;
comment on function helpdesk.events_head is
  'The cursor of this moment: events_since() with it returns the events that come next.';
revoke all on function helpdesk.events_head from public, anon, authenticated, service_role;
grant execute on function helpdesk.events_head to authenticated, service_role;
