-- Classifying a ticket: the shares of its labels, what they would change, and the run that proposes or applies it.

insert into helpdesk_private.concepts (version, concept) values ('20261122002455', 'classify');

create function helpdesk_private.word_shares(p_text text)
returns table (kind text, label text, share double precision)
language sql
stable
-- Definer: the heads are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  with known as (
    select w.kind, w.idf, w.weights
    from helpdesk_private.label_words as w
    where w.feature = any(helpdesk_private.word_features(p_text))
  ),
  products as (
    select k.kind, u.place, sum(k.idf::double precision * u.weight) as product
    from known as k cross join lateral unnest(k.weights) with ordinality as u (weight, place)
    group by k.kind, u.place
  ),
  lengths as (
    select k.kind, sqrt(sum(k.idf::double precision ^ 2)) as length from known as k group by k.kind
  ),
  logits as (
    select h.kind, h.label, h.words_bias + p.product / l.length as logit
    from (
      select a.*, row_number() over (partition by a.kind order by a.label collate "C") as place
      from helpdesk_private.label_heads as a
    ) as h
    join products as p on p.kind = h.kind and p.place = h.place
    join lengths as l on l.kind = h.kind
  )
  select s.kind, s.label, s.value / sum(s.value) over (partition by s.kind)
  from (
    select o.kind, o.label, exp(o.logit - max(o.logit) over (partition by o.kind)) as value from logits as o
  ) as s;
$$;
comment on function helpdesk_private.word_shares is
  'What the linear model of words gives each label; nothing for a text without a known word.';
revoke all on function helpdesk_private.word_shares from public, anon, authenticated, service_role;

create function helpdesk_private.label_shares(
  p_text text, p_embedding real[], p_model text, p_ticket_id uuid, p_assignees text[]
)
returns table (
  kind text, label text, share double precision, similarity double precision, examples bigint, threshold real,
  is_sure boolean, nearest uuid[]
)
language plpgsql
stable
-- Definer: reads examples of tickets that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
-- Planning takes longer than the query.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_near helpdesk_private.neighbour[] := array(
    select n from helpdesk_private.nearest_by_vector(p_embedding, p_model, p_ticket_id, p_assignees) as n
    where p_embedding is not null
    union all
    select n
    from helpdesk_private.nearest_by_words(helpdesk_private.single_words(p_text), p_ticket_id, p_assignees) as n
    where p_embedding is null
  );
begin
  return query
    with opinions as (
      select coalesce(v.kind, e.kind, w.kind) as kind, coalesce(v.label, e.label, w.label) as label, v.share as vote,
        e.share as by_vector, w.share as by_words, v.similarity, v.examples, v.nearest
      from helpdesk_private.votes(v_near, case when p_embedding is null then 0.1 else 0.05 end) as v
      full join (
        select * from helpdesk_private.vector_shares(p_embedding, p_model) as s where p_assignees is null
      ) as e on (e.kind, e.label) = (v.kind, v.label)
      full join (
        select * from helpdesk_private.word_shares(p_text) as s where p_assignees is null
      ) as w
        on (w.kind, w.label) = (coalesce(v.kind, e.kind), coalesce(v.label, e.label))
    ),
    present as (
      -- An opinion counts where it has something to say about this kind.
      select o.kind,
        coalesce(m.mix, '{1,0,0}') as mix,
        (bool_or(o.vote is not null))::integer as vote,
        (bool_or(o.by_vector is not null))::integer as by_vector,
        (bool_or(o.by_words is not null))::integer as by_words,
        max(o.similarity) as similarity,
        -- Where people have used one label only, nothing is known about the others.
        o.kind = 'tag' or (
          select count(*) from (
            select from helpdesk.label_examples as e where e.kind = o.kind group by e.label having count(*) >= 3 limit 2
          ) as known
        ) = 2 as is_known
      from opinions as o left join helpdesk_private.label_models as m on m.kind = o.kind
      group by o.kind, m.mix
    ),
    mixed as (
      select o.kind, o.label, o.nearest, p.similarity, p.is_known,
        (
          p.mix[1] * coalesce(o.vote, 0) + p.mix[2] * coalesce(o.by_vector, 0) + p.mix[3] * coalesce(o.by_words, 0)
        ) / nullif(p.mix[1] * p.vote + p.mix[2] * p.by_vector + p.mix[3] * p.by_words, 0) as share,
        coalesce(o.examples, (
          select count(*) from helpdesk.label_examples as e where e.kind = o.kind and e.label = o.label
        )) as examples
      from opinions as o join present as p on p.kind = o.kind
    )
    select t.kind, x.label, coalesce(x.share, 0), x.similarity, x.examples, y.threshold,
      x.share >= y.threshold and x.examples >= 3
      and x.similarity >= case when p_embedding is null then 0.3 else t.min_similarity end
      and x.is_known,
      coalesce(x.nearest, '{}')
    from mixed as x
    join helpdesk.ai_thresholds as t
      on t.kind = case when x.kind = 'tag' and x.label = 'spam' then 'spam' else x.kind end
    left join helpdesk_private.label_heads as h on h.kind = x.kind and h.label = x.label
    cross join lateral (
      -- The thresholds of training hold for the opinions that it had.
      select case when p_embedding is null then greatest(h.threshold, t.suggest_share)
        else coalesce(h.threshold, t.suggest_share) end
    ) as y (threshold)
    order by x.kind, x.share desc nulls last, x.label;
