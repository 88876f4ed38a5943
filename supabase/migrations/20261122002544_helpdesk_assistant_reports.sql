-- Reports about the assistant: what it was asked in a period, what people made of its proposals, what that cost, and
-- how much of it needed no model. Admins see everything, agents the tickets that they work.
--
-- Everything is counted from runs and proposals when it is asked for. Test runs do not count.

insert into helpdesk_private.concepts (version, concept) values ('20261122002544', 'assistant_reports');
create index ai_runs_created_idx on helpdesk.ai_runs (created_at);

create type helpdesk_private.assistant_figures as (
  period date, kind text, mode text, prompt_id uuid, prompt_version integer, chat_model text, team_id uuid,
  runs bigint, answered bigint, without_model bigint, cached bigint, needs_human bigint, failed bigint,
  proposals bigint, decided bigint, unchanged bigint, lightly_edited bigint, rewritten bigint, rejected bigint,
  undone bigint, applied bigint, applied_undone bigint, lapsed bigint,
  acceptance real, "precision" real, distance real, seconds_to_decide real, seconds_saved bigint,
  tokens_in bigint, tokens_out bigint, estimated bigint, cost numeric, p50_milliseconds integer,
  p95_milliseconds integer
);
comment on type helpdesk_private.assistant_figures is 'A row of assistant_report().';

create function helpdesk_private.reported_runs(p_since timestamptz, p_until timestamptz, p_by text[])
returns table (
  run_id uuid, period date, kind text, mode text, prompt_id uuid, chat_model text, team_id uuid, state text,
  used_model boolean, cached boolean, tokens_in integer, tokens_out integer, is_estimated boolean, cost numeric,
  milliseconds integer
)
language plpgsql
stable
-- Definer: the caller's tickets are found once, not for each run.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_service boolean := helpdesk_private.is_service();
  v_unit text := (select b.word from unnest(p_by) as b (word) where b.word in ('day', 'week', 'month'));
begin
  return query
    select
      r.run_id,
      case when v_unit is not null then date_trunc(v_unit, r.created_at at time zone 'UTC')::date end,
      case when 'kind' = any(p_by) then r.kind end,
      case when 'mode' = any(p_by) then r.mode end,
      -- A prompt and a model answer for what the model has answered, not for what was made without it.
      case when 'prompt' = any(p_by) and r.mode = 'model' then r.prompt_id end,
      case when 'model' = any(p_by) and r.tokens_in + r.tokens_out > 0 then r.chat_model end,
      case when 'team' = any(p_by) then t.team_id end,
      r.state, r.tokens_in + r.tokens_out > 0, r.cached_from is not null, r.tokens_in, r.tokens_out, r.is_estimated,
      r.cost, nullif(r.milliseconds, 0)
    from helpdesk.ai_runs as r
    join helpdesk.tickets as t on t.ticket_id = r.ticket_id
    where r.created_at >= p_since and r.created_at < p_until and not r.is_test
      and (
        v_is_service
        or r.ticket_id in (select w.ticket_id from helpdesk_private.worked_tickets as w)
      );
end;
$$;
comment on function helpdesk_private.reported_runs is
  'The runs of a period on tickets that the caller works, with what they are grouped by; the other groups are null.';
revoke all on function helpdesk_private.reported_runs from public, anon, authenticated, service_role;

create function helpdesk_private.assistant_report(p_since timestamptz, p_until timestamptz, p_by text[])
returns setof helpdesk_private.assistant_figures
language plpgsql
stable
-- Definer: reads the proposals of the runs that the caller may see.
security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $$
declare
  -- A person writes 150 characters a minute, about 30 words. A draft that stays open longer than five minutes is open
  -- beside something else.
  c_characters_a_second constant real := 2.5;
  c_most_seconds constant real := 300;
