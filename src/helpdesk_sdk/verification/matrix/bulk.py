"""Who may do what: many changes in one request. Each item is refused or carried out as a single request is."""

from __future__ import annotations

from .operations import Call
from .outcomes import Case

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "send many changes that are no list",
        Call("bulk_tickets", {"items": {}}),
        "deny invalid_value invalid_value invalid_value | invalid_value invalid_value | invalid_value invalid_value | "
        "invalid_value | invalid_value",
        says="Send many changes: each as a single request",
    ),
]
