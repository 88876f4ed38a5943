"""Who may do what: many changes in one request. Each item is refused or carried out as a single request is."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER
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
    *(
        Case(
            f"decide on many mails: {decision}, as {'those who may' if may else 'others'}",
            Call("decide_quarantined", {"inbound_ids": ["{mail to mine}"], "decision": decision}),
            dict.fromkeys((AGENT, ADMIN, SERVICE) if may else (CUSTOMER, OTHER, STRANGER), "1"),
            gives={"ok": may},
        )
        for decision in ("accept", "ticket", "spam")
        for may in (True, False)
    ),
]
