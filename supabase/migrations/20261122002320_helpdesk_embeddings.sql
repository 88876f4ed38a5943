-- Embeddings: vectors of the published passages (chunks) and of example texts, and the jobs that bring them.
--
-- pgvector belongs to the project: it may be in any schema, and the project may move it. Only the block below names its
-- schema, when the migration runs; what it makes is bound to pgvector by identity, not by name. Every other function
-- takes a vector as real[], names a column's type with %type, and compares with operator(helpdesk_private.<#>).
--
-- All vectors have 384 numbers and length 1, so that the inner product is the cosine. Vectors of different models mean
-- nothing to each other: there are at most two models, one active and one that is being filled, each in a slot (0, 1).
-- Each slot and audience has an index of its own: what a customer finds, and how much, never depends on vectors of
-- internal articles.
--
-- The vector of a passage is that of its text and, with a quarter of the weight, that of its title: people ask for what
-- a title says.
--
-- A passage never changes, so its vector cannot be out of date. Publishing makes the jobs in its transaction; a passage
-- with the same text as one of the last version takes that vector and needs no job. A vector goes with its passage.

insert into helpdesk_private.concepts (version, concept) values ('20261122002320', 'embeddings');

insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('embedding_incomplete', 409, 'Not every passage has a vector of this model yet.',
   'Run an embedding worker until no text waits, then switch.'),
  ('embedding_model_mismatch', 409, 'The vector is of another model than the one that this helpdesk uses.',
   'Embed the question with the model that is active.');

create table helpdesk_private.outside_objects (
  kind text not null check (kind in ('extension', 'schema')),
  name text not null,
  primary key (kind, name)
);
comment on table helpdesk_private.outside_objects is
  'What a migration made outside our schemas because the project did not have it. Uninstalling drops it where nobody '
  'else uses it.';
revoke all on table helpdesk_private.outside_objects from public, anon, authenticated, service_role;
alter table helpdesk_private.outside_objects enable row level security;

create table helpdesk_private.embedding_models (
  model text primary key check (helpdesk_private.name_within('model', model, 1, 100)),
  slot smallint not null unique check (slot in (0, 1)),
  is_active boolean not null default false,
  created_at timestamptz not null default now()
);
comment on table helpdesk_private.embedding_models is
  'The model whose vectors search compares (is_active), and the one that is being filled to replace it.';
create unique index embedding_models_active_idx on helpdesk_private.embedding_models (is_active) where is_active;
create trigger log_model after insert on helpdesk_private.embedding_models
  for each row execute function helpdesk_private.log_administration('embedding_model.added', 'model');
create trigger log_model_activation after update on helpdesk_private.embedding_models
  for each row when (new.is_active and not old.is_active) execute function
  helpdesk_private.log_administration('embedding_model.activated', 'model');

create table helpdesk_private.chunk_embeddings (
  chunk_id uuid not null references helpdesk.article_chunks (chunk_id) on delete cascade,
  model text not null references helpdesk_private.embedding_models (model) on delete cascade,
  -- Copies, for the indexes: the model's, and those of the passage's version, which never change.
  slot smallint not null,
  audience text not null,
  locale text not null,
  -- Of the passage, for search, which shows three of an article at most.
  article_id uuid not null,
  primary key (chunk_id, model)
);
comment on table helpdesk_private.chunk_embeddings is 'The vectors of the published passages.';
create index chunk_embeddings_scope_idx on helpdesk_private.chunk_embeddings (slot, audience, locale);
create index chunk_embeddings_model_idx on helpdesk_private.chunk_embeddings (model);

create table helpdesk_private.example_texts (
  ticket_id uuid primary key references helpdesk.tickets (ticket_id) on delete cascade,
  body text not null check (helpdesk_private.text_within('body', body, 1, 20000))
);
comment on table helpdesk_private.example_texts is
  'The texts of the tickets that are examples for labels, one for each. Whoever writes a row gets its vector in '
  'example_embeddings later, by a job.';

