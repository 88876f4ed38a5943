-- E-mail out: what a sender is given. The mail is put together when a sender takes it.

insert into helpdesk_private.concepts (version, concept) values ('20261129000410', 'email_composing');

create function helpdesk_private.html_text(p_text text)
returns text
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select replace(replace(replace(replace(replace(replace(replace(
    p_text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'), E'\n', '<br>'), '  ', '&nbsp; ');
$$;
comment on function helpdesk_private.html_text is 'A text as HTML that shows the text and nothing else.';
revoke all on function helpdesk_private.html_text from public, anon, authenticated, service_role;

create function helpdesk_private.installation_mark()
returns text
language sql
stable
-- Definer: the secret is closed to everybody. As all below.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select left(encode(sha256(convert_to('installation', 'UTF8') || s.secret), 'hex'), 32)
  from helpdesk_private.email_secrets as s;
$$;
comment on function helpdesk_private.installation_mark is
  'The id of this helpdesk in the header X-Helpdesk-Installation of its mails.';
revoke all on function helpdesk_private.installation_mark from public, anon, authenticated, service_role;

create function helpdesk_private.takes_reply_addresses(p_channel helpdesk.email_channels)
returns boolean
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select (p_channel).provider <> 'imap' or (p_channel).reply_domain is not null;
$$;
comment on function helpdesk_private.takes_reply_addresses is
  'Whether mail to reply+<token>@… arrives. Not at a mailbox that is fetched, unless reply_domain says so: then the '
  'token stands in the text.';
revoke all on function helpdesk_private.takes_reply_addresses from public, anon, authenticated, service_role;

create function helpdesk_private.mail_references(p_email helpdesk.outbound_emails)
returns text[]
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with ids as (
    select e.message_id, e.created_at from helpdesk_private.email_ids as e
    where e.ticket_id = (p_email).ticket_id and e.kind = 'received'
    union all
    -- Of our own, those that this person has.
    select i.message_id, o.created_at
    from helpdesk.outbound_emails as o
    cross join lateral unnest(array[o.minted_id, o.stamped_id]) as i (message_id)
    where o.ticket_id = (p_email).ticket_id and o.recipient = (p_email).recipient and o.state in ('sent', 'unknown')
      and o.email_id <> (p_email).email_id
  ),
  usable as (
    select i.message_id, min(i.created_at) as created_at from ids as i
    where i.message_id ~ '^[!-;=?-~]+@[!-;=?-~]+$' and char_length(i.message_id) <= 800
      and i.message_id not like '%@missing.invalid'
    group by i.message_id
  ),
  numbered as (
    select
      u.message_id, u.created_at,
      row_number() over (order by u.created_at, u.message_id) as place,
      row_number() over (order by u.created_at desc, u.message_id desc) as from_end
    from usable as u
  )
  select coalesce(array_agg(n.message_id order by n.place), '{}')
  from numbered as n where n.place = 1 or n.from_end <= 17;
$$;
comment on function helpdesk_private.mail_references is
  'The ids of the conversation as this person knows it, oldest first: the first and the newest.';
revoke all on function helpdesk_private.mail_references from public, anon, authenticated, service_role;

create function helpdesk_private.mail_files(p_message_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- Each provider takes a mail of ten megabytes, in which a file needs a third more than its size.
  with files as (
    select
      a.file_name, a.content_type, a.size, a.sequence,
      case
        when a.state = 'clean' or (
          a.state = 'unchecked' and not (select s.attachment_require_check from helpdesk.settings as s)
        ) then helpdesk_private.attachment_key(a.ticket_id, a.attachment_id)
      end as path
    from helpdesk.attachments as a
    where a.message_id = p_message_id and a.state in ('clean', 'unchecked', 'uploaded')
  ),
  summed as (
    select f.*, sum(f.size) filter (where f.path is not null) over (order by f.sequence) as total from files as f
  )
  select jsonb_build_object(
    'attachments', coalesce(jsonb_agg(
      jsonb_build_object('name', s.file_name, 'type', s.content_type, 'path', s.path, 'size', s.size)
      order by s.sequence
    ) filter (where s.path is not null and s.total <= 7000000), '[]'),
    'linked', coalesce(jsonb_agg(
      jsonb_build_object('name', s.file_name, 'path', s.path, 'size', s.size)
      order by s.sequence
    ) filter (where s.path is null or s.total > 7000000), '[]')
  )
  from summed as s;
$$;
comment on function helpdesk_private.mail_files is
  'The files of a message: attachments go with the mail, linked are named in its text (without a path: not checked).';
revoke all on function helpdesk_private.mail_files from public, anon, authenticated, service_role;

create function helpdesk_private.ticket_page(p_email helpdesk.outbound_emails)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A setting of a later concept.
  v_console text := (select rtrim(s.console_url, '/') from helpdesk.settings as s);
  v_user helpdesk.users;
  v_ticket helpdesk.tickets;
begin
  select u.* into v_user from helpdesk.users as u where u.user_id = (p_email).user_id and u.is_active;
  select t.* into v_ticket from helpdesk.tickets as t where t.ticket_id = (p_email).ticket_id;
  return case
    when v_console is null or v_user.user_id is null then null
    -- Nobody else reads the ticket: a participant is somebody to write to.
    when v_ticket.created_by = v_user.user_id or helpdesk_private.works_ticket(v_user, v_ticket) then format(
      '%s/%s/%s', v_console, case v_user.role when 'customer' then 'requests' else 'tickets' end, v_ticket.ticket_id
    )
  end;
end;
$$;
comment on function helpdesk_private.ticket_page is
  'The page of the ticket in the console, for a recipient who may read it there once signed in; null for others, and '
  'without the setting console_url.';
revoke all on function helpdesk_private.ticket_page from public, anon, authenticated, service_role;

create function helpdesk_private.left_out_files(p_email helpdesk.outbound_emails, p_linked jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_german boolean := lower(helpdesk_private.locale_of((p_email).user_id)) ~ '^de(-|$)';
  v_lines text;
  v_words text;
  v_page text := helpdesk_private.ticket_page(p_email);
begin
  select string_agg(
    case
      when l.value ->> 'path' is null and v_is_german then format('Nicht angehängt, da nicht geprüft: %s', f.name)
      when l.value ->> 'path' is null then format('Not attached, as it was not checked: %s', f.name)
      when v_is_german then format('Zu groß für eine E-Mail: %s (%s MB)', f.name, replace(f.megabytes, '.', ','))
      else format('Too large for a mail: %s (%s MB)', f.name, f.megabytes)
    end, E'\n' order by l.place
  ) into v_lines
  from jsonb_array_elements(p_linked) with ordinality as l (value, place)
  cross join lateral (
    select l.value ->> 'name' as name, round((l.value ->> 'size')::numeric / 1000000, 1)::text as megabytes
  ) as f;
  if v_lines is null then
    return null;
  end if;
  v_words := case
    when v_page is null then null
    when v_is_german then 'Was nicht angehängt ist, können Sie nach der Anmeldung herunterladen: '
    else 'Sign in to download what is not attached: '
  end;
  return jsonb_build_object(
    'text', concat_ws(E'\n', v_lines, v_words || v_page),
    'html', concat_ws(
      '<br>', helpdesk_private.html_text(v_lines),
      helpdesk_private.html_text(v_words) || replace(
        '<a href="PAGE">PAGE</a>', 'PAGE', helpdesk_private.html_text(v_page)
      )
    )
  );
end;
$$;
comment on function helpdesk_private.left_out_files is
  'What a mail says of the files that do not go with it, as text and html, with the page where its reader finds them. '
  'That page needs a sign-in: a mail has no address that opens a file to whoever knows it.';
revoke all on function helpdesk_private.left_out_files from public, anon, authenticated, service_role;

create function helpdesk_private.render_reply(p_email helpdesk.outbound_emails)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select case
    when m.redacted_at is not null then jsonb_build_object('dropped', 'The message was redacted before it was sent.')
    when (p_email).user_id is distinct from m.requester_id and not exists (
      select from helpdesk.ticket_participants as p
      where p.ticket_id = (p_email).ticket_id and p.address = (p_email).recipient and p.receives_copies
    ) then jsonb_build_object('dropped', 'The recipient was removed from the ticket before it was sent.')
    else jsonb_build_object(
      'subject', (p_email).subject,
      'text', concat_ws(E'\n\n', q.body, l.left_out ->> 'text'),
      'html', '<div>' || concat_ws('<br><br>', helpdesk_private.html_text(q.body), l.left_out ->> 'html') || '</div>',
      'author', case when m.author_kind = 'staff' then m.author_name end,
      'attachments', f.files -> 'attachments'
    )
  end
  from helpdesk.messages as m
  cross join lateral (select helpdesk_private.mail_files(m.message_id) as files) as f
  cross join lateral (select helpdesk_private.left_out_files(p_email, f.files -> 'linked') as left_out) as l
  cross join lateral (select helpdesk_private.text_of_message(m) as body) as q
  where m.message_id = (p_email).message_id;
$$;
comment on function helpdesk_private.render_reply is
  'The text of a reply without what it quotes, with what it says of the files that do not go with it; dropped if it '
  'was redacted, or if its recipient receives no copies any more.';
revoke all on function helpdesk_private.render_reply from public, anon, authenticated, service_role;

create function helpdesk_private.render_email(p_email helpdesk.outbound_emails)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if (p_email).kind = 'acknowledgement' then
    return helpdesk_private.render_acknowledgement(p_email);
  elsif (p_email).kind = 'notification' then
    return helpdesk_private.render_notification(p_email);
  end if;
  return jsonb_build_object(
    'subject', coalesce(nullif((p_email).subject, ''), 'Test'), 'text', 'This mail is a test of the helpdesk.',
    'html', '<div>This mail is a test of the helpdesk.</div>'
  );
end;
$$;
comment on function helpdesk_private.render_email is
  'The text of an automatic mail: subject, text and html; reply_as note if answers become notes; or dropped, with the '
  'reason, for a mail that is not to be sent any more.';
revoke all on function helpdesk_private.render_email from public, anon, authenticated, service_role;

create function helpdesk_private.email_payload(p_email_id uuid)
returns jsonb
language plpgsql
-- Definer: called by definer functions only.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email helpdesk.outbound_emails;
  v_ticket helpdesk.tickets;
  v_channel helpdesk.email_channels;
  v_body jsonb;
  v_line text;
  v_name text;
  v_token text;
  v_takes boolean;
  v_parent text;
  v_references text[];
begin
  select * into v_email from helpdesk.outbound_emails as e where e.email_id = p_email_id;
  if not found then
    return null;
  elsif exists (select from helpdesk.email_suppressions as s where s.address = v_email.recipient) then
    raise exception 'Nothing is sent to this address: it is suppressed.';
  end if;
  if v_email.details ? 'tickets' then
    v_email := helpdesk_private.retarget_assignment(v_email);
  end if;
  select * into v_ticket from helpdesk.tickets as t where t.ticket_id = v_email.ticket_id;
  select * into v_channel from helpdesk.email_channels as c where c.channel_id = v_email.channel_id and c.is_active;
  if not found then
    v_channel := helpdesk_private.channel_of_ticket(v_ticket);
  end if;
  if v_channel.channel_id is null then
    raise exception 'There is no active address to send from.';
  end if;
  v_body := case
    when v_email.kind = 'reply' then helpdesk_private.render_reply(v_email)
    else helpdesk_private.render_email(v_email)
  end;
  if v_body is null or v_body ? 'dropped' then
    return v_body;
  end if;
  v_line := helpdesk_private.reply_line(v_email);
  v_takes := helpdesk_private.takes_reply_addresses(v_channel);
  v_name := coalesce(
    nullif(v_channel.name, ''), (select t.name from helpdesk.teams as t where t.team_id = v_ticket.team_id), ''
  );
  if v_ticket.ticket_id is not null then
    v_token := helpdesk_private.reply_token(v_ticket.ticket_id, coalesce(
      v_email.user_id,
      -- A participant whom nobody has heard of yet: their answer would make them a person, too.
      (helpdesk_private.person_for_address(v_email.recipient, (
        select p.name from helpdesk.ticket_participants as p
        where p.ticket_id = v_ticket.ticket_id and p.address = v_email.recipient
      ))).user_id
    ));
    v_references := helpdesk_private.mail_references(v_email);
    -- From here on somebody may answer it.
    perform helpdesk_private.remember_email_id(v_email.minted_id, 'minted', v_ticket.ticket_id, v_email.message_id);
    v_parent := (helpdesk_private.last_mail_of(v_ticket.ticket_id, v_email.recipient, v_email.user_id)).message_id;
    if v_parent is null or v_parent <> all(v_references) then
      -- Not written to us yet, or under an id that no mail may name: below our own last mail to them.
      v_parent := (
        select coalesce(o.stamped_id, o.minted_id) from helpdesk.outbound_emails as o
        where o.ticket_id = v_ticket.ticket_id and o.recipient = v_email.recipient
          and o.state in ('sent', 'unknown') and o.email_id <> v_email.email_id
        order by o.created_at desc limit 1
      );
    end if;
  end if;
  return jsonb_build_object(
    'message_id', format('<%s>', v_email.minted_id),
    'from', jsonb_build_object(
      'address', v_channel.address,
      'name', case
        when v_body ->> 'author' is null then v_name
        when v_name = '' then v_body ->> 'author'
        else format('%s (%s)', v_body ->> 'author', v_name)
      end
    ),
    'to', jsonb_build_array(jsonb_build_object(
      'address', v_email.recipient,
      'name', case
        -- Whoever forges a sender has written this name, too.
        when v_email.kind = 'acknowledgement' and v_email.details -> 'is_verified' is distinct from 'true' then ''
        else coalesce((select u.name from helpdesk.users as u where u.user_id = v_email.user_id), '')
      end
    )),
    'reply_to', jsonb_build_object('name', v_name, 'address', case
      when v_token is null or not v_takes then v_channel.address
      else format(
        '%s+%s@%s', case v_body ->> 'reply_as' when 'note' then 'note' else 'reply' end, v_token,
        helpdesk_private.reply_domain(v_channel)
      )
    end),
    'envelope_from', case
      when v_takes then format(
        'bounce+%s@%s', helpdesk_private.bounce_token(v_email.email_id), helpdesk_private.reply_domain(v_channel)
      )
    end,
    'subject', coalesce(nullif(v_body ->> 'subject', ''), v_email.subject),
    'text', concat_ws(E'\n\n', v_line, v_body ->> 'text', case when not v_takes then format('[ref:%s]', v_token) end),
    'html', format(
      '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>%s%s%s</body></html>',
      '<p>' || helpdesk_private.html_text(v_line) || '</p>', v_body ->> 'html',
      case when not v_takes then format('<p>[ref:%s]</p>', v_token) else '' end
    ),
    'in_reply_to', format('<%s>', v_parent),
    -- Ours too: some providers replace Message-ID and leave this header alone. Before the parent, which comes last.
    'references', (
      select jsonb_agg(format('<%s>', r.id) order by r.place)
      from unnest(array_remove(v_references, v_parent) || v_email.minted_id || v_parent) with ordinality as r (id, place)
      where r.id is not null
    ),
    'automatic', case v_email.kind
      when 'acknowledgement' then 'auto-replied' when 'reply' then null else 'auto-generated'
    end,
    'installation', helpdesk_private.installation_mark(),
    'attachments', coalesce(v_body -> 'attachments', '[]')
  ) - case when v_parent is null then 'in_reply_to' else '' end;
end;
$$;
comment on function helpdesk_private.email_payload is
  'The mail as a sender is to send it; dropped, with the reason, if it is not to be sent any more. An error says why '
  'it cannot be sent.';
revoke all on function helpdesk_private.email_payload from public, anon, authenticated, service_role;
