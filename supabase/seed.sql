-- A small, believable helpdesk to try things on: Kestrel Coffee sells beans by subscription and espresso machines, also
-- to cafés.
-- Four teams besides Support, a dozen people without logins, and thirty-two tickets in every state.
--
-- Run it as often as you like: a ticket that is there already is left alone, whatever happened to it since. Everything
-- goes through the product's own functions, each step as the person who takes it, so rules, conversations and the event
-- log are real. Only the times are those of the run: timestamps belong to the database.
-- There is no admin in it: the first one is yours to make, with bootstrap_admin.

create temp table seed_teams (name text, description text, is_public boolean);
insert into seed_teams values
  ('Orders', 'Deliveries, subscriptions, changes to an order.', true),
  ('Billing', 'Invoices, payments, refunds.', true),
  ('Repairs', 'Espresso machines and grinders: faults, parts, warranty.', true),
  ('Wholesale', 'Cafés and offices with a contract.', false);

create temp table seed_fields (key text, type text, label text, audience text, options jsonb);
insert into seed_fields values
  ('order', 'text', 'Order number', 'customer_editable', '[]'),
  ('invoice', 'text', 'Invoice number', 'customer_editable', '[]'),
  ('model', 'select', 'Machine', 'customer_editable', '["Kestrel Solo", "Kestrel Duo", "Grind One"]'),
  ('contract', 'text', 'Contract', 'customer_visible', '[]'),
  (
    'goodwill', 'select', 'Goodwill', 'staff_only',
    '[
      {"value": "none", "label": "Nothing"}, {"value": "bag", "label": "A bag of beans"},
      {"value": "refund", "label": "Money back"}
    ]'
  );

create temp table seed_people (nick text, email text, name text, teams text[]);
insert into seed_people values
  ('ana', 'ana.duarte@kestrel.example', 'Ana Duarte', array['Orders', 'Support']),
  ('ben', 'ben.okafor@kestrel.example', 'Ben Okafor', array['Billing', 'Support']),
  ('chiara', 'chiara.rossi@kestrel.example', 'Chiara Rossi', array['Repairs', 'Support']),
  ('dmitri', 'dmitri.volkov@kestrel.example', 'Dmitri Volkov', array['Wholesale', 'Orders']),
  ('mei', 'mei.tanaka@example.com', 'Mei Tanaka', null),
  ('jonas', 'jonas.lindqvist@example.org', 'Jonas Lindqvist', null),
  ('fatima', 'fatima.elsayed@example.net', 'Fatima El-Sayed', null),
  ('liam', 'liam.oconnor@example.com', 'Liam O''Connor', null),
  ('sofia', 'sofia.herrera@example.org', 'Sofía Herrera', null),
  ('priya', 'priya@cornercafe.example', 'Priya Raman', null),
  ('tom', 'tom.becker@example.net', 'Tom Becker', null),
  ('zoe', 'office@atelier-martin.example', 'Zoë Martin', null);

