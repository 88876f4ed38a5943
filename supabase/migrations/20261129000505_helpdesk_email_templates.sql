-- E-mail templates: the texts of mails that the helpdesk writes by itself. English and German are built in; what an
-- admin writes comes before them, and goes when it is reset. A placeholder is one of a closed list, checked when the
-- template is written. There is no logic in a template: a line whose placeholders are all empty is left out.

create table helpdesk_private.builtin_email_templates (
  kind text not null,
  locale text not null,
  subject text not null,
  body text not null,
  primary key (kind, locale)
);
comment on table helpdesk_private.builtin_email_templates is 'The texts that come with the helpdesk.';

create table helpdesk_private.email_templates (
  kind text not null,
  locale text not null check (helpdesk_private.locale_valid('locale', locale)),
  subject text not null check (helpdesk_private.text_within('subject', subject, 1, 300)),
  body text not null check (helpdesk_private.text_within('text', body, 1, 20000)),
  html text check (helpdesk_private.text_within('html', html, 1, 50000)),
  updated_by uuid references helpdesk.users (user_id),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (kind, locale)
);
comment on table helpdesk_private.email_templates is
  'The texts that admins wrote, instead of those that are built in. html: null makes it from the text.';
create index email_templates_updated_by_idx on helpdesk_private.email_templates (updated_by);

create table helpdesk_private.email_placeholders (
  placeholder text primary key,
  place smallint not null unique,
  -- In a subject, and inside a tag of HTML.
  is_short boolean not null,
  is_link boolean not null default false,
  description text not null
);
comment on table helpdesk_private.email_placeholders is 'What a template may name, and nothing else.';
insert into helpdesk_private.email_placeholders (placeholder, place, is_short, is_link, description) values
  ('ticket.number', 1, true, true, 'The number of the ticket.'),
  ('ticket.subject', 2, true, false, 'The title of the ticket.'),
  ('ticket.url', 3, true, true, 'The ticket in the console; empty without the setting console_url.'),
  ('team.name', 4, true, false, 'The team of the ticket.'),
  ('requester.name', 5, true, false, 'The requester.'),
  ('recipient.name', 6, true, false, 'Whoever receives the mail; empty if they have no name.'),
  ('actor.name', 7, true, false, 'Who assigned the ticket or wrote the note.'),
  ('message.author', 8, true, false, 'Who wrote the message or the note.'),
  ('message.text', 9, false, false, 'What they wrote, without quoted text, and at most 5,000 characters.'),
  ('problem', 10, true, false, 'Why a mail was not delivered.');

revoke all on table helpdesk_private.builtin_email_templates from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.email_templates from public, anon, authenticated, service_role;
revoke all on table helpdesk_private.email_placeholders from public, anon, authenticated, service_role;
alter table helpdesk_private.builtin_email_templates enable row level security;
alter table helpdesk_private.email_templates enable row level security;
alter table helpdesk_private.email_placeholders enable row level security;

insert into helpdesk_private.concepts (version, concept) values ('20261129000505', 'email_templates');
insert into helpdesk_private.event_types (type) values ('email_template.changed'), ('email_template.reset');
insert into helpdesk_private.error_codes (reason, status, message, hint) values
  ('email_template_not_found', 404, 'There is no such template of mails.', 'List the templates.');

