-- E-mail in: how many tickets senders open. Anybody can write any number of mails, from any number of addresses.
-- What is too much waits in quarantine: nothing is lost, and staff decide on many at once.

create table helpdesk_private.email_openings (
  inbound_id uuid primary key,
  mailbox text not null,
  domain text not null,
  channel_id uuid,
  is_known boolean not null,
  is_verified boolean not null,
  received_at timestamptz not null
);
comment on table helpdesk_private.email_openings is
  'The tickets that mails have opened in the last day or so: what the limits count. Not of staff, nor of what people '
  'accepted from quarantine.';
create index email_openings_mailbox_idx on helpdesk_private.email_openings (mailbox, received_at);
create index email_openings_domain_idx on helpdesk_private.email_openings (domain, received_at) where not is_known;
create index email_openings_channel_idx on helpdesk_private.email_openings (channel_id, received_at)
where not is_known;
create index email_openings_received_idx on helpdesk_private.email_openings (received_at);
revoke all on table helpdesk_private.email_openings from public, anon, authenticated, service_role;
alter table helpdesk_private.email_openings enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261129000343', 'email_limits');

create function helpdesk_private.is_known_sender(p_author helpdesk.users, p_address text)
returns boolean
language sql
stable
-- Definer: reads all people and tickets.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select p_author.user_id is not null and (
    p_author.auth_user_id is not null
    or exists (select from helpdesk.user_emails as e where e.email = p_address)
    or exists (
      select from helpdesk.tickets as t where t.created_by = p_author.user_id and t.first_response_at is not null
    )
  );
$$;
comment on function helpdesk_private.is_known_sender is
  'Whether the helpdesk knows the sender otherwise than by mails that they wrote: they have a login, an admin has '
  'given them the address, or a ticket of theirs was answered.';
revoke all on function helpdesk_private.is_known_sender from public, anon, authenticated, service_role;

create function helpdesk_private.opened_near(
  p_moment timestamptz, p_mailbox text, p_domain text, p_channel_id uuid, p_is_verified boolean
)
returns bigint
language sql
-- Volatile: behind a wait, it sees what was written meanwhile.
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Mails are not decided on in the order in which they came: within an hour, before or after.
  select count(*) from (
    select o.received_at, o.is_known, o.is_verified from helpdesk_private.email_openings as o
    where p_mailbox is not null and o.mailbox = p_mailbox
    union all
    select o.received_at, o.is_known, o.is_verified from helpdesk_private.email_openings as o
    where p_domain is not null and o.domain = p_domain and not o.is_known
    union all
    select o.received_at, o.is_known, o.is_verified from helpdesk_private.email_openings as o
    where p_channel_id is not null and o.channel_id = p_channel_id and not o.is_known
  ) as o
  where o.received_at between p_moment - interval '1 hour' and p_moment + interval '1 hour'
    -- Forged mails keep nobody waiting whose domain vouches for the mail. Whoever is known has a limit of their own while
    -- they are verified: what counts there does not count beside it.
    and (o.is_verified = p_is_verified or (o.is_verified and not o.is_known));
$$;
comment on function helpdesk_private.opened_near is
  'How many tickets were opened within an hour of a moment: by a mailbox, or by unknown senders of a domain or at an '
  'address of the helpdesk. For a verified mail, by verified ones only; of a known sender, by mails like this one.';
revoke all on function helpdesk_private.opened_near from public, anon, authenticated, service_role;

create function helpdesk_private.judge_amount(p_email helpdesk.inbound_emails, p_author helpdesk.users)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_settings helpdesk.settings;
  v_is_known boolean := helpdesk_private.is_known_sender(p_author, p_email.from_address);
  v_is_verified boolean := coalesce(p_email.verdict = 'pass', false);
  v_mailbox text := helpdesk_private.without_tag(p_email.from_address);
  v_domain text := split_part(p_email.from_address, '@', 2);
  -- Mails to none of our addresses are counted together.
  v_channel_id uuid := coalesce(p_email.channel_id, '00000000-0000-0000-0000-000000000000');
  v_id uuid;
  v_opened bigint;
  v_permitted integer;
begin
  -- Their mail comes here only if it is verified.
  if p_author.role in ('agent', 'admin') then
    return p_email;
  end if;
  select * into v_settings from helpdesk.settings;
  -- Of two mails at once, the second counts the first. Always in this order, so that nobody waits in a circle.
  perform helpdesk_private.await_key('email_openings_of', v_mailbox);
  v_permitted := case
    when v_is_known and v_is_verified then v_settings.email_tickets_per_known_sender
    else v_settings.email_tickets_per_sender
  end;
  v_opened := helpdesk_private.opened_near(p_email.received_at, v_mailbox, null, null, v_is_verified);
  if v_opened >= v_permitted then
    p_email.reason := 'sender_per_hour';
  elsif not v_is_known then
    -- Whose address is forged does not fill these: whoever is known has only the limit of their own.
    if not helpdesk_private.is_shared_provider(v_domain) then
      perform helpdesk_private.await_key('email_openings_of', '@' || v_domain);
      v_permitted := v_settings.email_tickets_per_domain;
      v_opened := helpdesk_private.opened_near(p_email.received_at, null, v_domain, null, v_is_verified);
      if v_opened >= v_permitted then
        p_email.reason := 'domain_per_hour';
      end if;
    end if;
    if p_email.reason is null then
      -- With those of the other teams that it was sent to, in the order of their ids: each may receive a ticket.
      for v_id in
        select v_channel_id
        union
        select c.channel_id from helpdesk_private.received_emails as r
        cross join lateral helpdesk_private.channels_of_mail(r.mail, r.envelope) as c
        where r.inbound_id = p_email.inbound_id
        order by 1
      loop
        perform helpdesk_private.await_key('email_openings_at', v_id::text);
      end loop;
      v_permitted := v_settings.email_tickets_per_channel;
      v_opened := helpdesk_private.opened_near(p_email.received_at, null, null, v_channel_id, v_is_verified);
      if v_opened >= v_permitted then
        p_email.reason := 'channel_per_hour';
      end if;
    end if;
  end if;
  if p_email.reason is not null then
    p_email.outcome := 'quarantined';
    p_email.evidence := p_email.evidence || jsonb_build_object(
      'opened', jsonb_build_object('count', v_opened, 'permitted', v_permitted)
    );
    return p_email;
  end if;
  insert into helpdesk_private.email_openings (
    inbound_id, mailbox, domain, channel_id, is_known, is_verified, received_at
  )
  values (p_email.inbound_id, v_mailbox, v_domain, v_channel_id, v_is_known, v_is_verified, p_email.received_at)
  on conflict do nothing;
  -- More than are added.
  delete from helpdesk_private.email_openings as o where o.inbound_id in (
    select d.inbound_id from helpdesk_private.email_openings as d
    where d.received_at < clock_timestamp() - interval '2 days'
    order by d.received_at limit 5 for update skip locked
  );
  return p_email;
end;
$$;
comment on function helpdesk_private.judge_amount is
  'Step 5, before a mail opens a ticket: whether its sender, the unknown senders of its domain, or those at this '
  'address of the helpdesk have opened too many within an hour. A known sender whose domain vouches for the mail has '
  'another limit, and no other; staff have none.';
revoke all on function helpdesk_private.judge_amount from public, anon, authenticated, service_role;
