-- Deliveries to Slack: what a sender is given, and what it learned. A sender makes the calls of a delivery in their
-- order; a call with `in_thread` replies to the message that the call before has written.

insert into helpdesk_private.concepts (version, concept) values ('20261129000610', 'slack_deliveries');

create function helpdesk_private.slack_calls(
  p_channel helpdesk.slack_channels, p_event helpdesk.events, p_ticket helpdesk.tickets
)
returns jsonb
language plpgsql
stable
-- Definer: reads messages and threads. Called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_root jsonb := helpdesk_private.slack_root(p_ticket, p_channel);
  -- Nothing is unfurled, and no name becomes a mention.
  v_quiet jsonb := jsonb_build_object(
    'channel', p_channel.channel_id, 'unfurl_links', false, 'unfurl_media', false, 'parse', 'none'
  );
  v_ts text := (
    select t.thread_ts from helpdesk_private.slack_threads as t
    where t.slack_channel_id = p_channel.slack_channel_id and t.ticket_id = p_ticket.ticket_id
  );
  v_is_its_team boolean := coalesce(p_ticket.team_id = p_channel.team_id, true);
  v_message helpdesk.messages;
  v_calls jsonb;
  v_more jsonb;
begin
  v_calls := jsonb_build_array(case
    when v_ts is null then jsonb_build_object('method', 'chat.postMessage', 'body', v_quiet || v_root)
    else jsonb_build_object(
      'method', 'chat.update', 'body', jsonb_build_object('channel', p_channel.channel_id, 'ts', v_ts) || v_root
    )
  end);
  if not v_is_its_team then
    return jsonb_build_object('calls', v_calls);
  end if;
  if p_channel.events @> '{replied}' and p_event.type = 'message.created' then
    select * into v_message from helpdesk.messages as m where m.message_id = (p_event.data ->> 'message_id')::uuid;
  elsif p_channel.events @> '{replied}' and v_ts is null then
    -- A thread that begins late begins with what was said last. Later messages have deliveries of their own.
    select * into v_message from helpdesk.messages as m
    where m.ticket_id = p_ticket.ticket_id and m.sequence < p_event.event_id
    order by m.sequence desc limit 1;
  end if;
  if v_message.message_id is not null then
    v_more := helpdesk_private.slack_reply(v_message);
  elsif v_ts is not null and p_event.type = 'ticket.status_changed' and p_event.data #>> '{changes,status,1}' = 'open'
    and p_event.data #>> '{changes,status,0}' in ('resolved', 'closed') then
    v_more := jsonb_build_object(
      'text', helpdesk_private.slack_escape(format('#%s was reopened by %s.', p_ticket.number, p_event.actor_name)),
      'reply_broadcast', true
    );
  end if;
  if v_more is not null then
    v_calls := v_calls || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
      'method', 'chat.postMessage', 'in_thread', case when v_ts is null then true end,
      'body', v_quiet || v_more || case
        when v_ts is null then '{}' else jsonb_build_object('thread_ts', v_ts)
      end
    )));
  end if;
  return jsonb_build_object('calls', v_calls, 'echo', jsonb_build_object('shown', v_message.message_id));
end;
$$;
comment on function helpdesk_private.slack_calls is
  'The calls of Slack''s Web API that show the event, and with it the ticket as it is now. echo: what the sender hands '
  'back when all calls have succeeded.';
revoke all on function helpdesk_private.slack_calls from public, anon, authenticated, service_role;

create function helpdesk_private.slack_payload(p_delivery helpdesk.outbox)
returns jsonb
language plpgsql
stable
-- Definer: reads the token, the log and the ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_channel helpdesk.slack_channels;
  v_connection helpdesk.slack_connections;
  v_event helpdesk.events;
  v_ticket helpdesk.tickets;
  v_made jsonb;
