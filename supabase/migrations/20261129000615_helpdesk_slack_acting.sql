-- What people do from Slack. The function `slack` hands over what Slack has sent; the database decides whether it comes
-- from Slack, who it is, and what that person may do.
--
-- A person of Slack is the person of the helpdesk with the same verified e-mail address. slack_act() takes on that
-- person's role and claims, as the Data API does with their token, and calls the functions that they would call
-- themselves: the rights are theirs, under the same policies, and never the system's.

insert into helpdesk_private.concepts (version, concept) values ('20261129000615', 'slack_acting');

insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('slack_person_unknown', 403, 'The helpdesk does not know you.',
   'Sign in to the helpdesk once with the e-mail address of your Slack account, or ask an admin to add that address to '
   'your account.'),
  ('slack_thread_silent', 409, 'This channel does not show the conversation, so that you cannot reply from here.',
   'Reply in the helpdesk, or write a note: leave !reply out.');


-- Requests of Slack ---------------------------------------------------------------------------------------------------

create function helpdesk_private.accept_slack(
  p_sent_at text, p_signature text, p_body text, p_workspace_id text
)
returns jsonb
language plpgsql
stable
-- Definer: the secrets are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_signed record;
begin
  if coalesce(p_sent_at !~ '^[0-9]{1,12}$', true) or coalesce(p_signature !~ '^v0=[0-9a-f]{64}$', true)
    or p_body is null or abs(extract(epoch from clock_timestamp()) - p_sent_at::bigint) > 300 then
    return null;
  end if;
  for v_signed in
    select c.*, s.bot_token, s.signing_secret
    from helpdesk.slack_connections as c
    inner join helpdesk_private.slack_secrets as s using (connection_id)
    -- An app in several workspaces has one signing secret. The check of the address comes from none of them.
    where c.workspace_id = p_workspace_id or p_workspace_id is null
    order by c.created_at
  loop
    -- Hashed once more: how long a comparison of hashes takes tells nothing about the signature.
    if sha256(convert_to(p_signature, 'UTF8')) = sha256(convert_to('v0=' || encode(helpdesk_private.hmac_sha256(
      convert_to(v_signed.signing_secret, 'UTF8'), format('v0:%s:%s', p_sent_at, p_body)
    ), 'hex'), 'UTF8')) then
      return jsonb_build_object(
        'connection_id', v_signed.connection_id, 'workspace_id', v_signed.workspace_id,
        'bot_user_id', v_signed.bot_user_id, 'is_active', v_signed.is_active
      ) || case when p_workspace_id is null then '{}' else jsonb_build_object(
        'token', v_signed.bot_token,
        'api_url', (select s.slack_api_url from helpdesk_private.delivery_settings as s)
      ) end;
    end if;
  end loop;
  return null;
end;
$$;
revoke all on function helpdesk_private.accept_slack from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.accept_slack to service_role;

create function helpdesk.accept_slack(sent_at text, signature text, body text, workspace_id text default null)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.accept_slack(
    accept_slack.sent_at, accept_slack.signature, accept_slack.body, accept_slack.workspace_id
  );
$$;
comment on function helpdesk.accept_slack is
  'For the function slack, with the secret key: whether a request comes from Slack. sent_at and signature: its '
  'headers; body: as it came; workspace_id: the workspace that the body names. Null for a signature that is not right '
  'or older than five minutes; otherwise the connection, with its token if the body names a workspace.';
revoke all on function helpdesk.accept_slack from public, anon, authenticated, service_role;
grant execute on function helpdesk.accept_slack to service_role;

create function helpdesk_private.is_slack_thread(p_connection_id uuid, p_channel_id text, p_thread_ts text)
returns boolean
language sql
stable
-- Definer: the threads are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from helpdesk_private.slack_threads as t
    inner join helpdesk.slack_channels as c using (slack_channel_id)
    where c.connection_id = p_connection_id and c.channel_id = p_channel_id and t.thread_ts = p_thread_ts
  );
$$;
revoke all on function helpdesk_private.is_slack_thread from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.is_slack_thread to service_role;

create function helpdesk.is_slack_thread(connection_id uuid, channel_id text, thread_ts text)
returns boolean
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.is_slack_thread(
    is_slack_thread.connection_id, is_slack_thread.channel_id, is_slack_thread.thread_ts
  );
$$;
comment on function helpdesk.is_slack_thread is
  'For the function slack, with the secret key: whether a thread of Slack is that of a ticket. The other talk of a '
  'channel is nobody''s business.';
revoke all on function helpdesk.is_slack_thread from public, anon, authenticated, service_role;
grant execute on function helpdesk.is_slack_thread to service_role;


-- Acting as a person --------------------------------------------------------------------------------------------------

