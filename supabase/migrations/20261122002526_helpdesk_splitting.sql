-- Splitting: a message about another matter becomes a ticket of its own. The message stays where it was written, with
-- its files and its readers; its text is the new ticket's description, and a link leads back. A merge undoes it.

insert into helpdesk_private.concepts (version, concept) values ('20261122002526', 'splitting');

create function helpdesk_private.split_ticket(p_message_id uuid, p_title text, p_ticket_id uuid)
returns helpdesk.tickets
language plpgsql
-- Definer: reads the message for those who work its ticket, in whatever team that is.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message helpdesk.messages;
  v_source helpdesk.tickets;
  v_new helpdesk.tickets;
begin
  perform helpdesk_private.require_role('agent', 'admin');
  select * into v_message from helpdesk.messages as m where m.message_id = p_message_id;
  select * into v_source from helpdesk.tickets as t where t.ticket_id = v_message.ticket_id;
  if v_source.ticket_id is null or coalesce(helpdesk_private.role_on_ticket(v_source), 'customer') = 'customer' then
    perform helpdesk_private.fail('message_not_found');
  elsif v_message.redacted_at is not null then
    perform helpdesk_private.fail('invalid_value', 'message_id: the message is redacted.');
  end if;
  v_new.ticket_id := coalesce(p_ticket_id, gen_random_uuid());
  v_new.title := coalesce(
    p_title, nullif(left(helpdesk_private.clean_name(split_part(v_message.body, chr(10), 1)), 300), ''),
    format('Follow-up of %s', v_source.number)
  );
  v_new.description := v_message.body;
  v_new.priority := v_source.priority;
  v_new.team_id := v_source.team_id;
  v_new.created_by := v_source.created_by;
  v_new.channel := v_source.channel;
  v_new.custom_fields := '{}';
  v_new := helpdesk_private.create_ticket(v_new, '{}');
  perform helpdesk_private.link_tickets(
    v_new.ticket_id, 'follow_up_of', helpdesk_private.living_ticket_id(v_source.ticket_id)
  );
  return v_new;
end;
$$;
revoke all on function helpdesk_private.split_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.split_ticket to authenticated, service_role;

create function helpdesk.split_ticket(message_id uuid, title text default null, ticket_id uuid default null)
returns helpdesk.tickets
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.split_ticket(split_ticket.message_id, split_ticket.title, split_ticket.ticket_id);
$$;
comment on function helpdesk.split_ticket is
  'Members of the ticket''s team and admins: opens a ticket from a message, with its text as description, for the same '
  'requester and in the same queue, and links it as follow_up_of the ticket. The message stays. Without a title, the '
  'first line of the message is the title. Repeat it with the same ticket_id: there is one ticket.';
revoke all on function helpdesk.split_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.split_ticket to authenticated, service_role;
