-- Custom fields on a ticket: what a write may change, and what it must not leave out. The triggers of tickets call
-- these functions, so the rules hold for every client.
--
-- A write of tickets.custom_fields names the values to change and leaves the others as they are; null removes a value.
-- So two people who set different fields at the same time both succeed, and nobody must send values that they cannot
-- read. The keys of staff_only fields are taken out of it and go to ticket_staff_fields, in the same revision.
--
-- An unchanged value is never checked: no retired field or option, and no field of another team, blocks an edit of
-- something else. To whoever cannot see a field it is as absent as a field that does not exist.

insert into helpdesk_private.concepts (version, concept) values ('20261122001830', 'field_checks');

create function helpdesk_private.field_text(p_name text, p_type text, p_text text)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_type = 'text' then
    p_text := helpdesk_private.clean_name(p_text);
    perform helpdesk_private.text_within(p_name, p_text, 0, 500);
    perform helpdesk_private.text_printable(p_name, p_text);
  elsif p_type = 'long_text' then
    perform helpdesk_private.text_within(p_name, p_text, 0, 10000);
  elsif p_type = 'date' then
    begin
      if p_text !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then
        raise invalid_datetime_format;
      end if;
      perform p_text::date;
    exception
      when invalid_datetime_format or datetime_field_overflow then
        perform helpdesk_private.fail('invalid_value', p_name || ' must be a date like 2026-11-28');
    end;
  end if;
  return p_text;
end;
$$;
revoke all on function helpdesk_private.field_text from public, anon, authenticated, service_role;

