-- Administration of Slack: connecting a workspace, adding channels, and trying them.

insert into helpdesk_private.concepts (version, concept) values ('20261129000602', 'slack_administration');

create function helpdesk_private.connect_slack(
  p_workspace_id text, p_bot_user_id text, p_bot_token text, p_signing_secret text, p_workspace_name text
)
returns helpdesk.slack_connections
language plpgsql
-- Definer: nobody inserts connections directly, and the secrets are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 10;
  v_me uuid := helpdesk_private.require_role('admin');
  v_connection helpdesk.slack_connections;
  v_old helpdesk_private.slack_secrets;
begin
  -- The messages never repeat what was given: it may be a secret in the wrong place.
  if coalesce(p_workspace_id !~ '^[TE][A-Z0-9]{1,30}$', true) then
    perform helpdesk_private.fail('invalid_value', 'workspace_id must be an id like T0123456789');
  elsif coalesce(p_bot_user_id !~ '^[UWB][A-Z0-9]{1,30}$', true) then
    perform helpdesk_private.fail('invalid_value', 'bot_user_id must be an id like U0123456789');
  elsif coalesce(p_bot_token !~ '^xoxb-[A-Za-z0-9-]{10,250}$', true) then
    perform helpdesk_private.fail('invalid_value', 'bot_token must be the bot token of the app: it begins with xoxb-');
  elsif coalesce(p_signing_secret !~ '^[0-9a-zA-Z]{16,64}$', true) then
    perform helpdesk_private.fail(
      'invalid_value', 'signing_secret must be the signing secret of the app', 'It is on its page Basic Information.'
    );
  end if;
  perform helpdesk_private.take_lock('slack');
  update helpdesk.slack_connections as c
  set bot_user_id = p_bot_user_id, workspace_name = coalesce(p_workspace_name, c.workspace_name), is_active = true
  where c.workspace_id = p_workspace_id
  returning * into v_connection;
  if not found then
    if (select count(*) from helpdesk.slack_connections) >= c_most then
      perform helpdesk_private.fail(
        'too_many', format('slack_connections: at most %s.', c_most), 'Remove one first.'
      );
    end if;
    insert into helpdesk.slack_connections (workspace_id, workspace_name, bot_user_id, created_by)
    values (p_workspace_id, coalesce(p_workspace_name, ''), p_bot_user_id, v_me)
    returning * into v_connection;
  end if;
  select * into v_old from helpdesk_private.slack_secrets as s where s.connection_id = v_connection.connection_id;
  if v_old.connection_id is not null
    and (v_old.bot_token, v_old.signing_secret) <> (p_bot_token, p_signing_secret) then
    -- Whoever has the signing secret speaks for everybody in the workspace.
    perform helpdesk_private.log_event('slack.updated', 'staff', null, jsonb_build_object(
      'connection_id', v_connection.connection_id, 'changes', '{"secrets": [null, null]}'::jsonb
    ));
  end if;
  insert into helpdesk_private.slack_secrets as s (connection_id, bot_token, signing_secret)
  values (v_connection.connection_id, p_bot_token, p_signing_secret)
  on conflict (connection_id) do update
  set bot_token = excluded.bot_token, signing_secret = excluded.signing_secret;
  return v_connection;
end;
$$;
revoke all on function helpdesk_private.connect_slack from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.connect_slack to authenticated, service_role;

create function helpdesk.connect_slack(
  workspace_id text, bot_user_id text, bot_token text, signing_secret text, workspace_name text default null
)
returns helpdesk.slack_connections
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.connect_slack(
    connect_slack.workspace_id, connect_slack.bot_user_id, connect_slack.bot_token, connect_slack.signing_secret,
    connect_slack.workspace_name
  );
$$;
comment on function helpdesk.connect_slack is
  'Admins and the secret key: connects a Slack workspace, or replaces the secrets of one that is connected, and '
  'switches it on. workspace_id and bot_user_id: team_id and user_id of auth.test. The secrets cannot be read again.';
