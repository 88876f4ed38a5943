-- Passages: what a run finds in articles for its question.

insert into helpdesk_private.concepts (version, concept) values ('20261122002432', 'assistant_passages');

create function helpdesk_private.run_audiences(p_kind text)
returns text[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- What may go to a customer is made from what customers may read.
  select case
    when p_kind in ('reply', 'article') or not s.internal_articles_in_context then array['public']
    else array['public', 'internal']
  end
  from helpdesk.ai_settings as s;
$$;
comment on function helpdesk_private.run_audiences is 'The audiences of the articles that a run of this kind may read.';
revoke all on function helpdesk_private.run_audiences from public, anon, authenticated, service_role;

create function helpdesk_private.find_passages(p_run helpdesk.ai_runs, p_query text, p_embedding real[], p_model text)
returns integer
language plpgsql
-- Definer: writes the run's passages, which nobody else does.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_query text := left(
    btrim(coalesce(p_query, helpdesk_private.read_run(p_run.run_id) ->> 'question', '')), 2000
  );
  -- Each model has its own scale: the floor of the one that ships is known, that of others is an admin's to set.
  v_floor real := (
    select coalesce(s.similarity_floor, case when p_model ilike '%minilm%' then .52 end) from helpdesk.ai_settings as s
  );
  v_found integer;
begin
  delete from helpdesk.run_chunks as r where r.run_id = p_run.run_id;
  -- Of the best twenty, at most three of an article: six, of about nine hundred words.
  with found as (
    select f.chunk_id, f.score, f.cosine, f.matched_identifier, f.place
    from helpdesk_private.find_chunks(
      v_query, p_embedding, p_model, null, helpdesk_private.run_audiences(p_run.kind), 20
    ) with ordinality as f (chunk_id, score, cosine, lexical, matched_identifier, place)
  ),
  ranked as (
    select
      f.chunk_id, f.score, f.place,
      cardinality(regexp_split_to_array(c.body, '\s+')) as words
    from found as f join helpdesk_private.published_chunks as c on c.chunk_id = f.chunk_id
    where c.audience = any(helpdesk_private.run_audiences(p_run.kind))
      -- Nothing is better than something else: without evidence no draft is made. An identifier is evidence. A passage
      -- that has no vector yet was found by its words, which are the evidence where there are no vectors at all.
      and (
        p_embedding is null or v_floor is null or f.cosine is null
        or (select bool_or(o.cosine >= v_floor or o.matched_identifier) from found as o)
      )
  ),
  placed as (
    select
      r.chunk_id, r.score,
      row_number() over (order by r.place) as n,
      sum(r.words) over (order by r.place) as words
    from ranked as r
  )
  insert into helpdesk.run_chunks (run_id, n, ticket_id, chunk_id, score)
  select p_run.run_id, p.n, p_run.ticket_id, p.chunk_id, p.score
  from placed as p where p.n <= 6 and (p.words <= 900 or p.n = 1);
  get diagnostics v_found = row_count;
  return v_found;
end;
$$;
comment on function helpdesk_private.find_passages is
  'Finds the passages of a run and stores them in run_chunks. Returns how many.';
revoke all on function helpdesk_private.find_passages from public, anon, authenticated, service_role;

create function helpdesk_private.retrieve_passages(p_query text, p_embedding real[], p_model text)
returns jsonb
language plpgsql
-- Definer: the assistant may read neither articles nor runs.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs := helpdesk_private.leased_run();
  v_found integer := helpdesk_private.find_passages(v_run, p_query, p_embedding, p_model);
begin
  return jsonb_build_object(
    'mode', case
      when p_embedding is not null and helpdesk_private.active_embedding_model() is not null then 'hybrid' else 'text'
    end,
    'nothing_found', v_found = 0,
    'passages', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object(
            'n', r.n, 'title', c.title, 'heading_path', c.heading_path, 'audience', c.audience,
            'published_at', (
              select v.published_at from helpdesk.article_versions as v where v.version_id = c.version_id
            ),
            'sentences', (
              select coalesce(
                jsonb_agg(
                  jsonb_build_object(
                    'n', s.n, 'text', substr(c.body, lower(s.range) + 1, upper(s.range) - lower(s.range))
                  )
                  order by s.n
                ),
                '[]'
              )
              from unnest(c.sentences) with ordinality as s (range, n)
            )
          )
          order by r.n
        ),
        '[]'
      )
      from helpdesk.run_chunks as r join helpdesk_private.published_chunks as c on c.chunk_id = r.chunk_id
      where r.run_id = v_run.run_id
    )
  );
end;
$$;
revoke all on function helpdesk_private.retrieve_passages from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.retrieve_passages to authenticated;

create function helpdesk.retrieve_passages(
  query text default null, embedding real[] default null, model text default null
)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.retrieve_passages(
    retrieve_passages.query, retrieve_passages.embedding, retrieve_passages.model
  );
$$;
comment on function helpdesk.retrieve_passages is
  'For the assistant, with the secret of its run: at most six passages of published articles for the question of the '
  'ticket, with numbered sentences. embedding: the vector of the query by model, without which words alone decide. An '
  'answer cites passages and sentences by these numbers.';
revoke all on function helpdesk.retrieve_passages from public, anon, authenticated, service_role;
grant execute on function helpdesk.retrieve_passages to authenticated;

create function helpdesk_private.best_sentences(p_run_id uuid, p_query text)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Of the two best articles, the three sentences that share most words with the question; each as it stands.
  with found as (
    select r.n, c.*, min(r.n) over (partition by c.article_id) as best_n
    from helpdesk.run_chunks as r join helpdesk_private.published_chunks as c on c.chunk_id = r.chunk_id
    where r.run_id = p_run_id
  ),
  passages as (
    select f.*, dense_rank() over (order by f.best_n) as place from found as f
  ),
  question as (
    select array_agg(distinct l.lexeme) as lexemes
    from unnest(to_tsvector('simple', left(p_query, 2000))) as l
    where char_length(l.lexeme) >= 3
  ),
  sentences as (
    select
      p.n, p.chunk_id, p.title, s.n as sentence,
      substr(p.body, lower(s.range) + 1, upper(s.range) - lower(s.range)) as quote,
      (
        select count(*) from unnest(
          to_tsvector('simple', substr(p.body, lower(s.range) + 1, upper(s.range) - lower(s.range)))
        ) as w
        where exists (
          -- Words that begin alike: endings differ.
          select from question as q cross join unnest(q.lexemes) as l (lexeme)
          where left(w.lexeme, 4) = left(l.lexeme, 4)
        )
      ) as shared
    from passages as p cross join unnest(p.sentences) with ordinality as s (range, n)
    where p.place <= 2
  ),
  best as (
    select * from sentences as s where helpdesk_private.is_quotable(s.quote)
    order by s.shared desc, s.n, s.sentence limit 3
  )
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'chunk_id', b.chunk_id, 'title', b.title, 'first', b.sentence, 'last', b.sentence, 'quote', b.quote
      )
      order by b.n, b.sentence
    ),
    '[]'
  )
  from best as b;
$$;
comment on function helpdesk_private.best_sentences is
  'At most three sentences of a run''s passages that fit its question, in the order of the articles.';
revoke all on function helpdesk_private.best_sentences from public, anon, authenticated, service_role;
