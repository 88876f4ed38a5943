-- Throw-away people: those whose e-mail address ends with @throwaway.helpdesk.invalid. `helpdesk verify` and the test
-- after a deployment sign in as such people, and remove them and their tickets at the end. Nobody else is ever removed.
--
-- No mail reaches a domain below .invalid (RFC 2606), so nobody can sign up with such an address by themselves where
-- addresses must be confirmed.

insert into helpdesk_private.concepts (version, concept) values ('20261122002620', 'throwaways');

create function helpdesk_private.remove_throwaways(p_emails text[])
returns jsonb
language plpgsql
-- Definer: nobody deletes people and tickets. Only the secret key may call it.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_people uuid[];
  v_of_theirs uuid[];
  v_tickets bigint := 0;
  v_removed bigint := 0;
  v_person uuid;
begin
  v_people := array(
    select u.user_id
    from helpdesk.users as u
    where u.email like '%@throwaway.helpdesk.invalid'
      and (p_emails is null or u.email = any(p_emails))
    order by u.user_id
  );
  -- In the order in which everybody locks tickets.
  v_of_theirs := array(
    select t.ticket_id from helpdesk.tickets as t where t.created_by = any(v_people) order by t.ticket_id for update
  );
  begin
    delete from helpdesk.tickets as t where t.ticket_id = any(v_of_theirs);
    get diagnostics v_tickets = row_count;
    delete from helpdesk_private.request_ids as r
    where r.request_id = any(v_of_theirs) or r.ticket_id = any(v_of_theirs);
  exception when foreign_key_violation then
    -- Somebody has merged a ticket of their own into one of these: all stay.
    null;
  end;
  delete from helpdesk.views as v where v.owner_id = any(v_people);
  foreach v_person in array v_people loop
    begin
      delete from helpdesk.users as u where u.user_id = v_person;
      delete from helpdesk_private.request_ids as r where r.actor_id = v_person;
      v_removed := v_removed + 1;
    exception when foreign_key_violation then
      -- They have left something with somebody else, whose it is now: a reply on a real ticket, an article.
      update helpdesk.users as u set is_active = false where u.user_id = v_person;
    end;
  end loop;
  return jsonb_build_object(
    'people', v_removed, 'tickets', v_tickets, 'people_left', cardinality(v_people) - v_removed
  );
end;
$$;
revoke all on function helpdesk_private.remove_throwaways from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.remove_throwaways to service_role;

create function helpdesk.remove_throwaways(emails text[] default null)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.remove_throwaways(remove_throwaways.emails);
$$;
comment on function helpdesk.remove_throwaways is
  'With the secret key: removes people whose address ends with @throwaway.helpdesk.invalid, with their tickets; emails '
  'names some of them. A person who has written on somebody else''s ticket is deactivated and stays. Events stay. '
  'Returns people, tickets and people_left.';
revoke all on function helpdesk.remove_throwaways from public, anon, authenticated, service_role;
grant execute on function helpdesk.remove_throwaways to service_role;
