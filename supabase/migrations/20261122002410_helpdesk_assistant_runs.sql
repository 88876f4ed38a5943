-- Runs of the assistant: somebody who works a ticket asks for one, a program that has signed in as the assistant leases
-- it and carries it out.
--
-- The assistant's login has no rights. A lease comes with a secret, which travels in the header x-helpdesk-run and
-- opens this one run: no function of the assistant takes the id of a ticket. Of the secret only a hash is kept.

create table helpdesk.ai_runs (
  run_id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('reply', 'summary', 'next_steps', 'classification', 'article')),
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  requested_by uuid references helpdesk.users (user_id),
  state text not null default 'queued' check (
    state in ('queued', 'leased', 'done', 'fallback', 'needs_human', 'failed', 'cancelled')
  ),
  mode text check (mode in ('model', 'passages', 'timeline', 'neighbours')),
  reason text check (reason ~ '^[a-z_]{1,60}$'),
  problem text check (char_length(problem) <= 500),
  wish text check (helpdesk_private.text_within('wish', wish, 1, 1000)),
  is_test boolean not null default false,
  prompt_id uuid references helpdesk.ai_prompts (prompt_id),
  chat_model text check (char_length(chat_model) <= 200),
  embedding_model text check (char_length(embedding_model) <= 200),
  rung text check (char_length(rung) <= 40),
  tokens_in integer not null default 0,
  tokens_out integer not null default 0,
  is_estimated boolean not null default false,
  cost numeric(16, 6) not null default 0,
  milliseconds integer,
  cache_key text not null,
  cached_from uuid references helpdesk.ai_runs (run_id) on delete set null,
  ticket_revision integer not null,
  last_message_id uuid,
  attempts integer not null default 0,
  answer jsonb,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz
);
comment on table helpdesk.ai_runs is
  'What the assistant was asked and what became of it. Those who work the ticket read it; ask with request_run().';
comment on column helpdesk.ai_runs.requested_by is 'The person who asked; null: nobody, as for a new ticket.';
comment on column helpdesk.ai_runs.state is
  'queued, leased (somebody is at it), done (a model or past labels answered), fallback (an answer without a model), '
  'needs_human, failed, cancelled.';
comment on column helpdesk.ai_runs.mode is 'What the answer was made from.';
comment on column helpdesk.ai_runs.reason is 'Why there is no answer of a model, in a stable word.';
comment on column helpdesk.ai_runs.problem is 'The same in a sentence, without secrets.';
comment on column helpdesk.ai_runs.rung is 'How the endpoint was asked for JSON: json_schema, json_object or prompt.';
comment on column helpdesk.ai_runs.cached_from is 'The run whose answer this is: nothing has changed since.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.ai_runs
  alter column run_id set statistics 0, alter column kind set statistics 0, alter column ticket_id set statistics 0,
  alter column requested_by set statistics 0, alter column state set statistics 0, alter column mode set statistics 0,
  alter column reason set statistics 0, alter column problem set statistics 0, alter column wish set statistics 0,
  alter column is_test set statistics 0, alter column prompt_id set statistics 0,
  alter column chat_model set statistics 0, alter column embedding_model set statistics 0,
  alter column rung set statistics 0, alter column tokens_in set statistics 0,
  alter column tokens_out set statistics 0, alter column is_estimated set statistics 0,
  alter column cost set statistics 0, alter column milliseconds set statistics 0,
  alter column cache_key set statistics 0, alter column cached_from set statistics 0,
  alter column ticket_revision set statistics 0, alter column last_message_id set statistics 0,
  alter column attempts set statistics 0, alter column answer set statistics 0,
  alter column created_at set statistics 0, alter column started_at set statistics 0,
  alter column finished_at set statistics 0;
create index ai_runs_ticket_idx on helpdesk.ai_runs (ticket_id, created_at);
create index ai_runs_waiting_idx on helpdesk.ai_runs (created_at) where state in ('queued', 'leased');
create index ai_runs_requested_by_idx on helpdesk.ai_runs (requested_by);
create index ai_runs_prompt_idx on helpdesk.ai_runs (prompt_id);
create index ai_runs_cached_from_idx on helpdesk.ai_runs (cached_from) where cached_from is not null;

revoke all on table helpdesk.ai_runs from public, anon, authenticated, service_role;
grant select on table helpdesk.ai_runs to authenticated, service_role;
alter table helpdesk.ai_runs enable row level security;
create policy "only active people" on helpdesk.ai_runs
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its runs" on helpdesk.ai_runs
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ai_runs.ticket_id
    ) is not null
  );

