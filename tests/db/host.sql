-- A project of somebody else's, in production: what a helpdesk that moves in must not touch.
do $$ begin
  if not exists (select from pg_roles where rolname = 'host_reporter') then
    create role host_reporter nologin;
  end if;
end $$;
create type public.mood as enum ('calm', 'angry');
create table public.users (id uuid primary key references auth.users (id) on delete cascade, handle text not null, mood public.mood);
create table public.tickets (
  id bigint generated always as identity primary key,
  holder uuid not null references public.users (id),
  seat text not null unique,
  price numeric(10, 2) not null default 12.50 check (price >= 0),
  sold_at timestamptz not null default now()
);
comment on table public.tickets is 'Tickets for a concert.';
create index tickets_holder_idx on public.tickets (holder);
create view public.sales with (security_invoker = true) as select seat, price from public.tickets;
create materialized view public.totals as select sum(price) as total from public.tickets;

create function public.me() returns uuid language sql stable as $$ select auth.uid() $$;
create function public.is_active() returns boolean language sql stable as $$ select true $$;
create procedure public.sell(seat text) language plpgsql as $$ begin null; end $$;
create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.users (id, handle) values (new.id, coalesce(split_part(new.email, '@', 1), 'somebody'));
  return new;
end $$;
create trigger on_auth_user_created after insert on auth.users for each row execute function public.handle_new_user();
create function public.handle_update() returns trigger language plpgsql as $$ begin new.updated_at := now(); return new; end $$;
create trigger a_touch before update on auth.users for each row execute function public.handle_update();

alter table public.users enable row level security;
alter table public.tickets enable row level security;
alter table public.tickets force row level security;
create policy "own row" on public.users for select to authenticated using (id = (select auth.uid()));
create policy "own tickets" on public.tickets to authenticated using (holder = public.me()) with check (holder = public.me());
grant select on public.users to host_reporter;
grant select (seat), update (seat) on public.tickets to host_reporter;
revoke execute on function public.me() from public;

-- Files of the host's own in the Storage that everybody shares.
insert into storage.buckets (id, name, public) values ('posters', 'posters', true);
insert into storage.objects (bucket_id, name, metadata) values ('posters', 'tickets/1.png', '{"size": 1}');
create policy "everybody sees posters" on storage.objects for select to public using (bucket_id = 'posters');
create policy "fans bring posters" on storage.objects for insert to authenticated with check (bucket_id = 'posters');
create policy "everybody sees the buckets" on storage.buckets for select to public using (true);

-- Rooms of the host's own on the channels that everybody shares.
create policy "everybody hears the rooms" on realtime.messages for select to authenticated, anon using (realtime.topic() like 'room:%');
create policy "people speak in the rooms" on realtime.messages for insert to authenticated with check (realtime.topic() like 'room:%');

alter default privileges grant select on tables to host_reporter;
alter default privileges in schema public grant execute on functions to host_reporter;
create publication host_changes for table public.tickets, public.users;
create schema app;
create sequence app.invoices start 1000;
create function public.note_ddl() returns event_trigger language plpgsql security definer as $$ begin perform tg_tag; end $$;
create event trigger host_audit on ddl_command_end execute function public.note_ddl();

insert into auth.users (id, email, email_confirmed_at) values
  ('11111111-1111-4111-8111-111111111111', 'fan@example.com', now()),
  ('22222222-2222-4222-8222-222222222222', 'band@example.com', null);
insert into public.tickets (holder, seat) values ('11111111-1111-4111-8111-111111111111', 'A1');