begin
  select * into v_channel from helpdesk.slack_channels as c where c.slack_channel_id = p_delivery.target_id;
  select * into v_connection from helpdesk.slack_connections as n where n.connection_id = v_channel.connection_id;
  if v_connection.connection_id is null then
    return null;
  elsif p_delivery.event_id is null then
    v_made := jsonb_build_object('calls', jsonb_build_array(jsonb_build_object(
      'method', 'chat.postMessage',
      'body', jsonb_build_object('channel', v_channel.channel_id, 'text', 'The helpdesk can write to this channel.')
    )));
  elsif not (v_channel.is_active and v_connection.is_active) then
    return '{}';
  else
    select * into v_event from helpdesk.events as e where e.event_id = p_delivery.event_id;
    select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_delivery.ticket_id;
    if v_event.event_id is null or v_ticket.ticket_id is null then
      return null;
    end if;
    v_made := helpdesk_private.slack_calls(v_channel, v_event, v_ticket);
  end if;
  return v_made || jsonb_build_object(
    'channel', v_channel.channel_id,
    'api_url', (select s.slack_api_url from helpdesk_private.delivery_settings as s),
    'token', (
      select s.bot_token from helpdesk_private.slack_secrets as s where s.connection_id = v_connection.connection_id
    )
  );
end;
$$;
comment on function helpdesk_private.slack_payload is
  'What a sender needs: where Slack is, the token, the channel and the calls to make.';
revoke all on function helpdesk_private.slack_payload from public, anon, authenticated, service_role;

create function helpdesk_private.note_slack_outcome(p_delivery helpdesk.outbox, p_outcome text, p_result jsonb)
returns void
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_error text := left(coalesce(nullif(helpdesk_private.one_line(p_result ->> 'error'), ''), 'gone'), 100);
  v_ts text := p_result ->> 'ts';
begin
  -- Also after a failure: the thread may have been begun, and must not be begun twice.
  if v_ts ~ '^[0-9]{1,16}[.][0-9]{1,9}$' and p_delivery.ticket_id is not null then
    insert into helpdesk_private.slack_threads (slack_channel_id, ticket_id, thread_ts)
    select c.slack_channel_id, t.ticket_id, v_ts
    from helpdesk.slack_channels as c cross join helpdesk.tickets as t
    where c.slack_channel_id = p_delivery.target_id and t.ticket_id = p_delivery.ticket_id
    on conflict do nothing;
  end if;
  if p_outcome = 'done' and pg_input_is_valid(coalesce(p_result ->> 'shown', ''), 'uuid') then
    update helpdesk_private.slack_threads as t set last_message_id = (p_result ->> 'shown')::uuid
    where t.slack_channel_id = p_delivery.target_id and t.ticket_id = p_delivery.ticket_id;
  elsif p_outcome = 'gone' then
    -- Who deletes it has locked it, and waits for this delivery.
    perform from helpdesk.slack_channels as c
    inner join helpdesk.slack_connections as n using (connection_id)
    where c.slack_channel_id = p_delivery.target_id
    for no key update of c, n skip locked;
    if not found then
      return;
    elsif v_error in (
      'is_archived', 'channel_not_found', 'not_in_channel', 'restricted_action', 'channel_type_not_supported', 'gone'
    ) then
      update helpdesk.slack_channels as c set is_active = false, disabled_reason = v_error
      where c.slack_channel_id = p_delivery.target_id and c.is_active;
    else
      update helpdesk.slack_connections as n set is_active = false, disabled_reason = v_error
      from helpdesk.slack_channels as c
      where c.slack_channel_id = p_delivery.target_id and n.connection_id = c.connection_id and n.is_active;
    end if;
  end if;
end;
$$;
comment on function helpdesk_private.note_slack_outcome is
  'Remembers the thread that a delivery has begun, and switches off a channel that is gone, or a workspace whose token '
  'is refused.';
revoke all on function helpdesk_private.note_slack_outcome from public, anon, authenticated, service_role;

create function helpdesk_private.due_for_slack(p_max_rows integer)
returns setof helpdesk.outbox
language sql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Slack takes about one message a second of a channel: more than can be sent within a lease is not leased.
  select d.*
  from helpdesk.slack_channels as c
  cross join lateral helpdesk_private.due_of_target('slack', c.slack_channel_id, (10 - (
    select count(*) from helpdesk.outbox as l
    where l.target_id = c.slack_channel_id and l.state = 'leased' and l.leased_until > clock_timestamp()
  ))::integer) as d
  where exists (
    select from helpdesk.outbox as o
    where o.kind = 'slack' and o.state in ('queued', 'leased') and o.target_id = c.slack_channel_id
      and o.next_at <= clock_timestamp()
  )
  order by d.next_at, d.sequence limit p_max_rows;
$$;
comment on function helpdesk_private.due_for_slack is
  'Locks deliveries to Slack that can be sent now, at most ten of each channel under way.';
revoke all on function helpdesk_private.due_for_slack from public, anon, authenticated, service_role;