insert into helpdesk_private.builtin_email_templates (kind, locale, subject, body) values
  (
    'acknowledgement', 'en', 'We have received your request #{{ticket.number}}',
    E'Hello {{recipient.name}},\n\nWe have received your request. Its number is {{ticket.number}}.\n'
    'To add something, answer this e-mail.'
  ),
  (
    'acknowledgement', 'de', 'Wir haben Ihre Anfrage #{{ticket.number}} erhalten',
    E'Guten Tag {{recipient.name}}!\n\nWir haben Ihre Anfrage erhalten. Sie hat die Nummer {{ticket.number}}.\n'
    'Wenn Sie etwas ergänzen möchten, antworten Sie auf diese E-Mail.'
  ),
  (
    'assigned', 'en', 'Assigned to you: #{{ticket.number}} {{ticket.subject}}',
    E'{{actor.name}} assigned ticket #{{ticket.number}} of {{requester.name}} to you.\n\n{{message.text}}\n\n'
    '{{ticket.url}}'
  ),
  (
    'assigned', 'de', 'Ihnen zugewiesen: #{{ticket.number}} {{ticket.subject}}',
    E'{{actor.name}} hat Ihnen das Ticket #{{ticket.number}} von {{requester.name}} zugewiesen.\n\n{{message.text}}\n\n'
    '{{ticket.url}}'
  ),
  (
    'customer_replied', 'en', 'New reply: #{{ticket.number}} {{ticket.subject}}',
    E'{{message.author}} replied on ticket #{{ticket.number}}:\n\n{{message.text}}\n\n{{ticket.url}}'
  ),
  (
    'customer_replied', 'de', 'Neue Antwort: #{{ticket.number}} {{ticket.subject}}',
    E'{{message.author}} hat auf das Ticket #{{ticket.number}} geantwortet:\n\n{{message.text}}\n\n{{ticket.url}}'
  ),
  (
    'mentioned', 'en', '{{actor.name}} mentioned you: #{{ticket.number}} {{ticket.subject}}',
    E'{{actor.name}} mentioned you in a note on ticket #{{ticket.number}}:\n\n{{message.text}}\n\n{{ticket.url}}'
  ),
  (
    'mentioned', 'de', '{{actor.name}} hat Sie erwähnt: #{{ticket.number}} {{ticket.subject}}',
    E'{{actor.name}} hat Sie in einer Notiz zum Ticket #{{ticket.number}} erwähnt:\n\n{{message.text}}\n\n'
    '{{ticket.url}}'
  ),
  (
    'bounced', 'en', 'Not delivered: #{{ticket.number}} {{ticket.subject}}',
    E'A reply on ticket #{{ticket.number}} of {{requester.name}} was not delivered.\n{{problem}}\n\n{{ticket.url}}'
  ),
  (
    'bounced', 'de', 'Nicht zugestellt: #{{ticket.number}} {{ticket.subject}}',
    E'Eine Antwort auf das Ticket #{{ticket.number}} von {{requester.name}} wurde nicht zugestellt.\n{{problem}}\n\n'
    '{{ticket.url}}'
  ),
  -- The line above which people reply, at the top of each mail. It has no subject, and is one line.
  ('reply_line', 'en', '-', 'Please reply above this line'),
  ('reply_line', 'de', '-', 'Bitte oberhalb dieser Zeile antworten');


-- Reading a template --------------------------------------------------------------------------------------------------

create function helpdesk_private.placeholders_of(p_template text)
returns text[]
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- Also what is opened and never closed: it is no placeholder, and is refused as one.
  select array(
    select btrim(left(split_part(p.part, '}}', 1), 100))
    from unnest(string_to_array(p_template, '{{')) with ordinality as p (part, place)
    where p.place > 1 order by p.place
  );
$$;
comment on function helpdesk_private.placeholders_of is 'What stands in double braces, in its order.';
revoke all on function helpdesk_private.placeholders_of from public, anon, authenticated, service_role;

create function helpdesk_private.check_template_part(p_field text, p_template text)
returns void
language plpgsql
stable
-- Definer: the list of placeholders is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text;
begin
  select n.name into v_name
  from unnest(helpdesk_private.placeholders_of(p_template)) with ordinality as n (name, place)
  where not exists (
    select from helpdesk_private.email_placeholders as h
    where h.placeholder = n.name and (h.is_short or p_field <> 'subject')
  )
  order by n.place limit 1;
  if found then
    perform helpdesk_private.fail(
      'invalid_value', format('%s has the unknown placeholder {{%s}}', p_field, v_name),
      'Placeholders are ' || (
        select string_agg(format('{{%s}}', h.placeholder), ', ' order by h.place)
        from helpdesk_private.email_placeholders as h where h.is_short or p_field <> 'subject'
      ) || '.'
    );
  elsif (select count(*) from regexp_matches(p_template, '\{\{', 'g'))
    <> (select count(*) from regexp_matches(p_template, '\{\{[^{}]*\}\}', 'g')) then
    perform helpdesk_private.fail('invalid_value', p_field || ' has a placeholder that is not closed by }}');
  end if;
  if p_field <> 'html' then
    return;
  end if;
  -- Texts of customers stand between tags, where they are escaped, and never inside a tag, where they could be a link.
  select n.name into v_name
  from regexp_matches(p_template, '<[^<>]*>?', 'g') as t (parts)
  cross join unnest(helpdesk_private.placeholders_of(t.parts[1])) as n (name)
  where not exists (select from helpdesk_private.email_placeholders as h where h.placeholder = n.name and h.is_link)
  limit 1;
  if found then
    perform helpdesk_private.fail(
      'invalid_value', format('html has the placeholder {{%s}} inside a tag', v_name),
      'Only {{ticket.url}} and {{ticket.number}} may stand inside a tag.'
    );
  elsif p_template ~* '<\s*/?\s*(script|iframe|frame|object|embed|form|input|base|meta|link|svg|math)\M'
    or p_template ~* '<[^>]*\son[a-z]+\s*=' or p_template ~* '(javascript|vbscript|data)\s*:' then
    perform helpdesk_private.fail(
      'invalid_value', 'html must not run anything, embed pages, or ask for input',
      'Mail programs show plain HTML with links and pictures.'
    );
  end if;
end;
$$;
comment on function helpdesk_private.check_template_part is
  'Refuses a placeholder that does not exist, and HTML that could run or that puts a customer''s text inside a tag.';
