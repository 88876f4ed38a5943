"""Who may do what: claiming, assigning, transferring."""

from __future__ import annotations

from tests.db.matrix.operations import Call, Operation
from tests.db.matrix.outcomes import Case
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER

_NOT_IN = "deny no_profile inactive_user inactive_user"


def _absent(tries: Operation) -> Case:
    """Absent and not-yours are one answer, for everybody."""
    found = "ticket_not_found"
    return Case(
        f"A11 {tries.target}, no such ticket",
        tries,
        f"{_NOT_IN} | {found} {found} | {found} {found} | {found} | {found}",
    )


CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("claim the next ticket", Call("claim_next_ticket"), f"{_NOT_IN} | forbidden forbidden | 1 1 | 1 | forbidden"),
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
        {CUSTOMER: "forbidden", AGENT: "team_not_found", STRANGER: "1", ADMIN: "1"},
    ),
    Case(
        "claim from a team that does not exist",
        Call("claim_next_ticket", {"team_id": "{nothing}"}),
        {CUSTOMER: "forbidden", AGENT: "team_not_found", ADMIN: "team_not_found"},
    ),
    Case(
        "claim a ticket",
        Call("claim_ticket", {"ticket_id": "{mine}"}),
        f"{_NOT_IN} | forbidden forbidden | 1 ticket_not_found | 1 | forbidden",
    ),
    Case(
        "claim what somebody has",
        Call("claim_ticket", {"ticket_id": "{answered}"}),
        {AGENT: "1", ADMIN: "already_assigned", STRANGER: "ticket_not_found"},
    ),
    Case(
        "claim what is closed",
        Call("claim_ticket", {"ticket_id": "{closed}"}),
        {AGENT: "ticket_closed", ADMIN: "ticket_closed"},
    ),
    Case(
        "claim one's own ticket, which others work",
        Call("claim_ticket", {"ticket_id": "{agents}"}),
        {AGENT: "forbidden", STRANGER: "1"},
    ),
    Case(
        "A11 claim a ticket that does not exist",
        Call("claim_ticket", {"ticket_id": "{nothing}"}),
        f"{_NOT_IN} | forbidden forbidden | ticket_not_found ticket_not_found | ticket_not_found | forbidden",
    ),
    Case(
        "assign a ticket",
        Call("assign_ticket", {"ticket_id": "{mine}", "assignee_id": "{stranger}"}),
        f"{_NOT_IN} | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"assigned_to": "{stranger}"},
    ),
    _absent(Call("assign_ticket", {"ticket_id": "{nothing}", "assignee_id": "{agent}"})),
    *(
        Case(
            f"assign to {who}",
            Call("assign_ticket", {"ticket_id": "{mine}", "assignee_id": f"{{{who}}}"}),
            {
                CUSTOMER: "forbidden",
                AGENT: "assignee_not_found",
                ADMIN: "assignee_not_found",
                SERVICE: "assignee_not_found",
            },
        )
        for who in ("customer", "left", "gone", "nothing", "newcomer")
    ),
    Case(
        "assign what has changed since",
        Call("assign_ticket", {"ticket_id": "{answered}", "assignee_id": "{agent}", "revision": 1}),
        {
            OTHER: "ticket_not_found",
            CUSTOMER: "forbidden",
            AGENT: "stale_revision",
            ADMIN: "stale_revision",
            SERVICE: "stale_revision",
        },
    ),
    Case(
        "assign what is closed",
        Call("assign_ticket", {"ticket_id": "{closed}", "assignee_id": "{agent}"}),
        {AGENT: "ticket_closed"},
    ),
    Case(
        "unassign a ticket",
        Call("unassign_ticket", {"ticket_id": "{answered}"}),
        f"{_NOT_IN} | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"assigned_to": None},
    ),
    Case(
        "A14 unassign what was lent, out of one's own sight",
        Call("unassign_ticket", {"ticket_id": "{lent}"}),
        {AGENT: "1"},
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
        f"{_NOT_IN} | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"team_id": "{vault}", "assigned_to": None},
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
