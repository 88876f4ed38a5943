"""The small helpdesk that the matrix knows by heart, as data: which tickets, teams and files there are, and whose."""

from __future__ import annotations

from typing import TypeAlias

from .people import AGENT, CUSTOMER, GONE, LEFT, OTHER, STRANGER, Person

World: TypeAlias = dict[str, str]
"""Names of things to their ids: people's user_ids, teams, tickets, messages, notes, invitations."""

TICKETS: dict[str, tuple[Person, str]] = {
    "mine": (CUSTOMER, "desk"),
    "answered": (CUSTOMER, "desk"),
    "closed": (CUSTOMER, "desk"),
    "theirs": (OTHER, "vault"),
    "lent": (OTHER, "vault"),
    "gones": (GONE, "vault"),
    "agents": (AGENT, "vault"),
}
"""Each ticket with its requester and its team."""
TEAM_MEMBERS = (("desk", AGENT), ("desk", LEFT), ("vault", STRANGER))
"""Who is in which team."""
ASSIGNEES = {"answered": AGENT, "lent": AGENT}
"""The assignees of the tickets that have one."""
WITHOUT_MEMBERS = ("empty",)
"""Teams that nobody is in."""
MESSAGES_AND_NOTES = {
    "question": "answered",
    "answer": "answered",
    "note": "answered",
    "lent note": "lent",
    "their question": "theirs",
    "their note": "theirs",
    "agents note": "agents",
}
"""Each message and note with its ticket."""
FILES = {
    # ticket, uploader, placement, state
    "reserved file": ("mine", CUSTOMER, "ticket", "reserved"),
    "draft file": ("mine", CUSTOMER, "message", "uploaded"),
    "answer file": ("answered", AGENT, "message", "clean"),
    "note file": ("answered", AGENT, "note", "clean"),
    "lent file": ("lent", AGENT, "note", "uploaded"),
    "their file": ("theirs", OTHER, "message", "clean"),
    "agents file": ("agents", STRANGER, "note", "clean"),
}
"""Each file with its ticket, its uploader, for what it was uploaded, and its state."""
FIELDS: dict[str, tuple[str, str, list[str]]] = {
    "plan": ("select", "customer_editable", ["free", "pro", "old"]),
    "seats": ("integer", "customer_visible", []),
    "story": ("long_text", "customer_editable", []),
    "risk": ("select", "staff_only", ["low", "high"]),
    "gone": ("text", "customer_editable", []),
}
"""Each custom field with its type, its audience and its options. The option old and the field gone are retired."""
WITH_VALUES = ("answered", "lent", "agents")
"""The tickets whose plan is pro and whose risk is high."""
EXAMPLES = (("mine", "priority", "high"), ("theirs", "priority", "low"))
"""Examples for labels: each ticket, with the kind and the label."""
