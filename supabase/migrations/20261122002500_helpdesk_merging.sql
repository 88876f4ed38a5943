-- Merging: two tickets about one matter become one, and two again. Nothing moves: each message and note stays on the
-- ticket it was written on, under the rights of that ticket. A row of `ticket_merges` stores what the merge changed, so
-- that unmerge_ticket() restores exactly that. The views conversation and conversation_notes show a ticket together
-- with the tickets that were merged into it.
--
--   source   the ticket that is merged; closed, and no longer changed
--   target   the ticket it is merged into; never a merged ticket itself at that moment
--   living   the ticket at the end of a chain of merges, where new replies are stored

create table helpdesk.ticket_merges (
  merge_id uuid primary key default gen_random_uuid(),
  source_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  target_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  -- What the source had, and what the target has received.
  source_status text not null,
  source_resolved_at timestamptz,
  source_closed_at timestamptz,
  source_snoozed_until timestamptz,
  added_tags text[] not null,
  merged_by uuid references helpdesk.users (user_id),
  merged_at timestamptz not null default clock_timestamp(),
  unmerged_by uuid references helpdesk.users (user_id),
  unmerged_at timestamptz
);
comment on table helpdesk.ticket_merges is
  'Merges: which ticket was merged into which, what that changed, and whether it was undone. Write with '
  'merge_tickets() and unmerge_ticket().';
comment on column helpdesk.ticket_merges.added_tags is 'The source''s tags that the target did not have.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.ticket_merges
  alter column merge_id set statistics 0,
  alter column source_id set statistics 0,
  alter column target_id set statistics 0,
  alter column source_status set statistics 0,
  alter column source_resolved_at set statistics 0,
  alter column source_closed_at set statistics 0,
  alter column source_snoozed_until set statistics 0,
  alter column added_tags set statistics 0,
  alter column merged_by set statistics 0,
  alter column merged_at set statistics 0,
  alter column unmerged_by set statistics 0,
  alter column unmerged_at set statistics 0;
create unique index ticket_merges_source_idx on helpdesk.ticket_merges (source_id) where unmerged_at is null;
create index ticket_merges_sources_idx on helpdesk.ticket_merges (source_id, merged_at);
create index ticket_merges_targets_idx on helpdesk.ticket_merges (target_id, merged_at);
create index ticket_merges_merged_by_idx on helpdesk.ticket_merges (merged_by);
create index ticket_merges_unmerged_by_idx on helpdesk.ticket_merges (unmerged_by);

revoke all on table helpdesk.ticket_merges from public, anon, authenticated, service_role;
grant select on table helpdesk.ticket_merges to authenticated, service_role;
alter table helpdesk.ticket_merges enable row level security;

create policy "only active people" on helpdesk.ticket_merges
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work both tickets see their merge" on helpdesk.ticket_merges
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_merges.source_id
    ) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_merges.target_id
    ) is not null
  );

-- Every merged ticket with each ticket above it, so that a conversation is one index range and no recursion.
create table helpdesk_private.merged_tickets (
  conversation_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  primary key (conversation_id, ticket_id)
);
comment on table helpdesk_private.merged_tickets is
  'The tickets whose messages a conversation has besides its own: each merged ticket under its target, and under the '
  'target''s target, and so on.';
create index merged_tickets_ticket_idx on helpdesk_private.merged_tickets (ticket_id);
revoke all on table helpdesk_private.merged_tickets from public, anon, authenticated, service_role;
alter table helpdesk_private.merged_tickets enable row level security;

-- Ids only: the messages and notes that the views below add to them are under their own policies.
create view helpdesk_private.conversation_parts as
select
  c.conversation_id,
  c.ticket_id
from helpdesk_private.merged_tickets as c
where (select helpdesk_private.is_active() or helpdesk_private.is_service());
comment on view helpdesk_private.conversation_parts is
  'The merged tickets of each conversation, for views that add what the reader may see of them.';
