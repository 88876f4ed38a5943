"""Who may do what: saved views, and the tree of a query text."""

from __future__ import annotations

from typing import Any

from ..people import ADMIN, AGENT, CUSTOMER, OWNER, SERVICE, STRANGER
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import Case
from .search import ALL

TREE = {"field": "status", "op": "is", "value": "open"}
OUT = "deny no_profile inactive_user inactive_user | forbidden forbidden"


def save(**more: Any) -> Insert:
    """Save a private view, but for what is said."""
    return Insert("views", {"name": "New", "tree": TREE, **more})


CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("a private view", Read("views", {"view_id": "{agents view}"}), "deny 0 0 0 | 0 0 | 1 0 | 0 | 1"),
    Case(
        "see somebody's private view",
        Read("views", {"view_id": "{agents view}"}),
        {STRANGER: "0", ADMIN: "0", CUSTOMER: "0"},
        says="See somebody's private view",
    ),
    Case(
        "see a team's view",
        Read("views", {"view_id": "{desk view}"}),
        {CUSTOMER: "0", AGENT: "1", ADMIN: "1", SERVICE: "1"},
        says="… of one's team",
    ),
    Case("see another team's view", Read("views", {"view_id": "{desk view}"}), "deny 0 0 0 | 0 0 | 1 0 | 1 | 1"),
    Case(
        "see a view for all",
        Read("views", {"view_id": "{common view}"}),
        "deny 0 0 0 | 0 0 | 1 1 | 1 | 1",
        says="… for all staff",
    ),
    Case("save a private view", save(), f"{OUT} | 1 1 | 1 | invalid_value", says="Save a view of one's own"),
    Case(
        "save a team's view",
        save(audience="team", team_id="{desk}"),
        f"{OUT} | 1 deny | 1 | 1",
        says="… of one's team",
    ),
    Case("save a view for all", save(audience="all"), f"{OUT} | deny deny | 1 | 1", says="… for all staff"),
    Case(
        "change a private view",
        Update("views", {"view_id": "{agents view}"}, {"name": "Mine"}),
        "deny 0 0 0 | 0 0 | 1 0 | 0 | 1",
    ),
    Case(
        "change a team's view",
        Update("views", {"view_id": "{desk view}"}, {"name": "Ours"}),
        {CUSTOMER: "0", AGENT: "1", ADMIN: "1", SERVICE: "1"},
        says="Change a view of one's team",
    ),
    Case(
        "change another team's view",
        Update("views", {"view_id": "{desk view}"}, {"name": "Ours"}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
    ),
    Case(
        "change a view for all",
        Update("views", {"view_id": "{common view}"}, {"name": "Everybody's"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="… for all staff",
    ),
    Case(
        "give a private view to all",
        Update("views", {"view_id": "{agents view}"}, {"audience": "all"}),
        {AGENT: "deny", STRANGER: "0", ADMIN: "0"},
    ),
    Case(
        "give a private view to another team",
        Update("views", {"view_id": "{agents view}"}, {"audience": "team", "team_id": "{vault}"}),
        {AGENT: "deny"},
    ),
    Case("delete a private view", Delete("views", {"view_id": "{agents view}"}), "deny 0 0 0 | 0 0 | 1 0 | 0 | 1"),
    Case(
        "delete a team's view",
        Delete("views", {"view_id": "{desk view}"}),
        {CUSTOMER: "0", AGENT: "1", ADMIN: "1", SERVICE: "1"},
        says="Delete a view of one's team",
    ),
    Case("delete another team's view", Delete("views", {"view_id": "{desk view}"}), "deny 0 0 0 | 0 0 | 1 0 | 1 | 1"),
    Case(
        "delete a view for all",
        Delete("views", {"view_id": "{common view}"}),
        "deny 0 0 0 | 0 0 | 0 0 | 1 | 1",
        says="… for all staff",
    ),
    *(
        Case(f"a view {name}", save(audience="all", **wrong), {ADMIN: reason, SERVICE: reason})
        for name, wrong, reason in (
            ("without conditions", {"tree": {}}, "invalid_value"),
            ("over a team that does not exist", {"tree": {"field": "team", "value": "nowhere"}}, "invalid_value"),
            ("over a field that does not exist", {"tree": {"field": "fields.no", "value": 1}}, "invalid_value"),
            ("with a column that does not exist", {"columns": ["title; --"]}, "invalid_value"),
            ("with an order that does not exist", {"sort": "title"}, "invalid_value"),
            ("with a name that is taken", {"name": "COMMON"}, "name_taken"),
            ("with a team and for all", {"team_id": "{desk}"}, "invalid_value"),
            ("with too long a name", {"name": "x" * 101}, "invalid_value"),
            ("with no tree", {"tree": None}, "invalid_value"),
        )
    ),
    Case("a view for nobody", save(audience="some"), {ADMIN: "invalid_value"}),
    Case("a view without an audience", save(audience=None), {ADMIN: "invalid_value"}),
    Case(
        "another owner of a view, by direct connection",
        Update("views", {"view_id": "{desk view}"}, {"owner_id": "{customer}"}),
        {OWNER: "forbidden"},
    ),
    Case("a view of no team", save(audience="team"), {ADMIN: "invalid_value", AGENT: "invalid_value"}),
    Case(
        "a view of a team that does not exist",
        save(audience="team", team_id="{nothing}"),
        {ADMIN: "team_not_found", SERVICE: "team_not_found"},
    ),
    Case(
        "read a query text", Call("parse_query", {"query": "status:open a"}), ALL, says="Turn a query text into a tree"
    ),
]
