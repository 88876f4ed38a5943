-- Words in the search of articles: the words of a question, and the passages that hold them.
--
-- The words rank at most 2,000 passages: those with the rarest words, then those with all the others. An identifier or
-- a quoted string of the question counts where at most three passages hold it.
--
-- Everything that is found or counted is of the audiences that the caller names: those that the reader may see.

insert into helpdesk_private.concepts (version, concept) values ('20261122002328', 'article_words');

create function helpdesk_private.question_words(p_query text)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select w.lexeme from unnest(helpdesk_private.search_vector(left(p_query, 2000), 'A')) as w
    where char_length(w.lexeme) >= 2 and ts_lexize('pg_catalog.english_stem', w.lexeme) is distinct from '{}'
      and ts_lexize('pg_catalog.german_stem', w.lexeme) is distinct from '{}'
    -- The longest say most.
    order by char_length(w.lexeme) desc, w.lexeme limit 64
  );
$$;
comment on function helpdesk_private.question_words is
  'The words of the question, but for those in every text; the 64 longest.';
revoke all on function helpdesk_private.question_words from public, anon, authenticated, service_role;

create function helpdesk_private.chunks_with(
  p_words tsquery, p_locales text[], p_audiences text[], p_limit integer
)
returns table (chunk_id uuid)
language sql
stable
-- Invoker: called by definer functions, which name the audiences that the reader may see.
security invoker
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
  -- A branch for each audience, which has an index of its own. The view published_chunks would keep it from being used.
  (
    select c.chunk_id from helpdesk.article_chunks as c
    where c.is_current and c.audience = 'public' and 'public' = any(p_audiences) and c.words @@ p_words
      and (p_locales is null or c.locale = any(p_locales))
    limit p_limit
  )
  union all
  (
    select c.chunk_id from helpdesk.article_chunks as c
    where c.is_current and c.audience = 'internal' and 'internal' = any(p_audiences) and c.words @@ p_words
      and (p_locales is null or c.locale = any(p_locales))
    limit p_limit
  )
  limit p_limit;
$$;
comment on function helpdesk_private.chunks_with is
  'Passages of published articles that match, of these audiences and languages (null: all): at most so many, any.';
revoke all on function helpdesk_private.chunks_with from public, anon, authenticated, service_role;

create function helpdesk_private.worded_chunks(p_words text[], p_locales text[], p_audiences text[])
returns uuid[]
language plpgsql
stable
-- Invoker: called by definer functions, which name the audiences that the reader may see.
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 2000;
  -- So many passages are enough to choose from.
  c_enough constant integer := 200;
  c_together constant integer := 8;
  v_word record;
  v_found uuid[] := '{}';
  v_common text[] := '{}';
begin
  for v_word in
    select quote_literal(w.word) as word, h.chunk_ids, cardinality(h.chunk_ids) as passages
    from unnest(p_words) as w (word)
    cross join lateral (
      select array(
        select c.chunk_id
        from helpdesk_private.chunks_with(quote_literal(w.word)::tsquery, p_locales, p_audiences, c_most + 1) as c
      ) as chunk_ids
    ) as h
    order by cardinality(h.chunk_ids), char_length(w.word) desc, w.word
  loop
    if cardinality(v_found) + v_word.passages <= c_most then
      v_found := v_found || v_word.chunk_ids;
    else
      v_common := case when cardinality(v_common) < c_together then v_common || v_word.word else v_common end;
    end if;
  end loop;
  -- Of common words, all together; then without the most common one, until there is enough to choose from.
  while cardinality(v_found) < c_enough and cardinality(v_common) > 0 loop
    v_found := v_found || array(
      select c.chunk_id
      from helpdesk_private.chunks_with(
        array_to_string(v_common, ' & ')::tsquery, p_locales, p_audiences, c_most - cardinality(v_found)
      ) as c
    );
    v_common := trim_array(v_common, 1);
  end loop;
  return v_found;
end;
$$;
comment on function helpdesk_private.worded_chunks is
  'The passages that words may rank, some of them twice: those that hold any of the words where these are at most '
  '2,000; else those with the rarest words, and those with all common words.';
revoke all on function helpdesk_private.worded_chunks from public, anon, authenticated, service_role;

create function helpdesk_private.named_chunks(p_query text, p_locales text[], p_audiences text[])
returns uuid[]
language plpgsql
stable
-- Definer: called by definer functions, which name the audiences that the reader may see.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 3;
  c_looked_at constant integer := 1000;
  v_term record;
  v_holders uuid[];
  v_named uuid[] := '{}';
  v_done text[] := '{}';
begin
  for v_term in
    select t.text, t.words, t.each_word
    from (
      select w.lexeme as text, quote_literal(w.lexeme)::tsquery as words, quote_literal(w.lexeme)::tsquery as each_word
      from unnest(helpdesk_private.search_vector(left(p_query, 2000), 'A')) as w
      where w.lexeme ~ '[0-9]' and char_length(w.lexeme) >= 3
      union all
      select
        '"' || m.found[1], phraseto_tsquery('simple', helpdesk_private.search_fold(m.found[1])),
        plainto_tsquery('simple', helpdesk_private.search_fold(m.found[1]))
      from regexp_matches(left(p_query, 2000), '["“„]([^"“”„]{3,200})["“”]', 'g') as m (found)
    ) as t
    where numnode(t.words) > 0
    order by char_length(t.text) desc, t.text limit 20
  loop
    -- 2231 is a part of ORD-2231: where that is found, INV-2231 is not meant.
    continue when exists (select from unnest(v_done) as d where position(v_term.text in d) > 0);
    -- Words that stand together in more passages than these are no identifier, in whatever order.
    v_holders := array(
      select c.chunk_id from helpdesk_private.chunks_with(v_term.each_word, p_locales, p_audiences, c_looked_at) as c
    );
    continue when cardinality(v_holders) = c_looked_at;
    v_holders := array(
      select c.chunk_id from helpdesk_private.published_chunks as c
      where c.chunk_id = any(v_holders) and c.words @@ v_term.words limit c_most + 1
    );
    if cardinality(v_holders) between 1 and c_most then
      v_named := v_named || v_holders;
      v_done := v_done || v_term.text;
    end if;
  end loop;
  return v_named;
end;
$$;
comment on function helpdesk_private.named_chunks is
  'The passages that hold an identifier (a word with a digit) or a quoted string of the question, where at most three '
  'passages do.';
revoke all on function helpdesk_private.named_chunks from public, anon, authenticated, service_role;
