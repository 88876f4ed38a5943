-- Publishing: a draft becomes a version that readers see, with its passages, in one transaction.

insert into helpdesk_private.concepts (version, concept) values ('20261122002315', 'publishing');

create function helpdesk_private.lock_article(p_article_id uuid, p_revision integer)
returns helpdesk.articles
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_article helpdesk.articles;
begin
  select * into v_article from helpdesk.articles as a where a.article_id = p_article_id for no key update;
  if not found then
    perform helpdesk_private.fail('article_not_found');
  elsif p_revision <> v_article.revision then
    perform helpdesk_private.fail('stale_article');
  end if;
  return v_article;
end;
$$;
revoke all on function helpdesk_private.lock_article from public, anon, authenticated, service_role;

create function helpdesk_private.hide_versions(p_article_id uuid)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
  update helpdesk.article_chunks as c set is_current = false where c.article_id = p_article_id and c.is_current;
  update helpdesk.article_versions as v set is_current = false where v.article_id = p_article_id and v.is_current;
  update helpdesk_private.knowledge_state as k set revision = k.revision + 1;
$$;
revoke all on function helpdesk_private.hide_versions from public, anon, authenticated, service_role;

create function helpdesk_private.publish_article(p_article_id uuid, p_revision integer)
returns helpdesk.articles
language plpgsql
-- Definer: nobody writes versions and passages directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_publisher();
  v_article helpdesk.articles := helpdesk_private.lock_article(p_article_id, p_revision);
  v_hash text := encode(sha256(convert_to(
    jsonb_build_array(v_article.title, v_article.body, v_article.locale, v_article.audience, v_article.section)::text,
    'UTF8'
  )), 'hex');
  v_version uuid := gen_random_uuid();
begin
  if helpdesk_private.is_blank(v_article.body) then
    perform helpdesk_private.fail('invalid_value', 'body is empty: there is nothing to publish');
  elsif exists (
    select from helpdesk.article_versions as v
    where v.article_id = p_article_id and v.is_current and v.content_hash = v_hash and v.slug = v_article.slug
  ) then
    return v_article;
  end if;
  perform helpdesk_private.hide_versions(p_article_id);
  insert into helpdesk.article_versions (
    version_id, article_id, version, slug, locale, title, body, audience, section, content_hash, is_current,
    published_by
  )
  values (
    v_version, p_article_id, v_article.version + 1, v_article.slug, v_article.locale, v_article.title, v_article.body,
    v_article.audience, v_article.section, v_hash, true, v_me
  );
  insert into helpdesk.article_chunks (
    version_id, article_id, ordinal, locale, audience, title, heading_path, body, sentences, words
  )
  select
    v_version, p_article_id, p.ordinal, v_article.locale, v_article.audience, v_article.title, p.heading_path, p.body,
    p.sentences,
    helpdesk_private.search_vector(v_article.title || ' ' || p.heading_path, 'A')
    || helpdesk_private.search_vector(p.body, 'B')
  from helpdesk_private.article_passages(v_article.body) as p;
  update helpdesk.articles as a
  set status = 'published', version = a.version + 1, current_version_id = v_version, published_at = clock_timestamp()
  where a.article_id = p_article_id
  returning * into v_article;
  return v_article;
end;
$$;
revoke all on function helpdesk_private.publish_article from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.publish_article to authenticated, service_role;

create function helpdesk.publish_article(article_id uuid, revision integer default null)
returns helpdesk.articles
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.publish_article(publish_article.article_id, publish_article.revision);
$$;
comment on function helpdesk.publish_article is
  'Publishes an article as it is: readers see it, and search finds its words, from now on. Admins, or all staff if the '
  'setting article_publishers says so. With a revision: only if nothing has changed since. The same content again is '
  'the same version.';
revoke all on function helpdesk.publish_article from public, anon, authenticated, service_role;
grant execute on function helpdesk.publish_article to authenticated, service_role;

