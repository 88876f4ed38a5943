-- Acknowledgements: a new ticket that came by mail is answered once, with its number. Never to a program, a list, a
-- sender that is blocked, or an address that its domain disowns; and never with the words of somebody whose address is
-- not verified: whoever forges a sender must not be able to send their text to others through us.

insert into helpdesk_private.concepts (version, concept) values ('20261129000525', 'acknowledgements');

create function helpdesk_private.queue_acknowledgement(
  p_ticket_id uuid, p_recipient text, p_user_id uuid, p_is_verified boolean, p_problem text
)
returns void
language plpgsql
-- Definer: nobody queues mails directly. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem text := p_problem;
  v_email_id uuid;
begin
  if v_problem is null then
    -- Of two mails of one mailbox at once, the second counts the first.
    perform helpdesk_private.await_key('automatic_email', helpdesk_private.without_tag(p_recipient));
    v_problem := helpdesk_private.automatic_email_problem('acknowledgement', p_ticket_id, p_recipient, null);
  end if;
  if v_problem is null then
    v_email_id := helpdesk_private.enqueue_email(
      p_ticket_id, 'acknowledgement', null, p_recipient, p_user_id, null,
      jsonb_build_object('is_verified', p_is_verified, 'locale', helpdesk_private.locale_of(p_user_id))
    );
  end if;
  perform helpdesk_private.note_automatic_email(
    'acknowledgement', p_ticket_id, p_recipient, null, v_email_id, v_problem
  );
end;
$$;
revoke all on function helpdesk_private.queue_acknowledgement from public, anon, authenticated, service_role;

create function helpdesk_private.acknowledge_email()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_requester helpdesk.users;
begin
  if (select s.email_acknowledgements from helpdesk.settings as s) = 'none' then
    return null;
  end if;
  select u.* into v_requester from helpdesk.tickets as t
  inner join helpdesk.users as u on u.user_id = t.created_by
  where t.ticket_id = new.ticket_id;
  if not found or new.from_address is null then
    return null;
  end if;
  perform helpdesk_private.queue_acknowledgement(
    new.ticket_id, new.from_address, v_requester.user_id, new.verdict = 'pass',
    case
      when new.flags && '{loop}' then 'loop'
      when new.flags && '{list}' then 'mailing_list'
      when new.flags && '{automatic,automatic_reply,calendar_reply}' then 'automatic_mail'
      when new.verdict = 'fail' then 'sender_refused'
      when new.flags && '{forwarded_by_staff}' then 'forwarded_by_staff'
      when v_requester.role <> 'customer' then 'written_by_staff'
      when not v_requester.is_active then 'inactive_person'
      when new.from_address <> all(helpdesk_private.addresses_of(v_requester.user_id)) then 'not_the_requester'
      -- One mail to two teams is two tickets and one acknowledgement.
      when new.flags && '{several_teams}' then 'acknowledged_before'
    end
  );
  return null;
end;
$$;
revoke all on function helpdesk_private.acknowledge_email from public, anon, authenticated, service_role;
create trigger acknowledge_email after update of outcome on helpdesk.inbound_emails
  for each row when (new.outcome = 'created' and old.outcome is distinct from 'created')
  execute function helpdesk_private.acknowledge_email();

create function helpdesk_private.acknowledge_ticket()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_requester helpdesk.users;
begin
  if (select s.email_acknowledgements from helpdesk.settings as s) <> 'all'
    or not exists (select from helpdesk.email_channels as c where c.is_active) then
    return null;
  end if;
  select * into v_requester from helpdesk.users as u where u.user_id = new.requester_id;
  if v_requester.email is null or v_requester.role <> 'customer' or not v_requester.is_active then
    return null;
  end if;
  perform helpdesk_private.queue_acknowledgement(
    -- Whoever is signed in has a verified address. A program may write what anybody typed into a form.
    new.ticket_id, v_requester.email, v_requester.user_id, new.actor_id is not null, null
  );
  return null;
end;
$$;
revoke all on function helpdesk_private.acknowledge_ticket from public, anon, authenticated, service_role;
create trigger acknowledge_ticket after insert on helpdesk.events
  for each row when (new.type = 'ticket.created' and new.data ->> 'channel' <> 'email')
  execute function helpdesk_private.acknowledge_ticket();

create function helpdesk_private.render_acknowledgement(p_email helpdesk.outbound_emails)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_values jsonb;
begin
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_email.ticket_id;
  if v_ticket.ticket_id is null then
    return jsonb_build_object('dropped', 'ticket_deleted');
  elsif not helpdesk_private.may_mail_automatically(p_email.recipient) then
    return jsonb_build_object('dropped', 'muted');
  elsif helpdesk_private.is_blocked(p_email.recipient) then
    return jsonb_build_object('dropped', 'blocked');
  end if;
  -- The address in the console is for staff.
  v_values := helpdesk_private.ticket_values(v_ticket) - 'ticket.url';
  if p_email.details -> 'is_verified' = 'true' then
    v_values := v_values || jsonb_build_object(
      'recipient.name', (select u.name from helpdesk.users as u where u.user_id = v_ticket.created_by),
      'message.author', helpdesk_private.display_name(v_ticket.created_by),
      'message.text', helpdesk_private.shortened(v_ticket.description)
    );
  else
    v_values := v_values - 'ticket.subject' - 'requester.name';
  end if;
  return helpdesk_private.fill_email(
    helpdesk_private.email_template('acknowledgement', coalesce(p_email.locale, 'en')), v_values
  );
end;
$$;
comment on function helpdesk_private.render_acknowledgement is
  'The mail as it is sent now. To an address that is not verified: without the title, the text and the name, all of '
  'which somebody else may have written.';
revoke all on function helpdesk_private.render_acknowledgement from public, anon, authenticated, service_role;
