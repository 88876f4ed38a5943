-- Slack: workspaces that the helpdesk is connected to, and the channels that receive tickets.
--
-- Admins connect a workspace with the two secrets of its app: the bot token, with which the helpdesk writes, and the
-- signing secret, which proves that a request comes from Slack. Nobody can read them afterwards. The token goes to
-- senders with a lease, and to the function `slack` together with a request whose signature is right.

create table helpdesk.slack_connections (
  connection_id uuid primary key default gen_random_uuid(),
  workspace_id text not null unique check (workspace_id ~ '^[TE][A-Z0-9]{1,30}$'),
  workspace_name text not null default ''
    check (helpdesk_private.text_within('workspace_name', workspace_name, 0, 200)),
  bot_user_id text not null check (bot_user_id ~ '^[UWB][A-Z0-9]{1,30}$'),
  is_active boolean not null default true,
  disabled_reason text check (helpdesk_private.text_within('disabled_reason', disabled_reason, 1, 100)),
  disabled_at timestamptz,
  created_by uuid references helpdesk.users (user_id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.slack_connections is
  'Slack workspaces. Admins read, change (PATCH) and delete them here; connect_slack() makes one, and replaces its '
  'secrets.';
comment on column helpdesk.slack_connections.bot_user_id is
  'The user that the app is in the workspace. What it writes is not taken for a reply.';
comment on column helpdesk.slack_connections.disabled_reason is
  'switched_off by an admin, or the error with which Slack refused the token, e.g. invalid_auth.';

create table helpdesk.slack_channels (
  slack_channel_id uuid primary key default gen_random_uuid(),
  connection_id uuid not null references helpdesk.slack_connections (connection_id) on delete cascade,
  channel_id text not null check (channel_id ~ '^[CG][A-Z0-9]{1,30}$'),
  channel_name text not null default '' check (helpdesk_private.text_within('channel_name', channel_name, 0, 80)),
  team_id uuid references helpdesk.teams (team_id) on delete cascade,
  events text[] not null default '{opened,reopened,replied}'
    check (events <@ '{opened,reopened,replied}' and cardinality(events) between 1 and 3),
  is_active boolean not null default true,
  disabled_reason text check (helpdesk_private.text_within('disabled_reason', disabled_reason, 1, 100)),
  disabled_at timestamptz,
  created_by uuid references helpdesk.users (user_id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (connection_id, channel_id, team_id)
);
comment on table helpdesk.slack_channels is
  'Slack channels that receive tickets. Admins read, change (PATCH) and delete them here; add_slack_channel() adds '
  'one.';
comment on column helpdesk.slack_channels.channel_id is 'The id in Slack, like C0123456789.';
comment on column helpdesk.slack_channels.team_id is
  'Only tickets of this team; null: of all teams. The row is deleted with the team.';
comment on column helpdesk.slack_channels.events is
  'What is written: opened (new tickets, also those that come from another team), reopened, replied (public messages, '
  'in the ticket''s thread). The first message of a thread always follows its ticket.';
comment on column helpdesk.slack_channels.disabled_reason is
  'switched_off by an admin, or the error with which Slack refused the channel, e.g. is_archived.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.slack_connections
  alter column connection_id set statistics 0,
  alter column workspace_id set statistics 0,
  alter column workspace_name set statistics 0,
  alter column bot_user_id set statistics 0,
  alter column is_active set statistics 0,
  alter column disabled_reason set statistics 0,
  alter column disabled_at set statistics 0,
  alter column created_by set statistics 0,
  alter column created_at set statistics 0,
  alter column updated_at set statistics 0;
alter table helpdesk.slack_channels
  alter column slack_channel_id set statistics 0,
  alter column connection_id set statistics 0,
  alter column channel_id set statistics 0,
  alter column channel_name set statistics 0,
  alter column team_id set statistics 0,
  alter column events set statistics 0,
  alter column is_active set statistics 0,
  alter column disabled_reason set statistics 0,
  alter column disabled_at set statistics 0,
  alter column created_by set statistics 0,
  alter column created_at set statistics 0,
  alter column updated_at set statistics 0;
create index slack_connections_created_by_idx on helpdesk.slack_connections (created_by);
create index slack_channels_team_idx on helpdesk.slack_channels (team_id);
create index slack_channels_created_by_idx on helpdesk.slack_channels (created_by);

create table helpdesk_private.slack_secrets (
  connection_id uuid primary key references helpdesk.slack_connections (connection_id) on delete cascade,
  bot_token text not null,
  signing_secret text not null
);
comment on table helpdesk_private.slack_secrets is 'The secrets of the Slack apps.';

alter table helpdesk_private.delivery_settings
  add column slack_api_url text not null default 'https://slack.com/api' check (char_length(slack_api_url) <= 300);
comment on column helpdesk_private.delivery_settings.slack_api_url is
  'Where Slack''s Web API is. Written by the owner only: tests have a double.';

revoke all on table helpdesk.slack_connections from public, anon, authenticated, service_role;
revoke all on table helpdesk.slack_channels from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.slack_secrets from public, anon, authenticated, service_role;
grant select, delete, update (is_active) on table helpdesk.slack_connections
to authenticated, service_role;
grant select, delete, update (channel_name, team_id, events, is_active) on table helpdesk.slack_channels
to authenticated, service_role;
alter table helpdesk.slack_connections enable row level security;
alter table helpdesk.slack_channels enable row level security;
alter table helpdesk_private.slack_secrets enable row level security;

create policy "only active people" on helpdesk.slack_connections
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "admins see Slack workspaces" on helpdesk.slack_connections
  for select to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "admins change Slack workspaces" on helpdesk.slack_connections
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "admins delete Slack workspaces" on helpdesk.slack_connections
  for delete to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "only active people" on helpdesk.slack_channels
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "admins see Slack channels" on helpdesk.slack_channels
  for select to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "admins change Slack channels" on helpdesk.slack_channels
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "admins delete Slack channels" on helpdesk.slack_channels
  for delete to authenticated using ((select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261129000600', 'slack');

insert into helpdesk_private.named_locks (name) values ('slack');

insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('slack_connection_not_found', 404, 'There is no such Slack workspace.', 'List the connections, or connect it.'),
  ('slack_channel_not_found', 404, 'There is no such Slack channel.', 'List the channels.'),
  ('slack_channel_taken', 409, 'This Slack channel receives these tickets already.', 'Change what is there.');

insert into helpdesk_private.event_types (type) values
  ('slack.connected'), ('slack.updated'), ('slack.disconnected'), ('slack.disabled'), ('slack.channel_added'),
  ('slack.channel_updated'), ('slack.channel_removed'), ('slack.channel_disabled');


-- Changes -------------------------------------------------------------------------------------------------------------

create function helpdesk_private.guard_slack()
returns trigger
language plpgsql
-- Definer: locks the team, and reads all channels.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_table_name = 'slack_channels' and (
    tg_op = 'INSERT' or (to_jsonb(new) -> 'team_id', to_jsonb(new) -> 'events') is distinct from (
      to_jsonb(old) -> 'team_id', to_jsonb(old) -> 'events'
    )
  ) then
    perform helpdesk_private.take_lock('slack');
    if not (new.events <@ '{opened,reopened,replied}') or cardinality(new.events) not between 1 and 3 then
      perform helpdesk_private.fail('invalid_value', 'events must be some of opened, reopened and replied');
    elsif new.team_id is not null and not helpdesk_private.lock_team(new.team_id) then
      perform helpdesk_private.fail('team_not_found');
    elsif exists (
      select from helpdesk.slack_channels as c
      where c.connection_id = new.connection_id and c.channel_id = new.channel_id
        and c.team_id is not distinct from new.team_id and c.slack_channel_id <> new.slack_channel_id
    ) then
      perform helpdesk_private.fail('slack_channel_taken');
    end if;
  end if;
  if tg_op = 'UPDATE' and new.is_active and not old.is_active then
    new.disabled_reason := null;
    new.disabled_at := null;
  elsif tg_op = 'UPDATE' and old.is_active and not new.is_active then
    new.disabled_reason := coalesce(new.disabled_reason, 'switched_off');
    new.disabled_at := clock_timestamp();
  end if;
  if tg_op = 'UPDATE' then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_slack from public, anon, authenticated, service_role;
create trigger guard_slack before insert or update on helpdesk.slack_connections
  for each row execute function helpdesk_private.guard_slack();
create trigger guard_slack before insert or update on helpdesk.slack_channels
  for each row execute function helpdesk_private.guard_slack();

create function helpdesk_private.release_slack(p_slack_channel_id uuid)
returns void
language sql
-- Definer: nobody writes the outbox directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
  update helpdesk.outbox as o set next_at = clock_timestamp()
  where o.kind = 'slack' and o.target_id = p_slack_channel_id and o.state = 'queued' and o.next_at is null;
$$;
comment on function helpdesk_private.release_slack is 'Lets go what waited while the channel was off.';
revoke all on function helpdesk_private.release_slack from public, anon, authenticated, service_role;

create function helpdesk_private.follow_slack_connection()
returns trigger
language plpgsql
-- Definer: writes the outbox and the log.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data jsonb := jsonb_build_object('connection_id', coalesce(new.connection_id, old.connection_id));
  v_changes jsonb;
begin
  if tg_op = 'INSERT' then
    perform helpdesk_private.log_event('slack.connected', 'staff', null, v_data);
  elsif tg_op = 'DELETE' then
    perform helpdesk_private.log_event('slack.disconnected', 'staff', null, v_data);
  elsif old.is_active and new.disabled_reason <> 'switched_off' then
    perform helpdesk_private.log_event(
      'slack.disabled', 'staff', null, v_data || jsonb_build_object('reason', new.disabled_reason)
    );
  else
    if new.is_active and not old.is_active then
      perform helpdesk_private.release_slack(c.slack_channel_id)
      from helpdesk.slack_channels as c where c.connection_id = new.connection_id and c.is_active;
    end if;
    v_changes := helpdesk_private.changes(
      to_jsonb(old), to_jsonb(new), 'workspace_name', 'is_active', 'bot_user_id'
    );
    if v_changes is not null then
      perform helpdesk_private.log_event(
        'slack.updated', 'staff', null, v_data || jsonb_build_object('changes', v_changes)
      );
    end if;
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.follow_slack_connection from public, anon, authenticated, service_role;
create trigger follow_slack_connection after insert or update or delete on helpdesk.slack_connections
  for each row execute function helpdesk_private.follow_slack_connection();

create function helpdesk_private.follow_slack_channel()
returns trigger
language plpgsql
-- Definer: writes the outbox and the log.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data jsonb := jsonb_build_object(
    'connection_id', coalesce(new.connection_id, old.connection_id),
    'slack_channel_id', coalesce(new.slack_channel_id, old.slack_channel_id)
  );
  v_changes jsonb;
begin
  if tg_op = 'INSERT' then
    perform helpdesk_private.log_event('slack.channel_added', 'staff', null, v_data);
  elsif tg_op = 'DELETE' then
    delete from helpdesk.outbox as o where o.kind = 'slack' and o.target_id = old.slack_channel_id;
    perform helpdesk_private.log_event('slack.channel_removed', 'staff', null, v_data);
  elsif old.is_active and new.disabled_reason <> 'switched_off' then
    perform helpdesk_private.log_event(
      'slack.channel_disabled', 'staff', null, v_data || jsonb_build_object('reason', new.disabled_reason)
    );
  else
    if new.is_active and not old.is_active then
      perform helpdesk_private.release_slack(new.slack_channel_id);
    end if;
    v_changes := helpdesk_private.changes(
      to_jsonb(old), to_jsonb(new), 'channel_name', 'team_id', 'events', 'is_active'
    );
    if v_changes is not null then
      perform helpdesk_private.log_event(
        'slack.channel_updated', 'staff', null, v_data || jsonb_build_object('changes', v_changes)
      );
    end if;
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.follow_slack_channel from public, anon, authenticated, service_role;
create trigger follow_slack_channel after insert or update or delete on helpdesk.slack_channels
  for each row execute function helpdesk_private.follow_slack_channel();
