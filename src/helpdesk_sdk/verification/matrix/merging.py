"""Who may do what: merging tickets, its undo, and what a merged conversation shows."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_ABSENT = "ticket_not_found"
_NO_VIEW_TO_WRITE = "deny 55000 55000 55000 | 55000 55000 | 55000 55000 | 55000 | 55000"
_MINE_INTO_ANSWERED = {"source_id": "{mine}", "target_id": "{answered}"}

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "merge two tickets",
        Call("merge_tickets", _MINE_INTO_ANSWERED),
        f"{NOT_IN} | forbidden forbidden | 1 {_ABSENT} | 1 | 1",
        gives=_MINE_INTO_ANSWERED,
        says="Merge two tickets that you work",
    ),
    Case(
        "A32 merge one's ticket into one that one may not see",
        Call("merge_tickets", {"source_id": "{mine}", "target_id": "{theirs}", "other_requester": True}),
        f"{NOT_IN} | forbidden forbidden | {_ABSENT} {_ABSENT} | 1 | 1",
        says="Merge with a ticket that you do not work",
    ),
    Case(
        "A11 merge into a ticket that does not exist",
        Call("merge_tickets", {"source_id": "{mine}", "target_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | {_ABSENT} {_ABSENT} | {_ABSENT} | {_ABSENT}",
    ),
    Case(
        "merge tickets of two requesters by mistake",
        Call("merge_tickets", {"source_id": "{lent}", "target_id": "{answered}"}),
        f"{NOT_IN} | forbidden forbidden | other_requester {_ABSENT} | other_requester | other_requester",
        says="… of different requesters, without saying so",
    ),
    Case(
        "merge a ticket into itself",
        Call("merge_tickets", {"source_id": "{mine}", "target_id": "{mine}"}),
        {CUSTOMER: "forbidden", AGENT: "invalid_value", ADMIN: "invalid_value"},
    ),
    Case(
        "undo a merge that never was",
        Call("unmerge_ticket", {"ticket_id": "{mine}"}),
        f"{NOT_IN} | forbidden forbidden | not_merged {_ABSENT} | not_merged | not_merged",
        says="Undo a merge",
    ),
    Case(
        "read merges",
        Read("ticket_merges"),
        "deny 0 0 0 | 0 0 | 0 0 | 0 | 0",
        says="Read merges of tickets that you work",
    ),
    Case("A33 forge a merge", Insert("ticket_merges", _MINE_INTO_ANSWERED), DENY),
    Case("A33 remove a merge", Delete("ticket_merges", {"source_id": "{mine}"}), DENY),
    *(
        Case(f"{tries.verb} past the function, in {view}", tries, _NO_VIEW_TO_WRITE)
        for view in ("conversation", "conversation_notes")
        for tries in (
            Insert(view, {"ticket_id": "{mine}", "body": "Hi"}),
            Update(view, {"ticket_id": "{mine}"}, {"body": "Hi"}),
            Delete(view, {"ticket_id": "{mine}"}),
        )
    ),
    Case(
        "A32 merge by an edit",
        Update("tickets", {"ticket_id": "{mine}"}, {"merged_into": "{answered}"}),
        DENY,
    ),
    Case(
        "A12 read conversations",
        Read("conversation"),
        "deny 0 0 0 | 2 1 | 2 1 | 3 | 3",
        says="Read the messages of a ticket and of those merged into it, each as on its own ticket",
    ),
    Case(
        "A10 of somebody's ticket, in conversations",
        Read("conversation", {"conversation_id": "{theirs}"}),
        "deny 0 0 0 | 0 1 | 0 1 | 1 | 1",
    ),
    Case(
        "A21 read the notes of conversations",
        Read("conversation_notes"),
        "deny 0 0 0 | 0 0 | 2 3 | 4 | 4",
        says="Read their notes",
    ),
    Case(
        "what a merge says of itself never changes",
        Update("ticket_merges", {"source_id": "{mine}"}, {"target_id": "{answered}"}),
        DENY,
    ),
]
