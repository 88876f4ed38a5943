-- The plan of a query, and whether one ticket matches what the plan has no typed value for.

insert into helpdesk_private.concepts (version, concept) values ('20261122002017', 'query_matching');

create function helpdesk_private.custom_field_value(p_type text, p_key text, p_value text)
returns text
language plpgsql
stable
-- Definer: reads the options.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return case p_type
    when 'integer' then case when p_value ~ '^-?[0-9]{1,18}$' then p_value::bigint::text end
    when 'decimal' then case when p_value ~ '^-?[0-9]{1,12}([.][0-9]{1,6})?$'
      then trim_scale(p_value::numeric)::text end
    when 'boolean' then case when lower(p_value) in ('true', 'yes') then 'true'
      when lower(p_value) in ('false', 'no') then 'false' end
    when 'date' then case when p_value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and pg_input_is_valid(p_value, 'date')
      then p_value end
    when 'text' then p_value
    else (
      select o.value from helpdesk.field_options as o
      where o.field_key = p_key
        and helpdesk_private.name_key(p_value)
          in (helpdesk_private.name_key(o.value), helpdesk_private.name_key(o.label))
      order by o.value = p_value desc, helpdesk_private.name_key(o.value) = helpdesk_private.name_key(p_value) desc
      limit 1
    )
  end;
end;
$$;
comment on function helpdesk_private.custom_field_value is
  'The value as ticket_field_values stores it; null: it is no value of such a field.';
revoke all on function helpdesk_private.custom_field_value from public, anon, authenticated, service_role;

create function helpdesk_private.resolve_custom_field(p_node jsonb, p_path text, p_plan helpdesk_private.query_plan)
returns jsonb
language plpgsql
stable
-- Definer: reads the definitions for customers, who see those of public fields.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field helpdesk.field_definitions;
  v_values jsonb := '[]';
  v_value jsonb;
  v_stored text;
