-- How a proposal is made, and what ends it before somebody decides: a new message, or the withdrawal of an article that
-- it quotes.
--
-- Locks are taken in one order: articles, people, tickets. The withdrawal of an article locks the article before the
-- tickets of the proposals that quote it; so does whoever accepts such a proposal. A proposal that is being made at
-- that moment may stay open, but accepting compares the articles again.

insert into helpdesk_private.concepts (version, concept) values ('20261122002422', 'proposal_making');

create function helpdesk_private.require_keys(p_payload jsonb, p_required text[], p_optional text[])
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text;
begin
  select k.key into v_key from unnest(p_required) as k (key) where coalesce(p_payload -> k.key, 'null') = 'null' limit 1;
  if found then
    perform helpdesk_private.fail('invalid_value', format('payload.%s is missing', v_key));
  end if;
  select k.key into v_key from jsonb_object_keys(p_payload) as k (key)
  where k.key <> all(p_required || p_optional) limit 1;
  if found then
    perform helpdesk_private.fail('invalid_value', format('payload.%s is not known', left(v_key, 100)));
  end if;
end;
$$;
revoke all on function helpdesk_private.require_keys from public, anon, authenticated, service_role;

create function helpdesk_private.require_type(p_payload jsonb, p_key text, p_type text)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if jsonb_typeof(p_payload -> p_key) not in (p_type, 'null') then
    perform helpdesk_private.fail('invalid_value', format('payload.%s must be a %s', p_key, p_type));
  end if;
end;
$$;
revoke all on function helpdesk_private.require_type from public, anon, authenticated, service_role;

create function helpdesk_private.check_labels(p_payload jsonb)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tag text;
begin
  perform helpdesk_private.require_keys(
    p_payload, '{}', array['team_id', 'priority', 'add_tags', 'spam', 'because', 'previous']
  );
  perform helpdesk_private.require_type(p_payload, 'team_id', 'string');
  perform helpdesk_private.require_type(p_payload, 'priority', 'string');
  perform helpdesk_private.require_type(p_payload, 'add_tags', 'array');
  perform helpdesk_private.require_type(p_payload, 'spam', 'boolean');
  perform helpdesk_private.require_type(p_payload, 'because', 'array');
  perform helpdesk_private.require_type(p_payload, 'previous', 'object');
  if p_payload ->> 'team_id' is not null and not exists (
    select from helpdesk.teams as t where t.team_id::text = p_payload ->> 'team_id'
  ) then
    perform helpdesk_private.fail('team_not_found');
  end if;
  perform helpdesk_private.text_among(
    'priority', p_payload ->> 'priority', 'low', 'medium', 'high', 'urgent'
  );
  if jsonb_typeof(p_payload -> 'add_tags') = 'array' then
    if jsonb_array_length(p_payload -> 'add_tags') > 10 then
      perform helpdesk_private.fail('too_many', 'add_tags: at most 10.');
    end if;
    for v_tag in select t.tag from jsonb_array_elements_text(p_payload -> 'add_tags') as t (tag) loop
      if v_tag is distinct from lower(helpdesk_private.clean_name(v_tag)) then
        perform helpdesk_private.fail('invalid_value', 'add_tags must be names of tags');
      end if;
      perform helpdesk_private.name_within('tag', v_tag, 1, 50);
    end loop;
  end if;
end;
$$;
revoke all on function helpdesk_private.check_labels from public, anon, authenticated, service_role;

