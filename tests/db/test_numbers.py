"""Ticket numbers and external ids: what is refused or repeated takes no number, and one external id is one ticket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.db.catalog import granted_columns
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, as_person, be, refused, value
from tests.db.world import World

_LAST: LiteralString = "select last_value from helpdesk.tickets_number_seq"


@contextmanager
def no_number_taken(db: Db) -> Iterator[None]:
    """Nothing inside takes a ticket number, not even one that is lost."""
    before = value(db, _LAST)
    yield
    assert value(db, _LAST) == before


def create(db: Db, **arguments: Any) -> dict[str, Any]:
    """Call create_ticket() with named arguments."""
    names = ", ".join(f"{name} => %s" for name in arguments)
    row = db.execute(f"select * from helpdesk.create_ticket({names})".encode(), list(arguments.values())).fetchone()
    assert row
    return row


# A value that the database refuses, for each column that a client may write on insert.
_REFUSED = {
    "title": "\u200b",
    "description": "x" * 100_001,
    "priority": "soon",
    "channel": "fax",
    "external_id": "x" * 201,
    "custom_fields": json.dumps({"n": "x" * 20_000}),
    "team_id": str(uuid4()),
    "created_by": str(uuid4()),
}


@pytest.mark.parametrize("column", _REFUSED)
def test_a_ticket_that_is_refused_takes_no_number(db: Db, world: World, column: str) -> None:
    row = {"title": "x", "created_by": world["customer"]} | {column: _REFUSED[column]}
    insert = "insert into helpdesk.tickets ({}) values ({})".format(", ".join(row), ", ".join(["%s"] * len(row)))
    arguments = {"requester_id" if name == "created_by" else name: given for name, given in row.items()}
    with no_number_taken(db):
        with pytest.raises(psycopg.Error, match=r"must|no such"), as_person(db, SERVICE):
            db.execute(insert.encode(), list(row.values()))
        with pytest.raises(psycopg.Error, match=r"must|no such"), as_person(db, SERVICE):
            create(db, **arguments)


@pytest.mark.parametrize("column", ["title", "description", "priority", "channel", "ticket_id"])
def test_a_null_takes_no_number_and_shows_no_row(db: Db, column: str) -> None:
    row = {"title": "x"} | {column: None}
    insert = "insert into helpdesk.tickets ({}) values ({})".format(", ".join(row), ", ".join(["%s"] * len(row)))
    with no_number_taken(db), refused("invalid_value", f"{column} is missing"), as_person(db, CUSTOMER):
        db.execute(insert.encode(), list(row.values()))


def test_every_column_that_can_be_refused_is_tried(db: Db) -> None:
    assert granted_columns("service_role", "tickets", "insert") == {*_REFUSED, "ticket_id"}


def test_the_number_is_taken_last(db: Db) -> None:
    last: LiteralString = (
        "select tgname from pg_trigger where tgrelid = 'helpdesk.tickets'::regclass and not tgisinternal "
        # Before, for each row, on insert.
        "and tgtype & 7 = 7 order by tgname desc limit 1"
    )
    assert value(db, last) == "take_number"


@pytest.mark.parametrize("tags", [["ok", "x" * 51], ["ok", "\u200b"], ["ok", None], ["x"] * 51])
def test_a_tag_that_is_refused_takes_no_number(db: Db, tags: list[str | None]) -> None:
    with no_number_taken(db), pytest.raises(psycopg.Error, match="tag"), as_person(db, AGENT):
        create(db, title="x", tags=tags)


def test_a_person_who_may_not_create_takes_no_number(db: Db) -> None:
    for arguments in ({"priority": "high"}, {"channel": "email"}, {"external_id": "X"}, {"tags": ["x"]}):
        with no_number_taken(db), refused("forbidden"), as_person(db, CUSTOMER):
            create(db, title="x", **arguments)


def test_a_repeated_ticket_takes_no_number(db: Db) -> None:
    ticket_id = uuid4()
    with be(db, CUSTOMER):
        first = create(db, title="x", ticket_id=ticket_id)
    with no_number_taken(db), as_person(db, CUSTOMER):
        assert create(db, title="x", ticket_id=ticket_id)["number"] == first["number"]
        with refused("id_conflict"), db.transaction():
            create(db, title="y", ticket_id=ticket_id)
        insert = "insert into helpdesk.tickets (ticket_id, title) values (%s, 'z')"
        assert db.execute(f"{insert} on conflict (ticket_id) do nothing".encode(), (ticket_id,)).rowcount == 0
        assert db.execute(f"{insert} on conflict do nothing".encode(), (ticket_id,)).rowcount == 0
        with pytest.raises(psycopg.errors.UniqueViolation, match="tickets_pkey"), db.transaction():
            db.execute(insert.encode(), (ticket_id,))
    with as_person(db, CUSTOMER):
        assert create(db, title="y")["number"] == first["number"] + 1


def test_a_taken_external_id_takes_no_number_and_a_repetition_answers_the_ticket(db: Db, world: World) -> None:
    row = {"title": "x", "external_id": "shop:1", "channel": "import", "tags": ["a"], "requester_id": world["customer"]}
    with be(db, SERVICE):
        first = create(db, **row, ticket_id=uuid4())
        db.execute("update helpdesk.tickets set status = 'resolved' where ticket_id = %s", (first["ticket_id"],))
    with no_number_taken(db), as_person(db, SERVICE):
        for _ in range(5):
            again = create(db, **row, ticket_id=uuid4())
            assert (again["ticket_id"], again["number"]) == (first["ticket_id"], first["number"])
            assert again["status"] == "resolved"
        others: list[dict[str, Any]] = [
            {"title": "y"},
            {"tags": []},
            {"requester_id": world["other"]},
            {"description": "more"},
        ]
        for other in others:
            with refused("external_id_taken"), db.transaction():
                create(db, **row | other)
        insert = "insert into helpdesk.tickets (title, external_id, created_by) values ('x', 'shop:1', %s)"
        with refused("external_id_taken"), db.transaction():
            db.execute(insert.encode(), (world["customer"],))
    assert value(db, "select count(*) from helpdesk.tickets where external_id = 'shop:1'") == 1


def test_the_id_of_a_repetition_by_external_id_stays_free(db: Db) -> None:
    with as_person(db, AGENT):
        spare = uuid4()
        create(db, title="x", external_id="shop:1")
        create(db, title="x", external_id="shop:1", ticket_id=spare)
        assert create(db, title="other", ticket_id=spare)["ticket_id"] == spare


@pytest.mark.parametrize("person", [ADMIN, AGENT, SERVICE], ids=str)
def test_whoever_works_the_ticket_repeats_its_creation_for_the_same_requester(
    db: Db, world: World, person: Person
) -> None:
    row = {"title": "x", "external_id": "shop:1", "requester_id": world["customer"]}
    with be(db, AGENT):
        first = create(db, **row)
    with as_person(db, person):
        assert create(db, **row)["ticket_id"] == first["ticket_id"]


def test_who_does_not_work_the_ticket_only_hears_that_the_external_id_is_taken(db: Db, world: World) -> None:
    row = {"title": "x", "external_id": "shop:1", "requester_id": world["customer"]}
    with be(db, AGENT):
        create(db, **row)
    with refused("external_id_taken"), as_person(db, STRANGER):
        create(db, **row)


def test_without_a_requester_the_ticket_of_another_agent_is_no_repetition(db: Db) -> None:
    with be(db, AGENT):
        create(db, title="x", external_id="shop:1")
    with refused("external_id_taken"), as_person(db, ADMIN):
        create(db, title="x", external_id="shop:1")


@pytest.mark.parametrize("person", [CUSTOMER, OTHER], ids=str)
def test_a_customer_neither_takes_an_external_id_nor_learns_that_it_is_taken(
    db: Db, world: World, person: Person
) -> None:
    with be(db, SERVICE):
        create(db, title="x", external_id="shop:1", requester_id=world["customer"])
    for external_id in ("shop:1", "shop:2"):
        with refused("forbidden"), as_person(db, person):
            create(db, title="x", external_id=external_id)
        with refused("forbidden"), as_person(db, person):
            db.execute("insert into helpdesk.tickets (title, external_id) values ('x', %s)", (external_id,))
        with refused("forbidden"), as_person(db, CUSTOMER):
            db.execute(
                "update helpdesk.tickets set external_id = %s where ticket_id = %s", (external_id, world["mine"])
            )


def test_two_imports_at_once_make_one_ticket_and_both_receive_it(pg: Server, own: str) -> None:
    made: list[UUID] = []

    def second() -> None:
        with pg.connect(own) as db, be(db, ADMIN):
            made.append(create(db, title="x", external_id="shop:1", requester_id=requester)["ticket_id"])

    with pg.connect(own) as db:
        requester = value(db, "select user_id from helpdesk.users where email = %s", CUSTOMER.email)
        with be(db, ADMIN):
            first = create(db, title="x", external_id="shop:1", requester_id=requester)
        other = threading.Thread(target=second)
        other.start()
        waiting: LiteralString = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        with pg.connect("postgres") as watcher:
            watcher.autocommit = True
            while not value(watcher, waiting):
                pass
        db.commit()
        other.join(30)
        assert made == [first["ticket_id"]]
        assert value(db, "select count(*) from helpdesk_private.request_ids where request_id = %s", made[0]) == 1


@pytest.mark.parametrize(
    ("missing", "query"),
    [
        ("is_active", "select helpdesk_private.set_user_active(%s, null)"),
        ("type", "select helpdesk.create_field('k', null, 'Label', team_ids => array[%s]::uuid[])"),
        ("placement", "select helpdesk_private.reserve_attachment(%s, 'a.png', 'image/png', 1, null, null)"),
    ],
)
def test_a_null_in_another_function_shows_no_row(db: Db, world: World, missing: str, query: LiteralString) -> None:
    ids = {"is_active": world["agent"], "type": world["desk"], "placement": world["mine"]}
    with refused("invalid_value", f"{missing} is missing"), as_person(db, ADMIN):
        db.execute(query, (ids[missing],))
