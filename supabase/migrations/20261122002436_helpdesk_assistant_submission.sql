-- The end of a run: the answer of a model becomes a proposal, or the best that there is without a model does.

insert into helpdesk_private.concepts (version, concept) values ('20261122002436', 'assistant_submission');

create function helpdesk_private.clean_line(p_value jsonb, p_name text, p_max integer)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_clean text := (helpdesk_private.clean_answer(helpdesk_private.answer_text(p_value, p_name, p_max))).p_clean;
begin
  if helpdesk_private.is_blank(v_clean) then
    perform helpdesk_private.refuse_answer('Nothing is left of "%s" without links, images and HTML.', p_name);
  end if;
  -- Cleaning may add blanks.
  return left(v_clean, p_max);
end;
$$;
revoke all on function helpdesk_private.clean_line from public, anon, authenticated, service_role;

create function helpdesk_private.read_summary(p_run helpdesk.ai_runs, p_answer jsonb)
returns helpdesk_private.read_answer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_conversation jsonb := helpdesk_private.read_run(p_run.run_id) -> 'conversation';
  v_statement jsonb;
  v_messages jsonb;
  v_statements jsonb := '[]';
  v_result helpdesk_private.read_answer;
begin
  v_result.flags := '{}';
  perform helpdesk_private.check_answer_keys(p_answer, 'The answer', array['statements']);
  for v_statement in
    select s.statement from jsonb_array_elements(helpdesk_private.answer_list(p_answer, 'statements', 1, 30)) as s (statement)
  loop
    perform helpdesk_private.check_answer_keys(v_statement, 'A statement', array['text', 'messages']);
    select coalesce(jsonb_agg(m.message -> 'message_id' order by (m.message ->> 'n')::integer), '[]') into v_messages
    from jsonb_array_elements(v_conversation) as m (message)
    where (m.message ->> 'n')::integer
      = any(helpdesk_private.whole_numbers(helpdesk_private.answer_list(v_statement, 'messages', 0, 200)));
    -- A statement without a message has nothing behind it. The description is no message: before the first, it counts.
    if v_messages = '[]' and jsonb_array_length(coalesce(v_conversation, '[]')) > 0 then
      v_result.flags := array['citations_dropped'];
    else
      v_statements := v_statements || jsonb_build_object(
        'text', helpdesk_private.clean_line(v_statement -> 'text', 'text', 1000), 'messages', v_messages
      );
    end if;
  end loop;
  if v_statements = '[]' then
    perform helpdesk_private.refuse_answer('Each statement needs the numbers of the messages that it summarises.');
  end if;
  v_result.payload := jsonb_build_object('statements', v_statements);
  return v_result;
end;
$$;
revoke all on function helpdesk_private.read_summary from public, anon, authenticated, service_role;

create function helpdesk_private.read_labels(p_run helpdesk.ai_runs, p_answer jsonb)
returns helpdesk_private.read_answer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_labels jsonb := helpdesk_private.read_run(p_run.run_id) -> 'labels';
  v_ticket helpdesk.tickets;
  v_team jsonb;
  v_tag jsonb;
  v_tags jsonb := '[]';
  v_result helpdesk_private.read_answer;
begin
  v_result.flags := '{}';
  perform helpdesk_private.check_answer_keys(p_answer, 'The answer', array['team', 'priority', 'tags', 'spam']);
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_run.ticket_id;
  select l.team into v_team from jsonb_array_elements(v_labels -> 'teams') as l (team)
  where l.team -> 'name' = p_answer -> 'team' limit 1;
  if coalesce(p_answer -> 'team', 'null') <> 'null' and v_team is null then
    perform helpdesk_private.refuse_answer('"team" must be one of the teams, or null.');
  elsif coalesce(p_answer -> 'priority', 'null') <> 'null'
    and not coalesce(v_labels -> 'priorities' @> jsonb_build_array(p_answer -> 'priority'), false) then
    perform helpdesk_private.refuse_answer('"priority" must be one of the priorities, or null.');
  elsif jsonb_typeof(p_answer -> 'spam') not in ('boolean', 'null') then
    perform helpdesk_private.refuse_answer('"spam" must be true or false.');
  end if;
  for v_tag in
    select t.tag from jsonb_array_elements(helpdesk_private.answer_list(p_answer, 'tags', 0, 10)) as t (tag)
  loop
    if not exists (
      select from jsonb_array_elements(v_labels -> 'tags') as k (tag) where v_tag in (k.tag, k.tag -> 'name')
    ) then
      perform helpdesk_private.refuse_answer('"tags" must be tags of the list.');
    elsif not exists (
      select from helpdesk.ticket_tags as g where g.ticket_id = v_ticket.ticket_id and g.tag = v_tag #>> '{}'
    ) and not v_tags @> v_tag then
      v_tags := v_tags || v_tag;
    end if;
  end loop;
  -- Only what would change.
  v_result.payload := jsonb_strip_nulls(jsonb_build_object(
    'team_id', case when v_team ->> 'id' <> v_ticket.team_id::text then v_team ->> 'id' end,
    'priority', case when p_answer ->> 'priority' <> v_ticket.priority then p_answer ->> 'priority' end,
    'add_tags', case when v_tags <> '[]' then v_tags end,
    'spam', case when (p_answer ->> 'spam')::boolean and not exists (
      select from helpdesk.ticket_tags as g where g.ticket_id = v_ticket.ticket_id and g.tag = 'spam'
    ) then true end
  ));
  return v_result;
