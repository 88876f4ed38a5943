"""What a customer's reading costs: no query of theirs looks at the ticket of each row of the helpdesk."""

from __future__ import annotations

from typing import LiteralString

import pytest
from psycopg import sql
from tests.db.people import AGENT, CUSTOMER, GONE, Db, Person, as_person, be, value
from tests.db.world import World

_RELATIONS: LiteralString = """
select c.relname as name from pg_class as c
where c.relnamespace = 'helpdesk'::regnamespace and c.relkind in ('r', 'p', 'v')
  and has_any_column_privilege('authenticated', c.oid, 'select')
order by 1
"""
_LOOKS_UP_TICKETS: dict[str, str] = {
    "my_field_tickets": "the tickets of the customer's own values",
}
"""Relations whose rows a customer's query may look up the ticket of, one by one, each with the reason."""


def _lookups(db: Db, relation: str, person: Person) -> list[str]:
    """The parts of a plan that ran again for each row: subplans that looked up the row's ticket."""
    query = sql.SQL("explain (analyze, costs off, timing off) select * from {}").format(
        sql.Identifier("helpdesk", relation)
    )
    with as_person(db, person):
        # So that a lookup is an index scan of tickets, however few they are.
        db.execute("set local enable_seqscan = off")
        lines = [str(row["QUERY PLAN"]) for row in db.execute(query).fetchall()]
    return [line for line in lines if "tickets_pkey" in line and "never executed" not in line]


def test_no_relation_looks_up_a_ticket_for_each_row_that_a_customer_does_not_see(db: Db, world: World) -> None:
    relations = [str(row["name"]) for row in db.execute(_RELATIONS).fetchall()]
    assert {"tickets", "team_tickets", "tagged_tickets", "messages", "notes", "ticket_tags", "events"} <= set(relations)
    found = {name for name in relations if _lookups(db, name, CUSTOMER)}
    assert found == set(_LOOKS_UP_TICKETS)
    # The same look finds what an agent's query does: it has to.
    assert _lookups(db, "notes", AGENT)


@pytest.mark.parametrize("person", [CUSTOMER, GONE], ids=str)
def test_a_customers_query_of_queues_ends_before_the_first_row(db: Db, world: World, person: Person) -> None:
    with as_person(db, person):
        plan = db.execute(
            "explain (analyze, costs off, timing off) select * from helpdesk.team_tickets order by created_at limit 50"
        ).fetchall()
    scans = [row["QUERY PLAN"] for row in plan if " on tickets" in row["QUERY PLAN"]]
    assert scans
    assert all("never executed" in scan for scan in scans)


def test_a_message_has_the_requester_of_its_ticket(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.send_reply(%s, 'On whose behalf?')", (world["mine"],))
    assert value(db, "select count(*) from helpdesk.messages") > 3
    assert (
        value(
            db,
            "select count(*) from helpdesk.messages as m join helpdesk.tickets as t using (ticket_id) "
            "where m.requester_id is distinct from t.created_by",
        )
        == 0
    )


@pytest.mark.parametrize("order", ["created_at", "updated_at"])
def test_a_customers_list_is_read_in_order_from_an_index(db: Db, world: World, order: str) -> None:
    query = sql.SQL(
        "explain (costs off) select * from helpdesk.my_tickets order by {} desc, ticket_id desc limit 50"
    ).format(sql.Identifier(order))
    with as_person(db, CUSTOMER):
        for setting in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            db.execute(f"set local {setting} = off".encode())
        plan = "\n".join(str(row["QUERY PLAN"]) for row in db.execute(query).fetchall())
    index = {"created_at": "tickets_requester_idx", "updated_at": "tickets_requester_updated_idx"}[order]
    assert f"using {index} on tickets" in plan
    assert "Sort" not in plan
