-- Imports: tickets with their messages, notes, tags and custom fields, many in one statement each. Whatever refuses one
-- item refuses the statement; import_batch() then finds the item by halves.

insert into helpdesk_private.concepts (version, concept) values ('20261122002554', 'import_tickets');

create type helpdesk_private.imported_ticket as (
  item jsonb,
  known_id uuid,
  outcome text,
  ticket helpdesk.tickets,
  staff_fields jsonb
);
create type helpdesk_private.imported_comment as (
  external_id text,
  content_hash text,
  ticket_id uuid,
  requester_id uuid,
  -- The object here that an earlier import made of it, which may be of the other kind.
  known_id uuid,
  own_id uuid,
  is_new boolean,
  is_public boolean,
  author_id uuid,
  author_kind text,
  author_name text,
  body text,
  sequence bigint,
  created_at timestamptz,
  redacted_at timestamptz,
  via_ticket_id uuid
);

create function helpdesk_private.import_fields(p_ticket helpdesk.tickets, p_values jsonb, p_old jsonb, p_staff jsonb)
returns record
language plpgsql
-- Definer: called by definer functions, as all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_value record;
  v_fields record;
begin
  -- The source may have dropped an option that old tickets still have.
  for v_value in
    select v.key, jsonb_agg(distinct jsonb_build_object('value', i.item)) as options
    from jsonb_each(p_values) as v
    join helpdesk.field_definitions as d on d.key = v.key and d.type in ('select', 'multi_select')
    cross join lateral jsonb_array_elements_text(
      case jsonb_typeof(v.value) when 'array' then v.value when 'string' then jsonb_build_array(v.value) else '[]' end
    ) as i (item)
    where not exists (
      select from helpdesk.field_options as o where o.field_key = v.key and o.value = i.item
    )
    group by v.key
  loop
    perform helpdesk_private.import_options(v_value.key, v_value.options, true);
  end loop;
  p_ticket.channel := 'import';
  select a.p_public, a.p_staff into v_fields
  from helpdesk_private.apply_fields(p_ticket, 'system', p_values, p_old, p_staff) as a;
  return v_fields;
end;
$$;
comment on function helpdesk_private.import_fields is
  'The values of requesters and of staff. Retired fields and options, and fields of other teams, are accepted.';
revoke all on function helpdesk_private.import_fields from public, anon, authenticated, service_role;

create function helpdesk_private.import_reference(
  p_source_id integer, p_kind text, p_external_id text, p_field text
)
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own_id uuid;
begin
  if p_external_id is null then
    return null;
  end if;
  select o.own_id into v_own_id from helpdesk_private.imported_objects as o
  where o.source_id = p_source_id and o.kind = p_kind and o.external_id = p_external_id
    -- Somebody may have deleted it here since.
    and case p_kind
      when 'team' then exists (select from helpdesk.teams as t where t.team_id = o.own_id)
      when 'ticket' then exists (select from helpdesk.tickets as t where t.ticket_id = o.own_id)
      else exists (select from helpdesk.users as u where u.user_id = o.own_id)
    end;
  if v_own_id is null then
    perform helpdesk_private.fail(
      case p_kind when 'team' then 'team_not_found' when 'ticket' then 'ticket_not_found' else 'user_not_found' end,
      format('%s: %s was not imported.', p_field, left(helpdesk_private.printable(p_external_id), 100)),
      'Import people and teams before tickets, and tickets before links and merges.'
    );
  end if;
  return v_own_id;
end;
$$;
revoke all on function helpdesk_private.import_reference from public, anon, authenticated, service_role;

create function helpdesk_private.read_imported_ticket(p_run helpdesk_private.import_runs, p_item jsonb)
returns helpdesk_private.imported_ticket
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known helpdesk_private.imported_objects := helpdesk_private.imported((p_run).source_id, 'ticket', p_item);
  v_old helpdesk.tickets;
  v_new helpdesk.tickets;
  v_read helpdesk_private.imported_ticket;
  v_staff_fields jsonb := '{}';
