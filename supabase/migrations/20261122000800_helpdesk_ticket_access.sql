-- Access to a ticket: the caller's role on it, and the two sets of tickets that policies use. Who works the ticket is
-- decided here, in role_on_ticket() and worked_tickets.

insert into helpdesk_private.concepts (version, concept) values ('20261122000800', 'ticket_access');

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
  -- The result of is_active(), me(), my_role(), me_if_staff() and my_team_ids() in one query: every write calls this
  -- several times.
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
  elsif v_role = 'assistant' and exists (
    select from helpdesk_private.applied_proposals as a
    where a.ticket_id = p_ticket.ticket_id and a.as_assistant and a.xid = pg_current_xact_id_if_assigned()
  ) then
    -- While a proposal that needs no person is carried out, and not a moment longer.
    return 'assistant';
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.role_on_ticket is
  'agent, admin or system for those who work the ticket; customer for its requester, whatever their role elsewhere; '
  'assistant while it carries out a proposal of this ticket; null for anybody else.';
revoke all on function helpdesk_private.role_on_ticket from public, anon, authenticated, service_role;

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
    -- Callers without a profile, or deactivated, get that error first.
    if not helpdesk_private.is_service() then
      perform helpdesk_private.require_person();
    end if;
    perform helpdesk_private.fail('ticket_not_found');
  end if;
end;
$$;
comment on function helpdesk_private.find_ticket is
  'The ticket and the caller''s role on it. An absent ticket and a ticket that the caller may not see give the same '
  'error.';
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
  -- Found before it is locked: nobody can lock a ticket that they may not see.
  perform helpdesk_private.find_ticket(p_ticket_id);
  -- NO KEY: the foreign key of a row that somebody else has just added does not wait for us, nor we for it. Two of
  -- them on one ticket would otherwise wait for each other.
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_ticket_id for no key update;
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
comment on function helpdesk_private.lock_ticket is
  'The ticket, locked, if the caller sees it and, with p_staff_only, works the ticket. An absent ticket and a '
  'ticket that the caller may not see give the same error.';
revoke all on function helpdesk_private.lock_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.lock_ticket to authenticated;

create function helpdesk_private.lock_then_check()
returns trigger
language plpgsql
-- Invoker: whether policies apply depends on who writes.
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket_id uuid;
begin
  -- In the order of their ids: two requests that change the same tickets do not wait for each other.
  for v_ticket_id in select distinct c.ticket_id from changed as c order by c.ticket_id loop
    if row_security_active(tg_relid) then
      -- The policy was checked before the wait for whoever holds the ticket: a transfer, or the end of the person's
      -- work.
      perform helpdesk_private.lock_ticket(v_ticket_id, p_staff_only => true);
    else
      perform from helpdesk.tickets as t where t.ticket_id = v_ticket_id for no key update;
    end if;
  end loop;
  return null;
end;
$$;
comment on function helpdesk_private.lock_then_check is
  'Trigger function for tables with a ticket_id that those who work the ticket write directly: locks the tickets of '
  'the transition table `changed` and checks again that the person works them. For each statement, and before the '
  'triggers that log: a trigger for each row would lock the tickets in the order of the request.';
revoke all on function helpdesk_private.lock_then_check from public, anon, authenticated, service_role;

-- The tickets that a person sees and those they work, for the policies of tables with a ticket_id. The views have their
-- owner's rights: with the caller's, each of those policies would plan and run the policy of tickets once more. A
-- security barrier, as a view with its owner's rights must be: no function of the caller's sees a row before the view's
-- own condition.
create view helpdesk_private.seen_tickets with (security_barrier = true) as
select t.ticket_id
from helpdesk.tickets as t
where
  t.team_id = any(array(select helpdesk_private.my_team_ids()))
  or t.created_by = (select helpdesk_private.me() where helpdesk_private.is_active())
  or t.assigned_to = (select helpdesk_private.me_if_staff());
create view helpdesk_private.worked_tickets with (security_barrier = true) as
select t.ticket_id
from helpdesk.tickets as t
where
  t.team_id = any(array(select helpdesk_private.my_team_ids()))
  or t.assigned_to = (select helpdesk_private.me_if_staff());
comment on view helpdesk_private.seen_tickets is
  'The tickets that the person behind the request sees: those they requested, and those they work.';
comment on view helpdesk_private.worked_tickets is
  'The tickets that the person behind the request works: those of their teams (an admin''s are all teams), and those '
  'assigned to them.';
revoke all on table helpdesk_private.seen_tickets from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.worked_tickets from public, anon, authenticated, service_role;
grant select on table helpdesk_private.seen_tickets to authenticated;
grant select on table helpdesk_private.worked_tickets to authenticated;
