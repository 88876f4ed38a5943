-- The timeline of one ticket: its messages, notes and changes in one list.

insert into helpdesk_private.concepts (version, concept) values ('20261122001500', 'timeline');

create function helpdesk_private.ticket_timeline(
  p_ticket_id uuid, p_after_at timestamptz, p_after_id text, p_max_rows integer
)
returns table (
  kind text, id text, at timestamptz, author_id uuid, author_kind text, author_name text, body text, type text,
  data jsonb
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
  v_at timestamptz := coalesce(p_after_at, '-infinity');
  v_id text := coalesce(p_after_id, '');
  v_rows integer := helpdesk_private.page_size(p_max_rows);
begin
  return query
    select x.kind, x.id, x.at, x.author_id, x.author_kind, x.author_name, x.body, x.type, x.data
    from (
      (
        select
          'message' as kind, m.message_id::text collate "C" as id, m.created_at as at,
          m.author_id, m.author_kind, m.author_name, m.body, null::text as type, null::jsonb as data
        from helpdesk.messages as m
        where m.ticket_id = p_ticket_id
          and m.created_at >= v_at and (m.created_at > v_at or m.message_id::text collate "C" > v_id)
        order by m.created_at, m.message_id limit v_rows
      )
      union all
      (
        select 'note', n.note_id::text, n.created_at, n.author_id, 'staff', n.author_name, n.body, null, null
        from helpdesk.notes as n
        where v_role <> 'customer' and n.ticket_id = p_ticket_id
          and n.created_at >= v_at and (n.created_at > v_at or n.note_id::text collate "C" > v_id)
        order by n.created_at, n.note_id limit v_rows
      )
      union all
      (
        select 'event', e.event_id::text, e.created_at, e.actor_id, e.actor_kind, e.actor_name, null, e.type, e.data
        from helpdesk.events as e
        where e.ticket_id = p_ticket_id and (v_role <> 'customer' or e.audience = 'customer')
          and e.type not in ('message.created', 'note.created')
          and e.created_at >= v_at and (e.created_at > v_at or e.event_id::text collate "C" > v_id)
        order by e.created_at, e.event_id::text collate "C" limit v_rows
      )
    ) as x
    order by x.at, x.id collate "C" limit v_rows;
end;
$$;
revoke all on function helpdesk_private.ticket_timeline from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.ticket_timeline to authenticated, service_role;

create function helpdesk.ticket_timeline(
  ticket_id uuid, after_at timestamptz default null, after_id text default null, max_rows integer default 100
)
returns table (
  kind text, id text, at timestamptz, author_id uuid, author_kind text, author_name text, body text, type text,
  data jsonb
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select *
  from helpdesk_private.ticket_timeline(
    ticket_timeline.ticket_id, ticket_timeline.after_at, ticket_timeline.after_id, ticket_timeline.max_rows
  );
$$;
comment on function helpdesk.ticket_timeline is
  'The messages, notes and events of one ticket that you may see, oldest first. For the next page pass the last '
  'row''s at and id.';
revoke all on function helpdesk.ticket_timeline from public, anon, authenticated, service_role;
grant execute on function helpdesk.ticket_timeline to authenticated, service_role;
