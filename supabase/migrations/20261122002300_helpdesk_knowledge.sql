-- Knowledge: articles that answer questions. `articles` holds what staff write, the draft; publishing copies it into a
-- version that never changes, and cuts the version into passages. Readers see published versions only, so that an edit
-- of a published article is nobody's business until it is published, too.
--
-- Who drafts and who publishes is set in settings: article_writers and article_publishers.

create table helpdesk.articles (
  article_id uuid primary key default gen_random_uuid(),
  slug text not null check (helpdesk_private.slug_valid('slug', slug)),
  locale text not null default 'en' check (helpdesk_private.locale_valid('locale', locale)),
  title text not null check (helpdesk_private.name_within('title', title, 1, 300)),
  body text not null default '' check (helpdesk_private.text_within('body', body, 0, 500000)),
  audience text not null default 'public'
    check (helpdesk_private.text_among('audience', audience, 'public', 'internal')),
  section text check (helpdesk_private.text_within('section', section, 1, 200)),
  external_id text unique check (helpdesk_private.text_within('external_id', external_id, 1, 200)),
  status text not null default 'draft' check (status in ('draft', 'published', 'archived')),
  version integer not null default 0,
  current_version_id uuid,
  revision integer not null default 1,
  created_by uuid references helpdesk.users (user_id),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  published_at timestamptz,
  unique (slug, locale)
);
comment on table helpdesk.articles is
  'Articles as staff write them, in Markdown. POST drafts an article, PATCH edits it; add &revision=eq.N so that '
  'nobody''s edit is overwritten. Readers see what publish_article() has published: article_versions.';
comment on column helpdesk.articles.slug is
  'The name in addresses: lower-case letters, digits and hyphens. An article and its translations share a slug.';
comment on column helpdesk.articles.locale is 'The language, like en, de or pt-BR.';
comment on column helpdesk.articles.audience is 'public: customers, too. internal: staff only.';
comment on column helpdesk.articles.version is 'The number of the newest version; 0 before the first publication.';
comment on column helpdesk.articles.revision is 'Counts the changes of this row, from 1.';
create index articles_section_idx on helpdesk.articles (section, title);
create index articles_updated_idx on helpdesk.articles (updated_at desc, article_id desc);
create index articles_created_by_idx on helpdesk.articles (created_by);

create table helpdesk.article_versions (
  version_id uuid primary key default gen_random_uuid(),
  article_id uuid not null references helpdesk.articles (article_id) on delete cascade,
  version integer not null,
  slug text not null,
  locale text not null,
  title text not null check (helpdesk_private.name_within('title', title, 1, 300)),
  body text not null,
  audience text not null,
  section text,
  content_hash text not null,
  is_current boolean not null,
  published_by uuid references helpdesk.users (user_id),
  published_at timestamptz not null default clock_timestamp(),
  unique (article_id, version)
);
comment on table helpdesk.article_versions is
  'What was published, and never changes. is_current=is.true: what readers see now. Staff read older versions, too.';
comment on column helpdesk.article_versions.content_hash is 'SHA-256 of title, body, locale, audience and section.';
create unique index article_versions_current_idx on helpdesk.article_versions (article_id) where is_current;
create index article_versions_slug_idx on helpdesk.article_versions (slug, locale) where is_current;
create index article_versions_published_by_idx on helpdesk.article_versions (published_by);

-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.articles
  alter column article_id set statistics 0,
  alter column slug set statistics 0,
  alter column locale set statistics 0,
  alter column title set statistics 0,
  alter column body set statistics 0,
  alter column audience set statistics 0,
  alter column section set statistics 0,
  alter column external_id set statistics 0,
  alter column status set statistics 0,
  alter column version set statistics 0,
  alter column current_version_id set statistics 0,
  alter column revision set statistics 0,
  alter column created_by set statistics 0,
  alter column created_at set statistics 0,
  alter column updated_at set statistics 0,
  alter column published_at set statistics 0;
alter table helpdesk.article_versions
  alter column version_id set statistics 0,
  alter column article_id set statistics 0,
  alter column version set statistics 0,
  alter column slug set statistics 0,
  alter column locale set statistics 0,
  alter column title set statistics 0,
  alter column body set statistics 0,
  alter column audience set statistics 0,
  alter column section set statistics 0,
  alter column content_hash set statistics 0,
  alter column is_current set statistics 0,
  alter column published_by set statistics 0,
  alter column published_at set statistics 0;

create table helpdesk_private.knowledge_state (
  singleton boolean primary key default true check (singleton),
  revision bigint not null default 0
);
comment on table helpdesk_private.knowledge_state is
  'Counts the publications and withdrawals: an answer that was made from other articles is not the same answer.';
revoke all on table helpdesk_private.knowledge_state from public, anon, authenticated, service_role;
alter table helpdesk_private.knowledge_state enable row level security;
insert into helpdesk_private.knowledge_state default values;

revoke all on table helpdesk.articles, helpdesk.article_versions from public, anon, authenticated, service_role;
grant
  select,
  insert (article_id, slug, locale, title, body, audience, section, external_id),
  update (slug, title, body, audience, section, external_id)
on table helpdesk.articles to authenticated, service_role;
grant select on table helpdesk.article_versions to authenticated, service_role;

