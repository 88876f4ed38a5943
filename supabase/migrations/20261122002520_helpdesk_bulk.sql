-- Bulk: many changes in one request, each with a result of its own. Every item is carried out by the same function or
-- table as a single request, with the caller's rights; an item that is refused changes nothing, and the others stand.

insert into helpdesk_private.concepts (version, concept) values ('20261122002520', 'bulk');

create function helpdesk_private.guard_bulk()
returns trigger
language plpgsql
-- Definer: counts rows that the caller may no longer see.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not helpdesk_private.is_service() and (select count(*) from (select from new_rows limit 1001) as n) > 1000 then
    perform helpdesk_private.fail('too_many', 'tickets: at most 1000 in one request.');
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.guard_bulk is
  'Refuses requests that write more than 1000 tickets: a request of thirty bytes must not rewrite a hundred '
  'megabytes. The system is exempt.';
revoke all on function helpdesk_private.guard_bulk from public, anon, authenticated, service_role;
create trigger guard_bulk_insert after insert on helpdesk.tickets
  referencing new table as new_rows
  for each statement execute function helpdesk_private.guard_bulk();
create trigger guard_bulk_update after update on helpdesk.tickets
  referencing new table as new_rows
  for each statement execute function helpdesk_private.guard_bulk();

create function helpdesk_private.bulk_ticket_id(p_item jsonb)
returns uuid
language plpgsql
stable
-- Invoker: a ticket that the caller does not see does not exist.
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := (p_item ->> 'ticket_id')::uuid;
begin
  if v_id is null then
    select t.ticket_id into v_id from helpdesk.tickets as t where t.number = (p_item ->> 'number')::bigint;
  end if;
  if v_id is null then
    perform helpdesk_private.fail('ticket_not_found');
  end if;
  return v_id;
end;
$$;
revoke all on function helpdesk_private.bulk_ticket_id from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.bulk_ticket_id to authenticated, service_role;

create function helpdesk_private.bulk_update(p_ticket_id uuid, p_revision integer, p_changes jsonb)
returns helpdesk.tickets
language plpgsql
-- Invoker: policies, column privileges and guards are those of PATCH tickets.
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_fields constant text[] := array[
    'title', 'description', 'priority', 'status', 'external_id', 'custom_fields', 'snoozed_until'
  ];
  v_ticket helpdesk.tickets;
begin
  if coalesce(jsonb_typeof(p_changes), '') <> 'object' or p_changes = '{}'
    or exists (select from jsonb_object_keys(p_changes) as k where k <> all(c_fields)) then
    perform helpdesk_private.fail(
      'invalid_value', format('changes must be a JSON object with some of %s', array_to_string(c_fields, ', '))
    );
  end if;
  update helpdesk.tickets as t
  set title = case when p_changes ? 'title' then p_changes ->> 'title' else t.title end,
      description = case when p_changes ? 'description' then p_changes ->> 'description' else t.description end,
      priority = case when p_changes ? 'priority' then p_changes ->> 'priority' else t.priority end,
      status = case when p_changes ? 'status' then p_changes ->> 'status' else t.status end,
      external_id = case when p_changes ? 'external_id' then p_changes ->> 'external_id' else t.external_id end,
      custom_fields = case when p_changes ? 'custom_fields' then p_changes -> 'custom_fields' else t.custom_fields end,
      snoozed_until = case
        when p_changes ? 'snoozed_until' then (p_changes ->> 'snoozed_until')::timestamptz else t.snoozed_until
      end
  where t.ticket_id = p_ticket_id and t.revision = coalesce(p_revision, t.revision)
  returning * into v_ticket;
  if found then
    return v_ticket;
  end if;
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_ticket_id;
  if not found then
    perform helpdesk_private.fail('ticket_not_found');
  elsif not to_jsonb(v_ticket) @> (p_changes - 'snoozed_until') or p_changes ? 'snoozed_until' then
    perform helpdesk_private.fail('stale_revision');
  end if;
  -- Repeated: the ticket has these values already.
  return v_ticket;
end;
$$;
revoke all on function helpdesk_private.bulk_update from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.bulk_update to authenticated, service_role;

