-- Tickets: what somebody needs, where it waits, who has it, and how far it is.
--
-- A ticket is seen by its requester (created_by), by the agents of its team, by the agent it is assigned to, and by
-- admins. `status` and `priority` are text with CHECK: an enum's equality is not leakproof, and under row-level security
-- such a filter cannot use its index. Tags are rows, for the same reason, and because only staff may read them.

create table helpdesk.status_transitions (
  role text not null check (role in ('customer', 'agent', 'admin', 'system')),
  from_status text not null,
  to_status text not null,
  primary key (role, from_status, to_status)
);
comment on table helpdesk.status_transitions is 'Who may move a ticket from which status to which. The rule itself: the database reads it on every change.';

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
  number bigint generated always as identity unique,
  status text not null default 'open' check (helpdesk_private.text_among('status', status, 'open', 'pending', 'resolved', 'closed')),
  priority text not null default 'medium' check (helpdesk_private.text_among('priority', priority, 'low', 'medium', 'high', 'urgent')),
  priority_rank integer not null
    generated always as (case priority when 'urgent' then 1 when 'high' then 2 when 'medium' then 3 else 4 end) stored,
  title text not null check (helpdesk_private.text_within('title', title, 1, 300)),
  description text not null default '' check (helpdesk_private.text_within('description', description, 0, 100000)),
  team_id uuid not null references helpdesk.teams (team_id),
  assigned_to uuid references helpdesk.users (user_id),
  created_by uuid not null references helpdesk.users (user_id),
  channel text not null default 'api'
    check (helpdesk_private.text_among('channel', channel, 'api', 'web', 'chat', 'email', 'phone', 'slack', 'import')),
  external_id text unique check (helpdesk_private.text_within('external_id', external_id, 1, 200)),
  custom_fields jsonb not null default '{}' check (helpdesk_private.json_object_within('custom_fields', custom_fields, 16384)),
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
comment on table helpdesk.tickets is
  'Tickets. POST opens one, PATCH edits it (add &revision=eq.N so that nobody''s change is overwritten); what moves a ticket between people and teams is a function.';
comment on column helpdesk.tickets.number is 'For people to say. Unique and rising; gaps are normal.';
comment on column helpdesk.tickets.priority_rank is
  '1 urgent, 2 high, 3 medium, 4 low. order=priority_rank,created_at,ticket_id is the order in which tickets are claimed.';
comment on column helpdesk.tickets.created_by is 'The requester: the person who needs something, also when an agent opened the ticket for them.';
comment on column helpdesk.tickets.revision is 'Counts the changes of this row.';
comment on column helpdesk.tickets.last_message_id is 'The newest message of the conversation: what send_reply compares with what you have read.';
comment on column helpdesk.tickets.external_id is 'Your own key for the ticket, unique in the helpdesk. Staff set it; the requester can read it.';
comment on column helpdesk.tickets.custom_fields is 'Your own data. Staff change it; the requester can read it.';

-- No statistics on what people write and on which staff have what: PostgREST answers `Prefer: count=planned` from the
-- planner's estimate, which would otherwise tell whether somebody else's ticket has that title, and who works how much.
-- Requesters keep theirs: nobody else knows a customer's id, and without them every page of a customer is planned anew.
alter table helpdesk.tickets
  alter column assigned_to set statistics 0,
  alter column title set statistics 0,
  alter column description set statistics 0,
  alter column external_id set statistics 0,
  alter column custom_fields set statistics 0;

