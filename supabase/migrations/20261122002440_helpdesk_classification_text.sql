-- The text by which a ticket is classified, and its words. Examples for labels, new tickets, training and measurement
-- all use these functions: a text that was cut in another way would have another vector.

insert into helpdesk_private.concepts (version, concept) values ('20261122002440', 'classification_text');

create function helpdesk_private.own_words(p_text text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line text;
  v_lines text[] := '{}';
begin
  -- A quarter of a message's greatest length is far more than 256 words. Each pattern below reads its line once.
  foreach v_line in array string_to_array(translate(left(p_text, 25000), chr(13), ''), chr(10)) loop
    -- A signature, an older message, or a forwarded message: nothing below it is the sender's own.
    exit when v_line ~ '^(--|__|—) ?$'
      or v_line ~* '^(-{2,}|_{5,}) *(original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|message d''origine|mensaje original)'
      or v_line ~* '^_{20,}$'
      or (char_length(v_line) <= 300 and v_line ~* '^(on|am|le|el|op|il) .*(wrote|schrieb.*|a écrit|escribió|schreef|ha scritto) ?: *$');
    continue when v_line ~ '^\s*>' or v_line ~* '^(sent from my |get outlook for |von meinem .{1,40} gesendet|envoyé de mon )';
    v_lines := v_lines || v_line;
  end loop;
  return array_to_string(v_lines, chr(10));
end;
$$;
comment on function helpdesk_private.own_words is
  'The part of a message that its sender wrote: without quoted lines, older messages and the signature.';
revoke all on function helpdesk_private.own_words from public, anon, authenticated, service_role;

create function helpdesk_private.first_words(p_text text, p_count integer)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Characters that nobody sees carry hidden text, and split words: removed. Scripts without blanks have few "words" of
  -- great length: at most eight characters a word on average.
  select left(
    array_to_string(
      (string_to_array(
        btrim(regexp_replace(
          regexp_replace(
            p_text, '[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff'
              || '\U000e0000-\U000e01ef]+', '', 'g'
          ),
          '[\s\u0001-\u0020\u007f-\u00a0]+', ' ', 'g'
        )),
        ' '
      ))[:p_count],
      ' '
    ),
    p_count * 8
  );
$$;
comment on function helpdesk_private.first_words is
  'The first words of a text, with one blank between them and without invisible characters.';
revoke all on function helpdesk_private.first_words from public, anon, authenticated, service_role;

create function helpdesk_private.text_to_classify(p_title text, p_body text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.first_words(p_title || chr(10) || helpdesk_private.own_words(coalesce(p_body, '')), 256);
$$;
revoke all on function helpdesk_private.text_to_classify from public, anon, authenticated, service_role;

create function helpdesk_private.classification_text(p_ticket helpdesk.tickets)
returns text
language sql
stable
-- Definer: reads the conversation for definer functions that have found the ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.text_to_classify(
    (p_ticket).title,
    case
      when not helpdesk_private.is_blank(helpdesk_private.own_words((p_ticket).description)) then (p_ticket).description
      else (
        select m.body from helpdesk.messages as m
        where m.ticket_id = (p_ticket).ticket_id and m.author_kind = 'customer' and m.redacted_at is null
        order by m.sequence limit 1
      )
    end
  );
$$;
comment on function helpdesk_private.classification_text is
  'The text by which a ticket is classified: its title, and its description or else the requester''s first message, '
  'without quoted text and signature, at most 256 words.';
revoke all on function helpdesk_private.classification_text from public, anon, authenticated, service_role;

create function helpdesk_private.word_features(p_text text)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Words and pairs of neighbouring words, each once.
  with words as (
    select left(w.word, 40) as word, w.place
    from unnest(string_to_array(helpdesk_private.search_fold(left(p_text, 10000)), ' ')) with ordinality as w (word, place)
    where w.word <> ''
    order by w.place
    limit 256
  )
  select coalesce(array_agg(distinct f.feature), '{}')
  from (
    select w.word from words as w
    union all
    select w.word || ' ' || n.word from words as w join words as n on n.place = w.place + 1
  ) as f (feature);
$$;
comment on function helpdesk_private.word_features is
  'What the word model weighs: the words of a text as search folds them, and the pairs of neighbouring words.';
revoke all on function helpdesk_private.word_features from public, anon, authenticated, service_role;

create function helpdesk_private.single_words(p_text text)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(f.feature), '{}')
  from unnest(helpdesk_private.word_features(p_text)) as f (feature)
  where position(' ' in f.feature) = 0;
$$;
comment on function helpdesk_private.single_words is 'The features of a text that are one word.';
revoke all on function helpdesk_private.single_words from public, anon, authenticated, service_role;
