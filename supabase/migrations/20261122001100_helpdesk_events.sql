-- Events: one append-only log of every change, written in the transaction that makes the change. Only log_event()
-- writes to it.
--
-- Reading without gaps: sequence order is not commit order, so each row stores its transaction's number (xid), and a
-- reader gets only rows of transactions older than every transaction still running. The cursor is <xid>.<event_id>. A
-- transaction gets its number when it first writes, perhaps long before it writes to a ticket. To keep a ticket's
-- events in the order in which they happened, a row takes the xid of the ticket's newest event if that is higher. A
-- concept logs its changes by a trigger in its own migration: log_on_ticket() and log_administration() take the type
-- and the columns as arguments.

create table helpdesk.events (
  event_id bigint generated always as identity primary key,
  xid xid8 not null,
  type text not null,
  audience text not null check (audience in ('customer', 'staff')),
  changes_access boolean not null default false,
  ticket_id uuid,
  ticket_number bigint,
  -- The ticket's revision right after the change. A screen that shows a newer revision need not apply the event.
  ticket_revision bigint,
  -- The ticket's requester, team and assignee at that moment: a reader's index range begins with one of them.
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
  'Events: one row for each change, with its author. Follow the log with events_since(). ticket_timeline() has the '
  'events of one ticket.';
comment on column helpdesk.events.changes_access is
  'True for an event that changes a person''s rights: their role, their teams, or whether they are active.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.events
  alter column event_id set statistics 0,
  alter column type set statistics 0,
  alter column changes_access set statistics 0,
  alter column ticket_id set statistics 0,
  alter column ticket_number set statistics 0,
  alter column ticket_revision set statistics 0,
  alter column assigned_to set statistics 0,
  alter column actor_id set statistics 0,
  alter column actor_kind set statistics 0,
  alter column actor_name set statistics 0,
  alter column data set statistics 0;
create index events_cursor_idx on helpdesk.events (xid, event_id);
create index events_requester_idx on helpdesk.events (requester_id, xid, event_id) where audience = 'customer';
create index events_team_idx on helpdesk.events (team_id, xid, event_id);
create index events_assignee_idx on helpdesk.events (assigned_to, xid, event_id) where assigned_to is not null;
create index events_ticket_idx on helpdesk.events (ticket_id, event_id);

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
revoke all on function helpdesk_private.guard_events from public, anon, authenticated, service_role;
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
      and (
        select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = events.ticket_id
      ) is not null
    )
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122001100', 'events');


-- Writing -------------------------------------------------------------------------------------------------------------

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
      -- That event is committed, or our own: every writer of a ticket's events has locked the ticket.
      (
        select e.xid from helpdesk.events as e
        where e.ticket_id = p_ticket.ticket_id
        order by e.event_id desc limit 1
      )
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
comment on function helpdesk_private.changes is
  'The fields that differ as {"field": [old, new]}; null when no field differs.';
revoke all on function helpdesk_private.changes from public, anon, authenticated, service_role;

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
      ('ticket.updated', 'customer', array['title', 'description', 'priority', 'custom_fields']),
      ('ticket.updated', 'staff', array['external_id', 'snoozed_until', 'merged_into']),
      ('ticket.transferred', 'staff', array['team_id']),
      (
        case when new.assigned_to is null then 'ticket.unassigned' else 'ticket.assigned' end,
        'staff', array['assigned_to']
      )
    ) as k (type, audience, fields)
  loop
    v_changes := helpdesk_private.changes(v_old, v_new, variadic v_kind.fields);
    if v_changes ? 'description' then
      -- The log stores only that it changed: text that somebody removes from a description must not stay in the log.
      v_changes := v_changes || '{"description": [null, null]}';
    end if;
    if v_changes ? 'custom_fields' then
      v_changes := v_changes || jsonb_build_object(
        'custom_fields', helpdesk_private.field_changes(old.custom_fields, new.custom_fields)
      );
    end if;
    if v_changes is not null then
      perform helpdesk_private.log_event(v_kind.type, v_kind.audience, new, jsonb_build_object('changes', v_changes));
    end if;
  end loop;
  return null;
end;
$$;
revoke all on function helpdesk_private.log_ticket from public, anon, authenticated, service_role;
create trigger log_ticket after insert or update on helpdesk.tickets
  for each row when (new.updated_at >= now()) execute function helpdesk_private.log_ticket();

create function helpdesk_private.columns_of(p_row jsonb, p_columns text)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_object_agg(c.name, p_row -> c.name) from unnest(string_to_array(p_columns, ', ')) as c (name);
$$;
comment on function helpdesk_private.columns_of is
  'Some columns of a row as a JSON object. p_columns separates their names by a comma and a space.';
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
  -- Locked, as messages and notes have done already: a tag and an edit at the same time have an order too.
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = (v_row ->> 'ticket_id')::uuid for no key update;
  if found then
    perform helpdesk_private.log_event(
      tg_argv[0], tg_argv[1], v_ticket, helpdesk_private.columns_of(v_row, tg_argv[2])
    );
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.log_on_ticket is
  'Trigger function for tables with a ticket_id: writes one event of that ticket. Arguments: type; audience; the '
  'columns that data has.';
revoke all on function helpdesk_private.log_on_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.log_on_tickets()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row jsonb;
  v_ticket helpdesk.tickets;
begin
  -- lock_then_check() has locked the tickets, or a function that writes several rows of one ticket.
  for v_row in select to_jsonb(c) from changed as c order by c.ticket_id loop
    -- Written by an import, or marked by an import that removes it.
    continue when (v_row ->> 'created_at')::timestamptz < case tg_op when 'INSERT' then now() else '1900-01-01' end;
    select * into v_ticket from helpdesk.tickets as t where t.ticket_id = (v_row ->> 'ticket_id')::uuid;
    if found then
      perform helpdesk_private.log_event(
        tg_argv[0], tg_argv[1], v_ticket, helpdesk_private.columns_of(v_row, tg_argv[2])
      );
    end if;
  end loop;
  return null;
end;
$$;
comment on function helpdesk_private.log_on_tickets is
  'log_on_ticket() for a statement that changes rows of several tickets, which are in the transition table `changed`. '
  'For tables with a trigger that calls lock_then_check().';
revoke all on function helpdesk_private.log_on_tickets from public, anon, authenticated, service_role;
create trigger log_tag after insert on helpdesk.ticket_tags
  referencing new table as changed
  for each statement execute function helpdesk_private.log_on_tickets('ticket.tagged', 'staff', 'tag');
create trigger log_untag after delete on helpdesk.ticket_tags
  referencing old table as changed
  for each statement execute function helpdesk_private.log_on_tickets('ticket.untagged', 'staff', 'tag');

create function helpdesk_private.log_administration()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data jsonb := coalesce(
    helpdesk_private.columns_of(to_jsonb(case when tg_op = 'DELETE' then old else new end), tg_argv[1]), '{}'
  );
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
  'Trigger function for tables of people and teams: writes one event for admins. Arguments: type; the columns that '
  'data has; the columns whose changes data has (without a change there is no event); changes_access if the event '
  'changes a person''s rights.';
revoke all on function helpdesk_private.log_administration from public, anon, authenticated, service_role;
create trigger log_user after insert on helpdesk.users
  for each row when (new.created_at >= now())
  execute function helpdesk_private.log_administration('user.created', 'user_id, role');
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
  for each row when (new.updated_at >= now()) execute function
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