-- Each list's equality columns first, then the order it is read in.
create index tickets_team_idx on helpdesk.tickets (team_id, status, created_at desc, ticket_id desc);
create index tickets_status_idx on helpdesk.tickets (status, created_at desc, ticket_id desc);
create index tickets_priority_idx on helpdesk.tickets (priority_rank, created_at, ticket_id);
create index tickets_status_priority_idx on helpdesk.tickets (status, priority_rank, created_at, ticket_id);
create index tickets_requester_idx on helpdesk.tickets (created_by, created_at desc, ticket_id desc);
create index tickets_requester_status_idx on helpdesk.tickets (created_by, status, created_at desc, ticket_id desc);
create index tickets_unassigned_idx on helpdesk.tickets (team_id, created_at desc, ticket_id desc)
where status = 'open' and assigned_to is null;
create index tickets_assignee_idx on helpdesk.tickets (assigned_to, status, created_at desc, ticket_id desc);
create index tickets_created_idx on helpdesk.tickets (created_at desc, ticket_id desc);
create index tickets_updated_idx on helpdesk.tickets (updated_at desc, ticket_id desc);
create index tickets_merged_idx on helpdesk.tickets (merged_into) where merged_into is not null;

create table helpdesk.ticket_tags (
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  tag text not null check (helpdesk_private.text_within('tag', tag, 1, 50)) check (helpdesk_private.text_printable('tag', tag)),
  -- The ticket's own created_at, which never changes: lets a tag's tickets be read newest first from one index.
  ticket_created_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (ticket_id, tag)
);
comment on table helpdesk.ticket_tags is 'Staff''s working notes on tickets, lower case, at most 50 a ticket. The requester never sees them.';
create index ticket_tags_tag_idx on helpdesk.ticket_tags (tag, ticket_created_at desc, ticket_id desc);

create table helpdesk_private.request_ids (
  request_id uuid primary key,
  actor_id uuid,
  content_hash text not null,
  ticket_id uuid,
  created_at timestamptz not null default now()
);
comment on table helpdesk_private.request_ids is 'What was asked under which client-made id, so that a repeated request is recognised and a different one refused.';
revoke all on table helpdesk_private.request_ids from public, anon, authenticated, service_role;
alter table helpdesk_private.request_ids enable row level security;

revoke all on table helpdesk.status_transitions from public, anon, authenticated, service_role;
revoke all on table helpdesk.tickets from public, anon, authenticated, service_role;
revoke all on table helpdesk.ticket_tags from public, anon, authenticated, service_role;
revoke all on sequence helpdesk.tickets_number_seq from public, anon, authenticated, service_role;
grant select on table helpdesk.status_transitions to authenticated, service_role;
grant
  select,
  insert (ticket_id, title, description, priority, team_id, channel, external_id, custom_fields),
  update (title, description, priority, status, external_id, custom_fields, snoozed_until)
on table helpdesk.tickets to authenticated, service_role;
grant insert (created_by) on table helpdesk.tickets to service_role;
grant select, delete, insert (ticket_id, tag) on table helpdesk.ticket_tags to authenticated, service_role;


-- Who the caller is to a ticket ----------------------------------------------------------------------------------------

create function helpdesk_private.role_on_ticket(p_ticket helpdesk.tickets)
returns text
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login uuid := auth.uid();
  v_me uuid;
  v_role text;
begin
  if helpdesk_private.is_service() then
    return 'system';
  end if;
  -- What is_active(), me(), my_role(), me_if_staff() and my_team_ids() say, in one look: every write asks several times.
  select u.user_id, u.role into v_me, v_role from helpdesk.users as u where u.auth_user_id = v_login and u.is_active;
  if v_role = 'admin' and p_ticket.team_id is not null then
    return v_role;
  elsif v_role = 'agent' and (
    p_ticket.assigned_to = v_me
    or exists (select from helpdesk.team_members as m where m.user_id = v_me and m.team_id = p_ticket.team_id)
  ) then
    return v_role;
  elsif p_ticket.created_by = v_me then
    return 'customer';
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.role_on_ticket(helpdesk.tickets) is
  'agent, admin or system for those who work the ticket; customer for its requester, whatever their role elsewhere; null for anybody else.';
revoke all on function helpdesk_private.role_on_ticket(helpdesk.tickets) from public, anon, authenticated, service_role;

create function helpdesk_private.find_ticket(p_ticket_id uuid, out ticket helpdesk.tickets, out role text)
returns record
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  select * into ticket from helpdesk.tickets as t where t.ticket_id = p_ticket_id;
  role := case when found then helpdesk_private.role_on_ticket(ticket) end;
  if role is null then
    -- Somebody without a profile or deactivated is told that first.
    if not helpdesk_private.is_service() then
      perform helpdesk_private.require_person();
    end if;
    perform helpdesk_private.fail('ticket_not_found');
  end if;