end;
$$;
revoke all on function helpdesk_private.read_labels from public, anon, authenticated, service_role;

create function helpdesk_private.slug_of(p_title text, p_run_id uuid)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Letters without accents; the run's id, so that no other article has the slug.
  select btrim(
    left(btrim(regexp_replace(
      regexp_replace(lower(normalize(p_title, nfkd)), U&'[\0300-\036F]', '', 'g'), '[^a-z0-9]+', '-', 'g'
    ), '-'), 60) || '-' || left(p_run_id::text, 8),
    '-'
  );
$$;
revoke all on function helpdesk_private.slug_of from public, anon, authenticated, service_role;

create function helpdesk_private.read_other(p_run helpdesk.ai_runs, p_answer jsonb)
returns helpdesk_private.read_answer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_title text;
  v_clean record;
  v_result helpdesk_private.read_answer;
begin
  v_result.flags := '{}';
  if p_run.kind = 'next_steps' then
    perform helpdesk_private.check_answer_keys(p_answer, 'The answer', array['steps']);
    select jsonb_build_object(
      'steps', jsonb_agg(helpdesk_private.clean_line(s.step, 'steps', 500) order by s.n)
    ) into v_result.payload
    from jsonb_array_elements(helpdesk_private.answer_list(p_answer, 'steps', 1, 10)) with ordinality as s (step, n);
  else
    perform helpdesk_private.check_answer_keys(p_answer, 'The answer', array['title', 'body']);
    v_title := helpdesk_private.clean_name(
      regexp_replace(helpdesk_private.clean_line(p_answer -> 'title', 'title', 300), '\s+', ' ', 'g')
    );
    v_clean := helpdesk_private.clean_answer(helpdesk_private.answer_text(p_answer -> 'body', 'body', 20000));
    if helpdesk_private.is_blank(v_clean.p_clean) then
      perform helpdesk_private.refuse_answer('Nothing is left of "body" without links, images and HTML.');
    end if;
    v_result.payload := jsonb_build_object(
      'title', v_title, 'body', v_clean.p_clean, 'slug', helpdesk_private.slug_of(v_title, p_run.run_id)
    );
    v_result.flags := v_clean.p_flags || helpdesk_private.text_flags(p_run, v_clean.p_clean, '[]', null, null);
  end if;
  return v_result;
end;
$$;
comment on function helpdesk_private.read_other is 'What a proposal keeps of next steps or of an article.';
revoke all on function helpdesk_private.read_other from public, anon, authenticated, service_role;

create function helpdesk_private.has_merged_since(p_ticket_id uuid, p_time timestamptz)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select exists (
      select from helpdesk.ticket_merges as m
      where p_ticket_id in (m.source_id, m.target_id) and greatest(m.merged_at, m.unmerged_at) >= p_time
    )
  );
end;
$$;
revoke all on function helpdesk_private.has_merged_since from public, anon, authenticated, service_role;

create function helpdesk_private.has_redacted_since(p_ticket_id uuid, p_time timestamptz)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select exists (
      select from helpdesk.messages as m
      where m.redacted_at >= p_time and (
        m.ticket_id = p_ticket_id or m.ticket_id in (
          select g.ticket_id from helpdesk_private.merged_tickets as g where g.conversation_id = p_ticket_id
        )
      )
    )
  );
end;
$$;
revoke all on function helpdesk_private.has_redacted_since from public, anon, authenticated, service_role;

create function helpdesk_private.end_if_moved(p_run helpdesk.ai_runs, p_usage jsonb)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_reason text;
begin
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_run.ticket_id for no key update;
  if v_ticket.merged_into is not null then
    v_reason := 'ticket_merged';
  -- Labels and an article do not speak to the customer.
  elsif p_run.kind in ('reply', 'summary', 'next_steps') and (
    v_ticket.last_message_id is distinct from p_run.last_message_id
    or helpdesk_private.has_merged_since(p_run.ticket_id, p_run.started_at)
  ) then
    v_reason := 'conversation_moved';
  -- The answer may hold what somebody removed while it was made.
  elsif helpdesk_private.has_redacted_since(p_run.ticket_id, p_run.started_at) then
    v_reason := 'conversation_moved';
  else
    return false;
  end if;
  perform helpdesk_private.finish_run(p_run.run_id, 'cancelled', null, v_reason, null, p_usage, null);
  return true;
