-- Roles: who is customer, agent, admin or assistant, and who is active. Changed by admins, one change at a time.

insert into helpdesk_private.concepts (version, concept) values ('20261122000400', 'roles');

create table helpdesk_private.named_locks (
  name text primary key
);
comment on table helpdesk_private.named_locks is
  'Rows to lock, for changes that must happen one after the other. Not advisory locks: everybody who may run SQL can '
  'take those, and keep them.';
revoke all on table helpdesk_private.named_locks from public, anon, authenticated, service_role;
alter table helpdesk_private.named_locks enable row level security;
-- roles: two admins cannot demote each other at the same moment. default_team: there is always exactly one.
insert into helpdesk_private.named_locks (name) values ('roles'), ('default_team');

create function helpdesk_private.take_lock(p_name text)
returns void
language plpgsql
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from helpdesk_private.named_locks as l where l.name = p_name for no key update;
  if not found then
    raise exception 'helpdesk: there is no lock named %', p_name;
  end if;
end;
$$;
comment on function helpdesk_private.take_lock is
  'Waits for the lock of this name, and keeps it until the transaction ends. Taken behind the rows of people and '
  'tickets: whoever waits for those must not make everybody wait.';
revoke all on function helpdesk_private.take_lock from public, anon, authenticated, service_role;

create function helpdesk_private.lock_work(p_user_id uuid)
returns void
language plpgsql
-- Definer: locks tickets in queues that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- In the order of their ids, as every function that locks several tickets: two of them never wait for each other.
  perform from helpdesk.tickets as t
  where t.assigned_to = p_user_id and t.status <> 'closed' order by t.ticket_id for no key update;
end;
$$;
comment on function helpdesk_private.lock_work is 'Locks the tickets that release_work() unassigns.';
revoke all on function helpdesk_private.lock_work from public, anon, authenticated, service_role;

create function helpdesk_private.release_work()
returns trigger
language plpgsql
-- Definer: unassigns tickets in queues that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.role not in ('agent', 'admin') then
    delete from helpdesk.team_members as m where m.user_id = new.user_id;
  end if;
  -- A closed ticket keeps its assignee until it is reopened: see guard_ticket_update().
  perform helpdesk_private.lock_work(new.user_id);
  update helpdesk.tickets as t set assigned_to = null
  where t.assigned_to = new.user_id and t.status <> 'closed';
  return null;
end;
$$;
comment on function helpdesk_private.release_work is
  'Unassigns the tickets, except closed ones, of a person who can no longer work them, whatever made the person '
  'inactive or took their role: a function, the deletion of their login, or SQL. Without a role for work a person '
  'also leaves their teams.';
revoke all on function helpdesk_private.release_work from public, anon, authenticated, service_role;
create trigger release_work after update on helpdesk.users
  for each row when (
    old.role in ('agent', 'admin')
    and (new.role not in ('agent', 'admin') or (old.is_active and not new.is_active))
  )
  execute function helpdesk_private.release_work();

create function helpdesk_private.lock_staff(p_user_id uuid)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Waits for a deactivation under way. The next deactivation waits for us, so that it unassigns what is assigned here.
  perform from helpdesk.users as u
  where u.user_id = p_user_id and u.is_active and u.role in ('agent', 'admin') for share;
  return found;
end;
$$;
comment on function helpdesk_private.lock_staff is
  'Whether the person is an active agent or admin. If so, they stay that until the transaction ends. Whatever assigns '
  'a ticket calls this.';
revoke all on function helpdesk_private.lock_staff from public, anon, authenticated, service_role;

create function helpdesk_private.lock_user(p_user_id uuid, p_losing_admin boolean)
returns helpdesk.users
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user helpdesk.users;
begin
  -- NO KEY: a person who is writing a message and we do not wait for each other.
  select * into v_user from helpdesk.users as u where u.user_id = p_user_id for no key update;
  if not found then
    perform helpdesk_private.fail('user_not_found');
  end if;
  -- Nothing more is assigned to the person from here on: that takes lock_staff().
  perform helpdesk_private.lock_work(p_user_id);
  perform helpdesk_private.take_lock('roles');
  -- Checked again, now that nobody else changes roles: the caller may have lost their role while they waited.
  perform helpdesk_private.require_role('admin');
  if p_losing_admin and v_user.role = 'admin' and v_user.is_active and not exists (
    select from helpdesk.users as u where u.role = 'admin' and u.is_active and u.user_id <> p_user_id
  ) then
    perform helpdesk_private.fail('last_admin');
  end if;
  return v_user;
