-- Tags: short labels on tickets, for those who work the ticket only; and the views of tickets that show them.

create table helpdesk.ticket_tags (
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  tag text not null check (helpdesk_private.name_within('tag', tag, 1, 50)),
  -- A copy of the ticket's created_at, which never changes: one index gives a tag's tickets, newest first.
  ticket_created_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (ticket_id, tag)
);
comment on table helpdesk.ticket_tags is
  'Tags: lower case, at most 50 a ticket. Those who work the ticket read, add and remove them. The requester never '
  'sees them. POST and DELETE; repeated, both change nothing.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.ticket_tags
  alter column ticket_id set statistics 0,
  alter column tag set statistics 0,
  alter column created_at set statistics 0;
create index ticket_tags_tag_idx on helpdesk.ticket_tags (tag, ticket_created_at desc, ticket_id desc);

revoke all on table helpdesk.ticket_tags from public, anon, authenticated, service_role;
grant select, delete, insert (ticket_id, tag) on table helpdesk.ticket_tags to authenticated, service_role;

create function helpdesk_private.guard_tag()
returns trigger
language plpgsql
-- Invoker: a ticket that the caller cannot see is as absent here as one that does not exist.
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  new.tag := lower(helpdesk_private.clean_name(new.tag));
  if new.tag is null then
    perform helpdesk_private.fail('invalid_value', 'tag is missing');
  end if;
  new.created_at := greatest(clock_timestamp(), now());
  new.ticket_created_at := (select t.created_at from helpdesk.tickets as t where t.ticket_id = new.ticket_id);
  if new.ticket_created_at is null then
    perform helpdesk_private.fail('ticket_not_found');
  elsif exists (select from helpdesk.ticket_tags as g where (g.ticket_id, g.tag) = (new.ticket_id, new.tag)) then
    -- A tag that is there stays as it is.
    return null;
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_tag from public, anon, authenticated, service_role;
create trigger await_tag before insert on helpdesk.ticket_tags
  for each row when (new.created_at >= now()) execute function helpdesk_private.await_key_of_row('ticket_id', 'tag');
create trigger guard_tag before insert on helpdesk.ticket_tags
  for each row when (new.created_at >= now()) execute function helpdesk_private.guard_tag();

create trigger guard_tag_lock after insert on helpdesk.ticket_tags
  referencing new table as changed
  for each statement execute function helpdesk_private.lock_then_check();
create trigger guard_untag_lock after delete on helpdesk.ticket_tags
  referencing old table as changed
  for each statement execute function helpdesk_private.lock_then_check();

create function helpdesk_private.guard_tag_count()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The tickets are locked: two writers together do not pass the limit. Counted ticket by ticket: without statistics the
  -- planner would rather read all tags of the helpdesk (25 ms on a million tickets).
  if exists (
    select from (select distinct c.ticket_id from changed as c) as n
    where (select count(*) from helpdesk.ticket_tags as g where g.ticket_id = n.ticket_id) > 50
  ) then
    perform helpdesk_private.fail('too_many', 'tags: a ticket has at most 50.');
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.guard_tag_count from public, anon, authenticated, service_role;
-- Its name comes after guard_tag_lock: PostgreSQL runs triggers in the order of their names.
create trigger guard_tags after insert on helpdesk.ticket_tags
  referencing new table as changed
  for each statement execute function helpdesk_private.guard_tag_count();

alter table helpdesk.ticket_tags enable row level security;

-- A scalar subquery and not EXISTS: the planner never turns it into a scan of all tickets. Whether the caller is staff
-- comes first: for a customer, who has no tags to see, no row's ticket is looked up.
create policy "only active people" on helpdesk.ticket_tags
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its tags" on helpdesk.ticket_tags
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_tags.ticket_id
    ) is not null
  );
create policy "those who work the ticket tag it" on helpdesk.ticket_tags
  for insert to authenticated
  with check (
    (select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_tags.ticket_id) is not null
  );
create policy "those who work the ticket untag it" on helpdesk.ticket_tags
  for delete to authenticated
  using (
    (select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_tags.ticket_id) is not null
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122000900', 'tags');

-- Views that state the scope of a list --------------------------------------------------------------------------------
-- Their own columns come first and the table's last: a later concept adds a column to tickets, repeats each view with
-- `create or replace` (tagged_tickets with the new column at its end), and grants and comments stay.

-- Tags of tickets that the reader is known to work. The view has its owner's rights, so that the policy is not run
-- again for each ticket. Only the views below read it, and only for staff. It is no security barrier: its one condition
-- names no column, so it is decided before the first row is read; and behind a barrier each ticket's tags are sorted.
-- An active agent who can run SQL as `authenticated` reads all tags in it: checking each ticket's team here, too, makes
-- every page of staff's lists 1.16 times as slow.
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
    when t.team_id = any(array(select helpdesk_private.my_team_ids()))
      or t.assigned_to = (select helpdesk_private.me_if_staff())
      then array(select g.tag from helpdesk_private.staff_tags as g where g.ticket_id = t.ticket_id order by g.tag)
    else '{}'
  end as tags,
  t.*
from helpdesk.tickets as t
where t.created_by = (select helpdesk_private.me());
comment on view helpdesk.my_tickets is 'The tickets that you requested.';

create view helpdesk.team_tickets with (security_invoker = true) as
select
  array(select g.tag from helpdesk_private.staff_tags as g where g.ticket_id = t.ticket_id order by g.tag) as tags,
  t.*
from helpdesk.tickets as t
where t.team_id = any(array(select helpdesk_private.my_team_ids()))
  -- True for whoever has teams. It names no column, so it is decided before the first row is read: a customer's query
  -- would walk a whole index in search of a row.
  and (select helpdesk_private.me_if_staff()) is not null;
comment on view helpdesk.team_tickets is
  'The tickets in your teams'' queues, whatever their status and assignee. For admins, all tickets.';

create view helpdesk.tagged_tickets with (security_invoker = true) as
select
  g.tag,
  array(select o.tag from helpdesk_private.staff_tags as o where o.ticket_id = t.ticket_id order by o.tag) as tags,
  -- Not t.*: created_at is the tag's copy, by which its index is ordered.
  t.ticket_id, t.number, t.status, t.priority, t.priority_rank, t.title, t.description, t.team_id, t.assigned_to,
  t.created_by, t.channel, t.external_id, t.custom_fields, t.revision, t.snoozed_until, t.last_message_id,
  t.first_response_at, t.resolved_at, t.closed_at, t.merged_into, g.ticket_created_at as created_at, t.updated_at
from helpdesk.ticket_tags as g
join helpdesk.tickets as t on t.ticket_id = g.ticket_id;
comment on view helpdesk.tagged_tickets is 'One row for each tag of each ticket that you work: filter by tag=eq.…';

revoke all on table helpdesk.my_tickets from public, anon, authenticated, service_role;
revoke all on table helpdesk.team_tickets from public, anon, authenticated, service_role;
revoke all on table helpdesk.tagged_tickets from public, anon, authenticated, service_role;
grant select on table helpdesk.my_tickets to authenticated, service_role;
grant select on table helpdesk.team_tickets to authenticated, service_role;
grant select on table helpdesk.tagged_tickets to authenticated, service_role;
