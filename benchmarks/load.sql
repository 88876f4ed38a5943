-- A helpdesk of a given size, computed from row numbers alone: the same size always gives the same rows.
-- Run by benchmarks.data with `bench.tickets` and `bench.customers` set. Foreign keys and our triggers are off (session_replication_role), so
-- every row is written as the triggers would have written it; CHECK constraints, unique keys and not-nulls are on.

-- A number of [0, 1) that depends on n and on its purpose.
create function pg_temp.dice(n bigint, salt integer)
returns double precision
language sql
immutable
as $$ select (hashint8extended(n, salt) & 9007199254740991) / 9007199254740992.0::double precision $$;

create function pg_temp.person(kind text, n bigint)
returns uuid
language sql
immutable
as $$ select md5(kind || n)::uuid $$;

-- A UUIDv7 of that moment.
create function pg_temp.uuid7(at timestamptz, n bigint)
returns uuid
language sql
immutable
as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid
$$;

create temp table bench as
select current_setting('bench.tickets')::bigint as tickets,
  current_setting('bench.customers')::bigint as customers,
  timestamptz '2023-11-01 00:00+00' as first_at,
  interval '3 years' / current_setting('bench.tickets')::bigint as step;


-- People: customers, 50 agents, 2 admins ------------------------------------------------------------------------------

insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data)
select pg_temp.person(k.kind || '-login', n), k.kind || n || '@example.com', b.first_at, '{}'
from bench as b
cross join (values ('customer'), ('agent'), ('admin')) as k (kind)
cross join lateral generate_series(1, case k.kind when 'customer' then b.customers when 'agent' then 50 else 2 end) as n;

insert into helpdesk.users (user_id, auth_user_id, email, name, role, created_at, updated_at)
select pg_temp.person(k.kind, n), pg_temp.person(k.kind || '-login', n), k.kind || n || '@example.com', initcap(k.kind) || ' ' || n, k.kind, b.first_at, b.first_at
from bench as b
cross join (values ('customer'), ('agent'), ('admin')) as k (kind)
cross join lateral generate_series(1, case k.kind when 'customer' then b.customers when 'agent' then 50 else 2 end) as n;


-- Ten teams; the default one, which exists, is the biggest. Agent n works teams n and n + 1 (of ten, round and round) -----

insert into helpdesk.teams (team_id, name, is_public)
select pg_temp.person('team', n), 'Team ' || n, n <= 5 from generate_series(2, 10) as n;

create temp table team as
select row_number() over (order by t.is_default desc, length(t.name), t.name) as n, t.team_id from helpdesk.teams as t;

insert into helpdesk.team_members (user_id, team_id)
select pg_temp.person('agent', a), t.team_id
from generate_series(1, 50) as a
join team as t on t.n in ((a - 1) % 10 + 1, a % 10 + 1);


-- Tickets: few customers write most of them, a third of them is the biggest team's, one in seven is open ---------------

create temp table ticket as
select
  n,
  b.first_at + n * b.step as created_at,
  pg_temp.uuid7(b.first_at + n * b.step, n) as ticket_id,
  case
    when pg_temp.dice(n, 1) < 0.14 then 'open'
    when pg_temp.dice(n, 1) < 0.20 then 'pending'
    when pg_temp.dice(n, 1) < 0.50 then 'resolved'
    else 'closed'
  end as status,
  (array['urgent', 'high', 'medium', 'low'])[width_bucket(pg_temp.dice(n, 2), array[0.05, 0.20, 0.80]) + 1] as priority,
  width_bucket(pg_temp.dice(n, 3), array[0.317, 0.476, 0.582, 0.662, 0.732, 0.794, 0.850, 0.901, 0.951]) + 1 as team,
  floor(b.customers * power(pg_temp.dice(n, 4), 2.5))::bigint + 1 as customer,
  -- Some of the open tickets wait in the queue; each other one is assigned to one of the five agents of the team.
  case when pg_temp.dice(n, 1) >= 0.05 then floor(pg_temp.dice(n, 5) * 5)::bigint end as colleague,
  n % 20 = 0 as talked_about
from bench as b
cross join lateral generate_series(1, b.tickets) as n;

