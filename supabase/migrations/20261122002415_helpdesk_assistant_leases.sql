-- Carrying runs out: the lease and its secret, what a run may read, calls of a model within the budgets, and the end.
-- Everything here is for a login with the role assistant, and everything but the lease itself needs the run's secret.

insert into helpdesk_private.concepts (version, concept) values ('20261122002415', 'assistant_leases');

create function helpdesk_private.require_assistant()
returns uuid
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_person();
begin
  if helpdesk_private.my_role() is distinct from 'assistant' then
    perform helpdesk_private.fail('forbidden', 'Only the assistant''s login may do this.');
  end if;
  return v_me;
end;
$$;
revoke all on function helpdesk_private.require_assistant from public, anon, authenticated, service_role;

create function helpdesk_private.finish_run(
  p_run_id uuid, p_state text, p_mode text, p_reason text, p_problem text, p_usage jsonb, p_answer jsonb
)
returns helpdesk.ai_runs
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease helpdesk_private.run_leases;
  v_run helpdesk.ai_runs;
  v_settings helpdesk.ai_settings := (select s from helpdesk.ai_settings as s);
  v_tokens_in integer := helpdesk_private.count_in(p_usage, 'tokens_in');
  v_tokens_out integer := helpdesk_private.count_in(p_usage, 'tokens_out');
begin
  delete from helpdesk_private.run_leases as l where l.run_id = p_run_id returning * into v_lease;
  if not found then
    perform helpdesk_private.fail('lease_lost');
  end if;
  v_tokens_in := v_tokens_in + v_lease.lost_tokens;
  update helpdesk.ai_runs as r
  set state = p_state,
      mode = p_mode,
      reason = p_reason,
      problem = left(helpdesk_private.one_line(p_problem), 500),
      answer = p_answer,
      chat_model = coalesce(left(p_usage ->> 'chat_model', 200), r.chat_model),
      rung = left(p_usage ->> 'rung', 40),
      tokens_in = v_tokens_in,
      tokens_out = v_tokens_out,
      is_estimated = coalesce(p_usage ->> 'is_estimated' = 'true', false) or v_lease.lost_tokens > 0,
      cost = coalesce(v_tokens_in * v_settings.price_in + v_tokens_out * v_settings.price_out, 0) / 1000000,
      milliseconds = helpdesk_private.count_in(p_usage, 'milliseconds'),
      finished_at = clock_timestamp()
  where r.run_id = p_run_id
  returning * into v_run;
  perform helpdesk_private.settle_usage(
    v_run, v_lease, v_run.tokens_in + v_run.tokens_out - v_lease.lost_tokens, v_lease.model_calls, v_run.cost
  );
  return v_run;
end;
$$;
comment on function helpdesk_private.finish_run is
  'Ends a run that is leased, and counts what it used. The caller has checked the lease.';
revoke all on function helpdesk_private.finish_run from public, anon, authenticated, service_role;

create function helpdesk_private.count_in(p_usage jsonb, p_key text)
returns integer
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- A program sends it, and it must not fail a run.
  select case
    when jsonb_typeof(p_usage -> p_key) = 'number'
      then least(greatest(trunc((p_usage ->> p_key)::numeric), 0), 100000000)::integer
    else 0
  end;
$$;
revoke all on function helpdesk_private.count_in from public, anon, authenticated, service_role;


-- The lease -----------------------------------------------------------------------------------------------------------

create function helpdesk_private.lease_runs(p_max_rows integer, p_lease_seconds integer, p_run_id uuid, p_kind text)
returns jsonb
language plpgsql
-- Definer: nobody reads or writes leases directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_assistant();
  v_run helpdesk.ai_runs;
  v_ticket helpdesk.tickets;
  v_secret text;
  v_leases jsonb := '[]';
