-- The work of embedding: workers lease texts, and store a vector for each or postpone it; admins choose the model.
--
-- Workers hold the secret key. A worker that dies loses its lease, and another one repeats the work. The first worker
-- of a helpdesk decides its model: leasing with a model's name makes it the model, and its jobs. When no passage waits
-- any more, that first model becomes active by itself. Later models are filled beside it and switched by an admin.

insert into helpdesk_private.concepts (version, concept) values ('20261122002325', 'embedding_jobs');

insert into helpdesk_private.named_locks (name) values ('embedding_models');

create type helpdesk_private.embedding_work as (
  job_id uuid, target text, text text, model text, title text
);
comment on type helpdesk_private.embedding_work is
  'A leased job: a text, of a passage (chunk) or of an example, and the model that is to embed it. title: of the '
  'passage''s article, to be embedded, too; null for an example.';

create function helpdesk_private.activate_first_model(p_model text)
returns void
language plpgsql
-- Definer: nobody reads or writes models and jobs.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from helpdesk_private.embedding_models as m where m.is_active) then
    return;
  end if;
  -- One after the other: of two workers with the last two passages, the second sees what the first has stored.
  perform from helpdesk_private.embedding_models as m where m.model = p_model for no key update;
  update helpdesk_private.embedding_models as m set is_active = true
  where m.model = p_model
    and not exists (select from helpdesk_private.embedding_models as o where o.is_active)
    and (
      exists (select from helpdesk_private.chunk_embeddings as e where e.model = p_model)
      -- Without articles, there are past tickets to compare.
      or exists (select from helpdesk_private.example_embeddings as e where e.model = p_model)
    )
    and not exists (
      select from helpdesk_private.embedding_jobs as j
      where j.model = p_model and j.chunk_id is not null and j.state = 'waiting'
    );
end;
$$;
comment on function helpdesk_private.activate_first_model is
  'Makes the model active while none is and no passage waits for its vector. A passage whose job is dead stays found '
  'by its words.';
revoke all on function helpdesk_private.activate_first_model from public, anon, authenticated, service_role;

create function helpdesk_private.add_embedding_model(p_model text)
returns void
language plpgsql
-- Definer: nobody reads or writes models and jobs.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Waits for those who publish, and they wait: each text gets its job from them, or from here.
  lock table helpdesk_private.embedding_models in exclusive mode;
  -- Another one that was being filled makes room.
  delete from helpdesk_private.embedding_models as m where not m.is_active;
  insert into helpdesk_private.embedding_models (model, slot)
  select p_model, s.slot
  from generate_series(0, 1) as s (slot)
  where not exists (select from helpdesk_private.embedding_models as m where m.slot = s.slot)
  order by s.slot limit 1;
  insert into helpdesk_private.embedding_jobs (chunk_id, model)
  select p.chunk_id, p_model from helpdesk_private.published_chunks as p
  on conflict do nothing;
  insert into helpdesk_private.embedding_jobs (ticket_id, model)
  select x.ticket_id, p_model from helpdesk_private.example_texts as x
  on conflict do nothing;
end;
$$;
revoke all on function helpdesk_private.add_embedding_model from public, anon, authenticated, service_role;

create function helpdesk_private.embedding_text(p_job helpdesk_private.embedding_jobs)
returns text
language sql
stable
-- Definer: the texts of examples are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_job.chunk_id is null then (
      select x.body from helpdesk_private.example_texts as x where x.ticket_id = p_job.ticket_id
    )
    -- The title and the headings say what the passage is about.
    else (
      select concat_ws(' › ', c.title, nullif(c.heading_path, '')) || E'\n' || c.body
      from helpdesk.article_chunks as c where c.chunk_id = p_job.chunk_id
    )
  end;
$$;
comment on function helpdesk_private.embedding_text is 'The text whose vector the job asks for.';
revoke all on function helpdesk_private.embedding_text from public, anon, authenticated, service_role;

create function helpdesk_private.lease_embedding_jobs(p_max_rows integer, p_lease_seconds integer, p_model text)
returns setof helpdesk_private.embedding_work
language plpgsql
-- Definer: nobody reads or writes jobs directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most_attempts constant integer := 8;
  v_job helpdesk_private.embedding_jobs;
begin
  if p_model is not null and not exists (
    select from helpdesk_private.embedding_models as m where m.model = p_model
  ) then
    perform helpdesk_private.take_lock('embedding_models');
    if not exists (select from helpdesk_private.embedding_models) then
      perform helpdesk_private.add_embedding_model(p_model);
    elsif not exists (select from helpdesk_private.embedding_models as m where m.model = p_model) then
      perform helpdesk_private.fail(
        'embedding_model_mismatch',
        format('This helpdesk does not use the model %s, but %s.', left(p_model, 100), (
          select string_agg(m.model, ' and ' order by m.is_active desc) from helpdesk_private.embedding_models as m
        )),
        'Embed with that model, or let an admin begin to fill another one.'
      );
    end if;
  end if;
  perform helpdesk_private.lock_embedding_models();
  for v_job in
    select j.* from helpdesk_private.embedding_jobs as j
    where j.state = 'waiting' and j.leased_until <= clock_timestamp() and (p_model is null or j.model = p_model)
    -- Passages before examples.
    order by j.chunk_id is null, j.leased_until, j.created_at, j.job_id
    limit least(greatest(p_max_rows, 0), 1000)
    for update of j skip locked
  loop
    -- Postponed that often, or nobody who leased the job came back: perhaps its text ends every worker.
    if v_job.attempts >= c_most_attempts then
      update helpdesk_private.embedding_jobs as j
      set state = 'dead', problem = coalesce(j.problem, 'No worker came back with the vector.')
      where j.job_id = v_job.job_id;
      continue;
    end if;
    update helpdesk_private.embedding_jobs as j
    set attempts = j.attempts + 1,
        leased_until = clock_timestamp() + make_interval(secs => least(greatest(p_lease_seconds, 1), 3600))
    where j.job_id = v_job.job_id;
    return query select
      v_job.job_id, case when v_job.chunk_id is null then 'example' else 'chunk' end,
      helpdesk_private.embedding_text(v_job), v_job.model,
      (select c.title from helpdesk.article_chunks as c where c.chunk_id = v_job.chunk_id);
  end loop;
  -- The last passages that waited may have been withdrawn or given up.
  perform helpdesk_private.activate_first_model(m.model) from helpdesk_private.embedding_models as m;
