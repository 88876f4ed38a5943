-- Passages of articles. Publishing cuts a version into passages of about 100 words, each of whole paragraphs, list
-- items and rows under one heading, with the places of its sentences. Search finds passages, answers cite sentences.
--
-- Every text here is bounded: a paragraph of more than 1,800 characters is cut at a blank. The work grows with the
-- length of the article, whatever is in it.

create table helpdesk.article_chunks (
  chunk_id uuid primary key default gen_random_uuid(),
  version_id uuid not null references helpdesk.article_versions (version_id) on delete cascade,
  article_id uuid not null references helpdesk.articles (article_id) on delete cascade,
  ordinal integer not null,
  locale text not null,
  audience text not null,
  title text not null check (helpdesk_private.name_within('title', title, 1, 300)),
  heading_path text not null,
  body text not null check (char_length(body) <= 4000),
  -- Offsets of characters in body, from 0.
  sentences int4range[] not null,
  body_norm text not null generated always as (helpdesk_private.quote_norm(body)) stored,
  words tsvector not null,
  is_current boolean not null default true,
  unique (version_id, ordinal)
);
comment on table helpdesk.article_chunks is
  'Passages of published versions, for search and citations. They never change; is_current=is.true: of a version that '
  'readers see now.';
comment on column helpdesk.article_chunks.heading_path is 'The headings above the passage, from the outermost.';
comment on column helpdesk.article_chunks.sentences is
  'The places of the sentences in body: offsets of characters, from 0, without the last one.';
comment on column helpdesk.article_chunks.body_norm is
  'The body without differences of typography, in which quotes are looked for.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.article_chunks
  alter column chunk_id set statistics 0,
  alter column version_id set statistics 0,
  alter column article_id set statistics 0,
  alter column ordinal set statistics 0,
  alter column locale set statistics 0,
  alter column audience set statistics 0,
  alter column title set statistics 0,
  alter column heading_path set statistics 0,
  alter column body set statistics 0,
  alter column sentences set statistics 0,
  alter column body_norm set statistics 0,
  alter column words set statistics 0,
  alter column is_current set statistics 0;
create index article_chunks_article_idx on helpdesk.article_chunks (article_id) where is_current;
create index article_chunks_articles_idx on helpdesk.article_chunks (article_id);
-- One for each audience: what a search costs a customer does not depend on the words of internal articles.
create index article_chunks_public_words_idx on helpdesk.article_chunks using gin (words)
  where is_current and audience = 'public';
create index article_chunks_internal_words_idx on helpdesk.article_chunks using gin (words)
  where is_current and audience = 'internal';

revoke all on table helpdesk.article_chunks from public, anon, authenticated, service_role;
grant select on table helpdesk.article_chunks to authenticated, service_role;

insert into helpdesk_private.concepts (version, concept) values ('20261122002310', 'article_chunks');

create function helpdesk_private.guard_article_chunk()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- body_norm is computed after this trigger.
  if (to_jsonb(new) - 'is_current' - 'body_norm') is distinct from (to_jsonb(old) - 'is_current' - 'body_norm') then
    perform helpdesk_private.fail('forbidden', 'A passage of an article never changes.');
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_article_chunk from public, anon, authenticated, service_role;
create trigger guard_article_chunk before update on helpdesk.article_chunks
  for each row execute function helpdesk_private.guard_article_chunk();

alter table helpdesk.article_chunks enable row level security;

create policy "only active people" on helpdesk.article_chunks
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "customers see what is published for them, staff all passages" on helpdesk.article_chunks
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    or (is_current and audience = 'public' and (select helpdesk_private.my_role()) = 'customer')
  );

create view helpdesk_private.published_chunks with (security_barrier = true) as
select
  c.chunk_id,
  c.article_id,
  c.version_id,
  c.audience,
  c.locale,
  c.title,
  c.heading_path,
  c.body,
  c.sentences,
  c.words
from helpdesk.article_chunks as c
where c.is_current;
comment on view helpdesk_private.published_chunks is
  'The passages that readers may be shown: customers those with the audience public.';
revoke all on table helpdesk_private.published_chunks from public, anon, authenticated, service_role;


-- From Markdown to passages -------------------------------------------------------------------------------------------

create type helpdesk_private.article_block as (heading_path text, is_prose boolean, text text);

