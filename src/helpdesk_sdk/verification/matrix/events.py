"""Who may do what: the event log and its streams."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, OWNER
from .conversation import ABSENT
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("A24 events of notes", Read("events", {"type": "note.created"}), "deny 0 0 0 | 0 0 | 2 3 | 4 | 4"),
    Case("events of openings", Read("events", {"type": "ticket.created"}), "deny 0 0 0 | 3 2 | 5 4 | 7 | 7"),
    Case("events of messages", Read("events", {"type": "message.created"}), "deny 0 0 0 | 2 1 | 2 1 | 3 | 3"),
    Case("events of tags", Read("events", {"type": "ticket.tagged"}), "deny 0 0 0 | 0 0 | 4 4 | 7 | 7"),
    Case("events of assignments", Read("events", {"type": "ticket.assigned"}), "deny 0 0 0 | 0 0 | 2 1 | 2 | 2"),
    Case(
        "events of people",
        Read("events", {"type": "user.created"}),
        "deny 0 0 0 | 0 0 | 0 0 | 9 | 9",
        says="Read the events of people",
    ),
    Case(
        "events of roles",
        Read("events", {"type": "user.role_changed"}),
        "deny 0 0 0 | 0 0 | 0 0 | 4 | 4",
        says="Read the events of people",
    ),
    Case(
        "events of invitations",
        Read("events", {"type": "user.invited"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="Read the events of people",
    ),
    *(
        Case(
            f"events of one ticket: {type_}",
            Read("events", {"type": type_, "ticket_id": "{answered}"}),
            f"deny 0 0 0 | {rows} 0 | {rows} 0 | {rows} | {rows}",
            says="Read its events of messages and changes",
        )
        for type_, rows in (("ticket.created", 1), ("message.created", 2), ("ticket.status_changed", 1))
    ),
    *(
        Case(
            f"A24 events of one ticket: {type_}",
            Read("events", {"type": type_, "ticket_id": "{answered}"}),
            f"deny 0 0 0 | 0 0 | {rows} 0 | {rows} | {rows}",
            says="… of notes, tags and assignments",
        )
        for type_, rows in (("note.created", 1), ("ticket.tagged", 1), ("ticket.assigned", 1))
    ),
    Case(
        "A34 forge an event",
        Insert("events", {"type": "x", "audience": "customer", "actor_kind": "staff", "actor_name": "x", "data": {}}),
        DENY,
    ),
    Case("A34 change an event", Update("events", {"type": "ticket.created"}, {"actor_name": "Nobody"}), DENY),
    Case("A34 remove events", Delete("events", {"type": "ticket.created"}), DENY),
    Case(
        "the log is append-only, by direct connection",
        Delete("events", {"type": "ticket.created"}),
        {OWNER: "forbidden"},
    ),
    Case(
        "the log never changes, by direct connection",
        Update("events", {"type": "x"}, {"type": "y"}),
        {OWNER: "forbidden"},
    ),
    Case(
        "A9 A12 a page of all events",
        Call("events_page", {"max_rows": 1}),
        "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | 1",
        says="Follow all events that you may see",
    ),
    Case(
        "A9 A12 all events, as rows",
        Call("events_since", {"max_rows": 1}),
        "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | 1",
        says="Follow all events that you may see",
    ),
    Case(
        "A10 A24 a page of one ticket",
        Call("events_page", {"only_ticket": "{answered}"}),
        "deny no_profile inactive_user inactive_user | 1 ticket_not_found | 1 ticket_not_found | 1 | 1",
        says="Follow its events",
    ),
    Case(
        "A12 a page of a team",
        Call("events_page", {"only_team": "{desk}"}),
        f"{NOT_IN} | forbidden forbidden | 1 forbidden | 1 | 1",
        says="Follow one team's events",
    ),
    Case(
        "a page after a cursor that is none",
        Call("events_page", {"after": "x' or 1=1"}),
        "deny" + " invalid_value" * 9,
    ),
    Case(
        "a cursor that is none",
        Call("events_since", {"after": "x' or 1=1"}),
        "deny" + " invalid_value" * 9,
    ),
    Case(
        "a cursor of another database",
        Call("events_since", {"after": "999999999999.1"}),
        {CUSTOMER: "cursor_ahead", ADMIN: "cursor_ahead"},
    ),
    Case(
        "a page of nothing", Call("events_since", {"max_rows": 0}), {CUSTOMER: "invalid_value", ADMIN: "invalid_value"}
    ),
    Case(
        "a page of too much",
        Call("events_since", {"max_rows": 1001}),
        {CUSTOMER: "invalid_value", ADMIN: "invalid_value"},
    ),
    Case(
        "A10 A24 the stream of one ticket",
        Call("events_since", {"only_ticket": "{answered}"}),
        "deny no_profile inactive_user inactive_user | 4 ticket_not_found | 7 ticket_not_found | 7 | 7",
        says="Follow its events",
    ),
    Case(
        "A11 the stream of a ticket that does not exist",
        Call("events_since", {"only_ticket": "{nothing}"}),
        f"{NOT_IN} | {ABSENT}",
    ),
    Case(
        "A12 A13 the stream of a ticket of another team, which is one's own to work",
        Call("events_since", {"only_ticket": "{lent}"}),
        "deny no_profile inactive_user inactive_user | ticket_not_found 1 | 4 4 | 4 | 4",
        says="Follow its events",
    ),
    Case(
        "A24 the stream of one's own ticket, which others work",
        Call("events_since", {"only_ticket": "{agents}"}),
        "deny no_profile inactive_user inactive_user | ticket_not_found ticket_not_found | 1 3 | 3 | 3",
        says="Follow its events",
    ),
    Case(
        "A12 the stream of a team",
        Call("events_since", {"only_team": "{desk}"}),
        f"{NOT_IN} | forbidden forbidden | 12 forbidden | 12 | 12",
        says="Follow one team's events",
    ),
    Case(
        "A12 the stream of a team that one works a ticket of, and has opened one in",
        Call("events_since", {"only_team": "{vault}"}),
        f"{NOT_IN} | team_not_found team_not_found | forbidden 13 | 13 | 13",
        says="… of a private team",
    ),
    Case(
        "the stream of a team without tickets",
        Call("events_since", {"only_team": "{empty}"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 0 | 0",
    ),
    Case(
        "A11 the stream of a team that does not exist",
        Call("events_since", {"only_team": "{nothing}"}),
        f"{NOT_IN} | team_not_found team_not_found | team_not_found team_not_found | team_not_found | team_not_found",
    ),
    Case(
        "the stream of a ticket while it was in a team",
        Call("events_since", {"only_ticket": "{answered}", "only_team": "{desk}"}),
        f"{NOT_IN} | 4 ticket_not_found | 7 ticket_not_found | 7 | 7",
    ),
    Case(
        "the stream of a ticket while it was in a team that it never was in",
        Call("events_since", {"only_ticket": "{answered}", "only_team": "{vault}"}),
        f"{NOT_IN} | 0 ticket_not_found | 0 ticket_not_found | 0 | 0",
    ),
    Case(
        "a page of too much of one ticket or team",
        Call("events_since", {"max_rows": 1001, "only_ticket": "{mine}", "only_team": "{desk}"}),
        {CUSTOMER: "invalid_value", AGENT: "invalid_value", ADMIN: "invalid_value"},
    ),
    Case(
        "the cursor of now",
        Call("events_head"),
        "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | 1",
        says="Get the cursor of now",
    ),
]