end;
$$;
comment on function helpdesk_private.find_ticket is
  'The ticket and the caller''s role on it; a ticket that is absent and one that the caller may not see are the same error.';
revoke all on function helpdesk_private.find_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.lock_ticket(p_ticket_id uuid, p_staff_only boolean)
returns helpdesk.tickets
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_role text;
begin
  -- Found before it is locked: nobody can hold up a ticket that is not theirs.
  perform helpdesk_private.find_ticket(p_ticket_id);
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_ticket_id for update;
  v_role := helpdesk_private.role_on_ticket(v_ticket);
  if v_role is null then
    -- The caller lost the ticket while they waited for its lock.
    perform helpdesk_private.fail('ticket_not_found');
  elsif p_staff_only and v_role = 'customer' then
    perform helpdesk_private.fail('forbidden');
  end if;
  return v_ticket;
end;
$$;
comment on function helpdesk_private.lock_ticket(uuid, boolean) is 'The ticket, locked, if the caller may see it (and works it); absent and not-yours are the same error.';
revoke all on function helpdesk_private.lock_ticket(uuid, boolean) from public, anon, authenticated, service_role;


-- Guards: what column privileges cannot say, since customers and agents share a database role --------------------------

create function helpdesk_private.guard_external_id(p_ticket_id uuid, p_external_id text)
returns void
language plpgsql
-- Definer: the ticket that has it need not be visible; staff alone set external ids, and are told.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from helpdesk.tickets as t where t.external_id = p_external_id and t.ticket_id <> p_ticket_id) then
    perform helpdesk_private.fail('external_id_taken');
  end if;
end;
$$;
revoke all on function helpdesk_private.guard_external_id(uuid, text) from public, anon, authenticated, service_role;

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
    perform helpdesk_private.fail('invalid_value', 'created_by is missing', 'With the secret key, say who the requester is.');
  elsif not exists (select from helpdesk.users as u where u.user_id = new.created_by) then
    perform helpdesk_private.fail('user_not_found', 'The requester: there is no such person.');
  end if;
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
  new.status := 'open';
  new.assigned_to := null;
  new.revision := 1;
  new.snoozed_until := null;
  new.last_message_id := null;
  new.first_response_at := null;
  new.resolved_at := null;
  new.closed_at := null;
  new.merged_into := null;
  new.created_at := clock_timestamp();
  new.updated_at := new.created_at;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_ticket_insert() from public, anon, authenticated, service_role;
create trigger guard_ticket_insert before insert on helpdesk.tickets
  for each row execute function helpdesk_private.guard_ticket_insert();

create function helpdesk_private.guard_ticket_update()
returns trigger
language plpgsql
-- Definer: reads users and team_members for whoever updates.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role text;
begin
  -- PostgreSQL computes it after this trigger, and until then it is null.
  new.priority_rank := old.priority_rank;
  if new is not distinct from old then
    return new;
  end if;
  if (new.ticket_id, new.number, new.created_by, new.channel, new.created_at)
    is distinct from (old.ticket_id, old.number, old.created_by, old.channel, old.created_at) then
    perform helpdesk_private.fail('forbidden', 'ticket_id, number, created_by, channel and created_at never change.');
  end if;
  v_role := helpdesk_private.role_on_ticket(old);
  if v_role is null then
    -- They lost the ticket while they waited for its lock: without this, no guard below would apply.
    perform helpdesk_private.fail('ticket_not_found');
  elsif v_role = 'customer' then
    perform helpdesk_private.guard_customer_edit(old, new);
  end if;
  if new.external_id is distinct from old.external_id then
    perform helpdesk_private.guard_external_id(new.ticket_id, new.external_id);
  end if;
  if new.status <> old.status then
    -- A status that nobody can reach is no status: the CHECK says which there are.
    if exists (select from helpdesk.status_transitions as s where s.to_status = new.status) and not exists (
      select from helpdesk.status_transitions as s
      where s.role = v_role and s.from_status = old.status and s.to_status = new.status
    ) then
      perform helpdesk_private.fail('transition_not_allowed', format('As %s you cannot move a ticket from %s to %s.', v_role, old.status, new.status));
    end if;
    new.resolved_at := case
      when new.status = 'resolved' then clock_timestamp()
      when new.status = 'closed' then old.resolved_at
    end;
    new.closed_at := case when new.status = 'closed' then clock_timestamp() end;
    if new.status <> 'pending' and new.snoozed_until is not distinct from old.snoozed_until then
      new.snoozed_until := null;
    end if;
  end if;
  new.revision := old.revision + 1;
  new.updated_at := clock_timestamp();
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_ticket_update() from public, anon, authenticated, service_role;

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
    when p_new.custom_fields <> p_old.custom_fields then 'custom_fields'
    when p_new.snoozed_until is distinct from p_old.snoozed_until then 'snoozed_until'
  end;