begin
  perform helpdesk_private.require_role('agent', 'admin');
  if p_since is null or p_until is null or p_by is null then
    perform helpdesk_private.fail('invalid_value', 'since, until and by must have a value');
  elsif p_since >= p_until then
    perform helpdesk_private.fail('invalid_value', 'since must be before until');
  elsif exists (
    select from unnest(p_by) as b (word)
    where b.word is null or b.word not in ('kind', 'mode', 'prompt', 'model', 'team', 'day', 'week', 'month')
  ) then
    perform helpdesk_private.fail(
      'invalid_value', 'by must be words of kind, mode, prompt, model, team, day, week, month'
    );
  elsif (select count(distinct b.word) > 1 from unnest(p_by) as b (word) where b.word in ('day', 'week', 'month')) then
    perform helpdesk_private.fail('invalid_value', 'by must have at most one of day, week, month');
  end if;
  return query
    with runs as materialized (
      select * from helpdesk_private.reported_runs(p_since, p_until, array(select distinct b from unnest(p_by) as b))
    ), asked as (
      select
        r.period, r.kind, r.mode, r.prompt_id, r.chat_model, r.team_id,
        count(*) as runs,
        count(*) filter (where r.state in ('done', 'fallback')) as answered,
        count(*) filter (where r.state in ('done', 'fallback') and not r.used_model) as without_model,
        count(*) filter (where r.cached) as cached,
        count(*) filter (where r.state = 'needs_human') as needs_human,
        count(*) filter (where r.state = 'failed') as failed,
        sum(r.tokens_in)::bigint as tokens_in, sum(r.tokens_out)::bigint as tokens_out,
        count(*) filter (where r.is_estimated) as estimated, sum(r.cost) as cost,
        percentile_cont(array[0.5, 0.95]) within group (order by r.milliseconds) as milliseconds
      from runs as r
      group by r.period, r.kind, r.mode, r.prompt_id, r.chat_model, r.team_id
    ), outcomes as (
      select
        r.period, r.kind, r.mode, r.prompt_id, r.chat_model, r.team_id, p.state, p.distance,
        -- What the assistant applies by itself is nobody's judgement, until somebody undoes it.
        u.role = 'assistant' as by_assistant,
        least(p.seconds_to_decide, c_most_seconds) as seconds,
        case when p.state in ('accepted', 'edited') and p.distance is not null then
          char_length(p.final ->> 'body') * (1 - p.distance) / c_characters_a_second
        end as seconds_kept
      from runs as r
      -- That nothing was found is no suggestion.
      join helpdesk.proposals as p on p.run_id = r.run_id and p.kind <> 'escalation'
      left join helpdesk.users as u on u.user_id = p.decided_by
    ), judged as (
      select o.*, not coalesce(o.by_assistant, false) and o.state in ('accepted', 'edited', 'rejected', 'undone') as judged
      from outcomes as o
    ), made as (
      select
        j.period, j.kind, j.mode, j.prompt_id, j.chat_model, j.team_id,
        count(*) as proposals,
        count(*) filter (where j.judged) as decided,
        count(*) filter (where j.judged and j.state in ('accepted', 'edited') and coalesce(j.distance, 0) = 0) as unchanged,
        count(*) filter (where j.judged and j.state = 'edited' and j.distance > 0 and j.distance < 0.2) as lightly_edited,
        count(*) filter (where j.judged and j.state = 'edited' and j.distance >= 0.2) as rewritten,
        count(*) filter (where j.state = 'rejected') as rejected,
        count(*) filter (where j.judged and j.state = 'undone') as undone,
        count(*) filter (where j.by_assistant) as applied,
        count(*) filter (where j.by_assistant and j.state = 'undone') as applied_undone,
        count(*) filter (where j.state in ('expired', 'superseded')) as lapsed,
        avg(j.distance) filter (where j.judged and j.state in ('accepted', 'edited'))::real as distance,
        (percentile_cont(0.5) within group (order by j.seconds) filter (where j.judged))::real as seconds_to_decide,
        round(
          coalesce(sum(j.seconds_kept), 0) - coalesce(sum(j.seconds) filter (where j.judged), 0)
        )::bigint as seconds_saved
      from judged as j
      group by j.period, j.kind, j.mode, j.prompt_id, j.chat_model, j.team_id
    )
    select
      a.period, a.kind, a.mode, a.prompt_id,
      (select v.version from helpdesk.ai_prompts as v where v.prompt_id = a.prompt_id),
      a.chat_model, a.team_id, a.runs, a.answered, a.without_model, a.cached, a.needs_human, a.failed,
      coalesce(m.proposals, 0), coalesce(m.decided, 0), coalesce(m.unchanged, 0), coalesce(m.lightly_edited, 0),
      coalesce(m.rewritten, 0), coalesce(m.rejected, 0), coalesce(m.undone, 0), coalesce(m.applied, 0),
      coalesce(m.applied_undone, 0), coalesce(m.lapsed, 0),
      ((m.unchanged + m.lightly_edited + m.rewritten)::real / nullif(m.decided, 0))::real,
      ((m.unchanged + m.lightly_edited)::real / nullif(m.decided, 0))::real,
      m.distance, m.seconds_to_decide, coalesce(m.seconds_saved, 0),
      a.tokens_in, a.tokens_out, a.estimated, a.cost, round(a.milliseconds[1])::integer,
      round(a.milliseconds[2])::integer
    from asked as a
    left join made as m on
      (m.period, m.kind, m.mode, m.prompt_id, m.chat_model, m.team_id)
      is not distinct from (a.period, a.kind, a.mode, a.prompt_id, a.chat_model, a.team_id)
    order by a.period, a.runs desc, a.kind, a.mode, a.chat_model, a.team_id, a.prompt_id
    limit 1000;
end;
$$;
revoke all on function helpdesk_private.assistant_report from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.assistant_report to authenticated, service_role;

create function helpdesk.assistant_report(
  since timestamptz default now() - interval '30 days', until timestamptz default now(), "by" text[] default '{}'
)
returns setof helpdesk_private.assistant_figures
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.assistant_report(
    assistant_report.since, assistant_report.until, assistant_report.by
  );
$$;
comment on function helpdesk.assistant_report is
  'Staff: what the assistant was asked in a period, and what became of it, on the tickets that you work. by: any of '
  'kind, mode, prompt, model, team, and one of day, week, month; at most 1,000 rows. acceptance: of the decided '
  'proposals those that people took; precision: those that they took unchanged or with less than 20 % edited.';
revoke all on function helpdesk.assistant_report from public, anon, authenticated, service_role;
grant execute on function helpdesk.assistant_report to authenticated, service_role;
