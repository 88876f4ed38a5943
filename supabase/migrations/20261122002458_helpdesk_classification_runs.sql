-- Runs of the kind classification: what past labels decide needs no model. The doubtful rest is for a model, if there
-- is one, and then for a person.

insert into helpdesk_private.concepts (version, concept) values ('20261122002458', 'classification_runs');

create function helpdesk_private.labels_to_apply(p_ticket helpdesk.tickets, p_labels jsonb)
returns jsonb
language sql
stable
-- Definer: called by definer functions that have found the ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(f.label order by f.place), '[]')
  from jsonb_array_elements(p_labels) with ordinality as f (label, place)
  join helpdesk.ai_thresholds as t on t.kind = f.label ->> 'kind'
  where (f.label ->> 'is_sure')::boolean and (f.label ->> 'share')::real >= t.apply_share
    and (p_ticket).status not in ('resolved', 'closed')
    -- A transfer would take the ticket from its assignee.
    and (t.kind not in ('team', 'assignee') or (p_ticket).assigned_to is null)
    -- What a person has decided stands: also what a person has undone.
    and not exists (
      select from helpdesk.events as e
      where e.ticket_id = (p_ticket).ticket_id and e.actor_kind = 'staff'
        and case t.kind
          when 'assignee' then e.data -> 'changes' ? 'assigned_to'
          when 'team' then e.type = 'ticket.created' or e.data -> 'changes' ? 'team_id'
          when 'priority' then e.type = 'ticket.created' or e.data -> 'changes' ? 'priority'
          else e.type = 'ticket.untagged' and e.data ->> 'tag' = f.label ->> 'label'
        end
    );
$$;
comment on function helpdesk_private.labels_to_apply is
  'The sure labels whose share reaches apply_share, and which no person has decided otherwise.';
revoke all on function helpdesk_private.labels_to_apply from public, anon, authenticated, service_role;

create function helpdesk_private.propose_labels(
  p_run_id uuid, p_ticket helpdesk.tickets, p_labels jsonb, p_flags text[]
)
returns void
language plpgsql
-- Definer: nobody writes proposals directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_applied jsonb := '[]';
  v_part jsonb;
  v_changes jsonb;
  v_proposal helpdesk.proposals;
begin
  if p_flags = '{}' then
    v_applied := helpdesk_private.labels_to_apply(p_ticket, p_labels);
  end if;
  -- First the labels to apply: a proposal takes the place of the open one.
  foreach v_part in array array[
    v_applied,
    (
      select coalesce(jsonb_agg(f.label), '[]') from jsonb_array_elements(p_labels) as f (label)
      where not v_applied @> jsonb_build_array(f.label)
    )
  ] loop
    v_changes := helpdesk_private.changes_by_labels(p_ticket, v_part);
    continue when v_changes = '{}';
    v_proposal := helpdesk_private.make_proposal(
      p_run_id, 'classification', v_changes, 'neighbours',
      (
        select min((l ->> 'share')::real) from jsonb_array_elements(v_part) as l where (l ->> 'is_sure')::boolean
      ),
      p_flags => p_flags
    );
    if v_part = v_applied then
      perform helpdesk_private.apply_as_assistant(v_proposal.proposal_id);
    end if;
  end loop;
exception when others then
  -- A rule of the ticket refuses the change, for example a required field: a person decides all of it. There are no
  -- flags: with flags nothing is applied.
  if sqlstate not like 'PT%' or v_applied = '[]' then
    raise;
  end if;
  perform helpdesk_private.make_proposal(
    p_run_id, 'classification', helpdesk_private.changes_by_labels(p_ticket, p_labels), 'neighbours',
    (select min((l ->> 'share')::real) from jsonb_array_elements(p_labels) as l where (l ->> 'is_sure')::boolean)
  );
end;
$$;
comment on function helpdesk_private.propose_labels is
  'Applies in the assistant''s name the labels that an admin lets it apply, and proposes the other sure labels. The '
  'ticket is locked. With flags, nothing is applied.';
revoke all on function helpdesk_private.propose_labels from public, anon, authenticated, service_role;

create function helpdesk_private.propose_assignee(
  p_run_id uuid, p_ticket_id uuid, p_label jsonb, p_flags text[]
)
returns void
language plpgsql
-- Definer: nobody writes proposals directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_proposal helpdesk.proposals;
begin
  select * into strict v_ticket from helpdesk.tickets as t where t.ticket_id = p_ticket_id;
  if v_ticket.assigned_to is not null
    or not helpdesk_private.can_be_assigned((p_label ->> 'label')::uuid, v_ticket.team_id)
    -- First somebody decides the team: a transfer would take the ticket from its assignee.
    or exists (
      select from helpdesk.proposals as p
      where p.ticket_id = p_ticket_id and p.kind = 'classification' and p.state = 'open' and p.payload ? 'team_id'
    ) then
    return;
  end if;
  v_proposal := helpdesk_private.make_proposal(
    p_run_id, 'assignment', jsonb_build_object('assigned_to', p_label -> 'label'), 'neighbours',
    (p_label ->> 'share')::real, p_flags => p_flags
  );
  if p_flags = '{}' and helpdesk_private.labels_to_apply(v_ticket, jsonb_build_array(p_label)) <> '[]' then
    begin
      perform helpdesk_private.apply_as_assistant(v_proposal.proposal_id);
    exception when others then
      -- A rule of the ticket refuses it: a person decides.
      if sqlstate not like 'PT%' then
        raise;
      end if;
    end;
  end if;
