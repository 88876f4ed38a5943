-- What Slack channels receive: one thread for each ticket. Its first message follows the ticket, its replies are the
-- ticket's public messages. Events become deliveries in the transaction that writes them, in the order of each ticket.
--
-- What is written is made when it is sent, from the rows as they are then: a message that was redacted meanwhile has no
-- text, and a ticket that has left the channel's team shows nothing more.

insert into helpdesk_private.concepts (version, concept) values ('20261129000605', 'slack_messages');

create table helpdesk_private.slack_threads (
  slack_channel_id uuid not null references helpdesk.slack_channels (slack_channel_id) on delete cascade,
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  thread_ts text not null,
  -- The newest message that stands in the thread: whoever replies from there has seen that message.
  last_message_id uuid,
  created_at timestamptz not null default clock_timestamp(),
  primary key (slack_channel_id, ticket_id)
);
create index slack_threads_ticket_idx on helpdesk_private.slack_threads (ticket_id);
create index slack_threads_ts_idx on helpdesk_private.slack_threads (thread_ts);
comment on table helpdesk_private.slack_threads is 'The thread of each ticket in each Slack channel.';

create table helpdesk_private.slack_requests (
  request_key text primary key check (char_length(request_key) <= 300),
  xid xid8 not null default pg_current_xact_id(),
  slack_channel_id uuid,
  created_at timestamptz not null default clock_timestamp()
);
create index slack_requests_xid_idx on helpdesk_private.slack_requests (xid) where slack_channel_id is not null;
create index slack_requests_created_idx on helpdesk_private.slack_requests (created_at);
comment on table helpdesk_private.slack_requests is
  'The requests of Slack that were carried out, for a day: Slack sends some of them twice. xid: their transaction.';

revoke all on table helpdesk_private.slack_threads from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.slack_requests from public, anon, authenticated, service_role;
alter table helpdesk_private.slack_threads enable row level security;
alter table helpdesk_private.slack_requests enable row level security;


-- Texts ---------------------------------------------------------------------------------------------------------------