create table helpdesk_private.run_leases (
  run_id uuid primary key references helpdesk.ai_runs (run_id) on delete cascade,
  secret_hash text unique,
  lessee uuid references helpdesk.users (user_id) on delete cascade,
  leased_until timestamptz,
  due_at timestamptz not null default clock_timestamp(),
  model_calls integer not null default 0,
  -- The most that a call with the run's prompt takes.
  call_tokens integer not null default 0,
  -- What is reserved in ai_usage: on which day, and for which team, even if the ticket leaves it.
  reserved_tokens bigint not null default 0,
  day date,
  team_id uuid,
  -- What attempts reserved that did not say what they used.
  lost_tokens bigint not null default 0
);
comment on table helpdesk_private.run_leases is 'The runs that wait or are being carried out.';
create index run_leases_due_idx on helpdesk_private.run_leases (due_at);
create index run_leases_lessee_idx on helpdesk_private.run_leases (lessee);
revoke all on table helpdesk_private.run_leases from public, anon, authenticated, service_role;
alter table helpdesk_private.run_leases enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261122002410', 'assistant_runs');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('lease_lost', 409, 'The run is not yours, or not any more.', 'Lease it again.');


-- Asking --------------------------------------------------------------------------------------------------------------

create function helpdesk_private.is_assistant_off(p_ticket helpdesk.tickets)
returns boolean
language sql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select not (select s.is_enabled from helpdesk.ai_settings as s) or exists (
    select from helpdesk.ai_exclusions as e
    where (e.scope, e.target_id) in (
      ('team', (p_ticket).team_id), ('ticket', (p_ticket).ticket_id), ('customer', (p_ticket).created_by)
    )
  );
$$;
revoke all on function helpdesk_private.is_assistant_off from public, anon, authenticated, service_role;

create function helpdesk_private.run_inputs(p_ticket helpdesk.tickets, p_kind text)
returns jsonb
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select jsonb_build_array(
      s.chat_model, helpdesk_private.active_embedding_model(), s.tone, s.signature, s.reply_language, s.notes_in_context,
      s.internal_articles_in_context, s.similarity_floor,
      (select k.revision from helpdesk_private.knowledge_state as k),
      p_ticket.revision, p_ticket.last_message_id,
      -- Merges and redactions change the conversation without a new message.
      (
        select jsonb_build_array(count(*), max(m.sequence), count(m.redacted_at))
        from helpdesk.messages as m
        where m.ticket_id = p_ticket.ticket_id or m.ticket_id in (
          select g.ticket_id from helpdesk_private.merged_tickets as g where g.conversation_id = p_ticket.ticket_id
        )
      ),
      case
        when s.notes_in_context and p_kind in ('summary', 'next_steps') then (
          select max(n.sequence) from helpdesk.notes as n where n.ticket_id = p_ticket.ticket_id
        )
      end,
      -- The tags that people use change all the time: they are not waited for.
      case
        when p_kind = 'classification' then (
          select jsonb_agg(jsonb_build_array(t.team_id, t.name) order by t.team_id) from helpdesk.teams as t
          where not exists (
            select from helpdesk.ai_exclusions as e where e.scope = 'team' and e.target_id = t.team_id
          )
        )
      end
    )
    from helpdesk.ai_settings as s
  );
end;
$$;
comment on function helpdesk_private.run_inputs is
  'Whatever an answer is made from, besides the question itself: while it stays the same, so does the answer.';
revoke all on function helpdesk_private.run_inputs from public, anon, authenticated, service_role;

create function helpdesk_private.queue_run(
  p_run_id uuid, p_ticket helpdesk.tickets, p_kind text, p_wish text, p_prompt_id uuid, p_is_test boolean, p_by uuid
)
returns helpdesk.ai_runs
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_settings helpdesk.ai_settings := (select s from helpdesk.ai_settings as s);
  v_key text;
  v_run helpdesk.ai_runs;
  v_known helpdesk.ai_runs;
begin
  -- Everything that the answer is made from. The ticket is part of it: nobody learns that another ticket has the same
  -- words.
  v_key := encode(sha256(convert_to(jsonb_build_array(
    p_kind, p_ticket.ticket_id, p_wish, p_prompt_id, p_is_test, helpdesk_private.run_inputs(p_ticket, p_kind)
  )::text, 'UTF8')), 'hex');
  -- The caller holds the ticket's lock: two requests at once make one run.
  select * into v_known from helpdesk.ai_runs as r
  where r.ticket_id = p_ticket.ticket_id and r.cache_key = v_key and r.state in ('queued', 'leased')
  order by r.created_at limit 1;
  if found then
    return v_known;
  end if;
  if not p_is_test then
    select * into v_known from helpdesk.ai_runs as r
    where r.ticket_id = p_ticket.ticket_id and r.cache_key = v_key and r.state = 'done' and r.mode = 'model'
      and r.cached_from is null
      and exists (
        select from helpdesk.proposals as p
        where p.run_id = r.run_id and p.state = 'open' and p.expires_at > clock_timestamp()
      )
    order by r.created_at desc limit 1;
  end if;
  insert into helpdesk.ai_runs (
    run_id, kind, ticket_id, requested_by, wish, is_test, prompt_id, chat_model, embedding_model, cache_key,
    ticket_revision, last_message_id, state, mode, cached_from, finished_at
  ) values (
    coalesce(p_run_id, gen_random_uuid()), p_kind, p_ticket.ticket_id, p_by, p_wish, p_is_test, p_prompt_id,
    v_settings.chat_model, helpdesk_private.active_embedding_model(), v_key, p_ticket.revision, p_ticket.last_message_id,
    case when v_known.run_id is null then 'queued' else 'done' end, v_known.mode, v_known.run_id,
    case when v_known.run_id is not null then clock_timestamp() end
  )
  on conflict do nothing
  returning * into v_run;
  if not found then
    -- Another transaction has used this id on another ticket.
    perform helpdesk_private.fail('id_conflict');
  end if;
  if v_run.state = 'queued' then
    insert into helpdesk_private.run_leases (run_id) values (v_run.run_id);
  end if;
  return v_run;
