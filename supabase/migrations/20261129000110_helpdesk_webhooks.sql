-- Webhooks: addresses of other programs that receive events, signed as Standard Webhooks 1.0.0 says. Each event of the
-- log that a webhook asks for becomes a delivery in the outbox, in the transaction that writes the event.
--
-- Admins manage webhooks. A secret is shown once, when it is made; afterwards only senders receive it, with a lease.

create table helpdesk.webhooks (
  webhook_id uuid primary key default gen_random_uuid(),
  url text not null check (helpdesk_private.text_within('url', url, 1, 2000)),
  description text not null default '' check (helpdesk_private.text_within('description', description, 0, 1000)),
  event_types text[] not null default '{*}' check (cardinality(event_types) <= 100),
  team_id uuid references helpdesk.teams (team_id) on delete cascade,
  audience text not null default 'staff'
    check (helpdesk_private.text_among('audience', audience, 'customer', 'staff')),
  is_active boolean not null default true,
  disabled_reason text check (disabled_reason in ('switched_off', 'gone', 'failing')),
  disabled_at timestamptz,
  failing_since timestamptz,
  created_by uuid references helpdesk.users (user_id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.webhooks is
  'Webhooks. Admins read, change (PATCH) and delete them here; create_webhook() makes one and returns its secret.';
comment on column helpdesk.webhooks.event_types is
  'What it receives: types of events, like message.created; groups, like ticket.*; or * for all.';
comment on column helpdesk.webhooks.team_id is
  'Only events of tickets in this team, and those that leave it; null: of all teams, and those that are of no ticket. '
  'The webhook is deleted with the team.';
comment on column helpdesk.webhooks.audience is
  'customer: only events that the requester of a ticket may see. staff: all events.';
comment on column helpdesk.webhooks.disabled_reason is
  'switched_off by an admin; gone: the target answered 410; failing: no delivery succeeded for five days.';
comment on column helpdesk.webhooks.failing_since is
  'When the first delivery failed since the last success; null if the last delivery succeeded.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.webhooks
  alter column webhook_id set statistics 0,
  alter column url set statistics 0,
  alter column description set statistics 0,
  alter column event_types set statistics 0,
  alter column team_id set statistics 0,
  alter column audience set statistics 0,
  alter column is_active set statistics 0,
  alter column disabled_reason set statistics 0,
  alter column disabled_at set statistics 0,
  alter column failing_since set statistics 0,
  alter column created_by set statistics 0,
  alter column created_at set statistics 0,
  alter column updated_at set statistics 0;
create index webhooks_team_idx on helpdesk.webhooks (team_id);
create index webhooks_created_by_idx on helpdesk.webhooks (created_by);

create table helpdesk_private.webhook_secrets (
  webhook_id uuid not null references helpdesk.webhooks (webhook_id) on delete cascade,
  secret text not null unique,
  created_at timestamptz not null default clock_timestamp(),
  -- After a rotation the former secret signs, too, until then.
  expires_at timestamptz
);
create index webhook_secrets_webhook_idx on helpdesk_private.webhook_secrets (webhook_id);
comment on table helpdesk_private.webhook_secrets is 'The secrets of webhooks. Senders receive them with a lease.';

create table helpdesk_private.event_types (type text primary key);
comment on table helpdesk_private.event_types is
  'The types of events that webhooks may ask for. A migration with a new type adds it.';

create table helpdesk_private.delivery_settings (
  is_only_row boolean primary key default true check (is_only_row),
  allow_loopback boolean not null default false
);
comment on table helpdesk_private.delivery_settings is
  'Written by the owner only. allow_loopback: webhooks may go to this computer, over http too: for the local stack.';
insert into helpdesk_private.delivery_settings default values;

revoke all on table helpdesk.webhooks from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.webhook_secrets from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.event_types from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.delivery_settings from public, anon, authenticated, service_role;
grant
  select, delete, update (url, description, event_types, team_id, audience, is_active)
on table helpdesk.webhooks to authenticated, service_role;
alter table helpdesk.webhooks enable row level security;
alter table helpdesk_private.webhook_secrets enable row level security;
alter table helpdesk_private.event_types enable row level security;
alter table helpdesk_private.delivery_settings enable row level security;

create policy "only active people" on helpdesk.webhooks
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "admins see webhooks" on helpdesk.webhooks
  for select to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "admins change webhooks" on helpdesk.webhooks
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');
create policy "admins delete webhooks" on helpdesk.webhooks
  for delete to authenticated using ((select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261129000110', 'webhooks');

insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('webhook_not_found', 404, 'There is no such webhook.', 'List the webhooks.');

insert into helpdesk_private.event_types (type) values
  ('ticket.created'), ('ticket.updated'), ('ticket.status_changed'), ('ticket.assigned'), ('ticket.unassigned'),
  ('ticket.transferred'), ('ticket.tagged'), ('ticket.untagged'), ('ticket.merged'), ('ticket.unmerged'),
  ('ticket.linked'), ('ticket.unlinked'), ('message.created'), ('message.redacted'),
  ('note.created'), ('proposal.created'), ('proposal.decided'), ('attachment.uploaded'), ('attachment.checked'),
  ('attachment.deleted'), ('user.created'), ('user.updated'), ('user.role_changed'), ('user.deactivated'),
  ('user.reactivated'), ('user.invited'), ('user.invitation_accepted'), ('user.invitation_revoked'),
  ('team.created'), ('team.updated'), ('team.deleted'), ('team.member_added'), ('team.member_removed'),
  ('settings.changed'), ('import.started'), ('import.finished'), ('article.created'), ('article.updated'),
  ('article.published'), ('article.archived'), ('assistant.settings_changed'), ('assistant.prompt_created'),
  ('assistant.prompt_activated'), ('assistant.exclusion_added'), ('assistant.exclusion_removed'),
  ('embedding_model.added'), ('embedding_model.activated'), ('field.created'), ('field.updated'),
  ('field.option_added'), ('field.option_updated'), ('field.team_added'), ('field.team_removed'),
  ('view.created'), ('view.updated'), ('view.deleted'),
  ('webhook.created'), ('webhook.updated'), ('webhook.deleted'), ('webhook.disabled'), ('webhook.secret_rotated');


-- Where a webhook may go ----------------------------------------------------------------------------------------------

create function helpdesk_private.is_public_address(p_address inet)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- What the registries of special addresses list as not global, and multicast. Of IPv6 only what is given to the
  -- public (2000::/3), without the ranges that carry an IPv4 address or that lead nowhere.
  return case family(p_address)
    when 4 then not exists (
      select from unnest(array[
        '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
        '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
        '224.0.0.0/3'
      ]::inet[]) as r (network) where p_address <<= r.network
    )
    else p_address <<= '2000::/3' and not exists (
      select from unnest(array['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']::inet[]) as r (network)
      where p_address <<= r.network
    )
  end;
end;
$$;
comment on function helpdesk_private.is_public_address is 'Whether the address is one of the public internet.';
revoke all on function helpdesk_private.is_public_address from public, anon, authenticated, service_role;

create function helpdesk_private.webhook_url_problem(p_url text)
returns text
language plpgsql
stable
-- Definer: the settings of deliveries are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parts text[] := regexp_match(
    p_url,
    '^(https?)://(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?(?:[/?][]!$%&''()*+,./0-9:;=?@A-Z[_a-z~-]*)?$', 'i'
  );
  v_host text := lower(v_parts[2]);
  v_port text := v_parts[3];
  v_is_address boolean := v_host ~ '^(\[.*\]|[0-9]{1,3}([.][0-9]{1,3}){3})$';
begin
  if p_url ~ '^[a-z][a-z0-9+.-]*://[^/?#]*@' then
    return 'must not contain a user name or a password';
  elsif p_url !~* '^https?://' then
    return 'must begin with https://';
  elsif v_parts is null then
    return 'must be a plain address like https://example.com/hooks, in ASCII and without a fragment';
  elsif v_host in ('localhost', '127.0.0.1', '[::1]')
    and (select s.allow_loopback from helpdesk_private.delivery_settings as s) then
    return case when v_port::integer not between 1 and 65535 then 'must have a port between 1 and 65535' end;
  elsif lower(v_parts[1]) <> 'https' then
    return 'must begin with https://';
  elsif coalesce(v_port, '443') not in ('443', '8443') then
    return 'must use port 443 or 8443';
  elsif v_is_address then
    begin
      if helpdesk_private.is_public_address(btrim(v_host, '[]')::inet) then
        return null;
      end if;
    exception when data_exception then
      null;
    end;
    return 'must not lead to a private or reserved address';
  elsif v_host ~ '(^|[.])(local|internal|localhost)$' then
    return 'must not lead to a name that is not public';
  elsif char_length(v_host) > 253
    or v_host !~ '^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?[.])+[a-z][a-z0-9-]{0,61}[a-z0-9]$' then
    -- The last part begins with a letter: other ways to write an IPv4 address do not.
    return 'must have a full host name like hooks.example.com';
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.webhook_url_problem is
  'Why a webhook may not go to the URL; null if it may. Senders check again, with the addresses that the name has '
  'when they send.';
revoke all on function helpdesk_private.webhook_url_problem from public, anon, authenticated, service_role;

create function helpdesk_private.check_event_types(p_event_types text[])
returns void
language plpgsql
stable
-- Definer: the list of types is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type text;
begin
  if coalesce(cardinality(p_event_types), 0) not between 1 and 100 then
    perform helpdesk_private.fail('invalid_value', 'event_types must be 1 to 100 types', 'Use * for all events.');
  end if;
  foreach v_type in array p_event_types loop
    if v_type = '*' or exists (
      select from helpdesk_private.event_types as t where v_type in (t.type, split_part(t.type, '.', 1) || '.*')
    ) then
      continue;
    end if;
    perform helpdesk_private.fail(
      'invalid_value',
      format('event_types: there is no event %s', left(helpdesk_private.printable(coalesce(v_type, 'null')), 100)),
      'Use types like message.created, groups like ticket.*, or * for all events.'
    );
  end loop;
end;
$$;
revoke all on function helpdesk_private.check_event_types from public, anon, authenticated, service_role;
