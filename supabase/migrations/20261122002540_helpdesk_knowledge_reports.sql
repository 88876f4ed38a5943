-- What the knowledge lacks: questions that no article answered, and quotes whose article has changed since.
--
-- A gap has no text of its own. It points to tickets and messages, and its reader sees the words of those that they
-- may read: no other team's, and nothing that was redacted. Gaps are kept for each team, so that a decision about one
-- says nothing about the questions of another team.

create table helpdesk.knowledge_gaps (
  gap_id uuid primary key default gen_random_uuid(),
  team_id uuid references helpdesk.teams (team_id) on delete set null,
  state text not null default 'open' check (state in ('open', 'dismissed', 'resolved')),
  article_id uuid references helpdesk.articles (article_id) on delete set null,
  decided_by uuid references helpdesk.users (user_id),
  decided_at timestamptz,
  created_at timestamptz not null default clock_timestamp()
);
comment on table helpdesk.knowledge_gaps is
  'Questions that no article answers, alike ones together. gap_report has their words and numbers; decide with '
  'dismiss_gap(), resolve_gap() and reopen_gap().';
comment on column helpdesk.knowledge_gaps.article_id is 'The article that resolved it.';
create index knowledge_gaps_team_idx on helpdesk.knowledge_gaps (team_id);
create index knowledge_gaps_article_idx on helpdesk.knowledge_gaps (article_id);
create index knowledge_gaps_decided_by_idx on helpdesk.knowledge_gaps (decided_by);

create table helpdesk.gap_questions (
  gap_id uuid not null references helpdesk.knowledge_gaps (gap_id) on delete cascade,
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  source text not null check (source in ('nothing_found', 'rejected')),
  -- Null: the ticket itself asks.
  message_id uuid references helpdesk.messages (message_id) on delete set null,
  run_id uuid references helpdesk.ai_runs (run_id) on delete set null,
  asked_at timestamptz not null default clock_timestamp(),
  primary key (gap_id, ticket_id, source)
);
comment on table helpdesk.gap_questions is
  'The tickets whose question is a gap. source: nothing_found (no article answered), or rejected (a reply with quotes '
  'was rejected as wrong, unclear or outdated).';
create index gap_questions_ticket_idx on helpdesk.gap_questions (ticket_id);
create index gap_questions_message_idx on helpdesk.gap_questions (message_id);
create index gap_questions_run_idx on helpdesk.gap_questions (run_id);

create table helpdesk_private.gap_words (
  gap_id uuid primary key references helpdesk.knowledge_gaps (gap_id) on delete cascade,
  words integer[] not null
);
comment on table helpdesk_private.gap_words is
  'The words of the first question of each gap, as numbers: other questions are compared with them.';
create index gap_words_idx on helpdesk_private.gap_words using gin (words);
revoke all on table helpdesk_private.gap_words from public, anon, authenticated, service_role;
alter table helpdesk_private.gap_words enable row level security;

-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.knowledge_gaps
  alter column gap_id set statistics 0, alter column team_id set statistics 0, alter column state set statistics 0,
  alter column article_id set statistics 0, alter column decided_by set statistics 0,
  alter column decided_at set statistics 0, alter column created_at set statistics 0;
alter table helpdesk.gap_questions
  alter column gap_id set statistics 0, alter column ticket_id set statistics 0, alter column source set statistics 0,
  alter column message_id set statistics 0, alter column run_id set statistics 0,
  alter column asked_at set statistics 0;

revoke all on table helpdesk.knowledge_gaps from public, anon, authenticated, service_role;
revoke all on table helpdesk.gap_questions from public, anon, authenticated, service_role;
grant select on table helpdesk.knowledge_gaps to authenticated, service_role;
grant select on table helpdesk.gap_questions to authenticated, service_role;

create function helpdesk_private.remove_empty_gap()
returns trigger
language plpgsql
-- Definer: nobody removes gaps directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from helpdesk.knowledge_gaps as g
  where g.gap_id = old.gap_id and not exists (select from helpdesk.gap_questions as q where q.gap_id = old.gap_id);
  return null;
