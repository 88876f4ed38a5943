-- Budgets: the tokens that the project, a team and a person may use in a day. A lease reserves tokens before a call of
-- a model; when the call is back, what it used is counted.

insert into helpdesk_private.concepts (version, concept) values ('20261122002413', 'assistant_budgets');

create function helpdesk_private.budget_scopes(p_run helpdesk.ai_runs, p_team_id uuid)
returns table (place integer, scope text, scope_id uuid, token_limit bigint)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- In this order they are locked, everywhere.
  select 1, 'project', '00000000-0000-0000-0000-000000000000'::uuid, s.daily_tokens_project
  from helpdesk.ai_settings as s
  union all
  select 2, 'team', p_team_id, s.daily_tokens_team
  from helpdesk.ai_settings as s
  where p_team_id is not null
  union all
  select 3, 'person', (p_run).requested_by, s.daily_tokens_person
  from helpdesk.ai_settings as s
  where (p_run).requested_by is not null;
$$;
revoke all on function helpdesk_private.budget_scopes from public, anon, authenticated, service_role;

create function helpdesk_private.settle_usage(
  p_run helpdesk.ai_runs, p_lease helpdesk_private.run_leases, p_tokens bigint, p_calls integer, p_cost numeric
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_scope record;
begin
  for v_scope in
    select s.scope, s.scope_id from helpdesk_private.budget_scopes(p_run, p_lease.team_id) as s order by s.place
  loop
    update helpdesk.ai_usage as u
    set reserved_tokens = u.reserved_tokens - p_lease.reserved_tokens,
        used_tokens = u.used_tokens + p_tokens,
        calls = u.calls + p_calls,
        cost = u.cost + p_cost
    where u.day = p_lease.day and u.scope = v_scope.scope and u.scope_id = v_scope.scope_id;
  end loop;
end;
$$;
comment on function helpdesk_private.settle_usage is
  'Gives back what a lease has reserved, and counts what was used instead. Without a reservation it does nothing.';
revoke all on function helpdesk_private.settle_usage from public, anon, authenticated, service_role;

create function helpdesk_private.count_lost_attempt(p_run helpdesk.ai_runs)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease helpdesk_private.run_leases;
begin
  select * into v_lease from helpdesk_private.run_leases as l where l.run_id = p_run.run_id and l.reserved_tokens > 0;
  if found then
    -- The model may have answered before the program ended: the reservation counts as used.
    perform helpdesk_private.settle_usage(p_run, v_lease, v_lease.reserved_tokens, 0, 0);
    update helpdesk_private.run_leases as l
    set reserved_tokens = 0, lost_tokens = l.lost_tokens + l.reserved_tokens
    where l.run_id = p_run.run_id;
  end if;
end;
$$;
comment on function helpdesk_private.count_lost_attempt is
  'Counts what a run has reserved as used, because nobody will say what the attempt used. Its lease is locked.';
revoke all on function helpdesk_private.count_lost_attempt from public, anon, authenticated, service_role;
