-- The text that people type as a query: words, "phrases", word*, -not, field:value, field>value, OR.
--
-- The scanner reads the text once, character by character. At most 512 characters and 32 conditions. A name before a
-- colon that is no field is text, with a warning; a value that does not fit its field is refused by check_query().

insert into helpdesk_private.concepts (version, concept) values ('20261122002005', 'query_text');

create function helpdesk_private.query_field_named(p_name text)
returns text
language sql
stable
-- Definer: the list of fields is closed.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select case
    when lower(p_name) in ('is', 'before', 'after', 'since') then lower(p_name)
    when lower(p_name) in ('title', 'subject') then 'title'
    when lower(p_name) in ('description', 'body') then 'description'
    when lower(p_name) ~ '^fields\.[a-z][a-z0-9_]{0,62}$' then lower(p_name)
    else (select f.field from helpdesk_private.query_fields as f where lower(p_name) = any(f.names))
  end;
$$;
comment on function helpdesk_private.query_field_named is
  'The field, or the short form, that a query text calls by this name; null: none.';
revoke all on function helpdesk_private.query_field_named from public, anon, authenticated, service_role;

create function helpdesk_private.query_is(p_value text, p_at integer)
returns jsonb
language plpgsql
stable
-- Definer: the list of fields is closed.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_value text := lower(p_value);
  v_field text := (
    select f.field from helpdesk_private.query_fields as f
    where f.field in ('status', 'priority') and v_value = any(f.choices)
  );
begin
  if v_field is null and v_value not in ('unassigned', 'assigned', 'snoozed') then
    perform helpdesk_private.fail_query(
      jsonb_build_object('field', 'is', 'at', p_at), '',
      format('must be a status, a priority, unassigned, assigned or snoozed, got "%s"', left(p_value, 60))
    );
  end if;
  return jsonb_build_object(
    'field', coalesce(v_field, case v_value when 'snoozed' then 'snoozed' else 'unassigned' end),
    'op', 'is', 'value', case when v_field is null then to_jsonb(v_value <> 'assigned') else to_jsonb(v_value) end,
    'at', p_at
  );
end;
$$;
revoke all on function helpdesk_private.query_is from public, anon, authenticated, service_role;

