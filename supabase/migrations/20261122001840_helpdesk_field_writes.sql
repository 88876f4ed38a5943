-- Writes of custom fields: where the triggers of tickets store the values, which fields a ticket must have, and what
-- the event log says.

insert into helpdesk_private.concepts (version, concept) values ('20261122001840', 'field_writes');

create function helpdesk_private.require_fields(
  p_ticket helpdesk.tickets, p_role text, p_moment text, p_values jsonb
)
returns void
language plpgsql
stable
-- Definer: reads all definitions for whoever writes.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_missing text;
begin
  -- What is imported, or came by mail or Slack, went through no form.
  if p_role = 'system' and (
    p_ticket.channel = 'import' or (p_moment = 'create' and p_ticket.channel in ('email', 'slack'))
  ) then
    return;
  end if;
  select string_agg(d.key, ', ' order by d.position, d.key) into v_missing
  from helpdesk.field_definitions as d
  where d.required_for = p_moment and d.retired_at is null and not p_values ? d.key
    and (p_role <> 'customer' or d.audience = 'customer_editable')
    and helpdesk_private.field_in_team(d, p_ticket.team_id);
  if v_missing is not null then
    perform helpdesk_private.fail(
      'field_required',
      format(
        'custom_fields: to %s the ticket, give a value for %s.',
        case p_moment when 'create' then 'open' else 'resolve' end, v_missing
      )
    );
  end if;
end;
$$;
comment on function helpdesk_private.require_fields is
  'An error that names the fields without a value that are required to open (create) or to resolve a ticket.';
revoke all on function helpdesk_private.require_fields from public, anon, authenticated, service_role;

create function helpdesk_private.field_changes(p_old jsonb, p_new jsonb)
returns jsonb
language sql
stable
-- Definer: reads all definitions for whoever writes.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_array(
    jsonb_object_agg(c.key, case when c.is_word then p_old -> c.key end),
    jsonb_object_agg(c.key, case when c.is_word then p_new -> c.key end)
  )
  from (
    select
      k.key,
      exists (
        select from helpdesk.field_definitions as d
        where d.key = k.key and d.type in ('select', 'multi_select', 'boolean')
      ) as is_word
    from (
      select jsonb_object_keys(p_old) as key
      union
      select jsonb_object_keys(p_new)
    ) as k
    where p_old -> k.key is distinct from p_new -> k.key
  ) as c;
$$;
comment on function helpdesk_private.field_changes is
  'The fields that differ as [old, new], by key. The log has the values of options and of true and false; of all '
  'others it stores only that they changed: personal text must not stay in the log.';
revoke all on function helpdesk_private.field_changes from public, anon, authenticated, service_role;

create function helpdesk_private.open_fields(p_ticket helpdesk.tickets)
returns jsonb
language plpgsql
-- Definer: writes ticket_staff_fields for whoever opens the ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role text := case
    when helpdesk_private.is_service() then 'system'
    when helpdesk_private.me_if_staff() is not null then 'agent'
    else 'customer'
  end;
  v_given jsonb;
  v_public jsonb := '{}';
  v_staff jsonb := '{}';
begin
  -- Only create_ticket() stores staff's values, right before this.
  select s.staff_fields into v_given from helpdesk.ticket_staff_fields as s where s.ticket_id = p_ticket.ticket_id;
  if p_ticket.custom_fields <> '{}' or v_given is not null then
    select a.p_public, a.p_staff into v_public, v_staff
    from helpdesk_private.apply_fields(
      p_ticket, v_role, p_ticket.custom_fields || coalesce(v_given, '{}'), v_public, v_staff
    ) as a;
    if v_staff <> '{}' and v_given is null then
      perform helpdesk_private.fail(
        'forbidden',
        format('custom_fields.%s: create_ticket() sets the fields of staff.', (
          select min(k.key) from jsonb_object_keys(v_staff) as k (key)
        ))
      );
    end if;
    update helpdesk.ticket_staff_fields as s set staff_fields = v_staff
    where s.ticket_id = p_ticket.ticket_id and s.staff_fields <> v_staff;
  end if;
  perform helpdesk_private.require_fields(p_ticket, v_role, 'create', v_public || v_staff);
  return v_public;
end;
$$;
comment on function helpdesk_private.open_fields is
  'The custom fields of a new ticket, as they are stored. Called by the trigger of tickets.';
