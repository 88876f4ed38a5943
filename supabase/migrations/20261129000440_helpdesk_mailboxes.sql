-- E-mail in over IMAP: how far each folder of a mailbox was read. Neither "unread" nor a date is a memory: somebody
-- opens the mailbox, or the program is down for a day, and mails are lost.

create table helpdesk_private.mailbox_folders (
  mailbox text not null,
  folder text not null,
  uidvalidity bigint not null,
  last_uid bigint not null default 0,
  read_since date,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (mailbox, folder)
);
comment on table helpdesk_private.mailbox_folders is
  'The last UID that was read of each folder. Another UIDVALIDITY: the server has numbered anew, and all is listed '
  'again.';
comment on column helpdesk_private.mailbox_folders.read_since is
  'Mails of before this day were left alone when the folder was first read; null: all were read.';

create table helpdesk_private.mailbox_failures (
  mailbox text not null,
  folder text not null,
  uidvalidity bigint not null,
  uid bigint not null,
  problem text not null,
  attempts integer not null default 1,
  next_at timestamptz not null,
  primary key (mailbox, folder, uidvalidity, uid)
);
comment on table helpdesk_private.mailbox_failures is
  'Mails that could not be received. They are tried again, and never keep the next ones from being read.';

create table helpdesk_private.mailbox_checks (
  mailbox text not null,
  folder text not null,
  checked_at timestamptz not null default clock_timestamp(),
  problem text,
  primary key (mailbox, folder)
);
comment on table helpdesk_private.mailbox_checks is
  'When each folder was last looked at, and why it could not be read; null: it was read.';

revoke all on table helpdesk_private.mailbox_checks from public, anon, authenticated, service_role;
alter table helpdesk_private.mailbox_checks enable row level security;
revoke all on table helpdesk_private.mailbox_folders from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.mailbox_failures from public, anon, authenticated, service_role;
alter table helpdesk_private.mailbox_folders enable row level security;
alter table helpdesk_private.mailbox_failures enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261129000440', 'mailboxes');

create function helpdesk_private.mailbox_position(p_mailbox text, p_folder text)
returns jsonb
language plpgsql
stable
-- Definer: the tables are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.text_within('mailbox', coalesce(p_mailbox, ''), 1, 500);
  perform helpdesk_private.text_within('folder', coalesce(p_folder, ''), 1, 500);
  return (
    select jsonb_build_object(
      'uidvalidity', f.uidvalidity, 'last_uid', f.last_uid, 'read_since', f.read_since, 'updated_at', f.updated_at,
      'failed', (
        select coalesce(jsonb_agg(x.uid order by x.uid), '[]') from helpdesk_private.mailbox_failures as x
        where x.mailbox = f.mailbox and x.folder = f.folder and x.uidvalidity = f.uidvalidity
          and x.next_at <= clock_timestamp()
      )
    )
    from helpdesk_private.mailbox_folders as f where f.mailbox = p_mailbox and f.folder = p_folder
  );
end;
$$;
revoke all on function helpdesk_private.mailbox_position from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.mailbox_position to service_role;

create function helpdesk.mailbox_position(mailbox text, folder text)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.mailbox_position(mailbox_position.mailbox, mailbox_position.folder);
$$;
comment on function helpdesk.mailbox_position is
  'For programs with the secret key that read a mailbox: uidvalidity and last_uid of a folder, and failed: the UIDs '
  'that are to be tried again now. Null for a folder that was never read.';
revoke all on function helpdesk.mailbox_position from public, anon, authenticated, service_role;
grant execute on function helpdesk.mailbox_position to service_role;

