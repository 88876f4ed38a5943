-- Events: everything that happened, in one append-only log, written in the transaction that changed the thing. log_event()
-- writes it and nothing else does; everything else consumes it.
--
-- Reading without gaps: sequence order is not commit order, so a row carries its transaction (xid), and a reader gets only
-- rows of transactions older than every one still running. The cursor is <xid>.<event_id>. A transaction gets its number
-- when it first writes, perhaps long before it comes to a ticket: so that a ticket's events are in the order in which they
-- happened, a row's xid is that of the ticket's newest event where that is the higher one.

create table helpdesk.events (
  event_id bigint generated always as identity primary key,
  xid xid8 not null,
  type text not null,
  audience text not null check (audience in ('customer', 'staff')),
  changes_access boolean not null default false,
  ticket_id uuid,
  ticket_number bigint,
  -- The ticket's revision right after the change: what a screen that shows a newer one need not apply.
  ticket_revision bigint,
  -- The ticket's requester, team and assignee of that moment: what a reader's index range begins with.
  requester_id uuid,
  team_id uuid,
  assigned_to uuid,
  actor_id uuid,
  actor_kind text not null check (actor_kind in ('customer', 'staff', 'assistant', 'system')),
  actor_name text not null,
  data jsonb not null,
  created_at timestamptz not null default clock_timestamp()
);
comment on table helpdesk.events is
  'What happened, by whom: one row a change. Follow it with events_since(); one ticket''s is in ticket_timeline().';
comment on column helpdesk.events.changes_access is
  'True for an event that changes a person''s rights: their role, their teams, or whether they are active.';
-- No statistics: a planned count must not tell what others have written.
alter table helpdesk.events alter column assigned_to set statistics 0,
  alter column actor_id set statistics 0, alter column actor_name set statistics 0, alter column data set statistics 0;
create index events_cursor_idx on helpdesk.events (xid, event_id);
create index events_requester_idx on helpdesk.events (requester_id, xid, event_id) where audience = 'customer';
create index events_team_idx on helpdesk.events (team_id, xid, event_id);
create index events_assignee_idx on helpdesk.events (assigned_to, xid, event_id) where assigned_to is not null;
create index events_ticket_idx on helpdesk.events (ticket_id, created_at, event_id);

revoke all on table helpdesk.events from public, anon, authenticated, service_role;
revoke all on sequence helpdesk.events_event_id_seq from public, anon, authenticated, service_role;
grant select on table helpdesk.events to authenticated, service_role;

create function helpdesk_private.guard_events()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.fail('forbidden', 'The event log is append-only.');
  return null;
end;
$$;
revoke all on function helpdesk_private.guard_events() from public, anon, authenticated, service_role;
create trigger guard_events before update or delete or truncate on helpdesk.events
  for each statement execute function helpdesk_private.guard_events();

alter table helpdesk.events enable row level security;

