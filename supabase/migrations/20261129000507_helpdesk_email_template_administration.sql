-- E-mail templates: what admins do with them. They are functions, and no table: a list has what is built in, too, and a
-- template is checked as a whole.

insert into helpdesk_private.concepts (version, concept) values ('20261129000507', 'email_template_administration');

create type helpdesk_private.listed_email_template as (
  kind text, locale text, subject text, text text, html text, is_custom boolean, updated_by uuid,
  updated_at timestamptz
);
comment on type helpdesk_private.listed_email_template is
  'A template as admins see it. html: null if it is made from the text. is_custom: false if it is built in.';

create function helpdesk_private.template_kind_valid(p_kind text)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_kind is null then
    perform helpdesk_private.fail('invalid_value', 'kind is missing');
  end if;
  perform helpdesk_private.text_among('kind', p_kind, variadic array(
    select distinct b.kind from helpdesk_private.builtin_email_templates as b order by b.kind
  ));
end;
$$;
revoke all on function helpdesk_private.template_kind_valid from public, anon, authenticated, service_role;

create function helpdesk_private.check_email_template(p_template helpdesk_private.email_templates)
returns void
language plpgsql
stable
-- Definer: the list of placeholders is closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.text_within('subject', (p_template).subject, 1, 300);
  perform helpdesk_private.text_within('text', (p_template).body, 1, 20000);
  perform helpdesk_private.text_within('html', (p_template).html, 1, 50000);
  perform helpdesk_private.check_template_part('subject', (p_template).subject);
  perform helpdesk_private.check_template_part('text', (p_template).body);
  perform helpdesk_private.check_template_part('html', (p_template).html);
end;
$$;
revoke all on function helpdesk_private.check_email_template from public, anon, authenticated, service_role;

create function helpdesk_private.list_email_templates()
returns setof helpdesk_private.listed_email_template
language plpgsql
stable
-- Definer: the templates are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  return query
    select t.kind, t.locale, t.subject, t.body, t.html, true, t.updated_by, t.updated_at
    from helpdesk_private.email_templates as t
    union all
    select b.kind, b.locale, b.subject, b.body, null, false, null, null
    from helpdesk_private.builtin_email_templates as b
    where not exists (
      select from helpdesk_private.email_templates as t where (t.kind, t.locale) = (b.kind, b.locale)
    )
    order by 1, 2;
end;
$$;
revoke all on function helpdesk_private.list_email_templates from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.list_email_templates to authenticated, service_role;

create function helpdesk.email_templates()
returns setof helpdesk_private.listed_email_template
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select * from helpdesk_private.list_email_templates();
$$;
comment on function helpdesk.email_templates is
  'Admins and the secret key: the templates of mails that the helpdesk writes by itself, one for each kind and '
  'language: those that an admin wrote, and those that are built in.';
revoke all on function helpdesk.email_templates from public, anon, authenticated, service_role;
grant execute on function helpdesk.email_templates to authenticated, service_role;

create function helpdesk_private.set_email_template(
  p_kind text, p_locale text, p_subject text, p_text text, p_html text
)
returns helpdesk_private.listed_email_template
language plpgsql
-- Definer: the templates are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := helpdesk_private.require_role('admin');
  v_subject text := helpdesk_private.clean_name(p_subject);
  v_old helpdesk_private.email_templates;
  v_row helpdesk_private.email_templates;
begin
  perform helpdesk_private.template_kind_valid(p_kind);
  if p_locale is null or v_subject is null or p_text is null then
    perform helpdesk_private.fail('invalid_value', 'locale, subject and text are needed');
  end if;
  v_row := (p_kind, p_locale, v_subject, p_text, p_html, v_me, clock_timestamp());
  perform helpdesk_private.check_email_template(v_row);
  perform helpdesk_private.await_key('email_template', p_kind, p_locale);
  select * into v_old from helpdesk_private.email_templates as t where (t.kind, t.locale) = (p_kind, p_locale);
  if v_old.kind is null and (select count(*) from helpdesk_private.email_templates) >= 500 then
    perform helpdesk_private.fail('too_many', 'email templates: at most 500.');
  end if;
  insert into helpdesk_private.email_templates as t (kind, locale, subject, body, html, updated_by)
  values (p_kind, p_locale, v_subject, p_text, p_html, v_me)
  on conflict (kind, locale) do update
  set subject = excluded.subject, body = excluded.body, html = excluded.html, updated_by = excluded.updated_by,
      updated_at = clock_timestamp()
  returning * into v_row;
  if (v_old.subject, v_old.body, v_old.html) is distinct from (v_row.subject, v_row.body, v_row.html) then
    perform helpdesk_private.log_event(
      'email_template.changed', 'staff', null, jsonb_build_object('kind', p_kind, 'locale', p_locale)
    );
  end if;
  return (
    v_row.kind, v_row.locale, v_row.subject, v_row.body, v_row.html, true, v_row.updated_by, v_row.updated_at
  )::helpdesk_private.listed_email_template;
end;
$$;
revoke all on function helpdesk_private.set_email_template from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.set_email_template to authenticated, service_role;

create function helpdesk.set_email_template(kind text, locale text, subject text, text text, html text default null)
returns helpdesk_private.listed_email_template
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.set_email_template(
    set_email_template.kind, set_email_template.locale, set_email_template.subject, set_email_template.text,
    set_email_template.html
  );
