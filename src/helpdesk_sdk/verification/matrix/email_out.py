"""Who may do what: e-mail that is sent."""

from __future__ import annotations

from ..people import ADMIN, AGENT, SERVICE
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_ADMINS = f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 1 | 1"
_OF_TICKET = {"ticket_id": "{mine}"}
_REPORT = {"mail_id": "provider-7", "outcome": "delivered"}

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("read mails that were sent", Read("outbound_emails"), "deny 0 0 0 | 0 0 | 1 0 | 2 | 2"),
    Case(
        "read the mails of a ticket",
        Read("outbound_emails", _OF_TICKET),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="See who was mailed about a ticket, and what came back",
    ),
    Case(
        "read a mail about no ticket",
        Read("outbound_emails", {"email_id": "{sent test}"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="See mails that are about no ticket",
    ),
    Case(
        "A34 write a mail to send",
        Insert("outbound_emails", {"kind": "test", "recipient": "x@y.example", "subject": "x", "minted_id": "x"}),
        DENY,
    ),
    Case("A34 change a mail that was sent", Update("outbound_emails", _OF_TICKET, {"state": "queued"}), DENY),
    Case("A34 remove a mail that was sent", Delete("outbound_emails", _OF_TICKET), DENY),
    Case(
        "read suppressions",
        Read("email_suppressions"),
        "deny 0 0 0 | 0 0 | 1 1 | 1 | 1",
        says="See which addresses receive nothing",
    ),
    Case(
        "suppress an address",
        Insert("email_suppressions", {"address": "New@Gone.example", "detail": "They asked for it"}),
        _ADMINS,
        gives={"address": "new@gone.example", "reason": "manual"},
        says="Send nothing to an address",
    ),
    Case(
        "suppress what is no address",
        Insert("email_suppressions", {"address": "gone.example"}),
        {ADMIN: "invalid_value", AGENT: "forbidden"},
    ),
    Case(
        "A35 give a suppression another reason",
        Insert("email_suppressions", {"address": "x@gone.example", "reason": "complaint"}),
        DENY,
    ),
    Case(
        "change a suppression",
        Update("email_suppressions", {"address": "suppressed@example.com"}, {"detail": "x"}),
        DENY,
    ),
    Case(
        "lift a suppression",
        Delete("email_suppressions", {"address": "suppressed@example.com"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="Send to an address again",
    ),
    Case(
        "A55 report a delivery",
        Call("report_delivery", _REPORT),
        "deny deny deny deny | deny deny | deny deny | deny | 1",
        says="Hand in what a mail provider says about a mail",
    ),
    Case(
        "report what is no outcome",
        Call("report_delivery", _REPORT | {"outcome": "lost"}),
        {SERVICE: "invalid_value"},
    ),
    Case("read the health of mail", Call("email_health"), _ADMINS, says="See how much mail waits"),
]