create function helpdesk_private.query_time(p_field text, p_op text, p_value text, p_at integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_node jsonb := jsonb_build_object('field', p_field, 'value', p_value, 'at', p_at);
  v_next text;
begin
  if p_value = 'none' then
    return v_node || jsonb_build_object('op', 'is', 'value', null);
  end if;
  -- A date is a whole day.
  if p_value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and pg_input_is_valid(p_value, 'date') then
    v_next := to_char(p_value::date + 1, 'YYYY-MM-DD');
  elsif lower(p_value) in ('today', 'yesterday') then
    v_next := case lower(p_value) when 'today' then null else 'today' end;
  end if;
  return case
    when p_op = '>' and v_next is not null then v_node || jsonb_build_object('op', 'ge', 'value', v_next)
    when p_op = '<=' and v_next is not null then v_node || jsonb_build_object('op', 'lt', 'value', v_next)
    when p_op in (':', '=') and v_next is not null then jsonb_build_object('all', jsonb_build_array(
      v_node || '{"op": "ge"}', v_node || jsonb_build_object('op', 'lt', 'value', v_next)
    ))
    else v_node || jsonb_build_object(
      'op', case p_op when '<' then 'lt' when '<=' then 'le' when '>' then 'gt' else 'ge' end
    )
  end;
end;
$$;
comment on function helpdesk_private.query_time is
  'The condition of a time in a query text. A date is the whole day; created:7d is since then.';
revoke all on function helpdesk_private.query_time from public, anon, authenticated, service_role;

create function helpdesk_private.query_condition(p_name text, p_op text, p_value text, p_quoted boolean, p_at integer)
returns jsonb
language plpgsql
stable
-- Definer: the list of fields is closed.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field text := helpdesk_private.query_field_named(p_name);
  v_kind text := (select f.kind from helpdesk_private.query_fields as f where f.field = v_field);
  v_node jsonb := jsonb_build_object('field', v_field, 'at', p_at);
  v_values jsonb;
begin
  if p_value = '' then
    perform helpdesk_private.fail_query(v_node, '', 'value is missing');
  elsif v_field = 'is' then
    return helpdesk_private.query_is(p_value, p_at);
  elsif v_field in ('before', 'after', 'since') then
    return helpdesk_private.query_time('created', case v_field when 'before' then '<' else '>=' end, p_value, p_at);
  elsif v_field in ('title', 'description') then
    return jsonb_build_object(
      'text', case when p_quoted or rtrim(p_value, '*') = '' then p_value else rtrim(p_value, '*') end,
      'match', case when p_quoted then 'phrase' when p_value like '%_*' then 'prefix' else 'word' end,
      'in', v_field, 'at', p_at
    );
  elsif not p_quoted and p_value = '*' then
    return v_node || '{"op": "is_not", "value": null}';
  elsif v_kind = 'moment' then
    return helpdesk_private.query_time(v_field, p_op, p_value, p_at);
  end if;
  select jsonb_agg(case
    when not p_quoted and v.value = 'none' then 'null'
    when v_kind = 'flag' and lower(v.value) in ('true', 'yes') then 'true'
    when v_kind = 'flag' and lower(v.value) in ('false', 'no') then 'false'
    when v_kind in ('choice', 'part') then to_jsonb(lower(v.value))
    else to_jsonb(v.value)
  end order by v.ordinality) into v_values
  from unnest(case when p_quoted then array[p_value] else string_to_array(p_value, ',') end)
    with ordinality as v (value, ordinality);
  return v_node || jsonb_build_object(
    'op', case p_op when '<' then 'lt' when '<=' then 'le' when '>' then 'gt' when '>=' then 'ge' else 'is' end,
    'value', case when jsonb_array_length(v_values) = 1 then v_values -> 0 else v_values end
  );
end;
$$;
comment on function helpdesk_private.query_condition is
  'The condition that name, operator and value of a query text make.';
revoke all on function helpdesk_private.query_condition from public, anon, authenticated, service_role;

create function helpdesk_private.merge_query_terms(p_groups jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_terms jsonb := '[]';
  v_group jsonb;
  v_term jsonb;
  v_same integer;
begin
  for v_group in select g.value from jsonb_array_elements(p_groups) with ordinality as g order by g.ordinality loop
    v_term := case when jsonb_array_length(v_group) = 1 then v_group -> 0 else jsonb_build_object('any', v_group) end;
    -- A field named twice has either value. Times are a range, and a ticket has several parts: both are needed.
    v_same := case when v_term ->> 'op' = 'is' and v_term ->> 'field' <> 'has' then (
      select t.ordinality - 1 from jsonb_array_elements(v_terms) with ordinality as t
      where t.value ->> 'field' = v_term ->> 'field' and t.value ->> 'op' = 'is'
    ) end;
    if v_same is null then
      v_terms := v_terms || jsonb_build_array(v_term);
    else
      v_terms := jsonb_set(v_terms, array[v_same::text, 'value'], case jsonb_typeof(v_terms -> v_same -> 'value')
        when 'array' then v_terms -> v_same -> 'value' else jsonb_build_array(v_terms -> v_same -> 'value')
      end || case jsonb_typeof(v_term -> 'value')
        when 'array' then v_term -> 'value' else jsonb_build_array(v_term -> 'value')
      end);
    end if;
  end loop;
  return case when jsonb_array_length(v_terms) = 1 then v_terms -> 0 else jsonb_build_object('all', v_terms) end;
end;
$$;
revoke all on function helpdesk_private.merge_query_terms from public, anon, authenticated, service_role;

create function helpdesk_private.warn_of_no_field(p_name text, p_condition text, p_at integer, p_as_staff boolean)
returns text[]
language plpgsql
stable
-- Definer: reads the definitions for customers, who receive keys of public fields only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text := (
    select d.key from helpdesk.field_definitions as d
    where d.key = lower(p_name) and d.retired_at is null and d.type <> 'long_text'
      and (p_as_staff or d.audience <> 'staff_only')
  );
begin
  if v_key is null and (p_condition not like ':%' or p_name !~ '^[A-Za-z][A-Za-z_.]{1,30}$') then
    return '{}';
  end if;
  return array[
    format('%s at position %s is no field: it is searched as text.', p_name, p_at)
    || coalesce(' Did you mean fields.' || v_key || helpdesk_private.printable(
      (regexp_match(p_condition, '^[:<>=]+(?:"[^"]*"|\S*)'))[1]
    ) || '?', '')
  ];
end;
$$;
comment on function helpdesk_private.warn_of_no_field is
  'The warning about a name that is no field of a query, or none where it is plain text. p_condition: the operator and '
  'what follows. The key of a custom field gets the spelling that filters by it.';
revoke all on function helpdesk_private.warn_of_no_field from public, anon, authenticated, service_role;

create function helpdesk_private.scan_query(p_text text, p_as_staff boolean default false)
returns jsonb
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_blanks constant text[] := array[' ', E'\t', E'\n', E'\r', U&'\00A0', U&'\3000'];
  v_chars text[] := string_to_array(left(p_text, 513), null);
  v_end integer := coalesce(cardinality(v_chars), 0);
  v_groups jsonb := '[]';
  v_warnings text[] := '{}';
  v_at integer := 1;
  v_from integer;
  v_start integer;
  v_negated boolean;
  v_quoted boolean;
  v_or boolean := false;
  v_terms integer := 0;
  v_name text;
  v_op text;
  v_word text;
  v_node jsonb;
begin
  if v_end > 512 then
    perform helpdesk_private.fail('invalid_value', 'query: must be at most 512 characters');
  end if;
  while v_at <= v_end loop
    if v_chars[v_at] = any(c_blanks) then
      v_at := v_at + 1;
      continue;
    end if;
    v_start := v_at;
    v_negated := v_chars[v_at] = '-' and v_at < v_end and v_chars[v_at + 1] <> all(c_blanks);
    v_at := v_at + v_negated::integer;
    v_from := v_at;
    v_name := null;
    v_op := null;
    while v_at <= v_end and v_chars[v_at] <> all(c_blanks) and (v_chars[v_at] <> '"' or v_at > v_from) loop
      if v_name is null and v_chars[v_at] in (':', '<', '>', '=') then
        v_word := array_to_string(v_chars[v_from:v_at - 1], '');
        if helpdesk_private.query_field_named(v_word) is not null then
          v_name := v_word;
          v_op := v_chars[v_at];
          while v_chars[v_at + 1] in ('<', '>', '=') and char_length(v_op) < 2 loop
            v_at := v_at + 1;
            v_op := ltrim(v_op, ':') || v_chars[v_at];
          end loop;
          v_from := v_at + 1;
        elsif v_chars[v_at + 1] <> '/' then
          v_warnings := v_warnings
            || helpdesk_private.warn_of_no_field(v_word, substr(p_text, v_at, 100), v_start, p_as_staff);
        end if;
      end if;
      v_at := v_at + 1;
    end loop;
    v_quoted := v_chars[v_from] = '"' and v_at = v_from;
    if v_quoted then
      v_at := v_at + 1;
      while v_at <= v_end and v_chars[v_at] <> '"' loop
        v_at := v_at + 1;
      end loop;
      if v_at > v_end then
        v_warnings := v_warnings || format('The quotation mark at position %s has no end.', v_from);
      end if;
      v_word := array_to_string(v_chars[v_from + 1:v_at - 1], '');
      v_at := v_at + 1;
    else
      v_word := array_to_string(v_chars[v_from:v_at - 1], '');
    end if;
    if v_name is null and not v_quoted and not v_negated and v_word = 'OR' then
      v_or := v_groups <> '[]';
      continue;
    end if;
    if v_name is not null then
      v_node := helpdesk_private.query_condition(v_name, v_op, v_word, v_quoted, v_start);
    elsif helpdesk_private.search_fold(v_word) = '' then
      v_warnings := v_warnings
        || format('The word at position %s has no letter and no digit: it is left out.', v_start);
      continue;
    else
      v_node := jsonb_build_object(
        'text', case when v_quoted then v_word else rtrim(v_word, '*') end,
        'match', case
          when v_quoted then 'phrase'
          -- After a letter or a digit: foo.* is text.
          when v_word like '%*' and helpdesk_private.search_fold(left(right(v_word, 2), 1)) <> '' then 'prefix'
          else 'word'
        end, 'at', v_start
      );
    end if;
    if v_node ->> 'match' = 'prefix' and char_length(helpdesk_private.search_fold(v_node ->> 'text')) < 3 then
      v_node := v_node || '{"match": "word"}';
      v_warnings := v_warnings
        || format('The word at position %s is too short for *, which needs 3 letters: it is searched whole.', v_start);
    end if;
    v_terms := v_terms + 1;
    if v_terms > 32 then
      perform helpdesk_private.fail('invalid_value', 'query: must be at most 32 words and conditions');
    end if;
    if v_negated then
      v_node := jsonb_build_object('not', v_node);
    end if;
    if v_or then
      v_groups := jsonb_set(v_groups, '{-1}', (v_groups -> -1) || jsonb_build_array(v_node));
    else
      v_groups := v_groups || jsonb_build_array(jsonb_build_array(v_node));
    end if;
    v_or := false;
  end loop;
  return jsonb_build_object(
    'tree', helpdesk_private.check_query(helpdesk_private.merge_query_terms(v_groups)), 'warnings', v_warnings
  );
end;
$$;
comment on function helpdesk_private.scan_query is
  'The tree that a query text makes, in its one form, and warnings: sentences for whoever typed it. p_as_staff: they '
  'may name custom fields for staff.';
revoke all on function helpdesk_private.scan_query from public, anon, authenticated, service_role;
