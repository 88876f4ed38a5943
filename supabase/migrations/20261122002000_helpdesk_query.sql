-- The query of tickets: one typed tree, which search, lists and saved views share, and the text that people type.
--
--   {"all": [tree, …]}  {"any": [tree, …]}  {"not": tree}
--   {"field": "status", "op": "is", "value": "open"}        a list as value: any of the list; null: no value
--   {"text": "double charge", "match": "phrase", "in": "title"}
--
-- check_query() says whether a tree is a query, and writes it in one way; scan_query() makes a tree of a text. Both
-- name the field, the reason and the place of a fault. No part of a query ever becomes SQL.

insert into helpdesk_private.concepts (version, concept) values ('20261122002000', 'query');

create table helpdesk_private.query_fields (
  field text primary key,
  kind text not null check (kind in ('choice', 'person', 'team', 'label', 'number', 'moment', 'part', 'flag')),
  choices text[],
  staff_only boolean not null,
  names text[] not null
);
comment on table helpdesk_private.query_fields is
  'The fields of a query. kind decides on the operators and the values; choices are in their order; names are what a '
  'query text may call the field. Custom fields are fields.<key> and stand in field_definitions.';
revoke all on table helpdesk_private.query_fields from public, anon, authenticated, service_role;
alter table helpdesk_private.query_fields enable row level security;

insert into helpdesk_private.query_fields (field, kind, choices, staff_only, names) values
  ('status', 'choice', '{open,pending,resolved,closed}', false, '{status}'),
  ('priority', 'choice', '{low,medium,high,urgent}', false, '{priority}'),
  ('channel', 'choice', '{api,web,chat,email,phone,slack,import}', false, '{channel,via}'),
  ('team', 'team', null, false, '{team,queue,group}'),
  ('assignee', 'person', null, false, '{assignee,assigned,assigned_to}'),
  ('requester', 'person', null, false, '{requester,from,created_by}'),
  ('tag', 'label', null, true, '{tag,tags,label}'),
  ('external_id', 'label', null, false, '{external_id,external}'),
  ('number', 'number', null, false, '{number,id}'),
  ('created', 'moment', null, false, '{created,created_at,opened}'),
  ('updated', 'moment', null, false, '{updated,updated_at}'),
  ('resolved', 'moment', null, false, '{resolved,resolved_at,solved}'),
  ('closed', 'moment', null, false, '{closed,closed_at}'),
  ('has', 'part', '{attachment,note}', false, '{has}'),
  ('snoozed', 'flag', null, false, '{snoozed}'),
  ('unassigned', 'flag', null, false, '{unassigned}');

create function helpdesk_private.query_moment(p_value text, p_now timestamptz)
returns timestamptz
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
declare
  v_value text := lower(p_value);
  v_parts text[];
  v_moment timestamptz;
begin
  if v_value in ('now', 'today', 'yesterday') then
    return case v_value when 'now' then p_now when 'today' then date_trunc('day', p_now)
      else date_trunc('day', p_now) - interval '1 day' end;
  end if;
  v_parts := regexp_match(v_value, '^([+-]?)([0-9]{1,4}) ?([a-z]{1,7})$');
  if v_parts is not null then
    v_moment := p_now + case v_parts[1] when '+' then 1 else -1 end * v_parts[2]::integer * case
      when v_parts[3] in ('m', 'min', 'minute', 'minutes') then interval '1 minute'
      when v_parts[3] in ('h', 'hour', 'hours') then interval '1 hour'
      when v_parts[3] in ('d', 'day', 'days') then interval '1 day'
      when v_parts[3] in ('w', 'week', 'weeks') then interval '7 days'
      when v_parts[3] in ('mo', 'month', 'months') then interval '1 month'
      when v_parts[3] in ('y', 'year', 'years') and v_parts[2]::integer <= 1000 then interval '1 year'
    end;
  elsif v_value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([t ][0-9:.]{5,15}(z|[+-][0-9:]{2,6})?)?$'
    and pg_input_is_valid(v_value, 'timestamptz') then
    v_moment := v_value::timestamptz;
  end if;
  return case when v_moment between '0001-01-01 00:00+00' and '9999-12-31 00:00+00' then v_moment end;
end;
$$;
comment on function helpdesk_private.query_moment is
  'The moment that a value of a query names, or null: a date or time in ISO 8601 (UTC unless it says otherwise), a '
  'distance such as 7d or -4h (both ago) or +2d (ahead), now, today or yesterday.';
revoke all on function helpdesk_private.query_moment from public, anon, authenticated, service_role;

create function helpdesk_private.fail_query(p_node jsonb, p_path text, p_problem text)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.fail('invalid_value', format(
    'query: %s at %s: %s',
    coalesce(
      helpdesk_private.printable(left(p_node ->> 'field', 60)), case when p_node ? 'text' then 'text' end, 'condition'
    ),
    coalesce('position ' || (p_node ->> 'at'), p_path),
    helpdesk_private.printable(p_problem)
  ));
