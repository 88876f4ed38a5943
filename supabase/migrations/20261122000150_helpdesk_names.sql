-- Names: one rule for whatever is called by a name or a title: people, teams, tickets, tags, and what later concepts
-- add. A name is stored clean (clean_name), compared by its key (name_key), and checked by name_within.
--
-- The sets of characters are written out: what a class like \s holds differs between versions and locales.

insert into helpdesk_private.concepts (version, concept) values ('20261122000150', 'names');

create function helpdesk_private.is_blank(p_value text)
returns boolean
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- White space, control characters, what Unicode calls default ignorable, and the blank of braille.
  select p_value !~ (
    U&'[^\0001-\0020\007F-\00A0\00AD\034F\061C\115F\1160\1680\17B4\17B5\180B-\180F\2000-\200F\2028-\202F\205F-\206F'
    || U&'\2800\3000\3164\FE00-\FE0F\FEFF\FFA0\FFF0-\FFFB\+01BCA0-\+01BCA3\+01D173-\+01D17A\+0E0000-\+0E0FFF]'
  );
$$;
comment on function helpdesk_private.is_blank is
  'Whether the text shows nothing: it is empty, or has only blanks and invisible characters.';
revoke all on function helpdesk_private.is_blank from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.is_blank to authenticated, service_role;

create function helpdesk_private.printable(p_value text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Control characters, line separators, direction marks and invisible characters. Joiners and variation selectors
  -- stay: scripts and emoji need them.
  select regexp_replace(
    p_value,
    U&'[\0001-\001F\007F-\009F\00AD\061C\200B\200E\200F\2028-\202E\2060-\206F\FEFF\FFF9-\FFFB]', '', 'g'
  );
$$;
comment on function helpdesk_private.printable is
  'The text without characters that are invisible or that change the direction of others.';
revoke all on function helpdesk_private.printable from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.printable to authenticated, service_role;

create function helpdesk_private.clean_name(p_value text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most names need nothing. What is too long for any name is left to the limit of its column.
  if p_value ~ '^[!-~]+( [!-~]+)*$' or char_length(p_value) > 4000 then
    return p_value;
  elsif helpdesk_private.is_blank(p_value) then
    return '';
  end if;
  return btrim(regexp_replace(
    normalize(
      helpdesk_private.printable(regexp_replace(
        p_value, U&'[\0009-\000D\0085\00A0\1680\2000-\200A\2028\2029\202F\205F\3000]', ' ', 'g'
      )),
      nfc
    ),
    ' +', ' ', 'g'
  ));
end;
$$;
comment on function helpdesk_private.clean_name is
  'A name or a title as it is stored: composed (NFC), each run of white space one blank, none at the ends, no control '
  'characters, direction marks or invisible characters; empty if it would show nothing. Whatever stores a name calls '
  'this. The SDK has the same rule.';
revoke all on function helpdesk_private.clean_name from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.clean_name to authenticated, service_role;

create function helpdesk_private.name_key(p_value text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text := helpdesk_private.clean_name(p_value);
begin
  if v_name ~ '^[ -~]*$' or char_length(v_name) > 4000 then
    return lower(v_name);
  end if;
  -- casefold() is in PostgreSQL 18 only. upper(), then lower() joins what has several small letters, like sigma.
  v_name := normalize(lower(upper(regexp_replace(
    normalize(v_name, nfkc),
    U&'[\034F\17B4\17B5\180B-\180F\200B-\200F\2060-\206F\FE00-\FE0F\FFF0-\FFFB'
      || U&'\+01BCA0-\+01BCA3\+01D173-\+01D17A\+0E0000-\+0E0FFF]',
    '', 'g'
  ))), nfkc);
  -- The fillers of Hangul and the blank of braille look like a blank.
  return btrim(regexp_replace(v_name, U&'[ \115F\1160\2800]+', ' ', 'g'));
end;
$$;
comment on function helpdesk_private.name_key is
  'What names are compared by: names with the same key look the same. Compatible forms (NFKC), letters whatever their '
  'case, without invisible characters. For unique indexes and look-ups by name. The SDK has the same rule.';
revoke all on function helpdesk_private.name_key from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.name_key to authenticated, service_role;

create unlogged table helpdesk_private.awaited_keys (
  key text primary key
);
comment on table helpdesk_private.awaited_keys is
  'Always empty: await_key() writes a key and takes it away again. Unlogged: nothing of it is worth keeping.';
revoke all on table helpdesk_private.awaited_keys from public, anon, authenticated, service_role;
alter table helpdesk_private.awaited_keys enable row level security;

create function helpdesk_private.await_key(variadic p_parts text[])
returns void
language plpgsql
-- Definer: the table is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text := encode(sha256(convert_to(array_to_json(p_parts)::text, 'UTF8')), 'hex');
begin
  if array_position(p_parts, null) is not null then
    return;
  end if;
  -- The unique index waits for whoever has written the same key until their transaction ends, also when they have taken
  -- it away. Nobody can hold a key longer than the row that they write with it.
  insert into helpdesk_private.awaited_keys (key) values (v_key);
  delete from helpdesk_private.awaited_keys as k where k.key = v_key;
end;
$$;
comment on function helpdesk_private.await_key is
  'Waits while another transaction writes a row with this unique key. Whatever looks for a key before it writes one '
  'calls this before it looks: of two at once, the second sees the first, and answers as it would a moment later. '
  'Without effect when a part of the key is null.';
-- For definer functions only: a direct call would hold a key without a row.
revoke all on function helpdesk_private.await_key from public, anon, authenticated, service_role;

create function helpdesk_private.await_key_of_row()
returns trigger
language plpgsql
-- Definer: await_key() is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.await_key(variadic tg_table_name::text || array(
    select helpdesk_private.name_key(to_jsonb(new) ->> c.name)
    from unnest(tg_argv) with ordinality as c (name, place) order by c.place
  ));
  return new;
end;
$$;
comment on function helpdesk_private.await_key_of_row is
  'await_key() for the columns that the trigger names, compared as names are. For guards that run with the rights of '
  'the caller: this trigger comes before them in the order of names.';
revoke all on function helpdesk_private.await_key_of_row from public, anon, authenticated, service_role;

create function helpdesk_private.text_printable(p_field text, p_value text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null or p_value = helpdesk_private.printable(p_value) then
    return true;
  end if;
  perform helpdesk_private.fail(
    'invalid_value', format('%s must not contain control or invisible characters', p_field)
  );
  return false;
end;
$$;
revoke all on function helpdesk_private.text_printable from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.text_printable to authenticated, service_role;

create function helpdesk_private.name_within(p_field text, p_value text, p_min integer, p_max integer)
returns boolean
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.text_within(p_field, p_value, p_min, p_max)
    and helpdesk_private.text_printable(p_field, p_value);
$$;
comment on function helpdesk_private.name_within is
  'The check of a column that holds a name or a title. A trigger calls clean_name() before it.';
revoke all on function helpdesk_private.name_within from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.name_within to authenticated, service_role;
