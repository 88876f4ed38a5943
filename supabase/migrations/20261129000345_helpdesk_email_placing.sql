-- E-mail in: where a mail of a known author goes: into the ticket that it names, into a new ticket linked to that one,
-- or into a new ticket.

insert into helpdesk_private.concepts (version, concept) values ('20261129000345', 'email_placing');

create function helpdesk_private.is_over(p_ticket helpdesk.tickets)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select (p_ticket).status = 'closed' and (p_ticket).merged_into is null
    and (p_ticket).closed_at < clock_timestamp() - make_interval(
      days => (select s.email_reopen_days from helpdesk.settings as s)
    );
$$;
comment on function helpdesk_private.is_over is
  'Whether the ticket was closed so long ago that a mail does not open it.';
revoke all on function helpdesk_private.is_over from public, anon, authenticated, service_role;

create function helpdesk_private.place_new(p_email helpdesk.inbound_emails, p_mail jsonb, p_old helpdesk.tickets)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author helpdesk.users := helpdesk_private.person_of_address(p_email.from_address);
  v_requester helpdesk.users;
  v_claimed text := helpdesk_private.mail_address(p_mail #>> '{forwarded,from,address}');
  v_ticket helpdesk.tickets;
begin
  if v_author.role in ('agent', 'admin') and p_email.verdict <> 'pass' then
    p_email.outcome := 'quarantined';
    p_email.reason := 'staff_not_verified';
    return p_email;
  end if;
  p_email := helpdesk_private.judge_amount(p_email, v_author);
  if p_email.outcome is not null then
    return p_email;
  end if;
  v_requester := helpdesk_private.person_for_address(p_email.from_address, p_email.from_name);
  p_email.reason := 'names_no_ticket';
  if v_author.role in ('agent', 'admin') and v_claimed is not null
    and coalesce((helpdesk_private.person_of_address(v_claimed)).role, 'customer') = 'customer'
    and coalesce((helpdesk_private.person_of_address(v_claimed)).is_active, true) then
    -- Nobody but staff may open a ticket for somebody else. The address is what the forwarded text claims.
    v_requester := helpdesk_private.person_for_address(v_claimed, p_mail #>> '{forwarded,from,name}');
    p_email.flags := p_email.flags || array['forwarded_by_staff', 'sender_not_verified'];
    p_email.reason := 'forwarded_by_staff';
  elsif p_email.verdict <> 'pass' then
    p_email.flags := p_email.flags || 'sender_not_verified'::text;
  end if;
  p_email.author_id := coalesce(v_author.user_id, v_requester.user_id);
  v_ticket := helpdesk_private.open_email_ticket(
    p_email, v_requester.user_id, coalesce(p_old.team_id, p_email.team_id)
  );
  p_email.ticket_id := v_ticket.ticket_id;
  p_email.outcome := 'created';
  if p_old.ticket_id is not null then
    p_email.reason := case
      when p_old.status = 'closed' then 'ticket_closed_before' else 'other_subject'
    end;
    if p_old.merged_into is null then
      perform helpdesk_private.add_link(v_ticket, 'follow_up_of', p_old, null);
    end if;
  end if;
  if v_requester.user_id = p_email.author_id then
    perform helpdesk_private.add_copied(p_email, v_ticket, p_mail);
  end if;
  perform helpdesk_private.remember_mail(p_email, p_mail);
  return p_email;
end;
$$;
comment on function helpdesk_private.place_new is
  'A new ticket, linked to an old one that the mail continues; or none, if there are too many.';
revoke all on function helpdesk_private.place_new from public, anon, authenticated, service_role;

create function helpdesk_private.place_staff(
  p_email helpdesk.inbound_emails, p_mail jsonb, p_ticket helpdesk.tickets, p_hit helpdesk_private.email_hit
)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_author helpdesk.users := helpdesk_private.person_of_address(p_email.from_address);
  v_works boolean := helpdesk_private.works_ticket(v_author, p_ticket) and p_email.verdict = 'pass';
  v_own_token boolean := p_hit.rank = 1 and p_hit.token_user_id = v_author.user_id;
begin
  p_email.outcome := 'appended';
  p_email.trimmed_from := helpdesk_private.folded_from(p_email, p_ticket.ticket_id);
  if v_works and v_own_token and p_hit.as_note then
    p_email.reason := 'note_of_staff';
    p_email.note_id := helpdesk_private.note_email(p_email, p_ticket, v_author.user_id, null);
  elsif v_works and v_own_token and not helpdesk_private.is_over(p_ticket) then
    p_email.reason := 'reply_of_staff';
    p_email.post_id := helpdesk_private.post_email(
      p_email, p_ticket, v_author.user_id, 'staff', helpdesk_private.display_name(v_author.user_id)
    );
  elsif v_works and not helpdesk_private.is_over(p_ticket)
    and p_email.recipients && helpdesk_private.addresses_of(p_ticket.created_by) then
    -- Written to the requester outside the helpdesk: recorded, and not sent again.
    p_email.flags := p_email.flags || 'sent_outside'::text;
    p_email.reason := 'sent_outside';
    p_email.post_id := helpdesk_private.post_email(
      p_email, p_ticket, v_author.user_id, 'staff', helpdesk_private.display_name(v_author.user_id)
    );
  else
    p_email.flags := p_email.flags || 'staff_not_verified'::text;
    p_email.reason := 'staff_not_verified';
    p_email.note_id := helpdesk_private.note_email(
      p_email, p_ticket, null, format('This e-mail says that it is from %s. That is not verified.', p_email.from_address)
    );
  end if;
  p_email.ticket_id := p_ticket.ticket_id;
  perform helpdesk_private.remember_mail(p_email, p_mail);
  return p_email;
end;
$$;
comment on function helpdesk_private.place_staff is
  'A mail from an address of staff acts only with a verified sender, their own reply address, and work on the ticket '
  'at this moment. Anything less is an internal note without an author.';
revoke all on function helpdesk_private.place_staff from public, anon, authenticated, service_role;

create function helpdesk_private.place_in_ticket(
  p_email helpdesk.inbound_emails, p_mail jsonb, p_hit helpdesk_private.email_hit
)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets := helpdesk_private.lock_for_reply(p_hit.ticket_id);
  v_author helpdesk.users := helpdesk_private.person_of_address(p_email.from_address);
  v_other_subject boolean := helpdesk_private.subject_differs(v_ticket, p_email.subject);
  v_is_requester boolean := coalesce(v_author.user_id = v_ticket.created_by, false);
  v_takes_part boolean;
begin
  p_email.ticket_id := v_ticket.ticket_id;
  if v_author.role in ('agent', 'admin') and not v_is_requester then
    return helpdesk_private.place_staff(p_email, p_mail, v_ticket, p_hit);
  elsif p_email.flags && '{automatic_reply,calendar_reply}' then
    p_email.outcome := 'automatic';
    p_email.reason := case when p_email.flags && '{calendar_reply}' then 'calendar_reply' else 'automatic_reply' end;
    p_email.note_id := helpdesk_private.note_email(p_email, v_ticket, null, 'An automatic reply:');
    perform helpdesk_private.remember_mail(p_email, p_mail);
    return p_email;
  elsif (select u.role from helpdesk.users as u where u.user_id = p_hit.token_user_id) in ('agent', 'admin')
    and p_hit.token_user_id <> v_ticket.created_by then
    -- The reply address of somebody of staff, in the hands of another address.
    p_email.outcome := 'appended';
    p_email.flags := p_email.flags || 'staff_not_verified'::text;
    p_email.reason := 'reply_address_of_staff';
    p_email.note_id := helpdesk_private.note_email(
      p_email, v_ticket, null,
      format('This e-mail from %s came to a reply address of staff. Who wrote it is not verified.', p_email.from_address)
    );
    perform helpdesk_private.remember_mail(p_email, p_mail);
    return p_email;
  elsif helpdesk_private.is_over(v_ticket)
    or (v_other_subject and (p_hit.via = 'references' or v_ticket.status = 'closed')) then
    return helpdesk_private.place_new(p_email, p_mail, v_ticket);
  end if;
  if v_other_subject then
    p_email.flags := p_email.flags || 'subject_changed'::text;
  end if;
  if p_email.verdict <> 'pass' then
    p_email.flags := p_email.flags || 'sender_not_verified'::text;
  end if;
  v_takes_part := helpdesk_private.takes_part(v_ticket.ticket_id, v_author.user_id, p_email.from_address);
  if not v_takes_part then
    p_email.flags := p_email.flags || 'not_who_we_wrote_to'::text;
  end if;
  p_email.outcome := 'appended';
  p_email.reason := p_hit.via;
  if jsonb_typeof(p_mail -> 'forwarded') is distinct from 'object' then
    -- What was forwarded is what the mail is about.
    p_email.trimmed_from := helpdesk_private.folded_from(p_email, v_ticket.ticket_id);
  end if;
  v_author := helpdesk_private.person_for_address(p_email.from_address, p_email.from_name);
  p_email.author_id := v_author.user_id;
  p_email.post_id := helpdesk_private.post_email(
    p_email, v_ticket, v_author.user_id, 'customer', helpdesk_private.display_name(v_author.user_id)
  );
  if not v_is_requester then
    perform helpdesk_private.add_writer(
      p_email, v_ticket, helpdesk_private.was_named(v_ticket.ticket_id, v_author.user_id, p_email.from_address)
    );
  end if;
  perform helpdesk_private.add_copied(p_email, v_ticket, p_mail);
  perform helpdesk_private.remember_mail(p_email, p_mail);
  return p_email;
end;
$$;
comment on function helpdesk_private.place_in_ticket is
  'Step 6: the mail in the ticket that it names. A stranger writes under their own name, and receives no copies until '
  'somebody who works the ticket allows it.';
revoke all on function helpdesk_private.place_in_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.place_elsewhere(
  p_email helpdesk.inbound_emails, p_mail jsonb, p_envelope jsonb
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_first helpdesk.tickets;
  v_channel_id uuid;
  v_team_id uuid;
  v_author helpdesk.users := helpdesk_private.person_of_address(p_email.from_address);
  v_copy helpdesk.inbound_emails;
begin
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_email.ticket_id;
  if p_email.flags && '{several_teams}' then
    -- The other team has its ticket from an earlier delivery.
    select t.* into v_first from helpdesk.tickets as t
    inner join helpdesk.inbound_emails as i using (ticket_id)
    where i.inbound_id = (p_email.evidence ->> 'first_delivery')::uuid and t.merged_into is null
    for no key update of t;
    if found then
      perform helpdesk_private.add_link(v_ticket, 'child_of', v_first, null);
    end if;
    return;
  end if;
  for v_channel_id, v_team_id in
    select distinct on (c.team_id) c.channel_id, c.team_id
    from helpdesk_private.channels_of_mail(p_mail, p_envelope) with ordinality as c
    where c.team_id <> v_ticket.team_id order by c.team_id, c.ordinality
  loop
    v_copy := p_email;
    v_copy.inbound_id := gen_random_uuid();
    v_copy.channel_id := v_channel_id;
    v_copy.team_id := v_team_id;
    v_copy.flags := p_email.flags || 'several_teams'::text;
    v_copy.ticket_id := null;
    v_copy.outcome := null;
    v_copy.reason := null;
    v_copy.decided_at := clock_timestamp();
    insert into helpdesk.inbound_emails values (v_copy.*);
    -- One mail to all teams is as many tickets as mails to each.
    v_copy := helpdesk_private.judge_amount(v_copy, v_author);
    if v_copy.outcome is null then
      v_copy.outcome := 'created';
      v_copy.reason := p_email.reason;
      v_first := helpdesk_private.open_email_ticket(v_copy, v_ticket.created_by, v_team_id);
      v_copy.ticket_id := v_first.ticket_id;
      perform helpdesk_private.remember_mail(v_copy, p_mail);
      perform helpdesk_private.add_link(v_first, 'child_of', v_ticket, null);
    end if;
    perform helpdesk_private.finish_email(v_copy);
  end loop;
end;
$$;
comment on function helpdesk_private.place_elsewhere is
  'One mail to the addresses of two teams: a ticket for each, linked, so that neither team misses it. Each counts; '
  'what is too much waits in the quarantine of its team.';
revoke all on function helpdesk_private.place_elsewhere from public, anon, authenticated, service_role;

create function helpdesk_private.decide_email(p_email helpdesk.inbound_emails, p_mail jsonb)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_envelope jsonb;
  v_author helpdesk.users;
  v_hits helpdesk_private.email_hit[];
  v_hit helpdesk_private.email_hit;
  v_copy helpdesk.inbound_emails;
begin
  update helpdesk_private.received_emails as r
  set mail = p_mail, content_sha256 = nullif(left(p_mail ->> 'content_sha256', 64), '')
  where r.inbound_id = p_email.inbound_id returning r.envelope into v_envelope;
  if jsonb_typeof(v_envelope -> 'verdict') = 'object' then
    -- What the provider said when the mail came, whoever parses it later.
    p_mail := p_mail || jsonb_build_object('verdict', v_envelope -> 'verdict');
  end if;
  p_email.outcome := null;
  p_email.evidence := '{}';
  p_email := helpdesk_private.read_email(p_email, p_mail, v_envelope);
  v_author := helpdesk_private.person_of_address(p_email.from_address);
  select coalesce(array_agg(h), '{}') into v_hits
  from helpdesk_private.email_hits(p_email, p_mail, v_envelope, jsonb_typeof(p_mail -> 'forwarded') = 'object') as h;
  v_hit := v_hits[1];
  p_email.evidence := jsonb_build_object(
    'hits', to_jsonb(v_hits), 'verdict', coalesce(p_mail -> 'verdict', 'null'), 'envelope', v_envelope,
    'sender', left(p_mail ->> 'sender', 300), 'reply_to', to_jsonb(helpdesk_private.mail_addresses(p_mail -> 'reply_to'))
  );
  p_email := helpdesk_private.judge_report(p_email, p_mail);
  if p_email.outcome is null then
    p_email := helpdesk_private.judge_copy(p_email, p_mail);
  end if;
  if p_email.outcome is null then
    p_email := helpdesk_private.judge_author(p_email, v_author, v_hits);
  end if;
  if p_email.outcome is null and (
    p_email.flags && '{automatic_reply}' and (
      v_hit.ticket_id is null or v_hit.refused is not null or v_author.role in ('agent', 'admin')
      or (select u.role from helpdesk.users as u where u.user_id = v_hit.token_user_id) in ('agent', 'admin')
    )
    -- Exchange marks absences as auto-generated. No program speaks to the requester in the name of staff.
    or (
      p_email.flags && '{automatic}' and v_hit.refused is null and v_hit.ticket_id is not null
      and v_author.role in ('agent', 'admin')
    )
  ) then
    p_email.outcome := 'automatic';
    p_email.reason := 'automatic_reply';
    p_email.ticket_id := case when v_hit.refused is null then v_hit.ticket_id end;
  elsif p_email.outcome is null and v_hit.ticket_id is not null and v_hit.refused is null then
    -- In the order of their ids, as everybody who locks several tickets.
    perform from helpdesk.tickets as t
    where t.ticket_id in (select h.ticket_id from unnest(v_hits) as h where h.rank = 1 and h.refused is null)
    order by t.ticket_id for no key update;
    p_email := helpdesk_private.place_in_ticket(p_email, p_mail, v_hit);
    -- Reply addresses of several tickets: once in each.
    for v_hit in
      select distinct on (h.ticket_id) h.* from unnest(v_hits) as h
      where h.rank = 1 and h.refused is null and h.ticket_id <> v_hits[1].ticket_id
        and p_email.outcome = 'appended' and p_email.reason = 'token'
      limit 5
    loop
      v_copy := p_email;
      v_copy.inbound_id := gen_random_uuid();
      v_copy.post_id := null;
      v_copy.note_id := null;
      insert into helpdesk.inbound_emails values (v_copy.*);
      v_copy := helpdesk_private.place_in_ticket(v_copy, p_mail, v_hit);
      perform helpdesk_private.finish_email(v_copy);
    end loop;
  elsif p_email.outcome is null then
    p_email := helpdesk_private.place_new(p_email, p_mail, null);
    if p_email.outcome = 'created' then
      perform helpdesk_private.place_elsewhere(p_email, p_mail, v_envelope);
    end if;
  end if;
  perform helpdesk_private.finish_email(p_email);
  if p_email.outcome = 'duplicate' and exists (
    select from helpdesk.inbound_emails as i
    where i.inbound_id = (p_email.evidence ->> 'first_delivery')::uuid and i.redacted_at is not null
  ) then
    -- Its text was removed, and does not come back with another delivery.
    perform helpdesk_private.redact_emails(array[p_email.inbound_id]);
  end if;
  if helpdesk_private.mute_loops(p_email) and not p_email.flags && '{loop}' then
    p_email.flags := p_email.flags || 'loop'::text;
    perform helpdesk_private.finish_email(p_email);
  end if;
  return p_email;
end;
$$;
comment on function helpdesk_private.decide_email is 'The decision on a mail, step by step.';
revoke all on function helpdesk_private.decide_email from public, anon, authenticated, service_role;

create function helpdesk_private.finish_email(p_email helpdesk.inbound_emails)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  update helpdesk.inbound_emails as i
  set channel_id = (p_email).channel_id, team_id = (p_email).team_id, message_id = (p_email).message_id,
      from_address = (p_email).from_address, from_name = (p_email).from_name, author_id = (p_email).author_id,
      recipients = (p_email).recipients, subject = (p_email).subject, body = (p_email).body,
      trimmed_from = (p_email).trimmed_from, has_html = (p_email).has_html, verdict = (p_email).verdict, outcome = (p_email).outcome,
      reason = (p_email).reason, ticket_id = (p_email).ticket_id, post_id = (p_email).post_id,
      note_id = (p_email).note_id, flags = (p_email).flags, evidence = (p_email).evidence, sent_at = (p_email).sent_at,
      decided_at = clock_timestamp()
  where i.inbound_id = (p_email).inbound_id;
$$;
revoke all on function helpdesk_private.finish_email from public, anon, authenticated, service_role;
