"""Rules of the removal of a mail's text: parts of functions replaced. See mutations_rules."""

from __future__ import annotations

from typing import LiteralString

EMAIL_REMOVAL: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    # A function, and the concept whose tests notice.
    ("lock_email(uuid,uuid)", "email_removal"): {
        "a later delivery is redacted instead of the mail": ("if v_email.outcome = 'duplicate' then", "if false then"),
        "requesters redact the mails that they see": (
            "return helpdesk_private.find_email(v_email.inbound_id);",
            "return v_email;",
        ),
    },
    ("redact_email(uuid,uuid)", "email_removal"): {
        "a mail that is not parsed is redacted": ("if v_email.outcome is null then", "if false then"),
        "a repeated request removes what people wrote since": (
            "elsif v_email.redacted_at is not null then",
            "elsif false then",
        ),
        "the message keeps its text": ("perform helpdesk_private.redact_message(v_email.post_id);", "null;"),
        "the note keeps its text": (
            "update helpdesk.notes as n set body = '[redacted]'",
            "update helpdesk.notes as n set body = n.body",
        ),
        "the description keeps the text": ("set description = '[redacted]', revision", "set revision"),
        "the assistant keeps the text": (
            "perform helpdesk_private.redact_answers(v_email.ticket_id, v_since);",
            "null;",
        ),
        "nobody hears of it": ("'email.redacted', 'staff', v_ticket", "'email.accepted', 'staff', v_ticket"),
    },
    ("redact_answers(uuid,timestamptz)", "email_removal"): {
        "answers on the ticket that it was merged into stay": (
            "update helpdesk.ai_runs as r set answer = null",
            "update helpdesk.ai_runs as r set answer = r.answer",
        ),
    },
    ("has_redacted_since(uuid,timestamptz)", "email_removal"): {
        "an answer that is under way is taken": ("where i.redacted_at >= p_time", "where false"),
    },
    ("run_conversation(helpdesk.tickets)", "email_model_texts"): {
        "a model reads what is folded": ("helpdesk_private.text_of_message(m) as body", "m.body"),
    },
    ("read_run(uuid)", "email_model_texts"): {
        "a model reads what is folded of a description": (
            "v_ticket.description := helpdesk_private.text_of_description(v_ticket);",
            "",
        ),
    },
    ("text_of_description(helpdesk.tickets)", "email_model_texts"): {
        "what staff wrote is cut as the mail was": ("and i.body = p_ticket.description", ""),
        "a description of quotes is nothing": ("nullif(btrim(left(", "coalesce(btrim(left("),
    },
    ("ingest_email(uuid,jsonb)", "email_removal"): {
        "what was redacted is read once more": ("and v_email.redacted_at is null then", "then"),
    },
}
