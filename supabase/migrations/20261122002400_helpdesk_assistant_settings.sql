-- The assistant's settings, prompts, switches and budgets. Admins decide; staff read. Nothing here needs a model:
-- without one the assistant proposes passages and past labels.

create function helpdesk_private.decimal_within(p_field text, p_value numeric, p_min numeric, p_max numeric)
returns boolean
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null or p_value between p_min and p_max then
    return true;
  end if;
  perform helpdesk_private.fail('invalid_value', format('%s must be %s to %s', p_field, p_min, p_max));
  return false;
end;
$$;
revoke all on function helpdesk_private.decimal_within from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.decimal_within to authenticated, service_role;

create table helpdesk.ai_settings (
  singleton boolean primary key default true check (singleton),
  is_enabled boolean not null default true,
  chat_model text check (helpdesk_private.text_within('chat_model', chat_model, 1, 200)),
  price_in numeric(12, 6) check (helpdesk_private.decimal_within('price_in', price_in, 0, 100000)),
  price_out numeric(12, 6) check (helpdesk_private.decimal_within('price_out', price_out, 0, 100000)),
  daily_tokens_project bigint default 2000000 check (
    daily_tokens_project is null
    or helpdesk_private.number_within('daily_tokens_project', daily_tokens_project, 0, 1000000000000)
  ),
  daily_tokens_team bigint check (
    daily_tokens_team is null
    or helpdesk_private.number_within('daily_tokens_team', daily_tokens_team, 0, 1000000000000)
  ),
  daily_tokens_person bigint check (
    daily_tokens_person is null
    or helpdesk_private.number_within('daily_tokens_person', daily_tokens_person, 0, 1000000000000)
  ),
  triage_new_tickets boolean not null default false,
  notes_in_context boolean not null default false,
  internal_articles_in_context boolean not null default false,
  tone text not null default '' check (helpdesk_private.text_within('tone', tone, 0, 500)),
  signature text not null default '' check (helpdesk_private.text_within('signature', signature, 0, 500)),
  reply_language text check (helpdesk_private.locale_valid('reply_language', reply_language)),
  similarity_floor real check (helpdesk_private.decimal_within('similarity_floor', similarity_floor::numeric, 0, 1)),
  proposal_hours integer not null default 24
    check (helpdesk_private.number_within('proposal_hours', proposal_hours, 1, 720)),
  capability jsonb not null default '{}' check (helpdesk_private.json_object_within('capability', capability, 16384)),
  updated_at timestamptz not null default now()
);
comment on table helpdesk.ai_settings is
  'The assistant''s settings: one row. Staff read it, admins change it: PATCH ai_settings?singleton=eq.true.';
comment on column helpdesk.ai_settings.is_enabled is 'Whether the assistant does anything at all.';
comment on column helpdesk.ai_settings.chat_model is
  'The language model, by the name that its endpoint knows. Null: the one in the environment of the functions.';
comment on column helpdesk.ai_settings.price_in is 'The price of a million tokens of prompts.';
comment on column helpdesk.ai_settings.price_out is 'The price of a million tokens of answers.';
comment on column helpdesk.ai_settings.daily_tokens_project is
  'Tokens a day, in UTC, for everybody; null: no limit. A call reserves the most that it can take, 5,000 to 20,000 '
  'tokens, and gives back what it did not use: a lower limit permits no call.';
comment on column helpdesk.ai_settings.daily_tokens_team is 'Tokens a day for the tickets of one team.';
comment on column helpdesk.ai_settings.daily_tokens_person is 'Tokens a day for the requests of one person.';
comment on column helpdesk.ai_settings.triage_new_tickets is 'Whether each new ticket is classified by itself.';
comment on column helpdesk.ai_settings.notes_in_context is
  'Whether the model sees internal notes, except for replies to requesters.';
comment on column helpdesk.ai_settings.internal_articles_in_context is
  'Whether the model sees internal articles, except for replies to requesters.';
comment on column helpdesk.ai_settings.reply_language is 'The language of replies; null: that of the requester.';
comment on column helpdesk.ai_settings.similarity_floor is
  'The similarity below which no article counts as an answer; null: the default of the model.';
comment on column helpdesk.ai_settings.proposal_hours is 'How long a proposal can be accepted.';
comment on column helpdesk.ai_settings.capability is 'What each endpoint takes, as the assistant found out.';