end;
$$;
comment on function helpdesk_private.propose_assignee is
  'Proposes the assignee of a locked ticket that nobody has, or assigns it where an admin allows that. The person is '
  'locked before the ticket.';
revoke all on function helpdesk_private.propose_assignee from public, anon, authenticated, service_role;

create function helpdesk_private.propose_by_labels(
  p_run_id uuid, p_ticket helpdesk.tickets, p_labels jsonb, p_assignee uuid
)
returns void
language plpgsql
-- Definer: nobody writes proposals directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_flags text[] := case
    when helpdesk_private.has_hidden_text(helpdesk_private.ticket_text(p_ticket.ticket_id)) then array['hidden_text']
    else '{}'
  end;
begin
  perform helpdesk_private.propose_labels(p_run_id, p_ticket, (
    select coalesce(jsonb_agg(f.label order by f.place), '[]')
    from jsonb_array_elements(p_labels) with ordinality as f (label, place) where f.label ->> 'kind' <> 'assignee'
  ), v_flags);
  perform helpdesk_private.propose_assignee(p_run_id, p_ticket.ticket_id, f.label, v_flags)
  from jsonb_array_elements(p_labels) as f (label)
  where f.label ->> 'kind' = 'assignee' and (f.label ->> 'is_sure')::boolean and f.label ->> 'label' = p_assignee::text;
end;
$$;
comment on function helpdesk_private.propose_by_labels is
  'The proposals of a run that classifies a locked ticket. p_assignee: who may be assigned, locked before the ticket.';
revoke all on function helpdesk_private.propose_by_labels from public, anon, authenticated, service_role;

create function helpdesk_private.classify_run(p_embedding real[], p_model text)
returns jsonb
language plpgsql
-- Definer: the assistant sees nothing but its run.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs := helpdesk_private.leased_run();
  v_ticket helpdesk.tickets;
  v_revision integer;
  v_assignee uuid;
  v_vote jsonb;
begin
  if v_run.kind <> 'classification' then
    perform helpdesk_private.fail('invalid_value', 'kind of the run must be classification');
  end if;
  select * into strict v_ticket from helpdesk.tickets as t where t.ticket_id = v_run.ticket_id;
  v_vote := helpdesk_private.vote_on_ticket(v_ticket, p_embedding, p_model);
  v_revision := v_ticket.revision;
  v_assignee := (v_vote #>> '{changes,assigned_to}')::uuid;
  -- People before tickets, as everywhere. Then nobody changes a label between the vote and what it applies.
  if not helpdesk_private.lock_staff(v_assignee) then
    v_assignee := null;
  end if;
  select * into strict v_ticket from helpdesk.tickets as t where t.ticket_id = v_run.ticket_id for no key update;
  if v_ticket.revision <> v_revision then
    v_vote := helpdesk_private.vote_on_ticket(v_ticket, p_embedding, p_model);
  end if;
  -- Without the ids of the nearest tickets: whoever works this ticket need not work those.
  v_vote := jsonb_set(v_vote, '{labels}', (
    select coalesce(jsonb_agg(l.label - 'nearest' order by l.place), '[]')
    from jsonb_array_elements(v_vote -> 'labels') with ordinality as l (label, place)
  ));
  if not v_run.is_test then
    perform helpdesk_private.propose_by_labels(v_run.run_id, v_ticket, v_vote -> 'labels', v_assignee);
  end if;
  if (v_vote ->> 'decided')::boolean then
    perform helpdesk_private.finish_run(
      v_run.run_id, 'done', 'neighbours', v_vote ->> 'reason', null, null, v_vote - 'mode' - 'reason'
    );
  end if;
  -- The assistant has no use for people.
  return jsonb_set(v_vote #- '{changes,assigned_to}', '{labels}', (
    select coalesce(jsonb_agg(l.label order by l.place), '[]')
    from jsonb_array_elements(v_vote -> 'labels') with ordinality as l (label, place)
    where l.label ->> 'kind' <> 'assignee'
  ));
end;
$$;
revoke all on function helpdesk_private.classify_run from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.classify_run to authenticated;

create function helpdesk.classify_run(embedding real[] default null, model text default null)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.classify_run(classify_run.embedding, classify_run.model);
$$;
comment on function helpdesk.classify_run is
  'For the assistant, with the secret of its run in the header x-helpdesk-run: classifies the run''s ticket by past '
  'labels. decided: the run is done; otherwise doubtful has the kinds that a model may decide, and the run goes on.';
revoke all on function helpdesk.classify_run from public, anon, authenticated, service_role;
grant execute on function helpdesk.classify_run to authenticated;
