-- Values of custom fields. What the requester may read is in tickets.custom_fields; what only staff may read is in
-- ticket_staff_fields, a table that the requester cannot read. Both are JSON objects by key. Nobody writes either
-- directly: a PATCH of tickets.custom_fields names the values to change, and the database puts each where it belongs
-- (next migration).
--
-- Filters and orders do not use the JSON: its operators are not leakproof, so under row-level security no index serves
-- them. They use ticket_field_values, which triggers keep: one row for each value, of a multi_select one for each
-- option. Its shape, for lists, search and views:
--
--   equal to a value      field_key = 'plan' and text_value = 'pro'           any type: the canonical text, see below
--   a range, an order     field_key = 'seats' and number_value >= 5           integer; decimal times 1,000,000
--                         field_key = 'due' and text_value < '2026-12-01'     date, text, select
--   newest tickets first  order by ticket_created_at desc, ticket_id desc     by the same index
--
-- text_value: a text as it is, an option's value, an integer in digits, a decimal without trailing zeros (12.5), true
-- or false, a date as 2026-11-28. Values of long_text are not kept here. requester_id, team_id, ticket_created_at and
-- staff_only are copies, so that a policy, or a definer function that writes the predicate out, reads no other table:
--
--   staff       team_id = any(array(select helpdesk_private.my_team_ids())), or the ticket is assigned to them
--   requesters  requester_id = (select helpdesk_private.me()) and not staff_only

create table helpdesk.ticket_staff_fields (
  -- Checked at the end: create_ticket() stores these values first, so that the ticket's trigger sees all values.
  ticket_id uuid primary key
    references helpdesk.tickets (ticket_id) on delete cascade deferrable initially deferred,
  staff_fields jsonb not null check (helpdesk_private.json_object_within('staff_fields', staff_fields, 16384))
);
comment on table helpdesk.ticket_staff_fields is
  'The values of staff_only fields: those who work the ticket read them, its requester never does. PATCH '
  'tickets.custom_fields to change them.';

create table helpdesk.ticket_field_values (
  ticket_id uuid not null references helpdesk.tickets (ticket_id) on delete cascade,
  field_key text not null references helpdesk.field_definitions (key),
  text_value text not null check (char_length(text_value) <= 500),
  number_value bigint,
  staff_only boolean not null,
  requester_id uuid not null,
  team_id uuid not null,
  ticket_created_at timestamptz not null,
  primary key (ticket_id, field_key, text_value)
);
comment on table helpdesk.ticket_field_values is
  'The values of custom fields, one a row, for filters and orders. The database keeps it; read my_field_tickets and '
  'team_field_tickets.';
comment on column helpdesk.ticket_field_values.number_value is
  'For integer the value, for decimal the value times 1,000,000; null for other types.';
create index ticket_field_values_text_idx
on helpdesk.ticket_field_values (field_key, text_value, ticket_created_at, ticket_id);
create index ticket_field_values_number_idx
on helpdesk.ticket_field_values (field_key, number_value, ticket_created_at, ticket_id)
where number_value is not null;
create index ticket_field_values_requester_idx
on helpdesk.ticket_field_values (requester_id, field_key, text_value, ticket_created_at, ticket_id)
where not staff_only;

-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.ticket_staff_fields
  alter column ticket_id set statistics 0,
  alter column staff_fields set statistics 0;
alter table helpdesk.ticket_field_values
  alter column ticket_id set statistics 0,
  alter column field_key set statistics 0,
  alter column text_value set statistics 0,
  alter column number_value set statistics 0,
  alter column staff_only set statistics 0,
  alter column requester_id set statistics 0,
  alter column team_id set statistics 0,
  alter column ticket_created_at set statistics 0;

revoke all on table helpdesk.ticket_staff_fields from public, anon, authenticated, service_role;
revoke all on table helpdesk.ticket_field_values from public, anon, authenticated, service_role;
grant select on table helpdesk.ticket_staff_fields to authenticated, service_role;
grant select on table helpdesk.ticket_field_values to authenticated, service_role;

alter table helpdesk.ticket_staff_fields enable row level security;
alter table helpdesk.ticket_field_values enable row level security;

create policy "only active people" on helpdesk.ticket_staff_fields
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its staff fields" on helpdesk.ticket_staff_fields
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    and (
      select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_staff_fields.ticket_id
    ) is not null
  );

