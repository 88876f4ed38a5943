-- E-mail in and out: what an address has done, and who speaks for it. Admins block senders; who answers programs with
-- programs is muted.

insert into helpdesk_private.concepts (version, concept) values ('20261129000325', 'email_senders');

create function helpdesk_private.is_blocked(p_address text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from helpdesk.email_blocks as b
    where b.pattern in (p_address, split_part(p_address, '@', 2))
      or (b.pattern not like '%@%' and p_address like '%.' || b.pattern)
  );
$$;
revoke all on function helpdesk_private.is_blocked from public, anon, authenticated, service_role;

create function helpdesk_private.without_tag(p_address text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select regexp_replace(p_address, '^([^+@]+)[+][^@]*@', '\1@');
$$;
comment on function helpdesk_private.without_tag is
  'The mailbox behind an address like name+tag@example.com. For counting only: who somebody is, the address says.';
revoke all on function helpdesk_private.without_tag from public, anon, authenticated, service_role;

create function helpdesk_private.may_mail_automatically(p_address text)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_mailbox text := helpdesk_private.without_tag(p_address);
begin
  return not exists (
    select from helpdesk_private.email_mutes as m
    where m.pattern in (v_mailbox, '@' || split_part(p_address, '@', 2)) and m.muted_until > clock_timestamp()
  );
end;
$$;
comment on function helpdesk_private.may_mail_automatically is
  'False while the mailbox, or its domain, looks like the other end of a loop.';
revoke all on function helpdesk_private.may_mail_automatically from public, anon, authenticated, service_role;

create function helpdesk_private.servers_of_replies(p_addresses text[])
returns text[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with domains as (
    select distinct split_part(a.address, '@', 2) as domain from unnest(p_addresses) as a (address)
    where a.address ~ '^(reply|note)[+]'
  ),
  lists as (
    select c.trusted_authserv_ids as servers
    from helpdesk.email_channels as c
    inner join domains as d on d.domain = split_part(c.address, '@', 2)
    where c.is_active and cardinality(c.trusted_authserv_ids) > 0
  )
  select array(
    select distinct s.server from lists as l cross join unnest(l.servers) as s (server)
    where not exists (select from lists as o where s.server <> all(o.servers))
  );
$$;
comment on function helpdesk_private.servers_of_replies is
  'Who speaks for the sender of a mail to a reply address: the servers that all addresses of the same domain trust, as '
  'one server receives for a domain. A reply domain of its own may have another.';
revoke all on function helpdesk_private.servers_of_replies from public, anon, authenticated, service_role;
