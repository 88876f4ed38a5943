-- Suggested duplicates: living tickets that may be about the same matter as a ticket. Only tickets that the caller
-- works are looked at. The cost has a bound: the requester's newest 100 tickets, 200 tickets with an identifier of the
-- ticket, and 200 of the newest 2,000 that share words with it.

insert into helpdesk_private.concepts (version, concept) values ('20261122002524', 'duplicates');

create function helpdesk_private.any_word(p_words text[])
returns tsquery
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(format('''%s''', replace(replace(w, '\', '\\'), '''', '''''')), ' | ')::tsquery
  from unnest(p_words) as w;
$$;
comment on function helpdesk_private.any_word is 'The query for texts with at least one of these lexemes.';
revoke all on function helpdesk_private.any_word from public, anon, authenticated, service_role;

create function helpdesk_private.suggest_duplicates(p_ticket_id uuid, p_max_rows integer)
returns table (
  ticket_id uuid, number bigint, title text, status text, created_at timestamptz, same_requester boolean,
  identifiers text[], similarity real
)
language plpgsql
stable
-- Definer: the words of tickets are closed. The condition of worked_tickets is written out below.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_living constant text[] := array['open', 'pending'];
  v_found record := helpdesk_private.find_ticket(p_ticket_id);
  v_ticket helpdesk.tickets := v_found.ticket;
  v_all boolean := helpdesk_private.is_service();
  v_teams uuid[] := array(select helpdesk_private.my_team_ids());
  v_me uuid := case when not v_all then helpdesk_private.me_if_staff() end;
  v_words text[];
  v_any tsquery;
  v_keys text[];
begin
  if v_found.role = 'customer' then
    perform helpdesk_private.fail('forbidden');
  elsif p_max_rows is null or p_max_rows not between 1 and 50 then
    perform helpdesk_private.fail('invalid_value', 'max_rows: must be 1 to 50.');
  end if;
  -- Title and description, not what was said later.
  select array(
    select w from unnest(tsvector_to_array(ts_filter(x.words, '{a,b}'))) as w order by char_length(w) desc, w limit 100
  ) into v_words
  from helpdesk_private.ticket_texts as x where x.ticket_id = p_ticket_id;
  v_any := helpdesk_private.any_word(v_words);
  v_keys := array(
    select distinct k
    from regexp_split_to_table(
      helpdesk_private.search_keys(v_ticket.title || ' ' || left(v_ticket.description, 20000)), '\s+'
    ) as k
    where k <> '' limit 20
  );
  return query
    with candidates as (
      (
        select t.ticket_id from helpdesk.tickets as t
        where t.created_by = v_ticket.created_by and t.status = any(c_living)
        order by t.created_at desc limit 100
      )
      union
      (
        select x.ticket_id from helpdesk_private.ticket_texts as x
        where x.words @@ helpdesk_private.any_word(v_keys) and x.status = any(c_living)
          and (v_all or x.team_id = any(v_teams) or x.assigned_to = v_me)
        limit 200
      )
      union
      (
        select x.ticket_id
        from unnest(c_living) as s (status)
        cross join lateral (
          select t.ticket_id from helpdesk.tickets as t
          where t.status = s.status and (v_all or t.team_id = any(v_teams) or t.assigned_to = v_me)
          order by t.created_at desc limit 1000
        ) as n
        inner join helpdesk_private.ticket_texts as x on x.ticket_id = n.ticket_id
        where x.words @@ v_any
        order by ts_rank(x.words, v_any) desc, x.ticket_id limit 200
      )
    ),
    compared as (
      select
        t.ticket_id, t.number, t.title, t.status, t.created_at, t.created_by = v_ticket.created_by as same_requester,
        array(
          select k from unnest(v_keys) as k where x.words @@ helpdesk_private.any_word(array[k]) order by k
        ) as shared_keys,
        (
          select (count(*) filter (where u.n = 2)::real / greatest(count(*), 1))::real
          from (
            select a.w, count(*) as n
            from (
              select unnest(v_words) as w
              union all
              select unnest(tsvector_to_array(ts_filter(x.words, '{a,b}')))
            ) as a
            group by a.w
          ) as u
        ) as share
      from candidates as c
      inner join helpdesk.tickets as t on t.ticket_id = c.ticket_id
      inner join helpdesk_private.ticket_texts as x on x.ticket_id = c.ticket_id
      where t.ticket_id <> p_ticket_id and t.status = any(c_living) and t.merged_into is null
        and (v_all or t.team_id = any(v_teams) or t.assigned_to = v_me)
        and not exists (
          select from helpdesk.ticket_links as l
          where l.kind = 'duplicate_of' and l.unlinked_at is null
            and (
              (l.source_id = p_ticket_id and l.target_id = t.ticket_id)
              or (l.source_id = t.ticket_id and l.target_id = p_ticket_id)
            )
        )
    )
    select
      c.ticket_id, c.number, c.title, c.status, c.created_at, c.same_requester,
      -- An address is in the index as a digest.
      array(select case when k ~ '^x[0-9a-f]{32}$' then 'e-mail address' else k end from unnest(c.shared_keys) as k),
      c.share
    from compared as c
    -- The same requester writes about other matters too, and strangers use the same words.
    where c.shared_keys <> '{}' or c.share >= case when c.same_requester then .1 else .3 end
    order by c.same_requester desc, cardinality(c.shared_keys) > 0 desc, c.share desc, c.number
    limit p_max_rows;
end;
$$;
revoke all on function helpdesk_private.suggest_duplicates from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.suggest_duplicates to authenticated, service_role;

create function helpdesk.suggest_duplicates(ticket_id uuid, max_rows integer default 10)
returns table (
  ticket_id uuid, number bigint, title text, status text, created_at timestamptz, same_requester boolean,
  identifiers text[], similarity real
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.suggest_duplicates(suggest_duplicates.ticket_id, suggest_duplicates.max_rows);
$$;
comment on function helpdesk.suggest_duplicates is
  'Those who work the ticket: open and pending tickets that they work and that may be about the same matter. First '
  'those of the same requester, then those that share an identifier (an order number, an address), then by similarity: '
  'the share of words that titles and descriptions have in common. At most 50.';
revoke all on function helpdesk.suggest_duplicates from public, anon, authenticated, service_role;
grant execute on function helpdesk.suggest_duplicates to authenticated, service_role;
