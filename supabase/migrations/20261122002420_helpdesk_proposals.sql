-- Proposals: what the assistant suggests for a ticket, and the sentences of articles that it quotes. People decide;
-- only functions write here. A quote is cut from the immutable text of an article, and a trigger compares it with that
-- text.

insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('proposal_not_found', 404, 'There is no such proposal, or it is not yours to see.', 'Check the proposal''s id.'),
  ('proposal_decided', 409, 'The proposal has been decided already.', 'Read it again, and ask for a new proposal.'),
  ('proposal_expired', 409, 'The proposal has expired.', 'Ask for a new proposal.'),
  ('confirmation_needed', 409, 'The proposal needs your confirmation.',
   'Check what the message names, then accept with confirm.'),
  ('proposal_not_undoable', 422, 'Only classification, assignment and fields can be undone.',
   'Redact the message, separate the merged tickets or archive the article instead.'),
  ('citation_invalid', 422, 'The quote does not stand in the article.',
   'Quote whole sentences of a passage of the run.');

create table helpdesk.run_chunks (
  run_id uuid not null references helpdesk.ai_runs (run_id) on delete cascade,
  n integer not null check (n between 1 and 6),
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  chunk_id uuid not null references helpdesk.article_chunks (chunk_id) on delete cascade,
  score real not null,
  primary key (run_id, n),
  unique (run_id, chunk_id)
);
comment on table helpdesk.run_chunks is 'The passages of articles that a run found for its question, best first.';

create table helpdesk.proposals (
  proposal_id uuid primary key default gen_random_uuid(),
  run_id uuid not null references helpdesk.ai_runs (run_id) on delete cascade,
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  kind text not null check (
    kind in (
      'reply', 'note', 'summary', 'next_steps', 'classification', 'assignment', 'fields', 'merge', 'escalation',
      'article'
    )
  ),
  payload jsonb not null check (jsonb_typeof(payload) = 'object' and octet_length(payload::text) <= 131072),
  ticket_revision integer not null,
  last_message_id uuid,
  language text check (char_length(language) between 2 and 35),
  confidence real check (confidence between 0 and 1),
  mode text not null check (mode in ('model', 'passages', 'timeline', 'neighbours')),
  flags text[] not null default '{}' check (cardinality(flags) <= 20 and octet_length(flags::text) <= 1000),
  state text not null default 'open'
    check (state in ('open', 'accepted', 'edited', 'rejected', 'expired', 'superseded', 'undone')),
  decided_by uuid references helpdesk.users (user_id),
  decided_at timestamptz,
  reject_reason text check (helpdesk_private.text_within('reason', reject_reason, 1, 206)),
  final jsonb check (jsonb_typeof(final) = 'object' and octet_length(final::text) <= 524288),
  distance real check (distance between 0 and 1),
  shown_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  seconds_to_decide real generated always as (
    case when decided_by is not null then extract(epoch from decided_at - coalesce(shown_at, created_at)) end
  ) stored
);
comment on table helpdesk.proposals is
  'What the assistant proposes for a ticket. Decide with accept_proposal(), reject_proposal() and undo_proposal().';
comment on column helpdesk.proposals.flags is
  'What a person should look at before accepting: no_citation, unknown_contact, other_language, links_removed, '
  'markup_removed, invisible_removed, citations_dropped, hidden_text, foreign_id.';
comment on column helpdesk.proposals.expires_at is 'From then on an open proposal cannot be accepted.';
comment on column helpdesk.proposals.final is
  'What was carried out: the text and the id of the message or note, or the changes as {"field": [old, new]}.';
comment on column helpdesk.proposals.distance is
  'How much of the text was edited before it was sent: 0 nothing, 1 everything.';

create table helpdesk.citations (
  citation_id uuid primary key default gen_random_uuid(),
  proposal_id uuid not null references helpdesk.proposals (proposal_id) on delete cascade,
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  ordinal integer not null check (ordinal between 1 and 100),
  -- The paragraph of the reply that the quote supports, from 1.
  paragraph integer check (paragraph between 1 and 100),
  chunk_id uuid not null references helpdesk.article_chunks (chunk_id) on delete cascade,
  start_at integer not null,
  end_at integer not null,
  quote text not null,
  unique (proposal_id, ordinal)
);
comment on table helpdesk.citations is
  'The sentences of articles that a proposal quotes: characters start_at to end_at of the chunk, counted from 0, '
  'the end '
  'not included.';

-- Statistics: none, so that a planned count tells nothing (see tickets).
alter table helpdesk.run_chunks
  alter column run_id set statistics 0,
  alter column n set statistics 0,
  alter column ticket_id set statistics 0,
  alter column chunk_id set statistics 0,
  alter column score set statistics 0;
