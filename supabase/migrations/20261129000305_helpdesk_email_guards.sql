-- E-mail: guards of the configuration, and of participants.

insert into helpdesk_private.concepts (version, concept) values ('20261129000305', 'email_guards');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('email_taken', 409, 'The address is in use already.', 'An address belongs to one person or to one channel.');

create function helpdesk_private.guard_channel()
returns trigger
language plpgsql
-- Definer: teams and people need not be visible.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Before the policy, which PostgreSQL asks after this: nobody else learns which address is taken.
  perform helpdesk_private.require_role('admin');
  if new.address is null then
    perform helpdesk_private.fail('invalid_value', 'address is missing');
  end if;
  new.address := helpdesk_private.canonical_email(new.address);
  new.name := helpdesk_private.clean_name(new.name);
  perform helpdesk_private.email_valid('address', new.address);
  perform helpdesk_private.await_key('email_channel', new.address);
  if exists (
    select from helpdesk.email_channels as c where c.address = new.address and c.channel_id <> new.channel_id
  ) then
    perform helpdesk_private.fail('email_taken');
  elsif new.team_id is not null and not exists (select from helpdesk.teams as t where t.team_id = new.team_id) then
    perform helpdesk_private.fail('team_not_found');
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_channel from public, anon, authenticated, service_role;
create trigger guard_channel before insert or update on helpdesk.email_channels
  for each row execute function helpdesk_private.guard_channel();
create trigger touch_updated_at before update on helpdesk.email_channels
  for each row execute function helpdesk_private.touch_updated_at();

create function helpdesk_private.guard_user_email()
returns trigger
language plpgsql
-- Definer: the person with this address need not be visible. Only admins write it, and they see everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  if new.email is null or new.user_id is null then
    perform helpdesk_private.fail('invalid_value', 'email and user_id are needed');
  end if;
  new.email := helpdesk_private.canonical_email(new.email);
  perform helpdesk_private.email_valid('email', new.email);
  perform helpdesk_private.await_key('user_email', new.email);
  if not exists (select from helpdesk.users as u where u.user_id = new.user_id) then
    perform helpdesk_private.fail('user_not_found');
  elsif exists (select from helpdesk.users as u where u.email = new.email)
    or exists (select from helpdesk.user_emails as e where e.email = new.email)
    or exists (select from helpdesk.email_channels as c where c.address = new.email) then
    perform helpdesk_private.fail('email_taken');
  elsif (select count(*) from helpdesk.user_emails as e where e.user_id = new.user_id) >= 20 then
    perform helpdesk_private.fail('too_many', 'email: a person has at most 20 further addresses.');
  end if;
  new.created_by := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_user_email from public, anon, authenticated, service_role;
create trigger guard_user_email before insert on helpdesk.user_emails
  for each row execute function helpdesk_private.guard_user_email();

create function helpdesk_private.guard_block()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  new.pattern := helpdesk_private.canonical_email(new.pattern);
  if new.pattern is null then
    perform helpdesk_private.fail('invalid_value', 'pattern is missing');
  elsif new.pattern like '%@%' then
    perform helpdesk_private.email_valid('pattern', new.pattern);
  else
    perform helpdesk_private.domain_valid('pattern', new.pattern);
  end if;
  perform helpdesk_private.await_key('email_block', new.pattern);
  if exists (select from helpdesk.email_blocks as b where b.pattern = new.pattern) then
    -- A block that is there stays as it is.
    return null;
  end if;
  new.created_by := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_block from public, anon, authenticated, service_role;
create trigger guard_block before insert on helpdesk.email_blocks
  for each row execute function helpdesk_private.guard_block();

create function helpdesk_private.guard_participant()
returns trigger
language plpgsql
-- Invoker: a ticket that the caller cannot see is as absent here as one that does not exist.
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.address is null then
    perform helpdesk_private.fail('invalid_value', 'address is missing');
  end if;
  new.address := helpdesk_private.canonical_email(new.address);
  new.name := helpdesk_private.clean_name(new.name);
  if not exists (select from helpdesk.tickets as t where t.ticket_id = new.ticket_id) then
    perform helpdesk_private.fail('ticket_not_found');
  elsif exists (
    select from helpdesk.ticket_participants as p where (p.ticket_id, p.address) = (new.ticket_id, new.address)
  ) then
    -- A participant who is there stays as they are.
    return null;
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_participant from public, anon, authenticated, service_role;
create trigger await_participant before insert on helpdesk.ticket_participants
  for each row execute function helpdesk_private.await_key_of_row('ticket_id', 'address');
create trigger guard_participant before insert on helpdesk.ticket_participants
  for each row execute function helpdesk_private.guard_participant();
create trigger guard_participant_lock after insert on helpdesk.ticket_participants
  referencing new table as changed
  for each statement execute function helpdesk_private.lock_then_check();
create trigger guard_participant_change after update on helpdesk.ticket_participants
  referencing new table as changed
  for each statement execute function helpdesk_private.lock_then_check();
create trigger guard_participant_removal after delete on helpdesk.ticket_participants
  referencing old table as changed
  for each statement execute function helpdesk_private.lock_then_check();

create function helpdesk_private.guard_participant_count()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from (select distinct c.ticket_id from changed as c) as n
    where (select count(*) from helpdesk.ticket_participants as p where p.ticket_id = n.ticket_id) > 50
  ) then
    perform helpdesk_private.fail('too_many', 'participants: a ticket has at most 50.');
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.guard_participant_count from public, anon, authenticated, service_role;
-- Its name comes after guard_participant_lock: PostgreSQL runs triggers in the order of their names.
create trigger guard_participants after insert on helpdesk.ticket_participants
  referencing new table as changed
  for each statement execute function helpdesk_private.guard_participant_count();

create table helpdesk_private.removed_participants (
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  address text not null,
  removed_at timestamptz not null default clock_timestamp(),
  primary key (ticket_id, address)
);
comment on table helpdesk_private.removed_participants is
  'Whom staff have removed from a ticket. No mail makes them a participant who receives copies: staff do.';
revoke all on table helpdesk_private.removed_participants from public, anon, authenticated, service_role;
alter table helpdesk_private.removed_participants enable row level security;

create function helpdesk_private.remember_removal()
returns trigger
language plpgsql
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    insert into helpdesk_private.removed_participants (ticket_id, address)
    -- Not with the ticket.
    select old.ticket_id, old.address
    where exists (select from helpdesk.tickets as t where t.ticket_id = old.ticket_id)
    on conflict do nothing;
  elsif new.receives_copies and (tg_op = 'UPDATE' or new.source = 'staff') then
    delete from helpdesk_private.removed_participants as r
    where (r.ticket_id, r.address) = (new.ticket_id, new.address);
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.remember_removal from public, anon, authenticated, service_role;
create trigger remember_removal after insert or update or delete on helpdesk.ticket_participants
  for each row execute function helpdesk_private.remember_removal();
