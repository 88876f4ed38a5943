-- Vectors in classification: the nearest examples by vector, and the linear model of vectors.
--
-- A kind with few labels has few examples. Among hundreds of thousands that have tags, the index of all would seldom
-- meet them: label_vectors has copies of theirs, with an index for each kind.

insert into helpdesk_private.concepts (version, concept) values ('20261122002451', 'label_vectors');

create table helpdesk_private.label_vectors (
  kind text not null check (kind in ('team', 'priority', 'assignee')),
  label text not null,
  ticket_id uuid not null,
  model text not null,
  slot smallint not null,
  primary key (kind, label, ticket_id, model),
  foreign key (kind, label, ticket_id) references helpdesk.label_examples (kind, label, ticket_id) on delete cascade,
  foreign key (ticket_id, model) references helpdesk_private.example_embeddings (ticket_id, model) on delete cascade
);
comment on table helpdesk_private.label_vectors is
  'The vectors of the examples of team, priority and assignee: copies from example_embeddings. They go with the '
  'example and with its vector.';
create index label_vectors_example_idx on helpdesk_private.label_vectors (ticket_id, model);
revoke all on table helpdesk_private.label_vectors from public, anon, authenticated, service_role;
alter table helpdesk_private.label_vectors enable row level security;

-- pgvector's schema is named here only, as in the migration of embeddings.
do $$
declare
  v_schema text := (
    select n.nspname from pg_catalog.pg_extension as x join pg_catalog.pg_namespace as n on n.oid = x.extnamespace
    where x.extname = 'vector'
  );
  v_slot integer;
  v_kind text;
  v_branches text[] := '{}';
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
    'set search_path = pg_catalog, pg_temp begin atomic '
    'select n.ticket_id, -n.distance from ('
    'select e.ticket_id, e.model, e.embedding operator(%1$I.<#>) (select p_embedding::%1$I.vector(384)) as distance '
    'from helpdesk_private.example_embeddings as e '
    'order by e.embedding operator(%1$I.<#>) (select p_embedding::%1$I.vector(384)) limit p_limit) as n '
    'where n.model = p_model; end', v_schema
  );
  execute format('alter table helpdesk_private.label_vectors add embedding %I.vector(384) not null', v_schema);
  for v_slot in 0..1 loop
    foreach v_kind in array array['team', 'priority', 'assignee'] loop
      execute format(
        'create index label_vectors_%1$s_%2$s_idx on helpdesk_private.label_vectors '
        'using hnsw (embedding %3$I.vector_ip_ops) where slot = %1$s and kind = %2$L', v_slot, v_kind, v_schema
      );
      v_branches := v_branches || format(
        '(select v.ticket_id, v.label, v.embedding operator(%3$I.<#>) (select p_embedding::%3$I.vector(384)) '
        'from helpdesk_private.label_vectors as v where v.slot = %1$s and v.kind = %2$L '
        'and p_slot = %1$s and p_kind = %2$L '
        'order by v.embedding operator(%3$I.<#>) (select p_embedding::%3$I.vector(384)) limit p_limit)',
        v_slot, v_kind, v_schema
      );
    end loop;
  end loop;
  -- Invoker: called by definer functions only.
  execute format(
    'create function helpdesk_private.nearest_of_kind('
    'p_embedding real[], p_slot integer, p_kind text, p_limit integer) '
    'returns table (ticket_id uuid, label text, distance double precision) language sql stable security invoker '
    'set search_path = pg_catalog, pg_temp begin atomic %s; end',
    array_to_string(v_branches, ' union all ')
  );
end;
$$;
revoke all on function helpdesk_private.nearest_examples from public, anon, authenticated, service_role;
comment on function helpdesk_private.nearest_of_kind is
  'The examples of one kind, not tag, nearest to a vector of length 1, by the index: at most hnsw.ef_search, and '
  'perhaps not each of the nearest. distance: the negative inner product.';
revoke all on function helpdesk_private.nearest_of_kind from public, anon, authenticated, service_role;

create function helpdesk_private.copy_label_vectors(p_ticket_id uuid, p_kind text, p_label text, p_model text)
returns void
language sql
-- Definer: nobody writes vectors directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into helpdesk_private.label_vectors (kind, label, ticket_id, model, slot, embedding)
  select l.kind, l.label, l.ticket_id, v.model, m.slot, v.embedding
  from (
    -- What another transaction is deleting is left to it: whoever waited for it here could keep it waiting.
    select e.kind, e.label, e.ticket_id from helpdesk.label_examples as e
    where e.ticket_id = p_ticket_id and e.kind <> 'tag'
      and (p_kind is null or (e.kind, e.label) = (p_kind, p_label))
    for key share of e skip locked
  ) as l
  cross join (
    select e.model, e.embedding from helpdesk_private.example_embeddings as e
    where e.ticket_id = p_ticket_id and (p_model is null or e.model = p_model)
    for key share of e skip locked
  ) as v
  join helpdesk_private.embedding_models as m on m.model = v.model
  on conflict do nothing;
$$;
comment on function helpdesk_private.copy_label_vectors is
  'Copies the vectors of a ticket for its examples: of one label, or by one model. Whoever adds either has locked the '
  'text of the example: one of two at once sees what the other has added.';
revoke all on function helpdesk_private.copy_label_vectors from public, anon, authenticated, service_role;