create temp table seed_tickets (
  ticket integer, requester text, team text, channel text, title text, description text, custom_fields jsonb
);
-- noqa: disable=LT05
insert into seed_tickets values
  (1, 'mei', 'Orders', 'web', 'Parcel says delivered, but nothing is here', 'Tracking says it was handed over on Tuesday at 10:40. I was at home and nobody rang.', '{"order": "K-20418"}'),
  (2, 'jonas', 'Orders', 'email', 'Please pause my subscription until January', 'We are away for six weeks. Can the December bag wait?', '{"order": "K-19877"}'),
  (3, 'fatima', 'Billing', 'web', 'Charged twice for the same bag', 'My statement shows 18.50 on the 3rd and again on the 4th.', '{"order": "K-20533", "goodwill": "refund"}'),
  (4, 'liam', 'Repairs', 'web', 'Machine leaks under the group head', 'It began after descaling. About a spoonful of water for each shot.', '{"model": "Kestrel Duo"}'),
  (5, 'sofia', 'Orders', 'chat', 'Wrong grind size', 'I ordered espresso grind and got filter.', '{"order": "K-20561"}'),
  (6, 'priya', 'Wholesale', 'email', 'Standing order: 12 kg instead of 8 kg from next week', 'Mornings have become busy. Same blend, same day.', '{"contract": "W-114"}'),
  (7, 'tom', 'Support', 'web', 'How do I change my e-mail address?', 'I no longer have the address that I signed up with.', '{}'),
  (8, 'zoe', 'Wholesale', 'phone', 'Second grinder for the upper floor', 'They would like an offer for a second grinder, quieter than the first if possible.', '{"contract": "W-097"}'),
  (9, 'mei', 'Repairs', 'web', 'Grinder makes a rattling noise', 'Only with light roasts. Dark ones are fine.', '{"model": "Grind One"}'),
  (10, 'jonas', 'Billing', 'email', 'Invoice with our VAT number', 'Could you send invoice 8841 again, with our VAT number on it?', '{"invoice": "8841"}'),
  (11, 'fatima', 'Orders', 'web', 'Two bags torn open', 'The parcel was fine outside, but two of four bags had burst at the seam.', '{"order": "K-20602", "goodwill": "bag"}'),
  (12, 'liam', 'Support', 'web', 'Gift card code is refused', 'The shop says that the code is unknown. I typed it three times.', '{}'),
  (13, 'sofia', 'Billing', 'chat', 'Refund has not arrived', 'You wrote ten days ago that it was on its way.', '{"order": "K-20371"}'),
  (14, 'tom', 'Repairs', 'web', 'Pressure gauge stuck at 4 bar', 'It does not move any more, although the coffee tastes as always.', '{"model": "Kestrel Duo"}'),
  (15, 'priya', 'Wholesale', 'phone', 'Delivery came after opening time', 'For the second time this month the van came at nine. They open at seven.', '{"contract": "W-114"}'),
  (16, 'zoe', 'Billing', 'email', 'Statement for the third quarter', 'Our accountant needs one document with everything from July to September.', '{"contract": "W-097"}'),
  (17, 'mei', 'Support', 'web', 'Newsletter keeps coming', 'I unsubscribed twice.', '{}'),
  (18, 'jonas', 'Orders', 'web', 'Can I swap the Kenya for the Guatemala?', 'The next parcel goes out on Friday, I think.', '{"order": "K-20640"}'),
  (19, 'fatima', 'Repairs', 'web', 'Steam wand does not stop dripping', 'Closed as far as it goes, and still a drop each second.', '{"model": "Kestrel Solo"}'),
  (20, 'liam', 'Billing', 'web', 'Card expired', 'My new card is valid from Monday. Do I lose my discount if one payment fails?', '{}'),
  (21, 'sofia', 'Support', 'web', 'Allergens in the flavoured syrup?', 'A guest of mine must not eat nuts. The label on the hazelnut one says "aroma".', '{}'),
  (22, 'tom', 'Orders', 'email', 'Address has changed', 'From the first of next month: Lindenallee 12, third floor.', '{"order": "K-20655"}'),
  (23, 'priya', 'Wholesale', 'email', 'Barista training for two people', 'Is there a date left before Easter?', '{"contract": "W-114"}'),
  (24, 'mei', 'Billing', 'web', 'Discount missing on the last invoice', 'Ten per cent for the yearly plan, says my confirmation.', '{"invoice": "8902"}'),
  (25, 'zoe', 'Repairs', 'phone', 'Machine trips the fuse', 'As soon as it heats up. Eleven people without coffee since this morning.', '{"model": "Kestrel Duo", "contract": "W-097"}'),
  (26, 'jonas', 'Support', 'web', 'Site shows prices without tax', 'In the basket they are with tax. Confusing.', '{}'),
  (27, 'fatima', 'Orders', 'chat', 'Where is my parcel?', 'Ordered on Monday, no e-mail since.', '{"order": "K-20671"}'),
  (28, 'liam', 'Orders', 'web', 'Please cancel the order from today', 'I chose the wrong roast.', '{"order": "K-20674"}'),
  (29, 'sofia', 'Support', 'web', 'Login link expires too quickly', 'By the time that I see the e-mail the link is dead.', '{}'),
  (30, 'tom', 'Support', 'web', 'Can I visit the roastery?', 'We are in town at the end of May, four people.', '{}'),
  (31, 'priya', 'Wholesale', 'email', 'Sample of the new decaf', 'A hundred grams would do.', '{"contract": "W-114"}'),
  (32, 'zoe', 'Orders', 'web', 'Paper filters, size 4: when are they back?', 'The shop has said "soon" since autumn.', '{}');

