-- Notifications of assignments: whoever is assigned many tickets in one request receives one mail. It is about the
-- first of them, and names the others.

insert into helpdesk_private.concepts (version, concept) values ('20261129000522', 'assignments');

create function helpdesk_private.joins_assignment(p_user helpdesk.users, p_ticket_id uuid)
returns boolean
language plpgsql
-- Definer: nobody writes mails directly. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.outbound_emails;
begin
  -- A mail of this very transaction: no sender can have it yet.
  select * into v_email from helpdesk.outbound_emails as e
  where e.recipient = p_user.email and e.created_at >= now() and e.user_id = p_user.user_id
    and e.kind = 'notification' and e.state = 'queued' and e.details ->> 'notification' = 'assigned'
    and e.details ->> 'operation' = pg_current_xact_id()::text
  limit 1;
  if not found then
    return false;
  elsif v_email.ticket_id <> p_ticket_id and not coalesce(v_email.details -> 'tickets' ? p_ticket_id::text, false) then
    update helpdesk.outbound_emails as e
    set details = e.details || jsonb_build_object(
      'tickets', coalesce(e.details -> 'tickets', '[]') || to_jsonb(p_ticket_id)
    )
    where e.email_id = v_email.email_id;
  end if;
  return true;
end;
$$;
comment on function helpdesk_private.joins_assignment is
  'Whether this transaction has queued a mail that tells this person of an assignment, which then names the ticket, '
  'too.';
revoke all on function helpdesk_private.joins_assignment from public, anon, authenticated, service_role;

create function helpdesk_private.assigned_tickets(p_email helpdesk.outbound_emails)
returns setof helpdesk.tickets
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select t.*
  from (
    select p_email.ticket_id, 0 as place
    union all
    select n.id::uuid, n.place from jsonb_array_elements_text(p_email.details -> 'tickets') with ordinality as n (id, place)
  ) as l
  inner join helpdesk.tickets as t using (ticket_id)
  inner join helpdesk.users as u on u.user_id = p_email.user_id
  where t.assigned_to = u.user_id and helpdesk_private.works_ticket(u, t)
  order by l.place;
$$;
comment on function helpdesk_private.assigned_tickets is
  'The tickets that a notification of assignments names, as far as they are still assigned to its recipient.';
revoke all on function helpdesk_private.assigned_tickets from public, anon, authenticated, service_role;

create function helpdesk_private.retarget_assignment(p_email helpdesk.outbound_emails)
returns helpdesk.outbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
begin
  select * into v_ticket from helpdesk_private.assigned_tickets(p_email) limit 1;
  if v_ticket.ticket_id is null or v_ticket.ticket_id = p_email.ticket_id then
    return p_email;
  end if;
  update helpdesk.outbound_emails as e
  set ticket_id = v_ticket.ticket_id,
      subject = helpdesk_private.reply_subject(v_ticket, e.recipient, e.user_id),
      details = e.details || jsonb_build_object('tickets', (e.details -> 'tickets') - v_ticket.ticket_id::text)
  where e.email_id = p_email.email_id
  returning * into p_email;
  return p_email;
end;
$$;
comment on function helpdesk_private.retarget_assignment is
  'The mail, about the first of its tickets that is still assigned to its recipient: its reply address is '
  'that ticket''s.';
revoke all on function helpdesk_private.retarget_assignment from public, anon, authenticated, service_role;

create function helpdesk_private.with_further_tickets(
  p_body jsonb, p_email helpdesk.outbound_emails, p_locale text
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with further as (
    select
      concat_ws(' ', format('#%s %s', t.number, t.title), helpdesk_private.ticket_values(t) ->> 'ticket.url') as line,
      row_number() over () as place
    from helpdesk_private.assigned_tickets(p_email) as t
    where t.ticket_id <> p_email.ticket_id
  ),
  told as (
    select
      count(*) as amount,
      case when p_locale like 'de%' then 'Außerdem wurden Ihnen zugewiesen:' else 'Also assigned to you:' end
      || E'\n' || string_agg(f.line, E'\n' order by f.place) filter (where f.place <= 50)
      || case when count(*) > 50 then E'\n…' else '' end as words
    from further as f
  )
  select case
    when t.amount = 0 then p_body
    else p_body || jsonb_build_object(
      'subject', format('%s (+%s)', p_body ->> 'subject', t.amount),
      'text', concat_ws(E'\n\n', p_body ->> 'text', t.words),
      'html', concat(p_body ->> 'html', E'\n<p>\n', replace(helpdesk_private.html_escaped(t.words), E'\n', E'<br>\n'), E'\n</p>')
    )
  end
  from told as t;
$$;
comment on function helpdesk_private.with_further_tickets is
  'The mail with a line for each further ticket, at most fifty.';
revoke all on function helpdesk_private.with_further_tickets from public, anon, authenticated, service_role;
