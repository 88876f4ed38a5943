"""Rules of who sees a mail as it came: parts of functions replaced. See mutations_rules."""

from __future__ import annotations

from typing import LiteralString

EMAIL_ORIGINALS: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    # A function, and the concept whose tests notice.
    ("find_original(uuid,uuid,uuid)", "email_originals"): {
        "several mails are named at once": (
            "if num_nonnulls(p_inbound_id, p_message_id, p_ticket_id) <> 1",
            "if false",
        ),
        "somebody without a profile asks": ("perform helpdesk_private.require_person();", "null;"),
        "anybody sees a mail": ("coalesce(v_role, 'assistant') = 'assistant'", "false"),
        "customers see the mails of staff": ("then v_message.author_kind = 'customer'", "then true"),
        "customers see what staff forwarded": ("else v_email.author_id = v_ticket.created_by", "else true"),
        "any mail of a ticket has opened it": ("and i.outcome = 'created' and i.post_id is null", "and true"),
        "staff of another team see a mail": (
            "return helpdesk_private.find_email(p_inbound_id);",
            "return (select i from helpdesk.inbound_emails as i where i.inbound_id = p_inbound_id);",
        ),
    },
    ("shown_parts(helpdesk.inbound_emails)", "email_originals"): {
        "what waits for its check is shown": ("having bool_or(a.state in ('clean', 'unchecked'))", "having true"),
        "what was deleted elsewhere is shown": ("a.state = 'deleted' or", ""),
        "what the desk does not take is shown": ("or (a.state = 'rejected'", "or (false"),
    },
    ("original_email(uuid,uuid,uuid)", "email_originals"): {
        "a copy of what was redacted is shown": (
            "where i.raw_key = v_email.raw_key and i.redacted_at is not null",
            "where false",
        ),
        "whether there is HTML is guessed": ("case when v_email.outcome is not null then v_email.has_html end", "true"),
        "a large mail has no HTML": ("when v_email.size > c_parsed_bytes and v_email.has_html then", "when false then"),
    },
}