create temp table message as
select
  t.n * 10 + m as n,
  t.ticket_id,
  pg_temp.person('customer', t.customer) as requester_id,
  pg_temp.uuid7(t.created_at + m * interval '1 hour', t.n * 10 + m) as message_id,
  t.created_at + m * interval '1 hour' as created_at,
  -- Its event's id, see below: the ticket's first one, and the step.
  4 * (t.n - 1) + 20 * ((t.n - 1) / 20) + 3 * m + 2 as sequence,
  m % 2 = 1 as by_staff,
  case when m % 2 = 1 then pg_temp.person('agent', (coalesce(t.colleague, 0) * 10 + t.team)) else pg_temp.person('customer', t.customer) end as author_id,
  case when m % 2 = 1 then 'Agent ' || (coalesce(t.colleague, 0) * 10 + t.team) else 'Customer ' || t.customer end as author_name,
  m = 7 as last
from ticket as t
cross join generate_series(1, 7) as m
where t.talked_about;

-- Custom fields: a choice, of which the rarest option is on one ticket in a thousand; a text that is unique; a number.
insert into helpdesk.field_definitions (key, type, label, position)
values ('plan', 'select', 'Plan', 10), ('order_no', 'text', 'Order number', 20), ('seats', 'integer', 'Seats', 30);
insert into helpdesk.field_options (field_key, value, label, position)
values ('plan', 'free', 'Free', 10), ('plan', 'pro', 'Pro', 20), ('plan', 'team', 'Team', 30), ('plan', 'ent', 'Enterprise', 40);
create function pg_temp.plan(n bigint)
returns text
language sql
immutable
as $$ select case when d < 0.001 then 'ent' when d < 0.1 then 'team' when d < 0.4 then 'pro' else 'free' end from pg_temp.dice(n, 8) as d $$;

insert into helpdesk.tickets (
  ticket_id, number, status, priority, title, description, team_id, assigned_to, created_by, channel, external_id, revision,
  custom_fields, last_message_id, first_response_at, resolved_at, closed_at, created_at, updated_at
)
overriding system value
select
  t.ticket_id, t.n, t.status, t.priority,
  'The printer on floor ' || t.n % 40 || ' does not print page ' || t.n,
  repeat('It worked yesterday. I have switched it off and on again. ', 3 + (t.n % 9)::integer),
  g.team_id,
  case when t.colleague is not null then pg_temp.person('agent', t.colleague * 10 + t.team) end,
  pg_temp.person('customer', t.customer),
  (array['api', 'web', 'email', 'import'])[t.n % 4 + 1],
  case when t.n % 4 = 3 then 'import-' || t.n end,
  case when t.talked_about then 12 else 3 end,
  jsonb_build_object('plan', pg_temp.plan(t.n), 'order_no', 'K-' || t.n, 'seats', t.n % 50),
  m.message_id,
  case when t.talked_about then t.created_at + interval '1 hour' end,
  case when t.status in ('resolved', 'closed') then t.created_at + interval '2 days' end,
  case when t.status = 'closed' then t.created_at + interval '5 days' end,
  t.created_at,
  t.created_at + pg_temp.dice(t.n, 6) * interval '20 days'
from ticket as t
join team as g on g.n = t.team
left join message as m on m.ticket_id = t.ticket_id and m.last
order by t.n;
select setval(pg_get_serial_sequence('helpdesk.tickets', 'number'), (select b.tickets from bench as b));

insert into helpdesk.ticket_field_values (
  ticket_id, field_key, text_value, number_value, staff_only, requester_id, team_id, ticket_created_at
)
select t.ticket_id, v.field_key, v.text_value, v.number_value, false, pg_temp.person('customer', t.customer), g.team_id, t.created_at
from ticket as t
join team as g on g.n = t.team
cross join lateral (
  values ('plan', pg_temp.plan(t.n), null::bigint), ('order_no', 'K-' || t.n, null), ('seats', (t.n % 50)::text, t.n % 50)
) as v (field_key, text_value, number_value)
order by t.n;

-- 40 tags, the first on one ticket in fifty, the last on a handful.
insert into helpdesk.ticket_tags (ticket_id, tag, ticket_created_at, created_at)
select t.ticket_id, 'tag-' || lpad((floor(40 * power(pg_temp.dice(t.n * 3 + k, 7), 2.5)) + 1)::text, 2, '0'), t.created_at, t.created_at
from ticket as t
cross join generate_series(0, 2) as k
where t.n % 10 = 1 and k <= t.n % 3
on conflict do nothing;

