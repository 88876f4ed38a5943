"""Rules of the work on mails that refuse nothing: parts of functions replaced. See mutations_rules."""

from __future__ import annotations

from typing import LiteralString

_EMAIL = "helpdesk.inbound_emails"

EMAIL_WORK: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    # A function, and the concept whose tests notice.
    ("note_email_work()", "email_work"): {
        "nobody has a minute": (
            "v_due timestamptz := clock_timestamp() + interval '60 seconds'",
            "v_due timestamptz := now()",
        ),
        "accepted mails wait": ("if tg_op = 'UPDATE' and old.outcome = 'quarantined' then", "if false then"),
        "files are forgotten": ("and jsonb_array_length(helpdesk_private.files_of_email(new)) > 0", "and false"),
        "mails without files stay": ("and jsonb_array_length(helpdesk_private.files_of_email(new)) > 0", ""),
    },
    ("lease_emails(integer,integer)", "email_work"): {
        "what is not due is leased": ("where w.due_at <= clock_timestamp()", "where true"),
        "a mail that ends its worker comes for ever": ("w.attempts >= c_attempts", "false"),
        "a mail is given up while somebody is at it": ("and w.due_at <= clock_timestamp()", ""),
    },
    ("use_email_token(text,text,text)", "email_tokens"): {
        "any mail has the token": ("and t.content_sha256 = p_content_sha256", ""),
        "one provider's token is another's": ("p_source || ':' || p_token", "p_token"),
        "tokens are kept for ever": ("where e.kept_until < clock_timestamp()", "where false"),
        "a token is forgotten at once": ("where e.kept_until < clock_timestamp()", "where true"),
        "a token is forgotten before its request is old": ("interval '12 hours'", "interval '1 hour'"),
    },
    (f"files_of_email({_EMAIL})", "email_work"): {
        "the second team has no files": (
            "where i.raw_key = (p_email).raw_key",
            "where i.inbound_id = (p_email).inbound_id",
        ),
    },
    ("postpone_email(uuid,text,boolean)", "email_work"): {
        "a final problem is none": ("if coalesce(p_is_final, false) or", "if"),
    },
    ("email_file_problem(uuid,text,bigint)", "email_work"): {
        "any type is taken": ("when f.content_type is null or", "when false or"),
        "any size is taken": ("when p_size > s.attachment_max_bytes then", "when false then"),
    },
    (f"add_email_file({_EMAIL},helpdesk.tickets,jsonb,text)", "email_work"): {
        "files of a note are for the requester": ("when p_email.note_id is not null then 'note'", ""),
    },
    ("place_email_files(uuid,jsonb)", "email_work"): {
        "files of a mail in quarantine are placed": (
            "if not found or (v_email.post_id is null and v_email.note_id is null "
            "and v_email.outcome is distinct from 'created') then",
            "if not found then",
        ),
        "files are placed twice": (
            "or v_placed @> jsonb_build_array(jsonb_build_object('part', v_file ->> 'part'))",
            "",
        ),
    },
    ("finish_email_files(uuid,boolean)", "email_work"): {
        "what is not uploaded is done": ("where a.state = 'reserved'", "where false"),
        "packages stay closed": ("elsif not coalesce(p_packages_opened, false)", "elsif false"),
    },
    ("advance_mailbox(text,text,bigint,bigint,text,date)", "email_work"): {
        "a folder goes back": ("then greatest(f.last_uid, excluded.last_uid)", "then excluded.last_uid"),
        "what came stays failed": ("or (x.uid = p_uid and p_problem is null)", ""),
    },
    ("mailbox_health()", "email_health"): {
        "a mailbox that nobody reads is named for ever": (
            "where c.checked_at > clock_timestamp() - interval '7 days'",
            "where true",
        ),
    },
    ("report_mailbox(text,text,text)", "email_health"): {
        "what is read again stays broken": (
            "problem = excluded.problem",
            "problem = coalesce(excluded.problem, c.problem)",
        ),
        "a mailbox needs no name": (
            "perform helpdesk_private.text_within('mailbox', coalesce(p_mailbox, ''), 1, 500);",
            "",
        ),
    },
}
