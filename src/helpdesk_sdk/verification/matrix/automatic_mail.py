"""Who may do what: e-mail that the helpdesk writes by itself."""

from __future__ import annotations

from ..people import ADMIN, AGENT, SERVICE
from .operations import Call
from .outcomes import NOT_IN, Case

_ADMINS = f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 1 | 1"
_STAFF = f"{NOT_IN} | forbidden forbidden | 1 1 | 1 | forbidden"
# Twice the braces: a single pair stands for an id of the world.
_TEXT = {"kind": "assigned", "locale": "en", "subject": "{{{{ticket.number}}}}", "text": "{{{{message.text}}}}"}

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "read templates of mails",
        Call("email_templates"),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 10 | 10",
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
    Case(
        "switch on a notification that there is not",
        Call("set_notification_preferences", {"changes": {"everything": True}}),
        {AGENT: "invalid_value", ADMIN: "invalid_value", SERVICE: "forbidden"},
    ),
]