begin
  select * into v_field from helpdesk.field_definitions as d
  where d.key = substr(p_node ->> 'field', 8) and (p_plan.reader <> 'own' or d.audience <> 'staff_only');
  if v_field.key is null then
    perform helpdesk_private.fail_query(p_node, p_path, 'there is no such custom field');
  elsif v_field.retired_at is not null then
    perform helpdesk_private.fail_query(p_node, p_path, 'the custom field is retired');
  elsif v_field.type = 'long_text' then
    perform helpdesk_private.fail_query(p_node, p_path, 'a long text is no condition');
  elsif p_node ->> 'op' not in ('is', 'is_not') and v_field.type not in ('integer', 'decimal', 'date') then
    perform helpdesk_private.fail_query(p_node, p_path, 'op must be one of is, is_not');
  end if;
  for v_value in select v.value from jsonb_array_elements(p_node -> 'value') as v loop
    v_stored := helpdesk_private.custom_field_value(v_field.type, v_field.key, v_value #>> '{}');
    if v_value <> 'null' and v_stored is null then
      perform helpdesk_private.fail_query(
        p_node, p_path, format('%s is no value of this field (%s)', left(v_value::text, 60), v_field.type)
      );
    end if;
    v_values := v_values || jsonb_build_array(v_stored);
  end loop;
  return p_node || jsonb_build_object('value', v_values, 'factor', case v_field.type
    when 'integer' then 1 when 'decimal' then 1000000 end);
end;
$$;
revoke all on function helpdesk_private.resolve_custom_field from public, anon, authenticated, service_role;

create function helpdesk_private.take_condition(p_node jsonb, p_plan helpdesk_private.query_plan)
returns helpdesk_private.query_plan
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_op text := p_node ->> 'op';
  v_values text[] := array(select v.value from jsonb_array_elements_text(p_node -> 'value') as v);
  v_none boolean := array_position(v_values, null) is not null;
  v_time timestamptz;
  v_plan helpdesk_private.query_plan := p_plan;
begin
  if v_op = 'is' and p_node ->> 'field' = 'status' and v_plan.statuses is null then
    v_plan.statuses := v_values;
  elsif v_op = 'is' and p_node ->> 'field' = 'priority' and v_plan.ranks is null then
    v_plan.ranks := array(
      select 5 - array_position('{low,medium,high,urgent}'::text[], v.value) from unnest(v_values) as v (value)
    );
  elsif v_op = 'is' and p_node ->> 'field' = 'team' and v_plan.teams is null then
    v_plan.teams := v_values::uuid[];
  elsif v_op = 'is' and p_node ->> 'field' = 'assignee' and v_none and cardinality(v_values) = 1 then
    v_plan.is_unassigned := true;
  elsif v_op = 'is' and not v_none and p_node ->> 'field' = 'assignee' and v_plan.assignees is null then
    v_plan.assignees := v_values::uuid[];
  elsif v_op = 'is' and not v_none and p_node ->> 'field' = 'requester' and v_plan.requesters is null then
    v_plan.requesters := v_values::uuid[];
  elsif v_op = 'is' and not v_none and p_node ->> 'field' = 'tag' and v_plan.tags is null then
    v_plan.tags := v_values;
  elsif v_op = 'is' and p_node ->> 'field' = 'number' and v_plan.numbers is null then
    v_plan.numbers := v_values::bigint[];
  elsif v_op = 'is' and not v_none and p_node ->> 'field' = 'external_id' and v_plan.external_ids is null then
    v_plan.external_ids := v_values;
  elsif v_op = 'is' and not v_none and p_node ->> 'field' like 'fields.%' and v_plan.field_key is null then
    v_plan.field_key := substr(p_node ->> 'field', 8);
    v_plan.field_values := v_values;
  elsif v_op in ('lt', 'le', 'gt', 'ge') and p_node ->> 'field' in ('created', 'updated') then
    v_time := v_values[1]::timestamptz + case when v_op in ('le', 'gt') then interval '1 microsecond' else '0' end;
    if p_node ->> 'field' = 'created' and v_op in ('gt', 'ge') then
      v_plan.created_from := greatest(v_plan.created_from, v_time);
    elsif p_node ->> 'field' = 'created' then
      v_plan.created_before := least(v_plan.created_before, v_time);
    elsif v_op in ('gt', 'ge') then
      v_plan.updated_from := greatest(v_plan.updated_from, v_time);
    else
      v_plan.updated_before := least(v_plan.updated_before, v_time);
    end if;
  else
    return null;
  end if;
  return v_plan;
end;
$$;
comment on function helpdesk_private.take_condition is
  'The plan with this condition as one of its typed values; null: there is no room for it.';
revoke all on function helpdesk_private.take_condition from public, anon, authenticated, service_role;

create function helpdesk_private.plan_query(
  p_text text, p_tree jsonb, p_mine boolean, out plan helpdesk_private.query_plan, out tree jsonb, out warnings jsonb
)
returns record
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_scanned jsonb;
  v_nodes jsonb;
  v_node jsonb;
  v_rest jsonb := '[]';
  v_part tsquery;
  v_words tsquery;
  v_taken helpdesk_private.query_plan;
begin
  plan := helpdesk_private.query_reader(coalesce(p_mine, false));
  if p_text is not null and p_tree is not null then
    perform helpdesk_private.fail('invalid_value', 'query: give a text or a tree, not both.');
  end if;
  v_scanned := case when p_tree is null then
    helpdesk_private.scan_query(coalesce(p_text, ''), plan.reader <> 'own')
  end;
  warnings := coalesce(v_scanned -> 'warnings', '[]');
  tree := coalesce(v_scanned -> 'tree', helpdesk_private.check_query(p_tree));
  v_nodes := jsonb_build_array(helpdesk_private.resolve_query(tree, 'tree', plan));
  plan.marks := helpdesk_private.query_words(v_nodes -> 0, true);
  tree := helpdesk_private.without_places(tree);
  while jsonb_array_length(v_nodes) > 0 loop
    v_node := v_nodes -> 0;
    v_nodes := v_nodes - 0;
    v_part := helpdesk_private.query_words(v_node, false);
    if v_node ? 'all' then
      v_nodes := (v_node -> 'all') || v_nodes;
    elsif v_part is not null then
      v_words := coalesce(v_words && v_part, v_part);
    else
      v_taken := case when v_node ? 'field' then helpdesk_private.take_condition(v_node, plan) end;
      if v_taken.reader is null then
        v_rest := v_rest || jsonb_build_array(v_node);
      else
        plan := v_taken;
      end if;
    end if;
  end loop;
  if querytree(v_words) not in ('', 'T') then
    plan.words := v_words;
  elsif v_words is not null then
    -- Only words that must not occur: no index finds those.
    v_rest := v_rest || jsonb_build_array(jsonb_build_object('words', v_words::text));
  end if;
  plan.rest := case when v_rest <> '[]' then jsonb_build_object('all', v_rest) end;
end;
$$;
comment on function helpdesk_private.plan_query is
  'What a query, given as text or as tree, looks for, for whoever asks; its tree in its one form; and warnings.';
revoke all on function helpdesk_private.plan_query from public, anon, authenticated, service_role;

create function helpdesk_private.value_is(p_op text, p_value text, p_wanted text[])
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    coalesce(p_value = any(p_wanted), false) or (p_value is null and array_position(p_wanted, null) is not null)
  ) = (p_op = 'is');
