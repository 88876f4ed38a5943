-- Answers of models: what each kind must be, and what a proposal keeps of it. A wrong answer is refused with a sentence
-- that the program hands to the model, which may try once more.

insert into helpdesk_private.concepts (version, concept) values ('20261122002434', 'assistant_answers');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('answer_invalid', 422, 'The answer of the model is not what was asked for.',
   'Ask the model once more, with this sentence.');

create function helpdesk_private.refuse_answer(p_problem text, variadic p_values text[] default '{}')
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.fail('answer_invalid', format(p_problem, variadic p_values));
end;
$$;
revoke all on function helpdesk_private.refuse_answer from public, anon, authenticated, service_role;

create function helpdesk_private.check_answer_keys(p_answer jsonb, p_name text, p_keys text[])
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text;
begin
  if jsonb_typeof(p_answer) is distinct from 'object' then
    perform helpdesk_private.refuse_answer('%s must be an object.', p_name);
  end if;
  select k.key into v_key from jsonb_object_keys(p_answer) as k (key) where k.key <> all(p_keys) limit 1;
  if found then
    perform helpdesk_private.refuse_answer(
      '%s has the key "%s", which is not known. Keys: %s.', p_name, left(v_key, 60), array_to_string(p_keys, ', ')
    );
  end if;
end;
$$;
revoke all on function helpdesk_private.check_answer_keys from public, anon, authenticated, service_role;

