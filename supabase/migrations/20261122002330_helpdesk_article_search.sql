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
    from helpdesk_private.published_chunks as c inner join question as q on c.words @@ q.words
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

create function helpdesk_private.search_articles(
  p_query text, p_locale text, p_audience text, p_max_rows integer
)
returns table (
  article_id uuid, slug text, title text, locale text, audience text, chunk_id uuid, heading_path text, body text,
  sentences int4range[], score real, lexical real, matched_identifier boolean, mode text
)
language plpgsql
stable
-- Definer: the reader's audiences are written out; a filter by policy would read every passage of the helpdesk.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_audiences text[] := case
    when helpdesk_private.require_role('customer', 'agent', 'admin') is null then array['public', 'internal']
    when helpdesk_private.me_if_staff() is not null then array['public', 'internal']
    else array['public']
  end;
begin
  if p_query is null or helpdesk_private.is_blank(p_query) or char_length(p_query) > 2000 then
    perform helpdesk_private.fail('invalid_value', 'query must be 1 to 2000 characters');
  end if;
  perform helpdesk_private.text_among('audience', p_audience, 'public', 'internal');
  if p_audience is not null then
    v_audiences := array(select a from unnest(v_audiences) as a where a = p_audience);
  end if;
  return query
    with found as (
      select f.*, c.article_id, c.version_id, c.title, c.locale, c.audience, c.heading_path, c.body, c.sentences,
        row_number() over (partition by c.article_id order by f.score desc, c.chunk_id) as place
      from helpdesk_private.find_chunks(
        p_query, null, null, case when p_locale is not null then array[p_locale] end, v_audiences, 100
      ) as f
      inner join helpdesk_private.published_chunks as c using (chunk_id)
    )
    select
      f.article_id, v.slug, f.title, f.locale, f.audience, f.chunk_id, f.heading_path, f.body, f.sentences, f.score,
      f.lexical, f.matched_identifier, 'text'
    from found as f
    inner join helpdesk.article_versions as v on v.version_id = f.version_id
    -- A long article does not fill the page.
    where f.place <= 3
    order by f.score desc, f.chunk_id
    limit least(greatest(coalesce(p_max_rows, 10), 1), 100);
end;
$$;
revoke all on function helpdesk_private.search_articles from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.search_articles to authenticated, service_role;

create function helpdesk.search_articles(
  query text, locale text default null, audience text default null, max_rows integer default 10
)
returns table (
  article_id uuid, slug text, title text, locale text, audience text, chunk_id uuid, heading_path text, body text,
  sentences int4range[], score real, lexical real, matched_identifier boolean, mode text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select *
  from helpdesk_private.search_articles(
    search_articles.query, search_articles.locale, search_articles.audience, search_articles.max_rows
  );
$$;
comment on function helpdesk.search_articles is
  'The passages of published articles that answer a question, best first, at most three of an article. Customers find '
  'public articles, staff internal ones, too. mode is text: by the words of the question.';
revoke all on function helpdesk.search_articles from public, anon, authenticated, service_role;
grant execute on function helpdesk.search_articles to authenticated, service_role;