create table helpdesk_private.example_embeddings (
  ticket_id uuid not null references helpdesk_private.example_texts (ticket_id) on delete cascade,
  model text not null references helpdesk_private.embedding_models (model) on delete cascade,
  primary key (ticket_id, model)
);
comment on table helpdesk_private.example_embeddings is 'The vectors of example_texts.';
create index example_embeddings_model_idx on helpdesk_private.example_embeddings (model);

create table helpdesk_private.embedding_jobs (
  job_id uuid primary key default gen_random_uuid(),
  model text not null references helpdesk_private.embedding_models (model) on delete cascade,
  chunk_id uuid references helpdesk.article_chunks (chunk_id) on delete cascade,
  ticket_id uuid references helpdesk_private.example_texts (ticket_id) on delete cascade,
  state text not null default 'waiting' check (state in ('waiting', 'dead')),
  attempts integer not null default 0,
  -- Nobody gets the job before: it is leased, or postponed.
  leased_until timestamptz not null default '-infinity',
  problem text,
  created_at timestamptz not null default now(),
  check (num_nonnulls(chunk_id, ticket_id) = 1),
  unique (chunk_id, model),
  unique (ticket_id, model)
);
comment on table helpdesk_private.embedding_jobs is
  'The texts that wait for their vector: a passage (chunk) or an example. Stored work has no row. dead: given up after '
  'eight attempts, until use_embedding_model() is called again.';
create index embedding_jobs_waiting_idx on helpdesk_private.embedding_jobs (model, leased_until)
  where state = 'waiting';
-- Each search asks whether any passage waits, however many examples do.
create index embedding_jobs_passages_idx on helpdesk_private.embedding_jobs (model) where chunk_id is not null;

revoke all on table helpdesk_private.embedding_models from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.chunk_embeddings from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.example_texts from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.example_embeddings from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.embedding_jobs from public, anon, authenticated, service_role;
alter table helpdesk_private.embedding_models enable row level security;
alter table helpdesk_private.chunk_embeddings enable row level security;
alter table helpdesk_private.example_texts enable row level security;
alter table helpdesk_private.example_embeddings enable row level security;
alter table helpdesk_private.embedding_jobs enable row level security;

do $$
declare
  v_schema text;
  v_version text;
  v_slot integer;
  v_audience text;
  v_branches text[] := '{}';
begin
  if not exists (select from pg_catalog.pg_extension as x where x.extname = 'vector') then
    if not exists (select from pg_catalog.pg_available_extensions as a where a.name = 'vector') then
      raise exception 'The helpdesk needs pgvector, and this PostgreSQL server does not have it: install it first';
    end if;
    if pg_catalog.to_regnamespace('extensions') is null then
      create schema extensions;
      insert into helpdesk_private.outside_objects (kind, name) values ('schema', 'extensions');
    end if;
    create extension vector with schema extensions;
    insert into helpdesk_private.outside_objects (kind, name) values ('extension', 'vector');
  end if;
  select n.nspname, x.extversion into v_schema, v_version
  from pg_catalog.pg_extension as x join pg_catalog.pg_namespace as n on n.oid = x.extnamespace
  where x.extname = 'vector';
  if pg_catalog.string_to_array(substring(v_version from '^[0-9.]+'), '.')::integer[] < array[0, 5] then
    raise exception 'The helpdesk needs pgvector 0.5 or newer, and this database has %: alter extension vector update',
      v_version;
  end if;
  execute format('alter table helpdesk_private.chunk_embeddings add embedding %I.vector(384) not null', v_schema);
  execute format('alter table helpdesk_private.example_embeddings add embedding %I.vector(384) not null', v_schema);
  -- A name of our own for pgvector's operator. It has no index: nearest_chunks() uses pgvector's own one.
  execute format(
    'create operator helpdesk_private.<#> (leftarg = %1$I.vector, rightarg = %1$I.vector, '
    'function = %1$I.vector_negative_inner_product, commutator = operator(helpdesk_private.<#>))', v_schema
  );
  -- A denser graph than pgvector's default: where passages stand in groups, the search of a thin one ends in a wrong
  -- group. Passages are written once and searched often.
  for v_slot in 0..1 loop
    foreach v_audience in array array['public', 'internal'] loop
      execute format(
        'create index chunk_embeddings_%1$s_%2$s_idx on helpdesk_private.chunk_embeddings '
        'using hnsw (embedding %3$I.vector_ip_ops) with (m = 24, ef_construction = 200) where slot = %1$s and audience = %2$L',
        v_slot, v_audience, v_schema
      );
      v_branches := v_branches || format(
        '(select e.chunk_id, e.article_id, e.locale, e.embedding operator(%3$I.<#>) (select p_embedding::%3$I.vector(384)) '
        'from helpdesk_private.chunk_embeddings as e where e.slot = %1$s and e.audience = %2$L '
        'and p_slot = %1$s and p_audience = %2$L '
        'order by e.embedding operator(%3$I.<#>) (select p_embedding::%3$I.vector(384)) limit p_limit)',
        v_slot, v_audience, v_schema
      );
    end loop;
  end loop;
  -- Invoker: called by definer functions only. BEGIN ATOMIC binds it to pgvector wherever that is moved.
  execute format(
    'create function helpdesk_private.nearest_chunks('
    'p_embedding real[], p_slot integer, p_audience text, p_limit integer) '
    'returns table (chunk_id uuid, article_id uuid, locale text, distance double precision) '
    'language sql stable security invoker '
    'set search_path = pg_catalog, pg_temp begin atomic %s; end',
    array_to_string(v_branches, ' union all ')
  );