revoke all on function helpdesk_private.open_fields from public, anon, authenticated, service_role;

create function helpdesk_private.edit_fields(
  p_old helpdesk.tickets, p_new helpdesk.tickets, p_role text, out custom_fields jsonb, out staff_fields jsonb
)
returns record
language plpgsql
stable
-- Definer: reads the fields of staff for whoever edits the ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_staff jsonb := coalesce(
    (select s.staff_fields from helpdesk.ticket_staff_fields as s where s.ticket_id = p_old.ticket_id), '{}'
  );
begin
  custom_fields := p_old.custom_fields;
  staff_fields := v_staff;
  if p_new.custom_fields is distinct from p_old.custom_fields then
    select a.p_public, a.p_staff into custom_fields, staff_fields
    from helpdesk_private.apply_fields(p_new, p_role, p_new.custom_fields, p_old.custom_fields, v_staff) as a;
  end if;
  if p_new.status = 'resolved' and p_old.status <> 'resolved' then
    perform helpdesk_private.require_fields(p_new, p_role, 'resolve', custom_fields || staff_fields);
  end if;
  if staff_fields = v_staff then
    staff_fields := null;
  end if;
end;
$$;
comment on function helpdesk_private.edit_fields is
  'The custom fields of a ticket after an edit. staff_fields is null if those of staff stay as they are.';
revoke all on function helpdesk_private.edit_fields from public, anon, authenticated, service_role;

create function helpdesk_private.put_staff_fields(p_ticket helpdesk.tickets, p_values jsonb)
returns void
language plpgsql
-- Definer: nobody writes ticket_staff_fields directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old jsonb := coalesce(
    (select s.staff_fields from helpdesk.ticket_staff_fields as s where s.ticket_id = p_ticket.ticket_id), '{}'
  );
begin
  insert into helpdesk.ticket_staff_fields (ticket_id, staff_fields)
  values (p_ticket.ticket_id, p_values)
  on conflict (ticket_id) do update set staff_fields = excluded.staff_fields;
  perform helpdesk_private.put_field_values(p_ticket, v_old, p_values, true);
  perform helpdesk_private.log_event(
    'ticket.updated', 'staff', p_ticket,
    jsonb_build_object(
      'changes', jsonb_build_object('staff_fields', helpdesk_private.field_changes(v_old, p_values))
    )
  );
end;
$$;
comment on function helpdesk_private.put_staff_fields is
  'Stores staff''s values of a ticket whose row is locked, with the event. p_ticket has the revision after the edit.';
revoke all on function helpdesk_private.put_staff_fields from public, anon, authenticated, service_role;

create function helpdesk_private.staff_part(p_values jsonb)
returns jsonb
language sql
stable
-- Definer: reads all definitions for whoever opens a ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_object_agg(e.key, e.value)
  from jsonb_each(case when jsonb_typeof(p_values) = 'object' then p_values end) as e (key, value)
  join helpdesk.field_definitions as d on d.key = e.key and d.audience = 'staff_only';
$$;
comment on function helpdesk_private.staff_part is 'The values of staff_only fields; null if there is none.';
revoke all on function helpdesk_private.staff_part from public, anon, authenticated, service_role;

create function helpdesk_private.backfill_field(p_field helpdesk.field_definitions)
returns void
language plpgsql
-- Definer: reads all tickets.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_value jsonb;
begin
  for v_ticket in select t.* from helpdesk.tickets as t where t.custom_fields ? p_field.key loop
    if p_field.audience = 'staff_only' then
      perform helpdesk_private.fail(
        'invalid_value',
        format('audience: requesters can read values of %s on their tickets', p_field.key),
        'Choose another key, or remove these values first.'
      );
    end if;
    v_value := null;
    begin
      v_value := helpdesk_private.field_value(p_field, v_ticket.custom_fields -> p_field.key, null, true);
    exception
      -- What does not fit the type stays readable, and no filter finds it.
      when sqlstate 'PT400' or sqlstate 'PT422' then null;
    end;
    perform helpdesk_private.put_field_values(v_ticket, '{}', jsonb_build_object(p_field.key, v_value), false);
  end loop;
end;
$$;
comment on function helpdesk_private.backfill_field is
  'Keeps values that tickets had under this key before it was defined.';
revoke all on function helpdesk_private.backfill_field from public, anon, authenticated, service_role;