end;
$$;
comment on function helpdesk_private.value_is is 'Whether is or is_not holds. A null among the wanted is no value.';
revoke all on function helpdesk_private.value_is from public, anon, authenticated, service_role;

create function helpdesk_private.value_compares(p_op text, p_value numeric, p_wanted numeric)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(case p_op
    when 'lt' then p_value < p_wanted
    when 'le' then p_value <= p_wanted
    when 'gt' then p_value > p_wanted
    else p_value >= p_wanted
  end, false);
end;
$$;
revoke all on function helpdesk_private.value_compares from public, anon, authenticated, service_role;

create function helpdesk_private.has_words(p_ticket_id uuid, p_words tsquery, p_reader text)
returns boolean
language plpgsql
stable
-- Definer: the words are closed.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_words tsvector := (select x.words from helpdesk_private.ticket_texts as x where x.ticket_id = p_ticket_id);
begin
  if p_reader <> 'own' then
    v_words := v_words || coalesce(
      (select n.words from helpdesk_private.note_texts as n where n.ticket_id = p_ticket_id), ''
    );
  end if;
  return coalesce(v_words @@ p_words, false);
end;
$$;
revoke all on function helpdesk_private.has_words from public, anon, authenticated, service_role;

create function helpdesk_private.condition_matches(p_ticket helpdesk.tickets, p_node jsonb, p_reader text)
returns boolean
language plpgsql
stable
-- Definer: called for tickets that the reader is known to see.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field text := p_node ->> 'field';
  v_op text := p_node ->> 'op';
  v_values text[] := array(select v.value from jsonb_array_elements_text(p_node -> 'value') as v);
  v_is boolean := p_node ->> 'op' in ('is', 'is_not');
  v_moment timestamptz;
  v_found boolean;
