-- Vectors in classification: the nearest examples by vector, and the linear model of vectors.

insert into helpdesk_private.concepts (version, concept) values ('20261122002451', 'label_vectors');

-- pgvector's schema is named here only, as in the migration of embeddings.
do $$
declare
  v_schema text := (
    select n.nspname from pg_catalog.pg_extension as x join pg_catalog.pg_namespace as n on n.oid = x.extnamespace
    where x.extname = 'vector'
  );
begin
  execute format('alter table helpdesk_private.label_heads add weights %I.vector(384)', v_schema);
  execute format(
    'create index example_embeddings_nearest_idx on helpdesk_private.example_embeddings '
    'using hnsw (embedding %I.vector_ip_ops)', v_schema
  );
  -- Invoker: called by definer functions only.
  execute format(
    'create function helpdesk_private.nearest_examples(p_embedding real[], p_model text, p_limit integer) '
    'returns table (ticket_id uuid, similarity double precision) language sql stable security invoker '
    'set search_path = pg_catalog, pg_temp set hnsw.ef_search = 200 begin atomic '
    'select n.ticket_id, -n.distance from ('
    'select e.ticket_id, e.model, e.embedding operator(%1$I.<#>) (select p_embedding::%1$I.vector(384)) as distance '
    'from helpdesk_private.example_embeddings as e '
    'order by e.embedding operator(%1$I.<#>) (select p_embedding::%1$I.vector(384)) limit p_limit) as n '
    'where n.model = p_model; end', v_schema
  );
end;
$$;
revoke all on function helpdesk_private.nearest_examples from public, anon, authenticated, service_role;

create function helpdesk_private.nearest_by_vector(
  p_embedding real[], p_model text, p_ticket_id uuid, p_assignees text[]
)
returns setof helpdesk_private.neighbour
language plpgsql
stable
-- Definer: nobody reads the vectors.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unit helpdesk_private.example_embeddings.embedding%type := p_embedding;
  v_kind text;
  v_nearest helpdesk_private.neighbour[] := '{}';
  v_near helpdesk_private.neighbour[];
begin
  if (select c.reltuples from pg_class as c where c.oid = 'helpdesk_private.example_texts'::regclass) > 20000 then
    -- Many examples: by the index, which finds nearly all of the nearest.
    v_nearest := array(
      select (null, n.ticket_id, n.similarity)::helpdesk_private.neighbour
      from helpdesk_private.nearest_examples(p_embedding, p_model, 200) as n
      where n.ticket_id is distinct from p_ticket_id
    );
  end if;
  foreach v_kind in array
    case when p_assignees is null then array['team', 'priority', 'tag'] else array['assignee'] end
  loop
    v_near := array(
      select (v_kind, n.ticket_id, n.similarity)::helpdesk_private.neighbour
      from unnest(v_nearest) as n
      where v_kind = 'tag' or exists (
        select from helpdesk.label_examples as e
        where e.kind = v_kind and e.ticket_id = n.ticket_id and (p_assignees is null or e.label = any(p_assignees))
      )
    );
    if cardinality(v_near) < 20 and v_kind = 'tag' then
      v_near := array(
        select (v_kind, v.ticket_id, -(v.embedding operator(helpdesk_private.<#>) v_unit))::helpdesk_private.neighbour
        from helpdesk_private.example_embeddings as v
        where v.model = p_model and v.ticket_id is distinct from p_ticket_id
        order by v.embedding operator(helpdesk_private.<#>) v_unit
        limit 200
      );
    elsif cardinality(v_near) < 20 then
      -- A kind with few labels has few examples: they are compared one by one. An array, because a join would look up
      -- each id from the root of the index.
      v_near := array(
        select (v_kind, v.ticket_id, -(v.embedding operator(helpdesk_private.<#>) v_unit))::helpdesk_private.neighbour
        from helpdesk_private.example_embeddings as v
        where v.model = p_model and v.ticket_id is distinct from p_ticket_id and v.ticket_id = any(array(
          select e.ticket_id from helpdesk.label_examples as e
          where e.kind = v_kind and (p_assignees is null or e.label = any(p_assignees))
        ))
        order by v.embedding operator(helpdesk_private.<#>) v_unit
        limit 200
      );
    end if;
    return query select * from unnest(v_near);
  end loop;
end;
$$;
comment on function helpdesk_private.nearest_by_vector is
  'For each kind, the examples whose vectors are nearest to a vector of length 1. For tags, a ticket without tags is '
  'an example too: of having none. With p_assignees, the tickets that one of them had.';
revoke all on function helpdesk_private.nearest_by_vector from public, anon, authenticated, service_role;

create function helpdesk_private.vector_logits(p_embedding real[], p_model text)
returns table (kind text, label text, logit double precision)
language plpgsql
stable
-- Definer: the heads are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unit helpdesk_private.label_heads.weights%type := p_embedding;
begin
  return query
    select h.kind, h.label, h.vector_bias - (h.weights operator(helpdesk_private.<#>) v_unit)
    from helpdesk_private.label_heads as h
    join helpdesk_private.label_models as m on m.kind = h.kind
    where m.model = p_model and h.weights is not null and p_embedding is not null;
end;
$$;
revoke all on function helpdesk_private.vector_logits from public, anon, authenticated, service_role;

create function helpdesk_private.vector_shares(p_embedding real[], p_model text)
returns table (kind text, label text, share double precision)
language sql
stable
-- Definer: the heads are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select s.kind, s.label, s.value / sum(s.value) over (partition by s.kind)
  from (
    select o.kind, o.label, exp(o.logit - max(o.logit) over (partition by o.kind)) as value
    from helpdesk_private.vector_logits(p_embedding, p_model) as o
  ) as s;
$$;
comment on function helpdesk_private.vector_shares is
  'What the linear model of vectors gives each label; nothing without a vector of the model that was trained.';
revoke all on function helpdesk_private.vector_shares from public, anon, authenticated, service_role;

create function helpdesk_private.classification_vector(p_embedding real[], p_model text)
returns real[]
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_embedding is null then
    return null;
  elsif p_model is distinct from helpdesk_private.active_embedding_model() then
    perform helpdesk_private.fail('embedding_model_mismatch');
  end if;
  return helpdesk_private.unit_vector('embedding', p_embedding);
end;
$$;
comment on function helpdesk_private.classification_vector is
  'The vector with length 1, if it is of the model that this helpdesk uses.';
revoke all on function helpdesk_private.classification_vector from public, anon, authenticated, service_role;