alter table helpdesk.proposals
  alter column proposal_id set statistics 0,
  alter column run_id set statistics 0,
  alter column ticket_id set statistics 0,
  alter column kind set statistics 0,
  alter column payload set statistics 0,
  alter column ticket_revision set statistics 0,
  alter column last_message_id set statistics 0,
  alter column language set statistics 0,
  alter column confidence set statistics 0,
  alter column mode set statistics 0,
  alter column flags set statistics 0,
  alter column state set statistics 0,
  alter column decided_by set statistics 0,
  alter column decided_at set statistics 0,
  alter column reject_reason set statistics 0,
  alter column final set statistics 0,
  alter column distance set statistics 0,
  alter column shown_at set statistics 0,
  alter column expires_at set statistics 0,
  alter column created_at set statistics 0,
  alter column seconds_to_decide set statistics 0;
alter table helpdesk.citations
  alter column citation_id set statistics 0,
  alter column proposal_id set statistics 0,
  alter column ticket_id set statistics 0,
  alter column ordinal set statistics 0,
  alter column paragraph set statistics 0,
  alter column chunk_id set statistics 0,
  alter column start_at set statistics 0,
  alter column end_at set statistics 0,
  alter column quote set statistics 0;
create index run_chunks_chunk_idx on helpdesk.run_chunks (chunk_id);
create index run_chunks_ticket_idx on helpdesk.run_chunks (ticket_id);
create unique index proposals_open_idx on helpdesk.proposals (ticket_id, kind) where state = 'open';
create index proposals_ticket_idx on helpdesk.proposals (ticket_id, created_at desc, proposal_id desc);
create index proposals_created_idx on helpdesk.proposals (created_at desc, proposal_id desc);
create index proposals_expiry_idx on helpdesk.proposals (expires_at) where state = 'open';
create index proposals_run_idx on helpdesk.proposals (run_id);
create index proposals_decider_idx on helpdesk.proposals (decided_by);
create index citations_chunk_idx on helpdesk.citations (chunk_id);
create index citations_ticket_idx on helpdesk.citations (ticket_id);

revoke all on table helpdesk.run_chunks from public, anon, authenticated, service_role;
revoke all on table helpdesk.proposals from public, anon, authenticated, service_role;
revoke all on table helpdesk.citations from public, anon, authenticated, service_role;
grant select on table helpdesk.run_chunks to authenticated, service_role;
grant select on table helpdesk.proposals to authenticated, service_role;
grant select on table helpdesk.citations to authenticated, service_role;

create table helpdesk_private.applied_proposals (
  ticket_id uuid primary key references helpdesk.tickets (ticket_id) on delete cascade,
  proposal_id uuid not null references helpdesk.proposals (proposal_id) on delete cascade,
  as_assistant boolean not null,
  xid xid8 not null default pg_current_xact_id()
);
comment on table helpdesk_private.applied_proposals is
  'The proposal that this transaction carries out on a ticket. A row goes at the end of the function that wrote it, so '
  'no other transaction sees one.';
create index applied_proposals_proposal_idx on helpdesk_private.applied_proposals (proposal_id);
revoke all on table helpdesk_private.applied_proposals from public, anon, authenticated, service_role;
alter table helpdesk_private.applied_proposals enable row level security;

create function helpdesk_private.redacted_payload(p_kind text, p_payload jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select case p_kind
    when 'summary' then '{"statements": [{"text": "[redacted]", "messages": []}]}'
    when 'next_steps' then '{"steps": ["[redacted]"]}'
    when 'escalation' then p_payload || '{"reason": "[redacted]"}'
    when 'article' then p_payload || '{"title": "[redacted]", "body": "[redacted]"}'
    when 'reply' then '{"body": "[redacted]"}'
    when 'note' then '{"body": "[redacted]"}'
    else p_payload
  end;
$$;
comment on function helpdesk_private.redacted_payload is 'The payload of a proposal of this kind, without its text.';
revoke all on function helpdesk_private.redacted_payload from public, anon, authenticated, service_role;

create function helpdesk_private.guard_proposal()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  c_decision constant text[] := array[
    'state', 'decided_by', 'decided_at', 'reject_reason', 'final', 'distance', 'shown_at', 'seconds_to_decide'
  ];
begin
  if to_jsonb(new) - 'payload' - c_decision is distinct from to_jsonb(old) - 'payload' - c_decision
    or new.payload not in (old.payload, helpdesk_private.redacted_payload(new.kind, old.payload))
    or (old.state <> 'open' and new.state <> old.state and not (old.state in ('accepted', 'edited') and new.state = 'undone'))
    then
    perform helpdesk_private.fail(
      'forbidden', 'A proposal never changes, except that it is decided once and that its text is redacted.'
    );
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_proposal from public, anon, authenticated, service_role;
create trigger guard_proposal before update on helpdesk.proposals
  for each row execute function helpdesk_private.guard_proposal();

create trigger log_proposal after insert on helpdesk.proposals
  for each row execute function
  helpdesk_private.log_on_ticket('proposal.created', 'staff', 'proposal_id, kind');
create trigger log_proposal_decision after update on helpdesk.proposals
  for each row when (old.state <> new.state) execute function
  helpdesk_private.log_on_ticket('proposal.decided', 'staff', 'proposal_id, kind, state');

alter table helpdesk.run_chunks enable row level security;
alter table helpdesk.proposals enable row level security;
alter table helpdesk.citations enable row level security;

create policy "only active people" on helpdesk.run_chunks
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see what its runs found" on helpdesk.run_chunks
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = run_chunks.ticket_id
    ) is not null
  );