end;
$$;
comment on function helpdesk_private.nearest_chunks is
  'The passages of one audience nearest to a vector of length 1, by the index: at most hnsw.ef_search, and perhaps not '
  'each of the nearest. distance: the negative inner product.';
revoke all on function helpdesk_private.nearest_chunks from public, anon, authenticated, service_role;

create function helpdesk_private.unit_vector(p_field text, p_values real[])
returns real[]
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_length constant integer := 384;
  v_norm double precision;
begin
  if p_values is null or coalesce(array_ndims(p_values), 0) <> 1 or cardinality(p_values) <> c_length then
    perform helpdesk_private.fail(
      'invalid_value',
      format('%s must be %s numbers, got %s', p_field, c_length, coalesce(cardinality(p_values)::text, 'none'))
    );
  end if;
  select sqrt(sum(v.value::double precision ^ 2)) into v_norm
  from unnest(p_values) as v (value)
  having count(*) filter (where v.value is null or v.value in ('NaN', 'Infinity', '-Infinity')) = 0;
  if coalesce(v_norm, 0) < 1e-12 then
    perform helpdesk_private.fail('invalid_value', format('%s must be finite numbers, not all of them 0', p_field));
  end if;
  -- Most models give vectors of length 1.
  if abs(v_norm - 1) < 1e-6 then
    return p_values;
  end if;
  return array(
    select (v.value / v_norm)::real from unnest(p_values) with ordinality as v (value, place) order by v.place
  );
end;
$$;
comment on function helpdesk_private.unit_vector is
  'The vector with length 1. Refuses what is no vector of 384 finite numbers, by the name of the field.';
revoke all on function helpdesk_private.unit_vector from public, anon, authenticated, service_role;

