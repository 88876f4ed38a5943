"""Who may do what: opening a ticket, and with which values."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER
from .operations import Call, Insert, Sql
from .outcomes import DENY, Case

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "A27 open a ticket by POST",
        Insert("tickets", {"title": "Help", "description": "me"}),
        "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | invalid_value",
        gives={"status": "open", "priority": "medium", "team_id": "{desk}", "revision": 1, "assigned_to": None},
        says="Open a ticket",
    ),
    Case(
        "open a ticket, as a customer",
        Insert("tickets", {"title": "Help"}),
        {CUSTOMER: "1"},
        gives={"created_by": "{customer}"},
    ),
    Case("in a public team", Insert("tickets", {"title": "Help", "team_id": "{empty}"}), "- - - - | 1 1 | 1 1 | 1 | -"),
    Case(
        "A30 in a private team",
        Insert("tickets", {"title": "Help", "team_id": "{vault}"}),
        "- - - - | team_not_found team_not_found | 1 1 | 1 | -",
    ),
    Case(
        "A30 in a team that does not exist",
        Insert("tickets", {"title": "Help", "team_id": "{nothing}"}),
        {CUSTOMER: "team_not_found", AGENT: "team_not_found", ADMIN: "team_not_found"},
    ),
    Case(
        "with a priority",
        Insert("tickets", {"title": "Help", "priority": "high"}),
        "- - - - | forbidden forbidden | 1 1 | 1 | -",
    ),
    Case(
        "with an external id",
        Insert("tickets", {"title": "Help", "external_id": "X"}),
        "- - - - | forbidden forbidden | 1 1 | 1 | -",
    ),
    *(
        Case(
            f"by the channel {channel}",
            Insert("tickets", {"title": "Help", "channel": channel}),
            f"- - - - | {customers} {customers} | 1 1 | 1 | -",
        )
        for customers, channels in (("1", ("api", "web", "chat")), ("forbidden", ("email", "phone", "slack", "import")))
        for channel in channels
    ),
    Case(
        "with custom fields",
        Insert("tickets", {"title": "Help", "custom_fields": {"plan": "pro"}}),
        "- - - - | 1 1 | 1 1 | 1 | -",
        gives={"custom_fields": {"plan": "pro"}},
    ),
    Case(
        "with an id and a description",
        Insert("tickets", {"title": "Help", "ticket_id": "{new}", "description": "Words"}),
        "- - - - | 1 1 | 1 1 | 1 | -",
    ),
    Case(
        "A28 by POST in somebody's name",
        Insert("tickets", {"title": "Help", "created_by": "{other}"}),
        "deny deny deny deny | deny deny | deny deny | deny | 1",
        gives={"created_by": "{other}"},
        says="… with `created_by`",
    ),
    Case(
        "A36 upsert over somebody's ticket",
        Insert("tickets", {"ticket_id": "{theirs}", "title": "Mine now"}, upsert="ticket_id"),
        {CUSTOMER: "deny", AGENT: "deny"},
    ),
    Case(
        "A36 upsert as PostgREST writes it, the key among what is set",
        Sql(
            "tickets",
            "insert into {target} (ticket_id, title) values ({theirs}, 'Mine now') "
            "on conflict (ticket_id) do update set ticket_id = excluded.ticket_id, title = excluded.title",
        ),
        DENY,
    ),
    Case(
        "A36 upsert as others write it, the rest only",
        Sql(
            "tickets",
            "insert into {target} (ticket_id, title) values ({theirs}, 'Mine now') "
            "on conflict (ticket_id) do update set title = excluded.title",
        ),
        {CUSTOMER: "deny", AGENT: "deny", OTHER: "ok", STRANGER: "ok"},
    ),
    Case(
        "A36 somebody's ticket id", Insert("tickets", {"ticket_id": "{theirs}", "title": "Mine"}), {CUSTOMER: "23505"}
    ),
    Case(
        "open a ticket by function",
        Call("create_ticket", {"title": "Help", "ticket_id": "{new}"}),
        "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | invalid_value",
        gives={"status": "open", "team_id": "{desk}", "channel": "api"},
        says="Open a ticket",
    ),
    Case(
        "A28 for somebody else by function",
        Call("create_ticket", {"title": "Help", "requester_id": "{other}"}),
        "deny no_profile inactive_user inactive_user | forbidden 1 | 1 1 | 1 | 1",
        gives={"created_by": "{other}"},
        says="… for a requester whom you name",
    ),
    Case(
        "A30 for somebody who does not exist",
        Call("create_ticket", {"title": "Help", "requester_id": "{nothing}"}),
        {CUSTOMER: "forbidden", AGENT: "user_not_found", SERVICE: "user_not_found"},
    ),
    Case(
        "A30 function, private team",
        Call("create_ticket", {"title": "H", "team_id": "{vault}"}),
        "- - - - | team_not_found team_not_found | 1 1 | 1 | -",
        says="… in a private team",
    ),
    Case(
        "A30 function, no such team",
        Call("create_ticket", {"title": "H", "team_id": "{nothing}"}),
        {CUSTOMER: "team_not_found"},
    ),
    Case(
        "function with tags",
        Call("create_ticket", {"title": "H", "tags": ["vip"]}),
        "- - - - | forbidden forbidden | 1 1 | 1 | -",
        says="… with tags",
    ),
    Case(
        "function with a priority",
        Call("create_ticket", {"title": "H", "priority": "low"}),
        {CUSTOMER: "forbidden", AGENT: "1"},
    ),
    Case(
        "function with an external id",
        Call("create_ticket", {"title": "H", "external_id": "X"}),
        {CUSTOMER: "forbidden", AGENT: "1"},
    ),
    Case(
        "function with a channel",
        Call("create_ticket", {"title": "H", "channel": "phone"}),
        {CUSTOMER: "forbidden", AGENT: "1"},
    ),
    Case(
        "A26 function with a status",
        Call("create_ticket", {"title": "H", "status": "closed"}),
        {CUSTOMER: "42883", ADMIN: "42883"},
    ),
    Case(
        "A26 function with a number",
        Call("create_ticket", {"title": "H", "number": 1}),
        {CUSTOMER: "42883", ADMIN: "42883"},
    ),
    Case(
        "A37 the id of somebody's ticket",
        Call("create_ticket", {"title": "Help", "ticket_id": "{theirs}"}),
        {CUSTOMER: "id_conflict", OTHER: "id_conflict", AGENT: "id_conflict"},
    ),
]
