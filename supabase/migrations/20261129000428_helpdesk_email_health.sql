-- E-mail for monitoring: when each address last received a mail, what waits, and to whom nothing is sent.

insert into helpdesk_private.concepts (version, concept) values ('20261129000428', 'email_health');

create function helpdesk_private.email_health()
returns jsonb
language plpgsql
stable
-- Definer: calls require_role().
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_waiting jsonb;
begin
  perform helpdesk_private.require_role('admin');
  select jsonb_build_object(
    'unparsed', count(*) filter (where i.outcome is null),
    'oldest_unparsed_at', min(i.received_at) filter (where i.outcome is null),
    'quarantined', count(*) filter (where i.outcome = 'quarantined'),
    'over_limit', count(*) filter (
      where i.outcome = 'quarantined' and i.reason in ('sender_per_hour', 'domain_per_hour', 'channel_per_hour')
    ),
    'oldest_quarantined_at', min(i.received_at) filter (where i.outcome = 'quarantined'),
    'failed', count(*) filter (where i.outcome = 'failed')
  )
  into v_waiting
  from helpdesk.inbound_emails as i
  where i.outcome is null or i.outcome in ('quarantined', 'failed');
  return v_waiting || jsonb_build_object(
    'channels', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'channel_id', c.channel_id, 'address', c.address, 'is_active', c.is_active,
        'last_received_at', (
          select i.received_at from helpdesk.inbound_emails as i
          where i.channel_id = c.channel_id order by i.received_at desc limit 1
        ),
        'quarantined', coalesce(w.quarantined, 0), 'failed', coalesce(w.failed, 0)
      ) order by c.address), '[]')
      from helpdesk.email_channels as c
      left join (
        select
          i.channel_id, count(*) filter (where i.outcome = 'quarantined') as quarantined,
          count(*) filter (where i.outcome = 'failed') as failed
        from helpdesk.inbound_emails as i where i.outcome in ('quarantined', 'failed') group by i.channel_id
      ) as w on c.channel_id = w.channel_id
    ),
    'mailboxes', helpdesk_private.mailbox_health(),
    'suppressed', (select count(*) from helpdesk.email_suppressions)
  );
end;
$$;
revoke all on function helpdesk_private.email_health from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.email_health to authenticated, service_role;

create function helpdesk.email_health()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.email_health();
$$;
comment on function helpdesk.email_health is
  'Admins and the secret key: the addresses of the helpdesk with the time of the last mail of each, and how many of '
  'its mails wait or failed; the folders of mailboxes, and why one could not be read (mailboxes); how many mails wait '
  'to be parsed (unparsed) or in quarantine, and since when; how many of those because their senders opened too many '
  'tickets within an hour (over_limit); how many failed; and to how many addresses nothing is sent (suppressed).';
revoke all on function helpdesk.email_health from public, anon, authenticated, service_role;
grant execute on function helpdesk.email_health to authenticated, service_role;
