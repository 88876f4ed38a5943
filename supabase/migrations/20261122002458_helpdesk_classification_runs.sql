-- Runs of the kind classification: what past labels decide needs no model. The doubtful rest is for a model, if there
-- is one, and then for a person.

insert into helpdesk_private.concepts (version, concept) values ('20261122002458', 'classification_runs');

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
  v_vote jsonb;
begin
  if v_run.kind <> 'classification' then
    perform helpdesk_private.fail('invalid_value', 'kind of the run must be classification');
  end if;
  select * into strict v_ticket from helpdesk.tickets as t where t.ticket_id = v_run.ticket_id;
  v_vote := helpdesk_private.vote_on_ticket(v_ticket, p_embedding, p_model);
  -- Without the ids of the nearest tickets: whoever works this ticket need not work those.
  v_vote := jsonb_set(v_vote, '{labels}', (
    select coalesce(jsonb_agg(l.label - 'nearest' order by l.place), '[]')
    from jsonb_array_elements(v_vote -> 'labels') with ordinality as l (label, place)
  ));
  if to_regclass('helpdesk.proposals') is not null and v_vote -> 'changes' <> '{}' then
    perform helpdesk_private.make_proposal(
      v_run.run_id, 'classification', v_vote -> 'changes', 'neighbours',
      (
        select min((l ->> 'share')::real) from jsonb_array_elements(v_vote -> 'labels') as l
        where (l ->> 'is_sure')::boolean
      )
    );
  end if;
  if (v_vote ->> 'decided')::boolean then
    perform helpdesk_private.finish_run(
      v_run.run_id, 'done', 'neighbours', v_vote ->> 'reason', null, null, v_vote - 'mode' - 'reason'
    );
  end if;
  return v_vote;
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
