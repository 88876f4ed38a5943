"""Who may do what: links between tickets, and suggested duplicates."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_ABSENT = "ticket_not_found"
_NO_MESSAGE = "message_not_found"
_MINE_BLOCKS_ANSWERED = {"source_id": "{mine}", "kind": "blocks", "target_id": "{answered}"}
_LINKED = {"source_id": "{mine}", "target_id": "{answered}"}

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "link two tickets",
        Call("link_tickets", _MINE_BLOCKS_ANSWERED),
        f"{NOT_IN} | forbidden forbidden | 1 {_ABSENT} | 1 | 1",
        gives=_MINE_BLOCKS_ANSWERED,
        says="Link two tickets that you work",
    ),
    Case(
        "A32 link one's ticket to one that one may not see",
        Call("link_tickets", {"source_id": "{mine}", "kind": "follow_up_of", "target_id": "{theirs}"}),
        f"{NOT_IN} | forbidden forbidden | {_ABSENT} {_ABSENT} | 1 | 1",
        says="Link with a ticket that you do not work",
    ),
    Case(
        "A11 link to a ticket that does not exist",
        Call("link_tickets", {"source_id": "{mine}", "kind": "blocks", "target_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | {_ABSENT} {_ABSENT} | {_ABSENT} | {_ABSENT}",
    ),
    Case(
        "link a ticket to itself",
        Call("link_tickets", {"source_id": "{mine}", "kind": "blocks", "target_id": "{mine}"}),
        {CUSTOMER: "forbidden", AGENT: "invalid_value", ADMIN: "invalid_value"},
    ),
    Case(
        "remove a link",
        Call("unlink_tickets", {"source_id": "{answered}", "kind": "child_of", "target_id": "{mine}"}),
        f"{NOT_IN} | forbidden forbidden | 0 {_ABSENT} | 0 | 0",
        says="Remove a link between tickets that you work",
    ),
    Case(
        "read links",
        Read("ticket_links"),
        "deny 0 0 0 | 0 0 | 0 0 | 0 | 0",
        says="Read links between tickets that you work, follow-ups also between your own",
    ),
    Case(
        "split a ticket",
        Call("split_ticket", {"message_id": "{question}"}),
        f"{NOT_IN} | forbidden forbidden | 1 {_NO_MESSAGE} | 1 | 1",
        says="Make a ticket of a message on a ticket of your team",
    ),
    Case(
        "A11 split at a message that does not exist",
        Call("split_ticket", {"message_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | {_NO_MESSAGE} {_NO_MESSAGE} | {_NO_MESSAGE} | {_NO_MESSAGE}",
    ),
    Case("A33 forge a link", Insert("ticket_links", _MINE_BLOCKS_ANSWERED), DENY),
    Case("A33 delete a link", Delete("ticket_links", _LINKED), DENY),
    Case("change a link", Update("ticket_links", _LINKED, {"kind": "blocks"}), DENY),
    Case(
        "ask for duplicates",
        Call("suggest_duplicates", {"ticket_id": "{mine}"}),
        f"{NOT_IN} | forbidden {_ABSENT} | 2 {_ABSENT} | 5 | 5",
        says="Ask for duplicates of a ticket among those that you work",
    ),
]
