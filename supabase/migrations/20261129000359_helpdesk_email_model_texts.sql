-- E-mail and the assistant: a model reads what people see of a mail. What is folded as quoted text is on the ticket
-- already, or it is somebody else's: instructions that a sender hides there reach no model that nobody sees them reach.

insert into helpdesk_private.concepts (version, concept) values ('20261129000359', 'email_model_texts');

create function helpdesk_private.text_of_description(p_ticket helpdesk.tickets)
returns text
language sql
stable
-- Definer: reads mails.
security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    (
      select nullif(btrim(left(p_ticket.description, i.trimmed_from), E' \t\r\n'), '') from helpdesk.inbound_emails as i
      where i.ticket_id = p_ticket.ticket_id and i.outcome = 'created' and i.trimmed_from is not null
        -- Whoever has written another description has decided what is read.
        and i.body = p_ticket.description
      limit 1
    ),
    p_ticket.description
  );
$$;
comment on function helpdesk_private.text_of_description is
  'The description of a ticket, without what the mail quotes that opened it.';
revoke all on function helpdesk_private.text_of_description from public, anon, authenticated, service_role;

create or replace function helpdesk_private.run_conversation(p_ticket helpdesk.tickets)
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
      select
        m.message_id, m.author_kind, m.author_name, helpdesk_private.text_of_message(m) as body, m.created_at,
        m.sequence
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

create or replace function helpdesk_private.read_run(p_run_id uuid)
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
  -- A ticket is classified as examples are learnt: by the whole description, of which no quote is read there either.
  v_text text := helpdesk_private.classification_text(v_ticket);
begin
  v_ticket.description := helpdesk_private.text_of_description(v_ticket);
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
    'text', v_text,
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