begin
  if v_field is not null then
    perform helpdesk_private.fail('forbidden', v_field || ': staff decide on it.');
  elsif (p_new.title, p_new.description) is distinct from (p_old.title, p_old.description) and p_old.first_response_at is not null then
    perform helpdesk_private.fail('already_answered');
  end if;
end;
$$;
revoke all on function helpdesk_private.guard_customer_edit(helpdesk.tickets, helpdesk.tickets) from public, anon, authenticated, service_role;
create trigger guard_ticket_update before update on helpdesk.tickets
  for each row execute function helpdesk_private.guard_ticket_update();

create function helpdesk_private.guard_bulk()
returns trigger
language plpgsql
-- Definer: counts rows that the caller may no longer see.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not helpdesk_private.is_service() and (select count(*) from (select from new_rows limit 1001) as n) > 1000 then
    perform helpdesk_private.fail('too_many', 'tickets: at most 1000 in one request.');
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.guard_bulk() is 'A request of thirty bytes must not rewrite a hundred megabytes; the system may.';
revoke all on function helpdesk_private.guard_bulk() from public, anon, authenticated, service_role;
create trigger guard_bulk_insert after insert on helpdesk.tickets
  referencing new table as new_rows
  for each statement execute function helpdesk_private.guard_bulk();
create trigger guard_bulk_update after update on helpdesk.tickets
  referencing new table as new_rows
  for each statement execute function helpdesk_private.guard_bulk();

create function helpdesk_private.guard_tag()
returns trigger
language plpgsql
-- Invoker: a ticket that the caller cannot see is as absent here as one that does not exist.
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  new.tag := lower(btrim(normalize(new.tag, nfc)));
  if new.tag is null then
    perform helpdesk_private.fail('invalid_value', 'tag is missing');
  end if;
  new.created_at := clock_timestamp();
  new.ticket_created_at := (select t.created_at from helpdesk.tickets as t where t.ticket_id = new.ticket_id);
  if new.ticket_created_at is null then
    perform helpdesk_private.fail('ticket_not_found');
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_tag() from public, anon, authenticated, service_role;
create trigger guard_tag before insert on helpdesk.ticket_tags
  for each row execute function helpdesk_private.guard_tag();

create function helpdesk_private.guard_tag_count()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- One tagger of a ticket at a time, so that two do not pass the limit together.
  perform pg_advisory_xact_lock(hashtextextended('helpdesk.tags ' || n.ticket_id, 0))
  from (select distinct r.ticket_id from new_rows as r order by r.ticket_id) as n;
  if exists (
    select from helpdesk.ticket_tags as g
    where g.ticket_id in (select n.ticket_id from new_rows as n)
    group by g.ticket_id having count(*) > 50
  ) then
    perform helpdesk_private.fail('too_many', 'tags: a ticket has at most 50.');
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.guard_tag_count() from public, anon, authenticated, service_role;
create trigger guard_tag_count after insert on helpdesk.ticket_tags
  referencing new table as new_rows
  for each statement execute function helpdesk_private.guard_tag_count();


