-- Notifications by mail: what each person of staff receives. What they have not chosen is as the settings say.

create table helpdesk_private.notification_preferences (
  user_id uuid primary key references helpdesk.users (user_id) on delete cascade,
  -- Only what the person has chosen: {"assigned": false}.
  choices jsonb not null default '{}',
  locale text check (helpdesk_private.locale_valid('locale', locale)),
  updated_at timestamptz not null default clock_timestamp()
);
comment on table helpdesk_private.notification_preferences is 'What people of staff have chosen, and their language.';
revoke all on table helpdesk_private.notification_preferences from public, anon, authenticated, service_role;
alter table helpdesk_private.notification_preferences enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261129000510', 'notification_preferences');

create function helpdesk_private.wants_notification(p_user_id uuid, p_kind text)
returns boolean
language plpgsql
stable
-- Definer: the choices are closed to everybody. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (select (p.choices ->> p_kind)::boolean from helpdesk_private.notification_preferences as p
      where p.user_id = p_user_id),
    (select p_kind = any(s.email_notifications) from helpdesk.settings as s)
  );
end;
$$;
comment on function helpdesk_private.wants_notification is
  'Whether this person has the notification switched on: by their own choice, else by the settings.';
revoke all on function helpdesk_private.wants_notification from public, anon, authenticated, service_role;

create function helpdesk_private.locale_of(p_user_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (select p.locale from helpdesk_private.notification_preferences as p where p.user_id = p_user_id),
    (select s.email_locale from helpdesk.settings as s)
  );
end;
$$;
comment on function helpdesk_private.locale_of is 'The language of mails to this person.';
revoke all on function helpdesk_private.locale_of from public, anon, authenticated, service_role;

create function helpdesk_private.reply_line(p_email helpdesk.outbound_emails)
returns text
language sql
stable
-- Definer: the templates are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Parsers know it by the signs around it, in any language.
  select '##- ' || l.words || ' -##'
  from helpdesk.settings as s
  cross join helpdesk_private.email_template(
    'reply_line', coalesce((p_email).locale, helpdesk_private.locale_of((p_email).user_id))
  ) as t
  cross join lateral (
    select left(helpdesk_private.one_line(helpdesk_private.fill_template(t.body, '{}', false)), 150) as words
  ) as l
  where s.email_reply_line and (p_email).kind <> 'test' and l.words <> '';
$$;
comment on function helpdesk_private.reply_line is
  'The line at the top of a mail above which people reply, in their language; null if admins want none.';
revoke all on function helpdesk_private.reply_line from public, anon, authenticated, service_role;

create function helpdesk_private.preferences_of(p_user_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_object_agg(k.kind, helpdesk_private.wants_notification(p_user_id, k.kind)) || jsonb_build_object(
    'locale', helpdesk_private.locale_of(p_user_id),
    'chosen', coalesce(
      (
        select to_jsonb(array(select jsonb_object_keys(p.choices) order by 1)
          || case when p.locale is not null then array['locale'] else '{}' end)
        from helpdesk_private.notification_preferences as p where p.user_id = p_user_id
      ),
      '[]'
    )
  )
  from unnest(helpdesk_private.notification_kinds()) as k (kind);
$$;
revoke all on function helpdesk_private.preferences_of from public, anon, authenticated, service_role;

create function helpdesk_private.require_staff_person()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('agent', 'admin');
begin
  if v_me is null then
    perform helpdesk_private.fail(
      'forbidden', 'Only a person has notifications.', 'Sign in as the person whose notifications they are.'
    );
  end if;
  return v_me;
end;
$$;
comment on function helpdesk_private.require_staff_person is
  'The agent or admin behind the request; otherwise an error.';
revoke all on function helpdesk_private.require_staff_person from public, anon, authenticated, service_role;

create function helpdesk_private.my_notification_preferences()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.preferences_of(helpdesk_private.require_staff_person());
$$;
revoke all on function helpdesk_private.my_notification_preferences from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.my_notification_preferences to authenticated, service_role;

create function helpdesk.notification_preferences()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.my_notification_preferences();
$$;
comment on function helpdesk.notification_preferences is
  'Staff: which notifications you receive by mail, as true or false: assigned, customer_replied, '
  'team_customer_replied, mentioned, bounced; your language (locale); and what of it you have chosen yourself.';
revoke all on function helpdesk.notification_preferences from public, anon, authenticated, service_role;
grant execute on function helpdesk.notification_preferences to authenticated, service_role;

create function helpdesk_private.set_notification_preferences(p_changes jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_staff_person();
  v_key text;
begin
  if coalesce(jsonb_typeof(p_changes), '') <> 'object' or p_changes = '{}' then
    perform helpdesk_private.fail(
      'invalid_value', 'changes must be a JSON object like {"assigned": false}', 'null goes back to the settings.'
    );
  end if;
  for v_key in select jsonb_object_keys(p_changes) loop
    perform helpdesk_private.text_among(
      'changes', v_key, variadic helpdesk_private.notification_kinds() || 'locale'::text
    );
    if jsonb_typeof(p_changes -> v_key) not in ('null', case v_key when 'locale' then 'string' else 'boolean' end) then
      perform helpdesk_private.fail('invalid_value', format(
        '%s must be %s or null', v_key, case v_key when 'locale' then 'a language tag like en' else 'true, false' end
      ));
    end if;
  end loop;
  insert into helpdesk_private.notification_preferences as p (user_id, choices, locale)
  values (v_me, jsonb_strip_nulls(p_changes - 'locale'), p_changes ->> 'locale')
  on conflict (user_id) do update
  set choices = jsonb_strip_nulls(p.choices || (p_changes - 'locale')),
      locale = case when p_changes ? 'locale' then p_changes ->> 'locale' else p.locale end,
      updated_at = clock_timestamp();
  return helpdesk_private.preferences_of(v_me);
end;
$$;
revoke all on function helpdesk_private.set_notification_preferences from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.set_notification_preferences to authenticated, service_role;

create function helpdesk.set_notification_preferences(changes jsonb)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_notification_preferences(set_notification_preferences.changes);
$$;
comment on function helpdesk.set_notification_preferences is
  'Staff: changes which notifications you receive by mail, e.g. {"assigned": false, "locale": "de"}. null goes back to '
  'the settings; what is not named stays. Returns what notification_preferences() returns.';
revoke all on function helpdesk.set_notification_preferences from public, anon, authenticated, service_role;
grant execute on function helpdesk.set_notification_preferences to authenticated, service_role;