revoke all on table helpdesk_private.conversation_parts from public, anon, authenticated, service_role;
grant select on table helpdesk_private.conversation_parts to authenticated, service_role;

insert into helpdesk_private.concepts (version, concept) values ('20261122002500', 'merging');
insert into helpdesk_private.named_locks (name) values ('merges');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('ticket_merged', 409, 'The ticket is merged into another one.',
   'Work on the ticket that it is merged into, or undo the merge.'),
  ('not_merged', 409, 'The ticket is not merged.', 'Nothing is to be undone.'),
  ('other_requester', 409, 'The tickets have different requesters.',
   'Repeat it with other_requester true: each requester then goes on seeing their own messages only.');

create view helpdesk.conversation with (security_invoker = true) as
select
  m.ticket_id as conversation_id,
  m.*
from helpdesk.messages as m
union all
select
  c.conversation_id,
  m.*
from helpdesk_private.conversation_parts as c
inner join helpdesk.messages as m using (ticket_id);
comment on view helpdesk.conversation is
  'The messages of a ticket and of the tickets merged into it, each under the rights of the ticket it was written on: '
  'conversation_id=eq.<ticket_id>&order=sequence. ticket_id is the ticket of the message.';
revoke all on table helpdesk.conversation from public, anon, authenticated, service_role;
grant select on table helpdesk.conversation to authenticated, service_role;

create view helpdesk.conversation_notes with (security_invoker = true) as
select
  n.ticket_id as conversation_id,
  n.*
from helpdesk.notes as n
union all
select
  c.conversation_id,
  n.*
from helpdesk_private.conversation_parts as c
inner join helpdesk.notes as n using (ticket_id);
comment on view helpdesk.conversation_notes is
  'The notes of a ticket and of the tickets merged into it, as in conversation. For those who work the tickets.';
revoke all on table helpdesk.conversation_notes from public, anon, authenticated, service_role;
grant select on table helpdesk.conversation_notes to authenticated, service_role;


-- Replies to a merged ticket ------------------------------------------------------------------------------------------

create function helpdesk_private.living_ticket_id(p_ticket_id uuid)
returns uuid
language sql
stable
-- Definer: tickets of the chain need not be visible.
security definer
set search_path = pg_catalog, pg_temp
as $$
  with recursive chain as (
    select t.ticket_id, t.merged_into from helpdesk.tickets as t where t.ticket_id = p_ticket_id
    union all
    select t.ticket_id, t.merged_into from helpdesk.tickets as t inner join chain as c on t.ticket_id = c.merged_into
  )
  select c.ticket_id from chain as c where c.merged_into is null;
$$;
comment on function helpdesk_private.living_ticket_id is
  'The ticket at the end of the chain of merges: the ticket itself when it is not merged.';
revoke all on function helpdesk_private.living_ticket_id from public, anon, authenticated, service_role;

create function helpdesk_private.lock_for_reply(p_ticket_id uuid)
returns helpdesk.tickets
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_addressed helpdesk.tickets := (helpdesk_private.find_ticket(p_ticket_id)).ticket;
  v_living helpdesk.tickets;
  v_ticket helpdesk.tickets;
begin
  loop
    select * into v_living from helpdesk.tickets as t
    where t.ticket_id = helpdesk_private.living_ticket_id(p_ticket_id);
    if v_living.created_by <> v_addressed.created_by then
      -- Of another requester, who must not read it: the message stays on the ticket it was written to.
      return helpdesk_private.lock_ticket(p_ticket_id, p_staff_only => false);
    elsif helpdesk_private.role_on_ticket(v_living) is null then
      perform helpdesk_private.fail('ticket_merged');
    end if;
    v_ticket := helpdesk_private.lock_ticket(v_living.ticket_id, p_staff_only => false);
    -- Merged or separated while we waited for the lock: look again.
    if helpdesk_private.living_ticket_id(p_ticket_id) = v_ticket.ticket_id then
      return v_ticket;
    end if;
  end loop;
