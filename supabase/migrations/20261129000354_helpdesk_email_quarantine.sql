-- E-mail in: what people decide on mails in quarantine, and the sentence that explains each decision. Those who work
-- the ticket that a mail names, or its team, decide.

insert into helpdesk_private.concepts (version, concept) values ('20261129000354', 'email_quarantine');

create function helpdesk_private.find_email(p_inbound_id uuid)
returns helpdesk.inbound_emails
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails;
  v_ticket helpdesk.tickets;
  v_sees boolean;
begin
  perform helpdesk_private.require_role('agent', 'admin');
  select * into v_email from helpdesk.inbound_emails as i where i.inbound_id = p_inbound_id;
  if v_email.ticket_id is not null then
    select * into v_ticket from helpdesk.tickets as t where t.ticket_id = v_email.ticket_id;
    v_sees := coalesce(helpdesk_private.role_on_ticket(v_ticket), 'customer') in ('agent', 'admin', 'system');
  else
    v_sees := v_email.inbound_id is not null and (
      helpdesk_private.is_service() or helpdesk_private.my_role() = 'admin'
      or v_email.team_id in (select helpdesk_private.my_team_ids())
    );
  end if;
  if not coalesce(v_sees, false) then
    perform helpdesk_private.fail('email_not_found');
  end if;
  return v_email;
end;
$$;
comment on function helpdesk_private.find_email is
  'The mail, if the caller works its ticket or, without one, its team. An absent mail and a mail that the caller may '
  'not see give the same error.';
revoke all on function helpdesk_private.find_email from public, anon, authenticated, service_role;

create function helpdesk_private.lock_quarantined(p_inbound_id uuid)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails := helpdesk_private.find_email(p_inbound_id);
begin
  -- The ticket first, as everybody who writes to one.
  perform from helpdesk.tickets as t where t.ticket_id = v_email.ticket_id for no key update;
  perform from helpdesk.inbound_emails as i where i.inbound_id = p_inbound_id for no key update;
  v_email := helpdesk_private.find_email(p_inbound_id);
  if v_email.outcome is distinct from 'quarantined' then
    perform helpdesk_private.fail('not_quarantined');
  end if;
  return v_email;
end;
$$;
revoke all on function helpdesk_private.lock_quarantined from public, anon, authenticated, service_role;

create function helpdesk_private.settle_quarantined(p_email helpdesk.inbound_emails, p_outcome text, p_reason text)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update helpdesk.inbound_emails as i
  set outcome = p_outcome, reason = p_reason, decided_at = clock_timestamp(),
      decided_by = case when not helpdesk_private.is_service() then helpdesk_private.me() end,
      evidence = i.evidence || jsonb_build_object('quarantined_for', i.reason)
  where i.inbound_id = p_email.inbound_id
  returning * into p_email;
  if p_outcome in ('appended', 'created') then
    perform helpdesk_private.remember_email_id(p_email.message_id, 'received', p_email.ticket_id, p_email.post_id);
  end if;
  return p_email;
end;
$$;
revoke all on function helpdesk_private.settle_quarantined from public, anon, authenticated, service_role;

create function helpdesk_private.accept_quarantined(p_inbound_id uuid)
returns helpdesk.inbound_emails
language plpgsql
-- Definer: nobody writes mails and messages directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails := helpdesk_private.lock_quarantined(p_inbound_id);
  v_author helpdesk.users := helpdesk_private.person_of_address(v_email.from_address);
  v_ticket helpdesk.tickets;
begin
  if v_email.ticket_id is null then
    perform helpdesk_private.fail(
      'invalid_value', 'mail names no ticket', 'Open a new ticket from it.'
    );
  end if;
  v_ticket := helpdesk_private.lock_for_reply(v_email.ticket_id);
  v_email.flags := v_email.flags || 'sender_not_verified'::text;
  if v_email.from_address is null or coalesce(v_author.role, 'customer') <> 'customer' then
    -- Nobody's word, or somebody of staff who was not proved to be the author: for staff to read.
    perform helpdesk_private.note_email(v_email, v_ticket, null, 'An e-mail whose author is not verified:');
  else
    v_author := helpdesk_private.person_for_address(v_email.from_address, v_email.from_name);
    perform helpdesk_private.post_email(
      v_email, v_ticket, v_author.user_id, 'customer', helpdesk_private.display_name(v_author.user_id)
    );
    if v_author.user_id <> v_ticket.created_by then
      perform helpdesk_private.add_writer(v_email, v_ticket, false);
    end if;
  end if;
  return helpdesk_private.settle_quarantined(v_email, 'appended', 'accepted');
