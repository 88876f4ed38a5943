-- Teams: the queues that tickets wait in, and who works them. There is always exactly one default team.

create table helpdesk.teams (
  team_id uuid primary key default gen_random_uuid(),
  name text not null check (helpdesk_private.name_within('name', name, 1, 100)),
  description text not null default '' check (helpdesk_private.text_within('description', description, 0, 1000)),
  is_default boolean not null default false,
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.teams is
  'Teams. Each has a queue of tickets. Customers see public teams and may open tickets in them. Tickets without a '
  'team go to the default team.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.teams
  alter column team_id set statistics 0,
  alter column name set statistics 0,
  alter column description set statistics 0,
  alter column is_default set statistics 0,
  alter column is_public set statistics 0,
  alter column created_at set statistics 0,
  alter column updated_at set statistics 0;
create unique index teams_name_key on helpdesk.teams (helpdesk_private.name_key(name));
alter index helpdesk.teams_name_key alter column 1 set statistics 0;
create unique index teams_default_key on helpdesk.teams (is_default) where is_default;

create table helpdesk.team_members (
  team_id uuid not null references helpdesk.teams (team_id) on delete cascade,
  user_id uuid not null references helpdesk.users (user_id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, team_id)
);
comment on table helpdesk.team_members is
  'Which agents work in which team. Without effect for people who are not agents. POST and DELETE; repeated, both '
  'change nothing.';
alter table helpdesk.team_members
  alter column team_id set statistics 0,
  alter column user_id set statistics 0,
  alter column created_at set statistics 0;
create index team_members_team_idx on helpdesk.team_members (team_id);

insert into helpdesk.teams (name, description, is_default, is_public)
values ('Support', 'Tickets that nobody has sent elsewhere.', true, true);

revoke all on table helpdesk.teams from public, anon, authenticated, service_role;
revoke all on table helpdesk.team_members from public, anon, authenticated, service_role;
grant
  select, delete,
  insert (team_id, name, description, is_public),
  update (name, description, is_public)
on table helpdesk.teams to authenticated, service_role;
grant select, delete, insert (team_id, user_id) on table helpdesk.team_members to authenticated, service_role;

create trigger touch_updated_at before update on helpdesk.teams
  for each row execute function helpdesk_private.touch_updated_at();

create function helpdesk_private.guard_team_name()
returns trigger
language plpgsql
-- Invoker: says nothing about teams that the caller cannot see.
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  new.name := helpdesk_private.clean_name(new.name);
  if exists (
    select from helpdesk.teams as t
    where helpdesk_private.name_key(t.name) = helpdesk_private.name_key(new.name) and t.team_id <> new.team_id
  ) then
    perform helpdesk_private.fail('name_taken');
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_team_name from public, anon, authenticated, service_role;
create trigger await_team_name before insert or update of name on helpdesk.teams
  for each row execute function helpdesk_private.await_key_of_row('name');
create trigger guard_team_name before insert or update of name on helpdesk.teams
  for each row execute function helpdesk_private.guard_team_name();

create function helpdesk_private.guard_team_delete()
returns trigger
language plpgsql
-- Definer: the team's tickets need not be visible to the person who deletes the team.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.is_default then
    perform helpdesk_private.fail('default_team');
  elsif exists (select from helpdesk.tickets as t where t.team_id = old.team_id) then
    perform helpdesk_private.fail('team_in_use');
  end if;
  return old;
end;
$$;
revoke all on function helpdesk_private.guard_team_delete from public, anon, authenticated, service_role;
create trigger guard_team_delete before delete on helpdesk.teams
  for each row execute function helpdesk_private.guard_team_delete();

create function helpdesk_private.lock_team(p_team_id uuid)
returns boolean
language plpgsql
-- Definer: the team need not be visible to the caller.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Waits for a deletion under way, as the foreign key would, which then raises an error that names tables.
  perform from helpdesk.teams as t where t.team_id = p_team_id for key share;
  return found;
end;
$$;
comment on function helpdesk_private.lock_team is
  'Whether the team exists. If so, it stays until the transaction ends. Whatever stores a team_id calls this.';
revoke all on function helpdesk_private.lock_team from public, anon, authenticated, service_role;

create function helpdesk_private.guard_member()
returns trigger
language plpgsql
-- Definer: locks the team.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Nobody else is told whether the team exists: the policy refuses them.
  if helpdesk_private.is_service() or (helpdesk_private.my_role() = 'admin' and helpdesk_private.is_active()) then
    if not helpdesk_private.lock_team(new.team_id) then
      perform helpdesk_private.fail('team_not_found');
    elsif not exists (select from helpdesk.users as u where u.user_id = new.user_id) then
      perform helpdesk_private.fail('user_not_found');
    end if;
    perform helpdesk_private.await_key('member', new.user_id::text, new.team_id::text);
    if exists (
      select from helpdesk.team_members as m where (m.user_id, m.team_id) = (new.user_id, new.team_id)
    ) then
      -- A member stays a member.
      return null;
    end if;
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_member from public, anon, authenticated, service_role;
create trigger guard_member before insert on helpdesk.team_members
  for each row execute function helpdesk_private.guard_member();

alter table helpdesk.teams enable row level security;
alter table helpdesk.team_members enable row level security;

create policy "only active people" on helpdesk.teams
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see all teams, customers the public ones" on helpdesk.teams
  for select to authenticated using (is_public or (select helpdesk_private.me_if_staff()) is not null);
create policy "admins create teams" on helpdesk.teams
  for insert to authenticated with check ((select helpdesk_private.my_role()) = 'admin');
create policy "admins change teams" on helpdesk.teams
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "admins delete teams" on helpdesk.teams
  for delete to authenticated using ((select helpdesk_private.my_role()) = 'admin');

create policy "only active people" on helpdesk.team_members
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see who is in which team" on helpdesk.team_members
  for select to authenticated using ((select helpdesk_private.me_if_staff()) is not null);
create policy "admins add members" on helpdesk.team_members
  for insert to authenticated with check ((select helpdesk_private.my_role()) = 'admin');
create policy "admins remove members" on helpdesk.team_members
  for delete to authenticated using ((select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261122000600', 'teams');

create function helpdesk.find_team(name text)
returns setof helpdesk.teams
language sql
stable
rows 1
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select t.* from helpdesk.teams as t
  where helpdesk_private.name_key(t.name) = helpdesk_private.name_key(find_team.name);
$$;
comment on function helpdesk.find_team is
  'The team with this name, if you may see it. Capitals, blanks and invisible characters make no difference, as in the '
  'rule that no two teams have the same name.';
revoke all on function helpdesk.find_team from public, anon, authenticated, service_role;
grant execute on function helpdesk.find_team to authenticated, service_role;

create function helpdesk_private.set_default_team(p_team_id uuid)
returns helpdesk.teams
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_team helpdesk.teams;
begin
  perform helpdesk_private.require_role('admin');
  perform helpdesk_private.take_lock('default_team');
  -- Locked, to wait for a deletion under way. NO KEY: nobody who is opening a ticket in the team and we wait for each
  -- other.
  perform from helpdesk.teams as t where t.team_id = p_team_id for no key update;
  if not found then
    perform helpdesk_private.fail('team_not_found');
  end if;
  update helpdesk.teams as t set is_default = false where t.is_default and t.team_id <> p_team_id;
  update helpdesk.teams as t set is_default = true where t.team_id = p_team_id returning * into v_team;
  return v_team;
end;
$$;
revoke all on function helpdesk_private.set_default_team from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.set_default_team to authenticated, service_role;

create function helpdesk.set_default_team(team_id uuid)
returns helpdesk.teams
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_default_team(set_default_team.team_id);
$$;
comment on function helpdesk.set_default_team is
  'Admins: makes this team the default team. Tickets without a team go there from now on.';
revoke all on function helpdesk.set_default_team from public, anon, authenticated, service_role;
grant execute on function helpdesk.set_default_team to authenticated, service_role;
