"""Who may do what: the values of custom fields on tickets."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, Case

MINE = {"ticket_id": "{mine}"}


def put(values: dict[str, object], ticket: str = "{mine}") -> Update:
    """A change of a ticket's custom fields."""
    return Update("tickets", {"ticket_id": ticket}, {"custom_fields": values})


CASES = [
    Case(
        "set a field that the requester may set",
        put({"plan": "pro"}),
        "deny 0 0 0 | 1 0 | 1 0 | 1 | 1",
        gives={"custom_fields": {"plan": "pro"}, "revision": 2},
        says="Set a field that requesters may set",
    ),
    Case(
        "A29 set a field that the requester reads",
        put({"seats": 5}),
        "deny 0 0 0 | forbidden 0 | 1 0 | 1 | 1",
        gives={"custom_fields": {"seats": 5}},
        says="Set a field that requesters only read",
    ),
    Case(
        "A11 set a field of staff",
        put({"risk": "high"}),
        "deny 0 0 0 | field_not_found 0 | 1 0 | 1 | 1",
        gives={"custom_fields": {}, "revision": 2},
        says="Set a field of staff only",
    ),
    Case(
        "A11 set a field that does not exist",
        put({"nothing": 1}),
        "deny 0 0 0 | field_not_found 0 | field_not_found 0 | field_not_found | field_not_found",
    ),
    Case(
        "set a retired field",
        put({"gone": "x"}),
        "- - - - | field_retired 0 | field_retired 0 | field_retired | field_retired",
    ),
    Case(
        "choose a retired option",
        put({"plan": "old"}),
        dict.fromkeys((CUSTOMER, AGENT, ADMIN, SERVICE), "invalid_value"),
    ),
    Case("choose no option", put({"plan": "prro"}), dict.fromkeys((CUSTOMER, AGENT, ADMIN, SERVICE), "invalid_value")),
    Case(
        "A29 a field on an agent's own ticket, which others work",
        put({"seats": 5}, "{agents}"),
        {AGENT: "forbidden", STRANGER: "1"},
        says="Set a field that requesters only read",
    ),
    Case(
        "A11 a field of staff on an agent's own ticket",
        put({"risk": "high"}, "{agents}"),
        {AGENT: "field_not_found", STRANGER: "1"},
        says="Set a field of staff only",
    ),
    Case(
        "A27 open a ticket with a field of staff by POST",
        Insert("tickets", {"title": "Help", "custom_fields": {"risk": "high"}}),
        {CUSTOMER: "field_not_found", AGENT: "forbidden"},
    ),
    Case(
        "open a ticket with a field of staff",
        Call("create_ticket", {"title": "Help", "custom_fields": {"risk": "high"}, "requester_id": "{other}"}),
        {AGENT: "1", ADMIN: "1", SERVICE: "1"},
        gives={"custom_fields": {}},
    ),
    Case(
        "A11 open a ticket with a field of staff, as a customer",
        Call("create_ticket", {"title": "Help", "custom_fields": {"risk": "high"}}),
        {CUSTOMER: "field_not_found", OTHER: "field_not_found"},
    ),
    Case(
        "read the values of staff",
        Read("ticket_staff_fields", {"ticket_id": "{answered}"}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="Read its fields of staff only",
    ),
    Case(
        "read the values of staff on a ticket lent to the agent",
        Read("ticket_staff_fields", {"ticket_id": "{lent}"}),
        "deny 0 0 0 | 0 0 | 1 1 | 1 | 1",
        says="Read its fields of staff only",
    ),
    Case(
        "read the values of staff on an agent's own ticket",
        Read("ticket_staff_fields", {"ticket_id": "{agents}"}),
        "deny 0 0 0 | 0 0 | 0 1 | 1 | 1",
        says="Read its fields of staff only",
    ),
    Case("A34 write the values of staff", Insert("ticket_staff_fields", {**MINE, "staff_fields": {}}), DENY),
    Case(
        "A34 change the values of staff",
        Update("ticket_staff_fields", {"ticket_id": "{answered}"}, {"staff_fields": {}}),
        DENY,
    ),
    Case(
        "read the kept values of requesters' fields",
        Read("ticket_field_values", {"ticket_id": "{answered}", "field_key": "plan"}),
        "deny 0 0 0 | 1 0 | 1 0 | 1 | 1",
        says="Read the kept values of its fields",
    ),
    Case(
        "read the kept values of requesters' fields on a ticket lent to the agent",
        Read("ticket_field_values", {"ticket_id": "{lent}", "field_key": "plan"}),
        "deny 0 0 0 | 0 1 | 1 1 | 1 | 1",
        says="Read the kept values of its fields",
    ),
    Case(
        "read the kept values of staff's fields",
        Read("ticket_field_values", {"ticket_id": "{answered}", "field_key": "risk"}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
    ),
    Case(
        "read the kept values of staff's fields, of all",
        Read("ticket_field_values", {"field_key": "risk"}),
        "deny 0 0 0 | 0 0 | 2 2 | 3 | 3",
    ),
    Case("A34 write a kept value", Delete("ticket_field_values", {"ticket_id": "{answered}"}), DENY),
    Case("A33 delete the values of staff", Delete("ticket_staff_fields", MINE), DENY),
    Case(
        "A34 insert a kept value", Insert("ticket_field_values", {**MINE, "field_key": "plan", "text_value": "x"}), DENY
    ),
    Case("A34 change a kept value", Update("ticket_field_values", MINE, {"text_value": "x"}), DENY),
    Case(
        "my tickets by a field",
        Read("my_field_tickets", {"field_key": "plan", "text_value": "pro"}),
        "deny 0 0 0 | 1 1 | 1 0 | 0 | 0",
    ),
    Case(
        "my tickets by a field of staff",
        Read("my_field_tickets", {"field_key": "risk"}),
        "deny 0 0 0 | 0 0 | 0 0 | 0 | 0",
    ),
    Case(
        "my own ticket by a field",
        Read("my_field_tickets", {"ticket_id": "{answered}", "text_value": "pro"}),
        "deny 0 0 0 | 1 0 | 0 0 | 0 | 0",
        says="Find it by a field among your own tickets",
    ),
    Case(
        "my teams' tickets by a field",
        Read("team_field_tickets", {"field_key": "plan", "text_value": "pro"}),
        "deny 0 0 0 | 0 0 | 1 2 | 3 | 3",
    ),
    Case(
        "a ticket by a field of staff in the queue",
        Read("team_field_tickets", {"ticket_id": "{answered}", "field_key": "risk"}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="Find it by a field in your teams' queues",
    ),
    # Views of two tables: PostgreSQL has no way to write through them, whoever asks.
    *(
        Case(f"{tries.verb} through {view}", tries, {CUSTOMER: "55000", AGENT: "55000", SERVICE: "55000"})
        for view in ("my_field_tickets", "team_field_tickets")
        for tries in (Insert(view, {"title": "Help"}), Update(view, MINE, {"title": "New"}), Delete(view, MINE))
    ),
]