create function helpdesk_private.field_number(p_name text, p_type text, p_value jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_number numeric;
begin
  if jsonb_typeof(p_value) = 'number' then
    v_number := (p_value #>> '{}')::numeric;
  elsif p_type = 'decimal' and p_value #>> '{}' ~ '^-?[0-9]{1,12}(\.[0-9]{1,6})?$' then
    v_number := (p_value #>> '{}')::numeric;
  end if;
  if p_type = 'integer' then
    -- What JavaScript reads exactly.
    if v_number is null or v_number <> trunc(v_number) or abs(v_number) > 9007199254740991 then
      perform helpdesk_private.fail('invalid_value', p_name || ' must be a whole number of at most 9007199254740991');
    end if;
    return to_jsonb(v_number::bigint);
  end if;
  if v_number is null or v_number <> round(v_number, 6) or abs(v_number) >= 1000000000000 then
    perform helpdesk_private.fail(
      'invalid_value',
      p_name || ' must be a decimal number of at most 12 digits before and 6 after the point, like "12.50"'
    );
  end if;
  -- As a text: no client reads it as an inexact number.
  return to_jsonb(trim_scale(v_number)::text);
end;
$$;
revoke all on function helpdesk_private.field_number from public, anon, authenticated, service_role;

create function helpdesk_private.field_choice(p_name text, p_key text, p_value jsonb, p_old jsonb, p_import boolean)
returns jsonb
language plpgsql
stable
-- Definer: reads the options for whoever writes.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_list jsonb := case jsonb_typeof(p_value) when 'array' then p_value else jsonb_build_array(p_value) end;
  v_given text[];
  v_retired text;
begin
  if jsonb_array_length(v_list) > 50 then
    perform helpdesk_private.fail('too_many', p_name || ': at most 50 options.');
  elsif exists (select from jsonb_array_elements(v_list) as i (item) where jsonb_typeof(i.item) <> 'string') then
    perform helpdesk_private.fail('invalid_value', p_name || ' must be text: the values of options');
  end if;
  v_given := array(select i.item from jsonb_array_elements_text(v_list) as i (item));
  select o.value into v_retired
  from helpdesk.field_options as o
  where o.field_key = p_key and o.value = any(v_given) and o.retired_at is not null and not p_import
    -- An option that the ticket has already may stay.
    and not coalesce(p_old ? o.value, false)
  order by o.value
  limit 1;
  if found then
    perform helpdesk_private.fail(
      'invalid_value', p_name || ': the option is retired', format('Choose another one than %s.', v_retired)
    );
  elsif exists (
    select from unnest(v_given) as g (value)
    where not exists (select from helpdesk.field_options as o where o.field_key = p_key and o.value = g.value)
  ) then
    perform helpdesk_private.fail(
      'invalid_value', p_name || ': there is no such option',
      (
        select 'The options: ' || string_agg(o.value, ', ' order by o.position, o.value)
        from (
          select a.value, a.position from helpdesk.field_options as a
          where a.field_key = p_key and a.retired_at is null
          order by a.position, a.value limit 20
        ) as o
      )
    );
  end if;
  if jsonb_typeof(p_value) <> 'array' then
    return p_value;
  end if;
  return (
    select jsonb_agg(o.value order by o.position, o.value)
    from helpdesk.field_options as o where o.field_key = p_key and o.value = any(v_given)
  );
end;
$$;
revoke all on function helpdesk_private.field_choice from public, anon, authenticated, service_role;

create function helpdesk_private.field_value(
  p_field helpdesk.field_definitions, p_value jsonb, p_old jsonb, p_import boolean
)
returns jsonb
language plpgsql
stable
-- Definer: called by definer functions.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text := 'custom_fields.' || p_field.key;
  v_kind text := jsonb_typeof(p_value);
  v_wanted text := case p_field.type
    when 'boolean' then 'boolean' when 'multi_select' then 'array'
    when 'integer' then null when 'decimal' then null
    else 'string'
  end;
begin
  -- What forms send for an empty input is no value.
  if p_value in ('null', '[]') or (v_kind = 'string' and helpdesk_private.is_blank(p_value #>> '{}')) then
    return null;
  elsif v_kind <> v_wanted then
    perform helpdesk_private.fail(
      'invalid_value',
      format(
        '%s must be %s', v_name,
        case v_wanted
          when 'boolean' then 'true or false' when 'array' then 'a list of options'
          else case p_field.type when 'date' then 'a date like 2026-11-28' else 'text' end
        end
      )
    );
  end if;
  return case
    when p_field.type in ('integer', 'decimal') then helpdesk_private.field_number(v_name, p_field.type, p_value)
    when p_field.type in ('select', 'multi_select')
      then helpdesk_private.field_choice(v_name, p_field.key, p_value, p_old, p_import)
    when p_field.type = 'boolean' then p_value
    else to_jsonb(helpdesk_private.field_text(v_name, p_field.type, p_value #>> '{}'))
  end;
end;
$$;
comment on function helpdesk_private.field_value is
  'The value as it is stored, null for no value, or an error that names the field and the reason.';
revoke all on function helpdesk_private.field_value from public, anon, authenticated, service_role;

create function helpdesk_private.field_in_team(p_field helpdesk.field_definitions, p_team_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select p_field.for_all_teams or exists (
    select from helpdesk.field_teams as f where f.field_key = p_field.key and f.team_id = p_team_id
  );
$$;
revoke all on function helpdesk_private.field_in_team from public, anon, authenticated, service_role;

create function helpdesk_private.apply_fields(
  p_ticket helpdesk.tickets, p_role text, p_changes jsonb, inout p_public jsonb, inout p_staff jsonb
)
returns record
language plpgsql
stable
-- Definer: reads all definitions for whoever writes.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_import boolean := p_role = 'system' and p_ticket.channel = 'import';
  v_change record;
  v_field helpdesk.field_definitions;
  v_old jsonb;
  v_new jsonb;
begin
  perform helpdesk_private.json_object_within('custom_fields', p_changes, 16384);
  for v_change in select e.key, e.value from jsonb_each(p_changes) as e (key, value) order by e.key loop
    v_old := coalesce(p_public -> v_change.key, case when p_role <> 'customer' then p_staff -> v_change.key end);
    continue when v_change.value = v_old;
    select * into v_field from helpdesk.field_definitions as d where d.key = v_change.key;
    if not found and v_old is not null and v_change.value = 'null' and p_role <> 'customer' then
      -- From before fields had definitions.
      p_public := p_public - v_change.key;
      continue;
    end if;
    if not found or (p_role = 'customer' and v_field.audience = 'staff_only') then
      perform helpdesk_private.fail(
        'field_not_found',
        format('custom_fields.%s: there is no such field.', left(helpdesk_private.printable(v_change.key), 40))
      );
    elsif p_role = 'customer' and v_field.audience <> 'customer_editable' then
      perform helpdesk_private.fail('forbidden', format('custom_fields.%s: staff decide on it.', v_field.key));
    elsif v_change.value not in ('null', '""', '[]') and not v_import then
      if v_field.retired_at is not null then
        perform helpdesk_private.fail('field_retired', format('custom_fields.%s: the field is retired.', v_field.key));
      elsif not helpdesk_private.field_in_team(v_field, p_ticket.team_id) then
        perform helpdesk_private.fail(
          'invalid_value', format('custom_fields.%s is not a field of the ticket''s team', v_field.key)
        );
      end if;
    end if;
    v_new := helpdesk_private.field_value(v_field, v_change.value, v_old, v_import);
    if v_new is null and v_old is not null and not v_import and v_field.retired_at is null and (
      v_field.required_for = 'create' or (v_field.required_for = 'resolve' and p_ticket.status = 'resolved')
    ) then
      perform helpdesk_private.fail('field_required', format('custom_fields.%s must have a value.', v_field.key));
    end if;
    if v_field.audience = 'staff_only' then
      p_staff := jsonb_strip_nulls(p_staff || jsonb_build_object(v_field.key, v_new));
    else
      p_public := jsonb_strip_nulls(p_public || jsonb_build_object(v_field.key, v_new));
    end if;
  end loop;
end;
$$;
comment on function helpdesk_private.apply_fields is
  'The values that requesters may read, and those of staff, after the changes; or an error that names the field.';
revoke all on function helpdesk_private.apply_fields from public, anon, authenticated, service_role;
