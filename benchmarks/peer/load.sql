-- The same helpdesk as load.sql's, as far as the peer knows it: queues of the same sizes, the same share of open tickets,
-- seven follow-ups on each twentieth ticket, one on each other. Run with `bench.tickets` set.

create function pg_temp.dice(n bigint, salt integer)
returns double precision
language sql
immutable
as $$ select (hashint8extended(n, salt) & 9007199254740991) / 9007199254740992.0::double precision $$;

insert into helpdesk_queue (
  title, slug, allow_public_submission, allow_email_submission, email_box_ssl, enable_notifications_on_email_events
)
select 'Team ' || n, 'team-' || n, true, false, false, false from generate_series(1, 10) as n;

insert into helpdesk_ticket (
  title, created, modified, submitter_email, status, on_hold, description, priority, assigned_to_id, queue_id, secret_key
)
select
  'The printer on floor ' || n % 40 || ' does not print page ' || n,
  now() - (b.tickets - n) * (interval '3 years' / b.tickets),
  now() - (b.tickets - n) * (interval '3 years' / b.tickets),
  'customer' || floor(b.tickets / 200 * power(pg_temp.dice(n, 4), 2.5))::bigint + 1 || '@example.com',
  case when pg_temp.dice(n, 1) < 0.14 then 1 when pg_temp.dice(n, 1) < 0.50 then 3 else 4 end,
  false,
  repeat('It worked yesterday. I have switched it off and on again. ', 3 + (n % 9)::integer),
  width_bucket(pg_temp.dice(n, 2), array[0.05, 0.20, 0.80]) + 1,
  case when pg_temp.dice(n, 1) >= 0.05 then (select min(u.id) from auth_user as u) + 1 + (n % 50)::integer end,
  width_bucket(pg_temp.dice(n, 3), array[0.317, 0.476, 0.582, 0.662, 0.732, 0.794, 0.850, 0.901, 0.951]) + 1,
  md5(n::text)
from (select current_setting('bench.tickets')::bigint as tickets) as b
cross join lateral generate_series(1, b.tickets) as n
order by n;

insert into helpdesk_followup (date, title, comment, public, ticket_id, user_id)
select
  t.created + m * interval '1 hour', 'Comment',
  repeat('Thank you, it prints again, but only on every second page. ', 1 + m), true, t.id, t.assigned_to_id
from helpdesk_ticket as t
cross join lateral generate_series(1, case when t.id % 20 = 0 then 7 else 1 end) as m
order by t.id, m;