end;
$$;
revoke all on function helpdesk_private.lease_embedding_jobs from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.lease_embedding_jobs to service_role;

create function helpdesk.lease_embedding_jobs(
  max_rows integer default 10, lease_seconds integer default 120, model text default null
)
returns setof helpdesk_private.embedding_work
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.lease_embedding_jobs(
    lease_embedding_jobs.max_rows, lease_embedding_jobs.lease_seconds, lease_embedding_jobs.model
  );
$$;
comment on function helpdesk.lease_embedding_jobs is
  'For embedding workers, with the secret key: texts that wait for their vector, passages before examples. Nobody else '
  'receives them for lease_seconds. Then call store_embedding() or postpone_embedding_job(). model: only jobs of this '
  'model; the first worker of a helpdesk decides by it which model the helpdesk uses.';
revoke all on function helpdesk.lease_embedding_jobs from public, anon, authenticated, service_role;
grant execute on function helpdesk.lease_embedding_jobs to service_role;

create function helpdesk_private.store_embedding(
  p_job_id uuid, p_model text, p_embedding real[], p_title_embedding real[]
)
returns boolean
language plpgsql
-- Definer: nobody writes vectors directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_embedding helpdesk_private.chunk_embeddings.embedding%type :=
    helpdesk_private.unit_vector('embedding', p_embedding);
  v_job helpdesk_private.embedding_jobs;
begin
  -- The text stays as it is until the vector is stored: whoever withdraws or changes it then removes the vector, too.
  perform from helpdesk_private.embedding_jobs as j
  join helpdesk.article_chunks as c on c.chunk_id = j.chunk_id
  where j.job_id = p_job_id for share of c;
  perform from helpdesk_private.embedding_jobs as j
  join helpdesk_private.example_texts as x on x.ticket_id = j.ticket_id
  where j.job_id = p_job_id for share of x;
  perform helpdesk_private.lock_embedding_models();
  select * into v_job from helpdesk_private.embedding_jobs as j where j.job_id = p_job_id for update;
  if not found then
    -- Stored already, or its text is gone.
    return false;
  elsif v_job.model is distinct from p_model then
    perform helpdesk_private.fail(
      'embedding_model_mismatch', format('The job is for the model %s.', v_job.model)
    );
  end if;
  if v_job.chunk_id is not null then
    v_embedding := helpdesk_private.passage_vector(p_embedding, p_title_embedding);
    insert into helpdesk_private.chunk_embeddings (chunk_id, model, slot, audience, locale, article_id, embedding)
    select c.chunk_id, m.model, m.slot, c.audience, c.locale, c.article_id, v_embedding
    from helpdesk.article_chunks as c
    join helpdesk_private.embedding_models as m on m.model = p_model
    where c.chunk_id = v_job.chunk_id
    on conflict do nothing;
  else
    insert into helpdesk_private.example_embeddings (ticket_id, model, embedding)
    values (v_job.ticket_id, p_model, v_embedding)
    on conflict do nothing;
  end if;
  delete from helpdesk_private.embedding_jobs as j where j.job_id = p_job_id;
  perform helpdesk_private.activate_first_model(p_model);
  return true;
end;
$$;
revoke all on function helpdesk_private.store_embedding from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.store_embedding to service_role;

create function helpdesk.store_embedding(
  job_id uuid, model text, embedding real[], title_embedding real[] default null
)
returns boolean
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.store_embedding(
    store_embedding.job_id, store_embedding.model, store_embedding.embedding, store_embedding.title_embedding
  );
$$;
comment on function helpdesk.store_embedding is
  'For embedding workers, with the secret key: the vector of a leased text, and for a passage that of its title; each '
  '384 numbers of any length. false: the job is done already, or its text is no longer published; nothing was stored.';
revoke all on function helpdesk.store_embedding from public, anon, authenticated, service_role;
grant execute on function helpdesk.store_embedding to service_role;

create function helpdesk_private.postpone_embedding_job(p_job_id uuid, p_problem text)
returns timestamptz
language sql
-- Definer: nobody writes jobs directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
  update helpdesk_private.embedding_jobs as j
  set leased_until = clock_timestamp() + least(interval '1 hour', interval '5 seconds' * 2 ^ least(j.attempts, 20)),
      problem = left(helpdesk_private.one_line(p_problem), 500)
  where j.job_id = p_job_id
  returning j.leased_until;
$$;
revoke all on function helpdesk_private.postpone_embedding_job from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.postpone_embedding_job to service_role;

create function helpdesk.postpone_embedding_job(job_id uuid, problem text default null)
returns timestamptz
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.postpone_embedding_job(postpone_embedding_job.job_id, postpone_embedding_job.problem);
$$;
comment on function helpdesk.postpone_embedding_job is
  'For embedding workers, with the secret key: the vector could not be made. Returns the time from which the job can '
  'be leased again: later after each attempt. After eight attempts the job is dead.';
revoke all on function helpdesk.postpone_embedding_job from public, anon, authenticated, service_role;
grant execute on function helpdesk.postpone_embedding_job to service_role;