begin
  v_read.item := p_item;
  v_read.known_id := case when v_known.content_hash <> '' then v_known.own_id end;
  if v_known.is_dead or coalesce((p_item ->> 'is_dead')::boolean, false) then
    v_read.outcome := 'dead';
    return v_read;
  end if;
  if v_known.content_hash <> '' and v_known.own_id is not null then
    select * into v_old from helpdesk.tickets as t where t.ticket_id = v_known.own_id for no key update;
    if not found then
      v_read.outcome := 'dead';
      return v_read;
    elsif v_known.content_hash = p_item ->> 'hash' then
      v_read.outcome := 'unchanged';
      return v_read;
    elsif v_old.merged_into is not null and not helpdesk_private.is_merge_of_import(p_run, v_old.ticket_id) then
      -- Merged here: the undo of the merge is to find it as it was.
      perform helpdesk_private.fail('ticket_merged');
    end if;
    select coalesce(s.staff_fields, '{}') into v_staff_fields
    from (select) as one left join helpdesk.ticket_staff_fields as s on s.ticket_id = v_known.own_id;
  end if;
  v_new := v_old;
  v_new.ticket_id := coalesce(v_known.own_id, gen_random_uuid());
  v_new.title := helpdesk_private.clean_name(p_item ->> 'title');
  v_new.description := p_item ->> 'description';
  v_new.status := p_item ->> 'status';
  v_new.priority := p_item ->> 'priority';
  if v_new.status is null or v_new.priority is null or v_new.title is null or v_new.description is null then
    perform helpdesk_private.fail('invalid_value', case
      when v_new.status is null then 'status' when v_new.priority is null then 'priority'
      when v_new.title is null then 'title' else 'description'
    end || ' is missing');
  end if;
  v_new.created_at := helpdesk_private.import_time('created_at', p_item ->> 'created_at');
  v_new.updated_at := helpdesk_private.import_time('updated_at', p_item ->> 'updated_at', v_new.created_at);
  v_new.resolved_at := case
    -- It was closed unresolved.
    when v_new.status = 'closed' and p_item -> 'resolved_at' = 'null' then null
    when v_new.status in ('resolved', 'closed')
      then helpdesk_private.import_time('resolved_at', p_item ->> 'resolved_at', v_new.updated_at)
  end;
  v_new.closed_at := case
    when v_new.status = 'closed'
      then helpdesk_private.import_time('closed_at', p_item ->> 'closed_at', v_new.updated_at)
  end;
  if p_item ->> 'first_response_at' is not null then
    v_new.first_response_at := helpdesk_private.import_time('first_response_at', p_item ->> 'first_response_at');
  end if;
  if p_item ? 'snoozed_until' then
    v_new.snoozed_until := (p_item ->> 'snoozed_until')::timestamptz;
  end if;
  v_new.team_id := coalesce(
    helpdesk_private.import_reference((p_run).source_id, 'team', p_item ->> 'team', 'team'),
    v_old.team_id, (select t.team_id from helpdesk.teams as t where t.is_default)
  );
  -- Work is only for those who do it here: others' tickets wait in the queue. A closed ticket keeps its assignee.
  v_new.assigned_to := (
    select u.user_id from helpdesk.users as u
    where u.user_id = helpdesk_private.import_reference((p_run).source_id, 'person', p_item ->> 'assignee', 'assignee')
      and (v_new.status = 'closed' or u.is_active and u.role in ('agent', 'admin'))
  );
  v_new.custom_fields := '{}';
  if v_old.ticket_id is null then
    v_new.created_by := helpdesk_private.import_reference(
      (p_run).source_id, 'person', p_item ->> 'requester', 'requester'
    );
    if v_new.created_by is null then
      perform helpdesk_private.fail('invalid_value', 'requester is missing');
    end if;
    v_new.external_id := p_item ->> 'reference';
    if exists (select from helpdesk.tickets as t where t.external_id = v_new.external_id) then
      perform helpdesk_private.fail('external_id_taken');
    end if;
    v_new.number := coalesce(
      (
        select n.number from (values ((p_item ->> 'number')::bigint)) as n (number)
        where n.number > 0 and n.number <= (select s.last_value from helpdesk.tickets_number_seq as s)
          and not exists (select from helpdesk.tickets as t where t.number = n.number)
      ),
      0
    );
    v_new.channel := coalesce(p_item ->> 'channel', 'import');
    v_new.revision := 1;
  else
    v_new.created_at := v_old.created_at;
    v_new.custom_fields := v_old.custom_fields;
    v_new.revision := v_old.revision + 1;
    -- It must differ, and lie in the past: so the row's triggers know that an import writes.
    v_new.updated_at := case
      when v_new.updated_at <> v_old.updated_at then v_new.updated_at
      else v_new.updated_at - interval '1 microsecond'
    end;
  end if;
  if coalesce(p_item -> 'custom_fields', '{}') <> '{}' then
    select f.p_public, f.p_staff into v_new.custom_fields, v_staff_fields
    from helpdesk_private.import_fields(v_new, p_item -> 'custom_fields', v_new.custom_fields, v_staff_fields)
      as f (p_public jsonb, p_staff jsonb);
    v_read.staff_fields := nullif(v_staff_fields, '{}');
  end if;
  v_read.ticket := v_new;
  v_read.outcome := case when v_old.ticket_id is null then 'created' else 'updated' end;
  return v_read;
