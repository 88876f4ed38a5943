-- Views: saved queries of staff, with an order and columns. Private ones are their owner's; those of a team are for its
-- members, who also change them; those for all staff are changed by admins. Customers have none.
--
-- A view stores a query's tree in its one form. It is checked when it is saved, and again each time it runs: `me`,
-- `my_teams` and times are those of whoever runs it. A view over a field or a team that is gone stays in the list;
-- running it names the condition that no longer holds.

create table helpdesk.views (
  view_id uuid primary key default gen_random_uuid(),
  name text not null check (helpdesk_private.name_within('name', name, 1, 100)),
  -- guard_view() has checked it.
  tree jsonb not null check (jsonb_typeof(tree) = 'object' and octet_length(tree::text) <= 16384),
  sort text not null default '-created_at' check (
    helpdesk_private.text_among(
      'sort', sort, 'created_at', '-created_at', 'updated_at', '-updated_at', 'priority', '-priority'
    )
  ),
  columns text[] not null default '{}'
    check (cardinality(columns) <= 11 and char_length(array_to_string(columns, '')) <= 200),
  audience text not null default 'private'
    check (helpdesk_private.text_among('audience', audience, 'private', 'team', 'all')),
  team_id uuid references helpdesk.teams (team_id) on delete cascade,
  owner_id uuid references helpdesk.users (user_id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((audience = 'team') = (team_id is not null))
);
comment on table helpdesk.views is
  'Saved queries of staff. Run one with query_tickets(tree => …, sort => …). audience: private (its owner), team (the '
  'members of team_id) or all (all staff; admins change it).';
comment on column helpdesk.views.columns is 'The columns to show, in order; empty: the client''s own choice.';
comment on column helpdesk.views.owner_id is 'Who created the view; null for the system.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.views
  alter column view_id set statistics 0,
  alter column name set statistics 0,
  alter column tree set statistics 0,
  alter column sort set statistics 0,
  alter column columns set statistics 0,
  alter column audience set statistics 0,
  alter column team_id set statistics 0,
  alter column owner_id set statistics 0,
  alter column created_at set statistics 0,
  alter column updated_at set statistics 0;
create unique index views_private_name_key on helpdesk.views (owner_id, helpdesk_private.name_key(name))
where audience = 'private';
create unique index views_team_name_key on helpdesk.views (team_id, helpdesk_private.name_key(name))
where audience = 'team';
create unique index views_all_name_key on helpdesk.views (helpdesk_private.name_key(name)) where audience = 'all';
alter index helpdesk.views_private_name_key alter column 2 set statistics 0;
alter index helpdesk.views_team_name_key alter column 2 set statistics 0;
alter index helpdesk.views_all_name_key alter column 1 set statistics 0;

revoke all on table helpdesk.views from public, anon, authenticated, service_role;
grant
  select, delete,
  insert (view_id, name, tree, sort, columns, audience, team_id),
  update (name, tree, sort, columns, audience, team_id)
on table helpdesk.views to authenticated, service_role;

create trigger touch_updated_at before update on helpdesk.views
  for each row execute function helpdesk_private.touch_updated_at();

create function helpdesk_private.guard_view()
returns trigger
language plpgsql
-- Definer: the words, the fields and other people's views are closed.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_columns constant text[] := array[
    'number', 'status', 'priority', 'title', 'team', 'assignee', 'requester', 'tags', 'channel', 'created', 'updated'
  ];
