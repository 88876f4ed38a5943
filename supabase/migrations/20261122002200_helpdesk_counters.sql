-- Counters: how many open and pending tickets each team has, by status and priority, kept by triggers on tickets.
--
-- A counter has several rows, whose sum is the number. A writer changes a row that nobody else has locked, or makes a
-- new row, so no transaction waits for a counter, and none deadlocks, whatever it writes in which order. Nobody reads
-- the rows: a counter that exists tells that a ticket exists. ticket_counts() returns the sums of the caller's teams.
-- Resolved and closed tickets are not counted: they only grow, and nobody works on them.

create table helpdesk_private.ticket_counters (
  -- No reference to teams: a team with tickets is never deleted, and the rows of a deleted team sum to nothing.
  team_id uuid not null,
  status text not null check (status in ('open', 'pending')),
  priority text not null,
  slot bigint not null,
  tickets bigint not null,
  primary key (team_id, status, priority, slot)
) with (fillfactor = 50);
comment on table helpdesk_private.ticket_counters is
  'Open and pending tickets: the number is the sum over the slots, of which there are as many as transactions have '
  'changed it at the same time. A slot is called after the transaction that made it. recount_tickets() makes one of '
  'all.';
revoke all on table helpdesk_private.ticket_counters from public, anon, authenticated, service_role;
alter table helpdesk_private.ticket_counters enable row level security;
insert into helpdesk_private.named_locks (name) values ('recount');

insert into helpdesk_private.concepts (version, concept) values ('20261122002200', 'counters');

create function helpdesk_private.count_tickets_written()
returns trigger
language plpgsql
-- Definer: nobody else writes counters.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changed helpdesk_private.ticket_counters[];
  v_one helpdesk_private.ticket_counters;
begin
  -- Together for all rows: a counter updated for each of 100,000 rows would become a long chain of versions.
  if tg_op = 'INSERT' then
    v_changed := array(
      select row(n.team_id, n.status, n.priority, null, count(*))::helpdesk_private.ticket_counters
      from new_rows as n
      where n.status in ('open', 'pending')
      group by n.team_id, n.status, n.priority
    );
  elsif tg_op = 'UPDATE' then
    v_changed := array(
      select row(w.team_id, w.status, w.priority, null, sum(w.tickets))::helpdesk_private.ticket_counters
      from (
        select o.team_id, o.status, o.priority, -1 as tickets from old_rows as o where o.status in ('open', 'pending')
        union all
        select n.team_id, n.status, n.priority, 1 from new_rows as n where n.status in ('open', 'pending')
      ) as w
      group by w.team_id, w.status, w.priority
      having sum(w.tickets) <> 0
    );
  elsif tg_op = 'DELETE' then
    v_changed := array(
      select row(o.team_id, o.status, o.priority, null, - count(*))::helpdesk_private.ticket_counters
      from old_rows as o
      where o.status in ('open', 'pending')
      group by o.team_id, o.status, o.priority
    );
  else
    delete from helpdesk_private.ticket_counters;
  end if;
  foreach v_one in array coalesce(v_changed, '{}') loop
    -- With an older snapshot, a row that somebody has changed since is an error.
    if current_setting('transaction_isolation') = 'read committed' then
      update helpdesk_private.ticket_counters as c set tickets = c.tickets + v_one.tickets
      where c.team_id = v_one.team_id and c.status = v_one.status and c.priority = v_one.priority
        and c.slot = (
          select f.slot
          from helpdesk_private.ticket_counters as f
          where f.team_id = v_one.team_id and f.status = v_one.status and f.priority = v_one.priority
          limit 1 for no key update skip locked
        );
      continue when found;
    end if;
    insert into helpdesk_private.ticket_counters as c (team_id, status, priority, slot, tickets)
    values (v_one.team_id, v_one.status, v_one.priority, pg_current_xact_id()::text::bigint, v_one.tickets)
    on conflict (team_id, status, priority, slot) do update set tickets = c.tickets + excluded.tickets;
  end loop;
  return null;
end;
$$;
revoke all on function helpdesk_private.count_tickets_written from public, anon, authenticated, service_role;
create trigger count_tickets_inserted after insert on helpdesk.tickets
  referencing new table as new_rows
  for each statement execute function helpdesk_private.count_tickets_written();
create trigger count_tickets_updated after update on helpdesk.tickets
  referencing old table as old_rows new table as new_rows
  for each statement execute function helpdesk_private.count_tickets_written();
create trigger count_tickets_deleted after delete on helpdesk.tickets
  referencing old table as old_rows
  for each statement execute function helpdesk_private.count_tickets_written();
create trigger count_tickets_truncated after truncate on helpdesk.tickets
  for each statement execute function helpdesk_private.count_tickets_written();