end;
$$;
revoke all on function helpdesk_private.accept_quarantined from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.accept_quarantined to authenticated, service_role;

create function helpdesk.accept_quarantined(inbound_id uuid)
returns helpdesk.inbound_emails
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.accept_quarantined(accept_quarantined.inbound_id);
$$;
comment on function helpdesk.accept_quarantined is
  'Those who work the ticket: adds a mail in quarantine to the ticket that it names, as a message of its sender. A '
  'mail without a sender, or from an address of staff, becomes an internal note.';
revoke all on function helpdesk.accept_quarantined from public, anon, authenticated, service_role;
grant execute on function helpdesk.accept_quarantined to authenticated, service_role;

create function helpdesk_private.quarantine_to_ticket(p_inbound_id uuid, p_requester_id uuid)
returns helpdesk.inbound_emails
language plpgsql
-- Definer: nobody writes mails directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails := helpdesk_private.lock_quarantined(p_inbound_id);
  v_requester helpdesk.users := helpdesk_private.person_of_address(v_email.from_address);
  v_team_id uuid := coalesce(
    (select t.team_id from helpdesk.tickets as t where t.ticket_id = v_email.ticket_id), v_email.team_id
  );
begin
  if p_requester_id is not null then
    select * into v_requester from helpdesk.users as u where u.user_id = p_requester_id;
    if not found then
      perform helpdesk_private.fail('user_not_found');
    end if;
  elsif v_email.from_address is null or coalesce(v_requester.role, 'customer') <> 'customer' then
    perform helpdesk_private.fail(
      'invalid_value', 'requester_id is missing', 'The mail does not say who wrote it, or says that staff did.'
    );
  else
    v_requester := helpdesk_private.person_for_address(v_email.from_address, v_email.from_name);
  end if;
  if v_email.verdict is distinct from 'pass' then
    v_email.flags := v_email.flags || 'sender_not_verified'::text;
  end if;
  perform helpdesk_private.open_email_ticket(v_email, v_requester.user_id, v_team_id);
  return helpdesk_private.settle_quarantined(v_email, 'created', 'accepted_as_ticket');
end;
$$;
revoke all on function helpdesk_private.quarantine_to_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.quarantine_to_ticket to authenticated, service_role;

create function helpdesk.quarantine_to_ticket(inbound_id uuid, requester_id uuid default null)
returns helpdesk.inbound_emails
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.quarantine_to_ticket(
    quarantine_to_ticket.inbound_id, quarantine_to_ticket.requester_id
  );
$$;
comment on function helpdesk.quarantine_to_ticket is
  'Those who work the ticket or the team: opens a new ticket from a mail in quarantine. requester_id: for a mail that '
  'does not say who wrote it; otherwise its sender.';
revoke all on function helpdesk.quarantine_to_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.quarantine_to_ticket to authenticated, service_role;

create function helpdesk_private.mark_spam(p_inbound_id uuid)
returns helpdesk.inbound_emails
language sql
-- Definer: nobody writes mails directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.settle_quarantined(helpdesk_private.lock_quarantined(p_inbound_id), 'spam', 'marked');
$$;
revoke all on function helpdesk_private.mark_spam from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.mark_spam to authenticated, service_role;

create function helpdesk.mark_spam(inbound_id uuid)
returns helpdesk.inbound_emails
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.mark_spam(mark_spam.inbound_id);
$$;
comment on function helpdesk.mark_spam is
  'Those who work the ticket or the team: ends a mail in quarantine as spam. The mail is kept; its sender is not '
  'blocked: admins add blocks.';
revoke all on function helpdesk.mark_spam from public, anon, authenticated, service_role;
grant execute on function helpdesk.mark_spam to authenticated, service_role;

