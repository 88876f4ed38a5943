-- Search in articles: the passages that fit a question.

insert into helpdesk_private.concepts (version, concept) values ('20261122002330', 'article_search');

create function helpdesk_private.find_chunks(
  p_query text, p_embedding real[], p_model text, p_locales text[], p_audiences text[], p_limit integer
)
returns table (chunk_id uuid, score real, cosine real, lexical real, matched_identifier boolean)
language sql
stable
-- Definer: called by definer functions, which name the audiences that the reader may see.
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Any of the words, but for those that stand in every text. An identifier that few passages hold counts for more than
  -- all words.
  with lexemes as (
    select l.lexeme, l.lexeme ~ '[0-9]' and char_length(l.lexeme) >= 3 as is_identifier
    from unnest(helpdesk_private.search_vector(left(p_query, 2000), 'A')) as l
    where char_length(l.lexeme) >= 2 and ts_lexize('pg_catalog.english_stem', l.lexeme) is distinct from '{}'
      and ts_lexize('pg_catalog.german_stem', l.lexeme) is distinct from '{}'
    limit 200
  ),
  question as (
    select
      to_tsquery('simple', string_agg(quote_literal(l.lexeme), ' | ')) as words,
      to_tsquery('simple', string_agg(quote_literal(l.lexeme), ' | ') filter (where l.is_identifier and (
        select count(*) from (
          select from helpdesk_private.published_chunks as c
          where c.words @@ to_tsquery('simple', quote_literal(l.lexeme)) limit 4
        ) as few
      ) between 1 and 3)) as identifiers
    from lexemes as l
  ),
  found as (
    select c.chunk_id, ts_rank(c.words, q.words) as lexical, coalesce(c.words @@ q.identifiers, false) as is_exact
    from helpdesk_private.published_chunks as c join question as q on c.words @@ q.words
    where c.audience = any(p_audiences) and (p_locales is null or c.locale = any(p_locales))
  )
  select
    f.chunk_id,
    (f.lexical / nullif(max(f.lexical) over (), 0) + case when f.is_exact then .5 else 0 end)::real as score,
    null::real, f.lexical, f.is_exact
  from found as f
  order by score desc, f.chunk_id
  limit least(greatest(p_limit, 0), 100);
$$;
comment on function helpdesk_private.find_chunks is
  'The passages of published articles with words of the question, best first, of these audiences and languages (null: '
  'all).';
revoke all on function helpdesk_private.find_chunks from public, anon, authenticated, service_role;
