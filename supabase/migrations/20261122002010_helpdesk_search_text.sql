-- The words of tickets, for search: how text is folded, and one vector for each ticket.
--
-- We fold text ourselves (letters without marks, punctuation as blanks), so that PostgreSQL 16 to 18 find the same, and
-- then take each word as it is, by its English stem and by its German stem. Other languages are found by whole words
-- and by their beginnings; Chinese, Japanese and Korean by pairs of characters.
--
-- Vectors stand in tables that nobody can read: public text and notes apart. Triggers write them in the transaction of
-- the text. What is indexed: the title, the first 40,000 characters of the description, the first 10,000 of each
-- message and note, and the newest messages up to 100,000 bytes for a ticket; no text is too long to be stored.

insert into helpdesk_private.concepts (version, concept) values ('20261122002010', 'search_text');

create function helpdesk_private.pair_characters(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(string_agg(
    case
      when not c.is_wide then c.letter
      when c.next_is_wide then c.letter || c.next_letter || ' '
      when not c.was_wide then ' ' || c.letter || ' '
      else ' '
    end, '' order by c.place
  ), '')
  from (
    select
      d.letter, d.place, d.is_wide,
      lead(d.letter) over w as next_letter,
      coalesce(lead(d.is_wide) over w, false) as next_is_wide,
      coalesce(lag(d.is_wide) over w, false) as was_wide
    from (
      select s.letter, s.place, s.letter ~ '[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]' as is_wide
      from string_to_table(p_text, null) with ordinality as s (letter, place)
    ) as d
    window w as (order by d.place)
  ) as c;
$$;
comment on function helpdesk_private.pair_characters is
  'The text with each run of Chinese, Japanese or Korean characters as overlapping pairs: these scripts put no blanks '
  'between words.';
revoke all on function helpdesk_private.pair_characters from public, anon, authenticated, service_role;

create function helpdesk_private.search_fold(p_text text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text text := translate(lower(p_text), '''`', '');
begin
  if octet_length(v_text) > char_length(v_text) then
    -- Compatibility forms first (full width, ligatures), then letters that are no base letter with a mark.
    -- One of those forms can be 18 letters: a text of nothing else is not folded to its end.
    v_text := left(normalize(v_text, nfkd), greatest(10000, 4 * char_length(v_text)));
    v_text := regexp_replace(lower(v_text), '[\u0300-\u036f\u00ad\u2018\u2019\u02bc]', '', 'g');
    v_text := translate(
      replace(replace(replace(replace(normalize(v_text, nfc), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
      'øłđðıħ', 'olddih'
    );
    v_text := regexp_replace(
      v_text, '[\u0080-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u303f'
        || '\ufe00-\ufe4f\U0001f000-\U0001faff]', ' ', 'g'
    );
    if v_text ~ '[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]' then
      v_text := helpdesk_private.pair_characters(v_text);
    end if;
  end if;
  return btrim(regexp_replace(v_text, '[\u0001-\u002f\u003a-\u0060\u007b-\u007f]+', ' ', 'g'));
end;
$$;
comment on function helpdesk_private.search_fold is
  'The words of a text, in lower case, without accents and punctuation, with one blank between them.';
revoke all on function helpdesk_private.search_fold from public, anon, authenticated, service_role;

create function helpdesk_private.fold_german(p_folded text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Whoever has no umlauts on the keyboard types ae, oe and ue: one word, in front of every version's stemmer.
  select replace(replace(replace(p_folded, 'ae', 'a'), 'oe', 'o'), 'ue', 'u');
$$;
revoke all on function helpdesk_private.fold_german from public, anon, authenticated, service_role;

create function helpdesk_private.search_keys(p_text text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_keys text := '';
begin
  if p_text ~ '[0-9]' then
    -- ERR-1234, INV/2024-001 and SKU 77 are found as err1234, inv2024001 and sku77 too.
    v_keys := (
      select coalesce(string_agg(k.key, ' '), '')
      from (
        select lower(translate(m.found[1], '-/_. ', '')) as key
        from regexp_matches(p_text, '([A-Za-z0-9]+(?:[-/_.][A-Za-z0-9]+)+|[A-Z]{2,} [0-9]+)', 'g') as m (found)
        where m.found[1] ~ '[0-9]' and char_length(m.found[1]) <= 64
        limit 500
      ) as k
    );
  end if;
  if position('@' in p_text) > 0 then
    -- A digest, because the parser would split the address.
    v_keys := v_keys || (
      select coalesce(string_agg(' x' || md5(helpdesk_private.canonical_email(e.address)), ''), '')
      from (
        select rtrim(m.found[1], '.') as address
        from regexp_matches(p_text, '([^\s@<>(),;:"''\[\]\\]{1,64}@[^\s@<>(),;:"''\[\]\\]{1,190})', 'g') as m (found)
        limit 100
      ) as e
    );
  end if;
  return btrim(v_keys);
end;
$$;
comment on function helpdesk_private.search_keys is
  'The identifiers and e-mail addresses of a text, each as one word: what the parser would split.';
revoke all on function helpdesk_private.search_keys from public, anon, authenticated, service_role;

create function helpdesk_private.search_vector(p_text text, p_weight "char") -- noqa: RF06
returns tsvector
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  v_folded text := helpdesk_private.search_fold(p_text);
begin
  -- The languages of the index. search_term() has the same.
  return setweight(
    to_tsvector('simple', v_folded || ' ' || helpdesk_private.search_keys(p_text))
    || to_tsvector('english', v_folded) || to_tsvector('german', helpdesk_private.fold_german(v_folded)),
    p_weight
  );
exception when program_limit_exceeded then
  -- More than a megabyte of words. Parts are cut well before; this is for texts that nobody thought of.
  return '';
end;
$$;
comment on function helpdesk_private.search_vector is 'The words of a text in all languages of the index.';
revoke all on function helpdesk_private.search_vector from public, anon, authenticated, service_role;

-- Copies of the ticket's columns, so that search narrows many matches down without reading the tickets. They decide
-- nothing: search reads the ticket's own row before it shows it.
create table helpdesk_private.ticket_texts (
  ticket_id uuid primary key references helpdesk.tickets (ticket_id) on delete cascade,
  created_at timestamptz not null,
  created_by uuid not null,
  team_id uuid not null,
  assigned_to uuid,
  status text not null,
  priority_rank integer not null,
  bytes integer not null,
  words tsvector not null
  -- The vector lies outside the row: search reads many rows, and few vectors.
) with (toast_tuple_target = 128);
comment on table helpdesk_private.ticket_texts is
  'The words of each ticket: title (A), description (B), messages (C). bytes counts the text.';
create table helpdesk_private.note_texts (
  ticket_id uuid primary key references helpdesk.tickets (ticket_id) on delete cascade,
  bytes integer not null,
  words tsvector not null
) with (toast_tuple_target = 128);
comment on table helpdesk_private.note_texts is
  'The words of each ticket''s notes (D), apart: the requester''s search never reads this table.';
create index ticket_texts_requester_idx on helpdesk_private.ticket_texts (created_by);
create index ticket_texts_words_idx on helpdesk_private.ticket_texts using gin (words);
create index note_texts_words_idx on helpdesk_private.note_texts using gin (words);
revoke all on table helpdesk_private.ticket_texts from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.note_texts from public, anon, authenticated, service_role;
alter table helpdesk_private.ticket_texts enable row level security;
alter table helpdesk_private.note_texts enable row level security;

create function helpdesk_private.index_ticket(p_ticket helpdesk.tickets)
returns void
language plpgsql
-- Definer: nobody reads or writes the words.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_description text := left(p_ticket.description, 40000);
  v_words tsvector := helpdesk_private.search_vector(p_ticket.title, 'A')
    || helpdesk_private.search_vector(v_description, 'B');
  v_messages tsvector := '';
  v_bytes integer := octet_length(p_ticket.title) + octet_length(v_description);
  v_body text;
begin
  for v_body in
    select left(m.body, 10000) from helpdesk.messages as m
    where m.ticket_id = p_ticket.ticket_id order by m.sequence desc
  loop
    exit when v_bytes + octet_length(v_body) > 100000;
    v_bytes := v_bytes + octet_length(v_body);
    v_messages := helpdesk_private.search_vector(v_body, 'C') || v_messages;
  end loop;
  insert into helpdesk_private.ticket_texts as x
    (ticket_id, created_at, created_by, team_id, assigned_to, status, priority_rank, bytes, words)
  values (
    p_ticket.ticket_id, p_ticket.created_at, p_ticket.created_by, p_ticket.team_id, p_ticket.assigned_to,
    p_ticket.status, p_ticket.priority_rank, v_bytes, v_words || v_messages
  )
  on conflict (ticket_id) do update
  set (created_by, team_id, assigned_to, status, priority_rank, bytes, words) = (
    excluded.created_by, excluded.team_id, excluded.assigned_to, excluded.status, excluded.priority_rank,
    excluded.bytes, excluded.words
  );
end;
$$;
comment on function helpdesk_private.index_ticket is 'Computes the words of a ticket anew, without its notes.';
revoke all on function helpdesk_private.index_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.index_notes(p_ticket_id uuid)
returns void
language plpgsql
-- Definer: nobody reads or writes the words.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_words tsvector := '';
  v_bytes integer := 0;
  v_body text;
begin
  for v_body in
    select left(n.body, 10000) from helpdesk.notes as n
    where n.ticket_id = p_ticket_id order by n.sequence desc
  loop
    exit when v_bytes + octet_length(v_body) > 100000;
    v_bytes := v_bytes + octet_length(v_body);
    v_words := helpdesk_private.search_vector(v_body, 'D') || v_words;
  end loop;
  insert into helpdesk_private.note_texts as x (ticket_id, bytes, words) values (p_ticket_id, v_bytes, v_words)
  on conflict (ticket_id) do update set bytes = excluded.bytes, words = excluded.words;
end;
$$;
comment on function helpdesk_private.index_notes is 'Computes the words of a ticket''s notes anew.';
revoke all on function helpdesk_private.index_notes from public, anon, authenticated, service_role;

create function helpdesk_private.index_ticket_text()
returns trigger
language plpgsql
-- Definer: nobody reads or writes the words.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' or (new.title, new.description) is distinct from (old.title, old.description) then
    perform helpdesk_private.index_ticket(new);
  elsif (new.team_id, new.assigned_to, new.created_by, new.status, new.priority_rank)
    is distinct from (old.team_id, old.assigned_to, old.created_by, old.status, old.priority_rank) then
    update helpdesk_private.ticket_texts as x
    set (team_id, assigned_to, created_by, status, priority_rank) =
      (new.team_id, new.assigned_to, new.created_by, new.status, new.priority_rank)
    where x.ticket_id = new.ticket_id;
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.index_ticket_text from public, anon, authenticated, service_role;
create trigger index_text after insert or update on helpdesk.tickets
  for each row when (new.updated_at >= now()) execute function helpdesk_private.index_ticket_text();

create function helpdesk_private.index_message_text()
returns trigger
language plpgsql
-- Definer: nobody reads or writes the words.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_body text := left(new.body, 10000);
begin
  if tg_op = 'INSERT' then
    update helpdesk_private.ticket_texts as x
    set words = x.words || helpdesk_private.search_vector(v_body, 'C'), bytes = x.bytes + octet_length(v_body)
    where x.ticket_id = new.ticket_id and x.bytes + octet_length(v_body) <= 100000;
    if found then
      return null;
    end if;
  end if;
  -- A redacted message, or a ticket whose oldest messages no longer fit.
  perform helpdesk_private.index_ticket(t) from helpdesk.tickets as t where t.ticket_id = new.ticket_id;
  return null;
end;
$$;
revoke all on function helpdesk_private.index_message_text from public, anon, authenticated, service_role;
create trigger index_text after insert or update of body on helpdesk.messages
  for each row when (not new.imported or new.redacted_at is not null)
  execute function helpdesk_private.index_message_text();

create function helpdesk_private.index_note_text()
returns trigger
language plpgsql
-- Definer: nobody reads or writes the words.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_body text := left(new.body, 10000);
begin
  if tg_op = 'INSERT' then
    update helpdesk_private.note_texts as x
    set words = x.words || helpdesk_private.search_vector(v_body, 'D'), bytes = x.bytes + octet_length(v_body)
    where x.ticket_id = new.ticket_id and x.bytes + octet_length(v_body) <= 100000;
    if found then
      return null;
    end if;
  end if;
  perform helpdesk_private.index_notes(new.ticket_id);
  return null;
end;
$$;
revoke all on function helpdesk_private.index_note_text from public, anon, authenticated, service_role;
create trigger index_text after insert or update of body on helpdesk.notes
  for each row execute function helpdesk_private.index_note_text();

create function helpdesk_private.rebuild_search()
returns bigint
language plpgsql
-- Invoker: an owner of the database runs it.
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.index_ticket(t) from helpdesk.tickets as t;
  perform helpdesk_private.index_notes(n.ticket_id) from (select distinct o.ticket_id from helpdesk.notes as o) as n;
  return (select count(*) from helpdesk_private.ticket_texts);
end;
$$;
comment on function helpdesk_private.rebuild_search is
  'For the owner of the database: computes the words of all tickets anew, for example after an upgrade of PostgreSQL, '
  'whose stemmers may differ.';
revoke all on function helpdesk_private.rebuild_search from public, anon, authenticated, service_role;

-- Tickets that were here before.
select helpdesk_private.rebuild_search();
