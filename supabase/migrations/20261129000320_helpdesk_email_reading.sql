-- E-mail in: what a parsed mail says. The parser has repaired bytes; the bounds are checked here again.

insert into helpdesk_private.concepts (version, concept) values ('20261129000320', 'email_reading');

create function helpdesk_private.mail_strings(p_value jsonb)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(s.text order by s.place), '{}')
  from (
    select btrim(e.value #>> '{}', E' \t\r\n<>') as text, e.place
    from jsonb_array_elements(case jsonb_typeof(p_value) when 'array' then p_value
      when 'string' then jsonb_build_array(p_value) else '[]' end) with ordinality as e (value, place)
    where jsonb_typeof(e.value) = 'string' and e.place <= 200
  ) as s
  where char_length(s.text) between 1 and 998;
$$;
comment on function helpdesk_private.mail_strings is
  'The texts of a JSON array without angle brackets; at most 200, and nothing empty: an empty id matches nothing.';
revoke all on function helpdesk_private.mail_strings from public, anon, authenticated, service_role;

create function helpdesk_private.mail_address(p_value text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_address text := helpdesk_private.canonical_email(btrim(p_value, '<> '));
begin
  return case when helpdesk_private.is_email(v_address) then v_address end;
end;
$$;
comment on function helpdesk_private.mail_address is 'The address in canonical form; null for what is not one address.';
revoke all on function helpdesk_private.mail_address from public, anon, authenticated, service_role;

create function helpdesk_private.mail_addresses(p_value jsonb)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(a.address order by a.place) filter (where a.address is not null), '{}')
  from (
    select helpdesk_private.mail_address(case jsonb_typeof(e.value) when 'object' then e.value ->> 'address'
      when 'string' then e.value #>> '{}' end) as address, e.place
    from jsonb_array_elements(case jsonb_typeof(p_value) when 'array' then p_value
      when 'null' then '[]' else jsonb_build_array(p_value) end) with ordinality as e (value, place)
    where e.place <= 200
  ) as a;
$$;
revoke all on function helpdesk_private.mail_addresses from public, anon, authenticated, service_role;

create function helpdesk_private.subject_base(p_subject text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select btrim(lower(regexp_replace(
    left(helpdesk_private.one_line(p_subject), 1000),
    '^((re|fw|fwd|aw|wg|sv|vs|tr|rv|res|enc|antw|odp|ynt|ref|rif|r|i|回复|答复|转发|返信|転送)(\[[0-9]+\])?\s*[:：]\s*)+',
    '', 'i'
  )));
$$;
comment on function helpdesk_private.subject_base is 'The subject without the prefixes of replies and forwards.';
revoke all on function helpdesk_private.subject_base from public, anon, authenticated, service_role;

create function helpdesk_private.person_of_address(p_address text)
returns helpdesk.users
language plpgsql
stable
-- Definer: reads all people.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user helpdesk.users;
begin
  -- Somebody's own address comes before an alias.
  select u.* into v_user
  from (
    select u.user_id, 1 as place from helpdesk.users as u where u.email = p_address
    union all
    select e.user_id, 2 from helpdesk.user_emails as e where e.email = p_address
  ) as f
  inner join helpdesk.users as u using (user_id)
  order by f.place limit 1;
  return v_user;
end;
$$;
revoke all on function helpdesk_private.person_of_address from public, anon, authenticated, service_role;

create function helpdesk_private.addresses_of(p_user_id uuid)
returns text[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select u.email from helpdesk.users as u where u.user_id = p_user_id and u.email is not null
    union
    select e.email from helpdesk.user_emails as e where e.user_id = p_user_id
  );
end;
$$;
revoke all on function helpdesk_private.addresses_of from public, anon, authenticated, service_role;

create function helpdesk_private.channels_named(p_addresses text[])
returns setof helpdesk.email_channels
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select c.* from helpdesk.email_channels as c
  where c.is_active
    and exists (select from unnest(p_addresses) as a where c.address in (a, regexp_replace(a, '[+][^@]*@', '@')));
$$;
comment on function helpdesk_private.channels_named is 'The addresses of ours among these; a tag after + aside.';
revoke all on function helpdesk_private.channels_named from public, anon, authenticated, service_role;

create function helpdesk_private.channels_of_mail(p_mail jsonb, p_envelope jsonb)
returns setof helpdesk.email_channels
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- The envelope says who receives the mail. Without one, or if it names no address of ours, as when a mailbox forwards
  -- to a provider's address, To and Cc; and if they name none either, as in a blind copy, what the last server noted.
  -- The order is that of To, then Cc.
  with named as (
    select a.address, a.place
    from unnest(
      helpdesk_private.mail_addresses(p_mail -> 'to') || helpdesk_private.mail_addresses(p_mail -> 'cc')
    ) with ordinality as a (address, place)
  ),
  received as (
    select a.address, coalesce((select min(n.place) from named as n where n.address = a.address), 1000 + a.place) as place
    from unnest(helpdesk_private.mail_addresses(p_envelope -> 'to')) with ordinality as a (address, place)
  ),
  matched as (
    select c.channel_id, min(a.place) as place
    from (
      select * from received union all select * from named
      where not exists (
        select from helpdesk_private.channels_named(array(select r.address from received as r))
      )
    ) as a
    inner join helpdesk.email_channels as c
      on c.address in (a.address, regexp_replace(a.address, '[+][^@]*@', '@')) and c.is_active
    group by c.channel_id
  ),
  noted as (
    select c.channel_id, min(a.place) as place
    from unnest(
      helpdesk_private.mail_addresses(p_mail #> '{headers,delivered_to}')
    ) with ordinality as a (address, place)
    inner join helpdesk.email_channels as c
      on c.address in (a.address, regexp_replace(a.address, '[+][^@]*@', '@')) and c.is_active
    where not exists (select from matched)
    group by c.channel_id
  )
  select c.*
  from (select * from matched union all select * from noted) as m
  inner join helpdesk.email_channels as c using (channel_id)
  order by m.place, c.address;
$$;
revoke all on function helpdesk_private.channels_of_mail from public, anon, authenticated, service_role;

create function helpdesk_private.authentication_results(p_line text)
returns table (place integer, said text, comments text)
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Some servers write a line for each signature.
  c_most constant integer := 8000;
  v_token text;
  v_depth integer := 0;
  v_is_quoted boolean := false;
  v_quoted text := '';
  v_said text[] := '{""}';
  v_comments text[] := '{""}';
  v_last integer := 1;
begin
  if char_length(p_line) > c_most or p_line ~ '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]' then
    return;
  end if;
  for v_token in
    select m.parts[1]
    from regexp_matches(lower(p_line), '(\\.|[\\"();]|\s+|[^\\"();\s]+)', 'g') as m (parts)
  loop
    if v_depth > 0 then
      v_depth := v_depth + case v_token when '(' then 1 when ')' then -1 else 0 end;
      v_comments[v_last] := v_comments[v_last] || case when v_depth = 1 then v_token else ' ' end;
      v_said[v_last] := v_said[v_last] || case v_depth when 0 then ' ' else '' end;
    elsif v_is_quoted and v_token = '"' then
      v_is_quoted := false;
      -- A quoted text is one word. One with other signs than a word is nobody's domain, and no result.
      v_said[v_last] := v_said[v_last] || case when v_quoted ~ '^[a-z0-9._@+-]+$' then v_quoted else '"' end;
    elsif v_is_quoted then
      v_quoted := v_quoted || v_token;
    elsif v_token = '"' then
      v_is_quoted := true;
      v_quoted := '';
    elsif v_token = '(' then
      v_depth := 1;
    elsif v_token = ')' or v_token like '\\%' then
      return;
    elsif v_token = ';' then
      v_last := v_last + 1;
      v_said[v_last] := '';
      v_comments[v_last] := '';
    else
      v_said[v_last] := v_said[v_last] || v_token;
    end if;
  end loop;
  if v_depth = 0 and not v_is_quoted and btrim(v_said[1], E' \t\r\n') ~ '^[^\s="]+(\s+[0-9]+)?$' then
    return query
      select s.place::integer, btrim(regexp_replace(regexp_replace(s.said, '\s*=\s*', '=', 'g'), '\s+', ' ', 'g')),
        s.comments
      from unnest(v_said, v_comments) with ordinality as s (said, comments, place);
  end if;
end;
$$;
comment on function helpdesk_private.authentication_results is
  'A header Authentication-Results (RFC 8601) in its parts, in lower case, with comments apart. The first part is the '
  'server''s name. No rows for what cannot be read to its end: an open comment or quote, or more than 8000 characters.';
revoke all on function helpdesk_private.authentication_results from public, anon, authenticated, service_role;

create function helpdesk_private.trusted_results(p_headers jsonb, p_authserv_ids text[])
returns table (said text, comments text)
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 10;
  v_header jsonb;
  v_server text;
begin
  for v_header in
    select h.header
    from jsonb_array_elements(case jsonb_typeof(p_headers) when 'array' then p_headers
      when 'string' then jsonb_build_array(p_headers) else '[]' end) with ordinality as h (header, place)
    order by h.place limit c_most
  loop
    v_server := null;
    if jsonb_typeof(v_header) = 'string' then
      select split_part(r.said, ' ', 1) into v_server
      from helpdesk_private.authentication_results(v_header #>> '{}') as r where r.place = 1;
    end if;
    if v_server is null then
      -- Perhaps it is the trusted server's own: what lies below it may be the sender's.
      return;
    elsif v_server = any(p_authserv_ids) then
      return query
        select r.said, r.comments from helpdesk_private.authentication_results(v_header #>> '{}') as r
        where r.place > 1;
      return;
    end if;
  end loop;
end;
$$;
comment on function helpdesk_private.trusted_results is
  'What the topmost header of a trusted server says: what lies below was in the mail when it came. A header that '
  'cannot be read ends the search.';
revoke all on function helpdesk_private.trusted_results from public, anon, authenticated, service_role;

create function helpdesk_private.mail_verdict(p_mail jsonb, p_authserv_ids text[], p_address text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_domain text := split_part(p_address, '@', 2);
  v_result text := p_mail #>> '{verdict,result}';
  v_dmarc text[];
  v_comments text[];
  v_signers text[];
begin
  -- A provider's signed fields, or a check of our own, come before headers.
  if p_mail #>> '{verdict,source}' not in ('header', 'headers', 'authentication_results', 'none') then
    return case when v_result in ('pass', 'fail') then v_result else 'none' end;
  end if;
  -- A part begins with its method: what follows are properties, and some of their values are the sender's words.
  select
    array_agg(r.said) filter (where r.said ~ '^dmarc(/[0-9]+)?='),
    array_agg(r.comments) filter (where r.said ~ '^dmarc(/[0-9]+)?='),
    array_agg(substring(r.said from ' header\.d=([a-z0-9._-]+)(?: |$)')) filter (
      where r.said ~ '^dkim(/[0-9]+)?=pass( |$)' and r.said !~ ' header\.d=.* header\.d='
    )
  into v_dmarc, v_comments, v_signers
  from helpdesk_private.trusted_results(p_mail #> '{headers,authentication_results}', p_authserv_ids) as r;
  if cardinality(v_dmarc) > 1 then
    return 'none';
  elsif v_dmarc[1] ~ '^dmarc(/[0-9]+)?=pass( |$)' then
    -- Of this author, and not of another From that the server saw.
    return case
      when v_dmarc[1] !~ ' header\.from=' then 'pass'
      when substring(v_dmarc[1] from ' header\.from=([a-z0-9._-]+)(?: |$)') = v_domain then 'pass'
      else 'none'
    end;
  elsif v_dmarc[1] ~ '^dmarc(/[0-9]+)?=fail( |$)' then
    return case
      when v_dmarc[1] ~ ' (policy\.)?(dmarc|published-domain-policy|policy|p|action)=o?(quarantine|reject)( |$)'
        or v_comments[1] ~ '\mp=(quarantine|reject)\M' then 'fail'
      else 'none'
    end;
  elsif exists (
    select from unnest(v_signers) as s (signer)
    where s.signer = v_domain or (s.signer like '%.%' and v_domain like '%.' || s.signer)
  ) then
    return 'pass';
  end if;
  return 'none';
end;
$$;
comment on function helpdesk_private.mail_verdict is
  'pass: the domain of the author vouches for the mail (DMARC, or a signature of that domain). fail: the domain says '
  'that such mail is not its own. Otherwise none.';
revoke all on function helpdesk_private.mail_verdict from public, anon, authenticated, service_role;

create function helpdesk_private.mail_flags(p_mail jsonb)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select array_remove(array[
    case
      when coalesce(nullif(lower(btrim(split_part(h.h ->> 'auto_submitted', ';', 1))), ''), 'no') <> 'no'
        or h.h ->> 'x_autoreply' is not null or h.h ->> 'x_autorespond' is not null
        or h.h ->> 'x_auto_response_from' is not null
        or lower(btrim(h.h ->> 'precedence')) in ('bulk', 'junk', 'auto_reply')
        or btrim(h.h ->> 'return_path') in ('<>', '')
        or split_part(f.address, '@', 1) ~ '^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply)$'
        then 'automatic'
    end,
    case
      when lower(btrim(split_part(h.h ->> 'auto_submitted', ';', 1))) = 'auto-replied'
        or h.h ->> 'x_autoreply' is not null or h.h ->> 'x_autorespond' is not null
        or h.h ->> 'x_auto_response_from' is not null or lower(btrim(h.h ->> 'precedence')) = 'auto_reply'
        then 'automatic_reply'
    end,
    case when coalesce(h.h ->> 'list_id', h.h ->> 'list_post', h.h ->> 'mailing_list') is not null then 'list' end,
    case when p_mail -> 'is_calendar_reply' = 'true' then 'calendar_reply' end,
    case
      when exists (
        select from unnest(helpdesk_private.mail_addresses(p_mail -> 'reply_to')) as r (address)
        where split_part(r.address, '@', 2) <> split_part(f.address, '@', 2)
      ) then 'reply_to_differs'
    end,
    case when p_mail -> 'encoding_repaired' = 'true' then 'encoding_repaired' end,
    case
      when jsonb_typeof(h.h -> 'received_count') = 'number' and (h.h ->> 'received_count')::numeric > 50 then 'loop'
    end
  ], null)
  from (select coalesce(nullif(p_mail -> 'headers', 'null'), '{}') as h) as h
  cross join (select helpdesk_private.mail_address(p_mail #>> '{from,0,address}') as address) as f;
$$;
comment on function helpdesk_private.mail_flags is
  'What the headers say. X-Auto-Response-Suppress is no sign of an automatic mail: Exchange puts it on people''s mail.';
revoke all on function helpdesk_private.mail_flags from public, anon, authenticated, service_role;

create function helpdesk_private.mail_time(p_value text)
returns timestamptz
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,18}\s?(Z|[+-][0-9:]{2,6})?$' then
    return null;
  end if;
  return p_value::timestamptz;
exception when data_exception then
  -- Unreadable is null, and never now.
  return null;
end;
$$;
revoke all on function helpdesk_private.mail_time from public, anon, authenticated, service_role;
