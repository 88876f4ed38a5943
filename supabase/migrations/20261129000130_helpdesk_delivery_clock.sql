-- The clock of deliveries on a hosted project: pg_cron looks each ten seconds whether something waits, and pg_net wakes
-- the function `deliver`. Both are the host's to enable, and neither is needed: `helpdesk worker` sends without them.
--
-- pg_net keeps its requests where other roles of the database can read them. So a request has no key, but a word that
-- is good once, for a minute, and for nothing but waking senders.

insert into helpdesk_private.concepts (version, concept) values ('20261129000130', 'delivery_clock');

alter table helpdesk_private.delivery_settings
  add column project_url text check (project_url ~ '^https?://[^/?#@\s]+$' and char_length(project_url) <= 300);

create table helpdesk_private.wake_words (
  word_hash text primary key,
  expires_at timestamptz not null
);
comment on table helpdesk_private.wake_words is 'The words that wake senders, hashed; each is good once.';
revoke all on table helpdesk_private.wake_words from public, anon, authenticated, service_role;
alter table helpdesk_private.wake_words enable row level security;

create function helpdesk_private.wake_senders()
returns boolean
language plpgsql
-- Definer: nobody reads the settings or the outbox of others. Called by pg_cron as the owner.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_url text := (select s.project_url from helpdesk_private.delivery_settings as s);
  v_word text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  if v_url is null or not exists (
    select from helpdesk.outbox as o where o.state in ('queued', 'leased') and o.next_at <= clock_timestamp()
  ) then
    return false;
  end if;
  delete from helpdesk_private.wake_words as w where w.expires_at < clock_timestamp();
  insert into helpdesk_private.wake_words (word_hash, expires_at)
  values (encode(sha256(convert_to(v_word, 'UTF8')), 'hex'), clock_timestamp() + interval '1 minute');
  perform net.http_post(
    url => v_url || '/functions/v1/deliver', body => jsonb_build_object('wake', v_word), timeout_milliseconds => 5000
  );
  return true;
end;
$$;
comment on function helpdesk_private.wake_senders is
  'Wakes the function deliver if something can be sent now; whether it did. Its answer is ignored: the next call wakes '
  'it again.';
revoke all on function helpdesk_private.wake_senders from public, anon, authenticated, service_role;

create function helpdesk_private.accept_wake(p_word text)
returns boolean
language plpgsql
-- Definer: the words are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from helpdesk_private.wake_words as w
  where w.word_hash = encode(sha256(convert_to(left(p_word, 200), 'UTF8')), 'hex')
    and w.expires_at >= clock_timestamp();
  return found;
end;
$$;
revoke all on function helpdesk_private.accept_wake from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.accept_wake to service_role;

create function helpdesk.accept_wake(word text)
returns boolean
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.accept_wake(accept_wake.word);
$$;
comment on function helpdesk.accept_wake is
  'For the function deliver, with the secret key: whether a request that has this word comes from this database. Each '
  'word is good once.';
revoke all on function helpdesk.accept_wake from public, anon, authenticated, service_role;
grant execute on function helpdesk.accept_wake to service_role;

create function helpdesk_private.set_delivery_clock(p_project_url text)
returns jsonb
language plpgsql
-- Definer: only the owner may schedule, and write the settings.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_job constant text := 'helpdesk-deliver';
  v_has_cron boolean := to_regprocedure('cron.schedule(text,text,text)') is not null;
  v_has_net boolean := exists (
    select from pg_proc as p where p.pronamespace = to_regnamespace('net') and p.proname = 'http_post'
  );
begin
  if p_project_url is not null and (
    p_project_url !~ '^https?://[^/?#@\s]+$' or char_length(p_project_url) > 300
  ) then
    perform helpdesk_private.fail('invalid_value', 'project_url must be like https://abc.supabase.co');
  end if;
  if v_has_cron then
    perform cron.unschedule(j.jobname) from cron.job as j where j.jobname = c_job;
    if v_has_net and p_project_url is not null then
      perform cron.schedule(c_job, '10 seconds', 'select helpdesk_private.wake_senders()');
    end if;
  end if;
  update helpdesk_private.delivery_settings as s
  set project_url = case when v_has_cron and v_has_net then p_project_url end;
  return jsonb_build_object(
    'is_scheduled', v_has_cron and v_has_net and p_project_url is not null, 'pg_cron', v_has_cron, 'pg_net', v_has_net
  );
end;
$$;
revoke all on function helpdesk_private.set_delivery_clock from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.set_delivery_clock to service_role;

create function helpdesk.set_delivery_clock(project_url text)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_delivery_clock(set_delivery_clock.project_url);
$$;
comment on function helpdesk.set_delivery_clock is
  'With the secret key: has pg_cron wake the function deliver of the project at this URL each ten seconds, as long as '
  'something waits; null ends it. Without pg_cron and pg_net nothing is scheduled: is_scheduled says so.';
revoke all on function helpdesk.set_delivery_clock from public, anon, authenticated, service_role;
grant execute on function helpdesk.set_delivery_clock to service_role;
