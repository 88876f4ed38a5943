"""Names and titles in the tables: stored clean, never without anything to show, and teams never look the same."""

# Letters that look like others are what is tested.
# ruff: noqa: RUF001

from __future__ import annotations

from typing import Any, LiteralString
from uuid import uuid4

import pytest
from tests.db.people import ADMIN, CUSTOMER, Db, Person, as_person, refused, value
from tests.db.test_name_rule import SHOW_NOTHING
from tests.db.world import World

STORED = [("a\x1b[2Jb", "a[2Jb"), (" evil\u202egnp.exe ", "evilgnp.exe"), ("Cafe\u0301\u00a0\tx", "Café x")]


@pytest.mark.parametrize(("given", "stored"), STORED)
def test_whoever_writes_a_name_its_clean_form_is_stored(db: Db, world: World, given: str, stored: str) -> None:
    def change(person: Person, query: LiteralString, *args: object) -> Any:
        with as_person(db, person):
            return value(db, query, *args)

    mine, me = world["mine"], world["customer"]
    assert (
        change(CUSTOMER, "update helpdesk.users set name = %s where user_id = %s returning name", given, me) == stored
    )
    assert change(ADMIN, "select name from helpdesk.create_customer('x@example.com', %s)", given) == stored
    assert change(ADMIN, "insert into helpdesk.teams (name) values (%s) returning name", given) == stored
    assert change(ADMIN, "update helpdesk.teams set name = %s where is_default returning name", given) == stored
    assert change(CUSTOMER, "insert into helpdesk.tickets (title) values (%s) returning title", given) == stored
    assert change(CUSTOMER, "select title from helpdesk.create_ticket(%s)", given) == stored
    assert (
        change(CUSTOMER, "update helpdesk.tickets set title = %s where ticket_id = %s returning title", given, mine)
        == stored
    )
    tag = "insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s) returning tag"
    assert change(ADMIN, tag, mine, given) == stored.lower()


@pytest.mark.parametrize("given", SHOW_NOTHING, ids=ascii)
def test_a_name_or_a_text_that_shows_nothing_is_refused_with_its_field(db: Db, world: World, given: str) -> None:
    writes: list[tuple[str, Person, LiteralString]] = [
        ("name", ADMIN, "insert into helpdesk.teams (name) values (%s)"),
        ("name", ADMIN, "update helpdesk.teams set name = %s where is_default"),
        ("title", CUSTOMER, "insert into helpdesk.tickets (title) values (%s)"),
        ("title", CUSTOMER, "select helpdesk.create_ticket(%s)"),
        ("title", ADMIN, "update helpdesk.tickets set title = %s where number = 1"),
        ("tag", ADMIN, "select helpdesk.create_ticket('x', tags => array[%s])"),
        ("external_id", ADMIN, "select helpdesk.create_ticket('x', external_id => %s)"),
        ("body", CUSTOMER, "select helpdesk.send_reply((select ticket_id from helpdesk.my_tickets limit 1), %s)"),
        ("body", ADMIN, "select helpdesk.add_note((select ticket_id from helpdesk.team_tickets limit 1), %s)"),
    ]
    for field, person, query in writes:
        with refused("invalid_value", field), as_person(db, person):
            db.execute(query, (given,))
    with as_person(db, CUSTOMER):
        rename: LiteralString = "update helpdesk.users set name = %s where user_id = %s returning name"
        assert value(db, rename, given, world["customer"]) == ""


@pytest.mark.parametrize("same", ["SUPPORT", " support", "Ｓupport", "Sup\u200bport", "support\u3164", "Sup\u00adport"])
def test_two_teams_never_have_names_that_look_the_same(db: Db, same: str) -> None:
    with refused("name_taken"), as_person(db, ADMIN):
        db.execute("insert into helpdesk.teams (name) values (%s)", (same,))
    with as_person(db, ADMIN):
        db.execute("insert into helpdesk.teams (name) values ('Billing')")
        with refused("name_taken"), db.transaction():
            db.execute("update helpdesk.teams set name = %s where name = 'Billing'", (same,))


def test_a_team_may_have_the_longest_name_of_the_widest_letter(db: Db) -> None:
    with as_person(db, ADMIN):
        # U+FDFA is compared as 18 letters, more than an entry of the index can hold uncompressed.
        db.execute("insert into helpdesk.teams (name) values (repeat(U&'\\FDFA', 100))")
        db.execute(
            "insert into helpdesk.teams (name) select string_agg(chr(13055 + n), '') from generate_series(1, 100) as n"
        )


def test_a_repeated_creation_with_the_same_clean_title_is_a_repetition(db: Db) -> None:
    with as_person(db, CUSTOMER):
        create: LiteralString = "select number from helpdesk.create_ticket(%s, ticket_id => %s)"
        ticket_id = uuid4()
        first = value(db, create, "Cafe\u0301  x", ticket_id)
        assert value(db, create, "Café x", ticket_id) == first
