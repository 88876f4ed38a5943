-- Deployments: which environment of which project this database is, and how far each `helpdesk deploy` came.
--
-- Only the owner of the schemas reads and writes these tables: `helpdesk deploy` connects as that role. Without
-- `helpdesk deploy` they stay empty.

insert into helpdesk_private.concepts (version, concept) values ('20261122002610', 'deployments');

create table helpdesk_private.installation (
  is_only_row boolean primary key default true check (is_only_row),
  project_id uuid not null,
  environment text not null check (environment ~ '^[a-z][a-z0-9-]{0,31}$'),
  marked_at timestamptz not null default now()
);
comment on table helpdesk_private.installation is
  'The directory that deploys to this database (the id in its helpdesk.toml), and under which environment. '
  '`helpdesk deploy` refuses another one.';
revoke all on table helpdesk_private.installation from public, anon, authenticated, service_role;
alter table helpdesk_private.installation enable row level security;

create table helpdesk_private.deployments (
  deployment_id uuid primary key,
  kind text not null check (kind in ('deploy', 'rollback')),
  release text not null,
  -- Of the files that are deployed: a run that goes on after an interruption has the same.
  checksum text not null,
  commit_id text,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  steps jsonb not null default '{}',
  functions bytea,
  function_versions jsonb not null default '{}',
  catalog jsonb,
  check ((finished_at is null) or (catalog is not null))
);
comment on table helpdesk_private.deployments is
  'Each run of `helpdesk deploy` and `helpdesk rollback`. functions: an archive of the edge functions as deployed, for '
  'a rollback; catalog: a checksum of each object in our schemas at the end, by which changes by hand are found.';
revoke all on table helpdesk_private.deployments from public, anon, authenticated, service_role;
alter table helpdesk_private.deployments enable row level security;

create index deployments_started_idx on helpdesk_private.deployments (started_at);
