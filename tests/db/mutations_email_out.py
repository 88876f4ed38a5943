"""Rules of mails that are sent that refuse nothing: parts of functions replaced. See mutations_rules."""

from __future__ import annotations

from typing import LiteralString

EMAIL_OUT: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    # A function, and the concept whose tests notice.
    ("mail_reply()", "email_out"): {
        "what staff sent outside is sent again": ("and i.flags && '{sent_outside}'", "and false"),
    },
    ("reply_recipients(helpdesk.messages)", "email_out"): {
        "people who were deactivated receive mail": ("where p.is_active and", "where"),
        "those who want no copies receive some": ("and p.receives_copies", ""),
        "the author receives the reply": ("and p.user_id is distinct from p_message.author_id", ""),
    },
    (
        "enqueue_email(uuid,text,uuid,text,uuid,uuid,jsonb,timestamp with time zone)",
        "email_out",
    ): {
        "we write to ourselves": ("not v_is_automatic and helpdesk_private.is_own_address(v_address)", "false"),
        "a suppressed address is written to": ("if not found or v_is_suppressed then", "if not found then"),
        "one person's mails overtake each other": ("p_ticket_id::text || v_address", "v_id::text"),
    },
    ("render_reply(helpdesk.outbound_emails)", "email_out"): {
        "who was removed receives what was queued": ("and p.receives_copies", "or true"),
    },
    ("cancel_emails()", "email_out"): {
        "what is redacted is sent": ("and e.state = 'queued'", "and false"),
    },
    ("follow_email_delivery()", "email_out"): {
        "a mail that is not sent is nobody's business": ("if v_state in ('failed', 'unknown') then", "if false then"),
    },
    ("email_payload(uuid)", "email_out"): {
        "what is suppressed meanwhile is sent": ("where s.address = v_email.recipient", "where false"),
    },
    ("ticket_page(helpdesk.outbound_emails)", "email_composing"): {
        "who reads no ticket has a link to it": ("v_ticket.created_by = v_user.user_id or", "true or"),
        "a link without a console": ("when v_console is null or", "when false or"),
    },
    ("left_out_files(helpdesk.outbound_emails,jsonb)", "email_composing"): {
        "the name of a file is HTML": ("helpdesk_private.html_text(v_lines)", "v_lines"),
    },
    ("html_text(text)", "email_composing"): {
        "a ticket's HTML is HTML": ("'<', '&lt;'", "'<', '<'"),
    },
    ("mail_references(helpdesk.outbound_emails)", "email_composing"): {
        "ids that no header may have": ("i.message_id ~ '^[!-;=?-~]+@[!-;=?-~]+$' and", ""),
        "the ids of others' mails": ("and o.recipient = (p_email).recipient", ""),
    },
    ("reply_subject(helpdesk.tickets,text,uuid)", "email_composing"): {
        "a prefix more with each answer": ("'^((re|aw", "'^((nothing"),
    },
    ("note_email_outcome(helpdesk.outbox,text,jsonb)", "email_composing"): {
        "the id that a provider gave is forgotten": ("if v_email.stamped_id is not null", "if false"),
    },
    ("note_email_outcome(helpdesk.outbox,text,jsonb)", "email_bounces"): {
        "any refusal suppresses": ("5\\.1\\.(1|2|3|6|10)\\M", "5"),
    },
    ("note_report(helpdesk.outbound_emails,text,text,boolean)", "email_bounces"): {
        "a report counts each time": ("if p_email.bounced_at is null then", "if true then"),
        "soft bounces never suppress": (">= c_soft_most", ">= 100"),
        "a forged bounce suppresses": ("if p_is_sure and", "if"),
        "a forged complaint suppresses": ("if p_is_sure then", "if true then"),
        "what came back is delivered": (
            "and e.bounced_at is null;\n  elsif p_outcome = 'delayed'",
            ";\n  elsif p_outcome = 'delayed'",
        ),
    },
    ("follow_report()", "email_bounces"): {
        "the words of a forged bounce reach staff": ("case when v_has_token then", "case when true then"),
    },
    ("bounce_token(uuid)", "email_bounces"): {
        "a token is made of what staff and webhooks read": (
            "substr(helpdesk_private.hmac_sha256(\n    (select s.secret from helpdesk_private.email_secrets as s), "
            "'bounce|' || p_email_id\n  ), 1, 16)",
            "uuid_send(p_email_id)",
        ),
    },
    ("bounce_outcome(jsonb,text)", "email_bounces"): {
        "a status with words": ("substring(b.status from '^[245]\\.[0-9]{1,3}\\.[0-9]{1,3}$')", "b.status"),
        "a delay is a failure": ("not in ('failed', '')", "not in ('failed', 'delayed', '')"),
        "the report about somebody else counts": ("where b.is_ours or", "where true or"),
    },
    ("tell_undelivered(helpdesk.outbound_emails,text,text,boolean)", "email_bounces"): {
        "a forged bounce opens a closed ticket": ("and p_is_sure", ""),
        "a ticket stays closed although its answer came back": (
            "and v_ticket.status in ('resolved', 'closed')",
            "and false",
        ),
    },
    ("suppress_address(text,text,text)", "email_bounces"): {
        "a complaint after a bounce is lifted by a mail": ("and p_reason = 'complaint'", "and false"),
    },
}