create function helpdesk_private.check_list(p_payload jsonb, p_key text, p_max integer)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_item jsonb;
begin
  perform helpdesk_private.require_keys(p_payload, array[p_key], '{}');
  perform helpdesk_private.require_type(p_payload, p_key, 'array');
  if jsonb_array_length(p_payload -> p_key) not between 1 and p_max then
    perform helpdesk_private.fail('invalid_value', format('payload.%s must have 1 to %s entries', p_key, p_max));
  end if;
  for v_item in select i.item from jsonb_array_elements(p_payload -> p_key) as i (item) loop
    if p_key = 'steps' and jsonb_typeof(v_item) <> 'string' then
      perform helpdesk_private.fail('invalid_value', 'payload.steps must be texts');
    elsif p_key = 'statements' and (
      jsonb_typeof(v_item -> 'text') is distinct from 'string'
      or jsonb_typeof(v_item -> 'messages') is distinct from 'array'
    ) then
      perform helpdesk_private.fail('invalid_value', 'payload.statements must have a text and messages');
    end if;
    perform helpdesk_private.text_within(p_key, coalesce(v_item ->> 'text', v_item #>> '{}'), 1, 2000);
  end loop;
end;
$$;
revoke all on function helpdesk_private.check_list from public, anon, authenticated, service_role;

create function helpdesk_private.can_be_assigned(p_user_id uuid, p_team_id uuid)
returns boolean
language sql
stable
-- Definer: reads people and teams that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from helpdesk.users as u
    where u.user_id = p_user_id and u.is_active
      and (
        u.role = 'admin'
        or (
          u.role = 'agent' and exists (
            select from helpdesk.team_members as m where m.user_id = u.user_id and m.team_id = p_team_id
          )
        )
      )
  );
$$;
comment on function helpdesk_private.can_be_assigned is
  'Whether the assistant may propose this person for tickets of the team: an active member of it, or an active admin.';
revoke all on function helpdesk_private.can_be_assigned from public, anon, authenticated, service_role;

create function helpdesk_private.check_payload(p_kind text, p_payload jsonb, p_ticket helpdesk.tickets)
returns void
language plpgsql
stable
-- Definer: reads people and teams that the caller may not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_payload is null or jsonb_typeof(p_payload) <> 'object' then
    perform helpdesk_private.fail('invalid_value', 'payload must be a JSON object');
  elsif octet_length(p_payload::text) > 100000 then
    perform helpdesk_private.fail('invalid_value', 'payload must have at most 100000 bytes');
  end if;
  case p_kind
    when 'reply', 'note' then
      perform helpdesk_private.require_keys(p_payload, array['body'], '{}');
      perform helpdesk_private.require_type(p_payload, 'body', 'string');
      perform helpdesk_private.text_within('body', p_payload ->> 'body', 1, 20000);
    when 'summary' then
      perform helpdesk_private.check_list(p_payload, 'statements', 30);
    when 'next_steps' then
      perform helpdesk_private.check_list(p_payload, 'steps', 10);
    when 'classification' then
      perform helpdesk_private.check_labels(p_payload);
    when 'assignment' then
      perform helpdesk_private.require_keys(p_payload, array['assigned_to'], array['because', 'previous']);
      perform helpdesk_private.require_type(p_payload, 'assigned_to', 'string');
      -- Only to somebody who works the ticket's team: the words of a ticket must not choose a person.
      if not exists (
        select from helpdesk.users as u
        where u.user_id::text = p_payload ->> 'assigned_to'
          and helpdesk_private.can_be_assigned(u.user_id, p_ticket.team_id)
      ) then
        perform helpdesk_private.fail('assignee_not_found');
      end if;
    when 'fields' then
      perform helpdesk_private.require_keys(p_payload, array['custom_fields'], array['previous']);
      -- As the edit will check them, when somebody accepts.
      perform helpdesk_private.apply_fields(
        p_ticket, 'agent', p_payload -> 'custom_fields', p_ticket.custom_fields,
        coalesce(
          (select s.staff_fields from helpdesk.ticket_staff_fields as s where s.ticket_id = p_ticket.ticket_id), '{}'
        )
      );
    when 'merge' then
      perform helpdesk_private.require_keys(p_payload, array['into'], array['because']);
      -- A ticket of the same requester: nobody else's words get into the conversation.
      if not exists (
        select from helpdesk.tickets as t
        where t.ticket_id::text = p_payload ->> 'into' and t.ticket_id <> p_ticket.ticket_id
          and t.created_by = p_ticket.created_by
      ) then
        perform helpdesk_private.fail('ticket_not_found');
      end if;
    when 'escalation' then
      perform helpdesk_private.require_keys(p_payload, array['reason'], array['gap_id']);
      perform helpdesk_private.require_type(p_payload, 'reason', 'string');
      perform helpdesk_private.text_within('reason', p_payload ->> 'reason', 1, 2000);
    when 'article' then
      perform helpdesk_private.require_keys(p_payload, array['title', 'body', 'slug'], '{}');
      perform helpdesk_private.text_within('title', p_payload ->> 'title', 1, 300);
      perform helpdesk_private.text_within('body', p_payload ->> 'body', 1, 50000);
      perform helpdesk_private.text_within('slug', p_payload ->> 'slug', 1, 200);
    else
      perform helpdesk_private.fail('invalid_value', 'kind is not known');
  end case;
end;
$$;
comment on function helpdesk_private.check_payload is
  'Refuses a payload that is not exactly what a proposal of its kind has.';
revoke all on function helpdesk_private.check_payload from public, anon, authenticated, service_role;

create function helpdesk_private.all_field_values(p_ticket_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select t.custom_fields || coalesce(
    (select s.staff_fields from helpdesk.ticket_staff_fields as s where s.ticket_id = t.ticket_id), '{}'
  )
  from helpdesk.tickets as t where t.ticket_id = p_ticket_id;
$$;
comment on function helpdesk_private.all_field_values is
  'The values of a ticket''s custom fields, also those for staff.';
revoke all on function helpdesk_private.all_field_values from public, anon, authenticated, service_role;

create function helpdesk_private.replaced_values(p_ticket helpdesk.tickets, p_kind text, p_payload jsonb)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_kind = 'fields' then (
      select jsonb_object_agg(k.key, coalesce(v.values -> k.key, 'null'))
      from helpdesk_private.all_field_values(p_ticket.ticket_id) as v (values)
      cross join jsonb_object_keys(p_payload -> 'custom_fields') as k (key)
    )
    when p_kind in ('classification', 'assignment') then (
      select coalesce(jsonb_object_agg(f.field, to_jsonb(p_ticket) -> f.field), '{}')
      from unnest(array['team_id', 'priority', 'assigned_to']) as f (field)
      where p_payload ->> f.field is not null
    )
  end;
$$;
comment on function helpdesk_private.replaced_values is
  'The ticket''s values, by field, that a payload of this kind replaces; null for kinds that replace none.';
revoke all on function helpdesk_private.replaced_values from public, anon, authenticated, service_role;

create function helpdesk_private.make_proposal(
  p_run_id uuid, p_kind text, p_payload jsonb, p_mode text, p_confidence real default null,
  p_language text default null, p_flags text[] default '{}', p_citations jsonb default '[]'
)
returns helpdesk.proposals
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_previous jsonb;
  v_payload jsonb := p_payload;
  v_proposal helpdesk.proposals;
begin
  select t.* into v_ticket
  from helpdesk.ai_runs as r join helpdesk.tickets as t on t.ticket_id = r.ticket_id
  where r.run_id = p_run_id
  for no key update of t;
  perform helpdesk_private.check_payload(p_kind, p_payload, v_ticket);
  v_previous := helpdesk_private.replaced_values(v_ticket, p_kind, p_payload);
  if v_previous is not null then
    v_payload := v_payload || jsonb_build_object('previous', v_previous);
  end if;
  update helpdesk.proposals as p
  set state = case when p.expires_at <= clock_timestamp() then 'expired' else 'superseded' end,
      decided_at = clock_timestamp()
  where p.ticket_id = v_ticket.ticket_id and p.kind = p_kind and p.state = 'open';
  insert into helpdesk.proposals (
    run_id, ticket_id, kind, payload, ticket_revision, last_message_id, language, confidence, mode, flags, expires_at
  )
  values (
    p_run_id, v_ticket.ticket_id, p_kind, v_payload, v_ticket.revision, v_ticket.last_message_id, p_language,
    p_confidence, p_mode, array(select distinct f.flag from unnest(p_flags) as f (flag) order by f.flag),
    clock_timestamp() + make_interval(hours => (select s.proposal_hours from helpdesk.ai_settings as s))
  )
  returning * into v_proposal;
  insert into helpdesk.citations (proposal_id, ticket_id, ordinal, paragraph, chunk_id, start_at, end_at, quote)
  select
    v_proposal.proposal_id, v_ticket.ticket_id, row_number() over (order by c.n), (c.citation ->> 'paragraph')::integer,
    k.chunk_id, lower(k.sentences[s.first]), upper(k.sentences[s.last]),
    substr(
      k.body, lower(k.sentences[s.first]) + 1, upper(k.sentences[s.last]) - lower(k.sentences[s.first])
    )
  from jsonb_array_elements(p_citations) with ordinality as c (citation, n)
  join helpdesk.article_chunks as k on k.chunk_id = (c.citation ->> 'chunk_id')::uuid
  cross join lateral (
    select (c.citation ->> 'first')::integer as first, (c.citation ->> 'last')::integer as last
  ) as s;
  return v_proposal;
end;
$$;
comment on function helpdesk_private.make_proposal is
  'Stores an open proposal of a run, in place of the ticket''s open one of this kind. p_citations: '
  '[{"chunk_id": …, "first": 2, "last": 3, "paragraph": 1}], with numbers of sentences from 1; the quotes are cut '
  'here.';
revoke all on function helpdesk_private.make_proposal from public, anon, authenticated, service_role;


-- What ends a proposal ------------------------------------------------------------------------------------------------

create function helpdesk_private.supersede_proposals()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- What speaks about the conversation is out of date. Labels, fields and an article stay: when they are accepted, the
  -- values that they replace are compared.
  update helpdesk.proposals as p set state = 'superseded', decided_at = clock_timestamp()
  where p.ticket_id = new.ticket_id and p.state = 'open'
    and p.kind in ('reply', 'note', 'summary', 'next_steps', 'escalation');
  return null;
end;
$$;
revoke all on function helpdesk_private.supersede_proposals from public, anon, authenticated, service_role;
create trigger supersede_proposals after insert on helpdesk.messages
  for each row when (not new.imported) execute function helpdesk_private.supersede_proposals();

create function helpdesk_private.expire_proposals()
returns trigger
language plpgsql
-- Definer: writes proposals on tickets that the writer of an article may not see.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket_id uuid;
begin
  for v_ticket_id in
    select distinct p.ticket_id
    from helpdesk.article_chunks as k
    join helpdesk.citations as c on c.chunk_id = k.chunk_id
    join helpdesk.proposals as p on p.proposal_id = c.proposal_id
    where k.article_id = new.article_id and p.state = 'open'
    order by p.ticket_id
  loop
    perform from helpdesk.tickets as t where t.ticket_id = v_ticket_id for no key update;
    update helpdesk.proposals as p set state = 'expired', decided_at = clock_timestamp()
    where p.ticket_id = v_ticket_id and p.state = 'open' and exists (
      select from helpdesk.citations as c join helpdesk.article_chunks as k on k.chunk_id = c.chunk_id
      where c.proposal_id = p.proposal_id and k.article_id = new.article_id
        and (new.status <> 'published' or k.version_id is distinct from new.current_version_id)
    );
  end loop;
  return null;
end;
$$;
revoke all on function helpdesk_private.expire_proposals from public, anon, authenticated, service_role;
create trigger expire_proposals after update on helpdesk.articles
  for each row when (
    old.status is distinct from new.status or old.current_version_id is distinct from new.current_version_id
  )
  execute function helpdesk_private.expire_proposals();