-- The tickets that exist already. Creating the triggers has locked the table, so none is missed.
insert into helpdesk_private.ticket_counters (team_id, status, priority, slot, tickets)
select t.team_id, t.status, t.priority, 0 as slot, count(*) as tickets
from helpdesk.tickets as t
where t.status in ('open', 'pending')
group by t.team_id, t.status, t.priority;

create function helpdesk_private.ticket_counts()
returns table (team_id uuid, status text, priority text, tickets bigint)
language plpgsql
stable
-- Definer: nobody reads the counters. The teams are the caller's.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('agent', 'admin');
  return query
  select c.team_id, c.status, c.priority, sum(c.tickets)::bigint
  from helpdesk_private.ticket_counters as c
  where c.team_id = any(array(select helpdesk_private.my_team_ids())) or (select helpdesk_private.is_service())
  group by c.team_id, c.status, c.priority
  having sum(c.tickets) <> 0
  order by c.team_id, c.status, c.priority;
end;
$$;
revoke all on function helpdesk_private.ticket_counts from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.ticket_counts to authenticated, service_role;

create function helpdesk.ticket_counts()
returns table (team_id uuid, status text, priority text, tickets bigint)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from helpdesk_private.ticket_counts();
end;
$$;
comment on function helpdesk.ticket_counts is
  'Agents and admins: how many open and pending tickets each of your teams has, by status and priority; admins: every '
  'team. The numbers are exact, and cost the same however many tickets there are. A number that is 0 has no row.';
revoke all on function helpdesk.ticket_counts from public, anon, authenticated, service_role;
grant execute on function helpdesk.ticket_counts to authenticated, service_role;

create function helpdesk_private.recount_tickets(p_mend boolean)
returns table (team_id uuid, status text, priority text, counted bigint, actual bigint)
language plpgsql
-- Definer: reads all tickets, writes the counters.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  if current_setting('transaction_isolation') <> 'read committed' then
    perform helpdesk_private.fail('invalid_value', 'A recount needs the isolation level read committed.');
  end if;
  -- Two corrections of one difference would make a new one.
  perform helpdesk_private.take_lock('recount');
  -- One statement sees tickets and counters as of one moment. It adds the difference and sets nothing, so that writers
  -- need not wait, and their changes meanwhile count as well.
  return query
  with actual as (
    select t.team_id, t.status, t.priority, count(*) as tickets
    from helpdesk.tickets as t
    where t.status in ('open', 'pending')
    group by t.team_id, t.status, t.priority
  ), counted as (
    select c.team_id, c.status, c.priority, sum(c.tickets)::bigint as tickets
    from helpdesk_private.ticket_counters as c
    group by c.team_id, c.status, c.priority
  ), difference as (
    select
      coalesce(a.team_id, c.team_id) as team_id, coalesce(a.status, c.status) as status,
      coalesce(a.priority, c.priority) as priority,
      coalesce(c.tickets, 0) as counted, coalesce(a.tickets, 0) as actual
    from actual as a
    full join counted as c on c.team_id = a.team_id and c.status = a.status and c.priority = a.priority
    where coalesce(a.tickets, 0) <> coalesce(c.tickets, 0)
  ), folded as (
    delete from helpdesk_private.ticket_counters as c
    using (
      select f.ctid as place from helpdesk_private.ticket_counters as f
      where p_mend for update skip locked
    ) as f
    where c.ctid = f.place
    returning c.team_id, c.status, c.priority, c.tickets
  ), mended as (
    insert into helpdesk_private.ticket_counters as c (team_id, status, priority, slot, tickets)
    select m.team_id, m.status, m.priority, pg_current_xact_id()::text::bigint, sum(m.tickets)
    from (
      select d.team_id, d.status, d.priority, d.actual - d.counted as tickets from difference as d where p_mend
      union all
      select f.team_id, f.status, f.priority, f.tickets from folded as f
    ) as m
    group by m.team_id, m.status, m.priority
    having sum(m.tickets) <> 0
    -- There is one when the transaction has written tickets before.
    on conflict on constraint ticket_counters_pkey do update set tickets = c.tickets + excluded.tickets
  )
  select d.team_id, d.status, d.priority, d.counted, d.actual
  from difference as d
  order by d.team_id, d.status, d.priority;
  if p_mend then
    delete from helpdesk_private.ticket_counters as c
    where not exists (select from helpdesk.teams as t where t.team_id = c.team_id);
  end if;
end;
$$;
revoke all on function helpdesk_private.recount_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.recount_tickets to authenticated, service_role;

create function helpdesk.recount_tickets(mend boolean default true)
returns table (team_id uuid, status text, priority text, counted bigint, actual bigint)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from helpdesk_private.recount_tickets(recount_tickets.mend);
end;
$$;
comment on function helpdesk.recount_tickets is
  'Admins: counts the open and pending tickets anew, returns the counters that were wrong, and corrects them. None is '
  'wrong unless somebody has switched triggers off. With mend false it changes nothing.';
revoke all on function helpdesk.recount_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk.recount_tickets to authenticated, service_role;