insert into helpdesk.messages (message_id, ticket_id, requester_id, author_id, author_kind, author_name, body, sequence, created_at)
select
  m.message_id, m.ticket_id, m.requester_id, m.author_id, case when m.by_staff then 'staff' else 'customer' end, m.author_name,
  repeat('Thank you, it prints again, but only on every second page. ', 1 + (m.n % 8)::integer), m.sequence, m.created_at
from message as m
order by m.n;

insert into helpdesk.notes (note_id, ticket_id, author_id, author_name, body, sequence, created_at)
select
  pg_temp.uuid7(t.created_at + k * interval '90 minutes', -(t.n * 2 + k)), t.ticket_id,
  pg_temp.person('agent', coalesce(t.colleague, 0) * 10 + t.team), 'Agent ' || coalesce(t.colleague, 0) * 10 + t.team,
  'The same model as last week: see the supplier''s bulletin.', 4 * (t.n - 1) + 20 * ((t.n - 1) / 20) + 6 * k + 3, t.created_at + k * interval '90 minutes'
from ticket as t
cross join generate_series(1, 2) as k
where t.talked_about
order by t.n;


-- Events: four a ticket, and twenty more for tickets with a conversation; five a ticket on average ------------------

create temp table kind as
select k.step, k.type, k.audience, k.data::jsonb
from (values
  (1, 'ticket.created', 'customer', '{"title": "The printer does not print", "status": "open", "channel": "api", "priority": "medium"}'),
  (2, 'ticket.assigned', 'staff', '{"changes": {"assigned_to": [null, "5b3c8a0e-6f0b-4d0c-9d5e-0a5f5f1c2d3e"]}}'),
  (3, 'ticket.updated', 'customer', '{"changes": {"priority": ["low", "medium"]}}'),
  (4, 'ticket.status_changed', 'customer', '{"changes": {"status": ["open", "pending"]}}')
) as k (step, type, audience, data)
union all
select 4 + s,
  case when s % 3 = 1 then 'message.created' when s in (5, 11) then 'note.created' when s % 3 = 2 then 'ticket.status_changed' else 'ticket.updated' end,
  case when s in (5, 11) then 'staff' when s % 3 = 0 then 'staff' else 'customer' end,
  case
    when s % 3 = 1 then '{"message_id": "018bbfd0-0000-7000-8000-000000000000", "author_kind": "staff"}'
    when s in (5, 11) then '{"note_id": "018bbfd0-0000-7000-8000-000000000000"}'
    when s % 3 = 2 then '{"changes": {"status": ["pending", "open"]}}'
    else '{"changes": {"custom_fields": [{}, {"floor": 4}]}}'
  end::jsonb
from generate_series(1, 20) as s;

-- The rows carry the numbers of transactions before this load, ten events each. The server's first numbers are skipped;
-- benchmarks.data has used up the others.
insert into helpdesk.events (
  event_id, xid, type, audience, ticket_id, ticket_number, ticket_revision, requester_id, team_id, assigned_to, actor_id, actor_kind, actor_name,
  data, created_at
)
overriding system value
select
  e.event_id, ((current_setting('bench.first_xid')::bigint + e.event_id / 10)::text)::xid8, e.type, e.audience, e.ticket_id, e.n, e.revision,
  e.requester_id, e.team_id, e.assigned_to,
  e.assigned_to, case when e.assigned_to is null then 'system' else 'staff' end, coalesce('Agent ' || e.agent, 'System'), e.data, e.created_at
from (
  select
    row_number() over (order by t.n, k.step) as event_id, k.type, k.audience, k.data, t.ticket_id, t.n,
    least(k.step, case when t.talked_about then 12 else 3 end) as revision,
    pg_temp.person('customer', t.customer) as requester_id, g.team_id,
    case when t.colleague is not null and k.step > 1 then pg_temp.person('agent', t.colleague * 10 + t.team) end as assigned_to,
    case when t.colleague is not null and k.step > 1 then t.colleague * 10 + t.team end as agent,
    t.created_at + (k.step - 1) * interval '20 minutes' as created_at
  from ticket as t
  join team as g on g.n = t.team
  join kind as k on k.step <= 4 or t.talked_about
) as e
order by e.event_id;
select setval(pg_get_serial_sequence('helpdesk.events', 'event_id'), (select max(e.event_id) from helpdesk.events as e));

-- The triggers would have counted the tickets.
select helpdesk.recount_tickets();