-- Row-level security ---------------------------------------------------------------------------------------------------

alter table helpdesk.status_transitions enable row level security;
alter table helpdesk.tickets enable row level security;
alter table helpdesk.ticket_tags enable row level security;

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
  'An OR cannot be served by one index: lists go through my_tickets and team_tickets, which state the scope.';
create policy "people open tickets for themselves" on helpdesk.tickets
  for insert to authenticated with check (created_by = (select helpdesk_private.me()));
create policy "whoever sees a ticket may edit it, within the guards" on helpdesk.tickets
  for update to authenticated
  using (
    team_id = any(array(select helpdesk_private.my_team_ids()))
    or created_by = (select helpdesk_private.me())
    or assigned_to = (select helpdesk_private.me_if_staff())
  );

-- Which tickets a person sees, and which they work, for the policies on what hangs on a ticket. Views with their owner's
-- rights: read with the caller's, the policy on tickets would be planned and run once more inside each of those policies.
-- They say nothing about who is active: each table's own policy does.
create view helpdesk_private.seen_tickets as
select t.ticket_id
from helpdesk.tickets as t
where
  t.team_id = any(array(select helpdesk_private.my_team_ids()))
  or t.created_by = (select helpdesk_private.me())
  or t.assigned_to = (select helpdesk_private.me_if_staff());
create view helpdesk_private.worked_tickets as
select t.ticket_id
from helpdesk.tickets as t
where
  t.team_id = any(array(select helpdesk_private.my_team_ids()))
  or t.assigned_to = (select helpdesk_private.me_if_staff());
comment on view helpdesk_private.seen_tickets is 'The tickets that the person behind the request sees: their own, and those they work.';
comment on view helpdesk_private.worked_tickets is 'The tickets that the person behind the request works: those of their teams, and those assigned to them.';
revoke all on table helpdesk_private.seen_tickets from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.worked_tickets from public, anon, authenticated, service_role;
grant select on table helpdesk_private.seen_tickets to authenticated;
grant select on table helpdesk_private.worked_tickets to authenticated;

-- A scalar subquery and not EXISTS: the planner never turns it into a scan of all tickets.
create policy "only active people" on helpdesk.ticket_tags
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work a ticket see its tags" on helpdesk.ticket_tags
  for select to authenticated
  using ((select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_tags.ticket_id) is not null);
create policy "those who work a ticket tag it" on helpdesk.ticket_tags
  for insert to authenticated
  with check ((select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_tags.ticket_id) is not null);
create policy "those who work a ticket untag it" on helpdesk.ticket_tags
  for delete to authenticated
  using ((select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_tags.ticket_id) is not null);


-- Views that state the scope of a list ---------------------------------------------------------------------------------
-- Their own columns come first and the table's last: a later concept adds a column to tickets, repeats each view with
-- `create or replace` (tagged_tickets with the new column at its end), and grants and comments stay.

-- The tags of tickets that the reader is known to work, without asking the policy again for each: with the owner's
-- rights, to be read only by the views below, and by nobody but staff.
create view helpdesk_private.staff_tags as
select
  g.ticket_id,
  g.tag
from helpdesk.ticket_tags as g
where (select helpdesk_private.me_if_staff() is not null or helpdesk_private.is_service());
comment on view helpdesk_private.staff_tags is 'Tags, for views that have made sure that the reader works the ticket.';
revoke all on table helpdesk_private.staff_tags from public, anon, authenticated, service_role;
grant select on table helpdesk_private.staff_tags to authenticated, service_role;

create view helpdesk.my_tickets with (security_invoker = true) as
select
  case
    when t.team_id = any(array(select helpdesk_private.my_team_ids())) or t.assigned_to = (select helpdesk_private.me_if_staff())
      then array(select g.tag from helpdesk_private.staff_tags as g where g.ticket_id = t.ticket_id order by g.tag)
    else '{}'
  end as tags,
  t.*
