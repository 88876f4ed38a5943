-- Identity: who is behind a request, and what they are in the helpdesk. PostgREST sets the database role and the login
-- from the verified token; the person, their role and their teams are read from our tables on every statement.

insert into helpdesk_private.concepts (version, concept) values ('20261122000200', 'identity');


-- Who is asking -------------------------------------------------------------------------------------------------------
-- All are definer: they read users and team_members for policies on those tables. Every query under row-level security
-- calls some of them; a local variable and `select into` are the form that PL/pgSQL runs fastest.

create function helpdesk_private.me()
returns uuid
language plpgsql
stable
parallel safe
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login uuid := auth.uid();
  v_me uuid;
begin
  select u.user_id into v_me from helpdesk.users as u where u.auth_user_id = v_login;
  return v_me;
end;
$$;
comment on function helpdesk_private.me is
  'The person behind the request, active or not; null for anybody without a profile.';
revoke all on function helpdesk_private.me from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.me to authenticated, service_role;

create function helpdesk_private.is_active()
returns boolean
language plpgsql
stable
parallel safe
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login uuid := auth.uid();
begin
  perform from helpdesk.users as u where u.auth_user_id = v_login and u.is_active;
  return found;
end;
$$;
comment on function helpdesk_private.is_active is
  'Whether the person behind the request is active now, whatever their token says.';
revoke all on function helpdesk_private.is_active from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.is_active to authenticated, service_role;

create function helpdesk_private.my_role()
returns text
language plpgsql
stable
parallel safe
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login uuid := auth.uid();
  v_role text;
begin
  select u.role into v_role from helpdesk.users as u where u.auth_user_id = v_login;
  return v_role;
end;
$$;
comment on function helpdesk_private.my_role is
  'customer, agent, admin or assistant, from the users table and never from the token.';
revoke all on function helpdesk_private.my_role from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.my_role to authenticated, service_role;

create function helpdesk_private.me_if_staff()
returns uuid
language plpgsql
stable
parallel safe
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login uuid := auth.uid();
  v_me uuid;
begin
  select u.user_id into v_me from helpdesk.users as u
  where u.auth_user_id = v_login and u.is_active and u.role in ('agent', 'admin');
  return v_me;
end;
$$;
comment on function helpdesk_private.me_if_staff is
  'me() for active agents and admins, null for everybody else.';
revoke all on function helpdesk_private.me_if_staff from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.me_if_staff to authenticated, service_role;

create function helpdesk_private.my_team_ids()
returns setof uuid
language plpgsql
stable
parallel safe
rows 4
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login uuid := auth.uid();
  v_me uuid;
  v_role text;
begin
  select u.user_id, u.role into v_me, v_role from helpdesk.users as u where u.auth_user_id = v_login and u.is_active;
  if v_role = 'admin' then
    return query select t.team_id from helpdesk.teams as t;
  elsif v_role = 'agent' then
    return query select m.team_id from helpdesk.team_members as m where m.user_id = v_me;
  end if;
end;
$$;
comment on function helpdesk_private.my_team_ids is
  'The teams whose queues the person works: an active admin''s are all teams, an active agent''s the teams they are a '
  'member of. Nobody else has any.';
revoke all on function helpdesk_private.my_team_ids from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.my_team_ids to authenticated, service_role;

create function helpdesk_private.is_service()
returns boolean
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- PostgREST sets the database role from the verified key. The setting is visible in definer functions, and a client
  -- cannot change it: that takes the right to `set role`. A direct connection has no such setting. Then its login must
  -- be able to become service_role, which a host's reporting login in the role authenticated is not.
  return case coalesce(current_setting('role', true), 'none')
    when 'service_role' then true
    when 'postgres' then true
    when 'none' then pg_has_role(session_user, 'service_role', 'member')
    else false
  end;
end;
$$;
comment on function helpdesk_private.is_service is
  'Whether the request is the system''s: it came with the secret key or over a direct connection, and no person is '
  'behind it.';
revoke all on function helpdesk_private.is_service from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.is_service to authenticated, service_role;

create function helpdesk_private.require_person()
returns uuid
language plpgsql
stable
-- Definer: called by definer functions before anything else.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.me();
begin
  if v_me is null then
    perform helpdesk_private.fail('no_profile');
  elsif not helpdesk_private.is_active() then
    perform helpdesk_private.fail('inactive_user');
  end if;
  return v_me;
end;
$$;
comment on function helpdesk_private.require_person is 'The active person behind the request, or an error.';
revoke all on function helpdesk_private.require_person from public, anon, authenticated, service_role;

create function helpdesk_private.require_role(variadic p_roles text[])
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid;
begin
  if helpdesk_private.is_service() then
    return null;
  end if;
  v_me := helpdesk_private.require_person();
  if helpdesk_private.my_role() <> all(p_roles) then
    perform helpdesk_private.fail('forbidden');
  end if;
  return v_me;
end;
$$;
comment on function helpdesk_private.require_role is
  'The active person if they have one of these roles; null for the system; otherwise an error.';
revoke all on function helpdesk_private.require_role from public, anon, authenticated, service_role;