end;
$$;
comment on function helpdesk_private.lock_for_reply is
  'The ticket that a reply to this one belongs to, locked: the living ticket of a merged one with the same requester.';
revoke all on function helpdesk_private.lock_for_reply from public, anon, authenticated, service_role;

create function helpdesk_private.last_message_to(p_ticket_id uuid)
returns uuid
language plpgsql
stable
-- Definer: the living ticket need not be visible.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets := (helpdesk_private.find_ticket(p_ticket_id)).ticket;
begin
  return (
    select case when t.created_by = v_ticket.created_by then t.last_message_id else v_ticket.last_message_id end
    from helpdesk.tickets as t where t.ticket_id = helpdesk_private.living_ticket_id(p_ticket_id)
  );
end;
$$;
comment on function helpdesk_private.last_message_to is
  'The message that a reply to this ticket follows: the newest one of the ticket on which the reply is stored.';
revoke all on function helpdesk_private.last_message_to from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.last_message_to to authenticated, service_role;

create function helpdesk_private.guard_merged_edit(p_old helpdesk.tickets, p_new helpdesk.tickets)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_same helpdesk.tickets := p_new;
begin
  -- A message of another requester, which stays on the merged ticket.
  v_same.last_message_id := p_old.last_message_id;
  v_same.first_response_at := p_old.first_response_at;
  if v_same is distinct from p_old then
    perform helpdesk_private.fail('ticket_merged');
  end if;
end;
$$;
comment on function helpdesk_private.guard_merged_edit is
  'A merged ticket stays as it is, so that the undo of the merge finds it so.';
revoke all on function helpdesk_private.guard_merged_edit from public, anon, authenticated, service_role;

create function helpdesk_private.asks_in(p_ticket helpdesk.tickets)
returns boolean
language sql
stable
-- Definer: reads tickets that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from helpdesk_private.merged_tickets as c inner join helpdesk.tickets as s using (ticket_id)
    where c.conversation_id = p_ticket.ticket_id
      and s.created_by = (select helpdesk_private.me() where helpdesk_private.is_active())
  );
$$;
comment on function helpdesk_private.asks_in is
  'Whether a ticket of the person is merged into this one: their message opens it.';
revoke all on function helpdesk_private.asks_in from public, anon, authenticated, service_role;

create function helpdesk_private.open_living_ticket()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update helpdesk.tickets as t set status = 'open'
  where t.ticket_id = helpdesk_private.living_ticket_id(new.ticket_id)
    and t.ticket_id <> new.ticket_id and t.status <> 'open';
  return null;
end;
$$;
comment on function helpdesk_private.open_living_ticket is
  'A customer''s message on a merged ticket of another requester opens the ticket that staff work on.';
revoke all on function helpdesk_private.open_living_ticket from public, anon, authenticated, service_role;
create trigger open_living_ticket after insert on helpdesk.messages
  for each row when (new.author_kind = 'customer' and not new.imported)
  execute function helpdesk_private.open_living_ticket();

create function helpdesk_private.newest_message_id(p_ticket_id uuid)
returns uuid
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Messages of other requesters do not count: the requester's own replies must not be refused because of them.
  select m.message_id
  from helpdesk.tickets as t
  cross join lateral (
    select t.ticket_id
    union all
    select c.ticket_id
    from helpdesk_private.merged_tickets as c inner join helpdesk.tickets as s using (ticket_id)
    where c.conversation_id = t.ticket_id and s.created_by = t.created_by
  ) as i
  cross join lateral (
    select m.message_id, m.sequence
    from helpdesk.messages as m where m.ticket_id = i.ticket_id order by m.sequence desc limit 1
  ) as m
  where t.ticket_id = p_ticket_id
  order by m.sequence desc
  limit 1;
$$;
comment on function helpdesk_private.newest_message_id is
  'The newest message of a ticket and of the tickets of the same requester that are merged into it.';
revoke all on function helpdesk_private.newest_message_id from public, anon, authenticated, service_role;
