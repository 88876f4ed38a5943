"""Who may do what: the counts of tickets by team, status and priority."""

from __future__ import annotations

from ..people import ADMIN, AGENT, STRANGER
from .operations import Call
from .outcomes import NOT_IN, Case

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "A17 read how many tickets each team has",
        Call("ticket_counts"),
        f"{NOT_IN} | forbidden forbidden | 2 1 | 3 | 3",
        says="Read how many open and pending tickets each team has: agents their teams, admins all",
    ),
    Case(
        "A12 the counts of one's own team are of that team",
        Call("ticket_counts"),
        {AGENT: "2"},
        gives={"team_id": "{desk}"},
    ),
    Case("the counts of the other team", Call("ticket_counts"), {STRANGER: "1"}, gives={"team_id": "{vault}"}),
    Case(
        "recount the tickets",
        Call("recount_tickets"),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | ok | ok",
        says="Count the tickets anew and correct the counters",
    ),
    Case("only look for wrong counters", Call("recount_tickets", {"mend": False}), {AGENT: "forbidden", ADMIN: "0"}),
]