create function helpdesk_private.copy_vectors_of_label()
returns trigger
language plpgsql
-- Definer: nobody writes vectors directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.copy_label_vectors(new.ticket_id, new.kind, new.label, null);
  return null;
end;
$$;
revoke all on function helpdesk_private.copy_vectors_of_label from public, anon, authenticated, service_role;
create trigger copy_vectors_of_label after insert on helpdesk.label_examples
  for each row when (new.kind <> 'tag') execute function helpdesk_private.copy_vectors_of_label();

create function helpdesk_private.copy_vector_of_example()
returns trigger
language plpgsql
-- Definer: nobody writes vectors directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.copy_label_vectors(new.ticket_id, null, null, new.model);
  return null;
end;
$$;
revoke all on function helpdesk_private.copy_vector_of_example from public, anon, authenticated, service_role;
create trigger copy_vector_of_example after insert on helpdesk_private.example_embeddings
  for each row execute function helpdesk_private.copy_vector_of_example();

create function helpdesk_private.nearest_by_index(
  p_embedding real[], p_model text, p_kind text, p_ticket_id uuid, p_assignees text[], p_limit integer
)
returns setof helpdesk_private.neighbour
language sql
stable
-- Definer: nobody reads the vectors.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select p_kind, n.ticket_id, n.similarity
  from helpdesk_private.nearest_examples(p_embedding, p_model, p_limit) as n
  where p_kind = 'tag' and n.ticket_id is distinct from p_ticket_id
  union all
  select p_kind, n.ticket_id, -n.distance
  from helpdesk_private.nearest_of_kind(
    p_embedding, (select m.slot from helpdesk_private.embedding_models as m where m.model = p_model), p_kind, p_limit
  ) as n
  where p_kind <> 'tag' and n.ticket_id is distinct from p_ticket_id
    and (p_assignees is null or n.label = any(p_assignees));
$$;
comment on function helpdesk_private.nearest_by_index is
  'The examples of one kind nearest to a vector of length 1, by the index; others within the limit are left out.';
revoke all on function helpdesk_private.nearest_by_index from public, anon, authenticated, service_role;

create function helpdesk_private.more_by_index(
  p_embedding real[], p_model text, p_kind text, p_ticket_id uuid, p_assignees text[]
)
returns setof helpdesk_private.neighbour
language sql
stable
-- Definer: nobody reads the vectors.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.nearest_by_index(p_embedding, p_model, p_kind, p_ticket_id, p_assignees, 200);
$$;
comment on function helpdesk_private.more_by_index is 'As nearest_by_index, with more of the nearest: 200.';
revoke all on function helpdesk_private.more_by_index from public, anon, authenticated, service_role;

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
  c_voters constant integer := 20;
  c_of_one_requester constant integer := 5;
  v_unit helpdesk_private.example_embeddings.embedding%type := p_embedding;
  v_kind text;
  v_near helpdesk_private.neighbour[];
  v_many boolean := (
    select c.reltuples > 20000 from pg_class as c where c.oid = 'helpdesk_private.example_texts'::regclass
  );
begin
  foreach v_kind in array
    case when p_assignees is null then array['team', 'priority', 'tag'] else array['assignee'] end
  loop
    v_near := '{}';
    -- Many examples: by the index, which finds nearly all of the nearest. Sixty cost it little more than twenty.
    if v_many and p_assignees is null then
      v_near := array(
        select n from helpdesk_private.nearest_by_index(p_embedding, p_model, v_kind, p_ticket_id, null, 60) as n
        order by n.similarity desc, n.ticket_id
      );
      -- Further ones vote where one requester has more than five of the first.
      if exists (
        select from unnest(v_near[:c_voters]) as n join helpdesk_private.example_texts as x on x.ticket_id = n.ticket_id
        group by x.requester_id having count(*) > c_of_one_requester
      ) then
        v_near := array(
          select c.n
          from (
            select n, row_number() over (
              partition by x.requester_id order by n.similarity desc, n.ticket_id
            ) as place
            from unnest(v_near) as n join helpdesk_private.example_texts as x on x.ticket_id = n.ticket_id
          ) as c
          where c.place <= c_of_one_requester
          order by (c.n).similarity desc, (c.n).ticket_id
          limit c_voters
        );
      else
        v_near := v_near[:c_voters];
      end if;
    end if;
    -- These are too few, or examples of other people or of a model that is being filled are among them.
    if v_many and cardinality(v_near) < c_voters then
      v_near := array(
        select n from helpdesk_private.more_by_index(p_embedding, p_model, v_kind, p_ticket_id, p_assignees) as n
      );
    end if;
    if cardinality(v_near) < c_voters and v_kind = 'tag' then
      v_near := array(
        select (v_kind, v.ticket_id, -(v.embedding operator(helpdesk_private.<#>) v_unit))::helpdesk_private.neighbour
        from helpdesk_private.example_embeddings as v
        where v.model = p_model and v.ticket_id is distinct from p_ticket_id
        order by v.embedding operator(helpdesk_private.<#>) v_unit
        limit 200
      );
    elsif cardinality(v_near) < c_voters then
      -- There are few, or few of these people's: they are compared one by one. An array, because a join would look up
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
-- How many the index looks at. By DDL of its own: the linter knows no settings of extensions.
do $$
begin
  execute 'alter function helpdesk_private.more_by_index set hnsw.ef_search = 200';
  execute 'alter function helpdesk_private.nearest_by_vector set hnsw.ef_search = 100';
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
