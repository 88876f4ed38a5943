-- Search in articles: the passages that fit a question, by their vectors and their words.
--
-- With a vector: cosine + 0.05 · lexical, where lexical is the geometric mean of two ranks of PostgreSQL, each divided
-- by the highest: ts_rank (many of the question's words) and ts_rank_cd (words that are repeated, or in the title).
-- Passages that hold an identifier or a quoted string of the question stand before all others, where one to three
-- passages do: vectors do not know error codes. A passage that waits for its vector is ranked by its words. Without a
-- vector, or while no model is complete, ts_rank decides alone. Any word counts, but not those in every text.
--
-- With a vector, the words rank the 50 nearest passages, and more where more are asked for. Where so few articles have
-- these that three passages of each are too few, all vectors are compared.
--
-- Without one, the words rank the passages that worded_chunks() chooses by them, at most 2,000.
--
-- Who reads what is written out: everything that is counted, compared or ranked is of the audiences that the reader may
-- see, so that neither the rows nor their number depend on others.

insert into helpdesk_private.concepts (version, concept) values ('20261122002330', 'article_search');

create type helpdesk_private.found_article as (
  article_id uuid, slug text, title text, locale text, audience text, chunk_id uuid, heading_path text, body text,
  sentences int4range [], score real, cosine real, lexical real, matched_identifier boolean, mode text
);
comment on type helpdesk_private.found_article is 'A passage that search_articles() found, with its article.';

create function helpdesk_private.more_chunks(p_embedding real[], p_slot integer, p_audience text, p_limit integer)
returns table (chunk_id uuid, article_id uuid, locale text, distance double precision)
language sql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select n.chunk_id, n.article_id, n.locale, n.distance
  from helpdesk_private.nearest_chunks(p_embedding, p_slot, p_audience, p_limit) as n;
$$;
comment on function helpdesk_private.more_chunks is 'As nearest_chunks, but the index looks at 400.';
revoke all on function helpdesk_private.more_chunks from public, anon, authenticated, service_role;

create function helpdesk_private.chunks_by_index(p_embedding real[], p_slot integer, p_audience text, p_limit integer)
returns table (chunk_id uuid, article_id uuid, locale text, distance double precision)
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_looked_at constant integer := 60;
  c_far constant double precision := -0.4;
  v_chunks uuid[];
  v_articles uuid[];
  v_locales text[];
  v_distances double precision[];
begin
  if p_limit <= c_looked_at then
    select array_agg(n.chunk_id), array_agg(n.article_id), array_agg(n.locale), array_agg(n.distance)
    into v_chunks, v_articles, v_locales, v_distances
    from helpdesk_private.nearest_chunks(p_embedding, p_slot, p_audience, p_limit) as n;
  end if;
  -- Where passages stand in groups, a short search of the index can end in a wrong group, far from the question. Then,
  -- or where nothing is near, it is searched further.
  if coalesce((select min(d.distance) from unnest(v_distances) as d (distance)), 0) > c_far then
    return query select m.* from helpdesk_private.more_chunks(p_embedding, p_slot, p_audience, p_limit) as m;
  else
    return query select * from unnest(v_chunks, v_articles, v_locales, v_distances);
  end if;
end;
$$;
-- How many the index looks at. By DDL of its own: the linter knows no settings of extensions.
do $$
begin
  execute 'alter function helpdesk_private.more_chunks set hnsw.ef_search = 400';
  execute 'alter function helpdesk_private.chunks_by_index set hnsw.ef_search = 60';
end;
$$;
comment on function helpdesk_private.chunks_by_index is
  'The passages of one audience nearest to a vector of length 1, by the index, which is searched further where the '
  'nearest that it finds are far, and where more than 60 are asked for. distance: the negative inner product.';
revoke all on function helpdesk_private.chunks_by_index from public, anon, authenticated, service_role;

create function helpdesk_private.find_chunks(
  p_query text, p_embedding real[], p_model text, p_locales text[], p_audiences text[], p_limit integer
)
returns table (chunk_id uuid, score real, cosine real, lexical real, matched_identifier boolean)
language plpgsql
stable
-- Definer: called by definer functions, which name the audiences that the reader may see.
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  -- Of the nearest, so many are ranked by their words, too.
  c_candidates constant integer := greatest(50, least(4 * p_limit, 200));
  c_most_of_an_article constant integer := 3;
  -- The index of about 20,000 vectors. Below, comparing all of them takes less than 10 ms and misses none.
  c_index_bytes constant bigint := 40 * 1024 * 1024;
  v_active text := helpdesk_private.active_embedding_model();
  v_slot integer;
  v_unit real[];
  v_vector helpdesk_private.chunk_embeddings.embedding%type;
  v_words text[] := helpdesk_private.question_words(p_query);
  -- Any of the words.
  v_any tsquery := (select string_agg(quote_literal(w), ' | ') from unnest(v_words) as w)::tsquery;
  v_worded uuid[] := '{}';
  v_named uuid[] := helpdesk_private.named_chunks(p_query, p_locales, p_audiences);
  v_by_index boolean := false;
  -- The nearest passages by vector, and their cosines.
  v_near uuid[];
  v_articles uuid[];
  v_cosines double precision[];
begin
  if p_embedding is not null then
    v_unit := helpdesk_private.unit_vector('embedding', p_embedding);
    if p_model is null then
      perform helpdesk_private.fail('invalid_value', 'model must be given with embedding');
    elsif v_active is not null and p_model <> v_active then
      perform helpdesk_private.fail(
        'embedding_model_mismatch', format('This helpdesk uses the model %s.', v_active)
      );
    elsif v_active is not null then
      v_vector := v_unit;
      select m.slot into v_slot from helpdesk_private.embedding_models as m where m.is_active;
      v_by_index := (
        select max(pg_relation_size(to_regclass(
          format('helpdesk_private.chunk_embeddings_%s_%s_idx', v_slot, a.audience)
        ))) > c_index_bytes
        from unnest(p_audiences) as a (audience)
      );
    end if;
  end if;
  if v_by_index then
    select array_agg(x.chunk_id), array_agg(x.article_id), array_agg(-x.distance) into v_near, v_articles, v_cosines
    from (
      select n.chunk_id, n.article_id, n.distance
      from unnest(p_audiences) as a (audience)
      cross join lateral helpdesk_private.chunks_by_index(v_unit, v_slot, a.audience, c_candidates) as n
      where p_locales is null or n.locale = any(p_locales)
      order by n.distance limit c_candidates
    ) as x;
  end if;
  -- The index knows no languages: where few of the nearest are in this language, all in it are compared.
  if v_vector is not null and coalesce(cardinality(v_near), 0) < c_candidates / 2 then
    v_by_index := false;
    select array_agg(x.chunk_id), array_agg(x.article_id), array_agg(x.cosine) into v_near, v_articles, v_cosines
    from (
      select e.chunk_id, e.article_id, -(e.embedding operator(helpdesk_private.<#>) v_vector) as cosine
      from helpdesk_private.chunk_embeddings as e
      where e.slot = v_slot and e.audience = any(p_audiences) and (p_locales is null or e.locale = any(p_locales))
      order by 3 desc limit c_candidates
    ) as x;
  end if;
  -- There are more, and those of few articles have taken all the places.
  if (v_by_index or cardinality(v_near) = c_candidates) and p_limit > (
    select sum(least(a.passages, c_most_of_an_article))
    from (select count(*) as passages from unnest(v_articles) as n (article_id) group by n.article_id) as a
  ) then
    select array_agg(x.chunk_id), array_agg(x.cosine) into v_near, v_cosines
    from (
      select r.chunk_id, r.cosine
      from (
        select e.chunk_id, e.cosine, row_number() over (partition by e.article_id order by e.cosine desc) as place
        from (
          select v.chunk_id, v.article_id, -(v.embedding operator(helpdesk_private.<#>) v_vector) as cosine
          from helpdesk_private.chunk_embeddings as v
          where v.slot = v_slot and v.audience = any(p_audiences) and (p_locales is null or v.locale = any(p_locales))
        ) as e
      ) as r
      where r.place <= c_most_of_an_article
      order by r.cosine desc limit c_candidates
    ) as x;
  end if;
  if v_vector is null or exists (
    select from helpdesk_private.embedding_jobs as j where j.model = v_active and j.chunk_id is not null
  ) then
    v_worded := helpdesk_private.worded_chunks(v_words, p_locales, p_audiences);
  end if;
  return query
    with others as (
      select unnest(v_named) as chunk_id
      union
      select w.chunk_id from unnest(v_worded) as w (chunk_id)
      where v_vector is null or exists (
        select from helpdesk_private.embedding_jobs as j where j.chunk_id = w.chunk_id and j.model = v_active
      )
    ), candidates as (
      select n.chunk_id, n.cosine from unnest(v_near, v_cosines) as n (chunk_id, cosine)
      union all
      select o.chunk_id, case when v_vector is not null then (
        select -(e.embedding operator(helpdesk_private.<#>) v_vector)
        from helpdesk_private.chunk_embeddings as e where e.chunk_id = o.chunk_id and e.model = v_active
      ) end
      from others as o where o.chunk_id not in (select unnest(v_near))
    ), ranked as materialized (
      select
        c.chunk_id, c.article_id, x.cosine,
        coalesce(ts_rank(c.words, v_any), 0)::double precision as many,
        case when v_vector is not null then coalesce(ts_rank_cd(c.words, v_any), 0) end::double precision as often,
        c.chunk_id = any(v_named) as is_named
      from candidates as x
      -- The passage itself decides, not the copies beside its vector. One by one: nobody has told the planner that most
      -- passages are published, and it would read them all.
      cross join lateral (
        select p.* from helpdesk_private.published_chunks as p where p.chunk_id = x.chunk_id offset 0
      ) as c
      where c.audience = any(p_audiences) and (p_locales is null or c.locale = any(p_locales))
    ), scored as (
      select
        r.chunk_id, r.article_id, r.cosine, r.part, r.is_named,
        case
          when v_vector is null then r.part
          -- Not yet embedded: as near as its words fit.
          else coalesce(r.cosine, r.part * max(r.cosine) over (), 0) + 0.05 * r.part
        -- More than any other score: whoever orders by score has the same order.
        end + case when r.is_named then 3 else 0 end as score
      from (
        select
          k.*,
          case
            when v_vector is null then coalesce(k.many / nullif(max(k.many) over (), 0), 0)
            else coalesce(sqrt(k.many * k.often / nullif(max(k.many) over () * max(k.often) over (), 0)), 0)
          end as part
        from ranked as k
      ) as r
    )
    select s.chunk_id, s.score::real, s.cosine::real, s.part::real, s.is_named
    from (
      select
        d.*, row_number() over (partition by d.article_id order by d.is_named desc, d.score desc, d.chunk_id) as place
      from scored as d
    ) as s
    where s.place <= c_most_of_an_article
    order by s.is_named desc, s.score desc, s.chunk_id
    limit least(greatest(p_limit, 0), 100);
end;
$$;
comment on function helpdesk_private.find_chunks is
  'The passages of published articles that fit the question, of these audiences and languages (null: all): those that '
  'hold an identifier of the question, then the others, each by score; at most three of an article. '
  'cosine is null where no vector was compared; lexical: 0 to 1, how well the words fit.';
revoke all on function helpdesk_private.find_chunks from public, anon, authenticated, service_role;

create function helpdesk_private.search_articles(
  p_query text, p_embedding real[], p_model text, p_locale text, p_audience text, p_max_rows integer
)
returns setof helpdesk_private.found_article
language plpgsql
stable
-- Definer: vectors and published_chunks are closed. The audiences of the reader are written out.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_audiences text[] := array['public', 'internal'];
  v_mode text := case
    when p_embedding is not null and helpdesk_private.active_embedding_model() is not null then 'hybrid' else 'text'
  end;
begin
  if helpdesk_private.require_role('customer', 'agent', 'admin') is not null
    and helpdesk_private.my_role() = 'customer' then
    v_audiences := array['public'];
  end if;
  if p_query is null or p_max_rows is null then
    perform helpdesk_private.fail(
      'invalid_value', case when p_query is null then 'query' else 'max_rows' end || ' is missing'
    );
  end if;
  perform helpdesk_private.text_within('query', p_query, 1, 2000);
  perform helpdesk_private.text_among('audience', p_audience, 'public', 'internal');
  perform helpdesk_private.number_within('max_rows', p_max_rows, 1, 100);
  return query
    select
      c.article_id, v.slug, c.title, c.locale, c.audience, c.chunk_id, c.heading_path, c.body, c.sentences,
      f.score, f.cosine, f.lexical, f.matched_identifier, v_mode
    from helpdesk_private.find_chunks(
      p_query, p_embedding, p_model, case when p_locale is not null then array[p_locale] end,
      array(select a from unnest(v_audiences) as a where p_audience is null or a = p_audience), p_max_rows
    ) with ordinality as f (chunk_id, score, cosine, lexical, matched_identifier, place)
    cross join lateral (
      select p.* from helpdesk_private.published_chunks as p where p.chunk_id = f.chunk_id offset 0
    ) as c
    join helpdesk.article_versions as v on v.version_id = c.version_id
    where c.audience = any(v_audiences)
    order by f.place;
end;
$$;
revoke all on function helpdesk_private.search_articles from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.search_articles to authenticated, service_role;

create function helpdesk.search_articles(
  query text, embedding real[] default null, model text default null, locale text default null,
  audience text default null, max_rows integer default 10
)
returns setof helpdesk_private.found_article
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.search_articles(
    search_articles.query, search_articles.embedding, search_articles.model, search_articles.locale,
    search_articles.audience, search_articles.max_rows
  );
$$;
comment on function helpdesk.search_articles is
  'The passages of published articles that answer a question, best first, at most three of an article: customers find '
  'public ones, staff internal ones too. matched_identifier: passages that hold an identifier (a word with a digit) or '
  'a quoted string of the question that at most three passages hold; they come first, with 3 more in their score. '
  'embedding: the vector of the question, 384 numbers, by the model that active_embedding_model() returns. mode: '
  'hybrid (vectors and words) or text (words alone: there is no vector, or no model is complete yet).';
revoke all on function helpdesk.search_articles from public, anon, authenticated, service_role;
grant execute on function helpdesk.search_articles to authenticated, service_role;
