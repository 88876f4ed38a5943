-- Without a model: a reply is the sentences of articles that fit best, a summary is the course of the conversation.
-- Each result names its mode and why, so that a program can tell.

insert into helpdesk_private.concepts (version, concept) values ('20261122002438', 'assistant_fallback');

create function helpdesk_private.timeline_statements(p_ticket_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with messages as (
    select
      m.message_id, m.sequence, m.author_name, m.author_kind, m.created_at, m.body,
      row_number() over (order by m.sequence) as n, count(*) over () as total
    from helpdesk.messages as m where m.ticket_id = p_ticket_id
  ),
  lines as (
    -- The first message and the last three, and between them how many others.
    select
      m.sequence,
      format('%s (%s), %s: %s', m.author_name, m.author_kind, to_char(m.created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
        helpdesk_private.one_line(left(m.body, 300))) as text,
      jsonb_build_array(m.message_id) as messages
    from messages as m where m.n = 1 or m.n > m.total - 3
    union all
    select 0, format('Description: %s', helpdesk_private.one_line(left(t.description, 300))), '[]'
    from helpdesk.tickets as t where t.ticket_id = p_ticket_id and not helpdesk_private.is_blank(t.description)
    union all
    select e.event_id, format('%s: %s', to_char(e.created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), e.type), '[]'
    from (
      select v.event_id, v.created_at, v.type from helpdesk.events as v
      where v.ticket_id = p_ticket_id and v.type like 'ticket.%'
      order by v.event_id desc limit 10
    ) as e
  )
  select jsonb_agg(jsonb_build_object('text', l.text, 'messages', l.messages) order by l.sequence) from lines as l;
$$;
comment on function helpdesk_private.timeline_statements is
  'The course of a ticket as statements of a summary: description, first and last messages, the newest events.';
revoke all on function helpdesk_private.timeline_statements from public, anon, authenticated, service_role;

create function helpdesk_private.quote_block(p_sentences jsonb)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(
    -- Lines of code and rows of tables stay lines.
    '> ' || replace(btrim(q.quotes), chr(10), chr(10) || '> ') || E'\n>\n> — ' || q.title, E'\n\n' order by q.n
  )
  from (
    select
      s.sentence ->> 'title' as title, min(s.n) as n,
      string_agg(
        s.sentence ->> 'quote', case when s.sentence ->> 'quote' ~ '^\||\n' then E'\n' else ' ' end order by s.n
      ) as quotes
    from jsonb_array_elements(p_sentences) with ordinality as s (sentence, n)
    group by s.sentence ->> 'title', s.sentence ->> 'quote' ~ '^\||\n'
  ) as q;
$$;
comment on function helpdesk_private.quote_block is
  'Sentences of articles as a quotation in Markdown, with their titles.';
revoke all on function helpdesk_private.quote_block from public, anon, authenticated, service_role;

create function helpdesk_private.fall_back(p_run helpdesk.ai_runs, p_reason text, p_problem text, p_usage jsonb)
returns helpdesk.proposals
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_question text := helpdesk_private.read_run(p_run.run_id) ->> 'question';
  v_sentences jsonb;
  v_clean record;
  v_flags text[] := '{}';
  v_mode text := case p_run.kind when 'reply' then 'passages' when 'summary' then 'timeline' end;
  v_payload jsonb;
  v_proposal helpdesk.proposals;
begin
  if helpdesk_private.end_if_moved(p_run, p_usage) then
    return null;
  elsif v_mode is null then
    -- Nothing but a model or a person can do it.
    perform helpdesk_private.finish_run(p_run.run_id, 'needs_human', null, p_reason, p_problem, p_usage, null);
    return null;
  elsif p_run.kind = 'reply' then
    if not exists (select from helpdesk.run_chunks as r where r.run_id = p_run.run_id) and p_reason <> 'nothing_found' then
      perform helpdesk_private.find_passages(p_run, v_question, null, null);
    end if;
    v_sentences := helpdesk_private.best_sentences(p_run.run_id, v_question);
    if v_sentences = '[]' then
      return helpdesk_private.escalate(p_run, v_mode, p_usage);
    end if;
    v_clean := helpdesk_private.clean_answer(
      helpdesk_private.quote_block(v_sentences), helpdesk_private.cited_links(v_sentences)
    );
    v_payload := jsonb_build_object('body', v_clean.p_clean);
    v_flags := v_clean.p_flags || helpdesk_private.text_flags(p_run, v_clean.p_clean, v_sentences, null, null);
  else
    v_payload := jsonb_build_object('statements', helpdesk_private.timeline_statements(p_run.ticket_id));
  end if;
  if not p_run.is_test then
    v_proposal := helpdesk_private.make_proposal(
      p_run.run_id, p_run.kind, v_payload, v_mode, null, helpdesk_private.language_of(v_payload ->> 'body'),
      v_flags,
      coalesce(v_sentences, '[]')
    );
  end if;
  perform helpdesk_private.finish_run(p_run.run_id, 'fallback', v_mode, p_reason, p_problem, p_usage, v_payload);
  return v_proposal;
end;
$$;
comment on function helpdesk_private.fall_back is
  'Ends a run without the answer of a model. Returns the proposal, if any.';
revoke all on function helpdesk_private.fall_back from public, anon, authenticated, service_role;

create function helpdesk_private.finish_without_model(p_reason text, p_usage jsonb, p_problem text)
returns jsonb
language plpgsql
-- Definer: the assistant writes nothing directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs := helpdesk_private.leased_run();
  v_proposal helpdesk.proposals;
begin
  if p_reason is null or p_reason !~ '^[a-z_]{1,60}$' then
    perform helpdesk_private.fail('invalid_value', 'reason must be a word of small letters and underscores');
  end if;
  v_proposal := helpdesk_private.fall_back(v_run, p_reason, left(helpdesk_private.one_line(p_problem), 500), p_usage);
  return case when v_proposal.proposal_id is not null then to_jsonb(v_proposal) end;
end;
$$;
revoke all on function helpdesk_private.finish_without_model from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.finish_without_model to authenticated;

create function helpdesk.finish_without_model(reason text, usage jsonb default null, problem text default null)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.finish_without_model(
    finish_without_model.reason, finish_without_model.usage, finish_without_model.problem
  );
$$;
comment on function helpdesk.finish_without_model is
  'For the assistant, with the secret of its run: ends the run without the answer of a model. A reply becomes '
  'sentences '
  'of articles, a summary the course of the conversation; the rest needs a person. Returns the proposal, or null.';
revoke all on function helpdesk.finish_without_model from public, anon, authenticated, service_role;
grant execute on function helpdesk.finish_without_model to authenticated;

create function helpdesk_private.suggest_without_model(p_ticket_id uuid, p_kind text)
returns jsonb
language plpgsql
-- Definer: nobody writes runs and proposals directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs;
  v_proposal helpdesk.proposals;
begin
  -- This checks that the caller works the ticket, and every switch of the assistant.
  select * into v_run from helpdesk.request_run(ticket_id => p_ticket_id, kind => p_kind);
  -- Not the run that a program is at, and whose model may answer in a moment.
  perform from helpdesk_private.run_leases as l join helpdesk.ai_runs as r on r.run_id = l.run_id
  where l.run_id = v_run.run_id and r.state = 'queued' for update of l skip locked;
  if found then
    v_proposal := helpdesk_private.fall_back(v_run, 'no_model', null, null);
  else
    select * into v_proposal from helpdesk.proposals as p
    where p.ticket_id = v_run.ticket_id and p.kind = v_run.kind and p.state = 'open'
      and p.expires_at > clock_timestamp();
  end if;
  select * into v_run from helpdesk.ai_runs as r where r.run_id = v_run.run_id;
  return jsonb_build_object(
    'run', to_jsonb(v_run), 'proposal', case when v_proposal.proposal_id is not null then to_jsonb(v_proposal) end
  );
end;
$$;
revoke all on function helpdesk_private.suggest_without_model from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.suggest_without_model to authenticated, service_role;

create function helpdesk.suggest_without_model(ticket_id uuid, kind text default 'reply')
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.suggest_without_model(suggest_without_model.ticket_id, suggest_without_model.kind);
$$;
comment on function helpdesk.suggest_without_model is
  'Those who work the ticket: a suggestion from articles by full text alone, at once and without functions or a model. '
  'Returns {"run": …, "proposal": … or null}; proposal is an escalation if no article answers.';
revoke all on function helpdesk.suggest_without_model from public, anon, authenticated, service_role;
grant execute on function helpdesk.suggest_without_model to authenticated, service_role;
