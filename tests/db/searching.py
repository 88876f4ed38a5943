"""How the tests search, and the names of what they find."""

from __future__ import annotations

from typing import Any

from tests.db.people import CUSTOMER, SERVICE, Db, be, one, value
from tests.db.world import TICKETS, World

Answer = dict[str, Any]
SEARCH = "select helpdesk.search_tickets(query => %s, mine => %s, max_rows => %s, cursor => %s)"


def search(db: Db, query: str, *, mine: bool = False, rows: int = 20, cursor: str | None = None) -> Answer:
    """The answer to a query text."""
    found: Answer = value(db, SEARCH, query, mine, rows, cursor)
    return found


def found(db: Db, world: World, query: str, **options: Any) -> set[str]:
    """The names of the tickets that a query finds."""
    return names(world, (hit["ticket"] for hit in search(db, query, **options)["hits"]))


def names(world: World, tickets: Any) -> set[str]:
    """The names of tickets in the world."""
    known = {world[name]: name for name in TICKETS}
    return {known.get(ticket["ticket_id"], "new") for ticket in tickets}


def open_ticket(db: Db, title: str, description: str = "", **more: object) -> str:
    """A new ticket of the customer; its id."""
    with be(db, SERVICE):
        row = one(
            db,
            "select * from helpdesk.create_ticket(title => %s, description => %s, requester_id => "
            "(select user_id from helpdesk.users where email = %s), external_id => %s)",
            title,
            description,
            CUSTOMER.email,
            more.get("external_id"),
        )
    return str(row["ticket_id"])
