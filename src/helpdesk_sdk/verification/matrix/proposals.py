"""Who may do what: proposals of the assistant, their quotes, and how a run hands in an answer."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_NONE = " ".join(["proposal_not_found"] * 2)
_ABSENT = f"{NOT_IN} | {_NONE} | {_NONE} | proposal_not_found | proposal_not_found"
_NO_LEASE = f"{NOT_IN} | forbidden forbidden | forbidden forbidden | forbidden | deny"
_NO_PROPOSAL = {"proposal_id": "{nothing}"}

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    *(
        Case(f"read {table}", Read(table), "deny 0 0 0 | 0 0 | 0 0 | 0 | 0", says=f"Read {what}")
        for table, what in (
            ("proposals", "proposals of tickets that you work"),
            ("citations", "their quotes"),
            ("run_chunks", "the passages that were found"),
        )
    ),
    *(
        Case(f"A34 {tries.verb} {table}", tries, DENY)
        for table, column in (("proposals", "state"), ("citations", "quote"), ("run_chunks", "n"))
        for tries in (
            Insert(table, {"ticket_id": "{mine}"}),
            Update(table, {"ticket_id": "{mine}"}, {column: "1"}),
            Delete(table, {"ticket_id": "{mine}"}),
        )
    ),
    Case(
        "A11 accept a proposal that does not exist",
        Call("accept_proposal", _NO_PROPOSAL),
        _ABSENT,
        says="Accept a proposal, of a ticket that you do not work",
    ),
    Case(
        "A11 reject a proposal that does not exist",
        Call("reject_proposal", _NO_PROPOSAL | {"reason": "wrong"}),
        _ABSENT,
        says="Reject it",
    ),
    Case(
        "A11 undo a proposal that does not exist",
        Call("undo_proposal", _NO_PROPOSAL),
        _ABSENT,
        says="Undo it",
    ),
    Case("A11 show a proposal that does not exist", Call("show_proposal", _NO_PROPOSAL), _ABSENT, says="See it"),
    Case(
        "a suggestion without a model",
        Call("suggest_without_model", {"ticket_id": "{mine}"}),
        f"{NOT_IN} | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        says="Get a suggestion without a model",
    ),
    Case(
        "A11 a suggestion for a ticket that does not exist",
        Call("suggest_without_model", {"ticket_id": "{nothing}"}),
        dict.fromkeys((CUSTOMER, AGENT, ADMIN), "ticket_not_found"),
    ),
    Case(
        "passages without a lease",
        Call("retrieve_passages", {}),
        _NO_LEASE,
        says="Find passages for a run (the assistant)",
    ),
    Case(
        "an answer without a lease",
        Call("submit_answer", {"answer": {}}),
        _NO_LEASE,
        says="Hand in an answer (the assistant)",
    ),
    Case(
        "a proposal without a lease",
        Call("propose", {"kind": "note", "payload": {"body": "x"}}),
        _NO_LEASE,
        says="Propose something besides the answer (the assistant)",
    ),
    Case(
        "the end of a run without a lease",
        Call("finish_without_model", {"reason": "no_model"}),
        _NO_LEASE,
        says="End a run without a model (the assistant)",
    ),
]