create function helpdesk_private.answer_list(p_answer jsonb, p_key text, p_min integer, p_max integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_list jsonb := p_answer -> p_key;
begin
  if coalesce(v_list, 'null') = 'null' and p_min = 0 then
    return '[]';
  elsif jsonb_typeof(v_list) is distinct from 'array' then
    perform helpdesk_private.refuse_answer('"%s" must be a list.', p_key);
  elsif jsonb_array_length(v_list) not between p_min and p_max then
    perform helpdesk_private.refuse_answer('"%s" must have %s to %s entries.', p_key, p_min::text, p_max::text);
  end if;
  return v_list;
end;
$$;
revoke all on function helpdesk_private.answer_list from public, anon, authenticated, service_role;

create function helpdesk_private.answer_text(p_value jsonb, p_name text, p_max integer)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_value) is distinct from 'string' then
    perform helpdesk_private.refuse_answer('"%s" must be a text.', p_name);
  elsif helpdesk_private.is_blank(p_value #>> '{}') then
    perform helpdesk_private.refuse_answer('"%s" is empty.', p_name);
  elsif char_length(p_value #>> '{}') > p_max then
    perform helpdesk_private.refuse_answer('"%s" must have at most %s characters.', p_name, p_max::text);
  end if;
  return p_value #>> '{}';
end;
$$;
comment on function helpdesk_private.answer_text is 'A text of an answer that is not empty and not too long.';
revoke all on function helpdesk_private.answer_text from public, anon, authenticated, service_role;

create function helpdesk_private.whole_numbers(p_list jsonb)
returns integer[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(distinct (e.item #>> '{}')::integer), '{}')
  from jsonb_array_elements(case when jsonb_typeof(p_list) = 'array' then p_list else '[]' end) as e (item)
  where jsonb_typeof(e.item) = 'number' and e.item #>> '{}' ~ '^[0-9]{1,6}$';
$$;
comment on function helpdesk_private.whole_numbers is
  'The whole numbers in a JSON list, each once, sorted; the rest goes.';
revoke all on function helpdesk_private.whole_numbers from public, anon, authenticated, service_role;

create function helpdesk_private.read_citations(p_run_id uuid, p_paragraph integer, p_citations jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_citation jsonb;
  v_chunk record;
  v_range int4range;
  v_numbers integer[];
  v_number integer;
  v_first integer;
  v_last integer;
  v_found jsonb := '[]';
begin
  for v_citation in select c.citation from jsonb_array_elements(p_citations) as c (citation) loop
    v_chunk := null;
    select k.chunk_id, k.body, k.sentences into v_chunk
    from helpdesk.run_chunks as r join helpdesk.article_chunks as k on k.chunk_id = r.chunk_id
    where r.run_id = p_run_id
      and r.n = any(helpdesk_private.whole_numbers(jsonb_build_array(v_citation -> 'passage')));
    continue when v_chunk.chunk_id is null;
    v_numbers := array(
      select n.number from unnest(helpdesk_private.whole_numbers(v_citation -> 'sentences')) as n (number)
      where n.number between 1 and cardinality(v_chunk.sentences)
    );
    if jsonb_typeof(v_citation -> 'quote') = 'string' and not v_citation ? 'sentences' then
      v_range := helpdesk_private.locate_quote(v_chunk.chunk_id, v_citation ->> 'quote');
      v_numbers := array(select generate_series(lower(v_range), upper(v_range) - 1));
    end if;
    -- Neighbours become one quote, as far as its length allows.
    v_first := null;
    foreach v_number in array v_numbers || 1000001 loop
      if v_first is not null and (
        v_number <> v_last + 1
        or upper(v_chunk.sentences[v_number]) - lower(v_chunk.sentences[v_first]) > 400
      ) then
        if helpdesk_private.is_quotable(
          substr(
            v_chunk.body, lower(v_chunk.sentences[v_first]) + 1,
            upper(v_chunk.sentences[v_last]) - lower(v_chunk.sentences[v_first])
          )
        ) then
          v_found := v_found || jsonb_build_object(
            'chunk_id', v_chunk.chunk_id, 'first', v_first, 'last', v_last, 'paragraph', p_paragraph
          );
        end if;
        v_first := null;
      end if;
      v_first := coalesce(v_first, v_number);
      v_last := v_number;
    end loop;
  end loop;
  return (
    select coalesce(jsonb_agg(distinct f.citation), '[]') from jsonb_array_elements(v_found) as f (citation)
  );
end;
$$;
comment on function helpdesk_private.read_citations is
  'The citations of a paragraph as make_proposal() takes them. Passages that are none of the run, sentences that do '
  'not '
  'exist, repetitions and what is too short for a quote are left out.';
revoke all on function helpdesk_private.read_citations from public, anon, authenticated, service_role;

create function helpdesk_private.cited_links(p_citations jsonb)
returns text[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(distinct l.link), '{}')
  from (
    select distinct v.body
    from jsonb_array_elements(p_citations) as c (citation)
    join helpdesk_private.published_chunks as k on k.chunk_id = (c.citation ->> 'chunk_id')::uuid
    join helpdesk.article_versions as v on v.version_id = k.version_id
  ) as a
  cross join unnest(helpdesk_private.links_of(a.body)) as l (link);
$$;
comment on function helpdesk_private.cited_links is 'The addresses that stand in the articles of these citations.';
revoke all on function helpdesk_private.cited_links from public, anon, authenticated, service_role;

create function helpdesk_private.text_flags(
  p_run helpdesk.ai_runs, p_text text, p_citations jsonb, p_language text, p_customer_language text
)
returns text[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket_text text := helpdesk_private.ticket_text(p_run.ticket_id);
  v_settings helpdesk.ai_settings;
  v_known text;
  v_wanted text;
  v_got text := left(lower(coalesce(helpdesk_private.language_of(p_text), p_language)), 2);
  v_flags text[] := '{}';
begin
  select * into v_settings from helpdesk.ai_settings;
  v_known := concat_ws(
    chr(10), v_ticket_text, v_settings.signature,
    (
      select string_agg(k.body, chr(10)) from helpdesk.article_chunks as k
      where k.chunk_id in (
        select (c.citation ->> 'chunk_id')::uuid from jsonb_array_elements(p_citations) as c (citation)
      )
    )
  );
  v_wanted := left(lower(coalesce(
    v_settings.reply_language, p_customer_language,
    helpdesk_private.language_of(helpdesk_private.read_run(p_run.run_id) ->> 'question')
  )), 2);
  if cardinality(helpdesk_private.unknown_contacts(p_text, v_known)) > 0 then
    v_flags := v_flags || 'unknown_contact'::text;
  end if;
  -- Two written forms of Norwegian have codes of their own.
  if regexp_replace(v_wanted, '^n[bn]$', 'no') <> regexp_replace(v_got, '^n[bn]$', 'no') then
    v_flags := v_flags || 'other_language'::text;
  end if;
  if helpdesk_private.has_hidden_text(v_ticket_text) then
    v_flags := v_flags || 'hidden_text'::text;
  end if;
  return v_flags;
end;
$$;
comment on function helpdesk_private.text_flags is 'What a person should look at before this text is sent.';
revoke all on function helpdesk_private.text_flags from public, anon, authenticated, service_role;

create function helpdesk_private.known_text(p_proposal_id uuid)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(
    chr(10),
    helpdesk_private.ticket_text(p.ticket_id),
    (select s.signature from helpdesk.ai_settings as s),
    (
      select string_agg(k.body, chr(10))
      from helpdesk.citations as c join helpdesk.article_chunks as k on k.chunk_id = c.chunk_id
      where c.proposal_id = p.proposal_id
    )
  )
  from helpdesk.proposals as p where p.proposal_id = p_proposal_id;
$$;
comment on function helpdesk_private.known_text is
  'The text whose contacts a proposal may name: the ticket, the signature, and the passages that it quotes.';
revoke all on function helpdesk_private.known_text from public, anon, authenticated, service_role;

create type helpdesk_private.read_answer as (
  payload jsonb, flags text [], citations jsonb, language text, is_enough boolean
);

create function helpdesk_private.read_reply(p_run helpdesk.ai_runs, p_answer jsonb, p_customer_language text)
returns helpdesk_private.read_answer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_paragraph jsonb;
  v_cited jsonb := '[]';
  v_kept jsonb := '[]';
  v_links text[];
  v_clean record;
  v_body text := '';
  v_n integer := 0;
  v_asked jsonb;
  v_result helpdesk_private.read_answer;
begin
  perform helpdesk_private.check_answer_keys(p_answer, 'The answer', array['paragraphs', 'language', 'enough']);
  if jsonb_typeof(p_answer -> 'enough') not in ('boolean', 'null') then
    perform helpdesk_private.refuse_answer('"enough" must be true or false.');
  elsif jsonb_typeof(p_answer -> 'language') not in ('string', 'null')
    or p_answer ->> 'language' !~ '^[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,8})*$' then
    perform helpdesk_private.refuse_answer('"language" must be a code like "en".');
  end if;
  v_result.flags := '{}';
  v_result.citations := '[]';
  v_result.language := left(p_answer ->> 'language', 35);
  v_result.is_enough := coalesce((p_answer ->> 'enough')::boolean, true);
  if not v_result.is_enough then
    return v_result;
  end if;
  for v_paragraph in
    select p.paragraph from jsonb_array_elements(helpdesk_private.answer_list(p_answer, 'paragraphs', 1, 20)) as p (paragraph)
  loop
    perform helpdesk_private.check_answer_keys(v_paragraph, 'A paragraph', array['text', 'citations']);
    perform helpdesk_private.answer_text(v_paragraph -> 'text', 'text', 4000);
    v_cited := v_cited || helpdesk_private.read_citations(
      p_run.run_id, 1, helpdesk_private.answer_list(v_paragraph, 'citations', 0, 20)
    );
  end loop;
  v_links := helpdesk_private.cited_links(v_cited);
  for v_paragraph in select p.paragraph from jsonb_array_elements(p_answer -> 'paragraphs') as p (paragraph) loop
    v_clean := helpdesk_private.clean_answer(v_paragraph ->> 'text', v_links);
    v_result.flags := v_result.flags || v_clean.p_flags;
    continue when helpdesk_private.is_blank(v_clean.p_clean);
    v_n := v_n + 1;
    v_body := v_body || case when v_n > 1 then E'\n\n' else '' end || v_clean.p_clean;
    v_asked := helpdesk_private.answer_list(v_paragraph, 'citations', 0, 20);
    v_cited := helpdesk_private.read_citations(p_run.run_id, v_n, v_asked);
    v_kept := v_kept || v_cited;
    if jsonb_array_length(v_cited) < jsonb_array_length(v_asked) then
      v_result.flags := v_result.flags || 'citations_dropped'::text;
    end if;
  end loop;
  if v_n = 0 then
    perform helpdesk_private.refuse_answer('Nothing is left of the text without links, images and HTML.');
  elsif char_length(v_body) > 10000 then
    perform helpdesk_private.refuse_answer('The text must have at most 10000 characters.');
  end if;
  -- The whole once more: marks in two paragraphs could make one.
  v_clean := helpdesk_private.clean_answer(v_body, v_links);
  v_result.payload := jsonb_build_object('body', v_clean.p_clean);
  v_result.citations := jsonb_path_query_array(v_kept, '$[0 to 39]');
  if jsonb_array_length(v_kept) = 0 then
    v_result.flags := v_result.flags || 'no_citation'::text;
  end if;
  v_result.flags := v_result.flags || helpdesk_private.text_flags(
    p_run, v_clean.p_clean, v_kept, v_result.language, p_customer_language
  );
  return v_result;
end;
$$;
comment on function helpdesk_private.read_reply is
  'What a proposal keeps of a model''s answer: text, citations, flags.';
revoke all on function helpdesk_private.read_reply from public, anon, authenticated, service_role;
