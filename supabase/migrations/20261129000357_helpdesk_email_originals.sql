-- E-mail in: the mail behind a message, behind a ticket, or any mail that staff may see. The function email-in asks
-- here in the name of whoever wants to see the HTML, and shows it cleaned.

insert into helpdesk_private.concepts (version, concept) values ('20261129000357', 'email_originals');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('email_removed', 410, 'The mail is not kept any more.', 'Its text was redacted. The conversation has what is left.');

create function helpdesk_private.find_original(p_inbound_id uuid, p_message_id uuid, p_ticket_id uuid)
returns helpdesk.inbound_emails
language plpgsql
stable
-- Definer: customers do not read mails themselves.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails;
  v_message helpdesk.messages;
  v_ticket helpdesk.tickets;
  v_role text;
begin
  if num_nonnulls(p_inbound_id, p_message_id, p_ticket_id) <> 1 then
    perform helpdesk_private.fail('invalid_value', 'name one of inbound_id, message_id and ticket_id');
  elsif p_inbound_id is not null then
    -- Also what became a note, waits in quarantine, or was recorded only.
    return helpdesk_private.find_email(p_inbound_id);
  elsif not helpdesk_private.is_service() then
    perform helpdesk_private.require_person();
  end if;
  if p_message_id is not null then
    select * into v_message from helpdesk.messages as m where m.message_id = p_message_id;
    select * into v_email from helpdesk.inbound_emails as i where i.post_id = v_message.message_id;
  else
    select * into v_email from helpdesk.inbound_emails as i
    where i.ticket_id = p_ticket_id and i.outcome = 'created' and i.post_id is null and i.note_id is null
    order by i.received_at, i.inbound_id limit 1;
  end if;
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = coalesce(v_message.ticket_id, p_ticket_id);
  v_role := helpdesk_private.role_on_ticket(v_ticket);
  if v_ticket.ticket_id is null or coalesce(v_role, 'assistant') = 'assistant' then
    perform helpdesk_private.fail(case when p_message_id is null then 'ticket_not_found' else 'message_not_found' end);
  elsif v_email.inbound_id is null or v_role = 'customer' and not coalesce(
    -- The whole mail of somebody of staff may quote what only staff have read.
    case
      when p_message_id is not null then v_message.author_kind = 'customer'
      else v_email.author_id = v_ticket.created_by
    end,
    false
  ) then
    perform helpdesk_private.fail('email_not_found');
  end if;
  return v_email;
end;
$$;
comment on function helpdesk_private.find_original is
  'The mail, if the caller sees what it became; a requester those of customers only. An absent message and one that '
  'the caller may not see give the same error, and so do tickets.';
revoke all on function helpdesk_private.find_original from public, anon, authenticated, service_role;

create function helpdesk_private.shown_parts(p_email helpdesk.inbound_emails)
returns jsonb
language sql
stable
-- Definer: as find_original().
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(p.part order by p.part), '[]')
  from (
    select f.file ->> 'part' as part
    from helpdesk.inbound_emails as i
    cross join lateral jsonb_array_elements(coalesce(i.evidence -> 'files', '[]')) as f (file)
    inner join helpdesk.attachments as a on a.attachment_id = (f.file ->> 'attachment_id')::uuid
    where i.raw_key = p_email.raw_key or i.inbound_id = (p_email.evidence ->> 'first_delivery')::uuid
    group by f.file ->> 'part'
    having bool_or(a.state in ('clean', 'unchecked'))
      -- On whichever ticket it was deleted: the bytes are the same.
      and not bool_or(
        a.state = 'deleted' or (a.state = 'rejected' and coalesce(a.reason, '') not in ('too_large', 'too_many'))
      )
  ) as p;
$$;
comment on function helpdesk_private.shown_parts is
  'The parts of a mail whose files may be downloaded: no other picture of it is shown in its HTML, and none before its '
  'check has ended.';
revoke all on function helpdesk_private.shown_parts from public, anon, authenticated, service_role;

create function helpdesk_private.original_email(p_inbound_id uuid, p_message_id uuid, p_ticket_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- What the function email-in parses by itself.
  c_parsed_bytes constant bigint := 10485760;
  v_email helpdesk.inbound_emails := helpdesk_private.find_original(p_inbound_id, p_message_id, p_ticket_id);
begin
  -- The bytes of a mail that was delivered to several tickets are one file.
  if v_email.redacted_at is not null or v_email.raw_deleted_at is not null or exists (
    select from helpdesk.inbound_emails as i where i.raw_key = v_email.raw_key and i.redacted_at is not null
  ) then
    perform helpdesk_private.fail('email_removed');
  end if;
  return jsonb_build_object(
    'inbound_id', v_email.inbound_id, 'raw_key', v_email.raw_key, 'size', v_email.size,
    'has_html', case when v_email.outcome is not null then v_email.has_html end,
    'shown', helpdesk_private.shown_parts(v_email),
    'html', case
      when v_email.size > c_parsed_bytes and v_email.has_html then (
        select r.mail ->> 'html' from helpdesk.inbound_emails as i
        inner join helpdesk_private.received_emails as r using (inbound_id)
        where i.raw_key = v_email.raw_key and r.mail is not null
        order by i.inbound_id limit 1
      )
    end
  );
end;
$$;
revoke all on function helpdesk_private.original_email from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.original_email to authenticated, service_role;

create function helpdesk.original_email(
  inbound_id uuid default null, message_id uuid default null, ticket_id uuid default null
)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.original_email(
    original_email.inbound_id, original_email.message_id, original_email.ticket_id
  );
$$;
comment on function helpdesk.original_email is
  'For the function email-in, which shows the HTML of a mail: the mail behind a message, the mail that opened a '
  'ticket, or, for staff, any mail. Returns inbound_id, raw_key, size, has_html (null while the mail is not '
  'parsed), shown (the parts whose files may be downloaded: no other picture is shown) and, of a mail of more than '
  '10 MB, html, which is not cleaned. Whoever sees what the mail became may ask; a requester for mails of customers '
  'only.';
revoke all on function helpdesk.original_email from public, anon, authenticated, service_role;
grant execute on function helpdesk.original_email to authenticated, service_role;