create table helpdesk.ai_prompts (
  prompt_id uuid primary key default gen_random_uuid(),
  task text not null check (
    helpdesk_private.text_among('task', task, 'reply', 'summary', 'next_steps', 'classification', 'article')
  ),
  version integer not null,
  body text not null check (helpdesk_private.text_within('body', body, 1, 3500)),
  note text not null default '' check (helpdesk_private.text_within('note', note, 0, 500)),
  is_active boolean not null default false,
  created_by uuid references helpdesk.users (user_id),
  created_at timestamptz not null default now(),
  unique (task, version)
);
comment on table helpdesk.ai_prompts is
  'The instructions of the assistant, a version each: a version never changes. Admins add one with create_prompt() and '
  'choose it with activate_prompt().';
create unique index ai_prompts_active_idx on helpdesk.ai_prompts (task) where is_active;
create index ai_prompts_created_by_idx on helpdesk.ai_prompts (created_by);

create table helpdesk.ai_exclusions (
  scope text not null check (helpdesk_private.text_among('scope', scope, 'team', 'ticket', 'customer')),
  target_id uuid not null,
  created_by uuid default helpdesk_private.me() references helpdesk.users (user_id),
  created_at timestamptz not null default now(),
  primary key (scope, target_id)
);
comment on table helpdesk.ai_exclusions is
  'Where the assistant does nothing: teams (admins decide), tickets (those who work them), customers (they themselves '
  'and admins). POST and DELETE; repeated, both change nothing.';
create index ai_exclusions_created_by_idx on helpdesk.ai_exclusions (created_by);

create table helpdesk.ai_usage (
  day date not null,
  scope text not null check (scope in ('project', 'team', 'person')),
  -- For the project: all zeros.
  scope_id uuid not null,
  reserved_tokens bigint not null default 0 check (reserved_tokens >= 0),
  used_tokens bigint not null default 0,
  calls integer not null default 0,
  cost numeric(16, 6) not null default 0,
  primary key (day, scope, scope_id)
);
comment on table helpdesk.ai_usage is
  'What the assistant used on a day (UTC), for the project, for each team and for each person. Tokens are reserved '
  'before a call and counted after it. Admins read it.';

-- No statistics, so that a planned count tells nothing (see tickets).
alter table helpdesk.ai_settings
  alter column singleton set statistics 0, alter column is_enabled set statistics 0,
  alter column chat_model set statistics 0,
  alter column price_in set statistics 0, alter column price_out set statistics 0,
  alter column daily_tokens_project set statistics 0, alter column daily_tokens_team set statistics 0,
  alter column daily_tokens_person set statistics 0, alter column triage_new_tickets set statistics 0,
  alter column notes_in_context set statistics 0, alter column internal_articles_in_context set statistics 0,
  alter column tone set statistics 0, alter column signature set statistics 0,
  alter column reply_language set statistics 0, alter column similarity_floor set statistics 0,
  alter column proposal_hours set statistics 0, alter column capability set statistics 0,
  alter column updated_at set statistics 0;
alter table helpdesk.ai_prompts
  alter column prompt_id set statistics 0, alter column task set statistics 0, alter column version set statistics 0,
  alter column body set statistics 0, alter column note set statistics 0, alter column is_active set statistics 0,
  alter column created_by set statistics 0, alter column created_at set statistics 0;
alter table helpdesk.ai_exclusions
  alter column scope set statistics 0, alter column target_id set statistics 0,
  alter column created_by set statistics 0, alter column created_at set statistics 0;
alter table helpdesk.ai_usage
  alter column day set statistics 0, alter column scope set statistics 0, alter column scope_id set statistics 0,
  alter column reserved_tokens set statistics 0, alter column used_tokens set statistics 0,
  alter column calls set statistics 0, alter column cost set statistics 0;

revoke all on table helpdesk.ai_settings from public, anon, authenticated, service_role;
grant
  select,
  update (
    is_enabled, chat_model, price_in, price_out, daily_tokens_project, daily_tokens_team,
    daily_tokens_person, triage_new_tickets, notes_in_context, internal_articles_in_context, tone, signature,
    reply_language, similarity_floor, proposal_hours
  )
on table helpdesk.ai_settings to authenticated, service_role;
revoke all on table helpdesk.ai_prompts from public, anon, authenticated, service_role;
grant select on table helpdesk.ai_prompts to authenticated, service_role;
revoke all on table helpdesk.ai_exclusions from public, anon, authenticated, service_role;
grant select, insert (scope, target_id), delete on table helpdesk.ai_exclusions to authenticated, service_role;
revoke all on table helpdesk.ai_usage from public, anon, authenticated, service_role;
grant select on table helpdesk.ai_usage to authenticated, service_role;

