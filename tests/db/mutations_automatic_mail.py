"""Rules of mails that the helpdesk writes, which refuse nothing: parts of functions replaced. See mutations_rules."""

from __future__ import annotations

from typing import LiteralString

_ADDRESS = "text,uuid,text,uuid"

AUTOMATIC_MAIL: dict[tuple[str, str], dict[str, tuple[LiteralString, LiteralString]]] = {
    ("fill_template(text,jsonb,boolean)", "email_templates"): {
        "values are not escaped": ("helpdesk_private.html_escaped(v_value)", "v_value"),
        "lines of empty values stay": ("cardinality(v_names) > 0 and not exists", "false and not exists"),
    },
    ("html_of_text(text)", "email_templates"): {
        "the HTML of a text is not escaped": ("helpdesk_private.html_escaped(p.part)", "p.part"),
    },
    ("email_template(text,text)", "email_templates"): {
        "what is built in comes first": ("order by w.place, t.source", "order by w.place, t.source desc"),
        "any language": ("order by w.place, t.source", "order by t.source"),
    },
    ("fill_email(helpdesk_private.email_templates,jsonb)", "email_templates"): {
        "a subject of several lines": (
            "helpdesk_private.one_line(helpdesk_private.fill_template",
            "(helpdesk_private.fill_template",
        ),
    },
    ("wants_notification(uuid,text)", "notification_preferences"): {
        "a choice is everybody's": ("where p.user_id = p_user_id", "where true limit 1"),
    },
    (f"automatic_email_problem({_ADDRESS})", "mail_acknowledgements"): {
        "programs are answered": ("helpdesk_private.is_program_address(p_recipient)", "false"),
        "who is muted is answered": ("not helpdesk_private.may_mail_automatically(p_recipient)", "false"),
        "who is suppressed is answered": (
            "elsif exists (select from helpdesk.email_suppressions",
            "elsif false and exists (select from helpdesk.email_suppressions",
        ),
        "any number in an hour": ("then 60 else 5", "then 60 else 50"),
        "any number in a day": ("then 500 else 20", "then 500 else 200"),
        "any number to a domain": (">= 100 then", ">= 1000 then"),
        "any number in a minute": (">= (select s.email_max_per_minute", ">= 1000 + (select s.email_max_per_minute"),
    },
    ("written_to(text,boolean,interval)", "mail_acknowledgements"): {
        "each tag of a mailbox is answered": (
            "helpdesk_private.without_tag(a.recipient) = helpdesk_private.without_tag(p_recipient)",
            "a.recipient = p_recipient",
        ),
    },
    ("acknowledge_email()", "mail_acknowledgements"): {
        "loops are answered": ("'{loop}' then 'loop'", "'{loop}' then null"),
        "lists are answered": ("then 'mailing_list'", "then null"),
        "automatic mails are answered": ("then 'automatic_mail'", "then null"),
        "a refused sender is answered": ("then 'sender_refused'", "then null"),
        "who is said to have written is answered": ("then 'forwarded_by_staff'", "then null"),
        "staff are answered": ("then 'written_by_staff'", "then null"),
        "each team answers": ("then 'acknowledged_before'", "then null"),
        "a sender who is not verified is": ("new.verdict = 'pass'", "true"),
    },
    ("render_acknowledgement(helpdesk.outbound_emails)", "mail_acknowledgements"): {
        "a forger's title is mailed": ("- 'ticket.subject' - 'requester.name'", ""),
        "a forger's text is mailed": ("if p_email.details -> 'is_verified' = 'true' then", "if true then"),
        "who was muted meanwhile is answered": (
            "elsif not helpdesk_private.may_mail_automatically",
            "elsif false and not helpdesk_private.may_mail_automatically",
        ),
        "who was blocked meanwhile is answered": (
            "elsif helpdesk_private.is_blocked",
            "elsif false and helpdesk_private.is_blocked",
        ),
    },
    ("email_payload(uuid)", "mail_acknowledgements"): {
        "a forger's name is mailed": ("when v_email.kind = 'acknowledgement' and", "when false and"),
    },
    ("notify(text,uuid,uuid,jsonb)", "mail_notifications"): {
        "a switch that is off sends": ("or not helpdesk_private.wants_notification(p_user_id, p_kind)", ""),
        "each reply is a mail": (
            "or (v_batched and helpdesk_private.extends_notification(p_kind, p_user_id, p_ticket_id))",
            "",
        ),
        "replies do not wait": ("when v_batched then make_interval", "when false then make_interval"),
    },
    ("extends_notification(text,uuid,uuid)", "mail_notifications"): {
        "what is on its way has the next reply": ("and o.state = 'queued' and o.attempts = 0", ""),
    },
    ("mentioned_in(text,helpdesk.tickets)", "mail_notifications"): {
        "a mention reaches other teams": ("and helpdesk_private.works_ticket(u, p_ticket)", ""),
        "one name calls two people": ("having count(*) = 1 or", "having true or"),
    },
    ("author_in_mail(helpdesk.messages,text)", "mail_notifications"): {
        "a forger's words reach staff as the customer's": ("and i.flags && '{sender_not_verified}'", "and false"),
    },
    ("notify_of_message(helpdesk.events)", "mail_notifications"): {
        "replies of staff notify": ("v_message.author_kind is distinct from 'customer'", "false"),
    },
    ("notify_of_note(helpdesk.events)", "mail_notifications"): {
        "people mention themselves": ("if v_user_id <> v_note.author_id then", "if true then"),
    },
    ("notify_by_mail()", "mail_notifications"): {
        "people are told what they did": ("if new.assigned_to is distinct from new.actor_id then", "if true then"),
    },
    ("text_of_message(helpdesk.messages)", "mail_notifications"): {
        "quotes are repeated": ("left((p_message).body, i.trimmed_from)", "(p_message).body"),
    },
    ("render_notification(helpdesk.outbound_emails)", "mail_notifications"): {
        "who has lost the ticket is told": ("or helpdesk_private.works_ticket(v_user, v_ticket) is not true", ""),
        "a switch that was turned off sends": (
            "when not helpdesk_private.wants_notification",
            "when false and not helpdesk_private.wants_notification",
        ),
        "who is no longer assigned is told": ("then 'not_assigned_any_more'", "then null"),
    },
    ("notification_values(helpdesk.outbound_emails,helpdesk.tickets)", "mail_notifications"): {
        "what was redacted is mailed": (
            "and m.author_kind = 'customer' and m.redacted_at is null\n        and m.sequence",
            "and m.author_kind = 'customer'\n        and m.sequence",
        ),
        "what was mailed is mailed again": ("and m.sequence >= (p_email.details ->> 'since')::bigint", ""),
    },
    ("follow_email_delivery()", "mail_notifications"): {
        "what nobody wanted any more was sent": ("or (v_email.state = 'cancelled' and v_state = 'sent')", ""),
    },
    ("joins_assignment(helpdesk.users,uuid)", "mail_assignments"): {
        "each assignment is a mail": ("if not found then", "if true then"),
        "one ticket is named twice": (
            "and not coalesce(v_email.details -> 'tickets' ?",
            "and coalesce(true or v_email.details -> 'tickets' ?",
        ),
    },
    ("assigned_tickets(helpdesk.outbound_emails)", "mail_assignments"): {
        "who has lost a ticket reads its title": ("t.assigned_to = u.user_id and", ""),
    },
    ("retarget_assignment(helpdesk.outbound_emails)", "mail_assignments"): {
        "an answer goes to a ticket that was taken away": ("if v_ticket.ticket_id is null or", "if true or"),
    },
    ("with_further_tickets(jsonb,helpdesk.outbound_emails,text)", "mail_assignments"): {
        "a title is HTML": ("helpdesk_private.html_escaped(t.words)", "t.words"),
        "any number of titles": ("where f.place <= 50", "where true"),
    },
    ("undelivered_words(text)", "mail_notifications"): {
        "what a server says is mailed to staff": ("coalesce(s.code || ', ', '')", "coalesce(p_reason || ', ', '')"),
    },
}
