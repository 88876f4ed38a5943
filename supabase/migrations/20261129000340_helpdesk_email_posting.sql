-- E-mail in: what a mail becomes: a message, an internal note, or a new ticket, through the same tables, guards and
-- events as everything else. The author of a message is the author of its mail, and never the ticket's requester
-- because the ticket is theirs.

insert into helpdesk_private.concepts (version, concept) values ('20261129000340', 'email_posting');

create function helpdesk_private.is_suspicious_name(p_name text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select p_name like '%@%' or exists (
    select from helpdesk.users as u
    where u.role <> 'customer' and u.name <> '' and lower(u.name) = lower(p_name)
  );
$$;
comment on function helpdesk_private.is_suspicious_name is
  'Whether a display name looks like an address or like staff.';
revoke all on function helpdesk_private.is_suspicious_name from public, anon, authenticated, service_role;

create function helpdesk_private.person_for_address(p_address text, p_name text)
returns helpdesk.users
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user helpdesk.users := helpdesk_private.person_of_address(p_address);
  v_name text := coalesce(left(helpdesk_private.clean_name(left(p_name, 1000)), 200), '');
begin
  if v_user.user_id is null then
    insert into helpdesk.users (email, name)
    values (p_address, case when helpdesk_private.is_suspicious_name(v_name) then '' else v_name end)
    on conflict do nothing;
    v_user := helpdesk_private.person_of_address(p_address);
  end if;
  return v_user;
end;
$$;
comment on function helpdesk_private.person_for_address is
  'The person with this address, or a new customer. A login that they make is linked by its verified address.';
revoke all on function helpdesk_private.person_for_address from public, anon, authenticated, service_role;

create function helpdesk_private.email_text(p_email helpdesk.inbound_emails)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select case
    when helpdesk_private.is_blank(coalesce((p_email).body, '')) then '(The e-mail has no text.)'
    else (p_email).body
  end;
$$;
revoke all on function helpdesk_private.email_text from public, anon, authenticated, service_role;

create function helpdesk_private.remember_mail(p_email helpdesk.inbound_emails, p_mail jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id text;
begin
  perform helpdesk_private.remember_email_id(p_email.message_id, 'received', p_email.ticket_id, p_email.post_id);
  -- Two answers to a mail that never came here have that mail's id in common.
  foreach v_id in array (
    helpdesk_private.mail_strings(p_mail -> 'in_reply_to') || helpdesk_private.mail_strings(p_mail -> 'references')
  )[1:50] loop
    if not exists (select from helpdesk_private.email_ids as e where e.message_id = v_id and e.kind <> 'referenced') then
      perform helpdesk_private.remember_email_id(v_id, 'referenced', p_email.ticket_id, null);
    end if;
  end loop;
end;
$$;
revoke all on function helpdesk_private.remember_mail from public, anon, authenticated, service_role;

create function helpdesk_private.post_email(
  p_email helpdesk.inbound_emails, p_ticket helpdesk.tickets, p_author_id uuid, p_kind text, p_name text
)
returns uuid
language plpgsql
-- Definer: nobody inserts messages directly. Called with the ticket locked.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := gen_random_uuid();
begin
  -- The row first: whoever mails messages sees at once that this one came by mail.
  update helpdesk.inbound_emails as i
  set post_id = v_id, ticket_id = p_ticket.ticket_id, flags = p_email.flags, author_id = p_author_id
  where i.inbound_id = p_email.inbound_id;
  with reply as (
    insert into helpdesk.messages (message_id, ticket_id, requester_id, author_id, author_kind, author_name, body)
    values (
      v_id, p_ticket.ticket_id, p_ticket.created_by, p_author_id, p_kind, left(p_name, 254),
      helpdesk_private.email_text(p_email)
    )
    returning *
  )
  update helpdesk.tickets as t
  set last_message_id = r.message_id,
      status = case
        when t.merged_into is not null then t.status
        when p_kind = 'customer' or t.status = 'closed' then 'open'
        else 'pending'
      end,
      first_response_at = case
        when p_kind = 'customer' then t.first_response_at else coalesce(t.first_response_at, r.created_at)
      end
  from reply as r
  where t.ticket_id = r.ticket_id;
  return v_id;
end;
$$;
revoke all on function helpdesk_private.post_email from public, anon, authenticated, service_role;

create function helpdesk_private.note_email(
  p_email helpdesk.inbound_emails, p_ticket helpdesk.tickets, p_author_id uuid, p_first_line text
)
returns uuid
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := gen_random_uuid();
begin
  update helpdesk.inbound_emails as i
  set note_id = v_id, ticket_id = p_ticket.ticket_id, flags = p_email.flags, author_id = p_author_id
  where i.inbound_id = p_email.inbound_id;
  insert into helpdesk.notes (note_id, ticket_id, author_id, author_name, body)
  values (
    v_id, p_ticket.ticket_id, p_author_id,
    case
      when p_author_id is null then left(coalesce('E-mail from ' || p_email.from_address, 'E-mail'), 254)
      else helpdesk_private.display_name(p_author_id)
    end,
    left(concat_ws(E'\n\n', p_first_line, helpdesk_private.email_text(p_email)), 100000)
  );
  return v_id;
end;
$$;
comment on function helpdesk_private.note_email is
  'The mail as an internal note. Without an author for what only claims to be from somebody.';
revoke all on function helpdesk_private.note_email from public, anon, authenticated, service_role;

create function helpdesk_private.open_email_ticket(
  p_email helpdesk.inbound_emails, p_requester_id uuid, p_team_id uuid
)
returns helpdesk.tickets
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_title text := left(helpdesk_private.clean_name(left(p_email.subject, 1000)), 300);
  v_ticket helpdesk.tickets;
  v_id uuid := gen_random_uuid();
begin
  if helpdesk_private.is_blank(coalesce(v_title, '')) then
    v_title := '(no subject)';
  end if;
  insert into helpdesk.tickets (ticket_id, title, description, team_id, created_by, channel)
  values (v_id, btrim(v_title), helpdesk_private.email_text(p_email), p_team_id, p_requester_id, 'email')
  returning * into v_ticket;
  update helpdesk.inbound_emails as i
  set ticket_id = v_id, flags = p_email.flags, author_id = coalesce(p_email.author_id, p_requester_id)
  where i.inbound_id = p_email.inbound_id;
  return v_ticket;
end;
$$;
revoke all on function helpdesk_private.open_email_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.add_copied(p_email helpdesk.inbound_emails, p_ticket helpdesk.tickets, p_mail jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Each of them will receive what is answered.
  if p_email.verdict <> 'pass'
    or not helpdesk_private.names_others(p_ticket.ticket_id, p_email.author_id, p_email.from_address) then
    return;
  end if;
  insert into helpdesk.ticket_participants (ticket_id, address, source)
  select p_ticket.ticket_id, c.address, 'copied'
  from (
    select distinct a.address from unnest((
      helpdesk_private.mail_addresses(p_mail -> 'to') || helpdesk_private.mail_addresses(p_mail -> 'cc')
    )[1:50]) as a (address)
    where a.address <> all(p_email.from_address || helpdesk_private.addresses_of(p_ticket.created_by))
      and a.address !~ '^(reply|note|bounce)[+]'
      and not exists (
        select from helpdesk.email_channels as c
        where c.address in (a.address, regexp_replace(a.address, '[+][^@]*@', '@'))
      )
      and coalesce((helpdesk_private.person_of_address(a.address)).role, 'customer') = 'customer'
      and not helpdesk_private.was_removed(
        p_ticket.ticket_id, (helpdesk_private.person_of_address(a.address)).user_id, a.address
      )
  ) as c
  limit greatest(0, least(20, 50 - (
    select count(*) from helpdesk.ticket_participants as p where p.ticket_id = p_ticket.ticket_id
  )));
end;
$$;
revoke all on function helpdesk_private.add_copied from public, anon, authenticated, service_role;

create function helpdesk_private.add_writer(
  p_email helpdesk.inbound_emails, p_ticket helpdesk.tickets, p_receives_copies boolean
)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into helpdesk.ticket_participants (ticket_id, address, name, source, receives_copies)
  select
    p_ticket.ticket_id, (p_email).from_address,
    case
      when helpdesk_private.is_suspicious_name((p_email).from_name) then ''
      else left(coalesce(helpdesk_private.clean_name((p_email).from_name), ''), 200)
    end,
    'wrote', p_receives_copies
  where (select count(*) from helpdesk.ticket_participants as p where p.ticket_id = p_ticket.ticket_id) < 50;
$$;
revoke all on function helpdesk_private.add_writer from public, anon, authenticated, service_role;

create function helpdesk_private.is_shared_provider(p_domain text)
returns boolean
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Where everybody may have an address. The list cannot be whole: it only spares bystanders.
  select p_domain = any(array[
    '126.com', '163.com', 'aol.com', 'att.net', 'bigpond.com', 'bluewin.ch', 'bol.com.br', 'btinternet.com',
    'cock.li', 'comcast.net', 'cox.net', 'daum.net', 'earthlink.net', 'email.com', 'fastmail.com', 'fastmail.fm',
    'foxmail.com', 'free.fr', 'freenet.de', 'gmail.com', 'googlemail.com', 'hanmail.net', 'hey.com', 'home.nl',
    'hushmail.com', 'icloud.com', 'inbox.lv', 'inbox.ru', 'interia.pl', 'kpnmail.nl', 'laposte.net', 'libero.it',
    'list.ru', 'live.com', 'mac.com', 'mail.com', 'mail.de', 'mail.ru', 'mailbox.org', 'mailfence.com', 'me.com',
    'msn.com', 'naver.com', 'o2.pl', 'onet.pl', 'op.pl', 'orange.fr', 'outlook.com', 'passport.com', 'pm.me',
    'posteo.de', 'posteo.net', 'proton.me', 'protonmail.ch', 'protonmail.com', 'qq.com', 'rambler.ru',
    'rediffmail.com', 'rocketmail.com', 'rogers.com', 'runbox.com', 'sapo.pt', 'sbcglobal.net', 'seznam.cz',
    'sfr.fr', 'shaw.ca', 'simplelogin.com', 'sina.com', 'sky.com', 'sohu.com', 't-online.de', 'telia.com',
    'terra.com.br', 'tiscali.it', 'tuta.com', 'tutanota.com', 'uol.com.br', 'verizon.net', 'virgilio.it', 'vk.com',
    'wanadoo.fr', 'web.de', 'wp.pl', 'ya.ru', 'yeah.net', 'ymail.com', 'ziggo.nl', 'zoho.com', 'zohomail.com',
    'zoho.eu'
  ])
  or p_domain ~ '^(gmx|hotmail|live|msn|outlook|tutamail|yahoo|yandex|zoho)[.]([a-z]{2,3}[.])?[a-z]{2,3}$';
$$;
comment on function helpdesk_private.is_shared_provider is
  'Whether people without anything in common have addresses at the domain: such a domain is never muted.';
revoke all on function helpdesk_private.is_shared_provider from public, anon, authenticated, service_role;

create function helpdesk_private.mute_loops(p_email helpdesk.inbound_emails)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_mails constant integer := 6;
  c_tickets constant integer := 20;
  c_addresses constant integer := 3;
  v_address text := helpdesk_private.without_tag(p_email.from_address);
  v_domain text := split_part(p_email.from_address, '@', 2);
  v_since timestamptz;
  v_of_address integer;
  v_of_domain integer;
  v_addresses integer;
  v_muted text[] := '{}';
begin
  v_since := greatest(
    clock_timestamp() - interval '10 minutes',
    (
      select max(m.created_at) from helpdesk.messages as m
      where m.ticket_id = p_email.ticket_id and m.author_kind = 'staff'
    )
  );
  select
    count(*) filter (where f.address = v_address), count(*), count(distinct f.address)
  into v_of_address, v_of_domain, v_addresses
  from helpdesk.inbound_emails as i
  cross join lateral helpdesk_private.without_tag(i.from_address) as f (address)
  where i.ticket_id = p_email.ticket_id and i.received_at >= v_since and split_part(f.address, '@', 2) = v_domain
    -- What waits in quarantine is answered by nobody, and may be forged.
    and i.outcome in ('appended', 'created', 'automatic');
  if p_email.flags && '{loop}' or v_of_address > c_mails or (
    select count(*) from helpdesk.inbound_emails as i
    where i.from_address = p_email.from_address and i.outcome = 'created'
      and i.received_at > clock_timestamp() - interval '120 minutes'
  ) > c_tickets then
    v_muted := array[v_address];
  end if;
  -- Some programs change their address with each answer. Their domain is theirs alone.
  if v_of_domain > c_mails and v_addresses >= c_addresses and not helpdesk_private.is_shared_provider(v_domain) then
    v_muted := v_muted || ('@' || v_domain);
  end if;
  insert into helpdesk_private.email_mutes (pattern, reason, muted_until)
  select m.pattern, 'loop', clock_timestamp() + interval '24 hours' from unnest(v_muted) as m (pattern)
  where m.pattern is not null
  on conflict (pattern) do update set muted_until = excluded.muted_until;
  return cardinality(v_muted) > 0;
end;
$$;
comment on function helpdesk_private.mute_loops is
  'Stops all automatic mail to an address for a day when its mails look like a loop; to a domain when three or more of '
  'its addresses take part, and the domain is no shared provider. The mails themselves are kept.';
revoke all on function helpdesk_private.mute_loops from public, anon, authenticated, service_role;
