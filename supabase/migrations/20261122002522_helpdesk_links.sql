-- Links between tickets: `source <kind> target`, such as "7 blocks 9". A link moves nothing and changes neither ticket.
-- No kind has a circle. A link that was removed stays as a row with the time of its end, so that the log can be read.
--
--   duplicate_of   both are about the same matter, and the target is the ticket to work on
--   blocks         the target waits for the source
--   child_of       the source is a part of the target
--   follow_up_of   the source continues the target, which is over

create table helpdesk.ticket_links (
  link_id uuid primary key default gen_random_uuid(),
  source_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  kind text not null,
  target_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  -- The requester of both tickets; null when they have different ones.
  requester_id uuid references helpdesk.users (user_id),
  linked_by uuid references helpdesk.users (user_id),
  linked_at timestamptz not null default clock_timestamp(),
  unlinked_by uuid references helpdesk.users (user_id),
  unlinked_at timestamptz,
  constraint ticket_links_kind_check check (kind in ('duplicate_of', 'blocks', 'child_of', 'follow_up_of')),
  constraint ticket_links_ends_check check (source_id <> target_id)
);
comment on table helpdesk.ticket_links is
  'Links between tickets: source_id <kind> target_id, where kind is duplicate_of, blocks, child_of or follow_up_of. A '
  'link with unlinked_at was removed. Write with link_tickets() and unlink_tickets().';
comment on column helpdesk.ticket_links.requester_id is
  'The requester of both tickets, null when they have different ones.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.ticket_links
  alter column link_id set statistics 0,
  alter column source_id set statistics 0,
  alter column kind set statistics 0,
  alter column target_id set statistics 0,
  alter column requester_id set statistics 0,
  alter column linked_by set statistics 0,
  alter column linked_at set statistics 0,
  alter column unlinked_by set statistics 0,
  alter column unlinked_at set statistics 0;
create unique index ticket_links_once_idx on helpdesk.ticket_links (source_id, kind, target_id)
where unlinked_at is null;
create index ticket_links_sources_idx on helpdesk.ticket_links (source_id, linked_at);
create index ticket_links_targets_idx on helpdesk.ticket_links (target_id, linked_at);
create index ticket_links_requester_idx on helpdesk.ticket_links (requester_id);
create index ticket_links_linked_by_idx on helpdesk.ticket_links (linked_by);
create index ticket_links_unlinked_by_idx on helpdesk.ticket_links (unlinked_by);

revoke all on table helpdesk.ticket_links from public, anon, authenticated, service_role;
grant select on table helpdesk.ticket_links to authenticated, service_role;
alter table helpdesk.ticket_links enable row level security;

