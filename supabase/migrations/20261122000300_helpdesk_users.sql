-- Users: the people of the helpdesk. A person may exist before they have a login, for example after a phone call or an
-- e-mail. A login is linked by its verified e-mail address only. Roles are stored here, never in the token.

create table helpdesk.users (
  user_id uuid primary key default gen_random_uuid(),
  auth_user_id uuid unique references auth.users (id) on delete set null,
  email text check (helpdesk_private.email_valid('email', email)),
  name text not null default '' check (helpdesk_private.name_within('name', name, 0, 200)),
  role text not null default 'customer'
    check (helpdesk_private.text_among('role', role, 'customer', 'agent', 'admin', 'assistant')),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.users is
  'People: customers, agents, admins, and assistants (AI). PATCH changes your name; functions change roles and '
  'activity.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.users
  alter column user_id set statistics 0,
  alter column auth_user_id set statistics 0,
  alter column email set statistics 0,
  alter column name set statistics 0,
  alter column role set statistics 0,
  alter column is_active set statistics 0,
  alter column updated_at set statistics 0;
create unique index users_email_key on helpdesk.users (email);
create index users_role_idx on helpdesk.users (role, created_at desc, user_id desc);
create index users_created_idx on helpdesk.users (created_at desc, user_id desc);

revoke all on table helpdesk.users from public, anon, authenticated, service_role;
grant select, update (name) on table helpdesk.users to authenticated, service_role;

create trigger touch_updated_at before update on helpdesk.users
  for each row when (new.updated_at = old.updated_at) execute function helpdesk_private.touch_updated_at();

create function helpdesk_private.guard_user_name()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  new.name := helpdesk_private.clean_name(new.name);
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_user_name from public, anon, authenticated, service_role;
create trigger guard_user_name before insert or update of name on helpdesk.users
  for each row execute function helpdesk_private.guard_user_name();

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
revoke all on function helpdesk_private.guard_lost_login from public, anon, authenticated, service_role;
create trigger guard_lost_login before update on helpdesk.users
  for each row execute function helpdesk_private.guard_lost_login();

alter table helpdesk.users enable row level security;

create policy "only active people" on helpdesk.users
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "people see themselves, staff see everybody" on helpdesk.users
  for select to authenticated
  using (user_id = (select helpdesk_private.me()) or (select helpdesk_private.me_if_staff()) is not null);
create policy "people rename themselves, admins anybody" on helpdesk.users
  for update to authenticated
  using (user_id = (select helpdesk_private.me()) or (select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261122000300', 'users');


create function helpdesk_private.display_name(p_user_id uuid)
returns text
language plpgsql
stable
-- Definer: whoever writes may not read the users table, and their name is copied into the row they write.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (
      select coalesce(nullif(u.name, ''), case when u.role = 'customer' then u.email end, initcap(u.role))
      from helpdesk.users as u where u.user_id = p_user_id
    ),
    'System'
  );
end;
$$;
comment on function helpdesk_private.display_name is
  'The name that others read. Staff without a name show their role, never their e-mail address.';
revoke all on function helpdesk_private.display_name from public, anon, authenticated, service_role;


-- From a login to a person --------------------------------------------------------------------------------------------

create function helpdesk_private.link_login(p_login jsonb)
returns void
language plpgsql
-- Definer: runs inside the host's sign-up, as whoever that is.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_login uuid := (p_login ->> 'id')::uuid;
  v_meta jsonb := case
    when jsonb_typeof(p_login -> 'raw_user_meta_data') = 'object' then p_login -> 'raw_user_meta_data'
  end;
  -- Only the name is taken from the metadata: the user can write anything there.
  v_name text := left(coalesce(
    nullif(helpdesk_private.clean_name(left(v_meta ->> 'name', 1000)), ''),
    helpdesk_private.clean_name(left(v_meta ->> 'full_name', 1000)),
    ''
  ), 200);
  v_email text := case
    when p_login ->> 'email_confirmed_at' is not null then helpdesk_private.own_email(p_login ->> 'email')
  end;
  v_user helpdesk.users;
begin
  if coalesce((p_login ->> 'is_anonymous')::boolean, false) then
    return;
  elsif p_login ->> 'deleted_at' is not null then
    -- A soft deletion keeps the login's row. The person may make a new login.
    update helpdesk.users as u set auth_user_id = null where u.auth_user_id = v_login;
    return;
  end if;
  begin
    select * into v_user from helpdesk.users as u where u.auth_user_id = v_login;
    if found then
      update helpdesk.users as u
      set name = case when u.name = '' then v_name else u.name end,
          -- A change always frees the former address: its next owner must not find somebody else's rows under it.
          email = case
            when p_login ->> 'email' is not null and p_login ->> 'email_confirmed_at' is null then u.email
            when not exists (
              select from helpdesk.users as other where other.email = v_email and other.user_id <> u.user_id
            ) then v_email
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
      values (
        v_login, case when not exists (select from helpdesk.users as u where u.email = v_email) then v_email end, v_name
      )
      returning * into v_user;
    end if;
  exception when unique_violation then
    -- Somebody took the address at this moment, or another request of this login was faster. A new statement sees that,
    -- but for a transaction that keeps its snapshot.
    if current_setting('transaction_isolation') <> 'read committed' then
      raise;
    end if;
    perform helpdesk_private.link_login(p_login);
    return;
  end;
  perform helpdesk_private.accept_invitation(v_user.user_id);
end;
$$;
comment on function helpdesk_private.link_login is
  'Links a row of auth.users to its person: the person with that verified e-mail address, or a new customer, who has '
  'no address here if it is somebody else''s or not in canonical form. A login without a verified address or phone '
  'number gets no person.';
revoke all on function helpdesk_private.link_login from public, anon, authenticated, service_role;

create table helpdesk_private.reserved_logins (
  auth_user_id uuid primary key
);
comment on table helpdesk_private.reserved_logins is
  'Logins at helpdesk.invalid that this transaction makes. A row goes at its end, so no other transaction sees one.';
revoke all on table helpdesk_private.reserved_logins from public, anon, authenticated, service_role;
alter table helpdesk_private.reserved_logins enable row level security;

create function helpdesk_private.check_reserved_login()
returns trigger
language plpgsql
-- Definer: runs at the end of the host's sign-up, as whoever that is.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from helpdesk_private.reserved_logins as r where r.auth_user_id = new.auth_user_id;
  -- Only holders of the secret key write this mark. The auth server writes it after the row, in the same transaction.
  if exists (
    select from auth.users as l
    where l.id = new.auth_user_id and lower(l.email) like '%@helpdesk.invalid'
      and coalesce(l.raw_app_meta_data ->> 'helpdesk', '') <> 'assistant'
  ) then
    perform helpdesk_private.fail('forbidden', 'Addresses at helpdesk.invalid are for the helpdesk''s own logins.');
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.check_reserved_login is
  'Refuses a sign-up at helpdesk.invalid. The assistant''s login has its address there, and whoever had it first would '
  'keep the assistant off. The domain receives no mail, so nobody else needs an address there.';
revoke all on function helpdesk_private.check_reserved_login from public, anon, authenticated, service_role;
create constraint trigger check_reserved_login after insert on helpdesk_private.reserved_logins
  deferrable initially deferred for each row execute function helpdesk_private.check_reserved_login();

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
    select from unnest(array[
      'email', 'email_confirmed_at', 'phone_confirmed_at', 'raw_user_meta_data', 'is_anonymous', 'deleted_at'
    ]) as f (field)
    where v_old -> f.field is distinct from v_new -> f.field
  ) then
    perform helpdesk_private.link_login(v_new);
    if lower(v_new ->> 'email') like '%@helpdesk.invalid' then
      insert into helpdesk_private.reserved_logins (auth_user_id) values (new.id) on conflict do nothing;
    end if;
  end if;
  return null;
exception when others then
  -- The host's sign-up must not fail because of us; whoami() makes the profile later.
  raise warning 'helpdesk: no profile for login % yet: %', v_new ->> 'id', sqlerrm;
  return null;
end;
$$;
revoke all on function helpdesk_private.follow_login from public, anon, authenticated, service_role;

-- Names no column: the auth server's own migrations could not change the type of a column that a trigger names.
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
  -- Without a person, or with a former address: when the login was written, follow_login() could not wait for a lock.
  perform helpdesk_private.link_login(to_jsonb(l)) from auth.users as l
  where l.id = (select auth.uid()) and not exists (
    select from helpdesk.users as u
    where u.auth_user_id = l.id
      and (u.email is null or l.email_confirmed_at is null or u.email = helpdesk_private.own_email(l.email))
  );
  -- Called before the query, not in it: the planner would call it before the new profile is visible.
  v_me := helpdesk_private.require_person();
  select * into v_user from helpdesk.users as u where u.user_id = v_me;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.whoami from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.whoami to authenticated;

create function helpdesk.whoami()
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.whoami();
$$;
comment on function helpdesk.whoami is 'Your own row of users. Creates it if the sign-up could not.';
revoke all on function helpdesk.whoami from public, anon, authenticated, service_role;
grant execute on function helpdesk.whoami to authenticated;


-- People without a login ----------------------------------------------------------------------------------------------

create function helpdesk_private.create_customer(p_user_id uuid, p_email text, p_name text)
returns helpdesk.users
language plpgsql
-- Definer: nobody inserts users directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email text := helpdesk_private.canonical_email(p_email);
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
    perform helpdesk_private.fail(
      'user_exists',
      'This e-mail address belongs to somebody who is not a customer.', 'Use that person, or another address.'
    );
  end if;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.create_customer from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.create_customer to authenticated, service_role;

create function helpdesk.create_customer(email text, name text default '', user_id uuid default null)
returns helpdesk.users
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.create_customer(create_customer.user_id, create_customer.email, create_customer.name);
$$;
comment on function helpdesk.create_customer is
  'Staff: creates a customer without a login, for example after a phone call or for an import. For an address that '
  'a customer already has, returns that customer.';
revoke all on function helpdesk.create_customer from public, anon, authenticated, service_role;
grant execute on function helpdesk.create_customer to authenticated, service_role;