create function helpdesk_private.advance_mailbox(
  p_mailbox text, p_folder text, p_uidvalidity bigint, p_uid bigint, p_problem text, p_read_since date
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.text_within('mailbox', coalesce(p_mailbox, ''), 1, 500);
  perform helpdesk_private.text_within('folder', coalesce(p_folder, ''), 1, 500);
  if p_uidvalidity is null or p_uid is null or p_uidvalidity < 0 or p_uid < 0 then
    perform helpdesk_private.fail('invalid_value', 'uidvalidity and uid must be numbers from 0');
  end if;
  insert into helpdesk_private.mailbox_folders as f (mailbox, folder, uidvalidity, last_uid, read_since)
  values (p_mailbox, p_folder, p_uidvalidity, p_uid, p_read_since)
  on conflict (mailbox, folder) do update
  set last_uid = case
        when f.uidvalidity = excluded.uidvalidity then greatest(f.last_uid, excluded.last_uid) else excluded.last_uid
      end,
      uidvalidity = excluded.uidvalidity, updated_at = clock_timestamp();
  delete from helpdesk_private.mailbox_failures as x
  where x.mailbox = p_mailbox and x.folder = p_folder
    and (x.uidvalidity <> p_uidvalidity or (x.uid = p_uid and p_problem is null));
  if p_problem is not null then
    insert into helpdesk_private.mailbox_failures as x (mailbox, folder, uidvalidity, uid, problem, next_at)
    values (
      p_mailbox, p_folder, p_uidvalidity, p_uid, left(helpdesk_private.one_line(p_problem), 500),
      clock_timestamp() + interval '1 minute'
    )
    on conflict (mailbox, folder, uidvalidity, uid) do update
    set problem = excluded.problem, attempts = x.attempts + 1,
        next_at = clock_timestamp() + least(interval '6 hours', interval '1 minute' * 2 ^ least(x.attempts, 10));
  end if;
end;
$$;
revoke all on function helpdesk_private.advance_mailbox from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.advance_mailbox to service_role;

create function helpdesk.advance_mailbox(
  mailbox text, folder text, uidvalidity bigint, uid bigint, problem text default null, read_since date default null
)
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.advance_mailbox(
    advance_mailbox.mailbox, advance_mailbox.folder, advance_mailbox.uidvalidity, advance_mailbox.uid,
    advance_mailbox.problem, advance_mailbox.read_since
  );
$$;
comment on function helpdesk.advance_mailbox is
  'For programs with the secret key that read a mailbox: the mail with this UID was received, or could not be '
  '(problem); a failed one is tried again later. read_since: the first time, when older mails are left alone.';
revoke all on function helpdesk.advance_mailbox from public, anon, authenticated, service_role;
grant execute on function helpdesk.advance_mailbox to service_role;

create function helpdesk_private.report_mailbox(p_mailbox text, p_folder text, p_problem text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.text_within('mailbox', coalesce(p_mailbox, ''), 1, 500);
  perform helpdesk_private.text_within('folder', coalesce(p_folder, ''), 1, 500);
  insert into helpdesk_private.mailbox_checks as c (mailbox, folder, problem)
  values (p_mailbox, p_folder, nullif(left(helpdesk_private.one_line(p_problem), 500), ''))
  on conflict (mailbox, folder) do update set checked_at = clock_timestamp(), problem = excluded.problem;
end;
$$;
revoke all on function helpdesk_private.report_mailbox from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.report_mailbox to service_role;

create function helpdesk.report_mailbox(mailbox text, folder text, problem text default null)
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.report_mailbox(report_mailbox.mailbox, report_mailbox.folder, report_mailbox.problem);
$$;
comment on function helpdesk.report_mailbox is
  'For programs with the secret key that read a mailbox: its folder was read now, or could not be (problem). '
  'email_health() says so.';
revoke all on function helpdesk.report_mailbox from public, anon, authenticated, service_role;
grant execute on function helpdesk.report_mailbox to service_role;

create function helpdesk_private.mailbox_health()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'mailbox', c.mailbox, 'folder', c.folder, 'checked_at', c.checked_at, 'problem', c.problem,
    'failed', (
      select count(*) from helpdesk_private.mailbox_failures as x where x.mailbox = c.mailbox and x.folder = c.folder
    ),
    'last_failure', (
      select x.problem from helpdesk_private.mailbox_failures as x
      where x.mailbox = c.mailbox and x.folder = c.folder order by x.next_at desc limit 1
    )
  ) order by c.mailbox, c.folder), '[]')
  from helpdesk_private.mailbox_checks as c
  where c.checked_at > clock_timestamp() - interval '7 days';
$$;
comment on function helpdesk_private.mailbox_health is
  'The folders that were looked at in the last seven days: why one could not be read, and how many of its mails could '
  'not be received.';
revoke all on function helpdesk_private.mailbox_health from public, anon, authenticated, service_role;
