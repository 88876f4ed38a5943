-- What a run reads: its ticket, the conversation with the requester, and no more than the settings allow.

insert into helpdesk_private.concepts (version, concept) values ('20261122002417', 'assistant_reading');

create function helpdesk_private.is_hidden_element(p_tag text)
returns boolean
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- A size of 0.9 is seen, and so is what stands on a white background.
  select left(p_tag, 500) ~* (
    '^[a-z][^>]*(\shidden\y|\saria-hidden\y(?!\s*=\s*["'']?false)|display\s*:\s*none|visibility\s*:\s*hidden|'
    || '(font-size|opacity)\s*:\s*0+(\.0*)?(?![.\d])|left\s*:\s*-\d{3}|'
    || '(?<![-a-z])color\s*:\s*(white\y|#fff\y|#ffffff|transparent))'
  );
$$;
comment on function helpdesk_private.is_hidden_element is
  'Whether HTML shows nothing of the element whose tag, without its first bracket, the text begins with.';
revoke all on function helpdesk_private.is_hidden_element from public, anon, authenticated, service_role;

create function helpdesk_private.model_text(p_text text)
returns text
language plpgsql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text text := regexp_replace(
    left(p_text, 20000),
    '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
    '\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+',
    '', 'g'
  );
  v_kept text := '';
  v_hidden text;
  -- How many elements of this name are open within the hidden one.
  v_depth integer;
  v_name text;
  v_part text;
  v_first boolean := true;
begin
  if strpos(v_text, '<') = 0 then
    return v_text;
  end if;
  -- Comments, cut at their marks: a pattern for both would be slow for many beginnings without an end.
  select string_agg(
    case
      when c.n = 1 then c.part
      when strpos(c.part, '-->') > 0 then substr(c.part, strpos(c.part, '-->') + 3)
      else '<!--' || c.part
    end, '' order by c.n
  ) into v_text
  from unnest(string_to_array(v_text, '<!--')) with ordinality as c (part, n);
  -- Elements that HTML does not show, with all that is in them.
  foreach v_part in array string_to_array(v_text, '<') loop
    if v_first then
      v_kept := v_part;
      v_first := false;
      continue;
    end if;
    v_name := lower(substring(left(v_part, 100) from '^/?([A-Za-z][A-Za-z0-9]*)'));
    if v_hidden is not null then
      if v_name is distinct from v_hidden then
        continue;
      elsif left(v_part, 1) <> '/' then
        -- A paragraph holds no other one.
        v_depth := v_depth + case when v_name = 'p' then 0 else 1 end;
        continue;
      end if;
      v_depth := v_depth - 1;
      if v_depth = 0 then
        v_kept := v_kept || coalesce(substr(v_part, nullif(strpos(v_part, '>'), 0) + 1), '');
        v_hidden := null;
      end if;
    elsif helpdesk_private.is_hidden_element(v_part) then
      if v_name in (
        'br', 'hr', 'img', 'input', 'link', 'meta', 'area', 'base', 'col', 'embed', 'source', 'track', 'wbr'
      ) then
        -- Such elements have no end, and nothing in them: mail has images that nobody sees.
        v_kept := v_kept || coalesce(substr(v_part, nullif(strpos(v_part, '>'), 0) + 1), '');
      else
        v_hidden := v_name;
        v_depth := 1;
      end if;
    else
      v_kept := v_kept || '<' || v_part;
    end if;
  end loop;
  return v_kept;
end;
$$;
comment on function helpdesk_private.model_text is 'A text without what its readers do not see.';
revoke all on function helpdesk_private.model_text from public, anon, authenticated, service_role;

create function helpdesk_private.run_conversation(p_ticket helpdesk.tickets)
returns jsonb
language plpgsql
stable
-- Definer: reads messages for definer functions that have checked the lease.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Merged tickets belong to the conversation; of other requesters' messages there the model sees nothing.
  return (
    with recent as (
      select m.message_id, m.author_kind, m.author_name, m.body, m.created_at, m.sequence
      from helpdesk.messages as m
      where (
          m.ticket_id = p_ticket.ticket_id
          or m.ticket_id in (
            select g.ticket_id from helpdesk_private.merged_tickets as g where g.conversation_id = p_ticket.ticket_id
          )
        )
        and m.requester_id = p_ticket.created_by
        and m.redacted_at is null
      order by m.sequence desc
      limit 100
    ),
    numbered as (
      select r.*, row_number() over (order by r.sequence) as n from recent as r
    )
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'n', n.n, 'message_id', n.message_id, 'author_kind', n.author_kind,
          'author_name', left(helpdesk_private.model_text(n.author_name), 120),
          'body', left(helpdesk_private.model_text(n.body), 8000), 'created_at', n.created_at
        ) order by n.n
      ), '[]'
    )
    from numbered as n
  );
end;
$$;
revoke all on function helpdesk_private.run_conversation from public, anon, authenticated, service_role;

create function helpdesk_private.run_notes(p_ticket_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with recent as (
    select n.* from helpdesk.notes as n where n.ticket_id = p_ticket_id order by n.sequence desc limit 20
  )
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'author_kind', 'staff', 'author_name', left(helpdesk_private.model_text(r.author_name), 120),
        'body', left(helpdesk_private.model_text(r.body), 4000), 'created_at', r.created_at
      ) order by r.sequence
    ), '[]'
  )
  from recent as r;
$$;
revoke all on function helpdesk_private.run_notes from public, anon, authenticated, service_role;

