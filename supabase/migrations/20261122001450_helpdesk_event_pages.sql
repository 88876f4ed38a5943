-- Pages of the event log: what readers call. A page says up to where the log was read, and the next page begins there,
-- also when nothing on the way was visible to the reader.

insert into helpdesk_private.concepts (version, concept) values ('20261122001450', 'event_pages');

create function helpdesk_private.read_events(p_after text, p_max_rows integer, p_ticket_id uuid, p_team_id uuid)
returns setof helpdesk.events
language plpgsql
stable
-- Definer: calls visible_events().
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_after text := coalesce(p_after, '0.0');
  v_xid xid8;
  v_event_id bigint;
  v_rows integer := helpdesk_private.page_size(p_max_rows);
begin
  if v_after !~ '^[0-9]{1,18}\.[0-9]{1,18}$' then
    perform helpdesk_private.fail(
      'invalid_value', 'after must be the cursor of an event, like 745.12', 'Leave it out to begin at the beginning.'
    );
  elsif split_part(v_after, '.', 1)::xid8 > pg_snapshot_xmax(pg_current_snapshot()) then
    perform helpdesk_private.fail('cursor_ahead');
  elsif exists (
    select from helpdesk.events as e
    where e.xid >= pg_snapshot_xmax(pg_current_snapshot()) and e.xid is distinct from pg_current_xact_id_if_assigned()
  ) then
    -- No transaction of this database can have written these events. New events would sort before them and be missed.
    perform helpdesk_private.fail('log_restored');
  end if;
  v_xid := split_part(v_after, '.', 1)::xid8;
  v_event_id := split_part(v_after, '.', 2)::bigint;
  if p_ticket_id is not null then
    return query select * from helpdesk_private.ticket_events(p_ticket_id, p_team_id, v_xid, v_event_id, v_rows);
  elsif p_team_id is not null then
    return query select * from helpdesk_private.team_events(p_team_id, v_xid, v_event_id, v_rows);
  else
    return query select * from helpdesk_private.visible_events(v_xid, v_event_id, v_rows);
  end if;
end;
$$;
comment on function helpdesk_private.read_events is
  'The next events that the caller may see. A page that is not full ends with a reading_end().';
revoke all on function helpdesk_private.read_events from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.read_events to authenticated, service_role;

create function helpdesk.events_page(
  after text default null, max_rows integer default 100, only_ticket uuid default null, only_team uuid default null,
  out cursor text, out more boolean, out items json
)
returns record
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  with page as materialized (
    select r.*
    from helpdesk_private.read_events(
      events_page.after, events_page.max_rows, events_page.only_ticket, events_page.only_team
    ) as r
  ), last as (
    select p.type, p.xid, p.event_id from page as p order by p.xid desc, p.event_id desc limit 1
  )
  select
    l.xid::text || '.' || l.event_id,
    l.type is not null or l.xid < pg_snapshot_xmin(pg_current_snapshot()),
    (
      select coalesce(json_agg(i), '[]')
      from (
        select
          p.xid::text || '.' || p.event_id as cursor, p.event_id, p.type, p.audience, p.changes_access, p.ticket_id,
          p.ticket_number, p.ticket_revision, p.requester_id, p.team_id, p.assigned_to, p.actor_id, p.actor_kind,
          p.actor_name, p.data, p.created_at
        from page as p
        where p.type is not null
        order by p.xid, p.event_id
      ) as i
    )
  from last as l;
$$;
comment on function helpdesk.events_page is
  'The events after a cursor (null: from the beginning), oldest first, at most 1000, without gaps; the cursor for the '
  'next call, which moves also when items is empty; and whether there is more to read now. Items are rows of '
  'events_since().';
revoke all on function helpdesk.events_page from public, anon, authenticated, service_role;
grant execute on function helpdesk.events_page to authenticated, service_role;

create function helpdesk_private.events_since(p_after text, p_max_rows integer, p_ticket_id uuid, p_team_id uuid)
returns setof helpdesk.events
language plpgsql
stable
-- Definer: calls read_events() for whoever may call this.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_after text := p_after;
  v_rows integer := p_max_rows;
  v_found integer;
  v_page helpdesk.events[];
  v_last helpdesk.events;
begin
  -- Rows alone cannot say where a search was cut, so it goes on to the next event or to the end.
  loop
    v_page := array(select r from helpdesk_private.read_events(v_after, v_rows, p_ticket_id, p_team_id) as r);
    return query select p.* from unnest(v_page) as p where p.type is not null;
    get diagnostics v_found = row_count;
    v_last := v_page[cardinality(v_page)];
    exit when v_last.type is not null or v_last.xid >= pg_snapshot_xmin(pg_current_snapshot());
    v_after := v_last.xid::text || '.' || v_last.event_id;
    v_rows := v_rows - v_found;
  end loop;
end;
$$;
revoke all on function helpdesk_private.events_since from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.events_since to authenticated, service_role;

create function helpdesk.events_since(
  after text default null, max_rows integer default 100, only_ticket uuid default null, only_team uuid default null
)
returns table (
  cursor text, event_id bigint, type text, audience text, changes_access boolean, ticket_id uuid, ticket_number bigint,
  ticket_revision bigint, requester_id uuid, team_id uuid, assigned_to uuid, actor_id uuid, actor_kind text,
  actor_name text, data jsonb, created_at timestamptz
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    e.xid::text || '.' || e.event_id, e.event_id, e.type, e.audience, e.changes_access, e.ticket_id, e.ticket_number,
    e.ticket_revision, e.requester_id, e.team_id, e.assigned_to, e.actor_id, e.actor_kind,
    e.actor_name, e.data, e.created_at
  from helpdesk_private.events_since(
    events_since.after, events_since.max_rows, events_since.only_ticket, events_since.only_team
  ) as e;
$$;
comment on function helpdesk.events_since is
  'The events after a cursor (null: from the beginning) as rows, oldest first, at most 1000, without gaps. To follow '
  'the log call events_page(), whose cursor moves also past events that you may not see. Returns the events that you '
  'could see when they happened and can see now: of one ticket all that its timeline has, of one team all that '
  'happened in its queue. An event appears once every older transaction has ended.';
revoke all on function helpdesk.events_since from public, anon, authenticated, service_role;
grant execute on function helpdesk.events_since to authenticated, service_role;

create function helpdesk_private.rebase_events()
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Nobody writes while the log is restored, so the order of event_id is right.
  alter table helpdesk.events disable trigger guard_events;
  update helpdesk.events set xid = '0' where xid <> '0';
  alter table helpdesk.events enable trigger guard_events;
end;
$$;
comment on function helpdesk_private.rebase_events is
  'For the owner, once, after a dump was restored into another database: transaction numbers start again there, and '
  'so must the order of the log.';
revoke all on function helpdesk_private.rebase_events from public, anon, authenticated, service_role;

create function helpdesk_private.events_head()
returns text
language plpgsql
stable
-- Definer: calls require_person().
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not helpdesk_private.is_service() then
    perform helpdesk_private.require_person();
  end if;
  return pg_snapshot_xmin(pg_current_snapshot())::text || '.0';
end;
$$;
revoke all on function helpdesk_private.events_head from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.events_head to authenticated, service_role;

create function helpdesk.events_head()
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.events_head();
$$;
comment on function helpdesk.events_head is
  'The cursor of this moment: events_since() with it returns the events that come next.';
revoke all on function helpdesk.events_head from public, anon, authenticated, service_role;
grant execute on function helpdesk.events_head to authenticated, service_role;
