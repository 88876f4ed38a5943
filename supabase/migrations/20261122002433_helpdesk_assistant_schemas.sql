-- The JSON schema of each kind of answer. Endpoints that know schemas are sent it, and every prompt holds it. Answers
-- are checked when they arrive, whatever the endpoint promised.

insert into helpdesk_private.concepts (version, concept) values ('20261122002433', 'assistant_schemas');

create function helpdesk_private.object_schema(p_properties jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- The subset of JSON Schema that every endpoint knows: all keys required, no others, no lengths, no references.
  select jsonb_build_object(
    'type', 'object',
    'properties', p_properties,
    'required', (select coalesce(jsonb_agg(k.key), '[]') from jsonb_object_keys(p_properties) as k (key)),
    'additionalProperties', false
  );
$$;
revoke all on function helpdesk_private.object_schema from public, anon, authenticated, service_role;

create function helpdesk_private.list_schema(p_items jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('type', 'array', 'items', p_items);
$$;
revoke all on function helpdesk_private.list_schema from public, anon, authenticated, service_role;

create function helpdesk_private.label_names(p_labels jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- A label is a text, or an object with a name. As many as fit into a prompt.
  with names as (
    select e.n, coalesce(e.label -> 'name', e.label) as name
    from jsonb_array_elements(coalesce(p_labels, '[]')) with ordinality as e (label, n)
  ),
  fitting as (
    select n.n, n.name, sum(octet_length(n.name::text) + 2) over (order by n.n) as bytes from names as n
  )
  select coalesce(jsonb_agg(f.name order by f.n), '[]') from fitting as f where f.bytes <= 1500;
$$;
revoke all on function helpdesk_private.label_names from public, anon, authenticated, service_role;

create function helpdesk_private.label_schema(p_names jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select case
    -- An enum must not be empty.
    when jsonb_array_length(p_names) = 0 then '{"type": "null"}'
    else jsonb_build_object(
      'anyOf', jsonb_build_array(jsonb_build_object('type', 'string', 'enum', p_names), '{"type": "null"}'::jsonb)
    )
  end;
$$;
revoke all on function helpdesk_private.label_schema from public, anon, authenticated, service_role;

create function helpdesk_private.answer_schema(p_kind text, p_labels jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  with constants as (
    select '{"type": "string"}'::jsonb as text, helpdesk_private.list_schema('{"type": "integer"}') as numbers
  )
  select helpdesk_private.object_schema(
    case p_kind
      when 'reply' then jsonb_build_object(
        'paragraphs', helpdesk_private.list_schema(
          helpdesk_private.object_schema(
            jsonb_build_object(
              'text', c.text,
              'citations', helpdesk_private.list_schema(
                helpdesk_private.object_schema(
                  jsonb_build_object('passage', '{"type": "integer"}'::jsonb, 'sentences', c.numbers)
                )
              )
            )
          )
        ),
        'language', c.text,
        'enough', '{"type": "boolean"}'::jsonb
      )
      when 'summary' then jsonb_build_object(
        'statements', helpdesk_private.list_schema(
          helpdesk_private.object_schema(jsonb_build_object('text', c.text, 'messages', c.numbers))
        )
      )
      when 'next_steps' then jsonb_build_object('steps', helpdesk_private.list_schema(c.text))
      when 'article' then jsonb_build_object('title', c.text, 'body', c.text)
      when 'classification' then jsonb_build_object(
        'team', helpdesk_private.label_schema(helpdesk_private.label_names(p_labels -> 'teams')),
        'priority', helpdesk_private.label_schema(helpdesk_private.label_names(p_labels -> 'priorities')),
        'tags', helpdesk_private.list_schema(
          case
            when jsonb_array_length(helpdesk_private.label_names(p_labels -> 'tags')) = 0 then c.text
            else jsonb_build_object('type', 'string', 'enum', helpdesk_private.label_names(p_labels -> 'tags'))
          end
        ),
        'spam', '{"type": "boolean"}'::jsonb
      )
    end
  )
  from constants as c;
$$;
comment on function helpdesk_private.answer_schema is 'The JSON schema of an answer of this kind.';
revoke all on function helpdesk_private.answer_schema from public, anon, authenticated, service_role;