create policy "only active people" on helpdesk.proposals
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its proposals" on helpdesk.proposals
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = proposals.ticket_id
    ) is not null
  );
create policy "only active people" on helpdesk.citations
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its citations" on helpdesk.citations
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = citations.ticket_id
    ) is not null
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122002420', 'proposals');


-- Quotes --------------------------------------------------------------------------------------------------------------

create function helpdesk_private.is_quotable(p_quote text)
returns boolean
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Two letters stand in every text. In scripts without blanks, two characters count as a word.
  select char_length(p_quote) between 12 and 400
    and (
      select count(*) from regexp_split_to_table(p_quote, '\s+') as w (word)
      where w.word ~ U&'[^\0001-\002F\003A-\0040\005B-\0060\007B-\00A0\2000-\206F\3000-\303F]'
    )
    + char_length(regexp_replace(p_quote, U&'[^\0E00-\0EFF\3040-\30FF\3400-\9FFF]', '', 'g')) / 2 >= 3;
$$;
comment on function helpdesk_private.is_quotable is
  'Whether a text is long enough to prove something, and short enough.';
revoke all on function helpdesk_private.is_quotable from public, anon, authenticated, service_role;

create function helpdesk_private.guard_citation()
returns trigger
language plpgsql
-- Definer: reads chunks and proposals for whoever writes.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal helpdesk.proposals;
  v_chunk record;
begin
  if tg_op = 'UPDATE' then
    perform helpdesk_private.fail('forbidden', 'A citation never changes.');
  end if;
  select * into v_proposal from helpdesk.proposals as p where p.proposal_id = new.proposal_id;
  select c.body, c.sentences, c.audience into v_chunk
  from helpdesk_private.published_chunks as c where c.chunk_id = new.chunk_id;
  if v_chunk.body is null then
    perform helpdesk_private.fail('citation_invalid', 'The article is not published, or this text is not its current one.');
  elsif not exists (
    select from helpdesk.run_chunks as r where r.run_id = v_proposal.run_id and r.chunk_id = new.chunk_id
  ) then
    perform helpdesk_private.fail('citation_invalid', 'The passage is none of the run.');
  elsif v_proposal.kind in ('reply', 'article') and v_chunk.audience <> 'public' then
    perform helpdesk_private.fail('citation_invalid', 'A text for customers cannot quote an internal article.');
  elsif new.start_at < 0 or new.end_at <= new.start_at
    or substr(v_chunk.body, new.start_at + 1, new.end_at - new.start_at) is distinct from new.quote then
    perform helpdesk_private.fail('citation_invalid');
  elsif not exists (select from unnest(v_chunk.sentences) as s (range) where lower(s.range) = new.start_at)
    or not exists (select from unnest(v_chunk.sentences) as s (range) where upper(s.range) = new.end_at) then
    perform helpdesk_private.fail('citation_invalid', 'A quote is whole sentences.');
  elsif not helpdesk_private.is_quotable(new.quote) then
    perform helpdesk_private.fail('citation_invalid', 'A quote has 12 to 400 characters and at least 3 words.');
  end if;
  new.ticket_id := v_proposal.ticket_id;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_citation from public, anon, authenticated, service_role;
create trigger guard_citation before insert or update on helpdesk.citations
  for each row execute function helpdesk_private.guard_citation();

create function helpdesk_private.locate_quote(p_chunk_id uuid, p_quote text)
returns int4range
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_quote text := helpdesk_private.quote_norm(left(p_quote, 2000));
  v_body text;
  v_norm text;
  v_sentences int4range[];
  v_text text;
begin
  select c.body, c.body_norm, c.sentences into v_body, v_norm, v_sentences
  from helpdesk.article_chunks as c where c.chunk_id = p_chunk_id;
  if v_body is null or not coalesce(helpdesk_private.is_quotable(v_quote), false)
    or position(v_quote in v_norm) = 0 then
    return null;
  end if;
  -- The shortest run of whole sentences that holds the quote.
  for v_length in 1..least(cardinality(v_sentences), 12) loop
    for v_first in 1..cardinality(v_sentences) - v_length + 1 loop
      v_text := substr(
        v_body, lower(v_sentences[v_first]) + 1,
        upper(v_sentences[v_first + v_length - 1]) - lower(v_sentences[v_first])
      );
      if char_length(v_text) <= 400 and position(v_quote in helpdesk_private.quote_norm(v_text)) > 0 then
        return int4range(v_first, v_first + v_length);
      end if;
    end loop;
  end loop;
  return null;
end;
$$;
comment on function helpdesk_private.locate_quote is
  'The numbers of the sentences of a chunk, from 1, that hold a quote; null if it does not stand there. Typography may '
  'differ, letters and digits may not.';
revoke all on function helpdesk_private.locate_quote from public, anon, authenticated, service_role;