revoke all on function helpdesk.connect_slack from public, anon, authenticated, service_role;
grant execute on function helpdesk.connect_slack to authenticated, service_role;

create function helpdesk_private.add_slack_channel(
  p_connection_id uuid, p_channel_id text, p_channel_name text, p_team_id uuid, p_events text[]
)
returns helpdesk.slack_channels
language plpgsql
-- Definer: nobody inserts channels directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 100;
  v_me uuid := helpdesk_private.require_role('admin');
  v_channel helpdesk.slack_channels;
begin
  perform helpdesk_private.take_lock('slack');
  if not exists (select from helpdesk.slack_connections as c where c.connection_id = p_connection_id) then
    perform helpdesk_private.fail('slack_connection_not_found');
  elsif coalesce(p_channel_id !~ '^[CG][A-Z0-9]{1,30}$', true) then
    perform helpdesk_private.fail('invalid_value', 'channel_id must be an id like C0123456789, not a name');
  elsif (select count(*) from helpdesk.slack_channels) >= c_most then
    perform helpdesk_private.fail('too_many', format('slack_channels: at most %s.', c_most), 'Remove one first.');
  end if;
  insert into helpdesk.slack_channels (connection_id, channel_id, channel_name, team_id, events, created_by)
  values (
    p_connection_id, p_channel_id, coalesce(p_channel_name, ''), p_team_id,
    coalesce(p_events, '{opened,reopened,replied}'), v_me
  )
  returning * into v_channel;
  return v_channel;
end;
$$;
revoke all on function helpdesk_private.add_slack_channel from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.add_slack_channel to authenticated, service_role;

create function helpdesk.add_slack_channel(
  connection_id uuid, channel_id text, channel_name text default '', team_id uuid default null,
  events text[] default '{opened,reopened,replied}'
)
returns helpdesk.slack_channels
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.add_slack_channel(
    add_slack_channel.connection_id, add_slack_channel.channel_id, add_slack_channel.channel_name,
    add_slack_channel.team_id, add_slack_channel.events
  );
$$;
comment on function helpdesk.add_slack_channel is
  'Admins and the secret key: from now on the Slack channel receives tickets, of a team or of all. The app must be a '
  'member of the channel. events: some of opened, reopened and replied.';
revoke all on function helpdesk.add_slack_channel from public, anon, authenticated, service_role;
grant execute on function helpdesk.add_slack_channel to authenticated, service_role;

create function helpdesk_private.test_slack_channel(p_slack_channel_id uuid)
returns helpdesk.outbox
language plpgsql
-- Definer: nobody writes the outbox directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_delivery helpdesk.outbox;
begin
  perform helpdesk_private.require_role('admin');
  perform from helpdesk.slack_channels as c where c.slack_channel_id = p_slack_channel_id for no key update;
  if not found then
    perform helpdesk_private.fail('slack_channel_not_found');
  end if;
  -- A test has no event: of each channel there is one.
  delete from helpdesk.outbox as o
  where o.kind = 'slack' and o.target_id = p_slack_channel_id and o.event_id is null and o.state <> 'leased';
  perform helpdesk_private.enqueue('slack', p_slack_channel_id, null, null);
  select * into v_delivery from helpdesk.outbox as o
  where o.kind = 'slack' and o.target_id = p_slack_channel_id and o.event_id is null;
  return v_delivery;
end;
$$;
revoke all on function helpdesk_private.test_slack_channel from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.test_slack_channel to authenticated, service_role;

create function helpdesk.test_slack_channel(slack_channel_id uuid)
returns helpdesk.outbox
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.test_slack_channel(test_slack_channel.slack_channel_id);
$$;
comment on function helpdesk.test_slack_channel is
  'Admins and the secret key: writes a message to the Slack channel, also while it is off. Returns the delivery, which '
  'tells how it went.';
revoke all on function helpdesk.test_slack_channel from public, anon, authenticated, service_role;
grant execute on function helpdesk.test_slack_channel to authenticated, service_role;