create function helpdesk_private.run_question(p_ticket helpdesk.tickets, p_conversation jsonb)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- All that the requester wrote since the last answer is one question.
  return (
    with burst as (
      select string_agg(helpdesk_private.own_words(e.message ->> 'body'), chr(10) order by e.n) as text
      from jsonb_array_elements(p_conversation) with ordinality as e (message, n)
      where e.message ->> 'author_kind' = 'customer'
        and e.n > coalesce((
          select max(o.n) from jsonb_array_elements(p_conversation) with ordinality as o (message, n)
          where o.message ->> 'author_kind' <> 'customer'
        ), 0)
    )
    select case
      when helpdesk_private.is_blank(coalesce(b.text, '')) or not exists (
        select from jsonb_array_elements(p_conversation) as s (message) where s.message ->> 'author_kind' <> 'customer'
      ) then concat_ws(
        -- A long log at the end does not push the title out.
        chr(10), left(helpdesk_private.model_text((p_ticket).title), 300),
        nullif(right(concat_ws(
          chr(10), nullif(helpdesk_private.own_words(helpdesk_private.model_text((p_ticket).description)), ''), b.text
        ), 1699), '')
      )
      else right(b.text, 2000)
    end
    from burst as b
  );
end;
$$;
comment on function helpdesk_private.run_question is
  'What the requester asks now: everything since the last answer; before the first answer the ticket itself, too.';
revoke all on function helpdesk_private.run_question from public, anon, authenticated, service_role;

create function helpdesk_private.run_labels(p_ticket helpdesk.tickets)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'teams', (
      select coalesce(jsonb_agg(jsonb_build_object('id', t.team_id, 'name', t.name) order by t.name), '[]')
      from helpdesk.teams as t
      where not exists (
        select from helpdesk.ai_exclusions as e where e.scope = 'team' and e.target_id = t.team_id
      )
    ),
    'priorities', jsonb_build_array('low', 'medium', 'high', 'urgent'),
    'tags', (
      -- The tags of this team that people use most.
      select coalesce(jsonb_agg(u.tag order by u.count desc, u.tag), '[]')
      from (
        select g.tag, count(*) as count
        from helpdesk.ticket_tags as g join helpdesk.tickets as t using (ticket_id)
        where t.team_id = (p_ticket).team_id
        group by g.tag order by count(*) desc, g.tag limit 50
      ) as u
    )
  );
$$;
revoke all on function helpdesk_private.run_labels from public, anon, authenticated, service_role;

create function helpdesk_private.read_run(p_run_id uuid)
returns jsonb
language plpgsql
stable
-- Definer: the assistant's login reads no table. The caller has checked the lease.
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs := (select r from helpdesk.ai_runs as r where r.run_id = p_run_id);
  v_ticket helpdesk.tickets := (select t from helpdesk.tickets as t where t.ticket_id = v_run.ticket_id);
  v_settings helpdesk.ai_settings := (select s from helpdesk.ai_settings as s);
  v_conversation jsonb := helpdesk_private.run_conversation(v_ticket);
begin
  return jsonb_build_object(
    'run', jsonb_build_object('run_id', v_run.run_id, 'kind', v_run.kind, 'wish', v_run.wish, 'is_test', v_run.is_test),
    'ticket', jsonb_build_object(
      'number', v_ticket.number, 'title', helpdesk_private.model_text(v_ticket.title),
      'description', left(helpdesk_private.model_text(v_ticket.description), 8000), 'status', v_ticket.status,
      'priority', v_ticket.priority,
      'team', (select t.name from helpdesk.teams as t where t.team_id = v_ticket.team_id)
    ),
    'conversation', v_conversation,
    -- Never for what goes to a requester, whatever the setting says.
    'notes', case
      when v_settings.notes_in_context and v_run.kind in ('summary', 'next_steps')
        then helpdesk_private.run_notes(v_ticket.ticket_id)
      else '[]'
    end,
    'question', helpdesk_private.run_question(v_ticket, v_conversation),
    'text', helpdesk_private.classification_text(v_ticket),
    'prompt', (
      select jsonb_build_object('prompt_id', p.prompt_id, 'version', p.version, 'body', p.body)
      from helpdesk.ai_prompts as p where p.prompt_id = v_run.prompt_id
    ),
    'settings', jsonb_build_object(
      'tone', v_settings.tone, 'signature', v_settings.signature, 'reply_language', v_settings.reply_language,
      'chat_model', v_settings.chat_model, 'embedding_model', helpdesk_private.active_embedding_model()
    ),
    'labels', case when v_run.kind = 'classification' then helpdesk_private.run_labels(v_ticket) else '{}' end,
    'limits', jsonb_build_object('prompt_tokens', 3000)
  );
end;
$$;
revoke all on function helpdesk_private.read_run from public, anon, authenticated, service_role;

create function helpdesk_private.read_leased_run()
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_run helpdesk.ai_runs := helpdesk_private.leased_run();
begin
  return helpdesk_private.read_run(v_run.run_id);
end;
$$;
revoke all on function helpdesk_private.read_leased_run from public, anon, authenticated, service_role;
grant execute on function helpdesk_private.read_leased_run to authenticated;

create function helpdesk.read_run()
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select helpdesk_private.read_leased_run();
$$;
comment on function helpdesk.read_run is
  'For the holder of a lease: the ticket of the run, its conversation, the question, and the settings that matter.';
revoke all on function helpdesk.read_run from public, anon, authenticated, service_role;
grant execute on function helpdesk.read_run to authenticated;
