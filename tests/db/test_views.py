"""The views that lists are read from: a later concept adds a column to tickets without dropping them."""

from __future__ import annotations

import re
from typing import LiteralString

import pytest
from psycopg import sql
from tests.db.conftest import MIGRATIONS
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, Person, as_person

READERS = {"my_tickets": CUSTOMER, "team_tickets": ADMIN, "tagged_tickets": ADMIN}


def definition(view: str) -> str:
    """The statement of the migrations that creates the view."""
    text = "\n".join(path.read_text() for path in sorted(MIGRATIONS.glob("*.sql")))
    (found,) = re.findall(rf"^create view helpdesk\.{view} .*?;$", text, re.DOTALL | re.MULTILINE)
    return str(found)


def read(db: Db, view: str) -> dict[str, object]:
    row = db.execute(sql.SQL("select * from {} limit 1").format(sql.Identifier("helpdesk", view))).fetchone()
    assert row
    return row


@pytest.mark.parametrize(("view", "reader"), READERS.items())
def test_a_column_added_to_tickets_is_appended_to_each_view(db: Db, view: str, reader: Person) -> None:
    with as_person(db, reader):
        before = read(db, view)
    db.execute("alter table helpdesk.tickets add column due_at date not null default '2030-01-01'")
    again = definition(view).replace("create view", "create or replace view", 1)
    if view == "tagged_tickets":
        again = again.replace("\nfrom helpdesk.ticket_tags as g\n", ",\n  t.due_at\nfrom helpdesk.ticket_tags as g\n")
    db.execute(again.encode())
    with as_person(db, reader):
        after = read(db, view)
    assert list(after) == [*before, "due_at"]
    assert str(after["due_at"]) == "2030-01-01"


@pytest.mark.parametrize("view", READERS)
def test_a_view_has_the_columns_of_tickets_in_their_order_behind_its_own(db: Db, view: str) -> None:
    rows = db.execute(
        "select attname from pg_attribute where attrelid = 'helpdesk.tickets'::regclass and attnum > 0 order by attnum"
    )
    own = ["tag", "tags"] if view == "tagged_tickets" else ["tags"]
    with as_person(db, READERS[view]):
        assert list(read(db, view)) == [*own, *(row["attname"] for row in rows)]


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("true", "tickets_priority_idx"),
        ("status = 'open'", "tickets_status_priority_idx"),
    ],
)
def test_a_list_by_priority_is_read_in_order_from_an_index(db: Db, condition: LiteralString, index: str) -> None:
    # With so few rows the planner would rather sort: what it can do without.
    query = sql.SQL(
        "set local enable_seqscan = off; set local enable_sort = off; set local enable_bitmapscan = off; "
        "explain select * from helpdesk.team_tickets where " + condition + " "
        "order by priority_rank, created_at, ticket_id limit 50"
    )
    with as_person(db, AGENT):
        result = db.execute(query)
        while result.nextset():
            pass
        plan = "\n".join(str(row["QUERY PLAN"]) for row in result.fetchall())
    assert f"using {index} on tickets" in plan
    assert "Sort" not in plan