create function helpdesk.decide_quarantined(inbound_ids uuid[], decision text)
returns jsonb
language plpgsql
-- Invoker: each mail is decided on by the function for one mail, with the caller's rights.
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
  v_email helpdesk.inbound_emails;
  v_results jsonb[] := '{}';
  v_state text;
  v_message text;
  v_detail text;
  v_hint text;
begin
  perform helpdesk_private.text_among('decision', coalesce(decision, ''), 'accept', 'ticket', 'spam');
  if inbound_ids is null or cardinality(inbound_ids) > 200 then
    perform helpdesk_private.fail('too_many', 'inbound_ids: at most 200 in one request.');
  end if;
  -- In the order of their ids, as everybody who locks several tickets.
  perform from helpdesk.tickets as t
  where t.ticket_id in (select i.ticket_id from helpdesk.inbound_emails as i where i.inbound_id = any(inbound_ids))
  order by t.ticket_id for no key update;
  foreach v_id in array inbound_ids loop
    begin
      v_email := case decision
        when 'accept' then helpdesk_private.accept_quarantined(v_id)
        when 'ticket' then helpdesk_private.quarantine_to_ticket(v_id, null)
        else helpdesk_private.mark_spam(v_id)
      end;
      v_results := v_results || jsonb_build_object('ok', true, 'value', to_jsonb(v_email) - '{body,evidence}'::text[]);
    exception
      when lock_not_available or serialization_failure or deadlock_detected then
        -- Not this mail's fault: the whole request is repeated.
        raise;
      when others then
        get stacked diagnostics
          v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail,
          v_hint = pg_exception_hint;
        v_results := v_results || jsonb_build_object('ok', false, 'error', jsonb_build_object(
          'code', v_state, 'message', v_message,
          -- Other details repeat values of rows.
          'details', case when v_detail like 'helpdesk.%' then v_detail end,
          'hint', case when v_detail like 'helpdesk.%' then v_hint end
        ));
    end;
  end loop;
  return to_jsonb(v_results);
end;
$$;
comment on function helpdesk.decide_quarantined is
  'Those who work the tickets or the teams: one decision on at most 200 mails in quarantine: accept, ticket (a new one '
  'each, of its sender) or spam. Returns a result for each, in the same order: {"ok": true, "value": the mail without '
  'its text} or {"ok": false, "error": {code, message, details, hint}}. A mail that is refused stays in quarantine.';
revoke all on function helpdesk.decide_quarantined from public, anon, authenticated, service_role;
grant execute on function helpdesk.decide_quarantined to authenticated, service_role;


-- The explanation -----------------------------------------------------------------------------------------------------

