-- Settings: one row with the choices of this helpdesk. Everybody active reads it, admins change it.

create table helpdesk_private.file_types (
  content_type text primary key,
  -- The first one is added to names that have none of them.
  extensions text[] not null,
  -- Programs show these and run nothing in them: they may be accepted without a check of their bytes.
  is_passive boolean not null default false
);
comment on table helpdesk_private.file_types is
  'The content types that the check of attachments can recognise. settings.attachment_types chooses among them.';
revoke all on table helpdesk_private.file_types from public, anon, authenticated, service_role;
alter table helpdesk_private.file_types enable row level security;

insert into helpdesk_private.file_types (content_type, extensions, is_passive) values
  ('image/png', '{png}', true),
  ('image/jpeg', '{jpg,jpeg}', true),
  ('image/gif', '{gif}', true),
  ('image/webp', '{webp}', true),
  ('image/heic', '{heic}', false),
  ('image/tiff', '{tif,tiff}', false),
  ('application/pdf', '{pdf}', true),
  ('text/plain', '{txt,log,text}', true),
  ('text/csv', '{csv}', true),
  ('text/markdown', '{md,markdown}', false),
  ('application/json', '{json}', false),
  ('application/zip', '{zip}', false),
  ('application/gzip', '{gz,tgz}', false),
  ('application/vnd.openxmlformats-officedocument.wordprocessingml.document', '{docx}', false),
  ('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', '{xlsx}', false),
  ('application/vnd.openxmlformats-officedocument.presentationml.presentation', '{pptx}', false),
  ('application/vnd.oasis.opendocument.text', '{odt}', false),
  ('application/vnd.oasis.opendocument.spreadsheet', '{ods}', false),
  ('application/vnd.oasis.opendocument.presentation', '{odp}', false),
  ('video/mp4', '{mp4,m4v}', false),
  ('video/quicktime', '{mov}', false),
  ('video/webm', '{webm}', false),
  ('audio/mpeg', '{mp3}', false);

create table helpdesk.settings (
  singleton boolean primary key default true check (singleton),
  attachment_types text[] not null default array[
    'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/heic', 'application/pdf', 'text/plain', 'text/csv',
    'text/markdown', 'application/json', 'application/zip',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    'application/vnd.oasis.opendocument.text', 'application/vnd.oasis.opendocument.spreadsheet', 'video/mp4',
    'video/quicktime', 'video/webm'
  ] check (cardinality(attachment_types) <= 100),
  attachment_max_bytes bigint not null default 26214400
    check (helpdesk_private.number_within('attachment_max_bytes', attachment_max_bytes, 1, 1073741824)),
  attachment_max_per_message integer not null default 10
    check (helpdesk_private.number_within('attachment_max_per_message', attachment_max_per_message, 0, 100)),
  attachment_max_per_ticket integer not null default 200
    check (helpdesk_private.number_within('attachment_max_per_ticket', attachment_max_per_ticket, 0, 10000)),
  attachment_max_bytes_per_ticket bigint not null default 1073741824
    check (
      helpdesk_private.number_within(
        'attachment_max_bytes_per_ticket', attachment_max_bytes_per_ticket, 0, 1099511627776
      )
    ),
  attachment_require_check boolean not null default true,
  article_writers text not null default 'staff'
    check (helpdesk_private.text_among('article_writers', article_writers, 'staff', 'admins')),
  article_publishers text not null default 'admins'
    check (helpdesk_private.text_among('article_publishers', article_publishers, 'staff', 'admins')),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.settings is
  'Settings: one row. Everybody active reads it, admins change it: PATCH settings?singleton=eq.true.';
comment on column helpdesk.settings.attachment_types is 'The content types that files on tickets may have.';
comment on column helpdesk.settings.attachment_max_bytes is 'The greatest size of a file, in bytes.';
comment on column helpdesk.settings.attachment_require_check is
  'Whether a file can be downloaded only after its bytes were checked. When false, files of passive types (images, '
  'PDF, plain text, CSV) can be downloaded at once, whatever is in them, and no other types are accepted.';
comment on column helpdesk.settings.article_writers is 'Who drafts and edits articles: staff or admins.';
comment on column helpdesk.settings.article_publishers is 'Who publishes and archives articles: staff or admins.';
-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.settings
  alter column singleton set statistics 0,
  alter column attachment_types set statistics 0,
  alter column attachment_max_bytes set statistics 0,
  alter column attachment_max_per_message set statistics 0,
  alter column attachment_max_per_ticket set statistics 0,
  alter column attachment_max_bytes_per_ticket set statistics 0,
  alter column attachment_require_check set statistics 0,
  alter column article_writers set statistics 0,
  alter column article_publishers set statistics 0,
  alter column updated_at set statistics 0;

revoke all on table helpdesk.settings from public, anon, authenticated, service_role;
grant
  select,
  update (
    attachment_types, attachment_max_bytes, attachment_max_per_message, attachment_max_per_ticket,
    attachment_max_bytes_per_ticket, attachment_require_check, article_writers, article_publishers
  )
on table helpdesk.settings to authenticated, service_role;

insert into helpdesk.settings default values;

create trigger touch_updated_at before update on helpdesk.settings
  for each row execute function helpdesk_private.touch_updated_at();

create function helpdesk_private.guard_settings()
returns trigger
language plpgsql
-- Definer: the list of types is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known text[];
begin
  select array_agg(f.content_type order by f.content_type) into v_known from helpdesk_private.file_types as f;
  if cardinality(new.attachment_types) > 100 then
    perform helpdesk_private.fail('invalid_value', 'attachment_types must be at most 100 types');
  elsif not new.attachment_types <@ v_known then
    perform helpdesk_private.fail(
      'invalid_value', format('attachment_types must be among %s', array_to_string(v_known, ', '))
    );
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_settings from public, anon, authenticated, service_role;
create trigger guard_settings before update of attachment_types on helpdesk.settings
  for each row execute function helpdesk_private.guard_settings();

create trigger log_settings after update on helpdesk.settings
  for each row execute function
  helpdesk_private.log_administration(
    'settings.changed', '',
    'attachment_types, attachment_max_bytes, attachment_max_per_message, attachment_max_per_ticket, '
    'attachment_max_bytes_per_ticket, attachment_require_check, article_writers, article_publishers'
  );

alter table helpdesk.settings enable row level security;

create policy "only active people" on helpdesk.settings
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "everybody sees the settings" on helpdesk.settings
  for select to authenticated using ((select helpdesk_private.is_active()));
create policy "admins change the settings" on helpdesk.settings
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');

insert into helpdesk_private.concepts (version, concept) values ('20261122001850', 'settings');
