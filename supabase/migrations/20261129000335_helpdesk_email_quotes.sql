-- E-mail in: what a mail quotes of its own ticket. Parsers know the marks of mail programs; here the text itself is
-- compared with what was said on the ticket, so that a program with unknown marks is folded, too. The offset hides, and
-- nothing is removed. In doubt there is no quote: to show too much is better than to hide an answer.

insert into helpdesk_private.concepts (version, concept) values ('20261129000335', 'email_quotes');

create function helpdesk_private.bare_text(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Programs wrap lines anew, mark them, and write addresses of links behind their words.
  select regexp_replace(
    regexp_replace(p_text, '[(<\[]https?://[^\s()<>\[\]]+[)>\]]', '', 'g'), '[\s\u00a0>|»*_#~=–—-]+', '', 'g'
  );
$$;
comment on function helpdesk_private.bare_text is
  'A text without blanks, line ends, rules and marks, for comparing.';
revoke all on function helpdesk_private.bare_text from public, anon, authenticated, service_role;

create function helpdesk_private.place_within(p_text text, p_part text)
returns integer
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- A text like aaaa… makes a search for a long part slow.
  select case when substr(p_text, f.at, char_length(p_part)) = p_part then f.at else 0 end
  from (select strpos(p_text, left(p_part, 60)) as at) as f;
$$;
comment on function helpdesk_private.place_within is
  'Where the first place with the beginning of a part has all of the part; 0: it does not.';
revoke all on function helpdesk_private.place_within from public, anon, authenticated, service_role;

create function helpdesk_private.said_before(p_ticket_id uuid)
returns table (said text, author_name text)
language sql
stable
-- Definer: reads the whole conversation. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.bare_text(left(s.body, 20000)), s.author_name
  from (
    (
      select m.body, m.author_name, m.sequence from helpdesk.messages as m
      where m.ticket_id = p_ticket_id and m.redacted_at is null
      order by m.sequence desc limit 8
    )
    union all
    select t.description, '', 0 from helpdesk.tickets as t where t.ticket_id = p_ticket_id
  ) as s
  order by s.sequence desc;
$$;
comment on function helpdesk_private.said_before is
  'The last eight public messages and what opened the ticket, each without its blanks: what a mail may quote.';
revoke all on function helpdesk_private.said_before from public, anon, authenticated, service_role;

create function helpdesk_private.line_above(p_lines text[], p_at integer, p_names text[])
returns integer
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Lines of a header, as Outlook writes it, and of a sentence that is wrapped.
  c_most constant integer := 8;
  v_first integer := p_at;
  v_block text := '';
  v_is_sentence boolean := false;
  v_is_named boolean;
  v_line text;
begin
  for v_at in reverse p_at - 1..greatest(1, p_at - c_most) loop
    v_line := btrim(left(p_lines[v_at], 400), E' \t\r');
    continue when v_line = '' and v_block = '';
    if v_line ~ '^[-_=*#~–—]{2,}.{0,100}[-_=*#~–—]{2,}$' then
      -- A rule, with or without words.
      v_first := v_at;
      v_block := '';
      v_is_sentence := false;
      continue;
    end if;
    -- Of a sentence that is whole, a further line is one with the time, and no sentence of its own.
    exit when v_line = '' or (v_is_sentence and v_line !~ '\d{1,2}[:.]\d{2}.*[^.!?:;,]$');
    v_block := v_line || ' ' || v_block;
    v_is_named := exists (
      select from unnest(p_names) as n (name) where n.name <> '' and strpos(v_line, n.name) > 0
    );
    if v_block ~ '[:：] $' and (v_is_named or v_block ~ '\d{1,2}[:.]\d{2}|\S@\S') then
      -- `Ann wrote on 1 May at 10:00:`
      v_first := v_at;
      v_is_sentence := true;
    elsif v_line ~ '^\W{0,2}[^\s:：][^:：]{0,30}[:：]\s*\S' then
      -- `From: Ann <support@example.com>`, and at least one line more.
      if v_is_named and v_block ~ '[:：].* [^:：]{1,30}[:：]' then
        v_first := v_at;
      end if;
    elsif v_block !~ '[:：] $' then
      exit;
    end if;
  end loop;
  return v_first;
end;
$$;
comment on function helpdesk_private.line_above is
  'The first of the lines above a quote that only say whose it is; the quote''s own line without such lines.';
revoke all on function helpdesk_private.line_above from public, anon, authenticated, service_role;

create function helpdesk_private.quoted_from(p_text text, p_ticket_id uuid)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_lines constant integer := 2000;
  -- A line of so many letters is no coincidence.
  c_strong constant integer := 20;
  -- So few are a quote only if they are a whole message.
  c_whole constant integer := 6;
  c_signature constant integer := 12;
  -- Comparisons of letters, at worst a second. No real answer needs so many.
  c_work constant bigint := 1000000000;
  v_lines text[] := string_to_array(p_text, E'\n');
  v_last integer := cardinality(v_lines);
  v_said text[];
  v_said_length bigint;
  v_work bigint := 0;
  v_names text[];
  v_signature integer;
  v_console text := (select nullif(s.console_url, '') from helpdesk.settings as s);
  v_text text;
  v_bare text;
  v_length integer;
  v_first integer;
  v_above integer;
  v_in integer;
  v_at integer;
  v_found integer;
  v_found_at integer;
  v_seen integer := 0;
  v_is_whole boolean := false;
  v_is_half boolean;
begin
  select array_agg(s.said), sum(char_length(s.said)), array_agg(s.author_name) into v_said, v_said_length, v_names
  from helpdesk_private.said_before(p_ticket_id) as s where s.said <> '';
  if v_said is null or coalesce(v_last, 0) not between 1 and c_lines then
    return null;
  end if;
  v_names := v_names || array(select c.address from helpdesk.email_channels as c order by c.address limit 50);
  -- Below a quote there may be a signature.
  select max(l.place) into v_signature
  from unnest(v_lines) with ordinality as l (line, place) where l.line ~ '^-- ?$' and l.place >= v_last - c_signature;
  for v_line in reverse v_last..1 loop
    v_text := regexp_replace(v_lines[v_line], '\[ref:[a-z2-7]{26}\]', '');
    continue when v_text ~ '^[\s\u00a0>|»*_#~=–—-]*$' or strpos(v_text, v_console) > 0;
    v_bare := helpdesk_private.bare_text(v_text);
    v_length := char_length(v_bare);
    if v_length > 0 and v_at > v_length and substr(v_said[v_in], v_at - v_length, v_length) = v_bare then
      -- Directly above the line below.
      v_at := v_at - v_length;
    else
      v_work := v_work + least(v_length, 60) * v_said_length;
      if v_work > c_work then
        return null;
      end if;
      select f.place, f.at into v_found, v_found_at
      from (
        select s.place, case
          when v_at is null and right(s.said, v_length) = v_bare then char_length(s.said) - v_length + 1
          when v_length >= c_strong then helpdesk_private.place_within(s.said, v_bare)
        end as at
        from unnest(v_said) with ordinality as s (said, place)
      ) as f
      where v_length > 0 and f.at > 0 and (v_at is not null or f.place is distinct from v_in) order by f.place limit 1;
      if not found then
        continue when v_first is null and v_line > v_signature;
        -- A line that says whose the quote below is. Above it there may be the quote of another message.
        exit when v_first is null or helpdesk_private.line_above(v_lines, v_first, v_names) > v_line;
        v_at := null;
        continue;
      end if;
      v_in := v_found;
      v_at := v_found_at;
    end if;
    v_seen := v_seen + v_length;
    v_first := v_line;
    v_is_half := v_is_half is true or v_seen * 2 >= char_length(v_said[v_in]);
    v_is_whole := v_is_whole or (v_at = 1 and v_seen >= char_length(v_said[v_in]));
  end loop;
  if v_first is null then
    return null;
  end if;
  -- Our own line at the top of what is quoted.
  select least(v_first, min(l.place)) into v_first
  from unnest(v_lines) with ordinality as l (line, place) where l.line ~ '^[>|\s]*##- .{1,200} -##\s*$';
  v_above := helpdesk_private.line_above(v_lines, v_first, v_names);
  -- One line of a list that we sent may be an answer.
  if not (v_is_whole and v_seen >= c_whole) and not (v_seen >= c_strong and (v_is_half or v_above < v_first)) then
    return null;
  end if;
  v_at := char_length(array_to_string(v_lines[:v_above - 1], E'\n'));
  if v_work + least(v_at, 60 * v_above) * v_said_length > c_work
    or helpdesk_private.is_blank(left(p_text, v_at)) or exists (
    -- Somebody answers between the lines of the quote.
    select from unnest(v_lines[:v_above - 1]) as l (line)
    cross join lateral helpdesk_private.bare_text(l.line) as b (bare)
    where l.line ~ '^\s*>' or (
      char_length(b.bare) >= c_strong
      and exists (
        select from unnest(v_said) as s (said) where helpdesk_private.place_within(s.said, b.bare) > 0
      )
    )
  ) then
    return null;
  end if;
  return v_at + 1;
end;
$$;
comment on function helpdesk_private.quoted_from is
  'The offset at which a text begins to repeat what was said on the ticket, up to its end; null without such a quote, '
  'or when there is an answer within or below it.';
revoke all on function helpdesk_private.quoted_from from public, anon, authenticated, service_role;

create function helpdesk_private.folded_from(p_email helpdesk.inbound_emails, p_ticket_id uuid)
returns integer
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- The parser may have found no more than a signature below the quote.
  select least((p_email).trimmed_from, helpdesk_private.quoted_from((p_email).body, p_ticket_id));
$$;
comment on function helpdesk_private.folded_from is
  'Where the text of a mail of this ticket is to be folded: by the marks that the parser knows, or by comparing.';
revoke all on function helpdesk_private.folded_from from public, anon, authenticated, service_role;

create function helpdesk_private.text_of_message(p_message helpdesk.messages)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Without what a mail quotes.
  select btrim(coalesce(
    (
      select nullif(btrim(left((p_message).body, i.trimmed_from), E' \t\r\n'), '') from helpdesk.inbound_emails as i
      where i.post_id = (p_message).message_id and i.trimmed_from is not null limit 1
    ),
    (p_message).body
  ), E' \n');
$$;
comment on function helpdesk_private.text_of_message is 'What somebody wrote, without what their mail quotes.';
revoke all on function helpdesk_private.text_of_message from public, anon, authenticated, service_role;
