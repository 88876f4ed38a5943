-- Opening a ticket. A request is remembered under the id that its client made, so that it can be repeated.

create table helpdesk_private.request_ids (
  request_id uuid primary key,
  actor_id uuid,
  content_hash text not null,
  ticket_id uuid,
  created_at timestamptz not null default now()
);
comment on table helpdesk_private.request_ids is
  'Requests under client-made ids, with a hash of their content: a repeated request is recognised, a different one '
  'refused.';
revoke all on table helpdesk_private.request_ids from public, anon, authenticated, service_role;
alter table helpdesk_private.request_ids enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261122001000', 'ticket_creation');

create function helpdesk_private.content_hash(p_content jsonb)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select encode(sha256(convert_to(p_content::text, 'UTF8')), 'hex');
$$;
revoke all on function helpdesk_private.content_hash from public, anon, authenticated, service_role;

create function helpdesk_private.remember_request(p_request_id uuid, p_actor_id uuid, p_content jsonb)
returns boolean
language plpgsql
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hash text := helpdesk_private.content_hash(p_content);
  v_known helpdesk_private.request_ids;
begin
  if p_request_id is null then
    perform helpdesk_private.fail('invalid_value', 'the id of the request is missing');
  end if;
  -- Two statements: the second sees the row that another transaction committed while the first waited.
  insert into helpdesk_private.request_ids (request_id, actor_id, content_hash)
  values (p_request_id, p_actor_id, v_hash)
  on conflict do nothing;
  if found then
    return true;
  end if;
  select * into v_known from helpdesk_private.request_ids as r where r.request_id = p_request_id;
  if v_known.actor_id is distinct from p_actor_id or v_known.content_hash <> v_hash then
    perform helpdesk_private.fail('id_conflict');
  end if;
  return false;
end;
$$;
comment on function helpdesk_private.remember_request is
  'True for a new request id. False when the same person repeats the same request. An error when the person or the '
  'content differs.';
revoke all on function helpdesk_private.remember_request from public, anon, authenticated, service_role;

create function helpdesk_private.repeated_ticket(p_new helpdesk.tickets)
returns helpdesk.tickets
language plpgsql
stable
-- Definer: the ticket may have left the caller's sight.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
begin
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_new.ticket_id;
  if helpdesk_private.role_on_ticket(v_ticket) is not null then
    return v_ticket;
  end if;
  -- The caller no longer sees the ticket: return what the first answer was, and no later change.
  p_new.number := v_ticket.number;
  p_new.status := 'open';
  p_new.priority_rank := case p_new.priority when 'urgent' then 1 when 'high' then 2 when 'medium' then 3 else 4 end;
  p_new.team_id := (
    select e.team_id from helpdesk.events as e where e.ticket_id = p_new.ticket_id and e.type = 'ticket.created'
  );
  p_new.created_by := v_ticket.created_by;
  p_new.revision := 1;
  p_new.created_at := v_ticket.created_at;
  p_new.updated_at := v_ticket.created_at;
  return p_new;
end;
$$;
comment on function helpdesk_private.repeated_ticket is 'The result of a repeated create_ticket().';
revoke all on function helpdesk_private.repeated_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.ticket_of_external_id(p_new helpdesk.tickets, p_content jsonb)
returns helpdesk.tickets
language plpgsql
-- Definer: reads the closed table of requests.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
begin
  select * into v_ticket from helpdesk.tickets as t
  where t.external_id = p_new.external_id and t.ticket_id <> p_new.ticket_id;
  if found and (
    v_ticket.created_by is distinct from coalesce(p_new.created_by, helpdesk_private.me())
    or helpdesk_private.role_on_ticket(v_ticket) is null
    or not exists (
      select from helpdesk_private.request_ids as r
      where r.request_id = v_ticket.ticket_id and r.content_hash = helpdesk_private.content_hash(p_content)
    )
  ) then
    perform helpdesk_private.fail('external_id_taken');
  end if;
  return v_ticket;
end;
$$;
comment on function helpdesk_private.ticket_of_external_id is
  'The ticket that was created with this external id and the same content: an import that is repeated has new ids. '
  'Null when the external id is free. An error when it belongs to other content, or to a ticket that the caller does '
  'not work.';
revoke all on function helpdesk_private.ticket_of_external_id from public, anon, authenticated, service_role;

create function helpdesk_private.require_values(p_new helpdesk.tickets)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_missing text := case
    when p_new.ticket_id is null then 'ticket_id'
    when p_new.title is null then 'title'
    when p_new.description is null then 'description'
    when p_new.priority is null then 'priority'
    when p_new.channel is null then 'channel'
    when p_new.custom_fields is null then 'custom_fields'
  end;
begin
  if v_missing is not null then
    -- Not left to the table: its error shows the row to whoever calls create_ticket() in SQL.
    perform helpdesk_private.fail('invalid_value', v_missing || ' is missing');
  end if;
end;
$$;
revoke all on function helpdesk_private.require_values from public, anon, authenticated, service_role;

create function helpdesk_private.take_number()
returns trigger
language plpgsql
-- Definer: nobody may use the sequence, and the ticket with this id need not be visible.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_values(new);
  -- A sequence takes no number back, so whatever may refuse the ticket comes before: this is the last trigger, and it
  -- asks what the table's limits ask.
  perform helpdesk_private.name_within('title', new.title, 1, 300);
  perform helpdesk_private.text_within('description', new.description, 0, 100000);
  perform helpdesk_private.text_among('priority', new.priority, 'low', 'medium', 'high', 'urgent');
  perform helpdesk_private.text_among('channel', new.channel, 'api', 'web', 'chat', 'email', 'phone', 'slack', 'import');
  perform helpdesk_private.text_within('external_id', new.external_id, 1, 200);
  perform helpdesk_private.json_object_within('custom_fields', new.custom_fields, 16384);
  if new.number > 0 and new.created_at < now() then
    -- An imported ticket that keeps its number.
    return new;
  end if;
  -- An id that is taken: this row will not be inserted.
  select t.number into new.number from helpdesk.tickets as t where t.ticket_id = new.ticket_id;
  if not found then
    new.number := nextval('helpdesk.tickets_number_seq');
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.take_number from public, anon, authenticated, service_role;
create trigger take_number before insert on helpdesk.tickets
  for each row execute function helpdesk_private.take_number();

