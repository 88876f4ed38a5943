"""Exclusions from the assistant: who adds, sees and removes them, for teams, tickets and customers."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege
from tests.db.people import ADMIN, AGENT, CUSTOMER, GONE, LEFT, OTHER, SERVICE, STRANGER, Db, Person, be, refused
from tests.db.world import World

EVERYBODY = (ADMIN, SERVICE, CUSTOMER, OTHER, AGENT, STRANGER, GONE, LEFT)
MAY = {
    ("team", "desk"): {ADMIN, SERVICE},
    ("ticket", "answered"): {ADMIN, SERVICE, AGENT},
    ("ticket", "theirs"): {ADMIN, SERVICE, STRANGER},
    # Its requester is an agent, who does not work it.
    ("ticket", "agents"): {ADMIN, SERVICE, STRANGER},
    ("customer", "customer"): {ADMIN, SERVICE, CUSTOMER},
    ("customer", "gone"): {ADMIN, SERVICE},
}
CASES = [(*target, person) for target in MAY for person in EVERYBODY]
ADD = "insert into helpdesk.ai_exclusions (scope, target_id) values (%s, %s) returning created_by::text"


def there(db: Db) -> list[dict[str, Any]]:
    return db.execute("select scope, target_id::text from helpdesk.ai_exclusions").fetchall()


@pytest.mark.parametrize(("scope", "target", "person"), CASES, ids=str)
def test_who_may_exclude_sees_and_ends_it_too(db: Db, world: World, scope: str, target: str, person: Person) -> None:
    may = person in MAY[scope, target]
    row = {"scope": scope, "target_id": world[target]}
    if may:
        with be(db, person):
            (added,) = db.execute(ADD, (scope, world[target])).fetchall()
            assert added["created_by"] == (None if person is SERVICE else world[person.name])
    else:
        with pytest.raises(InsufficientPrivilege), be(db, person):
            db.execute(ADD, (scope, world[target]))
        db.execute(ADD, (scope, world[target]))
    with be(db, person):
        assert there(db) == ([row] if may else [])
        db.execute("delete from helpdesk.ai_exclusions")
    assert there(db) == ([] if may else [row])


@pytest.mark.parametrize("target", ["answered", "nothing", "theirs"])
def test_an_absent_ticket_and_another_ones_are_refused_alike(db: Db, world: World, target: str) -> None:
    db.execute(ADD, ("ticket", world["theirs"]))
    with pytest.raises(InsufficientPrivilege, match="row-level security policy"), be(db, OTHER):
        db.execute(ADD, ("ticket", world[target]))


@pytest.mark.parametrize("person", [AGENT, SERVICE], ids=str)
def test_an_exclusion_that_is_there_already_stays_as_it_is(db: Db, world: World, person: Person) -> None:
    row = ("ticket", world["answered"])
    with be(db, ADMIN):
        db.execute(ADD, row)
    with be(db, person):
        assert db.execute(ADD, row).fetchall() == []
    assert db.execute("select created_by::text from helpdesk.ai_exclusions").fetchall() == [
        {"created_by": world["admin"]}
    ]


def test_a_scope_is_one_of_three(db: Db, world: World) -> None:
    with refused("invalid_value", "scope"), be(db, SERVICE):
        db.execute(ADD, ("requester", world["customer"]))
