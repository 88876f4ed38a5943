-- Examples: tickets whose team, priority or tags a person has decided. Classification compares new tickets with them.
--
-- Only a person's act makes an example: a transfer, a change of priority, a tag, and the step to resolved or closed,
-- which confirms all that stands. Neither the assistant nor a program with the secret key makes one, except that an
-- admin may take tickets that were imported with their labels. A ticket has one text, whatever its labels; it goes with
-- the ticket, and with its last example.

create table helpdesk.label_examples (
  kind text not null check (helpdesk_private.text_among('kind', kind, 'team', 'priority', 'tag', 'assignee')),
  -- For a team or a person, the id.
  label text not null check (helpdesk_private.name_within('label', label, 1, 50)),
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  source text not null check (source in ('agent', 'import', 'accepted_proposal')),
  confirmed_by uuid references helpdesk.users (user_id),
  created_at timestamptz not null default clock_timestamp(),
  primary key (kind, label, ticket_id)
);
comment on table helpdesk.label_examples is
  'Label examples: the teams, priorities and tags that people have decided, and who had the tickets that people '
  'resolved; the newest 200 of each label. Those who work the ticket read them, admins delete them.';
comment on column helpdesk.label_examples.label is 'The priority, the tag, or the id of the team or assignee.';
comment on column helpdesk.label_examples.source is
  'agent: somebody on the staff set or confirmed it; accepted_proposal: as the assistant proposed it; import: it came '
  'with an imported ticket.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.label_examples
  alter column kind set statistics 0,
  alter column label set statistics 0,
  alter column ticket_id set statistics 0,
  alter column source set statistics 0,
  alter column confirmed_by set statistics 0,
  alter column created_at set statistics 0;
create index label_examples_newest_idx on helpdesk.label_examples (kind, label, created_at desc, ticket_id);
create index label_examples_ticket_idx on helpdesk.label_examples (ticket_id, kind, label);
create index label_examples_confirmed_idx on helpdesk.label_examples (confirmed_by);

revoke all on table helpdesk.label_examples from public, anon, authenticated, service_role;
grant select, delete on table helpdesk.label_examples to authenticated, service_role;

alter table helpdesk.label_examples enable row level security;
create policy "only active people" on helpdesk.label_examples
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its examples" on helpdesk.label_examples
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = label_examples.ticket_id
    ) is not null
  );
