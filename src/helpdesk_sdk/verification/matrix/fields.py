"""Who may do what: custom fields: definitions, options and teams."""

from __future__ import annotations

from ..people import ADMIN, CUSTOMER, OWNER, SERVICE
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, Case

FORBIDDEN = "deny no_profile inactive_user inactive_user | forbidden forbidden | forbidden forbidden | "


CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case(
        "read the fields that requesters see",
        Read("field_definitions", {"key": "plan"}),
        "deny 0 0 0 | 1 1 | 1 1 | 1 | 1",
        says="See a field that requesters may see",
    ),
    Case(
        "read a field of staff",
        Read("field_definitions", {"key": "risk"}),
        "deny 0 0 0 | 0 0 | 1 1 | 1 | 1",
        says="See a field of staff only",
    ),
    Case(
        "read the options of a field that requesters see",
        Read("field_options", {"field_key": "plan"}),
        "deny 0 0 0 | 3 3 | 3 3 | 3 | 3",
        says="See its options",
    ),
    Case(
        "read the options of a field of staff",
        Read("field_options", {"field_key": "risk"}),
        "deny 0 0 0 | 0 0 | 2 2 | 2 | 2",
    ),
    Case(
        "read that a field belongs to a public team",
        Read("field_teams", {"field_key": "story"}),
        "deny 0 0 0 | 1 1 | 2 2 | 2 | 2",
        says="See its teams",
    ),
    Case(
        "create a field",
        Call("create_field", {"key": "size", "type": "text", "label": "Size"}),
        FORBIDDEN + "1 | 1",
        gives={"audience": "customer_visible", "required_for": "none", "for_all_teams": True},
        says="Create a field",
    ),
    Case(
        "create a field whose key is taken",
        Call("create_field", {"key": "plan", "type": "text", "label": "Plan"}),
        {CUSTOMER: "forbidden", ADMIN: "field_exists", SERVICE: "field_exists"},
    ),
    Case(
        "create a field for a team that does not exist",
        Call("create_field", {"key": "size", "type": "text", "label": "Size", "team_ids": ["{nothing}"]}),
        {ADMIN: "team_not_found"},
    ),
    Case("create a field by POST", Insert("field_definitions", {"key": "x", "type": "text", "label": "X"}), DENY),
    Case(
        "change a field",
        Update(
            "field_definitions",
            {"key": "plan"},
            {
                "label": "Plans",
                "customer_label": "Your plan",
                "help_text": "h",
                "required_for": "create",
                "position": 1,
            },
        ),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        gives={"label": "Plans", "customer_label": "Your plan"},
        says="Change, retire or restore a field",
    ),
    Case(
        "retire a field",
        Update("field_definitions", {"key": "plan"}, {"retired_at": "now"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
    ),
    Case(
        "show a field of staff to requesters",
        Update("field_definitions", {"key": "risk"}, {"audience": "customer_visible"}),
        "deny 0 0 0 | 0 0 | 0 0 | invalid_value | invalid_value",
    ),
    Case(
        "hide a field from requesters",
        Update("field_definitions", {"key": "plan"}, {"audience": "staff_only"}),
        {ADMIN: "invalid_value"},
    ),
    Case(
        "change a type, by direct connection",
        Update("field_definitions", {"key": "seats"}, {"type": "text"}),
        {OWNER: "forbidden"},
    ),
    Case("A33 delete a field", Delete("field_definitions", {"key": "seats"}), DENY),
    Case(
        "choose the teams of a field",
        Call("set_field_teams", {"key": "seats", "team_ids": ["{desk}"]}),
        FORBIDDEN + "1 | 1",
        gives={"for_all_teams": False},
        says="Choose the teams of a field",
    ),
    Case(
        "choose the teams of a field that does not exist",
        Call("set_field_teams", {"key": "x", "team_ids": None}),
        {CUSTOMER: "forbidden", ADMIN: "field_not_found"},
    ),
    Case("write the teams of a field by POST", Insert("field_teams", {"field_key": "plan", "team_id": "{desk}"}), DENY),
    Case("A34 change the teams of a field", Update("field_teams", {"field_key": "story"}, {"field_key": "plan"}), DENY),
    Case("A33 delete the teams of a field", Delete("field_teams", {"field_key": "story"}), DENY),
    Case(
        "add an option",
        Insert("field_options", {"field_key": "plan", "value": "team", "label": "Team"}),
        "deny deny deny deny | deny deny | deny deny | 1 | 1",
        says="Add an option",
    ),
    Case(
        "add an option that there is",
        Insert("field_options", {"field_key": "plan", "value": "old"}),
        {CUSTOMER: "deny", ADMIN: "option_exists"},
    ),
    Case(
        "add an option to a field that has none",
        Insert("field_options", {"field_key": "seats", "value": "1"}),
        {ADMIN: "invalid_value"},
    ),
    Case(
        "add an option to no field",
        Insert("field_options", {"field_key": "x", "value": "1"}),
        {CUSTOMER: "deny", ADMIN: "field_not_found"},
    ),
    Case(
        "change an option",
        Update("field_options", {"field_key": "plan", "value": "pro"}, {"label": "Pro", "retired_at": "now"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        gives={"label": "Pro"},
        says="Change, retire or restore an option",
    ),
    Case(
        "change the value of an option, by direct connection",
        Update("field_options", {"value": "pro"}, {"value": "x"}),
        {OWNER: "forbidden"},
    ),
    Case("A33 delete an option", Delete("field_options", {"value": "pro"}), DENY),
]