$$;
comment on function helpdesk.set_email_template is
  'Admins and the secret key: writes the template of a kind (acknowledgement, assigned, customer_replied, mentioned, '
  'bounced) in a language. subject to 300 characters, text to 20,000, html to 50,000; without html, it is made from '
  'the text. A placeholder like {{ticket.number}} is one of a list; any other is an error that names it.';
revoke all on function helpdesk.set_email_template from public, anon, authenticated, service_role;
grant execute on function helpdesk.set_email_template to authenticated, service_role;

create function helpdesk_private.reset_email_template(p_kind text, p_locale text)
returns boolean
language plpgsql
-- Definer: the templates are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform helpdesk_private.require_role('admin');
  perform helpdesk_private.template_kind_valid(p_kind);
  delete from helpdesk_private.email_templates as t where (t.kind, t.locale) = (p_kind, p_locale);
  if found then
    perform helpdesk_private.log_event(
      'email_template.reset', 'staff', null, jsonb_build_object('kind', p_kind, 'locale', p_locale)
    );
    return true;
  elsif not exists (
    select from helpdesk_private.builtin_email_templates as b where (b.kind, b.locale) = (p_kind, p_locale)
  ) then
    perform helpdesk_private.fail('email_template_not_found');
  end if;
  return false;
end;
$$;
revoke all on function helpdesk_private.reset_email_template from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.reset_email_template to authenticated, service_role;

create function helpdesk.reset_email_template(kind text, locale text)
returns boolean
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.reset_email_template(reset_email_template.kind, reset_email_template.locale);
$$;
comment on function helpdesk.reset_email_template is
  'Admins and the secret key: removes what an admin wrote. Mails of this kind and language then have the text that is '
  'built in, or that of another language. Returns false if there was nothing to remove.';
revoke all on function helpdesk.reset_email_template from public, anon, authenticated, service_role;
grant execute on function helpdesk.reset_email_template to authenticated, service_role;

create function helpdesk_private.ticket_values(p_ticket helpdesk.tickets)
returns jsonb
language sql
stable
-- Definer: teams and people need not be visible.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'ticket.number', p_ticket.number, 'ticket.subject', p_ticket.title,
    'ticket.url', (select rtrim(s.console_url, '/') || '/tickets/' || p_ticket.ticket_id from helpdesk.settings as s),
    'team.name', (select t.name from helpdesk.teams as t where t.team_id = p_ticket.team_id),
    'requester.name', helpdesk_private.display_name(p_ticket.created_by)
  );
$$;
comment on function helpdesk_private.ticket_values is 'What placeholders say about the ticket.';
revoke all on function helpdesk_private.ticket_values from public, anon, authenticated, service_role;

create function helpdesk_private.preview_email_template(
  p_kind text, p_locale text, p_ticket_id uuid, p_subject text, p_text text, p_html text
)
returns jsonb
language plpgsql
stable
-- Definer: the templates are closed to everybody.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket helpdesk.tickets;
  v_values jsonb;
  v_me uuid := helpdesk_private.require_role('admin');
  v_template helpdesk_private.email_templates;
begin
  perform helpdesk_private.template_kind_valid(p_kind);
  perform helpdesk_private.locale_valid('locale', p_locale);
  v_template := helpdesk_private.email_template(p_kind, p_locale);
  if p_subject is not null or p_text is not null or p_html is not null then
    -- A draft: checked as it would be when it is written.
    v_template.subject := coalesce(helpdesk_private.clean_name(p_subject), v_template.subject);
    v_template.body := coalesce(p_text, v_template.body);
    v_template.html := p_html;
    perform helpdesk_private.check_email_template(v_template);
  end if;
  if p_ticket_id is not null then
    v_ticket := (helpdesk_private.find_ticket(p_ticket_id)).ticket;
    v_values := helpdesk_private.ticket_values(v_ticket) || jsonb_build_object(
      'message.author', helpdesk_private.display_name(v_ticket.created_by),
      'message.text', left(v_ticket.description, 5000)
    );
  else
    v_values := jsonb_build_object(
      'ticket.number', 1042, 'ticket.subject', 'The printer does not print', 'team.name', 'Support',
      'ticket.url', (select rtrim(s.console_url, '/') || '/tickets/1042' from helpdesk.settings as s),
      'requester.name', 'Carla Customer', 'message.author', 'Carla Customer',
      'message.text', E'It is on.\n\nThe lamp <b>blinks</b> & beeps.'
    );
  end if;
  return helpdesk_private.fill_email(
    v_template,
    v_values || jsonb_build_object(
      'recipient.name', case when p_kind = 'acknowledgement' then v_values ->> 'requester.name'
        else helpdesk_private.display_name(v_me) end,
      'actor.name', helpdesk_private.display_name(v_me),
      'problem', '550 5.1.1 Unknown user'
    )
  );
end;
$$;
revoke all on function helpdesk_private.preview_email_template from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.preview_email_template to authenticated, service_role;

create function helpdesk.preview_email_template(
  kind text, locale text default null, ticket_id uuid default null, subject text default null, text text default null,
  html text default null
)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.preview_email_template(
    preview_email_template.kind, preview_email_template.locale, preview_email_template.ticket_id,
    preview_email_template.subject, preview_email_template.text, preview_email_template.html
  );
$$;
comment on function helpdesk.preview_email_template is
  'Admins and the secret key: subject, text and html as a recipient of this language would receive them, about a '
  'ticket, or about one that is made up. subject, text and html: a draft instead of the template. Nothing is sent.';
revoke all on function helpdesk.preview_email_template from public, anon, authenticated, service_role;
grant execute on function helpdesk.preview_email_template to authenticated, service_role;