create function helpdesk_private.slack_escape(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Without these three, no text can be a link, a mention or a call of everybody.
  select replace(replace(replace(p_text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
$$;
comment on function helpdesk_private.slack_escape is 'The text for a field in which Slack reads mrkdwn.';
revoke all on function helpdesk_private.slack_escape from public, anon, authenticated, service_role;

create function helpdesk_private.slack_cut(p_text text, p_most integer)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Slack counts UTF-16: a character beyond the basic plane is two.
  v_most integer := case when p_text ~ '[\U00010000-\U0010FFFF]' then p_most / 2 else p_most end;
begin
  if char_length(p_text) <= v_most then
    return p_text;
  end if;
  return rtrim(left(p_text, v_most - 1)) || '…';
end;
$$;
comment on function helpdesk_private.slack_cut is 'At most so many characters of the text, as Slack counts them.';
revoke all on function helpdesk_private.slack_cut from public, anon, authenticated, service_role;

create function helpdesk_private.slack_plain(p_text text, p_most integer)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- In plain text Slack reads no mrkdwn, no mention and, with emoji false, no emoji.
  select jsonb_build_object(
    'type', 'plain_text', 'emoji', false,
    'text', case
      when helpdesk_private.is_blank(coalesce(p_text, '')) then '(no text)'
      else helpdesk_private.slack_cut(p_text, p_most)
    end
  );
$$;
revoke all on function helpdesk_private.slack_plain from public, anon, authenticated, service_role;

create function helpdesk_private.slack_button(p_action text, p_label text, p_value text, p_url text default null)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'type', 'button', 'action_id', p_action, 'text', helpdesk_private.slack_plain(p_label, 75), 'value', p_value,
    'url', p_url
  ));
$$;
revoke all on function helpdesk_private.slack_button from public, anon, authenticated, service_role;

create function helpdesk_private.slack_ticket_url(p_ticket_id uuid)
returns text
language sql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select rtrim(s.console_url, '/') || '/tickets/' || p_ticket_id
  from helpdesk.settings as s;
$$;
comment on function helpdesk_private.slack_ticket_url is
  'The page of the ticket in the console; null without the setting console_url.';
revoke all on function helpdesk_private.slack_ticket_url from public, anon, authenticated, service_role;

create function helpdesk_private.slack_root(p_ticket helpdesk.tickets, p_channel helpdesk.slack_channels)
returns jsonb
language plpgsql
stable
-- Definer: reads names and teams. Called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head text := format('#%s', p_ticket.number);
  v_url text := helpdesk_private.slack_ticket_url(p_ticket.ticket_id);
  v_facts text;
  v_blocks jsonb;
  v_buttons jsonb := '[]';
begin
  if p_ticket.team_id <> p_channel.team_id then
    return jsonb_build_object(
      'text', format('%s is with another team now.', v_head),
      'blocks', jsonb_build_array(jsonb_build_object(
        'type', 'section', 'text', helpdesk_private.slack_plain(v_head || ' is with another team now.', 200)
      ))
    );
  end if;
  v_head := v_head || ' ' || p_ticket.title;
  v_facts := concat_ws(
    ' · ', initcap(p_ticket.status), 'priority ' || p_ticket.priority,
    (select t.name from helpdesk.teams as t where t.team_id = p_ticket.team_id),
    'from ' || helpdesk_private.display_name(p_ticket.created_by),
    case
      when p_ticket.assigned_to is null then 'nobody has it'
      else 'assigned to ' || helpdesk_private.display_name(p_ticket.assigned_to)
    end
  );
  v_blocks := jsonb_build_array(
    jsonb_build_object('type', 'header', 'text', helpdesk_private.slack_plain(v_head, 150))
  );
  if not helpdesk_private.is_blank(p_ticket.description) then
    v_blocks := v_blocks || jsonb_build_object(
      'type', 'section', 'text', helpdesk_private.slack_plain(p_ticket.description, 1000)
    );
  end if;
  v_blocks := v_blocks || jsonb_build_object(
    'type', 'context', 'elements', jsonb_build_array(helpdesk_private.slack_plain(v_facts, 1000))
  );
  if p_ticket.status in ('open', 'pending') then
    if p_ticket.assigned_to is null then
      v_buttons := v_buttons || helpdesk_private.slack_button('claim', 'Claim', p_ticket.ticket_id::text);
    end if;
    v_buttons := v_buttons || helpdesk_private.slack_button('resolve', 'Resolve', p_ticket.ticket_id::text);
  end if;
  if v_url is not null then
    v_buttons := v_buttons || helpdesk_private.slack_button('open', 'Open', p_ticket.ticket_id::text, v_url);
  end if;
  if v_buttons <> '[]' then
    v_blocks := v_blocks || jsonb_build_object('type', 'actions', 'elements', v_buttons);
  end if;
  return jsonb_build_object(
    'text', helpdesk_private.slack_escape(helpdesk_private.slack_cut(format('%s (%s)', v_head, p_ticket.status), 300)),
    'blocks', v_blocks
  );
end;
$$;
comment on function helpdesk_private.slack_root is 'The first message of a ticket''s thread, as the ticket is now.';
revoke all on function helpdesk_private.slack_root from public, anon, authenticated, service_role;

create function helpdesk_private.slack_reply(p_message helpdesk.messages)
returns jsonb
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_body text := case when p_message.redacted_at is null then p_message.body else '(redacted)' end;
  v_name text := p_message.author_name || case p_message.author_kind when 'customer' then '' else ' replied' end;
begin
  return jsonb_build_object(
    'text', helpdesk_private.slack_escape(
      helpdesk_private.slack_cut(format('%s: %s', p_message.author_name, v_body), 300)
    ),
    'blocks', jsonb_build_array(
      jsonb_build_object('type', 'context', 'elements', jsonb_build_array(helpdesk_private.slack_plain(v_name, 300))),
      jsonb_build_object('type', 'section', 'text', helpdesk_private.slack_plain(v_body, 2900))
    )
  );
end;
$$;
comment on function helpdesk_private.slack_reply is 'A public message, for the thread of its ticket.';
revoke all on function helpdesk_private.slack_reply from public, anon, authenticated, service_role;


-- Which events --------------------------------------------------------------------------------------------------------

create function helpdesk_private.slack_wants(p_channel helpdesk.slack_channels, p_event helpdesk.events)
returns boolean
language plpgsql
-- Definer: reads threads and the outbox.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_its_team boolean := coalesce(p_event.team_id = p_channel.team_id, p_channel.team_id is null);
  v_changes jsonb := p_event.data -> 'changes';
  v_has_thread boolean;
begin
  if v_is_its_team and p_channel.events @> '{opened}' and p_event.type in ('ticket.created', 'ticket.transferred') then
    return true;
  elsif v_is_its_team and p_channel.events @> '{reopened}' and p_event.type = 'ticket.status_changed'
    and v_changes #>> '{status,0}' in ('resolved', 'closed') and v_changes #>> '{status,1}' = 'open' then
    return true;
  elsif p_event.type = 'ticket.created' or not (v_is_its_team or p_event.type = 'ticket.transferred') then
    return false;
  end if;
  v_has_thread := exists (
    select from helpdesk_private.slack_threads as t
    where t.slack_channel_id = p_channel.slack_channel_id and t.ticket_id = p_event.ticket_id
  ) or exists (
    select from helpdesk.outbox as o
    where o.order_key = p_channel.slack_channel_id and o.ticket_id = p_event.ticket_id
      and o.state in ('queued', 'leased')
  );
  if not v_has_thread then
    return false;
  elsif p_event.type = 'message.created' then
    -- What was written in the thread stands there already.
    return p_channel.events @> '{replied}' and not exists (
      select from helpdesk_private.slack_requests as r
      where r.xid = pg_current_xact_id() and r.slack_channel_id = p_channel.slack_channel_id
    );
  end if;
  -- A delivery that waits shows the ticket as it is when it is sent. The lock keeps it from being sent before that.
  perform from helpdesk.outbox as o
  where o.order_key = p_channel.slack_channel_id and o.ticket_id = p_event.ticket_id
    and o.state = 'queued' and o.attempts = 0
  limit 1 for key share skip locked;
  return not found;
end;
$$;
comment on function helpdesk_private.slack_wants is 'Whether the event changes what the Slack channel shows.';
revoke all on function helpdesk_private.slack_wants from public, anon, authenticated, service_role;

create function helpdesk_private.enqueue_for_slack()
returns trigger
language plpgsql
-- Definer: nobody who writes may read channels or write the outbox.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.enqueue('slack', c.slack_channel_id, new.event_id, new.ticket_id)
  from helpdesk.slack_channels as c
  inner join helpdesk.slack_connections as n using (connection_id)
  where c.is_active and n.is_active and helpdesk_private.slack_wants(c, new);
  return null;
end;
$$;
revoke all on function helpdesk_private.enqueue_for_slack from public, anon, authenticated, service_role;
create trigger enqueue_for_slack after insert on helpdesk.events
  for each row when (new.type in (
    'ticket.created', 'ticket.status_changed', 'ticket.updated', 'ticket.assigned', 'ticket.unassigned',
    'ticket.transferred', 'message.created'
  )) execute function helpdesk_private.enqueue_for_slack();
