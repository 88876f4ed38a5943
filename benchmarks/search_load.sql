-- For the benchmark of search: a million tickets with four messages each, added to the people of load.sql. Texts are sentences of 25 words
-- from a vocabulary whose common words are very common; a ticket's words are the vectors of its sentences, joined as the triggers join them.

create temp table word as
select
  n,
  (array['ba', 'ke', 'li', 'mo', 'nu', 'ra', 'se', 'ti', 'vo', 'zu'])[n % 10 + 1]
  || (array['lan', 'ner', 'rit', 'som', 'tul', 'gar', 'den', 'pil', 'bor', 'hus'])[n / 10 % 10 + 1]
  || (array['', 'ing', 'ed', 's', 'tion', 'ment', 'er', 'able', 'ness', 'ly'])[n / 100 % 10 + 1]
  || case when n >= 1000 then (array['a', 'o', 'e', 'i'])[n / 1000] else '' end as word
from generate_series(0, 3999) as n;

create temp table sentence as
select
  s.n, s.text, helpdesk_private.search_vector(s.text, 'C') as words, helpdesk_private.search_vector(s.text, 'B') as description,
  helpdesk_private.search_vector(s.text, 'D') as note
from (
  select i.n, string_agg(w.word, ' ' order by k) || case when i.n < 105 then ' invoice' when i.n < 108 then ' gasket' else '' end as text
  from generate_series(0, 4999) as i (n)
  cross join generate_series(1, 25) as k
  join word as w on w.n = floor(4000 * power(((hashint8extended(i.n * 100 + k, 1) & 1048575) / 1048576.0), 3))::integer
  group by i.n
) as s;
create unique index on sentence (n);
analyze sentence;

create temp table customer as
select row_number() over (order by u.email) as n, u.user_id from helpdesk.users as u where u.role = 'customer';
create temp table team as
select row_number() over (order by t.is_default desc, length(t.name), t.name) as n, t.team_id from helpdesk.teams as t;
create temp table agent as select substr(u.email, 6, strpos(u.email, '@') - 6)::integer as n, u.user_id from helpdesk.users as u where u.role = 'agent';
analyze customer;

create temp table ticket as
select
  n, gen_random_uuid() as ticket_id, timestamptz '2023-11-01 00:00+00' + n * interval '3 years' / current_setting('bench.tickets')::bigint as created_at,
  case when random() < 0.14 then 'open' when random() < 0.07 then 'pending' when random() < 0.4 then 'resolved' else 'closed' end as status,
  floor(current_setting('bench.customers')::bigint * power(random(), 2.5))::bigint + 1 as customer,
  width_bucket(random(), array[0.317, 0.476, 0.582, 0.662, 0.732, 0.794, 0.850, 0.901, 0.951]) + 1 as team,
  floor(random() * 5)::integer as colleague,
  'Order ERR-' || n % 8696 || ' does not arrive' as title,
  array[floor(random() * 5000)::integer, floor(random() * 5000)::integer, floor(random() * 5000)::integer, floor(random() * 5000)::integer,
    floor(random() * 5000)::integer, floor(random() * 5000)::integer] as s
from generate_series(1, current_setting('bench.tickets')::bigint) as n;
create unique index on ticket (n);
analyze ticket;

insert into helpdesk.tickets (
  ticket_id, number, status, title, description, team_id, assigned_to, created_by, created_at, updated_at
)
overriding system value
select
  t.ticket_id, 1000000 + t.n, t.status, t.title, d.text, g.team_id, a.user_id, c.user_id, t.created_at, t.created_at + random() * interval '20 days'
from ticket as t
join sentence as d on d.n = t.s[1]
join team as g on g.n = t.team
join customer as c on c.n = t.customer
left join agent as a on a.n = t.colleague * 10 + t.team and t.n % 3 > 0;

insert into helpdesk.messages (message_id, ticket_id, requester_id, author_id, author_kind, author_name, body, sequence, created_at)
select gen_random_uuid(), t.ticket_id, c.user_id, c.user_id, 'customer', 'Customer', m.text, t.n * 4 + k, t.created_at + k * interval '1 hour'
from ticket as t
cross join generate_series(2, 5) as k
join sentence as m on m.n = t.s[k]
join customer as c on c.n = t.customer;

insert into helpdesk.notes (note_id, ticket_id, author_id, author_name, body, sequence, created_at)
select gen_random_uuid(), t.ticket_id, null, 'System', m.text, t.n * 4, t.created_at from ticket as t join sentence as m on m.n = t.s[6] where t.n % 10 = 0;

insert into helpdesk_private.ticket_texts (ticket_id, created_at, created_by, team_id, assigned_to, status, priority_rank, bytes, words)
select
  t.ticket_id, t.created_at, c.user_id, g.team_id, case when t.n % 3 > 0 then a.user_id end, t.status, 3, 1000,
  helpdesk_private.search_vector(t.title, 'A') || s1.description || s2.words || s3.words || s4.words || s5.words
from ticket as t
join team as g on g.n = t.team
join customer as c on c.n = t.customer
left join agent as a on a.n = t.colleague * 10 + t.team
join sentence as s1 on s1.n = t.s[1]
join sentence as s2 on s2.n = t.s[2]
join sentence as s3 on s3.n = t.s[3]
join sentence as s4 on s4.n = t.s[4]
join sentence as s5 on s5.n = t.s[5];

insert into helpdesk_private.note_texts (ticket_id, bytes, words)
select t.ticket_id, 200, m.note from ticket as t join sentence as m on m.n = t.s[6] where t.n % 10 = 0;
