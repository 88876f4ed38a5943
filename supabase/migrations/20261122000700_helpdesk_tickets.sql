-- Tickets: a person's request, its team, its assignee and its status.
--
-- Its requester sees a ticket, and so do those who work the ticket. `status` and `priority` are text with CHECK: an
-- enum's equality is not leakproof, and under row-level security a filter by it cannot use its index. Tags are rows for
-- the same reason, and because only those who work the ticket may read them.

create table helpdesk.status_transitions (
  role text not null check (role in ('customer', 'agent', 'admin', 'system')),
  from_status text not null,
  to_status text not null,
  primary key (role, from_status, to_status)
);
comment on table helpdesk.status_transitions is
  'Which role may move a ticket from which status to which. This table is the rule itself: the database reads it on '
  'every change.';

insert into helpdesk.status_transitions (role, from_status, to_status)
select r.role, t.from_status, t.to_status
from (values
  ('open', 'pending'), ('open', 'resolved'), ('open', 'closed'),
  ('pending', 'open'), ('pending', 'resolved'), ('pending', 'closed'),
  ('resolved', 'open'), ('resolved', 'pending'), ('resolved', 'closed'),
  ('closed', 'open')
) as t (from_status, to_status)
cross join (values ('agent'), ('admin'), ('system')) as r (role)
union all
values
  ('customer', 'open', 'closed'),
  ('customer', 'pending', 'open'), ('customer', 'pending', 'closed'),
  ('customer', 'resolved', 'open'), ('customer', 'resolved', 'closed'),
  ('customer', 'closed', 'open');

