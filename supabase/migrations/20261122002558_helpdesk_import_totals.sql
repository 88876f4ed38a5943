-- Imports: what a source has here, counted and summed from the rows themselves, to compare with the source.

insert into helpdesk_private.concepts (version, concept) values ('20261122002558', 'import_totals');

create function helpdesk_private.row_sum(variadic p_values text[])
returns bigint
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- 60 bits: a sum of a million of them fits a numeric, and every client computes it exactly.
  select ('x' || left(encode(sha256(convert_to(array_to_string(p_values, chr(31), ''), 'UTF8')), 'hex'), 15))
    ::bit(60)::bigint;
$$;
comment on function helpdesk_private.row_sum is
  'The first 60 bits of the SHA-256 of the values, joined by U+001F. Sums of it do not depend on the order of rows.';
revoke all on function helpdesk_private.row_sum from public, anon, authenticated, service_role;

create function helpdesk_private.microseconds(p_time timestamptz)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select (extract(epoch from p_time) * 1000000)::bigint::text;
$$;
revoke all on function helpdesk_private.microseconds from public, anon, authenticated, service_role;

create function helpdesk_private.import_totals(p_source text, p_kind text, p_external_ids text[])
returns jsonb
language plpgsql
stable
-- Definer: the tables are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_source_id integer;
  v_totals jsonb;
begin
  perform helpdesk_private.require_role('admin');
  select s.source_id into v_source_id
  from helpdesk_private.import_sources as s where s.name = helpdesk_private.clean_name(p_source);
  if p_kind is null or p_kind not in ('person', 'team', 'field', 'ticket', 'comment', 'link', 'merge', 'file') then
    perform helpdesk_private.fail(
      'invalid_value', 'kind must be one of person, team, field, ticket, comment, link, merge, file'
    );
  elsif cardinality(p_external_ids) > 1000 then
    perform helpdesk_private.fail('too_many', 'external_ids: at most 1000 in one request.');
  end if;
  with living as (
    select o.external_id, o.own_id, o.own_key, o.is_public
    from helpdesk_private.imported_objects as o
    where o.source_id = v_source_id and o.kind = p_kind and not o.is_dead
      and (p_external_ids is null or o.external_id = any(p_external_ids))
  ),
  sums as (
    select true as is_public, helpdesk_private.row_sum(l.external_id, l.own_id::text) as sum
    from living as l join helpdesk.users as u on u.user_id = l.own_id
    where p_kind = 'person'
    union all
    select true, helpdesk_private.row_sum(l.external_id, l.own_id::text)
    from living as l join helpdesk.teams as t on t.team_id = l.own_id
    where p_kind = 'team'
    union all
    select true, helpdesk_private.row_sum(l.external_id, l.own_key)
    from living as l join helpdesk.field_definitions as d on d.key = l.own_key
    where p_kind = 'field'
    union all
    select true, helpdesk_private.row_sum(l.external_id, l.own_id::text)
    from living as l join helpdesk.ticket_links as t on t.link_id = l.own_id
    where p_kind = 'link' and t.unlinked_at is null
    union all
    select true, helpdesk_private.row_sum(l.external_id, l.own_id::text)
    from living as l join helpdesk.ticket_merges as g on g.merge_id = l.own_id
    where p_kind = 'merge' and g.unmerged_at is null
    union all
    select true, helpdesk_private.row_sum(l.external_id, l.own_id::text)
    from living as l join helpdesk.attachments as a on a.attachment_id = l.own_id
    where p_kind = 'file' and a.state in ('uploaded', 'clean', 'unchecked')
    union all
    select
      true,
      helpdesk_private.row_sum(
        l.external_id, t.created_by::text, helpdesk_private.microseconds(t.created_at), t.title, t.description
      )
    from living as l join helpdesk.tickets as t on t.ticket_id = l.own_id
    where p_kind = 'ticket'
    union all
    select
      true,
      helpdesk_private.row_sum(
        l.external_id, m.author_id::text, helpdesk_private.microseconds(m.created_at), m.author_kind, m.body
      )
    from living as l join helpdesk.messages as m on m.message_id = l.own_id
    where p_kind = 'comment' and l.is_public
    union all
    select
      false,
      helpdesk_private.row_sum(l.external_id, n.author_id::text, helpdesk_private.microseconds(n.created_at), n.body)
    from living as l join helpdesk.notes as n on n.note_id = l.own_id
    where p_kind = 'comment' and not l.is_public
  )
  select jsonb_object_agg(
    case when p_kind <> 'comment' then p_kind when k.is_public then 'message' else 'note' end,
    jsonb_build_object('count', k.rows, 'checksum', k.total::text)
  )
  into v_totals
  from (
    select p.is_public, count(s.sum) as rows, coalesce(sum(s.sum), 0) as total
    from unnest(case when p_kind = 'comment' then array[true, false] else array[true] end) as p (is_public)
    left join sums as s on s.is_public = p.is_public
    group by p.is_public
  ) as k;
  return v_totals || jsonb_build_object('dead', (
    select count(*) from helpdesk_private.imported_objects as o
    where o.source_id = v_source_id and o.kind = p_kind and o.is_dead
      and (p_external_ids is null or o.external_id = any(p_external_ids))
  ));
end;
$$;
revoke all on function helpdesk_private.import_totals from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.import_totals to authenticated, service_role;

create function helpdesk.import_totals(source text, kind text, external_ids text[] default null)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.import_totals(import_totals.source, import_totals.kind, import_totals.external_ids);
$$;
comment on function helpdesk.import_totals is
  'Admins and the secret key: what a source has here, computed from the rows: {kind: {count, checksum}, dead}. For '
  'kind comment: message and note. external_ids: only of these objects, at most 1000. The checksum is the sum of the '
  'first 60 bits of the SHA-256 of each row''s values, joined by U+001F.';
revoke all on function helpdesk.import_totals from public, anon, authenticated, service_role;
grant execute on function helpdesk.import_totals to authenticated, service_role;
