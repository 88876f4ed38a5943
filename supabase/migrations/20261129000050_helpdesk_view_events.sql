-- Shared views are in the log and announced to staff, so that a view which a colleague makes or changes is there
-- without a reload. Private views are not: they are nobody else's business. The log has neither names nor queries, in
-- which people write what they look for.

insert into helpdesk_private.concepts (version, concept) values ('20261129000050', 'view_events');

create function helpdesk_private.log_view()
returns trigger
language plpgsql
-- Definer: nobody writes events directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_was_shared boolean := tg_op <> 'INSERT' and old.audience <> 'private';
  v_is_shared boolean := tg_op <> 'DELETE' and new.audience <> 'private';
  v_changes jsonb;
begin
  if v_was_shared and v_is_shared then
    v_changes := helpdesk_private.changes(
      to_jsonb(old), to_jsonb(new), 'name', 'tree', 'sort', 'columns', 'audience', 'team_id'
    );
    if v_changes is not null then
      perform helpdesk_private.log_event(
        'view.updated', 'staff', null,
        jsonb_build_object(
          'view_id', new.view_id,
          'changes', v_changes
          || case when v_changes ? 'name' then '{"name": [null, null]}' else '{}' end::jsonb
          || case when v_changes ? 'tree' then '{"tree": [null, null]}' else '{}' end::jsonb
        )
      );
    end if;
  elsif v_is_shared then
    perform helpdesk_private.log_event('view.created', 'staff', null, jsonb_build_object('view_id', new.view_id));
  elsif v_was_shared then
    -- Also when its owner makes it private: for everybody else it is gone.
    perform helpdesk_private.log_event('view.deleted', 'staff', null, jsonb_build_object('view_id', old.view_id));
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.log_view from public, anon, authenticated, service_role;
create trigger log_view after insert or update or delete on helpdesk.views
  for each row execute function helpdesk_private.log_view();

-- As in 20261122001700; with views, and the addresses, blocks and quarantine of mail (20261129000356).
create or replace function helpdesk_private.topics_of(p_event helpdesk.events)
returns setof text
language plpgsql
stable
rows 5
-- Definer: called by a definer function only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_assignment jsonb := p_event.data #> '{changes,assigned_to}';
begin
  return next 'helpdesk:admin';
  if p_event.ticket_id is null then
    -- The event is for admins. What it is about, others on the staff show too: they read it again, as far as they may.
    if p_event.type ~ (
      '^(?:(?:article|field|settings|view|email_channel|email_block)[.]|team[.](?:created|updated|deleted)$'
      '|assistant[.](?:settings|exclusion)_|email[.](?:suppressed|suppression_lifted)$)'
    ) then
      return next 'helpdesk:staff';
    end if;
    if p_event.team_id is not null then
      -- A mail that names no ticket: the team decides on it.
      return next 'helpdesk:team:' || p_event.team_id;
    end if;
    if p_event.changes_access then
      -- The person works out anew which channels to join; the team's channel announces its members.
      return next 'helpdesk:user:' || (p_event.data ->> 'user_id');
      return query select 'helpdesk:team:' || (p_event.data ->> 'team_id') where p_event.data ? 'team_id';
    end if;
    return;
  end if;
  return query
    select distinct v.topic
    from (
      values
        ('helpdesk:ticket:' || p_event.ticket_id || case p_event.audience when 'customer' then '' else ':staff' end),
        ('helpdesk:team:' || p_event.team_id),
        -- The queue that a ticket leaves.
        ('helpdesk:team:' || (p_event.data #>> '{changes,team_id,0}')),
        (case p_event.audience when 'customer' then 'helpdesk:user:' || p_event.requester_id end),
        ('helpdesk:user:' || (v_assignment ->> 0)),
        -- The team's members receive it on the team's topic. An assignee from outside the team has no topic but their
        -- own.
        (
          case
            when v_assignment is not null
              or not exists (
                select from helpdesk.team_members as m
                where m.team_id = p_event.team_id and m.user_id = p_event.assigned_to
              )
            then 'helpdesk:user:' || p_event.assigned_to
          end
        )
    ) as v (topic)
    where v.topic is not null;
end;
$$;