-- What happened then, in order. Who: somebody's nick. Does: claim, reply, note, tag, priority, status, transfer.
create temp table seed_steps (
  step integer generated always as identity, ticket integer, who text, does text, what text
);
insert into seed_steps (ticket, who, does, what) values
  (1, 'ana', 'priority', 'high'),
  (1, 'ana', 'claim', null),
  (1, 'ana', 'tag', 'lost-parcel'),
  (1, 'ana', 'reply', 'I am sorry, Mei. I have asked the carrier for the signature, which takes a day. Could you look whether a neighbour took it in?'),
  (1, 'mei', 'reply', 'I asked on both floors. Nobody has it.'),
  (1, 'ana', 'note', 'Third lost parcel on this route in a month. Told Dmitri, who talks to the carrier on Thursday.'),
  (2, 'dmitri', 'claim', null),
  (2, 'dmitri', 'reply', 'Done: the next bag leaves on 8 January. Have a good journey.'),
  (2, 'dmitri', 'status', 'resolved'),
  (3, 'ben', 'priority', 'high'),
  (3, 'ben', 'claim', null),
  (3, 'ben', 'tag', 'double-charge'),
  (3, 'ben', 'reply', 'You are right, the second charge is ours to give back. It should be on your account within five days.'),
  (4, 'chiara', 'claim', null),
  (4, 'chiara', 'tag', 'warranty'),
  (4, 'chiara', 'reply', 'That sounds like the group gasket, which descaling can dry out. May I send you a new one? It takes two minutes and no tools.'),
  (4, 'liam', 'reply', 'Yes please. Is there a video?'),
  (4, 'chiara', 'reply', 'It is in the box: a card with a code to scan. The gasket leaves today.'),
  (5, 'ana', 'claim', null),
  (5, 'ana', 'reply', 'A bag in espresso grind is on its way. Keep the other one, perhaps for a friend with a filter.'),
  (5, 'sofia', 'reply', 'That is kind, thank you!'),
  (5, 'ana', 'status', 'resolved'),
  (6, 'dmitri', 'claim', null),
  (6, 'dmitri', 'tag', 'contract'),
  (6, 'dmitri', 'note', 'Above 10 kg they are in the next price band. Change the contract before Friday''s run.'),
  (6, 'dmitri', 'reply', '12 kg from next Wednesday. That also brings you into the next price band; the new sheet is on its way to you.'),
  (7, 'ben', 'reply', 'Which address should it be? I will send a link to it, and one click makes the change.'),
  (8, 'dmitri', 'claim', null),
  (8, 'dmitri', 'tag', 'offer'),
  (9, 'chiara', 'claim', null),
  (9, 'chiara', 'reply', 'Light roasts are harder, and a worn upper burr rattles on them. How many kilos has it ground, roughly?'),
  (9, 'mei', 'reply', 'Perhaps 60.'),
  (9, 'chiara', 'note', 'Burrs are rated for 80 kg: goodwill, send a set.'),
  (10, 'ben', 'claim', null),
  (10, 'ben', 'reply', 'Invoice 8841 is on its way again, with the number.'),
  (10, 'ben', 'status', 'resolved'),
  (10, 'jonas', 'status', 'closed'),
  (11, 'ana', 'tag', 'packaging'),
  (11, 'ana', 'priority', 'high'),
  (13, 'ben', 'priority', 'urgent'),
  (13, 'ben', 'claim', null),
  (13, 'ben', 'note', 'The bank returned it: the account number had two digits swapped. Asked for the right one by phone.'),
  (13, 'ben', 'reply', 'The bank sent it back because two digits of the account number were swapped. I have corrected them and paid again today.'),
  (13, 'sofia', 'reply', 'It is here. Thank you for looking into it.'),
  (13, 'ben', 'status', 'resolved'),
  (13, 'sofia', 'status', 'closed'),
  (14, 'chiara', 'tag', 'warranty'),
  (14, 'chiara', 'claim', null),
  (15, 'dmitri', 'priority', 'urgent'),
  (15, 'dmitri', 'claim', null),
  (15, 'dmitri', 'tag', 'churn-risk'),
  (15, 'dmitri', 'note', 'They have talked to another roaster. Call before writing.'),
  (15, 'dmitri', 'reply', 'As I said on the phone: from Monday you are the first stop, at half past six. I will be on the van myself the first time.'),
  (16, 'ben', 'claim', null),
  (17, 'ana', 'tag', 'privacy'),
  (17, 'ana', 'priority', 'high'),
  (18, 'ana', 'claim', null),
  (18, 'ana', 'reply', 'Swapped. Guatemala it is, on Friday.'),
  (18, 'jonas', 'reply', 'Great.'),
  (19, 'chiara', 'claim', null),
  (19, 'chiara', 'reply', 'The valve seat needs a new ring. Shall we do it here, or would you like to try it yourself with a kit?'),
  (20, 'ben', 'claim', null),
  (20, 'ben', 'reply', 'No, the discount stays. We try again for seven days before anything happens.'),
  (20, 'liam', 'status', 'closed'),
  (21, 'ben', 'priority', 'urgent'),
  (21, 'ben', 'claim', null),
  (21, 'ben', 'reply', 'The hazelnut syrup contains no nuts, but it is bottled on a line that also fills one with almonds: please do not serve it to your guest.'),
  (21, 'sofia', 'reply', 'Good to know. Then we will have vanilla.'),
  (21, 'ben', 'status', 'resolved'),
  (22, 'ana', 'claim', null),
  (22, 'ana', 'reply', 'Changed from the first on. Everything before goes to the old address.'),
  (22, 'ana', 'status', 'resolved'),
  (22, 'tom', 'reply', 'One more thing: could the courier ring twice? The bell is faint.'),
  (24, 'ben', 'tag', 'double-charge'),
  (25, 'chiara', 'priority', 'urgent'),
  (25, 'chiara', 'claim', null),
  (25, 'chiara', 'reply', 'A technician is with you between two and three. Until then please leave it unplugged.'),
  (25, 'chiara', 'note', 'Heating element to earth, most likely. Take the loan machine along.'),
  (26, 'ana', 'transfer', 'Billing'),
  (26, 'ben', 'note', 'Known to the shop team: the list reads the net price. Nothing for us to do but tell people.'),
  (28, 'ana', 'claim', null),
  (28, 'ana', 'reply', 'Cancelled, nothing was charged.'),
  (28, 'ana', 'status', 'closed'),
  (30, 'ana', 'priority', 'low'),
  (31, 'dmitri', 'claim', null),
  (31, 'dmitri', 'reply', 'Two hundred grams leave today, for a second opinion.'),
  (31, 'dmitri', 'status', 'resolved');