begin
  for v_run in
    select r.* from helpdesk.ai_runs as r join helpdesk_private.run_leases as l using (run_id)
    where (p_run_id is null or r.run_id = p_run_id) and (p_kind is null or r.kind = p_kind)
      and coalesce(l.leased_until <= clock_timestamp(), l.due_at <= clock_timestamp())
    order by l.due_at
    limit least(greatest(coalesce(p_max_rows, 1), 0), 100)
    for update of l skip locked
  loop
    perform helpdesk_private.count_lost_attempt(v_run);
    select * into v_ticket from helpdesk.tickets as t where t.ticket_id = v_run.ticket_id;
    if helpdesk_private.is_assistant_off(v_ticket) or v_ticket.merged_into is not null then
      perform helpdesk_private.finish_run(
        v_run.run_id, 'cancelled', null,
        case when v_ticket.merged_into is null then 'assistant_off' else 'ticket_merged' end, null, null, null
      );
      continue;
    elsif v_run.attempts >= 3 then
      -- Whoever had it did not come back, three times.
      perform helpdesk_private.finish_run(v_run.run_id, 'failed', null, 'lease_expired', v_run.problem, null, null);
      continue;
    end if;
    -- The row of the run is not ours to return as it was: the conversation may have moved while it waited.
    update helpdesk.ai_runs as r
    set state = 'leased', attempts = r.attempts + 1, started_at = clock_timestamp(),
        ticket_revision = v_ticket.revision, last_message_id = v_ticket.last_message_id
    where r.run_id = v_run.run_id;
    -- 244 random bits.
    v_secret := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    update helpdesk_private.run_leases as l
    set secret_hash = encode(sha256(convert_to(v_secret, 'UTF8')), 'hex'),
        lessee = v_me,
        leased_until = clock_timestamp()
          + make_interval(secs => least(greatest(coalesce(p_lease_seconds, 120), 1), 3600))
    where l.run_id = v_run.run_id;
    v_leases := v_leases || jsonb_build_object('run_id', v_run.run_id, 'kind', v_run.kind, 'secret', v_secret);
  end loop;
  perform helpdesk_private.sweep_proposals(100);
  return v_leases;
end;
$$;
revoke all on function helpdesk_private.lease_runs from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.lease_runs to authenticated;

create function helpdesk.lease_runs(
  max_rows integer default 1, lease_seconds integer default 120, run_id uuid default null, kind text default null
)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.lease_runs(
    lease_runs.max_rows, lease_runs.lease_seconds, lease_runs.run_id, lease_runs.kind
  );
$$;
comment on function helpdesk.lease_runs is
  'For a login with the role assistant: runs that wait, oldest first, each with run_id, kind and secret. Nobody else '
  'receives them for lease_seconds. Send the secret of a run in the header x-helpdesk-run with all calls about it.';
revoke all on function helpdesk.lease_runs from public, anon, authenticated, service_role;
grant execute on function helpdesk.lease_runs to authenticated;

create function helpdesk_private.leased_run()
returns helpdesk.ai_runs
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_assistant();
  v_secret text;
  v_run_id uuid;
  v_run helpdesk.ai_runs;
begin
  begin
    v_secret := nullif(current_setting('request.headers', true), '')::json ->> 'x-helpdesk-run';
  exception when data_exception then
    -- Whoever has a connection of their own can set anything.
    v_secret := null;
  end;
  select l.run_id into v_run_id from helpdesk_private.run_leases as l
  where l.secret_hash = encode(sha256(convert_to(left(v_secret, 200), 'UTF8')), 'hex')
    and l.lessee = v_me and l.leased_until > clock_timestamp()
  for update;
  if not found then
    perform helpdesk_private.fail('lease_lost');
  end if;
  select * into v_run from helpdesk.ai_runs as r where r.run_id = v_run_id;
  return v_run;
end;
$$;
comment on function helpdesk_private.leased_run is
  'The run whose secret is in the header x-helpdesk-run, if the caller holds its lease; otherwise an error. Its lease '
  'is locked until the end of the transaction.';
revoke all on function helpdesk_private.leased_run from public, anon, authenticated, service_role;

create function helpdesk_private.release_run(p_problem text)
returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs := helpdesk_private.leased_run();
  v_due timestamptz := clock_timestamp() + interval '5 seconds' * 4 ^ v_run.attempts;
begin
  perform helpdesk_private.count_lost_attempt(v_run);
  if v_run.attempts >= 3 then
    perform helpdesk_private.finish_run(v_run.run_id, 'failed', null, 'run_failed', p_problem, null, null);
    return null;
  end if;
  update helpdesk.ai_runs as r
  set state = 'queued', problem = left(helpdesk_private.one_line(p_problem), 500)
  where r.run_id = v_run.run_id;
  update helpdesk_private.run_leases as l
  set secret_hash = null, lessee = null, leased_until = null, due_at = v_due
  where l.run_id = v_run.run_id;
  return v_due;
end;
$$;
revoke all on function helpdesk_private.release_run from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.release_run to authenticated;

create function helpdesk.release_run(problem text default null)
returns timestamptz
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.release_run(release_run.problem);
$$;
comment on function helpdesk.release_run is
  'For the holder of a lease: the run could not be carried out. It waits until the returned time; after three attempts '
  'it has failed.';
revoke all on function helpdesk.release_run from public, anon, authenticated, service_role;
grant execute on function helpdesk.release_run to authenticated;


