"""Who may do what: claiming, assigning, transferring."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, STRANGER
from .operations import Call, Operation
from .outcomes import NOT_IN, Case

_NO_ASSIGNEE = "assignee_not_found"


def _absent(tries: Operation) -> Case:
    """Absent and not-yours are one answer, for everybody."""
    found = "ticket_not_found"
    return Case(
        f"A11 {tries.target}, no such ticket",
        tries,
        f"{NOT_IN} | {found} {found} | {found} {found} | {found} | {found}",
    )


CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "claim the next ticket",
        Call("claim_next_ticket"),
        f"{NOT_IN} | forbidden forbidden | 1 1 | 1 | forbidden",
        says="Claim the next ticket of your teams",
    ),
    Case(
        "claim the next, as the agent",
        Call("claim_next_ticket"),
        {AGENT: "1"},
        gives={"ticket_id": "{mine}", "assigned_to": "{agent}"},
    ),
    Case(
        "claim the next, as the stranger", Call("claim_next_ticket"), {STRANGER: "1"}, gives={"ticket_id": "{theirs}"}
    ),
    Case(
        "claim from an empty queue",
        Call("claim_next_ticket", {"team_id": "{empty}"}),
        {AGENT: "team_not_found", ADMIN: "0"},
    ),
    Case(
        "A12 claim from another team's queue",
        Call("claim_next_ticket", {"team_id": "{vault}"}),
        "- - - - | forbidden forbidden | team_not_found 1 | 1 | forbidden",
        says="Claim the next ticket of one team",
    ),
    Case(
        "claim from a team that does not exist",
        Call("claim_next_ticket", {"team_id": "{nothing}"}),
        {CUSTOMER: "forbidden", AGENT: "team_not_found", ADMIN: "team_not_found"},
    ),
    Case(
        "claim a ticket",
        Call("claim_ticket", {"ticket_id": "{mine}"}),
        f"{NOT_IN} | forbidden forbidden | 1 ticket_not_found | 1 | forbidden",
        says="Claim it",
    ),
    Case(
        "claim what somebody has",
        Call("claim_ticket", {"ticket_id": "{answered}"}),
        "- - - - | forbidden forbidden | 1 ticket_not_found | already_assigned | forbidden",
        says="… when it has an assignee",
    ),
    Case(
        "claim what is closed",
        Call("claim_ticket", {"ticket_id": "{closed}"}),
        "- - - - | forbidden forbidden | ticket_closed ticket_not_found | ticket_closed | forbidden",
        says="… when it is closed",
    ),
    Case(
        "claim one's own ticket, which others work",
        Call("claim_ticket", {"ticket_id": "{agents}"}),
        {AGENT: "forbidden", STRANGER: "1"},
        says="Claim it",
    ),
    Case(
        "A11 claim a ticket that does not exist",
        Call("claim_ticket", {"ticket_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | ticket_not_found ticket_not_found | ticket_not_found | forbidden",
    ),
    Case(
        "assign a ticket",
        Call("assign_ticket", {"ticket_id": "{mine}", "assignee_id": "{stranger}"}),
        f"{NOT_IN} | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"assigned_to": "{stranger}"},
        says="Assign it, or reassign it",
    ),
    Case(
        "reassign a ticket",
        Call("assign_ticket", {"ticket_id": "{answered}", "assignee_id": "{stranger}"}),
        "- - - - | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"assigned_to": "{stranger}"},
        says="Assign it, or reassign it",
    ),
    _absent(Call("assign_ticket", {"ticket_id": "{nothing}", "assignee_id": "{agent}"})),
    *(
        Case(
            f"assign to {who}",
            Call("assign_ticket", {"ticket_id": "{mine}", "assignee_id": f"{{{who}}}"}),
            f"{NOT_IN} | forbidden ticket_not_found | "
            f"{_NO_ASSIGNEE} ticket_not_found | {_NO_ASSIGNEE} | {_NO_ASSIGNEE}",
            says="… to anybody but active agents and admins",
        )
        for who in ("customer", "left", "gone", "nothing", "newcomer")
    ),
    Case(
        "assign what has changed since",
        Call("assign_ticket", {"ticket_id": "{answered}", "assignee_id": "{agent}", "revision": 1}),
        "- - - - | forbidden ticket_not_found | stale_revision ticket_not_found | stale_revision | stale_revision",
        says="… with an older revision",
    ),
    Case(
        "assign what is closed",
        Call("assign_ticket", {"ticket_id": "{closed}", "assignee_id": "{agent}"}),
        "- - - - | forbidden ticket_not_found | ticket_closed ticket_not_found | ticket_closed | ticket_closed",
        says="… when it is closed",
    ),
    Case(
        "unassign a ticket",
        Call("unassign_ticket", {"ticket_id": "{answered}"}),
        f"{NOT_IN} | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"assigned_to": None},
        says="Unassign it",
    ),
    Case(
        "A14 unassign what was lent, out of one's own sight",
        Call("unassign_ticket", {"ticket_id": "{lent}"}),
        {AGENT: "1"},
        says="Unassign it",
    ),
    Case(
        "unassign what has changed since",
        Call("unassign_ticket", {"ticket_id": "{answered}", "revision": 1}),
        {AGENT: "stale_revision"},
    ),
    _absent(Call("unassign_ticket", {"ticket_id": "{nothing}"})),
    Case(
        "A14 transfer a ticket, out of one's own sight",
        Call("transfer_ticket", {"ticket_id": "{answered}", "team_id": "{vault}"}),
        f"{NOT_IN} | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"team_id": "{vault}", "assigned_to": None},
        says="Transfer it to another team",
    ),
    Case(
        "transfer to a team that does not exist",
        Call("transfer_ticket", {"ticket_id": "{mine}", "team_id": "{nothing}"}),
        {CUSTOMER: "forbidden", AGENT: "team_not_found", ADMIN: "team_not_found"},
    ),
    Case(
        "transfer what has changed since",
        Call("transfer_ticket", {"ticket_id": "{answered}", "team_id": "{vault}", "revision": 1}),
        {AGENT: "stale_revision"},
    ),
    _absent(Call("transfer_ticket", {"ticket_id": "{nothing}", "team_id": "{vault}"})),
]
