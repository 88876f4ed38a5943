-- Classification: which team, priority and tags a ticket should have, from the examples, with no language model.
--
-- Three opinions, each a probability for every label: the vote of the 20 nearest examples, and two linear models
-- (heads), of the vector and of the words, which training makes from the examples. Their weighted mean is the share of
-- a label. Without heads the vote decides; without vectors, the nearest examples are those with the same words. A label
-- is sure when its share reaches its threshold and the nearest example is similar enough; a label with fewer than three
-- examples never is.

create table helpdesk.ai_thresholds (
  kind text primary key check (kind in ('team', 'priority', 'tag', 'assignee', 'spam')),
  suggest_share real not null default 0.7
    check (helpdesk_private.decimal_within('suggest_share', suggest_share::numeric, 0, 1)),
  min_similarity real not null default 0.6
    check (helpdesk_private.decimal_within('min_similarity', min_similarity::numeric, 0, 1)),
  apply_share real check (helpdesk_private.decimal_within('apply_share', apply_share::numeric, 0.5, 1)),
  target_precision real not null default 0.95
    check (helpdesk_private.decimal_within('target_precision', target_precision::numeric, 0.5, 0.999)),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.ai_thresholds is
  'Thresholds of classification: one row for team, priority, tag, assignee and spam, which is the tag spam. Staff read '
  'them, admins change them.';
comment on column helpdesk.ai_thresholds.suggest_share is
  'From this share on, a label is proposed. Training sets one for each label instead, from target_precision.';
comment on column helpdesk.ai_thresholds.min_similarity is
  'How similar the nearest example must be by vector, 0 to 1; by words alone, always 0.3. Tickets about something new '
  'are not similar.';
comment on column helpdesk.ai_thresholds.apply_share is
  'From this share on, a run of the assistant applies a sure label itself; undo_proposal() undoes it. Not where a '
  'person has decided the label, where the ticket''s text has hidden characters, nor to resolved tickets; a team or an '
  'assignee only while nobody is assigned. null: never, a person decides.';
comment on column helpdesk.ai_thresholds.target_precision is
  'How often the proposed labels are to be right: training chooses each label''s threshold by it.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.ai_thresholds
  alter column kind set statistics 0,
  alter column suggest_share set statistics 0,
  alter column min_similarity set statistics 0,
  alter column apply_share set statistics 0,
  alter column target_precision set statistics 0,
  alter column updated_at set statistics 0;
insert into helpdesk.ai_thresholds (kind) values ('team'), ('priority'), ('tag'), ('assignee'), ('spam');

create table helpdesk_private.label_models (
  kind text primary key check (kind in ('team', 'priority')),
  model text,
  -- How much the vote, the head of the vector and the head of the words weigh; together 1.
  mix real[] not null check (cardinality(mix) = 3),
  examples integer not null,
  report jsonb not null check (helpdesk_private.json_object_within('report', report, 100000)),
  trained_at timestamptz not null default clock_timestamp()
);
comment on table helpdesk_private.label_models is 'What training found for a kind of label, and the mix of opinions.';

create table helpdesk_private.label_heads (
  kind text not null references helpdesk_private.label_models (kind) on delete cascade,
  label text not null,
  threshold real not null,
  vector_bias real not null default 0,
  words_bias real not null default 0,
  primary key (kind, label)
);
comment on table helpdesk_private.label_heads is
  'The linear models, one row for each label, and the share from which the label is sure.';

create table helpdesk_private.label_words (
  kind text not null references helpdesk_private.label_models (kind) on delete cascade,
  feature text not null,
  idf real not null,
  weights real[] not null,
  primary key (kind, feature)
);
comment on table helpdesk_private.label_words is
  'The weights of words and pairs of words, one for each label of label_heads in the order of their names.';

revoke all on table helpdesk.ai_thresholds from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.label_models from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.label_heads from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.label_words from public, anon, authenticated, service_role;
grant select, update (suggest_share, min_similarity, apply_share, target_precision)
on table helpdesk.ai_thresholds to authenticated, service_role;

create trigger touch_updated_at before update on helpdesk.ai_thresholds
  for each row execute function helpdesk_private.touch_updated_at();

alter table helpdesk.ai_thresholds enable row level security;
alter table helpdesk_private.label_models enable row level security;
alter table helpdesk_private.label_heads enable row level security;
alter table helpdesk_private.label_words enable row level security;
create policy "only active people" on helpdesk.ai_thresholds
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff read the thresholds" on helpdesk.ai_thresholds
  for select to authenticated using ((select helpdesk_private.me_if_staff()) is not null);
create policy "admins change the thresholds" on helpdesk.ai_thresholds
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261122002450', 'classification');

create type helpdesk_private.neighbour as (
  kind text, ticket_id uuid, similarity double precision
);
comment on type helpdesk_private.neighbour is 'One of the nearest examples of a kind of label.';
revoke all on type helpdesk_private.neighbour from public, anon, authenticated, service_role;

create function helpdesk_private.nearest_by_words(p_words text[], p_ticket_id uuid, p_assignees text[])
returns setof helpdesk_private.neighbour
language sql
stable
-- Definer: nobody reads the texts.
security definer
set search_path = pg_catalog, pg_temp
as $$
  with words as (
    -- Rare words tell more than common ones.
    select w.word, f.found, ln(1 + (c.examples - f.found + 0.5) / (f.found + 0.5)::double precision) as weight
    from (select distinct q.word from unnest(p_words) as q (word)) as w
    cross join (select count(*) as examples from helpdesk_private.example_texts) as c
    cross join lateral (
      select count(*) as found from helpdesk_private.example_texts as x
      where x.words @@ quote_literal(w.word)::tsquery
    ) as f
    where f.found > 0
    order by f.found, w.word
    limit 32
  ),
  near as (
    select x.ticket_id, sum(w.weight) / (select sum(o.weight) from words as o) as similarity
    from words as w
    join helpdesk_private.example_texts as x on x.words @@ quote_literal(w.word)::tsquery
    where x.ticket_id is distinct from p_ticket_id and w.weight > 0
    group by x.ticket_id
  )
  select n.kind, n.ticket_id, n.similarity
  from unnest(
    case when p_assignees is null then array['team', 'priority', 'tag'] else array['assignee'] end
  ) as k (kind)
  cross join lateral (
    select k.kind, near.ticket_id, near.similarity / (1 + 0.002 * length(x.words)) as similarity
    from near
    join helpdesk_private.example_texts as x using (ticket_id)
    where k.kind = 'tag' or exists (
      select from helpdesk.label_examples as e
      where e.kind = k.kind and e.ticket_id = near.ticket_id and (p_assignees is null or e.label = any(p_assignees))
    )
    order by 3 desc, near.ticket_id
    limit 200
  ) as n;
$$;
comment on function helpdesk_private.nearest_by_words is
  'For each kind, the examples that share most of a text''s rare words: for helpdesks without an embedding model. With '
  'p_assignees, the tickets that one of them had.';
revoke all on function helpdesk_private.nearest_by_words from public, anon, authenticated, service_role;

create function helpdesk_private.votes(p_neighbours helpdesk_private.neighbour[], p_scale double precision)
returns table (
  kind text, label text, share double precision, similarity double precision, examples bigint, nearest uuid[]
)
language sql
stable
-- Definer: reads examples of tickets that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
-- Planning it takes longer than the votes.
set plan_cache_mode = force_generic_plan
as $$
  with ranked as (
    select n.kind, n.ticket_id, n.similarity,
      row_number() over (partition by n.kind order by n.similarity desc, n.ticket_id) as rank
    from unnest(p_neighbours) as n
  ),
  nearest as materialized (
    -- Whose tickets they are is looked up for the nearest 60: as a rule, the 20 voters are among them.
    select r.kind, r.ticket_id, r.similarity,
      row_number() over (partition by r.kind, x.requester_id order by r.rank) as place
    from ranked as r join helpdesk_private.example_texts as x on x.ticket_id = r.ticket_id
    where r.rank <= 60
  ),
  short as materialized (
    select n.kind from nearest as n group by n.kind
    having count(*) = 60 and count(*) filter (where n.place <= 5) < 20
  ),
  capped as (
    -- At most five of one requester: nobody fills the vote with tickets of their own.
    select n.kind, n.ticket_id, n.similarity, n.place
    from nearest as n where n.kind not in (select s.kind from short as s)
    union all
    select r.kind, r.ticket_id, r.similarity,
      row_number() over (partition by r.kind, x.requester_id order by r.rank)
    from ranked as r join helpdesk_private.example_texts as x on x.ticket_id = r.ticket_id
    where r.kind in (select s.kind from short as s)
  ),
  voters as (
    select c.kind, c.ticket_id, c.similarity, max(c.similarity) over (partition by c.kind) as best
    from (
      select p.*, row_number() over (partition by p.kind order by p.similarity desc, p.ticket_id) as rank
      from capped as p where p.place <= 5
    ) as c
    where c.rank <= 20
  ),
  labelled as (
    select v.kind, e.label, v.ticket_id, v.similarity, exp((v.similarity - v.best) / p_scale) as weight
    from voters as v
    left join helpdesk.label_examples as e on e.kind = v.kind and e.ticket_id = v.ticket_id
  ),
  labels as materialized (
    select l.kind, l.label, (
      select count(*) from helpdesk.label_examples as o where o.kind = l.kind and o.label = l.label
    ) as examples
    from labelled as l where l.label is not null
    group by l.kind, l.label
  ),
  ballots as (
    -- A rare label is not outvoted by a common one: each vote counts less, the more examples its label has. Tags do not
    -- exclude each other, so theirs count as they are.
    select l.kind, l.label, l.ticket_id, l.similarity, n.examples,
      l.weight / case when l.kind = 'tag' then 1 else coalesce(n.examples, 1) end as weight
    from labelled as l left join labels as n on n.kind = l.kind and n.label = l.label
  ),
  totals as (
    select b.kind, sum(b.weight) as weight
    from (select distinct on (a.kind, a.ticket_id) a.kind, a.weight from ballots as a) as b
    group by b.kind
  )
  select b.kind, b.label, sum(b.weight) / min(t.weight), max(b.similarity), min(b.examples),
    (array_agg(b.ticket_id order by b.similarity desc, b.ticket_id))[:3]
  from ballots as b join totals as t on t.kind = b.kind
  where b.label is not null
  group by b.kind, b.label;
$$;
comment on function helpdesk_private.votes is
  'The share of each label among the 20 nearest examples. p_scale: how fast a vote weighs less with distance.';
revoke all on function helpdesk_private.votes from public, anon, authenticated, service_role;