create function helpdesk_private.passage_vector(p_embedding real[], p_title_embedding real[])
returns real[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.unit_vector('embedding', array_agg((e.value + 0.25 * t.value)::real order by e.place))
  from unnest(helpdesk_private.unit_vector('embedding', p_embedding)) with ordinality as e (value, place)
  join unnest(helpdesk_private.unit_vector('title_embedding', p_title_embedding)) with ordinality as t (value, place)
    on t.place = e.place;
$$;
comment on function helpdesk_private.passage_vector is
  'The vector of a passage, of length 1, from the vectors of its text and of its title.';
revoke all on function helpdesk_private.passage_vector from public, anon, authenticated, service_role;

create function helpdesk_private.active_embedding_model()
returns text
language sql
stable
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select m.model from helpdesk_private.embedding_models as m where m.is_active;
$$;
comment on function helpdesk_private.active_embedding_model is
  'The model whose vectors search compares; null while no model is complete.';
revoke all on function helpdesk_private.active_embedding_model from public, anon, authenticated, service_role;

create function helpdesk_private.lock_embedding_models()
returns void
language plpgsql
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from helpdesk_private.embedding_models as m order by m.slot for key share;
end;
$$;
comment on function helpdesk_private.lock_embedding_models is
  'Keeps every model until the transaction ends, and waits for one that is being added. Whoever changes vectors or '
  'jobs calls this before: a new model makes jobs for all texts that are there, and removing a model removes its '
  'vectors and jobs. Taken behind the rows of passages and examples, and before those of jobs.';
revoke all on function helpdesk_private.lock_embedding_models from public, anon, authenticated, service_role;


-- From what is published to its jobs ----------------------------------------------------------------------------------

create function helpdesk_private.queue_embeddings(p_article_id uuid)
returns void
language plpgsql
-- Definer: nobody reads or writes vectors and jobs.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.lock_embedding_models();
  insert into helpdesk_private.chunk_embeddings (chunk_id, model, slot, audience, locale, article_id, embedding)
  select distinct on (p.chunk_id, e.model)
    p.chunk_id, e.model, e.slot, p.audience, p.locale, p.article_id, e.embedding
  from helpdesk.article_chunks as o
  join helpdesk_private.chunk_embeddings as e on e.chunk_id = o.chunk_id
  join helpdesk_private.published_chunks as p
    on p.article_id = o.article_id and p.chunk_id <> o.chunk_id and p.body = o.body
    and p.heading_path = o.heading_path and p.title = o.title
  where o.article_id = p_article_id
  on conflict do nothing;
  delete from helpdesk_private.chunk_embeddings as e
  using helpdesk.article_chunks as c
  where c.article_id = p_article_id and e.chunk_id = c.chunk_id
    and not exists (select from helpdesk_private.published_chunks as p where p.chunk_id = c.chunk_id);
  delete from helpdesk_private.embedding_jobs as j
  using helpdesk.article_chunks as c
  where c.article_id = p_article_id and j.chunk_id = c.chunk_id
    and not exists (select from helpdesk_private.published_chunks as p where p.chunk_id = c.chunk_id);
  insert into helpdesk_private.embedding_jobs (chunk_id, model)
  select p.chunk_id, m.model
  from helpdesk_private.published_chunks as p cross join helpdesk_private.embedding_models as m
  where p.article_id = p_article_id and not exists (
    select from helpdesk_private.chunk_embeddings as e where e.chunk_id = p.chunk_id and e.model = m.model
  )
  on conflict do nothing;
end;
$$;
comment on function helpdesk_private.queue_embeddings is
  'Gives every published passage of the article its vector, from a passage with the same text, or else a job; '
  'removes the vectors and jobs of passages that are not published.';
revoke all on function helpdesk_private.queue_embeddings from public, anon, authenticated, service_role;

create function helpdesk_private.queue_article()
returns trigger
language plpgsql
-- Definer: nobody reads or writes vectors and jobs.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.queue_embeddings(new.article_id);
  return null;
end;
$$;
revoke all on function helpdesk_private.queue_article from public, anon, authenticated, service_role;
-- Publishing and archiving change the current version after its passages.
create trigger queue_article after update of current_version_id on helpdesk.articles
  for each row when (new.current_version_id is distinct from old.current_version_id)
  execute function helpdesk_private.queue_article();

create function helpdesk_private.queue_example()
returns trigger
language plpgsql
-- Definer: nobody reads or writes vectors and jobs.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.lock_embedding_models();
  -- The job too: a worker that still has the old text stores nothing.
  delete from helpdesk_private.example_embeddings as e where e.ticket_id = new.ticket_id;
  delete from helpdesk_private.embedding_jobs as j where j.ticket_id = new.ticket_id;
  insert into helpdesk_private.embedding_jobs (ticket_id, model)
  select new.ticket_id, m.model from helpdesk_private.embedding_models as m;
  return null;
end;
$$;
revoke all on function helpdesk_private.queue_example from public, anon, authenticated, service_role;
create trigger queue_example after insert on helpdesk_private.example_texts
  for each row execute function helpdesk_private.queue_example();
create trigger queue_changed_example after update of body on helpdesk_private.example_texts
  for each row when (new.body <> old.body) execute function helpdesk_private.queue_example();
