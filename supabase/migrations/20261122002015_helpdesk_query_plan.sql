-- From a query's tree to what the database looks for: names become ids, times become moments, words become a tsquery.
--
-- A plan has one typed value for each condition that a query begins with (all of these must hold), which static SQL
-- uses with indexes; the rest of the tree is checked ticket by ticket, by ticket_matches(). Who asks is part of the
-- plan: what only staff may read is refused before anything is looked for.

insert into helpdesk_private.concepts (version, concept) values ('20261122002015', 'query_plan');

-- reader: own (the tickets that one requested, their public text), works (an agent), all (admins and the system).
create type helpdesk_private.query_plan as (
  reader text, me uuid, my_teams uuid[], -- noqa: LT01
  statuses text[], ranks integer[], teams uuid[], assignees uuid[], requesters uuid[], -- noqa: LT01
  is_unassigned boolean,
  tags text[], numbers bigint[], external_ids text[], field_key text, field_values text[], -- noqa: LT01
  created_from timestamptz, created_before timestamptz, updated_from timestamptz, updated_before timestamptz,
  words tsquery, marks tsquery, rest jsonb
);
comment on type helpdesk_private.query_plan is
  'What a query looks for. Null: no condition. words: all text; marks: the words to show; rest: the conditions that '
  'ticket_matches() checks.';

create function helpdesk_private.query_reader(p_mine boolean)
returns helpdesk_private.query_plan
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_plan helpdesk_private.query_plan;
begin
  if helpdesk_private.is_service() then
    if p_mine then
      perform helpdesk_private.fail('invalid_value', 'mine: the secret key is not a person.');
    end if;
    v_plan.reader := 'all';
    return v_plan;
  end if;
  v_plan.me := helpdesk_private.require_person();
  v_plan.reader := case helpdesk_private.my_role()
    when 'admin' then 'all' when 'agent' then 'works' when 'customer' then 'own'
  end;
  if v_plan.reader is null then
    perform helpdesk_private.fail('forbidden', 'Search is for people.');
  end if;
  v_plan.my_teams := array(select helpdesk_private.my_team_ids());
  if p_mine then
    v_plan.reader := 'own';
  end if;
  return v_plan;
end;
$$;
comment on function helpdesk_private.query_reader is
  'An empty plan for whoever asks; assistants and strangers are refused.';
revoke all on function helpdesk_private.query_reader from public, anon, authenticated, service_role;

create function helpdesk_private.search_term(p_node jsonb)
returns tsquery
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  v_text text := p_node ->> 'text';
  v_folded text := helpdesk_private.search_fold(v_text);
  v_last text := substring(v_folded from '[^ ]*$');
  v_key text := case when v_text !~ '\s' then helpdesk_private.search_keys(v_text) else '' end;
  v_query tsquery;
  v_stems tsquery;
begin
  if p_node ->> 'match' = 'prefix' or v_folded ~ '^[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]$' then
    -- A single Chinese, Japanese or Korean character stands first in a pair.
    v_query := to_tsquery('simple', v_last || ':*');
    if v_last <> v_folded then
      v_query := phraseto_tsquery('simple', left(v_folded, -char_length(v_last))) <-> v_query;
      v_query := v_query || to_tsquery('simple', replace(v_folded, ' ', '') || ':*');
    end if;
  else
    v_query := phraseto_tsquery('simple', v_folded);
    v_stems := phraseto_tsquery('english', v_folded);
    v_query := case when v_stems = v_query then v_query else v_query || v_stems end;
    if v_stems <> phraseto_tsquery('german', helpdesk_private.fold_german(v_folded)) then
      v_query := v_query || phraseto_tsquery('german', helpdesk_private.fold_german(v_folded));
    end if;
    if v_key <> '' then
      v_query := v_query || plainto_tsquery('simple', v_key);
    end if;
  end if;
  if p_node ? 'in' then
    -- All lexemes stand in quotation marks, and have none within.
    v_query := regexp_replace(
      regexp_replace(v_query::text, '(''[^'']+'')(?!:)', '\1:', 'g'), '('':\*?)', '\1'
        || case p_node ->> 'in' when 'title' then 'A' else 'B' end, 'g'
    )::tsquery;
  end if;
  return v_query;
end;
$$;
comment on function helpdesk_private.search_term is
  'The tsquery of one word, beginning or phrase, in all languages of the index.';
