-- Trials: what the vote says about tickets whose labels people have decided, without their own example. From them,
-- calibration finds the share from which labels are right often enough.

insert into helpdesk_private.concepts (version, concept) values ('20261122002456', 'label_trials');

create type helpdesk.label_trial as (
  ticket_id uuid, label text, share double precision, similarity double precision, is_right boolean
);
comment on type helpdesk.label_trial is
  'A label that the vote gives an example. similarity: that of the nearest example; is_right: people decided the same.';

create function helpdesk_private.label_trials(p_kind text, p_after uuid, p_max_rows integer)
returns setof helpdesk.label_trial
language plpgsql
stable
-- Definer: texts and vectors are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_model text := helpdesk_private.active_embedding_model();
  v_assignees text[];
begin
  if not exists (select from helpdesk.ai_thresholds as t where t.kind = p_kind) then
    perform helpdesk_private.fail('invalid_value', 'kind must be team, priority, tag, assignee or spam');
  end if;
  if p_kind = 'assignee' then
    v_assignees := array(select distinct e.label from helpdesk.label_examples as e where e.kind = 'assignee');
  end if;
  return query
    select x.ticket_id, s.label, s.share, s.similarity, exists (
      select from helpdesk.label_examples as e
      where e.ticket_id = x.ticket_id and e.label = s.label
        and e.kind = case when p_kind = 'spam' then 'tag' else p_kind end
    )
    from (
      select t.ticket_id, t.body
      from helpdesk_private.example_texts as t
      where (p_after is null or t.ticket_id > p_after) and (
        -- A ticket without tags is an example of having none.
        p_kind in ('tag', 'spam') or exists (
          select from helpdesk.label_examples as e where e.ticket_id = t.ticket_id and e.kind = p_kind
        )
      )
      order by t.ticket_id
      limit least(greatest(p_max_rows, 1), 200)
    ) as x
    left join helpdesk_private.example_embeddings as v on v.ticket_id = x.ticket_id and v.model = v_model
    left join lateral (
      select l.label, l.share, l.similarity
      from helpdesk_private.label_shares(
        x.body, v.embedding::real[], case when v.ticket_id is not null then v_model end, x.ticket_id, v_assignees
      ) as l
      where l.kind = p_kind and l.examples >= 3
      order by l.share desc, l.label
      limit case when p_kind = 'tag' then 3 else 1 end
    ) as s on true
    order by x.ticket_id, s.share desc;
end;
$$;
revoke all on function helpdesk_private.label_trials from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.label_trials to service_role;

create function helpdesk.label_trials(kind text, after uuid default null, max_rows integer default 50)
returns setof helpdesk.label_trial
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.label_trials(label_trials.kind, label_trials.after, label_trials.max_rows);
$$;
comment on function helpdesk.label_trials is
  'For calibration, with the secret key: what the vote says about the examples of a kind without their own label, a '
  'page at a time in the order of ticket_id; for tag three labels each; label is null where the vote has none. after: '
  'the last ticket_id of the page before.';
revoke all on function helpdesk.label_trials from public, anon, authenticated, service_role;
grant execute on function helpdesk.label_trials to service_role;
