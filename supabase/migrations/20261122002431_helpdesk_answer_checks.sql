-- What a person should look at before a draft is sent: contacts that nobody has named before, another language than the
-- customer's, text that the customer's message hides.

insert into helpdesk_private.concepts (version, concept) values ('20261122002431', 'answer_checks');

create function helpdesk_private.ascii_digits(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- NFKC makes full-width and superscript digits plain; then those of Arabic, Persian and Hindi.
  select translate(
    normalize(p_text, nfkc),
    U&'\0660\0661\0662\0663\0664\0665\0666\0667\0668\0669\06F0\06F1\06F2\06F3\06F4\06F5\06F6\06F7\06F8\06F9'
      || U&'\0966\0967\0968\0969\096A\096B\096C\096D\096E\096F',
    '012345678901234567890123456789'
  );
$$;
revoke all on function helpdesk_private.ascii_digits from public, anon, authenticated, service_role;

create function helpdesk_private.contacts(p_text text)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Telephone numbers as their digits, without a leading zero or plus. Dates and times are no numbers to call.
  with digits as (
    select regexp_replace(
      helpdesk_private.ascii_digits(p_text),
      '(?<!\d)(\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?|\d{1,2}[./]\d{1,2}[./]\d{2,4})(?!\d)', ' ', 'g'
    ) as text
  )
  select coalesce(array_agg(distinct c.contact order by c.contact), '{}')
  from (
    select lower(rtrim(m[1], '.-')) as contact
    from digits as d
    cross join regexp_matches(
      d.text, '([^\s@<>()",;:[\]]+\s?(?:@|\(at\)|\[at\])\s?[a-zA-Z0-9[:alpha:]-]+(?:\.[a-zA-Z0-9[:alpha:]-]+)+)', 'g'
    ) as m
    union
    select n.number
    from digits as d
    cross join regexp_matches(d.text, '((?:\+|\(|\d)(?:[ \t().\u2010-\u2015/-]{0,3}\d){6,16})', 'g') as m
    cross join lateral (select ltrim(regexp_replace(m[1], '\D', '', 'g'), '0') as number) as n
    where char_length(n.number) between 6 and 17
  ) as c;
$$;
comment on function helpdesk_private.contacts is
  'The e-mail addresses and telephone numbers in a text; a number as its digits without leading zeros.';
revoke all on function helpdesk_private.contacts from public, anon, authenticated, service_role;

create function helpdesk_private.unknown_contacts(p_text text, p_known text)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- A number is known with and without its country's code.
  select coalesce(array_agg(c.contact order by c.contact), '{}')
  from unnest(helpdesk_private.contacts(p_text)) as c (contact)
  where not exists (
    select from unnest(helpdesk_private.contacts(p_known)) as k (contact)
    where k.contact = c.contact
      or (c.contact ~ '^\d+$' and k.contact ~ '^\d+$' and char_length(least(c.contact, k.contact)) >= 6 and (
        (right(c.contact, char_length(k.contact)) = k.contact and char_length(k.contact) between 7 and char_length(c.contact)
          and char_length(c.contact) - char_length(k.contact) <= 3)
        or (right(k.contact, char_length(c.contact)) = c.contact and char_length(c.contact) between 7 and char_length(k.contact)
          and char_length(k.contact) - char_length(c.contact) <= 3)
      ))
  );
$$;
comment on function helpdesk_private.unknown_contacts is
  'The contacts in a text that do not stand in the known text.';
revoke all on function helpdesk_private.unknown_contacts from public, anon, authenticated, service_role;

create function helpdesk_private.ticket_text(p_ticket_id uuid)
returns text
language sql
stable
-- Definer: reads a conversation for a run.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws(
    chr(10), t.title, t.description, u.email,
    (
      select string_agg(m.body, chr(10))
      from (
        select c.body from helpdesk.messages as c
        where c.ticket_id = t.ticket_id order by c.sequence desc limit 50
      ) as m
    )
  )
  from helpdesk.tickets as t join helpdesk.users as u on u.user_id = t.created_by
  where t.ticket_id = p_ticket_id;
$$;
comment on function helpdesk_private.ticket_text is
  'What was said on a ticket, without notes: title, description, the newest fifty messages, the requester''s address.';
revoke all on function helpdesk_private.ticket_text from public, anon, authenticated, service_role;

create function helpdesk_private.has_hidden_text(p_text text)
returns boolean
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Letters as invisible tags, long runs of variation selectors or characters without width, and HTML that is not
  -- shown.
  select p_text ~ U&'[\+0E0020-\+0E007F]{4}|[\FE00-\FE0F\+0E0100-\+0E01EF]{4}|[\200B-\200F\2060-\2064\FEFF]{8}|[\202D\202E]'
    or exists (
      select from string_to_table(p_text, '<') with ordinality as t (tag, n)
      where t.n > 1 and helpdesk_private.is_hidden_element(t.tag)
    )
    or p_text ~ '<!--[^>]{4}';
$$;
comment on function helpdesk_private.has_hidden_text is 'Whether a text holds something that a reader does not see.';
revoke all on function helpdesk_private.has_hidden_text from public, anon, authenticated, service_role;

create function helpdesk_private.language_of(p_text text)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text text := lower(left(p_text, 4000));
  v_words text[];
  v_best record;
begin
  -- Scripts that one language uses.
  if v_text ~ U&'[\3040-\30FF]' then
    return 'ja';
  elsif v_text ~ U&'[\AC00-\D7AF]' then
    return 'ko';
  elsif v_text ~ U&'[\4E00-\9FFF]{2}' then
    return 'zh';
  elsif v_text ~ U&'[\0E00-\0E7F]{3}' then
    return 'th';
  elsif v_text ~ U&'[\0370-\03FF]{3}' then
    return 'el';
  elsif v_text ~ U&'[\0590-\05FF]{3}' then
    return 'he';
  end if;
  v_words := array(
    select w.word from regexp_split_to_table(v_text, '[^[:alpha:]'']+') with ordinality as w (word, n)
    where char_length(w.word) between 1 and 20 order by w.n limit 150
  );
  -- The language with most words among the text's that are so frequent that search leaves them out.
  select l.language, l.hits, lead(l.hits, 1, 0::bigint) over (order by l.hits desc) as next_hits into v_best
  from (
    select d.language, count(*) as hits
    from (values
      ('da', 'danish_stem'), ('nl', 'dutch_stem'), ('en', 'english_stem'), ('fi', 'finnish_stem'), ('fr', 'french_stem'),
      ('de', 'german_stem'), ('hu', 'hungarian_stem'), ('it', 'italian_stem'), ('no', 'norwegian_stem'),
      ('pt', 'portuguese_stem'), ('ru', 'russian_stem'), ('es', 'spanish_stem'), ('sv', 'swedish_stem')
    ) as d (language, dictionary)
    cross join unnest(v_words) as w (word)
    where ts_lexize(('pg_catalog.' || d.dictionary)::regdictionary, w.word) = '{}'
    group by d.language
  ) as l
  order by l.hits desc limit 1;
  -- Near languages share small words: only a clear winner counts.
  if v_best.hits >= 4 and v_best.hits * 5 >= cardinality(v_words) and v_best.hits >= v_best.next_hits * 1.3 then
    return v_best.language;
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.language_of is
  'The language of a text, as two letters, if its script or its small words leave no doubt; else null.';
revoke all on function helpdesk_private.language_of from public, anon, authenticated, service_role;