revoke all on function helpdesk_private.search_term from public, anon, authenticated, service_role;

create function helpdesk_private.query_words(p_node jsonb, p_positive boolean)
returns tsquery
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_words tsquery;
  v_part tsquery;
  v_node jsonb;
begin
  if p_node ? 'text' then
    return (p_node ->> 'words')::tsquery;
  elsif p_node ? 'field' then
    return null;
  elsif p_node ? 'not' then
    return case when not p_positive then !! helpdesk_private.query_words(p_node -> 'not', false) end;
  end if;
  for v_node in select n.value from jsonb_array_elements(coalesce(p_node -> 'all', p_node -> 'any')) as n loop
    v_part := helpdesk_private.query_words(v_node, p_positive);
    if v_part is null and not p_positive then
      return null;
    end if;
    v_words := case
      when v_words is null then v_part when v_part is null then v_words
      when p_positive or p_node ? 'any' then v_words || v_part else v_words && v_part
    end;
  end loop;
  return v_words;
end;
$$;
comment on function helpdesk_private.query_words is
  'The tsquery of a tree that has only text, otherwise null. p_positive: any word of the tree that is not excluded.';
revoke all on function helpdesk_private.query_words from public, anon, authenticated, service_role;

create function helpdesk_private.query_people(p_node jsonb, p_path text, p_plan helpdesk_private.query_plan)
returns jsonb
language plpgsql
stable
-- Definer: reads users for customers, who may name nobody but themselves.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_value jsonb;
  v_text text;
  v_id uuid;
  v_ids jsonb := '[]';
begin
  for v_value in select v.value from jsonb_array_elements(p_node -> 'value') as v loop
    v_text := v_value #>> '{}';
    v_id := null;
    if v_text is null then
      v_ids := v_ids || 'null'::jsonb;
      continue;
    elsif v_text = 'me' then
      v_id := p_plan.me;
      if v_id is null then
        perform helpdesk_private.fail_query(p_node, p_path, 'the secret key is not a person: me is nobody');
      end if;
    elsif position('@' in v_text) = 0 then
      v_id := v_text::uuid;
    elsif p_plan.reader = 'own' then
      perform helpdesk_private.fail('forbidden', format('query: %s: staff search by address.', p_node ->> 'field'));
    else
      v_id := (select u.user_id from helpdesk.users as u where u.email = helpdesk_private.canonical_email(v_text));
      if v_id is null then
        perform helpdesk_private.fail_query(p_node, p_path, 'there is nobody with the address ' || v_text);
      end if;
    end if;
    v_ids := v_ids || to_jsonb(v_id);
  end loop;
  return v_ids;
end;
$$;
revoke all on function helpdesk_private.query_people from public, anon, authenticated, service_role;

create function helpdesk_private.query_teams(p_node jsonb, p_path text, p_plan helpdesk_private.query_plan)
returns jsonb
language plpgsql
stable
-- Definer: reads teams as the policy of teams does.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text text;
  v_ids jsonb;
  v_all jsonb := '[]';
begin
  for v_text in select v.value from jsonb_array_elements_text(p_node -> 'value') as v loop
    if v_text = 'my_teams' then
      v_ids := case when p_plan.reader <> 'own' then to_jsonb(p_plan.my_teams) end;
      if v_ids is null then
        perform helpdesk_private.fail_query(p_node, p_path, 'only staff have teams');
      end if;
    elsif p_plan.reader = 'own' and pg_input_is_valid(v_text, 'uuid') then
      -- The team of one's own ticket may be one that one cannot see.
      v_ids := jsonb_build_array(v_text::uuid);
    else
      v_ids := (
        select jsonb_agg(t.team_id) from helpdesk.teams as t
        where (t.is_public or p_plan.reader <> 'own') and (
          helpdesk_private.name_key(t.name) = helpdesk_private.name_key(v_text)
          or t.team_id::text = lower(v_text)
        )
      );
      if v_ids is null then
        perform helpdesk_private.fail_query(p_node, p_path, 'there is no such team: ' || left(v_text, 100));
      end if;
    end if;
    v_all := v_all || v_ids;
  end loop;
  return v_all;
end;
$$;
revoke all on function helpdesk_private.query_teams from public, anon, authenticated, service_role;

