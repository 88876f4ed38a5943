-- E-mail out: bounces and complaints, from mails that come back and from providers' webhooks. A report is believed only
-- if it names an id or a token of ours. Whoever received an answer to a mail of ours knows its id, and could write such
-- a report: one without the token is shown to staff, and stops nothing. It never becomes a message, and nothing is sent
-- in answer to it.

insert into helpdesk_private.concepts (version, concept) values ('20261129000420', 'email_bounces');

create function helpdesk_private.note_report(
  p_email helpdesk.outbound_emails, p_outcome text, p_detail text, p_is_sure boolean default true
)
returns void
language plpgsql
-- Definer: called by definer functions only. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_soft_most constant integer := 3;
  v_reason text := left(coalesce(helpdesk_private.one_line(left(p_detail, 4000)), ''), 500);
begin
  if p_outcome in ('bounced', 'soft_bounced', 'complained') then
    -- The ticket before the mail, as everywhere.
    perform from helpdesk.tickets as t where t.ticket_id = p_email.ticket_id for no key update;
  end if;
  select * into p_email from helpdesk.outbound_emails as e where e.email_id = p_email.email_id for no key update;
  if p_outcome = 'delivered' then
    update helpdesk.outbound_emails as e set delivered_at = coalesce(e.delivered_at, clock_timestamp())
    where e.email_id = p_email.email_id and e.bounced_at is null;
  elsif p_outcome = 'delayed' then
    update helpdesk.outbound_emails as e set problem = left('Delayed: ' || v_reason, 500)
    where e.email_id = p_email.email_id and e.delivered_at is null and e.bounced_at is null;
  elsif p_outcome = 'complained' then
    if p_email.complained_at is null then
      update helpdesk.outbound_emails as e set complained_at = clock_timestamp() where e.email_id = p_email.email_id;
      perform helpdesk_private.tell_undelivered(p_email, 'email.complained', 'complaint');
    end if;
    if p_is_sure then
      perform helpdesk_private.suppress_address(p_email.recipient, 'complaint', v_reason);
    end if;
  else
    if p_email.bounced_at is null then
      update helpdesk.outbound_emails as e set bounced_at = clock_timestamp(), bounce_reason = v_reason
      where e.email_id = p_email.email_id;
      perform helpdesk_private.tell_undelivered(
        p_email, 'email.bounced', case p_outcome when 'bounced' then 'hard' else 'soft' end, p_is_sure
      );
    end if;
    if p_is_sure and (p_outcome = 'bounced' or (
      select count(*) from helpdesk.outbound_emails as e
      where e.recipient = p_email.recipient and e.bounced_at > clock_timestamp() - interval '7 days'
    ) >= c_soft_most) then
      perform helpdesk_private.suppress_address(p_email.recipient, 'bounce', v_reason);
    end if;
  end if;
end;
$$;
comment on function helpdesk_private.note_report is
  'What a report says about a mail of ours. A hard bounce, or the third soft one in seven days, suppresses the '
  'address; so does a complaint. A delay is no failure. Not p_is_sure: anybody who knows the mail may say so.';
revoke all on function helpdesk_private.note_report from public, anon, authenticated, service_role;

create function helpdesk_private.reported_email(p_ids text[], p_tokens text[])
returns helpdesk.outbound_emails
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- The token in the envelope is the surest. Then ids that stand in what came back.
  select e.*
  from (
    select b.email_id, 1 as place, b.created_at from helpdesk.outbound_emails as b
    where b.email_id in (
      select k.email_id from helpdesk_private.bounce_tokens as k
      inner join unnest(p_tokens) as t (token) on k.token_hash = sha256(convert_to(t.token, 'UTF8'))
    )
    union all
    select b.email_id, 2, b.created_at from helpdesk.outbound_emails as b
    where b.minted_id = any(p_ids) or b.stamped_id = any(p_ids)
    union all
    select b.email_id, 3, b.created_at from helpdesk.outbound_emails as b where b.provider_id = any(p_ids)
  ) as f
  inner join helpdesk.outbound_emails as e using (email_id)
  order by f.place, f.created_at desc limit 1;
$$;
comment on function helpdesk_private.reported_email is 'The mail of ours that a report names; null for none.';
revoke all on function helpdesk_private.reported_email from public, anon, authenticated, service_role;

create function helpdesk_private.bounce_outcome(p_bounce jsonb, p_address text)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- RFC 3464: one block for each recipient. A server that gives up after days says failed with a status 4.x.x.
  with blocks as (
    select
      lower(btrim(r.value ->> 'action')) as action, btrim(r.value ->> 'status') as status,
      r.value ->> 'diagnostic' as diagnostic,
      helpdesk_private.mail_address(r.value ->> 'address') is not distinct from p_address as is_ours
    from jsonb_array_elements(
      case jsonb_typeof(p_bounce -> 'recipients') when 'array' then p_bounce -> 'recipients' else '[]' end
    ) as r (value)
    where jsonb_typeof(r.value) = 'object'
    limit 200
  ),
  judged as (
    select
      case
        when coalesce(b.action, '') not in ('failed', '') then 'delayed'
        when b.status ~ '^5\.1\.(1|2|3|6|10)$' then 'bounced'
        when b.action = 'failed' or b.status is null or b.status ~ '^5' then 'soft_bounced'
        else 'delayed'
      end as outcome,
      substring(b.status from '^[245]\.[0-9]{1,3}\.[0-9]{1,3}$') as status, concat_ws(' ', b.status, b.diagnostic) as detail
    from blocks as b
    -- Of a mailbox that forwards, the report names the other address.
    where b.is_ours or not exists (select from blocks as o where o.is_ours)
  )
  select coalesce(
    (
      select jsonb_build_object('outcome', j.outcome, 'status', j.status, 'detail', j.detail) from judged as j
      order by array_position(array['bounced', 'soft_bounced', 'delayed'], j.outcome) limit 1
    ),
    '{"outcome": "soft_bounced", "detail": "It came back without a reason that can be read."}'
  );
