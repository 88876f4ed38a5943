-- The text of a model's answer: what is removed from it, and what a person should look at.
--
-- An answer may hold anything that somebody wrote into a ticket or an article. What could send data somewhere when it
-- is shown (images, links, HTML) is removed, but for exact addresses of web pages that stand in the articles that the
-- answer cites. Every rule is applied again until nothing changes: a text cannot hide a mark inside of another one.

insert into helpdesk_private.concepts (version, concept) values ('20261122002430', 'answer_text');

create function helpdesk_private.safe_text(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Sequences that terminals obey, then characters that are invisible, that control, or that change the direction.
  -- The private use area is ours: it marks links that stay.
  select regexp_replace(
    regexp_replace(
      regexp_replace(
        regexp_replace(
          p_text,
          U&'(\001B\005D|\009D|\001B[PX^_]|[\0090\0098\009E\009F])[^\0007\001B\009C]*(\0007|\001B\005C\005C|\009C)?', '', 'g'
        ),
        U&'(\001B\005C\005B|\009B)[0-?]*[ -/]*[@-~]?', '', 'g'
      ),
      U&'\000D\000A?|[\0085\2028\2029]', U&'\000A', 'g'
    ),
    U&'[\0001-\0008\000B-\001F\007F-\009F\00AD\034F\061C\115F\1160\17B4\17B5\180B-\180F\200B-\200F\202A-\202E\2060-\206F'
      || U&'\3164\E000-\F8FF\FE00-\FE0F\FEFF\FFA0\FFF0-\FFFB\+01BCA0-\+01BCA3\+01D173-\+01D17A\+0E0000-\+0E0FFF'
      || U&'\+0F0000-\+10FFFD]',
    '', 'g'
  );
$$;
comment on function helpdesk_private.safe_text is
  'The text without control sequences and control characters, and without characters that nobody sees.';
revoke all on function helpdesk_private.safe_text from public, anon, authenticated, service_role;

create function helpdesk_private.plain_letters(p_text text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text text := p_text;
begin
  -- Entities, twice: one may hide another one.
  for i in 1..2 loop
    exit when v_text !~ '&[#a-zA-Z]';
    v_text := regexp_replace(v_text, '&(#0*58|#[xX]0*3[aA]|colon);?', ':', 'g');
    v_text := regexp_replace(v_text, '&(#0*47|#[xX]0*2[fF]|sol);?', '/', 'g');
    v_text := regexp_replace(v_text, '&(#0*46|#[xX]0*2[eE]|period);?', '.', 'g');
    v_text := regexp_replace(v_text, '&(#0*60|#[xX]0*3[cC]|lt|LT);?', '<', 'g');
    v_text := regexp_replace(v_text, '&(#0*62|#[xX]0*3[eE]|gt|GT);?', '>', 'g');
    v_text := regexp_replace(v_text, '&(#0*64|#[xX]0*40|commat);?', '@', 'g');
    v_text := regexp_replace(v_text, '&(#0*91|#[xX]0*5[bB]|lbrack|lsqb);?', '[', 'g');
    v_text := regexp_replace(v_text, '&(#0*93|#[xX]0*5[dD]|rbrack|rsqb);?', ']', 'g');
    v_text := regexp_replace(v_text, '&(#0*33|#[xX]0*21|excl);?', '!', 'g');
    v_text := regexp_replace(v_text, '&(#0*34|#[xX]0*22|quot|QUOT);?', '"', 'g');
    v_text := regexp_replace(v_text, '&(#0*39|#[xX]0*27|apos);?', '''', 'g');
    v_text := regexp_replace(v_text, '&(#0*160|#[xX]0*[aA]0|nbsp|#0*9|#0*10|#0*13|#[xX]0*[9aAdD]|Tab|NewLine);?', ' ', 'g');
    v_text := regexp_replace(v_text, '&(#0*38|#[xX]0*26|amp|AMP);?', '&', 'g');
    -- Other letters by number: an address could be written with them.
    v_text := regexp_replace(v_text, '&#([0-9]{1,7}|[xX][0-9a-fA-F]{1,6});?', '', 'g');
  end loop;
  -- Marks that are escaped in Markdown, full dots between letters, full-width letters.
  v_text := regexp_replace(v_text, '\\([]/.@<>!():[])', '\1', 'g');
  v_text := regexp_replace(v_text, U&'(\FF1A|:)(\FF0F|/)(\FF0F|/)', '://', 'g');
  v_text := translate(
    v_text,
    U&'\FF21\FF22\FF23\FF24\FF25\FF26\FF27\FF28\FF29\FF2A\FF2B\FF2C\FF2D\FF2E\FF2F\FF30\FF31\FF32\FF33\FF34\FF35\FF36\FF37'
      || U&'\FF38\FF39\FF3A\FF41\FF42\FF43\FF44\FF45\FF46\FF47\FF48\FF49\FF4A\FF4B\FF4C\FF4D\FF4E\FF4F\FF50\FF51\FF52'
      || U&'\FF53\FF54\FF55\FF56\FF57\FF58\FF59\FF5A\FF10\FF11\FF12\FF13\FF14\FF15\FF16\FF17\FF18\FF19\FF20\FF1C\FF1E',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@<>'
  );
  return regexp_replace(v_text, U&'([[:alnum:]])[\3002\FF0E\FF61\2024]([a-zA-Z]{2,})', '\1.\2', 'g');
end;
$$;
comment on function helpdesk_private.plain_letters is
  'The text with entities, escaped marks and full-width letters in their plain form, so that no address hides in them.';
revoke all on function helpdesk_private.plain_letters from public, anon, authenticated, service_role;

create function helpdesk_private.without_html(p_text text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_elements constant text :=
    '(a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|bgsound|big|blink|blockquote|body|'
    || 'br|'
    || 'button|canvas|caption|center|cite|code|col|colgroup|command|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|'
    || 'em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hgroup|hr|html|i|iframe|image|'
    || 'img|input|ins|isindex|kbd|keygen|label|legend|li|link|listing|main|map|mark|marquee|math|menu|menuitem|meta|meter|'
    || 'nav|nobr|noembed|noframes|noscript|object|ol|optgroup|option|output|p|param|picture|plaintext|portal|pre|progress|q|'
    || 'rb|rp|rt|rtc|ruby|s|samp|script|search|section|select|slot|small|source|span|strike|strong|style|sub|summary|sup|svg|'
    || 'table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|use|var|video|wbr|xmp)';
  v_text text := p_text;
  v_before text;
begin
  if position('<' in v_text) = 0 then
    return v_text;
  end if;
  v_text := regexp_replace(v_text, '<(br|/p|/div|/li|/tr|/h[1-6])[\s/]*>', E'\n', 'gi');
  for i in 1..10 loop
    v_before := v_text;
    v_text := regexp_replace(v_text, '<!--.*?(-->|$)', '', 'g');
    v_text := regexp_replace(
      v_text, '<()??(script|style|svg|math|iframe|object|template|noscript|title|textarea|xmp)\y[^<]*?>.*?</\2\s*>', '', 'gi'
    );
    v_text := regexp_replace(v_text, '<[!?][^<>]*>', '', 'g');
    v_text := regexp_replace(v_text, '</?' || c_elements || '(>|[\s/"''=:][^<>]*>)', '', 'gi');
    -- An element that does not end: to the end of its line.
    v_text := regexp_replace(v_text, '</?' || c_elements || '[\s/"''=][^<>\n]*', '', 'gi');
    exit when v_text = v_before;
  end loop;
  -- Names in angle brackets are no HTML behind a blank.
  return regexp_replace(v_text, '<(?=[a-zA-Z/!?])', '< ', 'g');
end;
$$;
comment on function helpdesk_private.without_html is
  'The text without HTML. Other words in angle brackets stay, as text.';
revoke all on function helpdesk_private.without_html from public, anon, authenticated, service_role;

create function helpdesk_private.links_of(p_text text)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Only plain addresses: no user before the host, no other letters.
  select coalesce(array_agg(distinct u.url), '{}')
  from (
    select rtrim(m[1], '.,;:!?*_''') as url
    from regexp_matches(p_text, '(?<!\]\()(https?://[^][\s<>"`|\\)\u007F-\uFFFF]+)', 'g') as m
    union
    -- In Markdown, parentheses may belong to the address of a link.
    select m[1] from regexp_matches(p_text, '\]\((https?://[^\s()<>]+(?:\([^\s()]*\)[^\s()<>]*)*)', 'g') as m
  ) as u
  where u.url ~ '^https?://[a-zA-Z0-9.-]+(:[0-9]+)?([/?#][!-~]*)?$' and char_length(u.url) <= 2000;
$$;
comment on function helpdesk_private.links_of is 'The addresses of web pages that stand in a text of an article.';
revoke all on function helpdesk_private.links_of from public, anon, authenticated, service_role;

create function helpdesk_private.without_links(p_text text, p_links text[], out p_plain text, out p_removed boolean)
returns record
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_open constant text := U&'\E000';
  c_close constant text := U&'\E001';
  c_url constant text := '([a-zA-Z][a-zA-Z0-9+.-]*:/+|(?<![:/a-zA-Z0-9])//(?=[a-zA-Z0-9\[])|//(?=[a-zA-Z0-9-]+\.[a-zA-Z])|(?<![a-zA-Z0-9])[wW][wW][wW]\d?\.)[^\s<>"`\uE000\uE001]*';
  v_links text[] := array(
    select l.link from unnest(p_links) as l (link) where position(l.link in p_text) > 0
    order by char_length(l.link) desc, l.link limit 50
  );
  v_before text;
begin
  p_plain := p_text;
  -- Links that stay become marks, the longest address first. A mark is a character that no text has at this point.
  for i in 1..cardinality(v_links) loop
    p_plain := regexp_replace(
      p_plain,
      '(^|[\s(<"''*_\[])' || regexp_replace(v_links[i], '([][(){}.*+?^$|\\])', '\\\1', 'g')
      || '(?=[.,;:!?]*([\s)>"''*_\]]|$))',
      '\1' || c_open || i || c_close, 'g'
    );
  end loop;
  p_plain := regexp_replace(p_plain, '<(' || c_open || '\d+' || c_close || ')>', '\1', 'g');
  -- Definitions of references, then images, then links: the texts in brackets stay.
  p_plain := regexp_replace(
    p_plain,
    '(^|\n)[ \t>*+-]*\[(?:[^][\n]|\\.)+\]:[ \t]*\n?[ \t]*[^\s]+[ \t]*(\n?'
    || '[ \t]*("[^"\n]*"|''[^''\n]*''|\([^()\n]*\)))?[ \t]*(?=\n|$)',
    '\1', 'g'
  );
  for i in 1..10 loop
    v_before := p_plain;
    p_plain := regexp_replace(
      p_plain, '!\[([^][]*)\]\s*(\([^()]*(\([^()]*\)[^()]*)*\)?|\[[^][]*\])', '\1', 'g'
    );
    p_plain := regexp_replace(
      p_plain, '\[([^][]*)\]\(\s*<?(' || c_open || '\d+' || c_close || ')>?(\s+("[^"]*"|''[^'']*''))?\s*\)',
      U&'\E002\\1\E003\\2\E004', 'g'
    );
    p_plain := regexp_replace(p_plain, '\[([^][]*)\]\([^()]*(\([^()]*\)[^()]*)*\)', '\1', 'g');
    p_plain := regexp_replace(p_plain, '\[([^][]+)\]\[([^][]*)\]', '\1', 'g');
    exit when p_plain = v_before;
  end loop;
  p_plain := regexp_replace(p_plain, '!\[', '[', 'g');
  p_plain := regexp_replace(p_plain, '\](?=[(\[])', '] ', 'g');
  p_plain := regexp_replace(p_plain, '<?' || c_url || '>?', '', 'g');
  p_plain := regexp_replace(
    p_plain, '(?<![a-zA-Z0-9])(javascript|vbscript|data|blob|file|mailto|tel|sms|about|intent|ftp)\s*:(?=[^\s])[^\s)>\]]*', '', 'gi'
  );
  -- A bare name of a host is no link in Markdown, but some programs make one.
  p_plain := regexp_replace(
    p_plain,
    '(?<![a-zA-Z0-9@._%+-])((?:[[:alnum:]][[:alnum:]-]*\.)+)'
      || '(com|net|org|info|biz|app|dev|xyz|top|site|online|shop|store|club|'
      || 'click|link|live|icu|tk|ru|cn|de|uk|fr|nl|eu|us|ca|br|in|jp|it|es|ch|at|be|se|no|fi|dk|tv|me|to|ly|gg|ai|io|co)'
      || '(?![[:alnum:]@-])((?:[:/?#][^\s<>"`]*)?)',
    '', 'gi'
  );
  for i in 1..cardinality(v_links) loop
    p_plain := replace(p_plain, c_open || i || c_close, v_links[i]);
  end loop;
  p_plain := replace(replace(replace(p_plain, U&'\E002', '['), U&'\E003', ']('), U&'\E004', ')');
  p_removed := p_plain <> p_text;
end;
$$;
comment on function helpdesk_private.without_links is
  'The text without images, definitions of references and addresses, but for those of p_links exactly as they stand '
  'there. The text of a link stays.';
revoke all on function helpdesk_private.without_links from public, anon, authenticated, service_role;

create function helpdesk_private.clean_answer(
  p_text text, p_links text[] default '{}', out p_clean text, out p_flags text[]
)
returns record
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before text;
  v_step record;
begin
  p_clean := helpdesk_private.safe_text(p_text);
  p_flags := case when p_clean <> regexp_replace(p_text, U&'\000D\000A?', U&'\000A', 'g') then '{invisible_removed}' else '{}' end;
  for i in 1..6 loop
    v_before := p_clean;
    p_clean := helpdesk_private.safe_text(helpdesk_private.plain_letters(p_clean));
    v_step := helpdesk_private.without_links(p_clean, p_links);
    if v_step.p_removed then
      p_flags := p_flags || 'links_removed'::text;
    end if;
    p_clean := helpdesk_private.without_html(v_step.p_plain);
    if p_clean <> v_step.p_plain then
      p_flags := p_flags || 'markup_removed'::text;
    end if;
    exit when p_clean = v_before;
  end loop;
  if p_clean <> v_before then
    -- Marks in marks, six deep: nobody writes that for a reader.
    p_clean := regexp_replace(p_clean, '[][<>]|://|//|www\.', ' ', 'gi');
  end if;
  p_clean := btrim(
    regexp_replace(regexp_replace(p_clean, '[ \t]+(?=\n|$)', '', 'g'), '\n{3,}', E'\n\n', 'g'), E' \n\t'
  );
  p_clean := regexp_replace(p_clean, '([^ \n]) {2,}', '\1 ', 'g');
  p_flags := array(select distinct f.flag from unnest(p_flags) as f (flag) order by f.flag);
end;
$$;
comment on function helpdesk_private.clean_answer is
  'A text of a model as a person may see it, with flags of what was removed. p_links: the addresses that may stay.';
revoke all on function helpdesk_private.clean_answer from public, anon, authenticated, service_role;