create function helpdesk_private.explain_email(p_inbound_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails := helpdesk_private.find_email(p_inbound_id);
  v_hit jsonb := v_email.evidence #> '{hits,0}';
  -- Null without a ticket, and so is each text that is joined with it by ||.
  v_ticket text := ' ticket ' || (select t.number from helpdesk.tickets as t where t.ticket_id = v_email.ticket_id);
  v_refused text := case v_hit ->> 'refused'
    when 'not_a_participant' then 'it names a mail in which the sender had no part'
    when 'not_a_participant_of_a_reference' then 'it refers to a mail in which the sender had no part'
    when 'forwarded' then 'it is a forward, and so no answer'
    when 'other_mailbox' then 'it came to the address of another team'
    else v_hit ->> 'refused'
  end;
  v_why text := case coalesce(v_email.evidence ->> 'quarantined_for', v_email.reason)
    when 'token' then 'it was sent to a reply address of the ticket'
    when 'in_reply_to' then 'In-Reply-To names a mail of the ticket'
    when 'references' then 'References name a mail of the ticket'
    when 'body_token' then 'its text has a reference of the ticket'
    when 'names_no_ticket' then 'it names no ticket'
    when 'ticket_closed_before' then 'the ticket that it names was closed'
    when 'other_subject' then 'it names a ticket by References alone, and has another subject'
    when 'forwarded_by_staff' then 'staff forwarded it'
    when 'reply_of_staff' then 'staff sent it to their own reply address, verified'
    when 'note_of_staff' then 'staff sent it to their own address for notes, verified'
    when 'sent_outside' then 'staff wrote it to the requester outside the helpdesk, verified'
    when 'staff_not_verified' then 'it says that it is from staff, and that is not proved'
    when 'reply_address_of_staff' then 'it came to a reply address of staff from another address'
    when 'author_unknown' then 'From does not name one author'
    when 'our_own_address' then 'From is an address of this helpdesk'
    when 'sender_refused_by_its_domain' then 'the domain of its sender says that the mail is not its own'
    when 'inactive_person' then 'its sender is deactivated'
    when 'assistant_address' then 'its sender is an assistant'
    when 'names_mail_of_others' then 'it names a mail that its sender had no part in'
    when 'sender_per_hour' then format(
      'its sender has opened %s tickets within an hour, and %s are permitted',
      v_email.evidence #>> '{opened,count}', v_email.evidence #>> '{opened,permitted}'
    )
    when 'domain_per_hour' then format(
      'unknown senders of its domain have opened %s tickets within an hour, and %s are permitted',
      v_email.evidence #>> '{opened,count}', v_email.evidence #>> '{opened,permitted}'
    )
    when 'channel_per_hour' then format(
      'unknown senders have opened %s tickets within an hour at this address, and %s are permitted',
      v_email.evidence #>> '{opened,count}', v_email.evidence #>> '{opened,permitted}'
    )
    when 'sender_blocked' then 'its sender is blocked'
    when 'delivered_again' then 'the same mail was delivered before'
    when 'sent_by_us' then 'this helpdesk sent it'
    when 'names_our_mail' then 'it is a report about a mail of ours'
    when 'names_no_mail_of_ours' then 'it is a report about no mail of ours'
    when 'automatic_reply' then 'it is an automatic reply'
    when 'calendar_reply' then 'it is the answer to an invitation'
    else v_email.reason
  end;
begin
  return helpdesk_private.one_line(concat_ws(
    ' ',
    format('The mail from %s', coalesce(v_email.from_address, 'an unknown sender')),
    case coalesce(v_email.outcome, '')
      when 'appended' then case
        when v_email.note_id is not null then 'became an internal note on' else 'was added to'
      end || coalesce(v_ticket, ' a ticket that is gone')
      when 'created' then 'opened' || coalesce(v_ticket, ' a ticket that is gone')
      when 'quarantined' then coalesce('waits in quarantine beside' || v_ticket, 'waits in quarantine')
      when 'duplicate' then 'was not taken again'
      when 'bounce' then 'was recorded as a bounce'
      when 'receipt' then 'was recorded as a receipt'
      when 'complaint' then 'was recorded as a complaint'
      when 'automatic' then coalesce('was recorded beside' || v_ticket, 'was recorded')
      when 'own_copy' then 'was ignored as a copy of our own'
      when 'blocked' then 'was kept and opened no ticket'
      when 'spam' then 'was marked as spam'
      when 'failed' then 'could not be taken'
      else 'waits to be parsed'
    end,
    'because ' || v_why || case
      when v_email.reason like 'accepted%' then format(
        ', and %s accepted it', helpdesk_private.display_name(v_email.decided_by)
      )
      else ''
    end
  ) || case v_email.verdict
    when 'pass' then '; the domain of the sender vouches for it'
    when 'fail' then '; the domain of the sender refuses it'
    when 'none' then '; nobody vouches for the sender'
    else ''
  end || case
    when v_email.flags && '{subject_changed}' then '; its subject differs from the ticket''s' else ''
  end || case
    when v_email.flags && '{not_who_we_wrote_to}' then '; we had not written to this address' else ''
  end || case
    when v_refused is not null then format('; refused evidence: %s', v_refused) else ''
  end || '.');
end;
$$;
revoke all on function helpdesk_private.explain_email from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.explain_email to authenticated, service_role;

create function helpdesk.explain_email(inbound_id uuid)
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.explain_email(explain_email.inbound_id);
$$;
comment on function helpdesk.explain_email is
  'Those who work the ticket or the team: one sentence that says what became of a mail, and why.';
revoke all on function helpdesk.explain_email from public, anon, authenticated, service_role;
grant execute on function helpdesk.explain_email to authenticated, service_role;