-- Calls of a model ----------------------------------------------------------------------------------------------------

create function helpdesk_private.begin_model_call(p_estimated_tokens integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs := helpdesk_private.leased_run();
  v_lease helpdesk_private.run_leases := (
    select l from helpdesk_private.run_leases as l where l.run_id = v_run.run_id
  );
  v_day date := case when v_lease.reserved_tokens > 0 then v_lease.day else (now() at time zone 'UTC')::date end;
  v_team_id uuid := case
    when v_lease.reserved_tokens > 0 then v_lease.team_id
    else (select t.team_id from helpdesk.tickets as t where t.ticket_id = v_run.ticket_id)
  end;
  -- The prompt is known here: no program reserves less than a call can take. A second call repeats the answer that was
  -- refused, and says why.
  v_tokens bigint := greatest(
    least(coalesce(p_estimated_tokens, 0), 200000), 1,
    case when v_lease.call_tokens > 0 then v_lease.call_tokens + case when v_lease.model_calls > 0 then 8000 else 0 end end
  );
  v_scope record;
  v_taken bigint;
begin
  if not (select s.is_enabled from helpdesk.ai_settings as s) then
    return jsonb_build_object('allowed', false, 'reason', 'assistant_off');
  elsif v_lease.model_calls >= 3 then
    return jsonb_build_object('allowed', false, 'reason', 'too_many_calls');
  end if;
  -- All are locked before the first is changed: a refusal leaves nothing reserved.
  for v_scope in select s.* from helpdesk_private.budget_scopes(v_run, v_team_id) as s order by s.place loop
    insert into helpdesk.ai_usage (day, scope, scope_id) values (v_day, v_scope.scope, v_scope.scope_id)
    on conflict do nothing;
    select u.reserved_tokens + u.used_tokens into v_taken from helpdesk.ai_usage as u
    where u.day = v_day and u.scope = v_scope.scope and u.scope_id = v_scope.scope_id for update;
    if v_taken + v_tokens > v_scope.token_limit then
      return jsonb_build_object('allowed', false, 'reason', 'budget_exhausted', 'scope', v_scope.scope);
    end if;
  end loop;
  update helpdesk.ai_usage as u set reserved_tokens = u.reserved_tokens + v_tokens
  from helpdesk_private.budget_scopes(v_run, v_team_id) as s
  where u.day = v_day and u.scope = s.scope and u.scope_id = s.scope_id;
  update helpdesk_private.run_leases as l
  set model_calls = l.model_calls + 1, reserved_tokens = l.reserved_tokens + v_tokens, day = v_day,
      team_id = v_team_id
  where l.run_id = v_run.run_id;
  return jsonb_build_object('allowed', true, 'reason', null);
end;
$$;
revoke all on function helpdesk_private.begin_model_call from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.begin_model_call to authenticated;

create function helpdesk.begin_model_call(estimated_tokens integer)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.begin_model_call(begin_model_call.estimated_tokens);
$$;
comment on function helpdesk.begin_model_call is
  'For the holder of a lease: reserves tokens before each call of a model, at most three calls a run. At least as many '
  'are reserved as a call with the prompt of run_prompt() can take. Without {"allowed": true} there must be no call.';
revoke all on function helpdesk.begin_model_call from public, anon, authenticated, service_role;
grant execute on function helpdesk.begin_model_call to authenticated;

create function helpdesk_private.remember_capability(p_endpoint_key text, p_capability jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.leased_run();
  if p_endpoint_key is null or char_length(p_endpoint_key) not between 1 and 300 then
    perform helpdesk_private.fail('invalid_value', 'endpoint_key must be 1 to 300 characters');
  end if;
  perform helpdesk_private.json_object_within('capability', p_capability, 1000);
  update helpdesk.ai_settings as s
  set capability = case
    -- A few endpoints; whoever has more begins anew.
    when (select count(*) from jsonb_object_keys(s.capability)) >= 10 then '{}'
    else s.capability
  end || jsonb_build_object(p_endpoint_key, p_capability);
end;
$$;
revoke all on function helpdesk_private.remember_capability from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.remember_capability to authenticated;

create function helpdesk.remember_capability(endpoint_key text, capability jsonb)
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.remember_capability(remember_capability.endpoint_key, remember_capability.capability);
$$;
comment on function helpdesk.remember_capability is
  'For the holder of a lease: keeps what an endpoint takes, in ai_settings.capability.';
revoke all on function helpdesk.remember_capability from public, anon, authenticated, service_role;
grant execute on function helpdesk.remember_capability to authenticated;
