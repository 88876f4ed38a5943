-- Which tickets are examples: tickets from before are collected, and what the assistant must leave alone is none, also
-- if it was an example before.

insert into helpdesk_private.concepts (version, concept) values ('20261122002446', 'example_collection');

create function helpdesk_private.drop_excluded_examples()
returns trigger
language plpgsql
-- Definer: whoever may exclude a ticket need not be an admin, who alone deletes examples.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- One statement for each: a condition for all three would read every example.
  if new.scope = 'ticket' then
    delete from helpdesk.label_examples as e where e.ticket_id = new.target_id;
  elsif new.scope = 'customer' then
    delete from helpdesk.label_examples as e
    using helpdesk_private.example_texts as x
    where x.ticket_id = e.ticket_id and x.requester_id = new.target_id;
  else
    delete from helpdesk.label_examples as e
    using helpdesk.tickets as t
    where t.ticket_id = e.ticket_id and t.team_id = new.target_id;
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.drop_excluded_examples from public, anon, authenticated, service_role;
create trigger drop_excluded_examples after insert on helpdesk.ai_exclusions
  for each row execute function helpdesk_private.drop_excluded_examples();

create function helpdesk_private.collect_label_examples(
  p_before bigint, p_imported boolean, p_max_rows integer, out tickets integer, out next bigint
)
returns record
language plpgsql
-- Definer: nobody writes examples directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_event record;
  v_max_rows integer := least(greatest(p_max_rows, 1), 1000);
  v_read integer := 0;
begin
  perform helpdesk_private.require_role('admin');
  tickets := 0;
  for v_ticket in
    select * from helpdesk.tickets as t
    where t.number < coalesce(p_before, 9223372036854775807)
    order by t.number desc
    limit v_max_rows
  loop
    v_read := v_read + 1;
    next := v_ticket.number;
    continue when v_ticket.status not in ('resolved', 'closed')
      or exists (select from helpdesk_private.example_texts as x where x.ticket_id = v_ticket.ticket_id);
    -- Whoever took the last of these steps.
    select e.actor_kind, e.actor_id, e.created_at into v_event
    from helpdesk.events as e
    where e.ticket_id = v_ticket.ticket_id and e.type = 'ticket.status_changed'
      and e.data #>> '{changes,status,1}' in ('resolved', 'closed')
    order by e.event_id desc
    limit 1;
    continue when coalesce(v_event.actor_kind, '') <> 'staff' and not (p_imported and v_ticket.channel = 'import');
    perform helpdesk_private.add_examples(
      v_ticket, l.kinds, l.labels, case when v_event.actor_kind = 'staff' then 'agent' else 'import' end,
      case when v_event.actor_kind = 'staff' then v_event.actor_id end, coalesce(v_event.created_at, v_ticket.updated_at)
    )
    from helpdesk_private.labels_of(v_ticket) as l;
    tickets := tickets + 1;
  end loop;
  if v_read < v_max_rows then
    next := null;
  end if;
end;
$$;
revoke all on function helpdesk_private.collect_label_examples from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.collect_label_examples to authenticated, service_role;

create function helpdesk.collect_label_examples(
  before bigint default null, imported boolean default false, max_rows integer default 200, out tickets integer,
  out next bigint
)
returns record
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select c.tickets, c.next
  from helpdesk_private.collect_label_examples(
    collect_label_examples.before, collect_label_examples.imported, collect_label_examples.max_rows
  ) as c;
$$;
comment on function helpdesk.collect_label_examples is
  'For admins: makes examples of tickets that somebody on the staff resolved or closed before, newest first; with '
  'imported, also of resolved and closed tickets of the channel import. tickets: how many; next: the value of before '
  'with which to call it again, null at the end.';
revoke all on function helpdesk.collect_label_examples from public, anon, authenticated, service_role;
grant execute on function helpdesk.collect_label_examples to authenticated, service_role;
