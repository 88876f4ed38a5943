-- Notifications by mail: somebody of staff learns what happened on a ticket that they work. They are queued by the
-- event log, in the transaction that causes them, and written when a sender takes them: a person who has lost the
-- ticket by then, or has switched the notification off, receives nothing.

insert into helpdesk_private.concepts (version, concept) values ('20261129000520', 'notifications');

create function helpdesk_private.extends_notification(p_kind text, p_user_id uuid, p_ticket_id uuid)
returns boolean
language plpgsql
-- Definer: the outbox is closed to everybody who writes. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A mail that waits collects what comes until a sender takes it. Locked, so that none takes it before this message
  -- is there; and one that a sender holds is too late.
  perform from helpdesk.automatic_emails as a
  inner join helpdesk.outbox as o on o.target_id = a.email_id and o.kind = 'email'
  where a.ticket_id = p_ticket_id and a.user_id = p_user_id and a.kind = p_kind and a.state = 'queued'
    and a.created_at > clock_timestamp() - interval '2 days' and o.state = 'queued' and o.attempts = 0
  for update of o skip locked;
  return found;
end;
$$;
comment on function helpdesk_private.extends_notification is
  'Whether a notification of this kind waits for this person and ticket, and so has the new message in it.';
revoke all on function helpdesk_private.extends_notification from public, anon, authenticated, service_role;