create function helpdesk_private.heading_path(p_heads text[])
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select left(array_to_string(array_remove(p_heads, null), ' › '), 300);
$$;
revoke all on function helpdesk_private.heading_path from public, anon, authenticated, service_role;

create function helpdesk_private.article_blocks(p_body text)
returns setof helpdesk_private.article_block
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 1800;
  v_heads text[] := array_fill(null::text, array[6]);
  v_line text;
  v_start text;
  v_level integer;
  v_text text := '';
  v_is_code boolean := false;
  v_is_prose boolean := true;
  v_cut integer;
begin
  -- A last line break ends the last block.
  for v_line in select l from string_to_table(helpdesk_private.visible_text(p_body) || e'\n\n', e'\n') as l loop
    v_start := ltrim(left(v_line, 200));
    if v_is_code then
      v_text := v_text || e'\n' || rtrim(v_line);
      v_is_code := v_start !~ '^(```|~~~)';
      continue when v_is_code and char_length(v_text) < c_most;
    elsif v_text <> '' and v_start = '' then
      null;
    elsif v_start ~ '^(```|~~~)' or v_start ~ '^#{1,6}\s' or v_start ~ '^([-*+|]|\d{1,9}[.)]\s)' or v_text = '' then
      -- A new block begins; the one before it ends here.
      if v_text <> '' then
        return next (helpdesk_private.heading_path(v_heads), v_is_prose, v_text)::helpdesk_private.article_block;
        v_text := '';
      end if;
      if v_start ~ '^#{1,6}\s' then
        v_level := char_length(substring(v_start from '^#+'));
        v_heads[v_level] := btrim(left(substring(v_line from '^\s*#+\s+(.*)$'), 200), ' #');
        for i in v_level + 1..6 loop
          v_heads[i] := null;
        end loop;
        continue;
      end if;
      v_is_code := v_start ~ '^(```|~~~)';
      v_is_prose := not v_is_code and v_start !~ '^\|';
      v_text := case when v_is_prose then btrim(v_line) else rtrim(v_line) end;
      continue when v_is_code;
    else
      v_text := v_text || ' ' || btrim(v_line);
    end if;
    while char_length(v_text) > c_most loop
      -- At the last blank of the window, or in the middle of a very long word.
      v_cut := c_most - coalesce(nullif(position(' ' in reverse(left(v_text, c_most))), 0), 1) + 1;
      v_cut := case when v_cut < c_most / 2 then c_most else v_cut end;
      return next (
        helpdesk_private.heading_path(v_heads), v_is_prose, rtrim(left(v_text, v_cut))
      )::helpdesk_private.article_block;
      v_text := ltrim(substr(v_text, v_cut + 1));
    end loop;
    if v_start = '' and not v_is_code and v_text <> '' then
      return next (helpdesk_private.heading_path(v_heads), v_is_prose, v_text)::helpdesk_private.article_block;
      v_text := '';
    end if;
  end loop;
  if v_text <> '' then
    return next (helpdesk_private.heading_path(v_heads), v_is_prose, v_text)::helpdesk_private.article_block;
  end if;
end;
$$;
comment on function helpdesk_private.article_blocks is
  'The paragraphs, list items, table rows and code blocks of a Markdown text with the headings above them, each of at '
  'most about 1,800 characters.';
revoke all on function helpdesk_private.article_blocks from public, anon, authenticated, service_role;

create function helpdesk_private.sentences_of(p_text text, p_is_prose boolean)
returns int4range[]
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Words whose full stop ends no sentence.
  c_short constant text :=
    '(^|[^[:alnum:]])([[:alpha:]]|dr|mr|mrs|ms|prof|st|vs|etc|ca|bzw|ggf|inkl|usw|nr|no|art|abs|evtl|approx|fig|vol|'
    'vgl|max|min|tel|\d{1,2})\.$';
  v_ranges int4range[] := '{}';
  v_from integer := 0;
  v_piece text := '';
  v_part text;
  v_parts text[] := string_to_array(
    -- chr(1) is in no text: control characters are no visible text.
    regexp_replace(
      p_text,
      case when p_is_prose then '([.!?…]+[.!?…"''”’»)\]*_]*\s+|[。！？]+[」』”]*)' else '(\n+)' end,
      '\1' || chr(1), 'g'
    ), chr(1)
  );