create function helpdesk_private.bulk_item(p_item jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_actions constant text[] := array['create', 'update', 'reply', 'tag', 'untag', 'assign', 'transfer'];
  v_ticket_id uuid;
  v_tags text[];
begin
  if jsonb_typeof(p_item) <> 'object' then
    perform helpdesk_private.fail('invalid_value', 'items must be JSON objects');
  elsif coalesce(p_item ->> 'action', '') <> all(c_actions) then
    perform helpdesk_private.fail(
      'invalid_value', format('action must be one of %s', array_to_string(c_actions, ', '))
    );
  elsif jsonb_typeof(p_item -> 'tags') not in ('array', 'null') then
    perform helpdesk_private.fail('invalid_value', 'tags must be a JSON array');
  end if;
  v_tags := array(select jsonb_array_elements_text(nullif(p_item -> 'tags', 'null')));
  if p_item ->> 'action' = 'create' then
    return to_jsonb(helpdesk.create_ticket(
      title => p_item ->> 'title', description => coalesce(p_item ->> 'description', ''),
      ticket_id => (p_item ->> 'ticket_id')::uuid, priority => coalesce(p_item ->> 'priority', 'medium'),
      team_id => (p_item ->> 'team_id')::uuid, requester_id => (p_item ->> 'requester_id')::uuid,
      channel => coalesce(p_item ->> 'channel', 'api'), external_id => p_item ->> 'external_id',
      custom_fields => coalesce(nullif(p_item -> 'custom_fields', 'null'), '{}'), tags => v_tags
    ));
  end if;
  v_ticket_id := helpdesk_private.bulk_ticket_id(p_item);
  case p_item ->> 'action'
    when 'update' then
      return to_jsonb(
        helpdesk_private.bulk_update(v_ticket_id, (p_item ->> 'revision')::integer, p_item -> 'changes')
      );
    when 'reply' then
      return to_jsonb(helpdesk.send_reply(
        ticket_id => v_ticket_id, body => p_item ->> 'body', message_id => (p_item ->> 'message_id')::uuid,
        status => p_item ->> 'status',
        expected_last_message => case
          when p_item ? 'expected_last_message' then (p_item ->> 'expected_last_message')::uuid
          else helpdesk_private.last_message_to(v_ticket_id)
        end
      ));
    when 'tag' then
      insert into helpdesk.ticket_tags (ticket_id, tag)
      select v_ticket_id, g.tag from unnest(v_tags) as g (tag) order by g.tag
      on conflict do nothing;
    when 'untag' then
      delete from helpdesk.ticket_tags as g
      where g.ticket_id = v_ticket_id
        and g.tag in (select lower(helpdesk_private.clean_name(w)) from unnest(v_tags) as w);
    when 'assign' then
      return to_jsonb(case
        when p_item ->> 'assignee_id' is null then helpdesk.unassign_ticket(v_ticket_id)
        else helpdesk.assign_ticket(v_ticket_id, (p_item ->> 'assignee_id')::uuid)
      end);
    when 'transfer' then
      return to_jsonb(helpdesk.transfer_ticket(v_ticket_id, (p_item ->> 'team_id')::uuid));
  end case;
  return null;
end;
$$;
revoke all on function helpdesk_private.bulk_item from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.bulk_item to authenticated, service_role;

create function helpdesk_private.lock_bulk(p_items jsonb)
returns void
language plpgsql
-- Invoker: a ticket that the caller may not change is not locked.
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_uuid constant text := '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$';
  v_items jsonb := case when jsonb_typeof(p_items) = 'array' then p_items else '[]' end;
  v_ids uuid[] := array(
    select (i ->> 'ticket_id')::uuid from jsonb_array_elements(v_items) as i where i ->> 'ticket_id' ~ c_uuid
  );
  v_numbers bigint[] := array(
    select (i ->> 'number')::bigint from jsonb_array_elements(v_items) as i where i ->> 'number' ~ '^[0-9]{1,18}$'
  );
begin
  v_ids := v_ids || array(select t.ticket_id from helpdesk.tickets as t where t.number = any(v_numbers));
  perform from helpdesk.tickets as t where t.ticket_id = any(v_ids) order by t.ticket_id for no key update;
end;
$$;
comment on function helpdesk_private.lock_bulk is
  'Locks the tickets of a request in the order of their ids: two requests with the same tickets in other orders do not '
  'wait for each other.';
revoke all on function helpdesk_private.lock_bulk from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.lock_bulk to authenticated, service_role;

create function helpdesk.bulk_tickets(items jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_item jsonb;
  v_results jsonb[] := '{}';
  v_state text;
  v_message text;
  v_detail text;
  v_hint text;
begin
  if coalesce(jsonb_typeof(items), '') <> 'array' then
    perform helpdesk_private.fail('invalid_value', 'items must be a JSON array');
  elsif jsonb_array_length(items) > 500 then
    perform helpdesk_private.fail('too_many', 'items: at most 500 in one request.');
  end if;
  perform helpdesk_private.lock_bulk(items);
  for v_item in select i from jsonb_array_elements(items) as i loop
    begin
      v_results := v_results || jsonb_build_object('ok', true, 'value', helpdesk_private.bulk_item(v_item));
    exception
      when lock_not_available or serialization_failure or deadlock_detected then
        -- Not this item's fault: the whole request is repeated.
        raise;
      when others then
        get stacked diagnostics
          v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail,
          v_hint = pg_exception_hint;
        v_results := v_results || jsonb_build_object(
          'ok', false,
          'error', jsonb_build_object(
            'code', v_state, 'message', v_message,
            -- Other details repeat values of rows.
            'details', case when v_detail like 'helpdesk.%' then v_detail end,
            'hint', case when v_detail like 'helpdesk.%' then v_hint end
          )
        );
    end;
  end loop;
  return to_jsonb(v_results);
end;
$$;
comment on function helpdesk.bulk_tickets is
  'Many changes at once: an array of at most 500 objects {"action": "create" | "update" | "reply" | "tag" | "untag" | '
  '"assign" | "transfer", …} with the arguments of the function or the table. A ticket is named by ticket_id or by '
  'number. Returns a result for each, in the same order: {"ok": true, "value": …} or {"ok": false, "error": {code, '
  'message, details, hint}}. An item that is refused changes nothing, the others stand. With ids of your own for new '
  'tickets and replies, repeat the request as often as you like.';
revoke all on function helpdesk.bulk_tickets from public, anon, authenticated, service_role;
grant execute on function helpdesk.bulk_tickets to authenticated, service_role;
