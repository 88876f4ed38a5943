-- Routing: claiming, assigning and reassigning tickets, and transferring them to another team. All by function: a PATCH
-- that moves a row out of the caller's own sight fails, and two people must never get the same ticket.

create index tickets_claim_idx on helpdesk.tickets (team_id, priority_rank, created_at, ticket_id)
where status = 'open' and assigned_to is null;

insert into helpdesk_private.concepts (version, concept) values ('20261122001600', 'routing');

create function helpdesk_private.lock_next_ticket(p_team_ids uuid[])
returns helpdesk.tickets
language plpgsql
-- Definer: skips other agents' locks on rows of the queue.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_candidates uuid[];
  v_candidate uuid;
  v_depth integer := 64;
begin
  loop
    -- The first tickets of each queue by its index, then the first of all: a long queue is never sorted.
    v_candidates := array(
      select c.ticket_id
      from unnest(p_team_ids) as q (team_id)
      cross join lateral (
        select t.ticket_id, t.priority_rank, t.created_at
        from helpdesk.tickets as t
        where t.team_id = q.team_id and t.status = 'open' and t.assigned_to is null
          and coalesce(t.snoozed_until <= now(), true)
        order by t.priority_rank, t.created_at, t.ticket_id
        limit v_depth
      ) as c
      order by c.priority_rank, c.created_at, c.ticket_id
      limit v_depth
    );
    foreach v_candidate in array v_candidates loop
      select * into v_ticket from helpdesk.tickets as t
      where t.ticket_id = v_candidate and t.status = 'open' and t.assigned_to is null and t.team_id = any(p_team_ids)
      for update skip locked;
      if found then
        return v_ticket;
      end if;
    end loop;
    -- Others are claiming all of these at this moment: look deeper into the queues.
    exit when cardinality(v_candidates) < v_depth;
    v_depth := v_depth * 8;
  end loop;
  return null;
end;
$$;
revoke all on function helpdesk_private.lock_next_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.require_worker()
returns uuid
language plpgsql
-- Definer: called by definer functions before they give the caller a ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('agent', 'admin');
begin
  if v_me is null then
    perform helpdesk_private.fail(
      'forbidden', 'Only a person can claim a ticket.', 'Sign in as an agent, or assign the ticket to one.'
    );
  end if;
  if not helpdesk_private.lock_staff(v_me) then
    perform helpdesk_private.fail('inactive_user');
  end if;
  return v_me;
end;
$$;
comment on function helpdesk_private.require_worker is
  'The active agent or admin behind the request. They stay active until the transaction ends.';
revoke all on function helpdesk_private.require_worker from public, anon, authenticated, service_role;

create function helpdesk_private.claim_next_ticket(p_team_id uuid, p_claim_id uuid)
returns setof helpdesk.tickets
language plpgsql
-- Definer: nobody may write assigned_to directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_worker();
  v_teams uuid[] := array(select helpdesk_private.my_team_ids());
  v_claimed uuid;
  v_ticket helpdesk.tickets;
begin
  if p_team_id <> all(v_teams) then
    perform helpdesk_private.fail(
      'team_not_found', 'There is no such team, or you are not a member of it.', 'An admin can make you a member of it.'
    );
  elsif p_team_id is not null then
    v_teams := array[p_team_id];
  end if;
  if p_claim_id is not null
    and not helpdesk_private.remember_request(p_claim_id, v_me, jsonb_build_object('claim', p_team_id)) then
    -- Locked: of two repetitions at once, the second waits and sees what the first has claimed.
    select r.ticket_id into v_claimed from helpdesk_private.request_ids as r where r.request_id = p_claim_id for update;
    if v_claimed is not null then
      v_ticket := (helpdesk_private.find_ticket(v_claimed)).ticket;
      return next v_ticket;
      return;
    end if;
  end if;
  v_ticket := helpdesk_private.lock_next_ticket(v_teams);
  if v_ticket.ticket_id is null then
    return;
  end if;
  update helpdesk.tickets as t set assigned_to = v_me where t.ticket_id = v_ticket.ticket_id returning * into v_ticket;
  update helpdesk_private.request_ids as r set ticket_id = v_ticket.ticket_id where r.request_id = p_claim_id;
  return next v_ticket;
end;
$$;
revoke all on function helpdesk_private.claim_next_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.claim_next_ticket to authenticated, service_role;

create function helpdesk.claim_next_ticket(team_id uuid default null, claim_id uuid default null)
returns setof helpdesk.tickets
language sql
rows 1
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.claim_next_ticket(claim_next_ticket.team_id, claim_next_ticket.claim_id);
$$;
comment on function helpdesk.claim_next_ticket is
  'Staff: assigns you the oldest open ticket of the highest priority from a team''s queue, or from all of your '
  'queues. Returns no row when there is none. Repeat it with the same claim_id: you get the same ticket.';
revoke all on function helpdesk.claim_next_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.claim_next_ticket to authenticated, service_role;

create function helpdesk_private.claim_ticket(p_ticket_id uuid)
returns helpdesk.tickets
language plpgsql
-- Definer: nobody may write assigned_to directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_worker();
  v_ticket helpdesk.tickets := helpdesk_private.lock_ticket(p_ticket_id, p_staff_only => true);
