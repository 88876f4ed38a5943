-- Proposals besides the answer of a run: what a program that holds the run proposes, and the merge of a ticket that
-- somebody has sent twice.

insert into helpdesk_private.concepts (version, concept) values ('20261122002535', 'more_proposals');

create function helpdesk_private.clean_payload(p_payload jsonb, p_key text, out p_clean jsonb, out p_flags text[])
returns record
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_clean record;
begin
  p_clean := p_payload;
  p_flags := '{}';
  -- Whatever is no text is refused with the rest of the payload.
  if jsonb_typeof(p_payload) = 'object' and jsonb_typeof(p_payload -> p_key) = 'string' then
    v_clean := helpdesk_private.clean_answer(helpdesk_private.answer_text(p_payload -> p_key, p_key, 20000));
    p_clean := p_payload || jsonb_build_object(p_key, v_clean.p_clean);
    p_flags := v_clean.p_flags;
  end if;
end;
$$;
comment on function helpdesk_private.clean_payload is
  'The payload with its text as a person may see it, and flags of what was removed.';
revoke all on function helpdesk_private.clean_payload from public, anon, authenticated, service_role;

create function helpdesk_private.propose(p_kind text, p_payload jsonb, p_confidence real)
returns jsonb
language plpgsql
-- Definer: the assistant writes nothing directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs := helpdesk_private.leased_run();
  v_ticket helpdesk.tickets;
  v_read record;
begin
  if p_kind is null then
    perform helpdesk_private.fail('invalid_value', 'kind is missing');
  elsif not coalesce(p_confidence between 0 and 1, true) then
    perform helpdesk_private.fail('invalid_value', 'confidence must be 0 to 1');
  end if;
  -- The other kinds are answers, which are checked against the run's passages and messages.
  perform helpdesk_private.text_among('kind', p_kind, 'note', 'assignment', 'fields', 'merge', 'escalation');
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = v_run.ticket_id for no key update;
  if v_ticket.merged_into is not null then
    perform helpdesk_private.fail('ticket_merged');
  elsif v_ticket.last_message_id is distinct from v_run.last_message_id
    or helpdesk_private.has_merged_since(v_run.ticket_id, v_run.started_at)
    or helpdesk_private.has_redacted_since(v_run.ticket_id, v_run.started_at) then
    perform helpdesk_private.fail('conversation_moved');
  end if;
  v_read := helpdesk_private.clean_payload(
    p_payload, case p_kind when 'note' then 'body' when 'escalation' then 'reason' end
  );
  if v_run.is_test then
    perform helpdesk_private.check_payload(p_kind, v_read.p_clean, v_ticket);
    return null;
  end if;
  return to_jsonb(
    helpdesk_private.make_proposal(
      v_run.run_id, p_kind, v_read.p_clean, 'model', p_confidence, null, v_read.p_flags
    )
  );
end;
$$;
revoke all on function helpdesk_private.propose from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.propose to authenticated;

create function helpdesk.propose(kind text, payload jsonb, confidence real default null)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.propose(propose.kind, propose.payload, propose.confidence);
$$;
comment on function helpdesk.propose is
  'For the holder of a lease: proposes something besides the answer of the run, which goes on. kind and payload: note '
  '{body}, assignment {assigned_to}, fields {custom_fields}, merge {into}, escalation {reason}. Returns the proposal; '
  'null for a test. It takes the place of the ticket''s open one of this kind.';
revoke all on function helpdesk.propose from public, anon, authenticated, service_role;
grant execute on function helpdesk.propose to authenticated;


-- Tickets that were sent twice ----------------------------------------------------------------------------------------

create function helpdesk_private.shared_words(p_a text, p_b text)
returns real
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  with words as (
    select
      tsvector_to_array(to_tsvector('pg_catalog.simple', left(p_a, 20000))) as a,
      tsvector_to_array(to_tsvector('pg_catalog.simple', left(p_b, 20000))) as b
  )
  select case
    when cardinality(w.a) = 0 or cardinality(w.b) = 0 then 0
    else (
      select count(*) filter (where u.n = 2)::real / count(*)
      from (
        select x.word, count(*) as n
        from (select unnest(w.a) as word union all select unnest(w.b)) as x
        group by x.word
      ) as u
    )
  end
  from words as w;
$$;
comment on function helpdesk_private.shared_words is 'The share of words that two texts have in common, from 0 to 1.';
revoke all on function helpdesk_private.shared_words from public, anon, authenticated, service_role;

create function helpdesk_private.propose_merge()
returns trigger
language plpgsql
-- Definer: reads the requester's other tickets, and writes a proposal.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_share constant real := .9;
  v_ticket helpdesk.tickets := (select t from helpdesk.tickets as t where t.ticket_id = new.ticket_id);
  v_text text := helpdesk_private.classification_text(v_ticket);
  v_earlier record;
begin
  -- Of the same requester in the same team: whoever sees this ticket sees the other one, too.
  select s.* into v_earlier
  from (
    select t.ticket_id, t.number, helpdesk_private.shared_words(v_text, helpdesk_private.classification_text(t)) as share
    from helpdesk.tickets as t
    where t.created_by = v_ticket.created_by and t.team_id = v_ticket.team_id and t.number < v_ticket.number
      and t.created_at > v_ticket.created_at - interval '7 days'
      and t.status <> 'closed' and t.merged_into is null
    order by t.created_at desc limit 10
  ) as s
  where s.share >= c_share
  order by s.share desc, s.number limit 1;
  if found and v_ticket.merged_into is null and v_ticket.status <> 'closed' then
    perform helpdesk_private.make_proposal(
      new.run_id, 'merge',
      jsonb_build_object('into', v_earlier.ticket_id, 'because', jsonb_build_array(v_earlier.number)),
      'neighbours', v_earlier.share
    );
  end if;
  return null;
end;
$$;
comment on function helpdesk_private.propose_merge is
  'After a classification: proposes to merge the ticket into an earlier one of the same requester with the same words.';
revoke all on function helpdesk_private.propose_merge from public, anon, authenticated, service_role;
create trigger propose_merge after update on helpdesk.ai_runs
  for each row when (
    new.kind = 'classification' and not new.is_test and old.state = 'leased'
    and new.state in ('done', 'fallback', 'needs_human')
  )
  execute function helpdesk_private.propose_merge();
