-- Custom fields: their definitions, the options of those with a choice, and the teams that use them. The values on
-- tickets are the next migration's.
--
-- A field is known by its key, which never changes: the key is the name in tickets.custom_fields, in filters and in
-- events. Its type never changes either. Everything else does: labels, help, whom it is for, its options. Nothing is
-- deleted: a retired field, or a retired option, takes no new values, and old values stay readable.
--
-- Requesters read the definitions of the fields that they may see, staff all, admins change them.

create table helpdesk.field_definitions (
  key text primary key check (key ~ '^[a-z][a-z0-9_]{0,39}$'),
  type text not null check (
    helpdesk_private.text_among(
      'type', type, 'text', 'long_text', 'integer', 'decimal', 'boolean', 'date', 'select', 'multi_select'
    )
  ),
  label text not null check (helpdesk_private.name_within('label', label, 1, 100)),
  customer_label text check (helpdesk_private.name_within('customer_label', customer_label, 1, 100)),
  help_text text not null default '' check (helpdesk_private.text_within('help_text', help_text, 0, 1000)),
  audience text not null default 'customer_visible' check (
    helpdesk_private.text_among('audience', audience, 'customer_visible', 'customer_editable', 'staff_only')
  ),
  required_for text not null default 'none'
    check (helpdesk_private.text_among('required_for', required_for, 'none', 'create', 'resolve')),
  for_all_teams boolean not null default true,
  position integer not null check (helpdesk_private.number_within('position', position, 0, 1000000)),
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.field_definitions is
  'Custom fields of tickets. Admins create them with create_field(), PATCH changes them. A field is retired, never '
  'deleted.';
comment on column helpdesk.field_definitions.key is 'The name in custom_fields. It never changes.';
comment on column helpdesk.field_definitions.label is
  'The name that people see. Requesters can read it too, if the field is not staff_only.';
comment on column helpdesk.field_definitions.customer_label is 'The name for requesters; null: the same as label.';
comment on column helpdesk.field_definitions.audience is
  'customer_editable: the requester sets it too. customer_visible: staff set it, the requester reads it. staff_only: '
  'only those who work the ticket. A field never becomes staff_only, and never stops being it.';
comment on column helpdesk.field_definitions.required_for is
  'create: a ticket cannot be opened without a value; from a requester, only a field that they may set is demanded. '
  'resolve: staff cannot resolve the ticket without a value.';
comment on column helpdesk.field_definitions.for_all_teams is
  'False: only for tickets of the teams in field_teams. See set_field_teams().';
comment on column helpdesk.field_definitions.retired_at is
  'Since when the field takes no new values. PATCH with "now" retires it, with null restores it.';

create table helpdesk.field_options (
  field_key text not null references helpdesk.field_definitions (key) check (char_length(field_key) <= 40),
  value text not null check (helpdesk_private.name_within('value', value, 1, 100)),
  label text not null check (helpdesk_private.name_within('label', label, 1, 100)),
  position integer not null check (helpdesk_private.number_within('position', position, 0, 1000000)),
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (field_key, value)
);
comment on table helpdesk.field_options is
  'The options of fields of the types select and multi_select. Admins add them with POST and change them with PATCH. '
  'An option''s value never changes.';
comment on column helpdesk.field_options.retired_at is
  'Since when the option cannot be chosen. PATCH with "now" retires it, with null restores it.';

create table helpdesk.field_teams (
  field_key text not null references helpdesk.field_definitions (key),
  team_id uuid not null references helpdesk.teams (team_id) on delete cascade,
  primary key (field_key, team_id)
);
comment on table helpdesk.field_teams is 'The teams of the fields that are not for all teams. See set_field_teams().';
create index field_teams_team_idx on helpdesk.field_teams (team_id);

-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.field_definitions
  alter column key set statistics 0,
  alter column type set statistics 0,
  alter column label set statistics 0,
  alter column customer_label set statistics 0,
  alter column help_text set statistics 0,
  alter column audience set statistics 0,
  alter column required_for set statistics 0,
  alter column for_all_teams set statistics 0,
  alter column position set statistics 0,
  alter column retired_at set statistics 0,
  alter column created_at set statistics 0,
  alter column updated_at set statistics 0;
alter table helpdesk.field_options
  alter column field_key set statistics 0,
  alter column value set statistics 0,
  alter column label set statistics 0,
  alter column position set statistics 0,
  alter column retired_at set statistics 0,
  alter column created_at set statistics 0;
alter table helpdesk.field_teams
  alter column field_key set statistics 0,
  alter column team_id set statistics 0;

revoke all on table helpdesk.field_definitions from public, anon, authenticated, service_role;
revoke all on table helpdesk.field_options from public, anon, authenticated, service_role;
revoke all on table helpdesk.field_teams from public, anon, authenticated, service_role;
grant select, update (label, customer_label, help_text, audience, required_for, position, retired_at)
on table helpdesk.field_definitions to authenticated, service_role;
grant
  select,
  insert (field_key, value, label, position, retired_at),
  update (label, position, retired_at)
on table helpdesk.field_options to authenticated, service_role;
grant select on table helpdesk.field_teams to authenticated, service_role;

insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('field_not_found', 404, 'There is no such custom field.', 'An admin defines it: helpdesk fields create.'),
  ('field_exists', 409, 'There is a field with this key already.', 'Choose another key, or change that field.'),
  ('field_retired', 409, 'The custom field is retired.', 'Leave it out. An admin can restore it.'),
  ('field_required', 422, 'A required custom field has no value.', 'Give each field that the message names a value.'),
  ('option_exists', 409, 'The field has this option already.', 'Change the option, or restore it if it is retired.');


-- Guards --------------------------------------------------------------------------------------------------------------

create function helpdesk_private.guard_field()
returns trigger
language plpgsql
-- Definer: counts all fields.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  if tg_op = 'INSERT' then
    if new.key is null or new.key !~ '^[a-z][a-z0-9_]{0,39}$' then
      perform helpdesk_private.fail(
        'invalid_value', 'key must be 1 to 40 small letters (a to z), digits and underscores, beginning with a letter'
      );
    elsif (select count(*) from helpdesk.field_definitions as d where d.retired_at is null) >= 200 then
      perform helpdesk_private.fail('too_many', 'fields: at most 200.', 'Retire fields that nobody uses.');
    end if;
    new.position := coalesce(
      new.position, (select coalesce(max(d.position), 0) + 10 from helpdesk.field_definitions as d)
    );
  elsif (new.key, new.type, new.created_at) is distinct from (old.key, old.type, old.created_at) then
    perform helpdesk_private.fail('forbidden', 'key, type and created_at never change.', 'Create a new field.');
  elsif (new.audience = 'staff_only') <> (old.audience = 'staff_only') then
    -- The values of a field for staff are in a table that requesters cannot read.
    perform helpdesk_private.fail(
      'invalid_value', 'audience: a field never becomes staff_only, and never stops being it.', 'Create a new field.'
    );
  end if;
  new.label := helpdesk_private.clean_name(new.label);
  new.customer_label := helpdesk_private.clean_name(new.customer_label);
  if new.retired_at is not null then
    -- Of an insert, old is null.
    new.retired_at := coalesce(old.retired_at, clock_timestamp());
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_field from public, anon, authenticated, service_role;
create trigger guard_field before insert or update on helpdesk.field_definitions
  for each row execute function helpdesk_private.guard_field();
create trigger touch_updated_at before update on helpdesk.field_definitions
  for each row execute function helpdesk_private.touch_updated_at();

create function helpdesk_private.guard_field_option()
returns trigger
language plpgsql
-- Definer: locks the field.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_field helpdesk.field_definitions;
begin
  if not helpdesk_private.is_service() and (helpdesk_private.my_role() <> 'admin' or not helpdesk_private.is_active())
    is not false then
    -- Nobody else is told whether there is such a field: the policy refuses them.
    return new;
  end if;
  if tg_op = 'UPDATE' then
    if (new.field_key, new.value, new.created_at) is distinct from (old.field_key, old.value, old.created_at) then
      perform helpdesk_private.fail(
        'forbidden', 'field_key, value and created_at never change.', 'Retire the option and add another one.'
      );
    end if;
  else
    -- The lock: of two options added at the same time, the second sees the first.
    select * into v_field from helpdesk.field_definitions as d where d.key = new.field_key for update;
    new.value := helpdesk_private.clean_name(new.value);
    new.label := coalesce(new.label, new.value);
    if not found then
      perform helpdesk_private.fail('field_not_found');
    elsif v_field.type not in ('select', 'multi_select') then
      perform helpdesk_private.fail(
        'invalid_value', format('options: the field %s of type %s has none', v_field.key, v_field.type)
      );
    elsif new.value is null then
      perform helpdesk_private.fail('invalid_value', 'value is missing');
    elsif exists (
      select from helpdesk.field_options as o where o.field_key = new.field_key and o.value = new.value
    ) then
      perform helpdesk_private.fail('option_exists');
    elsif (select count(*) from helpdesk.field_options as o where o.field_key = new.field_key) >= 500 then
      perform helpdesk_private.fail('too_many', 'options: a field has at most 500.');
    end if;
    new.position := coalesce(
      new.position,
      (select coalesce(max(o.position), 0) + 10 from helpdesk.field_options as o where o.field_key = new.field_key)
    );
    new.created_at := clock_timestamp();
  end if;
  new.label := helpdesk_private.clean_name(new.label);
  if new.retired_at is not null then
    -- Of an insert, old is null.
    new.retired_at := coalesce(old.retired_at, clock_timestamp());
  end if;
  return new;
end;
$$;
revoke all on function helpdesk_private.guard_field_option from public, anon, authenticated, service_role;
create trigger guard_field_option before insert or update on helpdesk.field_options
  for each row execute function helpdesk_private.guard_field_option();

create trigger log_field after insert on helpdesk.field_definitions
  for each row execute function
  helpdesk_private.log_administration('field.created', 'key, label');
create trigger log_field_update after update on helpdesk.field_definitions
  for each row execute function helpdesk_private.log_administration(
    'field.updated', 'key',
    'label, customer_label, help_text, audience, required_for, for_all_teams, position, retired_at'
  );
create trigger log_field_option after insert on helpdesk.field_options
  for each row execute function
  helpdesk_private.log_administration('field.option_added', 'field_key, value, label');
create trigger log_field_option_update after update on helpdesk.field_options
  for each row execute function
  helpdesk_private.log_administration('field.option_updated', 'field_key, value', 'label, position, retired_at');
create trigger log_field_team after insert on helpdesk.field_teams
  for each row execute function helpdesk_private.log_administration('field.team_added', 'field_key, team_id');
create trigger log_field_team_removal after delete on helpdesk.field_teams
  for each row execute function helpdesk_private.log_administration('field.team_removed', 'field_key, team_id');


-- Row-level security --------------------------------------------------------------------------------------------------

alter table helpdesk.field_definitions enable row level security;
alter table helpdesk.field_options enable row level security;
alter table helpdesk.field_teams enable row level security;

create policy "only active people" on helpdesk.field_definitions
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see all fields, others those of requesters" on helpdesk.field_definitions
  for select to authenticated
  using (audience <> 'staff_only' or (select helpdesk_private.me_if_staff()) is not null);
create policy "admins change fields" on helpdesk.field_definitions
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');

create policy "only active people" on helpdesk.field_options
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "whoever sees the field sees its options" on helpdesk.field_options
  for select to authenticated
  using ((select d.key from helpdesk.field_definitions as d where d.key = field_options.field_key) is not null);
create policy "admins add options" on helpdesk.field_options
  for insert to authenticated with check ((select helpdesk_private.my_role()) = 'admin');
create policy "admins change options" on helpdesk.field_options
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');

create policy "only active people" on helpdesk.field_teams
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "whoever sees the field and the team sees that they belong together" on helpdesk.field_teams
  for select to authenticated
  using (
    (select d.key from helpdesk.field_definitions as d where d.key = field_teams.field_key) is not null
    and (select t.team_id from helpdesk.teams as t where t.team_id = field_teams.team_id) is not null
  );

insert into helpdesk_private.concepts (version, concept) values ('20261122001800', 'fields');