create trigger touch_updated_at before update on helpdesk.ai_settings
  for each row execute function helpdesk_private.touch_updated_at();

create trigger log_settings after update on helpdesk.ai_settings
  for each row execute function
  helpdesk_private.log_administration(
    'assistant.settings_changed', '',
    'is_enabled, chat_model, price_in, price_out, daily_tokens_project, daily_tokens_team, daily_tokens_person, '
    'triage_new_tickets, notes_in_context, internal_articles_in_context, tone, signature, reply_language, '
    'similarity_floor, proposal_hours'
  );
create trigger log_exclusion after insert on helpdesk.ai_exclusions
  for each row execute function
  helpdesk_private.log_administration('assistant.exclusion_added', 'scope, target_id');
create trigger log_exclusion_removal after delete on helpdesk.ai_exclusions
  for each row execute function
  helpdesk_private.log_administration('assistant.exclusion_removed', 'scope, target_id');

alter table helpdesk.ai_settings enable row level security;
alter table helpdesk.ai_prompts enable row level security;
alter table helpdesk.ai_exclusions enable row level security;
alter table helpdesk.ai_usage enable row level security;

create policy "only active people" on helpdesk.ai_settings
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see the settings" on helpdesk.ai_settings
  for select to authenticated using ((select helpdesk_private.me_if_staff()) is not null);
create policy "admins change the settings" on helpdesk.ai_settings
  for update to authenticated using ((select helpdesk_private.my_role()) = 'admin');

create policy "only active people" on helpdesk.ai_prompts
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "staff see the prompts" on helpdesk.ai_prompts
  for select to authenticated using ((select helpdesk_private.me_if_staff()) is not null);

create policy "only active people" on helpdesk.ai_usage
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "admins see what was used" on helpdesk.ai_usage
  for select to authenticated using ((select helpdesk_private.my_role()) = 'admin');

create function helpdesk_private.may_exclude(p_scope text, p_target_id uuid)
returns boolean
language plpgsql
stable
-- Definer: reads tickets for policies.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return case p_scope
    when 'team' then helpdesk_private.my_role() = 'admin'
    when 'customer' then p_target_id = helpdesk_private.me() or helpdesk_private.my_role() = 'admin'
    else exists (select from helpdesk_private.worked_tickets as w where w.ticket_id = p_target_id)
  end;
end;
$$;
revoke all on function helpdesk_private.may_exclude from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.may_exclude to authenticated, service_role;

create policy "only active people" on helpdesk.ai_exclusions
  as restrictive for all to authenticated using ((select helpdesk_private.is_active()));
create policy "those who may exclude see exclusions" on helpdesk.ai_exclusions
  for select to authenticated using (helpdesk_private.may_exclude(scope, target_id));
create policy "those who may exclude add exclusions" on helpdesk.ai_exclusions
  for insert to authenticated with check (helpdesk_private.may_exclude(scope, target_id));
create policy "those who may exclude remove exclusions" on helpdesk.ai_exclusions
  for delete to authenticated using (helpdesk_private.may_exclude(scope, target_id));

create function helpdesk_private.keep_exclusion()
returns trigger
language plpgsql
-- Invoker: under the policies, the caller learns only of exclusions that they decide.
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from helpdesk.ai_exclusions as e where (e.scope, e.target_id) = (new.scope, new.target_id)) then
    return null;
  end if;
  return new;
end;
$$;
comment on function helpdesk_private.keep_exclusion is 'An exclusion that is there already stays as it is.';
revoke all on function helpdesk_private.keep_exclusion from public, anon, authenticated, service_role;
create trigger await_exclusion before insert on helpdesk.ai_exclusions
  for each row execute function helpdesk_private.await_key_of_row('scope', 'target_id');
create trigger keep_exclusion before insert on helpdesk.ai_exclusions
  for each row execute function helpdesk_private.keep_exclusion();

insert into helpdesk_private.concepts (version, concept) values ('20261122002400', 'assistant_settings');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('assistant_off', 409, 'The assistant is switched off here.',
   'An admin switches it on in the settings, or somebody ends the exclusion of the team, ticket or customer.'),
  ('prompt_not_found', 404, 'There is no such prompt.', 'List the prompts of the task.');

-- Two versions of one task are made, and chosen, one after the other.
insert into helpdesk_private.named_locks (name) values ('ai_prompts');

