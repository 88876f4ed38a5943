-- The passages of a ticket that matched: pieces of its own text with the offsets of the marked words, in characters
-- (Unicode code points), never markup.

insert into helpdesk_private.concepts (version, concept) values ('20261122002019', 'snippets');

create function helpdesk_private.marked_words(p_marks tsquery)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select distinct m.found[1] || case when m.found[2] like '%*%' then '*' else '' end
    from regexp_matches(p_marks::text, '''([^'']+)''(:[*ABCD]+)?', 'g') as m (found)
  );
$$;
comment on function helpdesk_private.marked_words is 'The words of a tsquery; those with * are beginnings.';
revoke all on function helpdesk_private.marked_words from public, anon, authenticated, service_role;

create function helpdesk_private.word_is_marked(p_word text, p_marked text[])
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_folded text := case
    when octet_length(p_word) = char_length(p_word) then replace(lower(p_word), '''', '')
    else helpdesk_private.search_fold(p_word)
  end;
  v_part text;
begin
  if v_folded = any(p_marked)
    or ts_lexize('english_stem', v_folded) && p_marked
    or ts_lexize('german_stem', helpdesk_private.fold_german(v_folded)) && p_marked then
    return true;
  end if;
  foreach v_part in array p_marked loop
    if v_part like '%*' and starts_with(v_folded, left(v_part, -1)) then
      return true;
    elsif position(' ' in v_folded) > 0 and v_part = any(string_to_array(v_folded, ' ')) then
      -- A run of Chinese, Japanese or Korean characters: its pairs.
      return true;
    end if;
  end loop;
  return false;
end;
$$;
revoke all on function helpdesk_private.word_is_marked from public, anon, authenticated, service_role;

create function helpdesk_private.may_match(p_text text, p_marked text[])
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_folded text := helpdesk_private.search_fold(p_text);
  v_german text := helpdesk_private.fold_german(v_folded);
  v_word text;
begin
  foreach v_word in array p_marked loop
    -- Identifiers and addresses stand in the text in another way. The last letter of a stem may be another one.
    if v_word ~ '[0-9]' or position(left(v_word, greatest(char_length(v_word) - 1, 3)) in v_folded) > 0
      or position(left(v_word, greatest(char_length(v_word) - 1, 3)) in v_german) > 0 then
      return true;
    end if;
  end loop;
  return false;
end;
$$;
comment on function helpdesk_private.may_match is
  'Whether it is worth while to compute the vector of a text: nearly always false where none of the words is in it.';
revoke all on function helpdesk_private.may_match from public, anon, authenticated, service_role;

create function helpdesk_private.snippet(p_text text, p_marked text[])
returns jsonb
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_length constant integer := 240;
  -- What stands between words, as search_fold() has it. An apostrophe is part of a word.
  c_between constant text :=
    '\u0001-\u0026\u0028-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u2000-\u2017\u201a-\u206f'
    || '\u3000-\u3004\u3008-\u303f';
  v_places integer[][];
  v_first integer;
  v_start integer;
begin
  with words as (
    select
      w.found[2] as word,
      sum(char_length(w.found[1]) + char_length(w.found[2])) over (order by w.place) - char_length(w.found[2]) as from_
    from regexp_matches(
      left(p_text, 4000), format('([%1$s]*)([^%1$s]+)', c_between), 'g'
    ) with ordinality as w (found, place)
  ), marked as materialized (
    select d.word from (select distinct o.word from words as o) as d
    where helpdesk_private.word_is_marked(d.word, p_marked)
  )
  select array_agg(array[o.from_, o.from_ + char_length(o.word)] order by o.from_) into v_places
  from words as o where o.word in (select m.word from marked as m);
  v_first := coalesce(v_places[1][1], 0);
  v_start := case when v_first < 60 or char_length(p_text) <= c_length then 0
    else v_first - 60 + coalesce(nullif(position(' ' in substr(p_text, v_first - 59, 40)), 0), 0) end;
  return jsonb_build_object(
    'start', v_start, 'text', substr(p_text, v_start + 1, c_length),
    'marks', coalesce((
      select jsonb_agg(jsonb_build_array(v_places[i][1] - v_start, v_places[i][2] - v_start) order by i)
      from generate_subscripts(v_places, 1) as i
      where v_places[i][1] >= v_start and v_places[i][2] <= v_start + c_length
    ), '[]')
  );
end;
$$;
comment on function helpdesk_private.snippet is
  'A piece of a text around its first marked word: start is its place in the text, marks are places in the piece, all '
  'in characters. Words after the first 4000 characters are not looked for.';
revoke all on function helpdesk_private.snippet from public, anon, authenticated, service_role;

create function helpdesk_private.shown_hit(
  p_ticket helpdesk.tickets, p_score numeric, p_marks tsquery, p_reader text, p_hits integer
)
returns jsonb
language plpgsql
stable
-- Definer: called for tickets that the reader is known to see; p_reader decides about notes.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- For a page, so that its cost has a bound whatever the size of its tickets.
  c_most_text constant integer := least(20000, 200000 / p_hits);
  v_marked text[] := helpdesk_private.marked_words(p_marks);
  v_matched jsonb := '[]';
  v_snippets jsonb := '[]';
  v_part record;
  v_left integer := c_most_text;
begin
  -- The second time without the short cut, if it was wrong for every part.
  for v_time in 1..2 loop
    exit when p_marks is null or v_matched <> '[]';
    v_left := c_most_text;
    for v_part in
      select 1 as place, 'title' as part, null::uuid as id, p_ticket.title as text, 'A' as weight, 0::bigint as sequence
      union all
      select 2, 'description', null, left(p_ticket.description, c_most_text), 'B', 0
      union all
      (
        select 3, 'message', m.message_id, left(m.body, 10000), 'C', m.sequence
        from helpdesk.messages as m where m.ticket_id = p_ticket.ticket_id order by m.sequence desc limit 50
      )
      union all
      (
        select 4, 'note', n.note_id, left(n.body, 10000), 'D', n.sequence
        from helpdesk.notes as n where p_reader <> 'own' and n.ticket_id = p_ticket.ticket_id
        order by n.sequence desc limit 50
      )
      order by 1, 6 desc
    loop
      v_left := v_left - char_length(v_part.text);
      exit when v_left < 0 and v_part.place > 2;
      continue when v_time = 1 and not helpdesk_private.may_match(v_part.text, v_marked);
      if helpdesk_private.search_vector(v_part.text, v_part.weight::"char") @@ p_marks then -- noqa: RF06
        v_matched := v_matched || jsonb_strip_nulls(jsonb_build_object('part', v_part.part, 'id', v_part.id));
        if jsonb_array_length(v_snippets) < 3 then
          v_snippets := v_snippets || jsonb_build_array(
            jsonb_strip_nulls(jsonb_build_object('part', v_part.part, 'id', v_part.id))
            || helpdesk_private.snippet(v_part.text, v_marked)
          );
        end if;
      end if;
    end loop;
  end loop;
  return jsonb_build_object(
    'ticket', helpdesk_private.shown_ticket(p_ticket, p_reader), 'score', p_score, 'matched_in', v_matched,
    'snippets', v_snippets
  );
end;
$$;
comment on function helpdesk_private.shown_hit is
  'A hit: the ticket, where the words of the query stand in it, and up to three snippets. Looked through are the '
  'title, the description, the newest 50 messages and 50 notes, at most 20,000 characters of a ticket, and 200,000 of '
  'a page of p_hits.';
revoke all on function helpdesk_private.shown_hit from public, anon, authenticated, service_role;
