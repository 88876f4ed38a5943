-- E-mail that the helpdesk writes by itself: the choices of admins. An acknowledgement answers a new ticket; a
-- notification tells somebody of staff what happened on a ticket that they work.

insert into helpdesk_private.concepts (version, concept) values ('20261129000500', 'email_settings');

create function helpdesk_private.console_url_valid(p_field text, p_value text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- It becomes a link in mails: a plain address, without a user name, a query or a fragment.
  if p_value is null or (
    char_length(p_value) <= 500
    and (
      p_value ~* '^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9._~/-]*)?$'
      or p_value ~* '^http://(localhost|127[.]0[.]0[.]1|\[::1\])(:[0-9]{1,5})?(/[a-z0-9._~/-]*)?$'
    )
  ) then
    return true;
  end if;
  perform helpdesk_private.fail(
    'invalid_value',
    format('%s must be a plain address like https://help.example.com; http only on this computer', p_field)
  );
  return false;
end;
$$;
revoke all on function helpdesk_private.console_url_valid from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.console_url_valid to authenticated, service_role;

create function helpdesk_private.notification_kinds()
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select array['assigned', 'customer_replied', 'team_customer_replied', 'mentioned', 'bounced'];
$$;
comment on function helpdesk_private.notification_kinds is
  'assigned: a ticket was assigned to them. customer_replied: on a ticket assigned to them. team_customer_replied: on '
  'an unassigned ticket of their team. mentioned: in a note. bounced: a reply on their ticket was not delivered.';
revoke all on function helpdesk_private.notification_kinds from public, anon, authenticated, service_role;

create function helpdesk_private.notifications_valid(p_field text, p_values text[])
returns boolean
language plpgsql
immutable
-- Definer: the list of kinds is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_values <@ helpdesk_private.notification_kinds() and array_position(p_values, null) is null
    and cardinality(p_values) <= cardinality(helpdesk_private.notification_kinds()) then
    return true;
  end if;
  perform helpdesk_private.fail(
    'invalid_value',
    format('%s must be among %s', p_field, array_to_string(helpdesk_private.notification_kinds(), ', '))
  );
  return false;
end;
$$;
revoke all on function helpdesk_private.notifications_valid from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.notifications_valid to authenticated, service_role;

alter table helpdesk.settings
  add column console_url text
  constraint settings_console_url_check check (helpdesk_private.console_url_valid('console_url', console_url)),
  add column email_locale text not null default 'en'
  constraint settings_email_locale_check check (helpdesk_private.locale_valid('email_locale', email_locale)),
  add column email_acknowledgements text not null default 'email'
  constraint settings_email_acknowledgements_check
  check (helpdesk_private.text_among('email_acknowledgements', email_acknowledgements, 'none', 'email', 'all')),
  add column email_notifications text[] not null default '{assigned,customer_replied,mentioned,bounced}'
  constraint settings_email_notifications_check
  check (helpdesk_private.notifications_valid('email_notifications', email_notifications)),
  add column email_batch_minutes integer not null default 5
  constraint settings_email_batch_minutes_check
  check (helpdesk_private.number_within('email_batch_minutes', email_batch_minutes, 0, 1440)),
  add column email_max_per_minute integer not null default 60
  constraint settings_email_max_per_minute_check
  check (helpdesk_private.number_within('email_max_per_minute', email_max_per_minute, 0, 100000)),
  add column email_tickets_per_sender integer not null default 30
  constraint settings_email_tickets_per_sender_check
  check (helpdesk_private.number_within('email_tickets_per_sender', email_tickets_per_sender, 0, 100000)),
  add column email_tickets_per_known_sender integer not null default 120
  constraint settings_email_tickets_per_known_sender_check
  check (helpdesk_private.number_within('email_tickets_per_known_sender', email_tickets_per_known_sender, 0, 100000)),
  add column email_tickets_per_domain integer not null default 100
  constraint settings_email_tickets_per_domain_check
  check (helpdesk_private.number_within('email_tickets_per_domain', email_tickets_per_domain, 0, 100000)),
  add column email_tickets_per_channel integer not null default 300
  constraint settings_email_tickets_per_channel_check
  check (helpdesk_private.number_within('email_tickets_per_channel', email_tickets_per_channel, 0, 100000)),
  add column email_reply_line boolean not null default true;
alter table helpdesk.settings
  alter column console_url set statistics 0,
  alter column email_locale set statistics 0,
  alter column email_acknowledgements set statistics 0,
  alter column email_notifications set statistics 0,
  alter column email_batch_minutes set statistics 0,
  alter column email_max_per_minute set statistics 0,
  alter column email_tickets_per_sender set statistics 0,
  alter column email_tickets_per_known_sender set statistics 0,
  alter column email_tickets_per_domain set statistics 0,
  alter column email_tickets_per_channel set statistics 0,
  alter column email_reply_line set statistics 0;
comment on column helpdesk.settings.console_url is
  'Where staff open the console, for links in mails: https, or http on this computer. null: mails have no links.';
comment on column helpdesk.settings.email_locale is
  'The language of mails that the helpdesk writes by itself, like en or de, where the recipient has not chosen one.';
comment on column helpdesk.settings.email_acknowledgements is
  'Which new tickets are acknowledged by mail: none; email, those that came by mail; or all.';
comment on column helpdesk.settings.email_notifications is
  'Which notifications staff receive who have not chosen for themselves: assigned, customer_replied, '
  'team_customer_replied, mentioned, bounced.';
comment on column helpdesk.settings.email_batch_minutes is
  'Replies of a customer within so many minutes are one notification.';
comment on column helpdesk.settings.email_max_per_minute is
  'How many mails the helpdesk writes by itself in a minute, at most. 0 stops them all.';
comment on column helpdesk.settings.email_tickets_per_sender is
  'How many tickets an address opens by mail in an hour, at most; further mails wait in quarantine. Not for people '
  'whom the helpdesk knows and whose domain vouches for the mail, nor for staff.';
comment on column helpdesk.settings.email_tickets_per_known_sender is
  'How many tickets an address opens by mail in an hour, at most, of whom the helpdesk knows and whose domain vouches '
  'for the mail; further mails wait in quarantine. Not for staff.';
comment on column helpdesk.settings.email_tickets_per_domain is
  'How many tickets the unknown senders of a domain open by mail in an hour, at most. Not for shared providers.';
comment on column helpdesk.settings.email_tickets_per_channel is
  'How many tickets unknown senders open in an hour at an address of the helpdesk, at most. 0: each waits for a '
  'person.';
comment on column helpdesk.settings.email_reply_line is
  'Whether mails begin with a line above which people are asked to reply: what stands below it in their answers is '
  'folded, whatever their mail program. The template reply_line has its words.';
grant update (
  console_url, email_locale, email_acknowledgements, email_notifications, email_batch_minutes, email_max_per_minute,
  email_tickets_per_sender, email_tickets_per_known_sender, email_tickets_per_domain, email_tickets_per_channel,
  email_reply_line
) on table helpdesk.settings to authenticated, service_role;

drop trigger log_settings on helpdesk.settings;
create trigger log_settings after update on helpdesk.settings
  for each row execute function
  helpdesk_private.log_administration(
    'settings.changed', '',
    'attachment_types, attachment_max_bytes, attachment_max_per_message, attachment_max_per_ticket, '
    'attachment_max_bytes_per_ticket, attachment_require_check, article_writers, article_publishers, '
    'email_reopen_days, console_url, email_locale, email_acknowledgements, email_notifications, email_batch_minutes, '
    'email_max_per_minute, email_tickets_per_sender, email_tickets_per_known_sender, email_tickets_per_domain, '
    'email_tickets_per_channel, email_reply_line'
  );