end;
$$;
comment on function helpdesk_private.label_shares is
  'The share of each label for a text, best first within its kind, and whether the label is sure. p_embedding has '
  'length 1; without it, words decide. The kinds team, priority, tag and spam; with p_assignees the kind assignee, '
  'among these people.';
revoke all on function helpdesk_private.label_shares from public, anon, authenticated, service_role;

create function helpdesk_private.changes_by_labels(p_ticket helpdesk.tickets, p_labels jsonb)
returns jsonb
language sql
stable
-- Definer: reads the tags for definer functions that have found the ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'assigned_to', min(l.label) filter (where l.kind = 'assignee'),
    'team_id', min(l.label) filter (where l.kind = 'team' and l.label <> (p_ticket).team_id::text),
    'priority', min(l.label) filter (where l.kind = 'priority' and l.label <> (p_ticket).priority),
    'add_tags', jsonb_agg(l.label order by l.place) filter (where l.kind = 'tag' and not exists (
      select from helpdesk.ticket_tags as g where g.ticket_id = (p_ticket).ticket_id and g.tag = l.label
    )),
    'spam', bool_or(true) filter (where l.kind = 'spam' and not exists (
      select from helpdesk.ticket_tags as g where g.ticket_id = (p_ticket).ticket_id and g.tag = 'spam'
    ))
  ))
  from (
    select f.label ->> 'kind' as kind, f.label ->> 'label' as label, f.place
    from jsonb_array_elements(p_labels) with ordinality as f (label, place)
    where (f.label ->> 'is_sure')::boolean
  ) as l;
$$;
comment on function helpdesk_private.changes_by_labels is
  'What the sure ones among these labels would change, by field; {} for nothing.';
revoke all on function helpdesk_private.changes_by_labels from public, anon, authenticated, service_role;

create function helpdesk_private.best_labels(
  p_ticket helpdesk.tickets, p_unit real[], p_model text, p_assignees text[]
)
returns jsonb
language sql
stable
-- Definer: reads examples of tickets that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(to_jsonb(b) - 'place' order by b.kind, b.place), '[]')
  from (
    select s.kind, s.label, coalesce(g.name, u.name) as name, round(s.share::numeric, 4) as share,
      round(s.similarity::numeric, 4) as similarity, s.examples, s.threshold, s.nearest,
      row_number() over by_share as place,
      -- A ticket has one team and one priority: thresholds under one half must not make two of them sure.
      s.is_sure and (s.kind = 'tag' or row_number() over by_share = 1) as is_sure
    from helpdesk_private.label_shares(
      helpdesk_private.classification_text(p_ticket), p_unit, p_model, (p_ticket).ticket_id, p_assignees
    ) as s
    left join helpdesk.teams as g on s.kind = 'team' and g.team_id::text = s.label
    left join helpdesk.users as u on s.kind = 'assignee' and u.user_id::text = s.label
    where s.kind <> 'team' or g.team_id is not null
    window by_share as (partition by s.kind order by s.share desc, s.label)
  ) as b
  where b.place <= 3 or (b.kind = 'tag' and b.is_sure and b.place <= 10);
$$;
revoke all on function helpdesk_private.best_labels from public, anon, authenticated, service_role;

