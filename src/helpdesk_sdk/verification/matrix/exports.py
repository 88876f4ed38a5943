"""Who may do what: export tickets. Everybody exports what they may read; tests/db/test_exports.py compares it."""

from __future__ import annotations

from .operations import Call
from .outcomes import Case

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "export tickets",
        Call("export_tickets", {"after_number": 0, "max_rows": 10}),
        "deny 0 0 0 | 3 2 | 5 4 | 7 | 7",
        says="Export the tickets that you may read",
    ),
    Case(
        "export too many tickets at once",
        Call("export_tickets", {"max_rows": 501}),
        "deny invalid_value invalid_value invalid_value | invalid_value invalid_value | invalid_value invalid_value | "
        "invalid_value | invalid_value",
    ),
]
