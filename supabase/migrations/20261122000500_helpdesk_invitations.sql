-- Invitations: a role that waits for the person to sign in with a verified e-mail address.

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
comment on table helpdesk.invitations is
  'Invitations: a role that a person gets when they sign in with the e-mail address that was invited, verified.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.invitations
  alter column invitation_id set statistics 0,
  alter column user_id set statistics 0,
  alter column email set statistics 0,
  alter column role set statistics 0,
  alter column invited_by set statistics 0,
  alter column created_at set statistics 0,
  alter column expires_at set statistics 0,
  alter column accepted_at set statistics 0,
  alter column revoked_at set statistics 0;
create unique index invitations_open_key on helpdesk.invitations (user_id)
where accepted_at is null and revoked_at is null;
create index invitations_user_idx on helpdesk.invitations (user_id);
create index invitations_invited_by_idx on helpdesk.invitations (invited_by);

revoke all on table helpdesk.invitations from public, anon, authenticated, service_role;
grant select on table helpdesk.invitations to authenticated, service_role;

alter table helpdesk.invitations enable row level security;

create policy "only active people" on helpdesk.invitations
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "admins see invitations" on helpdesk.invitations
  for select to authenticated using ((select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261122000500', 'invitations');

create function helpdesk_private.invite_user(p_email text, p_role text, p_name text, p_invitation_id uuid)
returns helpdesk.invitations
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('admin');
  v_email text := helpdesk_private.canonical_email(p_email);
  v_user helpdesk.users;
  v_invitation helpdesk.invitations;
begin
  if v_email is null then
    perform helpdesk_private.fail('invalid_value', 'email is missing');
  elsif p_role is null then
    perform helpdesk_private.fail('invalid_value', 'role is missing');
  end if;
  perform from helpdesk.users as u where u.email = v_email for no key update;
  perform helpdesk_private.take_lock('roles');
  perform helpdesk_private.require_role('admin');
  select * into v_invitation from helpdesk.invitations as i where i.invitation_id = p_invitation_id;
  if found then
    if v_invitation.email <> v_email or v_invitation.role <> p_role
      or v_invitation.invited_by is distinct from v_me then
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
revoke all on function helpdesk_private.invite_user from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.invite_user to authenticated, service_role;

create function helpdesk.invite_user(
  email text, role text default 'agent', name text default '', invitation_id uuid default null
)
returns helpdesk.invitations
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.invite_user(invite_user.email, invite_user.role, invite_user.name, invite_user.invitation_id);
$$;
comment on function helpdesk.invite_user is
  'Admins: invites a person to a role. The person exists at once, and gets the role when they first sign in with '
  'this e-mail address, verified, within 14 days. Repeat it with the same invitation_id: there is one invitation.';
revoke all on function helpdesk.invite_user from public, anon, authenticated, service_role;
grant execute on function helpdesk.invite_user to authenticated, service_role;

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
revoke all on function helpdesk_private.revoke_invitation from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.revoke_invitation to authenticated, service_role;

create function helpdesk.revoke_invitation(invitation_id uuid)
returns helpdesk.invitations
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.revoke_invitation(revoke_invitation.invitation_id);
$$;
comment on function helpdesk.revoke_invitation is 'Admins: revokes an invitation that nobody has accepted yet.';
revoke all on function helpdesk.revoke_invitation from public, anon, authenticated, service_role;
grant execute on function helpdesk.revoke_invitation to authenticated, service_role;

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
    -- An invitation never lowers a role: one that an admin gave them meanwhile stays.
    update helpdesk.users as u set role = v_role where u.user_id = p_user_id and u.role = 'customer';
  end if;
end;
$$;
revoke all on function helpdesk_private.accept_invitation from public, anon, authenticated, service_role;