insert into helpdesk.ai_settings default values;
insert into helpdesk.ai_prompts (task, version, body, note, is_active) values
  ('reply', 1,
   'You draft replies for an agent of a customer support team. The agent reads, edits and sends the draft. Answer the '
   'customer''s last question, politely and briefly, in plain text without Markdown. Promise nothing, invent nothing, '
   'and name no address, telephone number or link that is not in a passage.', 'The first version.', true),
  ('summary', 1,
   'You summarise a support ticket for an agent who takes it over: what the customer wants, what was tried, what was '
   'promised, what is open. At most six short statements, in English unless the whole conversation is in another '
   'language.', 'The first version.', true),
  ('next_steps', 1,
   'You suggest to an agent what to do next on a support ticket. At most five short steps, the most useful first. '
   'Suggest only what the conversation gives reason for.', 'The first version.', true),
  ('classification', 1,
   'You sort support tickets. Choose the team and the priority that fit best, or null when none does, and only tags '
   'that clearly fit. Set "spam" to true only for unsolicited advertising or fraud.', 'The first version.', true),
  ('article', 1,
   'You write a help article from a solved support ticket: the question in general, then the solution in steps. Leave '
   'out names, addresses and everything that concerns this customer only. Use plain Markdown.', 'The first version.',
   true);

-- From here on: the prompts of the installation are nobody's change.
create trigger log_prompt after insert on helpdesk.ai_prompts
  for each row execute function
  helpdesk_private.log_administration('assistant.prompt_created', 'prompt_id, task');
create trigger log_prompt_activation after update on helpdesk.ai_prompts
  for each row when (new.is_active and not old.is_active) execute function
  helpdesk_private.log_administration('assistant.prompt_activated', 'prompt_id, task');

create function helpdesk_private.create_prompt(p_task text, p_body text, p_note text)
returns helpdesk.ai_prompts
language plpgsql
-- Definer: nobody inserts prompts directly.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('admin');
  v_prompt helpdesk.ai_prompts;
begin
  if p_task is null or p_body is null then
    perform helpdesk_private.fail(
      'invalid_value', case when p_task is null then 'task' else 'body' end || ' is missing'
    );
  end if;
  perform helpdesk_private.take_lock('ai_prompts');
  insert into helpdesk.ai_prompts (task, version, body, note, created_by)
  select p_task, coalesce(max(p.version), 0) + 1, p_body, coalesce(p_note, ''), v_me
  from helpdesk.ai_prompts as p where p.task = p_task
  returning * into v_prompt;
  return v_prompt;
end;
$$;
revoke all on function helpdesk_private.create_prompt from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.create_prompt to authenticated, service_role;

create function helpdesk.create_prompt(task text, body text, note text default '')
returns helpdesk.ai_prompts
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.create_prompt(create_prompt.task, create_prompt.body, create_prompt.note);
$$;
comment on function helpdesk.create_prompt is
  'Admins: adds a version of the instructions for a task. It is not used until activate_prompt(), except in tests.';
revoke all on function helpdesk.create_prompt from public, anon, authenticated, service_role;
grant execute on function helpdesk.create_prompt to authenticated, service_role;

create function helpdesk_private.activate_prompt(p_prompt_id uuid)
returns helpdesk.ai_prompts
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_prompt helpdesk.ai_prompts;
begin
  perform helpdesk_private.require_role('admin');
  perform helpdesk_private.take_lock('ai_prompts');
  select * into v_prompt from helpdesk.ai_prompts as p where p.prompt_id = p_prompt_id;
  if not found then
    perform helpdesk_private.fail('prompt_not_found');
  elsif v_prompt.is_active then
    return v_prompt;
  end if;
  update helpdesk.ai_prompts as p set is_active = false where p.task = v_prompt.task and p.is_active;
  update helpdesk.ai_prompts as p set is_active = true where p.prompt_id = p_prompt_id returning * into v_prompt;
  return v_prompt;
end;
$$;
revoke all on function helpdesk_private.activate_prompt from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.activate_prompt to authenticated, service_role;

create function helpdesk.activate_prompt(prompt_id uuid)
returns helpdesk.ai_prompts
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.activate_prompt(activate_prompt.prompt_id);
$$;
comment on function helpdesk.activate_prompt is
  'Admins: uses this version for its task from the next run on. Activating an older version goes back to it.';
revoke all on function helpdesk.activate_prompt from public, anon, authenticated, service_role;
grant execute on function helpdesk.activate_prompt to authenticated, service_role;