begin
  perform helpdesk_private.require_role('agent', 'admin');
  if tg_op = 'INSERT' then
    new.owner_id := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
    if (
      select count(*) from helpdesk.views as v where v.owner_id is not distinct from new.owner_id
    ) >= 500 then
      perform helpdesk_private.fail('too_many', 'views: one person creates at most 500.');
    end if;
  elsif (new.view_id, new.owner_id, new.created_at) is distinct from (old.view_id, old.owner_id, old.created_at) then
    perform helpdesk_private.fail('forbidden', 'view_id, owner_id and created_at never change.');
  end if;
  if new.columns is null or not new.columns <@ c_columns or cardinality(new.columns) > 11 then
    perform helpdesk_private.fail(
      'invalid_value', format('columns must be at most 11 of %s', array_to_string(c_columns, ', '))
    );
  elsif new.tree is null then
    perform helpdesk_private.fail('invalid_value', 'tree is missing');
  elsif new.audience is null then
    perform helpdesk_private.fail('invalid_value', 'audience is missing');
  elsif (new.audience = 'team') <> (new.team_id is not null) then
    perform helpdesk_private.fail('invalid_value', 'team_id goes with the audience team, and only with it');
  elsif new.audience = 'private' and new.owner_id is null then
    perform helpdesk_private.fail('invalid_value', 'audience: the secret key is not a person, and has no private views');
  elsif new.team_id is not null and not helpdesk_private.lock_team(new.team_id) then
    perform helpdesk_private.fail('team_not_found');
  end if;
  if tg_op = 'INSERT' or new.tree is distinct from old.tree then
    -- Resolved too, so that a name which does not exist is refused while somebody can correct it.
    new.tree := (helpdesk_private.plan_query(null, new.tree, false)).tree;
  end if;
  new.name := helpdesk_private.clean_name(new.name);
  perform helpdesk_private.await_key(
    'view',
    case new.audience when 'private' then new.owner_id::text when 'team' then new.team_id::text else new.audience end,
    helpdesk_private.name_key(new.name)
  );
  if exists (
    select from helpdesk.views as v
    where v.view_id <> new.view_id and v.audience = new.audience
      -- Nobody learns the names of another team's views: the policy refuses them.
      and (
        v.team_id is null or helpdesk_private.is_service()
        or v.team_id = any(array(select helpdesk_private.my_team_ids()))
      )
      and helpdesk_private.name_key(v.name) = helpdesk_private.name_key(new.name)
      and case new.audience
        when 'private' then v.owner_id = new.owner_id when 'team' then v.team_id = new.team_id else true
      end
  ) then
    perform helpdesk_private.fail('name_taken');
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_view from public, anon, authenticated, service_role;
create trigger guard_view before insert or update on helpdesk.views
  for each row execute function helpdesk_private.guard_view();

alter table helpdesk.views enable row level security;

create policy "only active people" on helpdesk.views
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see their own views, their teams', and those for all" on helpdesk.views
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and case audience
      when 'private' then owner_id = (select helpdesk_private.me_if_staff())
      when 'team' then team_id = any(array(select helpdesk_private.my_team_ids()))
      else true
    end
  );
create policy "staff create views for themselves and their teams, admins for all" on helpdesk.views
  for insert to authenticated
  with check (
    (select helpdesk_private.me_if_staff()) is not null
    and case audience
      when 'private' then owner_id = (select helpdesk_private.me_if_staff())
      when 'team' then team_id = any(array(select helpdesk_private.my_team_ids()))
      else (select helpdesk_private.my_role()) = 'admin'
    end
  );
create policy "owners change private views, members their team's, admins those for all" on helpdesk.views
  for update to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and case audience
      when 'private' then owner_id = (select helpdesk_private.me_if_staff())
      when 'team' then team_id = any(array(select helpdesk_private.my_team_ids()))
      else (select helpdesk_private.my_role()) = 'admin'
    end
  );
create policy "owners delete private views, members their team's, admins those for all" on helpdesk.views
  for delete to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and case audience
      when 'private' then owner_id = (select helpdesk_private.me_if_staff())
      when 'team' then team_id = any(array(select helpdesk_private.my_team_ids()))
      else (select helpdesk_private.my_role()) = 'admin'
    end
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122002100', 'views');

create function helpdesk_private.parse_query(p_text text)
returns jsonb
language plpgsql
stable
-- Definer: the list of fields is closed.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_scanned jsonb;
  v_service boolean := helpdesk_private.is_service();
begin
  if not v_service then
    perform helpdesk_private.require_person();
  end if;
  v_scanned := helpdesk_private.scan_query(
    coalesce(p_text, ''), v_service or helpdesk_private.me_if_staff() is not null
  );
  return v_scanned || jsonb_build_object('tree', helpdesk_private.without_places(v_scanned -> 'tree'));
end;
$$;
revoke all on function helpdesk_private.parse_query from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.parse_query to authenticated, service_role;

create function helpdesk.parse_query(query text)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.parse_query(parse_query.query);
$$;
comment on function helpdesk.parse_query is
  'The tree that a query text makes, for a view, and warnings about what was read in another way than typed. Names are '
  'not looked up.';
revoke all on function helpdesk.parse_query from public, anon, authenticated, service_role;
grant execute on function helpdesk.parse_query to authenticated, service_role;
