-- E-mail in: a text that was redacted stays nowhere: not in the row of its mail, not in the parsed mail, and not in the
-- raw bytes. The bytes lie in Storage, where SQL cannot delete them: the row says that they have to go, and the program
-- that stores mails deletes them.

insert into helpdesk_private.concepts (version, concept) values ('20261129000352', 'email_redaction');

create function helpdesk_private.redact_emails(p_inbound_ids uuid[])
returns void
language plpgsql
-- Definer: nobody writes mails directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids uuid[];
begin
  -- With the later deliveries of the same mail. No sender's text is in what is kept of the evidence.
  v_ids := array(
    select u.inbound_id from unnest(p_inbound_ids) as u (inbound_id)
    union
    select i.inbound_id from helpdesk.inbound_emails as f
    inner join helpdesk.inbound_emails as i on f.message_id = i.message_id
    where f.inbound_id = any(p_inbound_ids)
      and i.evidence ->> 'first_delivery' = f.inbound_id::text and i.outcome = 'duplicate'
  );
  -- A mail to the reply addresses of several tickets is one parsed mail with several rows.
  update helpdesk_private.received_emails as r set mail = null
  where r.inbound_id in (
    select i.inbound_id from helpdesk.inbound_emails as i
    inner join helpdesk.inbound_emails as f on f.message_id = i.message_id and f.raw_key = i.raw_key
    where f.inbound_id = any(v_ids)
    union all
    select u.inbound_id from unnest(v_ids) as u (inbound_id)
  );
  update helpdesk.inbound_emails as i
  set subject = '[redacted]', body = '[redacted]', trimmed_from = null, has_html = false, redacted_at = clock_timestamp(),
      evidence = jsonb_strip_nulls(jsonb_build_object(
        'hits', i.evidence -> 'hits', 'first_delivery', i.evidence -> 'first_delivery',
        'quarantined_for', i.evidence -> 'quarantined_for', 'opened', i.evidence -> 'opened',
        'verdict', jsonb_build_object('result', i.verdict, 'source', i.evidence #> '{verdict,source}')
      ))
  where i.inbound_id = any(v_ids) and i.redacted_at is null;
end;
$$;
comment on function helpdesk_private.redact_emails is
  'Removes the texts of these mails for good, of their rows and of the parsed mails, and says that their raw bytes are '
  'to be deleted. Who wrote, when, and what was decided stays.';
revoke all on function helpdesk_private.redact_emails from public, anon, authenticated, service_role;

create function helpdesk_private.redact_email_of_message()
returns trigger
language plpgsql
-- Definer: nobody writes mails directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.redact_emails(array(
    select i.inbound_id from helpdesk.inbound_emails as i where i.post_id = new.message_id
  ));
  return null;
end;
$$;
revoke all on function helpdesk_private.redact_email_of_message from public, anon, authenticated, service_role;
create trigger redact_email after update on helpdesk.messages
  for each row when (old.redacted_at is null and new.redacted_at is not null)
  execute function helpdesk_private.redact_email_of_message();


-- The raw bytes -------------------------------------------------------------------------------------------------------

create function helpdesk_private.raw_emails_to_delete(p_max_rows integer)
returns setof text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.number_within('max_rows', coalesce(p_max_rows, 100), 1, 1000);
  return query
    select i.raw_key from helpdesk.inbound_emails as i
    where i.redacted_at is not null and i.raw_deleted_at is null
    group by i.raw_key order by min(i.redacted_at), i.raw_key limit coalesce(p_max_rows, 100);
end;
$$;
revoke all on function helpdesk_private.raw_emails_to_delete from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.raw_emails_to_delete to service_role;

create function helpdesk.raw_emails_to_delete(max_rows integer default 100)
returns setof text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.raw_emails_to_delete(raw_emails_to_delete.max_rows);
$$;
comment on function helpdesk.raw_emails_to_delete is
  'For programs with the secret key that store mail: the raw_key of each mail whose text was redacted and whose bytes '
  'are still there, oldest first. Delete the bytes, then call raw_emails_deleted().';
revoke all on function helpdesk.raw_emails_to_delete from public, anon, authenticated, service_role;
grant execute on function helpdesk.raw_emails_to_delete to service_role;

create function helpdesk_private.raw_emails_deleted(p_raw_keys text[])
returns integer
language plpgsql
-- Definer: nobody writes mails directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  if cardinality(p_raw_keys) > 1000 then
    perform helpdesk_private.fail('too_many', 'raw_keys: at most 1000 in one request.');
  end if;
  with gone as (
    update helpdesk.inbound_emails as i set raw_deleted_at = clock_timestamp()
    where i.raw_key = any(p_raw_keys) and i.redacted_at is not null and i.raw_deleted_at is null
    returning i.raw_key
  )
  select count(distinct g.raw_key) into v_count from gone as g;
  return v_count;
end;
$$;
revoke all on function helpdesk_private.raw_emails_deleted from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.raw_emails_deleted to service_role;

create function helpdesk.raw_emails_deleted(raw_keys text[])
returns integer
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.raw_emails_deleted(raw_emails_deleted.raw_keys);
$$;
comment on function helpdesk.raw_emails_deleted is
  'For programs with the secret key that store mail: the bytes under these keys of raw_emails_to_delete() are deleted. '
  'Returns how many keys were waiting for it.';
revoke all on function helpdesk.raw_emails_deleted from public, anon, authenticated, service_role;
grant execute on function helpdesk.raw_emails_deleted to service_role;