end;
$$;
comment on function helpdesk_private.read_imported_ticket is
  'An item as the row that it becomes. Unknown people, teams and values are errors that name them.';
revoke all on function helpdesk_private.read_imported_ticket from public, anon, authenticated, service_role;

create function helpdesk_private.read_imported_comments(
  p_run helpdesk_private.import_runs, p_tickets helpdesk_private.imported_ticket[]
)
returns helpdesk_private.imported_comment[]
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(
    row(
      c.external_id, c.hash, c.ticket_id, c.created_by, c.known_id, coalesce(c.own_id, gen_random_uuid()),
      c.own_id is null,
      c.is_public, c.author_id, c.author_kind, c.author_name, c.body, nextval('helpdesk.events_event_id_seq'),
      c.created_at, c.redacted_at, c.via_ticket_id
    )::helpdesk_private.imported_comment
  )
  from (
    select
      j.external_id, j.hash, (i.ticket).ticket_id, (i.ticket).created_by, o.own_id as known_id,
      -- A note that has become a message is a new row, and the other way round: other people read it.
      case when o.is_public = coalesce(j.public, false) then o.own_id end as own_id,
      coalesce(j.public, false) as is_public,
      case
        when j.author is not null
          then coalesce(
            a.own_id, helpdesk_private.import_reference((p_run).source_id, 'person', j.author, 'author')
          )
      end as author_id,
      j.author_kind,
      left(coalesce(nullif(helpdesk_private.clean_name(j.author_name), ''), initcap(j.author_kind)), 254)
        as author_name,
      j.body,
      helpdesk_private.import_time('created_at of a comment', j.created_at) as created_at,
      case
        when j.redacted_at is not null
          then helpdesk_private.import_time('redacted_at of a comment', j.redacted_at)
      end as redacted_at,
      v.own_id as via_ticket_id
    from unnest(p_tickets) with ordinality as i (item, known_id, outcome, ticket, staff_fields, place)
    cross join lateral jsonb_to_recordset(coalesce(nullif(i.item -> 'comments', 'null'), '[]')) as j (
      external_id text, hash text, public boolean, author text, author_kind text, author_name text, body text,
      created_at text, redacted_at text, via text, position integer
    )
    -- One row each, by the key: a join could read all objects of the source.
    left join lateral (
      select p.own_id from helpdesk_private.imported_objects as p
      where p.source_id = (p_run).source_id and p.kind = 'person' and p.external_id = j.author
        and exists (select from helpdesk.users as u where u.user_id = p.own_id)
      limit 1
    ) as a on true
    left join lateral (
      select t.own_id from helpdesk_private.imported_objects as t
      where t.source_id = (p_run).source_id and t.kind = 'ticket' and t.external_id = j.via
      limit 1
    ) as v on true
    left join lateral (
      select k.own_id, k.is_public, k.is_dead, k.content_hash from helpdesk_private.imported_objects as k
      where k.source_id = (p_run).source_id and k.kind = 'comment' and k.external_id = j.external_id
      limit 1
    ) as o on true
    where i.outcome in ('created', 'updated')
      and not coalesce(o.is_dead, false) and o.content_hash is distinct from j.hash
    -- The order in which they were written is the order of the conversation.
    order by i.place, j.position, j.created_at::timestamptz, char_length(j.external_id), j.external_id
  ) as c;
$$;
comment on function helpdesk_private.read_imported_comments is
  'The comments that are new or have changed, in the order in which they were written.';
revoke all on function helpdesk_private.read_imported_comments from public, anon, authenticated, service_role;