begin
  case
    when v_field = 'status' then return helpdesk_private.value_is(v_op, p_ticket.status, v_values);
    when v_field = 'priority' then return helpdesk_private.value_is(v_op, p_ticket.priority, v_values);
    when v_field = 'channel' then return helpdesk_private.value_is(v_op, p_ticket.channel, v_values);
    when v_field = 'external_id' then return helpdesk_private.value_is(v_op, p_ticket.external_id, v_values);
    when v_field = 'team' then return helpdesk_private.value_is(v_op, p_ticket.team_id::text, v_values);
    when v_field = 'assignee' then return helpdesk_private.value_is(v_op, p_ticket.assigned_to::text, v_values);
    when v_field = 'requester' then return helpdesk_private.value_is(v_op, p_ticket.created_by::text, v_values);
    when v_field = 'number' and v_is then
      return helpdesk_private.value_is(v_op, p_ticket.number::text, v_values::bigint[]::text[]);
    when v_field = 'number' then
      return helpdesk_private.value_compares(v_op, p_ticket.number, v_values[1]::numeric);
    when v_field in ('created', 'updated', 'resolved', 'closed') then
      v_moment := case v_field
        when 'created' then p_ticket.created_at when 'updated' then p_ticket.updated_at
        when 'resolved' then p_ticket.resolved_at else p_ticket.closed_at
      end;
      return case when v_is then helpdesk_private.value_is(v_op, v_moment::text, v_values)
        else helpdesk_private.value_compares(
          v_op, extract(epoch from v_moment), extract(epoch from v_values[1]::timestamptz)
        ) end;
    when v_field = 'snoozed' then
      return ((coalesce(p_ticket.snoozed_until > statement_timestamp(), false))::text = v_values[1]) = (v_op = 'is');
    when v_field = 'tag' then
      v_found := exists (
        select from helpdesk.ticket_tags as g where g.ticket_id = p_ticket.ticket_id and g.tag = any(v_values)
      ) or (array_position(v_values, null) is not null and not exists (
        select from helpdesk.ticket_tags as g where g.ticket_id = p_ticket.ticket_id
      ));
      return v_found = (v_op = 'is');
    when v_field = 'has' then
      v_found := ('note' = any(v_values) and p_reader <> 'own'
        and exists (select from helpdesk.notes as n where n.ticket_id = p_ticket.ticket_id)
      ) or ('attachment' = any(v_values) and exists (
        select from helpdesk.attachments as a
        where a.ticket_id = p_ticket.ticket_id and a.state in ('uploaded', 'clean', 'unchecked')
          and (a.placement = 'ticket' or a.message_id is not null or (a.note_id is not null and p_reader <> 'own'))
      ));
      return v_found = (v_op = 'is');
    else
      v_found := exists (
        select from helpdesk.ticket_field_values as v
        where v.ticket_id = p_ticket.ticket_id and v.field_key = substr(v_field, 8)
          and (p_reader <> 'own' or not v.staff_only)
          and case
            when v_is then v.text_value = any(v_values)
            when p_node ->> 'factor' is not null then helpdesk_private.value_compares(
              v_op, v.number_value, v_values[1]::numeric * (p_node ->> 'factor')::numeric
            )
            else helpdesk_private.value_compares(
              v_op, extract(epoch from v.text_value::date), extract(epoch from v_values[1]::date)
            )
          end
      ) or (v_is and array_position(v_values, null) is not null and not exists (
        select from helpdesk.ticket_field_values as v
        where v.ticket_id = p_ticket.ticket_id and v.field_key = substr(v_field, 8)
          and (p_reader <> 'own' or not v.staff_only)
      ));
      return v_found = (v_op <> 'is_not');
  end case;
end;
$$;
revoke all on function helpdesk_private.condition_matches from public, anon, authenticated, service_role;

create function helpdesk_private.ticket_matches(p_ticket helpdesk.tickets, p_node jsonb, p_reader text)
returns boolean
language plpgsql
stable
-- Definer: called for tickets that the reader is known to see.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_all boolean := p_node ? 'all';
  v_node jsonb;
begin
  if p_node is null then
    return true;
  elsif p_node ? 'words' then
    return helpdesk_private.has_words(p_ticket.ticket_id, (p_node ->> 'words')::tsquery, p_reader);
  elsif p_node ? 'field' then
    return helpdesk_private.condition_matches(p_ticket, p_node, p_reader);
  elsif p_node ? 'not' then
    return not helpdesk_private.ticket_matches(p_ticket, p_node -> 'not', p_reader);
  end if;
  for v_node in select n.value from jsonb_array_elements(p_node -> case when v_all then 'all' else 'any' end) as n loop
    if helpdesk_private.ticket_matches(p_ticket, v_node, p_reader) <> v_all then
      return not v_all;
    end if;
  end loop;
  return v_all;
end;
$$;
comment on function helpdesk_private.ticket_matches is
  'Whether a ticket, which its reader sees, matches a resolved tree.';
revoke all on function helpdesk_private.ticket_matches from public, anon, authenticated, service_role;