create function helpdesk_private.notify(p_kind text, p_user_id uuid, p_ticket_id uuid, p_details jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user helpdesk.users;
  v_ticket helpdesk.tickets;
  v_problem text;
  v_email_id uuid;
  v_batched boolean := p_kind in ('customer_replied', 'team_customer_replied');
begin
  select * into v_user from helpdesk.users as u where u.user_id = p_user_id;
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_ticket_id;
  if v_user.email is null or helpdesk_private.works_ticket(v_user, v_ticket) is not true
    or not helpdesk_private.wants_notification(p_user_id, p_kind)
    or (v_batched and helpdesk_private.extends_notification(p_kind, p_user_id, p_ticket_id))
    or (p_kind = 'assigned' and helpdesk_private.joins_assignment(v_user, p_ticket_id)) then
    return;
  end if;
  v_problem := helpdesk_private.automatic_email_problem(p_kind, p_ticket_id, v_user.email, p_user_id);
  if v_problem is null then
    v_email_id := helpdesk_private.enqueue_email(
      p_ticket_id, 'notification', null, v_user.email, p_user_id, null,
      p_details || jsonb_build_object('notification', p_kind, 'locale', helpdesk_private.locale_of(p_user_id))
      || case when p_kind = 'assigned' then jsonb_build_object('operation', pg_current_xact_id()::text) else '{}' end,
      clock_timestamp() + case
        when v_batched then make_interval(mins => (select s.email_batch_minutes from helpdesk.settings as s))
        else interval '0'
      end
    );
  end if;
  perform helpdesk_private.note_automatic_email(p_kind, p_ticket_id, v_user.email, p_user_id, v_email_id, v_problem);
end;
$$;
comment on function helpdesk_private.notify is
  'Queues a notification for somebody who works the ticket and has it switched on. Replies of a customer wait a while '
  'for more of them; of assignments there is one mail in a transaction.';
revoke all on function helpdesk_private.notify from public, anon, authenticated, service_role;

create function helpdesk_private.mentioned_in(p_text text, p_ticket helpdesk.tickets)
returns uuid[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- @anna@example.com, @anna or @AnnaSmith. What could be two people is nobody.
  with named as (
    select distinct lower(rtrim(m.parts[2], '.-_')) as name
    from (
      select r.parts
      from regexp_matches(p_text, '(^|[\s(,;:])@([[:alnum:]][[:alnum:]._%+-]*(@[[:alnum:].-]+)?)', 'g') as r (parts)
      limit 50
    ) as m
  ),
  people as (
    select u.user_id, lower(u.email) as email, split_part(lower(u.email), '@', 1) as local_part,
      nullif(lower(replace(u.name, ' ', '')), '') as name
    from helpdesk.users as u
    where u.role in ('agent', 'admin') and helpdesk_private.works_ticket(u, p_ticket)
  )
  select coalesce(array_agg(distinct f.user_id), '{}')
  from (
    select n.name, (array_agg(p.user_id))[1] as user_id
    from named as n
    inner join people as p on n.name in (p.email, p.local_part, p.name)
    group by n.name
    having count(*) = 1 or bool_or(p.email = n.name)
  ) as f;
$$;
comment on function helpdesk_private.mentioned_in is
  'Who of those who work the ticket is mentioned, as @ and their address, the part before its @, or their name without '
  'blanks.';
revoke all on function helpdesk_private.mentioned_in from public, anon, authenticated, service_role;

create function helpdesk_private.notify_of_message(p_event helpdesk.events)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message helpdesk.messages;
  v_details jsonb;
  v_user_id uuid;
begin
  select * into v_message from helpdesk.messages as m where m.message_id = (p_event.data ->> 'message_id')::uuid;
  if v_message.author_kind is distinct from 'customer' then
    return;
  end if;
  v_details := jsonb_build_object('since', v_message.sequence);
  if p_event.assigned_to is not null then
    if p_event.assigned_to is distinct from v_message.author_id then
      perform helpdesk_private.notify('customer_replied', p_event.assigned_to, p_event.ticket_id, v_details);
    end if;
    return;
  end if;
  for v_user_id in
    select m.user_id from helpdesk.team_members as m
    where m.team_id = p_event.team_id and m.user_id is distinct from v_message.author_id
      and helpdesk_private.wants_notification(m.user_id, 'team_customer_replied')
    order by m.user_id limit 200
  loop
    perform helpdesk_private.notify('team_customer_replied', v_user_id, p_event.ticket_id, v_details);
  end loop;
end;
$$;
revoke all on function helpdesk_private.notify_of_message from public, anon, authenticated, service_role;

create function helpdesk_private.notify_of_note(p_event helpdesk.events)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_note helpdesk.notes;
  v_ticket helpdesk.tickets;
  v_user_id uuid;
begin
  select * into v_note from helpdesk.notes as n where n.note_id = (p_event.data ->> 'note_id')::uuid;
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_event.ticket_id;
  -- Without an author, it is a mail that somebody sent: it mentions nobody.
  if v_note.author_id is null or v_note.body !~ '@' then
    return;
  end if;
  foreach v_user_id in array (helpdesk_private.mentioned_in(v_note.body, v_ticket))[1:20] loop
    if v_user_id <> v_note.author_id then
      perform helpdesk_private.notify(
        'mentioned', v_user_id, p_event.ticket_id,
        jsonb_build_object('note_id', v_note.note_id, 'actor_id', v_note.author_id)
      );
    end if;
  end loop;
end;
$$;
revoke all on function helpdesk_private.notify_of_note from public, anon, authenticated, service_role;

create function helpdesk_private.notify_by_mail()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from helpdesk.email_channels as c where c.is_active) then
    return null;
  end if;
  case new.type
    when 'ticket.assigned' then
      if new.assigned_to is distinct from new.actor_id then
        perform helpdesk_private.notify(
          'assigned', new.assigned_to, new.ticket_id, jsonb_build_object('actor_id', new.actor_id)
        );
      end if;
    when 'message.created' then
      perform helpdesk_private.notify_of_message(new);
    else
      perform helpdesk_private.notify_of_note(new);
  end case;
  return null;
end;
$$;
comment on function helpdesk_private.notify_by_mail is
  'Queues the notifications of an event. Nobody is notified of what they did themselves.';
revoke all on function helpdesk_private.notify_by_mail from public, anon, authenticated, service_role;
create trigger notify_by_mail after insert on helpdesk.events
  for each row when (new.type in ('ticket.assigned', 'message.created', 'note.created'))
  execute function helpdesk_private.notify_by_mail();

create function helpdesk_private.notify_of_bounce()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_assignee uuid := (select t.assigned_to from helpdesk.tickets as t where t.ticket_id = new.ticket_id);
begin
  if v_assignee is not null then
    perform helpdesk_private.notify(
      'bounced', v_assignee, new.ticket_id, jsonb_build_object('bounced_email_id', new.email_id)
    );
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.notify_of_bounce is 'Whoever has the ticket learns that a reply did not arrive.';
revoke all on function helpdesk_private.notify_of_bounce from public, anon, authenticated, service_role;
create trigger notify_of_bounce after update of bounced_at, state on helpdesk.outbound_emails
  for each row when (
    new.kind = 'reply' and (
      (new.bounced_at is not null and old.bounced_at is null) or (new.state = 'failed' and old.state <> 'failed')
    )
  )
  execute function helpdesk_private.notify_of_bounce();


-- What is in them -----------------------------------------------------------------------------------------------------

create function helpdesk_private.shortened(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select case when char_length(p_text) > 5000 then left(p_text, 5000) || ' …' else p_text end;
$$;
revoke all on function helpdesk_private.shortened from public, anon, authenticated, service_role;

create function helpdesk_private.undelivered_words(p_reason text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- RFC 3463. Nothing else of what a server said: the recipient has chosen that server, or can forge its report.
  select coalesce(s.code || ', ', '') || case
    when s.code ~ '^[45]\.1\.(1|2|3|6|10)$' then 'there is no such mailbox'
    when s.code ~ '^[45]\.2\.2$' then 'the mailbox is full'
    when s.code ~ '^[45]\.2\.' then 'the mailbox takes no mail'
    when s.code ~ '^[45]\.3\.4$' then 'the mail is too large'
    when s.code ~ '^[45]\.4\.' then 'the server was not reached'
    when s.code ~ '^[45]\.7\.' then 'the server refuses such mail'
    else 'it was not delivered'
  end
  from substring(p_reason from '\m([45]\.[0-9]{1,3}\.[0-9]{1,3})\M') as s (code);
$$;
comment on function helpdesk_private.undelivered_words is
  'Why a mail was not delivered, in words of ours: the status code of the reason, and what it means.';
revoke all on function helpdesk_private.undelivered_words from public, anon, authenticated, service_role;

create function helpdesk_private.author_in_mail(p_message helpdesk.messages, p_locale text)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- A mail program has no badge, and staff believe a mail of the helpdesk.
  select p_message.author_name || case
    when not exists (
      select from helpdesk.inbound_emails as i
      where i.post_id = p_message.message_id and i.flags && '{sender_not_verified}'
    ) then ''
    when lower(p_locale) ~ '^de(-|$)' then ' (nicht bestätigt)'
    else ' (not verified)'
  end;
$$;
comment on function helpdesk_private.author_in_mail is
  'Who wrote a message, as a notification says it: also whether it came by a mail whose sender is not verified.';
revoke all on function helpdesk_private.author_in_mail from public, anon, authenticated, service_role;

create function helpdesk_private.notification_values(p_email helpdesk.outbound_emails, p_ticket helpdesk.tickets)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text := p_email.details ->> 'notification';
  v_locale text := helpdesk_private.locale_of(p_email.user_id);
  v_author text;
  v_text text;
begin
  if v_kind = 'mentioned' then
    select n.author_name, n.body into v_author, v_text
    from helpdesk.notes as n where n.note_id = (p_email.details ->> 'note_id')::uuid;
  elsif v_kind in ('customer_replied', 'team_customer_replied') then
    select
      string_agg(distinct helpdesk_private.author_in_mail(m, v_locale), ', '),
      string_agg(helpdesk_private.text_of_message(m), E'\n\n' order by m.sequence)
    into v_author, v_text
    from (
      select m.* from helpdesk.messages as m
      where m.ticket_id = p_email.ticket_id and m.author_kind = 'customer' and m.redacted_at is null
        and m.sequence >= (p_email.details ->> 'since')::bigint
      order by m.sequence limit 50
    ) as m;
  elsif v_kind = 'assigned' then
    select helpdesk_private.author_in_mail(m, v_locale), helpdesk_private.text_of_message(m) into v_author, v_text
    from helpdesk.messages as m
    where m.ticket_id = p_email.ticket_id and m.author_kind = 'customer' and m.redacted_at is null order by m.sequence desc limit 1;
    v_author := coalesce(v_author, helpdesk_private.display_name(p_ticket.created_by));
    v_text := coalesce(v_text, p_ticket.description);
  end if;
  return helpdesk_private.ticket_values(p_ticket) || jsonb_build_object(
    'recipient.name', (select u.name from helpdesk.users as u where u.user_id = p_email.user_id),
    'actor.name', helpdesk_private.display_name((p_email.details ->> 'actor_id')::uuid),
    'message.author', v_author, 'message.text', helpdesk_private.shortened(v_text),
    'problem', (
      select format('%s: %s', e.recipient, helpdesk_private.undelivered_words(coalesce(e.bounce_reason, e.problem)))
      from helpdesk.outbound_emails as e
      where e.email_id = (p_email.details ->> 'bounced_email_id')::uuid
    )
  );
end;
$$;
revoke all on function helpdesk_private.notification_values from public, anon, authenticated, service_role;

create function helpdesk_private.render_notification(p_email helpdesk.outbound_emails)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text := p_email.details ->> 'notification';
  v_ticket helpdesk.tickets;
  v_user helpdesk.users;
  v_dropped text;
  v_values jsonb;
  v_locale text;
  v_body jsonb;
begin
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_email.ticket_id;
  select * into v_user from helpdesk.users as u where u.user_id = p_email.user_id;
  v_dropped := case
    when v_ticket.ticket_id is null or helpdesk_private.works_ticket(v_user, v_ticket) is not true then 'no_longer_allowed'
    when not helpdesk_private.wants_notification(v_user.user_id, v_kind) then 'switched_off'
    when v_kind in ('assigned', 'customer_replied', 'bounced') and v_ticket.assigned_to is distinct from v_user.user_id
      then 'not_assigned_any_more'
    when v_user.email is distinct from p_email.recipient then 'address_changed'
    when not helpdesk_private.may_mail_automatically(p_email.recipient) then 'muted'
  end;
  if v_dropped is null then
    v_values := helpdesk_private.notification_values(p_email, v_ticket);
    if v_kind in ('customer_replied', 'team_customer_replied') and v_values ->> 'message.text' is null then
      v_dropped := 'redacted';
    end if;
  end if;
  if v_dropped is not null then
    return jsonb_build_object('dropped', v_dropped);
  end if;
  v_locale := helpdesk_private.locale_of(v_user.user_id);
  v_body := helpdesk_private.fill_email(
    helpdesk_private.email_template(
      case v_kind when 'team_customer_replied' then 'customer_replied' else v_kind end, v_locale
    ),
    v_values
  );
  if v_kind = 'mentioned' then
    -- An answer to a note is a note.
    return v_body || '{"reply_as": "note"}';
  elsif p_email.details ? 'tickets' then
    return helpdesk_private.with_further_tickets(v_body, p_email, v_locale);
  end if;
  return v_body;
end;
$$;
comment on function helpdesk_private.render_notification is
  'The mail as it is sent now: subject, text and html; or dropped, with the reason, for somebody who has lost the '
  'ticket or switched the notification off meanwhile.';
revoke all on function helpdesk_private.render_notification from public, anon, authenticated, service_role;
