-- Imports: what another helpdesk knew, with its times and authors. The client reads, stages and transforms;
-- import_batch() writes, and is the only function that sets times and authors.
--
-- An imported row is silent: a row whose created_at (or, for an edit, updated_at) lies before its own transaction was
-- written by an import. Nobody else can write such a row, since these columns are granted to nobody and their
-- defaults are never earlier. The triggers that check, log, announce, classify and learn say so in their WHEN clause.
-- An imported ticket has one event, ticket.imported, which is not announced.
--
-- Every object of a source is known by (source, kind, external id). A batch can be repeated: the same content changes
-- nothing, other content updates. What was deleted, here or in the source, stays deleted.

create table helpdesk_private.import_sources (
  source_id integer primary key generated always as identity,
  name text not null unique check (helpdesk_private.name_within('source', name, 1, 100)),
  created_at timestamptz not null default now()
);
comment on table helpdesk_private.import_sources is
  'Where imports come from, e.g. zendesk:acme. External ids are unique within a source.';

create table helpdesk_private.import_runs (
  run_id uuid primary key,
  source_id integer not null references helpdesk_private.import_sources (source_id),
  started_by uuid references helpdesk.users (user_id),
  -- What the run has written, by kind and outcome.
  counts jsonb not null default '{}',
  report jsonb check (helpdesk_private.json_object_within('report', report, 65536)),
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz
);
comment on table helpdesk_private.import_runs is 'One row for each run of an import. A run that was killed goes on.';
create index import_runs_started_idx on helpdesk_private.import_runs (started_at desc, run_id desc);

create table helpdesk_private.imported_objects (
  source_id integer not null references helpdesk_private.import_sources (source_id),
  kind text not null check (kind in ('person', 'team', 'field', 'ticket', 'comment', 'link', 'merge', 'file')),
  external_id text not null check (helpdesk_private.text_within('external_id', external_id, 1, 200)),
  -- The user, team, ticket, message, note, link, merge or file. No foreign key: the row outlives the object, so that a
  -- deleted object is not imported again. Null for a field, which has a key, and for an object that the source had
  -- deleted.
  own_id uuid,
  own_key text,
  is_public boolean,
  -- Empty for a ticket that replies name and that is still to come.
  content_hash text not null check (char_length(content_hash) <= 64),
  is_dead boolean not null default false,
  run_id uuid not null,
  primary key (source_id, kind, external_id)
);
create index imported_relations_idx on helpdesk_private.imported_objects (own_id) where kind in ('link', 'merge');
comment on table helpdesk_private.imported_objects is
  'Each imported object: its id in the source, its id here, and the hash of the content that was imported last. '
  'is_public tells a message from a note.';

revoke all on table helpdesk_private.import_sources from public, anon, authenticated, service_role;
revoke all on sequence helpdesk_private.import_sources_source_id_seq from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.import_runs from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.imported_objects from public, anon, authenticated, service_role;
alter table helpdesk_private.import_sources enable row level security;
alter table helpdesk_private.import_runs enable row level security;
alter table helpdesk_private.imported_objects enable row level security;

create trigger log_import after insert on helpdesk_private.import_runs
  for each row execute function helpdesk_private.log_administration('import.started', 'run_id');
create trigger log_import_end after update on helpdesk_private.import_runs
  for each row when (new.finished_at is not null and old.finished_at is null) execute function
  helpdesk_private.log_administration('import.finished', 'run_id');

insert into helpdesk_private.concepts (version, concept) values ('20261122002550', 'imports');

insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('import_not_found', 404, 'There is no such import.', 'Start it first.'),
  ('import_finished', 409, 'The import is finished.', 'Start another one.');


-- Runs ----------------------------------------------------------------------------------------------------------------

create function helpdesk_private.import_run(p_run helpdesk_private.import_runs)
returns jsonb
language sql
stable
-- Definer: called by definer functions.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select to_jsonb(p_run) - 'source_id'
    || jsonb_build_object('source', (
      select s.name from helpdesk_private.import_sources as s where s.source_id = (p_run).source_id
    ));
$$;
revoke all on function helpdesk_private.import_run from public, anon, authenticated, service_role;

create function helpdesk_private.reserve_numbers(p_last bigint)
returns void
language plpgsql
-- Definer: nobody may use the sequence.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_last bigint := (select case when s.is_called then s.last_value else 0 end from helpdesk.tickets_number_seq as s);
begin
  if p_last > v_last + 1000000 then
    perform helpdesk_private.fail(
      'invalid_value', format('last_number must be at most %s', v_last + 1000000),
      'Leave last_number out: the tickets have new numbers.'
    );
  end if;
  -- One by one: setval() could give back a number that somebody takes at this moment.
  perform nextval('helpdesk.tickets_number_seq') from generate_series(v_last + 1, p_last);
end;
$$;
comment on function helpdesk_private.reserve_numbers is
  'No new ticket gets a number up to this one: an import gives them to its tickets.';
revoke all on function helpdesk_private.reserve_numbers from public, anon, authenticated, service_role;

create function helpdesk_private.start_import(p_run_id uuid, p_source text, p_last_number bigint)
returns jsonb
language plpgsql
-- Definer: the tables are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('admin');
  v_name text := helpdesk_private.clean_name(p_source);
  v_source_id integer;
  v_run helpdesk_private.import_runs;