create policy "only active people" on helpdesk.ticket_field_values
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who work the ticket see its values, the requester the public ones" on helpdesk.ticket_field_values
  for select to authenticated
  using (
    team_id = any(array(select helpdesk_private.my_team_ids()))
    or (requester_id = (select helpdesk_private.me()) and not staff_only)
    or (
      (select helpdesk_private.me_if_staff()) is not null
      and (
        select w.ticket_id from helpdesk_private.worked_tickets as w where w.ticket_id = ticket_field_values.ticket_id
      ) is not null
    )
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122001820', 'field_values');


-- Keeping the rows ----------------------------------------------------------------------------------------------------

create function helpdesk_private.field_rows(p_values jsonb)
returns table (field_key text, text_value text, number_value bigint)
language sql
stable
-- Definer: called by definer functions.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    d.key,
    i.item,
    case d.type when 'integer' then i.item::bigint when 'decimal' then (i.item::numeric * 1000000)::bigint end
  from jsonb_each(p_values) as e (key, value)
  join helpdesk.field_definitions as d on d.key = e.key and d.type <> 'long_text'
  cross join lateral (
    select a.item from jsonb_array_elements_text(case when jsonb_typeof(e.value) = 'array' then e.value end) as a (item)
    union all
    select e.value #>> '{}' where jsonb_typeof(e.value) not in ('array', 'null')
  ) as i;
$$;
comment on function helpdesk_private.field_rows is
  'The rows of ticket_field_values for values by key. The values have been checked.';
revoke all on function helpdesk_private.field_rows from public, anon, authenticated, service_role;

create function helpdesk_private.put_field_values(
  p_ticket helpdesk.tickets, p_old jsonb, p_new jsonb, p_staff_only boolean
)
returns void
language plpgsql
-- Definer: nobody writes ticket_field_values directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Only these: a value from before the field was defined may not fit its type.
  v_changed jsonb := (
    select coalesce(jsonb_object_agg(k.key, p_new -> k.key), '{}')
    from jsonb_object_keys(p_old || p_new) as k (key)
    where p_new -> k.key is distinct from p_old -> k.key
  );
begin
  delete from helpdesk.ticket_field_values as v
  where v.ticket_id = p_ticket.ticket_id and v_changed ? v.field_key
    and not exists (
      select from helpdesk_private.field_rows(v_changed) as r
      where r.field_key = v.field_key and r.text_value = v.text_value
    );
  insert into helpdesk.ticket_field_values (
    ticket_id, field_key, text_value, number_value, staff_only, requester_id, team_id, ticket_created_at
  )
  select
    p_ticket.ticket_id, r.field_key, r.text_value, r.number_value, p_staff_only, p_ticket.created_by, p_ticket.team_id,
    p_ticket.created_at
  from helpdesk_private.field_rows(v_changed) as r
  on conflict do nothing;
end;
$$;
comment on function helpdesk_private.put_field_values is
  'Keeps the rows of the values that differ between p_old and p_new.';
revoke all on function helpdesk_private.put_field_values from public, anon, authenticated, service_role;

create function helpdesk_private.keep_field_values()
returns trigger
language plpgsql
-- Definer: nobody writes ticket_field_values directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    if new.custom_fields <> '{}' then
      perform helpdesk_private.put_field_values(new, '{}', new.custom_fields, false);
    end if;
    -- Staff's values of a ticket that create_ticket() opens are there already.
    perform helpdesk_private.put_field_values(new, '{}', s.staff_fields, true)
    from helpdesk.ticket_staff_fields as s where s.ticket_id = new.ticket_id;
    return null;
  end if;
  if new.custom_fields is distinct from old.custom_fields then
    perform helpdesk_private.put_field_values(new, old.custom_fields, new.custom_fields, false);
  end if;
  if new.team_id <> old.team_id then
    update helpdesk.ticket_field_values as v set team_id = new.team_id where v.ticket_id = new.ticket_id;
  end if;
  return null;
end;
$$;
revoke all on function helpdesk_private.keep_field_values from public, anon, authenticated, service_role;
create trigger keep_field_values after insert or update on helpdesk.tickets
  for each row execute function helpdesk_private.keep_field_values();


-- Lists ---------------------------------------------------------------------------------------------------------------
-- As tagged_tickets: one row for each value of each ticket. created_at is the value's copy, by which its index is
-- ordered.

create view helpdesk.my_field_tickets with (security_invoker = true) as
select
  v.field_key, v.text_value, v.number_value,
  case
    when t.team_id = any(array(select helpdesk_private.my_team_ids()))
      or t.assigned_to = (select helpdesk_private.me_if_staff())
      then array(select g.tag from helpdesk_private.staff_tags as g where g.ticket_id = t.ticket_id order by g.tag)
    else '{}'
  end as tags,
  t.ticket_id, t.number, t.status, t.priority, t.priority_rank, t.title, t.description, t.team_id, t.assigned_to,
  t.created_by, t.channel, t.external_id, t.custom_fields, t.revision, t.snoozed_until, t.last_message_id,
  t.first_response_at, t.resolved_at, t.closed_at, t.merged_into, v.ticket_created_at as created_at, t.updated_at
from helpdesk.ticket_field_values as v
join helpdesk.tickets as t on t.ticket_id = v.ticket_id
where v.requester_id = (select helpdesk_private.me()) and not v.staff_only;
comment on view helpdesk.my_field_tickets is
  'One row for each value of each ticket that you requested: filter by field_key=eq.plan&text_value=eq.pro.';

create view helpdesk.team_field_tickets with (security_invoker = true) as
select
  v.field_key, v.text_value, v.number_value,
  array(select g.tag from helpdesk_private.staff_tags as g where g.ticket_id = t.ticket_id order by g.tag) as tags,
  t.ticket_id, t.number, t.status, t.priority, t.priority_rank, t.title, t.description, t.team_id, t.assigned_to,
  t.created_by, t.channel, t.external_id, t.custom_fields, t.revision, t.snoozed_until, t.last_message_id,
  t.first_response_at, t.resolved_at, t.closed_at, t.merged_into, v.ticket_created_at as created_at, t.updated_at
from helpdesk.ticket_field_values as v
join helpdesk.tickets as t on t.ticket_id = v.ticket_id
where v.team_id = any(array(select helpdesk_private.my_team_ids())) or (select helpdesk_private.is_service());
comment on view helpdesk.team_field_tickets is
  'One row for each value of each ticket in your teams'' queues; for admins and the secret key, of every ticket.';

revoke all on table helpdesk.my_field_tickets from public, anon, authenticated, service_role;
revoke all on table helpdesk.team_field_tickets from public, anon, authenticated, service_role;
grant select on table helpdesk.my_field_tickets to authenticated, service_role;
grant select on table helpdesk.team_field_tickets to authenticated, service_role;