create table helpdesk.tickets (
  ticket_id uuid primary key default gen_random_uuid(),
  number bigint not null default 0 unique,
  status text not null default 'open'
    check (helpdesk_private.text_among('status', status, 'open', 'pending', 'resolved', 'closed')),
  priority text not null default 'medium'
    check (helpdesk_private.text_among('priority', priority, 'low', 'medium', 'high', 'urgent')),
  priority_rank integer not null
    generated always as (case priority when 'urgent' then 1 when 'high' then 2 when 'medium' then 3 else 4 end) stored,
  title text not null check (helpdesk_private.name_within('title', title, 1, 300)),
  description text not null default '' check (helpdesk_private.text_within('description', description, 0, 100000)),
  team_id uuid not null references helpdesk.teams (team_id),
  assigned_to uuid references helpdesk.users (user_id),
  created_by uuid not null references helpdesk.users (user_id),
  channel text not null default 'api'
    check (helpdesk_private.text_among('channel', channel, 'api', 'web', 'chat', 'email', 'phone', 'slack', 'import')),
  external_id text unique check (helpdesk_private.text_within('external_id', external_id, 1, 200)),
  custom_fields jsonb not null default '{}'
    check (helpdesk_private.json_object_within('custom_fields', custom_fields, 16384)),
  revision integer not null default 1,
  snoozed_until timestamptz check (helpdesk_private.moment_within('snoozed_until', snoozed_until)),
  last_message_id uuid,
  first_response_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  merged_into uuid references helpdesk.tickets (ticket_id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create sequence helpdesk.tickets_number_seq owned by helpdesk.tickets.number;
comment on table helpdesk.tickets is
  'Tickets. POST opens a ticket. PATCH edits it; add &revision=eq.N so that nobody''s change is overwritten. '
  'Functions change its team and its assignee.';
comment on column helpdesk.tickets.number is
  'The ticket''s number, for people. Unique and rising; gaps are possible.';
comment on column helpdesk.tickets.priority_rank is
  '1 urgent, 2 high, 3 medium, 4 low. order=priority_rank,created_at,ticket_id is the order in which tickets are '
  'claimed.';
comment on column helpdesk.tickets.created_by is
  'The requester: the person who needs something, also when an agent opened the ticket for them.';
comment on column helpdesk.tickets.revision is 'Counts the changes of this row, from 1.';
comment on column helpdesk.tickets.last_message_id is
  'The newest message of the conversation. send_reply() compares it with expected_last_message.';
comment on column helpdesk.tickets.external_id is
  'Your own key for the ticket, unique in the helpdesk; put the name of its source before it, like shop:1017. Those '
  'who work the ticket set it; the requester can read it.';
comment on column helpdesk.tickets.custom_fields is
  'The values of custom fields that the requester may read, by key. A write names the values to change and leaves the '
  'others as they are; null removes a value. It may name staff_only fields too: their values go to '
  'ticket_staff_fields.';

-- No statistics, but for the columns that lists of tickets need: PostgREST answers `Prefer: count=planned` from the
-- planner's estimate, which would otherwise tell whether somebody else's ticket has that title, and who works how much.
-- The catalogue test of statistics lists the columns that keep theirs, with the reason. A new column has none.
-- Requesters keep theirs: nobody else knows a customer's id, and without them every page of a customer is planned anew.
alter table helpdesk.tickets
  alter column ticket_id set statistics 0,
  alter column number set statistics 0,
  alter column title set statistics 0,
  alter column description set statistics 0,
  alter column assigned_to set statistics 0,
  alter column channel set statistics 0,
  alter column external_id set statistics 0,
  alter column custom_fields set statistics 0,
  alter column revision set statistics 0,
  alter column snoozed_until set statistics 0,
  alter column last_message_id set statistics 0,
  alter column first_response_at set statistics 0,
  alter column resolved_at set statistics 0,
  alter column closed_at set statistics 0,
  alter column merged_into set statistics 0;

-- Each list's equality columns first, then the order it is read in.
create index tickets_team_idx on helpdesk.tickets (team_id, status, created_at desc, ticket_id desc);
create index tickets_status_idx on helpdesk.tickets (status, created_at desc, ticket_id desc);
create index tickets_priority_idx on helpdesk.tickets (priority_rank, created_at, ticket_id);
create index tickets_status_priority_idx on helpdesk.tickets (status, priority_rank, created_at, ticket_id);
create index tickets_requester_idx on helpdesk.tickets (created_by, created_at desc, ticket_id desc);
create index tickets_requester_updated_idx on helpdesk.tickets (created_by, updated_at desc, ticket_id desc);
create index tickets_requester_status_idx on helpdesk.tickets (created_by, status, created_at desc, ticket_id desc);
create index tickets_unassigned_idx on helpdesk.tickets (team_id, created_at desc, ticket_id desc)
where status = 'open' and assigned_to is null;
create index tickets_assignee_idx on helpdesk.tickets (assigned_to, status, created_at desc, ticket_id desc);
create index tickets_created_idx on helpdesk.tickets (created_at desc, ticket_id desc);
create index tickets_updated_idx on helpdesk.tickets (updated_at desc, ticket_id desc);
create index tickets_merged_idx on helpdesk.tickets (merged_into) where merged_into is not null;

revoke all on table helpdesk.status_transitions from public, anon, authenticated, service_role;
revoke all on table helpdesk.tickets from public, anon, authenticated, service_role;
revoke all on sequence helpdesk.tickets_number_seq from public, anon, authenticated, service_role;
grant select on table helpdesk.status_transitions to authenticated, service_role;
grant
  select,
  insert (ticket_id, title, description, priority, team_id, channel, external_id, custom_fields),
  update (title, description, priority, status, external_id, custom_fields, snoozed_until)
on table helpdesk.tickets to authenticated, service_role;
grant insert (created_by) on table helpdesk.tickets to service_role;

insert into helpdesk_private.concepts (version, concept) values ('20261122000700', 'tickets');


-- Guards: what column privileges cannot say, since customers and agents share a database role -------------------------

create function helpdesk_private.guard_external_id(p_ticket_id uuid, p_external_id text)
returns void
language plpgsql
-- Definer: the ticket with this external id need not be visible. Only staff can set external ids, so only staff learn
-- that it is taken.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.await_key('ticket', p_external_id);
  if exists (select from helpdesk.tickets as t where t.external_id = p_external_id and t.ticket_id <> p_ticket_id) then
    perform helpdesk_private.fail('external_id_taken');
  end if;
end;
$$;
revoke all on function helpdesk_private.guard_external_id from public, anon, authenticated, service_role;

create function helpdesk_private.guard_ticket_insert()
returns trigger
language plpgsql
-- Definer: reads users and teams for whoever inserts.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid;
begin
  if not helpdesk_private.is_service() then
    v_me := helpdesk_private.require_person();
    if helpdesk_private.my_role() = 'assistant' then
      perform helpdesk_private.fail('forbidden');
    elsif helpdesk_private.me_if_staff() is null then
      if new.created_by <> v_me then
        perform helpdesk_private.fail('forbidden', 'created_by: you can open tickets for yourself only.');
      elsif new.priority <> 'medium' then
        perform helpdesk_private.fail('forbidden', 'priority: staff decide on it.');
      elsif new.external_id is not null then
        perform helpdesk_private.fail('forbidden', 'external_id: for staff only.');
      elsif new.channel not in ('api', 'web', 'chat') then
        perform helpdesk_private.fail('forbidden', 'channel: yours are api, web and chat.');
      end if;
    end if;
  end if;
  new.created_by := coalesce(new.created_by, v_me);
  if new.created_by is null then
    perform helpdesk_private.fail(
      'invalid_value', 'created_by is missing', 'With the secret key, say who the requester is.'
    );
  elsif not exists (select from helpdesk.users as u where u.user_id = new.created_by) then
    perform helpdesk_private.fail('user_not_found', 'The requester: there is no such person.');
  end if;
  new.title := helpdesk_private.clean_name(new.title);
  perform helpdesk_private.guard_external_id(new.ticket_id, new.external_id);
  if new.team_id is null then
    new.team_id := (select t.team_id from helpdesk.teams as t where t.is_default);
  elsif not exists (
    select from helpdesk.teams as t
    where t.team_id = new.team_id
      and (t.is_public or t.is_default or helpdesk_private.is_service() or helpdesk_private.me_if_staff() is not null)
  ) then
    perform helpdesk_private.fail('team_not_found');
  end if;
  if not helpdesk_private.lock_team(new.team_id) then
    -- The team was deleted meanwhile.
    perform helpdesk_private.fail('team_not_found');
  end if;
  new.custom_fields := helpdesk_private.open_fields(new);
  new.status := 'open';
  new.assigned_to := null;
  new.revision := 1;
  new.snoozed_until := null;
  new.last_message_id := null;
  new.first_response_at := null;
  new.resolved_at := null;
  new.closed_at := null;
  new.merged_into := null;
  -- A clock can step back. An earlier time would be an import's.
  new.created_at := greatest(clock_timestamp(), now());
  new.updated_at := new.created_at;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_ticket_insert from public, anon, authenticated, service_role;
-- Rows with times before their own transaction are an import's (see imports): no guard, no event, no announcement.
create trigger guard_ticket_insert before insert on helpdesk.tickets
  for each row when (new.created_at >= now()) execute function helpdesk_private.guard_ticket_insert();

create function helpdesk_private.guard_ticket_update()
returns trigger
language plpgsql
-- Definer: reads users and team_members for whoever updates.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role text;
  v_released helpdesk.tickets;
  v_staff_fields jsonb;
begin
  -- PostgreSQL computes this column after the trigger; until then it is null in the new row.
  new.priority_rank := old.priority_rank;
  if new.title <> old.title then
    new.title := helpdesk_private.clean_name(new.title);
  end if;
  if new is not distinct from old then
    return new;
  end if;
  if (new.ticket_id, new.number, new.created_by, new.channel, new.created_at)
    is distinct from (old.ticket_id, old.number, old.created_by, old.channel, old.created_at) then
    perform helpdesk_private.fail('forbidden', 'ticket_id, number, created_by, channel and created_at never change.');
  end if;
  v_released := old;
  v_released.assigned_to := null;
  if new is not distinct from v_released and not exists (
    select from helpdesk.users as u
    where u.user_id = old.assigned_to and u.is_active and u.role in ('agent', 'admin')
  ) then
    -- release_work(), as whoever ends somebody's work: perhaps that person, or the auth server. Nobody else can write
    -- assigned_to on a ticket that they do not work.
    v_role := 'system';
  else
    v_role := helpdesk_private.role_on_ticket(old);
  end if;
  if v_role is null and helpdesk_private.asks_in(old) then
    -- A message on their ticket, which is merged into this one, opens it.
    v_role := 'customer';
  end if;
  if v_role is null then
    -- The caller lost the ticket while they waited for its lock: without this check no guard below would apply.
    perform helpdesk_private.fail('ticket_not_found');
  elsif new.merged_into is distinct from old.merged_into then
    -- merge_tickets() and unmerge_ticket(): nobody else can write this column. They state the times, too.
    new.revision := old.revision + 1;
    new.updated_at := greatest(clock_timestamp(), now());
    return new;
  elsif old.merged_into is not null then
    perform helpdesk_private.guard_merged_edit(old, new);
  elsif v_role = 'customer' then
    perform helpdesk_private.guard_customer_edit(old, new);
  end if;
  if new.custom_fields is distinct from old.custom_fields or new.status <> old.status then
    select e.custom_fields, e.staff_fields into new.custom_fields, v_staff_fields
    from helpdesk_private.edit_fields(old, new, v_role) as e;
    if new is not distinct from old and v_staff_fields is null then
      return new;
    end if;
  end if;
  if new.external_id is distinct from old.external_id then
    perform helpdesk_private.guard_external_id(new.ticket_id, new.external_id);
  end if;
  if new.status <> old.status then
    -- A status that is in no transition does not exist: the CHECK refuses it with the list of statuses.
    if exists (select from helpdesk.status_transitions as s where s.to_status = new.status) and not exists (
      select from helpdesk.status_transitions as s
      where s.role = v_role and s.from_status = old.status and s.to_status = new.status
    ) then
      perform helpdesk_private.fail(
        'transition_not_allowed',
        format('As %s you cannot move a ticket from %s to %s.', v_role, old.status, new.status),
        (
          select format('From %s, you can move it to: %s.', old.status, string_agg(s.to_status, ', ' order by s.to_status))
          from helpdesk.status_transitions as s
          where s.role = v_role and s.from_status = old.status
        )
      );
    end if;
    new.resolved_at := case
      when new.status = 'resolved' then clock_timestamp()
      when new.status = 'closed' then old.resolved_at
    end;
    new.closed_at := case when new.status = 'closed' then clock_timestamp() end;
    if old.status = 'closed' and not helpdesk_private.lock_staff(new.assigned_to) then
      -- Its assignee has left since: the ticket waits in the queue again.
      new.assigned_to := null;
    end if;
    if new.status <> 'pending' and new.snoozed_until is not distinct from old.snoozed_until then
      new.snoozed_until := null;
    end if;
  end if;
  new.revision := old.revision + 1;
  new.updated_at := greatest(clock_timestamp(), now());
  if v_staff_fields is not null then
    perform helpdesk_private.put_staff_fields(new, v_staff_fields);
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_ticket_update from public, anon, authenticated, service_role;

create function helpdesk_private.guard_customer_edit(p_old helpdesk.tickets, p_new helpdesk.tickets)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field text := case
    when p_new.priority <> p_old.priority then 'priority'
    when p_new.team_id <> p_old.team_id then 'team_id'
    when p_new.assigned_to is distinct from p_old.assigned_to then 'assigned_to'
    when p_new.external_id is distinct from p_old.external_id then 'external_id'
    when p_new.snoozed_until is distinct from p_old.snoozed_until then 'snoozed_until'
  end;
begin
  if v_field is not null then
    perform helpdesk_private.fail('forbidden', v_field || ': staff decide on it.');
  elsif (p_new.title, p_new.description) is distinct from (p_old.title, p_old.description)
    and p_old.first_response_at is not null then
    perform helpdesk_private.fail('already_answered');
  end if;
end;
$$;
revoke all on function helpdesk_private.guard_customer_edit from public, anon, authenticated, service_role;
create trigger guard_ticket_update before update on helpdesk.tickets
  for each row when (new.updated_at = old.updated_at) execute function helpdesk_private.guard_ticket_update();

-- Row-level security --------------------------------------------------------------------------------------------------

alter table helpdesk.status_transitions enable row level security;
alter table helpdesk.tickets enable row level security;

create policy "active people read the transitions" on helpdesk.status_transitions
  for select to authenticated using ((select helpdesk_private.is_active()));

create policy "only active people" on helpdesk.tickets
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "requesters, the team, the assignee and admins see a ticket" on helpdesk.tickets
  for select to authenticated
  using (
    team_id = any(array(select helpdesk_private.my_team_ids()))
    or created_by = (select helpdesk_private.me())
    or assigned_to = (select helpdesk_private.me_if_staff())
  );
comment on policy "requesters, the team, the assignee and admins see a ticket" on helpdesk.tickets is
  'No single index serves an OR: lists go through my_tickets and team_tickets, which state the scope.';
create policy "people open tickets for themselves" on helpdesk.tickets
  for insert to authenticated with check (created_by = (select helpdesk_private.me()));
create policy "whoever sees a ticket may edit it, within the guards" on helpdesk.tickets
  for update to authenticated
  using (
    team_id = any(array(select helpdesk_private.my_team_ids()))
    or created_by = (select helpdesk_private.me())
    or assigned_to = (select helpdesk_private.me_if_staff())
  );
