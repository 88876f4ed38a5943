-- Imports: people, teams and custom fields, item by item. Each function takes the source, the run and one item,
-- returns the outcome, and raises an error for an item that is refused.

insert into helpdesk_private.concepts (version, concept) values ('20261122002552', 'import_people');

create function helpdesk_private.imported(p_source_id integer, p_kind text, p_item jsonb)
returns helpdesk_private.imported_objects
language plpgsql
stable
-- Definer: called by definer functions, as all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known helpdesk_private.imported_objects;
begin
  if coalesce(jsonb_typeof(p_item), '') <> 'object' then
    perform helpdesk_private.fail('invalid_value', 'an item must be a JSON object');
  elsif p_item ->> 'external_id' is null or p_item ->> 'hash' is null then
    perform helpdesk_private.fail(
      'invalid_value', case when p_item ->> 'hash' is null then 'hash' else 'external_id' end || ' is missing'
    );
  end if;
  perform helpdesk_private.text_within('external_id', p_item ->> 'external_id', 1, 200);
  perform helpdesk_private.text_within('hash', p_item ->> 'hash', 1, 64);
  select * into v_known from helpdesk_private.imported_objects as o
  where o.source_id = p_source_id and o.kind = p_kind and o.external_id = p_item ->> 'external_id';
  return v_known;
end;
$$;
comment on function helpdesk_private.imported is 'The object of an item as it was imported last; nulls for a new one.';
revoke all on function helpdesk_private.imported from public, anon, authenticated, service_role;

create function helpdesk_private.remember_import(
  p_run helpdesk_private.import_runs, p_kind text, p_item jsonb, p_own_id uuid, p_own_key text, p_is_dead boolean
)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into helpdesk_private.imported_objects as o
    (source_id, kind, external_id, own_id, own_key, content_hash, is_dead, run_id)
  values (
    (p_run).source_id, p_kind, p_item ->> 'external_id', p_own_id, p_own_key, p_item ->> 'hash', p_is_dead,
    (p_run).run_id
  )
  on conflict (source_id, kind, external_id) do update
  set own_id = excluded.own_id, own_key = excluded.own_key, content_hash = excluded.content_hash,
      is_dead = excluded.is_dead, run_id = excluded.run_id;
$$;
revoke all on function helpdesk_private.remember_import from public, anon, authenticated, service_role;

create function helpdesk_private.import_time(p_field text, p_value text, p_default timestamptz default null)
returns timestamptz
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_value timestamptz := coalesce(p_value::timestamptz, p_default);
begin
  if v_value is null then
    perform helpdesk_private.fail('invalid_value', p_field || ' is missing');
  end if;
  perform helpdesk_private.moment_within(p_field, v_value);
  if v_value >= now() then
    -- A row with such a time would not be silent.
    perform helpdesk_private.fail('invalid_value', p_field || ' must lie in the past');
  end if;
  return v_value;
end;
$$;
comment on function helpdesk_private.import_time is 'A time of an item: from the year 2000 on, and in the past.';
revoke all on function helpdesk_private.import_time from public, anon, authenticated, service_role;

