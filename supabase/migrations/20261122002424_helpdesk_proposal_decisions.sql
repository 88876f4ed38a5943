-- Carrying a proposal out: it calls the functions that a person would have called, under the caller's rights.

insert into helpdesk_private.concepts (version, concept) values ('20261122002424', 'proposal_decisions');

create function helpdesk_private.find_proposal(p_proposal_id uuid)
returns helpdesk.proposals
language plpgsql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal helpdesk.proposals;
  v_role text;
begin
  select * into v_proposal from helpdesk.proposals as p where p.proposal_id = p_proposal_id;
  select helpdesk_private.role_on_ticket(t) into v_role
  from helpdesk.tickets as t where t.ticket_id = v_proposal.ticket_id;
  if coalesce(v_role, 'customer') not in ('agent', 'admin', 'system') then
    if not helpdesk_private.is_service() then
      perform helpdesk_private.require_person();
    end if;
    perform helpdesk_private.fail('proposal_not_found');
  end if;
  return v_proposal;
end;
$$;
comment on function helpdesk_private.find_proposal is
  'The proposal, if the caller works its ticket. An absent proposal and a proposal of somebody else''s ticket give the '
  'same error.';
revoke all on function helpdesk_private.find_proposal from public, anon, authenticated, service_role;

create function helpdesk_private.lock_cited_articles(p_chunk_ids uuid[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- In the order of their ids, as every function that locks several articles.
  perform from helpdesk.articles as a
  where a.article_id in (select c.article_id from helpdesk.article_chunks as c where c.chunk_id = any(p_chunk_ids))
  order by a.article_id for share;
end;
$$;
comment on function helpdesk_private.lock_cited_articles is
  'Keeps the articles of these chunks as they are until the transaction ends. Called before a ticket is locked.';
revoke all on function helpdesk_private.lock_cited_articles from public, anon, authenticated, service_role;

create function helpdesk_private.lock_proposal(p_proposal_id uuid, p_to_accept boolean default false)
returns helpdesk.proposals
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal helpdesk.proposals := helpdesk_private.find_proposal(p_proposal_id);
begin
  -- Articles, people, tickets: see the making of proposals.
  perform helpdesk_private.lock_cited_articles(
    array(select c.chunk_id from helpdesk.citations as c where c.proposal_id = p_proposal_id)
  );
  if v_proposal.kind = 'assignment' then
    perform helpdesk_private.lock_staff((v_proposal.payload ->> 'assigned_to')::uuid);
  end if;
  -- Only whoever accepts a merge must work the other ticket, too: it may have gone to another team.
  if v_proposal.kind = 'merge' and p_to_accept then
    perform helpdesk_private.lock_merge(
      array[v_proposal.ticket_id, helpdesk_private.living_ticket_id((v_proposal.payload ->> 'into')::uuid)]
    );
  end if;
  perform helpdesk_private.lock_staff((v_proposal.final #>> '{changes,assigned_to,0}')::uuid);
  perform helpdesk_private.lock_ticket(v_proposal.ticket_id, p_staff_only => true);
  -- Whoever decides a proposal has locked its ticket: from here on it stays as it is read.
  select * into v_proposal from helpdesk.proposals as p where p.proposal_id = p_proposal_id;
  return v_proposal;
end;
$$;
comment on function helpdesk_private.lock_proposal is
  'The proposal, its ticket locked, if the caller works the ticket. Nobody else decides it until the transaction ends.';
revoke all on function helpdesk_private.lock_proposal from public, anon, authenticated, service_role;

create function helpdesk_private.proposal_text(p_kind text, p_payload jsonb)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select case p_kind
    when 'summary' then (
      select string_agg('- ' || (s.statement ->> 'text'), chr(10) order by s.n)
      from jsonb_array_elements(p_payload -> 'statements') with ordinality as s (statement, n)
    )
    when 'next_steps' then (
      select string_agg(s.n || '. ' || s.step, chr(10) order by s.n)
      from jsonb_array_elements_text(p_payload -> 'steps') with ordinality as s (step, n)
    )
    when 'escalation' then p_payload ->> 'reason'
    else p_payload ->> 'body'
  end;
$$;
comment on function helpdesk_private.proposal_text is
  'The text that is sent or stored when a proposal of this kind is accepted; null for kinds without text.';
revoke all on function helpdesk_private.proposal_text from public, anon, authenticated, service_role;

create function helpdesk_private.require_open(p_proposal helpdesk.proposals, p_ticket helpdesk.tickets)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_of_conversation boolean := p_proposal.kind in ('reply', 'note', 'summary', 'next_steps', 'escalation');
  v_now jsonb;
  v_field text;
begin
  if p_proposal.state in ('accepted', 'edited', 'rejected', 'undone') then
    perform helpdesk_private.fail('proposal_decided');
  elsif v_is_of_conversation and p_ticket.last_message_id is distinct from p_proposal.last_message_id then
    perform helpdesk_private.fail('conversation_moved');
  elsif p_proposal.state = 'superseded' then
    perform helpdesk_private.fail('proposal_expired', 'There is a newer proposal, or the conversation has changed.');
  elsif p_proposal.state = 'expired' or p_proposal.expires_at <= clock_timestamp() then
    perform helpdesk_private.fail('proposal_expired');
  elsif exists (
    select from helpdesk.citations as c
    left join helpdesk_private.published_chunks as k on k.chunk_id = c.chunk_id
    where c.proposal_id = p_proposal.proposal_id
      and (k.chunk_id is null or (p_proposal.kind in ('reply', 'article') and k.audience <> 'public'))
  ) then
    perform helpdesk_private.fail('proposal_expired', 'An article that the proposal quotes has changed or was withdrawn.');
  end if;
  -- The values that the proposal replaces are still those that it was made for, or already those that it proposes.
  v_now := helpdesk_private.replaced_values(p_ticket, p_proposal.kind, p_proposal.payload);
  select o.field into v_field from jsonb_each(p_proposal.payload -> 'previous') as o (field, value)
  where v_now -> o.field is distinct from o.value
    and v_now -> o.field is distinct from coalesce(p_proposal.payload -> 'custom_fields', p_proposal.payload) -> o.field
  limit 1;
  if found then
    perform helpdesk_private.fail('stale_revision', format('%s has changed since the proposal was made.', v_field));
  end if;
end;
$$;
comment on function helpdesk_private.require_open is
  'Refuses a proposal that can no longer be accepted, with the reason.';
revoke all on function helpdesk_private.require_open from public, anon, authenticated, service_role;

create function helpdesk_private.apply_labels(p_ticket helpdesk.tickets, p_payload jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_team_id uuid := (p_payload ->> 'team_id')::uuid;
  v_priority text := p_payload ->> 'priority';
  v_tags text[] := array(select jsonb_array_elements_text(coalesce(nullif(p_payload -> 'add_tags', 'null'), '[]')));
  v_changes jsonb := '{}';
begin
  if (p_payload ->> 'spam')::boolean then
    v_tags := v_tags || 'spam'::text;
  end if;
  with added as (
    insert into helpdesk.ticket_tags (ticket_id, tag)
    select p_ticket.ticket_id, t.tag from unnest(v_tags) as t (tag) group by t.tag
    on conflict do nothing
    returning tag
  )
  select coalesce(jsonb_agg(a.tag order by a.tag), '[]') into v_changes from added as a;
  v_changes := case
    when v_changes <> '[]' then jsonb_build_object('add_tags', v_changes) else '{}'
  end;
  if v_priority <> p_ticket.priority then
    update helpdesk.tickets as t set priority = v_priority where t.ticket_id = p_ticket.ticket_id;
    v_changes := v_changes || jsonb_build_object('priority', jsonb_build_array(p_ticket.priority, v_priority));
  end if;
  if v_team_id <> p_ticket.team_id then
    -- Last: the ticket may leave the caller's sight.
    perform helpdesk_private.transfer_ticket(p_ticket.ticket_id, v_team_id, null);
    v_changes := v_changes || jsonb_build_object('team_id', jsonb_build_array(p_ticket.team_id, v_team_id));
    if p_ticket.assigned_to is not null then
      v_changes := v_changes || jsonb_build_object('assigned_to', jsonb_build_array(p_ticket.assigned_to, null));
    end if;
  end if;
  return v_changes;
end;
$$;
comment on function helpdesk_private.apply_labels is
  'Sets team, priority and tags of a locked ticket. Returns the changes as {"field": [old, new]}, and the tags added.';
revoke all on function helpdesk_private.apply_labels from public, anon, authenticated, service_role;

create function helpdesk_private.apply_field_values(p_ticket_id uuid, p_values jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old jsonb := helpdesk_private.all_field_values(p_ticket_id);
  v_new jsonb;
begin
  update helpdesk.tickets as t set custom_fields = p_values where t.ticket_id = p_ticket_id;
  v_new := helpdesk_private.all_field_values(p_ticket_id);
  return (
    select coalesce(
      jsonb_build_object(
        'custom_fields', jsonb_object_agg(k.key, jsonb_build_array(v_old -> k.key, v_new -> k.key))
        filter (where v_old -> k.key is distinct from v_new -> k.key)
      ),
      '{}'
    )
    from jsonb_object_keys(p_values) as k (key)
  );
end;
$$;
revoke all on function helpdesk_private.apply_field_values from public, anon, authenticated, service_role;

create function helpdesk_private.carry_out(
  p_proposal helpdesk.proposals, p_ticket helpdesk.tickets, p_text text, p_status text, p_id uuid
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_article_id uuid;
begin
  case p_proposal.kind
    when 'reply' then
      perform helpdesk_private.send_reply(
        p_ticket.ticket_id, p_text, p_proposal.last_message_id, p_id, p_status, null
      );
      return jsonb_build_object('body', p_text, 'status', p_status, 'message_id', p_id);
    when 'note', 'summary', 'next_steps', 'escalation' then
      perform helpdesk_private.add_note(p_ticket.ticket_id, p_text, p_id, null);
      return jsonb_build_object('body', p_text, 'note_id', p_id);
    when 'classification' then
      return jsonb_build_object('changes', helpdesk_private.apply_labels(p_ticket, p_proposal.payload));
    when 'assignment' then
      perform helpdesk_private.assign_ticket(
        p_ticket.ticket_id, (p_proposal.payload ->> 'assigned_to')::uuid, null
      );
      return jsonb_build_object(
        'changes',
        jsonb_build_object('assigned_to', jsonb_build_array(p_ticket.assigned_to, p_proposal.payload ->> 'assigned_to'))
      );
    when 'fields' then
      return jsonb_build_object(
        'changes', helpdesk_private.apply_field_values(
          p_ticket.ticket_id, p_proposal.payload -> 'custom_fields'
        )
      );
    when 'article' then
      select a.article_id into v_article_id
      from helpdesk.save_article(
        slug => p_proposal.payload ->> 'slug', title => p_proposal.payload ->> 'title', body => p_text
      ) as a;
      return jsonb_build_object('body', p_text, 'article_id', v_article_id);
    when 'merge' then
      perform helpdesk_private.merge_tickets(
        p_ticket.ticket_id, (p_proposal.payload ->> 'into')::uuid, null, false
      );
      return jsonb_build_object('merged_into', p_proposal.payload ->> 'into');
  end case;
end;
$$;
comment on function helpdesk_private.carry_out is
  'Does what the proposal proposes, under the caller''s rights. Returns the value of final.';
revoke all on function helpdesk_private.carry_out from public, anon, authenticated, service_role;

create function helpdesk_private.apply_proposal(
  p_proposal helpdesk.proposals, p_ticket helpdesk.tickets, p_body text, p_status text, p_as_assistant boolean
)
returns helpdesk.proposals
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_draft text := helpdesk_private.proposal_text(p_proposal.kind, p_proposal.payload);
  v_state text := case when p_body <> v_draft then 'edited' else 'accepted' end;
  v_final jsonb;
  v_proposal helpdesk.proposals;
begin
  insert into helpdesk_private.applied_proposals (ticket_id, proposal_id, as_assistant)
  values (p_ticket.ticket_id, p_proposal.proposal_id, p_as_assistant);
  if v_draft is not null then
    -- Decided before it is carried out: the message that follows ends the ticket's open proposals.
    update helpdesk.proposals as p set state = v_state where p.proposal_id = p_proposal.proposal_id;
  end if;
  v_final := helpdesk_private.carry_out(
    p_proposal, p_ticket, coalesce(p_body, v_draft), p_status, gen_random_uuid()
  );
  update helpdesk.proposals as p
  set state = v_state,
      decided_by = case when not helpdesk_private.is_service() then helpdesk_private.me() end,
      decided_at = clock_timestamp(),
      distance = helpdesk_private.text_distance(v_draft, coalesce(p_body, v_draft)),
      final = v_final
  where p.proposal_id = p_proposal.proposal_id
  returning * into v_proposal;
  delete from helpdesk_private.applied_proposals as a where a.ticket_id = p_ticket.ticket_id;
  return v_proposal;
end;
$$;
comment on function helpdesk_private.apply_proposal is
  'Carries an open proposal out and stores the outcome. Its ticket is locked.';
revoke all on function helpdesk_private.apply_proposal from public, anon, authenticated, service_role;
