"""Who may do what: teams and their members."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, LEFT, OWNER, SERVICE, STRANGER
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, Case

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("read teams", Read("teams"), "deny 0 0 0 | 2 2 | 3 3 | 3 | 3"),
    Case(
        "read a private team",
        Read("teams", {"team_id": "{vault}"}),
        "deny 0 0 0 | 0 0 | 1 1 | 1 | 1",
        says="See a private team",
    ),
    Case(
        "read a public team",
        Read("teams", {"team_id": "{empty}"}),
        "deny 0 0 0 | 1 1 | 1 1 | 1 | 1",
        says="See a public team",
    ),
    Case(
        "find a private team by its name",
        Call("find_team", {"name": " VAULT\u200b"}),
        "deny 0 0 0 | 0 0 | 1 1 | 1 | 1",
        says="Find a private team by its name",
    ),
    Case(
        "find a public team by its name",
        Call("find_team", {"name": "\uff25mpty"}),
        "deny 0 0 0 | 1 1 | 1 1 | 1 | 1",
        says="Find a public team by its name",
    ),
    Case("find a team without a name", Call("find_team", {"name": None}), "deny 0 0 0 | 0 0 | 0 0 | 0 | 0"),
    Case(
        "create a team",
        Insert("teams", {"name": "Sales", "description": "They sell.", "is_public": True}),
        "deny deny deny deny | deny deny | deny deny | 1 | 1",
        gives={"is_default": False},
        says="Create a team",
    ),
    Case(
        "create a team whose name is taken",
        Insert("teams", {"name": "vAULT\u00ad "}),
        "deny deny deny deny | deny deny | name_taken name_taken | name_taken | name_taken",
    ),
    Case(
        "rename a team to a name that is taken",
        Update("teams", {"team_id": "{empty}"}, {"name": "vault"}),
        "deny 0 0 0 | 0 0 | 0 0 | name_taken | name_taken",
    ),
    Case(
        "change a team",
        Update("teams", {"team_id": "{empty}"}, {"name": "Renamed", "description": "d", "is_public": False}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        gives={"name": "Renamed", "is_public": False},
        says="Change a team",
    ),
    Case(
        "make a team the default by PATCH",
        Update("teams", {"team_id": "{empty}"}, {"is_default": True}),
        DENY,
    ),
    Case(
        "delete an empty team",
        Delete("teams", {"team_id": "{empty}"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="Delete a team",
    ),
    Case(
        "delete a team with tickets",
        Delete("teams", {"team_id": "{vault}"}),
        "deny 0 0 0 | 0 0 | 0 0 | team_in_use | team_in_use",
        says="… that has tickets",
    ),
    Case(
        "delete the default team",
        Delete("teams", {"team_id": "{desk}"}),
        "- - - - | 0 0 | 0 0 | default_team | default_team",
        says="… that is the default team",
    ),
    Case(
        "delete the default team, by direct connection",
        Delete("teams", {"team_id": "{desk}"}),
        {OWNER: "default_team"},
    ),
    Case(
        "set the default team",
        Call("set_default_team", {"team_id": "{empty}"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | forbidden forbidden | 1 | 1",
        gives={"is_default": True},
        says="Make a team the default",
    ),
    Case(
        "set a default team that does not exist",
        Call("set_default_team", {"team_id": "{nothing}"}),
        {AGENT: "forbidden", ADMIN: "team_not_found", SERVICE: "team_not_found"},
    ),
    Case(
        "read who is in which team",
        Read("team_members"),
        "deny 0 0 0 | 0 0 | 3 3 | 3 | 3",
        says="See who is in which team",
    ),
    Case(
        "A8 add oneself to another team",
        Insert("team_members", {"team_id": "{vault}", "user_id": "{agent}"}),
        "deny deny deny deny | deny deny | deny deny | 1 | 1",
        says="Add a member",
    ),
    Case(
        "A8 move a membership by PATCH",
        Update("team_members", {"user_id": "{agent}"}, {"team_id": "{vault}"}),
        DENY,
    ),
    Case(
        "remove a member",
        Delete("team_members", {"team_id": "{desk}", "user_id": "{agent}"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="Remove a member",
    ),
    Case(
        "A8 a deactivated agent adds themselves to another team",
        Insert("team_members", {"team_id": "{vault}", "user_id": "{left}"}),
        {LEFT: "deny", STRANGER: "deny"},
    ),
    Case("a team's name is limited", Insert("teams", {"name": "t" * 101}), {ADMIN: "invalid_value", CUSTOMER: "deny"}),
    Case(
        "a team's description is limited",
        Update("teams", {"team_id": "{empty}"}, {"description": "d" * 1001}),
        {ADMIN: "invalid_value", SERVICE: "invalid_value", CUSTOMER: "0"},
    ),
]