-- noqa: enable=LT05

do $$
declare
  v_role text := current_setting('role');
  v_person record;
  v_ticket record;
  v_step record;
  v_id uuid;
  v_actor uuid;
begin
  insert into helpdesk.teams (name, description, is_public)
  select s.name, s.description, s.is_public from seed_teams as s
  where not exists (select from helpdesk.teams as t where lower(t.name) = lower(s.name));

  perform helpdesk.create_field(f.key, f.type, f.label, f.options, audience => f.audience)
  from seed_fields as f
  where not exists (select from helpdesk.field_definitions as d where d.key = f.key);

  for v_person in
    select * from seed_people as p where not exists (select from helpdesk.users as u where u.email = p.email)
  loop
    v_id := (helpdesk.create_customer(v_person.email, v_person.name)).user_id;
    if v_person.teams is not null then
      perform helpdesk.set_user_role(v_id, 'agent');
      insert into helpdesk.team_members (team_id, user_id)
      select t.team_id, v_id
      from unnest(v_person.teams) as m (name)
      join helpdesk.teams as t on lower(t.name) = lower(m.name);
    end if;
  end loop;

  create temp table seed_ids as
  select t.ticket, ('5eed0001-0000-7000-8000-' || lpad(t.ticket::text, 12, '0'))::uuid as ticket_id
  from seed_tickets as t;
  delete from seed_ids as s where exists (select from helpdesk.tickets as t where t.ticket_id = s.ticket_id);
  -- Who acts is known by their login, which these people do not have. Each is their own login for the length of this
  -- statement; as a replica, so that the log does not speak of logins that never were.
  create temp table seed_logins as
  select p.nick, u.user_id
  from seed_people as p join helpdesk.users as u on u.email = p.email where u.auth_user_id is null;
  perform set_config('session_replication_role', 'replica', true);
  update helpdesk.users as u set auth_user_id = u.user_id where u.user_id in (select l.user_id from seed_logins as l);
  perform set_config('session_replication_role', 'origin', true);

  for v_ticket in
    select s.ticket_id, t.*, u.user_id, m.team_id
    from seed_ids as s
    join seed_tickets as t on t.ticket = s.ticket
    join seed_people as p on p.nick = t.requester
    join helpdesk.users as u on u.email = p.email
    join helpdesk.teams as m on lower(m.name) = lower(t.team)
    order by t.ticket
  loop
    perform helpdesk.create_ticket(
      v_ticket.title, v_ticket.description, v_ticket.ticket_id,
      team_id => v_ticket.team_id, requester_id => v_ticket.user_id,
      channel => v_ticket.channel, custom_fields => v_ticket.custom_fields
    );
  end loop;

  for v_step in
    select
      s.*, i.ticket_id, u.auth_user_id, m.team_id,
      ('5eed0002-0000-7000-8000-' || lpad(s.step::text, 12, '0'))::uuid as entry_id
    from seed_steps as s
    join seed_ids as i on i.ticket = s.ticket
    join seed_people as p on p.nick = s.who
    join helpdesk.users as u on u.email = p.email
    left join helpdesk.teams as m on s.does = 'transfer' and lower(m.name) = lower(s.what)
    order by s.step
  loop
    perform set_config(
      'request.jwt.claims', json_build_object('sub', v_step.auth_user_id, 'role', 'authenticated')::text, true
    );
    perform set_config('role', 'authenticated', true);
    case v_step.does
      when 'claim' then
        perform helpdesk.claim_ticket(v_step.ticket_id);
      when 'reply' then
        perform helpdesk.send_reply(
          v_step.ticket_id, v_step.what, message_id => v_step.entry_id,
          expected_last_message => (
            select t.last_message_id from helpdesk.tickets as t where t.ticket_id = v_step.ticket_id
          )
        );
      when 'note' then
        perform helpdesk.add_note(v_step.ticket_id, v_step.what, v_step.entry_id);
      when 'tag' then
        insert into helpdesk.ticket_tags (ticket_id, tag) values (v_step.ticket_id, v_step.what);
      when 'priority' then
        update helpdesk.tickets as t set priority = v_step.what where t.ticket_id = v_step.ticket_id;
      when 'status' then
        update helpdesk.tickets as t set status = v_step.what where t.ticket_id = v_step.ticket_id;
      when 'transfer' then
        perform helpdesk.transfer_ticket(v_step.ticket_id, v_step.team_id);
    end case;
    perform set_config('role', v_role, true);
    perform set_config('request.jwt.claims', '', true);
  end loop;

  perform set_config('session_replication_role', 'replica', true);
  update helpdesk.users as u set auth_user_id = null where u.user_id in (select l.user_id from seed_logins as l);
  perform set_config('session_replication_role', 'origin', true);
end;
$$;

drop table seed_teams, seed_people, seed_tickets, seed_steps, seed_ids, seed_logins;
