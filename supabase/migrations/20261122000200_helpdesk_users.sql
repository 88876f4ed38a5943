-- Users: the people of the helpdesk. A person exists before they have a login (somebody who phoned or wrote an e-mail);
-- a login is linked only by a verified e-mail address. Roles live here and never in the token.

create table helpdesk.users (
  user_id uuid primary key default gen_random_uuid(),
  auth_user_id uuid unique references auth.users (id) on delete set null,
  email text check (helpdesk_private.email_valid('email', email)),
  name text not null default ''
    check (helpdesk_private.text_within('name', name, 0, 200)) check (helpdesk_private.text_printable('name', name)),
  role text not null default 'customer' check (helpdesk_private.text_among('role', role, 'customer', 'agent', 'admin', 'assistant')),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.users is 'People: customers, agents, admins, and assistants (AI). Change your name here; roles and activity by function.';
-- No statistics: a planned count must not tell what others have written.
alter table helpdesk.users alter column email set statistics 0, alter column name set statistics 0;
create unique index users_email_key on helpdesk.users (email);
create index users_role_idx on helpdesk.users (role, created_at desc, user_id desc);
create index users_created_idx on helpdesk.users (created_at desc, user_id desc);

create table helpdesk.invitations (
  invitation_id uuid primary key default gen_random_uuid(),
  user_id uuid not null references helpdesk.users (user_id) on delete cascade,
  email text not null check (helpdesk_private.email_valid('email', email)),
  role text not null check (helpdesk_private.text_among('role', role, 'customer', 'agent', 'admin')),
  invited_by uuid references helpdesk.users (user_id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '14 days',
  accepted_at timestamptz,
  revoked_at timestamptz
);
comment on table helpdesk.invitations is 'A role that waits for the person to sign in with the verified e-mail address it was sent to.';
create unique index invitations_open_key on helpdesk.invitations (user_id) where accepted_at is null and revoked_at is null;
create index invitations_user_idx on helpdesk.invitations (user_id);
create index invitations_invited_by_idx on helpdesk.invitations (invited_by);

revoke all on table helpdesk.users from public, anon, authenticated, service_role;
revoke all on table helpdesk.invitations from public, anon, authenticated, service_role;
grant select, update (name) on table helpdesk.users to authenticated, service_role;
grant select on table helpdesk.invitations to authenticated, service_role;

create trigger touch_updated_at before update on helpdesk.users
  for each row execute function helpdesk_private.touch_updated_at();

create function helpdesk_private.guard_lost_login()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Deleting somebody's login is how a project's owner lets them go: signing up again must not bring their role back.
  if new.auth_user_id is null and old.auth_user_id is not null and new.role <> 'customer' then
    new.is_active := false;
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_lost_login() from public, anon, authenticated, service_role;
create trigger guard_lost_login before update on helpdesk.users
  for each row execute function helpdesk_private.guard_lost_login();

alter table helpdesk.users enable row level security;
alter table helpdesk.invitations enable row level security;

create policy "only active people" on helpdesk.users
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "people see themselves, staff see everybody" on helpdesk.users
  for select to authenticated
  using (user_id = (select helpdesk_private.me()) or (select helpdesk_private.me_if_staff()) is not null);
create policy "people rename themselves, admins anybody" on helpdesk.users
  for update to authenticated
  using (user_id = (select helpdesk_private.me()) or (select helpdesk_private.my_role()) = 'admin');

create policy "only active people" on helpdesk.invitations
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "admins see invitations" on helpdesk.invitations
  for select to authenticated using ((select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261122000200', 'users');


-- From a login to a person ---------------------------------------------------------------------------------------------

create function helpdesk_private.clean_email(p_email text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- The same address typed with composed and decomposed accents is one address.
  select nullif(lower(btrim(normalize(p_email, nfc))), '');
$$;
revoke all on function helpdesk_private.clean_email(text) from public, anon, authenticated, service_role;

create function helpdesk_private.accept_invitation(p_user_id uuid)
returns void
language plpgsql
-- Definer: runs for a person who may not write users.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role text;
begin
  update helpdesk.invitations as i set accepted_at = clock_timestamp()
  where i.user_id = p_user_id and i.accepted_at is null and i.revoked_at is null and i.expires_at > clock_timestamp()
  returning i.role into v_role;
  if v_role is not null then
    -- Only ever a way up: a role that an admin gave them meanwhile stays.
    update helpdesk.users as u set role = v_role where u.user_id = p_user_id and u.role = 'customer';
  end if;
end;
$$;
revoke all on function helpdesk_private.accept_invitation(uuid) from public, anon, authenticated, service_role;

create function helpdesk_private.link_login(p_login jsonb)
returns void
language plpgsql
-- Definer: runs inside the host's sign-up, as whoever that is.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login uuid := (p_login ->> 'id')::uuid;
  v_meta jsonb := case when jsonb_typeof(p_login -> 'raw_user_meta_data') = 'object' then p_login -> 'raw_user_meta_data' end;
  -- Only the name is taken from the metadata: the user can write anything there.
  v_name text := left(btrim(helpdesk_private.printable(
    coalesce(nullif(btrim(left(v_meta ->> 'name', 1000)), ''), left(v_meta ->> 'full_name', 1000), '')
  )), 200);
  v_email text := case when p_login ->> 'email_confirmed_at' is not null then helpdesk_private.clean_email(p_login ->> 'email') end;
  v_user helpdesk.users;
begin
  if coalesce((p_login ->> 'is_anonymous')::boolean, false) then
    return;
  elsif p_login ->> 'deleted_at' is not null then
    -- Deleted softly: the login's row stays, the person may make a new one.
    update helpdesk.users as u set auth_user_id = null where u.auth_user_id = v_login;
    return;
  elsif not helpdesk_private.is_email(v_email) then
    v_email := null;
  end if;
  select * into v_user from helpdesk.users as u where u.auth_user_id = v_login;
  if found then
    update helpdesk.users as u
    set name = case when u.name = '' then v_name else u.name end,
        email = case
          when v_email is null or exists (select from helpdesk.users as other where other.email = v_email and other.user_id <> u.user_id) then u.email
          else v_email
        end
    where u.user_id = v_user.user_id;
    return;
  end if;
  if v_email is null and p_login ->> 'phone_confirmed_at' is null and p_login ->> 'email_confirmed_at' is null then
    return;
  end if;
  update helpdesk.users as u
  set auth_user_id = v_login, name = case when u.name = '' then v_name else u.name end
  where u.email = v_email and u.auth_user_id is null
  returning * into v_user;
  if not found then
    insert into helpdesk.users (auth_user_id, email, name)
    values (v_login, case when not exists (select from helpdesk.users as u where u.email = v_email) then v_email end, v_name)
    returning * into v_user;
  end if;
  perform helpdesk_private.accept_invitation(v_user.user_id);
end;
$$;
comment on function helpdesk_private.link_login(jsonb) is
  'Gives a row of auth.users its person: the one with that verified e-mail address, or a new customer. A login that nobody has verified gets none.';
revoke all on function helpdesk_private.link_login(jsonb) from public, anon, authenticated, service_role;

create function helpdesk_private.follow_login()
returns trigger
language plpgsql
-- Definer: the sign-up runs as a role that has no rights here.
security definer
set search_path = pg_catalog, pg_temp
-- A sign-up never waits for us longer than this.
set lock_timeout = '1s'
as $$
declare
  v_old jsonb;
  v_new jsonb;
begin
  v_old := case when tg_op = 'UPDATE' then to_jsonb(old) end;
  v_new := to_jsonb(new);
  if v_old is null or exists (
    select from unnest(array['email', 'email_confirmed_at', 'phone_confirmed_at', 'raw_user_meta_data', 'is_anonymous', 'deleted_at']) as f (field)
    where v_old -> f.field is distinct from v_new -> f.field
  ) then
    perform helpdesk_private.link_login(v_new);
  end if;
  return null;
exception when others then
  -- The host's sign-up must not fail because of us; whoami() makes the profile later.
  raise warning 'helpdesk: no profile for login % yet: %', v_new ->> 'id', sqlerrm;
  return null;
end;
$$;
revoke all on function helpdesk_private.follow_login() from public, anon, authenticated, service_role;

-- Names no column: the auth server's own migrations could not change the type of one that a trigger names.
create trigger helpdesk_follow_login after insert or update on auth.users
  for each row execute function helpdesk_private.follow_login();

create function helpdesk_private.whoami()
returns helpdesk.users
language plpgsql
-- Definer: reads auth.users, and may have to create the caller's profile.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid;
  v_user helpdesk.users;
begin
  if helpdesk_private.me() is null then
    begin
      perform helpdesk_private.link_login(to_jsonb(l)) from auth.users as l where l.id = (select auth.uid());
    exception when unique_violation then
      -- Another request of the same login was faster.
      null;
    end;
  end if;
  -- Asked before the query, not in it: the planner would try it out before the new profile can be seen.
  v_me := helpdesk_private.require_person();
  select * into v_user from helpdesk.users as u where u.user_id = v_me;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.whoami() from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.whoami() to authenticated;

create function helpdesk.whoami()
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.whoami();
$$;
comment on function helpdesk.whoami() is 'Your own row of users; creates it when the sign-up could not.';
revoke all on function helpdesk.whoami() from public, anon, authenticated, service_role;
grant execute on function helpdesk.whoami() to authenticated;


-- People without a login -----------------------------------------------------------------------------------------------

create function helpdesk_private.create_customer(p_user_id uuid, p_email text, p_name text)
returns helpdesk.users
language plpgsql
-- Definer: nobody inserts users directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email text := helpdesk_private.clean_email(p_email);
  v_user helpdesk.users;
begin
  perform helpdesk_private.require_role('agent', 'admin');
  if v_email is null then
    perform helpdesk_private.fail('invalid_value', 'email is missing');
  end if;
  insert into helpdesk.users (user_id, email, name)
  values (coalesce(p_user_id, gen_random_uuid()), v_email, coalesce(p_name, ''))
  on conflict do nothing;
  select * into v_user from helpdesk.users as u where u.email = v_email;
  if not found then
    perform helpdesk_private.fail('id_conflict');
  elsif v_user.role <> 'customer' then
    perform helpdesk_private.fail('user_exists', 'This e-mail address belongs to somebody who is no customer.', 'Use the person as they are, or another address.');
  end if;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.create_customer(uuid, text, text) from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.create_customer(uuid, text, text) to authenticated, service_role;

create function helpdesk.create_customer(email text, name text default '', user_id uuid default null)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.create_customer(create_customer.user_id, create_customer.email, create_customer.name);
$$;
comment on function helpdesk.create_customer(text, text, uuid) is
  'Staff: a customer without a login, from a phone call or an import. An address that is known already gives that customer.';
revoke all on function helpdesk.create_customer(text, text, uuid) from public, anon, authenticated, service_role;
grant execute on function helpdesk.create_customer(text, text, uuid) to authenticated, service_role;


-- Roles ----------------------------------------------------------------------------------------------------------------

create function helpdesk_private.lock_roles()
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- One change of roles at a time, so that two admins cannot demote each other at the same moment.
  select pg_advisory_xact_lock(hashtextextended('helpdesk.roles', 0));
$$;
revoke all on function helpdesk_private.lock_roles() from public, anon, authenticated, service_role;

create function helpdesk_private.release_work(p_user_id uuid)
returns void
language plpgsql
-- Definer: gives tickets back to queues that the caller need not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update helpdesk.tickets as t set assigned_to = null
  where t.assigned_to = p_user_id and t.status <> 'closed';
end;
$$;
comment on function helpdesk_private.release_work(uuid) is 'Gives the open tickets of somebody who can no longer work them back to their queues.';
revoke all on function helpdesk_private.release_work(uuid) from public, anon, authenticated, service_role;

create function helpdesk_private.lock_user(p_user_id uuid, p_losing_admin boolean)
returns helpdesk.users
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user helpdesk.users;
begin
  perform helpdesk_private.lock_roles();
  -- Again, now that nobody else changes roles: the caller may have lost theirs while they waited.
  perform helpdesk_private.require_role('admin');
  -- NO KEY: whoever is writing a message as this person does not wait for us, nor we for them.
  select * into v_user from helpdesk.users as u where u.user_id = p_user_id for no key update;
  if not found then
    perform helpdesk_private.fail('user_not_found');
  elsif p_losing_admin and v_user.role = 'admin' and v_user.is_active and not exists (
    select from helpdesk.users as u where u.role = 'admin' and u.is_active and u.user_id <> p_user_id
  ) then
    perform helpdesk_private.fail('last_admin');
  end if;
  return v_user;
end;
$$;
comment on function helpdesk_private.lock_user(uuid, boolean) is 'The person, locked for a change of role or activity; the last active admin cannot stop being one.';
revoke all on function helpdesk_private.lock_user(uuid, boolean) from public, anon, authenticated, service_role;

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
  -- Before the change: an admin who leaves gives their own work back while they still may.
  if p_role not in ('agent', 'admin') then
    delete from helpdesk.team_members as m where m.user_id = p_user_id;
    perform helpdesk_private.release_work(p_user_id);
  end if;
  update helpdesk.users as u set role = p_role where u.user_id = p_user_id returning * into v_user;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.set_user_role(uuid, text) from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.set_user_role(uuid, text) to authenticated, service_role;

create function helpdesk.set_user_role(user_id uuid, role text)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_user_role(set_user_role.user_id, set_user_role.role);
$$;
comment on function helpdesk.set_user_role(uuid, text) is
  'Admins: make somebody customer, agent, admin or assistant, from their next statement on. Leaving staff also leaves teams and tickets.';
revoke all on function helpdesk.set_user_role(uuid, text) from public, anon, authenticated, service_role;
grant execute on function helpdesk.set_user_role(uuid, text) to authenticated, service_role;

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
  v_user := helpdesk_private.lock_user(p_user_id, p_losing_admin => not p_is_active);
  if not p_is_active then
    -- Before the change: an admin who leaves gives their own work back while they still may.
    perform helpdesk_private.release_work(p_user_id);
  end if;
  update helpdesk.users as u set is_active = p_is_active where u.user_id = p_user_id returning * into v_user;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.set_user_active(uuid, boolean) from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.set_user_active(uuid, boolean) to authenticated, service_role;

create function helpdesk.deactivate_user(user_id uuid)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_user_active(deactivate_user.user_id, false);
$$;
comment on function helpdesk.deactivate_user(uuid) is
  'Admins: from their next statement on the person sees and does nothing, though their token still verifies. Their open tickets go back to the queues.';
revoke all on function helpdesk.deactivate_user(uuid) from public, anon, authenticated, service_role;
grant execute on function helpdesk.deactivate_user(uuid) to authenticated, service_role;

create function helpdesk.reactivate_user(user_id uuid)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_user_active(reactivate_user.user_id, true);
$$;
comment on function helpdesk.reactivate_user(uuid) is 'Admins: undo deactivate_user.';
revoke all on function helpdesk.reactivate_user(uuid) from public, anon, authenticated, service_role;
grant execute on function helpdesk.reactivate_user(uuid) to authenticated, service_role;

create function helpdesk_private.bootstrap_admin(p_email text)
returns helpdesk.users
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email text := helpdesk_private.clean_email(p_email);
  v_user helpdesk.users;
begin
  if v_email is null then
    perform helpdesk_private.fail('invalid_value', 'email is missing');
  end if;
  perform helpdesk_private.lock_roles();
  if exists (select from helpdesk.users as u where u.role = 'admin' and u.is_active) then
    perform helpdesk_private.fail('admin_exists');
  end if;
  insert into helpdesk.users as u (email, role) values (v_email, 'admin')
  on conflict (email) do update set role = 'admin', is_active = true
  returning * into v_user;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.bootstrap_admin(text) from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.bootstrap_admin(text) to service_role;

create function helpdesk.bootstrap_admin(email text)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.bootstrap_admin(bootstrap_admin.email);
$$;
comment on function helpdesk.bootstrap_admin(text) is
  'With the secret key only, and only while there is no active admin: makes the person with this e-mail address the first one.';
revoke all on function helpdesk.bootstrap_admin(text) from public, anon, authenticated, service_role;
grant execute on function helpdesk.bootstrap_admin(text) to service_role;


-- Invitations ----------------------------------------------------------------------------------------------------------

create function helpdesk_private.invite_user(p_email text, p_role text, p_name text, p_invitation_id uuid)
returns helpdesk.invitations
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('admin');
  v_email text := helpdesk_private.clean_email(p_email);
  v_user helpdesk.users;
  v_invitation helpdesk.invitations;
begin
  if v_email is null then
    perform helpdesk_private.fail('invalid_value', 'email is missing');
  elsif p_role is null then
    perform helpdesk_private.fail('invalid_value', 'role is missing');
  end if;
  perform helpdesk_private.lock_roles();
  perform helpdesk_private.require_role('admin');
  select * into v_invitation from helpdesk.invitations as i where i.invitation_id = p_invitation_id;
  if found then
    if v_invitation.email <> v_email or v_invitation.role <> p_role or v_invitation.invited_by is distinct from v_me then
      perform helpdesk_private.fail('id_conflict');
    end if;
    return v_invitation;
  end if;
  insert into helpdesk.users as u (email, name) values (v_email, coalesce(p_name, ''))
  on conflict (email) do update set name = case when u.name = '' then excluded.name else u.name end
  returning * into v_user;
  if v_user.auth_user_id is not null or v_user.role <> 'customer' then
    perform helpdesk_private.fail('user_exists');
  end if;
  -- A second invitation replaces the first.
  update helpdesk.invitations as i set revoked_at = clock_timestamp()
  where i.user_id = v_user.user_id and i.accepted_at is null and i.revoked_at is null;
  insert into helpdesk.invitations (invitation_id, user_id, email, role, invited_by)
  values (coalesce(p_invitation_id, gen_random_uuid()), v_user.user_id, v_email, p_role, v_me)
  returning * into v_invitation;
  return v_invitation;
end;
$$;
revoke all on function helpdesk_private.invite_user(text, text, text, uuid) from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.invite_user(text, text, text, uuid) to authenticated, service_role;

create function helpdesk.invite_user(email text, role text default 'agent', name text default '', invitation_id uuid default null)
returns helpdesk.invitations
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.invite_user(invite_user.email, invite_user.role, invite_user.name, invite_user.invitation_id);
$$;
comment on function helpdesk.invite_user(text, text, text, uuid) is
  'Admins: the person exists at once, and gets the role when they first sign in with this e-mail address, verified, within 14 days.';
revoke all on function helpdesk.invite_user(text, text, text, uuid) from public, anon, authenticated, service_role;
grant execute on function helpdesk.invite_user(text, text, text, uuid) to authenticated, service_role;

create function helpdesk_private.revoke_invitation(p_invitation_id uuid)
returns helpdesk.invitations
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_invitation helpdesk.invitations;
begin
  perform helpdesk_private.require_role('admin');
  update helpdesk.invitations as i set revoked_at = coalesce(i.revoked_at, clock_timestamp())
  where i.invitation_id = p_invitation_id and i.accepted_at is null
  returning * into v_invitation;
  if not found then
    perform helpdesk_private.fail('invitation_not_found');
  end if;
  return v_invitation;
end;
$$;
revoke all on function helpdesk_private.revoke_invitation(uuid) from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.revoke_invitation(uuid) to authenticated, service_role;

create function helpdesk.revoke_invitation(invitation_id uuid)
returns helpdesk.invitations
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.revoke_invitation(revoke_invitation.invitation_id);
$$;
comment on function helpdesk.revoke_invitation(uuid) is 'Admins: take back an invitation that nobody has accepted yet.';
revoke all on function helpdesk.revoke_invitation(uuid) from public, anon, authenticated, service_role;
grant execute on function helpdesk.revoke_invitation(uuid) to authenticated, service_role;
