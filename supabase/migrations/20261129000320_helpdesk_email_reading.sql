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
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select c.address from helpdesk_private.canonical_email(btrim(p_value, '<> ')) as c (address)
  where helpdesk_private.is_email(c.address);
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
language sql
stable
-- Definer: reads all people.
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Somebody's own address comes before an alias.
  select u.*
  from (
    select u.user_id, 1 as place from helpdesk.users as u where u.email = p_address
    union all
    select e.user_id, 2 from helpdesk.user_emails as e where e.email = p_address
  ) as f
  inner join helpdesk.users as u using (user_id)
  order by f.place limit 1;
$$;
revoke all on function helpdesk_private.person_of_address from public, anon, authenticated, service_role;

create function helpdesk_private.addresses_of(p_user_id uuid)
returns text[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select u.email from helpdesk.users as u where u.user_id = p_user_id and u.email is not null
    union
    select e.email from helpdesk.user_emails as e where e.user_id = p_user_id
  );
$$;
revoke all on function helpdesk_private.addresses_of from public, anon, authenticated, service_role;

create function helpdesk_private.channels_of_mail(p_mail jsonb, p_envelope jsonb)
returns setof helpdesk.email_channels
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- The envelope says who receives the mail. Without one, To and Cc. The order is that of To, then Cc.
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
    from (select * from received union all select * from named where not exists (select from received)) as a
    inner join helpdesk.email_channels as c
      on c.address in (a.address, regexp_replace(a.address, '[+][^@]*@', '@')) and c.is_active
    group by c.channel_id
  )
  select c.* from matched as m inner join helpdesk.email_channels as c using (channel_id) order by m.place, c.address;
$$;
revoke all on function helpdesk_private.channels_of_mail from public, anon, authenticated, service_role;

create function helpdesk_private.mail_verdict(p_mail jsonb, p_authserv_ids text[], p_address text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_domain text := split_part(p_address, '@', 2);
  v_line text;
  v_result text := p_mail #>> '{verdict,result}';
begin
  -- A provider's signed fields, or a check of our own, come before headers.
  if p_mail #>> '{verdict,source}' not in ('header', 'headers', 'authentication_results', 'none') then
    return case when v_result in ('pass', 'fail') then v_result else 'none' end;
  end if;
  -- Only the topmost of the servers that the channel trusts: what lies below was in the mail when it came.
  select lower(h.line) into v_line
  from unnest(helpdesk_private.mail_strings(p_mail #> '{headers,authentication_results}'))
    with ordinality as h (line, place)
  where split_part(btrim(split_part(lower(h.line), ';', 1)), ' ', 1) = any(p_authserv_ids)
  order by h.place limit 1;
  -- Comments are text of the sender's.
  v_line := regexp_replace(v_line, '\([^()]*\)', ' ', 'g') || ' ';
  if v_line ~ '[;\s]dmarc=pass\M' then
    return 'pass';
  elsif v_line ~ '[;\s]dmarc=fail\M' then
    return case
      when v_line ~ '[;\s](policy\.)?(dmarc|published-domain-policy|policy|p)=(quarantine|reject)\M' then 'fail'
      when lower(array_to_string(helpdesk_private.mail_strings(p_mail #> '{headers,authentication_results}'), ' '))
        ~ 'dmarc=fail\s*\([^()]*\mp=(quarantine|reject)\M' then 'fail'
      else 'none'
    end;
  elsif exists (
    select from regexp_matches(v_line, '[;\s]dkim=pass\M[^;]*[\s]header\.d=([a-z0-9._-]+)', 'g') as d (part)
    where d.part[1] = v_domain or (d.part[1] like '%.%' and v_domain like '%.' || d.part[1])
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

create function helpdesk_private.is_blocked(p_address text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from helpdesk.email_blocks as b
    where b.pattern in (p_address, split_part(p_address, '@', 2))
      or (b.pattern not like '%@%' and p_address like '%.' || b.pattern)
  );
$$;
revoke all on function helpdesk_private.is_blocked from public, anon, authenticated, service_role;

create function helpdesk_private.may_mail_automatically(p_address text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select not exists (
    select from helpdesk_private.email_mutes as m
    where m.pattern in (p_address, '@' || split_part(p_address, '@', 2)) and m.muted_until > clock_timestamp()
  );
$$;
comment on function helpdesk_private.may_mail_automatically is
  'False while the address, or its domain, looks like the other end of a loop.';
revoke all on function helpdesk_private.may_mail_automatically from public, anon, authenticated, service_role;