$$;
comment on function helpdesk_private.bounce_outcome is
  'What a bounce says about this address: bounced (there is no such mailbox), soft_bounced, or delayed (no failure); '
  'its status code (RFC 3463); and detail, which is whatever the report says.';
revoke all on function helpdesk_private.bounce_outcome from public, anon, authenticated, service_role;

create function helpdesk_private.follow_report()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mail jsonb;
  v_tokens text[];
  v_email helpdesk.outbound_emails;
  v_has_token boolean;
  v_is_sure boolean;
  v_said jsonb;
begin
  select r.mail into v_mail from helpdesk_private.received_emails as r where r.inbound_id = new.inbound_id;
  v_tokens := array(
    select lower(t.token) from unnest(helpdesk_private.mail_strings(v_mail #> '{bounce,tokens}')) as t (token)
  );
  v_email := helpdesk_private.reported_email(
    helpdesk_private.mail_strings(v_mail #> '{bounce,ids}') || helpdesk_private.mail_strings(v_mail -> 'in_reply_to')
    || helpdesk_private.mail_strings(v_mail -> 'references'),
    v_tokens
  );
  if v_email.email_id is null then
    return new;
  end if;
  new.ticket_id := coalesce(new.ticket_id, v_email.ticket_id);
  new.reason := 'names_our_mail';
  -- A mail from a mailbox without such addresses had no token: there the id has to do, but for a complaint.
  v_has_token := exists (
    select from helpdesk_private.bounce_tokens as k
    inner join unnest(v_tokens) as t (token) on k.token_hash = sha256(convert_to(t.token, 'UTF8'))
    where k.email_id = v_email.email_id
  );
  v_is_sure := v_has_token or (
    new.outcome = 'bounce' and exists (
      select from helpdesk.email_channels as c
      where c.channel_id = v_email.channel_id and not helpdesk_private.takes_reply_addresses(c)
    )
  );
  if new.outcome = 'complaint' then
    perform helpdesk_private.note_report(v_email, 'complained', 'A report of spam came by mail.', v_is_sure);
  else
    v_said := helpdesk_private.bounce_outcome(v_mail -> 'bounce', v_email.recipient);
    -- Of a report that anybody may have written, the status code is enough: the rest would be their words to staff.
    perform helpdesk_private.note_report(
      v_email, v_said ->> 'outcome',
      case when v_has_token then v_said ->> 'detail' else concat_ws(' ', v_said ->> 'status', '(not verified)') end,
      v_is_sure
    );
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.follow_report from public, anon, authenticated, service_role;
create trigger follow_report before update of outcome on helpdesk.inbound_emails
  for each row when (new.outcome in ('bounce', 'complaint'))
  execute function helpdesk_private.follow_report();

create function helpdesk_private.lift_bounce()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from helpdesk.email_suppressions as s where s.address = new.from_address and s.reason = 'bounce';
  return null;
end;
$$;
comment on function helpdesk_private.lift_bounce is 'Who writes has a mailbox, whatever a server said.';
revoke all on function helpdesk_private.lift_bounce from public, anon, authenticated, service_role;
create trigger lift_bounce after update of outcome on helpdesk.inbound_emails
  for each row when (
    new.outcome in ('appended', 'created') and new.verdict = 'pass' and old.outcome is distinct from new.outcome
  )
  execute function helpdesk_private.lift_bounce();

create function helpdesk_private.report_delivery(p_mail_id text, p_outcome text, p_detail text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.outbound_emails;
begin
  if p_outcome is null then
    perform helpdesk_private.fail('invalid_value', 'outcome is missing');
  end if;
  perform helpdesk_private.text_among(
    'outcome', p_outcome, 'delivered', 'delayed', 'bounced', 'soft_bounced', 'complained'
  );
  v_email := helpdesk_private.reported_email(helpdesk_private.mail_strings(to_jsonb(p_mail_id)), '{}');
  if v_email.email_id is null then
    return false;
  end if;
  perform helpdesk_private.note_report(v_email, p_outcome, p_detail);
  return true;
end;
$$;
revoke all on function helpdesk_private.report_delivery from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.report_delivery to service_role;

create function helpdesk.report_delivery(mail_id text, outcome text, detail text default null)
returns boolean
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.report_delivery(report_delivery.mail_id, report_delivery.outcome, report_delivery.detail);
$$;
comment on function helpdesk.report_delivery is
  'For programs with the secret key that receive a mail provider''s webhooks: what became of a mail. mail_id: our '
  'Message-ID, the one that the provider gave the mail, or the provider''s own id of it. outcome: delivered, delayed '
  '(no failure), bounced (there is no such mailbox: nothing is sent there any more), soft_bounced or complained. '
  'Returns false if no mail of ours has this id. Repeat it: the first report counts.';
revoke all on function helpdesk.report_delivery from public, anon, authenticated, service_role;
grant execute on function helpdesk.report_delivery to service_role;
