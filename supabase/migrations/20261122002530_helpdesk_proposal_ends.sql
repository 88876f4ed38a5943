-- What else ends a proposal: a merge of its ticket, the redaction of a message that it may quote, and time.

insert into helpdesk_private.concepts (version, concept) values ('20261122002530', 'proposal_ends');

create function helpdesk_private.end_proposals_of_merge()
returns trigger
language plpgsql
-- Definer: nobody updates proposals directly. Whoever merges has locked both tickets.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update helpdesk.proposals as p set state = 'superseded', decided_at = clock_timestamp()
  where p.state = 'open'
    and (
      p.ticket_id = new.source_id
      -- The conversation has other messages now. Labels, fields and an article are compared when they are accepted.
      or (
        p.ticket_id in (new.target_id, helpdesk_private.living_ticket_id(new.target_id))
        and p.kind in ('reply', 'note', 'summary', 'next_steps', 'escalation')
      )
    )
    -- The merge itself may be a proposal that somebody accepts.
    and not exists (select from helpdesk_private.applied_proposals as a where a.proposal_id = p.proposal_id);
  return null;
end;
$$;
revoke all on function helpdesk_private.end_proposals_of_merge from public, anon, authenticated, service_role;
create trigger end_proposals after insert or update on helpdesk.ticket_merges
  for each row execute function helpdesk_private.end_proposals_of_merge();

create function helpdesk_private.redact_proposals()
returns trigger
language plpgsql
-- Definer: nobody updates proposals and runs directly. Whoever redacts has locked all these tickets.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket_id uuid;
begin
  for v_ticket_id in
    select new.ticket_id as ticket_id
    union
    select g.conversation_id from helpdesk_private.merged_tickets as g where g.ticket_id = new.ticket_id
  loop
    -- Any text that was made after the message may hold it; the draft that became the message is older than it.
    update helpdesk.proposals as p
    set state = case p.state when 'open' then 'superseded' else p.state end,
        decided_at = coalesce(p.decided_at, clock_timestamp()),
        payload = helpdesk_private.redacted_payload(p.kind, p.payload),
        final = case when p.final ? 'body' then p.final || '{"body": "[redacted]"}' else p.final end
    where p.ticket_id = v_ticket_id
      and p.kind in ('reply', 'note', 'summary', 'next_steps', 'escalation', 'article')
      and (p.created_at >= new.created_at or p.final ->> 'message_id' = new.message_id::text);
    update helpdesk.ai_runs as r set answer = null
    where r.ticket_id = v_ticket_id and r.answer is not null and (
      r.finished_at >= new.created_at
      or exists (
        select from helpdesk.proposals as p
        where p.run_id = r.run_id and p.final ->> 'message_id' = new.message_id::text
      )
    );
  end loop;
  return null;
end;
$$;
comment on function helpdesk_private.redact_proposals is
  'Removes the texts of the assistant that may hold what a redacted message said.';
revoke all on function helpdesk_private.redact_proposals from public, anon, authenticated, service_role;
create trigger redact_proposals after update on helpdesk.messages
  for each row when (old.redacted_at is null and new.redacted_at is not null)
  execute function helpdesk_private.redact_proposals();

create function helpdesk_private.sweep_proposals(p_max_rows integer)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket_id uuid;
begin
  -- Tickets that somebody is at are left to the next sweep: nobody waits for it.
  for v_ticket_id in
    select t.ticket_id from helpdesk.tickets as t
    where t.ticket_id in (
      select p.ticket_id from helpdesk.proposals as p
      where p.state = 'open' and p.expires_at <= clock_timestamp() order by p.expires_at limit p_max_rows
    )
    order by t.ticket_id
    for no key update skip locked
  loop
    update helpdesk.proposals as p set state = 'expired', decided_at = clock_timestamp()
    where p.ticket_id = v_ticket_id and p.state = 'open' and p.expires_at <= clock_timestamp();
  end loop;
end;
$$;
comment on function helpdesk_private.sweep_proposals is
  'Marks open proposals whose time is over. Called whenever the assistant asks for runs; until then they are refused '
  'by their time.';
revoke all on function helpdesk_private.sweep_proposals from public, anon, authenticated, service_role;