create function helpdesk_private.create_ticket(p_new helpdesk.tickets, p_tags text[])
returns helpdesk.tickets
language plpgsql
-- Definer: inserts a ticket for a requester who may be another person, with its tags.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('customer', 'agent', 'admin');
  v_staff boolean := helpdesk_private.is_service() or helpdesk_private.me_if_staff() is not null;
  v_content jsonb;
  v_tag text;
  v_ticket helpdesk.tickets;
  v_staff_fields jsonb;
begin
  p_new.title := helpdesk_private.clean_name(p_new.title);
  -- Without nulls: a column that a later concept adds leaves the hash of earlier requests as it is.
  v_content := (
    select jsonb_object_agg(c.key, c.value) from jsonb_each(to_jsonb(p_new)) as c where c.value <> 'null'
  );
  perform helpdesk_private.require_values(p_new);
  if cardinality(p_tags) > 50 then
    perform helpdesk_private.fail('too_many', 'tags: a ticket has at most 50.');
  elsif cardinality(p_tags) > 0 and not v_staff then
    perform helpdesk_private.fail('forbidden', 'tags: for staff only.');
  end if;
  -- Without the id: a repetition by external id has another one.
  v_content := v_content - 'ticket_id' || jsonb_build_object('tags', p_tags);
  if p_new.external_id is not null then
    if not v_staff then
      perform helpdesk_private.fail('forbidden', 'external_id: for staff only.');
    end if;
    perform helpdesk_private.await_key('ticket', p_new.external_id);
    v_ticket := helpdesk_private.ticket_of_external_id(p_new, v_content);
    if v_ticket.ticket_id is not null then
      return v_ticket;
    end if;
  end if;
  if not helpdesk_private.remember_request(p_new.ticket_id, v_me, v_content) then
    return helpdesk_private.repeated_ticket(p_new);
  end if;
  for v_tag in select unnest(p_tags) loop
    if v_tag is null then
      perform helpdesk_private.fail('invalid_value', 'tag is missing');
    end if;
    perform helpdesk_private.name_within('tag', helpdesk_private.clean_name(v_tag), 1, 50);
  end loop;
  if v_staff then
    v_staff_fields := helpdesk_private.staff_part(p_new.custom_fields);
  end if;
  if v_staff_fields is not null then
    insert into helpdesk.ticket_staff_fields (ticket_id, staff_fields) values (p_new.ticket_id, v_staff_fields)
    on conflict do nothing;
    p_new.custom_fields := p_new.custom_fields - array(select k.key from jsonb_object_keys(v_staff_fields) as k (key));
  end if;
  insert into helpdesk.tickets (
    ticket_id, title, description, priority, team_id, created_by, channel, external_id, custom_fields
  )
  values (
    p_new.ticket_id, p_new.title, p_new.description, p_new.priority, p_new.team_id, coalesce(p_new.created_by, v_me),
    p_new.channel, p_new.external_id, p_new.custom_fields
  )
  on conflict do nothing
  returning * into v_ticket;
  if not found then
    if exists (select from helpdesk.tickets as t where t.ticket_id = p_new.ticket_id) then
      perform helpdesk_private.fail('id_conflict');
    end if;
    -- Another transaction took the external id meanwhile, perhaps for the same content.
    v_ticket := helpdesk_private.ticket_of_external_id(p_new, v_content);
    delete from helpdesk.ticket_staff_fields as f where f.ticket_id = p_new.ticket_id;
    delete from helpdesk_private.request_ids as r where r.request_id = p_new.ticket_id;
    return v_ticket;
  end if;
  insert into helpdesk.ticket_tags (ticket_id, tag)
  select v_ticket.ticket_id, g.tag from unnest(p_tags) as g (tag)
  on conflict do nothing;
  return v_ticket;
end;
$$;
revoke all on function helpdesk_private.create_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.create_ticket to authenticated, service_role;

create function helpdesk.create_ticket(
  title text,
  description text default '',
  ticket_id uuid default null,
  priority text default 'medium',
  team_id uuid default null,
  requester_id uuid default null,
  channel text default 'api',
  external_id text default null,
  custom_fields jsonb default '{}',
  tags text[] default '{}'
)
returns helpdesk.tickets
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  v_new helpdesk.tickets;
begin
  v_new.ticket_id := coalesce(ticket_id, gen_random_uuid());
  v_new.title := coalesce(title, '');
  v_new.description := coalesce(description, '');
  v_new.priority := coalesce(priority, 'medium');
  v_new.team_id := team_id;
  v_new.created_by := requester_id;
  v_new.channel := coalesce(channel, 'api');
  v_new.external_id := external_id;
  v_new.custom_fields := coalesce(custom_fields, '{}');
  return helpdesk_private.create_ticket(v_new, coalesce(tags, '{}'));
end;
$$;
comment on function helpdesk.create_ticket is
  'Opens a ticket. Repeat it with the same ticket_id, or the same external_id, and the same content as often as you '
  'like: there is one ticket. Staff may also give a requester, tags, an external id and a priority.';
revoke all on function helpdesk.create_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.create_ticket to authenticated, service_role;
