-- E-mail in: which ticket. Only what we made decides: a reply address, a Message-ID of ours, an id of a mail that this
-- person takes part in. Never a number or a word in the subject, and never the sender alone.

insert into helpdesk_private.concepts (version, concept) values ('20261129000330', 'email_threading');

create type helpdesk_private.email_hit as (
  ticket_id uuid, rank integer, via text, token_user_id uuid, as_note boolean, refused text
);
comment on type helpdesk_private.email_hit is
  'A ticket that a mail names. rank: 1 reply address, 2 an id that we made, 3 an id that we received, 4 a token in the '
  'text. refused: why the hit does not count.';

create function helpdesk_private.names_others(p_ticket_id uuid, p_user_id uuid, p_address text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from helpdesk.tickets as t where t.ticket_id = p_ticket_id and t.created_by = p_user_id
  ) or exists (
    select from helpdesk.ticket_participants as p
    where p.ticket_id = p_ticket_id and p.source = 'staff' and p.receives_copies
      and p.address = any(p_address || helpdesk_private.addresses_of(p_user_id))
  );
$$;
comment on function helpdesk_private.names_others is
  'Whether the To and Cc of this person''s verified mails add participants: those of the requester, and of people whom '
  'somebody who works the ticket added. Nobody who came by a Cc or by a mail of their own brings others.';
revoke all on function helpdesk_private.names_others from public, anon, authenticated, service_role;

create function helpdesk_private.was_removed(p_ticket_id uuid, p_user_id uuid, p_address text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from helpdesk_private.removed_participants as r
    where r.ticket_id = p_ticket_id and r.address = any(p_address || helpdesk_private.addresses_of(p_user_id))
  );
$$;
comment on function helpdesk_private.was_removed is
  'Whether staff have removed the person from the ticket, and nobody of staff brought them back.';
revoke all on function helpdesk_private.was_removed from public, anon, authenticated, service_role;