create policy "only active people" on helpdesk.events
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "requesters see the public events, staff those of tickets they work, admins all" on helpdesk.events
  for select to authenticated
  using (
    (audience = 'customer' and requester_id = (select helpdesk_private.me()))
    or (select helpdesk_private.my_role()) = 'admin'
    or (
      (select helpdesk_private.me_if_staff()) is not null
      and (select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = events.ticket_id) is not null
    )
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122000700', 'events');


-- Writing --------------------------------------------------------------------------------------------------------------

create function helpdesk_private.log_event(
  p_type text, p_audience text, p_ticket helpdesk.tickets, p_data jsonb, p_changes_access boolean default false
)
returns void
language plpgsql
-- Definer: nobody inserts events directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
begin
  insert into helpdesk.events (
    xid, type, audience, changes_access, ticket_id, ticket_number, ticket_revision, requester_id, team_id, assigned_to,
    actor_id, actor_kind, actor_name, data
  )
  values (
    greatest(
      pg_current_xact_id(),
      -- Committed, or our own: whoever writes about a ticket has locked it.
      (select e.xid from helpdesk.events as e where e.ticket_id = p_ticket.ticket_id order by e.created_at desc, e.event_id desc limit 1)
    ),
    p_type, p_audience, p_changes_access, p_ticket.ticket_id, p_ticket.number, p_ticket.revision, p_ticket.created_by,
    p_ticket.team_id, p_ticket.assigned_to, v_me,
    case
      when v_me is null then 'system'
      else case coalesce(helpdesk_private.role_on_ticket(p_ticket), helpdesk_private.my_role())
        when 'customer' then 'customer' when 'assistant' then 'assistant' else 'staff'
      end
    end,
    helpdesk_private.display_name(v_me),
    p_data
  );
end;
$$;
revoke all on function helpdesk_private.log_event from public, anon, authenticated, service_role;

create function helpdesk_private.changes(p_old jsonb, p_new jsonb, variadic p_fields text[])
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_object_agg(f.field, jsonb_build_array(p_old -> f.field, p_new -> f.field))
  from unnest(p_fields) as f (field)
  where p_old -> f.field is distinct from p_new -> f.field;
$$;
comment on function helpdesk_private.changes(jsonb, jsonb, text[]) is 'The fields that differ as {"field": [old, new]}; null when none does.';
revoke all on function helpdesk_private.changes(jsonb, jsonb, text[]) from public, anon, authenticated, service_role;

create function helpdesk_private.log_ticket()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old jsonb := to_jsonb(old);
  v_new jsonb := to_jsonb(new);
  v_kind record;
  v_changes jsonb;
begin
  if tg_op = 'INSERT' then
    perform helpdesk_private.log_event(
      'ticket.created', 'customer', new,
      jsonb_build_object('title', new.title, 'status', new.status, 'priority', new.priority, 'channel', new.channel)
    );
    return null;
  end if;
  for v_kind in
    select k.type, k.audience, k.fields
    from (values
      ('ticket.status_changed', 'customer', array['status']),
      ('ticket.updated', 'customer', array['title', 'description', 'priority']),
      ('ticket.updated', 'staff', array['custom_fields', 'external_id', 'snoozed_until', 'merged_into']),
      ('ticket.transferred', 'staff', array['team_id']),
      (case when new.assigned_to is null then 'ticket.unassigned' else 'ticket.assigned' end, 'staff', array['assigned_to'])
    ) as k (type, audience, fields)
  loop
    v_changes := helpdesk_private.changes(v_old, v_new, variadic v_kind.fields);
    if v_changes ? 'description' then
      -- Only that it changed: what somebody takes out of a description must not live on in the log.
      v_changes := v_changes || '{"description": [null, null]}';
    end if;
    if v_changes is not null then
      perform helpdesk_private.log_event(v_kind.type, v_kind.audience, new, jsonb_build_object('changes', v_changes));
    end if;
  end loop;
  return null;
end;
$$;
revoke all on function helpdesk_private.log_ticket() from public, anon, authenticated, service_role;
create trigger log_ticket after insert or update on helpdesk.tickets
  for each row execute function helpdesk_private.log_ticket();

create function helpdesk_private.columns_of(p_row jsonb, p_columns text)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_object_agg(c.name, p_row -> c.name) from unnest(string_to_array(p_columns, ', ')) as c (name);
$$;
comment on function helpdesk_private.columns_of is 'Some columns of a row, named with commas between them, as a JSON object.';
revoke all on function helpdesk_private.columns_of from public, anon, authenticated, service_role;

create function helpdesk_private.log_on_ticket()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
  v_ticket helpdesk.tickets;
begin
  -- Locked, as it is for messages and notes already: a tag and an edit at once have an order too.
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = (v_row ->> 'ticket_id')::uuid for no key update;
  if found then
    perform helpdesk_private.log_event(tg_argv[0], tg_argv[1], v_ticket, helpdesk_private.columns_of(v_row, tg_argv[2]));
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.log_on_ticket is
  'For triggers of tables with a ticket_id: one event on that ticket. Arguments: type, audience, the columns for data.';
revoke all on function helpdesk_private.log_on_ticket from public, anon, authenticated, service_role;
create trigger log_message after insert on helpdesk.messages
  for each row execute function helpdesk_private.log_on_ticket('message.created', 'customer', 'message_id, author_kind');
create trigger log_redaction after update on helpdesk.messages
  for each row execute function helpdesk_private.log_on_ticket('message.redacted', 'customer', 'message_id, author_kind');
create trigger log_note after insert on helpdesk.notes
  for each row execute function helpdesk_private.log_on_ticket('note.created', 'staff', 'note_id');
create trigger log_tag after insert on helpdesk.ticket_tags
  for each row execute function helpdesk_private.log_on_ticket('ticket.tagged', 'staff', 'tag');
create trigger log_untag after delete on helpdesk.ticket_tags
  for each row execute function helpdesk_private.log_on_ticket('ticket.untagged', 'staff', 'tag');

create function helpdesk_private.log_administration()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data jsonb := helpdesk_private.columns_of(to_jsonb(case when tg_op = 'DELETE' then old else new end), tg_argv[1]);
  v_changes jsonb;
begin
  if tg_argv[2] <> '' then
    v_changes := helpdesk_private.changes(to_jsonb(old), to_jsonb(new), variadic string_to_array(tg_argv[2], ', '));
    if v_changes is null then
      return null;
    end if;
    v_data := v_data || jsonb_build_object('changes', v_changes);
  end if;
  perform helpdesk_private.log_event(tg_argv[0], 'staff', null, v_data, coalesce(tg_argv[3] = 'changes_access', false));
  return null;
end;
$$;
comment on function helpdesk_private.log_administration is
  'For triggers of tables about people and teams: one event for admins. Arguments: type; the columns for data; the columns '
  'whose changes it tells, without which there is no event; changes_access if it changes what somebody may see.';
revoke all on function helpdesk_private.log_administration from public, anon, authenticated, service_role;
create trigger log_user after insert on helpdesk.users
  for each row execute function helpdesk_private.log_administration('user.created', 'user_id, role');
create trigger log_role after update on helpdesk.users
  for each row execute function
  helpdesk_private.log_administration('user.role_changed', 'user_id', 'role', 'changes_access');
create trigger log_deactivation after update on helpdesk.users
  for each row when (old.is_active and not new.is_active) execute function
  helpdesk_private.log_administration('user.deactivated', 'user_id', 'is_active', 'changes_access');
create trigger log_reactivation after update on helpdesk.users
  for each row when (new.is_active and not old.is_active) execute function
  helpdesk_private.log_administration('user.reactivated', 'user_id', 'is_active', 'changes_access');
create trigger log_user_update after update on helpdesk.users
  for each row execute function
  helpdesk_private.log_administration('user.updated', 'user_id', 'name, email, auth_user_id');
create trigger log_invitation after insert on helpdesk.invitations
  for each row execute function
  helpdesk_private.log_administration('user.invited', 'invitation_id, user_id, role');
create trigger log_acceptance after update on helpdesk.invitations
  for each row when (new.accepted_at is not null and old.accepted_at is null) execute function
  helpdesk_private.log_administration('user.invitation_accepted', 'invitation_id, user_id, role');
create trigger log_revocation after update on helpdesk.invitations
  for each row when (new.revoked_at is not null and old.revoked_at is null) execute function
  helpdesk_private.log_administration('user.invitation_revoked', 'invitation_id, user_id, role');
create trigger log_team after insert on helpdesk.teams
  for each row execute function helpdesk_private.log_administration('team.created', 'team_id, name');
create trigger log_team_update after update on helpdesk.teams
  for each row execute function
  helpdesk_private.log_administration('team.updated', 'team_id, name', 'name, description, is_public, is_default');
create trigger log_team_deletion after delete on helpdesk.teams
  for each row execute function helpdesk_private.log_administration('team.deleted', 'team_id, name');
create trigger log_member after insert on helpdesk.team_members
  for each row execute function
  helpdesk_private.log_administration('team.member_added', 'team_id, user_id', '', 'changes_access');
create trigger log_member_removal after delete on helpdesk.team_members
  for each row execute function
  helpdesk_private.log_administration('team.member_removed', 'team_id, user_id', '', 'changes_access');


-- Reading --------------------------------------------------------------------------------------------------------------

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
revoke all on function helpdesk_private.page_size(integer) from public, anon, authenticated, service_role;

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
  -- The three ranges an agent reads: of their own tickets, of each of their teams, of what they were assigned. A scalar
  -- subquery and not a join: each event looks its one ticket up, and stops when the page is full.
  return query
    with own as (
      select e.xid, e.event_id from helpdesk.events as e
      where e.requester_id = p_me and e.audience = 'customer' and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
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
comment on function helpdesk_private.worked_events(uuid, xid8, bigint, integer) is 'visible_events() for an agent.';
revoke all on function helpdesk_private.worked_events(uuid, xid8, bigint, integer) from public, anon, authenticated, service_role;

create function helpdesk_private.visible_events(p_xid xid8, p_event_id bigint, p_max_rows integer)
returns setof helpdesk.events
language plpgsql
stable
rows 100
-- Definer: writes the caller's predicate out, so that each reader's page is a range of an index. Stable: every statement
-- in it sees the caller's one snapshot, the same that the horizon is taken from.
security definer
set search_path = pg_catalog, pg_temp
-- Planned once a session and not once a poll; the constant limits (the largest page) tell the planner how little is read.
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
        where e.requester_id = v_me and e.audience = 'customer' and (e.xid, e.event_id) > (p_xid, p_event_id) and e.xid < v_horizon
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
comment on function helpdesk_private.visible_events(xid8, bigint, integer) is
  'The next events after a cursor that the caller could see when they happened and can see now.';
revoke all on function helpdesk_private.visible_events(xid8, bigint, integer) from public, anon, authenticated, service_role;

create function helpdesk_private.ticket_events(p_ticket_id uuid, p_team_id uuid, p_xid xid8, p_event_id bigint, p_max_rows integer)
returns setof helpdesk.events
language plpgsql
stable
rows 100
-- Definer: decides once who the caller is to the ticket. All of one ticket's events, as its timeline has them.
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
    with told as materialized (select e.* from helpdesk.events as e where e.ticket_id = p_ticket_id)
    select t.*
    from told as t
    where (v_role <> 'customer' or t.audience = 'customer') and (p_team_id is null or t.team_id = p_team_id)
      and (t.xid, t.event_id) > (p_xid, p_event_id) and t.xid < v_horizon
    order by t.xid, t.event_id limit p_max_rows;
end;
$$;
comment on function helpdesk_private.ticket_events(uuid, uuid, xid8, bigint, integer) is 'visible_events() of one ticket, and, if so wanted, while it was in one team.';
revoke all on function helpdesk_private.ticket_events(uuid, uuid, xid8, bigint, integer) from public, anon, authenticated, service_role;

create function helpdesk_private.team_events(p_team_id uuid, p_xid xid8, p_event_id bigint, p_max_rows integer)
returns setof helpdesk.events
language plpgsql
stable
rows 100
-- Definer: writes the caller's predicate out; one range of events_team_idx.
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
    -- Whoever sees the team may be told that its queue is not theirs.
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
comment on function helpdesk_private.team_events(uuid, xid8, bigint, integer) is 'visible_events() of one team''s queue.';
revoke all on function helpdesk_private.team_events(uuid, xid8, bigint, integer) from public, anon, authenticated, service_role;

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
    perform helpdesk_private.fail('invalid_value', 'after must be the cursor of an event, like 745.12', 'Leave it out to begin at the beginning.');
  elsif split_part(v_after, '.', 1)::xid8 > pg_snapshot_xmax(pg_current_snapshot()) then
    perform helpdesk_private.fail('cursor_ahead');
  elsif exists (
    select from helpdesk.events as e
    where e.xid >= pg_snapshot_xmax(pg_current_snapshot()) and e.xid is distinct from pg_current_xact_id_if_assigned()
  ) then
    -- No transaction of this database can have written these; left alone, newer events would sort before them and be missed.
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
  'What happened after a cursor (null: from the beginning), oldest first, at most 1000 rows, never a gap: remember the last row''s cursor and ask again. '
  'Shows what you could see then and can see now; of one ticket all that its timeline shows, of one team what happened in its queue. An event appears once every transaction older than it has ended.';
revoke all on function helpdesk.events_since from public, anon, authenticated, service_role;
grant execute on function helpdesk.events_since to authenticated, service_role;

create function helpdesk_private.rebase_events()
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Nobody writes while the log is restored: event_id is the order that is left.
  alter table helpdesk.events disable trigger guard_events;
  update helpdesk.events set xid = '0' where xid <> '0';
  alter table helpdesk.events enable trigger guard_events;
end;
$$;
comment on function helpdesk_private.rebase_events() is
  'For the owner, once, after restoring a dump into another database: transaction ids start again there, and the log''s order with them.';
revoke all on function helpdesk_private.rebase_events() from public, anon, authenticated, service_role;

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
revoke all on function helpdesk_private.events_head() from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.events_head() to authenticated, service_role;

create function helpdesk.events_head()
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.events_head();
$$;
comment on function helpdesk.events_head() is 'The cursor of now: events_since() with it gives what comes next.';
revoke all on function helpdesk.events_head() from public, anon, authenticated, service_role;
grant execute on function helpdesk.events_head() to authenticated, service_role;

create function helpdesk_private.ticket_timeline(p_ticket_id uuid, p_after_at timestamptz, p_after_id text, p_max_rows integer)
returns table (
  kind text, id text, at timestamptz, author_id uuid, author_kind text, author_name text, body text, type text, data jsonb
)
language plpgsql
stable
-- Definer: decides once who the caller is to the ticket, then reads each part by its index.
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_role text := (helpdesk_private.find_ticket(p_ticket_id)).role;
  v_at timestamptz := coalesce(p_after_at, '-infinity');
  v_id text := coalesce(p_after_id, '');
  v_rows integer := helpdesk_private.page_size(p_max_rows);
begin
  return query
    select x.kind, x.id, x.at, x.author_id, x.author_kind, x.author_name, x.body, x.type, x.data
    from (
      (
        select 'message' as kind, m.message_id::text collate "C" as id, m.created_at as at, m.author_id, m.author_kind, m.author_name, m.body,
          null::text as type, null::jsonb as data
        from helpdesk.messages as m
        where m.ticket_id = p_ticket_id and m.created_at >= v_at and (m.created_at > v_at or m.message_id::text collate "C" > v_id)
        order by m.created_at, m.message_id limit v_rows
      )
      union all
      (
        select 'note', n.note_id::text, n.created_at, n.author_id, 'staff', n.author_name, n.body, null, null
        from helpdesk.notes as n
        where v_role <> 'customer' and n.ticket_id = p_ticket_id
          and n.created_at >= v_at and (n.created_at > v_at or n.note_id::text collate "C" > v_id)
        order by n.created_at, n.note_id limit v_rows
      )
      union all
      (
        select 'event', e.event_id::text, e.created_at, e.actor_id, e.actor_kind, e.actor_name, null, e.type, e.data
        from helpdesk.events as e
        where e.ticket_id = p_ticket_id and (v_role <> 'customer' or e.audience = 'customer')
          and e.type not in ('message.created', 'note.created')
          and e.created_at >= v_at and (e.created_at > v_at or e.event_id::text collate "C" > v_id)
        order by e.created_at, e.event_id::text collate "C" limit v_rows
      )
    ) as x
    order by x.at, x.id collate "C" limit v_rows;
end;
$$;
revoke all on function helpdesk_private.ticket_timeline(uuid, timestamptz, text, integer) from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.ticket_timeline(uuid, timestamptz, text, integer) to authenticated, service_role;

create function helpdesk.ticket_timeline(ticket_id uuid, after_at timestamptz default null, after_id text default null, max_rows integer default 100)
returns table (
  kind text, id text, at timestamptz, author_id uuid, author_kind text, author_name text, body text, type text, data jsonb
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select *
  from helpdesk_private.ticket_timeline(ticket_timeline.ticket_id, ticket_timeline.after_at, ticket_timeline.after_id, ticket_timeline.max_rows);
$$;
comment on function helpdesk.ticket_timeline(uuid, timestamptz, text, integer) is
  'Messages, notes and changes of one ticket that you may see, oldest first. For the next page pass the last row''s at and id.';
revoke all on function helpdesk.ticket_timeline(uuid, timestamptz, text, integer) from public, anon, authenticated, service_role;
grant execute on function helpdesk.ticket_timeline(uuid, timestamptz, text, integer) to authenticated, service_role;