end;
$$;
revoke all on function helpdesk_private.queue_run from public, anon, authenticated, service_role;

create function helpdesk_private.request_run(
  p_ticket_id uuid, p_kind text, p_wish text, p_run_id uuid, p_prompt_id uuid, p_is_test boolean
)
returns helpdesk.ai_runs
language plpgsql
-- Definer: nobody inserts runs directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets := helpdesk_private.lock_ticket(p_ticket_id, p_staff_only => true);
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me() end;
  v_prompt uuid := p_prompt_id;
  v_run helpdesk.ai_runs;
begin
  select * into v_run from helpdesk.ai_runs as r where r.run_id = p_run_id;
  if found then
    if v_run.ticket_id <> v_ticket.ticket_id or v_run.kind is distinct from p_kind
      or v_run.wish is distinct from p_wish or v_run.requested_by is distinct from v_me then
      perform helpdesk_private.fail('id_conflict');
    end if;
    return v_run;
  end if;
  if p_kind is null then
    perform helpdesk_private.fail('invalid_value', 'kind is missing');
  end if;
  perform helpdesk_private.text_among(
    'kind', p_kind, 'reply', 'summary', 'next_steps', 'classification', 'article'
  );
  if v_ticket.merged_into is not null then
    perform helpdesk_private.fail('ticket_merged');
  elsif helpdesk_private.is_assistant_off(v_ticket) then
    perform helpdesk_private.fail('assistant_off');
  elsif v_prompt is null then
    select p.prompt_id into v_prompt from helpdesk.ai_prompts as p where p.task = p_kind and p.is_active;
  else
    -- A version that is not in use is tried by those who may choose it.
    perform helpdesk_private.require_role('admin');
    perform from helpdesk.ai_prompts as p where p.prompt_id = v_prompt and p.task = p_kind;
    if not found then
      perform helpdesk_private.fail('prompt_not_found');
    end if;
  end if;
  return helpdesk_private.queue_run(p_run_id, v_ticket, p_kind, p_wish, v_prompt, coalesce(p_is_test, false), v_me);
end;
$$;
revoke all on function helpdesk_private.request_run from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.request_run to authenticated, service_role;

create function helpdesk.request_run(
  ticket_id uuid, kind text default 'reply', wish text default null, run_id uuid default null,
  prompt_id uuid default null, is_test boolean default false
)
returns helpdesk.ai_runs
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.request_run(
    request_run.ticket_id, request_run.kind, request_run.wish, request_run.run_id, request_run.prompt_id,
    request_run.is_test
  );
$$;
comment on function helpdesk.request_run is
  'Those who work the ticket: asks the assistant. kind: reply, summary, next_steps, classification or article; wish: '
  'what to mind, e.g. shorter. Returns the run: one that is under way with the same question, or a finished one whose '
  'proposal is still open. Repeat it with the same run_id: there is one run.';
revoke all on function helpdesk.request_run from public, anon, authenticated, service_role;
grant execute on function helpdesk.request_run to authenticated, service_role;

create function helpdesk_private.queue_classification()
returns trigger
language plpgsql
-- Definer: customers open tickets, too.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.channel <> 'import' and (select s.triage_new_tickets from helpdesk.ai_settings as s)
    and not helpdesk_private.is_assistant_off(new) then
    begin
      perform helpdesk_private.queue_run(
        null, new, 'classification', null,
        (select p.prompt_id from helpdesk.ai_prompts as p where p.task = 'classification' and p.is_active), false, null
      );
    exception when others then
      -- A ticket is never refused because of the assistant.
      raise warning 'helpdesk: ticket % is not classified: %', new.number, sqlerrm;
    end;
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.queue_classification from public, anon, authenticated, service_role;
create trigger queue_classification after insert on helpdesk.tickets
  for each row when (new.created_at >= now()) execute function helpdesk_private.queue_classification();
