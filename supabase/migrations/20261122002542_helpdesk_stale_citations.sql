-- Stale citations: what was sent, or is to be decided, quotes an article that has changed since; and articles whose
-- quotes people rejected. Nothing here is rewritten: a quote stays what it was.

insert into helpdesk_private.concepts (version, concept) values ('20261122002542', 'stale_citations');

-- The view below compares quotes under the rights of its reader.
grant execute on function helpdesk_private.quote_norm to authenticated, service_role;
grant execute on function helpdesk_private.visible_text to authenticated, service_role;

create function helpdesk_private.quote_stands(p_article_id uuid, p_quote text)
returns boolean
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Of the whole article: a new version may be cut into other passages.
  select coalesce(position(helpdesk_private.quote_norm(p_quote) in string_agg(c.body_norm, ' ' order by c.ordinal)) > 0, false)
  from helpdesk.article_chunks as c where c.article_id = p_article_id and c.is_current;
$$;
comment on function helpdesk_private.quote_stands is
  'Whether the text, up to typography, stands in what readers see of the article now.';
revoke all on function helpdesk_private.quote_stands from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.quote_stands to authenticated, service_role;

create view helpdesk.stale_citations with (security_invoker = true) as
select
  c.citation_id,
  c.proposal_id,
  c.ticket_id,
  p.kind,
  p.state as proposal_state,
  p.reject_reason,
  coalesce(p.decided_at, p.created_at) as at,
  k.article_id,
  a.slug,
  a.locale,
  a.title,
  v.version as cited_version,
  n.version as current_version,
  c.quote,
  case
    when n.version_id is null then 'withdrawn'
    when k.is_current then 'rejected'
    when n.audience = 'internal' and v.audience = 'public' then 'internal'
    when helpdesk_private.quote_stands(k.article_id, c.quote) then 'replaced'
    else 'changed'
  end as problem
from helpdesk.citations as c
inner join helpdesk.proposals as p on p.proposal_id = c.proposal_id
inner join helpdesk.article_chunks as k on k.chunk_id = c.chunk_id
inner join helpdesk.article_versions as v on v.version_id = k.version_id
inner join helpdesk.articles as a on a.article_id = k.article_id
left join helpdesk.article_versions as n on n.article_id = k.article_id and n.is_current
where
  (not k.is_current and p.state in ('open', 'accepted', 'edited', 'undone'))
  or (k.is_current and p.state = 'rejected' and p.reject_reason in ('wrong', 'unclear', 'outdated'));
comment on view helpdesk.stale_citations is
  'Quotes that deserve a look, of tickets that you work. problem: withdrawn (the article is archived), internal '
  '(customers no longer read it), changed (the quote is no longer in it), replaced (a newer version has the quote, '
  'too), rejected (a person rejected the draft that quotes it as wrong, unclear or outdated, and the article is still '
  'the same).';
revoke all on table helpdesk.stale_citations from public, anon, authenticated, service_role;
grant select on table helpdesk.stale_citations to authenticated, service_role;