insert into helpdesk_private.concepts (version, concept) values ('20261122002300', 'knowledge');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('article_not_found', 404, 'There is no such article, or it is not yours to see.', 'List the articles.'),
  ('slug_taken', 409, 'Another article has this slug and locale.', 'Choose another slug, or edit that article.'),
  ('stale_article', 409, 'The article has changed since you read it.',
   'Read the article again, then repeat the change if it still makes sense.');


-- Who writes ----------------------------------------------------------------------------------------------------------

create function helpdesk_private.writes_articles()
returns boolean
language sql
stable
-- Definer: policies call it for people who need not see the settings.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.is_service() or (
    helpdesk_private.me_if_staff() is not null
    and (s.article_writers = 'staff' or helpdesk_private.my_role() = 'admin')
  )
  from helpdesk.settings as s;
$$;
comment on function helpdesk_private.writes_articles is 'Whether the caller drafts and edits articles.';
revoke all on function helpdesk_private.writes_articles from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.writes_articles to authenticated, service_role;

create function helpdesk_private.require_publisher()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('agent', 'admin');
begin
  if not helpdesk_private.is_service() and helpdesk_private.my_role() <> 'admin'
    and (select s.article_publishers from helpdesk.settings as s) <> 'staff' then
    perform helpdesk_private.fail(
      'forbidden', 'Only admins publish and archive articles here.',
      'An admin can publish it, or set article_publishers to staff in the settings.'
    );
  end if;
  return v_me;
end;
$$;
comment on function helpdesk_private.require_publisher is
  'The person, if they publish and archive articles; null for the system; otherwise an error.';
revoke all on function helpdesk_private.require_publisher from public, anon, authenticated, service_role;

create function helpdesk_private.guard_article()
returns trigger
language plpgsql
-- Definer: looks for a slug among all articles, for whoever writes.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    new.status := 'draft';
    new.version := 0;
    new.current_version_id := null;
    new.published_at := null;
    new.revision := 1;
    new.created_by := case when not helpdesk_private.is_service() then helpdesk_private.require_person() end;
    new.created_at := clock_timestamp();
  elsif new is not distinct from old then
    return new;
  else
    new.revision := old.revision + 1;
  end if;
  new.updated_at := clock_timestamp();
  new.title := helpdesk_private.clean_name(new.title);
  new.section := helpdesk_private.clean_name(new.section);
  -- The policies refuse who does not write articles, later: until then they learn nothing of slugs that others use.
  if not helpdesk_private.writes_articles() then
    return new;
  end if;
  perform helpdesk_private.await_key('article', new.slug, new.locale);
  perform helpdesk_private.await_key('article', new.external_id);
  if exists (
    select from helpdesk.articles as a
    where a.slug = new.slug and a.locale = new.locale and a.article_id <> new.article_id
  ) then
    perform helpdesk_private.fail('slug_taken');
  elsif exists (
    select from helpdesk.articles as a where a.external_id = new.external_id and a.article_id <> new.article_id
  ) then
    perform helpdesk_private.fail('external_id_taken', 'Another article has this external id.');
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_article from public, anon, authenticated, service_role;
create trigger guard_article before insert or update on helpdesk.articles
  for each row execute function helpdesk_private.guard_article();

create function helpdesk_private.guard_article_version()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if (to_jsonb(new) - 'is_current') is distinct from (to_jsonb(old) - 'is_current') then
    perform helpdesk_private.fail('forbidden', 'A published version never changes.');
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_article_version from public, anon, authenticated, service_role;
create trigger guard_article_version before update on helpdesk.article_versions
  for each row execute function helpdesk_private.guard_article_version();

create trigger log_article after insert on helpdesk.articles
  for each row execute function helpdesk_private.log_administration('article.created', 'article_id');
create trigger log_article_update after update on helpdesk.articles
  for each row when (
    (new.title, new.body, new.audience, new.section, new.slug)
    is distinct from (old.title, old.body, old.audience, old.section, old.slug)
  )
  execute function helpdesk_private.log_administration('article.updated', 'article_id');
create trigger log_article_publication after update on helpdesk.articles
  for each row when (new.version > old.version or (new.status = 'published' and old.status <> 'published'))
  execute function helpdesk_private.log_administration('article.published', 'article_id');
create trigger log_article_archiving after update on helpdesk.articles
  for each row when (new.status = 'archived' and old.status <> 'archived')
  execute function helpdesk_private.log_administration('article.archived', 'article_id');

alter table helpdesk.articles enable row level security;
alter table helpdesk.article_versions enable row level security;

create policy "only active people" on helpdesk.articles
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see all articles" on helpdesk.articles
  for select to authenticated using ((select helpdesk_private.me_if_staff()) is not null);
create policy "writers draft articles" on helpdesk.articles
  for insert to authenticated with check ((select helpdesk_private.writes_articles()));
create policy "writers edit articles" on helpdesk.articles
  for update to authenticated using ((select helpdesk_private.writes_articles()));

create policy "only active people" on helpdesk.article_versions
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "customers see what is published for them, staff all versions" on helpdesk.article_versions
  for select to authenticated
  using (
    (select helpdesk_private.me_if_staff()) is not null
    or (is_current and audience = 'public' and (select helpdesk_private.my_role()) = 'customer')
  );