end;
$$;
revoke all on function helpdesk_private.remove_empty_gap from public, anon, authenticated, service_role;
create trigger remove_empty_gap after delete on helpdesk.gap_questions
  for each row execute function helpdesk_private.remove_empty_gap();

alter table helpdesk.knowledge_gaps enable row level security;
alter table helpdesk.gap_questions enable row level security;

create policy "only active people" on helpdesk.gap_questions
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "writers of articles see the questions of tickets that they work" on helpdesk.gap_questions
  for select to authenticated
  using (
    (select helpdesk_private.writes_articles())
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = gap_questions.ticket_id
    ) is not null
  );
create policy "only active people" on helpdesk.knowledge_gaps
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "writers of articles see the gaps of tickets that they work" on helpdesk.knowledge_gaps
  for select to authenticated
  using (exists (select from helpdesk.gap_questions as q where q.gap_id = knowledge_gaps.gap_id));

insert into helpdesk_private.concepts (version, concept) values ('20261122002540', 'knowledge_reports');
insert into helpdesk_private.named_locks (name) values ('knowledge_gaps');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('gap_not_found', 404, 'There is no such gap, or it is not yours to see.', 'List the gaps.');

create view helpdesk.gap_report with (security_invoker = true) as
select
  g.gap_id,
  g.team_id,
  g.state,
  g.article_id,
  g.decided_by,
  g.decided_at,
  l.ticket_id as last_ticket_id,
  l.number as last_ticket_number,
  left(l.question, 500) as question,
  c.tickets,
  c.nothing_found,
  c.rejected,
  c.first_at,
  c.last_at
from helpdesk.knowledge_gaps as g
inner join (
  select
    q.gap_id,
    count(distinct q.ticket_id) as tickets,
    count(*) filter (where q.source = 'nothing_found') as nothing_found,
    count(*) filter (where q.source = 'rejected') as rejected,
    min(q.asked_at) as first_at,
    max(q.asked_at) as last_at
  from helpdesk.gap_questions as q
  group by q.gap_id
  -- A person may reject a good answer. Twice the same question is a reason to look.
  having count(*) filter (where q.source = 'nothing_found') > 0 or count(distinct q.ticket_id) > 1
) as c on c.gap_id = g.gap_id
cross join lateral (
  select
    q.ticket_id,
    t.number,
    coalesce(
      case when m.redacted_at is null then nullif(m.body, '') end,
      concat_ws(chr(10), t.title, nullif(t.description, ''))
    ) as question
  from helpdesk.gap_questions as q
  inner join helpdesk.tickets as t on t.ticket_id = q.ticket_id
  left join helpdesk.messages as m on m.message_id = q.message_id
  where q.gap_id = g.gap_id
  order by q.asked_at desc, q.ticket_id asc limit 1
) as l;
comment on view helpdesk.gap_report is
  'Questions that no article answers, with the words of the newest and how many tickets ask it. Writers of articles '
  'see and count the tickets that they work. Order it by tickets.desc.';
revoke all on table helpdesk.gap_report from public, anon, authenticated, service_role;
grant select on table helpdesk.gap_report to authenticated, service_role;


-- Recording -----------------------------------------------------------------------------------------------------------

