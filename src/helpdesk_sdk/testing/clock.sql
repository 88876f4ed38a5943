-- A clock that a test can stop. The helpdesk's functions find now() by its name; defaults of columns and conditions of
-- triggers find it by its id, so they are written again. The stack's own statements (Auth, Storage, Realtime) keep the machine's time.
create schema helpdesk_testing;
grant usage on schema helpdesk_testing to public;
create table helpdesk_testing.clock (frozen_at timestamptz);
insert into helpdesk_testing.clock values (null);
grant select on helpdesk_testing.clock to public;

alter function pg_catalog.now() rename to machine_now;
alter function pg_catalog.clock_timestamp() rename to machine_clock_timestamp;
alter function pg_catalog.statement_timestamp() rename to machine_statement_timestamp;
alter function pg_catalog.transaction_timestamp() rename to machine_transaction_timestamp;

create function helpdesk_testing.frozen_at() returns timestamptz
language sql
stable
as $$
  select c.frozen_at from helpdesk_testing.clock as c
  where pg_catalog.current_setting('role') in ('anon', 'authenticated', 'service_role')
    or pg_catalog.current_setting('search_path') like 'pg_catalog, pg_temp%'
$$;

create function pg_catalog.now() returns timestamptz
language sql
stable
as $$ select coalesce(helpdesk_testing.frozen_at(), pg_catalog.machine_now()) $$;
create function pg_catalog.transaction_timestamp() returns timestamptz
language sql
stable
as $$ select coalesce(helpdesk_testing.frozen_at(), pg_catalog.machine_transaction_timestamp()) $$;
create function pg_catalog.statement_timestamp() returns timestamptz
language sql
stable
as $$ select coalesce(helpdesk_testing.frozen_at(), pg_catalog.machine_statement_timestamp()) $$;
create function pg_catalog.clock_timestamp() returns timestamptz
language sql
volatile
as $$ select coalesce(helpdesk_testing.frozen_at(), pg_catalog.machine_clock_timestamp()) $$;

do $$
declare
  c_machine constant text := '\mmachine_((clock_|statement_|transaction_)?(now|timestamp)\(\))';
  v_default record;
  v_function text;
  v_trigger record;
begin
  for v_default in
    select d.adrelid::regclass as relation, a.attname as name, pg_get_expr(d.adbin, d.adrelid) as expression
    from pg_attrdef as d join pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
    join pg_class as c on c.oid = d.adrelid
    where c.relnamespace in ('helpdesk'::regnamespace, 'helpdesk_private'::regnamespace) and a.attgenerated = ''
      and pg_get_expr(d.adbin, d.adrelid) ~ c_machine
  loop
    execute format(
      'alter table %s alter %I set default %s', v_default.relation, v_default.name,
      regexp_replace(v_default.expression, c_machine, '\1', 'g')
    );
  end loop;
  for v_function in
    select pg_get_functiondef(p.oid) from pg_proc as p
    where p.pronamespace in ('helpdesk'::regnamespace, 'helpdesk_private'::regnamespace)
      and pg_get_function_arguments(p.oid) ~ c_machine
  loop
    execute regexp_replace(v_function, c_machine, '\1', 'g');
  end loop;
  for v_trigger in
    select t.tgname as name, t.tgrelid::regclass as relation, pg_get_triggerdef(t.oid) as definition
    from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
    where c.relnamespace in ('helpdesk'::regnamespace, 'helpdesk_private'::regnamespace)
      and pg_get_triggerdef(t.oid) ~ c_machine
  loop
    execute format('drop trigger %I on %s', v_trigger.name, v_trigger.relation);
    execute regexp_replace(v_trigger.definition, c_machine, '\1', 'g');
  end loop;
end;
$$;