end;
$$;
comment on function helpdesk_private.lock_user is
  'The person, locked for a change of role or activity. Refuses to take the last active admin''s role or activity.';
revoke all on function helpdesk_private.lock_user from public, anon, authenticated, service_role;

create function helpdesk_private.set_user_role(p_user_id uuid, p_role text)
returns helpdesk.users
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user helpdesk.users;
begin
  perform helpdesk_private.require_role('admin');
  if p_role is null then
    perform helpdesk_private.fail('invalid_value', 'role is missing');
  end if;
  v_user := helpdesk_private.lock_user(p_user_id, p_losing_admin => p_role <> 'admin');
  update helpdesk.users as u set role = p_role where u.user_id = p_user_id returning * into v_user;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.set_user_role from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.set_user_role to authenticated, service_role;

create function helpdesk.set_user_role(user_id uuid, role text)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_user_role(set_user_role.user_id, set_user_role.role);
$$;
comment on function helpdesk.set_user_role is
  'Admins: makes a person customer, agent, admin or assistant, from their next statement on. Who is no longer agent '
  'or admin leaves their teams, and their tickets go back to the queues, except closed ones.';
revoke all on function helpdesk.set_user_role from public, anon, authenticated, service_role;
grant execute on function helpdesk.set_user_role to authenticated, service_role;

create function helpdesk_private.set_user_active(p_user_id uuid, p_is_active boolean)
returns helpdesk.users
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user helpdesk.users;
begin
  perform helpdesk_private.require_role('admin');
  if p_is_active is null then
    perform helpdesk_private.fail('invalid_value', 'is_active is missing');
  end if;
  v_user := helpdesk_private.lock_user(p_user_id, p_losing_admin => not p_is_active);
  update helpdesk.users as u set is_active = p_is_active where u.user_id = p_user_id returning * into v_user;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.set_user_active from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.set_user_active to authenticated, service_role;

create function helpdesk.deactivate_user(user_id uuid)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_user_active(deactivate_user.user_id, false);
$$;
comment on function helpdesk.deactivate_user is
  'Admins: deactivates a person. From their next statement on they see and do nothing, even with a valid token. '
  'Their tickets go back to the queues, except closed ones.';
revoke all on function helpdesk.deactivate_user from public, anon, authenticated, service_role;
grant execute on function helpdesk.deactivate_user to authenticated, service_role;

create function helpdesk.reactivate_user(user_id uuid)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_user_active(reactivate_user.user_id, true);
$$;
comment on function helpdesk.reactivate_user is
  'Admins: reactivates a person. Their teams are as they were; their former tickets stay in the queues.';
revoke all on function helpdesk.reactivate_user from public, anon, authenticated, service_role;
grant execute on function helpdesk.reactivate_user to authenticated, service_role;

create function helpdesk_private.bootstrap_admin(p_email text)
returns helpdesk.users
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email text := helpdesk_private.canonical_email(p_email);
  v_user helpdesk.users;
begin
  if v_email is null then
    perform helpdesk_private.fail('invalid_value', 'email is missing');
  end if;
  perform from helpdesk.users as u where u.email = v_email for no key update;
  perform helpdesk_private.take_lock('roles');
  if exists (select from helpdesk.users as u where u.role = 'admin' and u.is_active) then
    perform helpdesk_private.fail('admin_exists');
  end if;
  insert into helpdesk.users as u (email, role) values (v_email, 'admin')
  on conflict (email) do update set role = 'admin', is_active = true
  returning * into v_user;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.bootstrap_admin from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.bootstrap_admin to service_role;

create function helpdesk.bootstrap_admin(email text)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.bootstrap_admin(bootstrap_admin.email);
$$;
comment on function helpdesk.bootstrap_admin is
  'With the secret key only, and only while no admin is active: makes the person with this e-mail address the first '
  'admin.';
revoke all on function helpdesk.bootstrap_admin from public, anon, authenticated, service_role;
grant execute on function helpdesk.bootstrap_admin to service_role;