from helpdesk.tickets as t
where t.created_by = (select helpdesk_private.me());
comment on view helpdesk.my_tickets is 'The tickets that you asked for.';

create view helpdesk.team_tickets with (security_invoker = true) as
select
  array(select g.tag from helpdesk_private.staff_tags as g where g.ticket_id = t.ticket_id order by g.tag) as tags,
  t.*
from helpdesk.tickets as t
where t.team_id = any(array(select helpdesk_private.my_team_ids()));
comment on view helpdesk.team_tickets is 'The tickets in your teams'' queues; for admins, all tickets.';

create view helpdesk.tagged_tickets with (security_invoker = true) as
select
  g.tag,
  array(select o.tag from helpdesk_private.staff_tags as o where o.ticket_id = t.ticket_id order by o.tag) as tags,
  -- Not t.*: created_at is the tag's copy, by which its index is ordered.
  t.ticket_id, t.number, t.status, t.priority, t.priority_rank, t.title, t.description, t.team_id, t.assigned_to,
  t.created_by, t.channel, t.external_id, t.custom_fields, t.revision, t.snoozed_until, t.last_message_id, t.first_response_at, t.resolved_at,
  t.closed_at, t.merged_into, g.ticket_created_at as created_at, t.updated_at
from helpdesk.ticket_tags as g
join helpdesk.tickets as t on t.ticket_id = g.ticket_id;
comment on view helpdesk.tagged_tickets is 'One row for each tag of each ticket you work: filter by tag=eq.…';

revoke all on table helpdesk.my_tickets from public, anon, authenticated, service_role;
revoke all on table helpdesk.team_tickets from public, anon, authenticated, service_role;
revoke all on table helpdesk.tagged_tickets from public, anon, authenticated, service_role;
grant select on table helpdesk.my_tickets to authenticated, service_role;
grant select on table helpdesk.team_tickets to authenticated, service_role;
grant select on table helpdesk.tagged_tickets to authenticated, service_role;

insert into helpdesk_private.concepts (version, concept) values ('20261122000400', 'tickets');


-- Opening a ticket, repeatably -----------------------------------------------------------------------------------------

create function helpdesk_private.remember_request(p_request_id uuid, p_actor_id uuid, p_content jsonb)
returns boolean
language plpgsql
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hash text := encode(sha256(convert_to(p_content::text, 'UTF8')), 'hex');
  v_known helpdesk_private.request_ids;
begin
  -- Two statements: the second sees what a concurrent winner of the first has committed.
  insert into helpdesk_private.request_ids (request_id, actor_id, content_hash) values (p_request_id, p_actor_id, v_hash)
  on conflict do nothing;
  if found then
    return true;
  end if;
  select * into v_known from helpdesk_private.request_ids as r where r.request_id = p_request_id;
  if v_known.actor_id is distinct from p_actor_id or v_known.content_hash <> v_hash then
    perform helpdesk_private.fail('id_conflict');
  end if;
  return false;
end;
$$;
comment on function helpdesk_private.remember_request(uuid, uuid, jsonb) is
  'True for a new request id, false when the same person repeats the same request, an error when the content differs.';
revoke all on function helpdesk_private.remember_request(uuid, uuid, jsonb) from public, anon, authenticated, service_role;

create function helpdesk_private.repeated_ticket(p_new helpdesk.tickets)
returns helpdesk.tickets
language plpgsql
stable
-- Definer: the ticket may have left the caller's sight.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
begin
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_new.ticket_id;
  if helpdesk_private.role_on_ticket(v_ticket) is not null then
    return v_ticket;
  end if;
  -- Out of sight: what the caller was told the first time, and nothing of what came after.
  p_new.number := v_ticket.number;
  p_new.status := 'open';
  p_new.priority_rank := case p_new.priority when 'urgent' then 1 when 'high' then 2 when 'medium' then 3 else 4 end;
  p_new.team_id := (select e.team_id from helpdesk.events as e where e.ticket_id = p_new.ticket_id and e.type = 'ticket.created');
  p_new.created_by := v_ticket.created_by;
  p_new.revision := 1;
  p_new.created_at := v_ticket.created_at;
  p_new.updated_at := v_ticket.created_at;
  return p_new;