end;
$$;
comment on function helpdesk_private.end_if_moved is
  'Locks the run''s ticket, and cancels the run if the conversation has changed since it began. The cancellation '
  'stays, so this is no error.';
revoke all on function helpdesk_private.end_if_moved from public, anon, authenticated, service_role;

create function helpdesk_private.escalate(p_run helpdesk.ai_runs, p_mode text, p_usage jsonb)
returns helpdesk.proposals
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal helpdesk.proposals;
begin
  if not p_run.is_test then
    v_proposal := helpdesk_private.make_proposal(
      p_run.run_id, 'escalation',
      jsonb_build_object(
        'reason', 'No published article answers the question. Somebody who knows should.',
        'gap_id', helpdesk_private.record_gap(p_run, 'nothing_found')
      ),
      p_mode
    );
  end if;
  perform helpdesk_private.finish_run(p_run.run_id, 'fallback', p_mode, 'nothing_found', null, p_usage, v_proposal.payload);
  return v_proposal;
end;
$$;
comment on function helpdesk_private.escalate is
  'Ends a run whose question no article answers: proposes an escalation.';
revoke all on function helpdesk_private.escalate from public, anon, authenticated, service_role;

create function helpdesk_private.submit_answer(p_answer jsonb, p_usage jsonb)
returns jsonb
language plpgsql
-- Definer: the assistant writes nothing directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs := helpdesk_private.leased_run();
  v_read helpdesk_private.read_answer;
  v_proposal helpdesk.proposals;
  v_foreign boolean;
  v_answer jsonb;
begin
  if helpdesk_private.end_if_moved(v_run, p_usage) then
    return null;
  elsif jsonb_typeof(p_answer) is distinct from 'object' then
    perform helpdesk_private.refuse_answer('The answer must be a JSON object.');
  elsif octet_length(p_answer::text) > 200000 then
    perform helpdesk_private.refuse_answer('The answer must have at most 200000 bytes.');
  end if;
  -- The run knows its ticket. Ids in an answer are what somebody wrote: they count for nothing, and a person is told.
  v_answer := p_answer - array['ticket_id', 'ticket', 'number', 'run_id', 'proposal_id'];
  v_foreign := v_answer <> p_answer;
  v_read := case v_run.kind
    when 'reply' then helpdesk_private.read_reply(v_run, v_answer, p_usage ->> 'customer_language')
    when 'summary' then helpdesk_private.read_summary(v_run, v_answer)
    when 'classification' then helpdesk_private.read_labels(v_run, v_answer)
    else helpdesk_private.read_other(v_run, v_answer)
  end;
  if v_run.kind = 'reply' and not v_read.is_enough then
    v_proposal := helpdesk_private.escalate(v_run, 'model', p_usage);
    return to_jsonb(v_proposal);
  elsif exists (
    select from jsonb_array_elements(v_read.citations) as c (citation)
    where not exists (
      select from helpdesk_private.published_chunks as k where k.chunk_id = (c.citation ->> 'chunk_id')::uuid
    )
  ) then
    -- What the draft says may be what was withdrawn.
    perform helpdesk_private.finish_run(v_run.run_id, 'needs_human', null, 'article_withdrawn', null, p_usage, null);
    return null;
  elsif v_read.payload = '{}' then
    perform helpdesk_private.finish_run(v_run.run_id, 'done', 'model', 'no_change', null, p_usage, v_read.payload);
    return null;
  end if;
  if not v_run.is_test then
    v_proposal := helpdesk_private.make_proposal(
      v_run.run_id, v_run.kind, v_read.payload, 'model', null, v_read.language,
      v_read.flags || case when v_foreign then array['foreign_id'] else '{}' end, coalesce(v_read.citations, '[]')
    );
  end if;
  perform helpdesk_private.finish_run(v_run.run_id, 'done', 'model', null, null, p_usage, v_read.payload);
  return case when v_run.is_test then null else to_jsonb(v_proposal) end;
end;
$$;
revoke all on function helpdesk_private.submit_answer from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.submit_answer to authenticated;

create function helpdesk.submit_answer(answer jsonb, usage jsonb default null)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.submit_answer(submit_answer.answer, submit_answer.usage);
$$;
comment on function helpdesk.submit_answer is
  'For the assistant, with the secret of its run: ends the run with the answer of a model. Returns the proposal; '
  'null if '
  'none was made, for example because the conversation has moved on: see the run. An answer that is not what was asked '
  'for is refused with answer_invalid.';
revoke all on function helpdesk.submit_answer from public, anon, authenticated, service_role;
grant execute on function helpdesk.submit_answer to authenticated;
