-- For the benchmark of articles: passages of about a hundred words, four to an article, every tenth article internal, added to the people of
-- load.sql. Words are from a vocabulary whose common words are in almost every passage, and each passage has a code of its own. A vector is
-- that of one of 2,000 subjects with noise, and a subject that of one of 50 topics: passages on a subject have a cosine of about 0.7, those on
-- another subject of the topic 0.35.
select setseed(0.5);

create temp table word as
select
  n,
  (array['ba', 'ke', 'li', 'mo', 'nu', 'ra', 'se', 'ti', 'vo', 'zu'])[n % 10 + 1]
  || (array['lan', 'ner', 'rit', 'som', 'tul', 'gar', 'den', 'pil', 'bor', 'hus'])[n / 10 % 10 + 1]
  || (array['', 'ing', 'ed', 's', 'tion', 'ment', 'er', 'able', 'ness', 'ly'])[n / 100 % 10 + 1]
  || (array['', 'a', 'o', 'e', 'i', 'ka', 'no', 'pe', 'ri', 'tu'])[n / 1000 % 10 + 1]
  || (array['', 'x'])[n / 10000 + 1] as word
from generate_series(0, 19999) as n;

create temp table body as
select s.n, s.body, helpdesk_private.search_vector(s.body, 'B') as words
from (
  select i.n, string_agg(w.word, ' ' order by k) || '.' as body
  from generate_series(0, 4999) as i (n)
  cross join generate_series(1, 100) as k
  join word as w on w.n = floor(exp(((hashint8extended(i.n * 100 + k, 1) & 1048575) / 1048576.0) * ln(20000)))::integer - 1
  group by i.n
) as s;
create unique index on body (n);

-- Two normal numbers at once, by the method of Box and Muller.
create temp table topic as
select t.n, array_agg((sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::real) as center
from generate_series(0, 49) as t (n) cross join generate_series(1, 384) group by t.n;

create temp table subject as
select
  s.n, array_agg((0.7 * t.center[k] + 0.7 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::real order by k) as center
from generate_series(0, 1999) as s (n)
join topic as t on t.n = s.n % 50
cross join generate_series(1, 384) as k
group by s.n;
create unique index on subject (n);

create temp table passage as
select
  n, gen_random_uuid() as chunk_id, md5('article' || n / 4)::uuid as article_id, md5('version' || n / 4)::uuid as version_id,
  case when n / 4 % 10 = 9 then 'internal' else 'public' end as audience, floor(random() * 5000)::integer as text,
  (hashint8(n / 4) & 1048575) % 2000 as subject
from generate_series(0, current_setting('bench.passages')::bigint - 1) as n;
analyze word, body, subject, passage;

insert into helpdesk.articles (article_id, slug, title, body, audience, status, version, current_version_id)
select p.article_id, 'article-' || p.n / 4, 'Article ' || p.n / 4, 'x', p.audience, 'published', 1, p.version_id
from passage as p where p.n % 4 = 0;

insert into helpdesk.article_versions (version_id, article_id, version, slug, locale, title, body, audience, content_hash, is_current)
select p.version_id, p.article_id, 1, 'article-' || p.n / 4, 'en', 'Article ' || p.n / 4, 'x', p.audience, 'x', true
from passage as p where p.n % 4 = 0;

insert into helpdesk.article_chunks (
  chunk_id, version_id, article_id, ordinal, locale, audience, title, heading_path, body, sentences, words
)
select
  p.chunk_id, p.version_id, p.article_id, p.n % 4 + 1, 'en', p.audience, 'Article ' || p.n / 4, '',
  -- The beginning: norming the whole text would take longer than everything else here.
  left(t.body, 200) || ' Code ERR-' || p.n || '.', array[int4range(0, 200)],
  t.words || setweight(to_tsvector('simple', 'code err-' || p.n), 'B')
from passage as p join body as t on t.n = p.text;

insert into helpdesk_private.embedding_models (model, slot, is_active) values ('bench', 0, true);
insert into helpdesk_private.chunk_embeddings (chunk_id, model, slot, audience, locale, article_id, embedding)
select p.chunk_id, 'bench', 0, p.audience, 'en', p.article_id, helpdesk_private.unit_vector('embedding', v.numbers)
from passage as p
join subject as s on s.n = p.subject
cross join lateral (
  -- p.n: or the noise is drawn once for each subject.
  select array_agg((c.value + 0 * p.n + 0.65 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::real order by c.place) as numbers
  from unnest(s.center) with ordinality as c (value, place)
) as v;
