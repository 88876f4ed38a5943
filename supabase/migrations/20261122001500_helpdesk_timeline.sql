-- The timeline of a ticket and of the tickets merged into it: messages, notes and changes in one list. Its order is
-- that of one sequence: messages and notes take their `sequence` from it, and events their id, under the ticket's lock.
-- Times give no order: a clock can step back.

insert into helpdesk_private.concepts (version, concept) values ('20261122001500', 'timeline');

create function helpdesk_private.ticket_timeline(p_ticket_id uuid, p_after_sequence bigint, p_max_rows integer)
returns table (
  sequence bigint, kind text, id text, at timestamptz, author_id uuid, author_kind text, author_name text, body text,
  type text, data jsonb
)
language plpgsql
stable
-- Definer: looks up the caller's role on the ticket once, then reads each part by its index.
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
  v_role text := (helpdesk_private.find_ticket(p_ticket_id)).role;
  v_after bigint := coalesce(p_after_sequence, 0);
  v_rows integer := helpdesk_private.page_size(p_max_rows);
  -- And the tickets merged into it on which the caller has the same part.
  v_ticket_ids uuid[] := array[p_ticket_id] || array(
    select t.ticket_id
    from helpdesk_private.merged_tickets as c inner join helpdesk.tickets as t using (ticket_id)
    where c.conversation_id = p_ticket_id
      and (helpdesk_private.role_on_ticket(t) = 'customer') = (v_role = 'customer')
  );
begin
  return query
    select x.sequence, x.kind, x.id, x.at, x.author_id, x.author_kind, x.author_name, x.body, x.type, x.data
    from unnest(v_ticket_ids) as i (ticket_id)
    cross join lateral (
      (
        select
          m.sequence, 'message' as kind, m.message_id::text as id, m.created_at as at,
          m.author_id, m.author_kind, m.author_name, m.body, null::text as type, null::jsonb as data
        from helpdesk.messages as m
        where m.ticket_id = i.ticket_id and m.sequence > v_after
        order by m.sequence limit v_rows
      )
      union all
      (
        select
          n.sequence, 'note', n.note_id::text, n.created_at, n.author_id, 'staff', n.author_name, n.body, null, null
        from helpdesk.notes as n
        where v_role <> 'customer' and n.ticket_id = i.ticket_id and n.sequence > v_after
        order by n.sequence limit v_rows
      )
      union all
      (
        select
          e.event_id, 'event', e.event_id::text, e.created_at, e.actor_id, e.actor_kind, e.actor_name, null, e.type,
          e.data
        from helpdesk.events as e
        where e.ticket_id = i.ticket_id and (v_role <> 'customer' or e.audience = 'customer')
          and e.type not in ('message.created', 'note.created')
          and e.event_id > v_after
        order by e.event_id limit v_rows
      )
    ) as x
    order by x.sequence limit v_rows;
end;
$$;
revoke all on function helpdesk_private.ticket_timeline from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.ticket_timeline to authenticated, service_role;

create function helpdesk.ticket_timeline(
  ticket_id uuid, after_sequence bigint default null, max_rows integer default 100
)
returns table (
  sequence bigint, kind text, id text, at timestamptz, author_id uuid, author_kind text, author_name text, body text,
  type text, data jsonb
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select *
  from helpdesk_private.ticket_timeline(
    ticket_timeline.ticket_id, ticket_timeline.after_sequence, ticket_timeline.max_rows
  );
$$;
comment on function helpdesk.ticket_timeline is
  'The messages, notes and events of a ticket, and of the tickets merged into it, that you may see, in the order in '
  'which they were written. For the next page pass the last row''s sequence.';
revoke all on function helpdesk.ticket_timeline from public, anon, authenticated, service_role;
grant execute on function helpdesk.ticket_timeline to authenticated, service_role;
