-- Slack in the outbox: the functions that tell the kinds of deliveries apart know one more.

insert into helpdesk_private.concepts (version, concept) values ('20261129000620', 'slack_outbox');

create or replace function helpdesk_private.delivery_payload(p_delivery helpdesk.outbox)
returns jsonb
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_delivery.kind = 'webhook' then
    return helpdesk_private.webhook_payload(p_delivery);
  elsif p_delivery.kind = 'email' then
    return helpdesk_private.email_payload(p_delivery.target_id);
  elsif p_delivery.kind = 'slack' then
    return helpdesk_private.slack_payload(p_delivery);
  end if;
  return null;
end;
$$;

create or replace function helpdesk_private.after_settling(p_delivery helpdesk.outbox, p_outcome text, p_result jsonb)
returns void
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_delivery.kind = 'webhook' then
    perform helpdesk_private.note_webhook_outcome(p_delivery, p_outcome);
  elsif p_delivery.kind = 'email' then
    perform helpdesk_private.note_email_outcome(p_delivery, p_outcome, p_result);
  elsif p_delivery.kind = 'slack' then
    perform helpdesk_private.note_slack_outcome(p_delivery, p_outcome, p_result);
  end if;
end;
$$;

create or replace function helpdesk_private.due_deliveries(p_kind text, p_max_rows integer)
returns setof helpdesk.outbox
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_abreast constant integer := 50;
  c_abreast_when_failing constant integer := 5;
  v_now timestamptz := clock_timestamp();
  v_targets uuid[];
begin
  if p_kind = 'slack' then
    return query select d.* from helpdesk_private.due_for_slack(p_max_rows) as d;
    return;
  elsif p_kind <> 'webhook' then
    return query select d.* from helpdesk_private.due_of_target(p_kind, null, p_max_rows) as d;
    return;
  end if;
  v_targets := array(
    select w.webhook_id from helpdesk.webhooks as w
    where exists (
      select from helpdesk.outbox as o
      where o.kind = 'webhook' and o.target_id = w.webhook_id and o.state in ('queued', 'leased') and o.next_at <= v_now
    )
  );
  -- Each target gets its share, and a target that does not answer must not keep all senders waiting.
  return query
    select d.*
    from helpdesk.webhooks as w
    cross join lateral (
      select count(*) as leased from helpdesk.outbox as l
      where l.target_id = w.webhook_id and l.state = 'leased' and l.leased_until > v_now
    ) as n
    cross join lateral helpdesk_private.due_of_target('webhook', w.webhook_id, least(
      greatest(p_max_rows / greatest(cardinality(v_targets), 1), 1),
      case when w.failing_since < v_now - interval '1 minute' then c_abreast_when_failing else c_abreast end - n.leased
    )::integer) as d
    where w.webhook_id = any(v_targets)
    order by d.next_at, d.sequence limit p_max_rows;
end;
$$;
comment on function helpdesk_private.due_deliveries is
  'Locks deliveries of a kind that can be sent now. Webhooks share the rows; of one webhook at most fifty are leased '
  'at once, and five while it fails; of one Slack channel ten.';