create function helpdesk_private.resolve_condition(p_node jsonb, p_path text, p_plan helpdesk_private.query_plan)
returns jsonb
language plpgsql
stable
-- Definer: the list of fields is closed.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field text := p_node ->> 'field';
  v_op text := p_node ->> 'op';
  v_known helpdesk_private.query_fields;
  v_node jsonb := p_node
    || jsonb_build_object('value', case jsonb_typeof(p_node -> 'value')
      when 'array' then p_node -> 'value' else jsonb_build_array(p_node -> 'value') end);
begin
  select * into v_known from helpdesk_private.query_fields as f where f.field = v_field;
  if p_plan.reader = 'own' and (v_known.staff_only or v_field = 'has' and v_node -> 'value' ? 'note') then
    perform helpdesk_private.fail('forbidden', format('query: %s is for staff only.', v_field));
  elsif v_known.field is null then
    return helpdesk_private.resolve_custom_field(v_node, p_path, p_plan);
  elsif v_field = 'unassigned' then
    return v_node || jsonb_build_object('field', 'assignee', 'value', '[null]'::jsonb, 'op', case
      when (v_node -> 'value' -> 0)::boolean = (v_op = 'is') then 'is' else 'is_not'
    end);
  elsif v_known.kind = 'person' then
    return v_node || jsonb_build_object('value', helpdesk_private.query_people(v_node, p_path, p_plan));
  elsif v_known.kind = 'team' then
    return v_node || jsonb_build_object('value', helpdesk_private.query_teams(v_node, p_path, p_plan));
  elsif v_known.kind = 'choice' and v_op not in ('is', 'is_not') then
    -- Only priority: the values on the right side of the one that is named.
    return v_node || jsonb_build_object('op', 'is', 'value', (
      select coalesce(jsonb_agg(c.value), '["none"]')
      from unnest(v_known.choices) with ordinality as c (value, place)
      join unnest(v_known.choices) with ordinality as n (value, place) on n.value = v_node -> 'value' ->> 0
      where case v_op when 'lt' then c.place < n.place when 'le' then c.place <= n.place
        when 'gt' then c.place > n.place else c.place >= n.place end
    ));
  elsif v_known.kind = 'moment' and v_op not in ('is', 'is_not') then
    return v_node || jsonb_build_object('value', jsonb_build_array(
      helpdesk_private.query_moment(v_node -> 'value' ->> 0, statement_timestamp())
    ));
  elsif v_field = 'tag' then
    return v_node || jsonb_build_object('value', (
      select jsonb_agg(lower(btrim(normalize(v.value #>> '{}', nfc)))) from jsonb_array_elements(v_node -> 'value') as v
    ));
  end if;
  return v_node;
end;
$$;
comment on function helpdesk_private.resolve_condition is
  'The condition with a list as value, in which names are ids and times are moments. Refuses what its reader may not '
  'ask.';
revoke all on function helpdesk_private.resolve_condition from public, anon, authenticated, service_role;

create function helpdesk_private.resolve_query(p_node jsonb, p_path text, p_plan helpdesk_private.query_plan)
returns jsonb
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_group text := case when p_node ? 'all' then 'all' else 'any' end;
begin
  if p_node ? 'text' then
    if helpdesk_private.search_fold(p_node ->> 'text') = '' then
      perform helpdesk_private.fail_query(p_node, p_path, 'has no letter and no digit');
    elsif p_node ->> 'match' = 'prefix' and char_length(helpdesk_private.search_fold(p_node ->> 'text')) < 3 then
      perform helpdesk_private.fail_query(p_node, p_path, 'the beginning of a word has at least 3 letters');
    end if;
    return p_node || jsonb_build_object('words', helpdesk_private.search_term(p_node)::text);
  elsif p_node ? 'field' then
    return helpdesk_private.resolve_condition(p_node, p_path, p_plan);
  elsif p_node ? 'not' then
    return jsonb_build_object('not', helpdesk_private.resolve_query(p_node -> 'not', p_path || '.not', p_plan));
  end if;
  return jsonb_build_object(v_group, coalesce((
    select jsonb_agg(
      helpdesk_private.resolve_query(n.value, format('%s.%s[%s]', p_path, v_group, n.ordinality - 1), p_plan)
      order by n.ordinality
    )
    from jsonb_array_elements(p_node -> v_group) with ordinality as n
  ), '[]'));
end;
$$;
revoke all on function helpdesk_private.resolve_query from public, anon, authenticated, service_role;