create policy "only active people" on helpdesk.ticket_links
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
-- A requester knows both of their tickets already. The other kinds are staff's view of the work.
create policy "links are for those who work both tickets, follow-ups also for their requester" on helpdesk.ticket_links
  for select to authenticated
  using (
    (
      (select helpdesk_private.me_if_staff()) is not null
      and (
        select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_links.source_id
      ) is not null
      and (
        select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_links.target_id
      ) is not null
    )
    or (kind = 'follow_up_of' and unlinked_at is null and requester_id = (select helpdesk_private.me()))
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122002522', 'links');
insert into helpdesk_private.named_locks (name) values ('links');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('link_cycle', 409, 'The link would close a circle.', 'Remove one of the other links of this kind first.');

create function helpdesk_private.log_link()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
begin
  for v_ticket in
    select t.* from helpdesk.tickets as t where t.ticket_id in (new.source_id, new.target_id) order by t.ticket_id
  loop
    -- Not the ids of the tickets: whoever works one of them need not see the other.
    perform helpdesk_private.log_event(
      case when new.unlinked_at is null then 'ticket.linked' else 'ticket.unlinked' end, 'staff', v_ticket,
      helpdesk_private.columns_of(to_jsonb(new), 'link_id, kind')
    );
  end loop;
  return null;
end;
$$;
revoke all on function helpdesk_private.log_link from public, anon, authenticated, service_role;
-- A link of an import is silent: its time lies in the past.
create trigger log_link after insert on helpdesk.ticket_links
  for each row when (new.linked_at >= now()) execute function helpdesk_private.log_link();
create trigger log_unlink after update on helpdesk.ticket_links
  for each row execute function helpdesk_private.log_link();

create function helpdesk_private.lock_link(p_source_id uuid, p_target_id uuid)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
begin
  perform helpdesk_private.require_role('agent', 'admin');
  -- Both are seen before one is locked.
  perform helpdesk_private.find_ticket(p_source_id), helpdesk_private.find_ticket(p_target_id);
  foreach v_id in array array[least(p_source_id, p_target_id), greatest(p_source_id, p_target_id)] loop
    perform helpdesk_private.lock_ticket(v_id, p_staff_only => true);
  end loop;
end;
$$;
comment on function helpdesk_private.lock_link is
  'Locks both tickets of a link, in the order of their ids, if the caller works both.';
revoke all on function helpdesk_private.lock_link from public, anon, authenticated, service_role;

create function helpdesk_private.add_link(
  p_source helpdesk.tickets, p_kind text, p_target helpdesk.tickets, p_me uuid, p_linked_at timestamptz default null
)
returns helpdesk.ticket_links
language plpgsql
-- Definer: called by definer functions only, which have locked both tickets.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_reached_max constant integer := 1000;
  v_link helpdesk.ticket_links;
  v_reached integer;
  v_is_circle boolean;
begin
  -- Nobody else adds a link until the transaction ends: two of them could close a circle together.
  perform helpdesk_private.take_lock('links');
  select * into v_link from helpdesk.ticket_links as l
  where l.source_id = p_source.ticket_id and l.kind = p_kind and l.target_id = p_target.ticket_id
    and l.unlinked_at is null;
  if found then
    return v_link;
  elsif p_linked_at is null and (p_source.merged_into is not null or p_target.merged_into is not null) then
    perform helpdesk_private.fail('ticket_merged');
  elsif (
    select count(*) from helpdesk.ticket_links as l where l.source_id = p_source.ticket_id and l.unlinked_at is null
  ) >= 50 then
    perform helpdesk_private.fail('too_many', 'links: a ticket links to at most 50 others.');
  end if;
  with recursive reached as (
    select p_target.ticket_id
    union
    select l.target_id
    from reached as r inner join helpdesk.ticket_links as l on l.source_id = r.ticket_id
    where l.kind = p_kind and l.unlinked_at is null
  )
  select count(*), bool_or(r.ticket_id = p_source.ticket_id) into v_reached, v_is_circle
  -- The limit ends the recursion.
  from (select r.ticket_id from reached as r limit c_reached_max + 1) as r;
  if v_is_circle then
    perform helpdesk_private.fail('link_cycle');
  elsif v_reached > c_reached_max then
    perform helpdesk_private.fail(
      'too_many', format('links: more than %s tickets are connected by links of this kind.', c_reached_max)
    );
  end if;
  insert into helpdesk.ticket_links (source_id, kind, target_id, requester_id, linked_by, linked_at)
  values (
    p_source.ticket_id, p_kind, p_target.ticket_id,
    case when p_source.created_by = p_target.created_by then p_source.created_by end, p_me,
    coalesce(p_linked_at, greatest(clock_timestamp(), now()))
  )
  returning * into v_link;
  return v_link;
end;
$$;
revoke all on function helpdesk_private.add_link from public, anon, authenticated, service_role;

create function helpdesk_private.link_tickets(p_source_id uuid, p_kind text, p_target_id uuid)
returns helpdesk.ticket_links
language plpgsql
-- Definer: nobody writes links directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('agent', 'admin');
  v_source helpdesk.tickets;
  v_target helpdesk.tickets;
begin
  perform helpdesk_private.lock_link(p_source_id, p_target_id);
  if p_kind is null or p_kind not in ('duplicate_of', 'blocks', 'child_of', 'follow_up_of') then
    perform helpdesk_private.fail(
      'invalid_value', 'kind must be one of duplicate_of, blocks, child_of, follow_up_of'
    );
  elsif p_source_id = p_target_id then
    perform helpdesk_private.fail('invalid_value', 'target_id must be another ticket');
  end if;
  select * into v_source from helpdesk.tickets as t where t.ticket_id = p_source_id;
  select * into v_target from helpdesk.tickets as t where t.ticket_id = p_target_id;
  return helpdesk_private.add_link(v_source, p_kind, v_target, v_me);
end;
$$;
revoke all on function helpdesk_private.link_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.link_tickets to authenticated, service_role;

create function helpdesk.link_tickets(source_id uuid, kind text, target_id uuid)
returns helpdesk.ticket_links
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.link_tickets(link_tickets.source_id, link_tickets.kind, link_tickets.target_id);
$$;
comment on function helpdesk.link_tickets is
  'Those who work both tickets: says that source is duplicate_of, blocks, is child_of or follow_up_of target. Links of '
  'one kind never form a circle. Repeat it: there is one link.';
revoke all on function helpdesk.link_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk.link_tickets to authenticated, service_role;

create function helpdesk_private.unlink_tickets(p_source_id uuid, p_kind text, p_target_id uuid)
returns helpdesk.ticket_links
language plpgsql
-- Definer: nobody writes links directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('agent', 'admin');
  v_link helpdesk.ticket_links;
begin
  perform helpdesk_private.lock_link(p_source_id, p_target_id);
  update helpdesk.ticket_links as l set unlinked_by = v_me, unlinked_at = clock_timestamp()
  where l.source_id = p_source_id and l.kind = p_kind and l.target_id = p_target_id and l.unlinked_at is null
  returning * into v_link;
  if not found then
    select * into v_link from helpdesk.ticket_links as l
    where l.source_id = p_source_id and l.kind = p_kind and l.target_id = p_target_id
    order by l.unlinked_at desc limit 1;
  end if;
  return v_link;
end;
$$;
revoke all on function helpdesk_private.unlink_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.unlink_tickets to authenticated, service_role;

create function helpdesk.unlink_tickets(source_id uuid, kind text, target_id uuid)
returns setof helpdesk.ticket_links
language sql
rows 1
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select l.*
  from helpdesk_private.unlink_tickets(
    unlink_tickets.source_id, unlink_tickets.kind, unlink_tickets.target_id
  ) as l
  where l.link_id is not null;
$$;
comment on function helpdesk.unlink_tickets is
  'Those who work both tickets: removes a link. Returns the link with the time of its end, or no row when there never '
  'was one. Repeat it: it is removed once.';
revoke all on function helpdesk.unlink_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk.unlink_tickets to authenticated, service_role;
