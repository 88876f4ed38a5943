-- Live: each event is announced on private channels of Supabase Realtime, in the same transaction, so only if it
-- commits. An announcement has no content: its receiver reads the log, whose policies decide on every statement, while
-- a channel's rights are those of the moment it was joined.
--
--   helpdesk:ticket:<uuid>        what the requester may know of a ticket
--   helpdesk:ticket:<uuid>:staff  what only staff may know of it; and who has it open (presence)
--   helpdesk:team:<uuid>          everything in a team's queue, and that a ticket has left it
--   helpdesk:user:<uuid>          a requester's own tickets; assignments; what changes a person's rights
--   helpdesk:staff                that a field, an article, a team, a setting or an exclusion has changed
--   helpdesk:admin                everything

insert into helpdesk_private.concepts (version, concept) values ('20261122001700', 'realtime');


-- Announcing ----------------------------------------------------------------------------------------------------------

create function helpdesk_private.topics_of(p_event helpdesk.events)
returns setof text
language plpgsql
stable
rows 5
-- Definer: called by a definer function only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_assignment jsonb := p_event.data #> '{changes,assigned_to}';
begin
  return next 'helpdesk:admin';
  if p_event.ticket_id is null then
    -- The event is for admins. What it is about, others on the staff show too: they read it again, as far as they may.
    if p_event.type ~
      '^(?:(?:article|field|settings)[.]|team[.](?:created|updated|deleted)$|assistant[.](?:settings|exclusion)_)'
    then
      return next 'helpdesk:staff';
    end if;
    if p_event.changes_access then
      -- The person works out anew which channels to join; the team's channel announces its members.
      return next 'helpdesk:user:' || (p_event.data ->> 'user_id');
      return query select 'helpdesk:team:' || (p_event.data ->> 'team_id') where p_event.data ? 'team_id';
    end if;
    return;
  end if;
  return query
    select distinct v.topic
    from (
      values
        ('helpdesk:ticket:' || p_event.ticket_id || case p_event.audience when 'customer' then '' else ':staff' end),
        ('helpdesk:team:' || p_event.team_id),
        -- The queue that a ticket leaves.
        ('helpdesk:team:' || (p_event.data #>> '{changes,team_id,0}')),
        (case p_event.audience when 'customer' then 'helpdesk:user:' || p_event.requester_id end),
        ('helpdesk:user:' || (v_assignment ->> 0)),
        -- The team's members receive it on the team's topic. An assignee from outside the team has no topic but their
        -- own.
        (
          case
            when v_assignment is not null
              or not exists (
                select from helpdesk.team_members as m
                where m.team_id = p_event.team_id and m.user_id = p_event.assigned_to
              )
            then 'helpdesk:user:' || p_event.assigned_to
          end
        )
    ) as v (topic)
    where v.topic is not null;
end;
$$;
comment on function helpdesk_private.topics_of is 'The channels on which an event is announced.';
revoke all on function helpdesk_private.topics_of from public, anon, authenticated, service_role;

create function helpdesk_private.announce_event()
returns trigger
language plpgsql
-- Definer: nobody but the database may broadcast.
security definer
set search_path = pg_catalog, pg_temp
-- Realtime's table may be locked, for example while it gets its next partition.
set lock_timeout = '100ms'
as $$
declare
  v_topic text;
  v_began timestamptz := clock_timestamp();
  v_host_topic text := coalesce(current_setting('realtime.topic', true), '');
begin
  if current_setting('helpdesk.announcing', true) = 'off ' || pg_current_xact_id()::text then
    return null;
  end if;
  for v_topic in select t from helpdesk_private.topics_of(new) as t loop
    perform realtime.send(
      jsonb_build_object(
        'event_id', new.event_id,
        'cursor', new.xid::text || '.' || new.event_id,
        'type', new.type,
        'changes_access', new.changes_access,
        'ticket_id', new.ticket_id,
        'ticket_number', new.ticket_number,
        'ticket_revision', new.ticket_revision
      ),
      new.type, v_topic, true
    );
    if clock_timestamp() - v_began > interval '90 ms' then
      -- This transaction announces nothing more. Readers of the log find the events there.
      perform set_config('helpdesk.announcing', 'off ' || pg_current_xact_id()::text, true);
      exit;
    end if;
  end loop;
  -- realtime.send() leaves its topic behind for the rest of the transaction, which may be the host's.
  perform set_config('realtime.topic', v_host_topic, true);
  return null;
exception
  -- The log is what counts: a missing partition or a changed signature of realtime.send() must not fail the write.
  when others then
    if clock_timestamp() - v_began > interval '90 ms' then
      perform set_config('helpdesk.announcing', 'off ' || pg_current_xact_id()::text, true);
    end if;
    raise warning 'helpdesk: an event was not announced: %', sqlerrm;
    return null;
end;
$$;
revoke all on function helpdesk_private.announce_event from public, anon, authenticated, service_role;


-- Listening -----------------------------------------------------------------------------------------------------------

create function helpdesk_private.may_listen(p_topic text, p_extension text)
returns boolean
language plpgsql
stable
-- Definer: reads a ticket that the caller may not see. Called by policies only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- The whole topic is matched before a part is cast. No capturing groups: with them PostgreSQL takes twenty times as
  -- long.
  v_ours boolean := p_topic ~
    '^helpdesk:(?:admin|staff|(?:ticket|team|user):[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?::staff)?)$';
  v_parts text[] := case when v_ours then string_to_array(p_topic, ':') end;
  v_id uuid := v_parts[3]::uuid;
  v_role text;
begin
  if v_parts is null or not helpdesk_private.is_active() then
    return false;
  elsif v_parts[2] = 'ticket' then
    select helpdesk_private.role_on_ticket(t) into v_role from helpdesk.tickets as t where t.ticket_id = v_id;
    return case
      when v_role is null then false
      when v_parts[4] is null then p_extension = 'broadcast'
      else v_role <> 'customer' and p_extension in ('broadcast', 'presence')
    end;
  elsif p_extension <> 'broadcast' or v_parts[4] is not null then
    return false;
  elsif v_parts[2] = 'team' then
    return v_id in (select helpdesk_private.my_team_ids());
  elsif v_parts[2] = 'user' then
    return v_id = helpdesk_private.me();
  elsif v_parts[2] = 'staff' then
    return helpdesk_private.me_if_staff() is not null;
  end if;
  return helpdesk_private.my_role() = 'admin';
end;
$$;
comment on function helpdesk_private.may_listen is
  'Whether the person behind the request may join a helpdesk channel. False for other topics and for absent tickets '
  'and teams. Presence is for the :staff channel of a ticket: those who may see it there may also show that they '
  'are there.';
revoke all on function helpdesk_private.may_listen from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.may_listen to authenticated;

do $$
begin
  if to_regclass('realtime.messages') is null or to_regprocedure('realtime.send(jsonb,text,text,boolean)') is null then
    raise notice 'There is no Supabase Realtime in this database: events are not announced; readers poll the log.';
    return;
  end if;

  -- Nobody waits for what an import brings; the log has it.
  create trigger announce_event after insert on helpdesk.events
    for each row when (new.type <> 'ticket.imported') execute function helpdesk_private.announce_event();

  -- Checked for each row, not by realtime.topic() alone: that is the topic of the channel, while the row has its own.
  create policy "helpdesk: people listen to what they may see" on realtime.messages
    for select to authenticated
    using (helpdesk_private.may_listen(topic, extension));
  create policy "helpdesk: those who work the ticket show that they have it open" on realtime.messages
    for insert to authenticated
    with check (extension = 'presence' and helpdesk_private.may_listen(topic, extension));

  -- Permissive policies add up: a host's policy that opens every topic must not open ours. These restrictive policies
  -- leave other topics alone. A row of ours is readable from its own channel only, and a channel of ours reads no other
  -- rows. The first policy is for all roles, also unknown ones, which could not call a function of ours.
  create policy "helpdesk: our topics are for people who are signed in" on realtime.messages
    as restrictive for all to public
    using (
      current_user = 'authenticated'
      or not (coalesce(topic, '') like 'helpdesk:%' or coalesce((select realtime.topic()), '') like 'helpdesk:%')
    );
  create policy "helpdesk: nobody listens to more" on realtime.messages
    as restrictive for select to authenticated
    using (
      not (coalesce(topic, '') like 'helpdesk:%' or coalesce((select realtime.topic()), '') like 'helpdesk:%')
      or (topic = (select realtime.topic()) and helpdesk_private.may_listen(topic, extension))
    );
  -- Realtime delivers every row that has an event, whatever its extension. To check who may use presence it inserts a
  -- row without an event.
  create policy "helpdesk: nobody but the database broadcasts" on realtime.messages
    as restrictive for insert to authenticated
    with check (
      not (coalesce(topic, '') like 'helpdesk:%' or coalesce((select realtime.topic()), '') like 'helpdesk:%')
      or (
        topic = (select realtime.topic()) and extension = 'presence' and event is null
        and helpdesk_private.may_listen(topic, extension)
      )
    );
  create policy "helpdesk: nobody changes what was said" on realtime.messages
    as restrictive for update to authenticated
    using (not (coalesce(topic, '') like 'helpdesk:%' or coalesce((select realtime.topic()), '') like 'helpdesk:%'));
  create policy "helpdesk: nobody removes what was said" on realtime.messages
    as restrictive for delete to authenticated
    using (not (coalesce(topic, '') like 'helpdesk:%' or coalesce((select realtime.topic()), '') like 'helpdesk:%'));
end
$$;
