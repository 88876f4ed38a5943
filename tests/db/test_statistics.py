"""`Prefer: count=planned` is the planner's estimate, from statistics about everybody's rows: few columns have any."""

from __future__ import annotations

from typing import LiteralString

import pytest
from psycopg import sql
from tests.db.people import AGENT, CUSTOMER, Db, as_person, be
from tests.db.world import World

WITH_STATISTICS = {
    "tickets.status": "lists by status; the share of each status is known to whoever sees ticket numbers",
    "tickets.priority": "lists by priority",
    "tickets.priority_rank": "lists in the order of claiming",
    "tickets.team_id": "queues: the planner chooses between a team's index and the order of all tickets",
    "tickets.created_by": "a customer's list; nobody but staff knows another customer's id",
    "tickets.created_at": "pages by keyset: how many tickets there are, by date",
    "tickets.updated_at": "pages by keyset",
    "ticket_tags.ticket_created_at": "pages by keyset: a copy of the ticket's date",
    "messages.ticket_id": "a conversation; whoever knows a ticket's id sees its messages, unless they lost the ticket",
    "messages.created_at": "pages by keyset",
    "users.created_at": "pages by keyset",
    "events.xid": "the feed's ranges",
    "events.audience": "the feed's partial index: two values",
    "events.requester_id": "the feed of a customer; nobody but staff knows another customer's id",
    "events.team_id": "the feed of a team",
    "events.created_at": "pages by keyset",
    "status_transitions.role": "the same in every helpdesk",
    "status_transitions.from_status": "the same in every helpdesk",
    "status_transitions.to_status": "the same in every helpdesk",
}
"""The columns that keep statistics, each with the reason. A planned count tells everybody how common a value is."""

_KEPT: LiteralString = """
select c.relname || '.' || a.attname as name
from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'helpdesk'::regnamespace and coalesce(a.attstattarget, -1) <> 0
  -- The columns of a table that anybody may read, and the expressions of its indexes.
  and (
    (c.relkind in ('r', 'p', 'm') and has_column_privilege('authenticated', c.oid, a.attnum, 'select'))
    or exists (
      select from pg_index as i
      where i.indexrelid = c.oid and a.attnum <= i.indnkeyatts and i.indkey[a.attnum - 1] = 0
    )
  )
"""


def test_only_listed_columns_have_statistics(db: Db) -> None:
    assert {row["name"] for row in db.execute(_KEPT).fetchall()} == set(WITH_STATISTICS)
    extended = "select stxname from pg_statistic_ext where stxnamespace = 'helpdesk'::regnamespace"
    assert db.execute(extended).fetchall() == []


@pytest.mark.parametrize(
    ("table", "column", "many", "none"),
    [
        ("ticket_tags", "tag", "refund", "nowhere"),
        ("ticket_tags", "ticket_id", "mine", "nothing"),
        ("notes", "ticket_id", "mine", "nothing"),
        ("events", "ticket_id", "mine", "nothing"),
        ("events", "type", "note.created", "nowhere"),
        ("teams", "name", "Vault", "nowhere"),
        ("invitations", "role", "agent", "admin"),
        ("users", "role", "agent", "admin"),
    ],
)
def test_a_planned_count_does_not_tell_a_customer_what_there_is(
    db: Db, world: World, table: str, column: str, many: str, none: str
) -> None:
    with be(db, AGENT):
        for n in range(300):
            db.execute("select helpdesk.add_note(%s, 'between us')", (world["mine"],))
            if n < 40:
                db.execute(
                    "insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s)", (world["mine"], f"tag {n}")
                )
    db.execute("set local session_replication_role = replica")
    db.execute(
        "insert into helpdesk.ticket_tags (ticket_id, tag, ticket_created_at) "
        "select gen_random_uuid(), 'refund', now() from generate_series(1, 300)"
    )
    db.execute("reset session_replication_role")
    db.execute(sql.SQL("analyze {}").format(sql.Identifier("helpdesk", table)))

    def planned(wanted: str) -> int:
        literal = world[wanted] if column == "ticket_id" else wanted
        query = sql.SQL("explain (format json) select from {} where {} = {}").format(
            sql.Identifier("helpdesk", table), sql.Identifier(column), sql.Literal(literal)
        )
        row = db.execute(query).fetchone()
        assert row
        return int(row["QUERY PLAN"][0]["Plan"]["Plan Rows"])

    with as_person(db, CUSTOMER):
        assert planned(many) == planned(none)
