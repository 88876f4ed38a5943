"""Who may do what: search, lists and counts of tickets that match a query."""

from __future__ import annotations

from .operations import Call
from .outcomes import Case

ALL = "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | 1"
STAFF = "deny no_profile inactive_user inactive_user | forbidden forbidden | 1 1 | 1 | 1"
NONE = "deny no_profile inactive_user inactive_user | {0} {0} | {0} {0} | {0} | {0}"
INVALID = NONE.format("invalid_value")

_SAYS = {
    "search_tickets": "Search the tickets that you see (customers) or work (staff)",
    "query_tickets": "List the tickets that match a query",
    "count_tickets": "Count the tickets that match a query, to 1000",
}

CASES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    *(Case(f"A9 {function}", Call(function, {"query": "ticket"}), ALL, says=says) for function, says in _SAYS.items()),
    *(
        Case(f"{function} by tag", Call(function, {"query": "tag:vip"}), STAFF, says="… by tag, or by having notes")
        for function in _SAYS
    ),
    Case(
        "search by having notes",
        Call("search_tickets", {"query": "-has:note"}),
        STAFF,
        says="… by tag, or by having notes",
    ),
    Case(
        "search by somebody's address",
        Call("search_tickets", {"query": "from:other@example.com"}),
        STAFF,
        says="… by somebody's address",
    ),
    Case(
        "search one's own as a customer does",
        Call("search_tickets", {"query": "a", "mine": True}),
        ALL[:-1] + "invalid_value",
    ),
    Case("A40 a query of patterns", Call("search_tickets", {"query": "a & | !b :* (((x+)+)+)$ '; --"}), ALL),
    Case("a query of ten thousand words", Call("search_tickets", {"query": "a " * 10_000}), INVALID),
    Case("a query of too many words", Call("query_tickets", {"query": "a " * 33}), INVALID),
    Case("a query and a tree", Call("count_tickets", {"query": "a", "tree": {"all": []}}), INVALID),
    Case("a tree that is none", Call("search_tickets", {"tree": {"sql": "select 1"}}), INVALID),
    Case("a page of nothing", Call("search_tickets", {"max_rows": 0}), INVALID),
    Case("a cursor of nothing", Call("search_tickets", {"query": "a", "cursor": "'"}), INVALID),
    Case("a place of nothing", Call("query_tickets", {"cursor": "'"}), INVALID),
    Case("an order of nothing", Call("query_tickets", {"sort": "title; --"}), INVALID),
]