end;
$$;
comment on function helpdesk_private.fail_query is
  'Refuses a query: names the field, the place (a position in the text, from 1, or a path in the tree) and the reason.';
revoke all on function helpdesk_private.fail_query from public, anon, authenticated, service_role;

create function helpdesk_private.query_place(p_node jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select case
    when jsonb_typeof(p_node -> 'at') = 'number' then jsonb_build_object('at', p_node -> 'at') else '{}'
  end;
$$;
comment on function helpdesk_private.query_place is
  'Where in its text a condition stands, as a part of it: refusals name the place.';
revoke all on function helpdesk_private.query_place from public, anon, authenticated, service_role;

create function helpdesk_private.without_places(p_tree jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- In JSON text, a quotation mark within a value has a backslash: this finds keys only.
  select regexp_replace(p_tree::text, '"at": [0-9.]+, |, "at": [0-9.]+', '', 'g')::jsonb;
$$;
revoke all on function helpdesk_private.without_places from public, anon, authenticated, service_role;

create function helpdesk_private.check_query_value(p_kind text, p_choices text[], p_value jsonb)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text text := p_value #>> '{}';
  v_type text := jsonb_typeof(p_value);
  v_wanted text := case p_kind
    when 'choice' then 'one of ' || array_to_string(p_choices, ', ')
    when 'part' then 'one of ' || array_to_string(p_choices, ', ')
    when 'person' then 'an e-mail address, an id, me or none'
    when 'team' then 'a team''s name or id, or my_teams'
    when 'number' then 'a whole number from 1'
    when 'moment' then 'a time such as 2026-11-28, 2026-11-28T14:00Z, 7d, -4h, today or none'
    when 'flag' then 'true or false'
    else 'a text of 1 to 200 characters'
  end;
  v_fits boolean := case p_kind
    when 'choice' then v_type = 'string' and v_text = any(p_choices)
    when 'part' then v_type = 'string' and v_text = any(p_choices)
    when 'person' then v_type = 'null' or v_type = 'string' and (
      v_text = 'me' or helpdesk_private.is_email(helpdesk_private.canonical_email(v_text))
      or pg_input_is_valid(v_text, 'uuid')
    )
    when 'team' then v_type = 'string' and char_length(btrim(v_text)) between 1 and 100
    when 'number' then v_type in ('number', 'string') and v_text ~ '^[0-9]{1,18}$'
    when 'moment' then v_type = 'null'
      or v_type = 'string' and helpdesk_private.query_moment(v_text, clock_timestamp()) is not null
    when 'flag' then v_type = 'boolean'
    -- The value of a custom field: its definition decides.
    when 'any' then v_type in ('null', 'number', 'boolean')
      or v_type = 'string' and char_length(v_text) between 1 and 200
    else v_type = 'null' or v_type = 'string' and char_length(btrim(v_text)) between 1 and 200
  end;
begin
  return case when not v_fits then format('must be %s, got %s', v_wanted, left(p_value::text, 60)) end;
end;
$$;
comment on function helpdesk_private.check_query_value is 'What is wrong with a value of a query; null: nothing.';
revoke all on function helpdesk_private.check_query_value from public, anon, authenticated, service_role;

create function helpdesk_private.check_query_field(p_node jsonb, p_path text)
returns jsonb
language plpgsql
stable
-- Definer: the list of fields is closed.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field text := p_node ->> 'field';
  v_op text := coalesce(p_node ->> 'op', 'is');
  v_values jsonb := p_node -> 'value';
  v_known helpdesk_private.query_fields;
  v_kind text;
  v_ops text[];
  v_value jsonb;
  v_problem text;
begin
  if p_node - array['field', 'op', 'value', 'at'] <> '{}' or jsonb_typeof(p_node -> 'field') <> 'string' then
    perform helpdesk_private.fail_query(p_node, p_path, 'a condition has field, op and value');
  end if;
  select * into v_known from helpdesk_private.query_fields as f where f.field = v_field;
  v_kind := coalesce(v_known.kind, case when v_field ~ '^fields\.[a-z][a-z0-9_]{0,62}$' then 'any' end);
  if v_kind is null then
    perform helpdesk_private.fail_query(p_node, p_path, format(
      'there is no such field; the fields are %s, fields.<key>',
      (select string_agg(f.field, ', ' order by f.field) from helpdesk_private.query_fields as f)
    ));
  end if;
  v_ops := case
    when v_kind in ('number', 'moment', 'any') or v_field = 'priority' then '{is,is_not,lt,le,gt,ge}'
    else '{is,is_not}'
  end;
  if v_op <> all(v_ops) then
    perform helpdesk_private.fail_query(p_node, p_path, 'op must be one of ' || array_to_string(v_ops, ', '));
  elsif not p_node ? 'value' then
    perform helpdesk_private.fail_query(p_node, p_path, 'value is missing');
  end if;
  if jsonb_typeof(v_values) = 'array' and v_op in ('is', 'is_not') then
    if jsonb_array_length(v_values) not between 1 and 50 then
      perform helpdesk_private.fail_query(p_node, p_path, 'a list has 1 to 50 values');
    end if;
  else
    v_values := jsonb_build_array(v_values);
  end if;
  if v_kind in ('person', 'moment') then
    -- Neither an address nor a time is called none.
    select jsonb_agg(case when v.value = '"none"' then 'null' else v.value end order by v.ordinality) into v_values
    from jsonb_array_elements(v_values) with ordinality as v;
  end if;
  for v_value in select v.value from jsonb_array_elements(v_values) as v loop
    v_problem := helpdesk_private.check_query_value(v_kind, v_known.choices, v_value);
    if v_problem is null and v_value = 'null' and v_op not in ('is', 'is_not') then
      v_problem := 'none goes with is and is_not only';
    elsif v_problem is null and v_kind = 'moment' and v_value <> 'null' and v_op in ('is', 'is_not') then
      v_problem := 'a time goes with lt, le, gt and ge';
    end if;
    if v_problem is not null then
      perform helpdesk_private.fail_query(p_node, p_path, v_problem);
    end if;
  end loop;
  return jsonb_build_object(
    'field', v_field, 'op', v_op,
    'value', case when jsonb_array_length(v_values) = 1 then v_values -> 0 else v_values end
  ) || helpdesk_private.query_place(p_node);
end;
$$;
revoke all on function helpdesk_private.check_query_field from public, anon, authenticated, service_role;

create function helpdesk_private.check_query_node(p_node jsonb, p_path text, p_depth integer)
returns jsonb
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_group text := case when p_node ? 'all' then 'all' when p_node ? 'any' then 'any' end;
begin
  if jsonb_typeof(p_node) is distinct from 'object' then
    perform helpdesk_private.fail_query('{}', p_path, 'must be a JSON object');
  elsif p_depth > 8 then
    perform helpdesk_private.fail_query('{}', p_path, 'a query is nested at most 8 levels deep');
  elsif p_node ? 'field' then
    return helpdesk_private.check_query_field(p_node, p_path);
  elsif p_node ? 'text' then
    if jsonb_typeof(p_node -> 'text') <> 'string' or char_length(btrim(p_node ->> 'text')) not between 1 and 200 then
      perform helpdesk_private.fail_query(p_node, p_path, 'must be 1 to 200 characters');
    elsif p_node - array['text', 'match', 'in', 'at'] <> '{}'
      or coalesce(p_node ->> 'match', 'word') not in ('word', 'prefix', 'phrase')
      or coalesce(p_node ->> 'in', 'title') not in ('title', 'description') then
      perform helpdesk_private.fail_query(
        p_node, p_path, 'has match (word, prefix or phrase) and in (title or description)'
      );
    end if;
    return jsonb_strip_nulls(jsonb_build_object(
      'text', p_node -> 'text', 'match', coalesce(p_node ->> 'match', 'word'), 'in', p_node -> 'in'
    )) || helpdesk_private.query_place(p_node);
  elsif v_group is not null and p_node - v_group = '{}' and jsonb_typeof(p_node -> v_group) = 'array' then
    return jsonb_build_object(v_group, coalesce((
      select jsonb_agg(
        helpdesk_private.check_query_node(n.value, format('%s.%s[%s]', p_path, v_group, n.ordinality - 1), p_depth + 1)
        order by n.ordinality
      )
      from jsonb_array_elements(p_node -> v_group) with ordinality as n
    ), '[]'));
  elsif p_node ? 'not' and p_node - 'not' = '{}' then
    return jsonb_build_object(
      'not', helpdesk_private.check_query_node(p_node -> 'not', p_path || '.not', p_depth + 1)
    );
  end if;
  perform helpdesk_private.fail_query('{}', p_path, 'must have all, any, not, field or text');
  return null;
end;
$$;
revoke all on function helpdesk_private.check_query_node from public, anon, authenticated, service_role;

create function helpdesk_private.check_query(p_tree jsonb)
returns jsonb
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if octet_length(p_tree::text) > 16384 then
    perform helpdesk_private.fail_query('{}', 'tree', 'a query is at most 16384 bytes of JSON');
  elsif (
    select count(*)
    from jsonb_path_query(p_tree, 'strict $.** ? (@.type() == "object")') as n
    where n ? 'field' or n ? 'text'
  ) > 32 then
    perform helpdesk_private.fail_query('{}', 'tree', 'a query has at most 32 conditions');
  end if;
  return helpdesk_private.check_query_node(p_tree, 'tree', 1);
end;
$$;
comment on function helpdesk_private.check_query is
  'The tree in its one form, or invalid_value with field, place and reason.';
revoke all on function helpdesk_private.check_query from public, anon, authenticated, service_role;
