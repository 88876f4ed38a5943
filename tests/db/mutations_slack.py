"""Rules of Slack that refuse nothing: parts of functions replaced. See mutations_rules."""

from __future__ import annotations

from typing import LiteralString

SLACK: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    # A function, and the concept whose tests notice.
    ("guard_slack()", "slack_administration"): {
        "a workspace that is on again keeps its reason": ("new.disabled_reason := null;", ""),
        "who has switched it off is not said": ("coalesce(new.disabled_reason, 'switched_off')", "new.disabled_reason"),
    },
    ("release_slack(uuid)", "slack_administration"): {
        "what waited is never written": ("o.next_at is null", "false"),
    },
    ("follow_slack_connection()", "slack_administration"): {
        "what waited for the workspace is never written": (
            "if new.is_active and not old.is_active then",
            "if false then",
        ),
    },
    ("follow_slack_channel()", "slack_administration"): {
        "what waited for the channel is never written": (
            "if new.is_active and not old.is_active then",
            "if false then",
        ),
        "a removed channel leaves deliveries behind": (
            "delete from helpdesk.outbox as o where",
            "select from helpdesk.outbox as o where false and",
        ),
        "a channel that is gone is switched off in silence": (
            "elsif old.is_active and new.disabled_reason <> 'switched_off' then",
            "elsif false then",
        ),
    },
    ("connect_slack(text,text,text,text,text)", "slack_administration"): {
        "other secrets are nobody's business": ("if v_old.connection_id is not null", "if false"),
        "the old token stays": ("set bot_token = excluded.bot_token,", "set bot_token = s.bot_token,"),
        "a workspace stays off": (
            "p_workspace_name, c.workspace_name), is_active = true",
            "p_workspace_name, c.workspace_name)",
        ),
    },
    ("test_slack_channel(uuid)", "slack_administration"): {
        "a channel is tried once": ("o.event_id is null and o.state <> 'leased'", "false"),
    },
    ("slack_escape(text)", "slack"): {
        "a ticket calls everybody": ("'<', '&lt;'", "'<', '<'"),
        "a ticket writes entities": ("'&', '&amp;'", "'&', '&'"),
    },
    ("slack_cut(text,integer)", "slack"): {
        "characters are counted as Postgres counts them": ("then p_most / 2 else", "then p_most else"),
        "texts are longer than Slack takes": ("if char_length(p_text) <= v_most", "if true"),
    },
    ("slack_plain(text,integer)", "slack"): {
        "names of emoji become emoji": ("'emoji', false", "'emoji', true"),
    },
    ("slack_root(helpdesk.tickets,helpdesk.slack_channels)", "slack"): {
        "a ticket that has left the team is shown": ("if p_ticket.team_id <> p_channel.team_id", "if false"),
        "an empty description is a block": ("if not helpdesk_private.is_blank(p_ticket.description)", "if true"),
        "what is resolved can be claimed": ("if p_ticket.status in ('open', 'pending')", "if true"),
        "what somebody has can be claimed": (
            "if p_ticket.assigned_to is null then\n      v_buttons",
            "if true then\n      v_buttons",
        ),
    },
    ("slack_reply(helpdesk.messages)", "slack"): {
        "what is redacted is written": ("when p_message.redacted_at is null", "when true"),
    },
    ("slack_wants(helpdesk.slack_channels,helpdesk.events)", "slack"): {
        "tickets of other teams are written": (
            "coalesce(p_event.team_id = p_channel.team_id, p_channel.team_id is null)",
            "true",
        ),
        "new tickets are written where nobody wants them": ("p_channel.events @> '{opened}' and", ""),
        "reopened tickets are written where nobody wants them": ("p_channel.events @> '{reopened}' and", ""),
        "conversations are written where nobody wants them": (
            "return p_channel.events @> '{replied}' and not",
            "return not",
        ),
        "tickets without a thread are followed": ("if not v_has_thread then", "if false then"),
        "each change is written by itself": ("o.state = 'queued' and o.attempts = 0", "false"),
    },
    ("slack_wants(helpdesk.slack_channels,helpdesk.events)", "slack_acting"): {
        "what was written in the thread comes back": ("where r.xid = pg_current_xact_id()", "where false"),
    },
    ("enqueue_for_slack()", "slack"): {
        "a workspace that is off collects deliveries": (
            "where c.is_active and n.is_active and",
            "where c.is_active and",
        ),
        "a channel that is off collects deliveries": ("where c.is_active and n.is_active and", "where n.is_active and"),
    },
    ("slack_calls(helpdesk.slack_channels,helpdesk.events,helpdesk.tickets)", "slack"): {
        "a name is a mention": ("'parse', 'none'", "'parse', 'full'"),
        "links are unfurled": ("'unfurl_links', false", "'unfurl_links', true"),
        "another team's conversation is written": ("if not v_is_its_team then", "if false then"),
        "a thread that begins late begins with nothing": (
            "elsif p_channel.events @> '{replied}' and v_ts is null then",
            "elsif false then",
        ),
        "nobody is told that a ticket is open again": ("'reply_broadcast', true", "'reply_broadcast', false"),
    },
    ("slack_payload(helpdesk.outbox)", "slack_administration"): {
        "what is off is written to": (
            "elsif not (v_channel.is_active and v_connection.is_active) then",
            "elsif false then",
        ),
    },
    ("note_slack_outcome(helpdesk.outbox,text,jsonb)", "slack"): {
        "a thread is begun twice": ("if v_ts ~ '^[0-9]{1,16}[.][0-9]{1,9}$' and", "if p_outcome = 'done' and"),
    },
    ("note_slack_outcome(helpdesk.outbox,text,jsonb)", "slack_administration"): {
        "a channel that is gone switches the workspace off": (
            "elsif v_error in (",
            "elsif false and v_error in (",
        ),
        "a refused token is tried for ever": ("elsif p_outcome = 'gone' then", "elsif false then"),
    },
    ("note_slack_outcome(helpdesk.outbox,text,jsonb)", "slack_acting"): {
        "what the thread shows is forgotten": ("if p_outcome = 'done' and pg_input", "if false and pg_input"),
    },
    ("due_for_slack(integer)", "slack"): {
        "a channel gets more than Slack takes": ("(10 - (", "(1000 - ("),
    },
    ("accept_slack(text,text,text,text)", "slack_requests"): {
        "any signature is right": (
            "if sha256(convert_to(p_signature, 'UTF8')) =",
            "if true or sha256(convert_to(p_signature, 'UTF8')) =",
        ),
        "an old request is new": ("abs(extract(epoch from clock_timestamp()) - p_sent_at::bigint) > 300", "false"),
        "a request from the future is new": (
            "abs(extract(epoch from clock_timestamp()) - p_sent_at::bigint)",
            "extract(epoch from clock_timestamp()) - p_sent_at::bigint",
        ),
        "a workspace speaks for another one": ("where c.workspace_id = p_workspace_id or", "where true or"),
        "the check of the address receives the token": (
            "case when p_workspace_id is null then '{}' else",
            "case when false then '{}' else",
        ),
    },
    ("is_slack_thread(uuid,text,text)", "slack_acting"): {
        "a thread of another workspace is a ticket": ("c.connection_id = p_connection_id and", ""),
        "a thread of another channel is a ticket": ("c.channel_id = p_channel_id and", ""),
        "any thread is a ticket": ("and t.thread_ts = p_thread_ts", ""),
    },
    ("slack_login(text)", "slack_acting"): {
        "an address that nobody has proved acts": ("l.email_confirmed_at is not null", "true"),
        "a login that is banned acts": ("coalesce(l.banned_until <= clock_timestamp(), true)", "true"),
        "an address that the login does not have acts": ("helpdesk_private.canonical_email(l.email) = u.email", "true"),
        "an alias is nobody": ("or u.email is distinct from helpdesk_private.canonical_email(p_email)", ""),
    },
    ("begin_slack_act(uuid,text,text,text,jsonb)", "slack_acting"): {
        "a workspace that is off acts": ("p_connection_id and c.is_active", "p_connection_id"),
        "another thread is the ticket": ("and t.thread_ts = p_args ->> 'thread_ts'", ""),
        "a request is carried out twice": (
            "on conflict do nothing;\n  if not found then",
            "on conflict do nothing;\n  if false then",
        ),
        "requests are remembered for ever": ("o.created_at < clock_timestamp() - interval '1 day'", "false"),
        "the person has not seen what the thread has not": (
            "'last_message_id', v_thread.last_message_id",
            "'last_message_id', helpdesk_private.last_message_to(v_thread.ticket_id)",
        ),
    },
    ("end_slack_act(uuid,text,jsonb,jsonb)", "slack_acting"): {
        "the thread has not seen its own reply": ("if p_act = 'reply' then", "if false then"),
        "what is found calls everybody": (
            "helpdesk_private.slack_escape(helpdesk_private.slack_cut(f.ticket ->> 'title', 150))",
            "f.ticket ->> 'title'",
        ),
    },
}