begin
  if p_run_id is null or v_name is null then
    perform helpdesk_private.fail(
      'invalid_value', case when p_run_id is null then 'run_id' else 'source' end || ' is missing'
    );
  end if;
  perform helpdesk_private.name_within('source', v_name, 1, 100);
  insert into helpdesk_private.import_sources (name) values (v_name) on conflict do nothing;
  select s.source_id into v_source_id from helpdesk_private.import_sources as s where s.name = v_name;
  insert into helpdesk_private.import_runs (run_id, source_id, started_by) values (p_run_id, v_source_id, v_me)
  on conflict do nothing;
  select * into v_run from helpdesk_private.import_runs as r where r.run_id = p_run_id;
  if v_run.source_id <> v_source_id or v_run.started_by is distinct from v_me then
    perform helpdesk_private.fail('id_conflict');
  end if;
  perform helpdesk_private.reserve_numbers(p_last_number);
  return helpdesk_private.import_run(v_run);
end;
$$;
revoke all on function helpdesk_private.start_import from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.start_import to authenticated, service_role;

create function helpdesk.start_import(run_id uuid, source text, last_number bigint default null)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.start_import(start_import.run_id, start_import.source, start_import.last_number);
$$;
comment on function helpdesk.start_import is
  'Admins and the secret key: starts an import from a source, e.g. zendesk:acme, or goes on with it. Repeat it with '
  'the same run_id: there is one run. last_number: the highest number of the tickets, which keep their numbers as far '
  'as these are free; new tickets get higher numbers. At most a million above the newest number here.';
revoke all on function helpdesk.start_import from public, anon, authenticated, service_role;
grant execute on function helpdesk.start_import to authenticated, service_role;

create function helpdesk_private.lock_import(p_run_id uuid)
returns helpdesk_private.import_runs
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk_private.import_runs;
begin
  perform helpdesk_private.require_role('admin');
  select * into v_run from helpdesk_private.import_runs as r where r.run_id = p_run_id;
  if not found then
    perform helpdesk_private.fail('import_not_found');
  end if;
  -- Batches of one source run one after the other: two imports of the same objects do not make them twice.
  perform from helpdesk_private.import_sources as s where s.source_id = v_run.source_id for no key update;
  select * into v_run from helpdesk_private.import_runs as r where r.run_id = p_run_id for no key update;
  return v_run;
end;
$$;
revoke all on function helpdesk_private.lock_import from public, anon, authenticated, service_role;

create function helpdesk_private.finish_import(p_run_id uuid, p_report jsonb)
returns jsonb
language plpgsql
-- Definer: the tables are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk_private.import_runs := helpdesk_private.lock_import(p_run_id);
begin
  if v_run.finished_at is null then
    update helpdesk_private.import_runs as r
    set report = coalesce(p_report, '{}'), finished_at = clock_timestamp()
    where r.run_id = p_run_id
    returning * into v_run;
  end if;
  return helpdesk_private.import_run(v_run);
end;
$$;
revoke all on function helpdesk_private.finish_import from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.finish_import to authenticated, service_role;

create function helpdesk.finish_import(run_id uuid, report jsonb default '{}')
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.finish_import(finish_import.run_id, finish_import.report);
$$;
comment on function helpdesk.finish_import is
  'Admins and the secret key: ends an import and keeps its report, a JSON object of at most 64 kB.';
revoke all on function helpdesk.finish_import from public, anon, authenticated, service_role;
grant execute on function helpdesk.finish_import to authenticated, service_role;

create function helpdesk_private.list_imports(p_limit integer)
returns jsonb
language plpgsql
stable
-- Definer: the tables are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  return coalesce(
    (
      select jsonb_agg(helpdesk_private.import_run(r) order by r.started_at desc, r.run_id desc)
      from (
        select * from helpdesk_private.import_runs as i
        order by i.started_at desc, i.run_id desc limit least(greatest(p_limit, 1), 1000)
      ) as r
    ),
    '[]'
  );
end;
$$;
revoke all on function helpdesk_private.list_imports from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.list_imports to authenticated, service_role;

create function helpdesk.list_imports(max_rows integer default 50)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.list_imports(list_imports.max_rows);
$$;
comment on function helpdesk.list_imports is
  'Admins and the secret key: the newest imports, with what each has written and its report.';
revoke all on function helpdesk.list_imports from public, anon, authenticated, service_role;
grant execute on function helpdesk.list_imports to authenticated, service_role;


-- What is there already -----------------------------------------------------------------------------------------------

create function helpdesk_private.known_imports(p_source text, p_kind text, p_external_ids text[])
returns jsonb
language plpgsql
stable
-- Definer: the tables are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  if cardinality(p_external_ids) > 1000 then
    perform helpdesk_private.fail('too_many', 'external_ids: at most 1000 in one request.');
  end if;
  return coalesce(
    (
      select jsonb_object_agg(o.external_id, jsonb_build_object(
        'hash', o.content_hash, 'is_dead', o.is_dead, 'id', o.own_id, 'key', o.own_key
      ))
      from helpdesk_private.imported_objects as o
      join helpdesk_private.import_sources as s on s.source_id = o.source_id
      where s.name = helpdesk_private.clean_name(p_source) and o.kind = p_kind and o.external_id = any(p_external_ids)
        -- A ticket that replies name, and that did not come.
        and o.content_hash <> ''
    ),
    '{}'
  );
end;
$$;
revoke all on function helpdesk_private.known_imports from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.known_imports to authenticated, service_role;

create function helpdesk.known_imports(source text, kind text, external_ids text[])
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.known_imports(known_imports.source, known_imports.kind, known_imports.external_ids);
$$;
comment on function helpdesk.known_imports is
  'Admins and the secret key: which of these objects of a source were imported before, with the hash of their '
  'content, and their ids here, or the key of a field: {external id: {hash, is_dead, id, key}}. kind: person, team, '
  'field, ticket, comment, link, merge or file.';
revoke all on function helpdesk.known_imports from public, anon, authenticated, service_role;
grant execute on function helpdesk.known_imports to authenticated, service_role;
