-- Administration of custom fields: what takes more than one row. Creating a field with its options and teams, and
-- choosing the teams of a field.

insert into helpdesk_private.concepts (version, concept) values ('20261122001810', 'field_administration');

insert into helpdesk_private.named_locks (name) values ('fields');

create function helpdesk_private.put_field_teams(p_key text, p_team_ids uuid[])
returns void
language plpgsql
-- Definer: nobody writes field_teams directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_team_id uuid;
begin
  foreach v_team_id in array coalesce(p_team_ids, '{}') loop
    if v_team_id is null or not helpdesk_private.lock_team(v_team_id) then
      perform helpdesk_private.fail('team_not_found');
    end if;
  end loop;
  delete from helpdesk.field_teams as f
  where f.field_key = p_key and f.team_id <> all(coalesce(p_team_ids, '{}'));
  insert into helpdesk.field_teams (field_key, team_id)
  select p_key, i.team_id from unnest(p_team_ids) as i (team_id)
  on conflict do nothing;
end;
$$;
revoke all on function helpdesk_private.put_field_teams from public, anon, authenticated, service_role;

create function helpdesk_private.create_field(p_new helpdesk.field_definitions, p_options jsonb, p_team_ids uuid[])
returns helpdesk.field_definitions
language plpgsql
-- Definer: nobody inserts definitions directly: a choice without options would be of no use.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field helpdesk.field_definitions;
  v_options jsonb;
  v_missing text := case
    when p_new.key is null then 'key'
    when p_new.type is null then 'type'
    when p_new.label is null then 'label'
    when p_new.help_text is null then 'help_text'
    when p_new.audience is null then 'audience'
    when p_new.required_for is null then 'required_for'
  end;
begin
  perform helpdesk_private.require_role('admin');
  if v_missing is not null then
    perform helpdesk_private.fail('invalid_value', v_missing || ' is missing');
  elsif jsonb_typeof(p_options) <> 'array' or jsonb_array_length(p_options) > 500 then
    perform helpdesk_private.fail('invalid_value', 'options must be a JSON array of at most 500');
  end if;
  -- Each option as {"value", "label"}: a text stands for both.
  select coalesce(jsonb_agg(
    case jsonb_typeof(o.option)
      when 'string' then jsonb_build_object('value', o.option, 'label', o.option)
      when 'object' then jsonb_build_object(
        'value', o.option -> 'value', 'label', coalesce(nullif(o.option -> 'label', 'null'), o.option -> 'value')
      )
    end
    order by o.place
  ), '[]')
  into v_options
  from jsonb_array_elements(p_options) with ordinality as o (option, place);
  if exists (
    select from jsonb_array_elements(v_options) as o (option)
    where coalesce(jsonb_typeof(o.option -> 'value'), '') <> 'string' or jsonb_typeof(o.option -> 'label') <> 'string'
  ) then
    perform helpdesk_private.fail('invalid_value', 'options: each is a text, or an object with value and label');
  elsif p_new.type in ('select', 'multi_select') and v_options = '[]' then
    perform helpdesk_private.fail('invalid_value', format('options: a field of type %s needs at least one', p_new.type));
  end if;
  p_new.label := helpdesk_private.clean_name(p_new.label);
  p_new.customer_label := helpdesk_private.clean_name(p_new.customer_label);
  perform helpdesk_private.take_lock('fields');
  select * into v_field from helpdesk.field_definitions as d where d.key = p_new.key;
  if found then
    -- A repeated request returns the field; another one is refused.
    if (v_field.type, v_field.label, v_field.customer_label, v_field.help_text, v_field.audience, v_field.required_for)
      is distinct from
      (p_new.type, p_new.label, p_new.customer_label, p_new.help_text,
        p_new.audience, p_new.required_for)
      or v_options is distinct from (
        select coalesce(
          jsonb_agg(jsonb_build_object('value', o.value, 'label', o.label) order by o.position, o.value), '[]'
        )
        from helpdesk.field_options as o where o.field_key = p_new.key
      )
      or array(select distinct i.team_id from unnest(p_team_ids) as i (team_id) order by 1) is distinct from
        array(select f.team_id from helpdesk.field_teams as f where f.field_key = p_new.key order by 1) then
      perform helpdesk_private.fail('field_exists');
    end if;
    return v_field;
  end if;
  insert into helpdesk.field_definitions (
    key, type, label, customer_label, help_text, audience, required_for, for_all_teams, position
  )
  values (
    p_new.key, p_new.type, p_new.label, p_new.customer_label,
    p_new.help_text, p_new.audience, p_new.required_for, p_team_ids is null, p_new.position
  )
  returning * into v_field;
  insert into helpdesk.field_options (field_key, value, label, position)
  select p_new.key, o.option ->> 'value', o.option ->> 'label', o.place * 10
  from jsonb_array_elements(v_options) with ordinality as o (option, place);
  perform helpdesk_private.put_field_teams(p_new.key, p_team_ids);
  perform helpdesk_private.backfill_field(v_field);
  return v_field;
end;
$$;
revoke all on function helpdesk_private.create_field from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.create_field to authenticated, service_role;

create function helpdesk.create_field(
  key text,
  type text,
  label text,
  options jsonb default '[]',
  customer_label text default null,
  help_text text default '',
  audience text default 'customer_visible',
  required_for text default 'none',
  team_ids uuid[] default null,
  "position" integer default null
)
returns helpdesk.field_definitions
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  v_new helpdesk.field_definitions;
begin
  v_new.key := key;
  v_new.type := type;
  v_new.label := label;
  v_new.customer_label := customer_label;
  v_new.help_text := coalesce(help_text, '');
  v_new.audience := coalesce(audience, 'customer_visible');
  v_new.required_for := coalesce(required_for, 'none');
  v_new.position := "position";
  return helpdesk_private.create_field(v_new, coalesce(options, '[]'), team_ids);
end;
$$;
comment on function helpdesk.create_field is
  'Admins: creates a custom field. options: for select and multi_select, an array of texts or of objects with value '
  'and label. team_ids: only for tickets of these teams; null for all teams. Repeat it unchanged: there is one field.';
revoke all on function helpdesk.create_field from public, anon, authenticated, service_role;
grant execute on function helpdesk.create_field to authenticated, service_role;

create function helpdesk_private.set_field_teams(p_key text, p_team_ids uuid[])
returns helpdesk.field_definitions
language plpgsql
-- Definer: nobody writes field_teams directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field helpdesk.field_definitions;
begin
  perform helpdesk_private.require_role('admin');
  -- The lock: of two choices at the same time, the second replaces the first.
  perform from helpdesk.field_definitions as d where d.key = p_key for update;
  if not found then
    perform helpdesk_private.fail('field_not_found');
  end if;
  perform helpdesk_private.put_field_teams(p_key, p_team_ids);
  update helpdesk.field_definitions as d set for_all_teams = p_team_ids is null
  where d.key = p_key
  returning * into v_field;
  return v_field;
end;
$$;
revoke all on function helpdesk_private.set_field_teams from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.set_field_teams to authenticated, service_role;

create function helpdesk.set_field_teams(key text, team_ids uuid[])
returns helpdesk.field_definitions
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_field_teams(set_field_teams.key, set_field_teams.team_ids);
$$;
comment on function helpdesk.set_field_teams is
  'Admins: the teams whose tickets have the field; null for all teams. Values on tickets of other teams stay.';
revoke all on function helpdesk.set_field_teams from public, anon, authenticated, service_role;
grant execute on function helpdesk.set_field_teams to authenticated, service_role;
