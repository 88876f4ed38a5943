-- The schema `realtime` of a hosted project, as its database sees it: the table of messages, whose policies say who may
-- send and receive, and the functions that send. Objects named `local_…` exist only in the local stack, where the gateway
-- receives messages through NOTIFY. Runs after baseline.sql. May be run again.

create schema if not exists realtime;
grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin;

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  constraint messages_payload_check check (payload is null or binary_payload is null),
  primary key (id, inserted_at)
) partition by range (inserted_at);

alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

create index if not exists messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic)
where extension = 'broadcast' and private is true;

-- A host's migrations add tables to this publication to follow their changes. The local gateway publishes none.
do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
end
$$;

-- As on hosted, functions under which policies run set no search_path: a policy sees the caller's search_path.

create or replace function realtime.topic()
returns text
language sql
stable
as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
declare
  v_id uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', send.topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (
    v_id,
    case when send.payload ? 'id' then send.payload else jsonb_set(send.payload, '{id}', to_jsonb(v_id)) end,
    send.event, send.topic, send.private, 'broadcast'
  );
exception when others then
  -- A failed broadcast must not fail the caller's transaction.
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end
$$;

create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
begin
  perform set_config('realtime.topic', send_binary.topic, true);
  insert into realtime.messages (binary_payload, event, topic, private, extension)
  values (send_binary.payload, send_binary.event, send_binary.topic, send_binary.private, 'broadcast');
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end
$$;

create or replace function realtime.broadcast_changes(
  topic_name text,
  event_name text,
  operation text,
  table_name text,
  table_schema text,
  new record,
  old record,
  level text default 'ROW'
)
returns void
language plpgsql
as $$
begin
  if level = 'STATEMENT' then
    raise exception 'a trigger for each statement has no row to broadcast';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'no change of a row: %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object(
      'schema', table_schema, 'table', table_name, 'operation', operation, 'record', new, 'old_record', old
    ),
    event_name, topic_name
  );
exception when others then
  raise exception 'Failed to process the row: %', sqlerrm;
end
$$;

alter function realtime.topic() owner to supabase_realtime_admin;
alter function realtime.send(jsonb, text, text, boolean) owner to supabase_realtime_admin;
alter function realtime.send_binary(bytea, text, text, boolean) owner to supabase_realtime_admin;
alter function realtime.broadcast_changes(text, text, text, text, text, record, record, text)
owner to supabase_realtime_admin;

-- Anybody who speaks SQL may notify and listen. So the channel has a name that only the gateway and the trigger can read.
create table if not exists realtime.local_feed (
  channel text primary key
);
revoke all on realtime.local_feed from public, anon, authenticated, service_role;
insert into realtime.local_feed (channel)
select 'helpdesk_realtime_' || replace(gen_random_uuid()::text, '-', '')
where not exists (select from realtime.local_feed);

-- A notification has less than 8,000 bytes. For a larger message the gateway reads the row.
create or replace function realtime.local_notify()
returns trigger
language plpgsql
-- Definer: the channel is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head jsonb := jsonb_build_object(
    'id', new.id, 'topic', new.topic, 'event', new.event, 'private', new.private, 'inserted_at', new.inserted_at
  );
  v_text text := (v_head || jsonb_build_object('payload', new.payload))::text;
begin
  if new.payload is null or octet_length(v_text) >= 7500 then
    v_text := (v_head || '{"fetch": true}')::text;
  end if;
  -- Longer topics and events reach nobody: a client's frame carries names of up to 255 bytes.
  if octet_length(v_text) < 7500 then
    perform pg_notify(channel, v_text) from realtime.local_feed;
  end if;
  return null;
end
$$;

revoke execute on function realtime.local_notify() from public;

-- Rows without event and payload are probes for the policies.
create or replace trigger local_notify
after insert on realtime.messages
for each row
when (
  new.event is not null and new.private is not null
  and (new.payload is not null or new.binary_payload is not null)
)
execute function realtime.local_notify();

-- Drop partitions older than 72 hours. A partition in use is dropped at the next run.
create or replace function realtime.local_forget()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
set timezone = 'UTC'
as $$
declare
  v_name text;
begin
  for v_name in
    select c.relname
    from pg_catalog.pg_inherits as i
    join pg_catalog.pg_class as c on c.oid = i.inhrelid
    where i.inhparent = 'realtime.messages'::regclass
      and c.relname ~ '^messages_\d{4}_\d{2}_\d{2}$'
      and to_date(right(c.relname, 10), 'YYYY_MM_DD') < (now() - interval '72 hours')::date
  loop
    execute format('drop table realtime.%I', v_name);
  end loop;
exception when lock_not_available then
  raise warning 'The messages of past days stay until nobody reads or writes any: %', sqlerrm;
end
$$;

revoke execute on function realtime.local_forget() from public;

-- Days in UTC. Attached, because creation in place would wait for every transaction that has sent a message.
create or replace function realtime.local_partitions()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
set timezone = 'UTC'
as $$
declare
  v_day date;
  v_name text;
begin
  for v_day in select generate_series(current_date - 1, current_date + 3, interval '1 day')::date loop
    v_name := 'messages_' || to_char(v_day, 'YYYY_MM_DD');
    if to_regclass('realtime.' || v_name) is null then
      execute format('create table realtime.%I (like realtime.messages including all)', v_name);
      execute format('alter table realtime.%I owner to supabase_realtime_admin', v_name);
      execute format(
        'alter table realtime.messages attach partition realtime.%I for values from (%L) to (%L)',
        v_name, v_day, v_day + 1
      );
    end if;
  end loop;
  perform realtime.local_forget();
end
$$;

revoke execute on function realtime.local_partitions() from public;

select realtime.local_partitions();