create function helpdesk_private.question_numbers(p_question text)
returns integer[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- The same number for the same word, on every server.
  select coalesce(array_agg(n.number order by n.number), '{}')
  from (
    select distinct ('x' || left(md5(w.lexeme), 8))::bit(32)::integer as number
    from unnest(helpdesk_private.search_vector(left(p_question, 2000), 'A')) as w
    where char_length(w.lexeme) >= 2 and ts_lexize('pg_catalog.english_stem', w.lexeme) is distinct from '{}'
      and ts_lexize('pg_catalog.german_stem', w.lexeme) is distinct from '{}'
    limit 200
  ) as n;
$$;
comment on function helpdesk_private.question_numbers is 'A number for each word of a question that tells something.';
revoke all on function helpdesk_private.question_numbers from public, anon, authenticated, service_role;

create function helpdesk_private.gap_like(p_team_id uuid, p_words integer[])
returns uuid
language sql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Of the team's newest gaps with a word in common, the one that shares most: at least half of all words of both.
  select c.gap_id
  from (
    select w.gap_id, w.words, g.created_at
    from helpdesk_private.gap_words as w inner join helpdesk.knowledge_gaps as g on g.gap_id = w.gap_id
    where g.team_id = p_team_id and w.words && p_words
    order by g.created_at desc limit 200
  ) as c
  cross join lateral (
    select count(*)::real as shared from unnest(c.words) as w (word) where w.word = any(p_words)
  ) as s
  where s.shared / (cardinality(c.words) + cardinality(p_words) - s.shared) >= 0.5
  order by s.shared / (cardinality(c.words) + cardinality(p_words) - s.shared) desc, c.created_at desc
  limit 1;
$$;
comment on function helpdesk_private.gap_like is 'The gap of the team with nearly the same question; null if none has.';
revoke all on function helpdesk_private.gap_like from public, anon, authenticated, service_role;

create function helpdesk_private.record_gap(p_run helpdesk.ai_runs, p_source text)
returns uuid
language plpgsql
-- Definer: nobody writes gaps directly. The caller has locked the run's ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_asked text;
  v_message_id uuid;
  v_words integer[];
  v_gap_id uuid;
begin
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = p_run.ticket_id;
  -- What the requester wrote since the last answer; without that, the ticket itself. Titles differ more than questions.
  select
    string_agg(helpdesk_private.own_words(m.body), chr(10) order by m.sequence),
    (array_agg(m.message_id order by m.sequence desc))[1]
  into v_asked, v_message_id
  from helpdesk.messages as m
  where m.ticket_id = p_run.ticket_id and m.author_kind = 'customer' and m.requester_id = v_ticket.created_by
    and m.redacted_at is null
    and m.sequence > coalesce((
      select max(o.sequence) from helpdesk.messages as o
      where o.ticket_id = p_run.ticket_id and o.author_kind <> 'customer'
    ), 0);
  v_words := helpdesk_private.question_numbers(
    coalesce(nullif(btrim(v_asked), ''), concat_ws(chr(10), v_ticket.title, v_ticket.description))
  );
  -- Many tickets ask the same at once: the second sees the gap of the first.
  perform helpdesk_private.take_lock('knowledge_gaps');
  v_gap_id := helpdesk_private.gap_like(v_ticket.team_id, v_words);
  if v_gap_id is null then
    insert into helpdesk.knowledge_gaps (team_id) values (v_ticket.team_id) returning gap_id into v_gap_id;
    insert into helpdesk_private.gap_words (gap_id, words) values (v_gap_id, v_words);
  else
    -- An article did not help after all. What somebody has dismissed stays dismissed.
    update helpdesk.knowledge_gaps as g
    set state = 'open', decided_by = null, decided_at = null
    where g.gap_id = v_gap_id and g.state = 'resolved';
  end if;
  insert into helpdesk.gap_questions (gap_id, ticket_id, source, message_id, run_id)
  values (v_gap_id, p_run.ticket_id, p_source, v_message_id, p_run.run_id)
  on conflict (gap_id, ticket_id, source) do update
  set message_id = excluded.message_id, run_id = excluded.run_id, asked_at = excluded.asked_at;
  return v_gap_id;
end;
$$;
comment on function helpdesk_private.record_gap is
  'Adds the question of a run to the gap of nearly the same question, or to a new gap. Returns the gap.';
revoke all on function helpdesk_private.record_gap from public, anon, authenticated, service_role;

create function helpdesk_private.record_rejection()
returns trigger
language plpgsql
-- Definer: whoever rejects need not see gaps.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs;
begin
  if exists (select from helpdesk.citations as c where c.proposal_id = new.proposal_id) then
    select * into v_run from helpdesk.ai_runs as r where r.run_id = new.run_id;
    perform helpdesk_private.record_gap(v_run, 'rejected');
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.record_rejection from public, anon, authenticated, service_role;
-- Tone and safety are matters of the draft, not of the articles that it quotes.
create trigger record_rejection after update on helpdesk.proposals
  for each row when (
    new.state = 'rejected' and old.state <> 'rejected' and new.kind = 'reply'
    and new.reject_reason in ('wrong', 'unclear', 'outdated')
  )
  execute function helpdesk_private.record_rejection();


-- Deciding ------------------------------------------------------------------------------------------------------------

create function helpdesk_private.decide_gap(p_gap_id uuid, p_state text, p_article_id uuid)
returns helpdesk.knowledge_gaps
language plpgsql
-- Definer: nobody updates gaps directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('agent', 'admin');
  v_status text;
  v_gap helpdesk.knowledge_gaps;
begin
  if not helpdesk_private.writes_articles() then
    perform helpdesk_private.fail('forbidden', 'Only admins write articles here.');
  end if;
  -- Before the gap: whoever records a question waits for nothing.
  perform helpdesk_private.take_lock('knowledge_gaps');
  if not exists (
    select from helpdesk.gap_questions as q
    where q.gap_id = p_gap_id and (
      helpdesk_private.is_service()
      or exists (select from helpdesk_private.worked_tickets as w where w.ticket_id = q.ticket_id)
    )
  ) then
    perform helpdesk_private.fail('gap_not_found');
  end if;
  if p_state = 'resolved' then
    select a.status into v_status from helpdesk.articles as a where a.article_id = p_article_id;
    if v_status is null then
      perform helpdesk_private.fail('article_not_found');
    elsif v_status <> 'published' then
      perform helpdesk_private.fail(
        'invalid_value', 'article_id: the article is not published', 'Publish the article, then resolve the gap.'
      );
    end if;
  end if;
  update helpdesk.knowledge_gaps as g
  set state = p_state, article_id = p_article_id,
      decided_by = case when p_state <> 'open' then v_me end,
      decided_at = case when p_state <> 'open' then clock_timestamp() end
  where g.gap_id = p_gap_id and (g.state, g.article_id) is distinct from (p_state, p_article_id);
  select * into v_gap from helpdesk.knowledge_gaps as g where g.gap_id = p_gap_id;
  return v_gap;
end;
$$;
revoke all on function helpdesk_private.decide_gap from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.decide_gap to authenticated, service_role;

create function helpdesk.dismiss_gap(gap_id uuid)
returns helpdesk.knowledge_gaps
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.decide_gap(dismiss_gap.gap_id, 'dismissed', null);
$$;
comment on function helpdesk.dismiss_gap is
  'Writers of articles, for a gap of a ticket that they work: no article is needed. It stays dismissed when the '
  'question is asked again.';
revoke all on function helpdesk.dismiss_gap from public, anon, authenticated, service_role;
grant execute on function helpdesk.dismiss_gap to authenticated, service_role;

create function helpdesk.resolve_gap(gap_id uuid, article_id uuid)
returns helpdesk.knowledge_gaps
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.decide_gap(resolve_gap.gap_id, 'resolved', resolve_gap.article_id);
$$;
comment on function helpdesk.resolve_gap is
  'Writers of articles, for a gap of a ticket that they work: this published article answers it. The gap opens again '
  'when the question is asked and nothing is found.';
revoke all on function helpdesk.resolve_gap from public, anon, authenticated, service_role;
grant execute on function helpdesk.resolve_gap to authenticated, service_role;

create function helpdesk.reopen_gap(gap_id uuid)
returns helpdesk.knowledge_gaps
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.decide_gap(reopen_gap.gap_id, 'open', null);
$$;
comment on function helpdesk.reopen_gap is 'Takes a decision about a gap back.';
revoke all on function helpdesk.reopen_gap from public, anon, authenticated, service_role;
grant execute on function helpdesk.reopen_gap to authenticated, service_role;