create function helpdesk_private.vote_on_ticket(p_ticket helpdesk.tickets, p_embedding real[], p_model text)
returns jsonb
language plpgsql
stable
-- Definer: called by definer functions that have found the ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unit real[];
  v_labels jsonb;
  v_team_id uuid;
  v_assignees text[];
  v_doubtful text[];
begin
  v_unit := helpdesk_private.classification_vector(p_embedding, p_model);
  v_labels := helpdesk_private.best_labels(p_ticket, v_unit, p_model, null);
  if p_ticket.assigned_to is null then
    -- Among the people of the team that the ticket should be in.
    v_team_id := coalesce(
      (helpdesk_private.changes_by_labels(p_ticket, v_labels) ->> 'team_id')::uuid, p_ticket.team_id
    );
    select array_agg(p.label) into v_assignees
    from (select e.label from helpdesk.label_examples as e where e.kind = 'assignee' group by e.label) as p
    where helpdesk_private.can_be_assigned(p.label::uuid, v_team_id);
    if v_assignees is not null then
      v_labels := v_labels || helpdesk_private.best_labels(p_ticket, v_unit, p_model, v_assignees);
    end if;
  end if;
  select coalesce(array_agg(k.kind), '{}') into v_doubtful
  from unnest(array['team', 'priority']) as k (kind)
  where not exists (
    select from jsonb_array_elements(v_labels) as l where l ->> 'kind' = k.kind and (l ->> 'is_sure')::boolean
  );
  return jsonb_build_object(
    'mode', 'neighbours',
    'reason', case
      when jsonb_array_length(v_labels) = 0 then 'no_examples'
      when v_unit is null then 'no_embedding'
    end,
    'labels', v_labels, 'changes', helpdesk_private.changes_by_labels(p_ticket, v_labels),
    'doubtful', v_doubtful, 'decided', cardinality(v_doubtful) = 0
  );
end;
$$;
comment on function helpdesk_private.vote_on_ticket is
  'The three best labels of each kind, and what the sure ones would change. nearest: ids of tickets, for whoever '
  'filters them.';
revoke all on function helpdesk_private.vote_on_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.classify_ticket(p_ticket_id uuid, p_embedding real[], p_model text)
returns jsonb
language plpgsql
stable
-- Definer: reads examples of tickets that the caller may not see, and shows numbers of the others.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_found record;
  v_vote jsonb;
begin
  select * into v_found from helpdesk_private.find_ticket(p_ticket_id) as f;
  if v_found.role = 'customer' then
    perform helpdesk_private.fail('forbidden');
  end if;
  v_vote := helpdesk_private.vote_on_ticket(v_found.ticket, p_embedding, p_model);
  return v_vote || jsonb_build_object('labels', (
    select coalesce(
      jsonb_agg((l - 'nearest') || jsonb_build_object('because', helpdesk_private.seen_numbers(l -> 'nearest')) order by p.n),
      '[]'
    )
    from jsonb_array_elements(v_vote -> 'labels') with ordinality as p (l, n)
  ));
end;
$$;
revoke all on function helpdesk_private.classify_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.classify_ticket to authenticated, service_role;

create function helpdesk_private.seen_numbers(p_ticket_ids jsonb)
returns jsonb
language sql
stable
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(t.number order by i.place), '[]')
  from jsonb_array_elements_text(p_ticket_ids) with ordinality as i (ticket_id, place)
  join helpdesk.tickets as t on t.ticket_id = i.ticket_id::uuid
  where helpdesk_private.role_on_ticket(t) in ('agent', 'admin', 'system');
$$;
comment on function helpdesk_private.seen_numbers is 'The numbers of those of the tickets that the caller works.';
revoke all on function helpdesk_private.seen_numbers from public, anon, authenticated, service_role;

create function helpdesk.classify_ticket(ticket_id uuid, embedding real[] default null, model text default null)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.classify_ticket(classify_ticket.ticket_id, classify_ticket.embedding, classify_ticket.model);
$$;
comment on function helpdesk.classify_ticket is
  'For those who work the ticket: which team, priority and tags tickets like this one were given, whether they were '
  'spam, and, while nobody has it, who of its team had tickets like it; with the share of each and the numbers of the '
  'nearest tickets that you work. Changes nothing. embedding: the vector of the ticket''s '
  'text by model; without it, words decide (reason no_embedding).';
revoke all on function helpdesk.classify_ticket from public, anon, authenticated, service_role;
grant execute on function helpdesk.classify_ticket to authenticated, service_role;