end;
$$;
comment on function helpdesk_private.repeated_ticket(helpdesk.tickets) is 'The answer to a repeated create_ticket().';
revoke all on function helpdesk_private.repeated_ticket(helpdesk.tickets) from public, anon, authenticated, service_role;

create function helpdesk_private.create_ticket(p_new helpdesk.tickets, p_tags text[])
returns helpdesk.tickets
language plpgsql
-- Definer: inserts for a requester who may be somebody else, and tags, in one go.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('customer', 'agent', 'admin');
  v_staff boolean := helpdesk_private.is_service() or helpdesk_private.me_if_staff() is not null;
  -- What was given, without nulls: a column that a later concept adds changes nothing about requests of before.
  v_content jsonb := (select jsonb_object_agg(c.key, c.value) from jsonb_each(to_jsonb(p_new)) as c where c.value <> 'null');
  v_ticket helpdesk.tickets;
begin
  if cardinality(p_tags) > 50 then
    perform helpdesk_private.fail('too_many', 'tags: a ticket has at most 50.');
  elsif cardinality(p_tags) > 0 and not v_staff then
    perform helpdesk_private.fail('forbidden', 'tags: for staff only.');
  end if;
  if not helpdesk_private.remember_request(p_new.ticket_id, v_me, v_content || jsonb_build_object('tags', p_tags)) then
    return helpdesk_private.repeated_ticket(p_new);
  end if;
  insert into helpdesk.tickets (ticket_id, title, description, priority, team_id, created_by, channel, external_id, custom_fields)
  values (
    p_new.ticket_id, p_new.title, p_new.description, p_new.priority, p_new.team_id, coalesce(p_new.created_by, v_me),
    p_new.channel, p_new.external_id, p_new.custom_fields
  )
  on conflict do nothing
  returning * into v_ticket;
  if not found then
    perform helpdesk_private.fail(
      case when exists (select from helpdesk.tickets as t where t.ticket_id = p_new.ticket_id) then 'id_conflict' else 'external_id_taken' end
    );
  end if;
  insert into helpdesk.ticket_tags (ticket_id, tag) select v_ticket.ticket_id, g.tag from unnest(p_tags) as g (tag) on conflict do nothing;
  return v_ticket;
end;
$$;
revoke all on function helpdesk_private.create_ticket(helpdesk.tickets, text[]) from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.create_ticket(helpdesk.tickets, text[]) to authenticated, service_role;

create function helpdesk.create_ticket(
  title text,
  description text default '',
  ticket_id uuid default null,
  priority text default 'medium',
  team_id uuid default null,
  requester_id uuid default null,
  channel text default 'api',
  external_id text default null,
  custom_fields jsonb default '{}',
  tags text[] default '{}'
)
returns helpdesk.tickets
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  v_new helpdesk.tickets;
begin
  v_new.ticket_id := coalesce(ticket_id, gen_random_uuid());
  v_new.title := coalesce(title, '');
  v_new.description := coalesce(description, '');
  v_new.priority := coalesce(priority, 'medium');
  v_new.team_id := team_id;
  v_new.created_by := requester_id;
  v_new.channel := coalesce(channel, 'api');
  v_new.external_id := external_id;
  v_new.custom_fields := coalesce(custom_fields, '{}');
  return helpdesk_private.create_ticket(v_new, coalesce(tags, '{}'));
end;
$$;
comment on function helpdesk.create_ticket(text, text, uuid, text, uuid, uuid, text, text, jsonb, text[]) is
  'Opens a ticket. Repeat it with the same ticket_id and content as often as you like: there is one ticket. For staff also: a requester, tags, an external id.';
revoke all on function helpdesk.create_ticket(text, text, uuid, text, uuid, uuid, text, text, jsonb, text[])
  from public, anon, authenticated, service_role;
grant execute on function helpdesk.create_ticket(text, text, uuid, text, uuid, uuid, text, text, jsonb, text[])
  to authenticated, service_role;
