-- E-mail in: the decision. ingest_email() reads the mail, asks each question in order, and the first answer is the
-- outcome. What it weighed stays in evidence. Nothing is dropped: each path ends in a row that says what happened.

insert into helpdesk_private.concepts (version, concept) values ('20261129000350', 'email_ingest');

create function helpdesk_private.read_email(p_email helpdesk.inbound_emails, p_mail jsonb, p_envelope jsonb)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_channel helpdesk.email_channels;
  v_text text := coalesce(p_mail ->> 'text', '');
  v_from jsonb := case jsonb_typeof(p_mail -> 'from') when 'array' then p_mail -> 'from' else '[]' end;
  v_original text;
  v_received text[] := helpdesk_private.mail_addresses(p_envelope -> 'to');
  v_servers text[];
begin
  select * into v_channel from helpdesk_private.channels_of_mail(p_mail, p_envelope) limit 1;
  p_email.channel_id := v_channel.channel_id;
  p_email.team_id := coalesce(v_channel.team_id, (select t.team_id from helpdesk.teams as t where t.is_default));
  p_email.message_id := coalesce(
    (helpdesk_private.mail_strings(p_mail -> 'message_id'))[1],
    coalesce(left(p_mail ->> 'content_sha256', 64), p_email.inbound_id::text) || '@missing.invalid'
  );
  p_email.flags := helpdesk_private.mail_flags(p_mail) || array(
    -- What the parser says of the content. A list of ours: whoever hands over a mail invents no flags.
    select k.flag
    from unnest(
      '{shortened,html_shortened,too_many_parts,too_deep,unreadable,encrypted,tnef}'::text[]
    ) with ordinality as k (flag, place)
    where jsonb_typeof(p_mail -> 'flags') = 'array' and p_mail -> 'flags' ? k.flag
    order by k.place
  );
  p_email.subject := left(helpdesk_private.one_line(p_mail ->> 'subject'), 1000);
  p_email.body := left(v_text, 100000);
  p_email.has_html := coalesce(jsonb_typeof(p_mail -> 'html') = 'string', false);
  p_email.trimmed_from := case
    when jsonb_typeof(p_mail -> 'trimmed_from') = 'number'
      and (p_mail ->> 'trimmed_from')::numeric between 1 and char_length(p_email.body)
      then floor((p_mail ->> 'trimmed_from')::numeric)::integer
  end;
  if char_length(v_text) > 100000 and not p_email.flags && '{shortened}' then
    p_email.flags := p_email.flags || 'shortened'::text;
  end if;
  p_email.recipients := (
    helpdesk_private.mail_addresses(p_mail -> 'to') || helpdesk_private.mail_addresses(p_mail -> 'cc')
  )[1:100];
  p_email.sent_at := helpdesk_private.mail_time(p_mail ->> 'date');
  if p_email.sent_at > p_email.received_at + interval '1 day' or p_email.sent_at < p_email.received_at - interval '7 days'
  then
    p_email.flags := p_email.flags || 'odd_date'::text;
  end if;
  -- One mailbox, or nobody, whatever an earlier try has read.
  p_email.from_address := null;
  p_email.from_name := null;
  if jsonb_array_length(v_from) = 1 then
    p_email.from_address := helpdesk_private.mail_address(v_from #>> '{0,address}');
    p_email.from_name := left(helpdesk_private.one_line(v_from #>> '{0,name}'), 200);
  end if;
  v_servers := coalesce(v_channel.trusted_authserv_ids, '{}');
  if cardinality(v_received) = 0 then
    -- The sender's own words have chosen the address: only whom all addresses trust speaks for such a mail.
    v_servers := array(
      select s.server from unnest(v_servers) as s (server)
      where not exists (
        select from helpdesk.email_channels as c
        where c.is_active and cardinality(c.trusted_authserv_ids) > 0 and s.server <> all(c.trusted_authserv_ids)
      )
    );
  elsif not exists (select from helpdesk_private.channels_named(v_received)) then
    -- It came to a reply address, or to one that is none of ours: what To names has not received it.
    v_servers := helpdesk_private.servers_of_replies(v_received);
  end if;
  p_email.verdict := helpdesk_private.mail_verdict(p_mail, v_servers, p_email.from_address);
  if p_email.verdict = 'pass' and lower(p_mail #>> '{verdict,domain}') <> split_part(p_email.from_address, '@', 2) then
    -- The provider has read another author in the same From, and speaks for that one.
    p_email.verdict := 'none';
  end if;
  v_original := helpdesk_private.mail_address(
    coalesce(p_mail #>> '{headers,x_original_sender}', p_mail #>> '{headers,x_original_from}')
  );
  if v_original is not null and split_part(p_email.from_address, '@', 2) = any(v_channel.trusted_rewriters) then
    p_email.from_address := v_original;
    p_email.verdict := 'none';
    p_email.flags := p_email.flags || 'original_sender'::text;
  elsif p_email.from_address = any(v_channel.trusted_forms) then
    p_email.from_address := (helpdesk_private.mail_addresses(p_mail -> 'reply_to'))[1];
    p_email.from_name := '';
    p_email.verdict := 'none';
    p_email.flags := array_remove(p_email.flags, 'reply_to_differs') || 'web_form'::text;
  end if;
  if helpdesk_private.is_suspicious_name(p_email.from_name) then
    p_email.flags := p_email.flags || 'suspicious_name'::text;
  end if;
  p_email.author_id := (helpdesk_private.person_of_address(p_email.from_address)).user_id;
  return p_email;
end;
$$;
comment on function helpdesk_private.read_email is 'Step 1: the facts of the mail, within our bounds.';
revoke all on function helpdesk_private.read_email from public, anon, authenticated, service_role;

create function helpdesk_private.judge_report(p_email helpdesk.inbound_emails, p_mail jsonb)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids text[] := helpdesk_private.mail_strings(p_mail #> '{bounce,ids}')
    || helpdesk_private.mail_strings(p_mail -> 'in_reply_to') || helpdesk_private.mail_strings(p_mail -> 'references');
begin
  if exists (
    select from helpdesk_private.email_ids as e
    where e.message_id = p_email.message_id and e.kind in ('minted', 'stamped')
  ) or (
    p_mail -> 'headers' ->> 'our_marker' is not null
    and exists (select from helpdesk.email_channels as c where c.address = p_email.from_address)
  ) then
    p_email.outcome := 'own_copy';
    p_email.reason := 'sent_by_us';
    v_ids := array[p_email.message_id];
  elsif jsonb_typeof(p_mail -> 'bounce') = 'object' then
    p_email.outcome := 'bounce';
  elsif p_mail ->> 'report' = 'complaint' then
    p_email.outcome := 'complaint';
  elsif p_mail ->> 'report' = 'disposition' then
    p_email.outcome := 'receipt';
  else
    return p_email;
  end if;
  -- Believed only where it names an id or a token of ours.
  select k.ticket_id into p_email.ticket_id from (
    select t.ticket_id, 1 as place from helpdesk_private.reply_tokens as t
    where t.token_hash in (
      select sha256(convert_to(lower(s.token), 'UTF8'))
      from unnest(helpdesk_private.mail_strings(p_mail #> '{bounce,tokens}')) as s (token)
    )
    union all
    select e.ticket_id, 2 from helpdesk_private.email_ids as e
    where e.message_id = any(v_ids) and e.kind in ('minted', 'stamped')
  ) as k order by k.place limit 1;
  p_email.reason := coalesce(
    p_email.reason, case when p_email.ticket_id is null then 'names_no_mail_of_ours' else 'names_our_mail' end
  );
  return p_email;
end;
$$;
comment on function helpdesk_private.judge_report is
  'Step 2: a copy of our own mail, or a report about one: never a message, never a new ticket.';
revoke all on function helpdesk_private.judge_report from public, anon, authenticated, service_role;

create function helpdesk_private.judge_copy(p_email helpdesk.inbound_emails, p_mail jsonb)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_content text := nullif(left(p_mail ->> 'content_sha256', 64), '');
  v_first helpdesk.inbound_emails;
begin
  -- Of two deliveries at once, the second sees the first.
  perform helpdesk_private.await_key('email_id', p_email.message_id);
  for v_first in
    select i.* from helpdesk.inbound_emails as i
    inner join helpdesk_private.received_emails as r using (inbound_id)
    where i.message_id = p_email.message_id and i.inbound_id <> p_email.inbound_id
      and i.outcome is not null and i.outcome not in ('duplicate', 'failed')
      and r.content_sha256 is not distinct from v_content
      -- Headers are no content. A copy that somebody has made of the mail, worse than the mail or as another kind of mail,
      -- does not stand in its way.
      and not (i.verdict = 'fail' and p_email.verdict <> 'fail')
      and i.outcome not in ('bounce', 'receipt', 'complaint', 'own_copy')
      and (i.outcome <> 'automatic' or p_email.flags && '{automatic_reply,calendar_reply}')
    -- The one of this team first.
    order by i.team_id is distinct from p_email.team_id, i.received_at limit 1
  loop
    p_email.evidence := p_email.evidence || jsonb_build_object('first_delivery', v_first.inbound_id);
    if v_first.outcome = 'created' and v_first.team_id is distinct from p_email.team_id then
      p_email.flags := p_email.flags || 'several_teams'::text;
      return p_email;
    end if;
    p_email.outcome := 'duplicate';
    p_email.reason := 'delivered_again';
    p_email.ticket_id := v_first.ticket_id;
    return p_email;
  end loop;
  if exists (
    select from helpdesk.inbound_emails as i
    where i.message_id = p_email.message_id and i.inbound_id <> p_email.inbound_id and i.outcome is not null
  ) then
    -- Another mail under the same id: both are kept.
    p_email.flags := p_email.flags || 'id_reused'::text;
  end if;
  return p_email;
end;
$$;
comment on function helpdesk_private.judge_copy is
  'Step 3: a second delivery of a mail. The same id with other content is another mail. A mail to two teams is a '
  'ticket for each.';
revoke all on function helpdesk_private.judge_copy from public, anon, authenticated, service_role;

create function helpdesk_private.judge_author(
  p_email helpdesk.inbound_emails, p_author helpdesk.users, p_hits helpdesk_private.email_hit[]
)
returns helpdesk.inbound_emails
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  p_email.reason := case
    when p_email.from_address is null then 'author_unknown'
    when exists (select from helpdesk.email_channels as c where c.address = p_email.from_address) then 'our_own_address'
    when p_email.verdict = 'fail' then 'sender_refused_by_its_domain'
    when not p_author.is_active then 'inactive_person'
    when p_author.role = 'assistant' then 'assistant_address'
    -- Somebody names a mail that they never had a part in.
    when p_hits[1].refused = 'not_a_participant' then 'names_mail_of_others'
  end;
  if helpdesk_private.is_blocked(p_email.from_address) then
    p_email.outcome := 'blocked';
    p_email.reason := 'sender_blocked';
  elsif p_email.reason is not null then
    p_email.outcome := 'quarantined';
    p_email.ticket_id := p_hits[1].ticket_id;
  end if;
  return p_email;
end;
$$;
comment on function helpdesk_private.judge_author is
  'Step 4: senders whose mail waits for a person. A mail in quarantine changes nothing.';
revoke all on function helpdesk_private.judge_author from public, anon, authenticated, service_role;

create function helpdesk_private.ingest_email(p_inbound_id uuid, p_mail jsonb)
returns jsonb
language plpgsql
-- Definer: nobody inserts messages, notes and mails directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.inbound_emails;
begin
  select * into v_email from helpdesk.inbound_emails as i where i.inbound_id = p_inbound_id for no key update;
  if not found then
    perform helpdesk_private.fail('email_not_found');
  elsif coalesce(jsonb_typeof(p_mail), '') <> 'object' then
    perform helpdesk_private.fail('invalid_value', 'mail must be a JSON object');
  elsif octet_length(p_mail::text) > 10000000 then
    perform helpdesk_private.fail('invalid_value', 'mail must be at most 10 MB of JSON');
  end if;
  -- What was redacted is not read once more.
  if (v_email.outcome is null or v_email.outcome = 'failed') and v_email.redacted_at is null then
    begin
      v_email := helpdesk_private.decide_email(v_email, p_mail);
    exception when data_exception or integrity_constraint_violation or raise_exception or syntax_error_or_access_rule_violation
      or sqlstate 'PT400' or sqlstate 'PT403' or sqlstate 'PT404' or sqlstate 'PT409' or sqlstate 'PT413' then
      -- This mail cannot be taken as it is. The row says so, and the next mail goes on.
      v_email.outcome := 'failed';
      v_email.reason := left(helpdesk_private.one_line(sqlerrm), 200);
      update helpdesk.inbound_emails as i
      set outcome = v_email.outcome, reason = v_email.reason, decided_at = clock_timestamp()
      where i.inbound_id = p_inbound_id;
    end;
  end if;
  return jsonb_build_object(
    'outcome', v_email.outcome, 'reason', v_email.reason, 'ticket_id', v_email.ticket_id, 'message_id', v_email.post_id,
    'note_id', v_email.note_id,
    'ticket_number', (select t.number from helpdesk.tickets as t where t.ticket_id = v_email.ticket_id)
  );
end;
$$;
revoke all on function helpdesk_private.ingest_email from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.ingest_email to service_role;

create function helpdesk.ingest_email(inbound_id uuid, mail jsonb)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.ingest_email(ingest_email.inbound_id, ingest_email.mail);
$$;
comment on function helpdesk.ingest_email is
  'For programs with the secret key that receive mail: decides what becomes of a parsed mail. Returns outcome, reason, '
  'ticket_id, ticket_number, message_id and note_id. Repeat it: a mail is decided on once.';
revoke all on function helpdesk.ingest_email from public, anon, authenticated, service_role;
grant execute on function helpdesk.ingest_email to service_role;