create policy "admins delete examples" on helpdesk.label_examples
  for delete to authenticated
  using ((select helpdesk_private.me_if_staff()) is not null and (select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261122002445', 'label_examples');

-- The words of the examples, by which tickets are compared where there are no vectors.
alter table helpdesk_private.example_texts
  add column words tsvector not null
    generated always as (array_to_tsvector(helpdesk_private.single_words(body))) stored,
  add column requester_id uuid not null references helpdesk.users (user_id);
create index example_texts_words_idx on helpdesk_private.example_texts using gin (words);
create index example_texts_requester_idx on helpdesk_private.example_texts (requester_id);

create function helpdesk_private.may_be_example(p_ticket helpdesk.tickets)
returns boolean
language plpgsql
stable
-- Definer: exclusions are closed to most.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- What the assistant may not read, it does not learn from either.
  return not exists (
    select from helpdesk.ai_exclusions as x
    where (x.scope, x.target_id) in (
      ('team', p_ticket.team_id), ('ticket', p_ticket.ticket_id), ('customer', p_ticket.created_by)
    )
  );
end;
$$;
revoke all on function helpdesk_private.may_be_example from public, anon, authenticated, service_role;

create function helpdesk_private.labels_of(p_ticket helpdesk.tickets, out kinds text[], out labels text[])
returns record
language sql
stable
-- Definer: reads the tags for definer functions that have found the ticket.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(l.kind), array_agg(l.label)
  from (
    select 'priority' as kind, (p_ticket).priority as label
    union all
    select 'tag', g.tag from helpdesk.ticket_tags as g where g.ticket_id = (p_ticket).ticket_id
    union all
    select 'team', (p_ticket).team_id::text
    union all
    select 'assignee', (p_ticket).assigned_to::text where (p_ticket).assigned_to is not null
    order by 1, 2
  ) as l;
$$;
revoke all on function helpdesk_private.labels_of from public, anon, authenticated, service_role;

create function helpdesk_private.add_examples(
  p_ticket helpdesk.tickets, p_kinds text[], p_labels text[], p_source text, p_by uuid,
  p_at timestamptz default clock_timestamp()
)
returns void
language plpgsql
-- Definer: nobody writes examples directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 200;
  v_text text;
begin
  if cardinality(p_labels) = 0 or not helpdesk_private.may_be_example(p_ticket) then
    return;
  end if;
  v_text := helpdesk_private.classification_text(p_ticket);
  if coalesce(v_text, '') = '' then
    return;
  end if;
  insert into helpdesk_private.example_texts (ticket_id, body, requester_id)
  values (p_ticket.ticket_id, v_text, p_ticket.created_by)
  on conflict (ticket_id) do update set body = excluded.body where example_texts.body <> excluded.body;
  insert into helpdesk.label_examples (kind, label, ticket_id, source, confirmed_by, created_at)
  select n.kind, n.label, p_ticket.ticket_id, p_source, p_by, p_at
  from unnest(p_kinds, p_labels) as n (kind, label)
  on conflict (kind, label, ticket_id) do update
  set source = excluded.source, confirmed_by = excluded.confirmed_by, created_at = excluded.created_at;
  -- A ticket has one team and one priority. After the new example: the text goes with the last one.
  delete from helpdesk.label_examples as e
  using unnest(p_kinds, p_labels) as n (kind, label)
  where e.ticket_id = p_ticket.ticket_id and e.kind = n.kind and e.kind <> 'tag' and e.label <> n.label;
  -- The oldest make room. Another transaction may be doing the same: whatever it has locked, it deletes.
  delete from helpdesk.label_examples as e
  where (e.kind, e.label, e.ticket_id) in (
    select o.kind, o.label, o.ticket_id
    from unnest(p_kinds, p_labels) as n (kind, label)
    cross join lateral (
      select a.kind, a.label, a.ticket_id from helpdesk.label_examples as a
      where a.kind = n.kind and a.label = n.label
      order by a.created_at desc, a.ticket_id
      offset c_most
    ) as f
    join helpdesk.label_examples as o on (o.kind, o.label, o.ticket_id) = (f.kind, f.label, f.ticket_id)
    for update of o skip locked
  );
end;
$$;
revoke all on function helpdesk_private.add_examples from public, anon, authenticated, service_role;

create function helpdesk_private.refresh_example(p_ticket helpdesk.tickets)
returns void
language sql
-- Definer: the texts are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  update helpdesk_private.example_texts as x set body = helpdesk_private.classification_text(p_ticket)
  where x.ticket_id = (p_ticket).ticket_id and x.body <> helpdesk_private.classification_text(p_ticket);
$$;
comment on function helpdesk_private.refresh_example is
  'What somebody removes from a ticket is removed from the text of its example, and its vector is made anew.';
revoke all on function helpdesk_private.refresh_example from public, anon, authenticated, service_role;

create function helpdesk_private.example_source(p_ticket_id uuid)
returns text
language sql
stable
-- Definer: which proposal is being carried out is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce((
    select case when p.state = 'open' then 'accepted_proposal' else 'undone_proposal' end
    from helpdesk_private.applied_proposals as a join helpdesk.proposals as p on p.proposal_id = a.proposal_id
    where a.ticket_id = p_ticket_id and p.kind = 'classification'
  ), 'agent');
$$;
comment on function helpdesk_private.example_source is
  'Whether this transaction changes the labels of the ticket by a proposal; undone_proposal: it takes them back.';
revoke all on function helpdesk_private.example_source from public, anon, authenticated, service_role;

create function helpdesk_private.example_of_ticket()
returns trigger
language plpgsql
-- Definer: nobody writes examples directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me_if_staff() end;
  v_confirmed boolean := new.status <> old.status and new.status in ('resolved', 'closed');
  v_kinds text[] := '{}';
  v_labels text[] := '{}';
  v_source text;
begin
  -- Requesters decide nothing here, also those who are staff elsewhere.
  if v_me is not null and (
    (new.team_id = old.team_id and new.priority = old.priority and not v_confirmed)
    or helpdesk_private.role_on_ticket(old) = 'customer'
  ) then
    v_me := null;
  end if;
  if v_me is null then
    if new.title <> old.title or new.description <> old.description then
      perform helpdesk_private.refresh_example(new);
    end if;
    return null;
  end if;
  if v_confirmed then
    select l.kinds, l.labels into v_kinds, v_labels from helpdesk_private.labels_of(new) as l;
  else
    if new.priority <> old.priority then
      v_kinds := array['priority'];
      v_labels := array[new.priority];
    end if;
    if new.team_id <> old.team_id then
      v_kinds := v_kinds || 'team'::text;
      v_labels := v_labels || new.team_id::text;
    end if;
  end if;
  v_source := helpdesk_private.example_source(new.ticket_id);
  if v_source = 'undone_proposal' then
    -- The proposed label was wrong; that the one before it is right, nobody has said.
    delete from helpdesk.label_examples as e
    where e.ticket_id = new.ticket_id and (
      (new.priority <> old.priority and (e.kind, e.label) = ('priority', old.priority))
      or (new.team_id <> old.team_id and (e.kind, e.label) = ('team', old.team_id::text))
    );
    return null;
  end if;
  perform helpdesk_private.add_examples(new, v_kinds, v_labels, v_source, v_me);
  return null;
end;
$$;
revoke all on function helpdesk_private.example_of_ticket from public, anon, authenticated, service_role;
create trigger example_of_ticket after update on helpdesk.tickets
  for each row when (
    (old.team_id, old.priority, old.status, old.title, old.description)
    is distinct from (new.team_id, new.priority, new.status, new.title, new.description)
    and new.updated_at >= now()
  )
  execute function helpdesk_private.example_of_ticket();

create function helpdesk_private.refresh_redacted_example()
returns trigger
language plpgsql
-- Definer: the texts are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.refresh_example(t) from helpdesk.tickets as t where t.ticket_id = new.ticket_id;
  return null;
end;
$$;
revoke all on function helpdesk_private.refresh_redacted_example from public, anon, authenticated, service_role;
create trigger refresh_example after update of body on helpdesk.messages
  for each row execute function helpdesk_private.refresh_redacted_example();

create function helpdesk_private.example_of_tags()
returns trigger
language plpgsql
-- Definer: nobody writes examples directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := case when not helpdesk_private.is_service() then helpdesk_private.me_if_staff() end;
  v_new record;
begin
  if tg_op = 'DELETE' then
    delete from helpdesk.label_examples as e
    using changed as c where e.kind = 'tag' and e.label = c.tag and e.ticket_id = c.ticket_id;
  elsif v_me is not null then
    for v_new in
      select t as ticket, array_agg(c.tag order by c.tag) as tags
      from changed as c join helpdesk.tickets as t on t.ticket_id = c.ticket_id
      where c.created_at >= now()
      group by t.ticket_id
      order by t.ticket_id
    loop
      perform helpdesk_private.add_examples(
        v_new.ticket, array_fill('tag'::text, array[cardinality(v_new.tags)]), v_new.tags,
        helpdesk_private.example_source((v_new.ticket).ticket_id), v_me
      );
    end loop;
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.example_of_tags from public, anon, authenticated, service_role;
-- Its name comes after guard_tag_lock, which locks the tickets.
create trigger learn_tags after insert on helpdesk.ticket_tags
  referencing new table as changed
  for each statement execute function helpdesk_private.example_of_tags();
create trigger unlearn_tags after delete on helpdesk.ticket_tags
  referencing old table as changed
  for each statement execute function helpdesk_private.example_of_tags();

create function helpdesk_private.drop_example_texts()
returns trigger
language plpgsql
-- Definer: the texts are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from helpdesk_private.example_texts as x
  where x.ticket_id in (select c.ticket_id from changed as c)
    and not exists (select from helpdesk.label_examples as e where e.ticket_id = x.ticket_id);
  return null;
end;
$$;
revoke all on function helpdesk_private.drop_example_texts from public, anon, authenticated, service_role;
create trigger drop_example_texts after delete on helpdesk.label_examples
  referencing old table as changed
  for each statement execute function helpdesk_private.drop_example_texts();

create function helpdesk_private.drop_team_examples()
returns trigger
language plpgsql
-- Definer: nobody writes examples directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from helpdesk.label_examples as e where e.kind = 'team' and e.label = old.team_id::text;
  return null;
end;
$$;
revoke all on function helpdesk_private.drop_team_examples from public, anon, authenticated, service_role;
create trigger drop_team_examples after delete on helpdesk.teams
  for each row execute function helpdesk_private.drop_team_examples();