begin
  if v_ticket.assigned_to <> v_me then
    perform helpdesk_private.fail('already_assigned');
  elsif v_ticket.status = 'closed' then
    perform helpdesk_private.fail('ticket_closed');
  end if;
  update helpdesk.tickets as t set assigned_to = v_me where t.ticket_id = p_ticket_id returning * into v_ticket;
  return v_ticket;
end;
$$;
revoke all on function helpdesk_private.claim_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.claim_ticket to authenticated, service_role;

create function helpdesk.claim_ticket(ticket_id uuid)
returns helpdesk.tickets
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.claim_ticket(claim_ticket.ticket_id);
$$;
comment on function helpdesk.claim_ticket is
  'Those who work the ticket: assigns it to you, unless somebody else has it.';
revoke all on function helpdesk.claim_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.claim_ticket to authenticated, service_role;

create function helpdesk_private.lock_for_routing(p_ticket_id uuid, p_revision integer)
returns helpdesk.tickets
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets := helpdesk_private.lock_ticket(p_ticket_id, p_staff_only => true);
begin
  if p_revision <> v_ticket.revision then
    perform helpdesk_private.fail('stale_revision');
  elsif v_ticket.status = 'closed' then
    perform helpdesk_private.fail('ticket_closed');
  end if;
  return v_ticket;
end;
$$;
revoke all on function helpdesk_private.lock_for_routing from public, anon, authenticated, service_role;

create function helpdesk_private.assign_ticket(p_ticket_id uuid, p_assignee_id uuid, p_revision integer)
returns helpdesk.tickets
language plpgsql
-- Definer: nobody may write assigned_to directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_found boolean := false;
begin
  -- Locks people before tickets, as a deactivation does: the two must not wait for each other.
  if helpdesk_private.is_service() or helpdesk_private.me_if_staff() is not null or exists (
    select from helpdesk.tickets as t
    where t.ticket_id = p_ticket_id and helpdesk_private.role_on_ticket(t) = 'assistant'
  ) then
    v_found := helpdesk_private.lock_staff(p_assignee_id);
  end if;
  v_ticket := helpdesk_private.lock_for_routing(p_ticket_id, p_revision);
  if not v_found then
    perform helpdesk_private.fail('assignee_not_found');
  end if;
  update helpdesk.tickets as t set assigned_to = p_assignee_id
  where t.ticket_id = p_ticket_id
  returning * into v_ticket;
  return v_ticket;
end;
$$;
revoke all on function helpdesk_private.assign_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.assign_ticket to authenticated, service_role;

create function helpdesk.assign_ticket(ticket_id uuid, assignee_id uuid, revision integer default null)
returns helpdesk.tickets
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.assign_ticket(assign_ticket.ticket_id, assign_ticket.assignee_id, assign_ticket.revision);
$$;
comment on function helpdesk.assign_ticket is
  'Those who work the ticket: assigns or reassigns it to an active agent or admin, who then sees it whatever its '
  'team. With a revision: only if nothing has changed since.';
revoke all on function helpdesk.assign_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.assign_ticket to authenticated, service_role;

create function helpdesk_private.unassign_ticket(p_ticket_id uuid, p_revision integer)
returns helpdesk.tickets
language plpgsql
-- Definer: nobody may write assigned_to directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets := helpdesk_private.lock_for_routing(p_ticket_id, p_revision);
begin
  update helpdesk.tickets as t set assigned_to = null where t.ticket_id = p_ticket_id returning * into v_ticket;
  return v_ticket;
end;
$$;
revoke all on function helpdesk_private.unassign_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.unassign_ticket to authenticated, service_role;

create function helpdesk.unassign_ticket(ticket_id uuid, revision integer default null)
returns helpdesk.tickets
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.unassign_ticket(unassign_ticket.ticket_id, unassign_ticket.revision);
$$;
comment on function helpdesk.unassign_ticket is 'Those who work the ticket: puts it back into its team''s queue.';
revoke all on function helpdesk.unassign_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.unassign_ticket to authenticated, service_role;

create function helpdesk_private.transfer_ticket(p_ticket_id uuid, p_team_id uuid, p_revision integer)
returns helpdesk.tickets
language plpgsql
-- Definer: the ticket may leave the caller's own sight.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets := helpdesk_private.lock_for_routing(p_ticket_id, p_revision);
begin
  if not helpdesk_private.lock_team(p_team_id) then
    perform helpdesk_private.fail('team_not_found');
  end if;
  update helpdesk.tickets as t
  set team_id = p_team_id, assigned_to = case when t.team_id = p_team_id then t.assigned_to end
  where t.ticket_id = p_ticket_id
  returning * into v_ticket;
  return v_ticket;
end;
$$;
revoke all on function helpdesk_private.transfer_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.transfer_ticket to authenticated, service_role;

create function helpdesk.transfer_ticket(ticket_id uuid, team_id uuid, revision integer default null)
returns helpdesk.tickets
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.transfer_ticket(transfer_ticket.ticket_id, transfer_ticket.team_id, transfer_ticket.revision);
$$;
comment on function helpdesk.transfer_ticket is
  'Those who work the ticket: moves it to another team''s queue and unassigns it. You may no longer see it '
  'afterwards.';
revoke all on function helpdesk.transfer_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.transfer_ticket to authenticated, service_role;
