"""Who may do what: what keeps the helpdesk running."""

from __future__ import annotations

from .operations import Call
from .outcomes import NOT_IN, Case

_SYSTEM = "deny deny deny deny | deny deny | deny deny | deny"
_ADMINS = f"{NOT_IN} | forbidden forbidden | forbidden forbidden"

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "read the time limits",
        Call("statement_timeouts"),
        f"{_ADMINS} | 2 | 2",
        says="See how long a person's statement may take",
    ),
    Case(
        "read which transactions hold streams back",
        Call("open_transactions", {"min_seconds": 86400}),
        f"{_ADMINS} | 0 | 0",
        says="See which transactions hold streams back",
    ),
    Case("read the metrics", Call("metrics"), f"{_ADMINS} | ok | ok", says="See the numbers for monitoring"),
    Case(
        "remove people who are no throw-away people",
        Call("remove_throwaways", {"emails": ["customer@example.com"]}),
        f"{_SYSTEM} | 1",
        says="Remove throw-away people and their tickets",
    ),
]