create function helpdesk_private.slack_login(p_email text)
returns uuid
language sql
stable
-- Definer: reads logins and all people.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select u.auth_user_id
  from helpdesk_private.person_of_address(helpdesk_private.canonical_email(p_email)) as u
  inner join auth.users as l on u.auth_user_id = l.id
  -- The person's own address counts only if their login has proved it; an alias, because an admin vouches for it.
  where l.email_confirmed_at is not null
    -- Who may not sign in does not come in by Slack.
    and l.deleted_at is null and coalesce(l.banned_until <= clock_timestamp(), true) and (
    helpdesk_private.canonical_email(l.email) = u.email
    or u.email is distinct from helpdesk_private.canonical_email(p_email)
  );
$$;
comment on function helpdesk_private.slack_login is
  'The login of the person with this verified address; null if there is none.';
revoke all on function helpdesk_private.slack_login from public, anon, authenticated, service_role;

create function helpdesk_private.begin_slack_act(
  p_connection_id uuid, p_request_key text, p_email text, p_act text, p_args jsonb
)
returns jsonb
language plpgsql
-- Definer: logins, threads and requests are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_connection helpdesk.slack_connections;
  v_thread helpdesk_private.slack_threads;
  v_events text[];
  v_login uuid;
begin
  perform helpdesk_private.text_among('act', coalesce(p_act, ''), 'find', 'claim', 'resolve', 'note', 'reply');
  perform helpdesk_private.text_within('request_key', coalesce(p_request_key, ''), 1, 300);
  select * into v_connection from helpdesk.slack_connections as c
  where c.connection_id = p_connection_id and c.is_active;
  if not found then
    perform helpdesk_private.fail('slack_connection_not_found');
  end if;
  if p_act in ('note', 'reply') then
    select t.* into v_thread
    from helpdesk_private.slack_threads as t
    inner join helpdesk.slack_channels as c using (slack_channel_id)
    where c.connection_id = p_connection_id and c.channel_id = p_args ->> 'channel_id'
      and t.thread_ts = p_args ->> 'thread_ts';
    if not found then
      perform helpdesk_private.fail('ticket_not_found');
    end if;
    select c.events into v_events from helpdesk.slack_channels as c where c.slack_channel_id = v_thread.slack_channel_id;
  end if;
  v_login := helpdesk_private.slack_login(p_email);
  if v_login is null then
    perform helpdesk_private.fail('slack_person_unknown');
  elsif p_act = 'reply' and not v_events @> '{replied}' then
    perform helpdesk_private.fail('slack_thread_silent');
  end if;
  delete from helpdesk_private.slack_requests as r where r.request_key in (
    select o.request_key from helpdesk_private.slack_requests as o
    where o.created_at < clock_timestamp() - interval '1 day'
    order by o.created_at limit 50 for update skip locked
  );
  insert into helpdesk_private.slack_requests (request_key, slack_channel_id)
  values (p_request_key, case when p_act in ('note', 'reply') then v_thread.slack_channel_id end)
  on conflict do nothing;
  if not found then
    return jsonb_build_object('is_repeat', true);
  end if;
  return jsonb_build_object(
    'claims', jsonb_build_object('sub', v_login, 'role', 'authenticated', 'aud', 'authenticated'),
    'args', p_args || case when p_act in ('note', 'reply') then jsonb_build_object(
      'ticket_id', v_thread.ticket_id, 'last_message_id', v_thread.last_message_id
    ) else '{}' end
  );
end;
$$;
comment on function helpdesk_private.begin_slack_act is
  'Who acts, and on which ticket. A request that was carried out before is a repetition.';
revoke all on function helpdesk_private.begin_slack_act from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.begin_slack_act to service_role;

create function helpdesk_private.carry_out_slack_act(p_act text, p_args jsonb)
returns jsonb
language plpgsql
-- Invoker, and called as the person: everything below is what they could do with their own token.
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket_id uuid := case
    when pg_input_is_valid(p_args ->> 'ticket_id', 'uuid') then (p_args ->> 'ticket_id')::uuid
  end;
  v_ticket helpdesk.tickets;
  v_message helpdesk.messages;
begin
  -- An account that is deactivated is refused whatever it asks for.
  perform helpdesk.whoami();
  if p_act = 'find' then
    return helpdesk.search_tickets(
      query => regexp_replace(btrim(coalesce(p_args ->> 'query', '')), '^#([0-9]+)$', '\1'), max_rows => 5
    );
  elsif p_act = 'claim' then
    v_ticket := helpdesk.claim_ticket(v_ticket_id);
  elsif p_act = 'note' then
    perform helpdesk.add_note(v_ticket_id, p_args ->> 'text');
  elsif p_act = 'reply' then
    v_message := helpdesk.send_reply(v_ticket_id, p_args ->> 'text', (p_args ->> 'last_message_id')::uuid);
  else
    -- The second look tells a ticket that is resolved already from a ticket that is not theirs.
    update helpdesk.tickets as t set status = 'resolved' where t.ticket_id = v_ticket_id and t.status <> 'resolved';
    if not found and not exists (select from helpdesk.tickets as t where t.ticket_id = v_ticket_id) then
      perform helpdesk_private.fail('ticket_not_found');
    end if;
  end if;
  if v_ticket.ticket_id is null then
    select * into v_ticket from helpdesk.tickets as t where t.ticket_id = v_ticket_id;
  end if;
  return jsonb_build_object('number', v_ticket.number, 'message_id', v_message.message_id);