begin
  for i in 1..cardinality(v_parts) loop
    v_piece := v_piece || v_parts[i];
    v_part := rtrim(v_piece, e' \t\n');
    -- Too short to be cited by itself, an abbreviation, or the sentence goes on in lower case.
    continue when i < cardinality(v_parts) and (
      char_length(v_part) < 12
      or p_is_prose and (lower(right(v_part, 12)) ~ c_short or left(v_parts[i + 1], 1) ~ '[[:lower:]]')
    );
    if v_part <> '' then
      v_ranges := v_ranges || int4range(v_from, v_from + char_length(v_part));
    end if;
    v_from := v_from + char_length(v_piece);
    v_piece := '';
  end loop;
  return v_ranges;
end;
$$;
comment on function helpdesk_private.sentences_of is
  'The places of the sentences in a text of at most a few thousand characters; of the lines, in code and tables.';
revoke all on function helpdesk_private.sentences_of from public, anon, authenticated, service_role;

create function helpdesk_private.word_count(p_text text)
returns integer
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Scripts without blanks: about two characters a word.
  select greatest(
    (select count(*) from regexp_matches(p_text, '\S+', 'g')),
    char_length(regexp_replace(p_text, '[^\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]', '', 'g')) / 2
  )::integer;
$$;
revoke all on function helpdesk_private.word_count from public, anon, authenticated, service_role;

create type helpdesk_private.article_passage as (
  ordinal integer,
  heading_path text,
  body text,
  sentences int4range []
);

create function helpdesk_private.article_passages(p_body text)
returns setof helpdesk_private.article_passage
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_aim constant integer := 120;
  v_block helpdesk_private.article_block;
  v_passage helpdesk_private.article_passage := (0, '', '', '{}');
  v_words integer := 0;
  v_pieces int4range[];
  v_range int4range;
  v_part text;
  v_count integer;
  v_offset integer;
begin
  for v_block in select * from helpdesk_private.article_blocks(p_body) loop
    v_pieces := helpdesk_private.sentences_of(v_block.text, v_block.is_prose);
    v_count := helpdesk_private.word_count(v_block.text);
    if v_words > 0 and (
      v_block.heading_path <> v_passage.heading_path or v_words + v_count > c_aim
      or char_length(v_passage.body) + char_length(v_block.text) > 1900
    ) then
      v_passage.ordinal := v_passage.ordinal + 1;
      return next v_passage;
      v_passage.body := '';
      v_passage.sentences := '{}';
      v_words := 0;
    end if;
    v_passage.heading_path := v_block.heading_path;
    if v_count <= 200 then
      -- A whole block, which is never cut.
      v_offset := case when v_passage.body = '' then 0 else char_length(v_passage.body) + 1 end;
      v_passage.body := case when v_passage.body = '' then '' else v_passage.body || e'\n' end || v_block.text;
      v_passage.sentences := v_passage.sentences || array(
        select int4range(lower(r) + v_offset, upper(r) + v_offset) from unnest(v_pieces) as r
      );
      v_words := v_words + v_count;
      continue;
    end if;
    foreach v_range in array v_pieces loop
      v_part := substr(v_block.text, lower(v_range) + 1, upper(v_range) - lower(v_range));
      v_count := helpdesk_private.word_count(v_part);
      if v_words > 0 and (
        v_words + v_count > c_aim or char_length(v_passage.body) + char_length(v_part) > 1900
      ) then
        v_passage.ordinal := v_passage.ordinal + 1;
        return next v_passage;
        v_passage.body := '';
        v_passage.sentences := '{}';
        v_words := 0;
      end if;
      v_offset := case when v_passage.body = '' then 0 else char_length(v_passage.body) + 1 end;
      v_passage.body := case when v_passage.body = '' then '' else v_passage.body || ' ' end || v_part;
      v_passage.sentences := v_passage.sentences || int4range(v_offset, v_offset + char_length(v_part));
      v_words := v_words + v_count;
    end loop;
  end loop;
  if v_passage.body <> '' then
    v_passage.ordinal := v_passage.ordinal + 1;
    return next v_passage;
  end if;
end;
$$;
comment on function helpdesk_private.article_passages is
  'The passages of a Markdown text: whole blocks under one heading, up to about 120 words.';
revoke all on function helpdesk_private.article_passages from public, anon, authenticated, service_role;
