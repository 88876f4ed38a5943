"""Who may do what: e-mail that the helpdesk writes by itself."""

from __future__ import annotations

from ..people import ADMIN, AGENT, SERVICE
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_ADMINS = f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 1 | 1"
_STAFF = f"{NOT_IN} | forbidden forbidden | 1 1 | 1 | forbidden"
_OF_TICKET = {"ticket_id": "{mine}"}
# Twice the braces: a single pair stands for an id of the world.
_TEXT = {"kind": "assigned", "locale": "en", "subject": "{{{{ticket.number}}}}", "text": "{{{{message.text}}}}"}

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "read templates of mails",
        Call("email_templates"),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 12 | 12",
        says="See the templates of mails",
    ),
    Case("write a template", Call("set_email_template", _TEXT), _ADMINS, says="Write a template"),
    *(
        Case(
            f"a template with {name} {text!r:.40}",
            Call("set_email_template", _TEXT | {name: text}),
            {ADMIN: "invalid_value", AGENT: "forbidden"},
        )
        for name, text in (
            ("kind", "spam"),
            ("locale", "English"),
            ("text", "{{{{user.password}}}}"),
            ("subject", "{{{{message.text}}}}"),
            ("html", "<script>alert(1)</script>"),
            ("html", '<a href="{{{{message.text}}}}">x</a>'),
        )
    ),
    Case(
        "reset a template",
        Call("reset_email_template", {"kind": "assigned", "locale": "en"}),
        _ADMINS,
        says="Go back to the text that is built in",
    ),
    Case(
        "reset no template",
        Call("reset_email_template", {"kind": "assigned", "locale": "fr"}),
        {ADMIN: "email_template_not_found", AGENT: "forbidden"},
    ),
    Case(
        "preview a template",
        Call("preview_email_template", {"kind": "assigned", "ticket_id": "{mine}"}),
        _ADMINS,
        says="Preview a template",
    ),
    Case(
        "preview a template about no ticket",
        Call("preview_email_template", {"kind": "assigned", "ticket_id": "{nothing}"}),
        {ADMIN: "ticket_not_found", SERVICE: "ticket_not_found", AGENT: "forbidden"},
    ),
    Case(
        "read one's notifications",
        Call("notification_preferences"),
        _STAFF,
        says="See which notifications you receive by mail",
    ),
    Case(
        "change one's notifications",
        Call("set_notification_preferences", {"changes": {"assigned": False}}),
        _STAFF,
        says="Change which notifications you receive by mail",
    ),
    Case("read automatic mails", Read("automatic_emails"), "deny 0 0 0 | 0 0 | 1 0 | 1 | 1"),
    Case(
        "read the automatic mails of a ticket",
        Read("automatic_emails", _OF_TICKET),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="See which mails the helpdesk wrote by itself, and why not",
    ),
    Case(
        "A34 write an automatic mail",
        Insert("automatic_emails", _OF_TICKET | {"kind": "assigned", "recipient": "x@y.example", "state": "queued"}),
        DENY,
    ),
    Case("A34 change an automatic mail", Update("automatic_emails", _OF_TICKET, {"state": "queued"}), DENY),
    Case("A34 remove an automatic mail", Delete("automatic_emails", _OF_TICKET), DENY),
    Case(
        "switch on a notification that there is not",
        Call("set_notification_preferences", {"changes": {"everything": True}}),
        {AGENT: "invalid_value", ADMIN: "invalid_value", SERVICE: "forbidden"},
    ),
]