create function helpdesk_private.import_person(p_run helpdesk_private.import_runs, p_item jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known helpdesk_private.imported_objects := helpdesk_private.imported((p_run).source_id, 'person', p_item);
  v_email text := helpdesk_private.canonical_email(p_item ->> 'email');
  v_name text := coalesce(helpdesk_private.clean_name(p_item ->> 'name'), '');
  v_created_at timestamptz := helpdesk_private.import_time(
    'created_at', p_item ->> 'created_at', now() - interval '1 second'
  );
  v_owner helpdesk.users;
  v_user helpdesk.users;
  v_flag text;
begin
  if v_known.is_dead then
    return jsonb_build_object('outcome', 'dead');
  end if;
  perform helpdesk_private.email_valid('email', v_email);
  select * into v_owner from helpdesk.users as u where u.email = v_email;
  if v_owner.user_id is not null and not coalesce((p_item ->> 'email_verified')::boolean, false)
    and (v_owner.auth_user_id is not null or v_owner.role <> 'customer')
    and v_owner.user_id is distinct from v_known.own_id then
    -- Anybody can have written this address into the other helpdesk. Its owner here does not get their words.
    v_email := null;
    v_owner := null;
    v_flag := 'email_unverified';
  end if;
  if v_known.own_id is null then
    v_user := v_owner;
    if v_user.user_id is null then
      insert into helpdesk.users (email, name, is_active, created_at, updated_at)
      values (v_email, v_name, coalesce((p_item ->> 'is_active')::boolean, true), v_created_at, v_created_at)
      returning * into v_user;
    end if;
    perform helpdesk_private.remember_import(p_run, 'person', p_item, v_user.user_id, null, false);
    return jsonb_build_object(
      'outcome', 'created', 'id', v_user.user_id,
      'flag', case when v_owner.user_id is not null then 'merged' else v_flag end
    );
  end if;
  select * into v_user from helpdesk.users as u where u.user_id = v_known.own_id for no key update;
  if not found then
    perform helpdesk_private.remember_import(p_run, 'person', p_item, v_known.own_id, null, true);
    return jsonb_build_object('outcome', 'dead');
  elsif v_known.content_hash = p_item ->> 'hash' then
    return jsonb_build_object('outcome', 'unchanged', 'id', v_user.user_id);
  end if;
  if v_user.auth_user_id is null and v_user.role = 'customer' then
    -- Whoever has signed in, and staff, look after their profile themselves.
    update helpdesk.users as u
    set name = case when v_name <> '' then v_name else u.name end,
        email = case when v_owner.user_id is null then coalesce(v_email, u.email) else u.email end,
        -- Silent, as a new person.
        updated_at = case
          when u.updated_at < now() - interval '1 second' then u.updated_at + interval '1 microsecond'
          else u.updated_at - interval '1 second'
        end
    where u.user_id = v_user.user_id;
  end if;
  perform helpdesk_private.remember_import(p_run, 'person', p_item, v_user.user_id, null, false);
  return jsonb_build_object('outcome', 'updated', 'id', v_user.user_id, 'flag', v_flag);
end;
$$;
comment on function helpdesk_private.import_person is
  'A person of another helpdesk: a customer without a login, or the person here who has the address. An address that '
  'the source had not verified is never joined to somebody with a login or a role. Nobody gets a role by an import.';
revoke all on function helpdesk_private.import_person from public, anon, authenticated, service_role;

create function helpdesk_private.import_team(p_run helpdesk_private.import_runs, p_item jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known helpdesk_private.imported_objects := helpdesk_private.imported((p_run).source_id, 'team', p_item);
  v_name text := helpdesk_private.clean_name(p_item ->> 'name');
  v_team helpdesk.teams;
begin
  if v_known.is_dead then
    return jsonb_build_object('outcome', 'dead');
  elsif v_name is null then
    perform helpdesk_private.fail('invalid_value', 'name is missing');
  end if;
  if v_known.own_id is not null then
    select * into v_team from helpdesk.teams as t where t.team_id = v_known.own_id;
    if not found then
      perform helpdesk_private.remember_import(p_run, 'team', p_item, v_known.own_id, null, true);
      return jsonb_build_object('outcome', 'dead');
    end if;
    -- An admin may have given the team another name here.
    perform helpdesk_private.remember_import(p_run, 'team', p_item, v_team.team_id, null, false);
    return jsonb_build_object('outcome', 'unchanged', 'id', v_team.team_id);
  end if;
  perform helpdesk_private.await_key('teams', helpdesk_private.name_key(v_name));
  select * into v_team from helpdesk.teams as t
  where helpdesk_private.name_key(t.name) = helpdesk_private.name_key(v_name);
  if not found then
    insert into helpdesk.teams (name, description, is_public)
    values (v_name, coalesce(p_item ->> 'description', ''), coalesce((p_item ->> 'is_public')::boolean, false))
    returning * into v_team;
  end if;
  perform helpdesk_private.remember_import(p_run, 'team', p_item, v_team.team_id, null, false);
  return jsonb_build_object('outcome', 'created', 'id', v_team.team_id);
end;
$$;
comment on function helpdesk_private.import_team is
  'A group of another helpdesk: the team here with this name, or a new team without members.';
revoke all on function helpdesk_private.import_team from public, anon, authenticated, service_role;

create function helpdesk_private.import_options(p_key text, p_options jsonb, p_retired boolean)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_added integer;
begin
  insert into helpdesk.field_options (field_key, value, label, position, retired_at)
  select
    p_key, o.option ->> 'value', coalesce(o.option ->> 'label', o.option ->> 'value'),
    coalesce((select max(f.position) from helpdesk.field_options as f where f.field_key = p_key), 0) + 10 * o.place,
    case when p_retired or (o.option ->> 'retired')::boolean then now() end
  from jsonb_array_elements(coalesce(nullif(p_options, 'null'), '[]')) with ordinality as o (option, place)
  where not exists (
    select from helpdesk.field_options as f where f.field_key = p_key and f.value = o.option ->> 'value'
  )
  order by o.place;
  get diagnostics v_added = row_count;
  return v_added;
end;
$$;
comment on function helpdesk_private.import_options is
  'Adds the options that a field does not have. Options that only old tickets have are retired from the start.';
revoke all on function helpdesk_private.import_options from public, anon, authenticated, service_role;

create function helpdesk_private.import_field(p_run helpdesk_private.import_runs, p_item jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known helpdesk_private.imported_objects := helpdesk_private.imported((p_run).source_id, 'field', p_item);
  v_field helpdesk.field_definitions;
  v_new helpdesk.field_definitions;
  v_teams uuid[];
  v_added integer := 0;
begin
  -- The key never changes, though the source may have given the field another title.
  v_new.key := coalesce(v_known.own_key, p_item ->> 'key');
  v_new.type := p_item ->> 'type';
  v_new.label := p_item ->> 'label';
  v_new.help_text := coalesce(p_item ->> 'help_text', '');
  v_new.audience := coalesce(p_item ->> 'audience', 'staff_only');
  v_new.customer_label := p_item ->> 'customer_label';
  v_new.required_for := coalesce(p_item ->> 'required_for', 'none');
  v_new.position := coalesce((p_item ->> 'position')::integer, 1000);
  if v_new.key is null then
    perform helpdesk_private.fail('invalid_value', 'key is missing');
  end if;
  select * into v_field from helpdesk.field_definitions as d where d.key = v_new.key;
  if not found then
    if coalesce(jsonb_typeof(p_item -> 'teams'), 'null') <> 'null' then
      v_teams := array(
        select helpdesk_private.import_reference((p_run).source_id, 'team', t.team, 'teams')
        from jsonb_array_elements_text(p_item -> 'teams') as t (team)
      );
    end if;
    perform helpdesk_private.create_field(
      v_new,
      (
        select coalesce(jsonb_agg(o.option - 'retired' order by o.place), '[]')
        from jsonb_array_elements(coalesce(nullif(p_item -> 'options', 'null'), '[]'))
          with ordinality as o (option, place)
      ),
      v_teams
    );
    update helpdesk.field_options as f set retired_at = clock_timestamp()
    from jsonb_array_elements(coalesce(nullif(p_item -> 'options', 'null'), '[]')) as o (option)
    where f.field_key = v_new.key and f.value = o.option ->> 'value' and (o.option ->> 'retired')::boolean;
    update helpdesk.field_definitions as d set retired_at = clock_timestamp()
    where d.key = v_new.key and (p_item ->> 'retired')::boolean;
    perform helpdesk_private.remember_import(p_run, 'field', p_item, null, v_new.key, false);
    return jsonb_build_object('outcome', 'created', 'key', v_new.key);
  elsif v_field.type <> v_new.type then
    perform helpdesk_private.fail('field_exists', format('%s is a field of type %s here.', v_new.key, v_field.type));
  end if;
  if v_field.type in ('select', 'multi_select') then
    v_added := helpdesk_private.import_options(v_new.key, p_item -> 'options', false);
  end if;
  perform helpdesk_private.remember_import(p_run, 'field', p_item, null, v_new.key, false);
  return jsonb_build_object(
    'key', v_new.key,
    'outcome', case when v_known.own_key is null then 'created' when v_added > 0 then 'updated' else 'unchanged' end
  );
end;
$$;
comment on function helpdesk_private.import_field is
  'A custom field of another helpdesk: the field here with this key and type, or a new field. What an admin changed '
  'here stays; options are added, never removed.';
revoke all on function helpdesk_private.import_field from public, anon, authenticated, service_role;