revoke all on function helpdesk_private.check_template_part from public, anon, authenticated, service_role;

create function helpdesk_private.html_escaped(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select replace(replace(replace(replace(replace(
    p_text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
$$;
revoke all on function helpdesk_private.html_escaped from public, anon, authenticated, service_role;

create function helpdesk_private.fill_template(p_template text, p_values jsonb, p_as_html boolean)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line text;
  v_part text;
  v_names text[];
  v_value text;
  v_filled text;
  v_lines text[] := '{}';
begin
  foreach v_line in array string_to_array(replace(p_template, E'\r', ''), E'\n') loop
    v_names := helpdesk_private.placeholders_of(v_line);
    continue when cardinality(v_names) > 0 and not exists (
      select from unnest(v_names) as n (name) where coalesce(p_values ->> n.name, '') <> ''
    );
    v_filled := split_part(v_line, '{{', 1);
    -- One pass: a value that looks like a placeholder stays as it is.
    foreach v_part in array (string_to_array(v_line, '{{'))[2:] loop
      v_value := coalesce(p_values ->> btrim(split_part(v_part, '}}', 1)), '');
      if p_as_html then
        v_value := replace(helpdesk_private.html_escaped(v_value), E'\n', E'<br>\n');
      end if;
      v_filled := v_filled || v_value || substr(v_part, strpos(v_part, '}}') + 2);
    end loop;
    v_lines := v_lines || v_filled;
  end loop;
  return btrim(regexp_replace(array_to_string(v_lines, E'\n'), '\n{3,}', E'\n\n', 'g'), E'\n ');
end;
$$;
comment on function helpdesk_private.fill_template is
  'The template with the values, escaped for HTML. A line whose placeholders are all empty is left out.';
revoke all on function helpdesk_private.fill_template from public, anon, authenticated, service_role;

create function helpdesk_private.html_of_text(p_template text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- The template, not the filled text: only its own address becomes a link, and none that a customer wrote.
  select string_agg(
    E'<p>\n' || replace(
      replace(
        helpdesk_private.html_escaped(p.part), '{{ticket.url}}', '<a href="{{ticket.url}}">{{ticket.url}}</a>'
      ), E'\n', E'<br>\n'
    ) || E'\n</p>', E'\n' order by p.place
  )
  from regexp_split_to_table(replace(p_template, E'\r', ''), '\n{2,}') with ordinality as p (part, place);
$$;
comment on function helpdesk_private.html_of_text is 'A template of text as a template of HTML.';
revoke all on function helpdesk_private.html_of_text from public, anon, authenticated, service_role;

create function helpdesk_private.email_template(p_kind text, p_locale text)
returns helpdesk_private.email_templates
language sql
stable
-- Definer: the templates are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- The language, then the language without its region, then that of the settings, then English; of each, the admin's
  -- text before the one that is built in.
  select t.kind, t.locale, t.subject, t.body, t.html, t.updated_by, t.updated_at
  from (
    select l.locale, min(l.place) as place
    from unnest(array[
      p_locale, split_part(p_locale, '-', 1),
      (select s.email_locale from helpdesk.settings as s),
      (select split_part(s.email_locale, '-', 1) from helpdesk.settings as s), 'en'
    ]) with ordinality as l (locale, place)
    group by l.locale
  ) as w
  inner join (
    select c.*, 1 as source from helpdesk_private.email_templates as c
    union all
    select b.kind, b.locale, b.subject, b.body, null, null, null, 2 from helpdesk_private.builtin_email_templates as b
  ) as t on t.locale = w.locale and t.kind = p_kind
  order by w.place, t.source limit 1;
$$;
comment on function helpdesk_private.email_template is 'The template that is used for a recipient of this language.';
revoke all on function helpdesk_private.email_template from public, anon, authenticated, service_role;

create function helpdesk_private.fill_email(p_template helpdesk_private.email_templates, p_values jsonb)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    -- A subject whose values are all empty is the number of the ticket.
    'subject', left(coalesce(
      nullif(helpdesk_private.one_line(helpdesk_private.fill_template((p_template).subject, p_values, false)), ''),
      '#' || (p_values ->> 'ticket.number')
    ), 300),
    'text', coalesce(
      nullif(helpdesk_private.fill_template((p_template).body, p_values, false), ''),
      '#' || (p_values ->> 'ticket.number')
    ),
    'html', regexp_replace(helpdesk_private.fill_template(
      coalesce((p_template).html, helpdesk_private.html_of_text((p_template).body)), p_values, true
    ), '<p>\s*</p>\n?', '', 'g')
  );
$$;
comment on function helpdesk_private.fill_email is 'Subject, text and HTML of a mail, from a template and its values.';
revoke all on function helpdesk_private.fill_email from public, anon, authenticated, service_role;