create function helpdesk_private.archive_article(p_article_id uuid)
returns helpdesk.articles
language plpgsql
-- Definer: nobody writes versions and passages directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_article helpdesk.articles;
begin
  perform helpdesk_private.require_publisher();
  v_article := helpdesk_private.lock_article(p_article_id, null);
  if v_article.status <> 'archived' then
    perform helpdesk_private.hide_versions(p_article_id);
    update helpdesk.articles as a set status = 'archived', current_version_id = null
    where a.article_id = p_article_id
    returning * into v_article;
  end if;
  return v_article;
end;
$$;
revoke all on function helpdesk_private.archive_article from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.archive_article to authenticated, service_role;

create function helpdesk.archive_article(article_id uuid)
returns helpdesk.articles
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.archive_article(archive_article.article_id);
$$;
comment on function helpdesk.archive_article is
  'Withdraws an article: readers and search no longer have it. publish_article() brings it back. For '
  'those who publish.';
revoke all on function helpdesk.archive_article from public, anon, authenticated, service_role;
grant execute on function helpdesk.archive_article to authenticated, service_role;

create function helpdesk_private.save_article(
  p_slug text, p_title text, p_body text, p_locale text, p_audience text, p_section text, p_external_id text
)
returns helpdesk.articles
language plpgsql
-- Definer: of two that save the same article at once, the second waits and edits what the first has written.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_most_attempts constant integer := 3;
  v_locale text := coalesce(p_locale, 'en');
  v_article helpdesk.articles;
begin
  perform helpdesk_private.require_role('agent', 'admin');
  if not helpdesk_private.writes_articles() then
    perform helpdesk_private.fail('forbidden', 'Only admins write articles here.');
  elsif p_slug is null or p_title is null then
    perform helpdesk_private.fail(
      'invalid_value', case when p_slug is null then 'slug' else 'title' end || ' is missing'
    );
  end if;
  perform helpdesk_private.await_key('article', p_slug, v_locale);
  perform helpdesk_private.await_key('article', p_external_id);
  for v_attempt in 1..c_most_attempts loop
    begin
      select * into v_article from helpdesk.articles as a where a.external_id = p_external_id for no key update;
      if not found then
        select * into v_article from helpdesk.articles as a
        where a.slug = p_slug and a.locale = v_locale for no key update;
      end if;
      if v_article.article_id is null then
        insert into helpdesk.articles (slug, title, body, locale, audience, section, external_id)
        values (
          p_slug, p_title, coalesce(p_body, ''), v_locale, coalesce(p_audience, 'public'), p_section, p_external_id
        )
        returning * into v_article;
        return v_article;
      elsif v_article.locale <> v_locale then
        perform helpdesk_private.fail(
          'external_id_taken', format('The article of this external id has the locale %s.', v_article.locale),
          'Each translation has an external id of its own, or none.'
        );
      elsif v_article.external_id <> p_external_id then
        perform helpdesk_private.fail('slug_taken', 'An article with another external id has this slug and locale.');
      end if;
      update helpdesk.articles as a
      set slug = p_slug, title = p_title, body = coalesce(p_body, ''),
          -- Who does not name the readers makes nothing public.
          audience = coalesce(p_audience, a.audience),
          section = p_section, external_id = coalesce(p_external_id, a.external_id)
      where a.article_id = v_article.article_id
      returning * into v_article;
      return v_article;
    exception when unique_violation then
      -- Somebody else has just written it: edit it. A transaction with an old snapshot never sees it.
      null;
    end;
  end loop;
  perform helpdesk_private.fail('slug_taken', 'Somebody else has just written this article.', 'Save it again.');
end;
$$;
revoke all on function helpdesk_private.save_article from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.save_article to authenticated, service_role;

create function helpdesk.save_article(
  slug text, title text, body text default '', locale text default 'en', audience text default null,
  section text default null, external_id text default null
)
returns helpdesk.articles
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.save_article(
    save_article.slug, save_article.title, save_article.body, save_article.locale, save_article.audience,
    save_article.section, save_article.external_id
  );
$$;
comment on function helpdesk.save_article is
  'Saves a draft: edits the article of this external id or slug and locale, or drafts a new one. The same content '
  'again changes nothing. Without audience, the article keeps its readers; a new one is public. Readers see it after '
  'publish_article(). For those who write articles.';
revoke all on function helpdesk.save_article from public, anon, authenticated, service_role;
grant execute on function helpdesk.save_article to authenticated, service_role;
