-- Acceptance of proposals: by a person who works the ticket, or by the assistant where an admin has set a threshold.

insert into helpdesk_private.concepts (version, concept) values ('20261122002425', 'proposal_acceptance');

create function helpdesk_private.apply_as_assistant(p_proposal_id uuid)
returns helpdesk.proposals
language plpgsql
-- Definer: called by functions of a run that have checked its lease and the admins' threshold.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal helpdesk.proposals;
  v_ticket helpdesk.tickets;
begin
  select t.* into v_ticket
  from helpdesk.proposals as p join helpdesk.tickets as t on t.ticket_id = p.ticket_id
  where p.proposal_id = p_proposal_id
  for no key update of t;
  select * into v_proposal from helpdesk.proposals as p where p.proposal_id = p_proposal_id;
  -- Labels can be undone; what a customer reads cannot.
  if v_proposal.kind not in ('classification', 'assignment') or v_proposal.mode = 'model' then
    perform helpdesk_private.fail('forbidden', 'The assistant applies labels from past tickets only.');
  end if;
  perform helpdesk_private.require_open(v_proposal, v_ticket);
  return helpdesk_private.apply_proposal(v_proposal, v_ticket, null, null, true);
end;
$$;
comment on function helpdesk_private.apply_as_assistant is
  'Carries out an open proposal of labels, or of an assignee, that no model made, in the assistant''s name. The caller '
  'is a run.';
revoke all on function helpdesk_private.apply_as_assistant from public, anon, authenticated, service_role;

create function helpdesk_private.is_repetition(
  p_proposal helpdesk.proposals, p_body text, p_status text, p_by uuid
)
returns boolean
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select p_proposal.state in ('accepted', 'edited')
    and p_proposal.decided_by is not distinct from p_by
    and p_proposal.final ->> 'body' is not distinct from coalesce(
      p_body, helpdesk_private.proposal_text(p_proposal.kind, p_proposal.payload)
    )
    and p_proposal.final ->> 'status' is not distinct from p_status;
$$;
comment on function helpdesk_private.is_repetition is
  'Whether this person has accepted the proposal already, with the same text and status.';
revoke all on function helpdesk_private.is_repetition from public, anon, authenticated, service_role;

create function helpdesk_private.accept_proposal(p_proposal_id uuid, p_body text, p_status text, p_confirm boolean)
returns helpdesk.proposals
language plpgsql
-- Definer: nobody updates proposals directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me_if_staff() end;
  v_proposal helpdesk.proposals;
  v_draft text;
  v_ticket helpdesk.tickets;
  v_contacts text[];
begin
  select * into v_proposal from helpdesk.proposals as p where p.proposal_id = p_proposal_id;
  -- Before the rights on the ticket: what was accepted may have moved it to a team that the caller is not in.
  if v_me is not null and helpdesk_private.is_repetition(v_proposal, p_body, p_status, v_me) then
    return v_proposal;
  end if;
  v_proposal := helpdesk_private.lock_proposal(p_proposal_id, p_to_accept => true);
  if helpdesk_private.is_repetition(v_proposal, p_body, p_status, v_me) then
    return v_proposal;
  end if;
  v_draft := helpdesk_private.proposal_text(v_proposal.kind, v_proposal.payload);
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = v_proposal.ticket_id;
  perform helpdesk_private.require_open(v_proposal, v_ticket);
  if p_body is not null and v_draft is null then
    perform helpdesk_private.fail('invalid_value', 'body: a proposal of this kind has no text');
  elsif p_status is not null and v_proposal.kind <> 'reply' then
    perform helpdesk_private.fail('invalid_value', 'status: only a reply has one');
  elsif 'unknown_contact' = any(v_proposal.flags) and not coalesce(p_confirm, false) then
    -- An edit that removes them needs no confirmation.
    v_contacts := array(
      select unnest(helpdesk_private.unknown_contacts(v_draft, helpdesk_private.known_text(p_proposal_id)))
      intersect
      select unnest(helpdesk_private.contacts(coalesce(p_body, v_draft)))
    );
    if cardinality(v_contacts) > 0 then
      perform helpdesk_private.fail(
        'confirmation_needed',
        format(
          'The draft names contacts that stand neither in the ticket nor in a quoted article: %s.',
          array_to_string(v_contacts, ', ')
        )
      );
    end if;
  end if;
  return helpdesk_private.apply_proposal(v_proposal, v_ticket, p_body, p_status, false);
end;
$$;
revoke all on function helpdesk_private.accept_proposal from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.accept_proposal to authenticated, service_role;

create function helpdesk.accept_proposal(
  proposal_id uuid, body text default null, status text default null, confirm boolean default false
)
returns helpdesk.proposals
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.accept_proposal(
    accept_proposal.proposal_id, accept_proposal.body, accept_proposal.status, accept_proposal.confirm
  );
$$;
comment on function helpdesk.accept_proposal is
  'Those who work the ticket: does what the proposal proposes, under your rights. A reply is sent, with body in '
  'place of the draft if you edited it, and status as in send_reply(); notes, summaries, next steps and escalations '
  'become an internal note; an article is saved as a draft; the others change the ticket. confirm: the flag '
  'unknown_contact was checked. Repeat it unchanged: it happens once, with one result, even if the ticket has left '
  'your team.';
revoke all on function helpdesk.accept_proposal from public, anon, authenticated, service_role;
grant execute on function helpdesk.accept_proposal to authenticated, service_role;