end;
$$;
revoke all on function helpdesk_private.carry_out_slack_act from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.carry_out_slack_act to authenticated;

create function helpdesk_private.end_slack_act(p_connection_id uuid, p_act text, p_args jsonb, p_result jsonb)
returns jsonb
language plpgsql
-- Definer: the threads are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_number text := p_result ->> 'number';
  v_lines text;
begin
  if p_act = 'reply' then
    update helpdesk_private.slack_threads as t set last_message_id = (p_result ->> 'message_id')::uuid
    from helpdesk.slack_channels as c
    where t.slack_channel_id = c.slack_channel_id and t.ticket_id = (p_args ->> 'ticket_id')::uuid
      and t.thread_ts = p_args ->> 'thread_ts' and c.channel_id = p_args ->> 'channel_id'
      and c.connection_id = p_connection_id;
  elsif p_act = 'find' then
    select string_agg(
      format(
        '%s %s (%s)',
        case
          when f.url is null then '#' || (f.ticket ->> 'number')
          else format('<%s|#%s>', f.url, f.ticket ->> 'number')
        end,
        helpdesk_private.slack_escape(helpdesk_private.slack_cut(f.ticket ->> 'title', 150)), f.ticket ->> 'status'
      ), E'\n' order by f.place
    ) into v_lines
    from (
      select distinct on (a.ticket ->> 'ticket_id')
        a.ticket, a.place, helpdesk_private.slack_ticket_url((a.ticket ->> 'ticket_id')::uuid) as url
      from (
        select e.value as ticket, e.ordinality as place
        from jsonb_array_elements(p_result -> 'exact') with ordinality as e
        union all
        select h.value -> 'ticket', 1000 + h.ordinality
        from jsonb_array_elements(p_result -> 'hits') with ordinality as h
      ) as a
      order by a.ticket ->> 'ticket_id', a.place
    ) as f;
    return jsonb_build_object('text', coalesce(v_lines, 'You see no ticket like that.'));
  end if;
  return jsonb_build_object('text', format(case p_act
    when 'claim' then 'You have #%s now.'
    when 'resolve' then '#%s is resolved.'
    when 'note' then 'Added as a note to #%s.'
    else 'Sent to the requester of #%s.'
  end, v_number));
end;
$$;
revoke all on function helpdesk_private.end_slack_act from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.end_slack_act to service_role;

create function helpdesk.slack_act(connection_id uuid, request_key text, email text, act text, args jsonb default '{}')
returns jsonb
language plpgsql
-- Invoker: a definer function cannot change the role. The service's role can become any role of the Data API.
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_begun jsonb := helpdesk_private.begin_slack_act(
    slack_act.connection_id, slack_act.request_key, slack_act.email, slack_act.act, coalesce(slack_act.args, '{}')
  );
  v_role text := current_setting('role');
  v_claims text := coalesce(current_setting('request.jwt.claims', true), '');
  v_claim text := coalesce(current_setting('request.jwt.claim.sub', true), '');
  v_result jsonb;
begin
  if v_begun ? 'is_repeat' then
    return v_begun;
  end if;
  perform set_config('request.jwt.claims', (v_begun -> 'claims')::text, true);
  perform set_config('request.jwt.claim.sub', '', true);
  perform set_config('role', 'authenticated', true);
  v_result := helpdesk_private.carry_out_slack_act(slack_act.act, v_begun -> 'args');
  perform set_config('role', v_role, true);
  perform set_config('request.jwt.claims', v_claims, true);
  perform set_config('request.jwt.claim.sub', v_claim, true);
  return helpdesk_private.end_slack_act(slack_act.connection_id, slack_act.act, v_begun -> 'args', v_result);
end;
$$;
comment on function helpdesk.slack_act is
  'For the function slack, with the secret key: does what somebody asks for in Slack, with the rights of the person '
  'who has that verified e-mail address. request_key: what is the same when Slack repeats the request; it is carried '
  'out once. act and args: find (query), claim or resolve (ticket_id), note or reply (channel_id, thread_ts, text). '
  'Returns the answer to that person, or is_repeat.';
revoke all on function helpdesk.slack_act from public, anon, authenticated, service_role;
grant execute on function helpdesk.slack_act to service_role;