create function helpdesk_private.was_named(p_ticket_id uuid, p_user_id uuid, p_address text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select not helpdesk_private.was_removed(p_ticket_id, p_user_id, p_address) and exists (
    select from helpdesk.inbound_emails as i
    where i.ticket_id = p_ticket_id and i.outcome in ('appended', 'created') and i.verdict = 'pass'
      and i.recipients && (p_address || helpdesk_private.addresses_of(p_user_id))
      and (
        i.reason in ('reply_of_staff', 'sent_outside')
        or helpdesk_private.names_others(p_ticket_id, i.author_id, i.from_address)
      )
  );
$$;
comment on function helpdesk_private.was_named is
  'Whether the person was To or Cc of a verified mail of somebody who may name others, and is not removed.';
revoke all on function helpdesk_private.was_named from public, anon, authenticated, service_role;

create function helpdesk_private.takes_part(p_ticket_id uuid, p_user_id uuid, p_address text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from helpdesk.tickets as t where t.ticket_id = p_ticket_id and t.created_by = p_user_id
  ) or exists (
    -- A stranger who wrote once has no part yet.
    select from helpdesk.ticket_participants as p
    where p.ticket_id = p_ticket_id and (p.source <> 'wrote' or p.receives_copies)
      and p.address = any(p_address || helpdesk_private.addresses_of(p_user_id))
  ) or helpdesk_private.was_named(p_ticket_id, p_user_id, p_address) or exists (
    -- All who were in the mail that opened the ticket are in the conversation, verified or not, until they are removed.
    select from helpdesk.tickets as t inner join helpdesk.inbound_emails as i using (ticket_id)
    where t.ticket_id = p_ticket_id and i.outcome = 'created' and i.verdict <> 'fail' and i.author_id = t.created_by
      and i.recipients && (p_address || helpdesk_private.addresses_of(p_user_id))
      and not helpdesk_private.was_removed(p_ticket_id, p_user_id, p_address)
  );
$$;
comment on function helpdesk_private.takes_part is
  'Whether the person is the requester, a participant who receives copies or was named by somebody who may, or was To '
  'or Cc of the mail that opened the ticket.';
revoke all on function helpdesk_private.takes_part from public, anon, authenticated, service_role;

create function helpdesk_private.is_elsewhere(p_ticket_id uuid, p_channel_id uuid, p_team_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- A ticket that has moved to another team still receives mail at the address it began at.
  select p_channel_id is not null
    and exists (select from helpdesk.tickets as t where t.ticket_id = p_ticket_id and t.team_id <> p_team_id)
    and not exists (
      select from helpdesk.inbound_emails as i where i.ticket_id = p_ticket_id and i.channel_id = p_channel_id
    );
$$;
comment on function helpdesk_private.is_elsewhere is
  'Whether the address belongs to another team than the ticket, and no mail of the ticket ever came there.';
revoke all on function helpdesk_private.is_elsewhere from public, anon, authenticated, service_role;

create function helpdesk_private.works_ticket(p_user helpdesk.users, p_ticket helpdesk.tickets)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(p_user.is_active and (
    p_user.role = 'admin'
    or (p_user.role = 'agent' and (
      p_ticket.assigned_to = p_user.user_id
      or exists (
        select from helpdesk.team_members as m where m.user_id = p_user.user_id and m.team_id = p_ticket.team_id
      )
    ))
  ), false);
end;
$$;
comment on function helpdesk_private.works_ticket is
  'Whether this person works the ticket now, without a request of theirs.';
revoke all on function helpdesk_private.works_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.email_hits(
  p_email helpdesk.inbound_emails, p_mail jsonb, p_envelope jsonb, p_is_forward boolean
)
returns setof helpdesk_private.email_hit
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with addressed as (
    select m.parts[2] as token, m.parts[1] = 'note' as as_note, a.place
    from unnest(
      helpdesk_private.mail_addresses(p_envelope -> 'to') || helpdesk_private.mail_addresses(p_mail -> 'to')
      || helpdesk_private.mail_addresses(p_mail -> 'cc')
    ) with ordinality as a (address, place)
    cross join lateral regexp_match(a.address, '^(reply|note)[+]([a-z2-7]{26})@') as m (parts)
    where m.parts is not null
  ),
  written as (
    select m.parts[1] as token, m.place
    from regexp_matches(lower(left(p_mail ->> 'text', 500000)), '\[ref:([a-z2-7]{26})\]', 'g')
      with ordinality as m (parts, place)
    where m.place <= 20
  ),
  ids as (
    select i.id, 'in_reply_to' as via, i.place
    from unnest(helpdesk_private.mail_strings(p_mail -> 'in_reply_to')) with ordinality as i (id, place)
    union all
    -- From the right: the newest first.
    select i.id, 'references', 100000 - i.place
    from unnest(helpdesk_private.mail_strings(p_mail -> 'references')) with ordinality as i (id, place)
  ),
  hits as (
    select k.ticket_id, 1 as rank, 'token' as via, k.user_id, a.as_note, null as refused, a.place, k.created_at
    from addressed as a
    inner join helpdesk_private.reply_tokens as k on k.token_hash = sha256(convert_to(a.token, 'UTF8'))
    where k.revoked_at is null
    union all
    select e.ticket_id, 2, i.via, null, false, null, i.place, e.created_at
    from ids as i
    inner join helpdesk_private.email_ids as e on e.message_id = i.id and e.kind in ('minted', 'stamped')
    union all
    select
      e.ticket_id, 3, i.via, null, false,
      case
        when helpdesk_private.takes_part(e.ticket_id, p_email.author_id, p_email.from_address) then null
        -- Somebody who works the ticket answered from a mail program of their own.
        when p_email.verdict = 'pass' and exists (
          select from helpdesk.tickets as t cross join helpdesk.users as u
          where t.ticket_id = e.ticket_id and u.user_id = p_email.author_id and helpdesk_private.works_ticket(u, t)
        ) then null
        when e.kind = 'received' then 'not_a_participant'
        else 'not_a_participant_of_a_reference'
      end,
      -- A ticket of their own comes first.
      i.place + case
        when exists (
          select from helpdesk.tickets as t where t.ticket_id = e.ticket_id and t.created_by = p_email.author_id
        ) then 0
        else 1000000
      end,
      e.created_at
    from ids as i
    inner join helpdesk_private.email_ids as e on e.message_id = i.id and e.kind in ('received', 'referenced')
    union all
    select k.ticket_id, 4, 'body_token', k.user_id, false, null, w.place, k.created_at
    from written as w
    inner join helpdesk_private.reply_tokens as k on k.token_hash = sha256(convert_to(w.token, 'UTF8'))
    where k.revoked_at is null
  ),
  judged as (
    select
      h.ticket_id, h.rank, h.via, h.user_id, h.as_note, h.place, h.created_at,
      -- A mail to two teams has a ticket in each: an answer to one of them is for that one.
      exists (
        select from helpdesk.tickets as t where t.ticket_id = h.ticket_id and t.team_id = p_email.team_id
      ) as is_here,
      case
        when h.refused is not null or h.rank = 1 then h.refused
        when p_is_forward then 'forwarded'
        when helpdesk_private.is_elsewhere(h.ticket_id, p_email.channel_id, p_email.team_id) then 'other_mailbox'
      end as refused
    from hits as h
  )
  select j.ticket_id, j.rank, j.via, j.user_id, j.as_note, j.refused
  from judged as j
  order by j.refused is not null, j.rank, j.place, not j.is_here, j.created_at desc
  limit 20;
$$;
comment on function helpdesk_private.email_hits is 'The tickets that a mail names, the one that counts first.';
revoke all on function helpdesk_private.email_hits from public, anon, authenticated, service_role;

create function helpdesk_private.subject_differs(p_ticket helpdesk.tickets, p_subject text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select b.base <> '' and b.base <> helpdesk_private.subject_base(p_ticket.title) and not exists (
    select from (
      select i.subject from helpdesk.inbound_emails as i
      where i.ticket_id = p_ticket.ticket_id and i.outcome in ('appended', 'created')
      order by i.received_at desc limit 50
    ) as s where helpdesk_private.subject_base(s.subject) = b.base
  )
  from (select coalesce(helpdesk_private.subject_base(p_subject), '') as base) as b;
$$;
revoke all on function helpdesk_private.subject_differs from public, anon, authenticated, service_role;
