-- Embedding models: which one search uses, how far each is, and how an admin changes it.
--
-- A new model is filled beside the active one and switched to when every text has its vector; then the vectors of the
-- old one are deleted. So search never compares vectors of two models.

insert into helpdesk_private.concepts (version, concept) values ('20261122002327', 'embedding_models');

create function helpdesk_private.embedding_model()
returns text
language plpgsql
stable
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not helpdesk_private.is_service() then
    perform helpdesk_private.require_person();
  end if;
  return helpdesk_private.active_embedding_model();
end;
$$;
revoke all on function helpdesk_private.embedding_model from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.embedding_model to authenticated, service_role;

create function helpdesk.active_embedding_model()
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.embedding_model();
$$;
comment on function helpdesk.active_embedding_model is
  'The model with which a query must be embedded for search_articles(); null while no model is complete, and search is '
  'by words alone.';
revoke all on function helpdesk.active_embedding_model from public, anon, authenticated, service_role;
grant execute on function helpdesk.active_embedding_model to authenticated, service_role;

create function helpdesk_private.embedding_progress()
returns table (
  model text, is_active boolean, chunks bigint, embedded bigint, waiting bigint, dead bigint, examples bigint,
  examples_embedded bigint, problem text
)
language plpgsql
stable
-- Definer: the tables are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('agent', 'admin');
  return query
    select
      m.model, coalesce(m.is_active, false), p.chunks,
      (select count(*) from helpdesk_private.chunk_embeddings as e where e.model = m.model),
      -- Without a model, the jobs are made when the first worker comes.
      case when m.model is null then p.chunks + x.examples else (
        select count(*) from helpdesk_private.embedding_jobs as j where j.model = m.model and j.state = 'waiting'
      ) end,
      (select count(*) from helpdesk_private.embedding_jobs as j where j.model = m.model and j.state = 'dead'),
      x.examples,
      (select count(*) from helpdesk_private.example_embeddings as e where e.model = m.model),
      (
        select j.problem from helpdesk_private.embedding_jobs as j
        where j.model = m.model and j.problem is not null order by j.leased_until desc, j.job_id limit 1
      )
    from (select count(*) as chunks from helpdesk_private.published_chunks) as p
    cross join (select count(*) as examples from helpdesk_private.example_texts) as x
    left join helpdesk_private.embedding_models as m on true
    order by m.is_active desc nulls last;
end;
$$;
revoke all on function helpdesk_private.embedding_progress from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.embedding_progress to authenticated, service_role;

create function helpdesk.embedding_progress()
returns table (
  model text, is_active boolean, chunks bigint, embedded bigint, waiting bigint, dead bigint, examples bigint,
  examples_embedded bigint, problem text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.embedding_progress();
$$;
comment on function helpdesk.embedding_progress is
  'How far each model is, the active one first; one row without a model before the first worker came. chunks: the '
  'published passages; embedded: how many have a vector; waiting, dead: jobs of passages and examples; problem: the '
  'newest problem of a job.';
revoke all on function helpdesk.embedding_progress from public, anon, authenticated, service_role;
grant execute on function helpdesk.embedding_progress to authenticated, service_role;

create function helpdesk_private.use_embedding_model(p_model text)
returns setof helpdesk_private.embedding_models
language plpgsql
-- Definer: nobody writes models and jobs directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  if p_model is null then
    perform helpdesk_private.fail('invalid_value', 'model must be given');
  end if;
  perform helpdesk_private.take_lock('embedding_models');
  if exists (select from helpdesk_private.embedding_models as m where m.model = p_model) then
    update helpdesk_private.embedding_jobs as j set state = 'waiting', attempts = 0, leased_until = '-infinity'
    where j.model = p_model and j.state = 'dead';
  else
    perform helpdesk_private.add_embedding_model(p_model);
  end if;
  return query select * from helpdesk_private.embedding_models as m where m.model = p_model;
end;
$$;
revoke all on function helpdesk_private.use_embedding_model from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.use_embedding_model to authenticated, service_role;

create function helpdesk.use_embedding_model(model text)
returns boolean
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select m.is_active from helpdesk_private.use_embedding_model(use_embedding_model.model) as m;
$$;
comment on function helpdesk.use_embedding_model is
  'For admins: makes the jobs that fill a model beside the active one, in place of another that was being filled; for '
  'a model that is here already, its dead jobs wait again. Returns whether it is the active one. When it is full, call '
  'switch_embedding_model().';
revoke all on function helpdesk.use_embedding_model from public, anon, authenticated, service_role;
grant execute on function helpdesk.use_embedding_model to authenticated, service_role;

create function helpdesk_private.switch_embedding_model(p_model text)
returns boolean
language plpgsql
-- Definer: nobody writes models directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_missing bigint;
begin
  perform helpdesk_private.require_role('admin');
  perform helpdesk_private.take_lock('embedding_models');
  if p_model is null or not exists (select from helpdesk_private.embedding_models as m where m.model = p_model) then
    perform helpdesk_private.fail(
      'embedding_incomplete', format('There are no vectors of the model %s.', left(p_model, 100)),
      'Begin to fill it first, and run an embedding worker.'
    );
  elsif p_model = helpdesk_private.active_embedding_model() then
    return false;
  end if;
  -- Waits for whoever stores or publishes, and they wait for us.
  perform from helpdesk_private.embedding_models as m order by m.slot for update;
  select count(*) into v_missing
  from (
    select p.chunk_id from helpdesk_private.published_chunks as p
    where not exists (
      select from helpdesk_private.chunk_embeddings as e where e.chunk_id = p.chunk_id and e.model = p_model
    )
    union all
    select x.ticket_id from helpdesk_private.example_texts as x
    where not exists (
      select from helpdesk_private.example_embeddings as e where e.ticket_id = x.ticket_id and e.model = p_model
    )
  ) as missing;
  if v_missing > 0 then
    perform helpdesk_private.fail(
      'embedding_incomplete', format('%s texts have no vector of the model %s yet.', v_missing, p_model)
    );
  end if;
  delete from helpdesk_private.embedding_models as m where m.model <> p_model;
  update helpdesk_private.embedding_models as m set is_active = true where m.model = p_model;
  return true;
end;
$$;
revoke all on function helpdesk_private.switch_embedding_model from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.switch_embedding_model to authenticated, service_role;

create function helpdesk.switch_embedding_model(model text)
returns boolean
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.switch_embedding_model(switch_embedding_model.model);
$$;
comment on function helpdesk.switch_embedding_model is
  'For admins: search compares the vectors of this model from now on, and the vectors of the other model are deleted. '
  'Refused while any passage or example has no vector of it. false: it is the active one already.';
revoke all on function helpdesk.switch_embedding_model from public, anon, authenticated, service_role;
grant execute on function helpdesk.switch_embedding_model to authenticated, service_role;
